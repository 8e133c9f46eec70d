//! Values as they are written down and as they are read out.

use super::{Asked, Currency, Language, Value};
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use std::time::Duration;

impl Value {
    /// As it stands in records, in the JSON of a lookup and in conditions: `true`, `12`, `12.50`,
    /// `2026-11-24`, `14:30`, `PT1H30M` (ISO 8601), `+4930123456`, `B47`.
    pub fn record(&self) -> String {
        match self {
            Value::YesNo(yes) => yes.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Money { minor, .. } => decimal(*minor),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => format!("{:02}:{:02}", time.hour(), time.minute()),
            Value::Duration(duration) => iso(*duration),
            Value::Phone(text)
            | Value::Digits(text)
            | Value::Code(text)
            | Value::Choice(text)
            | Value::Name(text)
            | Value::Text(text) => text.clone(),
        }
    }

    /// As a voice should say it, for text that goes through `speak::say`: "Tuesday, November 24",
    /// "2:30 in the afternoon", "B as in Bravo, 4 7". The year of a date is said where it is not
    /// the next such day.
    pub fn said(&self, asked: &Asked) -> String {
        let mandarin = asked.language == Language::Mandarin;
        match self {
            Value::YesNo(yes) => match (yes, mandarin) {
                (true, false) => "yes",
                (false, false) => "no",
                (true, true) => "是",
                (false, true) => "不是",
            }
            .to_owned(),
            Value::Number(number) => with_commas(*number),
            Value::Money { minor, currency } => money(*minor, *currency, mandarin),
            Value::Date(date) => self::date(*date, asked),
            Value::Time(time) => self::time(*time, mandarin),
            Value::Duration(duration) => lasting(*duration, mandarin),
            Value::Phone(number) => phone(number, mandarin),
            Value::Digits(digits) => row(&in_fours_or_threes(digits), mandarin),
            Value::Code(code) => self::code(code, mandarin),
            Value::Choice(text) | Value::Name(text) | Value::Text(text) => text.clone(),
        }
    }
}

fn decimal(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

fn iso(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let mut text = "PT".to_owned();
    for (count, unit) in [
        (seconds / 3600, 'H'),
        (seconds / 60 % 60, 'M'),
        (seconds % 60, 'S'),
    ] {
        if count > 0 {
            text += &format!("{count}{unit}");
        }
    }
    if text == "PT" {
        "PT0S".to_owned()
    } else {
        text
    }
}

/// Without commas a voice takes a long number for one that is told digit by digit.
fn with_commas(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    if digits.len() <= 4 {
        return number.to_string();
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

fn money(minor: i64, currency: Currency, mandarin: bool) -> String {
    let amount = match minor % 100 {
        0 => (minor / 100).to_string(),
        _ => decimal(minor),
    };
    match (currency, mandarin) {
        (Currency::Usd, false) => format!("${amount}"),
        (Currency::Gbp, false) => format!("£{amount}"),
        (Currency::Eur, false) => format!("€{amount}"),
        (Currency::Cny, false) => format!("{amount} yuan"),
        (Currency::Usd, true) => format!("{amount}美元"),
        (Currency::Gbp, true) => format!("{amount}英镑"),
        (Currency::Eur, true) => format!("{amount}欧元"),
        (Currency::Cny, true) => format!("{amount}元"),
    }
}

/// A day of the next twelve months with its weekday, another with its year.
fn date(date: Date, asked: &Asked) -> String {
    let today = asked.now.date();
    let near = date >= today && today.checked_add(1.year()).is_ok_and(|end| date < end);
    let (day, year) = (date.day(), date.year());
    let month = date.strftime("%B");
    let weekday = weekday(date.weekday(), asked.language);
    match (asked.language, near) {
        (Language::EnglishUs, true) => format!("{weekday}, {month} {day}"),
        (Language::EnglishUs, false) => format!("{month} {day}, {year}"),
        (Language::EnglishGb, true) => format!("{weekday} {day} {month}"),
        (Language::EnglishGb, false) => format!("{day} {month} {year}"),
        (Language::Mandarin, true) => format!("{}月{day}号{weekday}", date.month()),
        (Language::Mandarin, false) => format!("{year}年{}月{day}号", date.month()),
    }
}

/// A day of the week by its name.
pub fn weekday(weekday: Weekday, language: Language) -> &'static str {
    let (english, mandarin) = match weekday {
        Weekday::Monday => ("Monday", "星期一"),
        Weekday::Tuesday => ("Tuesday", "星期二"),
        Weekday::Wednesday => ("Wednesday", "星期三"),
        Weekday::Thursday => ("Thursday", "星期四"),
        Weekday::Friday => ("Friday", "星期五"),
        Weekday::Saturday => ("Saturday", "星期六"),
        Weekday::Sunday => ("Sunday", "星期天"),
    };
    match language {
        Language::EnglishUs | Language::EnglishGb => english,
        Language::Mandarin => mandarin,
    }
}

/// With the part of the day in words: AM and PM differ by one vowel on a phone line.
fn time(time: Time, mandarin: bool) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    if mandarin {
        let part = match hour {
            0..=5 => "凌晨",
            6..=8 => "早上",
            9..=11 => "上午",
            12 => "中午",
            13..=17 => "下午",
            _ => "晚上",
        };
        let hour = if hour > 12 { hour - 12 } else { hour };
        return format!("{part}{hour}:{minute:02}");
    }
    let part = match hour {
        0..=11 => "in the morning",
        12..=17 => "in the afternoon",
        18..=21 => "in the evening",
        _ => "at night",
    };
    let clock = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (0, _) => format!("{clock}:{minute:02} at night"),
        (_, 0) => format!("{clock} {part}"),
        _ => format!("{clock}:{minute:02} {part}"),
    }
}

