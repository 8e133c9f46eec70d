//! Whether the speaker will go on, by the words alone: "I'd like to" goes on, "where are you from"
//! does not.
//!
//! Small patterns over the last words of what was said so far, for each language. They say that
//! words want more after them; that they want none is never certain, for any sentence can be
//! continued. What this dialplan's callers say is not known here.

mod english;
mod mandarin;

use super::{Language, normalise, spoken};

/// How words end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// In a hesitation, or in words that want others after them.
    Open,
    /// As a sentence may end.
    Closed,
}

/// How `text` ends; without any word it is closed.
pub fn ending(language: Language, text: &str) -> Ending {
    let open = match language {
        Language::EnglishUs | Language::EnglishGb => {
            english::hesitates(&words_of(&spoken(language, text)))
                || english::is_open(&words_of(&normalise(language, text)))
        }
        Language::Mandarin => {
            mandarin::hesitates(text) || mandarin::is_open(&normalise(language, text).concat())
        }
    };
    if open { Ending::Open } else { Ending::Closed }
}

/// Whether there is nothing in `text` but what people say before they say something: "um hello
/// well". No word at all is not that.
pub fn is_only_filler(language: Language, text: &str) -> bool {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            english::is_only_filler(&words_of(&spoken(language, text)))
        }
        Language::Mandarin => mandarin::is_only_filler(text),
    }
}

/// Whether `words` add only politeness to what stands before them, as "please" does.
pub(crate) fn adds_nothing(language: Language, words: &[String]) -> bool {
    match language {
        Language::EnglishUs | Language::EnglishGb => english::adds_nothing(&words_of(words)),
        Language::Mandarin => mandarin::adds_nothing(&words.concat()),
    }
}

/// Whether something was said and politeness ends it.
pub(crate) fn ends_in_politeness(language: Language, words: &[String]) -> bool {
    let polite = |at: usize| {
        words
            .get(at..)
            .is_some_and(|rest| adds_nothing(language, rest))
    };
    (1..words.len()).any(polite)
}

/// Whether `word` is one of `words`, which stand with spaces between them.
pub(super) fn among(word: &str, words: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}

fn words_of(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
