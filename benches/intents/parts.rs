//! Several wishes in one breath, and single ones that only sound like several.

use super::set::{Chance, Set};
use super::tally::percent;
use zeroline::understand::{Language, Matcher, spoken};

const PAIRS: usize = 2000;
const JOINTS: [&str; 6] = [
    " and ",
    " and also ",
    ", oh and ",
    " plus ",
    " then ",
    ". And ",
];

/// What [`Matcher::all`] makes of joined utterances and of single ones with "and" in them.
pub fn measured(matcher: &Matcher, names: &[String], set: &Set, shows: bool) -> String {
    let mut chance = Chance(9);
    let known = |text: &str, intent: &str| {
        let wanted = names.iter().position(|name| name == intent)?;
        let found = matcher.all(text, &str::to_owned);
        let [only] = found.as_slice() else {
            return None;
        };
        (only.found.intent == Some(wanted)).then_some(wanted)
    };
    let (mut pairs, mut both, mut both_known, mut known_pairs) = (0, 0, 0, 0);
    while pairs < PAIRS {
        let mut draw = || &set.lines[chance.below(set.lines.len())];
        let ((first, first_intent), (second, second_intent)) = (draw(), draw());
        let place = |intent: &String| names.iter().position(|name| name == intent);
        let (Some(a), Some(b)) = (place(first_intent), place(second_intent)) else {
            continue;
        };
        if a == b {
            continue;
        }
        let joint = JOINTS[pairs % JOINTS.len()];
        pairs += 1;
        let text = format!("{first}{joint}{second}");
        let found: Vec<Option<usize>> = matcher
            .all(&text, &str::to_owned)
            .iter()
            .map(|part| part.found.intent)
            .collect();
        let right = found == [Some(a), Some(b)];
        let single = known(first, first_intent).is_some() && known(second, second_intent).is_some();
        both += usize::from(right);
        known_pairs += usize::from(single);
        both_known += usize::from(right && single);
        if shows && single && !right {
            println!("not both: {text} -> {}", named(&found, names));
        }
    }
    let (mut with_and, mut cut, mut cut_wrongly, mut whole, mut all_cut) = (0, 0, 0, 0, 0);
    for (text, intent) in &set.lines {
        let found = matcher.all(text, &str::to_owned);
        whole += 1;
        all_cut += usize::from(found.len() > 1);
        if !spoken(Language::EnglishUs, text)
            .iter()
            .any(|word| word == "and")
        {
            continue;
        }
        with_and += 1;
        if found.len() > 1 {
            cut += 1;
            let wanted = names.iter().position(|name| name == intent);
            cut_wrongly += usize::from(matcher.best(text).intent == wanted);
            if shows {
                let intents: Vec<Option<usize>> =
                    found.iter().map(|part| part.found.intent).collect();
                println!("cut: {text} ({intent}) -> {}", named(&intents, names));
            }
        }
    }
    let share = |some: usize, all: usize| percent(some as f64 / all as f64);
    format!(
        "two joined: both found in order {} of {pairs}, {} of the {known_pairs} whose halves are understood alone\n\
         single with \"and\": left whole {} of {with_and} ({cut} cut, {cut_wrongly} of them right before)\n\
         all single utterances: left whole {} of {whole}",
        share(both, pairs),
        share(both_known, known_pairs),
        share(with_and - cut, with_and),
        share(whole - all_cut, whole),
    )
}

fn named(intents: &[Option<usize>], names: &[String]) -> String {
    let name = |intent: &Option<usize>| {
        intent
            .and_then(|at| names.get(at))
            .map_or("-", String::as_str)
    };
    intents.iter().map(name).collect::<Vec<_>>().join(" + ")
}
