//! How long conversations take, from those that were measured: log-normal, as they are in life
//! (Brown et al., "Statistical Analysis of a Telephone Call Center", 2005).

use super::{FEWEST_SERVED, HALF_LIFE, normal};
use std::collections::VecDeque;

/// A conversation is taken for no longer than this many usual ones: an agent forgot to hang up.
const LONGEST: f64 = 12.0;
/// How unlike each other conversations are before it is measured (deviation by mean), and how many
/// measured ones that is worth.
const USUAL_SPREAD: f64 = 0.9;
const USUAL_WEIGHT: f64 = 5.0;
/// However many were measured: what comes may be so different from what was.
const DRIFT: f64 = 0.07;
/// Older than this share of all, a conversation tells by its age alone how long it still takes.
const OLD: f64 = 0.999;
const OLD_REST: f64 = 0.2;

/// The distribution of how long one takes, in ms.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    mean_log: f64,
    deviation_log: f64,
    /// How far off the measured mean may be: the deviation of its logarithm.
    pub doubt: f64,
}

impl Service {
    /// `None` of too few; the last one stands first.
    pub fn fit(took: &VecDeque<u64>) -> Option<Service> {
        if took.len() < FEWEST_SERVED {
            return None;
        }
        let mut sorted: Vec<u64> = took.iter().copied().collect();
        sorted.sort_unstable();
        let usual = *sorted.get(sorted.len() / 2)?;
        let longest = LONGEST * usual.max(1) as f64;
        let weighted = || {
            let weight = |nth: usize| 0.5_f64.powf(nth as f64 / HALF_LIFE);
            let length = |took: &u64| (*took as f64).clamp(1.0, longest);
            took.iter()
                .enumerate()
                .map(move |(nth, took)| (weight(nth), length(took)))
        };
        let weights: f64 = weighted().map(|(w, _)| w).sum();
        let squares: f64 = weighted().map(|(w, _)| w * w).sum();
        let mean = weighted().map(|(w, x)| w * x).sum::<f64>() / weights;
        let apart: f64 = weighted().map(|(w, x)| w * (x / mean - 1.0).powi(2)).sum();
        let spread =
            (apart + USUAL_WEIGHT * USUAL_SPREAD * USUAL_SPREAD) / (weights + USUAL_WEIGHT);
        let variance_log = spread.ln_1p();
        Some(Service {
            mean_log: mean.ln() - variance_log / 2.0,
            deviation_log: variance_log.sqrt(),
            doubt: (spread * squares / (weights * weights) + DRIFT * DRIFT).sqrt(),
        })
    }

    /// How long one takes, for a `chance` from 0 to 1.
    pub fn whole(&self, chance: f64) -> f64 {
        (self.mean_log + self.deviation_log * normal::quantile(chance)).exp()
    }

    /// Which share is over after `age`.
    pub fn over(&self, age: f64) -> f64 {
        normal::below((age.max(1.0).ln() - self.mean_log) / self.deviation_log)
    }

    /// How long one that lasts for `age` still takes, of which [`Service::over`] gave `over`.
    pub fn rest(&self, age: f64, over: f64, chance: f64) -> f64 {
        if over > OLD {
            return -chance.ln() * age * OLD_REST;
        }
        (self.whole(over + chance * (1.0 - over)) - age).max(0.0)
    }
}
