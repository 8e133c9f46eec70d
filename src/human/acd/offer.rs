//! Offers: an agent's phone rings for somebody, and what comes of it.

use super::agent::{Talk, With};
use super::{Acd, Doing, OfferId, Offered, Output, Ring, Stop, Who};
use crate::human::Millis;

/// An agent who did not take somebody is not rung for them again for so long,
const REFUSED_MS: u64 = 30_000;
/// and for so long where nobody else is there.
const REFUSED_ALONE_MS: u64 = 5_000;
/// To hear who waits and to accept, once the phone was picked up.
const BRIEFING_MS: u64 = 30_000;
/// A phone that shall ring for less cannot be answered.
const LEAST_RING_MS: u64 = 1_000;

pub(super) struct Offer {
    pub id: OfferId,
    pub agent: String,
    pub who: Who,
    pub until: Millis,
    /// Picked up.
    pub answered: bool,
}

/// Somebody was offered to an agent and not taken.
pub(super) struct Refusal {
    who: Who,
    agent: String,
    at: Millis,
}

impl Refusal {
    /// When it counts less, and when not at all.
    pub fn over(&self) -> [Millis; 2] {
        [self.at + REFUSED_ALONE_MS, self.at + REFUSED_MS]
    }
}

impl Who {
    pub(super) fn is_call(&self, id: &str) -> bool {
        matches!(self, Who::Caller(call) if call == id)
    }
}

impl Acd {
    pub(super) fn ring(&mut self, who: &Who, name: &str) {
        self.next_offer += 1;
        let (offer, agent) = (OfferId(self.next_offer), name.to_owned());
        let ring = match who {
            Who::Caller(call) => {
                let Some(c) = self.caller(call) else { return };
                let entry = c.entry.clone();
                Ring {
                    offer,
                    agent,
                    who: who.clone(),
                    queue: c.queue.clone(),
                    priority: entry.priority,
                    skills: entry.skills,
                    ring_ms: self.ring_ms(&c.queue),
                    waited_ms: c.waited(self.now),
                    context: entry.context,
                    number: entry.number,
                }
            }
            Who::Promise(id) => {
                let Some(p) = self.promises.iter().find(|p| p.id == *id) else {
                    return;
                };
                Ring {
                    offer,
                    agent,
                    who: who.clone(),
                    queue: p.queue.clone(),
                    priority: p.priority,
                    skills: p.skills.clone(),
                    ring_ms: self.ring_ms(&p.queue),
                    waited_ms: self.now.saturating_sub(p.arrival.at),
                    context: p.context.clone(),
                    number: Some(p.number.clone()),
                }
            }
        };
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        agent.doing = Doing::Offered;
        self.offers.push(Offer {
            id: offer,
            agent: name.to_owned(),
            who: who.clone(),
            until: self.now.saturating_add(ring.ring_ms),
            answered: false,
        });
        if let Who::Caller(call) = who {
            self.out.push_back(Output::Offering {
                call: call.clone(),
                agent: name.to_owned(),
            });
        }
        self.out.push_back(Output::Ring(ring));
    }

    fn ring_ms(&self, queue: &str) -> u64 {
        let set = self.queue(queue).map_or(0, |q| q.ring_ms);
        set.max(LEAST_RING_MS)
    }

    pub(super) fn offered(&mut self, id: OfferId, how: Offered) {
        let now = self.now;
        let Some(offer) = self.offers.iter_mut().find(|o| o.id == id) else {
            return;
        };
        match how {
            Offered::Answered => {
                if !std::mem::replace(&mut offer.answered, true) {
                    offer.until = now + BRIEFING_MS;
                }
            }
            Offered::Accepted => self.accepted(id),
            Offered::Declined => {
                let agent = offer.agent.clone();
                self.not_taken(id, "declined", false);
                if let Some(agent) = self.agent_mut(&agent) {
                    agent.missed = 0;
                }
            }
            Offered::Busy => self.not_taken(id, "busy", false),
            Offered::NoAnswer => self.no_answer(id),
            Offered::Gone => self.not_taken(id, "phone gone", true),
            Offered::Failed(why) => self.not_taken(id, &why, false),
        }
    }

    /// Whose time is over.
    pub(super) fn end_offers(&mut self) {
        let over: Vec<_> = self
            .offers
            .iter()
            .filter(|o| o.until <= self.now)
            .map(|o| o.id)
            .collect();
        for offer in over {
            self.out.push_back(Output::Stop {
                offer,
                why: Stop::RingOver,
            });
            self.no_answer(offer);
        }
    }

    /// Missed, unless somebody else had picked up already, and was only told about the caller.
    fn no_answer(&mut self, id: OfferId) {
        let Some(offer) = self.offers.iter().find(|o| o.id == id) else {
            return;
        };
        let elsewhere = |o: &&Offer| o.who == offer.who && o.answered;
        let missed = offer.answered || !self.offers.iter().any(|o| elsewhere(&o));
        self.not_taken(id, "no answer", missed);
    }

