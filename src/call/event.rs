//! What happened in a call, as it happened: the one stream that transcripts, metrics, screens
//! and tests read.
//!
//! An [`Event`] is one JSON object; see the field docs for units. Adding a kind or an optional
//! field is compatible; readers skip what they do not know.

use super::{OneWay, Way};
use crate::dialplan::Completeness;
use crate::human::{Left, Wait};
use crate::understand::Control;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that happened: in which call, when, what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The call's id.
    pub call: String,
    /// Milliseconds of call audio since the call was answered.
    pub at_ms: u64,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    CallStarted {
        /// Who calls, as the network says; absent in a rehearsal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller: Option<String>,
        /// What was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called: Option<String>,
        /// Who was called first, where the call was diverted to us.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diverted_from: Option<String>,
        /// The dialplan's name.
        dialplan: String,
        /// Wall-clock time, RFC 3339; absent in a rehearsal, so that two give the same events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        started: Option<String>,
        /// Codec on the line, such as `PCMU`; absent in a rehearsal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        codec: Option<String>,
        /// The SIP Call-ID, to find the call in a trace; absent in a rehearsal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sip_call_id: Option<String>,
        /// The agent for whom we called, as was promised; absent where we were called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called_by: Option<String>,
    },
    PromptStarted {
        text: String,
        /// From the end of what the caller said (or pressed) to the first frame of the prompt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_ms: Option<u64>,
        /// How much of that went into synthesis; absent when the prompt was ready.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        synthesis_ms: Option<u64>,
    },
    PromptFinished {
        text: String,
    },
    PromptInterrupted {
        text: String,
        by: InterruptedBy,
        /// How much of it the caller heard.
        heard_ms: u64,
        /// The words that they heard to the end, as they were spoken: up to a word where the voice
        /// tells when it says which, else whole sentences and recordings.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        heard: String,
    },
    /// What was interrupted goes on: it was no speech, or only showed that the caller listens.
    PromptResumed {
        text: String,
    },
    SpeechStarted,
    SpeechEnded {
        /// Length of the utterance from its first to its last sound.
        speech_ms: u64,
        /// From its last sound until it was taken as finished.
        endpointing_ms: u64,
        /// What the words so far said about whether there are more to come; absent when they were
        /// not known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Completeness>,
    },
    Heard {
        text: String,
        /// 0 to 1.
        confidence: f32,
        engine: String,
        /// How long recognition ran.
        took_ms: u64,
        /// How long it had waited for its turn before.
        #[serde(default, skip_serializing_if = "is_zero")]
        wait_ms: u64,
        /// How many other recognitions were waiting or running when it was asked for.
        #[serde(default, skip_serializing_if = "is_zero")]
        ahead: u64,
        /// The text was ready when the caller was found to have finished.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        early: bool,
    },
    Understood {
        intent: String,
        /// 0 to 1.
        score: f32,
    },
    NotUnderstood {
        /// What was heard; empty when nothing could be made of the sound.
        text: String,
        /// The intent that came closest, and its score.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nearest: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<f32>,
    },
    /// The caller has given what was asked for.
    Filled {
        name: String,
        value: String,
    },
    /// An intent was answered, or a message taken.
    Answered {
        intent: String,
    },
    /// A company's system is asked.
    LookupStarted {
        name: String,
    },
    LookupEnded {
        /// Why it gave nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// The caller wants something of the call itself.
    Control {
        control: Control,
    },
    Digit {
        key: char,
        /// How it came first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Way>,
    },
    NoInput,
    /// The caller's sound does not reach us.
    OneWayAudio {
        how: OneWay,
    },
    AskedForHuman {
        how: AskedHow,
    },
    /// The way to a person was begun.
    TransferStarted {
        target: String,
        /// What the caller wanted, in order: nobody should ask them again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wanted: Vec<String>,
        /// The values that they gave, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        given: BTreeMap<String, String>,
    },
    /// What the other side reports of the transfer, as a SIP status code.
    TransferProgress {
        code: u16,
    },
    /// A person (or their phone system) has the caller.
    Transferred {
        target: String,
    },
    /// The caller is back.
    TransferFailed {
        target: String,
        reason: String,
    },
    /// The caller waits in a queue.
    Queued {
        queue: String,
        position: usize,
        /// How long it may take from now on, about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<Wait>,
        /// The place of an earlier call, which was cut off.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        kept: bool,
        /// What the caller wanted, in order, and the values that they gave: nobody should ask again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wanted: Vec<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        given: BTreeMap<String, String>,
    },
    /// Where the caller is now.
    QueueUpdate {
        position: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<Wait>,
    },
    /// Nobody waits there any more.
    QueueRefused {
        why: String,
    },
    LeftQueue {
        how: Left,
        waited_ms: u64,
    },
    /// An agent's phone rings.
    AgentOffered {
        agent: String,
    },
    AgentNotTaken {
        agent: String,
        why: String,
    },
    /// An agent and the caller hear each other.
    Connected {
        agent: String,
        waited_ms: u64,
    },
    /// The agent's phone is gone, the caller waits again.
    AgentLost {
        agent: String,
    },
    CallBackPromised {
        id: String,
        number: String,
    },
    /// It cannot be called, or cannot be promised just now.
    CallBackRefused {
        number: String,
        why: String,
    },
    CallBackCancelled {
        number: String,
        /// There was one.
        found: bool,
    },
    /// A message was recorded.
    MessageLeft {
        duration_ms: u64,
    },
    EngineFailed {
        /// `recognition`, `voice`.
        what: String,
        reason: String,
    },
    CallEnded {
        reason: EndReason,
        /// Length of the call.
        duration_ms: u64,
    },
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterruptedBy {
    /// The caller spoke.
    Speech,
    /// The caller pressed a key.
    Digit,
    /// The caller hung up.
    HangUp,
    /// There is news from the queue.
    Queue,
    /// The program stops.
    Shutdown,
}

impl AskedHow {
    /// For whoever takes over.
    pub fn in_words(self) -> &'static str {
        match self {
            AskedHow::Key => "pressed 0",
            AskedHow::Words => "asked for a person",
            AskedHow::Dialplan => "the matter is for a person",
            AskedHow::Failures => "was not understood",
            AskedHow::Engine => "something of ours is broken",
            AskedHow::Swearing => "swore",
            AskedHow::RaisedVoice => "raised their voice",
        }
    }
}

