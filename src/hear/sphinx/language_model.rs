//! What callers are expected to say, as a word bigram model in the ARPA format.
//!
//! Built from the dialplan's phrases, what people say around them, and common words with little
//! weight. A grammar would turn any sound into one of its phrases; this lets other speech come
//! out as a jumble, which [`super::fit`] rejects, and lets a caller put known words together in
//! another way. Smoothed after Witten and Bell (IEEE Trans. Information Theory 37(4), 1991).

use super::everyday::{AFTER, AROUND, COMMON};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const START: &str = "<s>";
const END: &str = "</s>";

/// How often a phrase counts as seen.
const PHRASE: f64 = 6.0;
/// How often what is said around a phrase counts as followed or preceded by one.
const JOIN: f64 = 1.0;
const JOIN_AFTER: f64 = 0.3;
/// The share of all words that the common ones make, and how often each counts as seen first and
/// last: a single "nine" must not have to be a "bye".
const COMMON_SHARE: f64 = 0.016;
const COMMON_ALONE: f64 = 1.0;

/// Every word that may be recognised, given the phrases as lists of words.
pub fn vocabulary(phrases: &[Vec<String>]) -> BTreeSet<String> {
    let around = AROUND.iter().flat_map(|words| words.split(' '));
    phrases
        .iter()
        .flatten()
        .map(String::as_str)
        .chain(around)
        .chain(COMMON.split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// The model's text. The phrases must not all be empty.
pub fn arpa(phrases: &[Vec<String>]) -> String {
    let mut counts = Counts::default();
    for phrase in phrases {
        counts.add(
            &phrase.iter().map(String::as_str).collect::<Vec<_>>(),
            PHRASE,
        );
    }
    let said_first = phrases.iter().filter_map(|phrase| phrase.first());
    let each = JOIN / phrases.len().max(1) as f64;
    for around in AROUND {
        let words: Vec<&str> = around.split(' ').collect();
        counts.add(&words, 1.0);
        if let Some(&last) = words.last() {
            for first in said_first.clone() {
                counts.follow(last, first, each);
            }
        }
    }
    let said_last: BTreeSet<&String> = phrases.iter().filter_map(|phrase| phrase.last()).collect();
    for last in said_last {
        for after in AFTER {
            counts.follow(last, after, JOIN_AFTER);
        }
    }
    let common: BTreeSet<&str> = COMMON.split_whitespace().collect();
    let each = counts.words.values().sum::<f64>() * COMMON_SHARE / common.len() as f64;
    for word in common {
        *counts.words.entry(word).or_default() += each;
        counts.follow(START, word, COMMON_ALONE);
        counts.follow(word, END, COMMON_ALONE);
    }
    counts.into_arpa()
}

#[derive(Default)]
struct Counts<'a> {
    words: BTreeMap<&'a str, f64>,
    /// By first word.
    pairs: BTreeMap<&'a str, BTreeMap<&'a str, f64>>,
}

impl<'a> Counts<'a> {
    fn add(&mut self, words: &[&'a str], times: f64) {
        let mut before = START;
        for &word in words.iter().chain(&[END]) {
            *self.words.entry(word).or_default() += times;
            self.follow(before, word, times);
            before = word;
        }
    }

    fn follow(&mut self, before: &'a str, word: &'a str, times: f64) {
        let followers = self.pairs.entry(before).or_default();
        *followers.entry(word).or_default() += times;
    }

    fn into_arpa(self) -> String {
        let total: f64 = self.words.values().sum();
        let alone: BTreeMap<&str, f64> = self
            .words
            .iter()
            .map(|(&word, n)| (word, n / total))
            .collect();
        let chance = |word: &str| alone.get(word).copied().unwrap_or_default();

        let mut pairs = String::new();
        let mut pair_count = 0;
        let mut backoffs: BTreeMap<&str, f64> = BTreeMap::new();
        for (&before, followers) in &self.pairs {
            let seen: f64 = followers.values().sum();
            let trust = seen / (seen + followers.len() as f64);
            let (mut left, mut left_alone) = (1.0, 1.0);
            for (&word, n) in followers {
                let p = trust * n / seen + (1.0 - trust) * chance(word);
                left -= p;
                left_alone -= chance(word);
                // Writing to a String cannot fail.
                let _ = writeln!(pairs, "{:.4} {before} {word}", log(p));
                pair_count += 1;
            }
            backoffs.insert(before, left.max(1e-6) / left_alone.max(1e-6));
        }

        let mut text = format!(
            "\\data\\\nngram 1={}\nngram 2={pair_count}\n\n\\1-grams:\n",
            alone.len() + 1
        );
        let backoff = |word: &str| log(backoffs.get(word).copied().unwrap_or(1.0));
        let _ = writeln!(text, "-99 {START} {:.4}", backoff(START));
        for (word, &p) in &alone {
            let _ = writeln!(text, "{:.4} {word} {:.4}", log(p), backoff(word));
        }
        text + "\n\\2-grams:\n" + &pairs + "\n\\end\\\n"
    }
}

fn log(p: f64) -> f64 {
    p.max(1e-9).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(texts: &[&str]) -> Vec<Vec<String>> {
        texts
            .iter()
            .map(|text| text.split(' ').map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn the_chances_of_what_follows_a_word_add_up_to_one() {
        let text = arpa(&phrases(&["when are you open", "when do you close"]));
        let (singles, pairs) = text.split_once("\\2-grams:").unwrap();
        let mut alone = BTreeMap::new();
        for line in singles.lines() {
            let parts: Vec<&str> = line.split(' ').collect();
            if let [p, word, backoff] = parts[..] {
                let number = |text: &str| 10f64.powf(text.parse::<f64>().unwrap());
                alone.insert(word, (number(p), number(backoff)));
            }
        }
        let sum: f64 = alone.values().map(|(p, _)| p).sum();
        assert!((sum - 1.0).abs() < 1e-2, "{sum}");
        for before in ["when", "you", "<s>", "hello"] {
            let (mut sum, mut seen) = (0.0, 0.0);
            for line in pairs.lines() {
                let parts: Vec<&str> = line.split(' ').collect();
                if let [p, a, b] = parts[..]
                    && a == before
                {
                    sum += 10f64.powf(p.parse::<f64>().unwrap());
                    seen += alone[b].0;
                }
            }
            sum += alone[before].1 * (1.0 - seen);
            assert!((sum - 1.0).abs() < 1e-2, "after {before}: {sum}");
        }
    }

    #[test]
    fn the_vocabulary_holds_the_phrases_and_everyday_words() {
        let words = vocabulary(&phrases(&["zyzzyva clinic"]));
        for word in ["zyzzyva", "clinic", "please", "the"] {
            assert!(words.contains(word), "{word}");
        }
    }
}
