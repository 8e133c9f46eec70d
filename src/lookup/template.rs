//! Texts of a dialplan with places in them: `{slot}` for what the caller said or an earlier lookup
//! gave, and in headers `$NAME` for a secret.
//!
//! A template is taken apart once, before any value is known: what stands in a value is never read
//! as a place again.

use super::Wrong;

/// Text with places to fill.
#[derive(Clone)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Part {
    Text(String),
    Slot(String),
    /// The name of a secret, not the secret.
    Secret(String),
}

impl Template {
    /// `{slot}` is a place, `$` is a dollar.
    pub(super) fn new(text: &str) -> Result<Template, Wrong> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| brace(text))?;
            push_text(&mut parts, before).map_err(|()| brace(text))?;
            if name.is_empty() || !name.chars().all(is_slot_character) {
                return Err(Wrong::new(
                    format!("\"{{{name}}}\" is no name of a slot"),
                    "between braces stands the name of a slot, in small letters, digits, `-`, `_` \
                     and `.`, like {number}",
                ));
            }
            parts.push(Part::Slot(name.to_owned()));
            rest = after;
        }
        push_text(&mut parts, rest).map_err(|()| brace(text))?;
        Ok(Template { parts })
    }

    /// `{slot}` and `$NAME` are places.
    pub(super) fn with_secrets(text: &str) -> Result<Template, Wrong> {
        let mut parts = Vec::new();
        for part in Template::new(text)?.parts {
            match part {
                Part::Text(text) => split_secrets(&text, &mut parts)?,
                part => parts.push(part),
            }
        }
        Ok(Template { parts })
    }

    /// The text with something in each place, by `put`, which also gets the text between.
    pub(super) fn fill<E>(
        &self,
        mut put: impl FnMut(&Part, &mut String) -> Result<(), E>,
    ) -> Result<String, E> {
        let mut filled = String::new();
        for part in &self.parts {
            put(part, &mut filled)?;
        }
        Ok(filled)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Secret(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) -> Result<(), ()> {
    if text.contains('}') {
        return Err(());
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}

fn split_secrets(text: &str, parts: &mut Vec<Part>) -> Result<(), Wrong> {
    let mut pieces = text.split('$');
    let first = pieces.next().unwrap_or_default();
    if !first.is_empty() {
        parts.push(Part::Text(first.to_owned()));
    }
    for piece in pieces {
        let name = piece.trim_start_matches(is_secret_character);
        let (name, after) = piece.split_at(piece.len() - name.len());
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(Wrong::new(
                "after \"$\" stands no name".to_owned(),
                "write $NAME, in capitals, as the variable is called in the environment",
            ));
        }
        parts.push(Part::Secret(name.to_owned()));
        if !after.is_empty() {
            parts.push(Part::Text(after.to_owned()));
        }
    }
    Ok(())
}

fn is_slot_character(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.')
}

fn is_secret_character(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

fn brace(text: &str) -> Wrong {
    // Not the whole text: in a header it may hold a secret.
    let opened = text.matches('{').count() > text.matches('}').count();
    Wrong::new(
        match opened {
            true => "a brace is opened and not closed",
            false => "a brace is closed that was not opened",
        }
        .to_owned(),
        "a slot is written {name}, with both braces",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn slot(name: &str) -> Part {
        Part::Slot(name.to_owned())
    }

    fn secret(name: &str) -> Part {
        Part::Secret(name.to_owned())
    }

    #[test]
    fn slots_and_secrets_are_told_from_text() {
        let parts = |text| Template::with_secrets(text).ok().unwrap().parts;
        assert_eq!(parts(""), []);
        assert_eq!(parts("plain"), [text("plain")]);
        assert_eq!(parts("{a}{b-2}"), [slot("a"), slot("b-2")]);
        assert_eq!(parts("Bearer $A_1"), [text("Bearer "), secret("A_1")]);
        assert_eq!(
            parts("$A:$B/{c}."),
            [
                secret("A"),
                text(":"),
                secret("B"),
                text("/"),
                slot("c"),
                text(".")
            ]
        );
    }

    #[test]
    fn a_dollar_is_a_secret_only_in_headers() {
        assert_eq!(Template::new("$A").ok().unwrap().parts, [text("$A")]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (wrong, says) in [
            ("{", "opened and not closed"),
            ("a}", "closed that was not opened"),
            ("{a}}", "closed that was not opened"),
            ("{a{b}", "no name of a slot"),
            ("{}", "no name of a slot"),
            ("{Day}", "no name of a slot"),
            ("{a b}", "no name of a slot"),
            ("$", "no name"),
            ("$ A", "no name"),
            ("$token", "no name"),
            ("$1A", "no name"),
            ("${a}", "no name"),
        ] {
            let found = Template::with_secrets(wrong).err().unwrap();
            assert!(found.message.contains(says), "{wrong}: {}", found.message);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(any in "\\PC*") {
            if let Ok(template) = Template::with_secrets(&any) {
                let again = template.fill(|part, filled| {
                    filled.push_str(&match part {
                        Part::Text(text) => text.clone(),
                        Part::Slot(name) => format!("{{{name}}}"),
                        Part::Secret(name) => format!("${name}"),
                    });
                    Ok::<(), ()>(())
                });
                prop_assert_eq!(again, Ok(any));
            }
        }

        #[test]
        fn values_are_not_read_as_places(value in "\\PC*") {
            let template = Template::with_secrets("<{a}>").ok().unwrap();
            let filled = template.fill(|part, filled| {
                match part {
                    Part::Text(text) => filled.push_str(text),
                    Part::Slot(_) => filled.push_str(&value),
                    Part::Secret(_) => return Err(()),
                }
                Ok(())
            });
            prop_assert_eq!(filled, Ok(format!("<{value}>")));
        }
    }
}
