//! The caller and the person they wait for: by what way, whether somebody is there, and the call-back.

use super::call_back::{self, HERE_SLOT, NAMES, NUMBER_SLOT};
use super::machine::{Line, Mark, Place, Sign};
use super::{Dialog, Nobody, Turn};
use crate::dialplan::{Reach, Then};
use crate::understand::WaitingWish;
use crate::understand::values::Value;
use jiff::Timestamp;
use std::sync::Arc;

impl Dialog {
    /// By what way the person is reached that the last turn led to: that of the matter whose answer led to
    /// them, or everybody's.
    pub fn reach(&self) -> Reach {
        let led_by = self.led_by.and_then(|led_by| self.plan.intents.get(led_by));
        let own = led_by.and_then(|intent| intent.reach.clone());
        own.unwrap_or_else(|| self.plan.human.reach.clone())
    }

    /// Begins to arrange a call-back, which ends in [`Next::CallBack`](super::Next::CallBack). While it is
    /// being asked about already, it is a yes.
    pub fn call_back(&mut self, now: Timestamp) -> Turn {
        self.world.now = now;
        let Some(intent) = self.plan.human.call_back else {
            return self.take(Sign::Human, Vec::new());
        };
        let [here, number]: [Arc<str>; 2] = NAMES.map(Arc::from);
        let asked_here = Place::Asking {
            intent,
            slot: HERE_SLOT,
        };
        if self.state.place == asked_here {
            self.memory.fill(&self.plan, &here, Value::YesNo(true));
            return self.take(Sign::Filled, Vec::new());
        }
        if self.state.place.matter() != Some(intent) {
            self.memory.forget(&self.plan, &here);
            self.memory.forget(&self.plan, &number);
            // However often they change their mind, they asked for it anew.
            self.questions
                .retain(|place, _| place.matter() != Some(intent));
            let matter = self.state.place.matter();
            self.memory.wants_later(Sign::Wants(intent), &[], matter);
        }
        self.take(Sign::Wants(intent), Vec::new())
    }

    /// Nobody can take the caller: says so, and what there is instead.
    pub fn nobody_at_work(&mut self, why: Nobody, now: Timestamp) -> Turn {
        self.world.now = now;
        self.waits = false;
        self.take(Sign::NobodyAtWork(why), Vec::new())
    }

    /// Whether the caller is in a queue. There they may talk about other things as well.
    pub fn waiting(&mut self, waits: bool) {
        self.waits = waits;
        self.offered = false;
        if waits {
            // Somebody takes calls again.
            self.state.nobody_there = false;
        }
        if waits && self.state.place == Place::Human {
            self.state.place = Place::Open;
        }
    }

    /// Whether something is being asked about: whoever waits is then expected to answer.
    pub fn is_asking(&self) -> bool {
        self.state.place.matter().is_some()
    }

    /// What was being asked about does not matter any more.
    pub fn leave_matter(&mut self) {
        if self.is_asking() {
            self.state.place = Place::Open;
        }
    }

    /// The ways other than a person stand open again.
    pub fn offer(&mut self) {
        self.offered = true;
    }

    /// Whether the caller may choose another way than to wait, by words ([`Dialog::way_out`]), and by keys
    /// where no question takes keys ([`Dialog::keys`]). Not while a call-back is asked about.
    pub fn offers_way_out(&self) -> bool {
        (self.waits || self.offered) && !self.arranges_call_back()
    }

    /// What `text` wants of the wait, where there is one, for the call to act on; a call-back can be
    /// cancelled at any time. What is said of a call-back that is being asked about is for
    /// [`Dialog::hear`], but who would rather leave a message is asked no further.
    pub fn way_out(&mut self, text: &str) -> Option<WaitingWish> {
        let wish = self.plan.waiting(text)?;
        let is_meant = match wish {
            _ if !self.plan.has_queue() => false,
            WaitingWish::CancelCallBack => !self.arranges_call_back(),
            WaitingWish::Message | WaitingWish::HowLong if self.arranges_call_back() => true,
            _ => self.offers_way_out(),
        };
        if is_meant && wish == WaitingWish::Message && self.arranges_call_back() {
            self.take(Sign::NoCallBack, Vec::new());
        }
        is_meant.then_some(wish)
    }
}

impl Dialog {
    fn arranges_call_back(&self) -> bool {
        let call_back = self.plan.human.call_back;
        call_back.is_some() && self.state.place.matter() == call_back
    }

    /// The intent of the answer that leads to a person.
    pub(super) fn leads_to_human(&self, marks: &[Mark]) -> Option<usize> {
        if marks.contains(&Mark::AskedForHuman) {
            return None;
        }
        let last = marks.iter().rev().find_map(|mark| match *mark {
            Mark::Answered { intent, case } => Some((intent, case)),
            _ => None,
        });
        let (number, case) = last?;
        let case = self.plan.intents.get(number)?.cases.get(case)?;
        match case.then {
            Then::Human => Some(number),
            // It is for what led to it.
            Then::CallBack => self.led_by,
            _ => None,
        }
    }

    /// What is said before somebody is put into the queue.
    pub(super) fn is_announcement(&self, line: &Line) -> bool {
        matches!(line, Line::Text(text, _) if Arc::ptr_eq(text, &self.plan.human.say))
    }

    pub(super) fn number_to_call(&self) -> String {
        let asked_for = self.plan.human.call_back.and_then(|intent| {
            let slots = &self.plan.intents.get(intent)?.slots;
            self.memory.value(&slots.get(NUMBER_SLOT)?.name)
        });
        let number = match asked_for {
            Some(value) => call_back::number(&value.record()),
            None => call_back::number(&self.world.caller),
        };
        number.unwrap_or_default()
    }
}
