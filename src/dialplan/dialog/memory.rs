//! What a call has brought to light: values, what systems said, what was answered. It is never asked
//! for twice, and whoever takes over is told.

use super::super::expression::{Fact, Facts};
use super::super::{Dialplan, Expression};
use super::World;
use super::built_in::WAITING;
use super::call_back::{self, CALLER};
use super::machine::{Circumstances, Mark, Sign};
use crate::understand::{self, values::Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Nobody says more in a breath.
const MOST_LATER: usize = 4;

#[derive(Debug, Default)]
pub struct Memory {
    /// By the slot's name: intents that ask for the same share it.
    values: BTreeMap<Arc<str>, Value>,
    checked: BTreeSet<Arc<str>>,
    confirmed: BTreeSet<usize>,
    looked_up: BTreeSet<usize>,
    /// What systems said, by name.
    found: BTreeMap<String, String>,
    /// How often each intent was answered.
    answered: BTreeMap<Arc<str>, u32>,
    /// The intents that were begun, in order.
    pub matters: Vec<Arc<str>>,
    /// What comes after the present one; see `Circumstances::later`.
    later: Vec<usize>,
    /// The caller's last words, normalised.
    pub said: Vec<String>,
}

impl Memory {
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (&**name, value))
    }

    pub fn found(&self, name: &str) -> Option<&str> {
        self.found.get(name).map(String::as_str)
    }

    /// What was checked, confirmed or looked up with the old value does not hold for the new one.
    pub fn fill(&mut self, plan: &Dialplan, name: &Arc<str>, value: Value) {
        self.values.insert(name.clone(), value);
        self.forget_what_follows(plan, name);
    }

    /// It is asked for anew.
    pub fn forget(&mut self, plan: &Dialplan, name: &Arc<str>) {
        self.values.remove(name);
        self.forget_what_follows(plan, name);
    }

    pub fn looked_up(&mut self, intent: usize, found: BTreeMap<String, String>) {
        self.looked_up.insert(intent);
        self.found.extend(found);
    }

    /// What else was said in this breath, and what it interrupted: in this order, and before what there is.
    pub fn wants_later(&mut self, wanted: Sign, further: &[usize], interrupted: Option<usize>) {
        let now = match wanted {
            Sign::Wants(intent) => Some(intent),
            _ => None,
        };
        let all = further.iter().copied().chain(interrupted);
        let all: Vec<usize> = all.chain(self.later.drain(..)).collect();
        for intent in all {
            if Some(intent) != now && !self.later.contains(&intent) && self.later.len() < MOST_LATER
            {
                self.later.push(intent);
            }
        }
    }

    pub fn mark(&mut self, plan: &Dialplan, mark: Mark) {
        let name = |intent: usize, slot: usize| {
            let slot = plan.intents.get(intent)?.slots.get(slot)?;
            Some(slot.name.clone())
        };
        match mark {
            Mark::Forget { intent, slot } => {
                if let Some(name) = name(intent, slot) {
                    self.forget(plan, &name);
                }
            }
            Mark::Checked { intent, slot } => self.checked.extend(name(intent, slot)),
            Mark::Confirmed { intent } => {
                self.confirmed.insert(intent);
            }
            // A way to a person is no matter of its own.
            Mark::Begun { intent } if plan.human.call_back == Some(intent) => {}
            Mark::Begun { intent } => {
                let name = plan.intents.get(intent).map(|intent| &intent.name);
                self.matters.extend(
                    name.filter(|name| self.matters.last() != Some(name))
                        .cloned(),
                );
            }
            Mark::Answered { intent, .. } => {
                if let Some(intent) = plan.intents.get(intent) {
                    *self.answered.entry(intent.name.clone()).or_default() += 1;
                }
                self.settle(intent);
            }
            Mark::Dropped { intent } => self.settle(intent),
            Mark::WentOn => {
                self.later.drain(..1.min(self.later.len()));
            }
            // Whoever takes over is told of them.
            Mark::LeftToHuman => {
                let left = self.later.drain(..).collect::<Vec<_>>();
                let names = left
                    .into_iter()
                    .filter_map(|intent| plan.intents.get(intent));
                for name in names.map(|intent| &intent.name) {
                    if !self.matters.contains(name) {
                        self.matters.push(name.clone());
                    }
                }
            }
            Mark::AskedForHuman => {}
        }
    }

    /// Wanted anew, it is done anew.
    fn settle(&mut self, intent: usize) {
        self.confirmed.remove(&intent);
        self.looked_up.remove(&intent);
    }

    fn forget_what_follows(&mut self, plan: &Dialplan, name: &Arc<str>) {
        self.checked.remove(name);
        let asks = |intent: &usize| {
            let intent = plan.intents.get(*intent);
            intent.is_some_and(|intent| intent.slots.iter().any(|slot| slot.name == *name))
        };
        self.confirmed.retain(|intent| !asks(intent));
        self.looked_up.retain(|intent| !asks(intent));
    }
}

