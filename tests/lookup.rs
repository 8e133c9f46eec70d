//! Lookups against a real HTTP server, in a process of its own, that misbehaves as systems do.
//!
//! What must end at the deadline would go well if it were waited for: no test measures time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::http::HttpServer;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zeroline::lookup::{Answer, Definition, Failed, Lookup, Lookups};

#[test]
fn an_answer_becomes_values() {
    let server = Server::start();
    let answer = server.ask_with("/parcels/{number}", "B47").unwrap();
    let expected = [
        ("day", "2026-11-24"),
        ("express", "true"),
        ("status", "on its way"),
        ("weight", "2.5"),
    ];
    assert_eq!(answer.values, expected.map(owned).into());
    assert_eq!((answer.status, answer.tries), (200, 1));
}

#[test]
fn what_the_system_does_not_know_is_not_found() {
    let server = Server::start();
    for path in ["/parcels/A1", "/status/410", "/null", "/missing"] {
        let failed = server.ask(path).unwrap_err();
        assert!(
            matches!(failed, Failed::NotFound { .. }),
            "{path}: {failed}"
        );
    }
}

#[test]
fn a_request_carries_what_the_dialplan_says() {
    let server = Server::start();
    let mut booking = Definition::post("booking", &server.url("/echo/{number}?day={day}"));
    booking.headers = [("Authorization", "Bearer $TOKEN"), ("X-Caller", "{caller}")]
        .map(owned)
        .into();
    let send = serde_json::json!({ "day": "{day}", "by": { "phone": true } });
    booking.send = send.as_object().cloned();
    booking.gives = gives(&[
        "method",
        "path",
        "body",
        "authorization",
        "x-caller",
        "accept",
        "content-type",
        "accept-encoding",
    ]);
    let lookups = Lookups::with_secrets(|name| (name == "TOKEN").then(|| "hush".to_owned()));
    let said = |slot: &str| Some(format!("{slot}=1&\"十"));
    let answer = lookups.ask(&Lookup::new(booking).unwrap(), &said).unwrap();
    let value = |name: &str| answer.values[name].as_str();
    assert_eq!(value("method"), "POST");
    assert_eq!(
        value("path"),
        "/echo/number%3D1%26%22%E5%8D%81?day=day%3D1%26%22%E5%8D%81"
    );
    let body: serde_json::Value = serde_json::from_str(value("body")).unwrap();
    assert_eq!(
        body,
        serde_json::json!({ "day": "day=1&\"十", "by": { "phone": true } })
    );
    assert_eq!(value("authorization"), "Bearer hush");
    assert_eq!(value("x-caller"), "caller=1&\"十");
    assert_eq!(value("accept"), "application/json");
    assert_eq!(value("content-type"), "application/json");
    assert_eq!(value("accept-encoding"), "identity");
}

#[test]
fn no_value_adds_a_header_or_a_path() {
    let server = Server::start();
    let mut lookup = server.definition("/echo/{number}");
    lookup.headers = [("X-Caller", "{caller}")].map(owned).into();
    lookup.gives = gives(&["path"]);
    let lookup = Lookup::new(lookup).unwrap();
    let ask = |number: &str, caller: &str| {
        let value = |slot: &str| Some(if slot == "number" { number } else { caller }.to_owned());
        server
            .lookups
            .ask(&lookup, &value)
            .map_err(|failed| failed.to_string())
    };
    assert!(ask("1", "x\r\nX-Evil: 1").unwrap_err().contains("{caller}"));
    for number in ["", "..", "../parcels/B47", "1\r\nX-Evil: 1"] {
        assert!(
            ask(number, "x").unwrap_err().contains("{number}"),
            "{number}"
        );
    }
    let path = &ask("1 HTTP?q#", "x").unwrap().values["path"];
    assert_eq!(path, "/echo/1%20HTTP%3Fq%23");
}

#[test]
fn connections_are_kept() {
    let server = Server::start();
    let mut lookup = server.definition("/echo/1");
    lookup.gives = gives(&["port"]);
    let lookup = Lookup::new(lookup).unwrap();
    let ask = || server.lookups.ask(&lookup, &none).unwrap();
    let ports: BTreeSet<String> = (0..10).map(|_| ask().values["port"].clone()).collect();
    assert!(ports.len() < 10, "{ports:?}");
}

#[test]
fn what_does_not_end_ends_at_the_deadline() {
    let server = Server::start();
    for path in [
        "/slow",
        "/drip",
        "/drip-head",
        "/endless-head",
        "/endless-slowly",
    ] {
        let mut lookup = server.definition(path);
        lookup.timeout = Duration::from_millis(400);
        let failed = Lookups::new()
            .ask(&Lookup::new(lookup).unwrap(), &none)
            .unwrap_err();
        assert!(matches!(failed, Failed::Slow { .. }), "{path}: {failed}");
    }
}

