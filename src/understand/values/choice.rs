//! One of a list of things, by the ways to say it.

use super::said::Said;
use super::{Asked, Hit, Language, Value};
use crate::understand::{english, mandarin};

/// A thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value that stands in records; it is a way to say it, too.
    pub name: String,
    /// Other ways to say it.
    pub ways: Vec<String>,
}

/// A place in the text that sounds like a choice.
struct Heard {
    choice: usize,
    start: usize,
    end: usize,
    /// 1 where it is said exactly.
    likeness: f64,
    /// Letters of the way.
    length: usize,
}

/// What is nearer to another choice by less than this may be either.
const MARGIN: f64 = 0.08;
/// Shorter ways are known exactly or not at all.
const SHORTEST_MISHEARD: usize = 4;

pub(super) fn find(said: &Said, asked: &Asked, choices: &[Choice]) -> Vec<Hit> {
    let mut heard: Vec<Heard> = Vec::new();
    for (choice, Choice { name, ways }) in choices.iter().enumerate() {
        for way in std::iter::once(name).chain(ways) {
            heard.extend(places(said, asked.language, way).map(
                |(start, end, likeness, length)| Heard {
                    choice,
                    start,
                    end,
                    likeness,
                    length,
                },
            ));
        }
    }
    // What is said exactly counts before what is misheard, the longer before the shorter.
    heard.sort_by(|a, b| {
        let exact = |heard: &Heard| heard.likeness >= 1.0;
        let order = exact(b).cmp(&exact(a)).then(match exact(a) {
            true => b.length.cmp(&a.length),
            false => b
                .likeness
                .total_cmp(&a.likeness)
                .then(b.length.cmp(&a.length)),
        });
        order.then(a.start.cmp(&b.start))
    });
    let overlap = |a: &Heard, b: &Heard| a.start < b.end && b.start < a.end;
    let mut taken: Vec<&Heard> = Vec::new();
    let mut unclear: Vec<&Heard> = Vec::new();
    for one in &heard {
        if taken
            .iter()
            .chain(&unclear)
            .any(|other| overlap(one, other))
        {
            continue;
        }
        let rival = heard.iter().any(|other| {
            let same_words = other.length == one.length || other.likeness < 1.0;
            other.choice != one.choice
                && overlap(one, other)
                && same_words
                && one.likeness - other.likeness < MARGIN
        });
        if rival {
            unclear.push(one)
        } else {
            taken.push(one)
        }
    }
    taken.sort_by_key(|one| one.start);
    let hits = taken.into_iter().filter_map(|one| {
        let name = choices.get(one.choice)?.name.clone();
        Some(Hit {
            value: Value::Choice(name),
            tokens: one.start..one.end,
            unfinished: false,
        })
    });
    hits.collect()
}

/// Where a way is said: first token, the token after the last, likeness, letters.
fn places<'s>(
    said: &'s Said,
    language: Language,
    way: &str,
) -> impl Iterator<Item = (usize, usize, f64, usize)> + 's {
    let way = words(&Said::of(way), 0..usize::MAX);
    let spelled = way.concat();
    let length = spelled.chars().count();
    let sounds = sounds(language, &way);
    let count = way.len();
    (0..said.len()).filter_map(move |start| {
        // A misheard word may have become two, or two words one.
        let sizes = [count, count + 1, count.saturating_sub(1)];
        let alike = sizes
            .into_iter()
            .filter(|size| *size > 0)
            .filter_map(|size| {
                let end = start + size;
                (end <= said.len()).then_some(())?;
                let heard = words(said, start..end);
                let likeness = likeness(language, &spelled, &sounds, &heard)?;
                Some((start, end, likeness, length))
            });
        alike.max_by(|a, b| a.2.total_cmp(&b.2))
    })
}

fn words(said: &Said, tokens: std::ops::Range<usize>) -> Vec<String> {
    let all = said.0.iter().enumerate();
    let inside = all.filter(|(at, _)| tokens.contains(at));
    inside
        .map(|(_, token)| token.word.replace('\'', ""))
        .collect()
}

fn sounds(language: Language, words: &[String]) -> Vec<char> {
    match language {
        Language::EnglishUs | Language::EnglishGb => english::sounds(words),
        Language::Mandarin => mandarin::sounds(words),
    }
}

/// 1 for the same letters, less for one that is wrong or the same sounds; none for anything else.
fn likeness(language: Language, way: &str, way_sounds: &[char], heard: &[String]) -> Option<f64> {
    let spelled = heard.concat();
    if spelled == way {
        return Some(1.0);
    }
    let length = way.chars().count();
    let same_sounds = !way_sounds.is_empty() && sounds(language, heard) == way_sounds;
    match language {
        // A syllable alone has too many others that sound like it.
        Language::Mandarin => {
            let one_off = length >= 4 && strsim::damerau_levenshtein(&spelled, way) == 1;
            (length >= 2 && same_sounds && heard.len() == length)
                .then_some(0.9)
                .or(one_off.then_some(0.8))
        }
        Language::EnglishUs | Language::EnglishGb => {
            if length < SHORTEST_MISHEARD {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&spelled, way);
            // Consonants alone are little to go by in a short word.
            let close = distance <= length.div_ceil(3) && way_sounds.len() >= 3 && same_sounds;
            let one_off = distance == 1 && length > SHORTEST_MISHEARD;
            let two_off = distance == 2 && length >= 9;
            (close || one_off || two_off).then(|| 1.0 - distance.max(1) as f64 / length as f64)
        }
    }
}
