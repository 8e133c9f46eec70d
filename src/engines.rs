//! The engines that work beside a call, and what becomes of a job that one of them does. Blocks
//! for as long as the work takes, so never on the media path.

use crate::audio::{Clip, LineRate};
use crate::call::{Input, JobId};
use crate::hear::{Recogniser, Recognition, Stop};
use crate::speak::Speaker;
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone)]
pub struct Engines {
    pub recogniser: Arc<dyn Recogniser>,
    pub speaker: Arc<Speaker>,
}

impl Engines {
    /// Recognises an utterance here and now, for as long as it takes.
    pub fn recognise(&self, id: JobId, utterance: &Clip) -> Input {
        let recognition = Recognition::now(&*self.recogniser, utterance, &Stop::never());
        Input::Recognised { id, recognition }
    }

    /// Speaks a text for a line at `rate`.
    pub fn synthesise(&self, id: JobId, text: &str, rate: LineRate) -> Input {
        let begun = Instant::now();
        let result = self.speaker.prompt(text, rate).map(Arc::new);
        Input::Spoken {
            id,
            result: result.map_err(|error| error.to_string()),
            took_ms: begun.elapsed().as_millis() as u64,
        }
    }
}
