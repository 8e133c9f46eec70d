//! Dialplans as people write them: few intents with few examples, drawn by chance from a large set.

use super::Learned;
use super::set::{Chance, Set};
use super::tally::Tally;
use super::words::Wrong;
use std::time::{Duration, Instant};

const DIALPLANS: usize = 120;
/// So many utterances are asked of each intent, and so many of strangers for each: half of them
/// want another intent of the same set, half nothing that is in it.
const ASKED: usize = 15;
const STRANGERS: usize = 6;
/// How many strangers a dialplan may be told of.
const TOLD: usize = 20;

pub struct Small {
    pub alone: Tally,
    pub told: Tally,
    pub misheard: Tally,
}

pub fn dialplans(clinc: &Set, banking: &Set, strangers: &[&str]) -> Small {
    let mut small = Small {
        alone: Tally::default(),
        told: Tally::default(),
        misheard: Tally::default(),
    };
    let mut chance = Chance(7);
    let wrong = Wrong::of(clinc.texts().iter().chain(&banking.texts()));
    let mut strangers = strangers.to_vec();
    for number in 0..DIALPLANS {
        let set = if number % 3 == 2 { banking } else { clinc };
        let intents = 3 + chance.below(18);
        let examples = 3 + chance.below(8);
        let (learned, asked) = draw(set, intents, examples, &mut chance);
        chance.shuffle(&mut strangers);
        let (told, unknown) = strangers.split_at(TOLD);
        let mut known = asked.intents();
        known.sort();
        let others = std::iter::repeat_with(|| &set.lines[chance.below(set.lines.len())])
            .filter(|(_, intent)| !known.contains(intent));
        let others: Vec<&str> = others
            .map(|(text, _)| text.as_str())
            .take(intents * STRANGERS / 2)
            .collect();
        let unknown = unknown
            .iter()
            .copied()
            .cycle()
            .take(intents * STRANGERS / 2);
        let asked = asked.and_strangers(others.into_iter().chain(unknown));

        let alone = Learned::of(&learned, &[]);
        small.alone.include(&alone.asked(&asked));
        small
            .told
            .include(&Learned::of(&learned, told).asked(&asked));
        let misheard = asked.map(|text| wrong.tenth(text, &mut chance));
        small.misheard.include(&alone.asked(&misheard));
    }
    small
}

/// Some of the intents: examples to learn, and what is asked.
fn draw(set: &Set, intents: usize, examples: usize, chance: &mut Chance) -> (Set, Set) {
    let mut names = set.intents();
    chance.shuffle(&mut names);
    names.truncate(intents);
    let (mut learned, mut asked) = (Set::default(), Set::default());
    for name in names {
        let mut texts = set.of_intent(&name);
        chance.shuffle(&mut texts);
        let line = |text: &&str| ((*text).to_owned(), name.clone());
        learned.lines.extend(texts.iter().take(examples).map(line));
        let rest = texts.iter().skip(examples).take(ASKED);
        asked.lines.extend(rest.map(line));
    }
    (learned, asked)
}

/// How long a usual dialplan takes to learn: 10 intents with 8 examples; the middle of a few.
pub fn learning(set: &Set) -> Duration {
    let mut chance = Chance(5);
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let (learned, _) = draw(set, 10, 8, &mut chance);
            let start = Instant::now();
            std::hint::black_box(Learned::of(&learned, &[]));
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
