//! Values that are asked for, as they are written.

use super::*;
use Completeness::{Complete, Unclear, Unfinished};

/// The bakery with an intent "cake" that asks; `lines` are of the intent.
fn cake(lines: &str) -> String {
    with(&format!(
        "[[intent]]\nname = \"cake\"\nexamples = [\"a cake\", \"i want cake\", \"my cake\"]\n{lines}\n"
    ))
}

#[test]
fn a_parcel_is_asked_for_by_its_number_which_is_said_back_before_a_person_helps() {
    let Loaded { dialplan, warnings } = loaded(PARCELS);
    assert!(warnings.is_empty(), "{warnings:?}");
    let mut chat = Chat::with(PARCELS);
    let question = chat.hears("hello um where's my parcel");
    assert!(question.contains("parcel number"), "{question}");
    assert_eq!(chat.0.keys(), Some(Keys { least: 8, most: 8 }));
    assert_eq!(
        chat.hears("four oh five one two three seven seven"),
        "I have 4 0 5 1, 2 3 7 7. A colleague will look for your parcel now. > human"
    );
    for (text, intent) in [
        ("when do you deliver", "delivery-times"),
        ("i want to return this", "send-back"),
        ("thank you bye", "goodbye"),
        ("operator", "HUMAN"),
    ] {
        assert_eq!(heard(&dialplan, text), intent, "{text}");
    }
    let texts = dialplan.fixed_texts();
    assert!(texts.contains(&"I have {number}. A colleague will look for your parcel now."));
    let ask = texts
        .iter()
        .find(|text| text.contains("parcel number"))
        .unwrap();
    let mistake = dialplan.mistake_in(ask, "", "");
    let line = PARCELS.lines().nth(mistake.line() - 1).unwrap();
    assert!(line.starts_with("ask.number"));
}

#[test]
fn an_answer_has_its_value_wherever_its_texts_want_it() {
    let lines = "ask.number = { say = \"Which?\", type = \"digits\", length = 3 }\n\
                 say = [\"Ok.\", \"Is {number} right? {number}!\"]\nbarge_in = false";
    let mut chat = Chat::with(&cake(lines));
    assert_eq!(chat.turn("a cake").say, [("Which?".into(), true)]);
    let answer = chat.0.keyed("123", NOW);
    let texts = [
        ("Ok.".into(), false),
        ("Is 1 2 3 right? 1 2 3!".into(), false),
    ];
    assert_eq!(answer.say, texts);
}

#[test]
fn what_is_said_is_all_of_it_once_there_are_digits_enough() {
    let lines =
        "ask.number = { say = \"Which?\", type = \"digits\", length = [4, 6] }\nsay = \"y\"";
    let mut chat = Chat::with(&cake(lines));
    chat.hears("a cake");
    for (text, wanted) in [
        ("four five", Some(Unfinished)),
        ("it's 456 um", Some(Unfinished)),
        ("4567", Some(Unclear)),
        ("45 67 8", Some(Unclear)),
        ("forty five sixty seven eighty nine", Some(Complete)),
        ("my number is 456789", Some(Complete)),
        ("are you open until five", None),
        ("I do not know", None),
        ("", None),
    ] {
        let found = chat.0.completeness(text, 1.0);
        match wanted {
            Some(wanted) => assert_eq!(found, wanted, "{text}"),
            None => assert_ne!(found, Complete, "{text}"),
        }
    }
}

#[test]
fn rows_of_digits_are_expected_where_they_are_asked_for() {
    let digits = |text: &str| {
        let phrases = loaded(text).dialplan.phrases();
        let digits = phrases.iter().filter(|phrase| phrase.contains("{digits}"));
        digits.count()
    };
    assert!(digits(PARCELS) > 1);
    // Where callers can be called back, they are asked for a number.
    let transferred = CLINIC.replace("queue = \"front-desk\"", "target = \"sip:a@b\"");
    assert_eq!(digits(&transferred), 0);
    assert!(digits(CLINIC) > 0);
    // What is built in for digits is English.
    assert_eq!(digits(&PARCELS.replace("en-US", "zh-CN")), 0);
}

