//! Times of the day: "half past two", "2:30 p.m.", "at five", 下午三点半.

mod english;
mod mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, Value, scan};
use jiff::civil::{Time, TimeRound};
use jiff::{RoundMode, Unit};

pub(super) fn find(said: &Said, asked: &Asked) -> Vec<Hit> {
    scan(said, |at| {
        let (time, end) = match asked.language {
            Language::EnglishUs | Language::EnglishGb => english::at(said, at, asked.now.time()),
            Language::Mandarin => mandarin::at(said, at, asked.now.time()),
        }?;
        Some((Value::Time(time), end))
    })
}

/// The part of the day that was said with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// What a clock shows, to a time of the day; by office hours where nobody said which half of it.
fn on_clock(hour: u64, minute: u64, part: Option<Part>) -> Option<Time> {
    let hour = match (part, hour) {
        (_, 13..) | (None, 0 | 7..=12) => hour,
        (None, 1..=6) => hour + 12,
        (Some(Part::Morning), 12) => 0,
        (Some(Part::Morning), _) => hour,
        (Some(Part::Noon), 1..=3) => hour + 12,
        (Some(Part::Noon), _) => hour,
        (Some(Part::Afternoon), 1..=11) => hour + 12,
        (Some(Part::Evening), 4..=11) => hour + 12,
        (Some(Part::Evening | Part::Night), 12) => 0,
        (Some(Part::Night), 6..=11) => hour + 12,
        (Some(_), _) => hour,
    };
    let hour = if (hour, minute) == (24, 0) { 0 } else { hour };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

/// So many minutes before the hour.
fn before(hour: u64, minutes: u64) -> Option<(u64, u64)> {
    let minute = 60_u64.checked_sub(minutes)?;
    let hour = match hour {
        0 => 23,
        1 => 12,
        hour => hour - 1,
    };
    Some((hour, minute))
}

/// To the minute.
fn later(now: Time, seconds: u64) -> Option<Time> {
    let duration = jiff::SignedDuration::from_secs(i64::try_from(seconds).ok()?);
    let round = TimeRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Trunc);
    now.wrapping_add(duration).round(round).ok()
}

/// Figures with a colon: hour, minute, the token after, and whether the day has 24 hours by them.
fn figures(said: &Said, at: usize) -> Option<(u64, u64, usize, bool)> {
    let colon = said.word(at + 1) == ":" && said.glued(at + 1) && said.glued(at + 2);
    let (hour, minute) = (said.written(at)?, said.written(at + 2)?);
    if !colon || minute.len() != 2 || hour.len() > 2 || said.before(at, 1) == ":" {
        return None;
    }
    let seconds = said.word(at + 3) == ":" && said.written(at + 4).is_some();
    let end = if seconds { at + 5 } else { at + 3 };
    let of_24 = hour.starts_with('0');
    Some((hour.parse().ok()?, minute.parse().ok()?, end, of_24))
}

/// Whether the tokens around a time tell the part of the day: up to four before it, up to three
/// after it.
fn around(at: usize, end: usize, part: impl Fn(usize) -> Option<Part>) -> Option<Part> {
    let after = (end..end + 3).find_map(&part);
    after.or_else(|| (at.saturating_sub(4)..at).rev().find_map(&part))
}
