//! What stands in Mandarin text and is said otherwise than it is written.

use super::mandarin::{self, WORDS};
use super::pronunciations::Pronunciations;
use super::scan::{self, Place, Rule, Say};
use super::{Currency, Decimal, Value};
use crate::understand::Language;
use jiff::civil::{Date, Time};
use regex::Captures;
use std::sync::LazyLock;

pub(super) fn rewrite(text: &str, pronunciations: &Pronunciations) -> String {
    static RULES: LazyLock<Vec<Rule<()>>> = LazyLock::new(|| scan::rules(&TABLE));
    scan::rewrite(&half_width(text), &RULES, &(), &WORDS, pronunciations)
}

/// Full-width digits, and the signs between them, as ASCII.
fn half_width(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let narrow = |c: char| char::from_u32((c as u32).wrapping_sub(0xfee0)).unwrap_or(c);
    while let Some(c) = chars.next() {
        let between_digits = out.ends_with(|c: char| c.is_ascii_digit())
            && chars
                .peek()
                .is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(c));
        out.push(match c {
            '０'..='９' => narrow(c),
            '：' | '．' | '－' | '／' if between_digits => narrow(c),
            '％' if out.ends_with(|c: char| c.is_ascii_digit()) => '%',
            _ => c,
        });
    }
    out
}

