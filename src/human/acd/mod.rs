//! The machine: see [`Acd`].
//!
//! Every input first does what it says (`place`, `agent`, `offer`, `promise`); then, always in the same
//! way, what is over by now is ended, whoever waits is offered to whoever is free (`dispatch`), limits
//! are looked at and everybody is told what changed. So no input has to think of whom it may have
//! woken.

mod agent;
mod dispatch;
mod input;
mod offer;
mod output;
mod place;
mod promise;
mod restart;
mod tell;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

pub use input::{Dialled, Entry, Input, Left, OfferId, Offered, PromiseId};
pub use output::{AgentState, Output, Refused, Ring, Stop, Who};

use self::agent::{Agent, Doing};
use self::offer::{Offer, Refusal};
use self::place::Caller;
use super::saved::{Arrival, Duty, KeptPlace, Promise};
use super::{Estimator, Millis, QueueSetup};

/// Distributes callers and promised call-backs to agents.
///
/// Give it what happens with [`Acd::handle`], do what [`Acd::poll`] says until it says nothing, and
/// come back with [`Input::Tick`] at [`Acd::deadline`].
pub struct Acd {
    /// Of the last input; a clock that is set back does not turn it back.
    now: Millis,
    /// The company is.
    open: bool,
    queues: Vec<QueueSetup>,
    agents: Vec<Agent>,
    estimators: BTreeMap<String, Estimator>,
    /// On the line, and with no agent yet.
    callers: Vec<Caller>,
    /// Of those who were cut off.
    places: Vec<KeptPlace>,
    promises: Vec<Promise>,
    offers: Vec<Offer>,
    refusals: Vec<Refusal>,
    /// The next number for promises and for the order of arrival.
    next: u64,
    next_offer: u64,
    /// What must be on disk has changed.
    dirty: bool,
    out: VecDeque<Output>,
}

impl Acd {
    /// Something has happened. A time before that of an earlier input is taken as that one.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.now = self.now.max(now);
        self.step(|acd| acd.take(input));
    }

    /// What to do next; to be asked until there is nothing.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`Input::Tick`] is due at the latest: always later than the last input.
    pub fn deadline(&self) -> Option<Millis> {
        let offers = self.offers.iter().map(|o| o.until);
        let refusals = self.refusals.iter().flat_map(Refusal::over);
        let agents = self.agents.iter().flat_map(|a| {
            let wrap_up = match a.doing {
                Doing::WrapUp { until, .. } => Some(until),
                _ => None,
            };
            wrap_up.into_iter().chain(a.gone_at())
        });
        let places = self.places.iter().filter_map(|p| p.until);
        let promises = self.promises.iter().flat_map(|p| self.times_of(p));
        let callers = self.callers.iter().flat_map(|c| self.limits_of(c));
        offers
            .chain(refusals)
            .chain(agents)
            .chain(places)
            .chain(promises)
            .chain(callers)
            // What is due and still there waits for something else than time.
            .filter(|at| *at > self.now)
            .min()
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Open(open) => self.open = open,
            Input::Enter(entry) => self.enter(entry),
            Input::Left { call, how } => self.left(&call, how),
            Input::CallBack {
                call,
                queue,
                number,
                priority,
                skills,
                context,
            } => {
                self.call_back(
                    call,
                    promise::Wish {
                        queue,
                        number,
                        priority,
                        skills,
                        context,
                    },
                );
            }
            Input::NotPromised { call, promise } => self.not_promised(call, promise),
            Input::CancelCallBack { promise } => self.cancel(|p| p.id == promise),
            Input::CancelCallBackOf { number } => self.cancel(|p| p.number == number),
            Input::Phone { agent, reachable } => self.phone(&agent, reachable),
            Input::Ready { agent } => self.ready(&agent),
            Input::Pause { agent, reason } => self.leave_duty(&agent, Duty::Paused(reason)),
            Input::LogOut { agent } => self.leave_duty(&agent, Duty::Off),
            Input::Offered { offer, how } => self.offered(offer, how),
            Input::Ended { offer, caller_back } => self.ended(offer, caller_back),
            Input::Dialled {
                promise,
                attempt,
                how,
            } => self.dialled(promise, attempt, how),
            Input::Tick => {}
        }
    }

    /// Does something, and all that follows from it and from the time.
    fn step(&mut self, what: impl FnOnce(&mut Acd)) {
        let before = self.out.len();
        what(self);
        self.end_offers();
        self.end_wrap_ups();
        self.end_promises();
        self.end_places();
        self.stop_calling_back();
        loop {
            self.dispatch();
            if !self.keep_limits() {
                break;
            }
        }
        self.tell_callers();
        self.show_agents();
        if std::mem::take(&mut self.dirty) {
            self.out.insert(before, Output::Save);
        }
    }

    fn queue(&self, name: &str) -> Option<&QueueSetup> {
        self.queues.iter().find(|q| q.name == name)
    }

    fn arrival(&mut self) -> Arrival {
        Arrival {
            at: self.now,
            number: self.number(),
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
