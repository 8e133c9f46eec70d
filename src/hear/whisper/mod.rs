//! Recognition with Whisper (whisper.cpp through `whisper-rs`): open vocabulary, needs a model.
//!
//! Set up for what a telephone gives: one short utterance, greedy, no timestamps, no memory of
//! what was said before. Whisper writes fluent sentences for noise too; those are rejected by
//! their probability, by repetition and by a list of its favourite inventions.

mod believe;
mod file;

use super::idle::Idle;
use super::{HearError, Hypothesis, Recogniser, Stop};
use crate::audio::{Clip, resample};
use std::path::{Path, PathBuf};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

/// The model's own rate.
const HZ: u32 = 16_000;
/// Shorter input makes whisper.cpp give up: the utterance is padded with silence.
const SHORTEST: usize = HZ as usize * 11 / 10;
/// Nobody says more in one utterance; a loop of inventions ends here.
const MOST_TOKENS: i32 = 96;
/// Of the 1500 positions that the encoder has for 30 s: what an utterance needs and some room.
/// Under this many the text suffers.
const LEAST_AUDIO_CONTEXT: usize = 384;
const FULL_AUDIO_CONTEXT: usize = 1500;
const ROOM: usize = 128;

/// The engine. Recognitions that run at the same time share the weights and each have a state of
/// its own (over 100 MB, made when first needed, kept); how many run at the same time is for the
/// caller to bound.
pub struct Whisper {
    context: WhisperContext,
    path: PathBuf,
    name: String,
    language: String,
    threads: i32,
    idle: Idle<WhisperState>,
}

impl Whisper {
    /// Loads a model file in whisper.cpp's ggml format. `language` is a tag such as `en-US`.
    pub fn load(path: &Path, language: &str) -> Result<Whisper, HearError> {
        let bad = |why: String| HearError::BadWhisperModel {
            path: path.to_owned(),
            why,
        };
        // Without a backend compiled in, these swallow what would go to standard error.
        whisper_rs::install_logging_hooks();
        // whisper.cpp ends the process over some damaged headers.
        file::check(path).map_err(bad)?;
        let context = WhisperContext::new_with_params(path, WhisperContextParameters::default())
            .map_err(|error| bad(format!("{error}; is the file complete?")))?;
        let language = language.split('-').next().unwrap_or("en").to_lowercase();
        if whisper_rs::get_lang_id(&language).is_none() {
            return Err(bad(format!(
                "Whisper does not know the language \"{language}\""
            )));
        }
        if language != "en" && !context.is_multilingual() {
            return Err(bad(format!(
                "it knows English only, and the dialplan's language is \"{language}\""
            )));
        }
        let whisper = Whisper {
            context,
            path: path.to_owned(),
            name: format!("whisper/{}", model_name(path)),
            language,
            threads: threads(),
            idle: Idle::new(),
        };
        let first = whisper.state()?;
        whisper.idle.put_back(first);
        Ok(whisper)
    }

    fn state(&self) -> Result<WhisperState, HearError> {
        match self.idle.take() {
            Some(state) => Ok(state),
            None => self
                .context
                .create_state()
                .map_err(|error| HearError::BadWhisperModel {
                    path: self.path.clone(),
                    why: format!("there is no room for its state: {error}"),
                }),
        }
    }

    fn parameters(&self, samples: usize) -> FullParams<'_, '_> {
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(self.threads);
        parameters.set_language(Some(&self.language));
        parameters.set_translate(false);
        parameters.set_no_context(true);
        parameters.set_single_segment(true);
        parameters.set_no_timestamps(true);
        parameters.set_max_tokens(MOST_TOKENS);
        parameters.set_temperature(0.0);
        // No second try at a higher temperature: it takes long, and it rolls dice.
        parameters.set_temperature_inc(0.0);
        parameters.set_suppress_blank(true);
        parameters.set_suppress_nst(true);
        parameters.set_audio_ctx(audio_context(samples) as i32);
        parameters.set_print_special(false);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        parameters.set_print_timestamps(false);
        parameters
    }
}

impl Recogniser for Whisper {
    fn name(&self) -> &str {
        &self.name
    }

