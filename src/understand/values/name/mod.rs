//! Names of people: "my name is Jane Doe", 我叫王小明.
//!
//! A name is known by the words around it, or by being all that was said; no list of names is kept.

mod english;
mod mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, Value};
use std::ops::Range;

pub(super) fn find(said: &Said, text: &str, asked: &Asked) -> Vec<Hit> {
    let found = match asked.language {
        Language::EnglishUs | Language::EnglishGb => english::name(said, text),
        Language::Mandarin => mandarin::name(said, text),
    };
    let hit = found.map(|(name, tokens): (String, Range<usize>)| Hit {
        value: Value::Name(name),
        tokens,
        unfinished: false,
    });
    hit.into_iter().collect()
}
