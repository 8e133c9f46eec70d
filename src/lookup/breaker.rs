//! Whether a server is asked at all: a circuit breaker (Nygard, Release It!), without clock and
//! without threads.
//!
//! While a server fails, callers are told at once instead of after its timeout, and it is left in
//! peace. After a rest, which doubles from time to time, one request is let through to try.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many failures in a row, or
const IN_A_ROW: u32 = 5;
/// of so many requests at least
const AT_LEAST: usize = 10;
/// within this time
const WINDOW: Duration = Duration::from_secs(30);
/// this share, as one of so many, open the circuit.
const ONE_OF: usize = 2;
/// No more requests than these are remembered.
const MOST_REMEMBERED: usize = 100;
const FIRST_REST: Duration = Duration::from_secs(2);
const LONGEST_REST: Duration = Duration::from_secs(30);

pub(super) struct Breaker {
    state: State,
    /// Counts the changes of `state`: what was admitted before one has no say after it.
    age: u64,
    in_a_row: u32,
    /// When requests ended, and whether they failed; the oldest first.
    recent: VecDeque<(Instant, bool)>,
    /// The next one.
    rest: Duration,
}

#[derive(Clone, Copy)]
enum State {
    Closed,
    Open {
        until: Instant,
    },
    /// One request is on its way.
    Trying,
}

/// For one request. Each must come back by [`Breaker::record`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Admission {
    age: u64,
}

/// What a request's end changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Opened { rest: Duration },
    Closed,
}

impl Breaker {
    pub(super) fn new() -> Breaker {
        Breaker {
            state: State::Closed,
            age: 0,
            in_a_row: 0,
            recent: VecDeque::new(),
            rest: FIRST_REST,
        }
    }