/// The first that fits counts, so what is longer or more certain stands first.
const TABLE: [(&str, Say<()>); 21] = [
    // 2026-11-25, 2026年
    (
        r"(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})",
        full_date,
    ),
    (r"(?<y>\d{4})\s?年", |found, _, ()| {
        Some(format!("{}年", mandarin::digits(found.name("y")?.as_str())))
    }),
    // 8:00-18:00, 14:30
    (
        r"(?<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?\s?(?<h>\d{1,2}):(?<m>\d\d)\s?(?:[-–—~～至到]|——)\s?
          (?<part2>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?\s?(?<h2>\d{1,2}):(?<m2>\d\d)",
        hours,
    ),
    (
        r"(?<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?\s?(?<h>\d{1,2}):(?<m>\d\d)(?::\d\d)?",
        time,
    ),
    // 14点30分, 2点
    (r"(?<h>\d{1,2})点(?:(?<m>\d{1,2})(?<fen>分)?)?", oclock),
    // Phone numbers: +86 138 0013 8000, 010-62345678, 400-800-1234, 13800138000
    (r"\+\d[\d\ ()-]{5,}\d", phone),
    (
        r"0\d{2,3}[-\ ](?:\d{7,8}|\d{3,4}[-\ ]\d{4})(?:-\d{1,5})?|\(0\d{2,3}\)\s?\d{7,8}",
        phone,
    ),
    (r"[48]00[-\ ]?\d{3}[-\ ]?\d{4}", phone),
    (r"1[3-9]\d[-\ ]?\d{4}[-\ ]?\d{4}", phone),
    // Money: ¥88, 12.50元, $5
    (
        r"(?<minus>-)?(?<sign>US\$|[$£€¥￥])\s?(?<n>\d[\d,]*(?:\.\d+)?)(?<scale>万|亿)?元?",
        money,
    ),
    (
        r"(?<n>\d[\d,]*\.\d+|\d[\d,]*)\s?(?<sign>元|人民币|美元|英镑|欧元|USD|GBP|EUR|CNY|RMB)",
        money,
    ),
    // 50%, 5%-10%, 1/2
    (
        r"(?<n>-?\d[\d,]*(?:\.\d+)?)%(?:\s?[-–—~～至到]\s?(?<to>\d[\d,]*(?:\.\d+)?)%)?",
        percent,
    ),
    (r"(?<a>\d{1,3})/(?<b>\d{1,3})", |found, _, ()| {
        let number = |name| Some(number_words(found.name(name)?.as_str(), false));
        Some(format!("{}分之{}", number("b")?, number("a")?))
    }),
    (r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*", code),
    // Ranges and numbers
    (
        r"(?<n>\d[\d,]*(?:\.\d+)?)\s?[-–—~～至到]\s?(?<to>\d[\d,]*(?:\.\d+)?)",
        range,
    ),
    (r"(?<n>\d+(?:\.\d+)?)\s?(?:℃|°C|°)", |found, _, ()| {
        Some(format!(
            "{}摄氏度",
            number_words(found.name("n")?.as_str(), false)
        ))
    }),
    (
        r"(?<n>\d+(?:\.\d+)?)\s?(?<unit>kg|km|cm|mm|ml)",
        |found, _, ()| {
            let unit = match found.name("unit")?.as_str() {
                "kg" => "公斤",
                "km" => "公里",
                "cm" => "厘米",
                "mm" => "毫米",
                _ => "毫升",
            };
            Some(format!(
                "{}{unit}",
                number_words(found.name("n")?.as_str(), true)
            ))
        },
    ),
    (r"\d+(?:\.\d+){2,}", |found, _, ()| {
        let parts = found.get(0)?.as_str().split('.');
        let said: Vec<_> = parts.map(|part| number_words(part, false)).collect();
        Some(said.join("点"))
    }),
    (r"第\s?(?<n>\d+)", |found, _, ()| {
        Some(format!(
            "第{}",
            number_words(found.name("n")?.as_str(), false)
        ))
    }),
    (r"(?<minus>-)?(?<n>\d[\d,]*(?:\.\d+)?)", number),
    (r"\.(?<n>\d+)", |found, _, ()| {
        Some(format!("点{}", mandarin::digits(found.name("n")?.as_str())))
    }),
];

#[cfg(test)]
#[test]
fn every_pattern_is_well_formed() {
    assert_eq!(scan::rules(&TABLE).len(), TABLE.len());
}

/// `counts` where a measure word follows. What does not read as a number is said digit by digit.
fn number_words(digits: &str, counts: bool) -> String {
    let (digits, comma) = match digits.strip_suffix(',') {
        Some(number) => (number, ","),
        None => (digits, ""),
    };
    let plain = !digits.contains([',', '.']);
    let identifier = digits.starts_with('0') && digits.len() > 1
        || digits.len() >= 7 && !digits.ends_with("000");
    let words = match digits.parse::<Decimal>() {
        _ if plain && identifier => mandarin::phone(digits),
        Ok(number) if counts => mandarin::amount(&number),
        Ok(number) => mandarin::decimal(&number),
        Err(_) => mandarin::code(digits),
    };
    words + comma
}

fn full_date(found: &Captures, _: &Place, (): &()) -> Option<String> {
    let part = |name: &str| found.name(name)?.as_str().parse::<i8>().ok();
    let year = found.name("y")?.as_str().parse().ok()?;
    let value = Value::Date {
        date: Date::new(year, part("m")?, part("d")?).ok()?,
        weekday: false,
        year: true,
    };
    Some(value.say(Language::Mandarin))
}

/// The time, and whether its writer counts to 24.
fn clock_time(found: &Captures, hour: &str, minute: &str) -> Option<(Time, bool)> {
    let digits = found.name(hour)?.as_str();
    let hour: i8 = digits.parse().ok()?;
    let minute = match found.name(minute) {
        Some(minute) => minute.as_str().parse().ok()?,
        None => 0,
    };
    let hour = if (hour, minute) == (24, 0) { 0 } else { hour };
    let of_24 = hour >= 12 || hour == 0 || digits.starts_with('0');
    Some((Time::new(hour, minute, 0, 0).ok()?, of_24))
}

fn time(found: &Captures, _: &Place, (): &()) -> Option<String> {
    let (time, of_24) = clock_time(found, "h", "m")?;
    Some(match found.name("part") {
        Some(part) => format!("{}{}", part.as_str(), mandarin::clock(time)),
        None if of_24 => Value::Time(time).say(Language::Mandarin),
        None => mandarin::clock(time),
    })
}

fn hours(found: &Captures, _: &Place, (): &()) -> Option<String> {
    let (from, from_of_24) = clock_time(found, "h", "m")?;
    let (to, to_of_24) = clock_time(found, "h2", "m2")?;
    let of_24 = from_of_24 || to_of_24;
    let part = |name| found.name(name).map_or("", |part| part.as_str());
    Some(match (part("part"), part("part2")) {
        ("", "") if of_24 => Value::Hours(from, to).say(Language::Mandarin),
        (first, second) => {
            format!(
                "{first}{}到{second}{}",
                mandarin::clock(from),
                mandarin::clock(to)
            )
        }
    })
}

/// The part of the day stays as written, since it may stand before.
fn oclock(found: &Captures, place: &Place, (): &()) -> Option<String> {
    let hour: u64 = found
        .name("h")?
        .as_str()
        .parse()
        .ok()
        .filter(|hour| *hour <= 24)?;
    // 3点5 may be a number, 3点5分 is a time.
    let after_part = ["凌晨", "早上", "上午", "中午", "下午", "晚上"]
        .iter()
        .any(|part| place.before.trim_end().ends_with(part));
    let hour = match hour {
        13.. if after_part => hour - 12,
        _ => hour,
    };
    let minutes = match found.name("m") {
        None => String::new(),
        Some(minute) => {
            let value: u64 = minute.as_str().parse().ok()?;
            let zero = if value < 10 && value > 0 { "零" } else { "" };
            let fen = if found.name("fen").is_some() {
                "分"
            } else {
                ""
            };
            format!("{zero}{}{fen}", mandarin::cardinal(value))
        }
    };
    Some(format!("{}点{minutes}", mandarin::count(hour)))
}

fn phone(found: &Captures, _: &Place, (): &()) -> Option<String> {
    Some(mandarin::phone(found.get(0)?.as_str()))
}

fn money(found: &Captures, _: &Place, (): &()) -> Option<String> {
    let currency = match found.name("sign")?.as_str() {
        "$" | "US$" | "USD" | "美元" => Currency::Usd,
        "£" | "GBP" | "英镑" => Currency::Gbp,
        "€" | "EUR" | "欧元" => Currency::Eur,
        _ => Currency::Cny,
    };
    let digits = found.name("n")?.as_str();
    let number = digits.strip_suffix(',').unwrap_or(digits);
    let mut value: Decimal = number.parse().ok()?;
    value.negative = found.name("minus").is_some();
    let comma = if number.len() < digits.len() { "," } else { "" };
    Some(match found.name("scale") {
        None => format!("{}{comma}", mandarin::money(&value, currency)),
        Some(scale) => {
            let unit = mandarin::money(&Decimal::from(1), currency);
            let unit = unit.trim_start_matches('一');
            format!("{}{}{unit}", mandarin::amount(&value), scale.as_str())
        }
    })
}

fn percent(found: &Captures, place: &Place, (): &()) -> Option<String> {
    let written = found.name("n")?.as_str();
    let (sign, digits) = match written.strip_prefix('-') {
        Some(_) if !starts_number(place) => return None,
        Some(digits) => ("负", digits),
        None => ("", written),
    };
    let from = format!("{sign}百分之{}", number_words(digits, false));
    Some(match found.name("to") {
        None => from,
        Some(to) => format!("{from}到百分之{}", number_words(to.as_str(), false)),
    })
}

/// Whether a minus here is one, and not the dash after another number or word.
fn starts_number(place: &Place) -> bool {
    !place.directly_after(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '%' | '元'))
}

fn code(found: &Captures, _: &Place, (): &()) -> Option<String> {
    let written = found.get(0)?.as_str();
    let letters = written.chars().any(|c| c.is_ascii_uppercase());
    let digits = written.chars().any(|c| c.is_ascii_digit());
    (letters && digits).then(|| mandarin::code(written))
}

/// Before these 2 is 两.
const MEASURES: &str = "个位名人天周年小分秒次回家间张份件本种类条只台辆杯瓶盒箱包袋公米里岁元块毛点倍\
                        把双套座封句顿场部趟遍项步颗片根排群万亿千";

/// What begins like a measure word, but has 2 as 二.
const NOT_COUNTED: [&str; 3] = ["公交", "年级", "小学"];

fn counts(place: &Place) -> bool {
    let next = place.after.trim_start_matches(' ');
    next.starts_with(|c| MEASURES.contains(c))
        && !NOT_COUNTED.iter().any(|word| next.starts_with(word))
}

fn range(found: &Captures, place: &Place, (): &()) -> Option<String> {
    if place.after.starts_with('-') || place.directly_after(|c| c == '-') {
        return None;
    }
    let counts = counts(place);
    let words = |name| Some(number_words(found.name(name)?.as_str(), counts));
    Some(format!("{}到{}", words("n")?, words("to")?))
}

/// After these a row of digits is something to dial.
const BEFORE_DIGITS: [&str; 11] = [
    "拨打",
    "拨",
    "致电",
    "电话",
    "热线",
    "号码",
    "分机",
    "分机号",
    "验证码",
    "房间",
    "转",
];

fn number(found: &Captures, place: &Place, (): &()) -> Option<String> {
    let minus = match found.name("minus") {
        Some(_) if !starts_number(place) => return None,
        Some(_) => "负",
        None => "",
    };
    let digits = found.name("n")?.as_str();
    let lead = place.before.trim_end_matches([' ', '：', ':', '是', '为']);
    let dialled = digits.len() >= 3
        && !digits.contains([',', '.'])
        && BEFORE_DIGITS.iter().any(|word| lead.ends_with(word));
    let words = match dialled {
        true => mandarin::phone(digits),
        false => number_words(digits, counts(place)),
    };
    Some(format!("{minus}{words}"))
}
