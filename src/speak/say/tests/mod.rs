//! What is said for what is written, in tables, and what holds for any text.

mod english;
mod mandarin;
mod properties;
mod values;

use super::*;

const US: Language = Language::EnglishUs;
const GB: Language = Language::EnglishGb;
const ZH: Language = Language::Mandarin;

fn plain(language: Language, written: &str) -> String {
    text(language, written, &Pronunciations::default())
}

fn all_said(language: Language, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(written, said)| (written, said, plain(language, written)))
        .filter(|(_, said, is)| *said != is)
        .map(|(written, said, is)| format!("{written}\n  should be {said}\n  but is    {is}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dialplans_pronunciation_wins_over_every_rule() {
    let mine = Pronunciations::new([
        ("Nguyen", "nwin"),
        ("SQL", "sequel"),
        ("24/7", "all day and night"),
        ("$5", "a fiver"),
        ("Dr.", "Doc"),
        ("acme", "ack me"),
        ("911", "nine eleven"),
        ("help@acme.com", "our help desk"),
    ])
    .unwrap();
    for (written, said) in [
        ("Dr. Nguyen", "Doc nwin"),
        ("Nguyens", "Nguyens"),
        (
            "Open 24/7 for $5 and $50",
            "Open all day and night for a fiver and fifty dollars",
        ),
        ("SQL, sql", "sequel, sql"),
        ("Acme, info@acme.com", "ack me, info at ack me dot com"),
        ("help@acme.com", "our help desk"),
        ("call 911", "call nine eleven"),
        ("12 911 13", "twelve nine eleven thirteen"),
    ] {
        assert_eq!(text(US, written, &mine), said);
    }
    let mine = Pronunciations::new([("重庆", "虫庆")]).unwrap();
    assert_eq!(text(ZH, "重庆2位", &mine), "虫庆两位");
}

#[test]
fn text_with_nothing_to_say_otherwise_is_left_alone() {
    for written in [
        "",
        " ",
        "Lakeside Clinic. How can I help?",
        "You can say it in your own words; or, press zero for a person!",
        "The IBM PC is OPEN... isn't it?",
        "I sat in the sun. May I? No.",
        "Line one\n\tline two — and “quotes” (so).",
        "and/or, up-to-date, Café Ünïcode",
        "Dr., Prof. or Mr.? A.",
    ] {
        for language in [US, GB] {
            assert_eq!(plain(language, written), written);
        }
    }
}
