//! English digits and the numbers they are said in.

use super::super::number::english::{AFTER_ONE, BEFORE_SOME_ONE, below_100};
use super::super::said::Said;

pub(super) const BETWEEN: &str =
    "and then|then|dash|hyphen|-|space|slash|dot|point|comma|area code";

pub(super) fn digits_at(said: &Said, at: usize, after_digits: bool) -> Option<(String, usize)> {
    if let Some(written) = said.written(at) {
        // "21st" is a day or a floor.
        let ordinal = said.is(at + 1, "st nd rd th") && said.glued(at + 1);
        let digits = written.chars().filter(char::is_ascii_digit).collect();
        return (!ordinal).then_some((digits, at + 1));
    }
    if let Some((_, times)) = TIMES.iter().find(|(name, _)| *name == said.word(at)) {
        let digit = single(said, at + 1)?;
        return Some((digit.repeat(*times), at + 2));
    }
    // "Oh I see", "four to five": digits only among digits.
    if said.is(at, OH) {
        // "Oh, 4 5 6" begins with a sigh; "oh four five six" with a zero.
        let sigh = at == 0 && said.starts(1);
        let mut next = at + 1;
        while said.is(next, OH) {
            next += 1;
        }
        let among = after_digits || is_digit(said, next) && !sigh;
        return among.then(|| ("0".to_owned(), at + 1));
    }
    if let Some((_, digit)) = SOUNDS_LIKE.iter().find(|(name, _)| *name == said.word(at)) {
        // "Between 12 to 1" is no row.
        let two = |at: usize| below_100(said, at).is_some_and(|(number, _)| number > 9);
        let within = after_digits && !two(at.wrapping_sub(1)) && single(said, at + 1).is_some();
        return within.then(|| ((*digit).to_owned(), at + 1));
    }
    if said.word(at) == "one" && !after_digits && !is_digit(said, at + 1) {
        let some = said.is(at.wrapping_sub(1), BEFORE_SOME_ONE) || said.is(at + 1, AFTER_ONE);
        if some {
            return None;
        }
    }
    number(said, at)
}

/// "Five", "twenty three", "nine hundred and five", "two thousand".
fn number(said: &Said, at: usize) -> Option<(String, usize)> {
    let some = said.word(at) == "a" && said.is(at + 1, "hundred thousand");
    let (mut value, mut end) = match some {
        true => (1, at + 1),
        false => below_100(said, at)?,
    };
    if value == 0 {
        return Some(("0".to_owned(), end));
    }
    if said.word(end) == "hundred" {
        value = value.checked_mul(100)?.checked_add(rest(said, &mut end))?;
    }
    if said.word(end) == "thousand" {
        value = value.checked_mul(1000)?;
        match below_100(said, end + 1) {
            Some((hundreds @ 0..10, after)) if said.word(after) == "hundred" => {
                end = after;
                value = value.checked_add(100 * hundreds)?;
            }
            _ => {}
        }
        value = value.checked_add(rest(said, &mut end))?;
    }
    Some((value.to_string(), end))
}

/// What is added to a hundred or thousand, whose word stands at `end`.
fn rest(said: &Said, end: &mut usize) -> u64 {
    *end += 1;
    let and = usize::from(said.word(*end) == "and");
    match below_100(said, *end + and) {
        // "Eight hundred five five five" has a digit after the number, not in it.
        Some((value @ 0..100, after))
            if and > 0 || value > 9 || value > 0 && !is_digit(said, after) =>
        {
            *end = after;
            value
        }
        _ => 0,
    }
}

/// Whether digits belong to a time, a date or an amount: "9:20", "4th 2019", "$1000".
pub(super) fn is_of_something_else(said: &Said, at: usize, end: usize) -> bool {
    let before = at.wrapping_sub(1);
    said.is(before, ": / $ £ € ¥")
        || said.is(before, "st nd rd th") && said.glued(before)
        || said.is(end, ": / am pm percent o'clock")
}

/// A single digit: what may be doubled.
fn single(said: &Said, at: usize) -> Option<String> {
    if let Some(digit) = said.written(at) {
        return (digit.len() == 1).then(|| digit.to_owned());
    }
    if said.is(at, OH) {
        return Some("0".to_owned());
    }
    let (digit, _) = below_100(said, at).filter(|(digit, _)| *digit < 10)?;
    Some(digit.to_string())
}

fn is_digit(said: &Said, at: usize) -> bool {
    match said.written(at) {
        Some(_) => !(said.is(at + 1, "st nd rd th") && said.glued(at + 1)),
        None => {
            below_100(said, at).is_some()
                || said.is(at, OH)
                || TIMES.iter().any(|(name, _)| *name == said.word(at))
        }
    }
}

const TIMES: [(&str, usize); 3] = [("double", 2), ("triple", 3), ("treble", 3)];
const OH: &str = "oh o";
/// How recognisers write digits that are words, too.
const SOUNDS_LIKE: [(&str, &str); 5] = [
    ("to", "2"),
    ("too", "2"),
    ("for", "4"),
    ("ate", "8"),
    ("won", "1"),
];
