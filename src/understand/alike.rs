//! Which phrases say the same: by the views that the matcher has of words, weighted by how much each
//! tells among these very phrases.
//!
//! [`Likeness`] of many phrases once, then [`Likeness::groups`]. Nothing is learned here and no intent
//! is known; the same phrases in the same order give the same groups.

use super::features::{Sparse, Vocabulary};
use super::{Language, english, mandarin};
use std::collections::{HashMap, HashSet};

/// Phrases, and how much each is like another.
#[derive(Debug)]
pub struct Likeness {
    /// Of length 1 each, or empty where there are no words; sorted by feature.
    vectors: Vec<Sparse>,
}

impl Likeness {
    /// Of phrases as [`normalise`](super::normalise) leaves them.
    pub fn of(language: Language, phrases: &[Vec<String>]) -> Likeness {
        let numbered: Vec<(usize, Vec<String>)> = phrases.iter().cloned().enumerate().collect();
        let vocabulary = Vocabulary::of(language, &numbered, phrases.len());
        let vectors = phrases.iter().map(|words| {
            let mut vector = vocabulary.see(words);
            vector.sort_by_key(|(feature, _)| *feature);
            // A phrase of one word has no pairs, so it is a little shorter than 1 by itself.
            let length = dot(&vector, &vector).sqrt();
            if length > 0.0 {
                vector.iter_mut().for_each(|(_, value)| *value /= length);
            }
            vector
        });
        Likeness {
            vectors: vectors.collect(),
        }
    }

    /// 0 for nothing in common, 1 for the same.
    pub fn between(&self, one: usize, other: usize) -> f32 {
        match (self.vectors.get(one), self.vectors.get(other)) {
            (Some(one), Some(other)) => dot(one, other),
            _ => 0.0,
        }
    }

