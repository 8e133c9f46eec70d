//! Values that are entered by keys instead: which keys answer a question, and what they mean.
//!
//! A choice has no keys: that would be a menu.

use crate::understand::Language;
use crate::understand::values::{Asked, Currency, Kind, Value};
use jiff::civil::{Date, Time};

/// What keys are an answer to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    pub least: usize,
    pub most: usize,
}

/// How many keys make a value; `None` where they make none.
pub fn keys(kind: &Kind) -> Option<Keys> {
    let keys = |least, most| Some(Keys { least, most });
    match kind {
        Kind::Digits { least, most } => keys(*least, *most),
        Kind::Number { most, .. } => keys(1, most.max(&1).to_string().len()),
        Kind::Phone => keys(3, 15),
        Kind::YesNo => keys(1, 1),
        Kind::Date => keys(4, 8),
        Kind::Time => keys(3, 4),
        Kind::Money => keys(1, 7),
        Kind::Duration | Kind::Code(_) | Kind::Choice(_) | Kind::Name | Kind::Text => None,
    }
}

/// What `digits` mean as an answer, if anything.
pub fn value(kind: &Kind, digits: &str, asked: &Asked) -> Option<Value> {
    let keys = keys(kind)?;
    if !(keys.least..=keys.most).contains(&digits.len()) {
        return None;
    }
    match kind {
        Kind::Digits { .. } => Some(Value::Digits(digits.to_owned())),
        Kind::Phone => Some(Value::Phone(digits.to_owned())),
        Kind::Number { least, most } => {
            let number = digits.parse().ok()?;
            let fits = (*least..=*most).contains(&number);
            fits.then_some(Value::Number(number))
        }
        Kind::YesNo => yes_or_no(digits).map(Value::YesNo),
        Kind::Date => date(digits, asked).map(Value::Date),
        Kind::Time => time(digits).map(Value::Time),
        Kind::Money => Some(Value::Money {
            minor: digits.parse::<i64>().ok()?.checked_mul(100)?,
            currency: Currency::of(asked.language),
        }),
        _ => None,
    }
}

/// 1 for yes and 2 for no.
pub fn yes_or_no(digits: &str) -> Option<bool> {
    match digits {
        "1" => Some(true),
        "2" => Some(false),
        _ => None,
    }
}

/// Two digits for the month and two for the day, in the order of the country, and four for the year
/// where it is another than that of the next such day.
fn date(digits: &str, asked: &Asked) -> Option<Date> {
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let (year, first, second) = match (digits.len(), asked.language) {
        (4, _) => (None, number(0, 2)?, number(2, 4)?),
        (8, Language::Mandarin) => (Some(number(0, 4)?), number(4, 6)?, number(6, 8)?),
        (8, _) => (Some(number(4, 8)?), number(0, 2)?, number(2, 4)?),
        _ => return None,
    };
    let (month, day) = match asked.language {
        Language::EnglishGb => (second, first),
        Language::EnglishUs | Language::Mandarin => (first, second),
    };
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let today = asked.now.date();
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        // The 29th of February comes every fourth year, or every eighth.
        None => (0..=8)
            .filter_map(|ahead| Date::new(today.year() + ahead, month, day).ok())
            .find(|date| *date >= today),
    }
}

/// Hours from 0 to 23, and minutes.
fn time(digits: &str) -> Option<Time> {
    let (hour, minute) = digits.split_at_checked(digits.len().checked_sub(2)?)?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;
    use proptest::prelude::*;

    fn keyed(kind: &Kind, digits: &str, language: Language) -> Option<String> {
        let now = datetime(2026, 11, 23, 10, 0, 0, 0);
        let value = value(kind, digits, &Asked { language, now });
        value.map(|value| value.record())
    }

    #[test]
    fn dates_follow_the_order_of_the_country() {
        use Language::{EnglishGb, EnglishUs, Mandarin};
        for (digits, language, date) in [
            ("1225", EnglishUs, Some("2026-12-25")),
            ("0103", EnglishUs, Some("2027-01-03")),
            ("1123", EnglishUs, Some("2026-11-23")),
            ("0301", EnglishGb, Some("2027-01-03")),
            ("05041980", EnglishUs, Some("1980-05-04")),
            ("04051980", EnglishGb, Some("1980-05-04")),
            ("19800504", Mandarin, Some("1980-05-04")),
            ("0229", EnglishUs, Some("2028-02-29")),
            ("1340", EnglishUs, None),
            ("112", EnglishUs, None),
            ("11231", EnglishUs, None),
        ] {
            let keyed = keyed(&Kind::Date, digits, language);
            assert_eq!(keyed.as_deref(), date, "{digits}");
        }
    }

    #[test]
    fn times_and_amounts_may_be_keyed_in() {
        let keyed = |kind, digits| keyed(&kind, digits, Language::EnglishUs);
        assert_eq!(keyed(Kind::Time, "1430").as_deref(), Some("14:30"));
        assert_eq!(keyed(Kind::Time, "905").as_deref(), Some("09:05"));
        assert_eq!(keyed(Kind::Time, "2460"), None);
        assert_eq!(keyed(Kind::Money, "250").as_deref(), Some("250.00"));
        assert_eq!(keyed(Kind::Text, "1"), None);
    }

    proptest! {
        #[test]
        fn any_keys_are_a_value_or_none(digits in "[0-9]{0,20}") {
            for kind in [Kind::Date, Kind::Time, Kind::Money, Kind::Phone, Kind::YesNo] {
                for language in Language::ALL {
                    keyed(&kind, &digits, language);
                }
            }
        }
    }
}
