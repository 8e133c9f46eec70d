//! Which of Whisper's texts to believe, and how much.
//!
//! Whisper writes fluent sentences for noise too. A text is refused for what it is improbable by,
//! for saying the same over and over, for more words than anybody can say in the time, and for
//! being one of the phrases that it is known to make up.

use super::super::Hypothesis;
use super::phantom;

/// Mean log probability under which a text is a guess.
const LEAST: f32 = -1.0;
/// What a text must reach that Whisper likes to make up, and callers like to say.
const LEAST_WHEN_DOUBTFUL: f32 = -0.35;
/// So often in a row does nobody say the same.
const MOST_REPEATS: usize = 4;
/// The longest run of words, or of characters, that is looked for in a loop.
const LONGEST_LOOP: usize = 12;

/// Why a text is refused that a longer look at the sound may mend.
pub const NO_END: &str = "no end";
pub const LOOP: &str = "a loop";

/// What the decoder gave.
pub struct Decoded {
    pub text: String,
    /// Of each token of the text, 0 to 1. Whatever else stands there is not believed.
    pub probabilities: Vec<f32>,
    /// The decoder came to an end before it was made to stop.
    pub ended: bool,
}

/// The text as plain words with a confidence, or why it is not believed. `language` is such as
/// `en`; `seconds` is the length of the sound.
pub fn judge(decoded: &Decoded, language: &str, seconds: f32) -> Result<Hypothesis, &'static str> {
    let text = plain(&decoded.text);
    if text.is_empty() {
        return Err("no words");
    }
    let mean = mean_log(&decoded.probabilities);
    if mean.is_nan() || mean < LEAST {
        return Err("improbable");
    }
    if !decoded.ended {
        return Err(NO_END);
    }
    let phantoms = phantom::of(language);
    if phantoms.never.contains(&text.as_str())
        || phantoms.within.iter().any(|phrase| text.contains(phrase))
    {
        return Err("a known invention");
    }
    if phantoms.doubtful.contains(&text.as_str()) && mean < LEAST_WHEN_DOUBTFUL {
        return Err("perhaps an invention");
    }
    let units = units(&text);
    if is_loop(&units) {
        return Err(LOOP);
    }
    // People reach 6 words, or 8 Chinese characters, a second in a hurry.
    let most = if units.iter().any(|unit| is_cjk(unit)) {
        4.0 + 10.0 * seconds
    } else {
        2.0 + 7.0 * seconds
    };
    if units.len() as f32 > most {
        return Err("more words than there was time for");
    }
    Ok(Hypothesis {
        text,
        confidence: mean.exp().clamp(0.0, 1.0),
        guess: String::new(),
    })
}

/// Not a number for none.
fn mean_log(probabilities: &[f32]) -> f32 {
    let sum: f32 = probabilities.iter().map(|p| p.ln()).sum();
    sum / probabilities.len() as f32
}

/// Lower-case words without punctuation and without remarks such as `[BLANK_AUDIO]`, `(music)`,
/// `♪ la la ♪`. Between words stands a blank, between Chinese characters nothing.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for word in words(&without_remarks(text)) {
        let no_blank = match (plain.chars().last(), word.chars().next()) {
            (Some(before), Some(after)) => is_cjk_char(before) && is_cjk_char(after),
            _ => true,
        };
        if !no_blank {
            plain.push(' ');
        }
        plain.push_str(&word);
    }
    plain
}

fn without_remarks(text: &str) -> String {
    let (mut depth, mut starred) = (0u32, false);
    let mut said = String::new();
    for c in text.chars().map(half_width) {
        match c {
            '[' | '(' | '【' => depth += 1,
            ']' | ')' | '】' => depth = depth.saturating_sub(1),
            '*' | '♪' | '♫' => starred = !starred,
            _ if depth > 0 || starred => {}
            _ => said.push(c),
        }
        if depth > 0 || starred {
            // What a remark stood between are two words.
            said.push(' ');
        }
    }
    said
}

/// The ASCII twin of a full-width letter, digit or mark.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Words, and of Chinese, which has no blanks, the characters.
fn units(plain: &str) -> Vec<String> {
    let mut units = Vec::new();
    for word in plain.split(' ') {
        let mut other = String::new();
        for c in word.chars() {
            if is_cjk_char(c) {
                units.extend((!other.is_empty()).then(|| std::mem::take(&mut other)));
                units.push(c.to_string());
            } else {
                other.push(c);
            }
        }
        units.extend((!other.is_empty()).then_some(other));
    }
    units
}

fn is_cjk(unit: &str) -> bool {
    unit.chars().any(is_cjk_char)
}

