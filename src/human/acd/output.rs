//! What is to be done, as the machine says.

use serde::{Deserialize, Serialize};

use super::{OfferId, PromiseId};
use crate::human::{Context, Place};

/// Whom an agent is rung for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// By the id of their call.
    Caller(String),
    Promise(PromiseId),
}

/// Why a phone is to stop ringing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Somebody else was faster.
    Taken,
    /// Also where a promise was cancelled, or cannot be kept just now.
    CallerLeft,
    /// Nobody answered, or accepted, in time; or the phone is not reachable any more.
    RingOver,
    /// The agent paused or logged out.
    Paused,
}

/// Why a caller does not wait, or not any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Also where no more can be promised.
    Full,
    /// Nobody is there who could take them.
    NobodyThere,
    NoSuchQueue,
    TooLong,
}

/// What an agent is doing, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    Off,
    /// On duty, and their phone cannot be reached.
    Away,
    Ready,
    Offered,
    Busy,
    WrapUp,
    /// With the reason.
    Paused(String),
}

/// An agent's phone is to be rung, for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    pub offer: OfferId,
    pub agent: String,
    pub who: Who,
    pub queue: String,
    pub priority: u8,
    pub skills: Vec<String>,
    pub ring_ms: u64,
    pub waited_ms: u64,
    pub context: Context,
    pub number: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Ring this agent's phone, until `Stop`; the phone's answer comes back as `Offered`.
    Ring(Ring),
    /// The offer is over: whatever its phone does from now on counts for nothing.
    Stop { offer: OfferId, why: Stop },
    /// Join the two. Each `Enter` ends in exactly one of this, `Refused`, `Outside`, `Promised`, and
    /// `Left` as an input; who comes back to their place has entered again.
    Connect {
        offer: OfferId,
        agent: String,
        call: String,
    },
    /// The agent is on the line and briefed: call the number now. `attempt` is from 1, and is on disk
    /// by then: a `Save` comes first.
    Dial {
        promise: PromiseId,
        offer: OfferId,
        number: String,
        attempt: u32,
    },
    Entered {
        call: String,
        place: Place,
        /// The place that they had before was given back.
        kept: bool,
        offer_call_back: bool,
    },
    /// News of a caller's place.
    Update {
        call: String,
        place: Place,
        offer_call_back: bool,
    },
    /// Neither waits nor waits any longer; also the answer to a `CallBack` that cannot be promised.
    Refused { call: String, why: Refused },
    /// For the caller's record.
    Offering { call: String, agent: String },
    /// For the caller's record.
    NotTaken {
        call: String,
        agent: String,
        why: String,
    },
    /// Stands in another queue now.
    Moved {
        call: String,
        queue: String,
        place: Place,
    },
    /// Transfer the caller there. If that fails and the same call enters again, it has its place back.
    Outside { call: String, to: String },
    /// The caller does not wait any more; `place` is that of the promise, from 1.
    Promised {
        call: String,
        promise: PromiseId,
        place: usize,
        /// And not one that there was already.
        new: bool,
    },
    /// By somebody, or because the caller is back.
    Cancelled { promise: PromiseId, number: String },
    /// The customer answered.
    Kept { promise: PromiseId },
    /// Given up, and kept in the list: somebody should call by hand.
    Broken {
        promise: PromiseId,
        number: String,
        why: String,
    },
    /// Given up so long ago that it is not listed any more.
    Forgotten { promise: PromiseId },
    /// Every change, and all of them at the start.
    Agent { agent: String, state: AgentState },
    /// What follows may only be done once [`Acd::saved`](super::Acd::saved) is on disk.
    Save,
}
