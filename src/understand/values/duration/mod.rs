//! How long something takes: "an hour and a half", "ninety minutes", 半小时.

mod english;
mod mandarin;

pub(super) use english::at as english;
pub(super) use mandarin::at as mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, Value, scan};
use std::time::Duration;

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;
pub(super) const WEEK: u64 = 7 * DAY;

pub(super) fn find(said: &Said, asked: &Asked) -> Vec<Hit> {
    scan(said, |at| {
        let (seconds, end) = match asked.language {
            Language::EnglishUs | Language::EnglishGb => english(said, at),
            Language::Mandarin => mandarin(said, at),
        }?;
        Some((Value::Duration(Duration::from_secs(seconds)), end))
    })
}

/// Seconds of a number with decimals, such as 1.5 hours.
fn decimal(written: &str, unit: u64) -> Option<u64> {
    let number: f64 = written.parse().ok()?;
    let seconds = number * unit as f64;
    (seconds < 1e9).then_some(seconds.round() as u64)
}
