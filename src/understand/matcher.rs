//! The intent of an utterance, or that it has none we know.
//!
//! Learned from a few examples for each intent, in milliseconds, when a dialplan is loaded: a
//! linear classifier over several views of the words (see `features`). How far an utterance is
//! on the winner's side of it says how far the winner is to be believed.

use super::features::{Sparse, Vocabulary};
use super::linear::Linear;
use super::{Language, english, mandarin, normalise};
use std::collections::HashMap;

/// Below this score an utterance is not understood.
const BELIEVED: f32 = 0.5;

/// Finds the intent of an utterance. Immutable; shared by all calls.
#[derive(Debug)]
pub struct Matcher {
    language: Language,
    vocabulary: Vocabulary,
    linear: Linear,
    has_examples: Vec<bool>,
    /// What needs no guessing.
    word_for_word: HashMap<Vec<String>, usize>,
}

/// What an utterance was taken for. Intents are numbered in the order they were given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// What the caller wants; none when that is not known.
    pub intent: Option<usize>,
    /// How likely it is that the caller wants `nearest`, 0 to 1.
    pub score: f32,
    /// The intent that comes closest, also when it is not believed. None where nothing the
    /// caller said resembles any example.
    pub nearest: Option<usize>,
    /// The one after that.
    pub runner_up: Option<usize>,
}

impl Matcher {
    /// Learned from the examples of each intent. An intent without any is never found; an
    /// example that two intents share belongs to the first.
    pub fn new<E: AsRef<str>>(language: Language, intents: &[&[E]]) -> Matcher {
        let mut examples = Vec::new();
        let mut word_for_word = HashMap::new();
        let mut has_examples = vec![false; intents.len()];
        for (intent, (texts, has_examples)) in intents.iter().zip(&mut has_examples).enumerate() {
            for text in *texts {
                let words = normalise(language, text.as_ref());
                if !words.is_empty() && !word_for_word.contains_key(&words) {
                    word_for_word.insert(words.clone(), intent);
                    examples.push((intent, words));
                    *has_examples = true;
                }
            }
        }
        let vocabulary = Vocabulary::of(language, &examples, intents.len());
        let mut known: Vec<(Option<usize>, Sparse)> = examples
            .iter()
            .map(|(intent, words)| (Some(*intent), vocabulary.see(words)))
            .collect();
        // What is nobody's, and silence: a dialplan of one intent has an outside, too.
        let nobodys: &[&str] = match language {
            Language::EnglishUs | Language::EnglishGb => &english::SAYING_NOTHING,
            Language::Mandarin => &mandarin::SAYING_NOTHING,
        };
        known.extend(nobodys.iter().chain([&""]).filter_map(|text| {
            let words = normalise(language, text);
            let example = word_for_word.contains_key(&words);
            (!example).then(|| (None, vocabulary.see(&words)))
        }));
        let linear = Linear::learn(&known, vocabulary.size(), intents.len());
        Matcher {
            language,
            vocabulary,
            linear,
            has_examples,
            word_for_word,
        }
    }

    /// Whether `text` is one of the examples, word for word.
    pub fn is_example(&self, text: &str) -> bool {
        let words = normalise(self.language, text);
        self.word_for_word.contains_key(&words)
    }

    /// What `text` most likely wants.
    pub fn best(&self, text: &str) -> Match {
        let words = normalise(self.language, text);
        if let Some(&intent) = self.word_for_word.get(&words) {
            return Match {
                intent: Some(intent),
                score: 1.0,
                nearest: Some(intent),
                runner_up: None,
            };
        }
        let vector = self.vocabulary.see(&words);
        let sides = self.linear.sides(&vector);
        let mut ranking: Vec<(usize, f32)> = sides
            .into_iter()
            .zip(&self.has_examples)
            .enumerate()
            .filter_map(|(intent, (side, has))| has.then_some((intent, side)))
            .collect();
        ranking.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        match ranking.first() {
            Some(&(nearest, side)) if !vector.is_empty() => {
                let score = likelihood(side);
                Match {
                    intent: (score >= BELIEVED).then_some(nearest),
                    score,
                    nearest: Some(nearest),
                    runner_up: ranking.get(1).map(|&(intent, _)| intent),
                }
            }
            _ => Match {
                intent: None,
                score: 0.0,
                nearest: None,
                runner_up: None,
            },
        }
    }
}

