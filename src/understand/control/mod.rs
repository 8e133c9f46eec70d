//! The caller's own words for control: repeat that, slower, louder, wait, start over, go back,
//! stop, goodbye; and the little sounds by which a listener says that they listen.
//!
//! Every dialplan obeys them, so they are taken only where the whole utterance says nothing else,
//! politeness and hedges aside: "stop" is one, "stop my subscription" is a request and none. One
//! regular expression for a language reads an utterance as a row of such words; it can be read
//! off there why something is one.

mod english;
mod mandarin;

use super::{Language, normalise, spoken};
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What a caller wants of the call itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Hear the last thing again.
    Repeat,
    Slower,
    Louder,
    /// Be waited for, while they look for something.
    Wait,
    /// Begin the conversation anew.
    StartOver,
    /// To the question before.
    GoBack,
    /// No more talking just now.
    Stop,
    Goodbye,
}

/// Each with the name of its group in the expressions.
const GROUPS: [(&str, Control); 8] = [
    ("repeat", Control::Repeat),
    ("slower", Control::Slower),
    ("louder", Control::Louder),
    ("wait", Control::Wait),
    ("over", Control::StartOver),
    ("back", Control::GoBack),
    ("stop", Control::Stop),
    ("bye", Control::Goodbye),
];

/// The control that `text` is, where it is one and nothing besides. Of several, as in "I can't
/// hear you, louder please", slower and louder come before all others, and later before earlier.
pub fn control(language: Language, text: &str) -> Option<Control> {
    let (expression, words) = match language {
        Language::EnglishUs | Language::EnglishGb => {
            (&english::CONTROL, normalise(language, text).join(" "))
        }
        Language::Mandarin => (&mandarin::CONTROL, normalise(language, text).concat()),
    };
    let found = expression.as_ref()?.captures(&words)?;
    GROUPS
        .iter()
        .filter_map(|&(group, control)| Some((rank(&found, group)?, control)))
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, control)| control)
}

fn rank(found: &Captures, group: &str) -> Option<(bool, usize)> {
    let place = found.name(group)?;
    Some((matches!(group, "slower" | "louder"), place.start()))
}

/// The commonest sayings, for the grammar of a recogniser that hears only what it expects; none
/// where no such recogniser knows the language.
pub fn control_phrases(language: Language) -> &'static [&'static str] {
    match language {
        Language::EnglishUs | Language::EnglishGb => &english::PHRASES,
        Language::Mandarin => &[],
    }
}

/// Whether `text` only shows that the caller listens, as "mm hm" and "okay" do: no turn of
/// their own when it falls into a prompt. A plain "yes" is one, too; where a question was just
/// asked it is an answer, and it is for the caller of this function to know.
pub fn is_backchannel(language: Language, text: &str) -> bool {
    let (expression, words) = match language {
        Language::EnglishUs | Language::EnglishGb => {
            (&english::BACKCHANNEL, spoken(language, text).join(" "))
        }
        Language::Mandarin => {
            let plain = text.chars().filter(|c| c.is_alphabetic()).collect();
            (&mandarin::BACKCHANNEL, plain)
        }
    };
    let found = expression.as_ref().and_then(|e| e.captures(&words));
    found.is_some_and(|found| found.name("listens").is_some())
}

/// None for an expression that is wrong; a test uses each.
pub(super) type Expression = LazyLock<Option<Regex>>;

/// The expression for one or more of `kinds`, each a group's name and what belongs to it, and of
/// `around`, which is no group; each ends with `gap`.
pub(super) fn row_of(kinds: &[(&str, &str)], around: &str, gap: &str) -> Option<Regex> {
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(group, kind)| format!("(?P<{group}>{kind})"))
        .collect();
    Regex::new(&format!("(?x)^(?:(?:{}|{around}){gap})+$", kinds.join("|"))).ok()
}

#[cfg(test)]
mod tests;
