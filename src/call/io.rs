//! What a call is made of, what goes into it, and what comes out besides sound and events.

use super::keys::Way;
use super::music::Music;
use crate::audio::{Clip, Key, LineRate};
use crate::dialplan::{Dialplan, LookedUp, Lookup};
use crate::hear::{Recognition, Urgency, Vad};
use crate::human::{Context, Left, Place, Refused};
use crate::pbx::QueueState;
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
    /// The prompts that are ready.
    pub prompts: Arc<PromptBook>,
    /// What tells the caller's voice from other sound.
    pub vad: Vad,
    /// What is heard while waiting.
    pub music: Music,
    /// How many callers wait in the queue of `[human]`, where there is one.
    pub waiting: Option<u32>,
    /// The call was placed by us, to somebody who was promised it.
    pub called_back: Option<CalledBack>,
    /// When the call begins.
    pub begins: Timestamp,
    /// What the first event, `call_started`, says.
    pub about: About,
}

/// Somebody who was promised a call. They never say again what it is about.
#[derive(Debug, Clone)]
pub struct CalledBack {
    /// Whom the call begins with.
    pub agent: String,
    /// Where they stood.
    pub queue: String,
    pub priority: u8,
    pub skills: Vec<String>,
    pub context: Context,
}

/// What is known of a call from the line; all of it empty in a rehearsal.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub caller: Option<String>,
    /// The caller's telephone number: digits, perhaps after a `+`.
    pub number: Option<String>,
    pub called: Option<String>,
    /// Who was called first, where the call was diverted.
    pub diverted_from: Option<String>,
    /// Wall-clock time, RFC 3339.
    pub started: Option<String>,
    pub codec: Option<String>,
    pub sip_call_id: Option<String>,
    /// We transferred the caller in an earlier call, and nobody took them.
    pub returned: bool,
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
    Transfer {
        target: String,
        /// Somebody there has answered and knows who is coming before the caller goes.
        attended: bool,
        context: Context,
    },
    /// How long a queue of the telephone system is. Answered by [`Input::PbxQueue`], soon.
    AskPbx { queue: String },
    /// A place in a queue of ours. Answered by [`Input::Queue`] for as long as the caller waits.
    Enter {
        queue: String,
        priority: u8,
        skills: Vec<String>,
        context: Context,
    },
    /// The place is not wanted any more; not answered.
    Leave { how: Left },
    /// The caller is to be called back, and keeps the place until then. Answered by
    /// [`QueueNews::Promised`].
    CallBack {
        queue: String,
        priority: u8,
        skills: Vec<String>,
        number: String,
        context: Context,
    },
    /// Nobody is to be called back at the caller's number. Answered by [`QueueNews::Cancelled`].
    CancelCallBack { number: String },
    /// What becomes of a message; not answered.
    Message(Message),
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
    /// The queue of the telephone system, if it could be asked.
    PbxQueue(Option<QueueState>),
    Queue(QueueNews),
    /// The caller hung up.
    HungUp,
    /// No sound has come from the caller's phone for so long that they must be gone.
    MediaLost,
    /// Signalling failed.
    LineFailed,
    /// The server stops: the caller is told so, and the call ends.
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

/// What happens to a caller who waits in a queue of ours.
#[derive(Debug, Clone, PartialEq)]
pub enum QueueNews {
    Entered {
        place: Place,
        /// The place of an earlier call, which was cut off.
        kept: bool,
        /// A call-back is worth offering.
        call_back: bool,
    },
    Update {
        place: Place,
        call_back: bool,
    },
    Moved {
        queue: String,
        place: Place,
    },
    Refused(Refused),
    /// Nobody of ours could take them in time: they are to be transferred there.
    Outside {
        to: String,
    },
    /// An agent's phone rings.
    Offered {
        agent: String,
    },
    NotTaken {
        agent: String,
        why: String,
    },
    /// An agent has taken the call and hears who it is.
    Taken,
    /// The two hear each other.
    Joined {
        agent: String,
    },
    /// The agent hung up.
    AgentHungUp,
    /// The agent's phone is gone; the caller has their place again.
    AgentLost,
    /// A call-back, and its place.
    Promised {
        id: String,
        place: usize,
    },
    /// No call-back: that number is none that we call. Who waits keeps their place.
    NotCalled,
    /// Whether there was one.
    Cancelled(bool),
}

/// A message that is being recorded, in order.
#[derive(Debug, Clone)]
pub enum Message {
    Begun {
        number: Option<String>,
        queue: String,
        context: Context,
    },
    Sound(Clip),
    Kept,
    /// Nothing was said.
    Dropped,
}
