//! Everything that a step may depend on, answered in every way there is.
//!
//! A [`World`] is one way: it answers what it is asked, the same question always alike, and notes where
//! it could have answered otherwise. [`World::turn`] turns it into the next way, so a step is taken once
//! for each combination of answers that it really asks for, and for no other.
//!
//! What excludes itself is never answered together: a place is open or closed for a condition as for the
//! way to a person; a value that was not given compares with nothing; a lookup that was made gives what it
//! gives; the form for messages, once it is complete, ends the call.

use super::super::dialog::built_in::{IN_CONDITIONS, WAITING};
use super::super::dialog::call_back::CALLER;
use super::super::dialog::machine::{Circumstances, Effect, Mark, Place, Sign, State};
use super::super::expression::{Fact, Facts};
use super::super::{Dialplan, Expression, Knowledge, Reach};
use super::domain::Domain;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct World<'p> {
    plan: &'p Dialplan,
    domain: &'p Domain,
    /// By the hours: ever open, ever closed.
    hours: (bool, bool),
    /// What the form for messages always asks for and nothing else does; whether it is checked.
    only_in_form: Vec<(Arc<str>, bool)>,
    form_misses: bool,
    /// Further wishes that a step may go on with; none, but where a test wants to know.
    further: Vec<usize>,
    /// What is so in one particular call; else anything may be.
    memory: Option<Memory>,
    answers: RefCell<Answers>,
}

#[derive(Default)]
struct Answers {
    /// What is chosen, and of how many; beyond the end always the first.
    script: Vec<(usize, usize)>,
    at: usize,
    given: BTreeMap<Question, usize>,
}

/// Answers that last for a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(BTreeMap<Question, usize>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    Open,
    /// The caller gave it, or a system.
    Filled(Arc<str>),
    Found(String),
    Checked(Arc<str>),
    Confirmed(usize),
    LookedUp(usize),
    Valid(usize),
    Answered(usize),
    Later(usize),
    /// Which of its typical values.
    Value(String),
    Order(String, String),
    Said(String),
    /// Whether it is known how many wait.
    Waiting,
}

const NO: usize = 0;
const YES: usize = 1;

