//! What a [`World`] does with each thing the machine says, and what must be true of it then.

use super::world::{Busy, Made, World};
use crate::human::*;

impl World {
    pub fn obey(
        &mut self,
        output: Output,
        input: Option<&Input>,
        saved: &mut bool,
        back: Option<&str>,
    ) {
        match output {
            Output::Save => {
                *saved = true;
                self.disk = serde_json::to_string(&self.acd.saved(self.now)).unwrap();
            }
            Output::Ring(Ring {
                offer, agent, who, ..
            }) => {
                assert!(self.reachable.contains(&agent), "{agent} cannot be reached");
                assert!(!self.offers.contains(&offer), "{offer:?} comes again");
                self.offers.push(offer);
                match &who {
                    Who::Caller(call) => {
                        assert!(self.waiting.contains(call), "{call} does not wait")
                    }
                    Who::Promise(promise) => {
                        let made = self.promises.get(promise).expect("a promise is listed");
                        assert!(made.given_up.is_none(), "{promise:?} was given up");
                        assert!(self.open, "nobody is called back after hours");
                        assert!(!self.on_line(made), "{promise:?} is on our line");
                    }
                }
                self.ringing.insert(offer, (agent, who));
            }
            Output::Stop { offer, .. } => {
                assert!(
                    self.ringing.remove(&offer).is_some(),
                    "stopped {offer:?}, which does not ring"
                );
            }
            Output::Connect { offer, agent, call } => {
                assert!(
                    self.waiting.remove(&call),
                    "{call} joined and does not wait"
                );
                assert_eq!(
                    self.ringing.remove(&offer),
                    Some((agent.clone(), Who::Caller(call.clone())))
                );
                self.talking.insert(offer, (agent, Busy::Caller(call)));
            }
            Output::Dial {
                promise,
                offer,
                number,
                attempt,
            } => {
                assert!(*saved, "dialled before it was saved");
                let made = self
                    .promises
                    .get_mut(&promise)
                    .expect("the promise is open");
                assert_eq!(number, made.number);
                // One that was cut off before it was on disk was never begun.
                assert_eq!(attempt, made.attempts + 1, "attempts are counted");
                made.attempts = attempt;
                let tried = attempt - made.faults;
                assert!(tried <= 2, "dialled more often than allowed");
                assert!(made.given_up.is_none(), "{promise:?} was given up");
                let made = made.clone();
                assert!(!self.on_line(&made), "{promise:?} is on our line");
                let (agent, who) = self.ringing.remove(&offer).expect("it rang");
                assert_eq!(who, Who::Promise(promise));
                let twice = self.talking.values().any(
                    |(_, busy)| matches!(busy, Busy::Promise { promise: p, .. } if *p == promise),
                );
                assert!(!twice, "dialled twice at once");
                self.attempts.push((promise, attempt));
                let last = self.dialled.insert(promise, self.now);
                assert!(
                    last.is_none_or(|at| self.now >= at + 600_000),
                    "dialled again at once"
                );
                let busy = Busy::Promise {
                    promise,
                    attempt,
                    answered: false,
                };
                self.talking.insert(offer, (agent, busy));
            }
            Output::Entered {
                call, place, kept, ..
            } => {
                assert!(place.position > 0);
                assert!(self.waiting.insert(call.clone()), "{call} waits twice");
                if back == Some(&call) {
                    assert!(kept);
                    return;
                }
                let Some(Input::Enter(entry)) = input else {
                    panic!("{call} did not enter")
                };
                assert_eq!(entry.call, call);
                let place = self.kept.remove(&call);
                if let Some((queue, at)) = place.filter(|(queue, _)| *queue == entry.queue) {
                    let late = self.now >= at + 3_600_000;
                    assert!(kept || late, "{call} lost their place in {queue}");
                }
                let theirs = |made: &Made| made.call.as_ref().is_some_and(|(c, _)| *c == call);
                let open = self.acd.promises.iter().filter(|p| !p.dialling);
                let own = open.filter_map(|p| self.promises.get(&p.id));
                let mut own = own.filter(|made| made.given_up.is_none());
                assert!(!own.any(theirs), "{call} stands behind themselves");
            }
            Output::Update { call, .. } | Output::Moved { call, .. } => {
                assert!(
                    self.waiting.contains(&call),
                    "news for {call}, who does not wait"
                );
            }
            Output::Refused { call, why } => {
                let waited = self.waiting.remove(&call);
                let in_queue = self.queues.get(&call);
                if let (true, true, Some(queue)) = (waited, why != Refused::NoSuchQueue, in_queue) {
                    self.kept.insert(call.clone(), (queue.clone(), self.now));
                }
                let asked = match input {
                    Some(Input::Enter(entry)) => entry.call == call,
                    Some(Input::CallBack { call: c, .. } | Input::NotPromised { call: c, .. }) => {
                        *c == call
                    }
                    _ => back == Some(&call),
                };
                assert!(waited || asked, "{call} refused, and wanted nothing");
            }
            Output::Outside { call, .. } => {
                assert!(
                    self.waiting.remove(&call),
                    "{call} sent outside and does not wait"
                );
                if let Some(queue) = self.queues.get(&call) {
                    self.kept.insert(call, (queue.clone(), self.now));
                }
            }
            Output::Promised {
                call,
                promise,
                place,
                new,
            } => {
                assert!(*saved, "promised before it was saved");
                assert!(place > 0);
                self.waiting.remove(&call);
                self.kept.remove(&call);
                assert!(!self.over.contains(&promise));
                assert_eq!(new, !self.promises.contains_key(&promise));
                let Some(Input::CallBack { number, .. }) = input else {
                    panic!("promised to nobody")
                };
                let made = self.promises.entry(promise).or_default();
                assert!(made.given_up.is_none(), "{promise:?} was given up");
                made.number.clone_from(number);
                made.call = Some((call.clone(), self.now));
                self.newest = new.then_some((call, promise));
            }
            Output::Kept { promise } => {
                assert!(*saved);
                self.end(promise);
            }
            Output::Cancelled { promise, .. } => self.end(promise),
            Output::Broken { promise, .. } => {
                let made = self.promises.get_mut(&promise).expect("it is listed");
                let before = made.given_up.replace(self.now);
                assert_eq!(before, None, "{promise:?} is given up twice");
            }
            Output::Forgotten { promise } => {
                let given_up = self.promises.get(&promise).and_then(|made| made.given_up);
                let listed = self.now - given_up.expect("it was given up");
                assert!(listed >= 30 * 24 * 3_600_000, "forgotten after {listed} ms");
                self.end(promise);
            }
            Output::Agent { agent, state } => {
                assert_ne!(
                    self.state.insert(agent.clone(), state.clone()),
                    Some(state),
                    "{agent}"
                );
            }
            Output::Offering { .. } | Output::NotTaken { .. } => {}
        }
    }

    /// They wait or talk to an agent, or are in the call still in which it was promised.
    pub fn on_line(&self, made: &Made) -> bool {
        let talking = self.talking.values().filter_map(|(_, busy)| match busy {
            Busy::Caller(call) => Some(call),
            Busy::Promise { .. } => None,
        });
        let mut calls = self.waiting.iter().chain(talking);
        let here = |at: &Millis| self.now < at + 600_000;
        made.call.as_ref().is_some_and(|(_, at)| here(at))
            || calls.any(|c| self.numbers.get(c) == Some(&Some(made.number.clone())))
    }

    fn end(&mut self, promise: PromiseId) {
        assert!(
            self.promises.remove(&promise).is_some(),
            "{promise:?} ends twice"
        );
        self.over.insert(promise);
    }
}
