//! What stands in English text and is said otherwise than it is written.

use super::english::{self, MONTHS, Region, WORDS};
use super::english_dates::{
    date, full_date, hours, month, slashed, slashed_date, time, weekday, weekdays,
};
use super::pronunciations::Pronunciations;
use super::scan::{self, Place, Rule, Say};
use super::{Currency, Decimal, abbreviations};
use crate::understand::Language;
use regex::Captures;
use std::sync::LazyLock;

pub(super) fn rewrite(text: &str, language: Language, pronunciations: &Pronunciations) -> String {
    static RULES: LazyLock<Vec<Rule<Language>>> = LazyLock::new(|| scan::rules(&TABLE));
    scan::rewrite(text, &RULES, &language, &WORDS, pronunciations)
}

/// The first that fits counts, so what is longer or more certain stands first.
const TABLE: [(&str, Say<Language>); 35] = [
    // 2026-11-25
    (r"(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})", full_date),
    // 11/25/2026, 25/11/2026
    (r"(?<a>\d{1,2})/(?<b>\d{1,2})/(?<y>\d{4})", slashed_date),
    (r"(?<a>\d{1,2})/(?<b>\d{1,2})", slashed),
    // Nov. 25th, 2026; November 25-27
    (
        r"(?<month>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|August|September|October|November|December)\.?
          \s(?<d>\d{1,2})(?:st|nd|rd|th)?\b
          (?:\s?[-–—]\s?(?<to>\d{1,2})(?:st|nd|rd|th)?\b)?(?:(?:,\s|\s)(?<y>(?:19|20)\d\d)\b)?",
        date,
    ),
    // 25 November 2026
    (
        r"(?<d>\d{1,2})(?:st|nd|rd|th)?(?:\s?[-–—]\s?(?<to>\d{1,2})(?:st|nd|rd|th)?)?\s
          (?<month>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|August|September|October|November|December)\b\.?
          (?:,?\s(?<y>(?:19|20)\d\d)\b)?",
        date,
    ),
    // Nov. on its own, Mon., Mon-Fri
    (
        r"(?<month>Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)(?:\.?\s(?<y>(?:19|20)\d\d)\b|\.)",
        month,
    ),
    (
        r"(?<from>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.?\s?[-–—]\s?
          (?<to>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?",
        weekdays,
    ),
    (
        r"(?<from>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b(?<dot>\.)?",
        weekday,
    ),
    // 8:00–18:00, 9-5 pm, 9 am to 5 pm
    (
        r"(?<h>\d{1,2})(?:[:.](?<m>\d\d))?\s?(?<half>[AaPp](?:\.[Mm]\.|[Mm]\b))?
          \s?(?:[-–—]|\bto\b|\buntil\b)\s?
          (?<h2>\d{1,2})(?:[:.](?<m2>\d\d))?(?:\s?(?<half2>[AaPp](?:\.[Mm]\.|[Mm]\b)))?",
        hours,
    ),
    (
        r"(?<h>\d{1,2})(?:[:.](?<m>\d\d))?\s?(?<half>[AaPp](?:\.[Mm]\.|[Mm]\b))",
        time,
    ),
    (r"(?<h>\d{1,2}):(?<m>\d\d)(?::\d\d)?", time),
    (r"[Aa]\.[Mm]\.", |_, place, _| {
        Some(format!("AM{}", abbreviations::stop(place)))
    }),
    (r"[Pp]\.[Mm]\.", |_, place, _| {
        Some(format!("PM{}", abbreviations::stop(place)))
    }),
    // Phone numbers: +44 20 7946 0958, (212) 555-0123, 1-800-555-0100, 555-0123, 020 7946 0958
    (r"\+\d[\d\ ().-]{5,}\d", phone),
    (
        r"(?:1[-.\ ])?(?:\(\d{3}\)\s?|\d{3}[-.\ ])\d{3}[-.\ ]\d{4}",
        phone,
    ),
    (r"\d{3}-\d{4}", phone),
    (
        r"(?:\(0\d{2,4}\)|0\d{2,4})[\ -]\d{3,4}(?:[\ -]\d{3,4})?",
        phone,
    ),
    // Money: $12.50, $5-10, £3.5 million, 12 USD
    (
        r"(?<minus>[-−])?(?<sign>US\$|[$£€¥￥])\s?(?<n>\d[\d,]*(?:\.\d+)?)
          (?:\s?[-–—]\s?[$£€¥￥]?(?<to>\d[\d,]*(?:\.\d+)?)\b)?(?:(?:\s(?<scale>thousand|million|billion)|(?<short>[KkMBm]|bn))\b)?",
        money,
    ),
    (
        r"(?<n>\d[\d,]*(?:\.\d+)?)\s?
          (?<sign>USD|GBP|EUR|CNY|RMB|€|£|dollars?\b|pounds?\b|euros?\b|yuan\b)",
        money,
    ),
    (
        r"(?<sign>USD|GBP|EUR|CNY|RMB)\s?(?<n>\d[\d,]*(?:\.\d+)?)",
        money,
    ),
    // 21st, 1990s, 24/7
    (r"(?<n>\d[\d,]*)(?:st|nd|rd|th)", |found, _, language| {
        let number = whole(found.name("n")?.as_str())?;
        Some(english::ordinal(number, region(language)))
    }),
    (r"(?<quote>['’])?(?<n>\d{1,3}0)s", decade),
    // No. 5, #5, ext. 204
    (r"(?:[Nn]o\.|\#)\s?(?<n>\d+(?:\.\d+)?)", numbered),
    (r"(?:[Ee]xt\.|[Ee]xt|x)\s?(?<n>\d{2,6})", |found, _, _| {
        Some(format!(
            "extension {}",
            english::phone(found.name("n")?.as_str())
        ))
    }),
    // AB12-C3
    (r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*", code),
    // Ranges, versions, numbers
    (
        r"(?<n>(?:1[1-9]|20)\d\d)\s(?<word>to|and|until)\s(?<to>(?:1[1-9]|20)\d\d)",
        years,
    ),
    (
        r"(?<n>\d[\d,]*(?:\.\d+)?)\s?%?\s?[-–—]\s?(?<to>\d[\d,]*(?:\.\d+)?)(?<unit>\s?%)?",
        range,
    ),
    (r"\d+(?:\.\d+){2,}", |found, _, language| {
        let parts = found.get(0)?.as_str().split('.');
        let said: Vec<_> = parts.map(|part| number_words(part, language)).collect();
        Some(said.join(" point "))
    }),
    (
        r"(?<minus>[-−])?(?<n>\d[\d,]*(?:\.\d+)?|\.\d+)\s?
          (?<unit>%|°\s?C|°\s?F|°|kg|km|cm|mm|ml|mins?\b\.?|hrs?\b\.?|secs?\b\.?|lbs?\b\.?|mph|kWh|GB|MB)",
        measured,
    ),
    (r"(?<n>\d+)?(?<part>[½¼¾])", vulgar_fraction),
    (r"(?<minus>[-−])?(?<n>\d[\d,]*(?:\.\d+)?|\.\d+)", number),
    (
        r"/(?<unit>hour|hr|day|night|week|month|mo|year|yr|person|item|minute|min)\b",
        per,
    ),
    (r"&", |_, place, _| {
        let spaced = place.directly_after(char::is_whitespace) && place.after.starts_with(' ');
        spaced.then(|| "and".to_owned())
    }),
    (r"U\.\s?(?<second>[SK])\.", |found, place, _| {
        let second = found.name("second")?.as_str();
        Some(format!("U {second}{}", abbreviations::stop(place)))
    }),
    // e.g., Dr.
    (r"[A-Za-z]+\.[a-z]\.|[A-Za-z]+\.?", |found, place, _| {
        abbreviations::expand(found.get(0)?.as_str(), place)
    }),
];

#[cfg(test)]
#[test]
fn every_pattern_is_well_formed() {
    assert_eq!(scan::rules(&TABLE).len(), TABLE.len());
}

pub(super) fn region(language: &Language) -> Region {
    match language {
        Language::EnglishGb => Region::Gb,
        Language::EnglishUs | Language::Mandarin => Region::Us,
    }
}

fn whole(digits: &str) -> Option<u64> {
    let number: Decimal = digits.parse().ok()?;
    number.fraction.is_empty().then_some(number.whole)
}

pub(super) fn small(found: &Captures, name: &str) -> Option<i8> {
    found.name(name)?.as_str().parse().ok()
}

/// What does not read as a number is said digit by digit: a leading 0 or a long row is some
/// identifier.
fn number_words(digits: &str, language: &Language) -> String {
    let plain = !digits.contains([',', '.']);
    let identifier = digits.starts_with('0') && digits.len() > 1
        || digits.len() >= 7 && !digits.ends_with("000");
    match digits.parse::<Decimal>() {
        _ if plain && matches!(digits.len(), 10 | 11) && identifier => english::phone(digits),
        _ if plain && identifier => english::code(digits),
        Ok(number) => english::decimal(&number, region(language)),
        Err(_) => english::code(digits),
    }
}

fn is_year(digits: &str) -> Option<u16> {
    let year = digits.parse().ok().filter(|_| digits.len() == 4)?;
    (1100..=2099).contains(&year).then_some(year)
}

pub(super) fn year_words(digits: &str, language: &Language) -> Option<String> {
    Some(english::year(is_year(digits)?, region(language)))
}

fn phone(found: &Captures, _: &Place, _: &Language) -> Option<String> {
    Some(english::phone(found.get(0)?.as_str()))
}

fn money(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let currency = match found.name("sign")?.as_str() {
        "$" | "US$" | "USD" | "dollar" | "dollars" => Currency::Usd,
        "£" | "GBP" | "pound" | "pounds" => Currency::Gbp,
        "€" | "EUR" | "euro" | "euros" => Currency::Eur,
        _ => Currency::Cny,
    };
    let found_minus = minus(found, place)?;
    let (digits, comma) = without_comma(found.name("n")?.as_str());
    let mut amount: Decimal = digits.parse().ok()?;
    amount.negative = !found_minus.is_empty();
    let one = english::money(&amount, currency, region(language));
    let unit = |scale: &str| {
        let many = english::money(&Decimal::from(2), currency, region(language));
        format!("{scale} {}", many.trim_start_matches("two "))
    };
    let number = |number: &Decimal| english::decimal(number, region(language));
    let short = found.name("short").map(|short| match short.as_str() {
        "M" | "m" => "million",
        "B" | "bn" => "billion",
        _ => "thousand",
    });
    let scale = found.name("scale").map(|scale| scale.as_str()).or(short);
    let words = match (found.name("to"), scale) {
        (Some(to), scale) => {
            let (to, _) = without_comma(to.as_str());
            let to: Decimal = to.parse().ok()?;
            match scale {
                None if amount.fraction.is_empty() => {
                    format!(
                        "{} to {}",
                        number(&amount),
                        english::money(&to, currency, region(language))
                    )
                }
                None => format!(
                    "{one} to {}",
                    english::money(&to, currency, region(language))
                ),
                Some(scale) => {
                    format!("{} to {} {}", number(&amount), number(&to), unit(scale))
                }
            }
        }
        (None, Some(scale)) => format!("{} {}", number(&amount), unit(scale)),
        (None, None) => one,
    };
    Some(words + comma)
}

/// A comma after a number belongs to the sentence.
fn without_comma(digits: &str) -> (&str, &'static str) {
    match digits.strip_suffix(',') {
        Some(number) => (number, ","),
        None => (digits, ""),
    }
}

fn decade(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let digits = found.name("n")?.as_str();
    let words = match year_words(digits, language) {
        Some(words) => words,
        None => english::cardinal(whole(digits)?, region(language)),
    };
    Some(match words.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{words}s"),
    })
}

/// From four digits on it is an identifier rather than a count.
fn numbered(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let digits = found.name("n")?.as_str();
    Some(match digits.len() {
        4.. if !digits.contains('.') => format!("number {}", english::code(digits)),
        _ => format!("number {}", number_words(digits, language)),
    })
}

fn code(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let written = found.get(0)?.as_str();
    let is_digit = |c: char| c.is_ascii_digit();
    if !written.contains(is_digit) || !written.contains(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    // "COVID-19" is a name and a number.
    if written
        .split(|c: char| !c.is_ascii_uppercase())
        .any(is_name)
    {
        return None;
    }
    // "10K" is an amount.
    if let Some(thousands) = written.strip_suffix('K').and_then(whole) {
        return Some(format!(
            "{} K",
            english::cardinal(thousands, region(language))
        ));
    }
    Some(english::code(written))
}

fn is_name(letters: &str) -> bool {
    let vowels = letters.chars().filter(|c| "AEIOUY".contains(*c)).count();
    letters.len() >= 4 && vowels * 3 >= letters.len()
}

/// "From 1990 to 1995", but "1200 to 1500 people" are numbers.
fn years(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let years = ["from", "between", "in", "of"].contains(&place.word_before().as_str());
    let (from, to) = (found.name("n")?.as_str(), found.name("to")?.as_str());
    let (from, to) = (year_words(from, language)?, year_words(to, language)?);
    let word = found.name("word")?.as_str();
    years.then(|| format!("{from} {word} {to}"))
}

fn range(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let (from, to) = (found.name("n")?.as_str(), found.name("to")?.as_str());
    let (to, comma) = without_comma(to);
    // 10-12-14 is no range, nor is a phone number.
    let more = |text: &str, c: &[char]| text.starts_with(c);
    if more(place.after, &['-', '–']) || place.directly_after(|c| matches!(c, '-' | '–')) {
        return None;
    }
    let words = match (year_words(from, language), year_words(to, language)) {
        (Some(from), Some(to)) if found.name("unit").is_none() => format!("{from} to {to}"),
        _ => format!(
            "{} to {}",
            number_words(from, language),
            number_words(to, language)
        ),
    };
    let unit = if found.name("unit").is_some() {
        " percent"
    } else {
        ""
    };
    Some(format!("{words}{unit}{comma}"))
}

fn measured(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let digits = found.name("n")?.as_str();
    let (one, many) = match found.name("unit")?.as_str().trim_end_matches('.') {
        "%" => ("percent", "percent"),
        "°" => ("degree", "degrees"),
        "kg" => ("kilogram", "kilograms"),
        "km" => ("kilometer", "kilometers"),
        "cm" => ("centimeter", "centimeters"),
        "mm" => ("millimeter", "millimeters"),
        "ml" => ("milliliter", "milliliters"),
        "min" | "mins" => ("minute", "minutes"),
        "hr" | "hrs" => ("hour", "hours"),
        "sec" | "secs" => ("second", "seconds"),
        "lb" | "lbs" => ("pound", "pounds"),
        "mph" => ("mile per hour", "miles per hour"),
        "kWh" => ("kilowatt hour", "kilowatt hours"),
        "GB" => ("gigabyte", "gigabytes"),
        "MB" => ("megabyte", "megabytes"),
        degrees if degrees.ends_with('C') => ("degree Celsius", "degrees Celsius"),
        _ => ("degree Fahrenheit", "degrees Fahrenheit"),
    };
    let unit = if digits == "1" { one } else { many };
    let dotted = found.name("unit")?.as_str().ends_with('.');
    let stop = if dotted {
        abbreviations::stop(place)
    } else {
        ""
    };
    let minus = minus(found, place)?;
    Some(format!(
        "{minus}{} {unit}{stop}",
        number_words(digits, language)
    ))
}

/// None where the minus is the dash between two words or numbers.
fn minus(found: &Captures, place: &Place) -> Option<&'static str> {
    let dash = place.directly_after(|c| !c.is_whitespace() && !"([\"".contains(c));
    match found.name("minus") {
        Some(_) if dash => None,
        Some(_) => Some("minus "),
        None => Some(""),
    }
}

fn vulgar_fraction(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let (alone, added) = match found.name("part")?.as_str() {
        "½" => ("one half", "a half"),
        "¼" => ("one quarter", "a quarter"),
        _ => ("three quarters", "three quarters"),
    };
    Some(match found.name("n") {
        Some(n) => format!("{} and {added}", number_words(n.as_str(), language)),
        None => alone.to_owned(),
    })
}

/// After these a number of four digits is a year.
const BEFORE_YEAR: [&str; 12] = [
    "in", "since", "by", "of", "until", "till", "before", "after", "during", "year", "from",
    "between",
];

/// After these a row of digits is read one by one.
const BEFORE_DIGITS: [&str; 14] = [
    "account",
    "booking",
    "box",
    "case",
    "code",
    "confirmation",
    "flight",
    "invoice",
    "pin",
    "postcode",
    "reference",
    "room",
    "ticket",
    "zip",
];

fn number(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let (digits, comma) = without_comma(found.name("n")?.as_str());
    let minus = minus(found, place)?;
    let before = place.word_before();
    let month = MONTHS
        .iter()
        .any(|month| month.eq_ignore_ascii_case(&before));
    let words = match (year_words(digits, language), spelling(digits, place)) {
        (Some(year), _) if month || BEFORE_YEAR.contains(&before.as_str()) => year,
        (_, Some(spell)) => spell(digits),
        _ => number_words(digits, language),
    };
    Some(format!("{minus}{words}{comma}"))
}

/// How a row of digits is spelled, if it stands where people do: "your code is 4711", "IL 62704".
fn spelling(digits: &str, place: &Place) -> Option<fn(&str) -> String> {
    if digits.len() < 3 || digits.contains([',', '.']) {
        return None;
    }
    let mut words = place
        .before
        .trim_end_matches([' ', ':', '#'])
        .rsplit(' ')
        .skip_while(|word| ["is", "number", "number:"].contains(word));
    let word = words.next().unwrap_or_default();
    let state = word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase());
    let word = word.to_lowercase();
    match word.trim_start_matches(|c: char| !c.is_alphabetic()) {
        "call" | "dial" | "extension" => Some(english::phone),
        word if BEFORE_DIGITS.contains(&word) => Some(english::code),
        _ if state && digits.len() == 5 => Some(english::code),
        _ => None,
    }
}

/// "$5/month", but no path and no "and/or".
fn per(found: &Captures, place: &Place, _: &Language) -> Option<String> {
    let unit = match found.name("unit")?.as_str() {
        "hr" => "hour",
        "mo" => "month",
        "yr" => "year",
        "min" => "minute",
        unit => unit,
    };
    place
        .directly_after(|c| c.is_ascii_digit())
        .then(|| format!(" per {unit}"))
}