fn lasting(duration: Duration, mandarin: bool) -> String {
    let seconds = duration.as_secs();
    let days = seconds.is_multiple_of(86_400) && seconds > 0;
    let parts = match days {
        true => vec![(seconds / 86_400, "day", "天")],
        false => vec![
            (seconds / 3600, "hour", "小时"),
            (seconds / 60 % 60, "minute", "分钟"),
            (seconds % 60, "second", "秒"),
        ],
    };
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, english, chinese)| match (mandarin, count) {
            (true, _) => format!("{count}{chinese}"),
            (false, 1) => format!("1 {english}"),
            (false, _) => format!("{count} {english}s"),
        })
        .collect();
    match (said.split_last(), mandarin) {
        (None, true) => "0秒".to_owned(),
        (None, false) => "0 seconds".to_owned(),
        (Some(_), true) => said.concat(),
        (Some((last, [])), false) => last.clone(),
        (Some((last, others)), false) => format!("{} and {last}", others.join(", ")),
    }
}

/// In fours where that comes out even, else in threes.
fn in_fours_or_threes(digits: &str) -> Vec<String> {
    let size = match digits.len() {
        length if length < 4 || length.is_multiple_of(4) => 4,
        _ => 3,
    };
    let digits: Vec<char> = digits.chars().collect();
    digits
        .chunks(size)
        .map(|group| group.iter().collect())
        .collect()
}

/// As numbers of that length are grouped, with the plus sign in the first group.
fn phone(number: &str, mandarin: bool) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let sizes: &[usize] = match digits.len() {
        7 => &[3, 4],
        10 => &[3, 3, 4],
        11 => &[3, 4, 4],
        length if length.is_multiple_of(4) => &[4, 4, 4, 4],
        _ => &[3, 3, 3, 3, 3],
    };
    let mut rest = digits.as_slice();
    let mut groups = Vec::new();
    for size in sizes {
        let (group, after) = rest.split_at(rest.len().min(*size));
        groups.push(group.iter().collect::<String>());
        rest = after;
    }
    groups.push(rest.iter().collect());
    groups.retain(|group: &String| !group.is_empty());
    let said = row(&groups, mandarin);
    match (number.starts_with('+'), mandarin) {
        (true, true) => format!("加{said}"),
        (true, false) => format!("plus {said}"),
        (false, _) => said,
    }
}

/// Digits one by one with a pause after each group.
fn row(groups: &[String], mandarin: bool) -> String {
    let apart = |group: &String| -> String {
        let digits: Vec<String> = group.chars().map(|digit| name(digit, mandarin)).collect();
        digits.join(if mandarin { "" } else { " " })
    };
    let groups: Vec<String> = groups.iter().map(apart).collect();
    groups.join(if mandarin { "，" } else { ", " })
}

/// 幺, which nobody mistakes for 七, for 一; in figures a short row would be said as a number.
fn name(digit: char, mandarin: bool) -> String {
    const NAMES: [char; 10] = ['零', '幺', '二', '三', '四', '五', '六', '七', '八', '九'];
    let index = digit.to_digit(10).filter(|_| mandarin);
    let name = index.and_then(|index| NAMES.get(index as usize));
    name.copied().unwrap_or(digit).to_string()
}

/// Letters that may be taken for others with a word, digits in groups.
fn code(code: &str, mandarin: bool) -> String {
    let mut groups: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let kind = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != kind)
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        if kind {
            groups.push(row(&in_fours_or_threes(run), mandarin));
        } else if mandarin {
            let letters: Vec<String> = run.chars().map(String::from).collect();
            groups.push(letters.join(" "));
        } else {
            groups.extend(run.chars().map(spelled));
        }
    }
    groups.join(if mandarin { "，" } else { ", " })
}

fn spelled(letter: char) -> String {
    match WORDS.iter().find(|word| word.starts_with(letter)) {
        Some(word) => format!("{letter} as in {word}"),
        None => letter.to_string(),
    }
}

/// NATO's words for the letters that sound like another, or like the article.
const WORDS: [&str; 17] = [
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "India", "Juliet", "Kilo",
    "Mike", "November", "Papa", "Sierra", "Tango", "Victor", "Zulu",
];
