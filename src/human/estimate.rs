//! How long somebody waits, as a range worth saying.
//!
//! With n ahead and s agents, each of whom ends μ conversations a minute, while each who waits gives
//! up θ times a minute, the wait is the sum of n + 1 steps of 1/(sμ + iθ) on average, i from 0 to n (the
//! virtual wait of Erlang's A-model; Whitt, "Predicting Queueing Delays", 1999). That chain is walked a
//! few hundred times here ([`walk`]), so that the same steps give a range, and so that conversations
//! may be what they are: most of them short, some long, each running one already so old.
//!
//! All it knows comes from [`Estimator::served`] and [`Estimator::left`]; it reads no clock and nothing
//! is random in it. What it gives is made fit to be said by [`super::announce`].

mod normal;
mod service;
#[cfg(test)]
mod tests;
mod walk;

use super::Millis;
use serde::{Deserialize, Serialize};
use service::Service;
use std::collections::VecDeque;
use walk::Walk;

/// Of the walks, the range leaves out so many at its lower and at its upper end. Uneven, because a wait
/// is more often much longer than usual than much shorter: so the range is as short as it can be.
const LOWER: f64 = 0.01;
const UPPER: f64 = 0.91;
/// With fewer conversations measured nothing is said about how long one takes.
const FEWEST_SERVED: usize = 3;
/// The last conversations count most: so many later one counts half.
const HALF_LIFE: f64 = 50.0;
const MOST_SERVED: usize = 200;
/// Of what is known about giving up, so much is kept with each who leaves.
const PATIENCE_KEPT: f64 = 0.99;
/// Without conversations, recent waits are what there is: so many at least, none older.
const FEWEST_WAITS: usize = 3;
const MOST_WAITS: usize = 20;
const WAITS_KEPT_MS: u64 = 60 * 60 * 1000;
/// What it takes to ring a free agent and to have the call taken.
const RINGING_MS: u64 = 30_000;

/// What was measured of one queue, and the wait that follows from it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Estimator {
    /// How long conversations took, the last one first.
    served: VecDeque<u64>,
    patience: Patience,
    /// When somebody was answered, and after how long, the last one first.
    waits: VecDeque<(Millis, u64)>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Patience {
    gave_up: f64,
    waited_ms: f64,
}

/// What is known of the queue at this moment for one who waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Who is served before them: callers and promised call-backs.
    pub ahead: usize,
    /// Agents logged in and not paused; busy ones count.
    pub staffed: usize,
    /// Of these, free just now.
    pub free: usize,
    /// How long each running conversation or wrap-up lasts already, in ms.
    pub busy: Vec<u64>,
    /// How long they have waited already, in ms.
    pub waited: u64,
}

/// From `least_ms` to `most_ms`, from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    pub least_ms: u64,
    pub most_ms: u64,
}

impl Estimator {
    /// A conversation, with its wrap-up, ended after `took` ms.
    pub fn served(&mut self, took: u64) {
        self.served.push_front(took);
        self.served.truncate(MOST_SERVED);
    }

    /// Somebody left the queue after `waited` ms: answered, or gave up.
    pub fn left(&mut self, now: Millis, waited: u64, answered: bool) {
        self.patience.gave_up *= PATIENCE_KEPT;
        self.patience.waited_ms *= PATIENCE_KEPT;
        self.patience.waited_ms += waited as f64;
        if answered {
            self.waits.push_front((now, waited));
            self.waits.truncate(MOST_WAITS);
        } else {
            self.patience.gave_up += 1.0;
        }
    }

    /// How long somebody waits, as a range that is right about nine times in ten; `None` where there
    /// is not enough to say.
    pub fn wait(&self, now: Millis, crowd: &Crowd) -> Option<Wait> {
        if crowd.staffed == 0 {
            return None;
        }
        if crowd.free > crowd.ahead {
            return Some(Wait {
                least_ms: 0,
                most_ms: RINGING_MS,
            });
        }
        match Service::fit(&self.served) {
            Some(service) => Some(self.walked(&service, crowd)),
            None => self.as_of_late(now, crowd),
        }
    }

    fn walked(&self, service: &Service, crowd: &Crowd) -> Wait {
        let waits = Walk {
            service,
            giving_up: self.patience.rate(),
            crowd,
        }
        .waits();
        Wait {
            least_ms: share(&waits, LOWER),
            most_ms: share(&waits, UPPER),
        }
    }

    /// From how long others waited within the last hour, those who waited longer than this one has.
    fn as_of_late(&self, now: Millis, crowd: &Crowd) -> Option<Wait> {
        let fresh = |at: &Millis| now.saturating_sub(*at) <= WAITS_KEPT_MS;
        let recent = self.waits.iter().filter(|(at, _)| fresh(at));
        let mut left: Vec<f64> = recent
            .filter(|(_, waited)| *waited > crowd.waited)
            .map(|(_, waited)| (waited - crowd.waited) as f64)
            .collect();
        if left.len() < FEWEST_WAITS {
            return None;
        }
        left.sort_by(f64::total_cmp);
        // Few waits show less than their whole spread.
        let few = 1.0 + 1.0 / (left.len() as f64).sqrt();
        Some(Wait {
            least_ms: (share(&left, LOWER) as f64 / few) as u64,
            most_ms: (share(&left, UPPER) as f64 * few) as u64,
        })
    }
}

impl Patience {
    /// How often one who waits gives up, per ms (all the waiting there was, over those who gave up).
    fn rate(&self) -> f64 {
        if self.waited_ms > 0.0 {
            self.gave_up / self.waited_ms
        } else {
            0.0
        }
    }
}

/// Below which `share` of these lie; sorted, not empty.
fn share(sorted: &[f64], share: f64) -> u64 {
    let nth = (sorted.len() as f64 * share) as usize;
    sorted
        .get(nth.min(sorted.len().saturating_sub(1)))
        .map_or(0, |ms| ms.max(0.0) as u64)
}
