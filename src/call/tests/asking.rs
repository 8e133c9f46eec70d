//! A number is asked for.

use super::*;
use crate::dialplan::Completeness;

impl Test {
    /// A caller who was asked for the number of their parcel.
    fn asked_for_a_number() -> Test {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dialplan/tests/number.toml");
        let loaded = Dialplan::load(&path, jiff::civil::date(2026, 11, 1)).unwrap();
        let mut test = Test::prepared(loaded.dialplan);
        test.quiet(2 * SAID);
        let id = test.speak();
        test.recognise(id, "where is my parcel");
        test.quiet(2 * SAID);
        test.jobs.clear();
        test
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.handle(Input::Key(Key::from_char(key).unwrap(), Way::Rtp));
            self.quiet(10);
        }
    }

    fn number(&self) -> Option<&str> {
        self.events.iter().find_map(|e| match e {
            EventKind::Filled { value, .. } => Some(value.as_str()),
            _ => None,
        })
    }
}

#[test]
fn it_may_be_said_and_is_waited_for_to_its_end() {
    let mut test = Test::asked_for_a_number();
    let early = test.speak_until_pause();
    test.recognise(early, "four oh five");
    let words = test.call.speculation.as_ref();
    assert!(words.is_some(), "{:#?}", test.events);
    test.quiet(70);
    let ended = |e: &EventKind| {
        matches!(
            e,
            EventKind::SpeechEnded {
                words: Some(Completeness::Unfinished),
                ..
            }
        )
    };
    assert!(!test.has(ended), "1400 ms are too little for half a number");
    let id = test.speak();
    test.recognise(id, "four oh five one two three seven seven");
    assert_eq!(test.number(), Some("40512377"));
    assert_eq!(test.transfers(), 0);
}

#[test]
fn it_may_be_keyed_in_with_zeros_and_corrected() {
    let mut test = Test::asked_for_a_number();
    test.keys("4052*12377");
    assert_eq!(test.number(), Some("40512377"));
    assert!(!test.asked(AskedHow::Key));
}

#[test]
fn whoever_takes_over_is_told_what_the_caller_wanted_and_gave() {
    let mut test = Test::asked_for_a_number();
    test.keys("40512377");
    test.must_be_transferring();
    let is_told = |e: &EventKind| {
        matches!(e, EventKind::TransferStarted { wanted, given, .. }
            if *wanted == ["where-is-my-parcel"] && given["number"] == "40512377")
    };
    assert!(test.has(is_told), "{:#?}", test.events);
}

#[test]
fn zero_alone_and_a_person_asked_for_reach_a_person() {
    let mut test = Test::asked_for_a_number();
    test.keys("0");
    test.must_be_transferring();
    let mut test = Test::asked_for_a_number();
    let id = test.speak();
    test.recognise(id, "i want to talk to a person");
    test.must_be_transferring();
}

#[test]
fn too_short_a_number_is_asked_for_again_and_then_leads_to_a_person() {
    let mut test = Test::asked_for_a_number();
    for _ in 0..2 {
        test.keys("123#");
        test.quiet(3 * SAID);
        assert_eq!(test.number(), None);
        let last = test.prompts().next_back().unwrap();
        assert!(last.contains("number"), "{last}");
    }
    test.keys("123#");
    test.must_be_transferring();
}
