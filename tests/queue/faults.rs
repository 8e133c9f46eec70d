//! Agents' phones that do anything but answer, and callers who hang up at any moment.

use super::handset::Handset;
use super::office::{ANSWER, Office, PASSWORD, people};
use super::sound::{Says, share};
use std::time::{Duration, Instant};

const CALLER_HZ: f32 = 700.0;

/// Anna is always rung first.
const LINEAR: &str = "accept = \"answer\"\nstrategy = \"linear\"\nring_seconds = 2";

/// Ben has the caller who rings him now.
#[track_caller]
fn ben_takes(office: &Office, ben: &mut Handset, caller: &mut Handset, number: &str) {
    ben.answer();
    caller.sound.say(Says::Tone(CALLER_HZ));
    ben.sound.hears(CALLER_HZ);
    let connected = office.wait(number, "connected");
    assert_eq!(connected["agent"], "ben");
    caller.hang_up();
    ben.expect("BYE ");
    ben.sound.stop();
    office.wait_state("ben", "ready");
}

/// A new caller has Anna.
#[track_caller]
fn anna_can_be_called(office: &Office, anna: &mut Handset, number: &str) {
    office.wait_state("anna", "ready");
    let mut caller = office.caller(number);
    anna.answer();
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.sound.hears(CALLER_HZ);
    caller.hang_up();
    anna.expect("BYE ");
}

pub fn a_phone_that_refuses_in_whatever_way_leaves_the_caller_to_the_next() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let office = Office::open(LINEAR, &[("anna", &anna), ("ben", &ben)]);
    let moved = "Contact: <sip:voicemail@127.0.0.1:9>\r\n";
    for (number, status, more, why) in [
        ("201", "486 Busy Here", "", "busy"),
        ("202", "600 Busy Everywhere", "", "busy"),
        ("203", "603 Decline", "", "declined"),
        ("204", "302 Moved Temporarily", moved, "declined"),
        ("205", "480 Temporarily Unavailable", "", "no answer"),
        ("206", "500 Server Internal Error", "", "500"),
        ("207", "404 Not Found", "", "404"),
    ] {
        office.ask(&["agents", "ready", "anna"]);
        let mut caller = office.caller(number);
        anna.ring();
        anna.respond(status, more, "");
        ben_takes(&office, &mut ben, &mut caller, number);
        let refused = office.wait(number, "agent_not_taken");
        let said = refused["why"].as_str().unwrap();
        assert!(
            refused["agent"] == "anna" && said.contains(why),
            "{refused}"
        );
        assert_eq!(office.count(number, "queued"), 1, "the place was kept");
    }
    assert_eq!(ben.count("INVITE "), 0);
    assert_eq!(anna.count("INVITE "), 0);
}

pub fn a_phone_that_only_rings_or_dies_ringing_is_given_up_and_paused_the_second_time() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let office = Office::open(LINEAR, &[("anna", &anna), ("ben", &ben)]);
    let mut caller = office.caller("211");
    anna.ring();
    anna.expect("CANCEL ");
    ben_takes(&office, &mut ben, &mut caller, "211");
    let mut caller = office.caller("212");
    anna.ring();
    anna.die();
    ben_takes(&office, &mut ben, &mut caller, "212");
    let state = office.state("anna");
    assert_eq!(state["paused"], "no answer", "{state}");
    assert_eq!(office.wait("212", "agent_not_taken")["why"], "no answer");
    // Nobody is sent to a phone that nobody is at.
    let mut caller = office.caller("213");
    ben_takes(&office, &mut ben, &mut caller, "213");
    assert_eq!(office.count("213", "agent_offered"), 1);
}

