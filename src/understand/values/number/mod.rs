//! Whole numbers: "twenty three", "a couple", 两百.

pub(super) mod english;
pub(super) mod mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, Value, scan};
use std::ops::RangeInclusive;

pub(super) fn find(said: &Said, asked: &Asked, range: RangeInclusive<i64>) -> Vec<Hit> {
    let english = asked.language != Language::Mandarin;
    scan(said, |at| {
        if english && english::is_of_something_else(said, at) {
            return None;
        }
        let fits = |(number, end): &(i64, usize)| {
            range.contains(number) && is_whole(asked.language, said, *end)
        };
        let short = match asked.language {
            Language::EnglishUs | Language::EnglishGb => english::count(said, at),
            Language::Mandarin => mandarin::count(said, at),
        };
        let number = short
            .filter(fits)
            .or_else(|| cardinal(asked.language, said, at).filter(fits));
        let (number, end) = number?;
        let clock = english && said.is(end, "am pm o'clock oclock st nd rd th past");
        // "My 401k".
        let joined = english && said.glued(end) && said.word(end).starts_with(char::is_alphabetic);
        let tied = joined && !said.is(end, "percent");
        (!clock && !tied).then_some((Value::Number(number), end))
    })
}

/// A number on its own, without what people say short.
fn cardinal(language: Language, said: &Said, at: usize) -> Option<(i64, usize)> {
    let (number, end) = match language {
        Language::EnglishUs | Language::EnglishGb => {
            english::is_a_number(said, at).then_some(())?;
            english::cardinal(said, at)?
        }
        Language::Mandarin => {
            mandarin::is_a_number(said, at).then_some(())?;
            mandarin::cardinal(said, at)?
        }
    };
    Some((number.try_into().ok()?, end))
}

/// "Two point five" is no whole number.
fn is_whole(language: Language, said: &Said, end: usize) -> bool {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            said.word(end) != "point" || english::below_100(said, end + 1).is_none()
        }
        Language::Mandarin => said.word(end) != "点" || mandarin::digit(said, end + 1).is_none(),
    }
}
