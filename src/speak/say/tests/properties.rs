//! What holds for any text and any value.

use super::*;
use jiff::civil::{date, time};
use proptest::prelude::*;

fn anything_to_say() -> impl Strategy<Value = Value> {
    let number = || "-?[0-9]{1,12}(\\.[0-9]{1,3})?".prop_map(|text| text.parse().unwrap());
    let currency = proptest::sample::select(vec![
        Currency::Usd,
        Currency::Gbp,
        Currency::Eur,
        Currency::Cny,
    ]);
    let clock = || (0i8..24, 0i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0));
    prop_oneof![
        number().prop_map(Value::Number),
        any::<u64>().prop_map(Value::Count),
        any::<u64>().prop_map(Value::Ordinal),
        any::<u16>().prop_map(Value::Year),
        (number(), currency).prop_map(|(amount, currency)| Value::Money(amount, currency)),
        (1i16..9999, 1i8..=12, 1i8..=28, any::<bool>(), any::<bool>()).prop_map(
            |(y, m, d, weekday, year)| Value::Date {
                date: date(y, m, d),
                weekday,
                year
            }
        ),
        clock().prop_map(Value::Time),
        (clock(), clock()).prop_map(|(from, to)| Value::Hours(from, to)),
        "[0-9+() -]{0,20}".prop_map(Value::Phone),
        "[A-Za-z0-9 -]{0,20}".prop_map(Value::Code),
        "[a-z0-9.-]{1,12}@[a-z]{1,9}\\.com".prop_map(Value::Address),
        any::<u32>().prop_map(|s| Value::Lasting(Duration::from_secs(s.into()))),
    ]
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

proptest! {
    #[test]
    fn any_text_is_said_without_digits(written in "\\PC{0,60}") {
        for language in Language::ALL {
            let said = plain(language, &written);
            prop_assert!(!has_digit(&said), "{said}");
        }
    }

    #[test]
    fn what_looks_like_a_number_is_said_without_digits(
        written in "([0-9]{1,4}|[-–—:./,%$£¥€+@#() ]|am|p\\.m\\.|Nov\\.? |th|st|AB|x|点|年|月|元|个|下午|到){0,14}",
    ) {
        for language in Language::ALL {
            let said = plain(language, &written);
            prop_assert!(!has_digit(&said), "{said}");
        }
    }

    #[test]
    fn text_without_digits_signs_and_abbreviations_is_unchanged(
        written in "([A-Z]?[a-z]{4,9}|I|a|OK|IBM|[,;!?] |[\\n ]){0,20}",
    ) {
        for language in Language::ALL {
            // "etc" without its dot and the like are four letters at most with any other beside.
            prop_assume!(!["approx", "Corp"].iter().any(|short| written.contains(short)));
            prop_assert_eq!(plain(language, &written), written.as_str());
        }
    }

    #[test]
    fn a_value_that_was_said_has_no_digits_and_stays_as_it_is(value in anything_to_say()) {
        for language in Language::ALL {
            let said = value.say(language);
            prop_assert!(!has_digit(&said), "{said}");
            prop_assert_eq!(plain(language, &said), said.as_str());
        }
    }

    #[test]
    fn sentences_end_where_they_ended(numbers in prop::collection::vec(0u32..3_000_000, 1..5)) {
        let written: String = numbers.iter().map(|n| format!("It is {n}. ")).collect();
        for language in [US, GB] {
            let said = plain(language, &written);
            prop_assert_eq!(said.matches(". ").count(), numbers.len());
        }
    }

    #[test]
    fn entries_are_said_whatever_is_around(
        before in "[a-z0-9 ,.$-]{0,12}",
        after in "[a-z0-9 ,.$-]{0,12}",
    ) {
        let mine = Pronunciations::new([("Zyx", "said")]).unwrap();
        let said = text(US, &format!("{before} Zyx {after}"), &mine);
        prop_assert!(said.contains("said"), "{said}");
    }
}
