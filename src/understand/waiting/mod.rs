//! What callers want of the wait for a person: to be called back, to leave a message, to know how long it
//! takes, to stay, to go back.
//!
//! It is listened for only while such things are offered (to cancel a call-back, everywhere), so it may
//! come with a reason or a time; yet what says something else as well is none: "nobody called me
//! back yesterday" is a complaint. One regular expression for a language, as for words of control.

mod english;
mod mandarin;

use super::control::{Expression, row_of};
use super::{Language, normalise};
use serde::{Deserialize, Serialize};

/// What a caller wants of the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingWish {
    CallBack,
    Message,
    /// To know their place, or how long it takes.
    HowLong,
    /// To go on waiting.
    Stay,
    /// Out of the queue, and something else.
    Back,
    CancelCallBack,
}

/// Each with the name of its group in the expressions.
const GROUPS: [(&str, WaitingWish); 6] = [
    ("cancel", WaitingWish::CancelCallBack),
    ("callback", WaitingWish::CallBack),
    ("message", WaitingWish::Message),
    ("howlong", WaitingWish::HowLong),
    ("stay", WaitingWish::Stay),
    ("back", WaitingWish::Back),
];

/// What `text` wants of the wait, where it says nothing else; of several, the last.
pub fn waiting(language: Language, text: &str) -> Option<WaitingWish> {
    let expression = match language {
        Language::EnglishUs | Language::EnglishGb => &english::WAITING,
        Language::Mandarin => &mandarin::WAITING,
    };
    let words = joined(language, text);
    let found = expression.as_ref()?.captures(&words)?;
    let places = GROUPS
        .iter()
        .filter_map(|&(group, wish)| Some((found.name(group)?.start(), wish)));
    places.max_by_key(|(at, _)| *at).map(|(_, wish)| wish)
}

/// Whether `text` lets go of what it was asked about: "leave it", "never mind", 算了.
pub fn drops_it(language: Language, text: &str) -> bool {
    let expression = match language {
        Language::EnglishUs | Language::EnglishGb => &english::DROPS,
        Language::Mandarin => &mandarin::DROPS,
    };
    let found = expression.as_ref();
    let found = found.and_then(|expression| {
        expression
            .captures(&joined(language, text))
            .map(|found| found.name("drops").is_some())
    });
    found == Some(true)
}

/// The commonest sayings, for the grammar of a recogniser that hears only what it expects; none
/// where no such recogniser knows the language.
pub fn waiting_phrases(language: Language) -> &'static [&'static str] {
    match language {
        Language::EnglishUs | Language::EnglishGb => &english::PHRASES,
        Language::Mandarin => &[],
    }
}

fn joined(language: Language, text: &str) -> String {
    let words = normalise(language, text);
    match language {
        Language::EnglishUs | Language::EnglishGb => words.join(" "),
        Language::Mandarin => words.concat(),
    }
}

#[cfg(test)]
mod tests;
