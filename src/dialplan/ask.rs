//! A question that an intent asks before it answers: for a number of digits.
//!
//! What the caller says or presses is collected by the call; here is what counts as enough, and the
//! answer with the digits in it.

use super::{Completeness, Reply, Text};
use crate::understand::{self, Language};
use std::sync::Arc;

/// The most digits that may be asked for.
pub const MOST_DIGITS: usize = 32;

/// What is asked, and what is said once it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Stands as `{name}` in the texts of the answer.
    pub name: Arc<str>,
    /// The question.
    pub say: Text,
    /// So many digits are needed.
    pub least: usize,
    /// More digits than these are none of it; at most [`MOST_DIGITS`].
    pub most: usize,
    pub(super) language: Language,
    /// With slots where the digits belong.
    pub(super) answer: Reply,
}

impl Ask {
    /// The intent's own answer with `digits` in it, written so that a voice says them one by one,
    /// with a pause after every few. Other characters than digits are left out.
    pub fn answer(&self, digits: &str) -> Reply {
        let slot = format!("{{{}}}", self.name);
        let said = read_out(self.language, digits);
        let fill = |text: &Text| -> Text { text.replace(&slot, &said).into() };
        Reply {
            say: self.answer.say.iter().map(fill).collect(),
            ..self.answer.clone()
        }
    }

    /// Whether `text` is all of the digits that are asked for. None where it is no answer to the
    /// question: then [`Dialplan::completeness`](super::Dialplan::completeness) judges it.
    pub fn completeness(&self, text: &str) -> Option<Completeness> {
        let found = understand::digits(self.language, text)?;
        let digits = found.digits.len();
        if digits >= self.most {
            Some(Completeness::Complete)
        } else if digits >= self.least {
            Some(Completeness::Unclear)
        } else {
            // "Are you open until five" is no beginning of a number.
            found.only.then_some(Completeness::Unfinished)
        }
    }
}

/// The slots of a text, such as `{number}`, without their braces.
pub(super) fn slots(text: &str) -> impl Iterator<Item = &str> {
    let mut parts = text.split('{');
    parts.next();
    parts.filter_map(|part| part.split_once('}').map(|(slot, _)| slot))
}

/// Digits with a pause after every few: in fours where that comes out even, else in threes.
fn read_out(language: Language, digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    let size = match digits.len() {
        length if length < 4 || length % 4 == 0 => 4,
        _ => 3,
    };
    let groups = digits.chunks(size);
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            let groups = groups.map(|group| {
                let digits: Vec<String> = group.iter().map(char::to_string).collect();
                digits.join(" ")
            });
            groups.collect::<Vec<_>>().join(", ")
        }
        // Written with figures, a short row would be said as a number.
        Language::Mandarin => {
            let names =
                groups.map(|group| group.iter().filter_map(|c| mandarin_digit(*c)).collect());
            names.collect::<Vec<String>>().join("，")
        }
    }
}

/// As digits are read out: 幺, which nobody mistakes for 七, for 一.
fn mandarin_digit(digit: char) -> Option<char> {
    const NAMES: [char; 10] = ['零', '幺', '二', '三', '四', '五', '六', '七', '八', '九'];
    NAMES.get(digit.to_digit(10)? as usize).copied()
}
