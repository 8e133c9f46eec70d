//! What came of many utterances.

use zeroline::understand::Match;

/// How likely a match says it is, in tenths.
const TENTHS: usize = 10;

#[derive(Default, Clone)]
pub struct Tally {
    callers: usize,
    /// Their intent is the nearest; and it is believed.
    nearest: usize,
    right: usize,
    /// Callers and strangers for whom some intent is believed.
    believed: usize,
    strangers: usize,
    rejected: usize,
    /// Of callers: asked which of two they mean, and it is the first or the second of them.
    asked: usize,
    asked_first: usize,
    asked_second: usize,
    strangers_asked: usize,
    /// How many scored so, and were right.
    scored: [(usize, usize); TENTHS],
}

pub fn percent(share: f64) -> String {
    if share.is_nan() {
        return "-".to_owned();
    }
    format!("{:.1} %", 100.0 * share)
}

fn share(some: usize, all: usize) -> f64 {
    some as f64 / all as f64
}

impl Tally {
    pub const HEAD: &'static str = "| | utterances | right when forced | **understood** | **strangers rejected** | F1 | callers asked \"A or B?\" | first wrong: it is the second | strangers asked |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|";

    /// What was found for an utterance of an intent, or of a stranger.
    pub fn add(&mut self, wanted: Option<usize>, found: &Match) {
        let one = |yes: bool| usize::from(yes);
        let right = wanted.is_some() && found.nearest == wanted;
        let tenth = ((found.score * TENTHS as f32) as usize).min(TENTHS - 1);
        self.scored[tenth].0 += 1;
        self.scored[tenth].1 += one(right);
        self.believed += one(found.intent.is_some());
        let close = found.close_call();
        if wanted.is_none() {
            self.strangers += 1;
            self.rejected += one(found.intent.is_none());
            self.strangers_asked += one(close.is_some());
            return;
        }
        self.callers += 1;
        self.nearest += one(right);
        self.right += one(found.intent == wanted);
        if let Some((first, second)) = close {
            self.asked += 1;
            self.asked_first += one(Some(first) == wanted);
            self.asked_second += one(Some(second) == wanted);
        }
    }

    pub fn include(&mut self, other: &Tally) {
        self.callers += other.callers;
        self.nearest += other.nearest;
        self.right += other.right;
        self.believed += other.believed;
        self.strangers += other.strangers;
        self.rejected += other.rejected;
        self.asked += other.asked;
        self.asked_first += other.asked_first;
        self.asked_second += other.asked_second;
        self.strangers_asked += other.strangers_asked;
        for (sum, more) in self.scored.iter_mut().zip(other.scored) {
            sum.0 += more.0;
            sum.1 += more.1;
        }
    }

    /// Of the callers, the share that is believed and right.
    pub fn understood(&self) -> f64 {
        share(self.right, self.callers)
    }

    pub fn rejected(&self) -> f64 {
        share(self.rejected, self.strangers)
    }

    /// Of being believed and right: the harmonic mean of its share of what is believed, and of
    /// callers.
    fn f1(&self) -> f64 {
        share(2 * self.right, self.believed + self.callers)
    }

    pub fn row(&self, what: &str) -> String {
        format!(
            "| {what} | {} + {} | {} | {} | {} | {} | {} | {} | {} |",
            self.callers,
            self.strangers,
            percent(share(self.nearest, self.callers)),
            percent(self.understood()),
            percent(self.rejected()),
            percent(self.f1()),
            percent(share(self.asked, self.callers)),
            percent(share(self.asked_second, self.asked - self.asked_first)),
            percent(share(self.strangers_asked, self.strangers)),
        )
    }

    /// For each tenth of the score, how often the nearest intent was right.
    pub fn sureness(&self) -> String {
        let tenths = self.scored.iter().enumerate();
        let tenths = tenths
            .filter(|(_, (all, _))| *all > 0)
            .map(|(tenth, (all, right))| {
                format!(
                    "{:.1} {}",
                    tenth as f64 / TENTHS as f64,
                    percent(share(*right, *all))
                )
            });
        tenths.collect::<Vec<_>>().join(", ")
    }
}
