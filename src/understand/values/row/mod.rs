//! Digits in a row, one by one or as numbers: "oh four five", "double six", "twenty three", 幺三八.

mod english;
mod mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, MONTHS, Value, correction};
use std::ops::{Range, RangeInclusive};

/// The digits that begin at a token, and the token after them. What is a digit only among others
/// ("oh", "for", 一) depends on whether it comes after one.
pub(in super::super) fn digits_at(
    language: Language,
    said: &Said,
    at: usize,
    after_digits: bool,
) -> Option<(String, usize)> {
    match language {
        Language::EnglishUs | Language::EnglishGb => english::digits_at(said, at, after_digits),
        Language::Mandarin => mandarin::digits_at(said, at, after_digits),
    }
}

/// Past what people say between two digits.
pub(super) fn between(language: Language, said: &Said, at: usize) -> usize {
    match language {
        Language::EnglishUs | Language::EnglishGb => said.skip(at, english::BETWEEN),
        Language::Mandarin => said.skip(at, mandarin::BETWEEN),
    }
}

/// Rows of so many digits. A shorter one counts where nothing else was said.
pub(super) fn find(
    said: &Said,
    text: &str,
    asked: &Asked,
    range: RangeInclusive<usize>,
) -> Vec<Hit> {
    let only = super::super::digits(asked.language, text).is_some_and(|found| found.only);
    let rows = repaired(
        said,
        asked.language,
        rows(said, asked.language),
        *range.start(),
    );
    let hits = rows.into_iter().filter_map(|(digits, tokens)| {
        let short = digits.len() < *range.start();
        (digits.len() <= *range.end() && (only || !short)).then_some(Hit {
            value: Value::Digits(digits),
            tokens,
            unfinished: short,
        })
    });
    hits.collect()
}

/// Every row, as long as nothing but what people say between digits parts it.
pub(super) fn rows(said: &Said, language: Language) -> Vec<(String, Range<usize>)> {
    let mut rows = Vec::new();
    let mut at = 0;
    while at < said.len() {
        // "March 15-20".
        let dated = language != Language::Mandarin && said.is(at.wrapping_sub(1), MONTHS);
        let first = of_a_row(language, said, at, false).filter(|_| !dated);
        let Some((mut digits, mut end)) = first else {
            at += 1;
            continue;
        };
        while let Some((more, after)) = of_a_row(language, said, between(language, said, end), true)
        {
            digits += &more;
            end = after;
        }
        rows.push((digits, at..end));
        at = end;
    }
    rows
}

/// As [`digits_at`], without those of times, dates and amounts.
pub(super) fn of_a_row(
    language: Language,
    said: &Said,
    at: usize,
    after_digits: bool,
) -> Option<(String, usize)> {
    let (digits, end) = digits_at(language, said, at, after_digits)?;
    let other = match language {
        Language::EnglishUs | Language::EnglishGb => english::is_of_something_else(said, at, end),
        Language::Mandarin => mandarin::is_of_something_else(said, at, end),
    };
    (!other).then_some((digits, end))
}

/// "One two three four, no, three five" is 1235 where four digits are wanted: who repairs a row
/// begins again at a digit that was right, or says the last ones.
pub(super) fn repaired(
    said: &Said,
    language: Language,
    rows: Vec<(String, Range<usize>)>,
    least: usize,
) -> Vec<(String, Range<usize>)> {
    let mut settled: Vec<(String, Range<usize>)> = Vec::new();
    for (digits, tokens) in rows {
        let before = settled.last().filter(|(earlier, before)| {
            digits.len() < least
                && earlier.len() >= digits.len()
                && correction::takes_back(said, language, before.end..tokens.start)
        });
        let Some((earlier, before)) = before else {
            settled.push((digits, tokens));
            continue;
        };
        let again = digits.chars().next().and_then(|first| earlier.rfind(first));
        let kept = again.unwrap_or(earlier.len() - digits.len());
        let whole = earlier.get(..kept).unwrap_or_default().to_owned() + &digits;
        let tokens = before.start..tokens.end;
        settled.pop();
        settled.push((whole, tokens));
    }
    settled
}
