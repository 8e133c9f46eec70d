//! Codes of letters and digits: "B as in bravo, four seven" is B47.
//!
//! Letters come as recognisers write them ("bee", "see", "double u"), with words of any spelling
//! alphabet, or written together with digits. Whether "oh" is the letter or zero is left to the
//! [`Pattern`], as is where a code begins in a longer row.

mod letters;
mod pattern;

pub use pattern::{BadPattern, Pattern};

use super::correction::takes_back;
use super::said::Said;
use super::{Asked, Hit, Language, Value, row};
use pattern::Fit;
use std::ops::Range;

/// What one place of a code was heard as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Letter(char),
    Digit(char),
    /// "Oh".
    Oh,
}

/// One token or several that say one or more places.
#[derive(Clone)]
struct Spoken {
    heard: Vec<Heard>,
    tokens: Range<usize>,
    /// Certainly spelled: a digit, a word of a spelling alphabet, a letter that is no word.
    certain: bool,
}

pub(super) fn find(said: &Said, asked: &Asked, pattern: &Pattern) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut before: Vec<Spoken> = Vec::new();
    for row in rows(said, asked.language) {
        let whole = in_row(&row, pattern).filter(|hit| !hit.unfinished);
        let back = match (before.last(), row.first()) {
            (Some(end), Some(start)) => {
                takes_back(said, asked.language, end.tokens.end..start.tokens.start)
            }
            _ => false,
        };
        // "B 4 6, no, 4 7" repairs the end of a code, "no, B 4 7" says it anew.
        let row = if back && whole.is_none() {
            repaired(&before, row)
        } else {
            row
        };
        if let Some(hit) = in_row(&row, pattern) {
            if hits
                .last()
                .is_some_and(|last| last.tokens.end > hit.tokens.start)
            {
                hits.pop();
            }
            hits.push(hit);
        }
        before = row;
    }
    let named = |at: usize| said.is(at.wrapping_sub(1), NAMED);
    // What is unfinished counts only where it is all that was said, and so does what may be no code:
    // "a 10 pound turkey", "on November 11", "STUCK IN THE ATM".
    hits.retain(|hit| {
        let (start, end) = (hit.tokens.start, hit.tokens.end);
        let ends = said.skip(end, AFTER) == said.len();
        let leads = said.skip(0, LEADS) >= start || named(start);
        let word = said.0.get(start).is_some_and(letters::is_a_word);
        let digits =
            matches!(&hit.value, Value::Code(code) if code.contains(|c: char| c.is_ascii_digit()));
        let certain = digits && (!word || named(start));
        ends && leads || !hit.unfinished && certain
    });
    hits
}

/// What may end a breath in the middle of a code.
const AFTER: &str = "um|uh|and|then|and then|dash|hyphen|please|然后|杠";
/// What people say before a code, and which thing has one.
const LEADS: &str = "
    it's|it is|is|that's|that is|the|my|a|your|code|number|order|reference|booking|parcel|customer|
    account|case|id|pin|ticket|so|yes|yeah|ok|okay|well|sorry|no|i think|i said|i mean|wrong|um|oh|
    please|sure|and|then|hello|我的|是|单号|号码|号|码|编号|订单|客户|包裹|好|嗯|不对|的|你好|那|它|字母";
const NAMED: &str =
    "code number order reference booking parcel is it's account case ticket 号 码 是";

/// "B 4 6" and "no, 4 7": B47.
fn repaired(before: &[Spoken], row: Vec<Spoken>) -> Vec<Spoken> {
    let first = row.first().map(|spoken| &spoken.heard);
    let again = before
        .iter()
        .rposition(|spoken| Some(&spoken.heard) == first);
    let kept = again.unwrap_or(before.len().saturating_sub(row.len()));
    before.iter().take(kept).cloned().chain(row).collect()
}

/// The code in a row, wherever it begins.
fn in_row(row: &[Spoken], pattern: &Pattern) -> Option<Hit> {
    let mut best: Option<(Fit, Hit)> = None;
    for start in 0..row.len() {
        let Some(pieces) = row.get(start..) else {
            break;
        };
        if !pieces.iter().any(|piece| piece.certain) {
            break;
        }
        for end in (1..=pieces.len().min(pattern.most())).rev() {
            let Some(part) = pieces.get(..end) else { break };
            let heard: Vec<Heard> = part.iter().flat_map(|piece| piece.heard.clone()).collect();
            let Some((fit, code)) = pattern.fit(&heard) else {
                continue;
            };
            let whole = end == pieces.len();
            // The beginning of a code only counts where the row ends.
            if fit == Fit::Beginning && !whole || !part.iter().any(|piece| piece.certain) {
                continue;
            }
            let better = best.as_ref().is_none_or(|(known, _)| fit > *known);
            let tokens = part.first()?.tokens.start..part.last()?.tokens.end;
            if better {
                let unfinished = fit == Fit::Beginning;
                best = Some((
                    fit,
                    Hit {
                        value: Value::Code(code),
                        tokens,
                        unfinished,
                    },
                ));
            }
            break;
        }
        if matches!(best, Some((Fit::Whole, _))) {
            break;
        }
    }
    best.map(|(_, hit)| hit)
}

/// Rows of places that nothing but what people say between them parts.
fn rows(said: &Said, language: Language) -> Vec<Vec<Spoken>> {
    let mut rows: Vec<Vec<Spoken>> = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let mut row: Vec<Spoken> = Vec::new();
        let mut next = at;
        while let Some(spoken) = one(said, language, next, !row.is_empty()) {
            next = row::between(language, said, spoken.tokens.end);
            // "Capital B".
            next = said.skip(next, "capital|letter|number|upper case|uppercase|字母|大写");
            row.push(spoken);
        }
        match row.last() {
            Some(last) => {
                at = last.tokens.end;
                rows.push(row);
            }
            None => at += 1,
        }
    }
    rows
}

fn one(said: &Said, language: Language, at: usize, among: bool) -> Option<Spoken> {
    // A spelled letter comes first: "for" is no digit in "m for mother".
    if let Some(spoken) = letters::at(said, language, at, among) {
        return Some(spoken);
    }
    if let Some((digits, end)) = row::of_a_row(language, said, at, among) {
        return Some(Spoken {
            heard: digits.chars().map(Heard::Digit).collect(),
            tokens: at..end,
            certain: true,
        });
    }
    None
}
