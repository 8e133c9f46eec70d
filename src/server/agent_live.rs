//! An agent's leg on the media thread: the briefing and the keys, then the sound of the call it is
//! joined to. Its signalling is `agent_leg`.

use super::Plan;
use super::media::Slot;
use super::pool::Pool;
use super::quality;
use crate::audio::{FRAME_MS, Frame};
use crate::call::{Briefing, Decision, EventKind, Input, Way};
use crate::dialplan::Text;
use crate::line::leg::Leg;
use std::sync::Arc;
use tokio::sync::mpsc;

/// An agent's phone that sends nothing for so long, and has nobody on hold, is muted or gone: it is
/// asked.
const SILENT: u32 = 10_000 / FRAME_MS;

/// What the media thread tells an agent's leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentNews {
    Decided(Decision),
    /// They hear that it rings at the number that is to be called for them.
    Rings,
    /// What was to be said to an agent who gets no caller has been said.
    Dismissed,
    Joined,
    /// The caller has hung up, or was gone already.
    CallOver,
    /// Their phone has sent nothing for a while.
    Silent,
}

/// An agent's leg on the media thread.
pub struct AgentLive {
    pub name: String,
    pub briefing: Briefing,
    pub leg: Leg,
    pub plan: Arc<Plan>,
    pub news: mpsc::Sender<AgentNews>,
    /// The caller whom they get once they have been told about them.
    pub joins: Option<Slot>,
    /// Somebody is called for them as soon as they have been told about it.
    pub rings: bool,
    /// They get none.
    pub dismissed: bool,
}

impl AgentLive {
    pub fn new(
        name: &str,
        briefing: Briefing,
        leg: Leg,
        plan: Arc<Plan>,
        news: mpsc::Sender<AgentNews>,
    ) -> AgentLive {
        AgentLive {
            name: name.to_owned(),
            briefing,
            leg,
            plan,
            news,
            joins: None,
            rings: false,
            dismissed: false,
        }
    }

    /// Somebody who gets no caller, only what the briefing says in parting.
    pub fn dismissed(self) -> AgentLive {
        AgentLive {
            dismissed: true,
            ..self
        }
    }

    pub fn tell(&self, news: AgentNews) {
        // Who does not listen any more has hung up.
        let _ = self.news.try_send(news);
    }

    /// 20 ms without a caller.
    pub fn tick(&mut self, slot: Slot, pool: &Pool) {
        let rate = self.briefing.rate();
        let (mut said, mut heard) = (Frame::silence(rate), Frame::silence(rate));
        self.leg.receive(&mut said);
        while let Some(key) = self.leg.take_key() {
            self.briefing.handle(Input::Key(key, Way::Rtp));
        }
        self.briefing.tick(&said, &mut heard);
        self.leg.send(&heard);
        while let Some(job) = self.briefing.poll_job() {
            if let Err(input) = pool.give(slot, rate, &self.plan.engines, job) {
                self.briefing.handle(input);
            }
        }
        if let Some(decision) = self.briefing.poll() {
            self.tell(AgentNews::Decided(decision));
        }
        if self.rings && self.briefing.is_told() {
            self.rings = false;
            self.briefing.ring();
            self.tell(AgentNews::Rings);
        }
        if self.is_over() {
            self.tell(AgentNews::Dismissed);
        }
        self.watch();
    }

    /// All was said to an agent who gets no caller.
    pub fn is_over(&self) -> bool {
        self.dismissed && self.briefing.is_told()
    }

    /// They get no caller, only what is said in parting.
    pub fn dismiss(&mut self, say: Vec<Text>) {
        self.dismissed = true;
        self.rings = false;
        self.briefing.leave(say);
    }

    /// 20 ms with a caller, at the rate of the caller's call: they hear what the agent says; `None` while
    /// the agent has them on hold and their phone plays nothing of its own.
    pub fn converse(&mut self, caller: &Frame) -> Option<Frame> {
        let mut said = Frame::silence(caller.rate());
        let received = self.leg.receive(&mut said);
        self.leg.send(caller);
        self.watch();
        let plays = received && said.samples().iter().any(|&sample| sample != 0);
        (self.leg.session().media().we_send || plays).then_some(said)
    }

    /// Of their line, so far.
    pub fn quality(&mut self) -> EventKind {
        quality::of(self.leg.session(), Some(self.name.clone()))
    }

    fn watch(&mut self) {
        let session = self.leg.session();
        if let Some(warning) = session.take_warning() {
            tracing::warn!(agent = self.name, "{warning}");
        }
        let media = session.media();
        // Who has us on hold may well send nothing.
        let talks = media.we_receive && media.we_send;
        let silent = session.silent_ticks();
        if talks && silent > 0 && silent.is_multiple_of(SILENT) {
            self.tell(AgentNews::Silent);
        }
    }
}