pub fn early_media_and_answers_said_twice_are_one_call() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut caller = office.caller("221");
    anna.rung();
    let sdp = anna.sdp("sendrecv");
    anna.respond(
        "183 Session Progress",
        "Content-Type: application/sdp\r\n",
        &sdp,
    );
    std::thread::sleep(Duration::from_millis(500));
    anna.pick_up();
    // As if our ACK had been lost.
    anna.lift();
    anna.lift();
    anna.expect("ACK ");
    anna.expect("ACK ");
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.sound.say(Says::Tone(1_800.0));
    anna.sound.hears(CALLER_HZ);
    caller.sound.hears(1_800.0);
    assert_eq!(office.count("221", "connected"), 1);
    caller.hang_up();
    anna.expect("BYE ");
    office.wait_state("anna", "ready");
}

pub fn a_phone_that_dies_in_the_conversation_gives_the_caller_back_to_the_queue() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let office = Office::open(LINEAR, &[("anna", &anna), ("ben", &ben)]);
    let mut caller = office.caller("231");
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.answer();
    anna.sound.say(Says::Tone(1_800.0));
    caller.sound.hears(1_800.0);
    anna.die();
    let from = Instant::now();
    let lost = office.wait("231", "agent_lost");
    assert_eq!(lost["agent"], "anna");
    ben.ring();
    // They hear what has happened.
    office.wait_for("231", "prompt_started", |e| {
        e["text"]
            .as_str()
            .unwrap()
            .contains("lost the line to my colleague")
    });
    assert!(caller.sound.sounded(from));
    ben.pick_up();
    ben.sound.hears(CALLER_HZ);
    let events = office.events_of("231");
    let again = events.iter().filter(|e| e["event"] == "queued").nth(1);
    assert_eq!(again.unwrap()["kept"], true, "{events:#?}");
    let connected: Vec<_> = events
        .iter()
        .filter(|e| e["event"] == "connected")
        .collect();
    assert_eq!(connected.len(), 2, "{events:#?}");
    caller.hang_up();
    ben.expect("BYE ");
}

pub fn a_phone_that_is_not_registered_is_not_rung() {
    let mut ben = Handset::new();
    let anna =
        format!("[[agent]]\nname = \"anna\"\nqueues = [\"desk\"]\npassword = \"{PASSWORD}\"\n");
    let config = people(LINEAR, &[])
        + &anna
        + &people("", &[("ben", ben.address)])
            .split_once("[[agent]]")
            .map(|(_, ben)| format!("[[agent]]{ben}"))
            .unwrap();
    let office = Office::with(&config);
    let mut caller = office.caller("241");
    ben_takes(&office, &mut ben, &mut caller, "241");
    assert_eq!(office.state("anna"), "away");
    assert_eq!(office.count("241", "agent_offered"), 1);
}

pub fn of_two_agents_who_pick_up_together_one_has_the_caller_and_the_other_is_told() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let queue = "accept = \"answer\"\nstrategy = \"ring-all\"";
    let office = Office::open(queue, &[("anna", &anna), ("ben", &ben)]);
    for number in ["251", "252", "253"] {
        let mut caller = office.caller(number);
        caller.sound.say(Says::Tone(CALLER_HZ));
        anna.ring();
        ben.ring();
        anna.lift();
        ben.lift();
        for phone in [&mut anna, &mut ben] {
            phone.expect("ACK ");
            phone.listen();
        }
        let from = Instant::now();
        let connected = office.wait(number, "connected");
        let (with, without) = match connected["agent"].as_str().unwrap() {
            "anna" => (&mut anna, &mut ben),
            _ => (&mut ben, &mut anna),
        };
        with.sound.hears(CALLER_HZ);
        without.expect("BYE ");
        without.sound.stop();
        assert!(without.sound.sounded(from), "they are not told");
        let heard = without.sound.since(from);
        assert!(share(&heard, CALLER_HZ) < 0.3, "both have the caller");
        assert_eq!(office.count(number, "connected"), 1);
        caller.hang_up();
        with.expect("BYE ");
        with.sound.stop();
        office.wait_state("anna", "ready");
        office.wait_state("ben", "ready");
    }
}

