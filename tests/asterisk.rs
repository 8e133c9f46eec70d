//! Beside a real Asterisk, set up with what lies in `deploy/asterisk`: what it says about its
//! queues, and what becomes of calls. Skips where there is no Asterisk (see `common/asterisk.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "asterisk/agents.rs"]
mod agents;
#[path = "asterisk/beside.rs"]
mod beside;
mod common;
#[path = "asterisk/transfer.rs"]
mod transfer;

use common::asterisk::{Asterisk, MemberPhone, SECRET, caller, hang_up};
use common::{Phone, Served};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};
use zeroline::pbx::{Pbx, PbxError, QueueState, Settings};

/// Where nobody listens: Zeroline is down.
fn nowhere() -> SocketAddr {
    let free = UdpSocket::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

fn settings(asterisk: &Asterisk, secret: &str) -> Settings {
    Settings {
        address: asterisk.manager.to_string(),
        user: "zeroline".to_owned(),
        secret: secret.to_owned(),
    }
}

/// Asks until the answer is as awaited.
async fn wait_for(pbx: &Pbx, what: &str, right: impl Fn(&QueueState) -> bool) -> QueueState {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let state = pbx.queue("support").await;
        match state {
            Ok(state) if right(&state) => return state,
            state => assert!(Instant::now() < limit, "never {what}: {state:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn the_configuration_for_users_is_accepted_without_a_complaint() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    asterisk.start();
    assert_eq!(asterisk.complaints(), Vec::<String>::new());
    let said = |command: &str, words: &[&str]| {
        let output = asterisk.cli(command);
        for word in words {
            assert!(output.contains(word), "{command}: no {word:?} in\n{output}");
        }
    };
    said(
        "pjsip show endpoint zeroline",
        &[
            "sip:zeroline@127.0.0.1:5062",
            "127.0.0.1/32",
            "from-zeroline",
        ],
    );
    said("dialplan show from-zeroline", &["'600'", "'_1XX'"]);
    said("dialplan show zeroline", &["'_[+0-9].'"]);
    said("queue show support", &["PJSIP/101"]);
    // Neither a right to read nor one to write.
    said(
        "manager show user zeroline",
        &["read perm: <none>", "write perm: <none>"],
    );
}

#[tokio::test]
async fn a_queue_is_read_over_the_manager_while_callers_wait_in_it() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    let (anna, ben) = (MemberPhone::new("127.0.0.3"), MemberPhone::new("127.0.0.4"));
    asterisk.zeroline(nowhere());
    asterisk.phone("101", anna.address);
    asterisk.phone("102", ben.address);
    asterisk.replace(
        "queues.conf",
        "member => PJSIP/101,0,Anna",
        "member => PJSIP/101,0,Anna\nmember => PJSIP/102,0,Ben Müller\nmember => PJSIP/103,0,Cleo",
    );
    asterisk.start();
    asterisk.wait_for("pjsip show contacts", "Unavail");
    let pbx = Pbx::start(settings(&asterisk, SECRET));

    asterisk.cli("queue pause member PJSIP/102 queue support reason lunch");
    let state = pbx.queue("support").await.unwrap();
    // Ben is on a break, and Cleo has no phone.
    assert_eq!((state.waiting, state.staffed, state.free), (0, 1, 1));

    // One call rings at Anna's, another waits behind it.
    let mut phones = [caller(&asterisk), caller(&asterisk)];
    for phone in &phones {
        phone.send(&phone.request("INVITE", 1, "", &phone.sdp("0 8 101")));
    }
    let rung = anna.wait_for("INVITE");
    anna.answer(&rung, "180 Ringing");
    let both = |state: &QueueState| state.waiting == 2 && state.free == 0;
    assert_eq!(wait_for(&pbx, "two waiting", both).await.staffed, 1);
    // She answers: one is left.
    anna.pick_up(&rung);
    let one = |state: &QueueState| state.waiting == 1 && state.free == 0;
    assert_eq!(wait_for(&pbx, "one waiting", one).await.staffed, 1);
    // Who was answered hangs up; she does not talk any more, and is in wrap-up.
    let first = phones.iter_mut().find_map(|phone| answered(phone));
    let (answered, tag) = first.expect("nobody was answered");
    hang_up(answered, &tag);
    let over = |state: &QueueState| state.waiting == 1 && state.free == 1;
    wait_for(&pbx, "a conversation over", over).await;
    drop(pbx);
}

/// A phone whose call was answered, and the other side's `;tag=`.
fn answered(phone: &mut Phone) -> Option<(&Phone, String)> {
    while let Some(message) = phone.receive() {
        if message.starts_with("SIP/2.0 200 ") {
            let tag = common::to_tag(&message);
            phone.send(&phone.request("ACK", 1, &tag, ""));
            return Some((phone, tag));
        }
    }
    None
}

#[tokio::test]
async fn what_is_wrong_is_said_so_that_it_can_be_mended() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    asterisk.start();
    let refused = Pbx::start(settings(&asterisk, "guessed"));
    let error = refused.queue("support").await.unwrap_err();
    assert!(matches!(error, PbxError::LoginRefused { .. }), "{error}");
    let pbx = Pbx::start(settings(&asterisk, SECRET));
    let error = pbx.queue("nosuch").await.unwrap_err();
    assert_eq!(error, PbxError::NoSuchQueue("nosuch".to_owned()));
    // SIP is spoken there.
    let mut elsewhere = settings(&asterisk, SECRET);
    elsewhere.address = asterisk.sip.to_string();
    let error = Pbx::start(elsewhere).queue("support").await.unwrap_err();
    assert!(!error.to_string().is_empty());
    // Without app_queue nobody knows of queues.
    asterisk.cli("module unload app_queue.so");
    let error = pbx.queue("support").await.unwrap_err();
    assert!(matches!(error, PbxError::NoQueues(_)), "{error}");
}

#[tokio::test]
async fn an_asterisk_that_was_restarted_is_asked_again() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    asterisk.start();
    let pbx = Pbx::start(settings(&asterisk, SECRET));
    assert_eq!(pbx.queue("support").await.unwrap().waiting, 0);
    asterisk.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = pbx.queue("support").await.unwrap_err();
    assert!(
        matches!(error, PbxError::Lost(_) | PbxError::Unreachable { .. }),
        "{error}"
    );
    asterisk.start();
    wait_for(&pbx, "there again", |state| state.waiting == 0).await;
}

