//! A reply as it is written: words to be spoken, and recordings to be played.
//!
//! `[audio/welcome.wav]` stands for a recording, `[audio/welcome.wav|Welcome to Lakeside]` for one
//! with its words, for whoever reads the dialplan or a transcript. Recordings and words may stand in
//! any order. `{order}` in words is a slot, which is filled in a call.

/// A part of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Words(&'a str),
    Recording(Recording<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording<'a> {
    /// The file's path as it is written.
    pub file: &'a str,
    /// What is said in it; may be empty.
    pub words: &'a str,
}

/// The parts in order. Brackets around anything that does not end in `.wav` are words.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, recording, after)) = split(rest) {
        push_words(&mut parts, before);
        parts.push(Part::Recording(recording));
        rest = after;
    }
    push_words(&mut parts, rest);
    parts
}

/// A reply for whoever reads what was said: the words of a recording in its place, where they are
/// known.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, Recording { file, words }, after)) = split(rest) {
        shown += before;
        match words {
            "" => shown += &format!("[{file}]"),
            words => shown += words,
        }
        rest = after;
    }
    shown + rest
}

/// Whether something is still to be filled in.
pub fn has_slot(text: &str) -> bool {
    let opened = text.split_once('{');
    opened.is_some_and(|(_, after)| after.contains('}'))
}

/// The first recording, and the text before and after it.
fn split(text: &str) -> Option<(&str, Recording<'_>, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find('[')?;
        let (inside, after) = text.get(open + 1..)?.split_once(']')?;
        if let Some(recording) = recording(inside) {
            return Some((text.get(..open)?, recording, after));
        }
        from = open + 1;
    }
}

fn recording(inside: &str) -> Option<Recording<'_>> {
    let (file, words) = inside.split_once('|').unwrap_or((inside, ""));
    let file = file.trim();
    let is_wav = file.len() > 4 && file.to_ascii_lowercase().ends_with(".wav");
    let words = words.trim();
    (is_wav && !file.contains('[')).then_some(Recording { file, words })
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
    use Part::Words;
    use proptest::prelude::*;

    fn played<'a>(file: &'a str, words: &'a str) -> Part<'a> {
        Part::Recording(Recording { file, words })
    }

    #[test]
    fn recordings_stand_between_words() {
        for (text, expected) in [
            ("Hello.", vec![Words("Hello.")]),
            ("[a/b.wav]", vec![played("a/b.wav", "")]),
            (
                "[a.WAV|Your order] {code} [b.wav] is on its way.",
                vec![
                    played("a.WAV", "Your order"),
                    Words("{code}"),
                    played("b.wav", ""),
                    Words("is on its way."),
                ],
            ),
            (
                "[a.wav], [b.wav].",
                vec![played("a.wav", ""), played("b.wav", "")],
            ),
            ("Press [star] now", vec![Words("Press [star] now")]),
            (
                "[see [a.wav] here",
                vec![Words("[see"), played("a.wav", ""), Words("here")],
            ),
            ("[.wav] [x", vec![Words("[.wav] [x")]),
            ("", vec![]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_reader_sees_the_words_of_a_recording() {
        for (text, expected) in [
            ("Hello.", "Hello."),
            ("[a.wav|Your order] 17 [b.wav].", "Your order 17 [b.wav]."),
            ("Press [star] [now", "Press [star] [now"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert!(has_slot("Your order {code} is"));
        assert!(!has_slot("a } b { c"));
    }

    proptest! {
        #[test]
        fn no_text_is_lost_or_makes_it_panic(text in "[\\[\\]|a.wv ]{0,30}|\\PC{0,30}") {
            let kept: usize = parts(&text).iter().map(|part| match part {
                Words(words) => words.len(),
                Part::Recording(recording) => recording.file.len() + recording.words.len(),
            }).sum();
            prop_assert!(kept <= text.len());
            prop_assert!(shown(&text).len() <= text.len());
            if !text.contains('[') && text.chars().any(char::is_alphanumeric) {
                prop_assert_eq!(parts(&text), vec![Words(text.trim())]);
            }
        }
    }
}
