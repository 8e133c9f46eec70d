//! A word's sound as the acoustic model writes it (CMU's 39 phones, without stress), from the
//! International Phonetic Alphabet as eSpeak NG writes American English. For words that are in no
//! dictionary: names, mostly.

/// Longest first where one begins another. An empty right side is heard in no phone.
const PHONES: &[(&str, &str)] = &[
    ("aɪɚ", "AY ER"),
    ("aɪə", "AY AH"),
    ("aʊɚ", "AW ER"),
    ("tʃ", "CH"),
    ("dʒ", "JH"),
    ("eɪ", "EY"),
    ("aɪ", "AY"),
    ("aʊ", "AW"),
    ("ɔɪ", "OY"),
    ("oʊ", "OW"),
    ("əʊ", "OW"),
    ("oːɹ", "AO R"),
    ("ɔːɹ", "AO R"),
    ("oɹ", "AO R"),
    ("n̩", "AH N"),
    ("l̩", "AH L"),
    ("ɑ̃", "AA N"),
    ("ɔ̃", "AO N"),
    ("iə", "IY AH"),
    ("i", "IY"),
    ("y", "UW"),
    ("ɪ", "IH"),
    ("ᵻ", "IH"),
    ("ɨ", "IH"),
    ("e", "EH"),
    ("ɛ", "EH"),
    ("ø", "ER"),
    ("œ", "ER"),
    ("æ", "AE"),
    ("a", "AA"),
    ("ɑ", "AA"),
    ("ɒ", "AA"),
    ("ɔ", "AO"),
    ("o", "OW"),
    ("ʊ", "UH"),
    ("u", "UW"),
    ("ʌ", "AH"),
    ("ə", "AH"),
    ("ɐ", "AH"),
    ("ɚ", "ER"),
    ("ɜ", "ER"),
    ("ɝ", "ER"),
    ("p", "P"),
    ("b", "B"),
    ("t", "T"),
    ("ɾ", "T"),
    ("ʔ", "T"),
    ("d", "D"),
    ("k", "K"),
    ("q", "K"),
    ("x", "K"),
    ("ç", "SH"),
    ("ɡ", "G"),
    ("g", "G"),
    ("f", "F"),
    ("v", "V"),
    ("θ", "TH"),
    ("ð", "DH"),
    ("s", "S"),
    ("z", "Z"),
    ("ʃ", "SH"),
    ("ʒ", "ZH"),
    ("h", "HH"),
    ("m", "M"),
    ("ɲ", "N Y"),
    ("n", "N"),
    ("ŋ", "NG"),
    ("l", "L"),
    ("ɬ", "L"),
    ("ɹ", "R"),
    ("r", "R"),
    ("ʁ", "R"),
    ("w", "W"),
    ("ʍ", "W"),
    ("j", "Y"),
    ("ˈ", ""),
    ("ˌ", ""),
    ("ː", ""),
    ("ʲ", ""),
    ("\u{303}", ""),
    ("\u{329}", ""),
    ("\u{361}", ""),
    ("\u{200d}", ""),
    ("-", ""),
    (" ", ""),
];

/// `HH AH L OW` for `həlˈoʊ`; `None` when there is a sound that English does not have, or none.
pub fn from_ipa(ipa: &str) -> Option<String> {
    let mut phones: Vec<&str> = Vec::new();
    let mut rest = ipa.trim();
    while !rest.is_empty() {
        let (symbol, sounds) = PHONES.iter().find(|(symbol, _)| rest.starts_with(symbol))?;
        rest = rest.strip_prefix(symbol)?;
        phones.extend(sounds.split_whitespace());
    }
    (!phones.is_empty()).then(|| phones.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speak::Espeak;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use strsim::generic_levenshtein;

    #[test]
    fn what_espeak_writes_becomes_phones() {
        for (ipa, phones) in [
            ("həlˈoʊ", "HH AH L OW"),
            ("tʃˈɜːtʃ", "CH ER CH"),
            ("fˈaɪɚ", "F AY ER"),
            ("bˈʌtn̩", "B AH T AH N"),
            ("mˈɔːɹnɪŋ", "M AO R N IH NG"),
        ] {
            assert_eq!(from_ipa(ipa).as_deref(), Some(phones), "{ipa}");
        }
        assert_eq!(from_ipa("ǃ"), None);
        assert_eq!(from_ipa(" ˈ"), None);
    }

    #[test]
    fn words_of_the_dictionary_are_guessed_about_as_they_stand_there() {
        let text = std::fs::read_to_string(
            std::path::Path::new(super::super::MODEL).join("cmudict-en-us.dict"),
        )
        .unwrap();
        let mut dictionary: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        for line in text.lines() {
            let (entry, phones) = line.split_once(' ').unwrap();
            let word = entry.split('(').next().unwrap();
            let ways = dictionary.entry(word).or_default();
            ways.push(phones.split_whitespace().collect());
        }
        let espeak = Espeak::new("en-US").unwrap();
        let (mut wrong, mut all) = (0, 0);
        // Every 250th word: half a thousand, mostly names.
        for (word, ways) in dictionary.iter().step_by(250) {
            let guess = from_ipa(&espeak.ipa(word).unwrap()).unwrap_or_default();
            let guess: Vec<&str> = guess.split_whitespace().collect();
            wrong += ways
                .iter()
                .map(|way| generic_levenshtein(way, &guess))
                .min()
                .unwrap();
            all += ways[0].len();
        }
        let rate = wrong as f32 / all as f32;
        println!("phone error rate {rate:.3} over {all} phones");
        assert!(rate < 0.25, "{rate}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}") {
            let _ = from_ipa(&text);
        }
    }
}
