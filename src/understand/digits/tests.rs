//! What is a digit and what is not.

use super::*;
use proptest::prelude::*;

/// The digits, with `+` where something else was said; empty without any.
fn said(language: Language, text: &str) -> String {
    digits(language, text).map_or(String::new(), |found| {
        found.digits + if found.only { "" } else { "+" }
    })
}

fn english(text: &str) -> String {
    said(Language::EnglishUs, text)
}

fn mandarin(text: &str) -> String {
    said(Language::Mandarin, text)
}

#[test]
fn digits_are_the_same_however_they_were_said_and_written() {
    for text in [
        "four five six",
        "4 5 6",
        "456",
        "4-5-6",
        "456.",
        "4, 5, 6.",
        "Four, five, six!",
        "four-five-six",
        "45 6",
        "4.5.6",
        "forty five six",
        "forty-five, six",
        "four fifty six",
        "four hundred fifty six",
        "four hundred and fifty-six",
    ] {
        assert_eq!(english(text), "456", "{text}");
    }
    for (text, digits) in [
        ("oh four five", "045"),
        ("o 4 5", "045"),
        ("zero oh nought oh", "0000"),
        ("0800 555 01-23", "08005550123"),
        ("double five triple one treble oh", "55111000"),
        ("double 5 oh oh seven", "55007"),
        ("Double-O seven", "007"),
        ("twenty three", "23"),
        ("twelve thirty four fifty six seventy eight", "12345678"),
        ("ten oh five", "1005"),
        ("twenty oh five", "2005"),
        ("nine hundred", "900"),
        ("nine hundred five", "905"),
        ("a hundred and five", "105"),
        ("eight hundred five five five", "800555"),
        ("twenty five hundred", "2500"),
        ("two thousand and six", "2006"),
        ("seven thousand two hundred twelve", "7212"),
        ("1,250", "1250"),
        ("007", "007"),
        (
            "12345678901234567890123456789012",
            "12345678901234567890123456789012",
        ),
        ("four to five too six for seven", "4252647"),
        ("one", "1"),
        ("one one one", "111"),
    ] {
        assert_eq!(english(text), digits, "{text}");
    }
}

#[test]
fn what_people_say_around_a_number_is_told_from_something_else() {
    for text in [
        "um it's four five six please",
        "It's 456, thank you.",
        "my customer number is four five six",
        "My customer number's 456.",
        "yes sure the parcel number on the letter is 4 5 6",
        "Oh, 4-5-6.",
        "oh it's 4 5 um 6",
        "four five dash six",
        "four and then five six",
        "no sorry that's four five six",
        "Okay, so, the number is 4... 5... 6.",
        "I think it's 4 5 6 that's it",
    ] {
        assert_eq!(english(text), "456", "{text}");
    }
    for text in [
        "I want to cancel my order number 4 5 6",
        "my parcel 456 has not come",
        "are you open from 4 until 56",
        "456 main street",
        "I do not know what my number is is it 4 5 6",
        "can you call me back on 4 5 6",
        "A456B",
    ] {
        assert_eq!(english(text), "456+", "{text}");
    }
}

#[test]
fn words_that_only_look_like_digits_are_none() {
    for text in [
        "",
        "?!",
        "where is my parcel",
        "oh I do not know",
        "oh",
        "that one",
        "one moment please",
        "which one of them",
        "no one",
        "i want to talk to somebody for a second",
        "on the 21st",
        "the first",
        "double",
        "hundreds of them",
    ] {
        assert_eq!(english(text), "", "{text}");
    }
}

#[test]
fn mandarin_digits_are_the_same_however_they_were_said_and_written() {
    for text in [
        "四五六",
        "4 5 6",
        "456",
        "４５６。",
        "四、五、六",
        "4-5-6",
        "四百五十六",
        "四十五六",
        "嗯，我的客户号码是四五六",
        "號碼是456",
        "是四五六，谢谢",
        "您好，我的包裹单号是4 5 6。",
    ] {
        assert_eq!(mandarin(text), "456", "{text}");
    }
    for (text, digits) in [
        ("幺三八零零幺三八", "13800138"),
        ("一二三两", "1232"),
        ("〇零0", "000"),
        ("二十三", "23"),
        ("十五", "15"),
        ("十二三十四", "1234"),
        ("九百", "900"),
        ("九百零五", "905"),
        ("三百五", "350"),
        ("三百五四", "30054"),
        ("一百一十", "110"),
        ("一千零五十", "1050"),
        ("三千二百一十五", "3215"),
        ("5百", "500"),
        ("零百", "0+"),
        ("我想查四五六", "456+"),
        ("四五六不是我的", "456+"),
    ] {
        assert_eq!(mandarin(text), digits, "{text}");
    }
    for text in [
        "",
        "等一下",
        "一个人",
        "第一次",
        "星期三",
        "转人工",
        "十分感谢",
    ] {
        assert_eq!(mandarin(text), "", "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_gives_digits_or_none(text in any::<String>(), near in "[0-9a-z ,.一二十百千零两]{0,30}") {
        for language in Language::ALL {
            for text in [&text, &near] {
                if let Some(found) = digits(language, text) {
                    prop_assert!(!found.digits.is_empty());
                    prop_assert!(found.digits.chars().all(|c| c.is_ascii_digit()));
                }
            }
        }
    }

    #[test]
    fn any_row_is_found_in_any_writing(row in "[0-9]{1,32}", written in 0usize..5, frame in 0usize..3) {
        let names = |names: &[&str], between: &str| {
            let digits = row.chars().filter_map(|c| c.to_digit(10));
            let said: Vec<&str> = digits.filter_map(|d| names.get(d as usize).copied()).collect();
            said.join(between)
        };
        let plain: Vec<String> = row.chars().map(String::from).collect();
        let english_names = &crate::understand::ONES[..10];
        let (language, text) = match written {
            0 => (Language::EnglishUs, names(english_names, " ")),
            1 => (Language::EnglishGb, plain.join("-")),
            2 => (Language::EnglishUs, row.clone()),
            3 => (Language::Mandarin, names(&["零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"], "")),
            _ => (Language::Mandarin, plain.join(" ")),
        };
        let (before, after) = match (language, frame) {
            (_, 0) => ("", ""),
            (Language::Mandarin, _) => ("我的号码是", "，谢谢。"),
            (_, 1) => ("My number is ", ", please."),
            _ => ("um it's ", "."),
        };
        let found = digits(language, &format!("{before}{text}{after}"));
        prop_assert_eq!(found, Some(Digits { digits: row, only: true }));
    }
}
