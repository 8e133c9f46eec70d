//! What no call ever comes to: intents, cases, questions, lookups, hours, choices.

use super::super::diagnostic::Severity;
use super::super::dialog::machine::{Mark, Place};
use super::super::{Diagnostic, Dialplan, Expression, Fact, Intent};
use super::domain::Domain;
use super::explore::{Explored, Step};
use super::world::World;
use crate::dialplan::dialog::machine::{Circumstances, Sign, State};
use crate::understand;
use crate::understand::values::Kind;
use std::collections::HashSet;
use std::ops::Range;

/// What was come to.
#[derive(Default)]
pub struct Alive {
    begun: HashSet<usize>,
    answered: HashSet<(usize, usize)>,
    asked: HashSet<(usize, usize)>,
    confirmed: HashSet<usize>,
}

impl Alive {
    pub fn look(&mut self, step: &Step) {
        for mark in &step.effect.marks {
            match *mark {
                Mark::Begun { intent } => {
                    self.begun.insert(intent);
                }
                Mark::Answered { intent, case } => {
                    self.answered.insert((intent, case));
                }
                _ => {}
            }
        }
        match step.to.place {
            Place::Asking { intent, slot } => {
                self.asked.insert((intent, slot));
            }
            Place::Confirming { intent } => {
                self.confirmed.insert(intent);
            }
            _ => {}
        }
    }

    /// Of a dialplan that was explored to the end.
    pub fn diagnostics(&self, plan: &Dialplan, explored: &Explored) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for (number, intent) in plan.intents.iter().enumerate() {
            if self.begun.contains(&number) {
                all.extend(self.parts(plan, number, intent));
            } else {
                all.extend(unreached(plan, explored, number));
            }
        }
        all.extend(unused_lookups(plan));
        all.extend(
            plan.intents
                .iter()
                .enumerate()
                .flat_map(|(number, intent)| same_choices(plan, number, intent)),
        );
        all
    }

    fn parts(&self, plan: &Dialplan, number: usize, intent: &Intent) -> Vec<Diagnostic> {
        let places = plan.places.intents.get(number);
        let mut all = Vec::new();
        for (at, slot) in intent.slots.iter().enumerate() {
            if self.asked.contains(&(number, at)) {
                continue;
            }
            let span = places.and_then(|places| places.slots.get(at).cloned());
            let message = format!("`ask.{}` is never asked", slot.name);
            let why = slot
                .when
                .as_ref()
                .map_or(String::new(), |when| why(plan, when));
            all.push(error(
                plan,
                span,
                message,
                format!("{why}change its `when`, or take it out"),
            ));
        }
        if intent.confirm.is_some() && !self.confirmed.contains(&number) {
            let span = places.and_then(|places| places.confirm.clone());
            let message = "`confirm` is never asked".to_owned();
            all.push(error(plan, span, message, "take it out".to_owned()));
        }
        let is_answered = |case| self.answered.contains(&(number, case));
        if (0..intent.cases.len()).any(is_answered) {
            let dead = (0..intent.cases.len()).filter(|case| !is_answered(*case));
            all.extend(dead.filter_map(|case| dead_case(plan, number, intent, case)));
        }
        all
    }
}

fn error(plan: &Dialplan, span: Option<Range<usize>>, message: String, help: String) -> Diagnostic {
    plan.source.diagnostic(Severity::Error, span, message, help)
}

fn dead_case(plan: &Dialplan, number: usize, intent: &Intent, case: usize) -> Option<Diagnostic> {
    let span = plan.places.intents.get(number)?.cases.get(case).cloned();
    let Some(when) = &intent.cases.get(case)?.when else {
        // The format wants one, so it may stand there to be safe.
        return Some(plan.source.diagnostic(
            Severity::Warning,
            span,
            format!(
                "this answer of \"{}\" is never given: its cases take everything",
                intent.name
            ),
            "make it the answer of the last case, and take that [[intent.case]] out",
        ));
    };
    let (ever, _) = truths(plan, when);
    let (message, help) = match ever {
        true => (
            "this case is never chosen: those before it take everything",
            "put it before them, or take it out".to_owned(),
        ),
        false => (
            "this case is never chosen: its condition is never true",
            format!("{}change its `when`, or take it out", why(plan, when)),
        ),
    };
    Some(error(plan, span, message.to_owned(), help))
}

/// Whether a condition is ever true, and ever not.
fn truths(plan: &Dialplan, when: &Expression) -> (bool, bool) {
    let domain = Domain::of(plan);
    let mut world = World::of(plan, &domain);
    world.begin(&State::OPEN, Sign::Silent);
    let (mut ever, mut never) = (false, false);
    loop {
        match world.holds(when) {
            true => ever = true,
            false => never = true,
        }
        if ever && never || !world.turn(&State::OPEN, Sign::Silent) {
            return (ever, never);
        }
    }
}

