//! What callers are expected to say, as a trigram model in the ARPA format.
//!
//! Built from the dialplan's phrases, what people say around them, and common words with little
//! weight. A grammar would turn any sound into one of its phrases; this lets other speech come
//! out as a jumble, which [`super::fit`] rejects, and lets a caller put known words together in
//! another way. A slot counts as each of its sayings, in equal shares. Smoothed after Witten and
//! Bell (IEEE Trans. Information Theory 37(4), 1991).

use super::everyday::{AFTER, AROUND};
use super::tokens::{Item, Tokens, shape};
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
/// A dialplan of so many phrases gets all of this; a smaller one its share, or a plan that waits
/// for one digit would hear everything else before a digit.
const MANY_PHRASES: f64 = 300.0;
const COMMON_AT_LEAST: f64 = 1.0 / 16.0;

/// What may follow otherwise than in a phrase, as a share of what Witten and Bell leave for it: few
/// callers use a phrase's words in another order.
const DOUBT: f64 = 0.25;

/// The model's text. There must be a phrase that is not empty. `around` says which of
/// [`AROUND`]'s and `common`'s words are in the vocabulary.
pub fn arpa<'a>(
    tokens: &'a Tokens,
    common: &BTreeSet<&'a str>,
    is_known: impl Fn(&str) -> bool,
) -> String {
    let scale = (tokens.phrases.len() as f64 / MANY_PHRASES).min(1.0);
    let mut counts = Counts::default();
    for phrase in &tokens.phrases {
        let ends = counts.walk(tokens, phrase, Contexts::from([(("", START), PHRASE)]));
        counts.step(ends, END);
    }
    let phrases = tokens.phrases.len().max(1) as f64;
    let firsts: Vec<Vec<&str>> = tokens
        .phrases
        .iter()
        .map(|p| edge(tokens, p, true))
        .collect();
    for around in AROUND {
        let words: Vec<&str> = around.split(' ').collect();
        if !words.iter().all(|word| is_known(word)) {
            continue;
        }
        let mut contexts = Contexts::from([(("", START), scale)]);
        for &word in &words {
            contexts = counts.step(contexts, word);
        }
        counts.step(contexts, END);
        if let Some(&last) = words.last() {
            for firsts in &firsts {
                for first in firsts {
                    counts.follow(last, first, scale * JOIN / phrases / firsts.len() as f64);
                }
            }
        }
    }
    let lasts: BTreeSet<&str> = tokens
        .phrases
        .iter()
        .flat_map(|phrase| edge(tokens, phrase, false))
        .collect();
    for last in lasts {
        for after in AFTER.iter().filter(|after| is_known(after)) {
            counts.follow(last, after, scale * JOIN_AFTER);
        }
    }
    let each = counts.words.values().sum::<f64>() * COMMON_SHARE * scale.max(COMMON_AT_LEAST)
        / common.len().max(1) as f64;
    for &word in common {
        *counts.words.entry(word).or_default() += each;
        counts.follow(START, word, scale * COMMON_ALONE);
        counts.follow(word, END, scale * COMMON_ALONE);
    }
    counts.into_arpa(&sizes(tokens))
}

/// How many pieces each class has, by its shape.
fn sizes(tokens: &Tokens) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for token in tokens.all() {
        *sizes.entry(shape(token)).or_default() += 1;
    }
    sizes
}

/// The pieces that a phrase may begin with, or end with.
fn edge<'a>(tokens: &'a Tokens, phrase: &'a [Item], first: bool) -> Vec<&'a str> {
    let item = if first { phrase.first() } else { phrase.last() };
    match item {
        None => Vec::new(),
        Some(Item::Token(token)) => vec![token],
        Some(Item::Slot(class)) => {
            let sayings = tokens.sayings(class).iter();
            sayings
                .flat_map(|saying| edge(tokens, saying, first))
                .collect()
        }
    }
}

/// The last two words, and how often they count as said.
type Contexts<'a> = BTreeMap<(&'a str, &'a str), f64>;

#[derive(Default)]
struct Counts<'a> {
    words: BTreeMap<&'a str, f64>,
    /// By first word.
    pairs: BTreeMap<&'a str, BTreeMap<&'a str, f64>>,
    /// By the first two.
    triples: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, f64>>,
}

