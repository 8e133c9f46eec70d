//! Dates, days and times as they are written in English.

use super::english::{self, MONTHS, Region};
use super::english_text::{region, small, year_words};
use super::scan::Place;
use super::{Value, abbreviations};
use crate::understand::Language;
use jiff::civil::{Date, Time};
use regex::Captures;

pub(super) fn full_date(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let year = found.name("y")?.as_str().parse().ok()?;
    dated(year, small(found, "m")?, small(found, "d")?, true, language)
}

fn dated(year: i16, month: i8, day: i8, with_year: bool, language: &Language) -> Option<String> {
    let value = Value::Date {
        date: Date::new(year, month, day).ok()?,
        weekday: false,
        year: with_year,
    };
    Some(value.say(*language))
}

/// Any year with a 29 February, for dates without one.
const LEAP_YEAR: i16 = 2000;

/// With a year it is a date for certain, and the region tells which number is the month.
pub(super) fn slashed_date(found: &Captures, _: &Place, language: &Language) -> Option<String> {
    let year = found.name("y")?.as_str().parse().ok()?;
    let (a, b) = (small(found, "a")?, small(found, "b")?);
    let month_first = dated(year, a, b, true, language);
    let day_first = dated(year, b, a, true, language);
    match region(language) {
        Region::Us => month_first.or(day_first),
        Region::Gb => day_first.or(month_first),
    }
}

/// 11/25 can only be a date; 3/4 may be a date or a fraction, and is read as it stands.
pub(super) fn slashed(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    if place.after.starts_with('/') {
        return None;
    }
    let (a, b) = (small(found, "a")?, small(found, "b")?);
    let dates = (
        dated(LEAP_YEAR, a, b, false, language),
        dated(LEAP_YEAR, b, a, false, language),
    );
    let before_date = [
        "on", "by", "until", "till", "before", "after", "since", "from", "due",
    ];
    let maybe_date = before_date.contains(&place.word_before().as_str());
    let word = |n: i8| english::cardinal(u64::from(n.unsigned_abs()), region(language));
    Some(match ((a, b), dates) {
        ((24, 7), _) => "twenty four seven".to_owned(),
        ((1, 2), _) if !maybe_date => "one half".to_owned(),
        ((1, 3), _) if !maybe_date => "one third".to_owned(),
        ((2, 3), _) if !maybe_date => "two thirds".to_owned(),
        ((1, 4), _) if !maybe_date => "one quarter".to_owned(),
        ((3, 4), _) if !maybe_date => "three quarters".to_owned(),
        (_, (Some(date), None) | (None, Some(date))) => date,
        _ => format!("{} slash {}", word(a), word(b)),
    })
}

pub(super) fn date(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let written = found.name("month")?.as_str();
    let month = (1_i8..)
        .zip(MONTHS)
        .find(|(_, name)| name.starts_with(written))?;
    let day = Date::new(LEAP_YEAR, month.0, small(found, "d")?)
        .ok()?
        .day();
    let ordinal = |day: i8| english::ordinal(u64::from(day.unsigned_abs()), region(language));
    let mut days = ordinal(day);
    if let Some(to) = small(found, "to") {
        days.push_str(" to ");
        if region(language) == Region::Gb {
            days.push_str("the ");
        }
        days.push_str(&ordinal(Date::new(LEAP_YEAR, month.0, to).ok()?.day()));
    }
    let year = found
        .name("y")
        .and_then(|year| year_words(year.as_str(), language));
    // "The 25 November" keeps its order whatever the region.
    let the = place.word_before() == "the";
    let (mut words, pause) = match region(language) {
        Region::Us if !the => (format!("{} {days}", month.1), ", "),
        _ if the => (format!("{days} of {}", month.1), " "),
        _ => (format!("the {days} of {}", month.1), " "),
    };
    if let Some(year) = year {
        words.push_str(pause);
        words.push_str(&year);
    }
    Some(words)
}

pub(super) fn month(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let written = found.name("month")?.as_str();
    let name = MONTHS.into_iter().find(|name| name.starts_with(written))?;
    Some(match found.name("y") {
        Some(year) => format!("{name} {}", year_words(year.as_str(), language)?),
        None => format!("{name}{}", abbreviations::stop(place)),
    })
}

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

fn weekday_name(found: &Captures, name: &str) -> Option<&'static str> {
    let written = found.name(name)?.as_str();
    WEEKDAYS.into_iter().find(|day| day.starts_with(written))
}

pub(super) fn weekdays(found: &Captures, _: &Place, _: &Language) -> Option<String> {
    Some(format!(
        "{} to {}",
        weekday_name(found, "from")?,
        weekday_name(found, "to")?
    ))
}

