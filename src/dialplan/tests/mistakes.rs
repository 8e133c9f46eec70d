//! What is told of a file that is wrong.

use super::*;

#[test]
fn an_unknown_key_is_told_with_what_was_meant() {
    let mistakes = mistakes(include_str!(
        "../../../tests/broken-dialplans/unknown-key.toml"
    ));
    assert_eq!(
        mistakes,
        ["10:1: unknown key `exmaples` in [[intent]]; did you mean `examples`?"]
    );
}

#[test]
fn a_dialplan_without_a_human_is_refused() {
    let mistakes = mistakes(include_str!(
        "../../../tests/broken-dialplans/no-human.toml"
    ));
    assert!(
        mistakes[0].starts_with("1:1: [human] is missing"),
        "{mistakes:?}"
    );
    assert!(mistakes[0].contains("add a line `[human]`"));
    assert!(mistakes[1].starts_with("3:12: warning: the greeting does not say that 0"));
}

#[test]
fn a_second_intent_of_a_name_and_a_second_home_of_an_example_name_the_first() {
    let text = include_str!("../../../tests/broken-dialplans/duplicate-intent.toml");
    let mistakes = mistakes(text);
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("15:61: the example \"I want to order a cake\" belongs"));
    assert!(mistakes[0].contains("line 10"));
    assert!(mistakes[1].starts_with("19:8: the intent \"cakes\" is there twice, first in line 9;"));
}

#[test]
fn every_wrong_type_is_told_at_once() {
    let mistakes = mistakes(include_str!(
        "../../../tests/broken-dialplans/wrong-types.toml"
    ));
    let starts = [
        "1:8: `name` is a number; it must be a text in quotes",
        "3:12: `greeting` is a list;",
        "6:10: `target` is no SIP address",
        "9:7: `say` is true or false;",
        "13:12: `examples` is a text; it must be a list",
        "14:23: `say` is a number;",
        "15:8: `then` can not be \"hangup\"; did you mean \"hang-up\"?",
        "16:15: `valid_until` is a text; it must be a day without quotes",
    ];
    assert_eq!(mistakes.len(), starts.len(), "{mistakes:#?}");
    for (mistake, start) in mistakes.iter().zip(starts) {
        assert!(mistake.starts_with(start), "{mistake}");
    }
}

#[test]
fn every_break_of_toml_is_told_at_its_line() {
    let mistakes = mistakes(include_str!("../../../tests/broken-dialplans/syntax.toml"));
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
    assert!(mistakes[0].starts_with("3:65: this is not TOML: "));
    assert!(mistakes[1].starts_with("10:56: this is not TOML: missing comma"));
    assert!(mistakes[1].contains("\"double quotes\""));
}

#[test]
fn an_unknown_language_is_told_which_are_known() {
    let mistakes = mistakes(include_str!(
        "../../../tests/broken-dialplans/language.toml"
    ));
    let about = mistakes.iter().find(|m| m.starts_with("2:12: ")).unwrap();
    assert!(about.contains("\"de-DE\" is not known; known are en-US, en-GB, zh-CN"));
}

#[test]
fn other_mistakes_are_told_too() {
    for (more, line) in [
        (
            "[[intent]]\nname = \"x\"\nexamples = []\nsay = \"y\"",
            "12:12: `examples` is empty;",
        ),
        (
            "[[intent]]\nname = \"x\"\nexamples = [\"a b\", \"  \"]\nsay = \"y\"",
            "12:20: `examples` is empty;",
        ),
        (
            "[[intent]]\nname = \"x\"\nexamples = [\"?!\"]\nsay = \"y\"",
            "12:13: the example \"?!\" has no words;",
        ),
        (
            "[[intent]]\nname = \"x\"\nexamples = [\"a b\"]",
            "10:1: `say` is missing in [[intent]];",
        ),
        (
            "[[intent]]\nexamples = [\"a b\"]\nsay = \"y\"",
            "10:1: `name` is missing in [[intent]];",
        ),
        ("[no_input]\n", "10:1: `say` is missing in [no_input];"),
        (
            "[[intent]]\nname = \"x\"\nexamples = [\"a\"]\nsay = \"y\"\nhttp = \"z\"",
            "14:1: unknown key `http` in [[intent]]; known here are `name`, ",
        ),
        ("[help]\n", "10:1: `say` is missing in [help];"),
        (
            "[no_match]\nsay = []",
            "11:7: `say` is empty; write at least one text into it",
        ),
        (
            "[no_input]\nsay = [\"a\", 7]",
            "11:13: `say` is a number; it must be a text in quotes",
        ),
        (
            "[help]\nsays = \"0\"",
            "11:1: unknown key `says` in [help]; did you mean `say`?",
        ),
        (
            "wait = \"Sure.\"",
            "10:1: unknown key `wait` in [[intent]]; known here are ",
        ),
        (
            "[silent_line]\nsay = [\"a\"]",
            "11:7: `say` is a list; it must be a text in quotes",
        ),
        (
            "barge_in = \"no\"",
            "10:12: `barge_in` is a text; it must be true or false, without quotes",
        ),
        (
            "[opening]\nopen = 8",
            "10:2: unknown key `opening` in the dialplan;",
        ),
        ("[[human]]\n", "10:"),
    ] {
        let mistakes = mistakes(&with(more));
        assert!(
            mistakes.iter().any(|m| m.starts_with(line)),
            "{more}: {mistakes:#?}"
        );
    }
    let single = with("").replace("[[intent]]", "[intent]");
    assert!(mistakes(&single)[0].contains("`intent` is a table; it must be a list of tables"));
    let no_table = "name = \"x\"\nlanguage = \"en-US\"\ngreeting = \"0\"\nhuman = \"sip:a@b\"";
    assert!(
        mistakes(no_table)
            .iter()
            .any(|m| m.contains("a line [human]"))
    );
}

