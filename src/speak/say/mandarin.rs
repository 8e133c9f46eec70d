//! Values in Mandarin, as they are said on the mainland.

use super::number::{phone_groups, pieces};
use super::{Currency, Decimal, Value, address};
use jiff::civil::{Date, Time, Weekday};
use std::time::Duration;

pub(super) fn say(value: &Value) -> String {
    match value {
        Value::Number(number) => decimal(number),
        Value::Count(number) => count(*number),
        Value::Ordinal(number) => format!("第{}", cardinal(*number)),
        Value::Year(year) => format!("{}年", digits(&year.to_string())),
        Value::Money(amount, currency) => money(amount, *currency),
        Value::Date {
            date,
            weekday,
            year,
        } => self::date(*date, *weekday, *year),
        Value::Time(time) => self::time(*time),
        Value::Hours(from, to) => hours(*from, *to),
        Value::Phone(number) => phone(number),
        Value::Code(code) => self::code(code),
        Value::Address(address) => address::say(address, &WORDS, &|_| None),
        Value::Lasting(duration) => lasting(*duration),
    }
}

pub(super) const WORDS: address::Words = address::Words {
    at: "艾特",
    dot: "点",
    dash: "杠",
    underscore: "下划线",
    slash: "斜杠",
    plus: "加号",
    digit: spelled_digit,
    letter,
};

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn digit(value: u64) -> &'static str {
    DIGITS.get(value as usize).copied().unwrap_or_default()
}

pub(super) fn cardinal(number: u64) -> String {
    let mut words = String::new();
    put(number, true, &mut words);
    words
}

/// A number before a measure word, where 2 is 两.
pub(super) fn count(number: u64) -> String {
    match number {
        2 => "两".to_owned(),
        number => cardinal(number),
    }
}

/// `leads` tells whether nothing is said before: then 12 is 十二 and 2000 is 两千, else 一十二 and 二千.
fn put(number: u64, leads: bool, words: &mut String) {
    for (unit, name) in [(100_000_000, "亿"), (10_000, "万")] {
        if number >= unit {
            match number / unit {
                2 if leads => words.push('两'),
                high => put(high, leads, words),
            }
            words.push_str(name);
            let rest = number % unit;
            if rest > 0 {
                if rest < unit / 10 {
                    words.push('零');
                }
                put(rest, false, words);
            }
            return;
        }
    }
    let (thousands, hundreds, tens, ones) = (
        number / 1000,
        number / 100 % 10,
        number / 10 % 10,
        number % 10,
    );
    match thousands {
        0 => {}
        2 if leads => words.push_str("两千"),
        thousands => words.extend([digit(thousands), "千"]),
    }
    match hundreds {
        0 if thousands > 0 && !number.is_multiple_of(100) => words.push('零'),
        0 => {}
        2 if leads && thousands == 0 => words.push_str("两百"),
        hundreds => words.extend([digit(hundreds), "百"]),
    }
    match tens {
        0 if hundreds > 0 && ones > 0 => words.push('零'),
        0 => {}
        1 if leads && number < 100 => words.push('十'),
        tens => words.extend([digit(tens), "十"]),
    }
    if ones > 0 || (leads && number == 0) {
        words.push_str(digit(ones));
    }
}

pub(super) fn decimal(number: &Decimal) -> String {
    signed(number, cardinal(number.whole))
}

/// As [`decimal`], before a measure word.
pub(super) fn amount(number: &Decimal) -> String {
    match number.fraction.is_empty() {
        true => signed(number, count(number.whole)),
        false => decimal(number),
    }
}

fn signed(number: &Decimal, whole: String) -> String {
    let mut words = String::new();
    if number.negative {
        words.push('负');
    }
    words.push_str(&whole);
    if !number.fraction.is_empty() {
        words.push('点');
        words.push_str(&digits(&number.fraction));
    }
    words
}

/// Digit by digit, as in years: 一 is 一.
pub(super) fn digits(row: &str) -> String {
    let names = row.chars().filter_map(|c| c.to_digit(10));
    names.map(|value| digit(u64::from(value))).collect()
}

