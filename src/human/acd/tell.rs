//! Where everybody stands, how long it takes, and who is told when.

use super::place::Told;
use super::{Acd, Doing, Output, Who};
use crate::human::saved::Duty;
use crate::human::{AgentState, AgentView, PromiseView, QueueView, WaitingView};
use crate::human::{Crowd, Millis, Place, View};

/// The wait that is expected changes with each second; callers' calls are told as often as this.
pub(super) const NEWS_EVERY_MS: u64 = 5_000;

impl Acd {
    /// What the queue looks like.
    pub fn view(&self, now: Millis) -> View {
        let now = now.max(self.now);
        let mut promises: Vec<&_> = self.promises.iter().collect();
        promises.sort_by_key(|p| (&p.queue, std::cmp::Reverse(p.priority), p.arrival));
        View {
            queues: self
                .queues
                .iter()
                .map(|q| self.queue_view(&q.name, now))
                .collect(),
            agents: self.agents.iter().map(|a| self.agent_view(a)).collect(),
            promises: promises.into_iter().map(|p| self.promise_view(p)).collect(),
        }
    }

    /// All who wait in a queue, as they are served: also promises that are to be tried again later, who
    /// come before others then.
    pub(super) fn order(&self, queue: &str) -> Vec<Who> {
        let callers = self.callers.iter().filter(|c| c.queue == queue);
        let promises = self
            .promises
            .iter()
            .filter(|p| p.queue == queue && !p.dialling);
        let mut all: Vec<_> = callers
            .map(|c| (std::cmp::Reverse(c.entry.priority), c.arrival, c.who()))
            .chain(promises.map(|p| (std::cmp::Reverse(p.priority), p.arrival, Who::Promise(p.id))))
            .collect();
        all.sort_by_key(|(priority, arrival, _)| (*priority, *arrival));
        all.into_iter().map(|(_, _, who)| who).collect()
    }

    /// Works out what is to be said of a caller, and takes it as said.
    pub(super) fn told_now(&mut self, call: &str) -> Option<Told> {
        let order = self.order(&self.caller(call)?.queue);
        let position = order.iter().position(|who| who.is_call(call))? + 1;
        let told = self.told(call, position)?;
        self.callers.iter_mut().find(|c| c.entry.call == call)?.told = Some(told);
        Some(told)
    }

    /// Tells who stands elsewhere now, and from time to time what the wait is.
    pub(super) fn tell_callers(&mut self) {
        let names: Vec<String> = self.queues.iter().map(|q| q.name.clone()).collect();
        for name in names {
            let order = self.order(&name);
            for (at, who) in order.into_iter().enumerate() {
                if let Who::Caller(call) = who {
                    self.tell(call, at + 1);
                }
            }
        }
    }

    fn tell(&mut self, call: String, position: usize) {
        let before = self.caller(&call).and_then(|c| c.told);
        if before.is_some_and(|told| {
            told.place.position == position && self.now < told.at + NEWS_EVERY_MS
        }) {
            return;
        }
        let Some(told) = self.told(&call, position) else {
            return;
        };
        if let Some(caller) = self.callers.iter_mut().find(|c| c.entry.call == call) {
            caller.told = Some(told);
        }
        let Told {
            place,
            offer_call_back,
            ..
        } = told;
        if before.is_none_or(|b| b.place != place || b.offer_call_back != offer_call_back) {
            self.out.push_back(Output::Update {
                call,
                place,
                offer_call_back,
            });
        }
    }

    fn told(&self, call: &str, position: usize) -> Option<Told> {
        let caller = self.caller(call)?;
        let now = self.now;
        let waited = caller.waited(now);
        let crowd = self.crowd(
            &caller.queue,
            &caller.entry.skills,
            position - 1,
            waited,
            now,
        );
        let wait = self
            .estimators
            .get(&caller.queue)
            .and_then(|e| e.wait(now, &crowd));
        let limit = self.queue(&caller.queue)?.call_back.offered_after_ms;
        // Once offered, it stays: nobody may find it gone who was just about to ask for it.
        let offer_call_back = caller.told.is_some_and(|t| t.offer_call_back)
            || waited >= limit
            || match wait {
                Some(wait) => wait.least_ms.midpoint(wait.most_ms) > limit,
                None => position > crowd.staffed,
            };
        Some(Told {
            at: now,
            place: Place { position, wait },
            offer_call_back,
        })
    }

