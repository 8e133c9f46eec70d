//! What is gathered from calls.

use super::calls::{Do, recorded};
use super::*;
use Do::{HangUp, Interrupt, Press, Say};

fn gathered(script: &[Do]) -> Gathered {
    let plan = plan();
    let transcript = recorded(&plan, "a", script);
    let calls = std::iter::once(Ok::<_, FileError>(transcript));
    Gathered::from(calls, &plan, None).unwrap()
}

/// What was missed: said, trouble, meant, ended.
fn missed_in(script: &[Do]) -> Vec<(String, Trouble, Option<String>, Ended)> {
    let missed = gathered(script).missed.into_iter();
    let label = |label: Option<Label>| label.map(|label| label.intent);
    missed
        .map(|missed| {
            (
                missed.text,
                missed.trouble,
                label(missed.label),
                missed.ended,
            )
        })
        .collect()
}

fn one(
    text: &str,
    trouble: Trouble,
    meant: Option<&str>,
    ended: Ended,
) -> Vec<(String, Trouble, Option<String>, Ended)> {
    vec![(text.to_owned(), trouble, meant.map(str::to_owned), ended)]
}

#[test]
fn what_was_not_understood_is_meant_as_what_was_understood_after_it() {
    assert_eq!(
        missed_in(&[Say("the lot for cars"), Say("where can i park"), HangUp]),
        one(
            "the lot for cars",
            Trouble::NotUnderstood,
            Some("parking"),
            Ended::WentOn
        )
    );
}

#[test]
fn a_farewell_says_nothing_of_what_was_meant() {
    assert_eq!(
        missed_in(&[Say("do you sell bicycles"), Say("goodbye")]),
        one(
            "do you sell bicycles",
            Trouble::NotUnderstood,
            None,
            Ended::WentOn
        )
    );
}

#[test]
fn what_a_caller_gives_up_on_says_how_it_ended() {
    let bicycles = "do you sell bicycles";
    assert_eq!(
        missed_in(&[Say(bicycles), HangUp]),
        one(bicycles, Trouble::NotUnderstood, None, Ended::HungUp)
    );
    for asked in [Press('0'), Say("can i talk to a person")] {
        assert_eq!(
            missed_in(&[Say(bicycles), asked]),
            one(bicycles, Trouble::NotUnderstood, None, Ended::Person)
        );
    }
}

#[test]
fn nothing_heard_is_nothing_missed() {
    assert_eq!(missed_in(&[Say(""), Say("where can i park"), HangUp]), []);
}

#[test]
fn no_puts_right_what_was_taken_for_something_else() {
    let wrong = "how much is parking";
    assert_eq!(
        missed_in(&[Say(wrong), Say("no what are your opening hours"), HangUp]),
        one(
            wrong,
            Trouble::Corrected,
            Some("opening-hours"),
            Ended::WentOn
        )
    );
    assert_eq!(missed_in(&[Say(wrong), Say("no thank you"), HangUp]), []);
}

#[test]
fn an_answer_cut_short_at_once_was_not_the_one() {
    let wrong = "how much is parking";
    let found = gathered(&[Say(wrong), Interrupt("when are you open"), HangUp]);
    let cut = recorded(
        &plan(),
        "a",
        &[Say(wrong), Interrupt("when are you open"), HangUp],
    );
    let cut = cut.events.iter().any(|event| {
        matches!(&event.kind, crate::call::EventKind::PromptInterrupted { text, .. } if text.contains("behind"))
    });
    assert!(cut, "the test interrupts the answer");
    let missed: Vec<_> = found.missed.iter().map(|m| (&*m.text, m.trouble)).collect();
    assert_eq!(missed, [(wrong, Trouble::Corrected)]);
}

#[test]
fn another_question_after_an_answer_is_no_complaint() {
    let found = gathered(&[Say("how much is parking"), Say("when are you open"), HangUp]);
    assert_eq!(found.missed.len(), 0, "{:?}", found.missed);
    assert_eq!(found.settled.len(), 2);
}

#[test]
fn the_same_asked_again_was_not_answered() {
    assert_eq!(
        missed_in(&[Say("do you have parking"), Say("where can i park"), HangUp]),
        one(
            "do you have parking",
            Trouble::SaidAgain,
            None,
            Ended::WentOn
        )
    );
}

#[test]
fn asking_for_a_person_after_an_answer_is_noticed() {
    assert_eq!(
        missed_in(&[Say("do you have parking"), Press('0')]),
        one(
            "do you have parking",
            Trouble::AskedForPerson,
            None,
            Ended::Person
        )
    );
    assert_eq!(
        missed_in(&[Say("i want to change my order"), HangUp]),
        [],
        "it leads there by itself"
    );
}

#[test]
fn which_of_two_was_chosen_is_what_was_meant() {
    let vague = "about my order";
    assert!(
        plan().best(vague).close_call().is_some(),
        "{:?}",
        plan().best(vague)
    );
    assert_eq!(
        missed_in(&[Say(vague), Say("change it"), HangUp]),
        one(
            vague,
            Trouble::AskedWhich,
            Some("change-order"),
            Ended::WentOn
        )
    );
}

#[test]
fn answers_to_questions_are_no_wishes() {
    let found = gathered(&[
        Say("i want to cancel my order"),
        Say("well let me see"),
        Say("1 2 3 4 5 6"),
        HangUp,
    ]);
    assert_eq!(found.missed.len(), 0, "{:?}", found.missed);
    let wish = missed_in(&[
        Say("i want to cancel my order"),
        Say("the lot for cars"),
        Say("where can i park"),
        HangUp,
    ]);
    assert_eq!(
        wish,
        one(
            "the lot for cars",
            Trouble::NotUnderstood,
            Some("parking"),
            Ended::WentOn
        )
    );
}

#[test]
fn calls_before_the_day_and_of_other_dialplans_are_left_out() {
    let plan = plan();
    let day = |day| jiff::civil::date(2026, 11, day);
    let calls = |since| {
        let transcript = recorded(&plan, "a", &[Say("do you sell bicycles"), HangUp]);
        let calls = std::iter::once(Ok::<_, FileError>(transcript));
        Gathered::from(calls, &plan, since).unwrap().calls
    };
    assert_eq!(
        [calls(Some(day(17))), calls(Some(day(20))), calls(None)],
        [1, 0, 1]
    );
    let other = parse(&PLAN.replace("Harbour Shop", "Other"));
    let transcript = recorded(&plan, "a", &[HangUp]);
    let calls = std::iter::once(Ok::<_, FileError>(transcript));
    let found = Gathered::from(calls, &other, None).unwrap();
    assert_eq!((found.calls, found.others), (0, 1));
}
