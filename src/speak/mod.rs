//! From reply text to sound that a call can play.
//!
//! A [`Voice`] turns words into [`Speech`]; a [`Phrase`] is such speech made fit for a line:
//! resampled, levelled, trimmed and cut into frames. A [`Speaker`] makes phrases of replies as they
//! are written, with numbers and dates put in words ([`say`]) and recordings in between; a
//! [`Prompt`] is all phrases of one text, and a [`PromptBook`] holds every prompt that is known
//! beforehand. Which text to say is the dialplan's business, when to play it the call's.
//!
//! ```ignore
//! let choice = speak::choose(&Wish::default(), "en-US", &folders)?;
//! let speaker = Speaker::new(choice.voice, language, Pronunciations::default(), Path::new("."));
//! let (book, failed) = PromptBook::prepare(&speaker, dialplan.fixed_texts(), &|_, _| {});
//! let greeting = book.get("How can I help?", rate);
//! speaker.say("Your code is A 7.", rate, Pace::Usual, &mut |phrase| {
//!     play(phrase);
//!     ControlFlow::Continue(())
//! })?;
//! ```

mod book;
mod cache;
mod choose;
mod data;
mod espeak;
#[cfg(test)]
pub(crate) mod hum;
mod phrase;
mod pinyin;
pub mod piper;
mod prompt;
pub mod say;
mod script;
mod sentences;
mod speaker;

pub use book::PromptBook;
pub use cache::{Cache, user_cache};
pub use choose::{Choice, Wish, choose, choose_other};
pub use espeak::Espeak;
pub use phrase::Phrase;
pub use prompt::Prompt;
pub use script::shown;
pub use speaker::{Speaker, check_recordings};

use crate::audio::Clip;
use std::path::PathBuf;

/// Something that speaks. May be called from several threads at once; takes as long as it takes,
/// so never from the media path.
pub trait Voice: Send + Sync {
    /// Engine and voice, such as `espeak-ng/en-us`, for logs.
    fn name(&self) -> &str;

    /// Everything but the pace that changes how words sound, for phrases that are kept on disk;
    /// nothing for a voice that speaks as fast as a disk is read. Where its words are is not kept.
    fn identity(&self) -> Option<String> {
        None
    }

    /// The text, mostly a sentence, as sound. It is only ever words: no markup in it means
    /// anything. Text without anything to say gives an empty clip.
    fn speak(&self, text: &str, pace: Pace) -> Result<Speech, SpeakError>;
}

/// How fast to speak, beside what the dialplan has set for all calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Usual,
    /// For a caller who asked for it.
    Slow,
}

impl Pace {
    /// As a factor on the dialplan's speed, with which all takes a third longer, a little more with
    /// eSpeak NG. No voice goes below half of its own speed.
    fn speed(self) -> f32 {
        match self {
            Pace::Usual => 1.0,
            Pace::Slow => 0.75,
        }
    }
}

/// What a voice said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// At whatever rate the engine works.
    pub clip: Clip,
    /// Where words begin, in order; empty where the engine does not tell.
    pub words: Vec<WordStart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordStart {
    /// Of the clip.
    pub sample: usize,
    /// Of the text.
    pub byte: usize,
}

/// A clip whose words are not known.
impl From<Clip> for Speech {
    fn from(clip: Clip) -> Speech {
        Speech {
            clip,
            words: Vec::new(),
        }
    }
}

/// Why there is no sound for a text; the message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeakError {
    #[error(
        "eSpeak NG's voice data was not found (looked in {}). Install Debian's package \
         espeak-ng-data, or set PIPER_ESPEAKNG_DATA_DIRECTORY to the folder that holds \
         espeak-ng-data",
        list(searched)
    )]
    NoData { searched: Vec<PathBuf> },

    #[error(
        "eSpeak NG's voice data in {} cannot be used: {why}. Reinstall Debian's package \
         espeak-ng-data, or set PIPER_ESPEAKNG_DATA_DIRECTORY to the folder that holds a good one",
        path.display()
    )]
    BadData { path: PathBuf, why: String },

    #[error(
        "eSpeak NG has no voice for the language \"{language}\"; write it like en-US, de or fr-CH"
    )]
    NoSuchLanguage { language: String },

    #[error(
        "the text \"{beginning}…\" is too long to be spoken in one piece (at most {limit}); \
         split it"
    )]
    TooLong { beginning: String, limit: String },

    #[error(transparent)]
    Piper(#[from] piper::PiperError),

    /// The text names the file and the remedy.
    #[error("{0}")]
    Recording(String),

    #[error("eSpeak NG failed: {0}")]
    Engine(String),
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    paths.join(", ")
}
