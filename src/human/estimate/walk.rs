//! The queue ahead of somebody, played through many times: whoever is ahead gives up or takes the
//! agent who is free first.

use super::service::Service;
use super::{Crowd, normal};

const WALKS: usize = 200;

pub struct Walk<'a> {
    pub service: &'a Service,
    /// How often one who waits gives up, per ms.
    pub giving_up: f64,
    pub crowd: &'a Crowd,
}

impl Walk<'_> {
    /// How long it took in each, in ms, sorted. The same for the same crowd: chance is numbered.
    pub fn waits(&self) -> Vec<f64> {
        let running: Vec<(f64, f64)> = self
            .crowd
            .busy
            .iter()
            .map(|age| (*age as f64, self.service.over(*age as f64)))
            .collect();
        let mut waits: Vec<f64> = (0..WALKS).map(|nth| self.walk(nth, &running)).collect();
        waits.sort_by(f64::total_cmp);
        waits
    }

    fn walk(&self, nth: usize, running: &[(f64, f64)]) -> f64 {
        let mut numbers = fastrand::Rng::with_seed(nth as u64);
        // Above 0: its logarithm is taken.
        let mut chance = || 1.0 - numbers.f64();
        let pace = self.service.doubt * normal::quantile((nth as f64 + 0.5) / WALKS as f64);
        let pace = pace.exp();
        let mut free_at: Vec<f64> = running
            .iter()
            .map(|(age, over)| pace * self.service.rest(*age, *over, chance()))
            .collect();
        // Who is staffed and not busy is free, or being rung for somebody ahead.
        free_at.resize(self.crowd.staffed.max(1), 0.0);
        for _ in 0..self.crowd.ahead {
            let (stays, talks) = (chance(), chance());
            let Some(first) = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)) else {
                continue;
            };
            if -stays.ln() >= *first * self.giving_up {
                *first += pace * self.service.whole(talks);
            }
        }
        free_at.into_iter().min_by(f64::total_cmp).unwrap_or(0.0)
    }
}
