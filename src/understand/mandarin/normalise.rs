//! Mandarin text to characters that compare equal however they were written: full-width letters,
//! traditional characters (Whisper writes either), digits, the many ways to say "you" and "where".

use super::number;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Every character is a word of its own, for nothing in the text says where words end; Latin
/// letters stay together.
pub(in super::super) fn normalise(text: &str) -> Vec<String> {
    let text: Vec<char> = text
        .chars()
        .map(plain)
        .flat_map(char::to_lowercase)
        .collect();
    let mut words: Vec<String> = Vec::new();
    let mut latin = String::new();
    let characters = without_numbers(&text);
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        at += 1;
        if c.is_alphabetic() && !is_han(c) {
            latin.push(c);
            continue;
        }
        if !latin.is_empty() {
            words.push(std::mem::take(&mut latin));
        }
        if !is_han(c) || HESITATIONS.contains(&c) {
            continue;
        }
        words.push(
            SAME.iter()
                .find(|(one, _)| *one == c)
                .map_or(c, |(_, same)| *same)
                .to_string(),
        );
        // In the north, "where" is 哪儿 and not 哪里.
        if matches!(c, '哪' | '那' | '这') && characters.get(at) == Some(&'儿') {
            words.push('里'.to_string());
            at += 1;
        }
    }
    if !latin.is_empty() {
        words.push(latin);
    }
    words
}

const HESITATIONS: [char; 14] = [
    '嗯', '呃', '唔', '啊', '哦', '噢', '喔', '诶', '欸', '哎', '唉', '呀', '哈', '嘛',
];

/// Characters for one and the same thing, in speech.
const SAME: [(char, char); 6] = [
    ('您', '你'),
    ('她', '他'),
    ('它', '他'),
    ('两', '二'),
    ('幺', '一'),
    ('〇', '零'),
];

/// Full-width forms as ASCII, traditional characters as simplified ones.
fn plain(c: char) -> char {
    static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let pairs = include_str!("simplified.txt").lines();
        let pairs = pairs.filter(|line| !line.starts_with('#'));
        pairs
            .flat_map(str::split_whitespace)
            .filter_map(|pair| {
                let mut pair = pair.chars();
                Some((pair.next()?, pair.next()?))
            })
            .collect()
    });
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => SIMPLIFIED.get(&c).copied().unwrap_or(c),
    }
}

/// Ideographs, and the zero that is written as a circle.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
        && c.is_alphabetic()
}

fn without_numbers(text: &[char]) -> Vec<char> {
    let at = |i: usize| text.get(i).copied().unwrap_or(' ');
    let mut characters = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        if !at(i).is_ascii_digit() {
            characters.push(at(i));
            i += 1;
            continue;
        }
        let mut number = String::new();
        while at(i).is_ascii_digit()
            || (matches!(at(i), ',' | '.' | ':') && at(i + 1).is_ascii_digit())
        {
            if at(i) != ',' {
                number.push(at(i));
            }
            i += 1;
        }
        match at(i) {
            '%' => {
                characters.extend("百分之".chars());
                number::spell(&number, &mut characters);
                i += 1;
            }
            '年' if number.len() == 4 => number::digit_by_digit(&number, &mut characters),
            _ => number::spell(&number, &mut characters),
        }
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        normalise(text).concat()
    }

    #[test]
    fn punctuation_width_and_hesitations_go() {
        assert_eq!(read("嗯，请问……你们几点开门？"), "请问你们几点开门");
        assert_eq!(read("我有　ＡＢＣ　保险！"), "我有abc保险");
        assert_eq!(normalise("拍X光片"), ["拍", "x", "光", "片"]);
        assert_eq!(normalise("呃，嗯"), [""; 0]);
        assert_eq!(normalise(""), [""; 0]);
    }

    #[test]
    fn traditional_and_simplified_are_the_same() {
        for (traditional, simplified) in [
            ("請問你們幾點開門", "请问你们几点开门"),
            ("我想預約後天的門診", "我想预约后天的门诊"),
            ("轉接客服人員", "转接客服人员"),
            ("診所在甚麼地方", "诊所在什么地方"),
            ("妳們接受醫療保險嗎", "你们接受医疗保险吗"),
            ("檢查結果出來了沒有", "检查结果出来了没有"),
            ("這裡可以停車嗎", "这里可以停车吗"),
        ] {
            assert_eq!(read(traditional), read(simplified));
            assert_eq!(read(simplified), simplified);
        }
    }

    #[test]
    fn what_is_said_alike_reads_alike() {
        for (one, other) in [
            ("您在哪儿", "你在哪里"),
            ("2点半", "两点半"),
            ("10:30", "十点半"),
            ("１５号", "十五号"),
            ("50%", "百分之五十"),
            ("2026年", "二零二六年"),
            ("一三八幺二三四", "1381234"),
            ("1,250块", "一千二百五十块"),
        ] {
            assert_eq!(read(one), read(other), "{one}");
        }
        assert_eq!(read("我女儿在儿科"), "我女儿在儿科");
    }

    proptest! {
        #[test]
        fn any_text_gives_clean_words(text in any::<String>(), han in "[一-龥0-9:.,%您哪儿 ]{0,40}") {
            for text in [text, han] {
                for word in normalise(&text) {
                    prop_assert!(!word.is_empty());
                    prop_assert!(word.chars().all(char::is_alphabetic), "{word:?}");
                }
            }
        }

        #[test]
        fn what_is_normal_stays_as_it_is(text in "[一-龥0-9a-zA-Z:.,%，。您哪儿 ]{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once.join(" ")), once);
        }
    }
}
