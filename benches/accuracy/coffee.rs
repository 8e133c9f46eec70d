//! Coffee orders: what callers are expected to say, and the slots in a recognised text.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use zeroline::hear::Expected;

/// Slot to value, as the labels have them.
pub type Slots = BTreeMap<String, String>;

#[derive(Deserialize)]
pub struct Coffee {
    phrases: Vec<String>,
    classes: BTreeMap<String, Vec<String>>,
}

/// The labels' name of a class; whether an amount may stand before its values.
const SLOTS: [(&str, &str, bool); 6] = [
    ("milkAmount", "milk-kind", true),
    ("sugarAmount", "sugar-kind", true),
    ("roast", "roast", false),
    ("size", "size", false),
    ("numberOfShots", "shots", false),
    ("coffeeDrink", "drink", false),
];

impl Coffee {
    pub fn read() -> Result<Coffee, Box<dyn Error>> {
        Ok(toml::from_str(include_str!("coffee.toml"))?)
    }

    pub fn expected(&self) -> Result<Expected, Box<dyn Error>> {
        Ok(Expected::new(&self.phrases, &self.classes)?)
    }

    /// What a text orders: from left to right, the longest value that stands there. Knows the
    /// values of the classes and nothing else.
    pub fn slots(&self, text: &str) -> Slots {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut rest = &words[..];
        let mut slots = Slots::new();
        while !rest.is_empty() {
            let amount = self.longest("amount", rest);
            let found = SLOTS.iter().find_map(|&(slot, class, with_amount)| {
                let before = if with_amount { amount } else { 0 };
                let length = self.longest(class, rest.get(before..)?);
                (length > 0).then_some((slot, before + length))
            });
            let read = match found {
                Some((slot, length)) => {
                    slots.insert(slot.to_owned(), rest[..length].join(" "));
                    length
                }
                None => 1,
            };
            rest = &rest[read..];
        }
        slots
    }

    /// How many words the longest value of a class has that `words` begin with; 0 when none.
    fn longest(&self, class: &str, words: &[&str]) -> usize {
        self.classes
            .get(class)
            .into_iter()
            .flatten()
            .map(|value| value.split(' ').collect::<Vec<_>>())
            .filter(|value| words.starts_with(value))
            .map(|value| value.len())
            .max()
            .unwrap_or(0)
    }
}
