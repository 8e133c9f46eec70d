//! What is said, and what comes next.

use super::*;

#[test]
fn an_answer_says_its_sentences_in_order_and_goes_on_as_written() {
    let mut chat = Chat::with(&with(
        "[[intent]]\nname = \"cake\"\nexamples = [\"cake\", \"a cake please\", \"i want cake\"]\n\
         say = [\"Sure.\", \"Which one?\"]\nthen = \"human\"\n",
    ));
    let turn = chat.turn("a cake please");
    assert_eq!(shown(&turn), "Sure. Which one? > human");
    let understood = Note::Understood {
        intent: "cake".into(),
        score: 1.0,
    };
    assert_eq!(turn.notes.first(), Some(&understood));
}

#[test]
fn an_intent_without_words_uses_those_of_the_transfer_and_the_goodbye() {
    let plan = with(
        "[[intent]]\nname = \"cake\"\nexamples = [\"cake\", \"a cake\", \"i want cake\"]\nthen = \"human\"\n\
         [[intent]]\nname = \"bye\"\nexamples = [\"bye\", \"goodbye\", \"see you\"]\nthen = \"hang-up\"\n",
    );
    let (human, goodbye) = {
        let plan = loaded(&plan).dialplan;
        (plan.human.say.clone(), plan.prompts.goodbye.clone())
    };
    assert_eq!(Chat::with(&plan).hears("cake"), format!("{human} > human"));
    assert_eq!(
        Chat::with(&plan).hears("bye"),
        format!("{goodbye} > hang up")
    );
}

#[test]
fn what_is_said_again_and_again_is_said_in_other_words_until_there_are_no_more() {
    let more = "[no_input]\nsay = [\"Hello?\", \"Still there? Press 0.\"]\n[no_match]\nsay = \"Pardon?\"\n";
    let mut chat = Chat::with(&with(more));
    assert_eq!(shown(&chat.0.silent(NOW)), "Hello?");
    chat.hears("when are you open");
    assert_eq!(shown(&chat.0.silent(NOW)), "Still there? Press 0.");
    chat.hears("when are you open");
    assert_eq!(chat.hears("pizza"), "Pardon?");
    chat.hears("when are you open");
    assert!(chat.hears("pizza").ends_with("> human"));
}

#[test]
fn there_are_four_ways_to_ask_again_and_some_name_a_person() {
    for text in [with(""), with("").replace("en-US", "zh-CN")] {
        let dialplan = loaded(&text).dialplan;
        for texts in [&dialplan.prompts.no_input, &dialplan.prompts.no_match] {
            assert!(texts.len() >= 4);
            let with_0 = texts.iter().filter(|text| text.contains('0')).count();
            assert!(!texts[0].contains('0') && with_0 >= 2, "{texts:?}");
            for (number, text) in texts.iter().enumerate() {
                assert!(!texts[..number].contains(text), "{text}");
            }
        }
        let prompts = &dialplan.prompts;
        for text in [
            &prompts.overload,
            &dialplan.human.failed,
            &prompts.silent_line,
        ] {
            assert!(text.contains('0'), "{text}");
        }
    }
}

fn texts(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

#[test]
fn help_gives_the_first_example_of_what_is_answered_and_offers_a_person() {
    let more = "[[intent]]\nname = \"cake\"\nexamples = [\"a {size} cake\", \"Do you have cake?\", \"cake\"]\nsay = \"y\"\n\
                ask.size = { say = \"How many slices?\", type = \"number\" }\n\
                [[intent]]\nname = \"job\"\nexamples = [\"a job\", \"work\", \"b\"]\nthen = \"human\"\n";
    let dialplan = loaded(&with(more)).dialplan;
    assert_eq!(
        texts(&dialplan.prompts.help),
        [
            "You can say, for example: when are you open. Or: Do you have cake. Or press 0 for a person."
        ]
    );
    let clinic = loaded(MANDARIN).dialplan;
    let help = texts(&clinic.prompts.help);
    assert!(help.len() >= 2 && help.iter().all(|help| help.contains("人工")));
    let nothing = with("").replace("say = \"From six to six.\"", "then = \"human\"");
    let nothing = loaded(&nothing).dialplan;
    let help = texts(&nothing.prompts.help);
    assert_eq!(
        help,
        ["Just tell me in your own words what you need. Or press 0 for a person."]
    );
    let written = loaded(&with(
        "[help]\nsay = [\"Ask me. Or press 0.\", \"Or somebody.\"]\n",
    ));
    assert_eq!(
        texts(&written.dialplan.prompts.help),
        ["Ask me. Or press 0.", "Or somebody."]
    );
    assert!(written.warnings.is_empty());
}

#[test]
fn an_answer_and_a_notice_may_have_to_be_heard_to_their_end() {
    let text = with("barge_in = false\n[wait]\nsay = \"Sure.\"\n[silent_line]\nsay = \"Mute?\"\n");
    let dialplan = loaded(&format!("notice = \"This call is recorded.\"\n{text}")).dialplan;
    assert_eq!(dialplan.notice().as_deref(), Some("This call is recorded."));
    let turn = Chat::with(&text).turn("when are you open");
    assert_eq!(turn.say, [("From six to six.".into(), false)]);
    let texts = dialplan.fixed_texts();
    for said in ["This call is recorded.", "Sure.", "Mute?"] {
        assert!(texts.contains(&said), "{said}");
    }
    assert_eq!(loaded(&with("")).dialplan.notice(), None);
}

#[test]
fn words_for_control_are_the_dialplans_own_where_it_has_them() {
    let dialplan = loaded(&with("")).dialplan;
    assert_eq!(dialplan.control("please stop"), Some(Control::Stop));
    assert_eq!(dialplan.control("when are you open"), None);
    assert!(
        dialplan
            .phrases()
            .contains(&"could you repeat that please".to_owned())
    );
    let stop = "[[intent]]\nname = \"stop\"\nexamples = [\"please stop\", \"a stop\", \"stops\"]\nsay = \"y\"\n";
    let dialplan = loaded(&with(stop)).dialplan;
    assert_eq!(dialplan.control("Please stop!"), None);
    assert_eq!(dialplan.control("stop"), Some(Control::Stop));
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
    }
}

#[test]
fn a_date_that_a_system_gives_is_said_as_one() {
    let plan = with(
        "[[intent]]\nname = \"parcel\"\nexamples = [\"my parcel\", \"where is my parcel\", \"a parcel\"]\n\
         lookup = \"parcel\"\nsay = \"It comes on {day} to {place}.\"\n\
         [lookup.parcel]\nget = \"http://127.0.0.1:9/of/{caller}\"\n\
         gives = { day = \"/day\", place = \"/place\" }\n",
    );
    let mut chat = Chat::with(&plan);
    let asked = chat.hears("my parcel");
    assert_eq!(asked, "> parcel {\"called\": \"\", \"caller\": \"\"}");
    let found = [("day", "2026-06-03"), ("place", "7 Mill Road")];
    let found = found.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let turn = chat.0.looked_up(LookedUp::Found(found.into()), NOW);
    assert_eq!(
        shown(&turn),
        "It comes on Wednesday, June 3 to 7 Mill Road."
    );
}
