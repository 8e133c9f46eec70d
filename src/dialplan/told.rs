//! What callers are told about the wait for a person, and what whoever takes over is told of them.
//!
//! A [`Told`] is the occasion and its numbers; [`Dialplan::told`] has the sentences, each by itself: those
//! without numbers are among [`Dialplan::fixed_texts`] and so ready to be played, the others are spoken
//! when they are needed. When something is to be told is not known here.

mod briefing;
mod duty;
mod english;
mod mandarin;
mod sentences;

pub use briefing::Brief;
pub use duty::ToAgent;

use super::{Dialplan, Nobody, Reach, Text};
use crate::understand::values::{Asked, Value};
use jiff::civil::DateTime;
use sentences::Sentences;

/// Keys for the ways out of a queue; key 0 stays with a person.
pub const CALL_BACK_KEY: char = '1';
pub const MESSAGE_KEY: char = '2';
/// Out of the queue, to ask for something else.
pub const BACK_KEY: char = '3';

/// Something a caller is told. Positions are from 1; waits are minutes, the least and the most, and the
/// least is 0 for "less than the most".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The first announcement: it names the ways out.
    Entered {
        position: usize,
        wait: Option<(u32, u32)>,
        /// They were cut off and have the place of their earlier call.
        kept: bool,
        /// A call-back is offered.
        call_back: bool,
    },
    /// Something got better.
    Better {
        position: usize,
        wait: Option<(u32, u32)>,
    },
    /// Nothing did, and nobody has forgotten them.
    Still {
        position: usize,
        wait: Option<(u32, u32)>,
    },
    /// The wait that was told is over.
    Longer {
        position: usize,
        call_back: bool,
    },
    /// They asked how long it takes.
    Asked {
        position: usize,
        wait: Option<(u32, u32)>,
    },
    /// Right before they are joined.
    Answering,
    /// The colleague's phone was lost; they keep their place.
    Back,
    /// They will be called back; `position` is 0 where it is not known.
    Promised {
        number: String,
        position: usize,
    },
    /// Whether there was a call-back to cancel.
    CancelledCallBack(bool),
    /// We do not call that number.
    NotCalled,
    /// Before the tone.
    LeaveMessage,
    MessageKept {
        seconds: u32,
    },
    /// Nothing was heard in the message.
    MessageEmpty,
    /// Before a transfer into an Asterisk queue.
    Pbx {
        waiting: usize,
        wait: Option<(u32, u32)>,
    },
    /// It is going badly: a person is offered.
    OfferPerson,
    /// They stay in the queue.
    KeepsPlace,
    /// Nobody can take them; `opens` is when people are there again.
    Nobody {
        why: Nobody,
        opens: Option<String>,
    },
    /// The ways that there are when nobody is there.
    WaysOut,
    /// The program is stopped, and with it the call.
    Stopping {
        keeps_place: bool,
    },
}

impl Dialplan {
    /// The sentences for it, in order.
    pub fn told(&self, told: &Told) -> Vec<Text> {
        let said = Sentences::of(self.language).told(self, told);
        said.into_iter().map(Text::from).collect()
    }

    /// The sentences that are always the same, as far as this dialplan can come to them.
    pub(super) fn fixed_told(&self) -> Vec<&'static str> {
        let sentences = Sentences::of(self.language);
        let (ours, asterisk) = match &self.human.reach {
            Reach::Queue { .. } => (true, false),
            Reach::Transfer { asterisk_queue, .. } => (false, asterisk_queue.is_some()),
        };
        let waiting = ours.then(|| sentences.fixed_in_queue());
        let before = asterisk.then(|| sentences.fixed_with_asterisk());
        let to_agents = self.has_queue().then(|| duty::every(self.language));
        [sentences.offer_person, sentences.stopping]
            .into_iter()
            .chain(waiting.into_iter().flatten())
            .chain(before.into_iter().flatten())
            .chain(to_agents.into_iter().flatten())
            .collect()
    }

    /// A phone number as a voice says it.
    fn said_number(&self, number: &str) -> String {
        Value::Phone(number.to_owned()).said(&Asked {
            language: self.language,
            now: DateTime::MIN,
        })
    }
}

#[cfg(test)]
mod tests;
