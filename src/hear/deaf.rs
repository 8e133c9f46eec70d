//! What listens when nothing can: every recognition fails, and a call whose recognition fails is put
//! through to a person.

use super::{HearError, Hypothesis, Recogniser, Stop};
use crate::audio::Clip;

pub struct Deaf {
    /// What is wrong with the engines, for the record of each call.
    pub why: String,
}

impl Recogniser for Deaf {
    fn name(&self) -> &str {
        "none"
    }

    fn recognise(&self, _: &Clip, _: &Stop) -> Result<Hypothesis, HearError> {
        Err(HearError::NoEngine {
            why: self.why.clone(),
        })
    }
}
