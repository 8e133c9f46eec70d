//! What goes into a call and what comes out of it besides sound and events.

use crate::audio::{Clip, Key};
use crate::hear::Hypothesis;
use crate::speak::Prompt;
use std::sync::Arc;

/// Names a job within its call, so that its result finds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(pub u32);

/// Work that takes time and is done by others. Each is answered by the [`Input`] named.
#[derive(Debug, Clone)]
pub enum Job {
    /// Answered by [`Input::Recognised`].
    Recognise { id: JobId, utterance: Clip },
    /// Answered by [`Input::Spoken`].
    Synthesise { id: JobId, text: Arc<str> },
    /// Answered by [`Input::Transfer`], several times.
    Transfer { target: String },
    /// End the call on the line; not answered.
    HangUp,
}

/// What happened outside since the last frame.
#[derive(Debug, Clone)]
pub enum Input {
    /// The caller pressed a key.
    Key(Key),
    Recognised {
        id: JobId,
        result: Result<Hypothesis, String>,
        engine: String,
        took_ms: u64,
    },
    Spoken {
        id: JobId,
        result: Result<Arc<Prompt>, String>,
        took_ms: u64,
    },
    Transfer(TransferUpdate),
    /// The caller hung up.
    HungUp,
    /// No sound has come from the caller's phone for so long that they must be gone.
    MediaLost,
    /// Signalling failed.
    LineFailed,
    /// The server stops now.
    Shutdown,
}

/// How a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferUpdate {
    /// A provisional SIP status, such as 180.
    Progress(u16),
    /// The person has the caller.
    Done,
    /// The caller is still ours; why, for the record.
    Failed(String),
}
