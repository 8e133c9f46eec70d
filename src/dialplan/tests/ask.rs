//! Intents that ask for a number before they answer.

use super::*;
use crate::speak::say::{self, Pronunciations, Value};
use Completeness::{Complete, Unclear, Unfinished};

const PARCELS: &str = include_str!("../../../dialplans/parcels.toml");

/// The bakery with an intent "cake" that asks; `lines` are of the intent.
fn cake(lines: &str) -> String {
    with(&format!(
        "[[intent]]\nname = \"cake\"\nexamples = [\"a cake\", \"i want cake\", \"my cake\"]\n{lines}\n"
    ))
}

fn asking(dialplan: &Dialplan, text: &str) -> (Reply, Arc<Ask>) {
    let Outcome::Understood { reply, .. } = dialplan.hear(text) else {
        panic!("{text} is not understood");
    };
    let ask = reply.ask.clone().expect("nothing is asked");
    (reply, ask)
}

fn ask_of(language: &str, length: &str, say: &str) -> Arc<Ask> {
    let lines = format!(
        "ask.number = {{ say = \"Which?\", type = \"digits\", length = {length} }}\nsay = \"{say}\""
    );
    let text = cake(&lines).replace("en-US", language);
    asking(&loaded(&text).dialplan, "a cake").1
}

#[test]
fn a_parcel_is_asked_for_by_its_number_which_is_said_back_before_a_person_helps() {
    let Loaded { dialplan, warnings } = loaded(PARCELS);
    assert!(warnings.is_empty(), "{warnings:?}");
    let (question, ask) = asking(&dialplan, "hello um where's my parcel");
    assert_eq!(question.say, std::slice::from_ref(&ask.say));
    assert!(ask.say.contains("parcel number"));
    assert_eq!((question.then, question.barge_in), (Then::Listen, true));
    assert_eq!((&*ask.name, ask.least, ask.most), ("number", 8, 8));
    let answer = ask.answer("40512377");
    assert_eq!(
        answer.say.concat(),
        "I have 4 0 5 1, 2 3 7 7. A colleague will look for your parcel now."
    );
    assert_eq!((answer.then, answer.ask), (Then::Human, None));
    for (text, intent) in [
        ("when do you deliver", "delivery-times"),
        ("i want to return this", "send-back"),
        ("thank you bye", "goodbye"),
        ("operator", "HUMAN"),
    ] {
        assert_eq!(heard(&dialplan, text), intent, "{text}");
    }
    let texts = dialplan.fixed_texts();
    let answer = "I have {number}. A colleague will look for your parcel now.";
    assert!(texts.contains(&&*ask.say) && texts.contains(&answer));
    let mistake = dialplan.mistake_in(&ask.say, "", "");
    assert!(
        PARCELS
            .lines()
            .nth(mistake.line() - 1)
            .unwrap()
            .starts_with("ask.number")
    );
}

#[test]
fn every_other_reply_asks_nothing() {
    let dialplan = loaded(PARCELS).dialplan;
    for reply in [
        dialplan.greeting(),
        dialplan.human_reply(),
        dialplan.goodbye(),
    ] {
        assert_eq!(reply.ask, None);
    }
    let Outcome::Understood { reply, .. } = dialplan.hear("when do you deliver") else {
        panic!("not understood");
    };
    assert_eq!(reply.ask, None);
}

#[test]
fn an_answer_has_its_digits_wherever_its_texts_want_them() {
    let say = "\", \"Is {number} right? {number}!";
    let lines = format!(
        "ask.number = {{ say = \"Which?\", type = \"digits\", length = 3 }}\nsay = [\"Ok.{say}\"]\nbarge_in = false"
    );
    let (question, ask) = asking(&loaded(&cake(&lines)).dialplan, "a cake");
    assert!(question.barge_in);
    let answer = ask.answer("1-2*3");
    assert_eq!(answer.say, ["Ok.".into(), "Is 1 2 3 right? 1 2 3!".into()]);
    assert!(!answer.barge_in);
    assert_eq!(answer.then, Then::Listen);
}

#[test]
fn a_question_before_a_person_needs_no_answer_of_its_own() {
    let lines = "ask.code = { say = \"Which?\", type = \"digits\", length = 3 }\nthen = \"human\"";
    let dialplan = loaded(&cake(lines)).dialplan;
    let (_, ask) = asking(&dialplan, "a cake");
    assert_eq!(ask.answer("123"), dialplan.human_reply());
}

