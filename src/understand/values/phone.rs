//! Phone numbers: "plus forty nine, double oh seven...", 幺三八零零幺三八零零零.

use super::said::Said;
use super::{Asked, Hit, Language, Value, row};
use std::ops::Range;

/// More digits are no phone number (ITU-T E.164, section 6).
const MOST: usize = 15;
/// Fewer may be anything.
const FEWEST: usize = 3;

pub(super) fn find(said: &Said, text: &str, asked: &Asked) -> Vec<Hit> {
    let only = super::super::digits(asked.language, text).is_some_and(|found| found.only);
    let rows = row::rows(said, asked.language);
    let rows = rows
        .into_iter()
        .map(|(digits, tokens)| with_plus(said, digits, tokens));
    let rows = row::repaired(said, asked.language, rows.collect(), 7);
    let hits = rows.into_iter().filter_map(|(number, tokens)| {
        let digits = number.trim_start_matches('+').len();
        let short = digits < enough(&number, asked.language);
        let plausible = (FEWEST..=MOST).contains(&digits) && (!short || only || digits >= 7);
        plausible.then_some(Hit {
            value: Value::Phone(number),
            tokens,
            unfinished: short,
        })
    });
    hits.collect()
}

fn with_plus(said: &Said, digits: String, tokens: Range<usize>) -> (String, Range<usize>) {
    match tokens.start.checked_sub(1) {
        Some(plus) if said.is(plus, "plus + 加") => (format!("+{digits}"), plus..tokens.end),
        _ => (digits, tokens),
    }
}

/// How many digits a number has at least, by how it begins.
fn enough(number: &str, language: Language) -> usize {
    match language {
        _ if number.starts_with('+') => 8,
        Language::EnglishUs if number.starts_with('1') => 11,
        // Seven digits are a whole number of the neighbourhood.
        Language::EnglishUs => match number.len() {
            0..=7 => 7,
            _ => 10,
        },
        Language::EnglishGb if number.starts_with('0') => 10,
        Language::EnglishGb => 6,
        Language::Mandarin if number.starts_with('0') => 10,
        Language::Mandarin if number.starts_with('1') => 11,
        Language::Mandarin => 7,
    }
}
