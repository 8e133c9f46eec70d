//! Beginning, going on after a restart, and a changed configuration.

use std::collections::VecDeque;

use super::agent::{Agent, With};
use super::promise::place_of;
use super::{Acd, Doing};
use crate::human::saved::{Duty, KeptPlace, OnDuty, Saved};
use crate::human::{Estimator, Millis, Setup};

impl Acd {
    /// Goes on from what was saved. Who was on the line has been cut off, and has their place kept
    /// from now on. A promise that was being called counts as tried, since nobody knows how far that
    /// came. Phones cannot be reached until [`Input::Phone`](super::Input::Phone) says so.
    pub fn new(setup: Setup, saved: Option<Saved>, now: Millis) -> Acd {
        let Saved {
            next,
            places,
            promises,
            agents,
            estimators,
        } = saved.unwrap_or_default();

        let duty = |name: &str| {
            let known = agents.iter().find(|a| a.name == name);
            known.map_or(Duty::Ready, |a| a.duty.clone())
        };
        let agents = setup.agents.into_iter().map(|a| {
            let duty = duty(&a.name);
            Agent::new(a, duty, now)
        });
        let mut acd = Acd {
            now,
            open: true,
            agents: agents.collect(),
            queues: Vec::new(),
            estimators,
            callers: Vec::new(),
            places: Vec::new(),
            promises,
            offers: Vec::new(),
            refusals: Vec::new(),
            next,
            // Offers are not saved; what still comes in from an earlier run names lower numbers.
            next_offer: now,
            dirty: true,
            out: VecDeque::new(),
        };
        acd.set_queues(setup.queues);
        for place in places {
            if place.number.is_some() {
                acd.keep_place(place);
            }
        }
        acd.cut_short();
        acd.step(|_| {});
        acd
    }

    /// What must be on disk.
    pub fn saved(&self, now: Millis) -> Saved {
        let now = now.max(self.now);
        let waiting = self
            .callers
            .iter()
            .map(|c| c.place_kept(c.waited(now), None));
        let talking = self.agents.iter().filter_map(|a| match &a.doing {
            Doing::Busy(talk) => match &talk.with {
                With::Caller {
                    caller,
                    left: false,
                } => Some(caller.place_kept(caller.had_waited(), None)),
                With::Promise {
                    promise,
                    answered: true,
                } => Some(place_of(promise)),
                With::Caller { left: true, .. }
                | With::Promise {
                    answered: false, ..
                } => None,
            },
            _ => None,
        });
        let mut places: Vec<KeptPlace> = self.places.clone();
        places.extend(waiting.chain(talking));
        Saved {
            next: self.next,
            places,
            promises: self.promises.clone(),
            agents: self
                .agents
                .iter()
                .filter(|a| !a.retired)
                .map(|a| OnDuty {
                    name: a.setup.name.clone(),
                    duty: a.duty.clone(),
                })
                .collect(),
            estimators: self.estimators.clone(),
        }
    }

    /// A changed configuration takes over; who waits stays, unless their queue is gone. An agent who
    /// is gone from it finishes their conversation; the phones of those who are new have to report.
    pub fn take_over(&mut self, now: Millis, setup: Setup) {
        self.now = self.now.max(now);
        self.step(|acd| {
            acd.dirty = true;
            acd.set_queues(setup.queues);
            let mut before = std::mem::take(&mut acd.agents);
            for setup in setup.agents {
                let known = before.iter().position(|a| a.setup.name == setup.name);
                acd.agents.push(match known {
                    Some(at) => {
                        let agent = before.remove(at);
                        let duty = if agent.retired {
                            Duty::Ready
                        } else {
                            agent.duty.clone()
                        };
                        Agent {
                            setup,
                            duty,
                            retired: false,
                            ..agent
                        }
                    }
                    None => Agent::new(setup, Duty::Ready, acd.now),
                });
            }
            for mut agent in before {
                let name = agent.setup.name.clone();
                agent.retired = true;
                agent.setup.queues.clear();
                acd.agents.push(agent);
                acd.leave_duty(&name, Duty::Off);
            }
        });
    }

    fn set_queues(&mut self, queues: Vec<crate::human::QueueSetup>) {
        self.queues = queues;
        let mut known = std::mem::take(&mut self.estimators);
        for queue in &self.queues {
            let estimator: Estimator = known.remove(&queue.name).unwrap_or_default();
            self.estimators.insert(queue.name.clone(), estimator);
        }
    }

    /// Attempts to call somebody that the end of the process has cut short.
    fn cut_short(&mut self) {
        let mut promises = std::mem::take(&mut self.promises);
        for promise in &mut promises {
            let retry_at = self.retry_at(&promise.queue);
            // A clock that was wrong puts no promise off for longer.
            promise.due = promise.due.min(retry_at);
            if std::mem::take(&mut promise.dialling) {
                promise.due = retry_at;
                promise.failed = "the call was cut off by a restart".to_owned();
            }
        }
        self.promises = promises;
    }
}
