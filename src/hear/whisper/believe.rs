//! Which of Whisper's texts to believe, and how much.

use super::super::Hypothesis;

/// Mean log probability under which a text is a guess.
const LEAST_LOG_PROBABILITY: f32 = -1.0;
/// So often in a row does nobody say the same.
const MOST_REPEATS: usize = 4;

/// What Whisper writes for noise and silence: phrases of the videos that it learned from.
/// Compared with the whole text, in lower case without punctuation.
const INVENTED: &[&str] = &[
    "you",
    "thank you for watching",
    "thanks for watching",
    "thank you so much for watching",
    "please subscribe",
    "subscribe to my channel",
    "like and subscribe",
    "see you next time",
    "see you in the next video",
    "i'll see you in the next video",
    "subtitles by the amara org community",
    "transcribed by",
    "blank audio",
    "music",
    "silence",
    "applause",
    "inaudible",
];

/// The text as plain words with a confidence, or nothing.
pub fn judge(text: &str, log_probability: f32) -> Hypothesis {
    let words = words(text);
    let plain = words.join(" ");
    if plain.is_empty()
        || log_probability.is_nan()
        || log_probability < LEAST_LOG_PROBABILITY
        || INVENTED.contains(&plain.as_str())
        || is_loop(&words)
    {
        return Hypothesis::nothing();
    }
    Hypothesis {
        text: plain,
        confidence: log_probability.exp().clamp(0.0, 1.0),
    }
}

/// Lower-case words without punctuation and without remarks such as `[BLANK_AUDIO]`, `(music)`.
fn words(text: &str) -> Vec<String> {
    let mut depth = 0i32;
    let mut said = String::new();
    for c in text.chars() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = (depth - 1).max(0),
            _ if depth > 0 => {}
            _ => said.push(c),
        }
    }
    said.to_lowercase()
        .replace('’', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether up to four words repeat themselves more than [`MOST_REPEATS`] times in a row.
fn is_loop(words: &[String]) -> bool {
    (1..=4).any(|length| {
        let mut same = 0;
        words.iter().zip(words.iter().skip(length)).any(|(a, b)| {
            same = if a == b { same + 1 } else { 0 };
            same >= length * MOST_REPEATS
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likely_sentence_becomes_plain_words() {
        let heard = judge(" I’d like to move my appointment, please.", -0.1);
        assert_eq!(heard.text, "i'd like to move my appointment please");
        assert!((heard.confidence - 0.905).abs() < 0.01);
        assert_eq!(judge("It's 24 hours?", -0.2).text, "it's 24 hours");
        assert_eq!(judge("no no no", -0.2).text, "no no no");
    }

    #[test]
    fn inventions_are_nothing() {
        for text in [
            "",
            " [BLANK_AUDIO]",
            "(upbeat music)",
            " Thank you for watching!",
            "Thanks for watching.",
            "go go go go go go go",
            "I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry.",
        ] {
            assert_eq!(judge(text, -0.1), Hypothesis::nothing(), "{text}");
        }
        assert_eq!(judge("when are you open", -1.4), Hypothesis::nothing());
        assert_eq!(judge("when are you open", f32::NAN), Hypothesis::nothing());
    }
}
