//! What a call is made of, what goes into it, and what comes out besides sound and events.

use super::keys::Way;
use crate::audio::{Clip, Key, LineRate};
use crate::dialplan::{Dialplan, LookedUp, Lookup};
use crate::hear::{Recognition, Urgency, Vad};
use crate::speak::{Pace, Phrase, PromptBook};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a call is made of.
pub struct Setup {
    /// Unique; names the call in events and on disk.
    pub id: String,
    pub rate: LineRate,
    pub dialplan: Arc<Dialplan>,
    /// The prompts that are ready, at `rate`.
    pub prompts: Arc<PromptBook>,
    /// What tells the caller's voice from other sound.
    pub vad: Vad,
    /// When the call begins.
    pub begins: Timestamp,
    /// What the first event, `call_started`, says.
    pub about: About,
}

/// What is known of a call from the line; all of it empty in a rehearsal.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub caller: Option<String>,
    pub called: Option<String>,
    /// Wall-clock time, RFC 3339.
    pub started: Option<String>,
    pub codec: Option<String>,
    pub sip_call_id: Option<String>,
}

/// Names a job within its call, so that its result finds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(pub u32);

/// Work that takes time and is done by others. Each is answered by the [`Input`] named.
#[derive(Debug, Clone)]
pub enum Job {
    /// Answered by [`Input::Recognised`], unless it is cancelled.
    Recognise {
        id: JobId,
        urgency: Urgency,
        utterance: Clip,
    },
    /// The words of a recognition that was begun early are waited for now; not answered.
    Need { id: JobId },
    /// The words of a recognition are not wanted any more; not answered.
    Cancel { id: JobId },
    /// Answered by [`Input::Spoken`], several times.
    Synthesise {
        id: JobId,
        text: Arc<str>,
        pace: Pace,
    },
    /// Answered by [`Input::LookedUp`].
    LookUp {
        id: JobId,
        lookup: Arc<Lookup>,
        /// What fills its slots.
        values: BTreeMap<String, String>,
    },
    /// Answered by [`Input::Transfer`], several times.
    Transfer { target: String },
    /// End the call on the line; not answered.
    HangUp,
}

/// What happened outside since the last frame.
#[derive(Debug, Clone)]
pub enum Input {
    /// The caller pressed a key, said so by that way; tones in the sound are heard by the call.
    Key(Key, Way),
    /// The caller's next frame was lost on the way and is made up.
    FrameLost,
    /// The caller wrote this instead of speaking: all of their turn. It interrupts as speech does.
    Said(String),
    /// The call has lasted a while, and not one packet has come from the caller's phone.
    NoPackets,
    Recognised {
        id: JobId,
        recognition: Recognition,
    },
    Spoken {
        id: JobId,
        spoken: Spoken,
    },
    LookedUp {
        id: JobId,
        result: LookedUp,
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

/// How a synthesis goes on.
#[derive(Debug, Clone)]
pub enum Spoken {
    /// The next phrase; and how long after the job was begun.
    Phrase { phrase: Arc<Phrase>, took_ms: u64 },
    /// That was all.
    Done,
    /// There will be no more of it; why, for the record.
    Failed(String),
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
