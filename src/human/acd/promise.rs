//! Promises to call back: made, kept, tried again, broken, cancelled.

use super::agent::With;
use super::{Acd, Dialled, Doing, Entry, OfferId, Output, PromiseId, Refused, Stop, Who};
use crate::human::saved::{Arrival, GivenUp, KeptPlace, OnLine, Promise};
use crate::human::{CallBackSetup, Context, Millis};

/// Nobody is called back while the call is going on in which that was promised; if nobody says when it
/// ends, it lasts as long as this.
const CALL_LASTS_MS: u64 = 10 * 60_000;
/// Open promises of one queue, and as many that are given up.
const MOST_PROMISES: usize = 1000;
/// What was given up is listed for so long.
const LISTED_MS: u64 = 30 * 24 * 3_600_000;

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
        if self.talks(&call) {
            return;
        }
        let mut arrival = None;
        if let Some(caller) = self.caller(&call) {
            wish.queue = caller.queue.clone();
            wish.priority = caller.entry.priority;
            wish.skills = caller.entry.skills.clone();
            arrival = Some(caller.arrival);
        }
        if self.queues.iter().all(|q| q.name != wish.queue) {
            self.out.push_back(Output::Refused {
                call,
                why: Refused::NoSuchQueue,
            });
            return;
        }
        self.dirty = true;
        arrival = arrival.or(self.kept_arrival(&call));
        let same = |p: &Promise| p.queue == wish.queue && p.number == wish.number;
        // Who asks anew after it was given up begins anew.
        self.cancel(|p| same(p) && p.given_up.is_some());
        let until = self.now.saturating_add(CALL_LASTS_MS);
        let on_line = Some(OnLine {
            call: call.clone(),
            until,
        });
        let known = self.promises.iter_mut().find(|p| same(p));
        let new = known.is_none();
        let id = if let Some(promise) = known {
            promise.call = on_line;
            promise.context = wish.context;
            promise.skills = wish.skills;
            promise.priority = promise.priority.max(wish.priority);
            promise.arrival = arrival.map_or(promise.arrival, |a| a.min(promise.arrival));
            promise.id
        } else if self
            .promises
            .iter()
            .filter(|p| p.queue == wish.queue && p.given_up.is_none())
            .count()
            >= MOST_PROMISES
        {
            if let Some(caller) = self.remove_caller(&call, Stop::CallerLeft) {
                self.keep_for_call(caller.place_kept(caller.waited(self.now), None));
            }
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
                call: on_line,
                queue: wish.queue.clone(),
                number: wish.number,
                priority: wish.priority,
                skills: wish.skills,
                context: wish.context,
                arrival,
                attempts: 0,
                faults: 0,
                due: self.now,
                dialling: false,
                failed: String::new(),
                given_up: None,
            });
            id
        };
        self.remove_caller(&call, Stop::CallerLeft);
        self.drop_place(&call);
        let order = self.order(&wish.queue);
        let place = order
            .iter()
            .position(|who| *who == Who::Promise(id))
            .map_or(1, |at| at + 1);
        self.out.push_back(Output::Promised {
            call,
            promise: id,
            place,
            new,
        });
    }

    /// It is not on disk: neither is it a promise. The place stays with the call.
    pub(super) fn not_promised(&mut self, call: String, id: PromiseId) {
        let new =
            |p: &Promise| p.id == id && p.attempts == 0 && p.given_up.is_none() && p.is_of(&call);
        let Some(at) = self.promises.iter().position(new) else {
            return;
        };
        let promise = self.remove_promise(at);
        self.keep_for_call(KeptPlace {
            call: Some(call.clone()),
            ..place_of(&promise)
        });
        self.out.push_back(Output::Cancelled {
            promise: id,
            number: promise.number,
        });
        self.out.push_back(Output::Refused {
            call,
            why: Refused::Full,
        });
    }

    /// The call that promises were made in is over: they may be called.
    pub(super) fn call_over(&mut self, call: &str) {
        for promise in &mut self.promises {
            if promise.is_of(call) {
                promise.call = None;
            }
        }
    }

    /// Who waits for themselves is not called back: what was promised in this call, or to this number,
    /// is taken back. Gives the earliest arrival.
    pub(super) fn take_back(&mut self, entry: &Entry) -> Option<Arrival> {
        let theirs = |p: &Promise| {
            let same = p.queue == entry.queue && Some(&p.number) == entry.number.as_ref();
            !p.dialling && p.given_up.is_none() && (same || p.is_of(&entry.call))
        };
        let all = self.promises.iter().filter(|p| theirs(p));
        let arrival = all.map(|p| p.arrival).min();
        self.cancel(theirs);
        arrival
    }

    /// Nothing but time, and somebody to do it, is missing.
    pub(super) fn may_call(&self, promise: &Promise) -> bool {
        self.open && !promise.dialling && promise.given_up.is_none() && !self.on_line(promise)
    }

    /// They are on our line: it is no use to call them.
    fn on_line(&self, promise: &Promise) -> bool {
        let call = promise.call.as_ref();
        call.is_some_and(|c| c.until > self.now) || self.has_called(&promise.number)
    }

    /// Phones do not ring for who is on our line, nor, where nobody has picked up, after hours.
    pub(super) fn stop_calling_back(&mut self) {
        self.stop_those(Stop::CallerLeft, |acd, offer| match &offer.who {
            Who::Promise(id) => acd
                .promises
                .iter()
                .any(|p| p.id == *id && (acd.on_line(p) || (!acd.open && !offer.answered))),
            Who::Caller(_) => false,
        });
    }

    /// When something changes for a promise by time alone.
    pub(super) fn times_of(&self, promise: &Promise) -> impl Iterator<Item = Millis> {
        let call = promise.call.as_ref().map(|c| c.until);
        let end = match &promise.given_up {
            Some(given_up) => given_up.at.saturating_add(LISTED_MS),
            None => self.kept_until(promise),
        };
        [Some(promise.due), call, Some(end)].into_iter().flatten()
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
                self.attempt_failed(id, why, true);
            }
            Dialled::NotTried(why) => {
                agent.doing = Doing::Idle;
                agent.idle_since = now;
                self.attempt_failed(id, why, false);
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
                let why = "the agent's line was lost".to_owned();
                self.attempt_failed(promise.id, why, true);
            }
        }
    }

    /// Gives up what is too old or was tried often enough, and forgets what was given up long ago.
    pub(super) fn end_promises(&mut self) {
        let now = self.now;
        let over = |p: &&Promise| {
            let attempts = self.call_back_of(&p.queue).attempts.max(1);
            let is_over = self.kept_until(p) <= now || p.tried() >= attempts;
            is_over && !p.dialling && p.given_up.is_none()
        };
        let over: Vec<PromiseId> = self.promises.iter().filter(over).map(|p| p.id).collect();
        for id in over {
            self.give_up(id);
        }
        let old = |p: &Promise| {
            let given_up = p.given_up.as_ref();
            given_up.is_some_and(|g| g.at.saturating_add(LISTED_MS) <= now)
        };
        while let Some(at) = self.promises.iter().position(old) {
            self.forget(at);
        }
    }

    fn give_up(&mut self, id: PromiseId) {
        let Some(promise) = self.promises.iter_mut().find(|p| p.id == id) else {
            return;
        };
        let why = match promise.failed.is_empty() {
            true => "too old".to_owned(),
            false => promise.failed.clone(),
        };
        promise.given_up = Some(GivenUp {
            at: self.now,
            why: why.clone(),
        });
        let (queue, number) = (promise.queue.clone(), promise.number.clone());
        self.dirty = true;
        self.stop_offers(&Who::Promise(id), Stop::CallerLeft);
        self.out.push_back(Output::Broken {
            promise: id,
            number,
            why,
        });
        let listed = |p: &&Promise| p.queue == queue && p.given_up.is_some();
        if self.promises.iter().filter(listed).count() > MOST_PROMISES {
            let first = self.promises.iter().position(|p| listed(&p));
            first.into_iter().for_each(|at| self.forget(at));
        }
    }

    fn forget(&mut self, at: usize) {
        let promise = self.remove_promise(at).id;
        self.out.push_back(Output::Forgotten { promise });
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

    /// `tried`: it may have come as far as the other side.
    fn attempt_failed(&mut self, id: PromiseId, why: String, tried: bool) {
        let Some(at) = self.promises.iter().position(|p| p.id == id) else {
            return;
        };
        let due = self.promises.get(at).map(|p| self.retry_at(&p.queue));
        if let (Some(promise), Some(due)) = (self.promises.get_mut(at), due) {
            promise.dialling = false;
            promise.faults += u32::from(!tried);
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
        since: None,
    }
}

impl Promise {
    /// Made in this call, which is not known to be over.
    fn is_of(&self, call: &str) -> bool {
        self.call.as_ref().is_some_and(|c| c.call == call)
    }
}
