//! Callers who are transferred to Asterisk's queues and phones, each followed to the end: with whom they
//! talk, and what becomes of them where nobody takes the call.

use crate::beside::{Beside, note};
use crate::common::asterisk::{Asterisk, SECRET};

#[test]
fn blind_into_the_queue_the_caller_talks_with_whoever_answers() {
    let Some(beside) = Beside::start("target = \"sip:600@SIP\"", "") else {
        return;
    };
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    assert_eq!(note(&rung), "pressed 0");
    beside.anna.answer(&rung, "180 Ringing");
    // The caller is the queue's from here on.
    beside.served.wait_for_end("transferred");
    beside.anna.pick_up(&rung);
    beside.must_talk(&mut caller, &rung);
}

#[test]
fn whoever_has_the_caller_may_transfer_them_where_their_own_phone_may_even_to_us() {
    for own_header in ["", "Referred-By: <sip:101@127.0.0.3>\r\n"] {
        let Some(beside) = Beside::start("target = \"sip:101@SIP\"", "") else {
            return;
        };
        let mut caller = beside.caller();
        beside.said("Hello.", 1);
        caller.press('0');
        let rung = beside.anna.wait_for("INVITE");
        beside.anna.pick_up(&rung);
        beside.served.wait_for_end("transferred");
        beside
            .asterisk
            .wait_for("core show channels", "2 active channels");
        // A number in the context of her phone, and not in the one of our transfers.
        let target = format!("sip:clinic@{}", beside.asterisk.sip);
        beside.anna.refer(&rung, &target, own_header);
        beside.happened_times("call_started", 2);
        // It is a matter of its own.
        beside.said("Hello.", 2);
        assert_eq!(beside.served.count("transfer_failed"), 0);
    }
}

#[test]
fn attended_whoever_answers_hears_whom_they_get_and_then_has_the_caller() {
    for number in ["101", "600"] {
        let human = format!("target = \"sip:{number}@SIP\"\ntransfer = \"attended\"");
        let Some(beside) = Beside::start(&human, "") else {
            return;
        };
        let mut caller = beside.caller();
        beside.said("Hello.", 1);
        caller.press('0');
        let rung = beside.anna.wait_for("INVITE");
        assert_eq!(note(&rung), "pressed 0");
        assert!(rung.header("From").unwrap().contains("zeroline@"));
        beside.anna.answer(&rung, "180 Ringing");
        // The caller stays until somebody is there.
        beside
            .asterisk
            .wait_for("core show channels", "4 active channels");
        assert_eq!(beside.served.count("transferred"), 0);
        beside.anna.pick_up(&rung);
        let mut told = [0; 2048];
        let (length, _) = beside.anna.rtp.recv_from(&mut told).unwrap();
        assert_eq!(length, 172, "Anna hears who comes");
        assert_eq!(beside.served.count("transferred"), 0);
        beside.served.wait_for_end("transferred");
        beside.must_talk(&mut caller, &rung);
    }
}

#[test]
fn attended_a_caller_whom_nobody_takes_is_told_and_can_try_again() {
    let human = "target = \"sip:101@SIP\"\ntransfer = \"attended\"";
    let impatient = |asterisk: &Asterisk| {
        let rings = "Dial(PJSIP/${EXTEN},25,";
        asterisk.replace("extensions.conf", rings, "Dial(PJSIP/${EXTEN},2,");
    };
    let Some(beside) = Beside::with(human, "", impatient) else {
        return;
    };
    let mut caller = beside.caller();
    beside.said("Hello.", 1);

    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "486 Busy Here");
    beside.said("Nobody answers.", 1);
    assert!(beside.reason().contains("486"), "{}", beside.reason());

    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "180 Ringing");
    beside.anna.stop_ringing(&rung);
    beside.said("Nobody answers.", 2);
    assert!(beside.reason().contains("480"), "{}", beside.reason());

    // Answered, and hung up before the caller is there.
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.pick_up(&rung);
    let mut told = [0; 2048];
    beside.anna.rtp.recv_from(&mut told).unwrap();
    beside.anna.hang_up(&rung);
    beside.said("Nobody answers.", 3);
    assert!(beside.reason().contains("hung up"), "{}", beside.reason());
    beside
        .asterisk
        .wait_for("core show channels", "2 active channels");

    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.pick_up(&rung);
    beside.served.wait_for_end("transferred");
    beside.must_talk(&mut caller, &rung);
}

#[test]
fn an_asterisk_that_transfers_nobody_leaves_the_caller_with_us_and_nobody_else_on_a_line() {
    for how in ["blind", "attended"] {
        let human = format!("target = \"sip:101@SIP\"\ntransfer = \"{how}\"");
        let stubborn = |asterisk: &Asterisk| {
            let allowed = "allow_transfer = yes";
            asterisk.replace("pjsip.conf", allowed, "allow_transfer = no");
        };
        let Some(beside) = Beside::with(&human, "", stubborn) else {
            return;
        };
        let mut caller = beside.caller();
        beside.said("Hello.", 1);
        caller.press('0');
        if how == "attended" {
            let rung = beside.anna.wait_for("INVITE");
            beside.anna.pick_up(&rung);
            let bye = beside.anna.wait_for("BYE");
            beside.anna.answer(&bye, "200 OK");
        }
        beside.said("Nobody answers.", 1);
        assert!(beside.reason().contains("603"), "{}", beside.reason());
        beside
            .asterisk
            .wait_for("core show channels", "2 active channels");
        caller.hang_up();
        beside.served.wait_for_end("caller_hung_up");
    }
}

