//! Callers who wait: coming, leaving, cut off and back, and the limits of waiting.

use super::agent::With;
use super::{Acd, Doing, Entry, Left, Output, Refused, Stop, Who};
use crate::human::saved::{Arrival, KeptPlace};
use crate::human::{Millis, OverflowTo, Place};

/// The place of one whose call goes on without waiting is kept for so long, if nobody says when it ends.
const CALL_LASTS_MS: u64 = 3_600_000;

/// Somebody on the line who wants a person.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub entry: Entry,
    /// Where they stand now; `entry.queue` is the one they asked for.
    pub queue: String,
    /// The queues they were moved out of.
    been: Vec<String>,
    pub arrival: Arrival,
    /// When this call began to wait, also where that was interrupted by us.
    since: Millis,
    /// Since when they wait this time.
    entered: Millis,
    /// Since when they stand in this queue.
    here: Millis,
    /// Waited before this time, ms.
    waited_before: u64,
    pub told: Option<Told>,
}

/// What was said of a caller last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub at: Millis,
    pub place: Place,
    pub offer_call_back: bool,
}

/// What becomes of a caller who is not taken.
enum Fate {
    Refused(Refused),
    Moved(String),
    Outside(String),
}

impl Caller {
    /// In all, this time and before, ms.
    pub fn waited(&self, now: Millis) -> u64 {
        self.waited_before + now.saturating_sub(self.entered)
    }

    /// The waiting is over, for now.
    pub fn stop_waiting(&mut self, now: Millis) {
        self.waited_before = self.waited(now);
        self.entered = now;
        self.told = None;
    }

    pub fn who(&self) -> Who {
        Who::Caller(self.entry.call.clone())
    }

    /// `waited`: in all, ms.
    pub fn place_kept(&self, waited: u64, until: Option<Millis>) -> KeptPlace {
        KeptPlace {
            call: Some(self.entry.call.clone()),
            number: self.entry.number.clone(),
            queue: self.entry.queue.clone(),
            arrival: self.arrival,
            waited,
            until,
            since: Some(self.since),
        }
    }

    /// `waited` of one who talks to an agent.
    pub fn had_waited(&self) -> u64 {
        self.waited_before
    }
}

impl Acd {
    pub(super) fn enter(&mut self, entry: Entry) {
        if self.caller(&entry.call).is_some() || self.talks(&entry.call) {
            return;
        }
        let refuse = |why| Output::Refused {
            call: entry.call.clone(),
            why,
        };
        let Some(queue) = self.queue(&entry.queue) else {
            self.out.push_back(refuse(Refused::NoSuchQueue));
            return;
        };
        let most = queue.most_waiting;
        if !self.anybody(&entry.queue, &entry.skills, true) {
            self.out.push_back(refuse(Refused::NobodyThere));
            return;
        }
        let full = refuse(Refused::Full);
        let kept = self.kept_place(&entry);
        let before = kept.as_ref().map(|place| place.arrival);
        let promised = self.take_back(&entry);
        let before = before.into_iter().chain(promised).min();
        if before.is_none() && self.waiting_in(&entry.queue) >= most {
            self.out.push_back(full);
            return;
        }
        let (waited_before, since) = kept.map_or((0, None), |place| (place.waited, place.since));
        let caller = Caller {
            queue: entry.queue.clone(),
            entry,
            been: Vec::new(),
            arrival: before.unwrap_or_else(|| self.arrival()),
            since: since.unwrap_or(self.now),
            entered: self.now,
            here: self.now,
            waited_before,
            told: None,
        };
        self.join(caller, before.is_some());
    }

    pub(super) fn left(&mut self, call: &str, how: Left) {
        let now = self.now;
        if let Some(caller) = self.remove_caller(call, Stop::CallerLeft) {
            self.measure_left(&caller, false);
            let place = caller.place_kept(caller.waited(now), None);
            match how {
                Left::LineLost => self.keep_place(place),
                // Who asks something else may want to wait again.
                Left::BackToBot => self.keep_for_call(place),
                _ => {}
            }
        }
        let mut lost = None;
        for agent in &mut self.agents {
            if let Doing::Busy(talk) = &mut agent.doing
                && let With::Caller { caller, left } = &mut talk.with
                && caller.entry.call == call
                && !std::mem::replace(left, true)
            {
                self.dirty = true;
                if how == Left::LineLost {
                    lost = Some(caller.place_kept(caller.had_waited(), None));
                }
            }
        }
        if let Some(place) = lost {
            self.keep_place(place);
        }
        if how.ends_call() {
            let place = self.drop_place(call).filter(|_| how == Left::LineLost);
            if let Some(place) = place {
                self.keep_place(place);
            }
            self.call_over(call);
        }
    }

