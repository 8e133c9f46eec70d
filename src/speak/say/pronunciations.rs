//! A dialplan's own list of how words are said.

use std::ops::Range;

/// Pairs of what is written and what is said.
///
/// An entry stands for whole words. One with a capital letter is found only as it is written,
/// any other whatever its case. Of several entries at one place the longest counts. What is said
/// is final: no rule is applied to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pronunciations {
    /// Longest first.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    written: String,
    said: String,
    any_case: bool,
}

/// An entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPronunciation {
    #[error("a pronunciation is given for nothing; write the word that \"{said}\" is said for")]
    Nothing { said: String },
    #[error("the pronunciation of \"{0}\" is empty; write how it is said")]
    Silent(String),
    #[error("\"{0}\" has two pronunciations; keep one")]
    Twice(String),
}

impl Pronunciations {
    /// Spaces around words do not count.
    pub fn new<W: AsRef<str>, S: AsRef<str>>(
        pairs: impl IntoIterator<Item = (W, S)>,
    ) -> Result<Pronunciations, BadPronunciation> {
        let mut entries: Vec<Entry> = Vec::new();
        for (written, said) in pairs {
            let (written, said) = (written.as_ref().trim(), said.as_ref().trim());
            if written.is_empty() {
                return Err(BadPronunciation::Nothing {
                    said: said.to_owned(),
                });
            }
            if said.is_empty() {
                return Err(BadPronunciation::Silent(written.to_owned()));
            }
            if entries.iter().any(|entry| entry.written == written) {
                return Err(BadPronunciation::Twice(written.to_owned()));
            }
            entries.push(Entry {
                written: written.to_owned(),
                said: said.to_owned(),
                any_case: !written.chars().any(char::is_uppercase),
            });
        }
        // Among entries of one length, one that names its case is the more exact.
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.written.len()), entry.any_case));
        Ok(Pronunciations { entries })
    }

    /// Where entries are in `text` and what is said there, in order and without overlap.
    pub(super) fn found_in<'p>(&'p self, text: &str) -> Vec<(Range<usize>, &'p str)> {
        let mut found = Vec::new();
        if self.entries.is_empty() {
            return found;
        }
        let mut free_from = 0;
        for (at, _) in text.char_indices() {
            if at >= free_from
                && let Some((end, said)) = self.at(text, at)
            {
                found.push((at..end, said));
                free_from = end;
            }
        }
        found
    }

    /// How a single word is said, if there is an entry for it.
    pub(super) fn of(&self, word: &str) -> Option<String> {
        let (end, said) = self.at(word, 0)?;
        (end == word.len()).then(|| said.to_owned())
    }

    fn at(&self, text: &str, at: usize) -> Option<(usize, &str)> {
        let (before, rest) = text.split_at_checked(at)?;
        self.entries.iter().find_map(|entry| {
            let length = entry.length_at_start(rest)?;
            let (found, after) = rest.split_at_checked(length)?;
            let whole = |inner: Option<char>, outer: Option<char>| {
                !(inner.is_some_and(joins) && outer.is_some_and(joins))
            };
            (whole(found.chars().next(), before.chars().next_back())
                && whole(found.chars().next_back(), after.chars().next()))
            .then_some((at + length, entry.said.as_str()))
        })
    }
}

impl Entry {
    /// How many bytes of `text` this entry is, if it begins with it.
    fn length_at_start(&self, text: &str) -> Option<usize> {
        if !self.any_case {
            return text
                .starts_with(&self.written)
                .then_some(self.written.len());
        }
        let mut here = text.chars();
        for wanted in self.written.chars() {
            let c = here.next()?;
            if c != wanted && !c.to_lowercase().eq(wanted.to_lowercase()) {
                return None;
            }
        }
        Some(text.len() - here.as_str().len())
    }
}

/// Whether a character makes one word with its like beside it; Chinese ones do not.
pub(super) fn joins(c: char) -> bool {
    c.is_alphanumeric() && !is_han(c)
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entries: &[(&str, &str)], text: &str) -> String {
        let pronunciations = Pronunciations::new(entries.iter().copied()).unwrap();
        let found = pronunciations.found_in(text);
        let found: Vec<_> = found
            .into_iter()
            .map(|(range, said)| format!("{}={said}", &text[range]))
            .collect();
        found.join(" ")
    }

    #[test]
    fn entries_are_found_as_whole_words() {
        for (entries, text, expected) in [
            (
                &[("sql", "sequel")][..],
                "SQL, MySQL, sql.",
                "SQL=sequel sql=sequel",
            ),
            (&[("SQL", "sequel")], "SQL and sql", "SQL=sequel"),
            (&[("Nguyen", "nwin")], "Nguyens and Nguyen's", "Nguyen=nwin"),
            (&[("st", "a"), ("St. Ives", "b")], "St. Ives", "St. Ives=b"),
            (
                &[("it", "a"), ("IT", "b")],
                "it, IT and It",
                "it=a IT=b It=a",
            ),
            (&[("重庆", "虫庆")], "在重庆市", "重庆=虫庆"),
            (&[("C++", "see plus plus")], "C++ or C", "C++=see plus plus"),
            (&[("straße", "x")], "STRASSE Straße", "Straße=x"),
            (&[("a", "b")], "", ""),
        ] {
            assert_eq!(found(entries, text), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_that_says_nothing_is_refused() {
        let new = |pairs: &[(&str, &str)]| Pronunciations::new(pairs.iter().copied()).unwrap_err();
        assert!(new(&[(" ", "x")]).to_string().contains("\"x\""));
        assert_eq!(new(&[("SQL", " ")]), BadPronunciation::Silent("SQL".into()));
        assert_eq!(
            new(&[("a", "b"), ("a ", "c")]),
            BadPronunciation::Twice("a".into())
        );
    }
}
