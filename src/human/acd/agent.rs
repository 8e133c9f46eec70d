//! Agents: on duty or not, what they are doing, and who may take whom.

use super::place::Caller;
use super::{Acd, AgentState, OfferId, Output, Stop, Who};
use crate::human::saved::{Duty, Promise};
use crate::human::{AgentSetup, Millis};

/// An agent who is paused, or whose phone cannot be reached, still counts as there for so long:
/// nobody who waits is sent away because a phone changes networks, or for a glass of water.
pub(super) const AWAY_MS: u64 = 60_000;
/// Rings in a row that nobody took before a phone counts as one that nobody is at.
const MOST_MISSED: u32 = 2;

pub(super) struct Agent {
    pub setup: AgentSetup,
    pub duty: Duty,
    pub reachable: bool,
    pub doing: Doing,
    pub idle_since: Millis,
    /// Of the last pause, or the last time the phone was lost.
    pub unable_since: Millis,
    /// Rings in a row that nobody took.
    pub missed: u32,
    /// Not in the configuration any more; here until the conversation is over.
    pub retired: bool,
    pub shown: Option<(AgentState, Millis)>,
}

pub(super) enum Doing {
    Idle,
    Offered,
    Busy(Talk),
    WrapUp {
        queue: String,
        /// When the conversation began.
        since: Millis,
        until: Millis,
    },
}

/// From `Connect` or `Dial` until `Ended`.
pub(super) struct Talk {
    pub offer: OfferId,
    pub since: Millis,
    pub queue: String,
    pub with: With,
}

pub(super) enum With {
    /// `left`: their line is gone, and the agent is still on theirs.
    Caller { caller: Box<Caller>, left: bool },
    /// `answered`: by the customer.
    Promise {
        promise: Box<Promise>,
        answered: bool,
    },
}

impl Talk {
    pub fn who(&self) -> Who {
        match &self.with {
            With::Caller { caller, .. } => caller.who(),
            With::Promise { promise, .. } => Who::Promise(promise.id),
        }
    }
}

impl Agent {
    pub fn new(setup: AgentSetup, duty: Duty, now: Millis) -> Agent {
        Agent {
            setup,
            duty,
            reachable: false,
            doing: Doing::Idle,
            idle_since: now,
            unable_since: now,
            missed: 0,
            retired: false,
            shown: None,
        }
    }

    /// Serves the queue and has all of the skills.
    pub fn fits(&self, queue: &str, skills: &[String]) -> bool {
        self.preference(queue).is_some() && skills.iter().all(|s| self.setup.skills.contains(s))
    }

    /// From 0, the queue this agent takes from first.
    pub fn preference(&self, queue: &str) -> Option<usize> {
        self.setup.queues.iter().position(|q| q == queue)
    }

    /// Can be rung now.
    pub fn free(&self) -> bool {
        self.able() && matches!(self.doing, Doing::Idle)
    }

    fn able(&self) -> bool {
        self.duty == Duty::Ready && self.reachable
    }

    /// On duty, so that it makes sense to begin to wait for them.
    pub fn staffed(&self, now: Millis) -> bool {
        self.duty == Duty::Ready
            && (self.reachable || self.talks() || now < self.unable_since + AWAY_MS)
    }

    /// On duty, or only just paused, so that it makes sense to go on waiting for them.
    pub fn there(&self, now: Millis) -> bool {
        match self.duty {
            Duty::Ready => self.staffed(now),
            Duty::Paused(_) => now < self.unable_since + AWAY_MS,
            Duty::Off => false,
        }
    }

    /// When they stop to count as there.
    pub fn gone_at(&self) -> Option<Millis> {
        (self.duty != Duty::Off && !self.able()).then_some(self.unable_since + AWAY_MS)
    }

    pub fn state(&self) -> AgentState {
        match (&self.doing, &self.duty) {
            (Doing::Offered, _) => AgentState::Offered,
            (Doing::Busy(_), _) => AgentState::Busy,
            (_, Duty::Off) => AgentState::Off,
            (_, Duty::Paused(reason)) => AgentState::Paused(reason.clone()),
            (Doing::WrapUp { .. }, Duty::Ready) => AgentState::WrapUp,
            (Doing::Idle, Duty::Ready) if self.reachable => AgentState::Ready,
            (Doing::Idle, Duty::Ready) => AgentState::Away,
        }
    }

