//! English numbers in words and figures. Each function gives the token after the last one it read.

use super::super::super::normalise::{ONES, TENS};
use super::super::said::Said;

/// A number as it is counted with: "minus five", "a couple", "two fifty".
pub(super) fn count(said: &Said, at: usize) -> Option<(i64, usize)> {
    if said.is(at, "minus negative -") && !(said.word(at) == "-" && said.glued(at)) {
        let (number, end) = cardinal(said, at + 1)?;
        return Some((i64::try_from(number).ok()?.checked_neg()?, end));
    }
    if !is_a_number(said, at) {
        return None;
    }
    let (number, end) = joined(said, at).or_else(|| cardinal(said, at))?;
    Some((number.try_into().ok()?, end))
}

/// Whether a number may begin here that counts something: not in "that one", nor inside of a time,
/// a date, a day of the month or a code.
pub(in super::super) fn is_a_number(said: &Said, at: usize) -> bool {
    let one = said.word(at) == "one"
        && (said.is(at.wrapping_sub(1), BEFORE_SOME_ONE) && !said.starts(at)
            || said.is(at + 1, AFTER_ONE));
    let inside = said.glued(at) && !said.is(at.wrapping_sub(1), "- + $ £ € ¥");
    let tied = said.is(at.wrapping_sub(1), ": /")
        || said.written(at).is_some() && said.is(at + 1, ": /")
        || said.before(at, 1) == "-" && said.glued(at.wrapping_sub(1));
    let ordinal = said.written(at).is_some()
        && said.glued(at + 1)
        && said.is(at + 1, "st nd rd th am pm a p");
    // "Point five".
    let part = said.before(at, 1) == "point" && cardinal(said, at.wrapping_sub(2)).is_some();
    !(one || inside || tied || ordinal || part)
}

/// Whether what is said here belongs to a date, a time or an amount: "April 15", "at seven", "$20",
/// "twenty fifth".
pub(super) fn is_of_something_else(said: &Said, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    said.is(before, "$ £ € ¥ at past")
        || said.is(before, super::super::MONTHS)
        || said.is(before, "st nd rd th") && said.glued(before)
        || ordinal(said, at).is_some()
}

/// "Two fifty", "one oh five", "nineteen eighty four": two numbers that are written as one.
pub(in super::super) fn joined(said: &Said, at: usize) -> Option<(u64, usize)> {
    if said.written(at).is_some() {
        return None;
    }
    let (high, middle) = below_100(said, at).filter(|(high, _)| (1..100).contains(high))?;
    let (low, end) = two_digits(said, middle)?;
    let more = said.is(end, "hundred thousand million") || said.starts(middle);
    (!more).then_some((high * 100 + low, end))
}

/// Two digits of a number whose others were said before: "fifty", "oh five".
pub(in super::super) fn two_digits(said: &Said, at: usize) -> Option<(u64, usize)> {
    if said.starts(at) {
        return None;
    }
    if said.is(at, "oh o zero") {
        return below_100(said, at + 1)
            .filter(|(low, _)| (1..10).contains(low) && said.written(at + 1).is_none());
    }
    below_100(said, at).filter(|(low, _)| (10..100).contains(low))
}

/// "Five", "twenty three", "nine hundred and five", "two million", "a dozen", "25", "5 thousand".
pub(in super::super) fn cardinal(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(end) = said.phrase(at, "half a dozen") {
        return Some((6, end));
    }
    if let Some(end) = said.phrase(at, "a couple of|a couple|couple of|couple") {
        return Some((2, end));
    }
    let (mut value, mut end) = match said.word(at) {
        "a" if said.is(at + 1, "hundred thousand million dozen grand") => (1, at + 1),
        _ => below_1000(said, at)?,
    };
    if said.word(end) == "dozen" {
        return Some((value.checked_mul(12)?, end + 1));
    }
    if said.word(end) == "hundred" {
        (value, end) = hundreds(said, value, end)?;
    }
    let mut limit = u64::MAX;
    let mut total: u64 = 0;
    while let Some(scale) = scale(said.word(end)).filter(|scale| *scale < limit) {
        total = total.checked_add(value.checked_mul(scale)?)?;
        (limit, value) = (scale, 0);
        end += 1;
        let and = usize::from(said.word(end) == "and");
        match below_1000(said, end + and) {
            // "Two thousand and three thousand" are two numbers.
            Some((_, after)) if and > 0 && self::scale(said.word(after)).is_some() => break,
            Some((rest, after)) if !said.starts(end) && said.written(end + and).is_none() => {
                (value, end) = (rest, after);
            }
            _ => break,
        }
    }
    Some((total.checked_add(value)?, end))
}

