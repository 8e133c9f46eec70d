//! What must outlive the process: who waits, what was promised, who is on duty, what was measured.
//!
//! The machine works with these very values; what belongs to a running process only (offers, phones)
//! is not in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Context, Estimator, Millis, PromiseId};

/// The state on disk. What it holds is [`Acd`](super::Acd)'s business.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The next number for promises and for the order of arrival.
    pub(super) next: u64,
    /// Of those who were cut off, and of those on the line, waiting or talking to an agent: a restart
    /// cuts them off.
    pub(super) places: Vec<KeptPlace>,
    pub(super) promises: Vec<Promise>,
    pub(super) agents: Vec<OnDuty>,
    pub(super) estimators: BTreeMap<String, Estimator>,
}

/// By when somebody came; the number decides between two of one millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Arrival {
    pub at: Millis,
    pub number: u64,
}

/// The place of a caller who was cut off, or may be, or whose call goes on without waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPlace {
    /// While that goes on the place is its own, and nobody else's with that number.
    pub call: Option<String>,
    pub number: Option<String>,
    /// The one they asked for.
    pub queue: String,
    pub arrival: Arrival,
    pub waited: u64,
    /// None while they are on the line.
    pub until: Option<Millis>,
    /// When this call began to wait; none where that begins anew.
    #[serde(default)]
    pub since: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Promise {
    pub id: PromiseId,
    /// The call it was made in, while that goes on; a restart ends it.
    #[serde(skip)]
    pub call: Option<OnLine>,
    pub queue: String,
    pub number: String,
    pub priority: u8,
    pub skills: Vec<String>,
    pub context: Context,
    pub arrival: Arrival,
    /// Begun, also where nobody knows what came of it.
    pub attempts: u32,
    /// Of these, so many never reached the other side, by a fault of ours or of the trunk's.
    #[serde(default)]
    pub faults: u32,
    /// Not called before.
    pub due: Millis,
    /// An agent is calling, or nobody knows how that ended.
    pub dialling: bool,
    /// What came of the last attempt.
    pub failed: String,
    /// Not called any more by itself.
    #[serde(default)]
    pub given_up: Option<GivenUp>,
}

/// The call a promise was made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnLine {
    pub call: String,
    /// If nobody says when it ends.
    pub until: Millis,
}

/// A promise that was tried often enough, or is too old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GivenUp {
    pub at: Millis,
    pub why: String,
}

impl Promise {
    /// How often the number was called, as far as anybody knows.
    pub fn tried(&self) -> u32 {
        self.attempts.saturating_sub(self.faults)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OnDuty {
    pub name: String,
    pub duty: Duty,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Duty {
    Ready,
    Paused(String),
    Off,
}
