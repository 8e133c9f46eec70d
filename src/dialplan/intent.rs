//! What callers want, what must be known for it, and what they hear then.

use super::{Expression, Lookup, Reach, Text};
use crate::understand::values::Kind;
use jiff::civil::Date;
use std::sync::Arc;

/// Something that callers want.
#[derive(Debug, Clone)]
pub struct Intent {
    pub name: Arc<str>,
    /// How it is called when a caller is asked which of two they meant.
    pub called: Text,
    /// How callers may put it, as written in the file; with `{slots}` where they give values.
    pub examples: Vec<String>,
    /// What is asked before the answer, in this order.
    pub slots: Vec<Slot>,
    /// The company's system that is asked before the answer.
    pub lookup: Option<Arc<Lookup>>,
    /// A question that must be answered with yes before.
    pub confirm: Option<Text>,
    /// Answers; the first that holds is given. The last one always holds.
    pub cases: Vec<Case>,
    pub knowledge: Knowledge,
    /// Something the company wants to be heard: said once in a call, when nothing else is left to say,
    /// unless the caller asks for it.
    pub promotion: bool,
    /// Where callers are taken from here, where that is another way than everybody's.
    pub reach: Option<Reach>,
}

/// A value that the caller gives. Intents that ask for the same name share it.
#[derive(Debug, Clone)]
pub struct Slot {
    pub name: Arc<str>,
    pub kind: Kind,
    /// The question, and another way to put it.
    pub ask: Vec<Text>,
    /// Whether the value is said back and must be found right.
    pub confirm: bool,
    /// Where it is only asked sometimes.
    pub when: Option<Expression>,
}

/// An answer, and what comes after it.
#[derive(Debug, Clone)]
pub struct Case {
    pub when: Option<Expression>,
    /// Said in this order; may be empty unless `then` is to listen.
    pub say: Vec<Text>,
    pub then: Then,
    /// Whether the caller's voice may interrupt it. Keys always do.
    pub barge_in: bool,
}

/// What happens after something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Listen,
    /// The caller is put through to a person.
    Human,
    HangUp,
    /// As if the caller had asked for this intent, too.
    Intent(usize),
    /// They are called back; only the built-in intent ends so.
    CallBack,
}

/// Who answers for an answer, and how long it holds.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    pub owner: Option<String>,
    /// The first and the last day on which the answer is known to hold.
    pub valid_from: Option<Date>,
    pub valid_until: Option<Date>,
}

impl Knowledge {
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// Longer numbers nobody says or keys in.
pub const MOST_DIGITS: usize = 32;

/// The slots of a text, such as `{number}`, without their braces.
pub(super) fn slots(text: &str) -> impl Iterator<Item = &str> {
    let mut parts = text.split('{');
    parts.next();
    parts.filter_map(|part| part.split_once('}').map(|(slot, _)| slot))
}
