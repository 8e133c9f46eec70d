//! Answers to yes-or-no questions, and what else was said with them.

mod english;
mod mandarin;

pub(super) use english::NO_SUCH;

use super::said::Said;
use super::{Found, Language, Value};
use std::ops::Range;

/// An answer to a yes-or-no question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YesNo {
    pub yes: bool,
    /// What else was said, in bytes: "the fourteenth" of "no, the fourteenth". With a "not" that
    /// belongs to it; empty where it is nothing but politeness.
    pub rest: Range<usize>,
}

/// The answer in `text`; none where there is none, or where it is not certain which ("I don't
/// know", "yes and no").
pub fn yes_or_no(language: Language, text: &str) -> Option<YesNo> {
    let said = Said::of(text);
    let answer = answer(language, text, &said)?;
    Some(YesNo {
        yes: answer.yes,
        rest: said.bytes(answer.rest),
    })
}

pub(super) fn find(text: &str, language: Language) -> Vec<Found> {
    let said = Said::of(text);
    let Some(answer) = answer(language, text, &said) else {
        return Vec::new();
    };
    let at = match said.len() {
        // "Mhm" is a hesitation elsewhere.
        0 => {
            let end = text.trim_end().len();
            text.len().min(text.len() - text.trim_start().len())..end
        }
        _ => said.bytes(answer.tokens),
    };
    vec![Found {
        value: Value::YesNo(answer.yes),
        at,
        unfinished: false,
    }]
}

/// An answer by its tokens.
#[derive(Debug)]
struct Answer {
    yes: bool,
    tokens: Range<usize>,
    rest: Range<usize>,
}

fn answer(language: Language, text: &str, said: &Said) -> Option<Answer> {
    match language {
        Language::EnglishUs | Language::EnglishGb => english::answer(text, said),
        Language::Mandarin => mandarin::answer(text, said),
    }
}

/// What is left without politeness at its end; empty where nothing is.
fn without_politeness(said: &Said, rest: Range<usize>, polite: &str) -> Range<usize> {
    let start = said.skip(rest.start, polite).min(rest.end);
    if start >= rest.end {
        rest.end..rest.end
    } else {
        start..rest.end
    }
}