#[test]
fn what_is_said_is_all_of_it_once_there_are_digits_enough() {
    let ask = ask_of("en-US", "[4, 6]", "y");
    assert_eq!((ask.least, ask.most), (4, 6));
    for (text, wanted) in [
        ("four five", Some(Unfinished)),
        ("it's 456 um", Some(Unfinished)),
        ("4567", Some(Unclear)),
        ("45 67 8", Some(Unclear)),
        ("forty five sixty seven eighty nine", Some(Complete)),
        ("my number is 456789", Some(Complete)),
        ("4567891", Some(Complete)),
        ("the cake 456789 has not come", Some(Complete)),
        ("are you open until five", None),
        ("I do not know", None),
        ("oh", None),
        ("", None),
    ] {
        assert_eq!(ask.completeness(text), wanted, "{text}");
    }
    let ask = ask_of("zh-CN", "4", "y");
    assert_eq!(ask.completeness("幺二三"), Some(Unfinished));
    assert_eq!(ask.completeness("我的号码是1234"), Some(Complete));
    assert_eq!(ask.completeness("我不知道"), None);
}

#[test]
fn rows_of_digits_are_expected_where_they_are_asked_for() {
    let digits = |text: &str| {
        let phrases = loaded(text).dialplan.phrases();
        phrases
            .iter()
            .filter(|phrase| phrase.contains("{digits}"))
            .count()
    };
    assert!(digits(PARCELS) > 1);
    assert_eq!(digits(CLINIC), 0);
    // What is built in for digits is English.
    assert_eq!(digits(&PARCELS.replace("en-US", "zh-CN")), 0);
}

#[test]
fn a_question_that_can_not_be_asked_is_told_with_its_place() {
    let good = "ask.n = { say = \"Which?\", type = \"digits\", length = 8 }";
    for (lines, mistake) in [
        (
            good.replace("digits", "date") + "\nsay = \"y\"",
            "13:34: `type` can not be \"date\"; it can be \"digits\"",
        ),
        (
            good.replace("say = \"Which?\", ", "") + "\nsay = \"y\"",
            "13:9: `say` is missing in `ask.n`; add a line such as ",
        ),
        (
            good.replace("type = \"digits\", ", "") + "\nsay = \"y\"",
            "13:9: `type` is missing in `ask.n`; add a line such as `type = \"digits\"`",
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
            good.replace("= 8", "= [-1, 6]") + "\nsay = \"y\"",
            "13:53: nobody can say [-1, 6] digits;",
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
            format!("{good}\n{}\nsay = \"y\"", good.replace("ask.n", "ask.m")),
            "14:5: `ask.m` is a second question; an intent can ask for one thing;",
        ),
        (
            good.replace("ask.n", "ask.\"a b\"") + "\nsay = \"y\"",
            "13:5: \"a b\" cannot stand as a slot in `say`;",
        ),
        (
            "ask = \"Which?\"\nsay = \"y\"".to_owned(),
            "13:7: `ask` is a text; it must be written with a name, such as `ask.number = {",
        ),
        (
            "ask.n = \"Which?\"\nsay = \"y\"".to_owned(),
            "13:9: `ask` is a text; it must be a table",
        ),
        (
            "ask = {}\nsay = \"y\"".to_owned(),
            "13:7: `ask` is empty; write `ask.number =",
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
            format!("{good}\nthen = \"hang-up\""),
            "13:5: `ask.n` asks for nothing: there is no `say`; add `say` with the answer, or",
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
    /// Whatever stands around them, and however few they are.
    #[test]
    fn digits_are_read_out_one_by_one(row in "[0-9]{1,32}", around in 0usize..4) {
        let none = Pronunciations::default();
        for (tag, language, around) in [
            ("en-US", Language::EnglishUs, ["{number}", "I have {number}.", "Is {number}, right?", "No. 5: {number} - ok"][around]),
            ("en-GB", Language::EnglishGb, ["{number}", "It is {number}!", "On {number}, at 5 pm", "From {number}, to 6."][around]),
            ("zh-CN", Language::Mandarin, ["{number}", "您的号码是{number}。", "{number}，对吗？", "是{number}吗"][around]),
        ] {
            let ask = ask_of(tag, "[1, 32]", around);
            let answer = ask.answer(&row).say.concat();
            let said = say::text(language, &answer, &none);
            let plain = |text: &str| text.replace([',', '，', ' '], "");
            let digits = plain(&Value::Code(row.clone()).say(language));
            prop_assert!(plain(&said).contains(&digits), "{said}");
            // With a pause at least after every four.
            let is_digit = |c: char| c.is_ascii_digit() || "零幺二三四五六七八九".contains(c);
            for group in answer.replace("No. 5:", "").split([',', '，']) {
                prop_assert!(group.matches(is_digit).count() <= 4, "{answer}");
            }
        }
    }

    #[test]
    fn any_question_loads_or_tells_why(name in "\\PC{0,6}", length in "\\PC{0,8}", say in "[a-z{}]{0,12}") {
        let lines = format!("ask.{name} = {{ say = \"a\", type = \"digits\", length = {length} }}\nsay = \"{say}\"");
        if let Ok(loaded) = Dialplan::parse(&cake(&lines), "f", TODAY)
            && let Outcome::Understood { reply: Reply { ask: Some(ask), .. }, .. } = loaded.dialplan.hear("a cake")
        {
            prop_assert!(1 <= ask.least && ask.least <= ask.most && ask.most <= MOST_DIGITS);
            ask.answer(&say);
        }
    }
}