fn scale(word: &str) -> Option<u64> {
    match word {
        "thousand" | "grand" => Some(1000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    }
}

fn below_1000(said: &Said, at: usize) -> Option<(u64, usize)> {
    let (value, end) = match said.word(at) {
        "a" if said.word(at + 1) == "hundred" => (1, at + 1),
        _ => below_100(said, at)?,
    };
    match said.word(end) {
        "hundred" => hundreds(said, value, end),
        _ => Some((value, end)),
    }
}

/// What follows so many hundreds, whose word stands at a place.
fn hundreds(said: &Said, value: u64, at: usize) -> Option<(u64, usize)> {
    let value = value.checked_mul(100)?;
    let and = usize::from(said.word(at + 1) == "and");
    let rest = below_100(said, at + 1 + and).filter(|(rest, end)| {
        let own = said.starts(at + 1) || said.written(at + 1 + and).is_some();
        (1..100).contains(rest) && !own && !(and > 0 && said.word(*end) == "hundred")
    });
    Some(rest.map_or((value, at + 1), |(rest, end)| (value + rest, end)))
}

/// A number below a hundred in words, or any in figures.
pub(in super::super) fn below_100(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(written) = said.written(at) {
        return Some((written.parse().ok()?, at + 1));
    }
    let one = |at: usize| ONES.iter().position(|one| *one == said.word(at));
    let ten = TENS.iter().position(|ten| *ten == said.word(at));
    if let Some(tens) = ten.filter(|tens| *tens > 0) {
        return Some(match one(at + 1) {
            Some(ones @ 1..10) if !said.starts(at + 1) => ((10 * tens + ones) as u64, at + 2),
            _ => (10 * tens as u64, at + 1),
        });
    }
    let zero = said.is(at, "nought naught").then_some(0);
    Some((one(at).or(zero)? as u64, at + 1))
}

/// "Third", "twenty first", "30th".
pub(in super::super) fn ordinal(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(written) = said.written(at) {
        let ending = said.is(at + 1, "st nd rd th") && said.glued(at + 1);
        return Some((written.parse().ok().filter(|_| ending)?, at + 2));
    }
    let ones = |at: usize| {
        let word = said.word(at);
        let is = |one: &&str| super::super::super::normalise::ordinal_of(one) == word;
        ONES.iter().position(is).filter(|one| *one > 0)
    };
    if let Some(one) = ones(at) {
        return Some((one as u64, at + 1));
    }
    let tens = |word: &str, plain: bool| {
        TENS.iter().skip(2).position(|ten| match plain {
            true => *ten == word,
            false => super::super::super::normalise::ordinal_of(ten) == word,
        })
    };
    if let Some(ten) = tens(said.word(at), false) {
        return Some((10 * (ten as u64 + 2), at + 1));
    }
    let ten = tens(said.word(at), true)? as u64 + 2;
    let one = ones(at + 1).filter(|one| *one < 10)?;
    Some((10 * ten + one as u64, at + 2))
}

pub(in super::super) const BEFORE_SOME_ONE: &str = "
    that this which the another no any every each only other new last next right wrong first some";
pub(in super::super) const AFTER_ONE: &str =
    "of moment second sec minute more thing time day who that";