pub fn a_caller_who_hangs_up_while_it_rings_stops_the_phone() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut caller = office.caller("261");
    anna.ring();
    caller.hang_up();
    anna.expect("CANCEL ");
    office.wait_end("261", "caller_hung_up");
    let left = office.wait("261", "left_queue");
    assert_eq!(left["how"], "hung_up");
    anna_can_be_called(&office, &mut anna, "262");

    // Nobody is free.
    office.ask(&["agents", "pause", "anna"]);
    let mut caller = office.caller("263");
    office.wait("263", "queue_refused");
    caller.hang_up();
    assert_eq!(anna.count("INVITE "), 0);
}

pub fn a_caller_who_hangs_up_while_waiting_leaves_the_others_their_places() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut first = office.caller("271");
    anna.answer();
    office.wait("271", "connected");
    let mut second = office.waiting("272");
    let mut third = office.waiting("273");
    second.hang_up();
    office.wait_for("273", "queue_update", |e| e["position"] == 1);
    first.hang_up();
    anna.expect("BYE ");
    third.sound.say(Says::Tone(CALLER_HZ));
    anna.answer();
    anna.sound.hears(CALLER_HZ);
    office.wait("273", "connected");
    third.hang_up();
    anna.expect("BYE ");
}

pub fn a_caller_who_hangs_up_in_the_moment_of_acceptance_leaves_a_phone_that_is_ready() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    for (number, early) in [("281", true), ("282", false), ("283", true), ("284", false)] {
        let mut caller = office.caller(number);
        anna.ring();
        if early {
            caller.request("BYE", "");
            anna.lift();
        } else {
            anna.lift();
            caller.request("BYE", "");
        }
        office.wait_end(number, "caller_hung_up");
        // Cancelled, or hung up.
        office.wait_until("the phone is free", || {
            let over = anna
                .wait("BYE ", Duration::ZERO)
                .or(anna.wait("CANCEL ", Duration::ZERO));
            over.map(|_| ())
        });
        office.wait_state("anna", "ready");
        while anna.wait("ACK ", Duration::from_millis(300)).is_some() {}
        while anna.wait("BYE ", Duration::from_millis(300)).is_some() {}
    }
    anna_can_be_called(&office, &mut anna, "285");
}

pub fn a_caller_who_hangs_up_while_the_agent_is_briefed_is_said_to_be_gone() {
    let mut anna = Handset::new();
    for (queue, number) in [("accept = \"key\"", "291"), (ANSWER, "292")] {
        let office = Office::open(queue, &[("anna", &anna)]);
        let mut caller = office.caller(number);
        anna.answer();
        std::thread::sleep(Duration::from_millis(200));
        caller.hang_up();
        let from = Instant::now();
        anna.expect("BYE ");
        anna.sound.stop();
        assert!(
            from.elapsed() < Duration::from_secs(10),
            "{:?}",
            from.elapsed()
        );
        assert!(
            anna.sound.sounded(from + Duration::from_millis(500)),
            "not told"
        );
        assert_eq!(office.count(number, "connected"), 0);
        office.wait_state("anna", "ready");
    }
}

pub fn a_phone_with_one_line_is_rung_for_the_next_when_the_last_call_to_it_is_over() {
    let mut anna = Handset::new();
    anna.has_one_line();
    let office = Office::open("accept = \"key\"", &[("anna", &anna)]);
    // She is told that the first has gone while the second is waiting already.
    let mut first = office.caller("296");
    anna.answer();
    let mut second = office.waiting("297");
    std::thread::sleep(Duration::from_millis(200));
    first.hang_up();
    anna.expect("BYE ");
    anna.sound.stop();
    anna.answer();
    anna.sound.press('1');
    assert_eq!(office.wait("297", "connected")["agent"], "anna");
    second.hang_up();
    anna.expect("BYE ");
    anna.sound.stop();
    // While it rings for the third, who hangs up, the fourth is waiting.
    let mut third = office.caller("298");
    anna.ring();
    let mut fourth = office.waiting("299");
    third.hang_up();
    anna.expect("CANCEL ");
    anna.answer();
    anna.sound.press('1');
    office.wait("299", "connected");
    assert_eq!(anna.said_busy(), 0);
    fourth.hang_up();
    anna.expect("BYE ");
}
