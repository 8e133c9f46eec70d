//! Where everybody stands, how long it takes, and who is told when.

use super::place::{Caller, Told};
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
            now,
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
    /// come before others then. Nobody is called back before the company opens again.
    pub(super) fn order(&self, queue: &str) -> Vec<Who> {
        let callers = self.callers.iter().filter(|c| c.queue == queue);
        let promises = self
            .promises
            .iter()
            .filter(|p| p.queue == queue && !p.dialling && p.given_up.is_none());
        let turn = |later, priority, arrival| (later, std::cmp::Reverse(priority), arrival);
        let mut all: Vec<_> = callers
            .map(|c| (turn(false, c.entry.priority, c.arrival), c.who()))
            .chain(promises.map(|p| {
                let turn = turn(!self.open, p.priority, p.arrival);
                (turn, Who::Promise(p.id))
            }))
            .collect();
        all.sort_by_key(|(turn, _)| *turn);
        all.into_iter().map(|(_, who)| who).collect()
    }

    /// Works out what is to be said of a caller, and takes it as said.
    pub(super) fn told_now(&mut self, call: &str) -> Option<Told> {
        let order = self.order(&self.caller(call)?.queue);
        let position = order.iter().position(|who| who.is_call(call))? + 1;
        let told = self.told(call, order.get(..position)?)?;
        self.callers.iter_mut().find(|c| c.entry.call == call)?.told = Some(told);
        Some(told)
    }

    /// Tells who stands elsewhere now, and from time to time what the wait is.
    pub(super) fn tell_callers(&mut self) {
        let names: Vec<String> = self.queues.iter().map(|q| q.name.clone()).collect();
        for name in names {
            let order = self.order(&name);
            for (at, who) in order.iter().enumerate() {
                if let (Who::Caller(call), Some(up_to)) = (who, order.get(..=at)) {
                    self.tell(call.clone(), up_to);
                }
            }
        }
    }

    /// `up_to`: the order, as far as this one.
    fn tell(&mut self, call: String, up_to: &[Who]) {
        let before = self.caller(&call).and_then(|c| c.told);
        if before.is_some_and(|told| {
            told.place.position == up_to.len() && self.now < told.at + NEWS_EVERY_MS
        }) {
            return;
        }
        let Some(told) = self.told(&call, up_to) else {
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

    fn told(&self, call: &str, up_to: &[Who]) -> Option<Told> {
        let caller = self.caller(call)?;
        let now = self.now;
        let position = up_to.len();
        let crowd = self.crowd(caller, up_to, now);
        let waited = crowd.waited;
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

    fn crowd(&self, caller: &Caller, up_to: &[Who], now: Millis) -> Crowd {
        let staff = self
            .agents
            .iter()
            .filter(|a| a.fits(&caller.queue, &caller.entry.skills) && a.staffed(now));
        let mut crowd = Crowd {
            ahead: up_to.len().saturating_sub(1),
            staffed: 0,
            free: 0,
            busy: Vec::new(),
            waited: caller.waited(now),
        };
        let for_these = |agent: &str| {
            let offer = self.offers.iter().find(|o| o.agent == agent);
            offer.is_some_and(|o| up_to.contains(&o.who))
        };
        for agent in staff {
            crowd.staffed += 1;
            match &agent.doing {
                Doing::Idle => crowd.free += usize::from(agent.reachable),
                Doing::Offered if for_these(&agent.setup.name) => crowd.free += 1,
                // Will talk to somebody behind this one, or in another queue.
                Doing::Offered => crowd.busy.push(0),
                Doing::Busy(talk) => crowd.busy.push(now.saturating_sub(talk.since)),
                Doing::WrapUp { since, .. } => crowd.busy.push(now.saturating_sub(*since)),
            }
        }
        crowd
    }

    fn queue_view(&self, name: &str, now: Millis) -> QueueView {
        let serve = || self.agents.iter().filter(|a| a.preference(name).is_some());
        let order = self.order(name);
        let waiting = order.iter().enumerate().filter_map(|(at, who)| {
            let Who::Caller(call) = who else { return None };
            let caller = self.caller(call)?;
            let crowd = self.crowd(caller, order.get(..=at)?, now);
            let wait = self.estimators.get(name).and_then(|e| e.wait(now, &crowd));
            let offers = self.offers.iter().filter(|o| o.who == *who);
            Some(WaitingView {
                call: call.clone(),
                number: caller.entry.number.clone(),
                priority: caller.entry.priority,
                skills: caller.entry.skills.clone(),
                place: Place {
                    position: at + 1,
                    wait,
                },
                waited_ms: crowd.waited,
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
            attempts: promise.tried(),
            due: promise.due,
            calling: calling.map(|a| a.setup.name.clone()),
            given_up: promise.given_up.as_ref().map(|g| g.why.clone()),
            context: promise.context.clone(),
        }
    }
}