#[test]
fn what_is_no_answer_is_broken() {
    let server = Server::start();
    for (path, says) in [
        ("/status/500", "(500)"),
        ("/html", "\"text/html\" instead of JSON"),
        ("/no-json", "no JSON"),
        ("/empty", "no JSON"),
        ("/big", "more than 256 KiB"),
        ("/endless", "more than 256 KiB"),
        ("/gzip", "compressed"),
        ("/object", "an object"),
        ("/cut", "broke"),
        ("/cut-head", "broke"),
        ("/no-http", "no HTTP"),
    ] {
        let failed = server.ask(path).unwrap_err();
        assert!(matches!(failed, Failed::Broken { .. }), "{path}: {failed}");
        assert!(failed.to_string().contains(says), "{path}: {failed}");
    }
}

#[test]
fn an_answer_without_content_is_enough_when_nothing_is_wanted() {
    let server = Server::start();
    let mut lookup = server.definition("/empty");
    lookup.gives = BTreeMap::new();
    let answer = server
        .lookups
        .ask(&Lookup::new(lookup).unwrap(), &none)
        .unwrap();
    assert_eq!((answer.status, answer.values.len()), (204, 0));
}

#[test]
fn a_refusal_is_not_repeated() {
    let server = Server::start();
    for status in [400, 401, 403, 429] {
        let failed = server.ask(&format!("/status/{status}")).unwrap_err();
        assert!(
            matches!(failed, Failed::Refused { status: got, .. } if got == status),
            "{failed}"
        );
    }
    assert_eq!(server.count("/status/401"), 1);
}

#[test]
fn redirects_are_not_followed() {
    let server = Server::start();
    let elsewhere = Server::start();
    let failed = server
        .ask_with("/redirect?to={to}", &elsewhere.url("/parcels/B47"))
        .unwrap_err();
    let Failed::Redirected { to, .. } = &failed else {
        panic!("{failed}")
    };
    assert_eq!(*to, elsewhere.url(""));
    assert_eq!(elsewhere.count("/parcels/B47"), 0);
    let failed = server
        .ask_with("/redirect?to={to}", "/parcels/B47")
        .unwrap_err();
    assert!(
        matches!(&failed, Failed::Redirected { to, .. } if to.contains("its own")),
        "{failed}"
    );
    assert_eq!(server.count("/parcels/B47"), 0);
}

#[test]
fn a_failure_that_passes_is_asked_again() {
    let server = Server::start();
    let answer = server.ask("/flaky/get").unwrap();
    assert_eq!(
        (answer.tries, answer.values["status"].as_str()),
        (2, "well again")
    );
    let failed = server.ask("/busy-until-later").unwrap_err();
    assert!(failed.to_string().contains("(503)"), "{failed}");
    assert_eq!(
        server.count("/busy-until-later"),
        1,
        "it said when to come back"
    );
}

#[test]
fn a_post_is_repeated_only_when_that_is_allowed_and_always_with_the_same_key() {
    let server = Server::start();
    let mut post = Definition::post("post", &server.url("/flaky/once"));
    post.gives = gives(&["status", "keys"]);
    let failed = server
        .lookups
        .ask(&Lookup::new(post.clone()).unwrap(), &none)
        .unwrap_err();
    assert!(matches!(failed, Failed::Broken { .. }), "{failed}");
    assert_eq!(server.count("/flaky/once"), 1);
    post.url = server.url("/flaky/twice");
    post.retries = Some(1);
    let answer = server
        .lookups
        .ask(&Lookup::new(post).unwrap(), &none)
        .unwrap();
    let keys: Vec<&str> = answer.values["keys"].split(' ').collect();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].len() == 36 && keys[0] == keys[1], "{keys:?}");
}

#[test]
fn no_server_is_asked_by_more_than_so_many_calls_at_once() {
    let server = Server::start();
    let mut lookup = server.definition("/crowd");
    lookup.gives = gives(&["most"]);
    lookup.timeout = Duration::from_secs(20);
    let lookup = Lookup::new(lookup).unwrap();
    let most = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..48)
            .map(|_| scope.spawn(|| server.lookups.ask(&lookup, &none)))
            .collect();
        let answers = calls.into_iter().map(|call| call.join().unwrap().unwrap());
        answers
            .map(|answer| answer.values["most"].parse::<u32>().unwrap())
            .max()
    });
    assert!(matches!(most, Some(2..=16)), "{most:?}");
}

#[test]
fn a_server_that_is_gone_is_left_alone_until_it_is_back() {
    let server = Server::start();
    let port = server.http.port;
    let mut lookup = server.definition("/parcels/B47");
    lookup.retries = Some(0);
    let lookup = Lookup::new(lookup).unwrap();
    let lookups = Lookups::new();
    assert!(lookups.ask(&lookup, &none).is_ok());
    drop(server);
    for _ in 0..5 {
        let failed = lookups.ask(&lookup, &none).unwrap_err();
        assert!(matches!(failed, Failed::Gone { .. }), "{failed}");
    }
    let left_alone = |failed| matches!(failed, Failed::CircuitOpen { .. });
    assert!((0..20).any(|_| left_alone(lookups.ask(&lookup, &none).unwrap_err())));
    let back = Server::start_at(port);
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        match lookups.ask(&lookup, &none) {
            Ok(_) => break,
            Err(Failed::CircuitOpen { .. }) if Instant::now() < limit => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(failed) => panic!("{failed}"),
        }
    }
    assert_eq!(back.count("/parcels/B47"), 1);
}

