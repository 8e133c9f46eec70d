//! A voice for tests, which hums.

use super::say::Pronunciations;
use super::{Pace, SpeakError, Speaker, Speech, Voice};
use crate::audio::Clip;
use crate::understand::Language;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A second of tone for any text, a third more if slow; remembers what it was given. Fails at
/// "Unspeakable.", and panics at "Panic.".
#[derive(Clone, Default)]
pub struct Hum {
    asked: Arc<Mutex<Vec<String>>>,
    identity: Option<String>,
}

impl Hum {
    /// A slow voice, which [`Voice::identity`] tells from others.
    pub fn slow(identity: &str) -> Hum {
        Hum {
            identity: Some(identity.to_owned()),
            ..Hum::default()
        }
    }

    /// What it was given since it was last asked.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub fn speaker(self) -> Speaker {
        let none = Pronunciations::default();
        Speaker::new(Box::new(self), Language::EnglishUs, none, Path::new("."))
    }
}

impl Voice for Hum {
    fn name(&self) -> &str {
        "hum"
    }

    fn identity(&self) -> Option<String> {
        self.identity.clone()
    }

    fn speak(&self, text: &str, pace: Pace) -> Result<Speech, SpeakError> {
        assert_ne!(text, "Panic.");
        self.asked.lock().unwrap().push(text.to_owned());
        if text == "Unspeakable." {
            return Err(SpeakError::Engine("hoarse".to_owned()));
        }
        let length = (8_000.0 / pace.speed()) as i16;
        let samples = (0..length).map(|i| if i % 80 < 40 { 5_000 } else { -5_000 });
        Ok(Clip::new(8_000, samples.collect()).into())
    }
}
