//! Sayings and what is found in them, kind by kind.

mod answers;
mod codes;
mod days;
mod names;
mod numbers;
mod properties;
mod read_out;

use super::*;
use jiff::civil::date;

const US: Language = Language::EnglishUs;
const GB: Language = Language::EnglishGb;
const ZH: Language = Language::Mandarin;

/// A Monday morning.
fn asked(language: Language) -> Asked {
    let now = date(2026, 11, 23).at(9, 40, 0, 0);
    Asked { language, now }
}

/// The records of what is found, `…` after what is unfinished.
fn records(kind: &Kind, language: Language, text: &str) -> String {
    let found = find(kind, text, &asked(language));
    let records = found.iter().map(|found| {
        let more = if found.unfinished { "…" } else { "" };
        found.value.record() + more
    });
    records.collect::<Vec<_>>().join(" | ")
}

/// The text with `_` for what is found.
fn cut(kind: &Kind, language: Language, text: &str) -> String {
    let mut rest = text.to_owned();
    for found in find(kind, text, &asked(language)).iter().rev() {
        rest.replace_range(found.at.clone(), "_");
    }
    rest
}

/// All that is not as it should be, so that one run shows all of it.
fn check(kind: &Kind, language: Language, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, records(kind, language, text), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(text, found, expected)| format!("{text}: found [{found}], not [{expected}]"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
