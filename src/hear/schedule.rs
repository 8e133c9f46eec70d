//! Whose utterance is recognised next: the decisions of [`super::pool`], without threads and
//! without a clock.
//!
//! What a caller waits for comes before what was begun early. Among those, calls take turns: the
//! first wish of each call comes before the second wish of any (start-time fair queueing with equal
//! costs; Goyal, Vin and Cheng, SIGCOMM 1996), so that one call that keeps asking holds up nobody.
//! What could not be ready in time is refused at once instead of being done late.

use super::Stop;
use std::time::{Duration, Instant};

/// How long after it was asked for a recognition is still of use.
pub const DEADLINE: Duration = Duration::from_secs(4);
/// Nothing is taken on that would wait longer for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Nor are more than these ever waiting.
const MOST_WAITING: usize = 256;

/// Names a recognition: a call, and a job of that call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub call: u64,
    pub job: u32,
}

/// Whether somebody waits for the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Begun early, before it is known that the caller has finished.
    Speculative,
    Needed,
}

/// The queue, and what runs. `W` is what there is to do.
pub struct Schedule<W> {
    workers: usize,
    /// In the order of arrival.
    waiting: Vec<Waiting<W>>,
    running: Vec<Running>,
    /// Of the last that was begun.
    round: u64,
    /// How long a recognition takes of late.
    usual_run: Duration,
}

struct Waiting<W> {
    ticket: Ticket,
    urgency: Urgency,
    round: u64,
    since: Instant,
    ahead: usize,
    stop: Stop,
    work: W,
}

struct Running {
    ticket: Ticket,
    urgency: Urgency,
    round: u64,
    stop: Stop,
    fate: Fate,
}

/// Something to do now.
#[derive(Debug)]
pub struct Turn<W> {
    pub ticket: Ticket,
    pub work: W,
    pub stop: Stop,
    pub waited: Duration,
    /// How many were waiting or running when it was asked for.
    pub ahead: usize,
}

/// What becomes of a recognition that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its result is for the call.
    Deliver,
    /// It had to make room for what somebody waits for.
    Displaced,
    /// The call does not want it any more.
    Cancelled,
}

/// Too much to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub waiting: usize,
}

impl<W> Schedule<W> {
    /// For that many recognitions at a time, at least one.
    pub fn new(workers: usize) -> Schedule<W> {
        Schedule {
            workers: workers.max(1),
            waiting: Vec::new(),
            running: Vec::new(),
            round: 0,
            usual_run: Duration::ZERO,
        }
    }

    /// Takes a recognition on, or refuses it.
    pub fn offer(
        &mut self,
        ticket: Ticket,
        urgency: Urgency,
        work: W,
        now: Instant,
    ) -> Result<(), Refused> {
        let refused = Refused {
            waiting: self.waiting.len(),
        };
        match urgency {
            // An early one is only worth it while there is little to do.
            Urgency::Speculative if self.waiting.len() >= self.workers => return Err(refused),
            Urgency::Needed => {
                let needed = self.needed_waiting();
                let turns = (needed / self.workers) as u32;
                if needed >= MOST_WAITING || self.usual_run * turns > LONGEST_WAIT {
                    return Err(refused);
                }
            }
            Urgency::Speculative => {}
        }
        self.waiting.push(Waiting {
            ticket,
            urgency,
            round: self.round_for(ticket.call),
            since: now,
            ahead: self.waiting.len() + self.running.len(),
            stop: Stop::at(now + DEADLINE),
            work,
        });
        self.make_room();
        Ok(())
    }

    /// Somebody waits for this one now.
    pub fn need(&mut self, ticket: Ticket) {
        for waiting in self.waiting.iter_mut().filter(|w| w.ticket == ticket) {
            waiting.urgency = Urgency::Needed;
        }
        for running in self.running.iter_mut().filter(|r| r.ticket == ticket) {
            running.urgency = Urgency::Needed;
        }
        self.make_room();
    }

    /// Nobody wants this one any more.
    pub fn cancel(&mut self, ticket: Ticket) {
        self.waiting.retain(|waiting| waiting.ticket != ticket);
        for running in self.running.iter_mut().filter(|r| r.ticket == ticket) {
            running.stop.cancel();
            running.fate = Fate::Cancelled;
        }
    }

    /// What a free worker does now.
    pub fn next(&mut self, now: Instant) -> Option<Turn<W>> {
        if self.running.len() >= self.workers {
            return None;
        }
        let order = |(at, waiting): &(usize, &Waiting<W>)| {
            (waiting.urgency == Urgency::Speculative, waiting.round, *at)
        };
        let (first, _) = self.waiting.iter().enumerate().min_by_key(order)?;
        let turn = self.waiting.remove(first);
        self.round = self.round.max(turn.round);
        self.running.push(Running {
            ticket: turn.ticket,
            urgency: turn.urgency,
            round: turn.round,
            stop: turn.stop.clone(),
            fate: Fate::Deliver,
        });
        Some(Turn {
            ticket: turn.ticket,
            work: turn.work,
            stop: turn.stop,
            waited: now.saturating_duration_since(turn.since),
            ahead: turn.ahead,
        })
    }

