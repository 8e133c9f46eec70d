//! What a caller said, as text, to what the caller wants.
//!
//! [`Matcher`] is learned from a dialplan's examples when it is loaded and finds the intent of an
//! utterance, or none; [`Sentences`] knows where its callers' sentences end. [`asks_for_human`] is
//! the built-in wish that every dialplan grants, [`control`] finds the words that are meant for the
//! call itself, [`waiting`] those about the wait for a person, [`swears`] anger at us, [`digits`] the digits of a number, and [`ending`] tells whether words want others after
//! them. Most of them see words as [`normalise`] leaves them; [`spoken`] keeps words as a recogniser
//! hears them. Nothing here waits, keeps state between utterances or knows what an intent leads to.

mod alike;
mod completeness;
mod control;
mod digits;
mod english;
mod features;
mod human;
mod language;
mod linear;
mod mandarin;
mod matcher;
mod normalise;
#[cfg(test)]
mod public_sets;
mod sentences;
mod swearing;
pub mod values;
mod waiting;

pub use alike::{Likeness, is_content_word};
pub use completeness::{Ending, ending, is_only_filler};
pub(crate) use completeness::{adds_nothing, ends_in_politeness};
pub use control::{Control, control, control_phrases, is_backchannel};
pub use digits::{Digits, digits};
pub use human::{asks_for_human, human_phrases};
pub use language::{Language, UnknownLanguage};
pub(crate) use matcher::clauses;
pub use matcher::{Match, Matcher, Part};
pub(crate) use normalise::{ONES, TENS, ordinal_of};
pub use normalise::{normalise, spoken};
pub use sentences::Sentences;
pub use swearing::swears;
pub(crate) use waiting::drops_it;
pub use waiting::{WaitingWish, waiting, waiting_phrases};
