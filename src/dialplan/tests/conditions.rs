//! Answers that depend on something, opening hours, lookups: as they are written.

use super::*;

/// The bakery, open on weekdays, with `more` after it.
fn shop(more: &str) -> String {
    with(&format!(
        "[hours]\ntimezone = \"UTC\"\nopen = [\"Mon-Fri 08:00-18:00\"]\nclosed = [\"12-25\"]\n\
         [human.closed]\nsay = \"We are closed.\"\n\
         ask.message = {{ say = \"What is it about?\", type = \"text\" }}\n{more}"
    ))
}

#[test]
fn the_first_case_that_holds_is_answered() {
    let plan = shop(
        "[[intent]]\nname = \"cake\"\nexamples = [\"a cake\", \"i want cake\", \"my cake\"]\n\
         case = [\n  { when = 'not open', say = \"Tomorrow.\" },\n  { when = 'answered.cake >= 1', say = \"As I said.\" },\n]\n\
         say = \"Now.\"\n",
    );
    let mut chat = Chat::with(&plan);
    assert_eq!(chat.hears("a cake"), "Now.");
    assert_eq!(chat.hears("a cake"), "As I said.");
    let sunday = "2026-05-31T10:00:00Z".parse().unwrap();
    let turn = chat.0.hear("a cake", sunday);
    assert_eq!(shown(&turn), "Tomorrow.");
}

#[test]
fn mistakes_in_them_are_told_with_their_place() {
    let case = |when: &str| {
        shop(&format!(
            "[[intent]]\nname = \"cake\"\nexamples = [\"a cake\", \"i want cake\", \"my cake\"]\n\
             case = [{{ when = '{when}', say = \"x\" }}]\nsay = \"y\"\n"
        ))
    };
    for (text, mistake) in [
        (
            case("opne"),
            "20:18: nothing is called `opne`; did you mean `open`?",
        ),
        (case("open and"), "20:27: a condition is missing here;"),
        (case("open late"), "20:24: `late` is too much here;"),
        (case("open").replace("then", ""), ""),
        (
            with("[hours]\ntimezone = \"UTC\"\nopen = \"Mon-Fri 08:00-18:00\"\n"),
            "4:1: nobody is reached outside of [hours]:",
        ),
        (
            shop("").replace("UTC", "Moon/Base"),
            "11:12: there is no time zone \"Moon/Base\";",
        ),
        (
            shop("").replace("Mon-Fri", "Mo-Fr"),
            "12:9: \"Mo\" is no day of the week",
        ),
        (
            shop("").replace("12-25", "25.12."),
            "13:11: \"25.12.\" is no day:",
        ),
        (
            shop("").replace("ask.message", "# ask"),
            "14:1: [human.closed] takes no message;",
        ),
        (
            with(
                "then = \"intent caek\"\n[[intent]]\nname = \"cake\"\nexamples = [\"a\", \"b\", \"c\"]\nsay = \"y\"\n",
            ),
            "10:8: there is no intent \"caek\"; did you mean \"intent cake\"?",
        ),
        (
            with("lookup = \"oven\"\n"),
            "10:10: there is no lookup \"oven\"; add a table that starts with a line [lookup.oven]",
        ),
        (
            with("[lookup.oven]\ntimeout = \"2s\"\n"),
            "10:1: [lookup.oven] asks nobody; write one of them, such as get =",
        ),
        (
            with("[lookup.oven]\nget = \"http://127.0.0.1:9/{cake}\"\ntimeout = \"soon\"\n"),
            "12:11: \"soon\" is no length of time;",
        ),
        (
            with("lookup = \"oven\"\n[lookup.oven]\nget = \"http://127.0.0.1:9/{cake}\"\n"),
            "10:10: [lookup.oven] needs `{cake}`, which is not asked for here; add `ask.cake`",
        ),
    ] {
        if mistake.is_empty() {
            assert!(Dialplan::parse(&text, "f", TODAY).is_ok());
            continue;
        }
        let mistakes = mistakes(&text);
        assert!(mistakes[0].starts_with(mistake), "{text}\n{mistakes:#?}");
    }
}

#[test]
fn a_condition_that_never_holds_is_warned_of() {
    let plan = shop(
        "[[intent]]\nname = \"cake\"\nexamples = [\"a cake\", \"i want cake\", \"my cake\"]\n\
         case = [{ when = 'open and not open', say = \"x\" }]\nsay = \"y\"\n",
    );
    let warnings = loaded(&plan).warnings;
    assert!(
        warnings
            .iter()
            .any(|warning| warning.message == "this is never so"),
        "{warnings:?}"
    );
}
