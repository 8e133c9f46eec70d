//! A reply as it is written: words to be spoken, and recordings to be played.
//!
//! `[audio/welcome.wav]` stands for a recording, `[audio/welcome.wav|Welcome to Lakeside]` for one
//! with its words, for whoever reads the dialplan or a transcript. Recordings and words may stand in
//! any order.

/// A part of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Words(&'a str),
    /// The file's path as it is written.
    Recording(&'a str),
}

/// The parts in order. Brackets around anything that does not end in `.wav` are words.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut words = text;
    let mut rest = text;
    while let Some((_, opened)) = rest.split_once('[') {
        let Some((inside, after)) = opened.split_once(']') else {
            break;
        };
        if let Some(file) = recording(inside) {
            let before = words.len() - opened.len() - 1;
            push_words(&mut parts, words.get(..before).unwrap_or_default());
            parts.push(Part::Recording(file));
            words = after;
            rest = after;
        } else {
            rest = opened;
        }
    }
    push_words(&mut parts, words);
    parts
}

fn recording(inside: &str) -> Option<&str> {
    let file = inside
        .split_once('|')
        .map_or(inside, |(file, _)| file)
        .trim();
    let is_wav = file.len() > 4 && file.to_ascii_lowercase().ends_with(".wav");
    (is_wav && !file.contains('[')).then_some(file)
}

fn push_words<'a>(parts: &mut Vec<Part<'a>>, words: &'a str) {
    // Punctuation left over between recordings is nothing to say.
    if words.chars().any(char::is_alphanumeric) {
        parts.push(Part::Words(words.trim()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Recording, Words};
    use proptest::prelude::*;

    #[test]
    fn recordings_stand_between_words() {
        for (text, expected) in [
            ("Hello.", vec![Words("Hello.")]),
            ("[a/b.wav]", vec![Recording("a/b.wav")]),
            (
                "[a.WAV|Your order] {code} [b.wav] is on its way.",
                vec![
                    Recording("a.WAV"),
                    Words("{code}"),
                    Recording("b.wav"),
                    Words("is on its way."),
                ],
            ),
            (
                "[a.wav], [b.wav].",
                vec![Recording("a.wav"), Recording("b.wav")],
            ),
            ("Press [star] now", vec![Words("Press [star] now")]),
            (
                "[see [a.wav] here",
                vec![Words("[see"), Recording("a.wav"), Words("here")],
            ),
            ("[.wav] [x", vec![Words("[.wav] [x")]),
            ("", vec![]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost_or_makes_it_panic(text in "[\\[\\]|a.wv ]{0,30}|\\PC{0,30}") {
            let kept: usize = parts(&text).iter().map(|part| match part {
                Words(words) => words.len(),
                Recording(file) => file.len(),
            }).sum();
            prop_assert!(kept <= text.len());
            if !text.contains('[') && text.chars().any(char::is_alphanumeric) {
                prop_assert_eq!(parts(&text), vec![Words(text.trim())]);
            }
        }
    }
}