impl<'a> Counts<'a> {
    fn walk(
        &mut self,
        tokens: &'a Tokens,
        phrase: &'a [Item],
        mut contexts: Contexts<'a>,
    ) -> Contexts<'a> {
        for item in phrase {
            contexts = match item {
                Item::Token(token) => self.step(contexts, token),
                Item::Slot(class) => {
                    let sayings = tokens.sayings(class);
                    let share = 1.0 / sayings.len() as f64;
                    let mut ends = Contexts::new();
                    for saying in sayings {
                        let begins = contexts.iter().map(|(&at, n)| (at, n * share)).collect();
                        for (at, n) in self.walk(tokens, saying, begins) {
                            *ends.entry(at).or_default() += n;
                        }
                    }
                    ends
                }
            };
        }
        contexts
    }

    fn step(&mut self, contexts: Contexts<'a>, word: &'a str) -> Contexts<'a> {
        let mut after = Contexts::new();
        for ((first, second), times) in contexts {
            *self.words.entry(word).or_default() += times;
            self.follow(second, word, times);
            if !first.is_empty() {
                let followers = self.triples.entry((first, second)).or_default();
                *followers.entry(word).or_default() += times;
            }
            *after.entry((second, word)).or_default() += times;
        }
        after
    }

    fn follow(&mut self, before: &'a str, word: &'a str, times: f64) {
        let followers = self.pairs.entry(before).or_default();
        *followers.entry(word).or_default() += times;
    }

    fn into_arpa(self, sizes: &BTreeMap<String, usize>) -> String {
        // A piece of a class is seen in a share of the places that the class is.
        let share = |word: &str| 1.0 / sizes.get(&shape(word)).copied().unwrap_or(1).max(1) as f64;
        let total: f64 = self.words.values().sum();
        let alone: BTreeMap<&str, f64> = self
            .words
            .iter()
            .map(|(&word, n)| (word, n / total))
            .collect();
        let chance = |word: &str| alone.get(word).copied().unwrap_or_default();
        let pairs: BTreeMap<&str, Smoothed> = self
            .pairs
            .iter()
            .map(|(&before, followers)| (before, Smoothed::new(followers, share(before), chance)))
            .collect();
        let chance_after = |before: &str, word: &str| match pairs.get(before) {
            Some(smoothed) => smoothed
                .chances
                .get(word)
                .copied()
                .unwrap_or_else(|| smoothed.backoff * chance(word)),
            None => chance(word),
        };
        let triples: BTreeMap<(&str, &str), Smoothed> = self
            .triples
            .iter()
            .map(|(&(a, b), followers)| {
                let smoothed =
                    Smoothed::new(followers, share(a) * share(b), |word| chance_after(b, word));
                ((a, b), smoothed)
            })
            .collect();

        let pair_count: usize = pairs.values().map(|pair| pair.chances.len()).sum();
        let triple_count: usize = triples.values().map(|triple| triple.chances.len()).sum();
        let mut text = format!(
            "\\data\\\nngram 1={}\nngram 2={pair_count}\nngram 3={triple_count}\n\n\\1-grams:\n",
            alone.len() + 1
        );
        let backoff = |found: Option<&Smoothed>| log(found.map_or(1.0, |s| s.backoff));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "-99 {START} {:.4}", backoff(pairs.get(START)));
        for (word, &p) in &alone {
            let _ = writeln!(text, "{:.4} {word} {:.4}", log(p), backoff(pairs.get(word)));
        }
        text += "\n\\2-grams:\n";
        for (&before, smoothed) in &pairs {
            for (&word, &p) in &smoothed.chances {
                let after = backoff(triples.get(&(before, word)));
                let _ = writeln!(text, "{:.4} {before} {word} {after:.4}", log(p));
            }
        }
        text += "\n\\3-grams:\n";
        for ((a, b), smoothed) in &triples {
            for (word, &p) in &smoothed.chances {
                let _ = writeln!(text, "{:.4} {a} {b} {word}", log(p));
            }
        }
        text + "\n\\end\\\n"
    }
}

/// What follows a history.
struct Smoothed<'a> {
    chances: BTreeMap<&'a str, f64>,
    /// What the chance of anything else with a shorter history is multiplied by.
    backoff: f64,
}

