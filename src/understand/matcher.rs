//! The intent of an utterance, or that it has none we know.
//!
//! Learned from a few examples for each intent, in milliseconds, when a dialplan is loaded: a
//! linear classifier over several views of the words (see `features`). How far an utterance is
//! on the winner's side of it says how far the winner is to be believed; how far the next is
//! behind, whether it is a close call ([`Match::close_call`]). [`Matcher::all`] finds several wishes
//! in one breath. `docs/understanding.md` says how well.

mod parts;

pub use parts::{Part, clauses};

use super::features::{Sparse, Vocabulary};
use super::linear::Linear;
use super::{Language, english, mandarin, normalise};
use std::collections::HashMap;

/// Below this score an utterance is not understood.
const BELIEVED: f32 = 0.5;
/// A close call is one between two that may both be meant: this likely at least,
const POSSIBLE: f32 = 0.25;
/// and the odds of the winner at most so many times those of the other.
const CLOSE: f32 = 2.4;

/// Finds the intent of an utterance. Immutable; shared by all calls.
#[derive(Debug)]
pub struct Matcher {
    language: Language,
    vocabulary: Vocabulary,
    linear: Linear,
    has_examples: Vec<bool>,
    /// What needs no guessing: the intent, or none for what is nobody's.
    word_for_word: HashMap<Vec<String>, Option<usize>>,
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
    /// The one after that, and how likely it is by itself: both may be likely, or neither.
    pub runner_up: Option<(usize, f32)>,
}

impl Match {
    const NOTHING: Match = Match {
        intent: None,
        score: 0.0,
        nearest: None,
        runner_up: None,
    };

    /// Two intents, the likelier first, that are so nearly as likely that asking "did you mean A
    /// or B?" is better than to guess, or than not to understand.
    pub fn close_call(&self) -> Option<(usize, usize)> {
        let odds = |likely: f32| likely / (1.0 - likely);
        let (nearest, (runner_up, score)) = (self.nearest?, self.runner_up?);
        let close = score >= POSSIBLE && odds(self.score) <= CLOSE * odds(score);
        close.then_some((nearest, runner_up))
    }
}