#[test]
fn while_zeroline_is_down_callers_reach_people() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    let anna = MemberPhone::new("127.0.0.3");
    asterisk.zeroline(nowhere());
    asterisk.phone("101", anna.address);
    asterisk.start();
    asterisk.wait_for("pjsip show contacts", "Unavail");
    let mut phone = caller(&asterisk);
    phone.send(&phone.request("INVITE", 1, "", &phone.sdp("0 8 101")));
    let rung = anna.wait_for("INVITE");
    assert_eq!(rung.header("User-to-User"), None);
    anna.pick_up(&rung);
    let answer = phone.answer();
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
}

#[test]
fn key_0_leads_through_a_transfer_into_the_queue() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    let anna = MemberPhone::new("127.0.0.3");
    let served = Served::start(&format!("sip:600@{}", asterisk.sip), "");
    asterisk.zeroline(served.address);
    asterisk.phone("101", anna.address);
    asterisk.start();
    asterisk.wait_for("pjsip show contacts", "Avail");
    let mut phone = caller(&asterisk);
    let (_, rtp) = phone.connect();
    served.wait_for("a greeting", |events| {
        events
            .iter()
            .any(|event| event["event"] == "prompt_started")
    });
    phone.press_zero(rtp);
    let rung = anna.wait_for("INVITE");
    // The caller, not Zeroline, is who calls.
    assert!(
        rung.header("From").unwrap().contains("sip:test@"),
        "{}",
        rung.request
    );
    anna.pick_up(&rung);
    served.wait_for_end("transferred");
    asterisk.wait_for("core show channels", "2 active channels");
}