/// How a caller came to be put through to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedHow {
    /// Key 0.
    Key,
    /// "Can I talk to a person".
    Words,
    /// The dialplan leads there.
    Dialplan,
    /// The caller was not understood, or said nothing, three times in a row.
    Failures,
    /// A part of ours is broken.
    Engine,
    /// The caller swore.
    Swearing,
    /// The caller grew loud.
    RaisedVoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    CallerHungUp,
    /// The dialplan's end was reached.
    Finished,
    /// A person has the caller.
    Transferred,
    /// The caller spoke with an agent, who hung up.
    AgentHungUp,
    /// The caller will be called back.
    CallBackPromised,
    /// The caller has left a message.
    MessageLeft,
    /// Nothing was heard for too long, and no person could be reached.
    NoInput,
    /// The caller's audio stopped without a goodbye.
    MediaLost,
    /// The server was told to stop.
    Shutdown,
    /// Signalling broke.
    LineFailed,
    /// A fault of this program.
    Fault,
}

impl EndReason {
    /// What the queue is told: a caller who was cut off keeps their place.
    pub fn as_left(self) -> Left {
        match self {
            EndReason::MediaLost
            | EndReason::LineFailed
            | EndReason::Fault
            | EndReason::Shutdown => Left::LineLost,
            _ => Left::HungUp,
        }
    }
}
