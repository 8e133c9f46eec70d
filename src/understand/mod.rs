//! What a caller said, as text, to what the caller wants.
//!
//! [`Matcher`] is learned from a dialplan's examples when it is loaded and finds the intent of an
//! utterance, or none. [`asks_for_human`] is the built-in wish that every dialplan grants. Both
//! see words as [`normalise`] leaves them; [`spoken`] keeps words as a recogniser hears them. Nothing
//! here waits, keeps state between utterances or knows what an intent leads to.

mod english;
mod features;
mod human;
mod language;
mod linear;
mod mandarin;
mod matcher;
mod normalise;

pub use human::{asks_for_human, human_phrases};
pub use language::{Language, UnknownLanguage};
pub use matcher::{Match, Matcher};
pub(crate) use normalise::{ONES, TENS, ordinal_of};
pub use normalise::{normalise, spoken};
