mod english;
mod mandarin;

use super::{Control, Language, control, control_phrases, is_backchannel, spoken};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn missed(language: Language, said: &[(Control, &[&str])]) -> Vec<String> {
    let all = said
        .iter()
        .flat_map(|(wanted, texts)| texts.iter().map(move |text| (*wanted, *text)));
    all.map(|(wanted, text)| (wanted, text, control(language, text)))
        .filter(|(wanted, _, found)| *found != Some(*wanted))
        .map(|(wanted, text, found)| format!("{text}: {found:?} for {wanted:?}"))
        .collect()
}

fn taken(language: Language, texts: &[&str]) -> Vec<String> {
    let found = texts.iter().map(|text| (text, control(language, text)));
    found
        .filter_map(|(text, found)| Some(format!("{text}: {:?}", found?)))
        .collect()
}

fn count(said: &[(Control, &[&str])]) -> usize {
    said.iter().map(|(_, texts)| texts.len()).sum()
}

#[test]
fn every_way_to_say_a_control_is_heard() {
    let missed_english = missed(Language::EnglishUs, english::SAID);
    assert!(missed_english.is_empty(), "{missed_english:#?}");
    let missed_mandarin = missed(Language::Mandarin, mandarin::SAID);
    assert!(missed_mandarin.is_empty(), "{missed_mandarin:#?}");
    assert!(count(english::SAID) >= 40 && count(mandarin::SAID) >= 40);
}

#[test]
fn a_request_is_no_control() {
    let english = taken(Language::EnglishGb, english::NOT_SAID);
    assert!(english.is_empty(), "{english:#?}");
    let mandarin = taken(Language::Mandarin, mandarin::NOT_SAID);
    assert!(mandarin.is_empty(), "{mandarin:#?}");
    assert!(english::NOT_SAID.len() >= 40 && mandarin::NOT_SAID.len() >= 40);
}

#[test]
fn a_control_does_not_ask_for_a_person() {
    for (language, said) in [
        (Language::EnglishUs, english::SAID),
        (Language::Mandarin, mandarin::SAID),
    ] {
        for text in said.iter().flat_map(|(_, texts)| *texts) {
            assert!(!crate::understand::asks_for_human(language, text), "{text}");
        }
    }
}

#[test]
fn every_phrase_for_the_recogniser_is_a_control_and_plain_words() {
    for language in Language::ALL {
        for phrase in control_phrases(language) {
            assert!(control(language, phrase).is_some(), "{phrase}");
            assert_eq!(spoken(language, phrase).join(" "), *phrase);
        }
    }
}

#[test]
fn sounds_of_listening_are_told_from_words() {
    for (language, listening, saying) in [
        (
            Language::EnglishUs,
            &[
                "mm hm",
                "Mm-hmm.",
                "mhm",
                "uh huh",
                "Uh-huh.",
                "okay",
                "OK",
                "yeah",
                "right",
                "yes yes",
                "i see",
                "oh okay",
                "yeah yeah right",
                "sure",
                "got it",
                "um okay",
            ][..],
            &[
                "",
                "um",
                "uh",
                "er",
                "oh",
                "no",
                "yes please",
                "yes i do",
                "okay stop",
                "right now",
                "what",
                "i see a doctor",
                "thank you",
                "sorry",
                "i",
                "hello",
            ][..],
        ),
        (
            Language::Mandarin,
            &[
                "嗯",
                "嗯嗯",
                "好",
                "好的好的",
                "对",
                "对对对",
                "嗯，好的。",
                "是的",
                "知道了",
                "對",
            ],
            &[
                "",
                "呃",
                "啊",
                "不",
                "不对",
                "好不好",
                "我要预约",
                "对不起",
                "停",
                "喂",
            ],
        ),
    ] {
        for text in listening {
            assert!(is_backchannel(language, text), "{text}");
        }
        for text in saying {
            assert!(!is_backchannel(language, text), "{text}");
        }
    }
}

/// What people asked banks, cars and assistants: a control is only what is labelled as one there.
#[test]
fn no_request_of_the_public_sets_of_intents_is_taken_for_a_control() {
    let folder = std::path::Path::new("../shared/data/intents");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: there is no {}", folder.display());
        return;
    };
    let mut texts = 0;
    let mut hits: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for file in files.flatten() {
        let lines = std::fs::read_to_string(file.path()).unwrap();
        for (text, label) in lines.lines().filter_map(|line| line.rsplit_once('\t')) {
            texts += 1;
            if let Some(found) = control(Language::EnglishUs, text) {
                let of = hits.entry((label.to_owned(), format!("{found:?}")));
                of.or_default().push(text.to_owned());
            }
        }
    }
    let labels = [
        ("repeat", "Repeat"),
        ("repeat", "Louder"),
        ("change_speed", "Slower"),
        ("change_volume", "Louder"),
        ("goodbye", "Goodbye"),
        ("cancel", "Stop"),
    ];
    let mut strangers = 0;
    for ((label, found), texts) in &hits {
        let meant = labels.contains(&(label, found));
        println!("{label} as {found}: {}", texts.len());
        if !meant {
            strangers += texts.len();
            println!("    {texts:?}");
        }
    }
    println!("{strangers} of {texts} under another label");
    assert!(strangers <= 6);
}

proptest! {
    #[test]
    fn any_text_is_decided(text in any::<String>(), han in "[一-龥]{0,20}") {
        for language in Language::ALL {
            for text in [&text, &han] {
                control(language, text);
                is_backchannel(language, text);
            }
        }
    }
}