pub(super) fn money(value: &Decimal, currency: Currency) -> String {
    let name = match currency {
        Currency::Usd => "美元",
        Currency::Gbp => "英镑",
        Currency::Eur => "欧元",
        Currency::Cny => "元",
    };
    let hundredths = match currency {
        Currency::Cny => value.hundredths(),
        _ => None,
    };
    // 十二点五美元 is how foreign money is said; jiao and fen are for yuan.
    let Some(hundredths) = hundredths else {
        let trimmed = Decimal {
            fraction: value.fraction.trim_end_matches('0').to_owned(),
            ..value.clone()
        };
        return format!("{}{name}", amount(&trimmed));
    };
    let (jiao, fen) = (hundredths / 10, hundredths % 10);
    let mut words = String::new();
    if value.negative {
        words.push('负');
    }
    if value.whole > 0 || hundredths == 0 {
        words.push_str(&count(value.whole));
        words.push_str(name);
        if jiao == 0 && fen > 0 {
            words.push('零');
        }
    }
    if jiao > 0 {
        words.push_str(&count(jiao));
        words.push('角');
    }
    if fen > 0 {
        words.push_str(&count(fen));
        words.push('分');
    }
    words
}

fn date(date: Date, weekday: bool, year: bool) -> String {
    let number = |n: i8| cardinal(u64::from(n.unsigned_abs()));
    let mut words = String::new();
    if year {
        words = format!("{}年", digits(&date.year().to_string()));
    }
    words.push_str(&format!(
        "{}月{}号",
        number(date.month()),
        number(date.day())
    ));
    if weekday {
        words.push_str(match date.weekday() {
            Weekday::Monday => "星期一",
            Weekday::Tuesday => "星期二",
            Weekday::Wednesday => "星期三",
            Weekday::Thursday => "星期四",
            Weekday::Friday => "星期五",
            Weekday::Saturday => "星期六",
            Weekday::Sunday => "星期天",
        });
    }
    words
}

fn time(time: Time) -> String {
    format!("{}{}", part_of_day(time), clock(time))
}

fn hours(from: Time, to: Time) -> String {
    match part_of_day(from) == part_of_day(to) && from < to {
        true => format!("{}到{}", time(from), clock(to)),
        false => format!("{}到{}", time(from), time(to)),
    }
}

fn part_of_day(time: Time) -> &'static str {
    match time.hour() {
        0..=5 => "凌晨",
        6..=8 => "早上",
        9..=11 => "上午",
        12 => "中午",
        13..=17 => "下午",
        _ => "晚上",
    }
}

/// The time on a clock face, but 零点 for midnight.
pub(super) fn clock(time: Time) -> String {
    let hour = match u64::from(time.hour().unsigned_abs()) {
        hour @ 0..=12 => hour,
        hour => hour - 12,
    };
    let hour = count(hour);
    match u64::from(time.minute().unsigned_abs()) {
        0 => format!("{hour}点"),
        30 => format!("{hour}点半"),
        minute @ 1..=9 => format!("{hour}点零{}分", cardinal(minute)),
        minute => format!("{hour}点{}分", cardinal(minute)),
    }
}

/// Digits in the spelling of phone numbers, where 1 is 幺, since 一 sounds like 七.
fn spelled_digit(c: char) -> &'static str {
    match c.to_digit(10) {
        None => "",
        Some(1) => "幺",
        Some(value) => digit(u64::from(value)),
    }
}

pub(super) fn phone(number: &str) -> String {
    let said = phone_groups(number).into_iter().map(|group| {
        let names = group
            .chars()
            .map(|c| if c == '+' { "加" } else { spelled_digit(c) });
        names.collect::<String>()
    });
    said.collect::<Vec<_>>().join("，")
}

pub(super) fn code(code: &str) -> String {
    let mut said = Vec::new();
    for run in code.split(|c: char| !c.is_ascii_alphanumeric()) {
        for piece in pieces(run) {
            let mut words = String::new();
            for c in piece.chars() {
                // Without blanks a voice would take letters for a word.
                if c.is_ascii_alphabetic() && !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(match c.is_ascii_digit() {
                    true => spelled_digit(c),
                    false => letter(c),
                });
            }
            said.push(words);
        }
    }
    said.join("，")
}

/// The Mandarin voice of eSpeak NG says every single capital by its name.
fn letter(c: char) -> &'static str {
    const NAMES: [&str; 26] = [
        "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R",
        "S", "T", "U", "V", "W", "X", "Y", "Z",
    ];
    let index = (c.to_ascii_uppercase() as usize).wrapping_sub('A' as usize);
    NAMES.get(index).copied().unwrap_or_default()
}

fn lasting(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let words: String = [
        (seconds / 3600, "小时"),
        (seconds / 60 % 60, "分钟"),
        (seconds % 60, "秒"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, unit)| format!("{}{unit}", count(number)))
    .collect();
    if words.is_empty() {
        "零秒".to_owned()
    } else {
        words
    }
}
