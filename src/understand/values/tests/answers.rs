//! Yes, no and what callers take back.

use super::*;

/// `+` for yes, `-` for no, with what else was said; empty for neither.
fn answer(language: Language, text: &str) -> String {
    yes_or_no(language, text).map_or(String::new(), |answer| {
        let sign = if answer.yes { "+" } else { "-" };
        format!("{sign}{}", &text[answer.rest])
    })
}

fn check_answers(language: Language, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, answer(language, text), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(text, found, expected)| format!("{text}: found [{found}], not [{expected}]"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn english_answers() {
    check_answers(
        US,
        &[
            ("yes", "+"),
            ("Yes, please.", "+"),
            ("yeah sure", "+"),
            ("yep that's right", "+"),
            ("that is correct", "+"),
            ("uh huh", "+"),
            ("mhm", "+"),
            ("right", "+"),
            ("okay", "+"),
            ("sounds good thank you", "+"),
            ("I think so", "+"),
            ("of course", "+"),
            ("no problem", "+"),
            ("not a problem", "+"),
            ("not bad", "+"),
            ("it's ok", "+"),
            ("I said yes", "+"),
            ("no, no problem", "+"),
            ("why not", "+"),
            ("I do", "+"),
            ("yes I do", "+"),
            ("yes it is", "+"),
            ("no no yes", "+"),
            ("um, well, I guess yes", "+"),
            ("that would be a yes", "+"),
            (
                "yes and can I also change my address",
                "+and can I also change my address",
            ),
            ("Thursday, yes", "+Thursday"),
            ("no", "-"),
            ("nope", "-"),
            ("no thanks", "-"),
            ("no it isn't", "-"),
            ("no that's not right", "-"),
            ("that's wrong", "-"),
            ("not really", "-"),
            ("I don't think so", "-"),
            ("I don't", "-"),
            ("absolutely not", "-"),
            ("no way", "-"),
            ("not now", "-"),
            ("yes, no wait", "-"),
            ("No, the fourteenth.", "-the fourteenth"),
            ("no the fourteenth", "-the fourteenth"),
            ("no I want Thursday", "-I want Thursday"),
            ("no, not Tuesday", "-not Tuesday"),
            (
                "it's not Tuesday it's Wednesday",
                "-not Tuesday it's Wednesday",
            ),
            ("that's wrong, it's B 4 7", "-it's B 4 7"),
            ("I know", ""),
            ("I don't know", ""),
            ("I'm not sure", ""),
            ("maybe", ""),
            ("maybe yes, maybe no", ""),
            ("exactly", "+"),
            ("exactly what does that mean", ""),
            ("yes and no", ""),
            ("yes or no", ""),
            ("no idea", ""),
            ("no one told me that", ""),
            ("I have no appointment", ""),
            ("right, I want to ask about my bill", ""),
            ("okay what are your hours", ""),
            ("good morning", ""),
            ("is that right", ""),
            ("what", ""),
            ("go ahead and cancel it", ""),
            ("go ahead", "+"),
            ("please don't speak so fast", ""),
            ("please don't", "-"),
            ("that's a definite yes", "+"),
            ("the fourteenth", ""),
            ("", ""),
        ],
    );
}

#[test]
fn mandarin_answers() {
    check_answers(
        ZH,
        &[
            ("对", "+"),
            ("对的", "+"),
            ("对对对", "+"),
            ("是的，谢谢", "+"),
            ("是", "+"),
            ("好", "+"),
            ("好的", "+"),
            ("可以", "+"),
            ("没问题", "+"),
            ("没错", "+"),
            ("不错", "+"),
            ("嗯", "+"),
            ("嗯嗯", "+"),
            ("對", "+"),
            ("好，那就周四", "+那就周四"),
            ("不对", "-"),
            ("不是", "-"),
            ("不", "-"),
            ("不用了谢谢", "-"),
            ("不可以", "-"),
            ("没有", "-"),
            ("错了", "-"),
            ("不，十四号", "-十四号"),
            ("不对，是十四号", "-是十四号"),
            ("不是周二", "-不是周二"),
            ("不知道", ""),
            ("不好意思", ""),
            ("对不起", ""),
            ("是不是", ""),
            ("可能吧", ""),
            ("对了我想问一下", ""),
            ("十四号", ""),
            ("要二十五号", ""),
            ("是二十五号", ""),
            ("可以改到周四吗", ""),
            ("不太对", "-"),
            ("也行", "+"),
            ("好像是", ""),
        ],
    );
}

#[test]
fn an_answer_is_found_where_it_stands() {
    check(
        &Kind::YesNo,
        US,
        &[
            ("yes please", "true"),
            ("no, the fourteenth", "false"),
            ("I know", ""),
        ],
    );
    assert_eq!(
        cut(&Kind::YesNo, US, "no, the fourteenth"),
        "_, the fourteenth"
    );
    assert_eq!(cut(&Kind::YesNo, ZH, "不，十四号"), "_，十四号");
}

#[test]
fn corrections_leave_what_is_right() {
    let left = |language, text: &str| correction(language, text).map(|at| text[at].to_owned());
    for (language, text, expected) in [
        (US, "no, the fourteenth", "the fourteenth"),
        (US, "no the fourteenth", "the fourteenth"),
        (US, "that's wrong, it's B 4 7", "B 4 7"),
        (US, "I said Thursday not Tuesday", "Thursday not Tuesday"),
        (US, "Thursday, not Tuesday", "Thursday, not Tuesday"),
        (US, "not Tuesday, Wednesday", "not Tuesday, Wednesday"),
        (
            US,
            "it's not Tuesday, it's Wednesday",
            "it's not Tuesday, it's Wednesday",
        ),
        (US, "sorry, I meant Friday", "Friday"),
        (US, "actually, make it Friday", "Friday"),
        (
            US,
            "oh wait, no, change that to Friday please",
            "Friday please",
        ),
        (US, "no", ""),
        (US, "no, that's not right", ""),
        (US, "no thanks", ""),
        (
            US,
            "Thursday instead of Tuesday",
            "Thursday instead of Tuesday",
        ),
        (ZH, "不对，是十四号", "十四号"),
        (ZH, "不，十四号", "十四号"),
        (ZH, "我说的是周四", "周四"),
        (ZH, "不是周二，是周四", "不是周二，是周四"),
        (ZH, "错了，应该是周四", "周四"),
    ] {
        assert_eq!(left(language, text).as_deref(), Some(expected), "{text}");
    }
    for (language, text) in [
        (US, "the fourteenth"),
        (US, "yes please"),
        (US, "no one told me"),
        (US, "my card is not working"),
        (US, "I'm not sure"),
        (US, "I know"),
        (US, "what are your hours"),
        (US, "can I use sour cream instead of yogurt"),
        (US, "is my top up not working?"),
        (US, ""),
        (ZH, "十四号"),
        (ZH, "好的"),
        (ZH, "是不是周四"),
    ] {
        assert_eq!(left(language, text), None, "{text}");
    }
}
