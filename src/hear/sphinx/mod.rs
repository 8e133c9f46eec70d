//! Recognition without a download: PocketSphinx with Debian's US English model, kept to the
//! dialplan's phrases.
//!
//! It knows the words of the phrases, what people say around them and a few hundred common words,
//! and expects them in the phrases' order. Speech about something else comes out as a jumble and
//! is rejected. It is no dictation engine: a word that is not in the dialplan is not heard.

mod dictionary;
mod everyday;
mod ffi;
mod fit;
mod language_model;
mod phones;

use super::idle::Idle;
use super::{HearError, Hypothesis, Recogniser, Stop};
use crate::audio::{Clip, resample};
use dictionary::Dictionary;
use ffi::Decoder;
use fit::Fit;
use std::path::{Path, PathBuf};

/// Where Debian's `pocketsphinx-en-us` puts its model.
const MODEL: &str = "/usr/share/pocketsphinx/model/en-us";
/// The model's own rate.
const HZ: u32 = 16_000;

/// The engine. Each recognition that runs at the same time has a decoder of its own (5 MB, made
/// when first needed, kept), so that none waits for another; how many run at the same time is
/// for the caller to bound.
pub struct Sphinx {
    acoustic_model: PathBuf,
    words: Vec<(String, String)>,
    language_model: String,
    fit: Fit,
    idle: Idle<Decoder>,
}

/// How a word is said, in the International Phonetic Alphabet; `None` where nobody knows.
pub type Pronounce<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What came of words that the dictionary does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unlisted {
    /// Words with the phones that were guessed for them.
    pub guessed: Vec<(String, String)>,
    /// Phrases that cannot be recognised because of a word that nobody knows how to say.
    pub left_out: Vec<String>,
}

impl Sphinx {
    /// Loads the model in `model_dir` (Debian's when `None`) and keeps it to `phrases`. Words that
    /// its dictionary does not know are said as `pronounce` has it.
    pub fn new(
        model_dir: Option<&Path>,
        phrases: &[String],
        pronounce: Pronounce,
    ) -> Result<(Sphinx, Unlisted), HearError> {
        let folder = model_dir.unwrap_or(Path::new(MODEL));
        let acoustic_model = folder.join("en-us");
        if !acoustic_model.join("mdef").is_file() {
            return Err(HearError::NoSphinxModel {
                folder: folder.to_owned(),
            });
        }
        let mut phrases: Vec<Vec<String>> = phrases.iter().map(|phrase| words(phrase)).collect();
        let vocabulary = language_model::vocabulary(&phrases);
        let path = folder.join("cmudict-en-us.dict");
        let mut dictionary =
            Dictionary::read(&path, &vocabulary).map_err(|source| HearError::Unreadable {
                path: path.clone(),
                source,
            })?;

        let mut unlisted = Unlisted::default();
        for word in &vocabulary {
            if dictionary.pronunciations(word).is_empty()
                && let Some(phones) = pronounce(word).and_then(|ipa| phones::from_ipa(&ipa))
            {
                dictionary.add(word, &phones);
                unlisted.guessed.push((word.clone(), phones));
            }
        }
        phrases.retain(|phrase| {
            let known = |word: &String| !dictionary.pronunciations(word).is_empty();
            let sayable = phrase.iter().all(known);
            if !sayable {
                unlisted.left_out.push(phrase.join(" "));
            }
            sayable && !phrase.is_empty()
        });
        if phrases.is_empty() {
            return Err(HearError::NoPhrases);
        }

        let words = language_model::vocabulary(&phrases)
            .into_iter()
            .flat_map(|word| {
                let ways = dictionary.pronunciations(&word);
                ways.into_iter()
                    .enumerate()
                    .map(move |(n, phones)| match n {
                        0 => (word.clone(), phones),
                        _ => (format!("{word}({})", n + 1), phones),
                    })
            })
            .collect();
        let sphinx = Sphinx {
            acoustic_model,
            words,
            language_model: language_model::arpa(&phrases),
            fit: Fit::new(&phrases),
            idle: Idle::new(),
        };
        let first = sphinx.decoder()?;
        sphinx.idle.put_back(first);
        Ok((sphinx, unlisted))
    }

    fn decoder(&self) -> Result<Decoder, HearError> {
        match self.idle.take() {
            Some(decoder) => Ok(decoder),
            None => Decoder::new(&self.acoustic_model, &self.words, &self.language_model)
                .map_err(|why| failed(&why)),
        }
    }
}

impl Recogniser for Sphinx {
    fn name(&self) -> &str {
        "pocketsphinx/en-us"
    }

    fn recognise(&self, utterance: &Clip, stop: &Stop) -> Result<Hypothesis, HearError> {
        if utterance.samples.is_empty() {
            return Ok(Hypothesis::nothing());
        }
        if stop.is_due() {
            return Err(HearError::Stopped);
        }
        let clip = resample::to(utterance, HZ);
        let mut decoder = self.decoder()?;
        // A decoder that failed is not put back: the next call makes a fresh one.
        let text = decoder.decode(&clip.samples).map_err(|why| failed(&why))?;
        self.idle.put_back(decoder);
        let fit = self.fit.of(&text);
        tracing::debug!(text, fit, "pocketsphinx");
        if fit < fit::ENOUGH {
            return Ok(Hypothesis::nothing());
        }
        Ok(Hypothesis {
            text,
            confidence: fit,
        })
    }
}

fn failed(why: &str) -> HearError {
    HearError::Engine {
        engine: "pocketsphinx",
        why: why.to_owned(),
    }
}

/// A phrase as the dictionary spells it: lower-case words without punctuation.
fn words(phrase: &str) -> Vec<String> {
    phrase
        .to_lowercase()
        .replace('’', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}
