//! Is this frame somebody's voice? One frame at a time, without allocation.
//!
//! A detector of speech ([`VoiceActivity`]: libfvad, or Silero where its model is installed) is
//! asked about every frame; what it takes for speech must also stand out of the line's own noise,
//! and is looked at more closely ([`sound`]): has it a pitch, is it a tone. Turning frames into
//! utterances is the business of [`super::onset`] and [`super::listener`].

mod fvad;
mod noise;
mod silero;
mod sound;

use fvad::Fvad;
use silero::Silero;
pub use silero::SileroModel;

use super::HearError;
use crate::audio::{Frame, LineRate, level};
pub(super) use noise::NoiseFloor;
use serde::Deserialize;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

/// The file of Silero's model in a models folder, as the catalogue has it.
const SILERO: &str = "silero_vad.onnx";

/// Tells speech from other sound.
pub trait VoiceActivity: Send {
    /// Takes the next 20 ms at the rate it was made for.
    fn look(&mut self, samples: &[i16]) -> Activity;
}

/// Which detector is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WantedVad {
    #[default]
    Webrtc,
    Silero,
}

impl FromStr for WantedVad {
    type Err = String;

    fn from_str(name: &str) -> Result<WantedVad, String> {
        match name {
            "webrtc" => Ok(WantedVad::Webrtc),
            "silero" => Ok(WantedVad::Silero),
            _ => Err("it is one of webrtc, silero".to_owned()),
        }
    }
}

/// Which detector calls use.
#[derive(Clone)]
pub enum Vad {
    Fvad,
    Silero(Arc<SileroModel>),
    /// Panics at the first sound: a fault of ours.
    #[cfg(test)]
    Faulty,
}

impl Vad {
    /// Reads the model of the detector that is wanted from the first of the folders that has it.
    pub fn load(wanted: WantedVad, folders: &[PathBuf]) -> Result<Vad, HearError> {
        if wanted == WantedVad::Webrtc {
            return Ok(Vad::Fvad);
        }
        let mut paths = folders.iter().map(|folder| folder.join(SILERO));
        match paths.find(|path| path.is_file()) {
            Some(path) => Ok(Vad::Silero(Arc::new(SileroModel::load(&path)?))),
            None => Err(HearError::NoVadModel {
                folders: folders.to_vec(),
            }),
        }
    }

    /// One call's.
    pub fn start(&self, rate: LineRate) -> Box<dyn VoiceActivity> {
        match self {
            Vad::Fvad => Box::new(Fvad::new(rate)),
            Vad::Silero(model) => Box::new(Silero::new(model.clone(), rate)),
            #[cfg(test)]
            Vad::Faulty => Box::new(tests::Faulty),
        }
    }
}

/// How much a frame is like speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    Nothing,
    /// Enough to go on with speech that has begun.
    Likely,
    /// Enough to begin.
    Speech,
}

/// What a frame is, as far as one frame can tell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Voice {
    /// Speech-like and above the line's noise: speech goes on.
    pub active: bool,
    /// As above, and more clearly: speech may begin.
    pub clear: bool,
    /// How periodic an active frame is, 0 to 1, as vowels are and most of a cough is not.
    pub pitch: f32,
    /// It has something above 1 kHz, as an open mouth has and "mm" has not.
    pub open: bool,
    /// In dBov.
    pub level: f32,
}

/// Whether sound of that level, in dBov, so many dB above the line's noise, is looked at at all.
pub(super) fn may_be_voice(level: f32, above: f32) -> bool {
    above > STAYS && level > FAINTEST
}

/// The detector of one call.
pub struct VoiceDetector {
    activity: Box<dyn VoiceActivity>,
    rate: LineRate,
    noise: NoiseFloor,
}

impl VoiceDetector {
    pub fn new(rate: LineRate, activity: Box<dyn VoiceActivity>) -> VoiceDetector {
        VoiceDetector {
            activity,
            rate,
            noise: NoiseFloor::new(),
        }
    }

    /// Looks at what the caller sent in 20 ms. What is not louder than `least`, in dBov, is not
    /// the caller.
    pub fn look(&mut self, caller: &Frame, least: f32) -> Voice {
        let samples = caller.samples();
        let level = level::dbov(samples);
        let above = level - self.noise.follow(level);
        // Asked for every frame, because it learns from what it is shown.
        let activity = self.activity.look(samples);
        let likely = activity >= Activity::Likely && may_be_voice(level, above) && level > least;
        let clear =
            activity == Activity::Speech && above > STANDS_OUT && level > least.max(QUIETEST);
        if !likely {
            return Voice {
                level,
                ..Voice::default()
            };
        }
        let sound = sound::look(samples, self.rate);
        Voice {
            active: !sound.tonal,
            clear: clear && !sound.tonal,
            pitch: sound.pitch,
            open: sound.open,
            level,
        }
    }
}

/// Under this nobody speaks into a phone, in dBov.
const QUIETEST: f32 = -50.0;
/// The end of what has begun may be fainter.
const FAINTEST: f32 = -54.0;
/// How far voice stands out of the line's noise when it begins, and while it goes on, in dB.
const STANDS_OUT: f32 = 9.0;
const STAYS: f32 = 6.0;

#[cfg(test)]
mod tests;
