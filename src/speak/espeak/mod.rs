//! The voice that needs no download: eSpeak NG, linked in, from memory to samples.
//!
//! There is one engine ([`Engine`]), whatever the number of [`Espeak`]s: they take turns.
//! Voice and rate are set for each text, and the random numbers behind its hisses start afresh,
//! so that a text always sounds the same but for the phase of the voice's flutter, which runs on.

mod engine;
mod readable;
#[cfg(test)]
mod tests;

use super::{Pace, SpeakError, Speech, Voice, pinyin};
use crate::audio::Clip;
use engine::{Engine, MOST_SECONDS};
use readable::{LONGEST_WORD, Readable};
use std::ffi::{CString, c_int};
use std::sync::MutexGuard;

/// The variant. In a phone line's band and in noise, a recogniser makes fewer errors on it than on the
/// plain voice and less than half of those on the Klatt synthesisers. An engine without it speaks in
/// its plain voice.
const VARIANT: &str = "m3";
/// Of a voice that is to be told from that one.
const OTHER: &str = "f2";
/// Words a minute. The engine's own 175 is hurried for a phone, where half of the consonants'
/// energy is missing.
const WORDS_A_MINUTE: f32 = 160.0;

/// The Mandarin voice that reads [`pinyin`]; the plain one takes it for English.
const MANDARIN: &str = "cmn-latn-pinyin";

/// About two minutes of speech.
const MOST_CHARACTERS: usize = 2_000;

/// A voice of eSpeak NG.
#[derive(Debug)]
pub struct Espeak {
    name: String,
    voice: CString,
    mandarin: bool,
    words_a_minute: f32,
}

impl Espeak {
    /// The voice for a language tag such as `en-US`; a region that the engine does not know
    /// (`de-DE`) falls back to the language. Starts the engine if this is the first voice.
    pub fn new(language: &str) -> Result<Espeak, SpeakError> {
        Espeak::variant(language, VARIANT)
    }

    /// The same with another voice.
    pub fn other(language: &str) -> Result<Espeak, SpeakError> {
        Espeak::variant(language, OTHER)
    }

    fn variant(language: &str, variant: &str) -> Result<Espeak, SpeakError> {
        let unknown = || SpeakError::NoSuchLanguage {
            language: language.chars().take(40).collect(),
        };
        // The engine would also take a path here, or a voice's name such as "klingon".
        let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let primary = language.split('-').next().unwrap_or_default();
        if !(2..=3).contains(&primary.len()) || language.len() > 20 || !language.chars().all(is_tag)
        {
            return Err(unknown());
        }
        let tag = language.to_ascii_lowercase();
        let tag = match tag.as_str() {
            "zh" | "zh-cn" | "cmn" => MANDARIN.to_owned(),
            _ => tag,
        };
        let mut engine = Engine::lock();
        engine.start()?;
        let mut end = tag.len();
        loop {
            let candidate = tag.get(..end).unwrap_or_default();
            let voice = CString::new(format!("{candidate}+{variant}")).map_err(|_| unknown())?;
            if engine.choose(&voice).is_ok() {
                engine.flush()?;
                return Ok(Espeak {
                    name: format!("espeak-ng/{candidate}"),
                    voice,
                    mandarin: candidate == MANDARIN,
                    words_a_minute: WORDS_A_MINUTE,
                });
            }
            end = candidate.rfind('-').ok_or_else(unknown)?;
        }
    }
}

impl Espeak {
    /// Speaks faster or more slowly: 1 is the usual speed, and below 0.5 it gets no slower.
    pub fn at_speed(self, speed: f32) -> Espeak {
        Espeak {
            words_a_minute: WORDS_A_MINUTE * speed,
            ..self
        }
    }

    /// How a word is said, in the International Phonetic Alphabet; nothing for what is not said.
    pub fn ipa(&self, word: &str) -> Result<String, SpeakError> {
        if word.chars().nth(LONGEST_WORD).is_some() {
            return Err(too_long(word, format!("{LONGEST_WORD} characters")));
        }
        let word = Readable::of(word).c_string()?;
        let mut engine = self.engine()?;
        Ok(engine.ipa(&word))
    }

    /// How a text is said, as a Piper voice wants to read it: the International Phonetic Alphabet
    /// with stresses, and after each clause the sign that ends it (`.` `,` `?` `!` `:` `;`). Nothing
    /// for a text in which nothing is said. At most 2,000 characters.
    pub fn phonemes(&self, text: &str) -> Result<String, SpeakError> {
        let words = self.readable(text)?.c_string()?;
        let mut engine = self.engine()?;
        let mut said = String::new();
        for (clause, ended_by) in engine.clauses(&words) {
            let clause = readable::without_language_switches(&clause);
            if !clause.trim().is_empty() {
                if !said.is_empty() {
                    said.push(' ');
                }
                said += clause.trim();
                said.push(ended_by);
            }
        }
        Ok(said)
    }

    /// The engine, set to this voice.
    fn engine(&self) -> Result<MutexGuard<'static, Engine>, SpeakError> {
        let mut engine = Engine::lock();
        engine.start()?;
        if engine.voice() != Some(&self.voice) {
            engine.choose(&self.voice)?;
            engine.flush()?;
        }
        Ok(engine)
    }

    /// The text as the engine is to get it.
    fn readable(&self, text: &str) -> Result<Readable, SpeakError> {
        if text.chars().nth(MOST_CHARACTERS).is_some() {
            return Err(too_long(text, format!("{MOST_CHARACTERS} characters")));
        }
        Ok(match self.mandarin {
            true => Readable::from_signs(pinyin::spell(text)),
            false => Readable::of(text),
        })
    }
}

impl Voice for Espeak {
    fn name(&self) -> &str {
        &self.name
    }

    /// At most 2,000 characters and five minutes of sound; more is [`SpeakError::TooLong`].
    fn speak(&self, text: &str, pace: Pace) -> Result<Speech, SpeakError> {
        let readable = self.readable(text)?;
        let words = readable.c_string()?;
        let mut engine = Engine::lock();
        let hz = engine.start()?;
        if words.as_bytes().trim_ascii().is_empty() {
            return Ok(Clip::new(hz, Vec::new()).into());
        }
        engine.choose(&self.voice)?;
        let words_a_minute = self.words_a_minute * pace.speed();
        let spoken = engine.synthesise(&words, words_a_minute as c_int)?;
        drop(engine);
        if spoken.samples.len() > hz as usize * MOST_SECONDS {
            return Err(too_long(text, format!("{MOST_SECONDS} seconds of speech")));
        }
        Ok(Speech {
            clip: Clip::new(hz, spoken.samples),
            words: readable.places(&spoken.words),
        })
    }
}

fn too_long(text: &str, limit: String) -> SpeakError {
    SpeakError::TooLong {
        beginning: text.chars().take(40).collect(),
        limit,
    }
}
