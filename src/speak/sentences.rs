//! A text cut into the sentences that are spoken one after another.
//!
//! A voice needs all of a sentence for its melody, and the caller hears the first while the next is
//! being made. Only a sentence that is too long is cut into parts. Not to cut is never wrong but
//! later heard, so doubtful places are not cut.

/// In characters. Longer sentences are cut at a comma, else between words.
const LONGEST: usize = 200;

/// With a full stop, never the last word of a sentence: a name or number follows.
const BEFORE_NAMES: [&str; 20] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "mt", "rev", "gen", "col", "capt", "lt", "sgt", "fr",
    "hr", "messrs", "mme", "sr", "sra", "vs",
];
/// The same, before digits only.
const BEFORE_NUMBERS: [&str; 14] = [
    "no", "nr", "nos", "p", "pp", "fig", "ext", "tel", "vol", "ch", "sec", "art", "apt", "approx",
];

/// The text's sentences in order, without white space around them. Joined, they are the text but for
/// white space; none is empty or longer than 200 characters.
pub fn cut(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (sentence, after) = rest.split_at(end_of_sentence(rest));
        let mut sentence = sentence.trim();
        while sentence.chars().nth(LONGEST).is_some() {
            let (part, more) = sentence.split_at(end_of_part(sentence));
            sentences.push(part.trim());
            sentence = more.trim_start();
        }
        if !sentence.is_empty() {
            sentences.push(sentence);
        }
        rest = after.trim_start();
    }
    sentences
}

/// Whether a pause as after a sentence belongs after this part.
pub fn ends_sentence(part: &str) -> bool {
    let last = part.trim_end_matches(is_closing).chars().next_back();
    last.is_some_and(|c| is_stop(c) || is_wide_stop(c))
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…')
}

/// These end a sentence with nothing between it and the next.
fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．')
}

/// Belongs to the sentence although it comes after the stop.
fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）' | '】' | '》'
    )
}

/// How many bytes the first sentence has; the text is not empty.
fn end_of_sentence(text: &str) -> usize {
    let mut signs = text.char_indices().peekable();
    while let Some((at, c)) = signs.next() {
        if matches!(c, '\n' | '\r') {
            return at + c.len_utf8();
        }
        if !is_stop(c) && !is_wide_stop(c) {
            continue;
        }
        let mut end = at + c.len_utf8();
        let (mut wide, mut plain) = (is_wide_stop(c), c == '.');
        while let Some(&(at, c)) = signs.peek() {
            if !is_stop(c) && !is_wide_stop(c) && !is_closing(c) {
                break;
            }
            wide |= is_wide_stop(c);
            plain &= is_closing(c);
            end = at + c.len_utf8();
            signs.next();
        }
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(end..));
        let after = after.unwrap_or_default();
        if wide || after.is_empty() {
            return end;
        }
        if after.starts_with(char::is_whitespace) && !(plain && continues(before, after)) {
            return end;
        }
    }
    text.len()
}

/// Whether the sentence goes on after this full stop with white space behind it.
fn continues(before: &str, after: &str) -> bool {
    let next = after.trim_start().chars().next();
    if next.is_some_and(char::is_lowercase) {
        return true;
    }
    let start = |c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '\'' | '[');
    let word = before.rsplit(start).next().unwrap_or_default();
    let lower = word.to_lowercase();
    let one_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    // "J. Smith"; and the last letter of "e.g. Monday", "the U.S. Navy".
    let initials = word.contains('.')
        && word.split('.').all(|part| part.chars().count() == 1)
        && !matches!(lower.as_str(), "a.m" | "p.m");
    let digits = next.is_some_and(|c| c.is_ascii_digit());
    (one_letter && word != "I" || initials)
        || BEFORE_NAMES.contains(&lower.as_str())
        || digits && BEFORE_NUMBERS.contains(&lower.as_str())
}

