//! English words as the matcher compares them: by stem, by sound, and by whether they tell
//! anything.

/// Beginnings and pieces that a request for anything may have. The matcher learns that they are
/// nobody's, so that "what is the" does not make an utterance look like an intent.
pub(super) const SAYING_NOTHING: [&str; 90] = [
    "are there any",
    "are we",
    "are you",
    "at the",
    "can i",
    "can i get a",
    "can i go to",
    "can i make a",
    "can you",
    "can you help me to",
    "can you tell me",
    "could you please",
    "do i need",
    "do i need a",
    "do you have",
    "do you know",
    "do you take it",
    "for me and my",
    "from my",
    "give me the",
    "he is",
    "hello i",
    "help me",
    "how can i",
    "how do i",
    "how do i get a",
    "how do i make a",
    "how long does it",
    "how many",
    "how much is",
    "i am",
    "i am calling about",
    "i am looking for",
    "i can not",
    "i did not",
    "i do not know",
    "i get it",
    "i go to",
    "i have a",
    "i have a question about",
    "i have to go",
    "i need a",
    "i need to",
    "i want a",
    "i want to",
    "i want to get",
    "i want to see it",
    "i was wondering if",
    "i would like to",
    "in the",
    "is it",
    "is my",
    "is there a",
    "it is the",
    "let me know",
    "my name is",
    "no that is not it",
    "of the",
    "on my",
    "please",
    "please change my",
    "she was",
    "show me",
    "tell me about",
    "tell me the",
    "that is it",
    "that is not",
    "they are",
    "to the",
    "we are",
    "what are my",
    "what are the",
    "what can i get",
    "what day is",
    "what do i get for",
    "what is my",
    "what is the",
    "when can i",
    "when do you",
    "when is the",
    "when is the next",
    "where can i find",
    "where can i see",
    "where do i get my",
    "where do i go to",
    "where is my",
    "where is the",
    "which one is",
    "why do you",
    "with the",
];

/// A word without its commonest endings, so that "opening" and "opens" are "open". The result
/// need not be a word; it only has to be the same for forms of one word.
pub(super) fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    let long = |stem: &str, than: usize| stem.chars().count() > than;
    if long(&stem, 4) && stem.ends_with("ies") {
        shorten(&mut stem, 3);
        stem.push('y');
    } else if long(&stem, 4)
        && ["sses", "xes", "ches", "shes"]
            .iter()
            .any(|e| stem.ends_with(e))
    {
        shorten(&mut stem, 2);
    } else if long(&stem, 3)
        && stem.ends_with('s')
        && !["ss", "us", "is"].iter().any(|e| stem.ends_with(e))
    {
        shorten(&mut stem, 1);
    }
    for ending in ["ing", "ed"] {
        if long(&stem, ending.len() + 2) && stem.ends_with(ending) {
            shorten(&mut stem, ending.len());
            let mut last = stem.chars().rev();
            let (end, before) = (last.next(), last.next());
            // "stopping" is "stop", "calling" is "call".
            if end == before && !matches!(end, Some('l' | 's' | 'e')) {
                shorten(&mut stem, 1);
            }
            break;
        }
    }
    if long(&stem, 3) && stem.ends_with('e') {
        shorten(&mut stem, 1);
    }
    if long(&stem, 3) && stem.ends_with('y') {
        shorten(&mut stem, 1);
        stem.push('i');
    }
    stem
}

fn shorten(word: &mut String, letters: usize) {
    for _ in 0..letters {
        word.pop();
    }
}

/// The consonants of an utterance by class, without vowels, repeats and word boundaries: what
/// is left when "when are you" was heard as "win are you" and "appointment" as "appoint meant".
pub(super) fn sounds(words: &[String]) -> Vec<char> {
    const SPELLINGS: [(&str, &str); 11] = [
        ("tion", "jn"),
        ("ph", "f"),
        ("ck", "k"),
        ("wh", "w"),
        ("gh", ""),
        ("kn", "n"),
        ("wr", "r"),
        ("ch", "j"),
        ("sh", "j"),
        ("th", "T"),
        ("x", "ks"),
    ];
    let mut spelled = words.concat();
    for (written, heard) in SPELLINGS {
        spelled = spelled.replace(written, heard);
    }
    let mut sounds = Vec::new();
    let mut letters = spelled.chars().peekable();
    while let Some(letter) = letters.next() {
        let soft = matches!(letters.peek(), Some('e' | 'i' | 'y'));
        let class = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' => continue,
            'c' if soft => 's',
            'c' | 'q' => 'k',
            'g' if soft => 'j',
            'g' => 'k',
            'z' => 's',
            'v' => 'f',
            'd' => 't',
            'b' => 'p',
            'm' => 'n',
            other => other,
        };
        if sounds.last() != Some(&class) {
            sounds.push(class);
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> String {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        sounds(&words).into_iter().collect()
    }

    #[test]
    fn forms_of_one_word_share_a_stem() {
        for forms in [
            &["open", "opens", "opening", "opened"][..],
            &["stop", "stops", "stopping", "stopped"],
            &["prescription", "prescriptions"],
            &["address", "addresses"],
            &["pharmacy", "pharmacies"],
            &["move", "moves", "moving", "moved"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
        assert_ne!(stem("park"), stem("part"));
    }

    #[test]
    fn what_is_easily_misheard_sounds_the_same() {
        for (said, heard) in [
            ("when are you open", "win are you open"),
            ("move my appointment", "move my appoint meant"),
            ("where do i park", "wear do eye park"),
            ("the address", "the at dress"),
        ] {
            assert_eq!(sound(said), sound(heard));
        }
        assert_ne!(sound("park"), sound("address"));
    }
}