/// What the names in a condition that is never true can be.
fn why(plan: &Dialplan, when: &Expression) -> String {
    if truths(plan, when).0 {
        return String::new();
    }
    let all_slots = || plan.intents.iter().flat_map(|intent| &intent.slots);
    let known = when.names().into_iter().find_map(|name| {
        let kind = all_slots()
            .find(|slot| *slot.name == *name)
            .map(|slot| &slot.kind);
        match (name, kind) {
            ("weekday", _) => Some("`weekday` is Monday, Tuesday and so on in full; ".to_owned()),
            ("time", _) => {
                Some("`time` is written with four digits, such as \"08:00\"; ".to_owned())
            }
            ("waiting", _) => Some(
                "`waiting` is known where [human] has a `queue` or an `asterisk_queue`; "
                    .to_owned(),
            ),
            ("open", _) => Some(match plan.hours {
                None => "there are no [hours], so `open` is always true; ".to_owned(),
                Some(_) => "`open` follows [hours]; ".to_owned(),
            }),
            (_, Some(Kind::YesNo)) => Some(format!("`{name}` is true or false; ")),
            (_, Some(Kind::Choice(choices))) => {
                let names: Vec<String> = choices
                    .iter()
                    .map(|c| Fact::Text(c.name.clone()).to_string())
                    .collect();
                Some(format!("`{name}` is one of {}; ", names.join(", ")))
            }
            (_, Some(Kind::Number { least, most })) => {
                Some(format!("`{name}` is from {least} to {most}; "))
            }
            _ => None,
        }
    });
    known.unwrap_or_default()
}

fn unreached(plan: &Dialplan, explored: &Explored, number: usize) -> Option<Diagnostic> {
    let intent = plan.intents.get(number)?;
    let span = plan
        .places
        .intents
        .get(number)
        .map(|places| places.name.clone());
    if plan
        .human
        .closed
        .as_ref()
        .is_some_and(|closed| closed.message == number)
    {
        return plan.hours.as_ref().map(|_| {
            let message = "[human.closed] is never said: [hours] are open at all times".to_owned();
            let help = "take it out, or write when nobody is there into [hours]";
            error(plan, span, message, help.to_owned())
        });
    }
    let message = format!("no caller ever gets to \"{}\"", intent.name);
    let help = match explored.wanted.get(number) {
        Some(false) => {
            "all of its examples ask for a person, which is understood before anything else: \
             write examples of what callers want, or lead there with then = \"intent ...\""
        }
        _ => "lead there, or take it out",
    };
    Some(error(plan, span, message, help.to_owned()))
}

fn unused_lookups(plan: &Dialplan) -> Vec<Diagnostic> {
    let used: Vec<&str> = plan
        .intents
        .iter()
        .filter_map(|intent| Some(intent.lookup.as_ref()?.name()))
        .collect();
    let unused = plan
        .places
        .lookups
        .iter()
        .filter(|(name, _)| !used.contains(&name.as_str()));
    unused
        .map(|(name, span)| {
            let message = format!("[lookup.{name}] is never asked");
            let help = format!("write lookup = \"{name}\" into an intent, or take it out");
            error(plan, Some(span.clone()), message, help)
        })
        .collect()
}

/// A choice that is said as an earlier one is.
fn same_choices(plan: &Dialplan, number: usize, intent: &Intent) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for (at, slot) in intent.slots.iter().enumerate() {
        let Kind::Choice(choices) = &slot.kind else {
            continue;
        };
        let span = plan
            .places
            .intents
            .get(number)
            .and_then(|places| places.slots.get(at).cloned());
        let mut taken: Vec<(Vec<String>, &str)> = Vec::new();
        for choice in choices {
            let ways = choice
                .ways
                .iter()
                .map(|way| understand::normalise(plan.language, way));
            let (same, own): (Vec<_>, Vec<_>) =
                ways.partition(|way| taken.iter().any(|(other, _)| other == way));
            let before = same
                .first()
                .and_then(|way| taken.iter().find(|(other, _)| other == way));
            if let Some((words, before)) = before {
                let words = words.join(" ");
                let (severity, message, help) = match own.is_empty() {
                    true => (
                        Severity::Error,
                        format!(
                            "\"{}\" is never chosen: \"{words}\" is said for \"{before}\"",
                            choice.name
                        ),
                        "write another way to say it",
                    ),
                    false => (
                        Severity::Warning,
                        format!(
                            "\"{words}\" is said for \"{before}\" and for \"{}\": it is taken for the first",
                            choice.name
                        ),
                        "leave it with one of them",
                    ),
                };
                all.push(
                    plan.source
                        .diagnostic(severity, span.clone(), message, help),
                );
            }
            taken.extend(own.into_iter().map(|way| (way, choice.name.as_str())));
        }
    }
    all
}
