//! What words mean at this place of a dialog: a value, an answer, or another wish.

use super::super::{Completeness, Dialplan, Slot};
use super::World;
use super::machine::{Place, Sign, State};
use super::memory::Memory;
use crate::understand::values::{self, Asked, Found, Kind, Value};
use crate::understand::{self, Match};
use std::ops::Range;
use std::sync::Arc;

/// From this score on, a wish is another one although a value was asked for and given.
const SURE: f32 = 0.8;

/// What was said comes to this.
#[derive(Debug)]
pub struct Meaning {
    pub sign: Sign,
    /// What is filled by it.
    pub values: Vec<(Arc<str>, Value)>,
    /// What the matcher found, where it was asked.
    pub found: Option<Match>,
}

/// Reads one utterance.
pub struct Reading<'d> {
    pub plan: &'d Dialplan,
    pub state: &'d State,
    pub memory: &'d Memory,
    pub world: &'d World,
    pub text: &'d str,
}

impl Reading<'_> {
    pub fn meaning(&self) -> Meaning {
        let answer = match self.state.place {
            Place::Asking { intent, slot } => self.value_or_wish(intent, slot),
            Place::Checking { intent, .. }
            | Place::Confirming { intent }
            | Place::Changing { intent } => self.yes_or_no(intent),
            Place::Choosing { first, second } => self.which(first, second),
            _ => None,
        };
        answer
            .or_else(|| self.correction())
            .unwrap_or_else(|| self.wish())
    }

    /// Whether the value that is asked for was said, all of it. None where nothing of it was.
    pub fn completeness(&self) -> Option<Completeness> {
        let Place::Asking { intent, slot } = self.state.place else {
            return None;
        };
        let slots = &self.plan.intents.get(intent)?.slots;
        let (values, rest) = self.values(slots, Some(slot));
        let (_, found) = values.iter().find(|(at, _)| *at == slot)?;
        let after = rest.get(found.at.end..).unwrap_or_default();
        Some(match (&slots.get(slot)?.kind, &found.value) {
            _ if found.unfinished => Completeness::Unfinished,
            _ if !self.is_filler(after) => return None,
            // There may be more of them.
            (Kind::Digits { most, .. }, Value::Digits(digits)) if digits.len() < *most => {
                Completeness::Unclear
            }
            (Kind::Phone | Kind::Text, _) => Completeness::Unclear,
            _ => Completeness::Complete,
        })
    }

    fn value_or_wish(&self, intent: usize, slot: usize) -> Option<Meaning> {
        let slots = &self.plan.intents.get(intent)?.slots;
        let (found, rest) = self.values(slots, Some(slot));
        let values = complete(slots, found);
        if values.is_empty() {
            return None;
        }
        let is_free = slots.get(slot).is_some_and(|slot| slot.kind == Kind::Text);
        if !is_free && !self.is_filler(&rest) {
            let wish = self.plan.best(self.text);
            let other = wish.intent.is_some_and(|other| other != intent);
            if other && wish.score >= SURE {
                return None;
            }
        }
        Some(filled(values))
    }

    fn yes_or_no(&self, intent: usize) -> Option<Meaning> {
        let slots = &self.plan.intents.get(intent)?.slots;
        let answer = understand::values::yes_or_no(self.plan.language, self.text);
        let rest = answer
            .as_ref()
            .map_or(0..self.text.len(), |answer| answer.rest.clone());
        let (found, _) = self.values_in(slots, None, rest);
        let values = complete(slots, found);
        match answer {
            Some(answer) if answer.yes => Some(sign(Sign::Yes)),
            _ if !values.is_empty() => Some(filled(values)),
            Some(_) => Some(sign(Sign::No)),
            None => None,
        }
    }

    fn which(&self, first: usize, second: usize) -> Option<Meaning> {
        let found = self.plan.best(self.text);
        let nearest = found
            .nearest
            .filter(|nearest| [first, second].contains(nearest));
        if let Some(nearest) = nearest {
            return Some(Meaning {
                found: Some(found),
                ..sign(Sign::Wants(nearest))
            });
        }
        let answer = understand::values::yes_or_no(self.plan.language, self.text)?;
        Some(sign(if answer.yes { Sign::Yes } else { Sign::No }))
    }

    /// "No, the fourteenth": of what is being dealt with, or was dealt with last.
    fn correction(&self) -> Option<Meaning> {
        let rest = understand::values::correction(self.plan.language, self.text)?;
        let matter = self.state.place.matter().or_else(|| {
            let last = self.memory.matters.last()?;
            self.plan
                .intents
                .iter()
                .position(|intent| intent.name == *last)
        })?;
        let slots = &self.plan.intents.get(matter)?.slots;
        let known: Vec<Slot> = slots
            .iter()
            .filter(|slot| self.memory.value(&slot.name).is_some())
            .cloned()
            .collect();
        let (found, _) = self.values_in(&known, None, rest);
        let values = complete(&known, found);
        if values.is_empty() {
            return None;
        }
        let sign = match self.state.place.matter() {
            Some(_) => Sign::Filled,
            None => Sign::Wants(matter),
        };
        Some(Meaning {
            sign,
            values,
            found: None,
        })
    }

    fn wish(&self) -> Meaning {
        let found = self.plan.best(self.text);
        if let Some((first, second)) = found.close_call() {
            return Meaning {
                found: Some(found),
                ..sign(Sign::WantsEither(first, second))
            };
        }
        let Some(intent) = found.intent else {
            return Meaning {
                found: Some(found),
                ..sign(Sign::NotUnderstood)
            };
        };
        let slots = self.plan.intents.get(intent).map(|intent| &intent.slots);
        let values = slots.map_or(Vec::new(), |slots| {
            let (found, _) = self.values(slots, None);
            complete(slots, found)
        });
        Meaning {
            sign: Sign::Wants(intent),
            values,
            found: Some(found),
        }
    }

    fn values(&self, slots: &[Slot], asked: Option<usize>) -> (Vec<(usize, Found)>, String) {
        self.values_in(slots, asked, 0..self.text.len())
    }

    /// Values for these slots, the one that was asked for first, and the text without them. What fits
    /// almost anything is only found where it was asked for.
    fn values_in(
        &self,
        slots: &[Slot],
        asked: Option<usize>,
        within: Range<usize>,
    ) -> (Vec<(usize, Found)>, String) {
        let context = Asked {
            language: self.plan.language,
            now: self.plan.local(self.world.now),
        };
        let mut rest = self.text.get(within).unwrap_or_default().to_owned();
        let mut values = Vec::new();
        let others = (0..slots.len()).filter(|at| Some(*at) != asked);
        for at in asked.into_iter().chain(others) {
            let Some(slot) = slots.get(at) else { continue };
            if Some(at) != asked && matches!(slot.kind, Kind::Text | Kind::YesNo | Kind::Name) {
                continue;
            }
            let Some(found) = values::find(&slot.kind, &rest, &context).into_iter().next() else {
                continue;
            };
            let blank = " ".repeat(found.at.len());
            rest.replace_range(found.at.clone(), &blank);
            values.push((at, found));
        }
        (values, rest)
    }

    fn is_filler(&self, rest: &str) -> bool {
        rest.trim().is_empty() || understand::is_only_filler(self.plan.language, rest)
    }
}

/// The slots' names and values, without what is only begun.
fn complete(slots: &[Slot], found: Vec<(usize, Found)>) -> Vec<(Arc<str>, Value)> {
    found
        .into_iter()
        .filter(|(_, found)| !found.unfinished)
        .filter_map(|(at, found)| Some((slots.get(at)?.name.clone(), found.value)))
        .collect()
}

fn sign(sign: Sign) -> Meaning {
    Meaning {
        sign,
        values: Vec::new(),
        found: None,
    }
}

fn filled(values: Vec<(Arc<str>, Value)>) -> Meaning {
    Meaning {
        values,
        ..sign(Sign::Filled)
    }
}