/// How likely the winner is what the caller wants, by how far the utterance is on its side: 1
/// for an example, -1 for what is somebody else's. The numbers are a logistic regression over
/// dialplans of 3 to 150 intents drawn from public sets of intents, with strangers' utterances
/// among the questions.
fn likelihood(side: f32) -> f32 {
    1.0 / (1.0 + (-(2.5 + 6.0 * side)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOURS: usize = 0;
    const MOVE: usize = 1;
    const BAGGAGE: usize = 2;

    fn matcher() -> Matcher {
        Matcher::new(
            Language::EnglishUs,
            &[
                &[
                    "when are you open",
                    "what are your opening hours",
                    "are you open on saturday",
                    "what time do you close",
                ][..],
                &[
                    "I need to move my appointment",
                    "can I change my appointment",
                    "I can't make it on Tuesday",
                    "I'd like another day for my appointment",
                ],
                &[
                    "my suitcase did not arrive",
                    "I lost my luggage",
                    "where is my bag",
                ],
            ],
        )
    }

    #[test]
    fn an_example_is_certain_however_it_is_written() {
        let found = matcher().best("  i can not make it on Tuesday!");
        assert_eq!(found.intent, Some(MOVE));
        assert_eq!(found.score, 1.0);
    }

    #[test]
    fn other_wordings_and_misheard_words_are_understood() {
        let matcher = matcher();
        for (text, intent) in [
            ("tell me when you open please", HOURS),
            ("opening hours", HOURS),
            ("win are you open", HOURS),
            ("what time are you closing", HOURS),
            ("i need to move my appoint meant", MOVE),
            ("um could I change the appointment", MOVE),
            ("moving an appointment", MOVE),
            ("my suit case has not arrived", BAGGAGE),
            ("i have lost my bags", BAGGAGE),
        ] {
            let found = matcher.best(text);
            assert_eq!(found.intent, Some(intent), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_rejected_and_the_nearest_named() {
        let matcher = matcher();
        for text in [
            "tell me a joke",
            "what is the weather like",
            "do you sell bicycles",
            "can I",
            "I want to order a pizza",
            "how old are you",
        ] {
            let found = matcher.best(text);
            assert_eq!(found.intent, None, "{text}: {found:?}");
            assert!(found.score < 0.5);
        }
        assert!(matcher.best("who opened the window").nearest.is_some());
    }

    #[test]
    fn nothing_said_and_nothing_learned_give_nothing() {
        for text in ["", "?!", "um"] {
            let found = matcher().best(text);
            assert_eq!((found.intent, found.nearest), (None, None), "{text}");
        }
        let empty = Matcher::new::<&str>(Language::EnglishUs, &[]);
        assert_eq!(empty.best("when are you open").nearest, None);
        let without_examples = Matcher::new::<&str>(Language::EnglishUs, &[&[], &["hello there"]]);
        assert_eq!(without_examples.best("hello").nearest, Some(1));
    }

    #[test]
    fn a_single_intent_does_not_take_everything() {
        let one = Matcher::new(
            Language::EnglishUs,
            &[&[
                "when are you open",
                "what are your hours",
                "are you open today",
            ]],
        );
        assert_eq!(one.best("when do you open").intent, Some(0));
        assert_eq!(one.best("I want to order a pizza").intent, None);
        assert_eq!(one.best("what is the capital of France").intent, None);
    }

    #[test]
    fn learning_twice_gives_the_same() {
        let (a, b) = (matcher(), matcher());
        for text in [
            "when is it open",
            "another appointment",
            "where is my suitcase",
        ] {
            assert_eq!(a.best(text), b.best(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_matched_with_a_score_from_0_to_1(text in any::<String>()) {
            let found = matcher().best(&text);
            prop_assert!((0.0..=1.0).contains(&found.score));
            prop_assert!(found.intent.is_none() || found.intent == found.nearest);
        }

        #[test]
        fn any_examples_can_be_learned(
            intents in proptest::collection::vec(proptest::collection::vec(any::<String>(), 0..4), 0..5),
        ) {
            let intents: Vec<&[String]> = intents.iter().map(Vec::as_slice).collect();
            let matcher = Matcher::new(Language::EnglishGb, &intents);
            for example in intents.iter().copied().flatten() {
                let found = matcher.best(example);
                let words = normalise(Language::EnglishGb, example);
                prop_assert_eq!(found.intent.is_some(), !words.is_empty());
            }
        }
    }
}
