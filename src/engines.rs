//! The engines that work beside a call, and what becomes of a job that one of them does. Blocks
//! for as long as the work takes, so never on the media path.

use crate::audio::{Clip, LineRate};
use crate::call::{Input, JobId, Spoken};
use crate::dialplan::LookedUp;
use crate::hear::{Recogniser, Recognition, Stop, Vad};
use crate::lookup::{Failed, Lookup, Lookups};
use crate::speak::{Pace, Speaker};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone)]
pub struct Engines {
    pub recogniser: Arc<dyn Recogniser>,
    pub speaker: Arc<Speaker>,
    pub vad: Vad,
    /// What asks the company's systems.
    pub lookups: Arc<Lookups>,
}

impl Engines {
    /// Recognises an utterance here and now, for as long as it takes.
    pub fn recognise(&self, id: JobId, utterance: &Clip) -> Input {
        let recognition = Recognition::now(&*self.recogniser, utterance, &Stop::never());
        Input::Recognised { id, recognition }
    }

    /// Asks a company's system, with `values` for its slots.
    pub fn look_up(&self, id: JobId, lookup: &Lookup, values: &BTreeMap<String, String>) -> Input {
        let result = look_up(&self.lookups, lookup, values);
        Input::LookedUp { id, result }
    }

    /// Speaks a text for a line at `rate`, phrase by phrase, until `take` breaks off.
    pub fn synthesise(
        &self,
        id: JobId,
        text: &str,
        (rate, pace): (LineRate, Pace),
        take: &mut dyn FnMut(Input) -> ControlFlow<()>,
    ) {
        let begun = Instant::now();
        let said = self.speaker.say(text, rate, pace, &mut |phrase| {
            let took_ms = begun.elapsed().as_millis() as u64;
            let spoken = Spoken::Phrase { phrase, took_ms };
            take(Input::Spoken { id, spoken })
        });
        let spoken = match said {
            Ok(()) => Spoken::Done,
            Err(error) => Spoken::Failed(error.to_string()),
        };
        let _ = take(Input::Spoken { id, spoken });
    }
}

/// The same without the other engines.
pub fn look_up(lookups: &Lookups, lookup: &Lookup, values: &BTreeMap<String, String>) -> LookedUp {
    match lookups.ask(lookup, &|slot| values.get(slot).cloned()) {
        Ok(answer) => LookedUp::Found(answer.values),
        Err(failed @ Failed::NotFound { .. }) => LookedUp::NotFound(failed.to_string()),
        Err(failed) => LookedUp::Failed(failed.to_string()),
    }
}
