//! What belongs to one caller stays out of the dialplan.

use super::*;

fn written(intent: &str, text: &str) -> Result<String, Withheld> {
    let plan = plan();
    let intent = plan.intents.iter().find(|known| *known.name == *intent);
    writable(&plan, intent, text, &[])
}

#[test]
fn numbers_become_the_slot_that_they_fill() {
    for text in [
        "cancel 481 516, please!",
        "Cancel four eight one five one six please",
    ] {
        assert_eq!(
            written("cancel-order", text).as_deref(),
            Ok("cancel {number} please"),
            "{text}"
        );
    }
    // Too short for the slot, too long to be nobody's.
    assert_eq!(
        written("cancel-order", "the one with 4815 in it").as_deref(),
        Ok("the one with {number} in it")
    );
}

#[test]
fn without_a_slot_a_number_keeps_the_phrase_out() {
    for text in [
        "park for card 4815162342",
        "my card is four eight one five",
        "since 2019",
    ] {
        assert_eq!(written("parking", text), Err(Withheld::Number), "{text}");
    }
    for text in [
        "are you open at 9:30",
        "a table for 12",
        "two hours of parking",
    ] {
        assert!(written("parking", text).is_ok(), "{text}");
    }
}

#[test]
fn names_become_their_slot_or_keep_the_phrase_out() {
    let text = "hello my name is Jane Doe and i want to join";
    let joined = written("register", text);
    assert!(
        joined
            .as_ref()
            .is_ok_and(|text| text.contains("{who}") && !text.contains("jane")),
        "{joined:?}"
    );
    assert_eq!(written("parking", text), Err(Withheld::Name));
    let given = [("who".to_owned(), "Jane Doe".to_owned())];
    let plan = plan();
    let mentioned = writable(&plan, None, "is there a place for Jane's car", &given);
    assert_eq!(mentioned, Err(Withheld::Name));
    assert!(writable(&plan, None, "is there a place for cars", &given).is_ok());
}

#[test]
fn braces_are_no_slots_and_nothing_is_no_phrase() {
    assert_eq!(
        written("parking", "where {is} it").as_deref(),
        Ok("where is it")
    );
    assert_eq!(written("cancel-order", "481516"), Err(Withheld::Empty));
    assert_eq!(written("parking", "?!"), Err(Withheld::Empty));
}
