//! Neural voices: Piper's models (VITS) through `piper-rs` and ONNX Runtime.
//!
//! A voice is a model `NAME.onnx` with its description `NAME.onnx.json` beside it. ONNX Runtime is a
//! library of the system, loaded when the first voice is. `piper-rs` would phonemise through a
//! second, unlocked use of the one eSpeak NG in the program; so it gets phonemes, which
//! [`Espeak`] makes under its lock.
//!
//! Not here: where library and voices come from (`models`), and the level of the sound (`Phrase`).
//!
//! ```ignore
//! let settings = PiperSettings { speed: 0.9, ..Default::default() };
//! let voice = Piper::load(&runtime, Path::new("models/en_US-lessac-medium.onnx"), &settings)?;
//! let speech = voice.speak("How can I help?", Pace::Usual)?;
//! ```

mod description;
mod error;
mod guard;
mod runtime;
#[cfg(test)]
pub(super) mod tests;

pub use error::PiperError;

use super::{Espeak, Pace, SpeakError, Speech, Voice};
use crate::audio::Clip;
use guard::guarded;
use ort::session::Session;
use piper_rs::ModelConfig;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization;

/// Where a model speaks badly beyond.
const SPEEDS: RangeInclusive<f32> = 0.5..=2.0;

/// How a voice is to speak.
#[derive(Debug, Clone, PartialEq)]
pub struct PiperSettings {
    /// Of a model with several; `None` is the first.
    pub speaker: Option<u32>,
    /// 0.5 (slow) to 2 (fast); 1 is the model's own.
    pub speed: f32,
}

impl Default for PiperSettings {
    fn default() -> Self {
        PiperSettings {
            speaker: None,
            speed: 1.0,
        }
    }
}

/// A voice of Piper. Whoever calls from several threads takes turns.
pub struct Piper {
    name: String,
    /// The name, and which file it was: a voice may be replaced by another of its name.
    identity: String,
    hz: u32,
    /// What the model has a number for.
    phonemes: HashSet<char>,
    phonemiser: Espeak,
    speaker: i64,
    /// The model's own; more is slower.
    length_scale: f32,
    speed: f32,
    engine: Mutex<piper_rs::Piper>,
}

impl Piper {
    /// Loads a voice. `runtime` is ONNX Runtime's library (1.24 or newer) and the same for all
    /// voices of the program; `model` is the `.onnx`. A first word is spoken unheard, so that what
    /// loads also speaks, and speaks the next word without delay. Takes a second or so.
    pub fn load(
        runtime: &Path,
        model: &Path,
        settings: &PiperSettings,
    ) -> Result<Piper, SpeakError> {
        if !SPEEDS.contains(&settings.speed) {
            let speed = settings.speed.to_string();
            return Err(PiperError::Speed { speed }.into());
        }
        let config = description::read(model)?;
        let speakers = config.num_speakers.max(1);
        let speaker = settings.speaker.unwrap_or(0);
        if speaker >= speakers {
            return Err(PiperError::NoSuchSpeaker {
                path: model.to_owned(),
                speaker,
                speakers,
            }
            .into());
        }
        let phonemiser = Espeak::new(&config.espeak.voice)?;
        runtime::load(runtime)?;
        let unusable = |why: String| PiperError::Voice {
            path: model.to_owned(),
            why,
        };
        let session = guarded(|| session(model, &config))
            .and_then(|session| session)
            .map_err(unusable)?;

        let piper = Piper {
            identity: format!("{} {}", name(model, settings), file_of(model)),
            name: name(model, settings),
            hz: config.audio.sample_rate,
            phonemes: config.phoneme_id_map.keys().copied().collect(),
            speaker: speaker.into(),
            length_scale: config.inference.length_scale,
            speed: settings.speed,
            phonemiser,
            engine: Mutex::new(piper_rs::Piper::from_session(session, config)),
        };
        piper
            .synthesise("a.", Pace::Usual)
            .map_err(|why| unusable(format!("it does not speak ({why})")))?;
        Ok(piper)
    }

    fn synthesise(&self, phonemes: &str, pace: Pace) -> Result<Vec<i16>, String> {
        // The models were trained on decomposed characters: c and a cedilla, not ç.
        // The three signs frame a sentence, which is not for a text to do.
        let known: String = phonemes
            .nfd()
            .filter(|c| self.phonemes.contains(c) && !matches!(c, '_' | '^' | '$'))
            .collect();
        if !known.chars().any(char::is_alphabetic) {
            return Err(format!("it knows none of the phonemes {phonemes}"));
        }
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let speaker = Some(self.speaker);
        let speed = (self.speed * pace.speed()).max(*SPEEDS.start());
        let length = Some(self.length_scale / speed);
        // A run leaves nothing behind in the session, so it can be used again after a panic.
        let (sound, _) = guarded(|| engine.create(&known, true, speaker, length, None, None))?
            .map_err(|error| error.to_string())?;
        drop(engine);
        if sound.is_empty() || !sound.iter().all(|sample| sample.is_finite()) {
            return Err("the model gave no sound".to_owned());
        }
        let full = f32::from(i16::MAX);
        Ok(sound
            .iter()
            .map(|sample| (sample.clamp(-1.0, 1.0) * full).round() as i16)
            .collect())
    }
}

impl Voice for Piper {
    fn name(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> Option<String> {
        Some(self.identity.clone())
    }

    /// At most 2,000 characters; more is [`SpeakError::TooLong`].
    fn speak(&self, text: &str, pace: Pace) -> Result<Speech, SpeakError> {
        let phonemes = self.phonemiser.phonemes(text)?;
        if phonemes.is_empty() {
            return Ok(Clip::new(self.hz, Vec::new()).into());
        }
        let samples = self
            .synthesise(&phonemes, pace)
            .map_err(|why| PiperError::Failed {
                voice: self.name.clone(),
                text: text.chars().take(40).collect(),
                why,
            })?;
        Ok(Clip::new(self.hz, samples).into())
    }
}

/// `piper/en_US-lessac-medium`, with what is not as usual: `piper/NAME:3@0.9`.
fn name(model: &Path, settings: &PiperSettings) -> String {
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let mut name = format!("piper/{stem}");
    if let Some(speaker) = settings.speaker {
        name += &format!(":{speaker}");
    }
    if settings.speed != 1.0 {
        name += &format!("@{}", settings.speed);
    }
    name
}

/// Size and time of change.
fn file_of(model: &Path) -> String {
    let about = std::fs::metadata(model).ok();
    let changed = about.as_ref().and_then(|about| about.modified().ok());
    let changed = changed.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let bytes = about.map_or(0, |about| about.len());
    format!("{bytes} {}", changed.unwrap_or_default().as_millis())
}

fn session(model: &Path, config: &ModelConfig) -> Result<Session, String> {
    // Else it is ONNX Runtime that cannot open it, and says so in many words.
    std::fs::File::open(model).map_err(|error| error.to_string())?;
    // One thread, the caller's own: a pool for each voice would spin and crowd out the calls, and
    // several callers use several processors anyway. Lengths differ from text to text, so a memory
    // plan for one is of no use to the next.
    let open = || -> ort::Result<Session> {
        Session::builder()?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_memory_pattern(false)?
            .commit_from_file(model)
    };
    let session = open().map_err(|error| error.to_string())?;
    description::check_model(&session, config)?;
    Ok(session)
}
