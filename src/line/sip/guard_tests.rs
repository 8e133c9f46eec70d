use super::*;
use proptest::prelude::*;

const OPTIONS: &str = "OPTIONS sip:bot@127.0.0.1 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport\r\n\
    From: <sip:a@b>;tag=1\r\n\
    To: <sip:c@d>\r\n\
    Call-ID: x\r\n\
    CSeq: 1 OPTIONS\r\n\
    Content-Length: 0\r\n\r\n";

fn look(message: &str) -> Verdict<'static> {
    let source = "127.0.0.1:6000".parse().unwrap();
    match inspect(message.as_bytes(), source) {
        Verdict::Pass(bytes) => Verdict::Pass(Cow::Owned(bytes.into_owned())),
        Verdict::Answer(answer) => Verdict::Answer(answer),
        Verdict::Drop(why) => Verdict::Drop(why),
        Verdict::Scanner => Verdict::Scanner,
    }
}

fn answered(message: &str) -> String {
    match look(message) {
        Verdict::Answer(answer) => String::from_utf8(answer).unwrap(),
        other => panic!("{message:?} gave {other:?}"),
    }
}

#[test]
fn a_good_request_passes_untouched() {
    assert_eq!(
        look(OPTIONS),
        Verdict::Pass(Cow::Borrowed(OPTIONS.as_bytes()))
    );
    assert!(matches!(look("\r\n\r\n"), Verdict::Pass(_)));
}

#[test]
fn what_is_missing_is_answered_with_its_name() {
    for (line, reason) in [
        ("From: <sip:a@b>;tag=1\r\n", "400 Missing From"),
        ("To: <sip:c@d>\r\n", "400 Missing To"),
        ("Call-ID: x\r\n", "400 Missing Call-ID"),
        ("CSeq: 1 OPTIONS\r\n", "400 Bad CSeq"),
    ] {
        let answer = answered(&OPTIONS.replace(line, ""));
        assert!(
            answer.starts_with(&format!("SIP/2.0 {reason}\r\n")),
            "{answer}"
        );
    }
    assert!(answered(&OPTIONS.replace(";tag=1", "")).contains("400 Missing From Tag"));
    assert!(answered(&OPTIONS.replace("1 OPTIONS", "1 INVITE")).contains("400 Bad CSeq"));
    assert!(answered(&OPTIONS.replace("Length: 0", "Length: 90")).contains("400 Body Shorter"));
    assert!(answered(&OPTIONS.replace("OPTIONS", "JUMP")).contains("501 Method Not"));
    assert!(answered(&OPTIONS.replace("0.0.1 SIP/2.0", "0.0.1 SIP/3.0")).contains("505"));
}

#[test]
fn an_answer_can_find_its_way_and_its_transaction() {
    let answer = answered(&OPTIONS.replace(";tag=1", ""));
    assert!(answer.contains("branch=z9hG4bK1;rport=6000;received=127.0.0.1\r\n"));
    assert!(answer.contains("Call-ID: x\r\n"));
    assert!(answer.contains("CSeq: 1 OPTIONS\r\n"));
    assert!(answer.contains("To: <sip:c@d>;tag="));
    assert!(answer.ends_with("\r\n\r\n"));
}

