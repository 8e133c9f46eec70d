//! A caller's words as they may stand in a dialplan: without what belongs to this caller alone.
//!
//! Four and more digits in a row, and what fills a slot for a name, a phone number, a row of digits or
//! a code, become that slot where the intent asks for one; else the phrase is kept out. What is left is
//! written as it is spoken: lower case, numbers as words, no punctuation.

use crate::dialplan::{Dialplan, Intent, MOST_DIGITS, Slot};
use crate::understand::values::{self, Asked, Found, Kind};
use crate::understand::{self, Language};
use jiff::civil::DateTime;
use std::ops::Range;

/// So many digits in a row may be somebody's.
const PERSONAL_DIGITS: usize = 4;

/// Why a phrase is kept out of a dialplan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// It holds a number that no slot of the intent stands for.
    Number,
    Name,
    /// Nothing but such values, or no words.
    Empty,
}

impl Withheld {
    pub fn why(self) -> &'static str {
        match self {
            Withheld::Number => "it holds a caller's number",
            Withheld::Name => "it holds a caller's name",
            Withheld::Empty => "no words are left of it",
        }
    }
}

/// `text` as an example of `intent`, or of what has no slots; `given` are the values of its call.
pub fn writable(
    dialplan: &Dialplan,
    intent: Option<&Intent>,
    text: &str,
    given: &[(String, String)],
) -> Result<String, Withheld> {
    let slots = intent.map_or(&[][..], |intent| &intent.slots);
    let asked = Asked {
        language: dialplan.language,
        // No kind that is looked for depends on it.
        now: DateTime::constant(2026, 1, 1, 9, 0, 0, 0),
    };
    // A brace would be a slot.
    let mut rest: String = text.replace(['{', '}'], " ");
    let mut places: Vec<(Range<usize>, &str)> = Vec::new();
    let mut cut = |rest: &mut String, at: Range<usize>, slot| {
        rest.replace_range(at.clone(), &" ".repeat(at.len()));
        places.push((at, slot));
    };
    for slot in slots.iter().filter(|slot| is_personal(&slot.kind)) {
        for found in values::find(&slot.kind, &rest, &asked) {
            let certain = slot.kind != Kind::Name || is_introduced(&rest, &found);
            if !found.unfinished && certain {
                cut(&mut rest, found.at, &slot.name);
            }
        }
    }
    for row in rows(&rest, &asked) {
        let slot = number_slot(slots).ok_or(Withheld::Number)?;
        cut(&mut rest, row, &slot.name);
    }
    let introduced = values::find(&Kind::Name, &rest, &asked);
    if introduced.iter().any(|found| is_introduced(&rest, found)) {
        return Err(Withheld::Name);
    }
    // A name that was given elsewhere in the call.
    for at in mentioned(dialplan, &rest, given) {
        let slot = slots.iter().find(|slot| slot.kind == Kind::Name);
        cut(&mut rest, at, &slot.ok_or(Withheld::Name)?.name);
    }
    places.sort_by_key(|(at, _)| at.start);
    joined(dialplan.language, text, &places)
}

fn is_personal(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Name | Kind::Phone | Kind::Code(_) | Kind::Digits { .. }
    )
}

fn number_slot(slots: &[Slot]) -> Option<&Slot> {
    slots
        .iter()
        .find(|slot| is_personal(&slot.kind) && slot.kind != Kind::Name)
}

/// Whether words around it say that it is a name; by itself anything may be one.
fn is_introduced(text: &str, found: &Found) -> bool {
    let is_rest = |rest: Option<&str>| rest.is_some_and(|rest| !rest.trim().is_empty());
    is_rest(text.get(..found.at.start)) || is_rest(text.get(found.at.end..))
}

/// Rows of digits, said or written, that are too long to be anybody's.
fn rows(text: &str, asked: &Asked) -> Vec<Range<usize>> {
    let kind = Kind::Digits {
        least: PERSONAL_DIGITS,
        most: MOST_DIGITS,
    };
    let mut rows: Vec<Range<usize>> = values::find(&kind, text, asked)
        .into_iter()
        .filter(|found| !found.unfinished)
        .map(|found| found.at)
        .collect();
    // Written ones also where they are taken for a year or a price.
    let digits = |(at, c): (usize, char)| c.is_ascii_digit().then_some(at);
    let mut written: Vec<Range<usize>> = Vec::new();
    for at in text.char_indices().filter_map(digits) {
        match written.last_mut() {
            Some(row) if row.end == at => row.end = at + 1,
            _ => written.push(at..at + 1),
        }
    }
    let is_new = |row: &Range<usize>| {
        row.len() >= PERSONAL_DIGITS && !rows.iter().any(|known| known.contains(&row.start))
    };
    let more: Vec<_> = written.into_iter().filter(is_new).collect();
    rows.extend(more);
    rows
}

/// Where names stand that fill a slot for one.
fn mentioned(dialplan: &Dialplan, text: &str, given: &[(String, String)]) -> Vec<Range<usize>> {
    let mut slots = dialplan.intents.iter().flat_map(|intent| &intent.slots);
    let mut is_name =
        |slot: &str| slots.any(|known| *known.name == *slot && known.kind == Kind::Name);
    let names: Vec<&str> = given
        .iter()
        .filter(|(slot, _)| is_name(slot))
        .flat_map(|(_, value)| value.split_whitespace())
        .collect();
    let same = |word: &str, name: &str| word.to_lowercase() == name.to_lowercase();
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        let at = start..start + word.len();
        start += part.len();
        if word.is_empty() || !names.iter().any(|name| same(word, name)) {
            continue;
        }
        // "Jane Doe" is one name.
        match places.last_mut() {
            Some(before)
                if text
                    .get(before.end..at.start)
                    .is_some_and(|t| t.trim().is_empty()) =>
            {
                before.end = at.end;
            }
            _ => places.push(at),
        }
    }
    places
}

fn joined(
    language: Language,
    text: &str,
    places: &[(Range<usize>, &str)],
) -> Result<String, Withheld> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, slot) in places {
        parts.push(spoken(
            language,
            text.get(start..at.start).unwrap_or_default(),
        ));
        parts.push(format!("{{{slot}}}"));
        start = at.end;
    }
    parts.push(spoken(language, text.get(start..).unwrap_or_default()));
    let has_words = parts.iter().step_by(2).any(|words| !words.is_empty());
    parts.retain(|part| !part.is_empty());
    match has_words {
        true => Ok(parts.join(gap(language))),
        false => Err(Withheld::Empty),
    }
}

pub(super) fn spoken(language: Language, text: &str) -> String {
    understand::spoken(language, text).join(gap(language))
}

fn gap(language: Language) -> &'static str {
    match language {
        Language::EnglishUs | Language::EnglishGb => " ",
        Language::Mandarin => "",
    }
}
