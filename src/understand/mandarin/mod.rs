//! Mandarin as the matcher compares it: by character, by sound, and by whether it tells anything.

mod normalise;
mod number;

pub(super) use normalise::normalise;
pub(super) use number::DIGITS;

use pinyin::ToPinyin;

/// Beginnings and pieces that a request for anything may have, as in English: nobody's.
pub(super) const SAYING_NOTHING: [&str; 76] = [
    "我想",
    "我要",
    "我想要一个",
    "我需要",
    "我想问",
    "我想问一下",
    "我想知道",
    "我想咨询一下",
    "我打电话是想",
    "请问",
    "请问一下",
    "请问你们",
    "请问你们有",
    "你好",
    "你好我想问一下",
    "喂你好",
    "你们",
    "你们有",
    "你们有没有",
    "你们那里",
    "你们这里有",
    "你们那边是",
    "你们是",
    "你们的",
    "你知道",
    "你能",
    "你能不能",
    "你可以帮我",
    "能不能",
    "能不能给我",
    "可不可以",
    "可以吗",
    "是不是",
    "有没有",
    "有什么",
    "什么",
    "是什么",
    "什么时候",
    "什么时候可以",
    "几点",
    "现在几点",
    "今天",
    "明天",
    "多少",
    "多久",
    "多少钱",
    "怎么",
    "怎么办",
    "怎么样",
    "为什么",
    "哪里",
    "在哪里",
    "哪里有",
    "哪个",
    "谁",
    "帮我",
    "麻烦你",
    "麻烦帮我",
    "给我",
    "告诉我",
    "我的",
    "我的是",
    "我有一个",
    "我没有",
    "我是",
    "我不知道",
    "我不是",
    "这个",
    "那个",
    "好的",
    "谢谢",
    "好的谢谢",
    "谢谢你",
    "不是这个",
    "他说",
    "需要吗",
];

/// How an utterance sounds, in letters, without tones and without the differences that half of
/// the country does not make (zh and z, n and l, ing and in): what is left when 预约 was heard as
/// 预月, or written down as another word of the same sound.
pub(super) fn sounds(words: &[String]) -> Vec<char> {
    const ALIKE: [(&str, &str); 6] = [
        ("zh", "z"),
        ("ch", "c"),
        ("sh", "s"),
        ("ng", "n"),
        ("l", "n"),
        ("ü", "u"),
    ];
    let mut sounds = Vec::new();
    for character in words.iter().flat_map(|word| word.chars()) {
        match character.to_pinyin() {
            Some(syllable) => {
                let mut plain = syllable.plain().to_owned();
                for (one, other) in ALIKE {
                    plain = plain.replace(one, other);
                }
                sounds.extend(plain.chars());
            }
            None => sounds.push(character),
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> String {
        sounds(&normalise(text)).into_iter().collect()
    }

    #[test]
    fn what_is_easily_misheard_sounds_the_same() {
        for (said, heard) in [
            ("我想预约", "我想预月"),
            ("在哪里停车", "在那里停车"),
            ("星期六", "新期六"),
            ("是不是", "四不四"),
            ("门诊", "门整"),
        ] {
            assert_eq!(sound(said), sound(heard), "{said}");
        }
        assert_ne!(sound("停车"), sound("地址"));
    }
}
