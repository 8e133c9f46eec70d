//! What a dialplan's author is told, and what a request looks like.

use super::*;
use serde_json::{Value, json};
use std::time::Duration;

fn mistakes(definition: Definition) -> Vec<(String, String)> {
    let mistakes = Lookup::new(definition).err().unwrap_or_default();
    let told = |mistake: Mistake| (mistake.at.join("."), mistake.message + "; " + &mistake.help);
    mistakes.into_iter().map(told).collect()
}

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn booking() -> Definition {
    let Value::Object(send) = json!({ "day": "{day}", "channel": "phone" }) else {
        panic!()
    };
    Definition {
        headers: map([("Authorization", "Bearer $TOKEN"), ("X-Caller", "{caller}")]),
        send: Some(send),
        gives: map([("ticket", "/id")]),
        ..Definition::post(
            "booking",
            "https://crm.example/patients/{number}/visits?for={reason}",
        )
    }
}

fn values(slot: &str) -> Option<String> {
    Some(format!("<{slot}>"))
}

#[test]
fn a_lookup_says_what_it_needs_and_gives() {
    let lookup = Lookup::new(booking()).unwrap();
    assert_eq!(lookup.name(), "booking");
    assert_eq!(lookup.timeout(), Duration::from_secs(2));
    assert_eq!(lookup.origin().to_string(), "https://crm.example");
    assert_eq!(
        Vec::from_iter(lookup.slots()),
        ["caller", "day", "number", "reason"]
    );
    assert_eq!(Vec::from_iter(lookup.secrets()), ["TOKEN"]);
    assert_eq!(Vec::from_iter(lookup.gives()), ["ticket"]);
}

#[test]
fn all_mistakes_are_told_at_once_and_where() {
    let mut wrong = booking();
    wrong.url = "http://{host}/".to_owned();
    wrong.headers = map([
        ("Authorization", "Bearer $token"),
        ("X-A", "1"),
        ("x-a", "2"),
    ]);
    wrong
        .send
        .as_mut()
        .unwrap()
        .insert("day".to_owned(), json!(["{day"]));
    wrong.gives = map([("ticket", "id")]);
    wrong.timeout = Duration::from_secs(60);
    wrong.retries = Some(100);
    let told = mistakes(wrong);
    let places: Vec<_> = told.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(
        places,
        [
            "post",
            "headers.Authorization",
            "headers.x-a",
            "send.day",
            "gives.ticket",
            "timeout",
            "retries"
        ]
    );
    for says in [
        "host or port",
        "$NAME",
        "twice",
        "not closed",
        "\"/id\"",
        "100ms to 20s",
        "0 to 5",
    ] {
        assert!(
            told.iter().any(|(_, text)| text.contains(says)),
            "{says}: {told:#?}"
        );
    }
}

#[test]
fn a_get_sends_nothing() {
    let told = mistakes(Definition {
        method: Method::Get,
        ..booking()
    });
    assert!(
        matches!(&told[..], [(at, text)] if at == "send" && text.contains("post")),
        "{told:?}"
    );
}

#[test]
fn a_request_holds_what_was_filled_in() {
    let lookup = Lookup::new(booking()).unwrap();
    let secrets: Box<Secrets> = Box::new(|name| (name == "TOKEN").then(|| "hush".to_owned()));
    let request = lookup.request(&values, &*secrets).ok().unwrap();
    assert_eq!(
        request.url,
        "https://crm.example/patients/%3Cnumber%3E/visits?for=%3Creason%3E"
    );
    let header = |name: &str| {
        let found = request.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header("authorization").as_deref(), Some("Bearer hush"));
    assert_eq!(header("x-caller").as_deref(), Some("<caller>"));
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    let body: Value = serde_json::from_slice(&request.body.unwrap()).unwrap();
    assert_eq!(body, json!({ "day": "<day>", "channel": "phone" }));
}

#[test]
fn a_post_that_may_be_repeated_can_be_told_from_a_second_one() {
    let key = |definition: Definition| {
        let lookup = Lookup::new(definition).unwrap();
        let secrets: Box<Secrets> = Box::new(|_| Some("hush".to_owned()));
        let request = lookup.request(&values, &*secrets).ok().unwrap();
        let mut headers = request.headers.into_iter();
        let found = headers.find(|(name, _)| name == "idempotency-key");
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    let once = Definition {
        retries: Some(1),
        ..booking()
    };
    let mut own = once.clone();
    own.headers
        .insert("Idempotency-Key".to_owned(), "order-{number}".to_owned());
    assert_eq!(key(booking()), None);
    assert!(key(once.clone()).is_some_and(|key| key.len() == 36));
    assert_ne!(key(once.clone()), key(once));
    assert_eq!(key(own).as_deref(), Some("order-<number>"));
}

#[test]
fn debug_output_holds_no_secret() {
    let mut definition = booking();
    definition.url.push_str("&key=hush");
    definition
        .headers
        .insert("X-Key".to_owned(), "hush".to_owned());
    let shown = format!("{:?}", Lookup::new(definition).unwrap());
    assert!(
        shown.contains("https://crm.example") && !shown.contains("hush"),
        "{shown}"
    );
}