/// "Sat" and "Sun" are also words: they are days with a dot or before a number.
pub(super) fn weekday(found: &Captures, place: &Place, _: &Language) -> Option<String> {
    let day = weekday_name(found, "from")?;
    let next = place.after.trim_start_matches([',', ' ']);
    let before_number = next.starts_with(|c: char| c.is_ascii_digit());
    let before_month = MONTHS
        .iter()
        .any(|month| next.get(..3).is_some_and(|start| month.starts_with(start)));
    match (found.name("dot"), before_number || before_month) {
        (_, true) => Some(day.to_owned()),
        (Some(_), false) if !matches!(day, "Saturday" | "Sunday") => {
            Some(format!("{day}{}", abbreviations::stop(place)))
        }
        _ => None,
    }
}

/// A time as written: its minutes and half of the day may be missing.
struct Written {
    hour: i8,
    minute: Option<i8>,
    /// "AM" or "PM".
    half: Option<&'static str>,
    of_24: bool,
}

impl Written {
    fn of(found: &Captures, hour: &str, minute: &str, half: &str) -> Option<Written> {
        let digits = found.name(hour)?.as_str();
        let hour: i8 = digits.parse().ok()?;
        let minute = match found.name(minute) {
            Some(minute) => Some(minute.as_str().parse().ok().filter(|m| *m < 60)?),
            None => None,
        };
        let half = found
            .name(half)
            .map(|half| match half.as_str().starts_with(['a', 'A']) {
                true => "AM",
                false => "PM",
            });
        let of_24 = half.is_none() && minute.is_some() && (digits.starts_with('0') || hour > 12);
        let fits = if half.is_some() {
            (1..=12).contains(&hour)
        } else {
            (0..=24).contains(&hour)
        };
        (fits && (hour < 24 || minute == Some(0))).then_some(Written {
            hour,
            minute,
            half,
            of_24,
        })
    }

    /// As a day of 24 hours has it, where that is known.
    fn time(&self) -> Option<Time> {
        let hour = match (self.half, self.hour) {
            (Some("AM"), 12) => 0,
            (Some("AM"), hour) | (Some(_), hour @ 12) => hour,
            (Some(_), hour) => hour + 12,
            (None, 24) => 0,
            (None, hour) => hour,
        };
        Time::new(hour, self.minute.unwrap_or(0), 0, 0).ok()
    }

    /// The half of the day is said as its writer put it, and not at all where it is open.
    fn say(&self, of_24: bool, language: &Language) -> Option<String> {
        let time = self.time()?;
        if of_24 || self.of_24 {
            return Some(Value::Time(time).say(*language));
        }
        let clock = english::clock(time, region(language));
        let named = matches!((time.hour(), time.minute()), (0 | 12, 0));
        Some(match self.half {
            Some(half) if !named => format!("{clock} {half}"),
            _ if named && self.half.is_none() && self.minute.is_none() => "twelve".to_owned(),
            _ => clock,
        })
    }
}

pub(super) fn hours(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let from = Written::of(found, "h", "m", "half")?;
    let to = Written::of(found, "h2", "m2", "half2")?;
    // "2.50 to 3.50" and "10-12" are numbers unless something says that they are times.
    let colon = [("h", "m"), ("h2", "m2")].iter().any(|(hour, minute)| {
        let (Some(hour), Some(minute)) = (found.name(hour), found.name(minute)) else {
            return false;
        };
        found.get(0).is_some_and(|all| {
            let between = hour.end() - all.start()..minute.start() - all.start();
            all.as_str().get(between) == Some(":")
        })
    });
    if !colon && from.half.is_none() && to.half.is_none() {
        return None;
    }
    let of_24 = (from.of_24 || to.of_24) && from.half.is_none() && to.half.is_none();
    let words = match (of_24, from.time(), to.time()) {
        (true, Some(from), Some(to)) => Value::Hours(from, to).say(*language),
        _ => format!(
            "{} to {}",
            from.say(false, language)?,
            to.say(false, language)?
        ),
    };
    Some(words + stop_after(found, "half2", place))
}

pub(super) fn time(found: &Captures, place: &Place, language: &Language) -> Option<String> {
    let words = Written::of(found, "h", "m", "half")?.say(false, language)?;
    Some(words + stop_after(found, "half", place))
}

/// The full stop that "p.m." may have taken from its sentence.
fn stop_after(found: &Captures, half: &str, place: &Place) -> &'static str {
    match found
        .name(half)
        .is_some_and(|half| half.as_str().ends_with('.'))
    {
        true => abbreviations::stop(place),
        false => "",
    }
}
