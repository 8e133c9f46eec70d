//! Recognition with Whisper (whisper.cpp through `whisper-rs`): open vocabulary, needs a model.
//!
//! Set up for what a telephone gives: one short utterance, greedy, no timestamps, no memory of
//! what was said before. Whisper writes fluent sentences for noise too: sound without energy never
//! reaches it, and what is not to be believed is dropped (`believe`).
//!
//! What is said here about whisper.cpp was read in the source of 1.8.3, which `whisper-rs` 0.16
//! builds; figures and what was measured stand in `docs/recognition.md`.

mod believe;
mod cpu;
mod file;
mod layout;
mod phantom;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[allow(dead_code)] // The benches have sizes of their own.
pub(super) mod untrained;

use super::idle::Idle;
use super::{HearError, Hypothesis, Recogniser, Stop};
use crate::audio::{Clip, level, resample};
use believe::Decoded;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

/// The model's own rate.
const HZ: u32 = 16_000;
/// whisper.cpp gives up on what is no longer than 100 ms: such sound is padded with silence.
const SHORTEST: usize = HZ as usize / 5;
/// Softer sound is no caller. A line's noise lies between -70 and -60 dBov, speech above -45.
const SILENT_DBOV: f32 = -60.0;
/// Of the 1500 positions that the encoder has for 30 s: what an utterance needs and some room.
/// Under 128 the text suffers.
const LEAST_AUDIO_CONTEXT: usize = 256;
/// Where a short context made the decoder run in circles, it gets this one.
const SAFE_AUDIO_CONTEXT: usize = 512;
const FULL_AUDIO_CONTEXT: usize = 1500;
const ROOM: usize = 128;
/// The blocked matrix multiply takes only whole vectors of attention weights.
const AUDIO_CONTEXT_STEP: usize = 32;
/// A text has at most so many tokens, and so many more for each second: twice what hurried
/// English needs, and what Chinese does, whose characters are up to three tokens each.
const LEAST_TOKENS: usize = 10;
const TOKENS_A_SECOND: usize = 14;
/// What whisper.cpp has room for beside the prompt.
const MOST_TOKENS: usize = 200;

/// The engine. Recognitions that run at the same time share the weights and each have a state of
/// its own (over 100 MB, made when first needed, kept); how many run at the same time is for the
/// caller to bound. Each runs on one thread: whisper.cpp's threads wait for one another by
/// spinning, and where all cores are busy two of them take longer than one.
pub struct Whisper {
    context: WhisperContext,
    path: PathBuf,
    name: String,
    language: String,
    idle: Idle<WhisperState>,
}

