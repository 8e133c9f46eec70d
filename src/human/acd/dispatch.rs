//! Who is offered to whom.

use super::{Acd, Agent, Who};
use crate::human::Strategy;
use crate::human::saved::Arrival;

/// Somebody whose turn it may be.
struct Turn<'a> {
    who: Who,
    queue: &'a str,
    skills: &'a [String],
    priority: u8,
    arrival: Arrival,
}

impl Acd {
    /// Rings until nobody who is free could take anybody who waits.
    ///
    /// All who wait stand in one line, by priority and arrival. An agent is kept for the queue they
    /// prefer as long as somebody there waits for them, and takes from the next one only then.
    pub(super) fn dispatch(&mut self) {
        while let Some((who, agents)) = self.next_offer() {
            for agent in agents {
                self.ring(&who, &agent);
            }
        }
    }

    fn next_offer(&self) -> Option<(Who, Vec<String>)> {
        let free: Vec<&Agent> = self.agents.iter().filter(|a| a.free()).collect();
        if free.is_empty() {
            return None;
        }
        let mut open: Vec<Turn> = self.turns().filter(|t| self.is_open(t)).collect();
        open.sort_by_key(|t| (std::cmp::Reverse(t.priority), t.arrival));
        let takes = |a: &Agent, t: &Turn| {
            a.fits(t.queue, t.skills) && self.may_ring(&t.who, &a.setup.name, t.queue, t.skills)
        };
        let prefers: Vec<(&Agent, usize)> = free
            .into_iter()
            .filter_map(|a| {
                let theirs = open.iter().filter(|t| takes(a, t));
                Some((a, theirs.filter_map(|t| a.preference(t.queue)).min()?))
            })
            .collect();
        open.iter().find_map(|turn| {
            let here = |(a, best): &&(&Agent, usize)| {
                a.preference(turn.queue) == Some(*best) && takes(a, turn)
            };
            let able = prefers.iter().filter(here).map(|(a, _)| *a);
            let chosen: Vec<&Agent> = match self.queue(turn.queue)?.strategy {
                Strategy::LongestIdle => able.min_by_key(|a| a.idle_since).into_iter().collect(),
                Strategy::Linear => able.take(1).collect(),
                Strategy::RingAll => able.collect(),
            };
            let names = chosen
                .into_iter()
                .map(|a| a.setup.name.clone())
                .collect::<Vec<_>>();
            (!names.is_empty()).then(|| (turn.who.clone(), names))
        })
    }

    /// Callers, and promises that may be kept now.
    fn turns(&self) -> impl Iterator<Item = Turn<'_>> {
        let callers = self.callers.iter().map(|c| Turn {
            who: c.who(),
            queue: &c.queue,
            skills: &c.entry.skills,
            priority: c.entry.priority,
            arrival: c.arrival,
        });
        let due = self
            .promises
            .iter()
            .filter(|p| p.due <= self.now && self.may_call(p));
        callers.chain(due.map(|p| Turn {
            who: Who::Promise(p.id),
            queue: &p.queue,
            skills: &p.skills,
            priority: p.priority,
            arrival: p.arrival,
        }))
    }

    /// Nobody is rung for them yet, or everybody is.
    fn is_open(&self, turn: &Turn) -> bool {
        self.queue(turn.queue).is_some_and(|q| {
            q.strategy == Strategy::RingAll || !self.offers.iter().any(|o| o.who == turn.who)
        })
    }
}