#[test]
fn attended_an_empty_queue_takes_nobody() {
    let human = "target = \"sip:600@SIP\"\ntransfer = \"attended\"";
    let Some(beside) = Beside::start(human, "") else {
        return;
    };
    beside
        .asterisk
        .cli("queue pause member PJSIP/101 queue support");
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    beside.said("Nobody answers.", 1);
    assert!(beside.reason().contains("480"), "{}", beside.reason());
    // Somebody comes to work.
    beside
        .asterisk
        .cli("queue unpause member PJSIP/101 queue support");
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.pick_up(&rung);
    beside.served.wait_for_end("transferred");
    beside.must_talk(&mut caller, &rung);
}

#[test]
fn a_caller_who_hangs_up_leaves_no_phone_ringing_and_nobody_alone_on_a_line() {
    let human = "target = \"sip:600@SIP\"\ntransfer = \"attended\"";
    let Some(beside) = Beside::start(human, "") else {
        return;
    };
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "180 Ringing");
    beside.happened("transfer_started");
    caller.hang_up();
    beside.anna.stop_ringing(&rung);
    beside.served.wait_for_end("caller_hung_up");
    beside
        .asterisk
        .wait_for("core show channels", "0 active channels");

    let mut caller = beside.caller();
    beside.said("Hello.", 2);
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.pick_up(&rung);
    let mut told = [0; 2048];
    beside.anna.rtp.recv_from(&mut told).unwrap();
    caller.hang_up();
    let bye = beside.anna.wait_for("BYE");
    beside.anna.answer(&bye, "200 OK");
    beside
        .asterisk
        .wait_for("core show channels", "0 active channels");
    assert_eq!(beside.served.count("transferred"), 0);
}

const ASKED: &str = "target = \"sip:600@SIP\"\nasterisk_queue = \"support\"";

fn manager(secret: &str) -> String {
    format!("[asterisk]\naddress = \"AMI\"\nuser = \"zeroline\"\nsecret = \"{secret}\"\n")
}

#[test]
fn before_the_transfer_the_caller_hears_how_it_stands_with_the_queue() {
    let Some(beside) = Beside::start(ASKED, &manager(SECRET)) else {
        return;
    };
    beside.served.wait_for_log("connected to Asterisk");
    // Nobody is there: said at once, and nobody is transferred.
    beside
        .asterisk
        .cli("queue pause member PJSIP/101 queue support");
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    beside.said("Nobody answers.", 1);
    assert_eq!(beside.served.count("transfer_started"), 0);
    beside
        .asterisk
        .cli("queue unpause member PJSIP/101 queue support");
    // Anna is free, and nobody waits.
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "180 Ringing");
    let told: Vec<String> = told(&beside);
    assert_eq!(told, ["Nobody is waiting before you."; 1], "{told:?}");
    beside.served.wait_for_end("transferred");

    // It rings at hers: the next is the second in the queue.
    let mut second = beside.caller();
    beside.said("Hello.", 2);
    second.press('0');
    beside.happened_times("transferred", 2);
    let told = self::told(&beside);
    assert!(
        told.iter()
            .any(|text| text == "One caller is waiting before you."),
        "{told:?}"
    );
    drop(caller);
}

/// What was said of the queue.
fn told(beside: &Beside) -> Vec<String> {
    let events = beside.served.events();
    let said = events.iter().filter(|e| e["event"] == "prompt_started");
    said.filter_map(|e| e["text"].as_str())
        .filter(|text| text.contains("before you"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_manager_that_cannot_be_asked_keeps_nobody_waiting() {
    for (config, why) in [
        (manager("wrong"), "secret"),
        // SIP is spoken there, and nothing said first.
        (
            manager(SECRET).replace("AMI", "SIP"),
            "the queue cannot be asked",
        ),
        (manager(SECRET).replace("AMI", "127.0.0.1:9"), "127.0.0.1:9"),
        (String::new(), "there is no [asterisk]"),
    ] {
        let Some(beside) = Beside::start(ASKED, &config) else {
            return;
        };
        let mut caller = beside.caller();
        beside.said("Hello.", 1);
        caller.press('0');
        let rung = beside.anna.wait_for("INVITE");
        beside.anna.pick_up(&rung);
        beside.served.wait_for_end("transferred");
        assert!(told(&beside).is_empty());
        beside.served.wait_for_log("the queue cannot be asked");
        beside.served.wait_for_log(why);
        beside.must_talk(&mut caller, &rung);
    }
}