#[test]
fn nobody_there_is_said() {
    let lookup = Lookup::new(Definition::get("nobody", "http://127.0.0.1:1/")).unwrap();
    let failed = Lookups::new().ask(&lookup, &none).unwrap_err();
    assert!(matches!(failed, Failed::Gone { .. }), "{failed}");
}

#[test]
fn a_secret_that_is_not_set_is_named() {
    let server = Server::start();
    let mut lookup = server.definition("/echo/1");
    lookup.headers = [("Authorization", "Bearer $PARCELS_TOKEN_UNSET")]
        .map(owned)
        .into();
    let failed = Lookups::new()
        .ask(&Lookup::new(lookup).unwrap(), &none)
        .unwrap_err();
    assert!(matches!(&failed, Failed::NoSecret { name, .. } if name == "PARCELS_TOKEN_UNSET"));
    assert_eq!(server.count("/echo/1"), 0);
}

#[test]
fn neither_logs_nor_errors_hold_secrets_or_what_was_said() {
    let server = Server::start();
    let lookups = Lookups::with_secrets(|_| Some("hush".to_owned()));
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let mut errors = String::new();
    tracing::subscriber::with_default(subscriber, || {
        for path in [
            "/parcels/{number}",
            "/status/500/{number}",
            "/html?n={number}",
            "/cut/{number}",
            "/redirect?to={number}",
        ] {
            let mut lookup = server.definition(path);
            lookup.headers = [("Authorization", "Bearer $TOKEN")].map(owned).into();
            let lookup = Lookup::new(lookup).unwrap();
            let failed = lookups
                .ask(&lookup, &|_| Some("hush".to_owned()))
                .unwrap_err();
            errors.push_str(&format!("{failed} {failed:?} {lookup:?}\n"));
        }
    });
    let log = log.text();
    assert!(log.contains("test") && log.contains("127.0.0.1"), "{log}");
    assert!(!log.contains("hush"), "{log}");
    assert!(!errors.contains("hush"), "{errors}");
}

/// In a process of its own, since only there an environment can be set.
#[test]
fn proxies_of_the_environment_are_not_used() {
    let mut again = Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        again.env(name, "http://127.0.0.1:1");
    }
    let again = again.env_remove("NO_PROXY").env_remove("no_proxy");
    let ran = again
        .args(["--exact", "an_answer_becomes_values"])
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && out.contains("1 passed"), "{out}");
}

/// A server of its own for a test.
struct Server {
    http: HttpServer,
    lookups: Lookups,
}

impl Server {
    fn start() -> Server {
        Server::start_at(0)
    }

    fn start_at(port: u16) -> Server {
        Server {
            http: HttpServer::start(port),
            lookups: Lookups::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.http.port)
    }

    /// A GET for the facts of a parcel.
    fn definition(&self, path: &str) -> Definition {
        let mut definition = Definition::get("test", &self.url(path));
        definition.gives = gives(&["status"]);
        // These tests are of other things, and share two cores.
        definition.timeout = Duration::from_secs(10);
        if path.starts_with("/parcels") {
            definition.gives = [
                ("status", "/status"),
                ("day", "/delivery/day"),
                ("weight", "/facts/0"),
                ("express", "/facts/1"),
            ]
            .map(owned)
            .into();
        }
        definition
    }

    /// With a `Lookups` of its own, so that no failure before counts.
    fn ask_with(&self, path: &str, value: &str) -> Result<Answer, Failed> {
        let lookup = Lookup::new(self.definition(path)).unwrap();
        Lookups::new().ask(&lookup, &|_| Some(value.to_owned()))
    }

    fn ask(&self, path: &str) -> Result<Answer, Failed> {
        self.ask_with(path, "")
    }

    /// How often a path was asked for.
    fn count(&self, path: &str) -> usize {
        let mut lookup = Definition::get("count", &self.url("/count?of={path}"));
        lookup.gives = gives(&["count"]);
        let lookup = Lookup::new(lookup).unwrap();
        let answer = Lookups::new()
            .ask(&lookup, &|_| Some(path.to_owned()))
            .unwrap();
        answer.values["count"].parse().unwrap()
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Members of the answer under their own names.
fn gives(names: &[&str]) -> BTreeMap<String, String> {
    let pointer = |name: &&str| ((*name).to_owned(), format!("/{name}"));
    names.iter().map(pointer).collect()
}

fn none(_: &str) -> Option<String> {
    None
}