    /// A worker is done after `took`.
    pub fn finished(&mut self, ticket: Ticket, took: Duration) -> Fate {
        let Some(at) = self.running.iter().position(|r| r.ticket == ticket) else {
            return Fate::Cancelled;
        };
        let fate = self.running.swap_remove(at).fate;
        if fate == Fate::Deliver {
            self.usual_run = match self.usual_run.is_zero() {
                true => took,
                false => (self.usual_run * 7 + took) / 8,
            };
        }
        fate
    }

    /// Gives up those whose deadline has passed while they waited.
    pub fn overdue(&mut self, now: Instant) -> Vec<Ticket> {
        let is_late = |waiting: &Waiting<W>| waiting.since + DEADLINE <= now;
        let late = self.waiting.iter().filter(|w| is_late(w));
        let tickets = late.map(|waiting| waiting.ticket).collect();
        self.waiting.retain(|waiting| !is_late(waiting));
        tickets
    }

    /// When [`Schedule::overdue`] should be asked next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting
            .iter()
            .map(|waiting| waiting.since + DEADLINE)
            .min()
    }

    /// How many wait.
    pub fn depth(&self) -> usize {
        self.waiting.len()
    }

    /// The round after the call's last one that is under way, but no earlier than the current.
    fn round_for(&self, call: u64) -> u64 {
        let waiting = self.waiting.iter().map(|w| (w.ticket.call, w.round));
        let running = self.running.iter().map(|r| (r.ticket.call, r.round));
        let own = waiting.chain(running).filter(|(other, _)| *other == call);
        own.map(|(_, round)| round + 1).fold(self.round, u64::max)
    }

    fn needed_waiting(&self) -> usize {
        let needed = |waiting: &&Waiting<W>| waiting.urgency == Urgency::Needed;
        self.waiting.iter().filter(needed).count()
    }

    /// Stops early recognitions for those that are waited for and find no worker.
    fn make_room(&mut self) {
        let free = self.workers.saturating_sub(self.running.len());
        let ending = |running: &&mut Running| running.fate != Fate::Deliver;
        let ending = self.running.iter_mut().filter(ending).count();
        let mut lacking = self.needed_waiting().saturating_sub(free + ending);
        for running in &mut self.running {
            if lacking > 0
                && running.urgency == Urgency::Speculative
                && running.fate == Fate::Deliver
            {
                running.stop.cancel();
                running.fate = Fate::Displaced;
                lacking -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Urgency::{Needed, Speculative};
    use proptest::prelude::*;

    fn ticket(call: u64, job: u32) -> Ticket {
        Ticket { call, job }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Runs everything that waits on one worker and gives the order of calls.
    fn order(schedule: &mut Schedule<()>, now: Instant) -> Vec<u64> {
        let mut order = Vec::new();
        while let Some(turn) = schedule.next(now) {
            order.push(turn.ticket.call);
            schedule.finished(turn.ticket, ms(100));
        }
        order
    }

    #[test]
    fn calls_take_turns() {
        let now = Instant::now();
        let mut schedule = Schedule::new(1);
        for (call, job) in [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (2, 2)] {
            schedule.offer(ticket(call, job), Needed, (), now).unwrap();
        }
        assert_eq!(order(&mut schedule, now), [1, 2, 3, 1, 2, 1]);
    }

    #[test]
    fn only_so_many_run_at_a_time() {
        let now = Instant::now();
        let mut schedule = Schedule::new(2);
        for call in 1..=3 {
            schedule.offer(ticket(call, 1), Needed, (), now).unwrap();
        }
        assert_eq!(schedule.next(now).unwrap().ticket.call, 1);
        assert_eq!(schedule.next(now).unwrap().ticket.call, 2);
        assert!(schedule.next(now).is_none());
        schedule.finished(ticket(1, 1), ms(100));
        let turn = schedule.next(now + ms(300)).unwrap();
        assert_eq!((turn.ticket.call, turn.waited, turn.ahead), (3, ms(300), 2));
    }

    #[test]
    fn what_a_caller_waits_for_comes_before_what_was_begun_early_and_displaces_it() {
        let now = Instant::now();
        let mut schedule = Schedule::new(1);
        schedule.offer(ticket(1, 1), Speculative, (), now).unwrap();
        let early = schedule.next(now).unwrap();
        assert!(!early.stop.is_due());
        schedule.offer(ticket(2, 1), Needed, (), now).unwrap();
        assert!(early.stop.is_due());
        assert_eq!(schedule.finished(ticket(1, 1), ms(20)), Fate::Displaced);
        assert_eq!(schedule.next(now).unwrap().ticket.call, 2);

        // One that waits, and is then needed, is like any other that is needed.
        schedule.offer(ticket(3, 1), Speculative, (), now).unwrap();
        schedule.offer(ticket(4, 1), Needed, (), now).unwrap();
        schedule.need(ticket(3, 1));
        schedule.finished(ticket(2, 1), ms(20));
        assert_eq!(order(&mut schedule, now), [3, 4]);
    }

    #[test]
    fn an_early_one_that_is_needed_by_now_is_not_displaced() {
        let now = Instant::now();
        let mut schedule = Schedule::new(1);
        schedule.offer(ticket(1, 1), Speculative, (), now).unwrap();
        let early = schedule.next(now).unwrap();
        schedule.need(ticket(1, 1));
        schedule.offer(ticket(2, 1), Needed, (), now).unwrap();
        assert!(!early.stop.is_due());
        assert_eq!(schedule.finished(ticket(1, 1), ms(20)), Fate::Deliver);
    }

    #[test]
    fn what_is_cancelled_stops_and_gives_its_turn_to_the_next() {
        let now = Instant::now();
        let mut schedule = Schedule::new(1);
        for call in 1..=3 {
            schedule.offer(ticket(call, 1), Needed, (), now).unwrap();
        }
        let first = schedule.next(now).unwrap();
        schedule.cancel(ticket(1, 1));
        schedule.cancel(ticket(2, 1));
        assert!(first.stop.is_due());
        assert_eq!(schedule.finished(ticket(1, 1), ms(5)), Fate::Cancelled);
        assert_eq!(order(&mut schedule, now), [3]);
    }

    #[test]
    fn what_could_not_be_ready_in_time_is_refused_at_once() {
        let now = Instant::now();
        let mut schedule = Schedule::new(2);
        schedule.offer(ticket(0, 1), Needed, (), now).unwrap();
        schedule.next(now).unwrap();
        schedule.finished(ticket(0, 1), ms(500));
        let taken = (1..100)
            .take_while(|&call| schedule.offer(ticket(call, 1), Needed, (), now).is_ok())
            .count();
        // Two workers, half a second each, two seconds at most.
        assert_eq!(taken, 10);
        let refused = schedule.offer(ticket(100, 1), Needed, (), now);
        assert_eq!(refused, Err(Refused { waiting: 10 }));
        let early = schedule.offer(ticket(101, 1), Speculative, (), now);
        assert_eq!(early, Err(Refused { waiting: 10 }));
    }

    #[test]
    fn what_waited_too_long_is_given_up() {
        let now = Instant::now();
        let mut schedule = Schedule::new(1);
        schedule.offer(ticket(1, 1), Needed, (), now).unwrap();
        schedule
            .offer(ticket(2, 1), Needed, (), now + ms(500))
            .unwrap();
        assert_eq!(schedule.next_deadline(), Some(now + DEADLINE));
        assert_eq!(schedule.overdue(now + ms(100)), []);
        assert_eq!(schedule.overdue(now + DEADLINE), [ticket(1, 1)]);
        assert_eq!(order(&mut schedule, now + DEADLINE), [2]);
    }

    proptest! {
        #[test]
        fn each_ends_once_whatever_happens(
            steps in proptest::collection::vec((0u8..6, 0u64..4, 0u32..40), 0..200),
            workers in 1usize..4,
        ) {
            let mut now = Instant::now();
            let mut schedule = Schedule::new(workers);
            let (mut open, mut running, mut next_job) = (Vec::new(), Vec::new(), 0);
            for (step, call, number) in steps {
                let some = |list: &[Ticket]| list.get(number as usize % list.len().max(1)).copied();
                match step {
                    0 | 1 => {
                        next_job += 1;
                        let ticket = ticket(call, next_job);
                        let urgency = if step == 0 { Needed } else { Speculative };
                        if schedule.offer(ticket, urgency, (), now).is_ok() {
                            open.push(ticket);
                        }
                    }
                    2 => if let Some(turn) = schedule.next(now) {
                        prop_assert!(open.contains(&turn.ticket));
                        open.retain(|ticket| *ticket != turn.ticket);
                        running.push(turn.ticket);
                        prop_assert!(running.len() <= workers);
                    },
                    3 => if let Some(ticket) = some(&running) {
                        schedule.finished(ticket, ms(u64::from(number) * 10));
                        running.retain(|other| *other != ticket);
                    },
                    4 => if let Some(ticket) = some(&open) {
                        schedule.cancel(ticket);
                        open.retain(|other| *other != ticket);
                    },
                    _ => {
                        now += ms(u64::from(number) * 50);
                        for late in schedule.overdue(now) {
                            prop_assert!(open.contains(&late));
                            open.retain(|ticket| *ticket != late);
                        }
                    }
                }
                prop_assert_eq!(schedule.depth(), open.len());
            }
        }
    }
}
