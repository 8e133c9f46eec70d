//! Whole conversations.

use super::*;

const DENTIST: &str = r#"name = "Dentist"
language = "en-US"
greeting = "Hello. Press 0 for a person."
[human]
target = "sip:desk@127.0.0.1"
say = "One moment."
[hours]
timezone = "UTC"
open = "Mon-Fri 08:00-18:00"
[human.closed]
say = "We are closed now."
ask.callback = { say = "Which number can we call?", type = "phone" }
ask.message = { say = "What is it about?", type = "text" }
done = "We will call you. Goodbye."
[no_match]
say = ["Pardon?", "Once more, please.", "Sorry?"]
[no_input]
say = ["Hello?", "Are you there?", "I can not hear you."]
[[intent]]
name = "move"
called = "moving an appointment"
examples = ["I need to move my appointment", "can I come on another day", "move my appointment to tuesday at five"]
ask.day = { say = ["Which day?", "For example tomorrow. Which day?"], type = "date" }
ask.time = { say = "At what time?", type = "time" }
confirm = "Shall I move it to {day} at {time}?"
say = "Done."
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From eight to six."
[[intent]]
name = "bill"
examples = ["what do I owe", "how much is my bill", "my invoice"]
ask.customer = { say = "Your customer number?", type = "digits", length = 4, confirm = true }
lookup = "bill"
case = [{ when = "amount = 0", say = "You owe nothing." }]
say = "You owe {amount} dollars."
[lookup.bill]
get = "http://127.0.0.1:9/bills/{customer}"
gives = { amount = "/amount" }
[[intent]]
name = "bye"
examples = ["goodbye", "bye", "that is all"]
then = "hang-up"
"#;

#[test]
fn only_what_is_missing_is_asked_for_and_a_no_changes_it() {
    let mut chat = Chat::with(DENTIST);
    assert_eq!(chat.hears("I need to move my appointment"), "Which day?");
    assert_eq!(chat.hears("tomorrow"), "At what time?");
    assert_eq!(
        chat.hears("half past two"),
        "Shall I move it to Tuesday, June 2 at 2:30 in the afternoon?"
    );
    assert_eq!(
        chat.hears("no, on Wednesday"),
        "Shall I move it to Wednesday, June 3 at 2:30 in the afternoon?"
    );
    assert_eq!(chat.hears("yes please"), "Done.");
}

#[test]
fn everything_may_be_said_in_one_breath() {
    let mut chat = Chat::with(DENTIST);
    assert_eq!(
        chat.hears("move my appointment to wednesday at five"),
        "Shall I move it to Wednesday, June 3 at 5 in the afternoon?"
    );
    assert_eq!(chat.hears("yes"), "Done.");
    assert_eq!(
        chat.0.context().1,
        [
            ("day".to_owned(), "2026-06-03".to_owned()),
            ("time".to_owned(), "17:00".to_owned()),
        ]
    );
}

#[test]
fn a_side_question_is_answered_and_the_matter_gone_on_with() {
    let mut chat = Chat::with(DENTIST);
    chat.hears("I need to move my appointment");
    assert_eq!(
        chat.hears("when are you open"),
        "From eight to six. Which day?"
    );
    assert_eq!(chat.hears("tomorrow"), "At what time?");
}

#[test]
fn what_is_declined_is_not_done() {
    let mut chat = Chat::with(DENTIST);
    chat.hears("move my appointment to wednesday at five");
    assert_eq!(chat.hears("no"), "All right, then what should it be?");
    let left = chat.hears("no");
    assert!(left.starts_with("All right, I leave it"), "{left}");
    assert_eq!(chat.hears("when are you open"), "From eight to six.");
}

#[test]
fn a_question_that_is_not_answered_is_put_differently_and_then_leads_to_a_person() {
    let mut chat = Chat::with(DENTIST);
    chat.hears("I need to move my appointment");
    assert_eq!(
        chat.hears("purple"),
        "Pardon? For example tomorrow. Which day?"
    );
    assert_eq!(
        chat.hears("purple"),
        "Once more, please. For example tomorrow. Which day?"
    );
    assert_eq!(chat.hears("purple"), "One moment. > human");
}

