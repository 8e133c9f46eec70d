//! The digits that were said: "my number is four five, double six" is 4566.
//!
//! Recognisers write the same digits in many ways ("4-5-6", "456.", "four five six"), and people
//! say them in many ("oh", "triple one", "twenty three"). They are put in a row here as they were
//! meant to be written. Whether it is a row that somebody asked for is not known here.

mod english;
mod mandarin;

use super::Language;
use super::values::row::digits_at;
use super::values::said::Said;

/// Digits in the order in which they were said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    /// ASCII digits, at least one.
    pub digits: String,
    /// Whether nothing else was said but what people say around a number: "um, it's 4 5 6 please".
    pub only: bool,
}

/// The digits in `text`, if there are any. A number is written out: "nine hundred" is 900.
pub fn digits(language: Language, text: &str) -> Option<Digits> {
    let pieces = pieces(language, text);
    let digits: String = pieces.iter().filter_map(Piece::digits).collect();
    if digits.is_empty() {
        return None;
    }
    let is_filler = match language {
        Language::EnglishUs | Language::EnglishGb => english::is_filler,
        Language::Mandarin => mandarin::is_filler,
    };
    let mut runs = pieces.split(|piece| piece.digits().is_some());
    let words = |run: &[Piece]| -> Vec<String> {
        let words = run.iter().filter_map(Piece::word);
        words.map(str::to_owned).collect()
    };
    let before = words(runs.next().unwrap_or_default());
    let only = is_filler(&before, true) && runs.all(|run| is_filler(&words(run), false));
    Some(Digits { digits, only })
}

/// Digits and words in the order in which they were said; words without their apostrophes.
fn pieces(language: Language, text: &str) -> Vec<Piece> {
    let said = Said::of(text);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let after_digits = pieces.last().is_some_and(|piece| piece.digits().is_some());
        match digits_at(language, &said, at, after_digits) {
            Some((digits, end)) => {
                pieces.push(Piece::Digits(digits));
                at = end;
            }
            None => {
                // A sign between digits is not said.
                if said.word(at).contains(char::is_alphanumeric) {
                    pieces.push(Piece::Word(said.word(at).replace('\'', "")));
                }
                at += 1;
            }
        }
    }
    pieces
}

/// A part of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Digits(String),
    Word(String),
}

impl Piece {
    fn digits(&self) -> Option<&str> {
        match self {
            Piece::Digits(digits) => Some(digits),
            Piece::Word(_) => None,
        }
    }

    fn word(&self) -> Option<&str> {
        match self {
            Piece::Digits(_) => None,
            Piece::Word(word) => Some(word),
        }
    }
}

#[cfg(test)]
mod tests;
