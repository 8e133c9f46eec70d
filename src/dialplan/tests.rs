use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2026, 6, 1);
const CLINIC: &str = include_str!("../../dialplans/clinic.toml");
const MANDARIN: &str = include_str!("../../dialplans/clinic.zh.toml");

/// A whole small dialplan, with `more` after it.
fn with(more: &str) -> String {
    format!(
        r#"name = "Corner Bakery"
language = "en-US"
greeting = "Corner Bakery. Press 0 for a person."
[human]
target = "sip:counter@127.0.0.1"
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From six to six."
{more}"#
    )
}

fn loaded(text: &str) -> Loaded {
    Dialplan::parse(text, "test.toml", TODAY).unwrap_or_else(|error| panic!("{error}"))
}

fn clinic() -> Dialplan {
    loaded(CLINIC).dialplan
}

/// Every mistake as a line of text, `LINE:COLUMN: message; help`.
fn mistakes(text: &str) -> Vec<String> {
    let error = Dialplan::parse(text, "f", TODAY).expect_err("no mistake was found");
    let lines = error.to_string();
    lines
        .lines()
        .map(|l| l.trim_start_matches("f:").to_owned())
        .collect()
}

fn heard(dialplan: &Dialplan, text: &str) -> String {
    match dialplan.hear(text) {
        Outcome::Understood { intent, .. } => intent.to_string(),
        Outcome::AskedForHuman => "HUMAN".to_owned(),
        Outcome::NotUnderstood { .. } => "-".to_owned(),
    }
}

// The example that companies copy.

#[test]
fn the_clinic_has_no_mistake_and_nothing_to_warn_of() {
    let Loaded { dialplan, warnings } = loaded(CLINIC);
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert_eq!(dialplan.name, "Lakeside Clinic");
    assert_eq!(dialplan.human.target, "sip:frontdesk@127.0.0.1:5080");
    assert!(dialplan.greeting().say[0].contains('0'));
}

