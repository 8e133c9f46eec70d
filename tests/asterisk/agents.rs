//! Our own queue, with agents whose phones are Asterisk's, and call-backs over Asterisk.

use crate::beside::{Beside, note};
use crate::common::asterisk::{Asterisk, MEDIA, MemberPhone, media_of, press, talk};
use crate::common::root;

const QUEUE: &str = "queue = \"front-desk\"";

/// The queue, and agents by name and extension.
fn people(agents: &[(&str, &str)]) -> String {
    let mut config =
        "[[queue]]\nname = \"front-desk\"\nstrategy = \"linear\"\nwrap_up_seconds = 0\n".to_owned();
    for (name, extension) in agents {
        config.push_str(&format!(
            "[[agent]]\nname = \"{name}\"\nqueues = [\"front-desk\"]\naddress = \"sip:{extension}@SIP\"\n"
        ));
    }
    config
}

#[test]
fn agents_behind_asterisk_are_rung_told_and_joined_and_one_who_is_busy_is_passed_over() {
    let ben = MemberPhone::new("127.0.0.4");
    // Nobody has the phone 103, and Anna talks.
    let agents = people(&[("cleo", "103"), ("anna", "101"), ("ben", "102")]);
    let bens = |asterisk: &Asterisk| asterisk.phone("102", ben.address);
    let Some(beside) = Beside::with(QUEUE, &agents, bens) else {
        return;
    };
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "486 Busy Here");
    let rung = ben.wait_for("INVITE");
    assert_eq!(note(&rung), "pressed 0");
    beside.happened_times("agent_not_taken", 2);
    let events = beside.served.events();
    let missed: Vec<_> = events
        .iter()
        .filter(|e| e["event"] == "agent_not_taken")
        .map(|e| (e["agent"].as_str().unwrap(), e["why"].as_str().unwrap()))
        .collect();
    assert_eq!(missed, [("cleo", "no answer"), ("anna", "busy")]);
    ben.answer(&rung, "180 Ringing");
    ben.pick_up(&rung);
    // Who waits and why, until he takes the call.
    let mut told = [0; 2048];
    let (length, _) = ben.rtp.recv_from(&mut told).unwrap();
    assert_eq!(length, 172);
    assert_eq!(beside.served.count("connected"), 0);
    let bens_line = media_of(&rung.request);
    press(&ben.rtp, bens_line, '1', 1);
    beside.happened("connected");
    talk((&caller.phone.rtp, caller.rtp), (&ben.rtp, bens_line));
    ben.hang_up(&rung);
    beside.served.wait_for_end("agent_hung_up");
    caller.must_be_hung_up();
    beside
        .asterisk
        .wait_for("core show channels", "0 active channels");
}

#[test]
fn a_promise_is_kept_over_asterisk_as_a_trunk_that_asks_for_a_password() {
    let outside = MemberPhone::new("127.0.0.5");
    let config = people(&[("anna", "101")])
        + "[[trunk]]\nname = \"asterisk\"\naddress = \"sip:SIP\"\nuser = \"zeroline-out\"\npassword = \"a-long-secret\"\n";
    let trunk = |asterisk: &Asterisk| {
        // Callers have this number, and are reached by it.
        asterisk.add("pjsip.conf", "[anonymous](+)\ncallerid = <5557001>");
        asterisk.phone("your-trunk", outside.address);
        let readme = root().join("deploy/asterisk/README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let account = readme.split("```ini\n; pjsip.conf, and").nth(1).unwrap();
        let account = account.split("```").next().unwrap();
        let account = account.replace("password = the same", "password = a-long-secret");
        let (pjsip, extensions) = account.split_once("; extensions.conf\n").unwrap();
        asterisk.add("pjsip.conf", &format!("[global](+);{pjsip}"));
        asterisk.add(
            "pjsip.conf",
            &format!("[zeroline-out](+type=endpoint)\n{MEDIA}"),
        );
        asterisk.add("extensions.conf", extensions);
    };
    let Some(beside) = Beside::with(QUEUE, &config, trunk) else {
        return;
    };
    let mut caller = beside.caller();
    beside.said("Hello.", 1);
    caller.press('0');
    let rung = beside.anna.wait_for("INVITE");
    beside.anna.answer(&rung, "180 Ringing");
    // Rather not wait: call me back, at this number.
    beside.happened("queued");
    caller.press('1');
    beside
        .served
        .wait_for("the number is asked about", |events| {
            let text = |e: &serde_json::Value| e["text"].as_str().unwrap_or_default().to_owned();
            events.iter().any(|e| text(e).contains("call you back"))
        });
    caller.press('1');
    beside.happened("call_back_promised");
    beside.anna.stop_ringing(&rung);
    beside.served.wait_for_end("call_back_promised");
    caller.must_be_hung_up();

    let rung = beside.anna.wait_for("INVITE");
    beside.anna.pick_up(&rung);
    let mut told = [0; 2048];
    beside.anna.rtp.recv_from(&mut told).unwrap();
    let annas_line = media_of(&rung.request);
    press(&beside.anna.rtp, annas_line, '1', 1);
    let called = outside.wait_for("INVITE");
    outside.answer(&called, "180 Ringing");
    outside.answer(&called, "200 OK");
    beside.happened("connected");
    talk(
        (&outside.rtp, media_of(&called.request)),
        (&beside.anna.rtp, annas_line),
    );
    // Whoever was called back hangs up, and Anna has nobody on her line.
    outside.hang_up(&called);
    let bye = beside.anna.wait_for("BYE");
    beside.anna.answer(&bye, "200 OK");
    beside
        .asterisk
        .wait_for("core show channels", "0 active channels");
    beside.served.wait_for_log("called back");
}
