//! What is expected, in the pieces that the decoder puts together: words, and the sayings of a
//! class as one piece each.
//!
//! "twelve ounce" of a class `size` is the piece `size/twelve_ounce`: it is recognised whole or
//! not at all, what follows it depends on the class and not on "ounce", and what was recognised
//! says by itself which class it was. A saying with slots in it is as many pieces as it has slots
//! and runs of words between them.

use crate::hear::expect::{Expected, Part};
use std::collections::{BTreeMap, BTreeSet};

/// The pieces of phrases and of classes.
#[derive(Debug, Default)]
pub struct Tokens {
    pub phrases: Vec<Vec<Item>>,
    classes: BTreeMap<String, Vec<Vec<Item>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Token(String),
    /// A class in [`Tokens::sayings`].
    Slot(String),
}

const OF_CLASS: char = '/';
const JOINED: char = '_';

impl Tokens {
    pub fn new(expected: &Expected) -> Tokens {
        let mut tokens = Tokens::default();
        for phrase in expected.phrases() {
            let items = phrase.iter().map(|part| match part {
                Part::Word(word) => Item::Token(word.clone()),
                Part::Slot(class) => Item::Slot(class.clone()),
            });
            tokens.phrases.push(items.collect());
            tokens.add_classes(expected, phrase);
        }
        tokens
    }

    fn add_classes(&mut self, expected: &Expected, parts: &[Part]) {
        for part in parts {
            let Part::Slot(class) = part else { continue };
            if self.classes.contains_key(class) {
                continue;
            }
            let sayings = expected.sayings(class);
            let pieces = sayings.iter().map(|saying| joined(class, saying)).collect();
            self.classes.insert(class.clone(), pieces);
            for saying in sayings {
                self.add_classes(expected, saying);
            }
        }
    }

    /// What may stand in a slot of this class.
    pub fn sayings(&self, class: &str) -> &[Vec<Item>] {
        self.classes.get(class).map_or(&[], Vec::as_slice)
    }

    pub fn all(&self) -> BTreeSet<&str> {
        self.phrases
            .iter()
            .chain(self.classes.values().flatten())
            .flatten()
            .filter_map(|item| match item {
                Item::Token(token) => Some(token.as_str()),
                Item::Slot(_) => None,
            })
            .collect()
    }

    /// A phrase with the kinds of its pieces: words as they are, pieces of a class as `{class}`.
    /// Several where a class has sayings of several kinds; never more than `limit`.
    pub fn shapes(&self, phrase: &[Item], limit: usize) -> Vec<Vec<String>> {
        let mut shapes = vec![Vec::new()];
        for item in phrase {
            let ways: BTreeSet<Vec<String>> = match item {
                Item::Token(token) => [vec![shape(token)]].into(),
                Item::Slot(class) => self
                    .sayings(class)
                    .iter()
                    .flat_map(|saying| self.shapes(saying, limit))
                    .collect(),
            };
            let longer = shapes.iter().flat_map(|before| {
                ways.iter()
                    .map(move |way| before.iter().chain(way).cloned().collect::<Vec<_>>())
            });
            shapes = longer.take(limit).collect();
        }
        shapes
    }
}

fn joined(class: &str, saying: &[Part]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for part in saying {
        match (items.last_mut(), part) {
            (Some(Item::Token(token)), Part::Word(word)) => {
                token.push(JOINED);
                token.push_str(word);
            }
            (_, Part::Word(word)) => items.push(Item::Token(format!("{class}{OF_CLASS}{word}"))),
            (_, Part::Slot(class)) => items.push(Item::Slot(class.clone())),
        }
    }
    items
}

/// A piece's name without the number of the way in which it is said: `on` of `on(2)`.
pub fn base(name: &str) -> &str {
    name.split_once('(').map_or(name, |(base, _)| base)
}

/// `{size}` of `size/small`; a word itself.
pub fn shape(token: &str) -> String {
    match token.split_once(OF_CLASS) {
        Some((class, _)) => format!("{{{class}}}"),
        None => token.to_owned(),
    }
}

/// The words that a piece is said as.
pub fn words(token: &str) -> impl Iterator<Item = &str> {
    let saying = token.split_once(OF_CLASS).map_or(token, |(_, said)| said);
    saying.split(JOINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coffee() -> Tokens {
        let class = |sayings: &[&str]| sayings.iter().map(|&s| s.to_owned()).collect();
        let classes = BTreeMap::from([
            ("size".to_owned(), class(&["small", "twelve ounce"])),
            (
                "milk".to_owned(),
                class(&["{kind} milk", "a lot of {kind} milk", "cream"]),
            ),
            ("kind".to_owned(), class(&["soy", "skim"])),
        ]);
        let phrases = ["a {size} latte with {milk}".to_owned()];
        Tokens::new(&Expected::new(&phrases, &classes).unwrap())
    }

    #[test]
    fn a_saying_is_one_piece() {
        let tokens = coffee();
        let all = tokens.all();
        for token in [
            "latte",
            "size/twelve_ounce",
            "milk/a_lot_of",
            "kind/soy",
            "milk/milk",
        ] {
            assert!(all.contains(token), "{token} in {all:?}");
        }
        assert_eq!(
            words("size/twelve_ounce").collect::<Vec<_>>(),
            ["twelve", "ounce"]
        );
        assert_eq!(words("latte").collect::<Vec<_>>(), ["latte"]);
        assert_eq!(shape("size/twelve_ounce"), "{size}");
    }

    #[test]
    fn a_phrase_has_as_many_shapes_as_its_classes_have_kinds() {
        let tokens = coffee();
        let shapes = tokens.shapes(&tokens.phrases[0], 100);
        let shapes: Vec<String> = shapes.iter().map(|shape| shape.join(" ")).collect();
        assert_eq!(
            shapes,
            [
                "a {size} latte with {kind} {milk}",
                "a {size} latte with {milk}",
                "a {size} latte with {milk} {kind} {milk}",
            ]
        );
        assert_eq!(tokens.shapes(&tokens.phrases[0], 2).len(), 2);
    }
}
