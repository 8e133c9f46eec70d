//! How we register, whatever the trunk says.

use super::*;
use proptest::prelude::*;
use rsipstack::sip::SipMessage;

const CONTACT: &str = "sip:lakeside@192.0.2.9:5060";

fn account() -> Account {
    Account {
        registrar: "sip:trunk.example".to_owned(),
        contact: CONTACT.to_owned(),
        user: "lakeside".to_owned(),
        password: "secret".to_owned(),
    }
}

fn new() -> Registering {
    Registering::new(account(), 0, fastrand::Rng::with_seed(7))
}

fn response(status: &str, head: &str) -> Response {
    let text = format!(
        "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n{head}Content-Length: 0\r\n\r\n"
    );
    match SipMessage::try_from(text.as_bytes()).unwrap() {
        SipMessage::Response(response) => response,
        SipMessage::Request(_) => panic!("a request"),
    }
}

fn challenge(nonce: &str, stale: &str) -> Response {
    let head = format!(
        "WWW-Authenticate: Digest realm=\"t\", nonce=\"{nonce}\", algorithm=SHA-256, qop=\"auth\"{stale}\r\n"
    );
    response("401 Unauthorized", &head)
}

fn ok(head: &str) -> Response {
    response("200 OK", head)
}

fn proof(register: &Register) -> String {
    register
        .proof
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Seconds until the next, after 200 with this.
fn again_after(head: &str) -> u64 {
    let mut registering = new();
    registering.request();
    registering.answered(0, &ok(head));
    assert_eq!(registering.standing(), &Standing::Registered, "{head}");
    registering.due().unwrap() / 1000
}

#[test]
fn it_proves_who_we_are_and_goes_on_with_the_same_nonce_until_that_is_stale() {
    let mut registering = new();
    let first = registering.request();
    assert_eq!(
        (first.cseq, first.expires, proof(&first).as_str()),
        (1, 600, "")
    );
    registering.answered(0, &challenge("one", ""));
    assert_eq!(registering.due(), Some(0), "at once");
    let second = registering.request();
    assert_eq!(second.cseq, 2);
    assert!(proof(&second).contains("nc=00000001"));
    registering.answered(0, &ok(""));
    assert_eq!(registering.standing(), &Standing::Registered);
    let mut now = 0;
    for count in 2..=10 {
        now = registering.due().unwrap();
        let next = proof(&registering.request());
        assert!(next.contains(&format!("nc={count:08x}")), "{next}");
        registering.answered(now, &ok(""));
    }
    registering.request();
    registering.answered(now, &challenge("two", ", stale=true"));
    let fresh = proof(&registering.request());
    assert!(
        fresh.contains("nonce=\"two\"") && fresh.contains("nc=00000001"),
        "{fresh}"
    );
    registering.answered(now, &ok(""));
    assert!(registering.is_good(now));
}

#[test]
fn it_comes_again_before_the_time_is_over_that_was_granted() {
    let ours = format!("Contact: <{CONTACT}>;expires=100\r\n");
    let others = format!(
        "Contact: <sip:lakeside@203.0.113.1>;expires=3600, <{CONTACT}>;expires=100\r\nExpires: 900\r\n"
    );
    let rewritten = "Contact: <sip:lakeside@198.51.100.1:1024>;expires=100\r\n";
    for head in [ours.as_str(), &others, rewritten, "Expires: 100\r\n"] {
        assert!((75..85).contains(&again_after(head)), "{head}");
    }
    assert!((450..510).contains(&again_after("")));
    assert_eq!(
        again_after(&format!("Contact: <{CONTACT}>;expires=1\r\n")),
        1
    );
}

#[test]
fn a_stream_is_used_before_it_is_closed_for_being_idle() {
    let mut registering = new();
    registering.reached_at(CONTACT.to_owned(), true);
    registering.request();
    registering.answered(0, &ok("Expires: 3600\r\n"));
    assert_eq!(registering.due(), Some(STREAM_KEPT_MS));
}

#[test]
fn who_wants_longer_gets_it_once() {
    let mut registering = new();
    registering.request();
    registering.answered(
        0,
        &response("423 Interval Too Brief", "Min-Expires: 1800\r\n"),
    );
    assert_eq!(registering.due(), Some(0));
    assert_eq!(registering.request().expires, 1800);
    registering.answered(
        0,
        &response("423 Interval Too Brief", "Min-Expires: 3600\r\n"),
    );
    assert!(matches!(registering.standing(), Standing::Failed(_)));
    assert!(registering.due().unwrap() >= 15_000);
}

#[test]
fn a_trunk_that_is_down_is_left_alone_for_longer_and_longer() {
    let mut registering = new();
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..8 {
        registering.request();
        registering.unanswered(now, "no answer");
        let next = registering.due().unwrap();
        waits.push((next - now) / 1000);
        now = next;
    }
    for (wait, longest) in waits.iter().zip([30, 60, 120, 240, 480, 600, 600, 600]) {
        assert!((longest / 2..=longest).contains(wait), "{waits:?}");
    }
    registering.request();
    registering.answered(now, &ok(""));
    registering.request();
    registering.answered(now, &response("503 Busy", "Retry-After: 120 (later)\r\n"));
    let wait = registering.due().unwrap() - now;
    assert!(wait >= 120_000, "{wait}");
    assert!(registering.is_good(now), "what it granted is still good");
    assert!(!registering.is_good(now + 601_000));
    assert_eq!(
        registering.standing(),
        &Standing::Failed("503 Busy".to_owned())
    );
}

#[test]
fn a_wrong_password_is_not_tried_over_and_over() {
    let mut registering = new();
    registering.request();
    registering.answered(0, &challenge("one", ""));
    registering.request();
    registering.answered(0, &challenge("two", ""));
    let Standing::Failed(why) = registering.standing() else {
        panic!("not failed");
    };
    assert!(why.contains("password") && !why.contains("secret"), "{why}");
    assert!(registering.due().unwrap() >= 600_000);

    let mut registering = new();
    for _ in 0..=MOST_CHALLENGES {
        registering.request();
        registering.answered(0, &challenge("one", ", stale=true"));
    }
    assert!(
        matches!(registering.standing(), Standing::Failed(_)),
        "stale for ever"
    );
}

#[test]
fn it_is_taken_back_at_the_end_if_there_is_anything_to_take_back() {
    let mut registering = new();
    registering.leave(0);
    assert_eq!(registering.due(), None);

    let mut registering = new();
    registering.request();
    registering.answered(0, &ok("Service-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"));
    assert_eq!(registering.service_route(), ["<sip:p1;lr>", "<sip:p2;lr>"]);
    registering.leave(5);
    assert_eq!(registering.due(), Some(5));
    assert_eq!(registering.request().expires, 0);
    registering.answered(5, &challenge("one", ""));
    assert!(proof(&registering.request()).contains("nonce=\"one\""));
    registering.unanswered(5, "no answer");
    assert_eq!(registering.due(), None, "nobody waits for it");
}

proptest! {
    /// Whatever a trunk says, it is neither flooded nor forgotten.
    #[test]
    fn it_never_stops_trying_and_never_floods(
        answers in prop::collection::vec((0u8..7, 0u64..100_000, ".{0,20}"), 1..60),
        seed: u64,
    ) {
        let mut registering = Registering::new(account(), 0, fastrand::Rng::with_seed(seed));
        let mut now = 0;
        let mut at_once = 0;
        for (kind, number, text) in answers {
            let due = registering.due().unwrap();
            prop_assert!(due >= now && due - now <= 2 * LONGEST_MINIMUM_S * 1000);
            at_once = if due == now { at_once + 1 } else { 0 };
            prop_assert!(at_once <= MOST_CHALLENGES + 2);
            now = due;
            registering.request();
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            match kind {
                0 => registering.unanswered(now, &text),
                1 => registering.answered(now, &challenge("n", "")),
                2 => registering.answered(now, &challenge("n", ", stale=true")),
                3 => registering.answered(now, &ok(&format!("Expires: {number}\r\n"))),
                4 => registering.answered(
                    now,
                    &response("423 Brief", &format!("Min-Expires: {number}\r\n")),
                ),
                5 => registering.answered(
                    now,
                    &response("503 Busy", &format!("Retry-After: {}\r\n", number % 3600)),
                ),
                _ => registering.answered(now, &ok(&format!("Contact: {text}\r\n"))),
            }
        }
    }
}