impl<'p> World<'p> {
    pub fn of(plan: &'p Dialplan, domain: &'p Domain) -> World<'p> {
        let hours = plan.hours.as_ref();
        World {
            plan,
            domain,
            hours: hours.map_or((true, false), |hours| {
                (hours.is_ever(true), hours.is_ever(false))
            }),
            only_in_form: only_in_form(plan),
            form_misses: true,
            further: Vec::new(),
            memory: None,
            answers: RefCell::default(),
        }
    }

    #[cfg(test)]
    pub fn with_further(self, further: Vec<usize>) -> World<'p> {
        World { further, ..self }
    }

    /// Begins with the first way for a step.
    pub fn begin(&mut self, state: &State, sign: Sign) {
        *self.answers.get_mut() = Answers::default();
        self.forget(state, sign);
    }

    /// The next way for the same step; false when there is none left.
    pub fn turn(&mut self, state: &State, sign: Sign) -> bool {
        let answers = self.answers.get_mut();
        while answers
            .script
            .last()
            .is_some_and(|(chosen, of)| chosen + 1 >= *of)
        {
            answers.script.pop();
        }
        let Some((chosen, _)) = answers.script.last_mut() else {
            return false;
        };
        *chosen += 1;
        self.forget(state, sign);
        true
    }

    fn forget(&mut self, state: &State, sign: Sign) {
        let in_form = state.place.matter().is_some() && state.place.matter() == self.message();
        // A value or a yes that was just given may be the last that the form needs.
        self.form_misses = match sign {
            Sign::Filled | Sign::Yes => !in_form,
            Sign::Wants(wanted) => Some(wanted) != self.message(),
            _ => true,
        };
        let answers = self.answers.get_mut();
        answers.at = 0;
        answers.given.clear();
        if let (Place::LookingUp { intent }, Sign::Found) = (state.place, sign) {
            answers.given.insert(Question::LookedUp(intent), YES);
        }
    }

    /// Who has completed the form for messages is no longer there. So of what only the form asks for, and
    /// always, something is missing: this, where nothing else can be.
    fn must_be_missing(&self, question: &Question) -> bool {
        if self.memory.is_some() {
            return false;
        }
        let (Question::Filled(name) | Question::Checked(name)) = question else {
            return false;
        };
        if !self.form_misses || !self.only_in_form.iter().any(|(own, _)| own == name) {
            return false;
        }
        let is_there = |(own, confirm): &(Arc<str>, bool)| {
            let asked = match confirm {
                true => Question::Checked(own.clone()),
                false => Question::Filled(own.clone()),
            };
            asked == *question || self.was(&asked) == Some(YES)
        };
        let (own, confirm) = (name, matches!(question, Question::Checked(_)));
        let is_last_word = self.only_in_form.contains(&(own.clone(), confirm));
        is_last_word && self.only_in_form.iter().all(is_there)
    }

    fn message(&self) -> Option<usize> {
        self.plan.human.closed.as_ref().map(|closed| closed.message)
    }

    fn ask(&self, question: Question, of: usize) -> usize {
        if self.must_be_missing(&question) {
            return NO;
        }
        let answers = &mut *self.answers.borrow_mut();
        if let Some(answer) = answers.given.get(&question) {
            return *answer;
        }
        if let Some(answer) = self
            .memory
            .as_ref()
            .and_then(|memory| memory.answer(&question))
        {
            answers.given.insert(question, answer);
            return answer;
        }
        let answer = match answers.script.get(answers.at) {
            Some((chosen, _)) => *chosen,
            None => {
                answers.script.push((0, of));
                0
            }
        };
        answers.at += 1;
        answers.given.insert(question, answer);
        answer
    }

    fn is(&self, question: Question) -> bool {
        self.ask(question, 2) == YES
    }

    fn was(&self, question: &Question) -> Option<usize> {
        self.answers.borrow().given.get(question).copied()
    }

    fn slot(&self, intent: usize, slot: usize) -> Option<&Arc<str>> {
        Some(&self.plan.intents.get(intent)?.slots.get(slot)?.name)
    }

    fn is_a_slot(&self, name: &str) -> Option<Arc<str>> {
        let slots = self.plan.intents.iter().flat_map(|intent| &intent.slots);
        let mut slots = slots.filter(|slot| *slot.name == *name);
        slots.next().map(|slot| slot.name.clone())
    }

    /// Lookups that give `name`, by their intents.
    fn givers<'w>(&'w self, name: &'w str) -> impl Iterator<Item = usize> + 'w {
        let intents = self.plan.intents.iter().enumerate();
        intents
            .filter(move |(_, intent)| {
                let mut gives = intent.lookup.iter().flat_map(|lookup| lookup.gives());
                gives.any(|given| given == name)
            })
            .map(|(intent, _)| intent)
    }

    /// Some system has said it in this call.
    fn is_found(&self, name: &str) -> bool {
        let mut givers = self.givers(name).peekable();
        if givers.peek().is_none() {
            return false;
        }
        givers.any(|intent| self.was(&Question::LookedUp(intent)) == Some(YES))
            || self.is(Question::Found(name.to_owned()))
    }

    /// There is a queue whose callers can be counted.
    fn can_count(&self) -> bool {
        match &self.plan.human.reach {
            Reach::Queue { .. } => true,
            Reach::Transfer { asterisk_queue, .. } => asterisk_queue.is_some(),
        }
    }

    fn is_open_now(&self) -> bool {
        match self.hours {
            (true, true) => self.ask(Question::Open, 2) == 0,
            (open, _) => open,
        }
    }
}

/// What was answered, after a step.
impl World<'_> {
    /// The step asked for it and it is there: it can be said.
    pub fn is_known(&self, name: &str) -> bool {
        if name == "opens" {
            return self.plan.hours.is_some();
        }
        let answers = self.answers.borrow();
        let is = |question: Question| answers.given.get(&question) == Some(&YES);
        is(Question::Filled(name.into()))
            || is(Question::Found(name.to_owned()))
            || self
                .givers(name)
                .any(|intent| is(Question::LookedUp(intent)))
    }

    /// What made it go this way, in words; empty where nothing in particular did.
    pub fn told(&self) -> Vec<String> {
        let answers = self.answers.borrow();
        let told = answers.given.iter().filter_map(|(question, answer)| {
            Some(match (question, *answer) {
                (Question::Open, 1) => "outside [hours]".to_owned(),
                (Question::Value(name), at) if name != "open" => {
                    let value = self.domain.values(name)?.get(at)?;
                    format!("{name} is {}", value.to_string().trim_end_matches('\u{1}'))
                }
                (Question::Valid(_), 1) => "on a day on which the answer does not hold".to_owned(),
                (Question::Said(words), YES) => format!("said \"{words}\""),
                _ => return None,
            })
        });
        told.collect()
    }
}

