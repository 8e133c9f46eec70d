//! Promises to call back, and how they are kept.

use super::handset::{Handset, Message};
use super::office::{ANSWER, Office, people};
use super::sound::Says;
use md5::{Digest, Md5};
use std::time::{Duration, Instant};

const CALLER_HZ: f32 = 700.0;
const AGENT_HZ: f32 = 1_800.0;
const QUICK: &str = "accept = \"answer\"\n[queue.call_back]\nattempts = 2\nretry_seconds = 2\n";

fn office(queue: &str, anna: &Handset, trunk: &Handset, more: &str) -> Office {
    let people = people(queue, &[("anna", anna.address)]);
    let trunk = trunk.address;
    Office::with(&format!(
        "{people}[[trunk]]\nname = \"out\"\naddress = \"sip:{trunk}\"\n{more}\n"
    ))
}

/// Somebody has Anna, somebody else waits and asks to be called back; Anna is free again afterwards.
#[track_caller]
fn promised(office: &Office, anna: &mut Handset, number: &str) {
    let mut first = office.caller("900");
    anna.answer();
    office.wait("900", "connected");
    let mut second = office.waiting(number);
    asks(office, &mut second, number);
    first.hang_up();
    anna.expect("BYE ");
    anna.sound.stop();
}

/// By key, and says yes to their own number.
#[track_caller]
fn asks(office: &Office, caller: &mut Handset, number: &str) {
    caller.sound.press('1');
    office.wait_for(number, "prompt_started", |e| {
        e["text"].as_str().unwrap().contains("call you back at")
    });
    caller.sound.press('1');
    let promised = office.wait(number, "call_back_promised");
    assert_eq!(promised["number"], *number);
    caller.hang_up();
}

/// Anna has whoever answers the trunk.
#[track_caller]
fn talk(anna: &Handset, trunk: &Handset) {
    anna.sound.say(Says::Tone(AGENT_HZ));
    trunk.sound.say(Says::Tone(CALLER_HZ));
    anna.sound.hears(CALLER_HZ);
    trunk.sound.hears(AGENT_HZ);
}

