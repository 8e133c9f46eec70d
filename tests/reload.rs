//! A dialplan that changes while calls are up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Phone, Served, root, zeroline};
use std::process::Stdio;

const TAKEN: &str = "calls from now on are answered with it";
const REFUSED: &str = "changed, but not usable";

fn says(events: &[serde_json::Value], call: usize, words: &str) -> bool {
    let mut calls: Vec<&str> = events.iter().filter_map(|e| e["call"].as_str()).collect();
    // Ids are made in the order of the calls.
    calls.sort_unstable();
    calls.dedup();
    let of_call = |e: &&serde_json::Value| calls.get(call).is_some_and(|id| e["call"] == *id);
    let said = |e: &serde_json::Value| {
        e["event"] == "prompt_started" && e["text"].as_str().unwrap().contains(words)
    };
    events.iter().filter(of_call).any(said)
}

/// Writes the file in place, as an editor does.
fn edit(served: &Served, from: &str, to: &str) {
    let plan = std::fs::read_to_string(served.dialplan()).unwrap();
    assert!(plan.contains(from), "{from} is not in the dialplan");
    std::fs::write(served.dialplan(), plan.replace(from, to)).unwrap();
}

#[test]
fn new_calls_hear_the_new_dialplan_and_those_that_are_up_the_old_one() {
    let mut served = Served::start("sip:person@127.0.0.1:9", "");
    let mut first = Phone::new(served.address);
    let (_, sound) = first.connect();
    served.wait_for("the greeting", |events| says(events, 0, "hello"));

    edit(
        &served,
        "Lakeside Clinic, hello.",
        "Lakeside Clinic, good evening.",
    );
    edit(
        &served,
        "put you through to the front desk",
        "call the night nurse",
    );
    served.wait_for_log(TAKEN);
    Phone::new(served.address).connect();
    served.wait_for("the new greeting", |events| says(events, 1, "good evening"));

    first.press_zero(sound);
    served.wait_for("the old way to a person", |events| {
        says(events, 0, "put you through to the front desk")
    });
    served.must_be_alive();
}

#[test]
fn a_broken_dialplan_is_refused_with_the_reason_and_calls_are_answered_as_before() {
    let served = Served::start("sip:person@127.0.0.1:9", "");
    edit(&served, "then = \"human\"", "then = \"humam\"");
    served.wait_for_log(REFUSED);
    assert!(
        served.log().contains("`then` can not be \"humam\""),
        "{}",
        served.log()
    );
    assert!(
        served.log().contains("did you mean \"human\"?"),
        "{}",
        served.log()
    );
    Phone::new(served.address).connect();
    served.wait_for("the greeting", |events| says(events, 0, "hello"));

    // Taken away altogether, also when somebody asks for it.
    std::fs::remove_file(served.dialplan()).unwrap();
    served.ask_to_reload();
    served.wait_for_log("cannot be read");
    Phone::new(served.address).connect();
    served.wait_for("the greeting", |events| says(events, 1, "hello"));
}

#[test]
fn callers_notice_nothing_of_changes_that_come_while_they_speak() {
    let served = Served::start("sip:person@127.0.0.1:9", "");
    let callers: Vec<_> = (0..6)
        .map(|_| {
            zeroline()
                .arg("call")
                .arg(format!("sip:clinic@{}", served.address))
                .args(["--say"])
                .arg(root().join("audio-fixtures/parking.wav"))
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for change in 1..=4 {
        let (from, to) = ("Lakeside Clinic, hello", "Lakeside Clinic, hello there");
        match change % 2 {
            1 => edit(&served, from, to),
            _ => edit(&served, to, from),
        }
        served.ask_to_reload();
        let done = || served.log().matches(TAKEN).count() >= change;
        while !done() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    for mut caller in callers {
        assert!(caller.wait().unwrap().success(), "{}", served.log());
    }
    served.wait_for("six ends", |events| {
        events.iter().filter(|e| e["event"] == "call_ended").count() == 6
    });
    let events = served.events();
    let understood =
        |e: &&serde_json::Value| e["event"] == "understood" && e["intent"] == "parking";
    // A busy machine may lose a word or tell somebody that it could not follow.
    assert!(events.iter().filter(understood).count() >= 4, "{events:#?}");
}

/// Writes the configuration in place, as an editor does.
fn configure(served: &Served, change: impl Fn(String) -> String) {
    let path = served.config();
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, change(config)).unwrap();
}

fn trunks(served: &Served) -> String {
    let config = served.config();
    let shown = zeroline()
        .args(["trunks", "--config"])
        .arg(config)
        .output()
        .unwrap();
    String::from_utf8(shown.stdout).unwrap()
}

#[test]
fn trunks_and_agents_are_taken_over_and_a_call_goes_on() {
    let mut served = Served::start("sip:person@127.0.0.1:9", "");
    let mut caller = Phone::new(served.address);
    let (_, sound) = caller.connect();
    served.wait_for("the greeting", |events| says(events, 0, "hello"));
    assert!(!trunks(&served).contains("provider"));

    configure(&served, |config| {
        let more = "[[trunk]]\nname = \"provider\"\naddress = \"sip:127.0.0.1:9;transport=tcp\"\n\
                    [[queue]]\nname = \"front-desk\"\n\
                    [[agent]]\nname = \"berta\"\nqueues = [\"front-desk\"]\naddress = \"sip:b@127.0.0.1:9\"\n";
        format!("most_calls = 7\n{config}{more}")
    });
    served.wait_for_log("trunks, agents and queues are as it says");
    served.wait_for_log("what it says of most_calls takes a restart");
    served.wait_for_log("trunk down");
    assert!(
        trunks(&served).contains("provider  DOWN"),
        "{}",
        trunks(&served)
    );
    let agents = zeroline()
        .args(["agents", "list", "--config"])
        .arg(served.config())
        .output()
        .unwrap();
    let agents = String::from_utf8(agents.stdout).unwrap();
    assert!(
        agents.contains("berta") && agents.contains("ready"),
        "{agents}"
    );

    configure(&served, |config| {
        config.replace("sip:127.0.0.1:9;", "127.0.0.1:9;")
    });
    served.wait_for_log("the configuration is refused");
    assert!(trunks(&served).contains("provider"), "the old one goes on");
    // The call that was up has noticed nothing.
    caller.press_zero(sound);
    served.wait_for("the way to a person", |events| {
        says(events, 0, "put you through")
    });
    served.must_be_alive();
}
