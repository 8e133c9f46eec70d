//! Text to numbers: what an utterance shows, weighted by how much each part tells.
//!
//! Five views of the same words, each forgiving where the others are strict: word stems, pairs
//! of neighbouring stems, pairs of stems that are near each other in any order, letter n-grams
//! within words, and n-grams of consonant sounds across them. Each view becomes a weighted vector
//! of length 1; [`VIEWS`] says how much it counts.

use super::{Language, english, mandarin};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// How much each view counts; the sum is 1, so the product of two vectors is at most 1.
/// Found, like the n-gram lengths, on public sets of intents and on telephone-style questions,
/// typed and misrecognised. A pair says more than its words, and holds them too.
const VIEWS: [f32; 5] = [0.15, 0.1, 0.25, 0.45, 0.05];
const STEMS: usize = 0;
const PAIRS: usize = 1;
const NEAR: usize = 2;
const LETTERS: usize = 3;
const SOUNDS: usize = 4;

/// How many letters, and how many sounds, are looked at together.
const LETTER_GRAMS: RangeInclusive<usize> = 2..=3;
const SOUND_GRAMS: RangeInclusive<usize> = 2..=4;

/// What the edge of an utterance tells, against 1 for a word.
const EDGE: f32 = 0.3;
/// Words further apart than this have nothing to do with each other.
const NEARBY: usize = 12;

/// Entries `(feature, value)`, each feature once, known features only.
pub(super) type Sparse = Vec<(u32, f32)>;

/// Every feature of the examples, and how much it tells.
#[derive(Debug)]
pub(super) struct Vocabulary {
    language: Language,
    known: [HashMap<u64, Feature>; VIEWS.len()],
    size: usize,
    /// The weight of a feature that no example has: as telling as one that a single intent has.
    unknown: f32,
}

#[derive(Debug)]
struct Feature {
    id: u32,
    weight: f32,
}

/// A feature while it is counted.
struct Seen {
    id: u32,
    /// How many intents have it,
    intents: usize,
    /// and the last of them.
    last: Option<usize>,
}

impl Vocabulary {
    /// Of examples with the number of their intent, out of `intents`; those of one intent stand
    /// together.
    pub(super) fn of(
        language: Language,
        examples: &[(usize, Vec<String>)],
        intents: usize,
    ) -> Vocabulary {
        // A feature tells the more, the fewer intents have it. Counting intents instead of
        // examples keeps "appointment" telling in an intent where every example has it. The root
        // keeps rare words, of which many are there by chance, from drowning the others.
        let weight = |intents_with: usize| {
            (1.0 + (intents + 1) as f32 / intents_with as f32)
                .ln()
                .sqrt()
        };
        let mut seen: [HashMap<u64, Seen>; VIEWS.len()] = Default::default();
        let mut size: u32 = 0;
        for (intent, words) in examples {
            for (seen, features) in seen.iter_mut().zip(features(language, words)) {
                for (key, _) in features {
                    let seen = seen.entry(key).or_insert_with(|| {
                        size += 1;
                        Seen {
                            id: size - 1,
                            intents: 0,
                            last: None,
                        }
                    });
                    if seen.last != Some(*intent) {
                        seen.last = Some(*intent);
                        seen.intents += 1;
                    }
                }
            }
        }
        let known = seen.map(|view| {
            view.into_iter()
                .map(|(key, Seen { id, intents, .. })| {
                    let weight = weight(intents);
                    (key, Feature { id, weight })
                })
                .collect()
        });
        Vocabulary {
            language,
            known,
            size: size as usize,
            unknown: weight(1),
        }
    }

    /// How many features there are; ids are smaller.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// An utterance as a vector: of length 1 when all of it is known, shorter the less is.
    pub(super) fn see(&self, words: &[String]) -> Sparse {
        let mut vector = Sparse::new();
        let views = self.known.iter().zip(VIEWS);
        for ((known, share), features) in views.zip(features(self.language, words)) {
            let start = vector.len();
            let mut squares = 0.0f32;
            for (key, strength) in features {
                let feature = known.get(&key);
                let value = strength * feature.map_or(self.unknown, |feature| feature.weight);
                squares += value * value;
                vector.extend(feature.map(|feature| (feature.id, value)));
            }
            if squares > 0.0 {
                let scale = (share / squares).sqrt();
                for (_, value) in vector.iter_mut().skip(start) {
                    *value *= scale;
                }
            }
        }
        vector
    }
}

/// The features of an utterance in each view, each once with its strength.
fn features(language: Language, words: &[String]) -> [Vec<(u64, f32)>; VIEWS.len()] {
    let (stems, spelled, sounds): (Vec<String>, Vec<String>, Vec<char>) = match language {
        Language::EnglishUs | Language::EnglishGb => (
            words.iter().map(|word| english::stem(word)).collect(),
            words.to_vec(),
            english::sounds(words),
        ),
        // Characters are the letters of words whose ends nobody writes.
        Language::Mandarin => (
            words.to_vec(),
            vec![words.concat()],
            mandarin::sounds(words),
        ),
    };
    let mut views: [Vec<(u64, f32)>; VIEWS.len()] = Default::default();

    let padded = |stem: Option<&String>| match stem {
        Some(stem) => (stem.clone(), 1.0),
        None => (String::new(), EDGE),
    };
    views[STEMS].extend(stems.iter().map(|stem| (key(stem.chars()), 1.0)));
    for second in 0..=stems.len() {
        let (a, a_tells) = padded(second.checked_sub(1).and_then(|first| stems.get(first)));
        let (b, b_tells) = padded(stems.get(second));
        let pair = key(a.chars().chain([' ']).chain(b.chars()));
        views[PAIRS].push((pair, f32::sqrt(a_tells * b_tells)));
    }
    for (first, a) in stems.iter().enumerate() {
        for b in stems.iter().skip(first + 1).take(NEARBY) {
            if a != b {
                let (a, b) = (a.min(b), a.max(b));
                let near = key(a.chars().chain(['~']).chain(b.chars()));
                views[NEAR].push((near, 1.0));
            }
        }
    }
    for word in &spelled {
        let letters: Vec<char> = ['_'].into_iter().chain(word.chars()).chain(['_']).collect();
        ngrams(&letters, LETTER_GRAMS, &mut views[LETTERS]);
    }
    ngrams(&sounds, SOUND_GRAMS, &mut views[SOUNDS]);

    for view in &mut views {
        view.sort_by_key(|(key, _)| *key);
        // What is said twice tells more than once, but not twice as much.
        view.dedup_by(|(key, strength), (kept_key, kept)| {
            let same = key == kept_key;
            if same {
                *kept = kept.hypot(*strength);
            }
            same
        });
    }
    views
}

fn ngrams(letters: &[char], lengths: RangeInclusive<usize>, into: &mut Vec<(u64, f32)>) {
    for length in lengths {
        into.extend(
            letters
                .windows(length)
                .map(|ngram| (key(ngram.iter().copied()), 1.0)),
        );
    }
}

/// FNV-1a. A collision of 64 bits would cost a little accuracy, nothing else.
fn key(letters: impl Iterator<Item = char>) -> u64 {
    letters.fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3)
    })
}