fn hash(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether an INVITE shows that its sender knows the password.
fn knows(invite: &Message, user: &str, password: &str) -> bool {
    let header = invite.header("Proxy-Authorization").unwrap_or_default();
    let of = |name: &str| {
        header
            .trim_start_matches("Digest ")
            .split(',')
            .find_map(|part| {
                let (key, value) = part.trim().split_once('=')?;
                (key == name).then(|| value.trim_matches('"').to_owned())
            })
    };
    let get = |name: &str| of(name).unwrap_or_default();
    let secret = hash(&format!("{user}:{}:{password}", get("realm")));
    let what = hash(&format!("INVITE:{}", get("uri")));
    let nonce = get("nonce");
    let all = match of("qop") {
        Some(qop) => format!(
            "{secret}:{nonce}:{}:{}:{qop}:{what}",
            get("nc"),
            get("cnonce")
        ),
        None => format!("{secret}:{nonce}:{what}"),
    };
    get("username") == user && get("response") == hash(&all)
}

pub fn a_promise_is_kept_once_over_a_trunk_that_asks_who_we_are() {
    let (mut anna, mut trunk) = (Handset::new(), Handset::new());
    let account = "user = \"lakeside\"\npassword = \"trunk secret\"\nnumber = \"4930555\"";
    let office = office(ANSWER, &anna, &trunk, account);
    promised(&office, &mut anna, "4930401");
    anna.answer();
    let from = Instant::now();
    trunk.rung();
    assert!(
        anna.sound.sounded(from - Duration::from_secs(20)),
        "not briefed"
    );
    let challenge = "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n0nce\", algorithm=MD5, qop=\"auth\"\r\n";
    trunk.respond("407 Proxy Authentication Required", challenge, "");
    let invite = trunk.ring();
    assert!(
        knows(&invite, "lakeside", "trunk secret"),
        "{}",
        invite.text
    );
    assert!(
        invite.text.starts_with("INVITE sip:4930401@"),
        "{}",
        invite.text
    );
    assert!(
        invite.header("From").unwrap().contains("4930555"),
        "{}",
        invite.text
    );
    // The agent hears that it rings.
    let from = Instant::now();
    std::thread::sleep(Duration::from_secs(3));
    assert!(anna.sound.sounded(from), "no ringing");
    trunk.expect("ACK ");
    trunk.pick_up();
    talk(&anna, &trunk);
    office.served.wait_for_log("called back promise=");
    assert!(office.promises().is_empty());
    let called = office.wait_for("4930401", "call_started", |e| e["called_by"] == "anna");
    assert!(called["called"].as_str().unwrap().contains("4930401"));
    trunk.hang_up();
    anna.expect("BYE ");
    office.wait_state("anna", "ready");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((trunk.count("INVITE "), anna.count("INVITE ")), (0, 0));
}

pub fn who_does_not_answer_is_called_again_and_then_given_up() {
    let (mut anna, mut trunk) = (Handset::new(), Handset::new());
    let office = office(QUICK, &anna, &trunk, "");
    promised(&office, &mut anna, "4930411");
    // A trunk that is out of order says nothing of who was called.
    let answers = [
        (0, "503 Service Unavailable"),
        (1, "486 Busy Here"),
        (2, "480 Temporarily Unavailable"),
    ];
    for (attempt, status) in answers {
        anna.answer();
        trunk.ring();
        std::thread::sleep(Duration::from_millis(300));
        trunk.respond(status, "", "");
        let from = Instant::now();
        anna.expect("BYE ");
        anna.sound.stop();
        assert!(anna.sound.sounded(from), "the agent is not told");
        office.wait_state("anna", "ready");
        if attempt < 2 {
            assert_eq!(office.promises()[0]["attempts"], attempt);
        }
    }
    office
        .served
        .wait_for_log("a promised call-back is given up");
    // Listed, so that somebody can call by hand.
    let why = office.promises()[0]["given_up"].as_str().map(str::to_owned);
    assert!(why.is_some_and(|why| why.contains("480")));
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!((trunk.count("INVITE "), anna.count("INVITE ")), (0, 0));
}

pub fn an_agent_who_hangs_up_while_it_rings_there_stops_it_and_it_is_tried_again() {
    let (mut anna, mut trunk) = (Handset::new(), Handset::new());
    let office = office(QUICK, &anna, &trunk, "");
    promised(&office, &mut anna, "4930421");
    anna.answer();
    trunk.ring();
    anna.hang_up();
    trunk.expect("CANCEL ");
    anna.answer();
    trunk.answer();
    talk(&anna, &trunk);
    anna.hang_up();
    trunk.expect("BYE ");
    office.wait_end("4930421", "agent_hung_up");
    assert!(office.promises().is_empty());
}

pub fn a_number_is_keyed_in_where_there_is_none_and_a_promise_can_be_cancelled() {
    let (mut anna, trunk) = (Handset::new(), Handset::new());
    let office = office(QUICK, &anna, &trunk, "");
    let mut first = office.caller("901");
    anna.answer();
    office.wait("901", "connected");
    let caller = office.waiting("anonymous");
    caller.sound.press('1');
    office.wait_until("they are asked", || {
        let events = office.events_of("anonymous");
        let queued = events.iter().position(|e| e["event"] == "queued")?;
        let digit = events[queued..]
            .iter()
            .position(|e| e["event"] == "digit")?;
        let rest = &events[queued + digit..];
        rest.iter()
            .any(|e| e["event"] == "prompt_finished")
            .then_some(())
    });
    for key in "030123456#".chars() {
        caller.sound.press(key);
    }
    office.wait_for("anonymous", "filled", |e| e["value"] == "030123456");
    std::thread::sleep(Duration::from_millis(500));
    caller.sound.press('1');
    let promised = office.wait("anonymous", "call_back_promised");
    assert_eq!(promised["number"], "030123456");
    caller.expect("BYE ");

    let shown = office.ask(&["queue"]);
    assert!(shown.contains("030123456"), "{shown}");
    let wrong = office.run(&["queue", "cancel", "4711"]);
    let error = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(
        !wrong.status.success() && error.contains("zeroline queue"),
        "{error}"
    );
    let id = office.promises()[0]["promise"].to_string();
    let shown = office.ask(&["queue", "cancel", &id]);
    assert!(!shown.contains("030123456"), "{shown}");
    first.hang_up();
    anna.expect("BYE ");
    office.wait_state("anna", "ready");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!((trunk.count("INVITE "), anna.count("INVITE ")), (0, 0));
}
