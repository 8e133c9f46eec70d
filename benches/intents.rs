//! How well the intent matcher understands what nobody wrote down for it: public sets of intents,
//! whole and as dialplans of a few intents with a few examples, clean and with wrong words, close
//! calls, and several wishes at once. Prints the table of `docs/understanding.md`.
//!
//!     make bench-intents                                       everything
//!     cargo bench --profile dev --bench intents -- show        with the utterances behind some figures
//!
//! Reads `../shared/data/intents`: CLINC150 (Larson et al., EMNLP 2019) and BANKING77 (Casanueva et
//! al., NLP4ConvAI 2020). Everything drawn by chance is drawn the same way each time.

#[path = "intents/parts.rs"]
mod parts;
#[path = "intents/set.rs"]
mod set;
#[path = "intents/small.rs"]
mod small;
#[path = "intents/tally.rs"]
mod tally;
#[path = "intents/words.rs"]
mod words;

use set::{Chance, Set};
use std::error::Error;
use std::time::{Duration, Instant};
use tally::{Tally, percent};
use zeroline::understand::{Language, Matcher};

fn main() -> Result<(), Box<dyn Error>> {
    let shows = std::env::args().any(|argument| argument == "show");
    let (Some(train), Some(strangers), Some(val), Some(banking)) = (
        Set::read("clinc150-train.tsv")?,
        Set::read("clinc150-oos-train.tsv")?,
        Set::read("clinc150-val.tsv")?,
        Set::read("banking77-train.tsv")?,
    ) else {
        println!("skipped: {} is not there", set::folder().display());
        return Ok(());
    };
    let strangers = strangers.texts();

    println!("{}", Tally::HEAD);
    let start = Instant::now();
    let clinc = Learned::of(&train, &strangers);
    let learning = start.elapsed();
    println!("{}", clinc.asked(&val).row("CLINC150, validation set"));
    let alone = Learned::of(&train, &[]);
    println!(
        "{}",
        alone.asked(&val).row("the same, told of no strangers")
    );
    drop(alone);
    let folds = folds(&train, &strangers, 5);
    println!("{}", sum(&folds).row("CLINC150, 5-fold"));
    let worst = |of: fn(&Tally) -> f64| folds.iter().map(of).fold(f64::MAX, f64::min);
    let best = |of: fn(&Tally) -> f64| folds.iter().map(of).fold(0.0, f64::max);
    let (lowest, highest) = (worst(Tally::understood), best(Tally::understood));
    let (fewest, most) = (worst(Tally::rejected), best(Tally::rejected));
    for count in [5, 10, 20] {
        let label = format!("BANKING77, {count}-fold");
        println!("{}", sum(&self::folds(&banking, &[], count)).row(&label));
    }

    let mut chance = Chance(3);
    let wrong = words::Wrong::of(train.texts().iter().chain(&val.texts()));
    let misheard = val.map(|text| wrong.tenth(text, &mut chance));
    let label = "CLINC150, validation set, a tenth of the words wrong";
    println!("{}", clinc.asked(&misheard).row(label));
    let small = small::dialplans(&train, &banking, &strangers);
    println!(
        "{}",
        small
            .alone
            .row("dialplans of 3 to 20 intents, 3 to 10 examples each")
    );
    println!("{}", small.told.row("the same, told of 20 other strangers"));
    println!(
        "{}",
        small
            .misheard
            .row("the same dialplans, not told, a tenth of the words wrong")
    );

    println!(
        "\nof the 5 folds of CLINC150: understood {} to {}, strangers rejected {} to {}",
        percent(lowest),
        percent(highest),
        percent(fewest),
        percent(most)
    );
    let found = clinc.asked(&val);
    println!(
        "how sure and how often right, CLINC150: {}",
        found.sureness()
    );
    println!(
        "how sure and how often right, dialplans: {}",
        small.alone.sureness()
    );
    let (middle, slowest) = clinc.times(&val);
    println!(
        "a match with 150 intents: p50 {} µs, p99 {} µs",
        middle.as_micros(),
        slowest.as_micros()
    );
    println!(
        "learning: 150 intents with 100 examples {:.1} s; 10 intents with 8 examples {:.1} ms",
        learning.as_secs_f64(),
        small::learning(&train).as_secs_f64() * 1e3
    );
    println!(
        "{}",
        parts::measured(&clinc.matcher, &clinc.names, &val, shows)
    );
    Ok(())
}

/// A matcher, and what its intents are called.
struct Learned {
    matcher: Matcher,
    names: Vec<String>,
}

impl Learned {
    fn of(set: &Set, others: &[&str]) -> Learned {
        let names = set.intents();
        let examples: Vec<Vec<&str>> = names.iter().map(|name| set.of_intent(name)).collect();
        let examples: Vec<&[&str]> = examples.iter().map(Vec::as_slice).collect();
        let matcher = Matcher::new(Language::EnglishUs, &examples, others);
        Learned { matcher, names }
    }

    fn asked(&self, set: &Set) -> Tally {
        let mut tally = Tally::default();
        for (text, intent) in &set.lines {
            let wanted = self.names.iter().position(|name| name == intent);
            tally.add(wanted, &self.matcher.best(text));
        }
        tally
    }

    /// How long a match takes, in the middle and the slowest of a hundred.
    fn times(&self, set: &Set) -> (Duration, Duration) {
        let time = |text: &String| {
            let start = Instant::now();
            std::hint::black_box(self.matcher.best(text));
            start.elapsed()
        };
        let mut times: Vec<Duration> = set.lines.iter().map(|(text, _)| time(text)).collect();
        times.sort();
        let at = |share: usize| times[times.len() * share / 100];
        (at(50), at(99))
    }
}

/// Each of `count` folds of the set, and of strangers, asked of what was learned from the others.
fn folds(set: &Set, strangers: &[&str], count: usize) -> Vec<Tally> {
    let mut chance = Chance(1);
    let set = set.shuffled(&mut chance);
    let mut strangers = strangers.to_vec();
    chance.shuffle(&mut strangers);
    let fold = |fold: usize| {
        let (asked, learned) = set.split(|at| at % count == fold);
        let in_fold = |(at, _): &(usize, &&str)| at % count == fold;
        let (asked_strangers, others): (Vec<_>, Vec<_>) =
            strangers.iter().enumerate().partition(in_fold);
        let others: Vec<&str> = others.into_iter().map(|(_, text)| *text).collect();
        let asked_strangers = asked_strangers.into_iter().map(|(_, text)| *text);
        Learned::of(&learned, &others).asked(&asked.and_strangers(asked_strangers))
    };
    (0..count).map(fold).collect()
}

fn sum(tallies: &[Tally]) -> Tally {
    let mut sum = Tally::default();
    tallies.iter().for_each(|tally| sum.include(tally));
    sum
}