impl<'a> Smoothed<'a> {
    /// `share` is how much of its classes' places the history is; `shorter` is the chance of a word
    /// after a history that is a word shorter.
    fn new(
        followers: &BTreeMap<&'a str, f64>,
        share: f64,
        shorter: impl Fn(&str) -> f64,
    ) -> Smoothed<'a> {
        let seen: f64 = followers.values().sum();
        let kinds: BTreeSet<String> = followers.keys().map(|word| shape(word)).collect();
        let trust = seen / (seen + kinds.len() as f64 * share * DOUBT);
        let (mut left, mut left_shorter) = (1.0, 1.0);
        let chances = followers
            .iter()
            .map(|(&word, n)| {
                let p = trust * n / seen + (1.0 - trust) * shorter(word);
                left -= p;
                left_shorter -= shorter(word);
                (word, p)
            })
            .collect();
        Smoothed {
            chances,
            backoff: f64::max(left, 1e-6) / f64::max(left_shorter, 1e-6),
        }
    }
}

fn log(p: f64) -> f64 {
    p.max(1e-9).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::expect::Expected;

    fn model(phrases: &[&str]) -> String {
        let phrases: Vec<String> = phrases.iter().map(|&text| text.to_owned()).collect();
        let expected = Expected::new(&phrases, &BTreeMap::new()).unwrap();
        let tokens = Tokens::new(&expected);
        arpa(&tokens, &BTreeSet::from(["the", "you"]), |_| true)
    }

    /// Every n-gram's words with its chance and backoff.
    fn read(text: &str) -> BTreeMap<Vec<&str>, (f64, f64)> {
        let number = |text: &str| 10f64.powf(text.parse::<f64>().unwrap());
        let mut grams = BTreeMap::new();
        let mut n = 0;
        for line in text.lines() {
            if line.ends_with("-grams:") {
                n = line[1..2].parse().unwrap();
            } else if n > 0 && line.contains(' ') {
                let parts: Vec<&str> = line.split(' ').collect();
                let backoff = parts.get(n + 1).map_or(1.0, |text| number(text));
                grams.insert(parts[1..=n].to_vec(), (number(parts[0]), backoff));
            }
        }
        grams
    }

    #[test]
    fn the_chances_of_what_follows_add_up_to_one() {
        let text = model(&["when are you open", "when do you close", "come {weekday}"]);
        let grams = read(&text);
        fn chance(grams: &BTreeMap<Vec<&str>, (f64, f64)>, before: &[&str], word: &str) -> f64 {
            let mut whole = before.to_vec();
            whole.push(word);
            if let Some((p, _)) = grams.get(&whole) {
                return *p;
            }
            let backoff = grams.get(before).map_or(1.0, |(_, backoff)| *backoff);
            backoff * chance(grams, &before[1..], word)
        }
        let words: Vec<&str> = grams
            .keys()
            .filter(|words| words.len() == 1 && words[0] != START)
            .map(|words| words[0])
            .collect();
        for before in [
            &[][..],
            &["when"],
            &["hello"],
            &[START],
            &[START, "when"],
            &["are", "you"],
            &["come", "weekday/monday"],
        ] {
            let sum: f64 = words.iter().map(|word| chance(&grams, before, word)).sum();
            assert!((sum - 1.0).abs() < 1e-2, "after {before:?}: {sum}");
        }
    }

    #[test]
    fn a_slot_is_each_of_its_sayings() {
        let text = model(&["come {weekday} please"]);
        let grams = read(&text);
        for day in ["weekday/monday", "weekday/sunday"] {
            let p = grams[&vec!["come", day]].0;
            assert!((0.05..0.15).contains(&p), "{day}: {p}");
            assert!(grams.contains_key(&vec!["come", day, "please"]));
        }
    }

    #[test]
    fn words_that_are_not_known_are_not_in_it() {
        let phrases = ["when are you open".to_owned()];
        let tokens = Tokens::new(&Expected::from_phrases(&phrases));
        let text = arpa(&tokens, &BTreeSet::new(), |word| word != "thanks");
        assert!(!text.contains("thanks") && text.contains("please"));
    }
}
