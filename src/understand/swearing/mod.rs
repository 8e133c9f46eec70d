//! Swearing, and anger at us: "this is ridiculous", "shut up", "stupid robot".
//!
//! A call that goes badly is better handed over before it hurts, so this asks whether the caller is angry
//! at the machine or the company; not whether a word is rude. Words of abuse count wherever they stand,
//! milder ones only where they are aimed: "damn machine", "you are useless". Pain, other people and names
//! do not count.

mod english;
mod mandarin;

use super::control::Expression;
use super::{Language, normalise};
use regex::Regex;
use std::sync::LazyLock;

/// Whether the caller swears, or is angry at us.
pub fn swears(language: Language, text: &str) -> bool {
    let (expression, words) = match language {
        Language::EnglishUs | Language::EnglishGb => {
            (&english::SWEARS, normalise(language, text).join(" "))
        }
        Language::Mandarin => (&mandarin::SWEARS, normalise(language, text).concat()),
    };
    let found = |expression: &Expression, text: &str| {
        let expression = expression.as_ref();
        expression.is_some_and(|expression| expression.is_match(text))
    };
    found(expression, &words) || found(&MASKED, text)
}

/// As recognisers write what they do not want to have heard: `f***`, `sh*t`.
static MASKED: Expression = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:f\*{2,}|f[u*]\*?ck|s\*{2,}|sh\*t|b\*{3,}|a\*{2,}|f\*+(?:k|ing|ed))").ok()
});

#[cfg(test)]
mod tests;
