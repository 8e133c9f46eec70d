//! What callers are expected to say: phrases, with slots where one of many sayings may stand.
//!
//! `can i come {day} instead` stands for as many phrases as there are days. What may stand in a
//! slot is a class: one of the dialplan's own, or one that is built in ([`BUILT_IN`]). This is
//! what a recogniser for a small vocabulary compiles its language from; what the words mean is
//! not known here.

mod built_in;

pub use built_in::BUILT_IN;
use std::collections::{BTreeMap, BTreeSet};

/// A part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Lower-case, without punctuation.
    Word(String),
    /// The name of a class that [`Expected::sayings`] knows.
    Slot(String),
}

/// Phrases and the classes that they use. Every slot in it has a class, and no class is made of
/// itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    phrases: Vec<Vec<Part>>,
    classes: BTreeMap<String, Vec<Vec<Part>>>,
}

/// What is wrong with a phrase or a class, with the phrase or saying as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpectError {
    #[error("\"{phrase}\": a brace is opened and not closed, or closed and not opened")]
    Brace { phrase: String },
    #[error(
        "\"{phrase}\": a slot is written as a class's name in braces, such as {{day}}: lower-case \
         letters, digits and hyphens"
    )]
    Name { phrase: String },
    #[error("\"{phrase}\": there is no class \"{class}\". There are: {}", known.join(", "))]
    UnknownClass {
        phrase: String,
        class: String,
        known: Vec<String>,
    },
    #[error("the class \"{class}\" is made of itself")]
    Circular { class: String },
    #[error("the class \"{class}\" has no sayings")]
    Empty { class: String },
}

impl Expected {
    /// Phrases without slots; a brace in them is punctuation.
    pub fn from_phrases(phrases: &[String]) -> Expected {
        let plain = |phrase: &String| words(phrase).map(Part::Word).collect::<Vec<_>>();
        Expected {
            phrases: phrases
                .iter()
                .map(plain)
                .filter(|phrase| !phrase.is_empty())
                .collect(),
            classes: BTreeMap::new(),
        }
    }

    /// Phrases that may hold slots. `classes` are the plan's own, name to sayings; a saying may
    /// hold slots too. An own class comes before a built-in one of the same name.
    pub fn new(
        phrases: &[String],
        classes: &BTreeMap<String, Vec<String>>,
    ) -> Result<Expected, ExpectError> {
        let mut expected = Expected::default();
        let known = Known(classes);
        for phrase in phrases {
            let parts = parse(phrase)?;
            expected.add_classes(phrase, &parts, &known, &mut Vec::new())?;
            if !parts.is_empty() {
                expected.phrases.push(parts);
            }
        }
        Ok(expected)
    }

    fn add_classes(
        &mut self,
        phrase: &str,
        parts: &[Part],
        known: &Known,
        within: &mut Vec<String>,
    ) -> Result<(), ExpectError> {
        for part in parts {
            let Part::Slot(class) = part else { continue };
            if within.contains(class) {
                return Err(ExpectError::Circular {
                    class: class.clone(),
                });
            }
            if self.classes.contains_key(class) {
                continue;
            }
            let Some(sayings) = known.sayings(class) else {
                return Err(ExpectError::UnknownClass {
                    phrase: phrase.to_owned(),
                    class: class.clone(),
                    known: known.names(),
                });
            };
            let mut parsed = Vec::new();
            within.push(class.clone());
            for saying in sayings {
                let parts = parse(saying)?;
                self.add_classes(saying, &parts, known, within)?;
                if !parts.is_empty() {
                    parsed.push(parts);
                }
            }
            within.pop();
            if parsed.is_empty() {
                return Err(ExpectError::Empty {
                    class: class.clone(),
                });
            }
            self.classes.insert(class.clone(), parsed);
        }
        Ok(())
    }

    pub fn phrases(&self) -> &[Vec<Part>] {
        &self.phrases
    }

    /// What may stand in a slot of this class; nothing when there is no such class.
    pub fn sayings(&self, class: &str) -> &[Vec<Part>] {
        self.classes.get(class).map_or(&[], Vec::as_slice)
    }

    /// Every word in phrases and classes.
    pub fn words(&self) -> BTreeSet<&str> {
        let sayings = self.classes.values().flatten();
        self.phrases
            .iter()
            .chain(sayings)
            .flatten()
            .filter_map(|part| match part {
                Part::Word(word) => Some(word.as_str()),
                Part::Slot(_) => None,
            })
            .collect()
    }

    /// Leaves out every phrase and saying with a word of which `sayable` is false, and phrases and
    /// sayings that have a slot without sayings left. Gives what was left out, each with the word.
    pub fn keep_sayable(&mut self, sayable: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut left_out = Vec::new();
        loop {
            let before = left_out.len();
            let classes: BTreeSet<String> = self.classes.keys().cloned().collect();
            let mut keep = |parts: &Vec<Part>| {
                let missing = parts.iter().find(|part| match part {
                    Part::Word(word) => !sayable(word),
                    Part::Slot(class) => !classes.contains(class),
                });
                if let Some(missing) = missing {
                    left_out.push((written(parts), written(std::slice::from_ref(missing))));
                }
                missing.is_none()
            };
            self.phrases.retain(&mut keep);
            for sayings in self.classes.values_mut() {
                sayings.retain(&mut keep);
            }
            self.classes.retain(|_, sayings| !sayings.is_empty());
            if left_out.len() == before {
                return left_out;
            }
        }
    }
}

