//! What a company sets: its queues and its agents.
//!
//! Plain values; the server's configuration reads and checks them.

use serde::Deserialize;

/// Everything the queue is told by configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    pub queues: Vec<QueueSetup>,
    pub agents: Vec<AgentSetup>,
}

/// Which of the agents who are free is rung.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Who has had no call for the longest.
    #[default]
    LongestIdle,
    /// All who are free; the first to accept has the caller.
    RingAll,
    /// The first in the order of the file.
    Linear,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSetup {
    pub name: String,
    pub strategy: Strategy,
    pub ring_ms: u64,
    pub wrap_up_ms: u64,
    /// Callers on the line; promised call-backs are not counted.
    pub most_waiting: usize,
    /// Who has waited so long in this call is told that it takes too long.
    pub longest_wait_ms: Option<u64>,
    pub overflow: Option<Overflow>,
    pub call_back: CallBackSetup,
    /// A caller who was cut off, by us or by the line, and calls again from the same number within
    /// this time gets their place back.
    pub kept_place_ms: u64,
}

impl QueueSetup {
    /// A queue as it is where nothing is set.
    pub fn new(name: &str) -> QueueSetup {
        QueueSetup {
            name: name.to_owned(),
            strategy: Strategy::LongestIdle,
            ring_ms: 20_000,
            wrap_up_ms: 15_000,
            most_waiting: 50,
            longest_wait_ms: None,
            overflow: None,
            call_back: CallBackSetup::default(),
            kept_place_ms: 5 * 60_000,
        }
    }
}

/// Where callers go who were not taken in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// Since they came into this queue.
    pub after_ms: u64,
    pub to: OverflowTo,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverflowTo {
    /// Another queue, in which they stand by their arrival. They stay where they are while nobody
    /// there could take them, or it is full, and never go back to a queue they come from.
    Queue(String),
    /// A SIP URI.
    Outside(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBackSetup {
    /// It is offered where a longer wait than this is expected.
    pub offered_after_ms: u64,
    /// How often a number is called before the promise is given up; at least once. What never reaches
    /// the other side is not counted.
    pub attempts: u32,
    /// From one attempt to the next.
    pub retry_ms: u64,
    /// A promise as old as this is given up.
    pub kept_ms: u64,
}

impl Default for CallBackSetup {
    fn default() -> CallBackSetup {
        CallBackSetup {
            offered_after_ms: 120_000,
            attempts: 3,
            retry_ms: 10 * 60_000,
            kept_ms: 7 * 24 * 3_600_000,
        }
    }
}

/// Somebody who takes calls. New ones are ready: a phone that is on is an agent on duty until they
/// log out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentSetup {
    pub name: String,
    /// In the order of preference: somebody waiting in an earlier one comes first.
    pub queues: Vec<String>,
    pub skills: Vec<String>,
}
