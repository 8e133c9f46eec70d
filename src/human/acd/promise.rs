//! Promises to call back: made, kept, tried again, broken, cancelled.

use super::agent::With;
use super::{Acd, Dialled, Doing, OfferId, Output, PromiseId, Refused, Stop, Who};
use crate::human::saved::{KeptPlace, Promise};
use crate::human::{CallBackSetup, Context, Millis};

/// A promise falls due this long after it was made, unless the call it was made in is over sooner:
/// who still hears that we call back cannot be called.
const HANGING_UP_MS: u64 = 10_000;
/// Open promises of one queue.
const MOST_PROMISES: usize = 1000;

/// What a caller was promised.
pub(super) struct Wish {
    pub queue: String,
    pub number: String,
    pub priority: u8,
    pub skills: Vec<String>,
    pub context: Context,
}

impl Acd {
    pub(super) fn call_back(&mut self, call: String, mut wish: Wish) {
        let mut arrival = None;
        if let Some(caller) = self.caller(&call) {
            wish.queue = caller.queue.clone();
            wish.priority = caller.entry.priority;
            wish.skills = caller.entry.skills.clone();
            arrival = Some(caller.arrival);
        }
        let same = |p: &&mut Promise| p.queue == wish.queue && p.number == wish.number;
        let known = self.promises.iter_mut().find(same);
        if self.queues.iter().all(|q| q.name != wish.queue) {
            self.out.push_back(Output::Refused {
                call,
                why: Refused::NoSuchQueue,
            });
            return;
        }
        self.dirty = true;
        let id = if let Some(promise) = known {
            promise.context = wish.context;
            promise.skills = wish.skills;
            promise.priority = promise.priority.max(wish.priority);
            promise.arrival = arrival.map_or(promise.arrival, |a| a.min(promise.arrival));
            promise.id
        } else if self
            .promises
            .iter()
            .filter(|p| p.queue == wish.queue)
            .count()
            >= MOST_PROMISES
        {
            self.remove_caller(&call, Stop::CallerLeft);
            self.out.push_back(Output::Refused {
                call,
                why: Refused::Full,
            });
            return;
        } else {
            let id = PromiseId(self.number());
            let arrival = arrival.unwrap_or_else(|| self.arrival());
            self.promises.push(Promise {
                id,
                call: Some(call.clone()),
                queue: wish.queue.clone(),
                number: wish.number,
                priority: wish.priority,
                skills: wish.skills,
                context: wish.context,
                arrival,
                attempts: 0,
                due: self.now + HANGING_UP_MS,
                dialling: false,
                failed: String::new(),
            });
            id
        };
        self.remove_caller(&call, Stop::CallerLeft);
        let order = self.order(&wish.queue);
        let place = order
            .iter()
            .position(|who| *who == Who::Promise(id))
            .map_or(1, |at| at + 1);
        self.out.push_back(Output::Promised {
            call,
            promise: id,
            place,
        });
    }

    /// The call that promises were made in is over: they may be called.
    pub(super) fn call_over(&mut self, call: &str) {
        for promise in self
            .promises
            .iter_mut()
            .filter(|p| p.call.as_deref() == Some(call))
        {
            promise.call = None;
            if promise.attempts == 0 {
                promise.due = promise.due.min(self.now);
            }
            self.dirty = true;
        }
    }

    pub(super) fn cancel(&mut self, which: impl Fn(&Promise) -> bool) {
        while let Some(promise) = self.promises.iter().position(&which) {
            let Promise { id, number, .. } = self.remove_promise(promise);
            self.out.push_back(Output::Cancelled {
                promise: id,
                number,
            });
        }
    }

    /// The agent has accepted: counted before the number is called.
    pub(super) fn begin_attempt(&mut self, id: PromiseId) -> Option<Promise> {
        let promise = self.promises.iter_mut().find(|p| p.id == id)?;
        promise.attempts += 1;
        promise.dialling = true;
        promise.call = None;
        self.dirty = true;
        Some(promise.clone())
    }

