//! A value is asked for: it may be said or keyed in, and anything else that the caller says is heard as
//! always.

use super::keys::collect::Wanted;
use super::{Call, NO_INPUT, seconds};
use crate::audio::Key;
use crate::dialplan::{Completeness, Keys};
use crate::hear::Hypothesis;

/// Callers look at a card from key to key.
const BETWEEN_KEYS: u64 = seconds(3);

/// What keys make the value.
pub(super) fn wanted(keys: Keys) -> Wanted {
    Wanted {
        least: keys.least,
        most: keys.most,
        terminator: Key::from_char('#'),
        first: NO_INPUT,
        between: BETWEEN_KEYS,
    }
}

impl Call {
    /// What the words so far say about whether there are more to come.
    pub(super) fn completeness_of(&self, heard: &Hypothesis) -> Completeness {
        if !heard.text.is_empty() {
            return self.dialog.completeness(&heard.text, heard.confidence);
        }
        match self.dialog.completeness(&heard.guess, heard.confidence) {
            Completeness::Unfinished => Completeness::Unfinished,
            _ => Completeness::Unclear,
        }
    }
}