#[test]
fn a_question_that_can_not_be_asked_is_told_with_its_place() {
    let good = "ask.n = { say = \"Which?\", type = \"digits\", length = 8 }";
    let of = |kind: &str| format!("ask.n = {{ say = \"Which?\", {kind} }}\nsay = \"y\"");
    for (lines, mistake) in [
        (
            of("type = \"day\""),
            "13:34: `type` can not be \"day\"; it can be `yes-no`, `number`,",
        ),
        (
            of("type = \"dat\""),
            "13:34: `type` can not be \"dat\"; did you mean \"date\"?",
        ),
        (
            good.replace("say = \"Which?\", ", "") + "\nsay = \"y\"",
            "13:9: `say` is missing in `ask.n`; add a line such as ",
        ),
        (
            good.replace("type = \"digits\", length = 8", "") + "\nsay = \"y\"",
            "13:9: `type` is missing in `ask.n`; add a line such as `type = \"date\"`",
        ),
        (
            good.replace(", length = 8", "") + "\nsay = \"y\"",
            "13:9: `length` is missing in `ask.n`;",
        ),
        (
            good.replace("= 8", "= \"8\"") + "\nsay = \"y\"",
            "13:53: `length` is a text; it must be a number of digits such as 8, or the least",
        ),
        (
            good.replace("= 8", "= [8]") + "\nsay = \"y\"",
            "13:53: `length` is a list; it must be a number of digits",
        ),
        (
            good.replace("= 8", "= 33") + "\nsay = \"y\"",
            "13:53: nobody can say 33 digits; write a number of digits such as 8, or the least and the most such as [6, 8], from 1 to 32",
        ),
        (
            good.replace("= 8", "= 0") + "\nsay = \"y\"",
            "13:53: nobody can say 0 digits;",
        ),
        (
            good.replace("= 8", "= [8, 6]") + "\nsay = \"y\"",
            "13:53: nobody can say [8, 6] digits;",
        ),
        (
            of("type = \"date\", length = 8"),
            "13:51: `length` belongs to the type \"digits\"; take it out, or write type = \"digits\"",
        ),
        (
            of("type = \"number\", least = 9, most = 3"),
            "13:9: no number is at least 9 and at most 3; exchange `least` and `most`",
        ),
        (
            of("type = \"code\""),
            "13:9: `pattern` is missing in `ask.n`;",
        ),
        (of("type = \"code\", pattern = \"A-?\""), "13:52: "),
        (
            of("type = \"choice\", choices = [\"one\"]"),
            "13:54: there is nothing to choose between; write at least two, or ask something else",
        ),
        (
            good.replace("Which?", "Which {n}?") + "\nsay = \"y\"",
            "13:17: nothing fills `{n}` in a question; take it out",
        ),
        (
            good.replace("length", "lenght") + "\nsay = \"y\"",
            "13:44: unknown key `lenght` in `ask.n`; did you mean `length`?",
        ),
        (
            good.replace("ask.n", "ask.\"a b\"") + "\nsay = \"y\"",
            "13:5: \"a b\" cannot stand as a slot in `say`;",
        ),
        (
            "ask = \"Which?\"\nsay = \"y\"".to_owned(),
            "13:7: `ask` is a text; it must be a table, such as ask.number = {",
        ),
        (
            "ask.n = \"Which?\"\nsay = \"y\"".to_owned(),
            "13:9: `ask` is a text; it must be a table",
        ),
        (
            "ask = {}\nsay = \"y\"".to_owned(),
            "13:7: `ask` is empty; ask for something: `ask.number =",
        ),
        (
            format!("{good}\nsay = [\"y\", \"Your {{m}} and {{n}}\"]"),
            "14:13: nothing fills `{m}`; write `{n}`, which is what is asked for",
        ),
        (
            "say = \"Your {n}.\"".to_owned(),
            "13:7: nothing fills `{n}`; take it out, or ask for it: `ask.number =",
        ),
        (good.to_owned(), "10:1: `say` is missing in [[intent]];"),
        (
            format!(
                "{good}\nsay = \"y\"\n[[intent]]\nname = \"pie\"\nexamples = [\"a pie\", \"pies\", \"my pie\"]\n{}\nsay = \"y\"",
                of("type = \"date\"").lines().next().unwrap()
            ),
            "18:9: `ask.n` asks for something else than the one in line 13;",
        ),
    ] {
        let mistakes = mistakes(&cake(&lines));
        let [only] = mistakes.as_slice() else {
            panic!("{lines}: {mistakes:#?}");
        };
        assert!(only.starts_with(mistake), "{lines}: {only}");
    }
}

proptest! {
    #[test]
    fn any_question_loads_or_tells_why(name in "\\PC{0,6}", kind in "\\PC{0,8}", say in "[a-z{}]{0,12}") {
        let lines = format!("ask.{name} = {{ say = \"a\", type = \"{kind}\" }}\nsay = \"{say}\"");
        if Dialplan::parse(&cake(&lines), "f", TODAY).is_ok() {
            let mut chat = Chat::with(&cake(&lines));
            chat.hears("a cake");
            chat.hears(&say);
        }
    }
}

#[test]
fn slots_in_examples_stand_for_every_value() {
    let lines = "ask.size = { say = \"Which size?\", type = \"choice\", choices = { small = [\"small\", \"tiny\"], large = [\"large\", \"big\"] } }\n\
                 ask.day = { say = \"Which day?\", type = \"date\" }\n\
                 say = \"A {size} one for {day}.\"";
    let plan = with(&format!(
        "[[intent]]\nname = \"cake\"\nexamples = [\"I want a {{size}} cake\", \"a {{size}} cake for {{day}}\", \"my cake\"]\n{lines}\n"
    ));
    let dialplan = loaded(&plan).dialplan;
    let phrases = dialplan.phrases();
    for phrase in [
        "i want a {choice-size} cake",
        "a {choice-size} cake for {day}",
        "a {choice-size} cake for {date}",
        "on {date}",
        "{choice-size}",
    ] {
        assert!(
            phrases.contains(&phrase.to_owned()),
            "{phrase} of {phrases:#?}"
        );
    }
    assert_eq!(
        dialplan.classes()["choice-size"],
        ["small", "tiny", "large", "big"]
    );
    let mut chat = Chat::with(&plan);
    assert_eq!(
        chat.hears("a big cake for the fourth of July"),
        "A large one for Saturday, July 4."
    );
    assert_eq!(dialplan.completeness("i want a tiny cake", 1.0), Complete);
    let wrong = plan.replace("a {size} cake for", "a {syze} cake for");
    assert!(mistakes(&wrong)[0].contains("did you mean `{size}`?"));
}
