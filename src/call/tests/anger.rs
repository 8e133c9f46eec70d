//! Callers who swear or grow loud.

use super::*;

/// What the caller says, and what comes of it.
fn says(test: &mut Test, text: &str) {
    let id = test.speak();
    test.recognise(id, text);
    test.quiet(seconds(6));
}

#[test]
fn who_swears_is_offered_a_person_and_the_second_time_put_through() {
    let mut test = Test::new();
    test.quiet(SAID);
    says(&mut test, "you stupid machine this is useless");
    assert!(
        test.prompts()
            .any(|p| p.contains("Shall I put you through")),
        "{:#?}",
        test.events
    );
    assert_eq!(test.transfers(), 0);
    says(&mut test, "oh shut up you stupid machine");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Swearing));
}

#[test]
fn yes_to_the_offer_is_enough_and_no_goes_on() {
    let mut test = Test::new();
    test.quiet(SAID);
    says(&mut test, "you stupid machine this is useless");
    says(&mut test, "yes please");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Swearing));

    let mut test = Test::new();
    test.quiet(SAID);
    says(&mut test, "you stupid machine this is useless");
    says(&mut test, "no");
    says(&mut test, "when are you open");
    assert_eq!(test.transfers(), 0);
    let answered =
        |e: &EventKind| matches!(e, EventKind::Answered { intent } if intent == "opening-hours");
    assert!(test.has(answered), "{:#?}", test.events);
}

#[test]
fn a_question_with_a_curse_in_it_is_answered_all_the_same() {
    let mut test = Test::new();
    test.quiet(SAID);
    says(&mut test, "when the hell are you open you stupid machine");
    let answered = |e: &EventKind| matches!(e, EventKind::Answered { .. });
    let offered = test
        .prompts()
        .any(|p| p.contains("Shall I put you through"));
    assert!(test.has(answered) || offered, "{:#?}", test.events);
}