/// Chinese characters and Japanese syllables.
fn is_cjk_char(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether some words repeat themselves more than [`MOST_REPEATS`] times in a row.
fn is_loop(units: &[String]) -> bool {
    (1..=LONGEST_LOOP).any(|length| {
        let mut same = 0;
        units.iter().zip(units.iter().skip(length)).any(|(a, b)| {
            same = if a == b { same + 1 } else { 0 };
            same >= length * MOST_REPEATS
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(text: &str, probability: f32, language: &str) -> Result<Hypothesis, &'static str> {
        let decoded = Decoded {
            text: text.to_owned(),
            probabilities: vec![probability; 5],
            ended: true,
        };
        judge(&decoded, language, 3.0)
    }

    fn believed(text: &str, language: &str) -> String {
        judged(text, 0.9, language).unwrap().text
    }

    #[test]
    fn a_likely_sentence_becomes_plain_words() {
        let heard = judged(" I’d like to move my appointment, please.", 0.9, "en").unwrap();
        assert_eq!(heard.text, "i'd like to move my appointment please");
        assert!((heard.confidence - 0.9).abs() < 0.01);
        assert_eq!(believed("It's 24 hours?", "en"), "it's 24 hours");
        assert_eq!(believed("no no no", "en"), "no no no");
        assert_eq!(believed("(door) Yes *coughs* please", "en"), "yes please");
    }

    #[test]
    fn chinese_stays_readable_without_its_punctuation() {
        assert_eq!(
            believed("你好，我想改一下预约时间。", "zh"),
            "你好我想改一下预约时间"
        );
        assert_eq!(
            believed("我的号码是１２３，谢谢！", "zh"),
            "我的号码是123 谢谢"
        );
        assert_eq!(believed("（音乐）好的", "zh"), "好的");
        assert_eq!(believed("我要 Wi Fi 密码", "zh"), "我要 wi fi 密码");
    }

    #[test]
    fn inventions_are_refused_whatever_their_probability() {
        for (language, text) in [
            ("en", ""),
            ("en", " [BLANK_AUDIO]"),
            ("en", "(upbeat music)"),
            ("en", "♪ We wish you a merry ♪"),
            ("en", " you"),
            ("en", " Thank you for watching!"),
            ("en", "Thanks for watching, and see you."),
            ("en", "Subtitles by the Amara.org community"),
            ("zh", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目"),
            ("zh", "字幕由Amara.org社區提供"),
            ("zh", "謝謝觀看！"),
            ("zh", "。。。"),
            ("de", "Untertitel der Amara.org-Community"),
        ] {
            assert!(judged(text, 0.99, language).is_err(), "{text}");
        }
    }

    #[test]
    fn a_polite_word_is_believed_when_it_is_clear() {
        for (language, text) in [("en", "Thank you."), ("en", "Okay."), ("zh", "谢谢。")] {
            assert!(judged(text, 0.9, language).is_ok(), "{text}");
            assert!(judged(text, 0.5, language).is_err(), "{text}");
        }
        assert!(judged("thank you goodbye", 0.5, "en").is_ok());
    }

    #[test]
    fn a_guess_is_refused_and_so_is_what_is_no_probability() {
        for probability in [0.2, 0.0, -1.0, f32::NAN] {
            let heard = judged("when are you open", probability, "en");
            assert_eq!(heard, Err("improbable"), "{probability}");
        }
        let none = Decoded {
            text: "when are you open".to_owned(),
            probabilities: Vec::new(),
            ended: true,
        };
        assert!(judge(&none, "en", 3.0).is_err());
    }

    #[test]
    fn loops_are_refused() {
        for (language, text) in [
            ("en", "go go go go go go go"),
            (
                "en",
                "I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry. I'm sorry.",
            ),
            ("zh", "谢谢谢谢谢谢谢谢谢谢谢谢"),
            ("zh", "我不知道，我不知道，我不知道，我不知道，我不知道。"),
        ] {
            assert_eq!(judged(text, 0.9, language), Err(LOOP), "{text}");
        }
        assert!(judged("谢谢谢谢", 0.9, "zh").is_ok());
    }

    #[test]
    fn more_words_than_there_was_time_for_are_refused() {
        let decoded = |text: &str| Decoded {
            text: text.to_owned(),
            probabilities: vec![0.9; 8],
            ended: true,
        };
        let sentence = decoded("I want to see my doctor on Thursday");
        assert!(judge(&sentence, "en", 0.5).is_err());
        assert!(judge(&sentence, "en", 1.5).is_ok());
        assert!(judge(&decoded("我想预约星期四下午三点看医生"), "zh", 0.5).is_err());
        assert!(judge(&decoded("我想预约星期四下午三点看医生"), "zh", 2.0).is_ok());
    }

    #[test]
    fn a_text_that_had_to_be_cut_off_is_refused() {
        let endless = Decoded {
            text: "and then we went on".to_owned(),
            probabilities: vec![0.9; 6],
            ended: false,
        };
        assert_eq!(judge(&endless, "en", 3.0), Err(NO_END));
    }

    #[test]
    fn the_lists_hold_plain_text() {
        for language in ["en", "zh", "de"] {
            let phantoms = phantom::of(language);
            for phrase in [phantoms.never, phantoms.within, phantoms.doubtful].concat() {
                assert_eq!(plain(phrase), phrase);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_believed_is_plain(text in "\\PC{0,60}", language in "en|zh|de") {
            if let Ok(heard) = judged(&text, 0.9, &language) {
                prop_assert_eq!(plain(&heard.text), heard.text);
            }
        }
    }
}
