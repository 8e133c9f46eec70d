//! What a registrar does with what phones send.

use super::super::digest::tests::answer;
use super::*;
use proptest::prelude::*;

const MINUTE: Millis = 60_000;

/// A registrar with Anna and Ben, and the nonce count that goes on.
struct Office {
    registrar: Registrar,
    count: u32,
}

fn request(to: &str, call_id: &str, cseq: u32, head: &str) -> Request {
    let text = format!(
        "REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:{to}@a>;tag=1\r\n\
         To: <sip:{to}@a>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\n{head}Content-Length: 0\r\n\r\n"
    );
    match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
        rsipstack::sip::SipMessage::Request(request) => request,
        rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
    }
}

fn flow(address: &str) -> Flow {
    Flow {
        carrier: Carrier::Udp,
        address: address.parse().unwrap(),
    }
}

fn here() -> Flow {
    flow("192.0.2.7:40000")
}

fn accounts() -> Vec<(String, String)> {
    [("anna", "secret"), ("ben", "hidden")]
        .map(|(user, password)| (user.to_owned(), password.to_owned()))
        .into()
}

impl Office {
    fn new() -> Office {
        Office {
            registrar: Registrar::new([7; 32], accounts()),
            count: 0,
        }
    }

    /// A REGISTER with Anna's right credentials; the code and all headers, one a line.
    fn send(&mut self, now: Millis, call: (&str, u32), head: &str) -> (u16, String) {
        self.send_as(now, ("anna", "secret"), "anna", call, head)
    }

    fn send_as(
        &mut self,
        now: Millis,
        (user, password): (&str, &str),
        to: &str,
        (call_id, cseq): (&str, u32),
        head: &str,
    ) -> (u16, String) {
        let first = request(to, call_id, cseq, head);
        let (code, challenges) = said(self.registrar.register(now, &first, here()));
        assert_eq!(code, 401);
        let challenge = challenges.lines().next().unwrap();
        let challenge = challenge.strip_prefix("WWW-Authenticate: ").unwrap();
        self.count += 1;
        let credentials = answer(challenge, "REGISTER", user, password, self.count);
        let second = request(to, call_id, cseq, &format!("{head}{credentials}"));
        said(self.registrar.register(now, &second, here()))
    }

    fn uris(&self) -> Vec<String> {
        let contacts = self.registrar.contacts("anna");
        contacts.into_iter().map(|reach| reach.uri).collect()
    }
}

fn said(decision: Decision) -> (u16, String) {
    match decision {
        Decision::Answer { code, headers } => {
            let lines: Vec<String> = headers.iter().map(ToString::to_string).collect();
            (code, lines.join("\n"))
        }
        Decision::Ignore => (0, String::new()),
    }
}

#[test]
fn a_phone_that_knows_its_password_can_be_called_where_it_came_from() {
    let mut office = Office::new();
    assert!(office.registrar.reachable().is_empty());
    let contact = "Contact: <sip:anna@10.0.0.5:5060;transport=udp>\r\nExpires: 3600\r\n";
    let (code, headers) = office.send(0, ("c", 1), contact);
    assert_eq!(code, 200);
    assert_eq!(
        headers,
        "Contact: <sip:anna@10.0.0.5:5060;transport=udp>;expires=300"
    );
    let reach = Reach {
        uri: "sip:anna@10.0.0.5:5060;transport=udp".to_owned(),
        flow: Some(here()),
    };
    assert_eq!(
        office.registrar.reachable(),
        [("anna".to_owned(), reach)].into()
    );
    // Asked without a Contact, it tells what is registered and changes nothing.
    let (code, headers) = office.send(2 * MINUTE, ("c", 2), "");
    assert_eq!(code, 200);
    assert!(headers.ends_with(";expires=180"), "{headers}");
}

