//! Whether what a caller said so far is all of it, as far as words tell.
//!
//! Three kinds of evidence: what every speaker of the language does (`understand::ending`), what
//! this dialplan's callers are expected to say and where their sentences end
//! (`understand::Sentences`), and whether what was said can be answered at all (the matcher).

use super::Dialplan;
use crate::understand::{self, Ending, normalise};
use serde::{Deserialize, Serialize};

/// What the words of a caller who paused say about whether they have finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// An answer to act on, and nothing to add.
    Complete,
    /// An answer to act on that ends where such sentences end, but nobody wrote it down.
    Likely,
    /// Nothing speaks for more, but it is no certain answer either.
    Unclear,
    /// More will come.
    Unfinished,
}

/// An engine that says less of itself is not to be relied on. Neither of ours says less of any text
/// that it believes at all, and PocketSphinx says little more of many orders that it gets right.
const CONFIDENT: f32 = 0.35;
/// From this score on, an utterance is an answer to act on without waiting for more.
const UNDERSTOOD: f32 = 0.8;
/// How likely a sentence must end where the words end. Less is quicker and cuts more callers off:
/// with this, of the beginnings of sentences that no example has, under 1 in 20 are taken for
/// whole ones (the tests measure and print it).
const ENDED: f32 = 0.33;

impl Dialplan {
    /// Whether `text`, as it was recognised with the engine's `confidence` (0 to 1), is all that
    /// the caller will say.
    pub fn completeness(&self, text: &str, confidence: f32) -> Completeness {
        let language = self.language;
        let text = &self.typical.text(text);
        let words = normalise(language, text);
        // The author's own words are whole whatever they end in, and so are those for control.
        let example = self.matcher.is_example(text);
        let known = example || understand::control(language, text).is_some();
        let person = understand::asks_for_human(language, text);
        let goes_on = !words.is_empty() && self.sentences.goes_on(&words);
        if !known {
            let sentences = &self.sentences;
            let begun = !person
                && (goes_on
                    || sentences.goes_on_from_a_cut_word(&words)
                    || sentences.never_end(&words));
            if begun
                || understand::ending(language, text) == Ending::Open
                || understand::is_only_filler(language, text)
            {
                return Completeness::Unfinished;
            }
        }
        if confidence < CONFIDENT || goes_on && !person {
            Completeness::Unclear
        } else if person || known {
            Completeness::Complete
        } else {
            self.completeness_of_new(text, &words)
        }
    }

    /// Of words that are no one's example.
    fn completeness_of_new(&self, text: &str, words: &[String]) -> Completeness {
        let found = self.matcher.best(text);
        if found.intent.is_none() || found.score < UNDERSTOOD {
            Completeness::Unclear
        } else if understand::ends_in_politeness(self.language, words) {
            // Nobody says more after "thank you" or "please".
            Completeness::Complete
        } else if self.sentences.end(words) >= ENDED {
            Completeness::Likely
        } else {
            Completeness::Unclear
        }
    }
}