    /// Who talked to an agent waits again, where they stood.
    pub(super) fn come_back(&mut self, mut caller: Caller) {
        caller.since = self.now;
        caller.entered = self.now;
        caller.here = self.now;
        self.join(caller, true);
    }

    fn join(&mut self, caller: Caller, kept: bool) {
        self.dirty = true;
        let call = caller.entry.call.clone();
        self.callers.push(caller);
        if let Some(Told {
            place,
            offer_call_back,
            ..
        }) = self.told_now(&call)
        {
            self.out.push_back(Output::Entered {
                call,
                place,
                kept,
                offer_call_back,
            });
        }
    }

    /// Takes a caller out of the queue, and back the offers of them.
    pub(super) fn remove_caller(&mut self, call: &str, why: Stop) -> Option<Caller> {
        let at = self.callers.iter().position(|c| c.entry.call == call)?;
        let caller = self.callers.remove(at);
        self.dirty = true;
        self.stop_offers(&caller.who(), why);
        Some(caller)
    }

    /// For the estimate: how this wait has ended.
    pub(super) fn measure_left(&mut self, caller: &Caller, answered: bool) {
        let (now, waited) = (self.now, caller.waited(self.now));
        if let Some(estimator) = self.estimators.get_mut(&caller.queue) {
            estimator.left(now, waited, answered);
        }
    }

    /// Refuses or moves whoever nobody could take, or took in time. Who is being offered stays,
    /// unless the queue is gone. True where that may have made somebody free, or open to others.
    pub(super) fn keep_limits(&mut self) -> bool {
        let idle = |c: &&Caller| {
            self.queue(&c.queue).is_none()
                || !self.offers.iter().any(|o| o.who.is_call(&c.entry.call))
        };
        let fates: Vec<_> = self
            .callers
            .iter()
            .filter(idle)
            .filter_map(|c| Some((c.entry.call.clone(), self.fate(c)?)))
            .collect();
        let mut changed = false;
        for (call, fate) in fates {
            match fate {
                Fate::Refused(why) => {
                    if let Some(caller) = self.remove_caller(&call, Stop::CallerLeft) {
                        changed = true;
                        let mut place = caller.place_kept(caller.waited(self.now), None);
                        if why == Refused::TooLong {
                            self.measure_left(&caller, false);
                            // Who is told so and goes on waiting wants to.
                            place.since = None;
                        }
                        self.keep_for_call(place);
                        self.out.push_back(Output::Refused { call, why });
                    }
                }
                Fate::Outside(to) => {
                    if let Some(caller) = self.remove_caller(&call, Stop::CallerLeft) {
                        self.measure_left(&caller, false);
                        self.keep_for_call(caller.place_kept(caller.waited(self.now), None));
                        self.out.push_back(Output::Outside { call, to });
                    }
                }
                Fate::Moved(to) => changed |= self.move_to(&call, &to),
            }
        }
        changed
    }

    /// When a limit of this caller's is reached, and when there is news for them again.
    pub(super) fn limits_of(&self, caller: &Caller) -> impl Iterator<Item = Millis> {
        let queue = self.queue(&caller.queue);
        let longest = queue
            .and_then(|q| q.longest_wait_ms)
            .map(|ms| caller.since.saturating_add(ms));
        let overflow = queue
            .and_then(|q| q.overflow.as_ref())
            .map(|o| caller.here.saturating_add(o.after_ms));
        let news = caller.told.map(|t| t.at + super::tell::NEWS_EVERY_MS);
        [longest, overflow, news].into_iter().flatten()
    }

    fn fate(&self, caller: &Caller) -> Option<Fate> {
        let Some(queue) = self.queue(&caller.queue) else {
            return Some(Fate::Refused(Refused::NoSuchQueue));
        };
        if !self.anybody(&caller.queue, &caller.entry.skills, false) {
            return Some(Fate::Refused(Refused::NobodyThere));
        }
        if queue
            .longest_wait_ms
            .is_some_and(|ms| self.now >= caller.since.saturating_add(ms))
        {
            return Some(Fate::Refused(Refused::TooLong));
        }
        let overflow = queue.overflow.as_ref()?;
        if self.now < caller.here.saturating_add(overflow.after_ms) {
            return None;
        }
        match &overflow.to {
            OverflowTo::Outside(uri) => Some(Fate::Outside(uri.clone())),
            OverflowTo::Queue(name) => self
                .may_move(caller, name)
                .then(|| Fate::Moved(name.clone())),
        }
    }

