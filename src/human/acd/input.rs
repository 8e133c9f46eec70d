//! What happens, as the machine is told.
//!
//! Each may come late, twice, or about somebody who is gone already: it is ignored then.

use serde::{Deserialize, Serialize};

use crate::human::Context;

/// One ringing of one agent's phone, and the conversation that comes of it. Not used again after a
/// restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OfferId(pub u64);

/// One promise to call back, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PromiseId(pub u64);

/// A caller who wants a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub call: String,
    pub queue: String,
    /// As it can be called; a number is the same where its text is.
    pub number: Option<String>,
    /// Higher ones first, within one by arrival.
    pub priority: u8,
    /// All of them are needed.
    pub skills: Vec<String>,
    pub context: Context,
}

/// Why a caller does not wait any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    HungUp,
    BackToBot,
    Message,
    /// Cut off: their place is kept for a while.
    LineLost,
}

impl Left {
    /// The whole call is over, and not only the waiting.
    pub fn ends_call(self) -> bool {
        matches!(self, Left::HungUp | Left::LineLost)
    }
}

/// What an agent's phone or the agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered {
    /// Picked up, and hears who waits; that takes more than the ringing.
    Answered,
    Accepted,
    Declined,
    Busy,
    NoAnswer,
    /// Refused for another reason, not understood, or not even called: no fault of the agent's.
    Failed(String),
    /// The phone was there and is not any more.
    Gone,
}

/// What came of calling a number back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialled {
    Answered,
    /// The other side said so, or rang for nothing, or nobody knows.
    NotReached(String),
    /// Nothing came as far as the other side: not counted, and tried again later.
    NotTried(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Whether the company is open: nobody is called back while it is not. It is at the start.
    Open(bool),
    Enter(Entry),
    /// A caller who waits is gone, or the line of one who talks to an agent was lost. Also says of any
    /// other call that it is over.
    Left {
        call: String,
        how: Left,
    },
    /// A promise to call back: out of the queue, keeping place, priority and skills, or without
    /// having waited (`call` is in no queue). Nothing comes of it where an agent has taken the call just
    /// now: they are joined.
    CallBack {
        call: String,
        queue: String,
        number: String,
        priority: u8,
        skills: Vec<String>,
        context: Context,
    },
    /// A new promise that cannot be put on disk: it is taken back, and the call refused.
    NotPromised {
        call: String,
        promise: PromiseId,
    },
    CancelCallBack {
        promise: PromiseId,
    },
    /// "Cancel my call-back", from that number: all of them.
    CancelCallBackOf {
        number: String,
    },
    Phone {
        agent: String,
        reachable: bool,
    },
    /// On duty; ends a pause and the wrap-up.
    Ready {
        agent: String,
    },
    /// Ringing stops at once; a conversation goes on, and the pause begins after it.
    Pause {
        agent: String,
        reason: String,
    },
    /// Off duty, as a pause is begun; they do not count as staff any more.
    LogOut {
        agent: String,
    },
    Offered {
        offer: OfferId,
        how: Offered,
    },
    /// A conversation is over, also when it never began after `Connect` or `Dial`.
    Ended {
        /// Of that `Connect` or `Dial`.
        offer: OfferId,
        /// The agent's line was lost, the caller is still there and wants their place back.
        caller_back: bool,
    },
    Dialled {
        promise: PromiseId,
        /// Of that `Dial`.
        attempt: u32,
        how: Dialled,
    },
    Tick,
}
