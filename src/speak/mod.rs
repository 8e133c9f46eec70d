//! From reply text to sound that a call can play.
//!
//! A [`Voice`] turns text into a [`Clip`]; a [`Prompt`] is such a clip made fit for a line:
//! resampled, levelled, trimmed and cut into frames. A [`Speaker`] makes prompts of replies as they
//! are written, with numbers and dates put in words ([`say`]) and recordings in between; a
//! [`PromptBook`] holds every prompt that is known beforehand. Which text to say is the dialplan's business, when to play it the
//! call's.
//!
//! ```ignore
//! let voice = Espeak::new("en-US")?;
//! let speaker = Speaker::new(voice, language, Pronunciations::default(), Path::new("."));
//! let (book, failed) = PromptBook::prepare(&speaker, LineRate::Narrow, dialplan.texts());
//! let greeting = book.get("How can I help?");
//! ```

mod book;
mod data;
mod espeak;
mod pinyin;
mod prompt;
pub mod say;
mod script;
mod speaker;

pub use book::PromptBook;
pub use espeak::Espeak;
pub use prompt::Prompt;
pub use speaker::{Speaker, check_recordings};

use crate::audio::Clip;
use std::path::PathBuf;

/// Something that speaks. May be called from several threads at once; takes as long as it takes,
/// so never from the media path.
pub trait Voice: Send + Sync {
    /// Engine and voice, such as `espeak-ng/en-us`, for logs.
    fn name(&self) -> &str;

    /// The text as sound, at whatever rate the engine works. The text is only ever words: no
    /// markup in it means anything. Text without anything to say gives an empty clip.
    fn speak(&self, text: &str) -> Result<Clip, SpeakError>;
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