#[test]
fn the_clinic_understands_its_callers_in_other_words() {
    let clinic = clinic();
    let said = [
        ("win are you open", "opening-hours"),
        ("are you open on sundays", "opening-hours"),
        ("hi, can you tell me what your hours are", "opening-hours"),
        ("when do you close on friday", "opening-hours"),
        ("how late are you open", "opening-hours"),
        ("where are you", "address"),
        ("what street is the clinic on", "address"),
        ("i need directions to the clinic", "address"),
        ("where do i park", "parking"),
        ("weather you park", "parking"),
        ("do I have to pay for parking", "parking"),
        ("i need to move my appoint meant", "reschedule"),
        ("could I move my appointment to Tuesday?", "reschedule"),
        ("I wanna reschedule", "reschedule"),
        ("i need to cancel my appointment", "reschedule"),
        ("i'd like an appointment with the doctor", "new-appointment"),
        (
            "could i get an appointment for next week",
            "new-appointment",
        ),
        ("i have to see a doctor", "new-appointment"),
        ("I need a new prescription please", "prescription"),
        ("can I get a refill of my medicine", "prescription"),
        ("my pre scription ran out", "prescription"),
        ("do you except my insurance", "insurance"),
        ("which insurances do you take", "insurance"),
        ("are my results back", "test-results"),
        (
            "do you have the results of my blood test yet",
            "test-results",
        ),
        ("he can't breathe", "emergency"),
        ("it's an emergency", "emergency"),
        ("i think i have a heart attack", "emergency"),
        ("thanks, bye", "goodbye"),
        ("ok thank you that's all", "goodbye"),
    ];
    let wrong: Vec<_> = said
        .iter()
        .filter(|(text, intent)| heard(&clinic, text) != *intent)
        .map(|(text, intent)| format!("{text}: {} for {intent}", heard(&clinic, text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_clinic_does_not_answer_what_it_does_not_know() {
    let clinic = clinic();
    let wrong: Vec<_> = [
        "what is the capital of france",
        "tell me a joke",
        "i want to order a pizza",
        "how is the weather today",
        "can you play some music",
        "what is your favorite color",
        "how old are you",
        "do you sell bicycles",
        "what is two plus two",
        "book me a flight to boston",
        "the quick brown fox",
        "can i get a loan",
        "my computer is broken",
        "who is the president",
        "how much does a haircut cost",
        "do you have",
        "what is the",
        "yes",
    ]
    .into_iter()
    .filter(|text| heard(&clinic, text) != "-")
    .map(|text| format!("{text}: {}", heard(&clinic, text)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn asking_for_a_person_wins_over_every_intent() {
    let clinic = clinic();
    assert_eq!(heard(&clinic, "can I talk to a person"), "HUMAN");
    assert_eq!(
        heard(&clinic, "I want to talk to somebody about my appointment"),
        "HUMAN"
    );
}

#[test]
fn the_recogniser_knows_every_word_the_clinic_expects() {
    let dictionary = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict";
    let Ok(dictionary) = std::fs::read_to_string(dictionary) else {
        println!("skipped: there is no {dictionary}");
        return;
    };
    let known: std::collections::HashSet<&str> = dictionary
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let phrases = clinic().phrases();
    let unknown: Vec<&str> = phrases
        .iter()
        .flat_map(|phrase| phrase.split(' '))
        .filter(|word| !known.contains(word))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

// The same, in Mandarin.

#[test]
fn the_mandarin_clinic_has_no_mistake_and_nothing_to_warn_of() {
    let Loaded { dialplan, warnings } = loaded(MANDARIN);
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert_eq!(dialplan.language, Language::Mandarin);
    assert_eq!(dialplan.intents.len(), clinic().intents.len());
}

#[test]
fn the_mandarin_clinic_understands_its_callers_in_other_words() {
    let clinic = loaded(MANDARIN).dialplan;
    let said = [
        ("你们几点开门？", "opening-hours"),
        ("請問你們幾點開門", "opening-hours"),
        ("请问一下你们早上几点上班", "opening-hours"),
        ("你们今天开到几点", "opening-hours"),
        ("礼拜六开不开门", "opening-hours"),
        ("你们周日上班吗", "opening-hours"),
        ("诊所的地址是什么", "address"),
        ("你们诊所在哪儿啊", "address"),
        ("你們的診所在哪裡", "address"),
        ("去你们那里怎么走", "address"),
        ("我开车来，可以停车吗", "parking"),
        ("停车场在哪儿", "parking"),
        ("停车费多少钱", "parking"),
        ("我想预约", "new-appointment"),
        ("我想预月一个门诊", "new-appointment"),
        ("能帮我挂个号吗", "new-appointment"),
        ("明天能看医生吗", "new-appointment"),
        ("我想改一下预约的时间", "reschedule"),
        ("我要取消预约", "reschedule"),
        ("我明天来不了了", "reschedule"),
        ("我的药吃完了", "prescription"),
        ("能再给我开点药吗", "prescription"),
        ("我想續開處方", "prescription"),
        ("你们能用医保吗", "insurance"),
        ("商业保险可以报销吗", "insurance"),
        ("我的化验结果出来没有", "test-results"),
        ("我想查一下检查报告", "test-results"),
        ("我爸爸晕倒了", "emergency"),
        ("他没有呼吸了", "emergency"),
        ("我胸口很痛", "emergency"),
        ("没有别的事了，谢谢", "goodbye"),
        ("好的谢谢再见", "goodbye"),
    ];
    let wrong: Vec<_> = said
        .iter()
        .filter(|(text, intent)| heard(&clinic, text) != *intent)
        .map(|(text, intent)| format!("{text}: {} for {intent}", heard(&clinic, text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_mandarin_clinic_does_not_answer_what_it_does_not_know() {
    let clinic = loaded(MANDARIN).dialplan;
    let wrong: Vec<_> = [
        "今天天气怎么样",
        "给我讲个笑话",
        "我想订一个披萨",
        "法国的首都是哪里",
        "放一首歌",
        "你喜欢什么颜色",
        "你多大了",
        "一加一等于几",
        "帮我订一张去北京的机票",
        "理发多少钱",
        "现在几点了",
        "谁是总统",
        "你们卖自行车吗",
        "谢谢",
        "请问",
        "你们有没有",
        "是的",
        "床前明月光",
    ]
    .into_iter()
    .filter(|text| heard(&clinic, text) != "-")
    .map(|text| format!("{text}: {}", heard(&clinic, text)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(heard(&clinic, "我想预约，请转人工"), "HUMAN");
    assert_eq!(heard(&clinic, "有人工服务吗"), "HUMAN");
}

#[test]
fn every_language_has_its_own_words_for_what_need_not_be_written() {
    for language in Language::ALL {
        let plan = format!(
            "name = \"x\"\nlanguage = \"{language}\"\ngreeting = \"0\"\n[human]\ntarget = \"sip:a@b\"\n"
        );
        let dialplan = loaded(&plan).dialplan;
        for text in dialplan.fixed_texts() {
            let mandarin = text.chars().any(|c| c > '\u{2fff}');
            assert_eq!(
                mandarin,
                language == Language::Mandarin && text != "0",
                "{text}"
            );
        }
        for reply in [
            dialplan.no_input(),
            dialplan.no_match(),
            dialplan.overload(),
        ] {
            assert!(reply.say.concat().contains('0'), "{reply:?}");
        }
    }
}

// What comes next.

#[test]
fn an_answer_says_its_sentences_in_order_and_goes_on_as_written() {
    let dialplan = loaded(&with(
        "[[intent]]\nname = \"cake\"\nexamples = [\"cake\", \"a cake please\", \"i want cake\"]\n\
         say = [\"Sure.\", \"Which one?\"]\nthen = \"human\"\n",
    ))
    .dialplan;
    let Outcome::Understood {
        intent,
        score,
        reply,
    } = dialplan.hear("a cake please")
    else {
        panic!("not understood");
    };
    assert_eq!((&*intent, score), ("cake", 1.0));
    assert_eq!(reply.say, ["Sure.".into(), "Which one?".into()]);
    assert_eq!(reply.then, Then::Human);
}

#[test]
fn an_intent_without_words_uses_those_of_the_transfer_and_the_goodbye() {
    let dialplan = loaded(&with(
        "[[intent]]\nname = \"cake\"\nexamples = [\"cake\", \"a cake\", \"i want cake\"]\nthen = \"human\"\n\
         [[intent]]\nname = \"bye\"\nexamples = [\"bye\", \"goodbye\", \"see you\"]\nthen = \"hang-up\"\n",
    ))
    .dialplan;
    let reply = |text| match dialplan.hear(text) {
        Outcome::Understood { reply, .. } => reply,
        other => panic!("{other:?}"),
    };
    assert_eq!(reply("cake"), dialplan.human_reply());
    assert_eq!(reply("bye"), dialplan.goodbye());
    assert_eq!(dialplan.goodbye().then, Then::HangUp);
}

#[test]
fn reprompts_may_be_written_and_mention_0_by_default() {
    let dialplan = loaded(&with("[no_match]\nsay = \"Pardon?\"\n")).dialplan;
    let said = |reply: Reply| reply.say.concat();
    assert_eq!(said(dialplan.no_match()), "Pardon?");
    for reply in [
        dialplan.no_input(),
        dialplan.overload(),
        dialplan.human_failed(),
    ] {
        assert_eq!(reply.then, Then::Listen);
        assert!(said(reply.clone()).contains('0'), "{reply:?}");
    }
}

#[test]
fn phrases_are_spoken_words_and_texts_are_all_that_may_be_said() {
    let dialplan = loaded(&with(
        "[[intent]]\nname = \"x\"\nexamples = [\"What's on Nov. 25th?\", \"b c\", \"When are you open now\"]\n\
         say = [\"From six to six.\", \"Or so.\"]\n",
    ))
    .dialplan;
    let phrases = dialplan.phrases();
    assert!(
        phrases.contains(&"what's on nov twenty fifth".to_owned()),
        "{phrases:?}"
    );
    assert!(phrases.contains(&"operator".to_owned()));
    let texts = dialplan.fixed_texts();
    assert!(texts.contains(&"Or so."));
    assert!(texts.contains(&&*dialplan.human.failed));
    assert_eq!(
        texts
            .iter()
            .filter(|text| **text == "From six to six.")
            .count(),
        1
    );
}

// Mistakes.

#[test]
fn an_unknown_key_is_told_with_what_was_meant() {
    let mistakes = mistakes(include_str!(
        "../../tests/broken-dialplans/unknown-key.toml"
    ));
    assert_eq!(
        mistakes,
        ["10:1: unknown key `exmaples` in [[intent]]; did you mean `examples`?"]
    );
}

#[test]
fn a_dialplan_without_a_human_is_refused() {
    let mistakes = mistakes(include_str!("../../tests/broken-dialplans/no-human.toml"));
    assert!(
        mistakes[0].starts_with("1:1: [human] is missing"),
        "{mistakes:?}"
    );
    assert!(mistakes[0].contains("add a line `[human]`"));
    assert!(mistakes[1].starts_with("3:12: warning: the greeting does not say that 0"));
}

#[test]
fn a_second_intent_of_a_name_and_a_second_home_of_an_example_name_the_first() {
    let text = include_str!("../../tests/broken-dialplans/duplicate-intent.toml");
    let mistakes = mistakes(text);
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("15:61: the example \"I want to order a cake\" belongs"));
    assert!(mistakes[0].contains("line 10"));
    assert!(mistakes[1].starts_with("19:8: the intent \"cakes\" is there twice, first in line 9;"));
}

#[test]
fn every_wrong_type_is_told_at_once() {
    let mistakes = mistakes(include_str!(
        "../../tests/broken-dialplans/wrong-types.toml"
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
    let mistakes = mistakes(include_str!("../../tests/broken-dialplans/syntax.toml"));
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
    assert!(mistakes[0].starts_with("3:65: this is not TOML: "));
    assert!(mistakes[1].starts_with("10:56: this is not TOML: missing comma"));
    assert!(mistakes[1].contains("\"double quotes\""));
}

#[test]
fn an_unknown_language_is_told_which_are_known() {
    let mistakes = mistakes(include_str!("../../tests/broken-dialplans/language.toml"));
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
        (
            "[hours]\nopen = 8",
            "10:2: unknown key `hours` in the dialplan;",
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
fn a_mistake_is_shown_in_its_line_underlined_with_advice() {
    let text = include_str!("../../tests/broken-dialplans/unknown-key.toml");
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

proptest! {
    #[test]
    fn any_text_loads_or_tells_why(text in any::<String>()) {
        if let Err(error) = Dialplan::parse(&text, "f", TODAY) {
            prop_assert!(!error.diagnostics.is_empty());
            error.pretty();
        }
    }

    /// Real dialplans, cut, doubled and with characters put in.
    #[test]
    fn any_damage_loads_or_tells_why(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[\\]\\[\"'=.{}#,\na0é]{0,3}"), 1..4),
    ) {
        let mut characters: Vec<char> = CLINIC.chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(characters.len());
            let end = (at + length).min(characters.len());
            characters.splice(at..end, put.chars());
        }
        let text: String = characters.into_iter().collect();
        match Dialplan::parse(&text, "f", TODAY) {
            Ok(loaded) => { loaded.dialplan.hear("when are you open"); }
            Err(error) => {
                prop_assert!(error.diagnostics.iter().any(|d| d.severity == Severity::Error));
                prop_assert!(error.diagnostics.iter().all(|d| d.line() <= text.lines().count() + 1));
                error.pretty();
            }
        }
    }

    #[test]
    fn anything_heard_has_an_outcome(text in any::<String>()) {
        let dialplan = loaded(&with("")).dialplan;
        dialplan.hear(&text);
    }
}

#[test]
fn pronunciations_are_pairs_and_mistakes_in_them_are_told() {
    let dialplan = loaded(&with(
        "[pronunciations]\nNguyen = \"nwin\"\n\"St. Ives\" = \"saint ives\"\n",
    ));
    let pairs = [("Nguyen", "nwin"), ("St. Ives", "saint ives")];
    let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(dialplan.dialplan.pronunciations, pairs);
    for (wrong, says) in [
        (
            "[[pronunciations]]\nNguyen = \"nwin\"\n",
            "[pronunciations]",
        ),
        ("[pronunciations]\nNguyen = 1\n", "Nguyen"),
        ("[pronunciations]\nNguyen = \" \"\n", "empty"),
        ("[pronunciations]\n\" \" = \"nwin\"\n", "no word"),
    ] {
        let mistakes = mistakes(&with(wrong));
        assert!(mistakes[0].contains(says), "{wrong}: {mistakes:?}");
    }
}

#[test]
fn a_dialplan_may_choose_its_voice() {
    let dialplan = loaded(&with(
        "[voice]\nname = \"en_GB-cori-medium\"\nspeaker = 2\nspeed = 0.9\n",
    ))
    .dialplan;
    let voice = VoiceWish {
        name: Some("en_GB-cori-medium".to_owned()),
        speaker: Some(2),
        speed: Some(0.9),
    };
    assert_eq!(dialplan.voice, voice);
    assert_eq!(loaded(&with("")).dialplan.voice, VoiceWish::default());
    for (wrong, says) in [
        ("voice = \"cori\"\n", "[voice]"),
        ("[voice]\nspeaker = -1\n", "from 0 up"),
        ("[voice]\nspeed = \"slow\"\n", "from 0.5 to 2"),
        ("[voice]\nspeed = 3\n", "nobody can be understood"),
        ("[voice]\nspede = 1\n", "did you mean `speed`"),
    ] {
        let wrong = match wrong.strip_prefix("voice") {
            Some(_) => wrong.to_owned() + &with(""),
            None => with(wrong),
        };
        let mistakes = mistakes(&wrong);
        assert!(mistakes[0].contains(says), "{wrong}: {mistakes:?}");
    }
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
