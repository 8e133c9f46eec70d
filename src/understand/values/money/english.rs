//! English amounts.

use super::super::number::english::{below_100, cardinal, is_a_number, joined, two_digits};
use super::super::said::Said;
use super::super::{Language, stands_alone};
use super::{Amount, Currency, hundredths};

pub(super) fn at(said: &Said, at: usize, language: Language) -> Option<(Amount, usize)> {
    signed(said, at)
        .or_else(|| slang(said, at))
        .or_else(|| small(said, at, language))
        .or_else(|| with_unit(said, at))
        .or_else(|| bare(said, at))
}

/// "$12.50", "£3 million".
fn signed(said: &Said, at: usize) -> Option<(Amount, usize)> {
    let currency = match said.word(at) {
        "$" => Currency::Usd,
        "£" => Currency::Gbp,
        "€" => Currency::Eur,
        "¥" => Currency::Cny,
        _ => return None,
    };
    let (minor, end) = written(said, at + 1)?;
    let currency = Some(currency);
    Some((Amount { minor, currency }, end))
}

fn written(said: &Said, at: usize) -> Option<(u64, usize)> {
    let minor = hundredths(said.written(at)?)?;
    let scale = match said.word(at + 1) {
        "thousand" | "grand" => 1000,
        "k" if said.glued(at + 1) => 1000,
        "million" => 1_000_000,
        _ => return Some((minor, at + 1)),
    };
    Some((minor.checked_mul(scale)?, at + 2))
}

fn slang(said: &Said, at: usize) -> Option<(Amount, usize)> {
    let (pounds, end) = match (said.word(at), said.word(at + 1)) {
        ("a", "fiver") => (5, at + 2),
        ("a", "tenner") => (10, at + 2),
        _ => return None,
    };
    let currency = Some(Currency::Gbp);
    Some((
        Amount {
            minor: 100 * pounds,
            currency,
        },
        end,
    ))
}

/// "Fifty cents", "99p".
fn small(said: &Said, at: usize, language: Language) -> Option<(Amount, usize)> {
    if !is_a_number(said, at) && !said.glued(at + 1) {
        return None;
    }
    let (minor, end) = cardinal(said, at)?;
    let currency = match said.word(end) {
        "cent" | "cents" => match language {
            Language::EnglishGb => Currency::Eur,
            Language::EnglishUs | Language::Mandarin => Currency::Usd,
        },
        "penny" | "pence" => Currency::Gbp,
        "p" if language == Language::EnglishGb => Currency::Gbp,
        _ => return None,
    };
    let currency = Some(currency);
    Some((Amount { minor, currency }, end + 1))
}

/// "Twelve dollars fifty", "twelve fifty dollars", "two and a half thousand pounds".
fn with_unit(said: &Said, at: usize) -> Option<(Amount, usize)> {
    let one = said.word(at) == "a" && said.is(at + 1, "dollar buck pound euro");
    let (minor, end) = if one {
        (100, at + 1)
    } else {
        number(said, at)?
    };
    let currency = unit(said.word(end))?;
    let (more, end) = hundredths_after(said, end + 1);
    let currency = Some(currency);
    Some((
        Amount {
            minor: minor.checked_add(more)?,
            currency,
        },
        end,
    ))
}

/// "And five cents", "fifty"; none where something else follows.
fn hundredths_after(said: &Said, at: usize) -> (u64, usize) {
    let and = at + usize::from(said.word(at) == "and");
    match below_100(said, and).filter(|(cents, _)| *cents < 100) {
        Some((cents, end)) if said.is(end, "cent cents p pence penny") => (cents, end + 1),
        Some((cents @ 10.., end)) if and == at && !said.starts(at) && stands_alone(said, end) => {
            (cents, end)
        }
        _ => match said.phrase(at, "and a half") {
            Some(end) => (50, end),
            None => (0, at),
        },
    }
}

/// "Twelve fifty", "12.50"; a whole number where it is all that was said or follows on "paid" and
/// the like.
fn bare(said: &Said, at: usize) -> Option<(Amount, usize)> {
    let (minor, end) = number(said, at)?;
    let before = at.wrapping_sub(1);
    let other = said.is(before, "at past") || said.is(before, super::super::MONTHS);
    let alone =
        stands_alone(said, end) && !said.is(end, "am pm st nd rd th past to o'clock") && !other;
    let tied = said.glued(end) && !said.starts(end);
    let only = said.skip(0, AROUND) >= at && said.skip(end, AROUND) == said.len();
    let told =
        minor % 100 != 0 || only || said.is(before, BEFORE_A_SUM) || said.starts(at) && at > 0;
    let currency = None;
    (alone && !tied && told).then_some((Amount { minor, currency }, end))
}

const BEFORE_A_SUM: &str = "
    paid pay paying amount cost costs charged charge owe owed send sent transfer withdraw withdrew
    spend spent was than exactly said mean no not it's";
const AROUND: &str = "
    it's|it is|it was|that's|about|around|roughly|maybe|exactly|please|um|well|so|yes|no|sorry|i think|
    i paid|i said|i mean|the amount is|the amount was|total|in total|in all|altogether|thanks|thank you|
    make it|say|let's say|it cost|ok|okay|just|only|a|or so|i guess|was|is|oh|not|actually|would be";

/// Hundredths.
fn number(said: &Said, at: usize) -> Option<(u64, usize)> {
    if !is_a_number(said, at) {
        return None;
    }
    if said
        .written(at)
        .is_some_and(|written| written.contains('.'))
    {
        return written(said, at);
    }
    if let Some((number, end)) = joined(said, at) {
        return Some((number, end));
    }
    let (number, end) = cardinal(said, at)?;
    let whole = number.checked_mul(100)?;
    if let Some(end) = said.phrase(end, "and a half") {
        let half = whole.checked_add(50)?;
        return Some(match said.word(end) {
            "thousand" | "grand" => (half.checked_mul(1000)?, end + 1),
            "million" => (half.checked_mul(1_000_000)?, end + 1),
            _ => (half, end),
        });
    }
    // "A hundred twelve fifty", "four hundred and three point five".
    let joined = said
        .written(at)
        .is_none()
        .then(|| two_digits(said, end))
        .flatten();
    if let Some((cents, after)) = joined.filter(|_| number > 100) {
        return Some((whole.checked_add(cents)?, after));
    }
    if said.word(end) == "point" {
        let digit = |at| below_100(said, at).filter(|(digit, _)| *digit < 100);
        let (first, after) = digit(end + 1)?;
        if first >= 10 {
            return Some((whole.checked_add(first)?, after));
        }
        return Some(match digit(after).filter(|(second, _)| *second < 10) {
            Some((second, after)) => (whole.checked_add(10 * first + second)?, after),
            None => (whole.checked_add(10 * first)?, after),
        });
    }
    Some((whole, end))
}

fn unit(word: &str) -> Option<Currency> {
    Some(match word {
        "dollar" | "dollars" | "buck" | "bucks" | "usd" => Currency::Usd,
        "pound" | "pounds" | "quid" | "sterling" | "gbp" => Currency::Gbp,
        "euro" | "euros" | "eur" => Currency::Eur,
        "yuan" | "rmb" | "cny" | "renminbi" => Currency::Cny,
        _ => return None,
    })
}