#[test]
fn a_target_must_be_a_sip_address() {
    for target in [
        "sip:frontdesk@127.0.0.1:5080",
        "sips:100@pbx.example.com",
        "SIP:pbx.example.com",
        "sip:100@[::1]:5060;transport=tcp",
        "sip:+4930123@10.0.0.1?Subject=x",
    ] {
        loaded(&with("").replace("sip:counter@127.0.0.1", target));
    }
    for target in [
        "tel:+4930123",
        "sip:",
        "sip:a@",
        "sip:@b",
        "sip:a@b:0",
        "sip:a@b:99999",
        "sip:a@b c",
        "<sip:a@b>",
        "sip:a@b_c",
        "sip:a@[1::2::3]",
        "front desk",
        "sip:a@b\\r\\nX: y",
    ] {
        let text = with("").replace("sip:counter@127.0.0.1", target);
        assert!(
            mistakes(&text)[0].starts_with("5:10: `target` is no SIP address"),
            "{target}"
        );
    }
}

#[test]
fn what_is_only_unwise_is_a_warning() {
    let more = r#"[[intent]]
name = "cake"
examples = ["any cake left", "Any cake left?", "can I talk to a person about cake"]
say = "Yes."
valid_until = 2026-05-31
[[intent]]
name = "bread"
examples = ["bread"]
say = "Yes."
valid_until = 2026-06-01
"#;
    let warnings: Vec<String> = loaded(&with(more))
        .warnings
        .iter()
        .map(|w| w.to_string())
        .collect();
    let starts = [
        "test.toml:12:30: warning: the example \"Any cake left?\" is there twice, first in line 12;",
        "test.toml:12:48: warning: who says \"can I talk to a person about cake\" is put through",
        "test.toml:14:15: warning: this answer was only valid until 2026-05-31;",
        "test.toml:17:12: warning: only 1 of 3 examples;",
    ];
    assert_eq!(warnings.len(), starts.len(), "{warnings:#?}");
    for (warning, start) in warnings.iter().zip(starts) {
        assert!(warning.starts_with(start), "{warning}");
    }
}

#[test]
fn help_without_a_person_and_a_sentence_said_twice_are_warned_of() {
    let more = "[help]\nsay = \"Ask for our hours.\"\n[no_match]\nsay = [\"What?\", \"What?\"]\n";
    let warnings = loaded(&with(more)).warnings;
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let starts = [
        "test.toml:11:7: warning: [help] does not offer a person; add ",
        "test.toml:13:17: warning: [no_match] says this twice; say it in other words",
    ];
    assert_eq!(warnings.len(), starts.len(), "{warnings:#?}");
    for (warning, start) in warnings.iter().zip(starts) {
        assert!(warning.starts_with(start), "{warning}");
    }
    let notice = format!("notice = [\"a\"]\n{}", with(""));
    assert!(mistakes(&notice)[0].starts_with("1:10: `notice` is a list; it must be a text"));
}

#[test]
fn a_mistake_is_shown_in_its_line_underlined_with_advice() {
    let text = include_str!("../../../tests/broken-dialplans/unknown-key.toml");
    let error = Dialplan::parse(text, "bakery.toml", TODAY).unwrap_err();
    let pretty = error.pretty();
    assert!(pretty.contains("bakery.toml:10:1"), "{pretty}");
    assert!(
        pretty.contains("exmaples = [\"when are you open\""),
        "{pretty}"
    );
    assert!(pretty.contains("did you mean `examples`?"), "{pretty}");
}

#[test]
fn columns_count_characters() {
    let mistakes = mistakes(
        "name = \"Bäckerei ü\"\nlanguage = \"en-US\"\ngreeting = \"ä 0\"\nhuman = { target = \"sip:ü@b\", sag = 1 }",
    );
    assert!(
        mistakes
            .iter()
            .any(|m| m.starts_with("4:31: unknown key `sag`")),
        "{mistakes:?}"
    );
}

#[test]
fn a_file_that_can_not_be_read_is_named_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.toml");
    let error = Dialplan::load(&path, TODAY).unwrap_err().to_string();
    assert!(
        error.contains("absent.toml: the dialplan cannot be read"),
        "{error}"
    );

    let path = folder.path().join("latin1.toml");
    std::fs::write(&path, b"name = \"x\"\n# caf\xe9\n").unwrap();
    let error = Dialplan::load(&path, TODAY).unwrap_err().to_string();
    assert!(
        error.contains("latin1.toml:2:6: this is not UTF-8 text;"),
        "{error}"
    );

    let path = folder.path().join("good.toml");
    std::fs::write(&path, format!("\u{feff}{}", with("")).replace('\n', "\r\n")).unwrap();
    assert!(Dialplan::load(&path, TODAY).is_ok());
}

#[test]
fn a_mistake_in_a_text_points_at_its_line() {
    let plan = with("[one_moment]\nsay = \"[moment.wav]\"\n");
    let dialplan = loaded(&plan).dialplan;
    assert_eq!(&**dialplan.one_moment(), "[moment.wav]");
    let mistake = dialplan.mistake_in("[moment.wav]", "it is mute", "record it again");
    let line = plan.lines().position(|line| line.contains("moment.wav"));
    assert_eq!(Some(mistake.line()), line.map(|line| line + 1));
    // What the dialplan does not say itself is of the whole file.
    let goodbye = dialplan.goodbye().say[0].clone();
    assert_eq!(dialplan.mistake_in(&goodbye, "it is mute", "").line(), 0);
}
