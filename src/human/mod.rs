//! The way to a person: who waits, who may take them, how long it takes, who is called back.
//!
//! [`Acd`] is the machine (an automatic call distributor): it takes what happens to callers, phones
//! and agents, and says whom to ring, join, tell, refuse and call back. It opens no socket and reads
//! no clock; each call brings the time. What must outlive the process is [`Saved`], what people and
//! screens look at is [`View`].
//!
//! What a caller hears meanwhile is decided by the announcer, from the [`Place`]s given here.

mod acd;
mod announce;
mod estimate;
mod outside;
mod saved;
mod setup;
mod view;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use acd::{
    Acd, AgentState, Dialled, Entry, Input, Left, OfferId, Offered, Output, PromiseId, Refused,
    Ring, Stop, Who,
};
pub use announce::{Announcement, Announcer, Minutes, Place};
pub use estimate::{Crowd, Estimator, Wait};
pub use outside::{Outside, roughly};
pub use saved::Saved;
pub use setup::{AgentSetup, CallBackSetup, Overflow, OverflowTo, QueueSetup, Setup, Strategy};
pub use view::{AgentView, PromiseView, QueueView, View, WaitingView};

/// Milliseconds since the Unix epoch.
pub type Millis = u64;

/// What whoever takes over should know, so that the caller never says it twice. It goes along
/// everywhere, and nothing here reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    pub language: String,
    pub wanted: Vec<String>,
    pub given: BTreeMap<String, String>,
    /// What the bot answered or failed at.
    pub tried: Vec<String>,
    /// How they came to want a person.
    pub why: String,
}

impl Context {
    /// In a line, what is wanted first: for a header that holds little.
    pub fn brief(&self) -> String {
        let given = self
            .given
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let parts: Vec<String> = self.wanted.iter().cloned().chain(given).collect();
        match parts.is_empty() {
            true => self.why.clone(),
            false => parts.join("; "),
        }
    }
}
