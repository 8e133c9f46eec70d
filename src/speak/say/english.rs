//! Values in English words, as Americans or the British say them.

use super::number::{phone_groups, pieces};
use super::{Currency, Decimal, Value, address};
use crate::understand::{ONES, TENS, ordinal_of};
use jiff::civil::{Date, Time, Weekday};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Us,
    Gb,
}

pub(super) fn say(value: &Value, region: Region) -> String {
    match value {
        Value::Number(number) => decimal(number, region),
        Value::Count(number) => cardinal(*number, region),
        Value::Ordinal(number) => ordinal(*number, region),
        Value::Year(year) => self::year(*year, region),
        Value::Money(amount, currency) => money(amount, *currency, region),
        Value::Date {
            date,
            weekday,
            year,
        } => self::date(*date, *weekday, *year, region),
        Value::Time(time) => self::time(*time, region),
        Value::Hours(from, to) => hours(*from, *to, region),
        Value::Phone(number) => phone(number),
        Value::Code(code) => self::code(code),
        Value::Address(address) => address::say(address, &WORDS, &|_| None),
        Value::Lasting(duration) => lasting(*duration, region),
    }
}

pub(super) const WORDS: address::Words = address::Words {
    at: "at",
    dot: "dot",
    dash: "dash",
    underscore: "underscore",
    slash: "slash",
    plus: "plus",
    digit: |digit| digit_name(digit, "zero"),
    letter,
};

const SCALES: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "quintillion"),
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// Without hyphens: a voice says them the same, and some pause at them.
pub(super) fn cardinal(number: u64, region: Region) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = number;
    for (scale, name) in SCALES {
        if rest >= scale {
            below_thousand(rest / scale, region, &mut words);
            words.push(name);
            rest %= scale;
        }
    }
    if rest > 0 || words.is_empty() {
        if region == Region::Gb && !words.is_empty() && rest < 100 {
            words.push("and");
        }
        below_thousand(rest, region, &mut words);
    }
    words.join(" ")
}

fn below_thousand(number: u64, region: Region, words: &mut Vec<&str>) {
    let small = |n: u64| ONES.get(n as usize).copied().unwrap_or_default();
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        words.extend([small(hundreds), "hundred"]);
        if rest == 0 {
            return;
        }
        if region == Region::Gb {
            words.push("and");
        }
    }
    if rest < 20 {
        words.push(small(rest));
    } else {
        words.push(TENS.get((rest / 10) as usize).copied().unwrap_or_default());
        if rest % 10 > 0 {
            words.push(small(rest % 10));
        }
    }
}

pub(super) fn decimal(number: &Decimal, region: Region) -> String {
    let mut words = cardinal(number.whole, region);
    if number.negative {
        words.insert_str(0, "minus ");
    }
    if !number.fraction.is_empty() {
        words.push_str(" point");
        for digit in number.fraction.chars() {
            words.push(' ');
            words.push_str(digit_name(digit, "zero"));
        }
    }
    words
}

pub(super) fn ordinal(number: u64, region: Region) -> String {
    let words = cardinal(number, region);
    let (before, last) = words
        .rsplit_once(' ')
        .map_or(("", words.as_str()), |parts| parts);
    format!("{before} {}", ordinal_of(last))
        .trim_start()
        .to_owned()
}

pub(super) fn year(year: u16, region: Region) -> String {
    let whole = u64::from(year);
    let (century, rest) = (whole / 100, whole % 100);
    if !(1000..=9999).contains(&year) || (century.is_multiple_of(10) && rest < 10) {
        return cardinal(whole, region);
    }
    let century = cardinal(century, region);
    match rest {
        0 => format!("{century} hundred"),
        1..=9 => format!("{century} oh {}", cardinal(rest, region)),
        _ => format!("{century} {}", cardinal(rest, region)),
    }
}