#[test]
fn wrong_passwords_and_other_peoples_names_get_nowhere() {
    let mut office = Office::new();
    let contact = "Contact: <sip:anna@b>\r\n";
    let mut try_as = |who: (&str, &str), to: &str| office.send_as(0, who, to, ("c", 1), contact).0;
    assert_eq!(try_as(("anna", "guess"), "anna"), 403);
    assert_eq!(try_as(("carl", "secret"), "carl"), 403);
    assert_eq!(try_as(("ben", "hidden"), "anna"), 403);
    assert_eq!(try_as(("ben", "hidden"), "carl"), 404);
    assert!(office.registrar.reachable().is_empty());
}

#[test]
fn without_accounts_nobody_registers() {
    let mut registrar = Registrar::new([7; 32], []);
    let (code, _) = said(registrar.register(0, &request("anna", "c", 1, ""), here()));
    assert_eq!(code, 405);
}

#[test]
fn too_short_is_told_and_zero_means_gone() {
    let mut office = Office::new();
    let with = |expires: &str| format!("Contact: <sip:a@b>;expires={expires}\r\n");
    let (code, headers) = office.send(0, ("c", 1), &with("59"));
    assert_eq!((code, headers.as_str()), (423, "Min-Expires: 60"));
    assert_eq!(office.send(0, ("c", 2), &with("60")).0, 200);
    assert_eq!(office.uris(), ["sip:a@b"]);
    assert_eq!(office.send(1, ("c", 3), &with("0")), (200, String::new()));
    assert!(office.uris().is_empty());
    let (_, headers) = office.send(2, ("c", 4), &with("nonsense"));
    assert!(headers.ends_with("expires=300"), "{headers}");
}

#[test]
fn several_phones_of_one_user_are_called_by_their_wish_and_the_latest_first() {
    let mut office = Office::new();
    office.send(0, ("a", 1), "Contact: <sip:a@b>;q=0.2, <sip:b@b>;q=0.7\r\n");
    office.send(1, ("b", 1), "m: <sip:c@b>;q=0.7\r\n");
    assert_eq!(office.uris(), ["sip:c@b", "sip:b@b", "sip:a@b"]);
    let (_, headers) = office.send(2, ("b", 2), "");
    assert!(
        headers.contains("<sip:a@b>;expires=300;q=0.200"),
        "{headers}"
    );
    for n in 0..20 {
        office.send(
            3 + n,
            ("c", n as u32),
            &format!("Contact: <sip:n{n}@b>\r\n"),
        );
    }
    assert_eq!(office.uris().len(), MOST_CONTACTS);
}

#[test]
fn a_star_takes_all_away_and_only_with_expires_0() {
    let mut office = Office::new();
    office.send(0, ("a", 5), "Contact: <sip:a@b>, <sip:b@b>\r\n");
    assert_eq!(office.send(1, ("a", 6), "Contact: *\r\n").0, 400);
    assert_eq!(
        office.send(1, ("a", 7), "Contact: *\r\nExpires: 60\r\n").0,
        400
    );
    let more = "Contact: *, <sip:c@b>\r\nExpires: 0\r\n";
    assert_eq!(office.send(1, ("a", 8), more).0, 400);
    let late = "Contact: *\r\nExpires: 0\r\n";
    assert_eq!(office.send(1, ("a", 4), late).0, 400, "an older CSeq");
    assert_eq!(office.uris().len(), 2);
    assert_eq!(office.send(1, ("a", 9), late).0, 200);
    assert!(office.uris().is_empty());
}

#[test]
fn what_is_late_changes_nothing_and_a_request_counts_whole_or_not() {
    let mut office = Office::new();
    office.send(0, ("a", 5), "Contact: <sip:a@b>\r\n");
    let gone = "Contact: <sip:a@b>;expires=0\r\n";
    assert_eq!(office.send(1, ("a", 5), gone).0, 400);
    assert_eq!(office.send(1, ("a", 4), gone).0, 400);
    let half = "Contact: <sip:new@b>, <http://x>\r\n";
    assert_eq!(office.send(1, ("a", 6), half).0, 400);
    assert_eq!(office.uris(), ["sip:a@b"]);
    // A phone that was restarted has another Call-ID and begins anew.
    assert_eq!(office.send(2, ("b", 1), "Contact: <sip:A@B>\r\n").0, 200);
    assert_eq!(
        office
            .send(2, ("b", 2), "Contact: <sip:a@B>;expires=0\r\n")
            .0,
        200
    );
    assert_eq!(office.uris(), ["sip:A@B"], "the user part has its case");
}

