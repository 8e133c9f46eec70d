//! What is true of a [`World`] at every moment, whatever happened.

use std::collections::BTreeSet;

use super::world::World;
use crate::human::*;

impl World {
    pub fn check(&self) {
        let view = self.acd.view(self.now);
        if let Some(at) = self.acd.deadline() {
            assert!(at > self.now, "time does not lead on");
        }
        // Nobody is at two phones, and the machine sees the world as it is.
        let mut engaged = BTreeSet::new();
        let talking = self
            .talking
            .values()
            .map(|(agent, _)| (agent, AgentState::Busy));
        let ringing = self
            .ringing
            .values()
            .map(|(agent, _)| (agent, AgentState::Offered));
        for (agent, state) in talking.chain(ringing) {
            assert!(engaged.insert(agent), "{agent} twice");
            let seen = view.agents.iter().find(|a| a.name == *agent).unwrap();
            assert_eq!(seen.state, state, "{agent}");
        }
        for agent in &view.agents {
            assert_eq!(
                self.state.get(&agent.name),
                Some(&agent.state),
                "{}",
                agent.name
            );
            let doing = matches!(agent.state, AgentState::Busy | AgentState::Offered);
            assert_eq!(doing, engaged.contains(&agent.name), "{}", agent.name);
        }
        // Nobody who waits is lost, and nobody waits who left.
        let waiting: Vec<&WaitingView> = view.queues.iter().flat_map(|q| &q.waiting).collect();
        let calls: BTreeSet<String> = waiting.iter().map(|w| w.call.clone()).collect();
        assert_eq!(calls.len(), waiting.len());
        assert_eq!(calls, self.waiting);
        // No promise vanishes.
        let open: BTreeSet<PromiseId> = view.promises.iter().map(|p| p.promise).collect();
        assert_eq!(open, self.promises.keys().copied().collect());
        for queue in &view.queues {
            // After hours those who are called back later come later.
            let of_queue = || view.promises.iter().filter(|p| p.queue == queue.name);
            if let Some(first) = of_queue().filter_map(|p| p.position).min()
                && !self.open
            {
                assert!(queue.waiting.iter().all(|w| w.place.position < first));
            }
            let promises = view.promises.iter().filter(|p| p.queue == queue.name);
            let mut positions: Vec<usize> =
                queue.waiting.iter().map(|w| w.place.position).collect();
            positions.extend(promises.filter_map(|p| p.position));
            positions.sort_unstable();
            assert!(
                positions.iter().copied().eq(1..=positions.len()),
                "{positions:?}"
            );
            for caller in &queue.waiting {
                self.check_offers(queue, caller, &view);
            }
        }
        self.check_promises(&view);
    }

    /// Somebody who is free is rung, or has refused this caller a moment ago.
    fn check_offers(&self, queue: &QueueView, caller: &WaitingView, view: &View) {
        let offered = self.ringing.values();
        let offered: BTreeSet<String> = offered
            .filter(|(_, who)| *who == Who::Caller(caller.call.clone()))
            .map(|(agent, _)| agent.clone())
            .collect();
        assert_eq!(offered, caller.offered_to.iter().cloned().collect());
        let who = Who::Caller(caller.call.clone());
        self.nobody_idles(&queue.name, &who, &caller.skills, !offered.is_empty(), view);
    }

    fn check_promises(&self, view: &View) {
        for promise in &view.promises {
            let made = &self.promises[&promise.promise];
            assert_eq!(promise.given_up.is_some(), made.given_up.is_some());
            assert_eq!(promise.attempts, made.attempts - made.faults);
            assert!(promise.given_up.is_none() || promise.position.is_none());
            let waits = promise.position.is_some() && promise.due <= self.now;
            if !waits || !self.open || self.on_line(made) {
                continue;
            }
            let who = Who::Promise(promise.promise);
            let offered = self.ringing.values().any(|(_, w)| *w == who);
            let kept = self
                .acd
                .promises
                .iter()
                .find(|p| p.id == promise.promise)
                .unwrap();
            self.nobody_idles(&promise.queue, &who, &kept.skills, offered, view);
        }
    }

    fn nobody_idles(&self, queue: &str, who: &Who, skills: &[String], offered: bool, view: &View) {
        let setup = self.setup.queues.iter().find(|q| q.name == queue).unwrap();
        if offered && setup.strategy != Strategy::RingAll {
            return;
        }
        for agent in view.agents.iter().filter(|a| a.state == AgentState::Ready) {
            let fits = agent.queues.iter().any(|q| q == queue)
                && skills.iter().all(|s| agent.skills.contains(s));
            let had = self.had.get(&(agent.name.clone(), who.clone()));
            let just_had = had.is_some_and(|at| self.now < at + 30_000);
            assert!(
                !fits || just_had,
                "{} is free and {who:?} waits",
                agent.name
            );
        }
    }
}
