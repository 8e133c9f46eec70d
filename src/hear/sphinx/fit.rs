//! Is what was recognised something that callers of this dialplan say, or a jumble of its words
//! that sounded most like something else?
//!
//! The measure is the share of words and neighbouring pairs that a recognised text and a phrase
//! have in common (Dice's coefficient, Ecology 26(3), 1945), rare words weighing more, for the
//! phrase that fits best; any saying of a class is as good as any other. It says nothing about
//! meaning; that is understood elsewhere.

use super::everyday::AROUND;
use std::collections::{BTreeMap, HashMap};

/// Under this, speech is called something else.
pub const ENOUGH: f32 = 0.38;

/// The phrases to compare with.
pub struct Fit {
    phrases: Vec<Parts>,
    weights: HashMap<String, f32>,
}

/// Words and pairs (joined by a space), each with what it weighs for all the times that it is said.
type Parts = BTreeMap<String, f32>;

/// The weight of a word that is in no phrase.
const FOREIGN: f32 = 2.0;
/// A pair weighs so many times its two words.
const PAIR: f32 = 1.5;

impl Fit {
    pub fn new(phrases: &[Vec<String>]) -> Fit {
        let mut with_word: HashMap<&str, usize> = HashMap::new();
        for phrase in phrases {
            let mut words: Vec<&str> = phrase.iter().map(String::as_str).collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                *with_word.entry(word).or_default() += 1;
            }
        }
        let weights = with_word
            .into_iter()
            .map(|(word, n)| {
                let weight = (1.0 + phrases.len() as f32 / (1 + n) as f32).ln();
                (word.to_owned(), weight)
            })
            .collect();
        let mut fit = Fit {
            phrases: Vec::new(),
            weights,
        };
        fit.phrases = phrases
            .iter()
            .map(|phrase| fit.parts(&phrase.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        fit
    }

    /// 0 for nothing in common with any phrase, 1 for a phrase itself, as it is or with what
    /// people say around it. Words, and `{class}` for a saying of a class.
    pub fn of(&self, words: &[String]) -> f32 {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let whole = self.parts(&words);
        let bare = self.parts(without_around(&words));
        self.phrases
            .iter()
            .map(|phrase| dice(&whole, phrase).max(dice(&bare, phrase)))
            .fold(0.0, f32::max)
    }

    fn parts(&self, words: &[&str]) -> Parts {
        let weight = |word: &str| self.weights.get(word).copied().unwrap_or(FOREIGN);
        let singles = words.iter().map(|&word| (word.to_owned(), weight(word)));
        let pairs = words
            .iter()
            .zip(words.iter().skip(1))
            .map(|(&a, &b)| (format!("{a} {b}"), PAIR * (weight(a) + weight(b))));
        let mut parts = Parts::new();
        for (part, weight) in singles.chain(pairs) {
            *parts.entry(part).or_default() += weight;
        }
        parts
    }
}

fn dice(a: &Parts, b: &Parts) -> f32 {
    let common: f32 = a
        .iter()
        .filter_map(|(part, weight)| Some(weight.min(*b.get(part)?)))
        .sum();
    let all: f32 = a.values().chain(b.values()).sum();
    // Sums of the same numbers in another order may be a little more.
    let share = if all > 0.0 { 2.0 * common / all } else { 0.0 };
    share.min(1.0)
}

/// The words without what people say around a request; at least one is left.
fn without_around<'a>(mut words: &'a [&'a str]) -> &'a [&'a str] {
    loop {
        let shorter = AROUND.iter().find_map(|around| {
            let around: Vec<&str> = around.split(' ').collect();
            words
                .strip_prefix(&around[..])
                .or_else(|| words.strip_suffix(&around[..]))
                .filter(|rest| !rest.is_empty())
        });
        match shorter {
            Some(rest) => words = rest,
            None => return words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit() -> Fit {
        let phrases: Vec<Vec<String>> = [
            "when are you open",
            "where can i park",
            "i need to move my appointment",
            "can i talk to a person",
        ]
        .iter()
        .map(|text| text.split(' ').map(str::to_owned).collect())
        .collect();
        Fit::new(&phrases)
    }

    fn of(text: &str) -> f32 {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        fit().of(&words)
    }

    #[test]
    fn a_phrase_fits_also_with_politeness_around_it() {
        assert!(of("when are you open") > 0.99);
        assert!(of("hello um could you tell me when are you open please") > 0.99);
    }

    #[test]
    fn a_rewording_fits_and_a_jumble_of_the_same_words_does_not() {
        assert!(of("i want to move my appointment") > ENOUGH);
        assert!(of("you can to move where open a person need talk") < ENOUGH);
        assert!(of("the weather") < 0.01);
        assert!(of("") < 0.01);
    }
}