    /// Groups of phrases, by their number: two groups are joined, the most alike phrases first, where
    /// the mean likeness of all their pairs is at least `limit`. Each phrase is in one group, which may
    /// be its own; groups are in the order of their first phrase.
    ///
    /// A pair of groups is looked at once for each of their sizes, not again and again until nothing
    /// changes, as textbooks have it: with 10,000 phrases that is the difference between seconds
    /// and hours.
    pub fn groups(&self, limit: f32) -> Vec<Vec<usize>> {
        let mut group_of: Vec<usize> = (0..self.vectors.len()).collect();
        let mut groups: HashMap<usize, Group> = self
            .vectors
            .iter()
            .enumerate()
            .map(|(at, vector)| (at, Group::of(at, vector)))
            .collect();
        let mut too_far = HashSet::new();
        for (one, other) in self.pairs(limit) {
            let of = |phrase: usize| group_of.get(phrase).copied().unwrap_or(phrase);
            let (first, second) = (of(one).min(of(other)), of(one).max(of(other)));
            let (Some(a), Some(b)) = (groups.get(&first), groups.get(&second)) else {
                continue;
            };
            let sizes = (first, a.members.len(), second, b.members.len());
            if first == second || too_far.contains(&sizes) {
                continue;
            }
            if a.likeness(b) < limit {
                too_far.insert(sizes);
                continue;
            }
            let Some(joined) = groups.remove(&second) else {
                continue;
            };
            for member in &joined.members {
                if let Some(group) = group_of.get_mut(*member) {
                    *group = first;
                }
            }
            if let Some(group) = groups.get_mut(&first) {
                group.join(joined);
            }
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().map(|group| group.members).collect();
        groups
            .iter_mut()
            .for_each(|members| members.sort_unstable());
        groups.sort();
        groups
    }

    /// Pairs that are at least so alike, the most alike first.
    fn pairs(&self, limit: f32) -> Vec<(usize, usize)> {
        let mut having: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
        let mut pairs = Vec::new();
        let mut alike = vec![0.0f32; self.vectors.len()];
        for (at, vector) in self.vectors.iter().enumerate() {
            let earlier = alike.get_mut(..at).unwrap_or_default();
            earlier.fill(0.0);
            for (feature, value) in vector {
                let having = having.entry(*feature).or_default();
                for (other, its) in having.iter() {
                    if let Some(alike) = earlier.get_mut(*other) {
                        *alike += value * its;
                    }
                }
                having.push((at, *value));
            }
            let close = earlier.iter().enumerate();
            let close = close.filter(|(_, alike)| **alike >= limit);
            pairs.extend(close.map(|(other, alike)| (*alike, other, at)));
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        pairs
            .into_iter()
            .map(|(_, one, other)| (one, other))
            .collect()
    }
}

/// Phrases taken together.
struct Group {
    members: Vec<usize>,
    /// Of their vectors, so that the mean over all pairs of two groups is one product.
    sum: HashMap<u32, f32>,
}

impl Group {
    fn of(phrase: usize, vector: &Sparse) -> Group {
        Group {
            members: vec![phrase],
            sum: vector.iter().copied().collect(),
        }
    }

    fn likeness(&self, other: &Group) -> f32 {
        let (small, large) = match self.sum.len() <= other.sum.len() {
            true => (&self.sum, &other.sum),
            false => (&other.sum, &self.sum),
        };
        // Summed up in an order of its own, so that two runs do not differ in the last digit.
        let mut products: Vec<(u32, f32)> = small
            .iter()
            .filter_map(|(feature, value)| Some((*feature, value * large.get(feature)?)))
            .collect();
        products.sort_unstable_by_key(|(feature, _)| *feature);
        let sum: f32 = products.iter().map(|(_, product)| product).sum();
        sum / (self.members.len() * other.members.len()) as f32
    }

    fn join(&mut self, other: Group) {
        self.members.extend(other.members);
        for (feature, value) in other.sum {
            *self.sum.entry(feature).or_default() += value;
        }
    }
}

/// Of vectors that are sorted by feature.
fn dot(one: &Sparse, other: &Sparse) -> f32 {
    let mut others = other.iter().peekable();
    let mut sum = 0.0;
    for (feature, value) in one {
        while others.next_if(|(known, _)| known < feature).is_some() {}
        if let Some((_, its)) = others.next_if(|(known, _)| known == feature) {
            sum += value * its;
        }
    }
    sum
}

/// Whether a normalised word says what a sentence is about; "can", "the" and "please" do not.
pub fn is_content_word(language: Language, word: &str) -> bool {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            let mut nothing = english::SAYING_NOTHING.iter();
            word.chars().count() > 2
                && !nothing.any(|phrase| phrase.split(' ').any(|known| known == word))
        }
        Language::Mandarin => !mandarin::SAYING_NOTHING
            .iter()
            .any(|phrase| phrase.contains(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::normalise;
    use proptest::prelude::*;

    const EN: Language = Language::EnglishUs;

    fn likeness(language: Language, phrases: &[&str]) -> Likeness {
        let words: Vec<Vec<String>> = phrases.iter().map(|p| normalise(language, p)).collect();
        Likeness::of(language, &words)
    }

    #[test]
    fn what_asks_for_the_same_is_together_and_nothing_else() {
        let phrases = [
            "where is the parking lot",
            "do you give flu shots",
            "is there a parking lot",
            "can i get a flu shot",
            "where is the parking garage",
            "i want to pay my bill",
            "flu shots",
            "where do i pay the bill",
        ];
        let groups = likeness(EN, &phrases).groups(0.2);
        assert_eq!(groups, [vec![0, 2, 4], vec![1, 3, 6], vec![5, 7]]);
    }

    #[test]
    fn misheard_words_are_like_what_was_said() {
        let heard = likeness(
            EN,
            &["where is the dentist", "wear is the den tist", "a refund"],
        );
        assert!(heard.between(0, 1) > 2.0 * heard.between(0, 2));
        assert!((heard.between(1, 1) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn mandarin_goes_by_characters_and_sounds() {
        let groups = likeness(
            Language::Mandarin,
            &["打流感疫苗", "有没有流感疫苗", "停车要钱吗"],
        );
        assert_eq!(groups.groups(0.2), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn words_around_what_it_is_about_say_nothing() {
        let is = |word| is_content_word(EN, word);
        assert!(is("vaccine") && is("parking") && !is("the") && !is("please") && !is("want"));
        assert!(is_content_word(Language::Mandarin, "疫苗"));
        assert!(!is_content_word(Language::Mandarin, "请问"));
    }

    proptest! {
        #[test]
        fn every_phrase_is_in_one_group(phrases in proptest::collection::vec("[a-e ]{0,12}", 0..30)) {
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let likeness = likeness(EN, &phrases);
            let groups = likeness.groups(0.3);
            let mut all: Vec<usize> = groups.iter().flatten().copied().collect();
            all.sort();
            prop_assert_eq!(all, (0..phrases.len()).collect::<Vec<_>>());
            prop_assert_eq!(groups, likeness.groups(0.3));
        }
    }
}