/// What a step depends on, out of memory and the world.
pub struct Now<'d> {
    pub plan: &'d Dialplan,
    pub memory: &'d Memory,
    pub world: &'d World,
    /// They wait for a person, so there are people.
    pub waits: bool,
}

impl Now<'_> {
    fn name(&self, intent: usize, slot: usize) -> Option<&Arc<str>> {
        let slot = self.plan.intents.get(intent)?.slots.get(slot)?;
        Some(&slot.name)
    }
}

impl Circumstances for Now<'_> {
    fn is_filled(&mut self, intent: usize, slot: usize) -> bool {
        let name = self.name(intent, slot);
        name.is_some_and(|name| self.memory.values.contains_key(name))
    }

    fn is_checked(&mut self, intent: usize, slot: usize) -> bool {
        let name = self.name(intent, slot);
        name.is_some_and(|name| self.memory.checked.contains(name))
    }

    fn is_confirmed(&mut self, intent: usize) -> bool {
        self.memory.confirmed.contains(&intent)
    }

    fn is_looked_up(&mut self, intent: usize) -> bool {
        self.memory.looked_up.contains(&intent)
    }

    fn is_valid(&mut self, intent: usize) -> bool {
        let intent = self.plan.intents.get(intent);
        let today = self.plan.local(self.world.now).date();
        intent.is_none_or(|intent| intent.knowledge.holds_on(today))
    }

    fn was_answered(&mut self, intent: usize) -> bool {
        let intent = self.plan.intents.get(intent);
        intent.is_some_and(|intent| self.memory.answered.contains_key(&intent.name))
    }

    fn later(&mut self, nth: usize) -> Option<usize> {
        self.memory.later.get(nth).copied()
    }

    fn holds(&mut self, when: &Expression) -> bool {
        when.holds(self)
    }

    fn is_open(&mut self) -> bool {
        let hours = self.plan.hours.as_ref();
        self.waits || hours.is_none_or(|hours| hours.is_open(self.world.now))
    }
}

impl Facts for Now<'_> {
    fn fact(&self, name: &str) -> Option<Fact> {
        if let Some(intent) = name.strip_prefix("answered.") {
            let times = self.memory.answered.get(intent).copied().unwrap_or(0);
            return Some(Fact::Number(f64::from(times)));
        }
        let local = self.plan.local(self.world.now);
        let text = |text: &str| Some(Fact::Text(text.to_owned()));
        match name {
            "open" => {
                let hours = self.plan.hours.as_ref();
                Some(Fact::Truth(
                    hours.is_none_or(|hours| hours.is_open(self.world.now)),
                ))
            }
            "caller" => text(&self.world.caller),
            "called" => text(&self.world.called),
            "date" => text(&local.date().to_string()),
            "time" => text(&local.strftime("%H:%M").to_string()),
            "weekday" => text(&local.strftime("%A").to_string()),
            WAITING => Some(Fact::Number(f64::from(self.world.waiting?))),
            CALLER => {
                let number = call_back::number(&self.world.caller);
                Some(Fact::Truth(number.is_some()))
            }
            _ => match self.memory.values.get(name) {
                Some(Value::YesNo(yes)) => Some(Fact::Truth(*yes)),
                Some(value) => text(&value.record()),
                None => self.memory.found.get(name).and_then(|found| text(found)),
            },
        }
    }

    fn said(&self, words: &str) -> bool {
        let wanted = understand::normalise(self.plan.language, words);
        let mut heard = self.memory.said.windows(wanted.len().max(1));
        !wanted.is_empty() && heard.any(|words| words == wanted)
    }
}