    fn crowd(
        &self,
        queue: &str,
        skills: &[String],
        ahead: usize,
        waited: u64,
        now: Millis,
    ) -> Crowd {
        let staff = self
            .agents
            .iter()
            .filter(|a| a.fits(queue, skills) && a.staffed(now));
        let mut crowd = Crowd {
            ahead,
            staffed: 0,
            free: 0,
            busy: Vec::new(),
            waited,
        };
        for agent in staff {
            crowd.staffed += 1;
            match &agent.doing {
                // Rung for somebody ahead, or for this one.
                Doing::Idle | Doing::Offered => crowd.free += usize::from(agent.reachable),
                Doing::Busy(talk) => crowd.busy.push(now.saturating_sub(talk.since)),
                Doing::WrapUp { since, .. } => crowd.busy.push(now.saturating_sub(*since)),
            }
        }
        crowd
    }

    fn queue_view(&self, name: &str, now: Millis) -> QueueView {
        let serve = || self.agents.iter().filter(|a| a.preference(name).is_some());
        let waiting = self
            .order(name)
            .into_iter()
            .enumerate()
            .filter_map(|(at, who)| {
                let Who::Caller(call) = &who else { return None };
                let caller = self.caller(call)?;
                let waited = caller.waited(now);
                let crowd = self.crowd(name, &caller.entry.skills, at, waited, now);
                let wait = self.estimators.get(name).and_then(|e| e.wait(now, &crowd));
                let offers = self.offers.iter().filter(|o| o.who == who);
                Some(WaitingView {
                    call: call.clone(),
                    number: caller.entry.number.clone(),
                    priority: caller.entry.priority,
                    skills: caller.entry.skills.clone(),
                    place: Place {
                        position: at + 1,
                        wait,
                    },
                    waited_ms: waited,
                    offered_to: offers.map(|o| o.agent.clone()).collect(),
                    context: caller.entry.context.clone(),
                })
            });
        QueueView {
            name: name.to_owned(),
            staffed: serve().filter(|a| a.staffed(now)).count(),
            free: serve().filter(|a| a.free()).count(),
            waiting: waiting.collect(),
        }
    }

    fn agent_view(&self, agent: &super::Agent) -> AgentView {
        let with = match &agent.doing {
            Doing::Busy(talk) => Some(talk.who()),
            Doing::Offered => {
                let offer = self.offers.iter().find(|o| o.agent == agent.setup.name);
                offer.map(|o| o.who.clone())
            }
            Doing::Idle | Doing::WrapUp { .. } => None,
        };
        let state = agent.state();
        let then = match &agent.duty {
            Duty::Paused(reason) => Some(AgentState::Paused(reason.clone())),
            Duty::Off => Some(AgentState::Off),
            Duty::Ready => None,
        };
        AgentView {
            name: agent.setup.name.clone(),
            since: agent.shown.as_ref().map_or(self.now, |(_, since)| *since),
            queues: agent.setup.queues.clone(),
            skills: agent.setup.skills.clone(),
            with,
            then: then.filter(|then| *then != state),
            state,
        }
    }

    fn promise_view(&self, promise: &crate::human::saved::Promise) -> PromiseView {
        let known = self.queue(&promise.queue).is_some();
        let order = if known {
            self.order(&promise.queue)
        } else {
            Vec::new()
        };
        let calling = self.agents.iter().find(|a| match &a.doing {
            Doing::Busy(talk) => talk.who() == Who::Promise(promise.id),
            _ => false,
        });
        PromiseView {
            promise: promise.id,
            queue: promise.queue.clone(),
            number: promise.number.clone(),
            position: order
                .iter()
                .position(|w| *w == Who::Promise(promise.id))
                .map(|at| at + 1),
            arrived: promise.arrival.at,
            attempts: promise.attempts,
            due: promise.due,
            calling: calling.map(|a| a.setup.name.clone()),
            context: promise.context.clone(),
        }
    }
}
