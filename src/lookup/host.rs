//! Who may ask a server right now: a breaker, and a bound on the requests at once.

use super::breaker::{Admission, Breaker, Change};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many calls may ask one server at once; others wait for their turn.
pub(super) const MOST_AT_ONCE: usize = 16;
/// With less time than this it is not worth asking: it would look like the server's failure.
pub(super) const LEAST: Duration = Duration::from_millis(20);

pub(super) struct Host {
    name: String,
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    breaker: Breaker,
    inside: usize,
}

/// Why somebody may not ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    CircuitOpen,
    Busy,
}

/// Leave to ask once. Dropped without [`Pass::well`] it tells of a failure, so that also a panic
/// does not keep others out.
pub(super) struct Pass<'a> {
    host: &'a Host,
    admission: Admission,
    failed: bool,
}

impl Host {
    pub(super) fn new(name: &str) -> Host {
        Host {
            name: name.to_owned(),
            state: Mutex::new(State {
                breaker: Breaker::new(),
                inside: 0,
            }),
            left: Condvar::new(),
        }
    }

    /// Waits for a turn, until `deadline` at most.
    pub(super) fn enter(&self, deadline: Instant) -> Result<Pass<'_>, Refused> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if !state.breaker.would_admit(now) {
                return Err(Refused::CircuitOpen);
            }
            let left = deadline.saturating_duration_since(now);
            if left < LEAST {
                return Err(Refused::Busy);
            }
            if state.inside < MOST_AT_ONCE {
                let admission = state.breaker.admit(now).ok_or(Refused::CircuitOpen)?;
                state.inside += 1;
                return Ok(Pass {
                    host: self,
                    admission,
                    failed: true,
                });
            }
            let waited = self.left.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn leave(&self, admission: Admission, failed: bool) {
        let mut state = self.lock();
        state.inside = state.inside.saturating_sub(1);
        let change = state.breaker.record(admission, failed, Instant::now());
        drop(state);
        match change {
            Some(Change::Opened { rest }) => {
                tracing::warn!(
                    host = self.name,
                    "lookups are not sent for {} s: the server fails again and again",
                    rest.as_secs()
                );
                // Nobody needs to wait for a turn any more.
                self.left.notify_all();
            }
            Some(Change::Closed) => {
                tracing::info!(
                    host = self.name,
                    "lookups are sent again: the server is well"
                );
                self.left.notify_one();
            }
            None => self.left.notify_one(),
        }
    }

    /// A panic elsewhere leaves nothing half done here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    pub(super) fn well(mut self) {
        self.failed = false;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.host.leave(self.admission, self.failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn soon() -> Instant {
        Instant::now() + LEAST * 2
    }

    #[test]
    fn only_so_many_are_inside() {
        let host = Host::new("crm");
        let mut inside: Vec<_> = (0..MOST_AT_ONCE)
            .map(|_| host.enter(far()).ok().unwrap())
            .collect();
        let refused = host.enter(soon()).err();
        assert_eq!(refused, Some(Refused::Busy));
        inside.pop().unwrap().well();
        assert!(host.enter(far()).is_ok());
    }

    #[test]
    fn one_who_waits_gets_the_place_of_one_who_leaves() {
        let host = Host::new("crm");
        let mut inside: Vec<_> = (0..MOST_AT_ONCE)
            .map(|_| host.enter(far()).ok().unwrap())
            .collect();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| host.enter(far()).map(Pass::well));
            inside.pop().unwrap().well();
            assert_eq!(waits.join().unwrap(), Ok(()));
        });
    }

    #[test]
    fn those_who_wait_are_sent_away_when_the_circuit_opens() {
        let host = Host::new("crm");
        let inside: Vec<_> = (0..MOST_AT_ONCE)
            .map(|_| host.enter(far()).ok().unwrap())
            .collect();
        std::thread::scope(|scope| {
            let waits: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| host.enter(far()).map(drop)))
                .collect();
            // All fail.
            drop(inside);
            let outcomes: Vec<_> = waits
                .into_iter()
                .map(|waits| waits.join().unwrap())
                .collect();
            assert!(
                outcomes.contains(&Err(Refused::CircuitOpen)),
                "{outcomes:?}"
            );
        });
    }

    #[test]
    fn a_panic_counts_as_a_failure_and_keeps_no_place() {
        let host = Host::new("crm");
        for _ in 0..MOST_AT_ONCE {
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _pass = host.enter(far()).ok().unwrap();
                std::panic::resume_unwind(Box::new(()));
            }));
            assert!(panicked.is_err());
            if host.enter(soon()).err() == Some(Refused::CircuitOpen) {
                return;
            }
        }
        panic!("no failure was counted");
    }
}
