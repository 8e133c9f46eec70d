//! Silero VAD (MIT), a small neural net: hears through noise and music that fool libfvad, for a
//! hundred times the work. Release 6's ONNX file, run by rten in pure Rust.
//!
//! It looks at 32 ms at a time, behind the last 4 ms before them, and remembers the past in a state
//! of 2 x 1 x 128 numbers.

use super::{Activity, Fvad, VoiceActivity};
use crate::audio::LineRate;
use crate::hear::HearError;
use rten::{Model, NodeId, RunOptions, ThreadPool, Value};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use std::path::Path;
use std::sync::Arc;

/// Where speech begins and ends, as Silero's own tools have them.
const SPEECH: f32 = 0.5;
const LIKELY: f32 = 0.35;

/// The net, shared by all calls.
pub struct SileroModel {
    model: Model,
    input: NodeId,
    state: NodeId,
    sr: NodeId,
    output: NodeId,
    next_state: NodeId,
    /// The default one would take every core for half a millisecond's work.
    thread: Arc<ThreadPool>,
}

type State = NdTensor<f32, 3>;

impl SileroModel {
    /// Reads `silero_vad.onnx` and tries it.
    pub fn load(path: &Path) -> Result<SileroModel, HearError> {
        let bad = |why: String| HearError::BadVadModel {
            path: path.to_owned(),
            why,
        };
        let model = Model::load_file(path).map_err(|error| bad(error.to_string()))?;
        let node = |name| model.node_id(name).map_err(|error| bad(error.to_string()));
        let silero = SileroModel {
            input: node("input")?,
            state: node("state")?,
            sr: node("sr")?,
            output: node("output")?,
            next_state: node("stateN")?,
            thread: Arc::new(ThreadPool::with_num_threads(1)),
            model,
        };
        for rate in [LineRate::Narrow, LineRate::Wide] {
            let window = vec![0.0; context(rate) + window(rate)];
            silero.run(window, fresh(), rate).map_err(bad)?;
        }
        Ok(silero)
    }

    /// The probability of speech in a window, and the state after it.
    fn run(&self, window: Vec<f32>, state: State, rate: LineRate) -> Result<(f32, State), String> {
        let window = NdTensor::from_data([1, window.len()], window);
        let sr = Tensor::from_scalar(rate.hz() as i32);
        let inputs = vec![
            (self.input, Value::from(window).into()),
            (self.state, Value::from(state).into()),
            (self.sr, Value::from(sr).into()),
        ];
        let options = RunOptions::default().with_thread_pool(Some(self.thread.clone()));
        let outputs = [self.output, self.next_state];
        let [speech, state] = self
            .model
            .run_n(inputs, outputs, Some(options))
            .map_err(|error| error.to_string())?;
        let speech: Tensor<f32> = speech.try_into().map_err(|_| "no output".to_owned())?;
        let state: State = state.try_into().map_err(|_| "no state".to_owned())?;
        let speech = speech.iter().next().copied().ok_or("empty output")?;
        Ok((speech, state))
    }
}

/// Samples in a window, and of the sound before it.
const fn window(rate: LineRate) -> usize {
    (rate.hz() / 1000 * 32) as usize
}

const fn context(rate: LineRate) -> usize {
    (rate.hz() / 1000 * 4) as usize
}

fn fresh() -> State {
    NdTensor::zeros([2, 1, 128])
}

/// One call's.
pub struct Silero {
    model: Arc<SileroModel>,
    rate: LineRate,
    /// The context and what has come of the next window, -1 to 1.
    heard: Vec<f32>,
    state: State,
    speech: f32,
    /// Goes on when the net fails.
    instead: Fvad,
    failed: bool,
}

impl Silero {
    pub fn new(model: Arc<SileroModel>, rate: LineRate) -> Silero {
        Silero {
            model,
            rate,
            heard: vec![0.0; context(rate)],
            state: fresh(),
            speech: 0.0,
            instead: Fvad::new(rate),
            failed: false,
        }
    }

    fn listen(&mut self, samples: &[i16]) -> Result<(), String> {
        self.heard
            .extend(samples.iter().map(|&s| f32::from(s) / 32_768.0));
        let full = context(self.rate) + window(self.rate);
        while self.heard.len() >= full {
            let window: Vec<f32> = self.heard.iter().take(full).copied().collect();
            let state = std::mem::replace(&mut self.state, fresh());
            (self.speech, self.state) = self.model.run(window, state, self.rate)?;
            self.heard.drain(..full - context(self.rate));
        }
        Ok(())
    }
}

impl VoiceActivity for Silero {
    fn look(&mut self, samples: &[i16]) -> Activity {
        let instead = self.instead.look(samples);
        if !self.failed
            && let Err(why) = self.listen(samples)
        {
            tracing::error!(why, "Silero VAD failed; libfvad goes on");
            self.failed = true;
        }
        match self.speech {
            _ if self.failed => instead,
            speech if speech >= SPEECH => Activity::Speech,
            speech if speech >= LIKELY => Activity::Likely,
            _ => Activity::Nothing,
        }
    }
}
