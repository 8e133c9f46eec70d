//! The engines that work beside a call, and what becomes of a job that one of them does. Blocks
//! for as long as the work takes, so never on the media path.

use crate::audio::LineRate;
use crate::call::{Input, Job};
use crate::hear::{Recogniser, Stop};
use crate::speak::{Prompt, Voice};
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone)]
pub struct Engines {
    pub recogniser: Arc<dyn Recogniser>,
    pub voice: Arc<dyn Voice>,
}

impl Engines {
    /// Does a job and gives what to tell the call; `None` for what is the line's to do.
    pub fn perform(&self, job: Job, rate: LineRate) -> Option<Input> {
        let begun = Instant::now();
        let took_ms = || begun.elapsed().as_millis() as u64;
        match job {
            Job::Recognise { id, utterance } => {
                let result = self.recogniser.recognise(&utterance, &Stop::never());
                Some(Input::Recognised {
                    id,
                    result: result.map_err(|error| error.to_string()),
                    engine: self.recogniser.name().to_owned(),
                    took_ms: took_ms(),
                })
            }
            Job::Synthesise { id, text } => {
                let result = self
                    .voice
                    .speak(&text)
                    .map(|clip| Arc::new(Prompt::new(&text, &clip, rate)));
                Some(Input::Spoken {
                    id,
                    result: result.map_err(|error| error.to_string()),
                    took_ms: took_ms(),
                })
            }
            Job::Transfer { .. } | Job::HangUp => None,
        }
    }
}