impl Matcher {
    /// Learned from the examples of each intent, and from what `others` say that is nobody's
    /// business here. An intent without any example is never found; an example that two intents
    /// share belongs to the first, and one that is also among `others` to its intent.
    pub fn new<E: AsRef<str>>(language: Language, intents: &[&[E]], others: &[E]) -> Matcher {
        let mut examples = Vec::new();
        let mut word_for_word = HashMap::new();
        let mut has_examples = vec![false; intents.len()];
        for (intent, (texts, has_examples)) in intents.iter().zip(&mut has_examples).enumerate() {
            for text in *texts {
                let words = normalise(language, text.as_ref());
                if !words.is_empty() && !word_for_word.contains_key(&words) {
                    word_for_word.insert(words.clone(), Some(intent));
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
        for text in others {
            let words = normalise(language, text.as_ref());
            if !words.is_empty() && !word_for_word.contains_key(&words) {
                known.push((None, vocabulary.see(&words)));
                word_for_word.insert(words, None);
            }
        }
        // Beginnings that say nothing, and silence: a dialplan of one intent has an outside, too.
        let nobodys: &[&str] = match language {
            Language::EnglishUs | Language::EnglishGb => &english::SAYING_NOTHING,
            Language::Mandarin => &mandarin::SAYING_NOTHING,
        };
        known.extend(nobodys.iter().chain([&""]).filter_map(|text| {
            let words = normalise(language, text);
            let known = word_for_word.contains_key(&words);
            (!known).then(|| (None, vocabulary.see(&words)))
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

    /// Whether `text` is one of the intents' examples, word for word.
    pub fn is_example(&self, text: &str) -> bool {
        let words = normalise(self.language, text);
        matches!(self.word_for_word.get(&words), Some(Some(_)))
    }

    /// What `text` most likely wants.
    pub fn best(&self, text: &str) -> Match {
        let words = normalise(self.language, text);
        match self.word_for_word.get(&words) {
            Some(&Some(intent)) => Match {
                intent: Some(intent),
                score: 1.0,
                nearest: Some(intent),
                runner_up: None,
            },
            Some(None) => Match::NOTHING,
            None => self.guess(&words),
        }
    }

    fn guess(&self, words: &[String]) -> Match {
        let vector = self.vocabulary.see(words);
        if vector.is_empty() {
            return Match::NOTHING;
        }
        let sides = self.linear.sides(&vector);
        let mut first: Option<(usize, f32)> = None;
        let mut second = None;
        for (intent, (side, has_examples)) in sides.into_iter().zip(&self.has_examples).enumerate()
        {
            let ahead = |of: Option<(usize, f32)>| of.is_none_or(|(_, other)| side > other);
            if !has_examples {
                continue;
            }
            if ahead(first) {
                second = first.replace((intent, side));
            } else if ahead(second) {
                second = Some((intent, side));
            }
        }
        let Some((nearest, side)) = first else {
            return Match::NOTHING;
        };
        let score = likelihood(side);
        Match {
            intent: (score >= BELIEVED).then_some(nearest),
            score,
            nearest: Some(nearest),
            runner_up: second.map(|(intent, side)| (intent, likelihood(side))),
        }
    }
}

/// How likely an intent is what the caller wants, by how far the utterance is on its side: 1
/// for an example, -1 for what is somebody else's. The steepness is a logistic regression's over
/// dialplans of 3 to 150 intents drawn from public sets of intents, with strangers' utterances
/// among the questions; where it crosses [`BELIEVED`] was chosen on CLINC150's validation set and
/// by cross-validation (`make bench-intents`): a stranger less believed costs more callers asked again.
fn likelihood(side: f32) -> f32 {
    1.0 / (1.0 + (-(2.4 + 5.8 * side)).exp())
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
            &[],
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
        let empty = Matcher::new::<&str>(Language::EnglishUs, &[], &[]);
        assert_eq!(empty.best("when are you open").nearest, None);
        let without_examples =
            Matcher::new::<&str>(Language::EnglishUs, &[&[], &["hello there"]], &[]);
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
            &[],
        );
        assert_eq!(one.best("when do you open").intent, Some(0));
        assert_eq!(one.best("I want to order a pizza").intent, None);
        assert_eq!(one.best("what is the capital of France").intent, None);
    }

    #[test]
    fn two_that_are_as_likely_are_a_close_call() {
        let matcher = Matcher::new(
            Language::EnglishUs,
            &[
                &[
                    "I want to cancel my appointment",
                    "cancel the appointment please",
                    "can I cancel my visit",
                ],
                &[
                    "I want to move my appointment",
                    "move the appointment please",
                    "can I move my visit",
                ],
            ],
            &[],
        );
        let found = matcher.best("about my appointment");
        let (first, second) = found.close_call().unwrap();
        assert_ne!(first, second);
        assert_eq!(matcher.best("cancel my appointment").close_call(), None);
        let (runner_up, score) = matcher.best("cancel my appointment").runner_up.unwrap();
        assert_eq!(runner_up, 1);
        assert!(score < 0.25);
        assert_eq!(matcher.best("do you sell bicycles").close_call(), None);
        assert_eq!(matcher.best("can I cancel my visit").close_call(), None);
    }

    #[test]
    fn what_others_say_is_nobodys() {
        let learned = |others: &[&str]| {
            let intents: &[&[&str]] = &[&["when are you open", "what are your hours"]];
            Matcher::new(Language::EnglishUs, intents, others)
        };
        let (alone, told) = (learned(&[]), learned(&["when are you coming home"]));
        let score = |matcher: &Matcher, text| matcher.best(text).score;
        assert_eq!(told.best("When are you coming home?").intent, None);
        let like_it = "when are you going home";
        assert!(score(&told, like_it) < score(&alone, like_it));
        // An example stays one.
        let both = learned(&["what are your hours"]);
        assert_eq!(both.best("what are your hours").intent, Some(0));
        assert!(!told.is_example("when are you coming home"));
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
            if let Some((runner_up, score)) = found.runner_up {
                prop_assert!(Some(runner_up) != found.nearest && score <= found.score);
            }
        }

        #[test]
        fn any_examples_can_be_learned(
            intents in proptest::collection::vec(proptest::collection::vec(any::<String>(), 0..4), 0..5),
        ) {
            let intents: Vec<&[String]> = intents.iter().map(Vec::as_slice).collect();
            let matcher = Matcher::new(Language::EnglishGb, &intents, &[]);
            for example in intents.iter().copied().flatten() {
                let found = matcher.best(example);
                let words = normalise(Language::EnglishGb, example);
                prop_assert_eq!(found.intent.is_some(), !words.is_empty());
            }
        }
    }
}