#[test]
fn who_is_not_heard_of_any_more_cannot_be_called() {
    let mut office = Office::new();
    office.send(
        0,
        ("a", 1),
        "Contact: <sip:a@b>;expires=60, <sip:b@b>;expires=120\r\n",
    );
    assert!(!office.registrar.expire(MINUTE - 1));
    assert!(office.registrar.expire(MINUTE));
    assert_eq!(office.uris(), ["sip:b@b"]);
    assert!(office.registrar.expire(2 * MINUTE));
    assert!(office.registrar.reachable().is_empty());
}

#[test]
fn phones_stay_reachable_over_a_restart() {
    let mut office = Office::new();
    office.send(0, ("a", 1), "Contact: <sip:a@b>;q=0.5\r\n");
    let saved = serde_json::to_string(&office.registrar.saved()).unwrap();
    assert!(!saved.contains("secret"));
    let saved: Saved = serde_json::from_str(&saved).unwrap();
    let after = |now| {
        let mut registrar = Registrar::new([8; 32], accounts());
        registrar.restore(saved.clone(), now);
        registrar.contacts("anna")
    };
    assert_eq!(after(MINUTE), office.registrar.contacts("anna"));
    assert_eq!(after(5 * MINUTE), []);
    let mut others = Registrar::new([8; 32], []);
    others.restore(saved.clone(), 0);
    assert_eq!(others.contacts("anna"), [], "no such account any more");
}

#[test]
fn a_connection_does_not_outlive_a_restart_but_the_contact_may() {
    let mut office = Office::new();
    office.send(0, ("a", 1), "Contact: <sip:a@b;transport=tcp>\r\n");
    let mut saved = office.registrar.saved();
    for binding in saved.bindings.get_mut("anna").unwrap() {
        binding.reach.flow.as_mut().unwrap().carrier = Carrier::Tcp;
    }
    let mut registrar = Registrar::new([8; 32], accounts());
    registrar.restore(saved, 1);
    assert_eq!(registrar.contacts("anna")[0].flow, None);
}

#[test]
fn changed_accounts_take_effect_at_once() {
    let mut office = Office::new();
    office.send(0, ("a", 1), "Contact: <sip:a@b>\r\n");
    office.send_as(
        0,
        ("ben", "hidden"),
        "ben",
        ("b", 1),
        "Contact: <sip:b@b>\r\n",
    );
    office.registrar.set_accounts(accounts());
    assert_eq!(office.registrar.reachable().len(), 2, "nothing changed");
    office.registrar.set_accounts([
        ("anna".to_owned(), "new".to_owned()),
        ("ben".to_owned(), "hidden".to_owned()),
    ]);
    let reachable = office.registrar.reachable();
    assert_eq!(reachable.keys().collect::<Vec<_>>(), ["ben"]);
    assert_eq!(office.send(1, ("a", 2), "").0, 403);
}

proptest! {
    #[test]
    fn whatever_is_registered_is_bounded_and_runs_out(
        steps in proptest::collection::vec(
            (0u32..9, 0u32..4, "[0-9*a-z]{0,4}", 0u64..400_000, "[ -~]{0,30}"), 1..20),
    ) {
        let mut office = Office::new();
        let mut now = 0;
        for (cseq, contact, expires, later, noise) in steps {
            now += later;
            let head = match contact {
                0 => format!("Contact: *\r\nExpires: {expires}\r\n"),
                1 => format!("Contact: {noise}\r\n"),
                n => format!("Contact: <sip:p{n}@b>;expires={expires}\r\n"),
            };
            let (code, _) = office.send(now, ("a", cseq), &head);
            prop_assert!([200, 400, 423].contains(&code), "{code}");
            prop_assert!(office.uris().len() <= MOST_CONTACTS);
        }
        office.registrar.expire(now + LONGEST_S * 1000);
        prop_assert!(office.registrar.reachable().is_empty());
    }
}