    pub(super) fn dialled(&mut self, id: PromiseId, attempt: u32, how: Dialled) {
        let now = self.now;
        let Some(agent) = self.agents.iter_mut().find(|a| match &a.doing {
            Doing::Busy(talk) => match &talk.with {
                With::Promise { promise, answered } => {
                    promise.id == id && promise.attempts == attempt && !answered
                }
                With::Caller { .. } => false,
            },
            _ => false,
        }) else {
            return;
        };
        match how {
            Dialled::Answered => {
                self.dirty = true;
                if let Doing::Busy(talk) = &mut agent.doing
                    && let With::Promise { answered, .. } = &mut talk.with
                {
                    *answered = true;
                }
                if let Some(at) = self.promises.iter().position(|p| p.id == id) {
                    self.remove_promise(at);
                    self.out.push_back(Output::Kept { promise: id });
                }
            }
            Dialled::NotReached(why) => {
                agent.doing = Doing::Idle;
                agent.idle_since = now;
                self.attempt_failed(id, why);
            }
        }
    }

    /// A conversation, or the attempt to begin one, is over.
    pub(super) fn ended(&mut self, offer: OfferId, caller_back: bool) {
        let now = self.now;
        let found = self.agents.iter_mut().find_map(|a| match &a.doing {
            Doing::Busy(talk) if talk.offer == offer => {
                let name = a.setup.name.clone();
                match std::mem::replace(&mut a.doing, Doing::Idle) {
                    Doing::Busy(talk) => Some((name, talk)),
                    _ => None,
                }
            }
            _ => None,
        });
        let Some((name, talk)) = found else { return };
        // The conversation is among what a restart would give places back for.
        self.dirty = true;
        if let Some(agent) = self.agent_mut(&name) {
            agent.idle_since = now;
        }
        match &talk.with {
            With::Caller {
                caller,
                left: false,
            } if caller_back => {
                let caller = (**caller).clone();
                self.refuse(caller.who(), &name);
                self.come_back(caller);
                self.missed(&name);
            }
            With::Caller { .. } => self.begin_wrap_up(&name, talk),
            With::Promise {
                promise,
                answered: true,
            } => {
                if caller_back {
                    self.keep_place(place_of(promise));
                    self.missed(&name);
                } else {
                    self.begin_wrap_up(&name, talk);
                }
            }
            With::Promise {
                promise,
                answered: false,
            } => {
                self.attempt_failed(promise.id, "the agent's line was lost".to_owned());
            }
        }
    }

    /// Gives up what is too old or was tried often enough.
    pub(super) fn end_promises(&mut self) {
        loop {
            let over = |p: &Promise| {
                let attempts = self.call_back_of(&p.queue).attempts.max(1);
                !p.dialling && (self.kept_until(p) <= self.now || p.attempts >= attempts)
            };
            let Some(at) = self.promises.iter().position(over) else {
                return;
            };
            let Promise {
                id, number, failed, ..
            } = self.remove_promise(at);
            let why = if failed.is_empty() {
                "too old".to_owned()
            } else {
                failed
            };
            self.out.push_back(Output::Broken {
                promise: id,
                number,
                why,
            });
        }
    }

    pub(super) fn kept_until(&self, promise: &Promise) -> Millis {
        promise
            .arrival
            .at
            .saturating_add(self.call_back_of(&promise.queue).kept_ms)
    }

    pub(super) fn retry_at(&self, queue: &str) -> Millis {
        self.now.saturating_add(self.call_back_of(queue).retry_ms)
    }

    fn attempt_failed(&mut self, id: PromiseId, why: String) {
        let Some(at) = self.promises.iter().position(|p| p.id == id) else {
            return;
        };
        let due = self.promises.get(at).map(|p| self.retry_at(&p.queue));
        if let (Some(promise), Some(due)) = (self.promises.get_mut(at), due) {
            promise.dialling = false;
            promise.failed = why;
            promise.due = due;
            self.dirty = true;
        }
    }

    fn remove_promise(&mut self, at: usize) -> Promise {
        let promise = self.promises.remove(at);
        self.dirty = true;
        self.stop_offers(&Who::Promise(promise.id), Stop::CallerLeft);
        promise
    }

    /// As it is where nothing is set while the queue is missing: a slip in the configuration breaks
    /// no promise.
    fn call_back_of(&self, queue: &str) -> CallBackSetup {
        self.queue(queue)
            .map(|q| q.call_back.clone())
            .unwrap_or_default()
    }
}

/// The place of a customer who was called back and is to wait once more.
pub(super) fn place_of(promise: &Promise) -> KeptPlace {
    KeptPlace {
        call: None,
        number: Some(promise.number.clone()),
        queue: promise.queue.clone(),
        arrival: promise.arrival,
        waited: 0,
        until: None,
    }
}
