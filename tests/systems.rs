//! Whole calls that need the company's own system: a real server, a real phone call, and an HTTP server
//! that works, fails or is gone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::http::HttpServer;
use common::{Served, root, zeroline};
use std::process::{Child, Stdio};

/// Parcels, with people there at this hour and their system on this port.
fn parcels(port: u16) -> Served {
    let plan = std::fs::read_to_string(root().join("dialplans/parcels.toml")).unwrap();
    let here = "http://127.0.0.1:9000/parcels/{number}\"";
    let hours = [
        "America/New_York",
        "Mon-Sat 07:00-21:00",
        "closed = [\"01-01\"",
    ];
    assert!(plan.contains(here) && hours.iter().all(|hours| plan.contains(hours)));
    let there = format!("http://127.0.0.1:{port}/parcels/{{number}}\"");
    // Closed for two hours, which begin in twelve.
    let now = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .hour();
    let [from, to] = [14, 12].map(|later| format!("{:02}:00", (now + later) % 24));
    let open = plan
        .replace(here, &there)
        .replace("America/New_York", "UTC")
        .replace("Mon-Sat 07:00-21:00", &format!("daily {from}-{to}"))
        .replace("closed = [\"01-01\"", "# [\"01-01\"");
    Served::with(&open, "")
}

/// Hangs up when it is dropped.
struct Caller(Child);

/// Asks for a parcel, and keys its number in when asked.
fn ask_for(served: &Served, number: &str) -> Caller {
    let mut call = zeroline();
    call.arg("call")
        .arg(format!("sip:parcels@{}", served.address))
        .arg("--say")
        .arg(root().join("audio-fixtures/parcel.wav"))
        .args(["--keys", number])
        .stdout(Stdio::null());
    Caller(call.spawn().unwrap())
}

impl Drop for Caller {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn said(events: &[serde_json::Value], words: &str) -> bool {
    let says = |e: &serde_json::Value| {
        e["event"] == "prompt_started" && e["text"].as_str().unwrap().contains(words)
    };
    events.iter().any(says)
}

#[test]
fn what_the_system_says_is_told_to_the_caller() {
    let system = HttpServer::start(0);
    let served = parcels(system.port);
    let _caller = ask_for(&served, "40512377");
    served.wait_for("the answer", |events| {
        said(events, "It is in Trenton now and should come on")
    });
    let ended = served
        .events()
        .into_iter()
        .find(|e| e["event"] == "lookup_ended");
    assert!(ended.unwrap()["failed"].is_null());
}

#[test]
fn a_system_that_is_gone_is_admitted_and_a_person_takes_over() {
    let system = HttpServer::start(0);
    let port = system.port;
    drop(system);
    let served = parcels(port);
    let _caller = ask_for(&served, "40512377");
    served.wait_for("the way to a person", |events| {
        events.iter().any(|e| e["event"] == "transfer_started")
    });
    let events = served.events();
    assert!(said(&events, "our system does not answer"), "{events:#?}");
    let transfer = events
        .iter()
        .find(|e| e["event"] == "transfer_started")
        .unwrap();
    assert_eq!(transfer["wanted"][0], "where-is-my-parcel", "{transfer}");
    assert_eq!(transfer["given"]["number"], "40512377", "{transfer}");
}

#[test]
fn a_number_that_the_system_does_not_know_is_asked_for_again() {
    let system = HttpServer::start(0);
    let served = parcels(system.port);
    let _caller = ask_for(&served, "40512378");
    served.wait_for("the question again", |events| {
        said(events, "I can not find that") && said(events, "on the card in your letter box")
    });
}
