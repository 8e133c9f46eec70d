//! Text to plain words, so that the same thing said compares equal however it was written down.
//!
//! Recognisers write `10:30`, `ten thirty`, `I'm` and `i am`; people who write dialplans do all
//! of that too. Here it becomes lower-case words: contractions and numbers spelled out,
//! punctuation and hesitations gone. Nothing is judged and nothing is looked up.

use super::{Language, mandarin};

/// The words of `text`. Empty where nothing but punctuation or hesitation was said.
pub fn normalise(language: Language, text: &str) -> Vec<String> {
    match language {
        Language::EnglishUs | Language::EnglishGb => english(text),
        Language::Mandarin => mandarin::normalise(text),
    }
}

/// The words of `text` as a recogniser hears them: numbers spelled out and punctuation gone, but
/// "I'd" is not "I would".
pub fn spoken(language: Language, text: &str) -> Vec<String> {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            let mut words = Vec::new();
            for token in tokens(text) {
                match token {
                    Token::Number(digits) => spell(&digits, &mut words),
                    Token::Word(word) => words.push(word),
                }
            }
            words
        }
        Language::Mandarin => mandarin::normalise(text),
    }
}

fn english(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens(text) {
        match token {
            Token::Number(digits) => spell(&digits, &mut words),
            Token::Word(word) => word_or_parts(&word, &mut words),
        }
    }
    words
}

pub(super) enum Token {
    /// Letters and inner apostrophes, lower case.
    Word(String),
    /// Starts with a digit; may hold `.` or `:` between digits; commas are gone.
    Number(String),
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let mut token = String::new();
        if at(i).is_ascii_digit() {
            while at(i).is_ascii_digit()
                || (matches!(at(i), ',' | '.' | ':') && at(i + 1).is_ascii_digit())
            {
                if at(i) != ',' {
                    token.push(at(i));
                }
                i += 1;
            }
            // Only an ending that makes an ordinal belongs to the number: "8am" is two words.
            let ending = (at(i), at(i + 1));
            let ordinal = matches!(ending, ('s', 't') | ('n', 'd') | ('r', 'd') | ('t', 'h'));
            if ordinal && !at(i + 2).is_alphanumeric() {
                token.extend([ending.0, ending.1]);
                i += 2;
            }
            tokens.push(Token::Number(token));
        } else if at(i).is_alphanumeric() {
            loop {
                let c = at(i);
                if c.is_alphabetic() || is_combining(c) {
                    token.push(c);
                } else if is_apostrophe(c) && at(i + 1).is_alphabetic() {
                    token.push('\'');
                } else if c == '.' && is_abbreviation(&token, at(i + 1), at(i + 2)) {
                    // "a.m." is one word, "see you.bye" is two.
                } else {
                    break;
                }
                i += 1;
            }
            if token.is_empty() {
                // A letter-like number of another script; nothing we could say.
                i += 1;
            } else {
                tokens.push(Token::Word(token));
            }
        } else {
            match at(i) {
                '%' => tokens.push(Token::Word("percent".to_owned())),
                '&' => tokens.push(Token::Word("and".to_owned())),
                _ => {}
            }
            i += 1;
        }
    }
    tokens
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02bc}' | '`')
}

/// Accents that stand alone, as lower-casing some letters leaves them.
fn is_combining(c: char) -> bool {
    ('\u{0300}'..='\u{036f}').contains(&c)
}

/// Whether a dot after `token` is inside an abbreviation of single letters such as `p.m`.
fn is_abbreviation(token: &str, next: char, after: char) -> bool {
    token.chars().count() <= 2 && next.is_alphabetic() && !after.is_alphabetic()
}

const HESITATIONS: [&str; 10] = [
    "uh", "um", "uhm", "erm", "er", "ah", "hmm", "hm", "mm", "mhm",
];

/// Words that are not put together by the rules in [`expand`], and those often written without
/// their apostrophe.
const EXPANSIONS: [(&str, &str); 42] = [
    ("ain't", "is not"),
    ("aint", "is not"),
    ("arent", "are not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("cant", "can not"),
    ("couldnt", "could not"),
    ("couldve", "could have"),
    ("didnt", "did not"),
    ("doesnt", "does not"),
    ("dont", "do not"),
    ("dunno", "do not know"),
    ("gimme", "give me"),
    ("gonna", "going to"),
    ("gotta", "got to"),
    ("hasnt", "has not"),
    ("havent", "have not"),
    ("hows", "how is"),
    ("im", "i am"),
    ("isnt", "is not"),
    ("ive", "i have"),
    ("kinda", "kind of"),
    ("lemme", "let me"),
    ("let's", "let us"),
    ("o'clock", "oclock"),
    ("okay", "ok"),
    ("shan't", "shall not"),
    ("shouldnt", "should not"),
    ("thats", "that is"),
    ("theres", "there is"),
    ("wanna", "want to"),
    ("wasnt", "was not"),
    ("whats", "what is"),
    ("whens", "when is"),
    ("wheres", "where is"),
    ("whos", "who is"),
    ("won't", "will not"),
    ("wont", "will not"),
    ("wouldnt", "would not"),
    ("y'all", "you all"),
    ("ya", "you"),
    ("youre", "you are"),
];

/// After these, `'s` is "is"; after anything else it marks a possessive.
const IS_AFTER: [&str; 14] = [
    "what",
    "where",
    "when",
    "who",
    "how",
    "why",
    "that",
    "this",
    "it",
    "he",
    "she",
    "there",
    "here",
    "everything",
];

