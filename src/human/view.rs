//! What the queue looks like at a moment: for `zeroline agents`, `zeroline queue` and the console.

use serde::{Deserialize, Serialize};

use super::{AgentState, Context, Millis, Place, PromiseId, Who};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// When it looked like this, by the server's clock.
    pub now: Millis,
    pub queues: Vec<QueueView>,
    pub agents: Vec<AgentView>,
    /// All that are open or given up, by their queue and turn.
    pub promises: Vec<PromiseView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    pub name: String,
    /// Agents on duty for it; busy ones count.
    pub staffed: usize,
    /// Of these, ready just now.
    pub free: usize,
    /// In their order.
    pub waiting: Vec<WaitingView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingView {
    pub call: String,
    pub number: Option<String>,
    pub priority: u8,
    pub skills: Vec<String>,
    /// Promises are counted.
    pub place: Place,
    pub waited_ms: u64,
    /// The agents whose phones ring for them.
    pub offered_to: Vec<String>,
    pub context: Context,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentView {
    pub name: String,
    pub state: AgentState,
    pub since: Millis,
    pub queues: Vec<String>,
    pub skills: Vec<String>,
    /// Whom they are rung for, or talk to.
    pub with: Option<Who>,
    /// They pause, or go off duty, after this conversation.
    pub then: Option<AgentState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseView {
    pub promise: PromiseId,
    pub queue: String,
    pub number: String,
    /// Among all who wait in the queue; none while it is being called, if it is given up, or if the
    /// queue is gone.
    pub position: Option<usize>,
    pub arrived: Millis,
    /// How often it was called; what never reached the other side is not counted.
    pub attempts: u32,
    /// Not called before.
    pub due: Millis,
    /// The agent who calls just now.
    pub calling: Option<String>,
    /// Why it is not called any more by itself.
    pub given_up: Option<String>,
    pub context: Context,
}
