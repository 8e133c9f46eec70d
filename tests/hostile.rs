//! Strangers at a server that is reached from anywhere: what they cannot get, and what is not to be
//! read in its log.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Phone, Served, to_tag};
use md5::{Digest, Md5};
use std::net::UdpSocket;
use std::time::Duration;

const NOBODY: &str = "sip:person@127.0.0.1:9";

/// Loopback is as any other address, and nobody is named by an address there.
const EXPOSED: &str = "
[limits]
allow = []
callers = \"CALLERS\"
calls_per_source = 1

[[queue]]
name = \"front-desk\"

[[agent]]
name = \"anna\"
queues = [\"front-desk\"]
password = \"correct-horse-17\"
";

fn exposed(callers: &str) -> String {
    EXPOSED.replace("CALLERS", callers)
}

#[test]
fn a_caller_who_asks_for_somebody_else_to_be_called_is_refused() {
    let mut served = Served::start(NOBODY, &exposed("anyone"));
    let victim = UdpSocket::bind("127.0.0.1:0").unwrap();
    victim.set_nonblocking(true).unwrap();
    let there = victim.local_addr().unwrap();
    let mut phone = Phone::new(served.address);
    let (tag, _) = phone.connect();
    let refer = phone.request("REFER", 2, &tag, "");
    let refer_to = format!("Refer-To: <sip:victim@{there}>\r\nMax-Forwards");
    phone.send(&refer.replace("Max-Forwards", &refer_to));
    let refusal = phone.answer();
    assert!(
        refusal.starts_with("SIP/2.0 603 "),
        "{refusal}\n{}",
        served.log()
    );
    phone.send(&phone.request("BYE", 3, &tag, ""));
    assert!(phone.answer().starts_with("SIP/2.0 200 "));
    served.wait_for_end("caller_hung_up");
    let mut buffer = [0; 2048];
    assert!(
        victim.recv_from(&mut buffer).is_err(),
        "the victim was called"
    );
    served.must_be_alive();
}

#[test]
fn one_stranger_has_so_many_calls_and_others_none_where_only_the_known_may_call() {
    let served = Served::start(NOBODY, &exposed("anyone"));
    let (mut first, mut second) = (Phone::new(served.address), Phone::new(served.address));
    let (tag, _) = first.connect();
    second.send(&second.request("INVITE", 1, "", &second.sdp("0")));
    let refusal = second.answer();
    assert!(refusal.starts_with("SIP/2.0 503 "), "{refusal}");
    assert!(refusal.contains("\r\nRetry-After: "), "{refusal}");
    first.send(&first.request("BYE", 2, &tag, ""));
    assert!(first.answer().starts_with("SIP/2.0 200 "));
    served.wait_for_end("caller_hung_up");
    Phone::new(served.address).connect();

    let served = Served::start(NOBODY, &exposed("known"));
    let mut stranger = Phone::new(served.address);
    stranger.send(&stranger.request("INVITE", 1, "", &stranger.sdp("0")));
    let refusal = stranger.answer();
    assert!(refusal.starts_with("SIP/2.0 403 "), "{refusal}");
    assert_eq!(served.count("call_started"), 0);
}

#[test]
fn a_scanner_is_banned_and_the_log_says_so_once() {
    let served = Served::start(NOBODY, &exposed("anyone"));
    let phone = Phone::new(served.address);
    let scan = phone.request("OPTIONS", 1, "", "");
    let scan = scan.replace(
        "Max-Forwards",
        "User-Agent: friendly-scanner\r\nMax-Forwards",
    );
    for _ in 0..20 {
        phone.send(&scan);
    }
    served.wait_for_log("SIP source banned");
    phone.send(&phone.request("OPTIONS", 2, "", ""));
    let wait = Some(Duration::from_millis(500));
    phone.socket.set_read_timeout(wait).unwrap();
    assert_eq!(phone.receive(), None);
    assert_eq!(served.log().matches("SIP source banned").count(), 1);
}

fn hex(text: &str) -> String {
    let digest = Md5::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn no_secret_is_in_the_log_however_much_is_logged() {
    let trunk = "[[trunk]]\nname = \"t\"\naddress = \"sip:127.0.0.1:9\"\nuser = \"us\"\npassword = \"battery-staple-4\"\n";
    let extra = format!("{}{trunk}", exposed("anyone"));
    let served = Served::logging(NOBODY, &extra, "trace");
    let mut phone = Phone::new(served.address);
    let register = |phone: &Phone, seq, head: &str| {
        let request = phone.request("REGISTER", seq, "", "");
        let request = request.replace("sip:test@", "sip:anna@");
        let to = format!("To: <sip:clinic@{}>", served.address);
        let request = request.replace(&to, "To: <sip:anna@zeroline>");
        request.replace("Max-Forwards", &format!("{head}Max-Forwards"))
    };
    phone.send(&register(&phone, 1, ""));
    let challenge = phone.answer();
    let nonce = challenge.split("nonce=\"").nth(1).unwrap();
    let nonce = nonce.split('"').next().unwrap();
    let (user, uri) = ("anna", "sip:zeroline");
    let proof = |password: &str| {
        let first = hex(&format!("{user}:zeroline:{password}"));
        let second = hex(&format!("REGISTER:{uri}"));
        hex(&format!("{first}:{nonce}:00000001:cn:auth:{second}"))
    };
    let authorization = |response: &str| {
        format!(
            "Authorization: Digest username=\"{user}\", realm=\"zeroline\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm=MD5, cnonce=\"cn\", qop=auth, nc=00000001\r\n"
        )
    };
    let (wrong, right) = (proof("wrong"), proof("correct-horse-17"));
    phone.send(&register(&phone, 2, &authorization(&wrong)));
    let refusal = phone.answer();
    assert!(refusal.starts_with("SIP/2.0 403 "), "{refusal}");
    phone.send(&register(&phone, 3, &authorization(&right)));
    let answer = phone.answer();
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    // Keys of encrypted sound are in the SDP, also in one that cannot be used.
    let key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    let crypto = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n");
    for (seq, profile) in [(4, "RTP/SAVP"), (5, "RTP/AVP"), (6, "RTP/NONE")] {
        let sdp = phone.sdp("0").replace("RTP/AVP", profile) + &crypto;
        phone.call_id = format!("{seq}@secrets");
        phone.send(&phone.request("INVITE", seq, "", &sdp));
        let answer = phone.answer();
        let tag = to_tag(&answer);
        phone.send(&phone.request("ACK", seq, &tag, ""));
        if answer.starts_with("SIP/2.0 200 ") {
            phone.send(&phone.request("BYE", seq + 10, &tag, ""));
            phone.answer();
            served.wait_for_end("caller_hung_up");
        }
    }
    phone.send(&phone.request("TELEPORT", 30, "", ""));
    served.wait_for_log("DEBUG SIP request refused");
    let log = served.log();
    for secret in [
        "correct-horse-17",
        "battery-staple-4",
        key,
        &wrong,
        &right,
        "response=\"",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}
