//! Who is let in, and who is not.

use super::*;
use proptest::prelude::*;

pub const FROM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

fn request(head: &str) -> Request {
    let text = format!(
        "REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n{head}Content-Length: 0\r\n\r\n"
    );
    match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
        rsipstack::sip::SipMessage::Request(request) => request,
        rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
    }
}

/// What a phone answers to a challenge.
pub fn answer(challenge: &str, method: &str, user: &str, password: &str, nc: u32) -> String {
    let params = parameters(challenge).unwrap();
    let algorithm = match params["algorithm"].as_str() {
        "MD5" => Algorithm::Md5,
        _ => Algorithm::Sha256,
    };
    let first = algorithm.hash(&format!("{user}:{}:{password}", params["realm"]));
    let second = algorithm.hash(&format!("{method}:sip:a"));
    let nonce = &params["nonce"];
    let response = algorithm.hash(&format!("{first}:{nonce}:{nc:08x}:cn:auth:{second}"));
    format!(
        "Authorization: Digest username=\"{user}\", realm=\"{}\", nonce=\"{nonce}\", uri=\"sip:a\", \
         response=\"{response}\", algorithm={}, cnonce=\"cn\", qop=auth, nc={nc:08x}\r\n",
        params["realm"],
        algorithm.name()
    )
}

fn judge(gate: &mut Gate, now: Millis, head: &str) -> Verdict {
    judge_from(gate, now, head, FROM)
}

fn judge_from(gate: &mut Gate, now: Millis, head: &str, from: IpAddr) -> Verdict {
    let secret_of = |user: &str| (user == "anna").then(|| Secret::new("anna", "secret"));
    gate.judge(now, &request(head), from, "anna", secret_of, |_| false)
}

#[track_caller]
fn challenged(verdict: Verdict) -> Vec<String> {
    match verdict {
        Verdict::Challenge(values) => values,
        other => panic!("{other:?}"),
    }
}

fn is_stale(verdict: Verdict) -> bool {
    challenged(verdict)
        .iter()
        .all(|value| value.contains("stale=true"))
}

#[test]
fn the_examples_of_rfc_7616_hold() {
    let user = "Mufasa";
    let text = format!("{user}:http-auth@example.org:Circle of Life");
    let secret = Secret {
        md5: Algorithm::Md5.hash(&text),
        sha256: Algorithm::Sha256.hash(&text),
    };
    for (algorithm, response) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Algorithm::Sha256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let credentials = Credentials {
            user: user.to_owned(),
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned(),
            count: 1,
            count_text: "00000001".to_owned(),
            client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned(),
            uri: "/dir/index.html".to_owned(),
            algorithm,
            response: response.to_owned(),
        };
        // The stack has no GET; what is hashed is the method's name.
        let second = algorithm.hash("GET:/dir/index.html");
        let first = match algorithm {
            Algorithm::Md5 => &secret.md5,
            Algorithm::Sha256 => &secret.sha256,
        };
        let expected = algorithm.hash(&format!(
            "{first}:{}:{}:{}:auth:{second}",
            credentials.nonce, credentials.count_text, credentials.client_nonce
        ));
        assert_eq!(expected, credentials.response);
    }
}

#[test]
fn the_right_password_is_let_in_by_either_algorithm() {
    let mut gate = Gate::new([1; 32]);
    for at in [0, 1] {
        let challenges = challenged(judge(&mut gate, 0, ""));
        assert!(challenges[0].contains("SHA-256") && challenges[1].contains("MD5"));
        let right = answer(&challenges[at], "REGISTER", "anna", "secret", 1);
        assert_eq!(judge(&mut gate, 5, &right), Verdict::Is("anna".to_owned()));
    }
}

#[test]
fn credentials_count_once_and_only_while_fresh() {
    let mut gate = Gate::new([1; 32]);
    let challenge = challenged(judge(&mut gate, 0, "")).remove(0);
    let with = |nc| answer(&challenge, "REGISTER", "anna", "secret", nc);
    assert_eq!(
        judge(&mut gate, 1, &with(1)),
        Verdict::Is("anna".to_owned())
    );
    assert!(is_stale(judge(&mut gate, 2, &with(1))), "replayed");
    assert_eq!(
        judge(&mut gate, 3, &with(0x0a)),
        Verdict::Is("anna".to_owned())
    );
    assert!(is_stale(judge(&mut gate, 4, &with(9))), "an older count");
    assert!(
        is_stale(judge(&mut gate, NONCE_LIFE_MS + 1, &with(11))),
        "old"
    );
    let elsewhere = "192.0.2.8".parse().unwrap();
    assert!(is_stale(judge_from(&mut gate, 5, &with(12), elsewhere)));
    assert!(
        is_stale(judge(&mut Gate::new([2; 32]), 5, &with(12))),
        "another key"
    );
}

