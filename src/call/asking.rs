//! A number is asked for: it may be said or keyed in, and anything else that the caller says is heard
//! as always.

use super::keys::collect::Wanted;
use super::{Call, EventKind, NO_INPUT, seconds};
use crate::audio::Key;
use crate::dialplan::{Ask, Completeness, Outcome};
use crate::hear::Hypothesis;
use crate::understand;

/// Callers look at a card from key to key.
const BETWEEN_KEYS: u64 = seconds(3);

/// What keys make the number.
pub(super) fn wanted(ask: &Ask) -> Wanted {
    Wanted {
        least: ask.least,
        most: ask.most,
        terminator: Key::from_char('#'),
        first: NO_INPUT,
        between: BETWEEN_KEYS,
    }
}

impl Call {
    /// What the words so far say about whether there are more to come.
    pub(super) fn completeness_of(&self, heard: &Hypothesis) -> Completeness {
        let judge = |text| {
            let number = self.asked.as_ref().and_then(|ask| ask.completeness(text));
            number.unwrap_or_else(|| self.dialplan.completeness(text, heard.confidence))
        };
        if !heard.text.is_empty() {
            return judge(&heard.text);
        }
        match judge(&heard.guess) {
            Completeness::Unfinished => Completeness::Unfinished,
            _ => Completeness::Unclear,
        }
    }

    /// Takes what was said, which would lead to `outcome`, for the number that was asked for. False if
    /// it is something else.
    pub(super) fn is_number(&mut self, text: &str, outcome: &Outcome) -> bool {
        if self.asked.is_none() {
            return false;
        }
        let Some(number) = understand::digits(self.dialplan.language, text) else {
            return false;
        };
        // "Zero" alone asks for a person, as the key does; digits may belong to another wish.
        match outcome {
            Outcome::AskedForHuman => return false,
            Outcome::Understood { .. } if !number.only => return false,
            _ => self.number(&number.digits),
        }
        true
    }

    /// The caller has given digits.
    pub(super) fn number(&mut self, digits: &str) {
        let Some(ask) = self.asked.clone() else {
            return;
        };
        if (ask.least..=ask.most).contains(&digits.len()) {
            self.note(EventKind::Filled {
                name: ask.name.to_string(),
                value: digits.to_owned(),
            });
            self.failures = 0;
            self.answer_with(ask.answer(digits));
            return;
        }
        self.not_understood(digits.to_owned(), None);
    }
}