fn word_or_parts(word: &str, words: &mut Vec<String>) {
    if HESITATIONS.contains(&word) {
        return;
    }
    if let Ok(found) = EXPANSIONS.binary_search_by_key(&word, |(short, _)| short) {
        if let Some((_, long)) = EXPANSIONS.get(found) {
            words.extend(long.split(' ').map(str::to_owned));
        }
        return;
    }
    let (stem, ending) = split_ending(word);
    let stem: String = stem.chars().filter(|c| *c != '\'').collect();
    if !stem.is_empty() {
        words.push(stem);
    }
    words.extend(ending.map(str::to_owned));
}

/// `you'll` is `you` and `will`; `doctor's` is `doctor`.
fn split_ending(word: &str) -> (&str, Option<&'static str>) {
    const ENDINGS: [(&str, &str); 6] = [
        ("n't", "not"),
        ("'m", "am"),
        ("'re", "are"),
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
    ];
    for (ending, spoken) in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending) {
            return (stem, Some(spoken));
        }
    }
    match word.strip_suffix("'s") {
        Some(stem) if IS_AFTER.contains(&stem) => (stem, Some("is")),
        Some(stem) => (stem, None),
        None => (word, None),
    }
}

/// 0 to 19.
pub(crate) const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// By the first digit; nothing for 0 and 1.
pub(crate) const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A number as it is said: a time, a decimal, a count up to 9999, else digit by digit.
fn spell(number: &str, words: &mut Vec<String>) {
    let digits = number.trim_end_matches(|c: char| c.is_alphabetic());
    let ordinal = digits.len() < number.len();
    if let Some((hours, minutes)) = digits.split_once(':') {
        cardinal(hours, words);
        if minutes.len() == 2 && minutes.starts_with('0') {
            if minutes != "00" {
                words.push("oh".to_owned());
                cardinal(minutes.trim_start_matches('0'), words);
            }
        } else {
            minutes
                .split([':', '.'])
                .for_each(|part| cardinal(part, words));
        }
    } else if let Some((whole, decimals)) = digits.split_once('.') {
        cardinal(whole, words);
        words.push("point".to_owned());
        digit_by_digit(decimals, words);
    } else {
        cardinal(digits, words);
    }
    if ordinal && let Some(last) = words.last_mut() {
        *last = ordinal_of(last);
    }
}

