//! How words are pronounced: the model's dictionary, for the few words that are asked for.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Pronunciations, each a string of phones such as `HH AH L OW`; several for many words.
#[derive(Debug, Default)]
pub struct Dictionary {
    entries: HashMap<String, Vec<String>>,
}

impl Dictionary {
    /// Reads the entries that `words` need from a file in the CMU format: a word a line and its
    /// phones, other pronunciations as `word(2)`.
    pub fn read(path: &Path, words: &BTreeSet<String>) -> std::io::Result<Dictionary> {
        Ok(Dictionary::parse(&std::fs::read_to_string(path)?, words))
    }

    fn parse(text: &str, words: &BTreeSet<String>) -> Dictionary {
        let wanted: BTreeSet<&str> = words
            .iter()
            .flat_map(|word| {
                std::iter::once(word.as_str()).chain(stems(word).map(|(stem, _)| stem))
            })
            .collect();
        let mut dictionary = Dictionary::default();
        for line in text.lines() {
            let Some((entry, phones)) = line.split_once(char::is_whitespace) else {
                continue;
            };
            let word = entry.split_once('(').map_or(entry, |(word, _)| word);
            if wanted.contains(word) {
                let known = dictionary.entries.entry(word.to_owned()).or_default();
                known.push(phones.trim().to_owned());
            }
        }
        dictionary
    }

    /// Adds a pronunciation.
    pub fn add(&mut self, word: &str, phones: &str) {
        let known = self.entries.entry(word.to_owned()).or_default();
        known.push(phones.to_owned());
    }

    /// The pronunciations of a word; of an unknown one in `s`, `'s` or `ing`, those of its stem
    /// with the ending. Empty when nothing is known.
    pub fn pronunciations(&self, word: &str) -> Vec<String> {
        if let Some(known) = self.entries.get(word) {
            return known.clone();
        }
        stems(word)
            .find_map(|(stem, ending)| {
                let known = self.entries.get(stem)?;
                Some(known.iter().map(|phones| ending.after(phones)).collect())
            })
            .unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
enum Ending {
    S,
    Ing,
}

impl Ending {
    fn after(self, phones: &str) -> String {
        let last = phones.rsplit(' ').next().unwrap_or_default();
        let ending = match self {
            Ending::Ing => "IH NG",
            Ending::S => match last {
                "S" | "Z" | "SH" | "ZH" | "CH" | "JH" => "IH Z",
                "P" | "T" | "K" | "F" | "TH" => "S",
                _ => "Z",
            },
        };
        format!("{phones} {ending}")
    }
}

/// What a word may be made of.
fn stems(word: &str) -> impl Iterator<Item = (&str, Ending)> {
    [("'s", Ending::S), ("s", Ending::S), ("ing", Ending::Ing)]
        .into_iter()
        .filter_map(move |(end, ending)| Some((word.strip_suffix(end)?, ending)))
        .filter(|(stem, _)| stem.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        let text = "hours AW ER Z\nhours(2) AW R Z\nclinic K L IH N IH K\nnurse N ER S\n\nbroken";
        Dictionary::parse(text, &words)
    }

    #[test]
    fn a_word_has_all_its_pronunciations() {
        let dictionary = dictionary(&["hours"]);
        assert_eq!(dictionary.pronunciations("hours"), ["AW ER Z", "AW R Z"]);
        assert!(
            dictionary.pronunciations("clinic").is_empty(),
            "was not asked for"
        );
    }

    #[test]
    fn endings_are_added_to_what_is_known() {
        let dictionary = dictionary(&["clinic's", "nurses", "zyzzyva"]);
        assert_eq!(dictionary.pronunciations("clinic's"), ["K L IH N IH K S"]);
        assert_eq!(dictionary.pronunciations("nurses"), ["N ER S IH Z"]);
        assert!(dictionary.pronunciations("zyzzyva").is_empty());
    }
}
