//! What words mean at this place of a dialog: a value, an answer, or another wish.

use super::super::{Completeness, Dialplan, Intent, Slot};
use super::World;
use super::call_back::{HERE_SLOT, NUMBER_SLOT};
use super::machine::{Place, Sign, State};
use super::memory::Memory;
use crate::understand::values::{self, Asked, Found, Kind, Value};
use crate::understand::{self, Match, Part, WaitingWish};
use std::sync::Arc;

/// From this score on, a wish is another one although a value was asked for and given.
const SURE: f32 = 0.8;

/// What was said comes to this.
#[derive(Debug)]
pub struct Meaning {
    pub(super) sign: Sign,
    /// What is filled by it.
    pub(super) values: Vec<(Arc<str>, Value)>,
    /// What the matcher found, where it was asked.
    pub(super) found: Option<Match>,
    /// What else the caller wants, in the order it was said.
    pub(super) further: Vec<(usize, Match)>,
}

impl Meaning {
    pub fn is_understood(&self) -> bool {
        self.sign != Sign::NotUnderstood
    }
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
        if let Some(sign) = self.no_call_back() {
            return sign;
        }
        let answer = match self.state.place {
            Place::Asking { intent, slot } => self.value_or_wish(intent, slot),
            Place::Checking { intent, .. }
            | Place::Confirming { intent }
            | Place::Changing { intent } => self.yes_or_no(intent),
            Place::Choosing { first, second } => self.which(first, second),
            Place::Offering => self.wants_nothing(),
            _ => None,
        };
        answer
            .or_else(|| self.correction())
            .unwrap_or_else(|| self.wish())
    }

    /// "No, I would rather wait", where the caller is asked about a call-back; and "call me back", which is
    /// a yes.
    fn no_call_back(&self) -> Option<Meaning> {
        let place = self.state.place;
        let call_back = place
            .matter()
            .filter(|_| place.matter() == self.plan.human.call_back)?;
        let slots = &self.plan.intents.get(call_back)?.slots;
        let asks = |slot: usize| {
            place
                == Place::Asking {
                    intent: call_back,
                    slot,
                }
        };
        let language = self.plan.language;
        match understand::waiting(language, self.text) {
            Some(WaitingWish::CallBack) if asks(HERE_SLOT) => {
                let here = slots.get(HERE_SLOT)?.name.clone();
                return Some(filled(vec![(here, Value::YesNo(true))]));
            }
            Some(WaitingWish::CallBack | WaitingWish::HowLong) => return None,
            Some(_) => return Some(sign(Sign::NoCallBack)),
            None if understand::drops_it(language, self.text) => {
                return Some(sign(Sign::NoCallBack));
            }
            None => {}
        }
        // There is nothing else to say no to.
        let answer = values::yes_or_no(language, self.text).filter(|_| asks(NUMBER_SLOT))?;
        let is_all = self.is_filler(self.text.get(answer.rest)?);
        (!answer.yes && is_all).then(|| sign(Sign::NoCallBack))
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
        if slots.get(slot)?.kind == Kind::Text {
            let (found, _) = self.values(slots, Some(slot));
            return Some(filled(complete(slots, found))).filter(|filled| !filled.values.is_empty());
        }
        let (wishes, text) = self.other_wishes(intent, Some(slot));
        let (found, _) = self.values_in(slots, Some(slot), &text);
        let values = complete(slots, found);
        if values.is_empty() {
            return None;
        }
        if let Some(((first, found), further)) = wishes.split_first() {
            // The side question first: there may be much more to ask for the other.
            return Some(Meaning {
                sign: Sign::Wants(*first),
                values,
                found: Some(*found),
                further: further.to_vec(),
            });
        }
        Some(filled(values))
    }

    /// What is surely wanted beside `intent`, of which the value of `slot` is asked for, clause by
    /// clause; and the text without it.
    fn other_wishes(&self, intent: usize, slot: Option<usize>) -> (Vec<(usize, Match)>, String) {
        let slots = self.plan.intents.get(intent).map_or(&[][..], |i| &i.slots);
        let (_, unread) = self.values_in(slots, slot, self.text);
        let mut rest = self.text.to_owned();
        let mut wishes = Vec::new();
        let mut before = 0;
        for clause in understand::clauses(self.plan.language, self.text) {
            let from = std::mem::replace(&mut before, clause.end);
            let said = self.text.get(clause.clone()).unwrap_or_default();
            let unread = unread.get(clause.clone()).unwrap_or_default();
            let found = self.plan.best(said);
            let is_sure = found.score >= SURE && found.intent != Some(intent);
            // "It's four oh five" is a wish for nothing, however many wishes have numbers in them.
            let is_more = || self.plan.best(unread).intent == found.intent;
            if let Some(wanted) = found.intent.filter(|_| is_sure && is_more()) {
                wishes.push((wanted, found));
                // With the "and" before it: what ends in one is not finished.
                let blank = " ".repeat(clause.end - from);
                rest.replace_range(from..clause.end, &blank);
            }
        }
        (wishes, rest)
    }

    fn yes_or_no(&self, intent: usize) -> Option<Meaning> {
        let slots = &self.plan.intents.get(intent)?.slots;
        let (wishes, text) = self.other_wishes(intent, None);
        let answer = values::yes_or_no(self.plan.language, &text);
        let rest = match &answer {
            Some(answer) => text.get(answer.rest.clone()).unwrap_or_default(),
            None => &text,
        };
        let (found, _) = self.values_in(slots, None, rest);
        let values = complete(slots, found);
        let meaning = match answer {
            Some(answer) if answer.yes => sign(Sign::Yes),
            _ if !values.is_empty() => filled(values),
            Some(_) => sign(Sign::No),
            None => return None,
        };
        Some(Meaning {
            further: wishes,
            ..meaning
        })
    }

    /// "No thanks" to all that is offered.
    fn wants_nothing(&self) -> Option<Meaning> {
        let answer = values::yes_or_no(self.plan.language, self.text)?;
        let is_all = self.text.get(answer.rest)?.trim().is_empty();
        let is_own = self.plan.matcher.is_example(self.text);
        (!answer.yes && is_all && !is_own).then(|| sign(Sign::No))
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
        let answer = values::yes_or_no(self.plan.language, self.text)?;
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
        let said = self.text.get(rest).unwrap_or_default();
        let (found, _) = self.values_in(&known, None, said);
        let values = complete(&known, found);
        if values.is_empty() {
            return None;
        }
        let sign = match self.state.place.matter() {
            Some(_) => Sign::Filled,
            None => Sign::Wants(matter),
        };
        Some(Meaning {
            values,
            ..self::sign(sign)
        })
    }

    fn wish(&self) -> Meaning {
        let parts = self.plan.wishes(self.text);
        let Some((first, further)) = parts.split_first() else {
            return sign(Sign::NotUnderstood);
        };
        let wanted = match (first.found.close_call(), first.found.intent) {
            (Some((one, other)), _) => Sign::WantsEither(one, other),
            (None, Some(intent)) => Sign::Wants(intent),
            (None, None) => Sign::NotUnderstood,
        };
        let values = parts.iter().flat_map(|part| self.values_of(part));
        let further = further
            .iter()
            .filter_map(|part| Some((part.found.intent?, part.found)));
        Meaning {
            sign: wanted,
            values: values.collect(),
            found: Some(first.found),
            further: further.collect(),
        }
    }

    /// The values that a wish comes with.
    fn values_of(&self, part: &Part) -> Vec<(Arc<str>, Value)> {
        let intent = part
            .found
            .intent
            .and_then(|intent| self.plan.intents.get(intent));
        let Some(Intent { slots, .. }) = intent else {
            return Vec::new();
        };
        let said = self.text.get(part.at.clone()).unwrap_or_default();
        let (found, _) = self.values_in(slots, None, said);
        complete(slots, found)
    }

    fn values(&self, slots: &[Slot], asked: Option<usize>) -> (Vec<(usize, Found)>, String) {
        self.values_in(slots, asked, self.text)
    }

    /// Values for these slots, the one that was asked for first, and the text without them. What fits
    /// almost anything is only found where it was asked for.
    fn values_in(
        &self,
        slots: &[Slot],
        asked: Option<usize>,
        within: &str,
    ) -> (Vec<(usize, Found)>, String) {
        let context = Asked {
            language: self.plan.language,
            now: self.plan.local(self.world.now),
        };
        let mut rest = within.to_owned();
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
        further: Vec::new(),
    }
}

fn filled(values: Vec<(Arc<str>, Value)>) -> Meaning {
    Meaning {
        values,
        ..sign(Sign::Filled)
    }
}