/// Where to cut a sentence that is too long: how many bytes its first part has.
fn end_of_part(sentence: &str) -> usize {
    let mut comma = None;
    let mut space = None;
    let mut last = 0;
    let mut signs = sentence.char_indices().take(LONGEST + 1).peekable();
    while let Some((at, c)) = signs.next() {
        let end = at + c.len_utf8();
        let Some(&(_, next)) = signs.peek() else {
            break;
        };
        last = end;
        let narrow = matches!(c, ',' | ';' | ':' | '–' | '—') && next.is_whitespace();
        if narrow || matches!(c, '，' | '、' | '；' | '：') {
            comma = Some(end);
        }
        if next.is_whitespace() {
            space = Some(end);
        }
    }
    comma.or(space).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_sentence_is_a_part() {
        for (text, expected) in [
            ("", &[][..]),
            ("  \n ", &[]),
            ("Hello", &["Hello"]),
            ("Hello. How can I help?", &["Hello.", "How can I help?"]),
            (
                "Wait!  Really?! Yes…  Good.",
                &["Wait!", "Really?!", "Yes…", "Good."],
            ),
            (
                "He said \"No.\" Then he left.",
                &["He said \"No.\"", "Then he left."],
            ),
            ("One line\nanother line", &["One line", "another line"]),
            (
                "Wait... what? Well... Yes.",
                &["Wait...", "what?", "Well...", "Yes."],
            ),
            (
                "您好，这里是诊所。请问有什么事？好！",
                &["您好，这里是诊所。", "请问有什么事？", "好！"],
            ),
            ("他说：“好。”然后走了。", &["他说：“好。”", "然后走了。"]),
            (
                "您好。Hello there. 再见",
                &["您好。", "Hello there.", "再见"],
            ),
            (
                "We open at 9 a.m. Please call then.",
                &["We open at 9 a.m.", "Please call then."],
            ),
            ("It was I. You know.", &["It was I.", "You know."]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
    }

    #[test]
    fn a_point_inside_of_a_sentence_does_not_end_it() {
        for text in [
            "Dr. Smith will call you.",
            "Mr. and Mrs. Jones, St. Paul's",
            "That is 3.50 euros, or 1.234.567 yen.",
            "Press one, e.g. for Monday.",
            "Ask for J. R. Smith.",
            "Take form No. 5 please.",
            "The U.S. Navy",
            "See www.example.com for more.",
            "At 9 a.m. on Monday",
            "It is (Dr. Who) again",
            "Version 2.0",
        ] {
            assert_eq!(cut(text), [text], "{text}");
        }
        assert_eq!(cut("Is it? No. I am sure.").len(), 3);
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_comma_else_between_words() {
        let clause = "a rather long part of the sentence that goes on for a while";
        let long = [clause; 8].join(", ");
        let parts = cut(&long);
        assert_eq!(parts.len(), 3);
        assert!(parts[0].ends_with("while,"), "{parts:?}");
        assert!(parts[0].chars().count() > 150);
        let no_comma = "word ".repeat(100);
        assert!(
            cut(&no_comma)
                .iter()
                .all(|p| p.ends_with("word") && p.len() <= 200)
        );
        assert_eq!(cut(&"x".repeat(450)).len(), 3);
        assert_eq!(cut(&"好".repeat(201)).len(), 2);
        assert_eq!(cut(&"好，".repeat(150))[0].chars().count(), 200);
        assert_eq!(cut(&"x".repeat(200)).len(), 1);
    }

    #[test]
    fn a_pause_belongs_after_a_sentence_only() {
        for (part, expected) in [
            ("Yes.", true),
            ("\"No?\"", true),
            ("好。", true),
            ("so,", false),
        ] {
            assert_eq!(ends_sentence(part), expected, "{part}");
        }
    }

    fn dense(text: &str) -> String {
        text.split_whitespace().collect()
    }

    proptest! {
        #[test]
        fn joined_they_are_the_text(text in any::<String>()) {
            let parts = cut(&text);
            prop_assert_eq!(dense(&parts.concat()), dense(&text));
        }

        #[test]
        fn none_is_empty_or_too_long(text in "([a-zA-Z0-9 ,.!?\"'\n。，？好]|Dr\\. |e\\.g\\. ){0,900}") {
            let parts = cut(&text);
            for part in &parts {
                prop_assert!(!part.trim().is_empty());
                prop_assert!(part.chars().count() <= LONGEST);
            }
            prop_assert_eq!(dense(&parts.concat()), dense(&text));
        }

        #[test]
        fn a_part_is_not_cut_again(text in "[a-zA-Z0-9 ,.!?\n。，？好]{0,300}") {
            for part in cut(&text) {
                prop_assert_eq!(cut(part).concat(), part);
            }
        }
    }
}
