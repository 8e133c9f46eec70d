//! Mandarin as pinyin with tone numbers (`qing3 an4 ling2`), for eSpeak NG to read.
//!
//! The engine has a dictionary of characters, but the one that Debian 12 installs is of another
//! version than the engine that is linked in, which makes noise of it; syllables it reads well.
//! A character has its commonest reading here, or the one it has in a word of [`WORDS`].

use ::pinyin::ToPinyin;

/// Words in which a character is not read as it mostly is, and which a company's phone may say.
const WORDS: [(&str, &str); 14] = [
    ("银行", "yin2 hang2 "),
    ("行业", "hang2 ye4 "),
    ("重新", "chong2 xin1 "),
    ("重复", "chong2 fu4 "),
    ("地址", "di4 zhi3 "),
    ("地点", "di4 dian3 "),
    ("地铁", "di4 tie3 "),
    ("目的", "mu4 di4 "),
    ("还是", "hai2 shi4 "),
    ("还有", "hai2 you3 "),
    ("首都", "shou3 du1 "),
    ("音乐", "yin1 yue4 "),
    ("长度", "chang2 du4 "),
    ("便宜", "pian2 yi5 "),
];

const DIGITS: [&str; 10] = [
    "ling2 ", "yi1 ", "er4 ", "san1 ", "si4 ", "wu3 ", "liu4 ", "qi1 ", "ba1 ", "jiu3 ",
];

/// The characters of the pinyin, each with the place in the text that it comes from, in bytes.
/// Digits are read one by one: larger numbers are written as they are spoken.
pub fn spell(text: &str) -> Vec<(usize, char)> {
    let mut spelled = Vec::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let place = text.len() - rest.len();
        let mut push = |syllables: &str| spelled.extend(syllables.chars().map(|c| (place, c)));
        if let Some((word, syllables)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            push(syllables);
            rest = rest.strip_prefix(word).unwrap_or_default();
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        // Full-width forms, digits among them, as ASCII.
        let c = match u32::from(c) {
            code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
            _ => c,
        };
        let digit = c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize));
        if let Some(syllable) = digit {
            push(syllable);
        } else if let Some(syllable) = c.to_pinyin() {
            push(&with_tone(syllable));
        } else {
            match c {
                '。' => push(". "),
                '、' => push(", "),
                ',' | '.' | '?' | '!' | ':' | ';' => spelled.extend([(place, c), (place, ' ')]),
                _ => spelled.push((place, c)),
            }
        }
    }
    spelled
}

fn with_tone(syllable: ::pinyin::Pinyin) -> String {
    // The engine writes ü as v, and the neutral tone as 5.
    let mut plain = syllable.with_tone_num_end().replace('ü', "v");
    if !plain.ends_with(|c: char| c.is_ascii_digit()) {
        plain.push('5');
    }
    plain.push(' ');
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters_become_syllables_with_their_tones() {
        for (text, read) in [
            ("您好，请按０。", "nin2 hao3 , qing3 an4 ling2 . "),
            ("人工", "ren2 gong1 "),
            ("綠色", "lv4 se4 "),
            ("好的吗", "hao3 de5 ma5 "),
            ("地址在银行对面", "di4 zhi3 zai4 yin2 hang2 dui4 mian4 "),
            ("拍X光", "pai1 Xguang1 "),
            ("OK", "OK"),
        ] {
            let spelled = spell(text);
            assert_eq!(spelled.iter().map(|(_, c)| c).collect::<String>(), read);
            assert!(spelled.iter().map(|(place, _)| place).is_sorted());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            for (place, _) in spell(&text) {
                prop_assert!(text.is_char_boundary(place));
            }
        }
    }
}