    /// Takes back the offer that an agent has, if any: it is not their fault.
    pub(super) fn withdraw(&mut self, name: &str, why: Stop, said: &str) {
        let Some(offer) = self.offers.iter().find(|o| o.agent == name).map(|o| o.id) else {
            return;
        };
        self.out.push_back(Output::Stop { offer, why });
        self.not_taken(offer, said, false);
    }

    /// Takes back all offers of somebody who does not wait any more.
    pub(super) fn stop_offers(&mut self, who: &Who, why: Stop) {
        self.stop_those(why, |_, offer| offer.who == *who);
        self.refusals.retain(|r| r.who != *who);
    }

    /// Takes back offers, which is nobody's fault.
    pub(super) fn stop_those(&mut self, why: Stop, which: impl Fn(&Acd, &Offer) -> bool) {
        let all = std::mem::take(&mut self.offers);
        let (over, kept): (Vec<Offer>, Vec<Offer>) = all.into_iter().partition(|o| which(self, o));
        self.offers = kept;
        for offer in over {
            if let Some(agent) = self.agent_mut(&offer.agent) {
                agent.doing = Doing::Idle;
            }
            self.out.push_back(Output::Stop {
                offer: offer.id,
                why,
            });
        }
    }

    /// Whether this agent may be rung for somebody, after having refused them.
    pub(super) fn may_ring(&self, who: &Who, name: &str, queue: &str, skills: &[String]) -> bool {
        let Some(at) = self.refused(who, name) else {
            return true;
        };
        if self.now >= at + REFUSED_MS {
            return true;
        }
        let others = |a: &&super::Agent| {
            a.setup.name != name
                && a.fits(queue, skills)
                && a.reachable
                && a.staffed(self.now)
                && self
                    .refused(who, &a.setup.name)
                    .is_none_or(|at| self.now >= at + REFUSED_MS)
        };
        self.now >= at + REFUSED_ALONE_MS && self.agents.iter().find(others).is_none()
    }

    /// An agent did not do well by this caller.
    pub(super) fn refuse(&mut self, who: Who, agent: &str) {
        self.refusals.retain(|r| r.at + REFUSED_MS > self.now);
        self.refusals.push(Refusal {
            who,
            agent: agent.to_owned(),
            at: self.now,
        });
    }

    fn refused(&self, who: &Who, agent: &str) -> Option<Millis> {
        let same = |r: &&Refusal| r.who == *who && r.agent == agent;
        self.refusals.iter().filter(same).map(|r| r.at).max()
    }

    fn accepted(&mut self, id: OfferId) {
        let now = self.now;
        let Some(offer) = self.remove_offer(id) else {
            return;
        };
        let (queue, with) = match &offer.who {
            Who::Caller(call) => {
                let Some(mut caller) = self.remove_caller(call, Stop::Taken) else {
                    return;
                };
                self.measure_left(&caller, true);
                caller.stop_waiting(now);
                let (call, agent) = (call.clone(), offer.agent.clone());
                self.out.push_back(Output::Connect {
                    offer: id,
                    agent,
                    call,
                });
                let queue = caller.queue.clone();
                (
                    queue,
                    With::Caller {
                        caller: Box::new(caller),
                        left: false,
                    },
                )
            }
            Who::Promise(promise) => {
                self.stop_offers(&offer.who, Stop::Taken);
                let Some(promise) = self.begin_attempt(*promise) else {
                    return;
                };
                self.out.push_back(Output::Dial {
                    promise: promise.id,
                    offer: id,
                    number: promise.number.clone(),
                    attempt: promise.attempts,
                });
                let queue = promise.queue.clone();
                (
                    queue,
                    With::Promise {
                        promise: Box::new(promise),
                        answered: false,
                    },
                )
            }
        };
        if let Some(agent) = self.agent_mut(&offer.agent) {
            agent.missed = 0;
            agent.doing = Doing::Busy(Talk {
                offer: id,
                since: now,
                queue,
                with,
            });
        }
    }

    fn not_taken(&mut self, id: OfferId, why: &str, missed: bool) {
        let now = self.now;
        let Some(offer) = self.remove_offer(id) else {
            return;
        };
        if let Some(agent) = self.agent_mut(&offer.agent) {
            // Others who are free come first now.
            agent.idle_since = now;
        }
        if let Who::Caller(call) = &offer.who {
            let (call, agent) = (call.clone(), offer.agent.clone());
            self.out.push_back(Output::NotTaken {
                call,
                agent,
                why: why.to_owned(),
            });
        }
        self.refuse(offer.who, &offer.agent);
        if missed {
            self.missed(&offer.agent);
        }
    }

    fn remove_offer(&mut self, id: OfferId) -> Option<Offer> {
        let at = self.offers.iter().position(|o| o.id == id)?;
        let offer = self.offers.remove(at);
        if let Some(agent) = self.agent_mut(&offer.agent) {
            agent.doing = Doing::Idle;
        }
        Some(offer)
    }
}
