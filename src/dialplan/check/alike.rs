//! Intents that callers cannot keep apart, because their examples can hardly be.
//!
//! Each example is judged by a matcher that has not learned it: where that is sure of another intent,
//! callers who say nearly the same will get the wrong answer. Every matcher leaves out one example of
//! each intent, so there are as many to learn as the largest intent has examples; of large dialplans
//! more are left out at once, and they are learned three times: seconds, for 150 intents of 100
//! examples about ten times what loading takes. So only `zeroline check` does this.

use super::super::diagnostic::Severity;
use super::super::{Diagnostic, Dialplan};
use crate::understand::{Matcher, normalise};
use std::collections::{BTreeMap, HashMap};

/// Learning costs about as much as there are examples times intents; so much of it is done.
const EFFORT: usize = 6_000_000;
const FEWEST_FOLDS: usize = 3;
/// How sure a matcher must be of another intent.
const SURE: f32 = 0.7;
/// So many phrases are shown of each two intents.
const SHOWN: usize = 3;

/// An example, by its intent and its number in it.
type Example = (usize, usize);

/// An example that is taken for another intent, and the one there that is most like it.
struct Collision {
    taken: Example,
    likest: Example,
    likeness: f64,
}

pub fn alike(plan: &Dialplan) -> Vec<Diagnostic> {
    let learned: Vec<Vec<String>> = plan
        .intents
        .iter()
        .map(|intent| {
            let examples = intent.examples.iter();
            examples
                .map(|example| plan.typical.example(example, &intent.slots))
                .collect()
        })
        .collect();
    let mut pairs: BTreeMap<(usize, usize), Vec<Collision>> = BTreeMap::new();
    for (intent, at, other) in taken_for_others(plan, &learned) {
        let text = learned.get(intent).and_then(|texts| texts.get(at));
        let others = learned.get(other);
        let (Some(text), Some(others)) = (text, others) else {
            continue;
        };
        if let Some((likest, likeness)) = likest(plan, text, others) {
            let (taken, likest) = ((intent, at), (other, likest));
            let pair = pairs
                .entry((intent.min(other), intent.max(other)))
                .or_default();
            // One like the other is the other like the one.
            if !pair
                .iter()
                .any(|one| (one.likest, one.taken) == (taken, likest))
            {
                pair.push(Collision {
                    taken,
                    likest,
                    likeness,
                });
            }
        }
    }
    let told = pairs
        .into_values()
        .filter_map(|collisions| told(plan, collisions));
    told.collect()
}

/// Each example that, not learned, is surely taken for another intent: intent, example, other.
fn taken_for_others(plan: &Dialplan, learned: &[Vec<String>]) -> Vec<(usize, usize, usize)> {
    let most = learned.iter().map(Vec::len).max().unwrap_or(0);
    let examples: usize = learned.iter().map(Vec::len).sum();
    let affordable = EFFORT / (examples * learned.len()).max(1);
    let folds = most.min(affordable.max(FEWEST_FOLDS));
    let mut taken = Vec::new();
    for fold in 0..folds {
        let is_left_out = |at: usize| at % folds == fold;
        let kept: Vec<Vec<&str>> = learned
            .iter()
            .map(|texts| {
                let texts = texts.iter().enumerate();
                let kept = texts.filter(|(at, _)| !is_left_out(*at));
                kept.map(|(_, text)| text.as_str()).collect()
            })
            .collect();
        let kept: Vec<&[&str]> = kept.iter().map(Vec::as_slice).collect();
        let matcher = Matcher::new(plan.language, &kept, &[]);
        for (intent, texts) in learned.iter().enumerate() {
            let left_out = texts.iter().enumerate().filter(|(at, _)| is_left_out(*at));
            for (at, text) in left_out {
                let found = matcher.best(text);
                // Who is asked which of two they mean gets no wrong answer.
                let is_sure = found.score >= SURE && found.close_call().is_none();
                let other = found.intent.filter(|other| *other != intent && is_sure);
                taken.extend(other.map(|other| (intent, at, other)));
            }
        }
    }
    taken
}

/// Which of `others` has most words in common with `text`, and how many of both are.
fn likest(plan: &Dialplan, text: &str, others: &[String]) -> Option<(usize, f64)> {
    let words = normalise(plan.language, text);
    let likeness = |other: &String| {
        let other = normalise(plan.language, other);
        let mut counts: HashMap<&str, isize> = HashMap::new();
        for word in &words {
            *counts.entry(word).or_default() += 1;
        }
        let mut same = 0.0;
        for word in &other {
            let count = counts.entry(word).or_default();
            if *count > 0 {
                *count -= 1;
                same += 1.0;
            }
        }
        2.0 * same / (words.len() + other.len()).max(1) as f64
    };
    let likeness = others.iter().map(likeness).enumerate();
    likeness.max_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn told(plan: &Dialplan, mut collisions: Vec<Collision>) -> Option<Diagnostic> {
    collisions.sort_by(|one, other| other.likeness.total_cmp(&one.likeness));
    let span = |(intent, at): Example| plan.places.intents.get(intent)?.examples.get(at).cloned();
    let name = |(intent, _): Example| Some(&plan.intents.get(intent)?.name);
    let phrase = |(intent, at): Example| {
        let line = span((intent, at)).map_or(0, |span| plan.source.line(span.start));
        let example = plan.intents.get(intent)?.examples.get(at)?;
        Some(format!("\"{example}\" (line {line})"))
    };
    let phrases = collisions.iter().take(SHOWN).filter_map(|one| {
        Some(format!(
            "{} like {}",
            phrase(one.taken)?,
            phrase(one.likest)?
        ))
    });
    let phrases: Vec<String> = phrases.collect();
    let more = match collisions.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let Collision { taken, likest, .. } = *collisions.first()?;
    let message = format!(
        "\"{}\" and \"{}\" are too much alike: who says such a thing may get the other answer: {}{more}",
        name(taken)?,
        name(likest)?,
        phrases.join(", ")
    );
    let help = "make them one intent that asks what is meant, or give both more examples with the words that \
                tell them apart";
    let warning = plan
        .source
        .diagnostic(Severity::Warning, span(taken), message, help);
    Some(match span(likest) {
        Some(span) => warning.and_see(span, "is like this"),
        None => warning,
    })
}
