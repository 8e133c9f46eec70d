//! What a code looks like.

use super::Heard;
use std::str::FromStr;

/// The places of a code. Written `AA999999`: `A` is a letter, `9` a digit, `*` either; blanks and
/// dashes are for the eye.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Shape);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Places(Vec<Place>),
    Free { least: usize, most: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Letter,
    Digit,
    Either,
}

/// A text that is no pattern of a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no pattern of a code; write one sign for each place, `A` for a letter, `9` for a digit, `*` for either, such as \"AA999999\""
)]
pub struct BadPattern(pub String);

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Pattern, BadPattern> {
        let signs = text.chars().filter(|c| !matches!(c, ' ' | '-'));
        let places = signs.map(|c| match c {
            'A' => Ok(Place::Letter),
            '9' => Ok(Place::Digit),
            '*' => Ok(Place::Either),
            _ => Err(BadPattern(text.to_owned())),
        });
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        if places.is_empty() {
            return Err(BadPattern(text.to_owned()));
        }
        Ok(Pattern(Shape::Places(places)))
    }
}

/// How well a row of places fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// More is to come.
    Beginning,
    Whole,
}

impl Pattern {
    /// Letters and digits in any order, at least and at most so many.
    pub fn free(least: usize, most: usize) -> Pattern {
        Pattern(Shape::Free { least, most })
    }

    pub(super) fn most(&self) -> usize {
        match &self.0 {
            Shape::Places(places) => places.len(),
            Shape::Free { most, .. } => *most,
        }
    }

    /// The code that was heard; none where it is no beginning of one.
    pub(super) fn fit(&self, heard: &[Heard]) -> Option<(Fit, String)> {
        let least = match &self.0 {
            Shape::Places(places) => places.len(),
            Shape::Free { least, .. } => *least,
        };
        if heard.is_empty() || heard.len() > self.most() {
            return None;
        }
        let fit = if heard.len() < least {
            Fit::Beginning
        } else {
            Fit::Whole
        };
        let mut code = String::new();
        for (index, one) in heard.iter().enumerate() {
            let place = match &self.0 {
                Shape::Places(places) => *places.get(index)?,
                Shape::Free { .. } => Place::Either,
            };
            code.push(match (place, *one) {
                (Place::Letter | Place::Either, Heard::Letter(letter)) => letter,
                (Place::Digit | Place::Either, Heard::Digit(digit)) => digit,
                (Place::Letter, Heard::Oh) => 'O',
                (Place::Digit, Heard::Oh) => '0',
                (Place::Either, Heard::Oh) => oh(heard, index),
                _ => return None,
            });
        }
        Some((fit, code))
    }
}

/// Zero, unless letters alone are around.
fn oh(heard: &[Heard], index: usize) -> char {
    let around = [index.checked_sub(1), index.checked_add(1)];
    let mut around = around
        .into_iter()
        .flatten()
        .filter_map(|at| heard.get(at))
        .peekable();
    let letters = around.peek().is_some() && around.all(|one| matches!(one, Heard::Letter(_)));
    if letters { 'O' } else { '0' }
}
