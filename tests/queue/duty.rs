//! Agents on and off duty, mistakes, and the end of a server.

use super::baresip::{Account, Baresip};
use super::common::{root, zeroline};
use super::handset::Handset;
use super::office::{ANSWER, Office, PASSWORD, PLAN};
use super::sound::Says;
use std::time::{Duration, Instant};

pub fn commands_put_agents_on_and_off_duty_and_name_what_is_wrong() {
    let anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let listed = office.ask(&["agents", "list"]);
    assert!(
        listed.contains("anna") && listed.contains("ready"),
        "{listed}"
    );
    let paused = office.ask(&["agents", "pause", "anna", "--reason", "lunch"]);
    assert!(paused.contains("paused (lunch)"), "{paused}");
    assert!(office.ask(&["agents", "off", "anna"]).contains("off duty"));
    assert!(office.ask(&["agents", "ready", "anna"]).contains("ready"));
    let shown = office.ask(&["queue"]);
    assert!(
        shown.contains("desk: 0 waiting, 1 on duty, 1 free"),
        "{shown}"
    );
    for command in ["ready", "pause", "off"] {
        let wrong = office.run(&["agents", command, "ana"]);
        let error = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(!wrong.status.success());
        assert!(
            error.contains("no agent \"ana\"") && error.contains("anna"),
            "{error}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let output = zeroline()
        .args(["agents", "list", "--data"])
        .arg(folder.path())
        .output();
    let error = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
    assert!(error.contains("zeroline serve"), "{error}");
}

pub fn codes_dialled_on_a_real_phone_put_its_owner_on_and_off_duty() {
    let config = format!(
        "[[queue]]\nname = \"desk\"\n[[agent]]\nname = \"anna\"\nqueues = [\"desk\"]\npassword = \"{PASSWORD}\"\n"
    );
    let office = Office::with(&config);
    let anna = Baresip::start(
        office.served.address,
        &Account {
            user: "anna",
            password: PASSWORD,
            says: &root().join("audio-fixtures/human-greeting.wav"),
            answers: true,
            transport: "udp",
            codecs: "PCMU,PCMA",
        },
    );
    office.wait_state("anna", "ready");
    let dial = |code: &str| {
        // Its recordings are named by the second.
        std::thread::sleep(Duration::from_millis(1_100));
        anna.dial(&format!("sip:{code}@{}", office.served.address));
    };
    let over = |calls: usize| {
        office.wait_until("it is said and hung up", || {
            (anna.log().matches("session closed").count() >= calls).then_some(())
        });
    };
    dial("*2");
    office.wait_until("a break", || {
        (office.state("anna")["paused"] == "break").then_some(())
    });
    over(1);
    dial("*1");
    office.wait_state("anna", "ready");
    over(2);
    dial("*3");
    office.wait_state("anna", "off");
    over(3);
    dial("*9");
    anna.wait_for_log("404");
    // They are told each time.
    let heard = anna.heard();
    assert_eq!(heard.len(), 3, "{heard:?}");
    for file in heard {
        let clip = zeroline::audio::wav::read(&file).unwrap().clip;
        assert!(
            clip.samples.iter().any(|s| s.abs() > 500),
            "{}",
            file.display()
        );
    }
}

pub fn a_server_whose_dialplan_names_another_queue_says_so_and_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mistakes = [
        (PLAN.replace("\"desk\"", "\"dsk\""), "", ["dsk", "desk"]),
        (
            PLAN.to_owned(),
            "[[agent]]\nname = \"x\"\nqueues = [\"sales\"]\naddress = \"sip:x@127.0.0.1\"\n",
            ["sales", "desk"],
        ),
        (
            PLAN.to_owned(),
            "[queue.call_back]\nretry_second = 3\n",
            ["retry_second", "retry_seconds"],
        ),
    ];
    for (plan, more, named) in mistakes {
        std::fs::write(path("plan.toml"), plan).unwrap();
        let config = format!(
            "listen = \"127.0.0.1:0\"\ndialplan = \"plan.toml\"\n[[queue]]\nname = \"desk\"\n{more}\
             [[agent]]\nname = \"anna\"\nqueues = [\"desk\"]\naddress = \"sip:anna@127.0.0.1:9\"\n"
        );
        std::fs::write(path("zeroline.toml"), config).unwrap();
        let mut child = zeroline();
        let child = child.args(["serve", "--config"]).arg(path("zeroline.toml"));
        let output = child.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "it starts");
        assert!(named.iter().all(|word| error.contains(word)), "{error}");
    }
}

pub fn a_server_that_is_told_to_stop_lets_those_who_talk_finish_and_keeps_the_others_places() {
    let mut anna = Handset::new();
    let people = super::office::people(ANSWER, &[("anna", anna.address)]);
    let mut office = Office::with(&format!("drain_seconds = 6\n{people}"));
    let mut talks = office.caller("601");
    talks.sound.say(Says::Tone(700.0));
    anna.answer();
    anna.sound.hears(700.0);
    let waits = office.waiting("602");
    office.served.terminate();
    std::thread::sleep(Duration::from_secs(1));
    let from = Instant::now();
    anna.sound.hears(700.0);
    assert_eq!(office.count("601", "call_ended"), 0, "{:?}", from.elapsed());
    talks.hang_up();
    anna.expect("BYE ");
    // Who waits still gets somebody who is free, and else is cut off at the end.
    anna.ring();
    waits.expect("BYE ");
    anna.expect("CANCEL ");
    assert_eq!(office.served.wait_for_exit(Duration::from_secs(20)), 0);
    assert_eq!(office.count("602", "call_ended"), 1);
    office.served.start_again();
    let _again = office.caller("602");
    let queued = office.wait_for("602", "queued", |e| e["kept"] == true);
    assert_eq!(queued["position"], 1);
}