impl Whisper {
    /// Loads a model file in whisper.cpp's ggml format. `language` is a tag such as `en-US`.
    pub fn load(path: &Path, language: &str) -> Result<Whisper, HearError> {
        // Before anything else of whisper.cpp runs.
        cpu::check().map_err(failed)?;
        let bad = |why: String| HearError::BadWhisperModel {
            path: path.to_owned(),
            why,
        };
        // Without a backend compiled in, these swallow what would go to standard error.
        whisper_rs::install_logging_hooks();
        if !cpu::has_blocked_multiply() {
            tracing::warn!(
                "whisper.cpp was built without its fast matrix multiply: recognition takes several \
                 times as long as it need. Run `cargo clean -p whisper-rs-sys` and build again"
            );
        }
        if file::check(path).map_err(bad)? == file::Kind::Empty {
            tracing::warn!(model = %path.display(), "this model holds no weights: it hears nothing");
        }
        // Flash attention stays off, as is the default: it fills short contexts up to 256 positions
        // with what is left of earlier utterances, and is slower on a CPU.
        let context = WhisperContext::new_with_params(path, WhisperContextParameters::default())
            .map_err(|error| bad(error.to_string()))?;
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

    /// What the decoder makes of sound at [`HZ`], believable or not.
    fn decode(
        &self,
        samples: &[f32],
        audio_context: usize,
        stop: &Stop,
    ) -> Result<Decoded, HearError> {
        let most_tokens = most_tokens(samples.len());
        let mut parameters = self.parameters(audio_context, most_tokens);
        // SAFETY: `is_due` takes the pointer for a `&Stop` and only reads it. `stop` outlives
        // `parameters`, and nobody calls after `full` has returned. (`set_abort_callback_safe`
        // of whisper-rs 0.16 is unsound: it hands the closure's box over as the closure itself.)
        unsafe {
            parameters.set_abort_callback(Some(is_due));
            parameters.set_abort_callback_user_data(std::ptr::from_ref(stop).cast_mut().cast());
        }
        let mut state = self.state()?;
        let done = state.full(parameters, samples);
        if let Err(error) = done {
            if !stop.is_due() {
                // Who knows what a state that failed is good for: the next call makes a fresh one.
                return Err(failed(error.to_string()));
            }
            // Stopped between two steps, each of which begins with its own input.
            self.idle.put_back(state);
            return Err(HearError::Stopped);
        }
        let decoded = text(&state, self.context.token_eot(), most_tokens);
        self.idle.put_back(state);
        Ok(decoded)
    }

    fn parameters(&self, audio_context: usize, most_tokens: usize) -> FullParams<'_, '_> {
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(1);
        parameters.set_language(Some(&self.language));
        parameters.set_translate(false);
        parameters.set_no_context(true);
        parameters.set_single_segment(true);
        parameters.set_no_timestamps(true);
        parameters.set_max_tokens(most_tokens as i32);
        parameters.set_temperature(0.0);
        // No second try at a higher temperature: it takes long, and it rolls dice.
        parameters.set_temperature_inc(0.0);
        // Never reached. The probability that nobody spoke is read from logits that are not
        // calculated when the prompt has more than one token: they are what the state's last
        // utterance left there.
        parameters.set_no_speech_thold(1.0);
        parameters.set_suppress_blank(true);
        parameters.set_suppress_nst(true);
        parameters.set_audio_ctx(audio_context as i32);
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
        if stop.is_due() {
            return Err(HearError::Stopped);
        }
        let level = level::active_dbov(&utterance.samples, utterance.hz);
        if level < SILENT_DBOV {
            tracing::debug!(level, "whisper was not asked: silence");
            return Ok(Hypothesis::nothing());
        }
        let samples = samples(utterance);
        let seconds = samples.len() as f32 / HZ as f32;
        let hear = |context| {
            let decoded = self.decode(&samples, context, stop)?;
            let heard = believe::judge(&decoded, &self.language, seconds);
            let refused = heard.as_ref().err();
            tracing::debug!(decoded.text, refused, seconds, level, context, "whisper");
            Ok(heard)
        };
        let context = audio_context(samples.len());
        let heard = match hear(context)? {
            Err(believe::LOOP | believe::NO_END) if context < SAFE_AUDIO_CONTEXT => {
                hear(SAFE_AUDIO_CONTEXT)?
            }
            heard => heard,
        };
        Ok(heard.unwrap_or_else(|_| Hypothesis::nothing()))
    }
}

/// Asked after the encoder and after each token, and by nothing in between.
unsafe extern "C" fn is_due(stop: *mut c_void) -> bool {
    // SAFETY: `Whisper::decode` hands over a `&Stop` that lives for as long as this is called.
    let stop = unsafe { &*stop.cast_const().cast::<Stop>() };
    stop.is_due()
}

fn text(state: &WhisperState, end: i32, most_tokens: usize) -> Decoded {
    let mut decoded = Decoded {
        text: String::new(),
        probabilities: Vec::new(),
        ended: false,
    };
    for segment in state.as_iter() {
        decoded.text += &segment.to_str_lossy().unwrap_or_default();
        for at in 0..segment.n_tokens() {
            let Some(token) = segment.get_token(at) else {
                continue;
            };
            // From the end token on they are marks, not text.
            if token.token_id() < end {
                decoded.probabilities.push(token.token_probability());
            }
        }
    }
    // The limit lets one more pass.
    decoded.ended = decoded.probabilities.len() <= most_tokens;
    decoded
}

/// At [`HZ`], full scale at 1, at least [`SHORTEST`].
fn samples(clip: &Clip) -> Vec<f32> {
    let clip = resample::to(clip, HZ);
    let scaled = clip.samples.iter().map(|&s| f32::from(s) / 32_768.0);
    let mut samples: Vec<f32> = scaled.collect();
    samples.resize(samples.len().max(SHORTEST), 0.0);
    samples
}

fn audio_context(samples: usize) -> usize {
    let needed = samples.div_ceil(HZ as usize * 30 / FULL_AUDIO_CONTEXT) + ROOM;
    needed
        .next_multiple_of(AUDIO_CONTEXT_STEP)
        .clamp(LEAST_AUDIO_CONTEXT, FULL_AUDIO_CONTEXT)
}

fn most_tokens(samples: usize) -> usize {
    (LEAST_TOKENS + samples * TOKENS_A_SECOND / HZ as usize).min(MOST_TOKENS)
}

fn failed(why: String) -> HearError {
    HearError::Engine {
        engine: "whisper",
        why,
    }
}

/// `base.en` for `ggml-base.en.bin`.
fn model_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_prefix("ggml-").unwrap_or(&stem).to_owned()
}