fn cardinal(digits: &str, words: &mut Vec<String>) {
    let number = match digits.parse::<usize>() {
        Ok(number) if number < 10_000 && (digits.len() == 1 || !digits.starts_with('0')) => number,
        _ => return digit_by_digit(digits, words),
    };
    let mut say = |word: Option<&&str>| words.extend(word.map(|&word| word.to_owned()));
    let (thousands, hundreds, rest) = (number / 1000, number / 100 % 10, number % 100);
    if thousands > 0 {
        say(ONES.get(thousands));
        say(Some(&"thousand"));
    }
    if hundreds > 0 {
        say(ONES.get(hundreds));
        say(Some(&"hundred"));
    }
    if rest >= 20 {
        say(TENS.get(rest / 10));
        if rest % 10 > 0 {
            say(ONES.get(rest % 10));
        }
    } else if rest > 0 || number == 0 {
        say(ONES.get(rest));
    }
}

fn digit_by_digit(digits: &str, words: &mut Vec<String>) {
    words.extend(
        digits
            .chars()
            .filter_map(|c| ONES.get(c.to_digit(10)? as usize))
            .map(|&word| word.to_owned()),
    );
}

/// `third` for `three`; of a number of one word.
pub(crate) fn ordinal_of(word: &str) -> String {
    match word {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match word.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{word}th"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> String {
        normalise(Language::EnglishUs, text).join(" ")
    }

    #[test]
    fn case_punctuation_and_hesitations_go() {
        assert_eq!(words("  Um, WHEN are you open?! "), "when are you open");
        assert_eq!(words("thank-you...bye"), "thank you bye");
        assert_eq!(words("uh, um"), "");
        assert_eq!(words(""), "");
    }

    #[test]
    fn contractions_are_spelled_out_with_or_without_their_apostrophe() {
        assert_eq!(
            words("I\u{2019}m sure you'll say I can't"),
            "i am sure you will say i can not"
        );
        assert_eq!(words("im sure dont"), "i am sure do not");
        assert_eq!(
            words("what's gonna happen, let's go"),
            "what is going to happen let us go"
        );
        assert_eq!(
            words("won't shan't wouldn't"),
            "will not shall not would not"
        );
    }

    #[test]
    fn the_table_of_expansions_is_sorted_and_each_is_found() {
        for (short, long) in EXPANSIONS {
            assert_eq!(words(short), long);
        }
    }

    #[test]
    fn a_possessive_is_its_noun() {
        assert_eq!(words("my daughter's doctor"), "my daughter doctor");
        assert_eq!(words("patients' entrance"), "patients entrance");
    }

    #[test]
    fn numbers_read_as_they_are_said() {
        assert_eq!(words("25"), "twenty five");
        assert_eq!(words("1,250"), "one thousand two hundred fifty");
        assert_eq!(words("0"), "zero");
        assert_eq!(words("3.50"), "three point five zero");
        assert_eq!(
            words("10:30 and 9:05 and 8:00"),
            "ten thirty and nine oh five and eight"
        );
        assert_eq!(words("8am, 5 p.m."), "eight am five pm");
        assert_eq!(
            words("the 1st, 22nd, 20th and 12th"),
            "the first twenty second twentieth and twelfth"
        );
        assert_eq!(words("5551234"), "five five five one two three four");
        assert_eq!(words("007"), "zero zero seven");
        assert_eq!(words("50% of 24/7"), "fifty percent of twenty four seven");
    }

    #[test]
    fn spoken_words_keep_their_contractions() {
        let words = spoken(
            Language::EnglishGb,
            "I'd like the 2nd one, what\u{2019}s it?",
        );
        assert_eq!(words.join(" "), "i'd like the second one what's it");
    }

    proptest! {
        #[test]
        fn any_text_gives_clean_words(text in any::<String>()) {
            for word in spoken(Language::EnglishUs, &text) {
                prop_assert!(!word.is_empty());
            }
            for word in normalise(Language::EnglishUs, &text) {
                prop_assert!(!word.is_empty());
                prop_assert!(word.chars().all(|c| c.is_alphabetic() || is_combining(c)), "{word:?}");
            }
        }

        #[test]
        fn what_is_normal_stays_as_it_is(text in "[ -~]{0,60}") {
            let once = normalise(Language::EnglishUs, &text);
            let twice = normalise(Language::EnglishUs, &once.join(" "));
            // Taking an ending off may bring out a word that is itself short for something.
            if !text.contains(['\'', '`', '.']) {
                prop_assert_eq!(once, twice);
            }
        }
    }
}