impl Circumstances for World<'_> {
    fn is_filled(&mut self, intent: usize, slot: usize) -> bool {
        let name = self.slot(intent, slot).cloned();
        name.is_some_and(|name| self.is(Question::Filled(name)))
    }

    fn is_checked(&mut self, intent: usize, slot: usize) -> bool {
        let name = self.slot(intent, slot).cloned();
        name.is_some_and(|name| self.is(Question::Checked(name)))
    }

    fn is_confirmed(&mut self, intent: usize) -> bool {
        self.is(Question::Confirmed(intent))
    }

    fn is_looked_up(&mut self, intent: usize) -> bool {
        let lookup = self
            .plan
            .intents
            .get(intent)
            .and_then(|i| i.lookup.as_ref());
        let mut gives = lookup.into_iter().flat_map(|lookup| lookup.gives());
        // What it gives is not there, so it was not made.
        if gives.any(|name| self.was(&Question::Found(name.to_owned())) == Some(NO)) {
            return false;
        }
        self.is(Question::LookedUp(intent))
    }

    fn is_valid(&mut self, intent: usize) -> bool {
        let knowledge = self
            .plan
            .intents
            .get(intent)
            .map(|intent| &intent.knowledge);
        let limits = |k: &Knowledge| k.valid_from.is_some() || k.valid_until.is_some();
        !knowledge.is_some_and(limits) || self.ask(Question::Valid(intent), 2) == 0
    }

    fn was_answered(&mut self, intent: usize) -> bool {
        self.is(Question::Answered(intent))
    }

    /// To go on with a wish is the same step as to want it at the open question (see `explore`).
    fn later(&mut self, nth: usize) -> Option<usize> {
        let first = self.further.first().filter(|_| nth == 0)?;
        let chosen = self.ask(Question::Later(nth), self.further.len() + 1);
        match chosen {
            0 => None,
            1 => Some(*first),
            more => self.further.get(more - 1).copied(),
        }
    }

    fn holds(&mut self, when: &Expression) -> bool {
        when.holds(self)
    }

    fn is_open(&mut self) -> bool {
        self.is_open_now()
    }
}

impl Facts for World<'_> {
    fn fact(&self, name: &str) -> Option<Fact> {
        if name == "open" {
            return Some(Fact::Truth(self.is_open_now()));
        }
        if name == WAITING && !(self.can_count() && self.is(Question::Waiting)) {
            return None;
        }
        let is_given = || {
            let slot = self.is_a_slot(name);
            slot.is_some_and(|slot| self.is(Question::Filled(slot)))
        };
        if !is_always_there(name) && !is_given() && !self.is_found(name) {
            return None;
        }
        let values = self.domain.values(name)?;
        let at = self.ask(Question::Value(name.to_owned()), values.len());
        values.get(at).cloned()
    }

    fn said(&self, words: &str) -> bool {
        self.is(Question::Said(words.to_owned()))
    }

    fn order(&self, one: &str, other: &str) -> Option<Ordering> {
        let orders = [
            None,
            Some(Ordering::Less),
            Some(Ordering::Equal),
            Some(Ordering::Greater),
        ];
        let (swapped, pair) = match one <= other {
            true => (false, (one, other)),
            false => (true, (other, one)),
        };
        let question = Question::Order(pair.0.to_owned(), pair.1.to_owned());
        let order = orders
            .get(self.ask(question, orders.len()))
            .copied()
            .flatten();
        order.map(|order| if swapped { order.reverse() } else { order })
    }
}

