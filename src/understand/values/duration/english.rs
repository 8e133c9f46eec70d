//! English durations.

use super::super::number::english::cardinal;
use super::super::said::Said;
use super::{DAY, HOUR, MINUTE, WEEK, decimal};

/// Parts from the largest to the smallest, such as "two hours and fifteen minutes".
pub(in super::super) fn at(said: &Said, at: usize) -> Option<(u64, usize)> {
    let (mut seconds, mut unit, mut end) = part(said, at, true)?;
    loop {
        let next = end + usize::from(said.word(end) == "and");
        if let Some(after) = said.phrase(next, "a half").filter(|_| next > end) {
            return Some((seconds.checked_add(unit / 2)?, after));
        }
        match part(said, next, false) {
            Some((more, smaller, after)) if smaller < unit => {
                seconds = seconds.checked_add(more)?;
                (unit, end) = (smaller, after);
            }
            _ => break,
        }
    }
    // "Two hours fifteen".
    if unit == HOUR
        && let Some((minutes @ 1..60, after)) = cardinal(said, end)
        && !said.starts(end)
        && said.starts(after)
    {
        return Some((seconds.checked_add(minutes * MINUTE)?, after));
    }
    Some((seconds, end))
}

/// A number and its unit: seconds, seconds of the unit, and the token after it. The first part of
/// what is said may ask to wait: "one second".
fn part(said: &Said, at: usize, first: bool) -> Option<(u64, u64, usize)> {
    for (phrase, seconds, unit) in FRACTIONS {
        if let Some(end) = said.phrase(at, phrase) {
            return Some((seconds, unit, end));
        }
    }
    if let Some(end) = said.phrase(at, "a|an")
        && let Some((unit, many)) = unit(said, end)
    {
        let waits = first && asks_to_wait(said, at, end + 1, unit);
        return (!many && !waits).then_some((unit, unit, end + 1));
    }
    // The minutes of a time are none of how long something takes.
    if said.is(at.wrapping_sub(1), ": /") {
        return None;
    }
    if let Some(written) = said.written(at).filter(|written| written.contains('.')) {
        let (unit, _) = unit(said, at + 1)?;
        return Some((decimal(written, unit)?, unit, at + 2));
    }
    let (number, end) = cardinal(said, at)?;
    if let Some(after) = said.phrase(end, "and a half") {
        let (unit, _) = unit(said, after)?;
        return Some((
            number.checked_mul(unit)?.checked_add(unit / 2)?,
            unit,
            after + 1,
        ));
    }
    // "Twenty second" is a place in a row, "one second" asks to wait.
    let (unit, many) = unit(said, end)?;
    let waits = first && asks_to_wait(said, at, end + 1, unit);
    let fits = many || number == 1 && !waits || said.is(end, "h min hr sec");
    fits.then_some((number.checked_mul(unit)?, unit, end + 1))
}

/// "One second", "just a minute".
fn asks_to_wait(said: &Said, at: usize, end: usize, unit: u64) -> bool {
    let waits = said.is(at.wrapping_sub(1), "just wait on me only hold hang")
        || said.is(end, "please while");
    unit < MINUTE || unit == MINUTE && waits
}

/// Seconds, and whether the word speaks of many.
fn unit(said: &Said, at: usize) -> Option<(u64, bool)> {
    Some(match said.word(at) {
        "second" | "sec" => (1, false),
        "seconds" | "secs" => (1, true),
        "minute" | "min" => (MINUTE, false),
        "minutes" | "mins" => (MINUTE, true),
        "hour" | "hr" | "h" => (HOUR, false),
        "hours" | "hrs" => (HOUR, true),
        "day" => (DAY, false),
        "days" => (DAY, true),
        "week" => (WEEK, false),
        "weeks" => (WEEK, true),
        "fortnight" => (2 * WEEK, false),
        _ => return None,
    })
}

const FRACTIONS: [(&str, u64, u64); 5] = [
    (
        "half an hour|a half hour|half hour|a half an hour",
        HOUR / 2,
        MINUTE,
    ),
    (
        "a quarter of an hour|quarter of an hour|a quarter hour",
        HOUR / 4,
        MINUTE,
    ),
    ("three quarters of an hour", 3 * HOUR / 4, MINUTE),
    ("half a minute", MINUTE / 2, 1),
    ("half a day", 12 * HOUR, HOUR),
];
