//! From the start of a server to its end: what systemd hears, whether it is well, and what becomes of the
//! calls that are up when it is told to stop, or dies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Phone, Served, zeroline};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

const PERSON: &str = "sip:person@127.0.0.1:9";
const CLINIC: &str = include_str!("../dialplans/clinic.toml");

/// `zeroline health` of a server: its exit code and what it says.
fn health(served: &Served, options: &[&str]) -> (i32, String) {
    let output = zeroline()
        .args(["health", "--data"])
        .arg(served.data())
        .args(options)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let code = output.status.code().unwrap();
    (code, String::from_utf8_lossy(&text).into_owned())
}

/// The answer to an OPTIONS of somebody else.
#[track_caller]
fn options(served: &Served) -> String {
    let mut phone = Phone::new(served.address);
    phone.send(&phone.request("OPTIONS", 1, "", ""));
    phone.answer()
}

/// The next message that begins so, however long the caller hears something else.
#[track_caller]
fn next(phone: &Phone, begins: &str) -> String {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        match phone.receive() {
            Some(message) if message.starts_with(begins) => return message,
            _ => assert!(Instant::now() < limit, "no {begins} came"),
        }
    }
}

#[test]
fn calls_finish_before_a_server_that_is_told_to_stop_does() {
    let mut served = Served::start(PERSON, "drain_seconds = 30");
    assert!(options(&served).starts_with("SIP/2.0 200 "));
    let mut phone = Phone::new(served.address);
    let (tag, _) = phone.connect();
    served.wait_for("the call's start", |events| !events.is_empty());
    let (code, text) = health(&served, &[]);
    assert_eq!((code, text.trim()), (0, "ready, 1 calls"));
    served.terminate();
    // A new call is refused, and whoever asks is told; the old call goes on until its caller hangs up.
    let limit = Instant::now() + Duration::from_secs(10);
    while options(&served).starts_with("SIP/2.0 200 ") {
        assert!(Instant::now() < limit, "OPTIONS is answered as ever");
    }
    assert!(options(&served).starts_with("SIP/2.0 503 "));
    let mut second = Phone::new(served.address);
    second.send(&second.request("INVITE", 1, "", &second.sdp("0")));
    assert!(second.answer().starts_with("SIP/2.0 503 "));
    let (code, text) = health(&served, &[]);
    assert_eq!((code, text.trim()), (1, "stopping, 1 calls"));
    assert_eq!(health(&served, &["--alive"]).0, 0);
    phone.send(&phone.request("BYE", 2, &tag, ""));
    assert!(phone.answer().starts_with("SIP/2.0 200 "));
    assert_eq!(served.wait_for_exit(Duration::from_secs(20)), 0);
    assert_eq!(served.count("call_ended"), 1);
    let (code, text) = health(&served, &[]);
    assert_eq!(code, 1);
    assert!(text.contains("no server runs"), "{text}");
}

#[test]
fn who_is_still_on_the_line_then_hears_why_it_ends() {
    let mut served = Served::start(PERSON, "drain_seconds = 1");
    let mut phone = Phone::new(served.address);
    phone.connect();
    served.wait_for("the call's start", |events| !events.is_empty());
    served.terminate();
    next(&phone, "BYE ");
    assert_eq!(served.wait_for_exit(Duration::from_secs(30)), 0);
    served.wait_for_end("shutdown");
    let heard = |event: &serde_json::Value| {
        let text = event["text"].as_str().unwrap_or_default();
        event["event"] == "prompt_finished" && text.contains("has to stop for a moment")
    };
    assert!(served.events().iter().any(heard), "{:#?}", served.events());
}

#[test]
fn systemd_hears_that_it_is_ready_and_well_and_that_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let hear = |wanted: &str| {
        let mut buffer = [0; 1024];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.contains(wanted) {
                return text;
            }
        }
    };
    let environment = [
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", "900000"),
    ];
    let mut served = Served::within(CLINIC, "drain_seconds = 1", &environment);
    hear("READY=1");
    assert!(hear("WATCHDOG=1").contains("STATUS=0 calls"));
    served.terminate();
    assert!(hear("STOPPING=1").contains("EXTEND_TIMEOUT_USEC=16000000"));
    assert_eq!(served.wait_for_exit(Duration::from_secs(30)), 0);
}

#[test]
fn kill_9_loses_no_finished_line() {
    let mut served = Served::start(PERSON, "");
    let mut phone = Phone::new(served.address);
    phone.connect();
    served.wait_for("the greeting", |events| {
        events.iter().any(|e| e["event"] == "prompt_started")
    });
    served.kill();
    assert!(served.count("prompt_started") == 1);
    let output = zeroline()
        .args(["calls", "list", "--data"])
        .arg(served.data())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("Lakeside"),
        "{text}"
    );
}