    fn talks(&self) -> bool {
        matches!(self.doing, Doing::Busy(_))
    }
}

impl Acd {
    pub(super) fn phone(&mut self, name: &str, reachable: bool) {
        let now = self.now;
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        if agent.reachable == reachable {
            return;
        }
        agent.reachable = reachable;
        if !reachable {
            agent.unable_since = now;
            self.withdraw(name, Stop::RingOver, "phone not reachable");
        }
    }

    pub(super) fn ready(&mut self, name: &str) {
        let now = self.now;
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        agent.missed = 0;
        if agent.duty != Duty::Ready {
            agent.duty = Duty::Ready;
            agent.idle_since = now;
            self.dirty = true;
        }
        self.end_wrap_up(name);
    }

    /// A pause, or off duty.
    pub(super) fn leave_duty(&mut self, name: &str, duty: Duty) {
        let now = self.now;
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        if agent.duty == duty {
            return;
        }
        agent.duty = duty;
        agent.unable_since = now;
        self.dirty = true;
        self.withdraw(name, Stop::Paused, "paused");
        self.end_wrap_up(name);
    }

    /// Nobody took the phone.
    pub(super) fn missed(&mut self, name: &str) {
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        agent.missed += 1;
        if agent.missed >= MOST_MISSED && agent.duty == Duty::Ready {
            agent.missed = 0;
            self.leave_duty(name, Duty::Paused("no answer".to_owned()));
        }
    }

    /// The conversation is over: some time to write things down, for who is still on duty.
    pub(super) fn begin_wrap_up(&mut self, name: &str, talk: Talk) {
        let until = self
            .now
            .saturating_add(self.queue(&talk.queue).map_or(0, |q| q.wrap_up_ms));
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        agent.doing = Doing::WrapUp {
            queue: talk.queue,
            since: talk.since,
            until,
        };
        if agent.duty != Duty::Ready {
            self.end_wrap_up(name);
        }
    }

    pub(super) fn end_wrap_ups(&mut self) {
        let now = self.now;
        let over = |a: &&Agent| matches!(a.doing, Doing::WrapUp { until, .. } if until <= now);
        let names: Vec<String> = self
            .agents
            .iter()
            .filter(over)
            .map(|a| a.setup.name.clone())
            .collect();
        for name in names {
            self.end_wrap_up(&name);
        }
    }

    fn end_wrap_up(&mut self, name: &str) {
        let now = self.now;
        let Some(agent) = self.agent_mut(name) else {
            return;
        };
        let Doing::WrapUp { queue, since, .. } = &agent.doing else {
            return;
        };
        let (queue, took) = (queue.clone(), now.saturating_sub(*since));
        agent.doing = Doing::Idle;
        agent.idle_since = now;
        if let Some(estimator) = self.estimators.get_mut(&queue) {
            estimator.served(took);
            self.dirty = true;
        }
    }

    /// Whether anybody could take somebody with these skills.
    pub(super) fn anybody(&self, queue: &str, skills: &[String], begins: bool) -> bool {
        let now = self.now;
        self.agents
            .iter()
            .any(|a| a.fits(queue, skills) && if begins { a.staffed(now) } else { a.there(now) })
    }

    /// Says what has changed.
    pub(super) fn show_agents(&mut self) {
        for agent in &mut self.agents {
            let state = agent.state();
            if agent
                .shown
                .as_ref()
                .is_none_or(|(shown, _)| *shown != state)
            {
                agent.shown = Some((state.clone(), self.now));
                self.out.push_back(Output::Agent {
                    agent: agent.setup.name.clone(),
                    state,
                });
            }
        }
        self.agents.retain(|a| !a.retired || a.talks());
    }

    pub(super) fn agent_mut(&mut self, name: &str) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|a| a.setup.name == name)
    }
}