#[test]
fn a_wrong_answer_is_refused_in_the_same_way_for_any_user() {
    let mut gate = Gate::new([1; 32]);
    let challenge = challenged(judge(&mut gate, 0, "")).remove(0);
    let wrong = answer(&challenge, "REGISTER", "anna", "guess", 1);
    let unknown = answer(&challenge, "REGISTER", "berta", "secret", 1);
    let other_method = answer(&challenge, "INVITE", "anna", "secret", 1);
    for answer in [wrong, unknown, other_method] {
        assert_eq!(judge(&mut gate, 1, &answer), Verdict::Wrong);
    }
    let no_qop = answer(&challenge, "REGISTER", "anna", "secret", 1).replace("qop=auth, ", "");
    challenged(judge(&mut gate, 1, &no_qop));
}

#[test]
fn who_guesses_is_not_heard_for_a_while() {
    let mut gate = Gate::new([1; 32]);
    let challenge = challenged(judge(&mut gate, 0, "")).remove(0);
    let with = |password| answer(&challenge, "REGISTER", "anna", password, 1);
    for _ in 0..USER_TRIES {
        assert_eq!(judge(&mut gate, 1, &with("guess")), Verdict::Wrong);
    }
    assert_eq!(judge(&mut gate, 2, &with("secret")), Verdict::Ignore);
    assert_eq!(judge(&mut gate, 2, ""), Verdict::Ignore);
    // Somebody else at that address is heard, and so is the phone after a while.
    let other = answer(&challenge, "REGISTER", "berta", "x", 1);
    assert_eq!(judge(&mut gate, 2, &other), Verdict::Wrong);
    let later = 1 + QUIET_MS + 1;
    assert_eq!(
        judge(&mut gate, later, &with("secret")),
        Verdict::Is("anna".to_owned())
    );
}

#[test]
fn an_address_that_tries_many_names_is_not_heard_but_its_known_phones_are() {
    let mut gate = Gate::new([1; 32]);
    let challenge = challenged(judge(&mut gate, 0, "")).remove(0);
    for n in 0..ADDRESS_TRIES {
        let guess = answer(&challenge, "REGISTER", &format!("user{n}"), "x", 1);
        assert_eq!(judge(&mut gate, 1, &guess), Verdict::Wrong);
    }
    assert_eq!(judge(&mut gate, 2, ""), Verdict::Ignore);
    let secret_of = |_: &str| Some(Secret::new("anna", "secret"));
    let right = request(&answer(&challenge, "REGISTER", "anna", "secret", 1));
    let verdict = gate.judge(2, &right, FROM, "anna", secret_of, |user| user == "anna");
    assert_eq!(verdict, Verdict::Is("anna".to_owned()));
}

#[test]
fn a_spoofed_source_cannot_silence_anybody() {
    let mut gate = Gate::new([1; 32]);
    let elsewhere = "192.0.2.8".parse().unwrap();
    let theirs = challenged(judge_from(&mut gate, 0, "", elsewhere)).remove(0);
    for _ in 0..100 {
        let forged = answer(&theirs, "REGISTER", "anna", "x", 1);
        assert!(is_stale(judge(&mut gate, 1, &forged)));
    }
    assert!(gate.wrong.is_empty());
}

#[test]
fn a_phone_that_stumbles_over_sha_256_is_asked_for_md5_alone() {
    let mut gate = Gate::new([1; 32]);
    assert_eq!(challenged(judge(&mut gate, 0, "")).len(), 2);
    let again = challenged(judge(&mut gate, 30_000, ""));
    assert_eq!(again.len(), 1);
    assert!(again[0].contains("algorithm=MD5"));
    let right = answer(&again[0], "REGISTER", "anna", "secret", 1);
    assert_eq!(judge(&mut gate, 5, &right), Verdict::Is("anna".to_owned()));
    // It stays so, and is otherwise for who copes.
    assert_eq!(challenged(judge(&mut gate, 60_000, "")).len(), 1);
    let elsewhere = "192.0.2.8".parse().unwrap();
    let both = challenged(judge_from(&mut gate, 0, "", elsewhere)).remove(0);
    let right = answer(&both, "REGISTER", "anna", "secret", 1);
    judge_from(&mut gate, 1, &right, elsewhere);
    assert_eq!(challenged(judge_from(&mut gate, 2, "", elsewhere)).len(), 2);
    let old = "User-Agent: baresip v1.0.0 (x86_64/linux)\r\n";
    let third = "192.0.2.9".parse().unwrap();
    assert_eq!(challenged(judge_from(&mut gate, 0, old, third)).len(), 1);
}

#[test]
fn no_password_is_shown() {
    let secret = format!("{:?}", Secret::new("anna", "secret"));
    assert_eq!(secret, "Secret(..)");
}

proptest! {
    #[test]
    fn anything_may_come(value in "[ -~]{0,80}") {
        parameters(&format!("Digest {value}"));
        let gate = Gate::new([1; 32]);
        gate.is_ours(&value, FROM);
    }

    #[test]
    fn a_changed_answer_is_never_right(at in 0usize..300, to in "[a-z0-9]") {
        let mut gate = Gate::new([1; 32]);
        let challenge = challenged(judge(&mut gate, 0, "")).remove(0);
        let good = answer(&challenge, "REGISTER", "anna", "secret", 1);
        let start = good.find("response=").unwrap() + 10 + at % 64;
        let mut bad = good.clone();
        bad.replace_range(start..start + 1, &to);
        prop_assume!(bad != good);
        prop_assert_eq!(judge(&mut gate, 1, &bad), Verdict::Wrong);
    }
}