#[test]
fn nobody_answers_an_ack_a_response_or_noise() {
    let ack = OPTIONS
        .replace("OPTIONS", "ACK")
        .replace("Call-ID: x\r\n", "");
    assert!(matches!(look(&ack), Verdict::Drop(_)));
    assert!(matches!(look("\u{0}\u{1}\u{2}"), Verdict::Drop(_)));
    assert!(matches!(
        look("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Verdict::Drop(_)
    ));
    assert!(matches!(
        look(&OPTIONS.replace("Via", "X-Via").replace("tag=1", "")),
        Verdict::Drop(_)
    ));
}

#[test]
fn a_latin_1_name_and_a_missing_content_length_are_mended() {
    let invite = OPTIONS
        .replace("OPTIONS", "INVITE")
        .replace("Content-Length: 0\r\n", "")
        .replace("From: <", "From: \"J\u{fc}rgen\" <");
    let mut latin1: Vec<u8> = invite.chars().map(|c| c as u8).collect();
    latin1.extend(b"v=0\r\n");
    let Verdict::Pass(mended) = inspect(&latin1, "127.0.0.1:1".parse().unwrap()) else {
        panic!("not passed");
    };
    let mended = std::str::from_utf8(&mended).unwrap();
    assert!(mended.contains("\"J\u{fc}rgen\""), "{mended}");
    assert!(
        mended.contains("\r\nContent-Length: 5\r\n\r\nv=0\r\n"),
        "{mended}"
    );
}

/// What the stack gets instead of that.
fn mended(message: &str) -> String {
    match look(message) {
        Verdict::Pass(Cow::Owned(mended)) => String::from_utf8(mended).unwrap(),
        other => panic!("{message:?} gave {other:?}"),
    }
}

#[test]
fn blanks_that_the_stack_does_not_know_are_taken_out() {
    let odd = OPTIONS
        .replace("Via: SIP/2.0/UDP 10", "v : SIP / 2.0 /UDP\r\n  10")
        .replace(";branch=", " ; branch = ")
        .replace(">;tag=1", ">\r\n ; tag = 1")
        .replace("CSeq: 1 ", "CSeq:  1\r\n\t");
    let mended = mended(&odd);
    for line in [
        "v: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport\r\n",
        "From: <sip:a@b>;tag=1\r\n",
        "CSeq: 1 OPTIONS\r\n",
    ] {
        assert!(mended.contains(line), "{line}{mended}");
    }
}

#[test]
fn lines_that_end_with_a_line_feed_and_empty_lines_before_are_mended() {
    let mended = mended(&format!("\r\n{}", OPTIONS.replace("\r\n", "\n")));
    assert_eq!(mended, OPTIONS);
}

#[test]
fn parameters_of_a_number_belong_to_the_user() {
    let gateway = OPTIONS
        .replace("sip:bot@127", "sip:+4930;npdi;rn=+4940@127")
        .replace(
            "Call-ID",
            "Contact: \"A\" <sip:+49;ext=1@b;transport=udp>;q=1\r\nCall-ID",
        );
    let mended = mended(&gateway);
    assert!(mended.starts_with("OPTIONS sip:+4930%3Bnpdi%3Brn=+4940@127.0.0.1 "));
    assert!(mended.contains("<sip:+49%3Bext=1@b;transport=udp>;q=1\r\n"));
}

#[test]
fn what_is_too_much_for_anybody_is_too_large() {
    for more in [
        "X: 1\r\n".repeat(160),
        format!("X: {}\r\n", "x".repeat(8_192)),
        format!("Route: {}\r\n", "<sip:a;lr>,".repeat(33)),
    ] {
        let message = OPTIONS.replace("Call-ID", &format!("{more}Call-ID"));
        assert!(answered(&message).starts_with("SIP/2.0 513 "));
    }
}

#[test]
fn a_program_that_looks_for_victims_gets_nothing_even_for_a_mistake() {
    let scan = OPTIONS.replace("Call-ID", "User-Agent: SIPVicious 0.3\r\nCall-ID");
    assert_eq!(look(&scan), Verdict::Scanner);
    assert_eq!(look(&scan.replace("OPTIONS", "TELEPORT")), Verdict::Scanner);
}

proptest! {
    #[test]
    fn any_datagram_has_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        inspect(&bytes, "127.0.0.1:1".parse().unwrap());
    }

    #[test]
    fn a_damaged_request_never_makes_an_answer_that_is_not_sip(
        changes in proptest::collection::vec((0usize..170, any::<u8>()), 1..6),
    ) {
        let mut bytes = OPTIONS.as_bytes().to_vec();
        for (at, value) in changes {
            bytes[at] = value;
        }
        if let Verdict::Answer(answer) = inspect(&bytes, "127.0.0.1:1".parse().unwrap()) {
            let answer = String::from_utf8(answer).unwrap();
            prop_assert!(answer.starts_with("SIP/2.0 ") && answer.ends_with("\r\n\r\n"));
        }
    }
}