    fn recognise(&self, utterance: &Clip, stop: &Stop) -> Result<Hypothesis, HearError> {
        if utterance.samples.is_empty() {
            return Ok(Hypothesis::nothing());
        }
        if stop.is_due() {
            return Err(HearError::Stopped);
        }
        let clip = resample::to(utterance, HZ);
        let mut samples: Vec<f32> = clip
            .samples
            .iter()
            .map(|&s| f32::from(s) / 32_768.0)
            .collect();
        if samples.len() < SHORTEST {
            samples.resize(SHORTEST, 0.0);
        }
        let mut state = self.state()?;
        // A state that failed is not put back: the next call makes a fresh one.
        state
            .full(self.parameters(samples.len()), &samples)
            .map_err(|error| HearError::Engine {
                engine: "whisper",
                why: error.to_string(),
            })?;
        let (text, log_probability) = heard(&state, self.context.token_eot());
        self.idle.put_back(state);
        tracing::debug!(text, log_probability, "whisper");
        Ok(believe::judge(&text, log_probability))
    }
}

/// The text and the mean log probability of its tokens.
fn heard(state: &WhisperState, end: i32) -> (String, f32) {
    let mut text = String::new();
    let (mut sum, mut count) = (0.0, 0);
    for segment in state.as_iter() {
        text += &segment.to_str_lossy().unwrap_or_default();
        for at in 0..segment.n_tokens() {
            let Some(token) = segment.get_token(at) else {
                continue;
            };
            // From the end token on they are marks, not text.
            if token.token_id() < end {
                sum += token.token_data().plog;
                count += 1;
            }
        }
    }
    (text, sum / count.max(1) as f32)
}

fn audio_context(samples: usize) -> usize {
    let needed = samples.div_ceil(HZ as usize * 30 / FULL_AUDIO_CONTEXT) + ROOM;
    needed.clamp(LEAST_AUDIO_CONTEXT, FULL_AUDIO_CONTEXT)
}

/// More than four gain little for a short utterance, and other calls want theirs.
fn threads() -> i32 {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(4) as i32)
}

/// `base.en` for `ggml-base.en.bin`.
fn model_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_prefix("ggml-").unwrap_or(&stem).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Real dimensions, no trained weights: loads, and hears nothing worth believing.
    fn untrained() -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/models/whisper-tiny.en.zero-weights.bin");
        if path.is_file() {
            return Some(path);
        }
        println!("skipped: {} is not there", path.display());
        None
    }

    #[test]
    fn a_model_loads_and_nothing_is_made_of_noise() {
        let Some(path) = untrained() else { return };
        let whisper = Whisper::load(&path, "en-US").unwrap();
        assert_eq!(whisper.name(), "whisper/whisper-tiny.en.zero-weights");
        let noise = Clip::new(
            8_000,
            (0..8_000).map(|i| (i * 7919 % 601) as i16 - 300).collect(),
        );
        assert_eq!(
            whisper.recognise(&noise, &Stop::never()).unwrap(),
            Hypothesis::nothing()
        );
        let nothing = Clip::new(8_000, vec![]);
        assert_eq!(
            whisper.recognise(&nothing, &Stop::never()).unwrap(),
            Hypothesis::nothing()
        );
    }

    #[test]
    fn an_english_model_refuses_another_language() {
        let Some(path) = untrained() else { return };
        for language in ["de-DE", "tlh"] {
            let error = Whisper::load(&path, language).err().unwrap().to_string();
            assert!(
                error.contains("language") && error.contains("make"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_damaged_model_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let damaged = folder.path().join("ggml-damaged.bin");
        let error = Whisper::load(&damaged, "en-US").err().unwrap().to_string();
        assert!(error.contains("ggml-damaged.bin"), "{error}");
        let Some(path) = untrained() else { return };
        let whole = std::fs::read(path).unwrap();
        for length in [0, 3, 20, 60, 10_000, 400_000, whole.len() - 1] {
            std::fs::write(&damaged, &whole[..length]).unwrap();
            let error = Whisper::load(&damaged, "en-US").err().unwrap().to_string();
            assert!(
                error.contains("ggml-damaged.bin: not a Whisper model"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_encoder_looks_at_the_utterance_and_little_more() {
        assert_eq!(audio_context(HZ as usize), LEAST_AUDIO_CONTEXT);
        assert_eq!(audio_context(HZ as usize * 10), 628);
        assert_eq!(audio_context(HZ as usize * 60), FULL_AUDIO_CONTEXT);
    }
}