pub(super) fn money(amount: &Decimal, currency: Currency, region: Region) -> String {
    let (one, many, small, smalls) = match currency {
        Currency::Usd => ("dollar", "dollars", "cent", "cents"),
        Currency::Gbp => ("pound", "pounds", "penny", "pence"),
        Currency::Eur => ("euro", "euros", "cent", "cents"),
        // English speakers do not know jiao and fen.
        Currency::Cny => ("yuan", "yuan", "", ""),
    };
    let hundredths = match currency {
        Currency::Cny if amount.hundredths() != Some(0) => None,
        _ => amount.hundredths(),
    };
    let Some(hundredths) = hundredths else {
        return format!("{} {many}", decimal(amount, region));
    };
    let counted = |count: u64, one: &str, many: &str| {
        format!(
            "{} {}",
            cardinal(count, region),
            if count == 1 { one } else { many }
        )
    };
    let words = match (amount.whole, hundredths) {
        (whole, 0) => counted(whole, one, many),
        (0, hundredths) => counted(hundredths, small, smalls),
        (whole, hundredths) => format!(
            "{} and {}",
            counted(whole, one, many),
            counted(hundredths, small, smalls)
        ),
    };
    if amount.negative {
        format!("minus {words}")
    } else {
        words
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date(date: Date, weekday: bool, with_year: bool, region: Region) -> String {
    let mut words = String::new();
    if weekday {
        words.push_str(weekday_name(date.weekday()));
        words.push_str(match region {
            Region::Us => ", ",
            Region::Gb => " ",
        });
    }
    let month = month(date);
    let day = ordinal(u64::from(date.day().unsigned_abs()), region);
    words.push_str(&match region {
        Region::Us => format!("{month} {day}"),
        Region::Gb => format!("the {day} of {month}"),
    });
    if with_year {
        if region == Region::Us {
            words.push(',');
        }
        words.push(' ');
        words.push_str(&year(date.year().unsigned_abs(), region));
    }
    words
}

pub(super) fn month(date: Date) -> &'static str {
    let index = usize::from(date.month().unsigned_abs()).wrapping_sub(1);
    MONTHS.get(index).copied().unwrap_or_default()
}

pub(super) fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// "Nine in the morning" rather than "nine AM": on a phone line AM and PM differ by one vowel.
fn time(time: Time, region: Region) -> String {
    match part_of_day(time) {
        None => clock(time, region),
        Some(part) => format!("{} {part}", clock(time, region)),
    }
}

fn hours(from: Time, to: Time, region: Region) -> String {
    if part_of_day(from).is_some() && part_of_day(from) == part_of_day(to) && from < to {
        format!("{} to {}", clock(from, region), time(to, region))
    } else {
        format!("{} to {}", time(from, region), time(to, region))
    }
}

/// None for noon and midnight, whose names say it.
fn part_of_day(time: Time) -> Option<&'static str> {
    match (time.hour(), time.minute()) {
        (0 | 12, 0) => None,
        (1..=11, _) => Some("in the morning"),
        (12..=17, _) => Some("in the afternoon"),
        (18..=21, _) => Some("in the evening"),
        _ => Some("at night"),
    }
}

/// The time on a clock face.
pub(super) fn clock(time: Time, region: Region) -> String {
    let twelve = match time.hour() % 12 {
        0 => 12,
        hour => u64::from(hour.unsigned_abs()),
    };
    let hour = cardinal(twelve, region);
    match (time.hour(), u64::from(time.minute().unsigned_abs())) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "twelve noon".to_owned(),
        (_, 0) => hour,
        (_, 30) if region == Region::Gb => format!("half past {hour}"),
        (_, minute @ 1..=9) => format!("{hour} oh {}", cardinal(minute, region)),
        (_, minute) => format!("{hour} {}", cardinal(minute, region)),
    }
}

/// 0 is "oh", as people say it in phone numbers.
pub(super) fn phone(number: &str) -> String {
    let said = phone_groups(number).into_iter().map(|group| {
        let names: Vec<_> = group
            .chars()
            .map(|c| {
                if c == '+' {
                    "plus"
                } else {
                    digit_name(c, "oh")
                }
            })
            .collect();
        names.join(" ")
    });
    said.collect::<Vec<_>>().join(", ")
}

/// 0 is "zero", so that it is not taken for the letter O.
pub(super) fn code(code: &str) -> String {
    let mut said = Vec::new();
    for run in code.split(|c: char| !c.is_ascii_alphanumeric()) {
        for piece in pieces(run) {
            let names: Vec<_> = piece.chars().map(character).collect();
            said.push(names.join(" "));
        }
    }
    said.join(", ")
}

fn character(c: char) -> &'static str {
    if c.is_ascii_digit() {
        digit_name(c, "zero")
    } else {
        letter(c)
    }
}

pub(super) fn digit_name(digit: char, zero: &'static str) -> &'static str {
    match digit.to_digit(10) {
        None => "",
        Some(0) => zero,
        Some(digit) => ONES.get(digit as usize).copied().unwrap_or_default(),
    }
}

/// A capital is a letter's name to every voice, but for A: within a phrase eSpeak NG reads it as
/// the article, and "ay" as "eye".
fn letter(c: char) -> &'static str {
    const NAMES: [&str; 26] = [
        "eigh", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q",
        "R", "S", "T", "U", "V", "W", "X", "Y", "Z",
    ];
    let index = (c.to_ascii_uppercase() as usize).wrapping_sub('A' as usize);
    NAMES.get(index).copied().unwrap_or_default()
}

fn lasting(duration: Duration, region: Region) -> String {
    let seconds = duration.as_secs();
    let parts: Vec<String> = [
        (seconds / 3600, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, unit)| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{} {unit}{ending}", cardinal(count, region))
    })
    .collect();
    match parts.as_slice() {
        [] => "zero seconds".to_owned(),
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => parts.concat(),
    }
}