    /// None: do not ask.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Admission> {
        if !self.would_admit(now) {
            return None;
        }
        if let State::Open { .. } = self.state {
            self.enter(State::Trying);
        }
        Some(Admission { age: self.age })
    }

    pub(super) fn would_admit(&self, now: Instant) -> bool {
        match self.state {
            State::Closed => true,
            State::Open { until } => now >= until,
            State::Trying => false,
        }
    }

    pub(super) fn record(&mut self, of: Admission, failed: bool, now: Instant) -> Option<Change> {
        if of.age != self.age {
            return None;
        }
        match (self.state, failed) {
            (State::Closed, _) => {
                self.remember(failed, now);
                self.too_many_failed().then(|| self.open(now))
            }
            (State::Trying, true) => Some(self.open(now)),
            (State::Trying, false) => {
                self.enter(State::Closed);
                self.rest = FIRST_REST;
                Some(Change::Closed)
            }
            // Nothing is admitted in this state.
            (State::Open { .. }, _) => None,
        }
    }

    fn remember(&mut self, failed: bool, now: Instant) {
        self.in_a_row = if failed {
            self.in_a_row.saturating_add(1)
        } else {
            0
        };
        self.recent.push_back((now, failed));
        while let Some(&(at, _)) = self.recent.front()
            && (self.recent.len() > MOST_REMEMBERED || now.saturating_duration_since(at) > WINDOW)
        {
            self.recent.pop_front();
        }
    }

    fn too_many_failed(&self) -> bool {
        let failed = self.recent.iter().filter(|(_, failed)| *failed).count();
        let share = self.recent.len() >= AT_LEAST && failed * ONE_OF >= self.recent.len();
        self.in_a_row >= IN_A_ROW || share
    }

    fn open(&mut self, now: Instant) -> Change {
        let rest = self.rest;
        self.enter(State::Open { until: now + rest });
        self.rest = (rest * 2).min(LONGEST_REST);
        Change::Opened { rest }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.age += 1;
        self.in_a_row = 0;
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A breaker and its time.
    struct Bench {
        breaker: Breaker,
        now: Instant,
    }

    impl Bench {
        fn new() -> Bench {
            Bench {
                breaker: Breaker::new(),
                now: Instant::now(),
            }
        }

        fn ask(&mut self, failed: bool) -> Option<Change> {
            let admission = self.breaker.admit(self.now).expect("admitted");
            self.breaker.record(admission, failed, self.now)
        }

        fn opened(&mut self) -> Duration {
            for _ in 1..IN_A_ROW {
                assert_eq!(self.ask(true), None);
            }
            match self.ask(true) {
                Some(Change::Opened { rest }) => rest,
                other => panic!("{other:?}"),
            }
        }

        fn passes(&mut self, time: Duration) {
            self.now += time;
        }
    }

    #[test]
    fn failures_in_a_row_open_it_until_a_rest_is_over() {
        let mut bench = Bench::new();
        let rest = bench.opened();
        assert!(bench.breaker.admit(bench.now).is_none());
        bench.passes(rest - Duration::from_millis(1));
        assert!(bench.breaker.admit(bench.now).is_none());
        bench.passes(Duration::from_millis(1));
        assert!(bench.breaker.admit(bench.now).is_some());
    }

    #[test]
    fn a_success_between_failures_starts_the_count_anew() {
        let mut bench = Bench::new();
        for _ in 0..3 {
            bench.passes(WINDOW);
            for _ in 1..IN_A_ROW {
                assert_eq!(bench.ask(true), None);
            }
            assert_eq!(bench.ask(false), None);
            bench.passes(WINDOW);
        }
    }

    #[test]
    fn every_other_request_failing_opens_it_too() {
        let mut bench = Bench::new();
        let changes: Vec<_> = (0..AT_LEAST).map(|n| bench.ask(n % 2 == 1)).collect();
        assert_eq!(
            changes.last(),
            Some(&Some(Change::Opened { rest: FIRST_REST }))
        );
        assert_eq!(changes.iter().flatten().count(), 1);
    }

    #[test]
    fn a_failure_now_and_then_does_not_open_it() {
        let mut bench = Bench::new();
        for n in 0..1000 {
            assert_eq!(bench.ask(n % 3 == 0), None);
            bench.passes(SECOND / 10);
        }
    }

    #[test]
    fn failures_of_long_ago_do_not_count_in_the_share() {
        let mut bench = Bench::new();
        for n in 0..100 {
            assert_eq!(bench.ask(n % 2 == 0), None);
            bench.passes(SECOND * 4);
        }
    }

    #[test]
    fn one_request_tries_and_the_others_wait() {
        let mut bench = Bench::new();
        let rest = bench.opened();
        bench.passes(rest);
        let trial = bench.breaker.admit(bench.now).unwrap();
        assert!(bench.breaker.admit(bench.now + SECOND).is_none());
        let change = bench.breaker.record(trial, false, bench.now);
        assert_eq!(change, Some(Change::Closed));
        assert_eq!(bench.ask(true), None);
        assert!(bench.breaker.admit(bench.now).is_some());
    }

    #[test]
    fn each_trial_that_fails_doubles_the_rest_and_a_success_forgets_it() {
        let mut bench = Bench::new();
        let mut rest = bench.opened();
        let mut rests = vec![rest.as_secs()];
        for _ in 0..5 {
            bench.passes(rest);
            let Some(Change::Opened { rest: next }) = bench.ask(true) else {
                panic!()
            };
            rest = next;
            rests.push(rest.as_secs());
        }
        assert_eq!(rests, [2, 4, 8, 16, 30, 30]);
        bench.passes(rest);
        assert_eq!(bench.ask(false), Some(Change::Closed));
        assert_eq!(bench.opened(), FIRST_REST);
    }

    #[test]
    fn what_began_before_it_opened_has_no_say() {
        let mut bench = Bench::new();
        let early = bench.breaker.admit(bench.now).unwrap();
        let late = bench.breaker.admit(bench.now).unwrap();
        let rest = bench.opened();
        assert_eq!(bench.breaker.record(early, false, bench.now), None);
        assert!(bench.breaker.admit(bench.now).is_none(), "still open");
        bench.passes(rest);
        let trial = bench.breaker.admit(bench.now).unwrap();
        assert_eq!(bench.breaker.record(late, true, bench.now), None);
        let change = bench.breaker.record(trial, false, bench.now);
        assert_eq!(change, Some(Change::Closed));
    }

    proptest! {
        /// Whatever happens, a server that is well again is asked again.
        #[test]
        fn it_always_comes_back(
            steps in prop::collection::vec((any::<bool>(), 0u64..40_000), 0..200),
        ) {
            let mut bench = Bench::new();
            for (failed, ms) in steps {
                if let Some(admission) = bench.breaker.admit(bench.now) {
                    bench.breaker.record(admission, failed, bench.now);
                }
                prop_assert!(bench.breaker.recent.len() <= MOST_REMEMBERED);
                bench.passes(Duration::from_millis(ms));
            }
            bench.passes(LONGEST_REST);
            bench.ask(false);
            prop_assert!(matches!(bench.breaker.state, State::Closed));
        }
    }
}
