//! From a caller's sound to their words.
//!
//! [`Listener`] finds utterances in the frames of a call; a [`Recogniser`] turns one into text, for
//! all calls at once in a [`Pool`]. [`choose`] picks the engine: Whisper where a model is at hand,
//! else PocketSphinx, which needs no download. What the words mean is not known here.

mod choose;
pub(crate) mod deaf;
mod echo;
mod expect;
mod gate;
mod idle;
mod listener;
mod onset;
mod pool;
mod schedule;
mod sphinx;
mod stop;
mod tone;
mod vad;
mod whisper;

pub use choose::{Choice, Wanted, choose};
pub use expect::{ExpectError, Expected};
pub use listener::{Heard, LONGEST_UTTERANCE_MS, Listener, PAUSE_MS, PRE_ROLL_MS, Utterance};
pub use pool::{Pool, Recognition, Unheard};
pub use schedule::{DEADLINE, Ticket, Urgency};
pub use sphinx::{Pronounce, Sphinx, Unlisted};
pub use stop::Stop;
pub use tone::{Tone, ToneDetector};
pub use vad::{Activity, Vad, VoiceActivity, WantedVad};
pub use whisper::Whisper;

use crate::audio::Clip;
use std::path::PathBuf;

/// What an utterance was recognised as.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Lower-case words; empty when nothing was recognised, or nothing that can be believed.
    pub text: String,
    /// 0 to 1. Engines differ in what they mean by it.
    pub confidence: f32,
    /// What it sounded most like, where that is not to be believed: nothing to act on, but it may tell
    /// whether there is more to come.
    pub guess: String,
}

impl Hypothesis {
    fn nothing() -> Hypothesis {
        Hypothesis {
            text: String::new(),
            confidence: 0.0,
            guess: String::new(),
        }
    }
}

/// Turns utterances into words. Called from several threads at once; the same sound gives the
/// same words, whatever was recognised before.
pub trait Recogniser: Send + Sync {
    /// Engine and model, such as `whisper/base.en`.
    fn name(&self) -> &str;

    /// Takes an utterance of any rate. Blocks for as long as the work takes, or until shortly
    /// after `stop` is due; then the error is [`HearError::Stopped`].
    fn recognise(&self, utterance: &Clip, stop: &Stop) -> Result<Hypothesis, HearError>;
}

/// Why callers cannot be recognised; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    #[error(
        "no PocketSphinx model in {}. Install it with: apt-get install pocketsphinx-en-us",
        folder.display()
    )]
    NoSphinxModel { folder: PathBuf },
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "pocketsphinx is left without a phrase to listen for. Give the dialplan examples in plain \
         English words, or use Whisper"
    )]
    NoPhrases,
    #[error(
        "pocketsphinx understands English only, and the dialplan's language is {language}. Get a \
         Whisper model that knows it: `zeroline models list`"
    )]
    NotEnglish { language: String },
    #[error(
        "no Whisper model for {language}: there is no such ggml-*.bin in {}. Get one with `zeroline \
         models pull`, or name the file in the configuration",
        listed(folders)
    )]
    NoWhisperModel {
        folders: Vec<PathBuf>,
        language: String,
    },
    #[error(
        "{}: not a Whisper model that can be used: {why}. Get one with `zeroline models pull`",
        path.display()
    )]
    BadWhisperModel { path: PathBuf, why: String },
    #[error(
        "no Silero VAD model in {}. Get it with `zeroline models pull silero-vad`, or leave out \
         `vad` in the configuration",
        listed(folders)
    )]
    NoVadModel { folders: Vec<PathBuf> },
    #[error(
        "{}: not the Silero VAD model that can be used: {why}. Get it with `zeroline models pull \
         silero-vad`",
        path.display()
    )]
    BadVadModel { path: PathBuf, why: String },
    #[error("no recognition engine can be used: {why}")]
    NoEngine { why: String },
    #[error("recognition was stopped: it was cancelled, or took too long")]
    Stopped,
    #[error("{engine} failed: {why}")]
    Engine { engine: &'static str, why: String },
}

fn listed(folders: &[PathBuf]) -> String {
    let names: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
    names.join(" or ")
}

#[cfg(test)]
mod tests;
