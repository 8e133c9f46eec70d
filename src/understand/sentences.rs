//! How the sentences of one dialplan's callers go on and end, learned from its examples.
//!
//! Two questions about words that were heard so far: are they the beginning of something that is
//! expected, and is this where such sentences end? The second is counted: of the places where the
//! last three words were said, the share where a sentence ended, falling back on the last two, the
//! last, and any word, the less often they were seen (as in Witten and Bell, IEEE Transactions on
//! Information Theory 37(4), 1991, with fixed weights).

use super::{Language, adds_nothing, english, mandarin, normalise};
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

/// Learned when a dialplan is loaded; immutable.
#[derive(Debug)]
pub struct Sentences {
    language: Language,
    expected: BTreeSet<Vec<String>>,
    /// By the last one to three words of a place.
    places: HashMap<Vec<String>, Places>,
    all: Places,
}

#[derive(Debug, Clone, Copy, Default)]
struct Places {
    ends: f32,
    all: f32,
}

/// So many words tell of an end.
const TELLING: usize = 3;
/// How often the last word, and the last two, must have been seen to say that they never end one.
const KNOWN_WELL: [f32; 2] = [4.0, 3.0];
/// So many places of which less is known weigh as much as one of which more is.
const DOUBT: f32 = 2.0;

impl Sentences {
    /// From what callers say, and `also` what is expected besides but tells nothing about ends.
    pub fn new<'t, 'a>(
        language: Language,
        said: impl Iterator<Item = &'t str>,
        also: impl Iterator<Item = &'a str>,
    ) -> Sentences {
        let said: Vec<Vec<String>> = said.map(|text| normalise(language, text)).collect();
        let mut sentences = Sentences {
            language,
            expected: BTreeSet::new(),
            places: HashMap::new(),
            all: Places::default(),
        };
        for words in &said {
            sentences.learn(words);
        }
        sentences.expected.extend(said);
        sentences
            .expected
            .extend(also.map(|text| normalise(language, text)));
        sentences
    }

    fn learn(&mut self, words: &[String]) {
        for at in 0..words.len() {
            let (before, rest) = words.split_at(at + 1);
            let ends = f32::from(u8::from(adds_nothing(self.language, rest)));
            for telling in endings(before) {
                let places = self.places.entry(telling.to_vec()).or_default();
                places.ends += ends;
                places.all += 1.0;
            }
            self.all.ends += ends;
            self.all.all += 1.0;
        }
    }

    /// Whether `words` begin something longer that is expected and says more than they do.
    pub fn goes_on(&self, words: &[String]) -> bool {
        self.longer(words)
            .any(|rest| !adds_nothing(self.language, rest))
    }

    /// Whether they would if the last of them were only the beginning of another word, which a
    /// recogniser had to take for some word.
    pub fn goes_on_from_a_cut_word(&self, words: &[String]) -> bool {
        let Some((last, before)) = words.split_last() else {
            return false;
        };
        let heard = self.sounds(std::slice::from_ref(last));
        let cut = |rest: &[String]| {
            let meant = self.sounds(rest);
            rest.first() != Some(last) && heard.len() < meant.len() && meant.starts_with(&heard)
        };
        !heard.is_empty() && before.len() > 1 && self.longer(before).any(cut)
    }

    fn sounds(&self, words: &[String]) -> Vec<char> {
        match self.language {
            Language::EnglishUs | Language::EnglishGb => english::sounds(words),
            Language::Mandarin => mandarin::sounds(words),
        }
    }

    /// What follows `words` in each of the longer sentences that begin with them.
    fn longer<'s>(&'s self, words: &'s [String]) -> impl Iterator<Item = &'s [String]> {
        let from = (Bound::Excluded(words), Bound::Unbounded);
        self.expected
            .range::<[String], _>(from)
            .map_while(|sentence| sentence.strip_prefix(words))
    }

    /// Whether the last of `words`, or the last two, are known well from the middle of sentences and
    /// never end one.
    pub fn never_end(&self, words: &[String]) -> bool {
        let places = endings(words)
            .take(2)
            .filter_map(|telling| self.places.get(telling));
        places
            .zip(KNOWN_WELL)
            .any(|(places, known)| places.ends == 0.0 && places.all >= known)
    }

    /// How likely a sentence ends after these `words`, 0 to 1.
    pub fn end(&self, words: &[String]) -> f32 {
        let any = self.all.ends / self.all.all.max(1.0);
        endings(words).fold(any, |less_known, telling| {
            let places = self.places.get(telling).copied().unwrap_or_default();
            (places.ends + DOUBT * less_known) / (places.all + DOUBT)
        })
    }
}

/// The last word, the last two, the last three; the beginning of a sentence counts as none.
fn endings(words: &[String]) -> impl Iterator<Item = &[String]> {
    let starts = (1..=TELLING).map_while(|telling| words.len().checked_sub(telling));
    starts.filter_map(|start| words.get(start..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sentences() -> Sentences {
        let said = [
            "when are you open",
            "are you open on saturday",
            "I need to move my appointment",
            "can I move my appointment to another day please",
            "where is my appointment",
        ];
        let also = ["goodbye", "can i talk to a person"];
        Sentences::new(Language::EnglishUs, said.into_iter(), also.into_iter())
    }

    fn words(text: &str) -> Vec<String> {
        normalise(Language::EnglishUs, text)
    }

    #[test]
    fn the_beginning_of_something_expected_goes_on() {
        let sentences = sentences();
        for text in [
            "when",
            "are you open",
            "can i talk to",
            "can I move my appointment",
        ] {
            assert!(sentences.goes_on(&words(text)), "{text}");
        }
        for text in [
            "when are you open",
            "open",
            "can I move my appointment to another day",
            "are you open tomorrow",
        ] {
            assert!(!sentences.goes_on(&words(text)), "{text}");
        }
    }

    #[test]
    fn a_word_that_was_cut_off_may_be_heard_as_another() {
        let sentences = sentences();
        for text in ["i need to move my up", "are you open on set"] {
            assert!(sentences.goes_on_from_a_cut_word(&words(text)), "{text}");
        }
        for text in ["are you open on sunday", "i need to move my hat", "up", ""] {
            assert!(!sentences.goes_on_from_a_cut_word(&words(text)), "{text}");
        }
    }

    #[test]
    fn an_end_is_likely_where_sentences_end() {
        let sentences = sentences();
        let end = |text| sentences.end(&words(text));
        assert!(end("tell me when you are open") > end("are you"));
        assert!(end("cancel my appointment") > 0.3);
        assert!(end("on another day") > end("i need to move my"));
        assert!(end("can i move my") < 0.1);
        assert_eq!(end(""), end("quick brown fox"));
    }

    proptest! {
        #[test]
        fn any_words_are_judged(said in proptest::collection::vec(any::<String>(), 0..4), text in any::<String>()) {
            for language in Language::ALL {
                let also = std::iter::empty::<&str>();
                let sentences = Sentences::new(language, said.iter().map(String::as_str), also);
                for text in said.iter().chain([&text]) {
                    let words = normalise(language, text);
                    prop_assert!((0.0..=1.0).contains(&sentences.end(&words)));
                    sentences.goes_on(&words);
                    sentences.goes_on_from_a_cut_word(&words);
                }
            }
        }
    }
}
