//! Nobody is there, too many wait already, or others shall take them.

use super::common::root;
use super::handset::Handset;
use super::office::{ANSWER, Office, people};
use super::sound::Says;
use std::time::Duration;
use zeroline::audio::wav;

const CALLER_HZ: f32 = 700.0;

pub fn where_nobody_is_there_it_is_said_and_a_message_or_a_call_back_is_taken() {
    let anna = Handset::new();
    let trunk = "[[trunk]]\nname = \"out\"\naddress = \"sip:127.0.0.1:9\"\n";
    let people = people(ANSWER, &[("anna", anna.address)]);
    let office = Office::with(&format!("{people}{trunk}"));
    office.ask(&["agents", "off", "anna"]);
    let caller = office.caller("501");
    let refused = office.wait("501", "queue_refused");
    assert_eq!(refused["why"], "nobody is there");
    office.wait_for("501", "prompt_started", |e| {
        e["text"]
            .as_str()
            .unwrap()
            .contains("nobody is at the phones")
    });
    assert_eq!(office.count("501", "queued"), 0);
    caller.sound.press('2');
    office.wait_for("501", "prompt_finished", |e| {
        e["text"].as_str().unwrap().contains("after the tone")
    });
    std::thread::sleep(Duration::from_millis(700));
    let said = wav::read(&root().join("audio-fixtures/new-appointment.wav"))
        .unwrap()
        .clip;
    assert_eq!(said.hz, 8000);
    caller.sound.say_clip(&said.samples);
    std::thread::sleep(Duration::from_millis(said.milliseconds() + 300));
    caller.sound.press('#');
    let left = office.wait("501", "message_left");
    let length = left["duration_ms"].as_u64().unwrap();
    assert!(length >= said.milliseconds() - 500, "{length}");
    office.wait_end("501", "message_left");
    caller.expect("BYE ");
    let shown = office.wait_until("the message is listed", || {
        let shown = office.ask(&["calls", "messages", "--json"]);
        shown.contains("501").then_some(shown)
    });
    let message: serde_json::Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    println!("{message:#}");
    assert_eq!(message["number"], "501");
    let kept = message["duration_ms"].as_u64().unwrap();
    assert!(kept.abs_diff(length) < 1_500, "{kept} for {length}");
    assert!(office.ask(&["calls", "messages"]).contains("501"));

    // An emergency number, abroad, and one that may be called.
    for number in ["112", "+18765550100", "4930502"] {
        let caller = office.caller(number);
        office.wait(number, "queue_refused");
        caller.sound.press('1');
        office.wait_for(number, "prompt_started", |e| {
            e["text"].as_str().unwrap().contains("call you back at")
        });
        caller.sound.press('1');
        if number == "4930502" {
            office.wait(number, "call_back_promised");
            caller.expect("BYE ");
        } else {
            office.wait_for(number, "prompt_started", |e| {
                e["text"]
                    .as_str()
                    .unwrap()
                    .contains("cannot call that number")
            });
            assert_eq!(office.count(number, "call_back_promised"), 0);
            assert_eq!(office.count(number, "call_back_refused"), 1);
        }
    }
    let promised = office.promises();
    assert_eq!(promised.len(), 1, "{promised:?}");
    assert_eq!(promised[0]["number"], "4930502");
    assert_eq!(anna.count("INVITE "), 0);
}

pub fn more_than_may_wait_are_told_so_and_what_takes_too_long_goes_elsewhere() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let queue = "accept = \"answer\"\nmost_waiting = 1\n\
                 overflow = { after_seconds = 4, queue = \"second\" }\n";
    let outside = "[[queue]]\nname = \"second\"\naccept = \"answer\"\n\
                   overflow = { after_seconds = 2, target = \"sip:other@127.0.0.1:9\" }\n";
    let config = format!(
        "{}{outside}[[agent]]\nname = \"ben\"\nqueues = [\"second\"]\naddress = \"sip:ben@{}\"\n",
        people(queue, &[("anna", anna.address)]),
        ben.address
    );
    let office = Office::with(&config);
    let mut first = office.caller("511");
    anna.answer();
    office.wait("511", "connected");

    let mut second = office.waiting("512");
    let _third = office.caller("513");
    assert_eq!(
        office.wait("513", "queue_refused")["why"],
        "the queue is full"
    );
    ben.answer();
    second.sound.say(Says::Tone(CALLER_HZ));
    ben.sound.hears(CALLER_HZ);
    let queued = office.wait_for("512", "queued", |e| e["queue"] == "second");
    assert_eq!(office.wait("512", "connected")["agent"], "ben", "{queued}");

    // Both have somebody: the next goes out of the house.
    let fourth = office.waiting("514");
    let refer = fourth.expect("REFER ");
    assert!(
        refer
            .header("Refer-To")
            .unwrap()
            .contains("sip:other@127.0.0.1:9"),
        "{}",
        refer.text
    );
    fourth.notify("SIP/2.0 200 OK");
    office.wait_end("514", "transferred");

    second.hang_up();
    ben.expect("BYE ");
    first.hang_up();
    anna.expect("BYE ");
}

pub fn where_nobody_can_be_called_no_call_back_is_promised() {
    let anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    office.ask(&["agents", "off", "anna"]);
    let caller = office.caller("521");
    office.wait_for("521", "prompt_finished", |e| {
        let text = e["text"].as_str().unwrap();
        assert!(!text.contains("call me back"), "{text}");
        text.contains("leave a message")
    });
    caller.sound.press('1');
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(office.count("521", "call_back_promised"), 0);
    assert!(office.promises().is_empty());
}