/// A phrase as it may be written.
pub fn written(parts: &[Part]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Word(word) => word.clone(),
            Part::Slot(class) => format!("{{{class}}}"),
        })
        .collect();
    parts.join(" ")
}

/// The plan's classes before the built-in ones.
struct Known<'a>(&'a BTreeMap<String, Vec<String>>);

impl<'a> Known<'a> {
    fn sayings(&self, class: &str) -> Option<Vec<&'a str>> {
        if let Some(own) = self.0.get(class) {
            return Some(own.iter().map(String::as_str).collect());
        }
        let built_in = BUILT_IN.iter().find(|(name, _)| *name == class);
        built_in.map(|(_, sayings)| sayings.to_vec())
    }

    fn names(&self) -> Vec<String> {
        let own = self.0.keys().cloned();
        own.chain(BUILT_IN.iter().map(|(name, _)| (*name).to_owned()))
            .collect()
    }
}

fn parse(phrase: &str) -> Result<Vec<Part>, ExpectError> {
    let brace = || ExpectError::Brace {
        phrase: phrase.to_owned(),
    };
    let mut parts = Vec::new();
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err(brace());
        }
        let (name, after) = after.split_once('}').ok_or_else(brace)?;
        if name.contains('{') {
            return Err(brace());
        }
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(ExpectError::Name {
                phrase: phrase.to_owned(),
            });
        }
        parts.extend(words(before).map(Part::Word));
        parts.push(Part::Slot(name.to_owned()));
        rest = after;
    }
    if rest.contains('}') {
        return Err(brace());
    }
    parts.extend(words(rest).map(Part::Word));
    Ok(parts)
}

/// As a dictionary spells them: lower-case, without punctuation.
fn words(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase().replace('’', "'");
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expected(phrases: &[&str], classes: &[(&str, &[&str])]) -> Result<Expected, ExpectError> {
        let phrases: Vec<String> = phrases.iter().map(|&phrase| phrase.to_owned()).collect();
        let classes = classes
            .iter()
            .map(|(name, sayings)| {
                let sayings = sayings.iter().map(|&saying| saying.to_owned()).collect();
                ((*name).to_owned(), sayings)
            })
            .collect();
        Expected::new(&phrases, &classes)
    }

    #[test]
    fn a_slot_stands_for_its_class() {
        let expected = expected(
            &["Can I come {day} instead?", "a {size} latte"],
            &[("size", &["small", "large", "twelve ounce"])],
        )
        .unwrap();
        assert_eq!(written(&expected.phrases()[0]), "can i come {day} instead");
        assert_eq!(expected.sayings("size").len(), 3);
        let words = expected.words();
        for word in ["ounce", "latte", "tuesday", "instead"] {
            assert!(words.contains(word), "{word}");
        }
        assert!(!words.contains("january"), "no phrase has a date");
        assert!(expected.sayings("nothing").is_empty());
    }

    #[test]
    fn an_own_class_comes_before_a_built_in_one() {
        let expected = expected(&["{day}"], &[("day", &["market day"])]).unwrap();
        assert_eq!(expected.sayings("day").len(), 1);
    }

    #[test]
    fn a_phrase_without_slots_needs_no_classes() {
        let phrases = ["It's {5} o’clock!".to_owned(), "...".to_owned()];
        let expected = Expected::from_phrases(&phrases);
        assert_eq!(expected.phrases().len(), 1);
        assert_eq!(written(&expected.phrases()[0]), "it's 5 o'clock");
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        for (phrase, classes, says) in [
            ("come on {dya}", &[][..], "no class \"dya\""),
            ("come on {day", &[], "not closed"),
            ("come on day}", &[], "not opened"),
            ("come {on {day}", &[], "not closed"),
            ("come on {}", &[], "in braces"),
            ("come on {the day}", &[], "in braces"),
            ("{a}", &[("a", &["b {b}"][..]), ("b", &["{a}"])], "itself"),
            ("{a}", &[("a", &["..."])], "no sayings"),
            ("{a}", &[("a", &["{c}"])], "no class \"c\""),
        ] {
            let error = expected(&[phrase], classes).unwrap_err().to_string();
            assert!(error.contains(says), "{phrase}: {error}");
        }
    }

    #[test]
    fn every_built_in_class_can_be_used() {
        for (name, _) in BUILT_IN {
            let expected = expected(&[&format!("{{{name}}}")], &[]).unwrap();
            assert!(!expected.sayings(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn what_nobody_can_say_is_left_out_with_what_needs_it() {
        let mut expected = expected(
            &["hello {who}", "hello xyzzy", "hello {place}"],
            &[("who", &["xyzzy"]), ("place", &["here", "in xyzzy"])],
        )
        .unwrap();
        let left_out = expected.keep_sayable(|word| word != "xyzzy");
        assert_eq!(left_out.len(), 4, "{left_out:?}");
        assert_eq!(expected.phrases().len(), 1);
        assert_eq!(expected.sayings("place").len(), 1);
        assert!(expected.sayings("who").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_a_phrase_or_an_error(text in "[a-z{} '-]{0,30}|\\PC{0,30}") {
            let _ = expected(&[&text], &[("a", &["b"])]);
        }

        #[test]
        fn what_is_written_reads_the_same(words in prop::collection::vec("[a-z]{1,5}|\\{digit\\}", 1..6)) {
            let phrase = words.join(" ");
            let expected = expected(&[&phrase], &[]).unwrap();
            prop_assert_eq!(written(&expected.phrases()[0]), phrase);
        }
    }
}