/// One particular call, whose memory is kept as [`super::super::Dialog`] keeps it.
impl<'p> World<'p> {
    /// From here on it is the call with this memory. What the sign brings is in it already.
    pub fn remember(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// What a call with `memory` knows when `sign` happens: a caller answers what they are asked.
    pub fn told_by(&self, memory: &Memory, state: &State, sign: Sign) -> Memory {
        let mut memory = memory.clone();
        let given = match (state.place, sign) {
            (Place::Asking { intent, slot } | Place::Checking { intent, slot }, Sign::Filled) => {
                self.slot(intent, slot)
            }
            (Place::Confirming { intent } | Place::Changing { intent }, Sign::Filled) => {
                self.slot(intent, 0)
            }
            _ => None,
        };
        if let Some(name) = given {
            self.forget_value(&mut memory, name);
            memory.0.insert(Question::Filled(name.clone()), YES);
        }
        if let (Place::LookingUp { intent }, Sign::Found) = (state.place, sign) {
            memory.0.insert(Question::LookedUp(intent), YES);
            let lookup = self
                .plan
                .intents
                .get(intent)
                .and_then(|i| i.lookup.as_ref());
            for name in lookup.into_iter().flat_map(|lookup| lookup.gives()) {
                memory.0.insert(Question::Found(name.to_owned()), YES);
                memory.0.remove(&Question::Value(name.to_owned()));
            }
        }
        memory
    }

    /// What it knows after the step that was just taken.
    pub fn memory_after(&self, effect: &Effect) -> Memory {
        let mut memory = self.memory.clone().unwrap_or_default();
        for (question, answer) in &self.answers.borrow().given {
            if let Question::Value(name) = question
                && !is_always_there(name)
            {
                memory.0.insert(question.clone(), *answer);
            }
        }
        for mark in &effect.marks {
            match *mark {
                Mark::Forget { intent, slot } => {
                    if let Some(name) = self.slot(intent, slot) {
                        self.forget_value(&mut memory, name);
                    }
                }
                Mark::Checked { intent, slot } => {
                    let name = self.slot(intent, slot).cloned();
                    memory
                        .0
                        .extend(name.map(|name| (Question::Checked(name), YES)));
                }
                Mark::Confirmed { intent } => {
                    memory.0.insert(Question::Confirmed(intent), YES);
                }
                Mark::Answered { intent, .. } | Mark::Dropped { intent } => {
                    memory.0.remove(&Question::Confirmed(intent));
                    memory.0.remove(&Question::LookedUp(intent));
                    if matches!(mark, Mark::Answered { .. }) {
                        memory.0.insert(Question::Answered(intent), YES);
                    }
                }
                _ => {}
            }
        }
        memory
    }

    fn forget_value(&self, memory: &mut Memory, name: &Arc<str>) {
        for question in [
            Question::Filled(name.clone()),
            Question::Checked(name.clone()),
            Question::Value(name.to_string()),
        ] {
            memory.0.remove(&question);
        }
        for (number, intent) in self.plan.intents.iter().enumerate() {
            if intent.slots.iter().any(|slot| slot.name == *name) {
                memory.0.remove(&Question::Confirmed(number));
                memory.0.remove(&Question::LookedUp(number));
            }
        }
    }
}

impl Memory {
    /// None where it may be one or the other.
    fn answer(&self, question: &Question) -> Option<usize> {
        let is_remembered = matches!(
            question,
            Question::Filled(_)
                | Question::Found(_)
                | Question::Checked(_)
                | Question::Confirmed(_)
                | Question::LookedUp(_)
                | Question::Answered(_)
        );
        let answer = self.0.get(question).copied();
        answer.or(is_remembered.then_some(NO))
    }
}

fn is_always_there(name: &str) -> bool {
    IN_CONDITIONS.contains(&name) || name == CALLER || name.starts_with("answered.")
}

fn only_in_form(plan: &Dialplan) -> Vec<(Arc<str>, bool)> {
    let Some(closed) = &plan.human.closed else {
        return Vec::new();
    };
    let form = plan.intents.get(closed.message);
    let others = plan.intents.iter().enumerate();
    let others = others.filter(|(number, _)| *number != closed.message);
    let others: Vec<&Arc<str>> = others
        .flat_map(|(_, other)| other.slots.iter().map(|slot| &slot.name))
        .collect();
    let own = form.into_iter().flat_map(|form| &form.slots);
    own.filter(|slot| slot.when.is_none() && !others.contains(&&slot.name))
        .map(|slot| (slot.name.clone(), slot.confirm))
        .collect()
}
