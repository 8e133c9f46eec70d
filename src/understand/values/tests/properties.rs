//! What holds for every text and every value.

use super::*;
use jiff::ToSpan;
use proptest::prelude::*;
use std::time::Duration;

fn kinds() -> Vec<Kind> {
    vec![
        Kind::YesNo,
        Kind::Number {
            least: -1000,
            most: 1_000_000_000_000,
        },
        Kind::Money,
        Kind::Date,
        Kind::Time,
        Kind::Duration,
        Kind::Phone,
        Kind::Digits { least: 3, most: 8 },
        Kind::Code("A9*".parse().unwrap()),
        Kind::Code(Pattern::free(2, 6)),
        Kind::Choice(vec![
            Choice {
                name: "premium".into(),
                ways: vec!["会员".into(), String::new()],
            },
            Choice {
                name: "basic".into(),
                ways: vec!["the cheap one".into()],
            },
        ]),
        Kind::Name,
        Kind::Text,
    ]
}

/// Words that mean something to some kind, in any order.
fn speech() -> impl Strategy<Value = String> {
    let words = [
        "one",
        "two",
        "twenty",
        "hundred",
        "thousand",
        "million",
        "a",
        "and",
        "half",
        "oh",
        "double",
        "point",
        "minus",
        "-",
        "+",
        "$",
        "1",
        "12",
        "2026",
        "12.50",
        "1,250",
        "99999999999999999999",
        ":",
        "/",
        "2:30",
        "11/25",
        "25:99",
        "2026-13-45",
        "p.m.",
        "past",
        "to",
        "quarter",
        "at",
        "in",
        "weeks",
        "days",
        "months",
        "years",
        "next",
        "Thursday",
        "the",
        "fourteenth",
        "of",
        "May",
        "no",
        "not",
        "I mean",
        "yes",
        "sorry",
        ",",
        "B",
        "as in",
        "bravo",
        "for",
        "mother",
        "u",
        "my name is",
        "Jane",
        "S",
        "dollars",
        "cents",
        "hours",
        "minutes",
        "from now",
        "week",
        "premium",
        "basik",
        "一",
        "二",
        "十",
        "百",
        "万",
        "亿",
        "零",
        "半",
        "点",
        "分",
        "块",
        "毛",
        "周",
        "下",
        "月",
        "号",
        "年",
        "天",
        "后",
        "个",
        "小时",
        "差",
        "上午",
        "不",
        "是",
        "对",
        "我叫",
        "王",
        "，",
        "嗯",
        "é",
        "ﬁ",
        "İ",
        "𝟗",
        "１２",
        "：",
        "३",
    ];
    let joined = prop::collection::vec(
        (
            prop::sample::select(words.to_vec()),
            prop::bool::weighted(0.7),
        ),
        0..12,
    );
    joined.prop_map(|words| {
        words
            .into_iter()
            .map(|(word, space)| format!("{word}{}", if space { " " } else { "" }))
            .collect()
    })
}

fn holds(text: &str) {
    for language in Language::ALL {
        for kind in kinds() {
            let mut end = 0;
            for found in find(&kind, text, &asked(language)) {
                assert!(
                    found.at.start >= end && !found.at.is_empty() || matches!(kind, Kind::YesNo),
                    "{kind:?} in {text:?}: {found:?}"
                );
                assert!(
                    text.get(found.at.clone()).is_some(),
                    "{kind:?} in {text:?}: {found:?}"
                );
                assert!(
                    !found.value.record().is_empty()
                        && !found.value.said(&asked(language)).is_empty()
                );
                end = found.at.end;
            }
        }
        if let Some(at) = correction(language, text) {
            assert!(text.get(at).is_some());
        }
        if let Some(answer) = yes_or_no(language, text) {
            assert!(text.get(answer.rest).is_some());
        }
    }
}

/// What a value sounds like to who reads it back is the value.
fn reads_back(kind: &Kind, value: &Value, language: Language) {
    let said = value.said(&asked(language));
    let found = find(kind, &said, &asked(language));
    assert_eq!(
        found.iter().map(|found| &found.value).collect::<Vec<_>>(),
        [value],
        "{language}: {said}"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in any::<String>(), speech in speech()) {
        holds(&text);
        holds(&speech);
    }

    #[test]
    fn numbers_read_back(number in -999_999i64..1_000_000_000) {
        let kind = Kind::Number { least: i64::MIN, most: i64::MAX };
        for language in Language::ALL {
            reads_back(&kind, &Value::Number(number), language);
        }
    }

    #[test]
    fn money_reads_back(minor in 0i64..100_000_000, currency in 0usize..4) {
        let currency = [Currency::Usd, Currency::Gbp, Currency::Eur, Currency::Cny][currency];
        for language in Language::ALL {
            reads_back(&Kind::Money, &Value::Money { minor, currency }, language);
        }
    }

    #[test]
    fn days_read_back(ahead in -20_000i64..2_000) {
        let day = date(2026, 11, 23).checked_add(ahead.days()).unwrap();
        for language in Language::ALL {
            reads_back(&Kind::Date, &Value::Date(day), language);
        }
    }

    #[test]
    fn times_read_back(hour in 0i8..24, minute in 0i8..60) {
        let time = Time::new(hour, minute, 0, 0).unwrap();
        for language in Language::ALL {
            reads_back(&Kind::Time, &Value::Time(time), language);
        }
    }

    #[test]
    fn durations_read_back(seconds in 2u64..1_000_000) {
        let value = Value::Duration(Duration::from_secs(seconds));
        for language in Language::ALL {
            reads_back(&Kind::Duration, &value, language);
        }
    }

    #[test]
    fn rows_of_digits_read_back(digits in "[0-9]{7,15}", plus in any::<bool>()) {
        let phone = if plus { format!("+{digits}") } else { digits.clone() };
        let kind = Kind::Digits { least: 1, most: 20 };
        for language in Language::ALL {
            reads_back(&Kind::Phone, &Value::Phone(phone.clone()), language);
            reads_back(&kind, &Value::Digits(digits.clone()), language);
        }
    }

    #[test]
    fn codes_read_back(code in "[A-Z]{2}[0-9]{1,6}", free in "[A-Z0-9]{3,8}") {
        let pattern: String = code.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect();
        let like: String = free.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect();
        for language in Language::ALL {
            reads_back(&Kind::Code(pattern.parse().unwrap()), &Value::Code(code.clone()), language);
            reads_back(&Kind::Code(like.parse().unwrap()), &Value::Code(free.clone()), language);
        }
    }
}