#[test]
fn a_value_is_checked_and_looked_up_and_never_asked_for_twice() {
    let mut chat = Chat::with(DENTIST);
    assert_eq!(chat.hears("how much is my bill"), "Your customer number?");
    assert_eq!(
        chat.hears("one two three four"),
        "I have 1 2 3 4. Is that right?"
    );
    assert_eq!(chat.0.keys(), Some(Keys { least: 1, most: 1 }));
    let asked = chat.hears("yes");
    assert!(
        asked.starts_with("> bill ") && asked.contains(r#""customer": "1234""#),
        "{asked}"
    );
    let found = |amount: &str| LookedUp::Found([("amount".to_owned(), amount.to_owned())].into());
    assert_eq!(
        shown(&chat.0.looked_up(found("12"), NOW)),
        "You owe 12 dollars."
    );
    assert_eq!(chat.hears("how much is my bill"), asked);
    assert_eq!(
        shown(&chat.0.looked_up(found("0"), NOW)),
        "You owe nothing."
    );
}

#[test]
fn what_a_system_does_not_know_is_asked_for_again_and_one_that_is_broken_leads_to_a_person() {
    let mut chat = Chat::with(DENTIST);
    chat.hears("how much is my bill");
    chat.hears("one two three four");
    chat.hears("yes");
    let unknown = LookedUp::NotFound("404".to_owned());
    assert_eq!(
        shown(&chat.0.looked_up(unknown, NOW)),
        "I am sorry, I can not find that. Your customer number?"
    );
    chat.hears("one two three five");
    chat.hears("yes");
    let broken = LookedUp::Failed("500".to_owned());
    let said = shown(&chat.0.looked_up(broken, NOW));
    assert!(
        said.contains("does not answer") && said.ends_with("> human"),
        "{said}"
    );
}

#[test]
fn at_night_a_message_is_taken_however_a_person_is_asked_for() {
    let night: Timestamp = "2026-06-01T22:00:00Z".parse().unwrap();
    let mut chat = Chat::with(DENTIST);
    assert_eq!(
        shown(&chat.0.wants_human(night)),
        "We are closed now. Which number can we call?"
    );
    let question = chat.0.hear("five five five one two three four", night);
    assert_eq!(shown(&question), "What is it about?");
    let done = chat.0.hear("my tooth hurts", night);
    assert_eq!(shown(&done), "We will call you. Goodbye. > hang up");
    let (matters, values) = chat.0.context();
    assert_eq!(matters, ["message".into()]);
    assert_eq!(
        values[1],
        ("message".to_owned(), "my tooth hurts".to_owned())
    );
    // Who says nothing at all is not kept for ever.
    let mut chat = Chat::with(DENTIST);
    chat.0.wants_human(night);
    let turns: Vec<Turn> = (0..3).map(|_| chat.0.silent(night)).collect();
    assert!(matches!(turns[2].then, Next::HangUp), "{turns:?}");
}

#[test]
fn nobody_there_brings_the_caller_back_and_silence_then_ends_the_call() {
    let mut chat = Chat::with(DENTIST);
    assert_eq!(shown(&chat.0.wants_human(NOW)), "One moment. > human");
    chat.0.nobody_there(NOW);
    let turns: Vec<Turn> = (0..3).map(|_| chat.0.silent(NOW)).collect();
    assert!(matches!(turns[2].then, Next::HangUp), "{turns:?}");
}

#[test]
fn what_was_said_can_be_heard_again_and_gone_back_to() {
    let mut chat = Chat::with(DENTIST);
    assert_eq!(shown(&chat.0.again()), "Hello. Press 0 for a person.");
    chat.hears("when are you open");
    chat.hears("I need to move my appointment");
    assert_eq!(shown(&chat.0.again()), "Which day?");
    assert_eq!(shown(&chat.0.back()), "From eight to six.");
    assert_eq!(shown(&chat.0.start_over()), "Hello. Press 0 for a person.");
    assert_eq!(chat.hears("purple"), "Pardon?");
}

#[test]
fn who_goes_back_after_nobody_was_there_is_not_left_in_silence() {
    let mut chat = Chat::with(DENTIST);
    chat.hears("when are you open");
    chat.0.wants_human(NOW);
    chat.0.nobody_there(NOW);
    chat.0.back();
    let turn = chat.0.silent(NOW);
    assert!(!turn.say.is_empty(), "{turn:?}");
}

#[test]
fn a_message_is_not_asked_for_for_ever_when_there_is_nothing_left_to_say() {
    let night: Timestamp = "2026-06-01T22:00:00Z".parse().unwrap();
    let mut chat = Chat::with(DENTIST);
    let turns: Vec<Turn> = (0..12).map(|_| chat.0.hear("purple", night)).collect();
    let ends = turns.iter().any(|turn| matches!(turn.then, Next::HangUp));
    assert!(ends, "{turns:#?}");
}

#[test]
fn a_silent_line_does_not_call_people_for_ever() {
    let mut chat = Chat::with(DENTIST);
    for _ in 0..40 {
        let turn = chat.0.silent(NOW);
        match turn.then {
            Next::HangUp => return,
            Next::Human => drop(chat.0.nobody_there(NOW)),
            _ => {}
        }
        // They say something that is understood now and then, which is no end of it.
        chat.hears("when are you open");
    }
    panic!("it never ends");
}

proptest! {
    /// Whatever is said, keyed or not said, a person can be reached in one step, or a message left.
    #[test]
    fn a_person_is_always_one_step_away(steps in proptest::collection::vec(0usize..12, 0..14), night: bool) {
        let now = if night { "2026-06-01T22:00:00Z".parse().unwrap() } else { NOW };
        let mut chat = Chat::with(DENTIST);
        let mut looking_up = false;
        for step in steps {
            // Meanwhile nothing else is asked of the dialog.
            let step = if looking_up { 3 + step % 2 } else { step };
            let turn = match step {
                0 => chat.0.silent(now),
                1 => chat.0.keyed("1234", now),
                2 => chat.0.keyed("2", now),
                3 => chat.0.looked_up(LookedUp::Found(Default::default()), now),
                4 => chat.0.looked_up(LookedUp::NotFound(String::new()), now),
                _ => {
                    let said = ["yes", "no", "tomorrow", "half past two", "how much is my bill", "I need to move my appointment", "purple"];
                    chat.0.hear(said[step - 5], now)
                }
            };
            if !matches!(turn.then, Next::Listen | Next::LookUp(..)) {
                return Ok(());
            }
            looking_up = matches!(turn.then, Next::LookUp(..));
            prop_assert!(!turn.say.is_empty() || looking_up, "{step}");
        }
        let turn = chat.0.wants_human(now);
        match night {
            true => prop_assert!(shown(&turn).starts_with("We are closed now.")),
            false => prop_assert!(turn.then_is_human()),
        }
    }
}

/// Two that are easily taken for one another, things to add, and what not everybody may be told.
const STORE: &str = r#"name = "Store"
language = "en-US"
greeting = "Hello. Press 0 for a person."
out_of_scope = ["when are you coming home", "what is for dinner"]
[human]
target = "sip:desk@127.0.0.1"
say = "One moment."
[hours]
timezone = "UTC"
open = "Mon-Fri 08:00-18:00"
[human.closed]
say = "We open {opens}."
ask.message = { say = "What is it about?", type = "text" }
[[intent]]
name = "cancel"
called = "cancelling your order"
examples = ["I want to cancel my order", "cancel the order please", "can I cancel my purchase"]
say = "It is cancelled."
then = "intent offer"
[[intent]]
name = "change"
called = "changing your order"
examples = ["I want to change my order", "change the order please", "can I change my purchase"]
ask.size = { say = "Which size?", type = "choice", choices = ["small", "medium", "large"] }
confirm = "Shall I change it to {size}?"
say = "It is {size} now."
then = "intent offer"
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From eight to six; today is {weekday}."
[[intent]]
name = "parking"
examples = ["where can I park", "do you have a parking lot", "is there parking"]
say = "Behind the house."
[[intent]]
name = "summer"
examples = ["do you have a summer sale", "is there a sale this summer", "what does the summer sale cost"]
say = "Ten dollars."
valid_until = 2026-05-31
[[intent]]
name = "winter"
examples = ["do you have skates", "can I buy skates", "are there skates for children"]
say = "We do."
valid_from = 2026-11-01
[[intent]]
name = "offer"
examples = ["any special offers", "what is on offer this week", "tell me about your deals"]
say = "Our socks are half price."
promotion = true
"#;

#[test]
fn several_wishes_in_one_breath_are_answered_in_order() {
    let mut chat = Chat::with(STORE);
    assert_eq!(
        chat.hears("what are your hours and where can I park"),
        "From eight to six; today is Monday. Behind the house."
    );
    assert_eq!(
        chat.hears("I want to change my order, and also where can I park"),
        "Which size?"
    );
    assert_eq!(chat.hears("large"), "Shall I change it to large?");
    assert_eq!(
        chat.hears("yes and what are your hours"),
        "It is large now. From eight to six; today is Monday. Behind the house."
    );
}

#[test]
fn a_value_and_a_side_question_in_one_breath_are_both_heard() {
    let mut chat = Chat::with(STORE);
    chat.hears("I want to change my order");
    assert_eq!(
        chat.hears("a large one, and where can I park?"),
        "Behind the house. Shall I change it to large?"
    );
}

#[test]
fn what_is_left_of_several_wishes_is_told_to_whoever_takes_over() {
    let mut chat = Chat::with(STORE);
    chat.hears("I want to change my order and where can I park");
    chat.0.wants_human(NOW);
    let (matters, _) = chat.0.context();
    assert_eq!(matters, ["change".into(), "parking".into()]);
}

#[test]
fn two_that_are_as_likely_are_asked_about() {
    let mut chat = Chat::with(STORE);
    let asked = chat.hears("about the order please");
    let either = [
        "Do you mean cancelling your order, or changing your order?",
        "Do you mean changing your order, or cancelling your order?",
    ];
    assert!(either.contains(&&*asked), "{asked}");
    assert_eq!(chat.hears("changing it"), "Which size?");

    let mut chat = Chat::with(STORE);
    chat.hears("about the order please");
    assert_eq!(chat.hears("no"), "All right, then what should it be?");
    assert_eq!(chat.hears("where can I park"), "Behind the house.");
}

#[test]
fn a_promotion_comes_last_and_once_unless_it_is_asked_for() {
    let mut chat = Chat::with(STORE);
    assert_eq!(
        chat.hears("cancel the order please and where can I park"),
        "It is cancelled. Behind the house."
    );
    assert_eq!(
        chat.hears("cancel the order please"),
        "It is cancelled. Our socks are half price."
    );
    assert_eq!(chat.hears("can I cancel my purchase"), "It is cancelled.");
    assert_eq!(
        chat.hears("tell me about your deals"),
        "Our socks are half price."
    );
}

#[test]
fn what_has_expired_or_does_not_hold_yet_is_not_said() {
    for text in ["do you have a summer sale", "can I buy skates"] {
        let mut chat = Chat::with(STORE);
        assert_eq!(
            chat.hears(text),
            "What I know about that may be out of date. A colleague will tell you. > human"
        );
    }
}

#[test]
fn what_is_nobodys_business_here_is_not_understood() {
    let mut chat = Chat::with(STORE);
    let heard = chat.turn("when are you coming home");
    assert!(matches!(heard.notes[..], [Note::NotUnderstood { .. }]));
}

#[test]
fn who_is_called_when_nobody_is_there_hears_when_that_changes() {
    let mut chat = Chat::with(STORE);
    let night = NOW
        .checked_add(jiff::SignedDuration::from_hours(12))
        .unwrap();
    let said = shown(&chat.0.wants_human(night));
    assert_eq!(
        said,
        "We open tomorrow at 8 in the morning. What is it about?"
    );
}

#[test]
fn a_matter_that_goes_round_in_circles_leads_to_a_person() {
    let mut chat = Chat::with(STORE);
    chat.hears("I want to change my order");
    let sizes = ["small", "no, large"];
    let said: Vec<String> = (0..12).map(|n| chat.hears(sizes[n % 2])).collect();
    assert!(
        said.iter().any(|said| said.ends_with("> human")),
        "{said:?}"
    );
}