    fn may_move(&self, caller: &Caller, to: &str) -> bool {
        to != caller.queue
            && !caller.been.iter().any(|b| b == to)
            && self
                .queue(to)
                .is_some_and(|q| self.waiting_in(to) < q.most_waiting)
            && self.anybody(to, &caller.entry.skills, true)
    }

    fn move_to(&mut self, call: &str, to: &str) -> bool {
        let now = self.now;
        // Another one who was moved just now may have taken the last place.
        if !self.caller(call).is_some_and(|c| self.may_move(c, to)) {
            return false;
        }
        let Some(caller) = self.callers.iter_mut().find(|c| c.entry.call == call) else {
            return false;
        };
        let from = std::mem::replace(&mut caller.queue, to.to_owned());
        let waited = caller.waited(now);
        caller.been.push(from.clone());
        caller.here = now;
        self.dirty = true;
        if let Some(estimator) = self.estimators.get_mut(&from) {
            estimator.left(now, waited, false);
        }
        if let Some(Told { place, .. }) = self.told_now(call) {
            let (call, queue) = (call.to_owned(), to.to_owned());
            self.out.push_back(Output::Moved { call, queue, place });
        }
        true
    }

    /// For whoever calls again from that number, for as long as the queue keeps places, unless less is
    /// set.
    pub(super) fn keep_place(&mut self, mut place: KeptPlace) {
        let Some(queue) = self.queue(&place.queue) else {
            return;
        };
        let longest = self.now.saturating_add(queue.kept_place_ms);
        place.until = Some(place.until.map_or(longest, |until| until.min(longest)));
        place.call = None;
        place.since = None;
        if place.number.is_some() {
            self.places.push(place);
        }
        self.dirty = true;
    }

    /// For the call itself, which goes on: it may enter again, or ask for a call-back.
    pub(super) fn keep_for_call(&mut self, mut place: KeptPlace) {
        place.until = Some(self.now.saturating_add(CALL_LASTS_MS));
        self.places.retain(|p| p.call != place.call);
        self.places.push(place);
        self.dirty = true;
    }

    /// The arrival that is kept for a call.
    pub(super) fn kept_arrival(&self, call: &str) -> Option<Arrival> {
        let own = |p: &&KeptPlace| p.call.as_deref() == Some(call);
        self.places.iter().find(own).map(|p| p.arrival)
    }

    /// What is kept for a call is not wanted any more.
    pub(super) fn drop_place(&mut self, call: &str) -> Option<KeptPlace> {
        let own = |p: &KeptPlace| p.call.as_deref() == Some(call);
        let at = self.places.iter().position(own)?;
        self.dirty = true;
        Some(self.places.remove(at))
    }

    pub(super) fn end_places(&mut self) {
        let before = self.places.len();
        self.places
            .retain(|p| p.until.is_some_and(|until| until > self.now));
        self.dirty |= self.places.len() < before;
    }

    /// Takes the place that is kept for whoever enters, the oldest if there are several.
    fn kept_place(&mut self, entry: &Entry) -> Option<KeptPlace> {
        let same = |p: &KeptPlace| {
            p.queue == entry.queue
                && p.until.is_some_and(|until| until > self.now)
                && match &p.call {
                    Some(call) => *call == entry.call,
                    None => p.number.is_some() && p.number == entry.number,
                }
        };
        let found = self.places.iter().enumerate().filter(|(_, p)| same(p));
        let (at, _) = found.min_by_key(|(_, p)| p.arrival)?;
        Some(self.places.remove(at))
    }

    pub(super) fn caller(&self, call: &str) -> Option<&Caller> {
        self.callers.iter().find(|c| c.entry.call == call)
    }

    /// How many callers wait in a queue; promises are not counted.
    pub fn waiting_in(&self, queue: &str) -> usize {
        self.callers.iter().filter(|c| c.queue == queue).count()
    }

    pub(super) fn talks(&self, call: &str) -> bool {
        self.talking().any(|c| c.entry.call == call)
    }

    /// Who called us, and talks to an agent.
    fn talking(&self) -> impl Iterator<Item = &Caller> {
        self.agents.iter().filter_map(|a| match &a.doing {
            Doing::Busy(talk) => match &talk.with {
                With::Caller {
                    caller,
                    left: false,
                } => Some(&**caller),
                _ => None,
            },
            _ => None,
        })
    }

    /// Somebody from that number is on our line, for a person.
    pub(super) fn has_called(&self, number: &str) -> bool {
        let all = self.callers.iter().chain(self.talking());
        all.map(|c| &c.entry.number)
            .any(|n| n.as_deref() == Some(number))
    }
}
