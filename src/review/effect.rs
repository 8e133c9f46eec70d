//! Before and after: what a changed dialplan makes of what callers said, and of conversation tests.
//!
//! What was understood and left at that should be understood as before; what an accepted proposal is
//! about, as it says. Each utterance is judged by itself, as if the caller had just been greeted.

use super::gather::Gathered;
use super::propose::{Proposal, Target};
use crate::dialplan::Dialplan;
use crate::understand::asks_for_human;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Runs conversation tests against a dialplan: each one's name, and what was not met.
pub type Tests<'t> = &'t dyn Fn(&Arc<Dialplan>) -> Vec<(String, Option<String>)>;

/// What a change does. Counts are of utterances as often as they were said.
#[derive(Debug, Default, Serialize)]
pub struct Effect {
    pub as_before: usize,
    pub newly: Vec<Change>,
    pub differently: Vec<Change>,
    pub lost: Vec<Change>,
    /// Meant otherwise than it is taken, before and after.
    pub still_not: usize,
    pub tests: usize,
    pub tests_broken: Vec<BrokenTest>,
    /// Tests that were not met before, and are now.
    pub tests_mended: Vec<String>,
}

/// An utterance that would be taken for something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub text: String,
    pub times: usize,
    pub was: String,
    pub would_be: String,
    /// Callers would be worse off.
    pub harm: bool,
}

#[derive(Debug, Serialize)]
pub struct BrokenTest {
    pub name: String,
    pub unmet: String,
}

/// What is known of what a caller meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Meant {
    Intent(String),
    Nothing,
    Unknown,
}

/// What an utterance is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taken {
    Intent(String),
    Either(String, String),
    Control,
    Human,
    Nothing,
}

impl Effect {
    /// `accepted`: proposals, and where their phrases are to go.
    pub fn of(
        (before, after): (&Arc<Dialplan>, &Arc<Dialplan>),
        gathered: &Gathered,
        accepted: &[(&Proposal, Target)],
        tests: Tests<'_>,
    ) -> Effect {
        let mut effect = Effect::default();
        for ((text, meant), times) in utterances(gathered, accepted) {
            let (was, now) = (taken(before, text), taken(after, text));
            effect.judge((text, times), &meant, &was, &now);
        }
        for changes in [&mut effect.newly, &mut effect.differently, &mut effect.lost] {
            changes.sort_by(|a, b| {
                let rank = |change: &Change| (!change.harm, std::cmp::Reverse(change.times));
                rank(a).cmp(&rank(b)).then(a.text.cmp(&b.text))
            });
        }
        effect.run(tests, before, after);
        effect
    }

    /// Whether it makes anything worse.
    pub fn harms(&self) -> bool {
        !self.tests_broken.is_empty() || self.harm().next().is_some()
    }

    /// What callers would be worse off with.
    pub fn harm(&self) -> impl Iterator<Item = &Change> {
        let all = self.lost.iter().chain(&self.differently);
        all.filter(|change| change.harm)
    }

    fn judge(&mut self, (text, times): (&str, usize), meant: &Meant, was: &Taken, now: &Taken) {
        let is_right = |taken: &Taken| match (meant, taken) {
            (Meant::Intent(meant), Taken::Intent(taken)) => meant == taken,
            (Meant::Nothing, Taken::Nothing) => true,
            _ => false,
        };
        let (was_right, right) = (is_right(was), is_right(now));
        if was == now {
            match right || *meant == Meant::Unknown {
                true => self.as_before += times,
                false => self.still_not += times,
            }
            return;
        }
        let known = *meant != Meant::Unknown;
        let wrong_now = known && !right && matches!(now, Taken::Intent(_));
        let was_right_to_ask = matches!(was, Taken::Nothing | Taken::Either(..));
        let change = Change {
            text: text.to_owned(),
            times,
            was: was.to_string(),
            would_be: now.to_string(),
            harm: was_right || wrong_now && was_right_to_ask || *was == Taken::Control,
        };
        let understands = !matches!(now, Taken::Nothing | Taken::Either(..));
        match *now == Taken::Nothing {
            true if *meant == Meant::Nothing => self.newly.push(change),
            true => self.lost.push(change),
            false if right => self.newly.push(change),
            false if !known && *was == Taken::Nothing && understands => self.newly.push(change),
            false => self.differently.push(change),
        }
    }

    fn run(&mut self, tests: Tests<'_>, before: &Arc<Dialplan>, after: &Arc<Dialplan>) {
        let mut unmet_before: BTreeMap<String, bool> = BTreeMap::new();
        for (name, unmet) in tests(before) {
            unmet_before.insert(name, unmet.is_some());
        }
        for (name, unmet) in tests(after) {
            self.tests += 1;
            let was_unmet = unmet_before.get(&name).copied().unwrap_or(false);
            match unmet {
                Some(unmet) if !was_unmet => self.tests_broken.push(BrokenTest { name, unmet }),
                None if was_unmet => self.tests_mended.push(name),
                _ => {}
            }
        }
    }
}

/// Everything that was said, with what was meant by it, and how often.
fn utterances<'g>(
    gathered: &'g Gathered,
    accepted: &'g [(&Proposal, Target)],
) -> BTreeMap<(&'g str, Meant), usize> {
    let mut all: BTreeMap<(&str, Meant), usize> = BTreeMap::new();
    let mut add = |text: &'g str, meant, times| *all.entry((text, meant)).or_default() += times;
    for (text, intents) in &gathered.settled {
        for (intent, times) in intents {
            add(text, Meant::Intent(intent.clone()), *times);
        }
    }
    let mut targets: BTreeMap<(Option<&str>, &str), &Target> = BTreeMap::new();
    for (proposal, target) in accepted {
        for phrase in proposal.all.iter().flat_map(|phrase| &phrase.texts) {
            targets.insert((proposal.answered_with.as_deref(), phrase), target);
        }
    }
    for missed in &gathered.missed {
        let meant = match (
            targets.get(&(missed.taken_for.as_deref(), missed.text.as_str())),
            &missed.label,
        ) {
            (Some(Target::Intent(name) | Target::New(name)), _) => Meant::Intent(name.clone()),
            (Some(Target::OutOfScope), _) => Meant::Nothing,
            (None, Some(label)) => Meant::Intent(label.intent.clone()),
            (None, None) => Meant::Unknown,
        };
        add(&missed.text, meant, 1);
    }
    all
}

/// As a call would, at its beginning.
fn taken(dialplan: &Dialplan, text: &str) -> Taken {
    if dialplan.control(text).is_some() {
        return Taken::Control;
    }
    if asks_for_human(dialplan.language, text) {
        return Taken::Human;
    }
    let name = |intent: usize| {
        let intent = dialplan.intents.get(intent);
        intent.map_or(String::new(), |intent| intent.name.to_string())
    };
    let found = dialplan.best(text);
    match (found.close_call(), found.intent) {
        (Some((first, second)), _) => Taken::Either(name(first), name(second)),
        (None, Some(intent)) => Taken::Intent(name(intent)),
        (None, None) => Taken::Nothing,
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Taken::Intent(intent) => f.write_str(intent),
            Taken::Either(first, second) => write!(f, "\"{first} or {second}?\""),
            Taken::Control => f.write_str("a word for the call itself"),
            Taken::Human => f.write_str("asking for a person"),
            Taken::Nothing => f.write_str("not understood"),
        }
    }
}