#[test]
fn who_was_transferred_and_is_not_answered_is_with_zeroline_again() {
    let anna = MemberPhone::new("127.0.0.3");
    for number in ["600", "101"] {
        let Some(mut asterisk) = Asterisk::new() else {
            return;
        };
        let served = Served::start(&format!("sip:{number}@{}", asterisk.sip), "");
        asterisk.zeroline(served.address);
        // The queue is empty: its member has no phone. The other number's phone is busy.
        if number == "101" {
            asterisk.phone("101", anna.address);
        }
        asterisk.start();
        asterisk.wait_for("pjsip show contacts", "Avail");
        let mut phone = caller(&asterisk);
        let (_, rtp) = phone.connect();
        let calls = |times: usize| {
            let started = |event: &&serde_json::Value| event["event"] == "call_started";
            served.wait_for(&format!("call {times}"), |events| {
                events.iter().filter(started).count() == times
            });
        };
        calls(1);
        phone.press_zero(rtp);
        if number == "101" {
            let rung = anna.wait_for("INVITE");
            anna.answer(&rung, "486 Busy Here");
        }
        calls(2);
        // Not from the beginning, as if nothing had happened.
        served.wait_for("the caller is told", |events| {
            let failed = events.iter().position(|e| e["event"] == "transfer_failed");
            let mut after = events.iter().skip(failed.unwrap_or(events.len()));
            let told = |e: &serde_json::Value| {
                let text = e["text"].as_str().unwrap_or_default();
                e["event"] == "prompt_started" && text.contains("front desk did not answer")
            };
            after.any(told)
        });
        let greeted = |e: &&serde_json::Value| {
            let text = e["text"].as_str().unwrap_or_default();
            e["event"] == "prompt_started" && text.contains("Lakeside Clinic, hello")
        };
        assert_eq!(served.events().iter().filter(greeted).count(), 1);
        let called = |e: &serde_json::Value| e["called"].as_str().map(str::to_owned);
        let called: Vec<String> = served.events().iter().filter_map(called).collect();
        assert!(
            called.iter().all(|to| to.contains(":5551234@")),
            "{called:?}"
        );
    }
}

#[test]
fn what_zeroline_says_of_a_caller_comes_to_the_phone_that_rings() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    let anna = MemberPhone::new("127.0.0.3");
    // Here a phone made of sockets is Zeroline.
    let mut zeroline = Phone::new(asterisk.sip);
    zeroline.call_id = zeroline.call_id.replace('@', "-");
    asterisk.zeroline(zeroline.socket.local_addr().unwrap());
    asterisk.phone("101", anna.address);
    asterisk.start();
    let note = "User-to-User: 7a65726f;encoding=hex\r\nContact:";
    for number in ["101", "600"] {
        let invite = zeroline.request("INVITE", 1, "", &zeroline.sdp("0 8 101"));
        let invite = invite.replace("sip:clinic@", &format!("sip:{number}@"));
        zeroline.send(&invite.replacen("Contact:", note, 1));
        let rung = anna.wait_for("INVITE");
        assert_eq!(rung.header("User-to-User"), Some("7a65726f;encoding=hex"));
        anna.answer(&rung, "486 Busy Here");
        // The queue goes on trying.
        if number == "101" {
            let refused = zeroline.answer();
            assert!(refused.starts_with("SIP/2.0 486 "), "{refused}");
        }
        zeroline.call_id.push('x');
    }
    // A number that is no queue and no phone is not called.
    let invite = zeroline.request("INVITE", 1, "", &zeroline.sdp("0 8 101"));
    zeroline.send(&invite.replace("sip:clinic@", "sip:5551234@"));
    let call = zeroline.call_id.clone();
    let refused = std::iter::from_fn(|| zeroline.receive())
        .find(|message| message.contains(&call) && message.starts_with("SIP/2.0 4"));
    assert!(refused.unwrap().starts_with("SIP/2.0 404 "));
}

#[test]
fn what_zeroline_says_of_a_caller_goes_along_with_a_transfer() {
    let Some(mut asterisk) = Asterisk::new() else {
        return;
    };
    let anna = MemberPhone::new("127.0.0.3");
    // Here a phone made of sockets is Zeroline.
    let zeroline = MemberPhone::new("127.0.0.1");
    asterisk.replace(
        "pjsip.conf",
        "qualify_frequency = 10",
        "qualify_frequency = 0",
    );
    asterisk.zeroline(zeroline.address);
    asterisk.phone("101", anna.address);
    asterisk.start();
    let phone = caller(&asterisk);
    let invite = phone.request("INVITE", 1, "", &phone.sdp("0 8 101"));
    // Not for our people's screens.
    let own = "User-to-User: 666f78;encoding=hex\r\nContact:";
    phone.send(&invite.replacen("Contact:", own, 1));
    let call = zeroline.wait_for("INVITE");
    zeroline.answer(&call, "200 OK");
    // A REFER before the two are joined led nowhere.
    asterisk.wait_for("bridge show all", " 2 basic ");
    let note = "Referred-By: <sip:zeroline@127.0.0.1>;user-to-user=7a65726f\r\n";
    zeroline.refer(&call, &format!("sip:600@{}", asterisk.sip), note);
    let rung = anna.wait_for("INVITE");
    assert_eq!(rung.header("User-to-User"), Some("7a65726f;encoding=hex"));
    // It is done, says Asterisk, while the phone only rings.
    while !zeroline
        .wait_for("NOTIFY")
        .request
        .contains("SIP/2.0 200 OK")
    {}
}
