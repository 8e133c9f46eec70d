//! Letters as people spell them and as recognisers write them.

use super::super::said::Said;
use super::{Heard, Spoken};
use crate::understand::Language;

/// The letter or letters at a token. What is also a word ("see", "you", "a") is a letter only
/// among others: after one, or before one that is certain.
pub(super) fn at(said: &Said, language: Language, at: usize, among: bool) -> Option<Spoken> {
    if said.is(at, "double triple")
        && let Some(spoken) = alone(said, language, at + 1)
        && said.word(at + 1) != "u"
        && said.word(at + 1) != "you"
    {
        let times = if said.word(at) == "double" { 2 } else { 3 };
        return Some(Spoken {
            heard: spoken.heard.repeat(times),
            tokens: at..spoken.tokens.end,
            certain: true,
        });
    }
    if let Some(spoken) = spelled(said, language, at) {
        return Some(spoken);
    }
    let spoken = alone(said, language, at)?;
    // "I A 4 7": letters that are words on their own lead on to what is certain.
    let mut next = spoken.tokens.end;
    let leads_on = |at: usize| {
        let unsure = alone(said, language, at).is_some_and(|letter| !letter.certain);
        said.word(at).len() == 1 && unsure && spelled(said, language, at).is_none()
    };
    while leads_on(next) {
        next += 1;
    }
    let before_certain = || {
        let letter = spelled(said, language, next).or_else(|| alone(said, language, next));
        letter.is_some_and(|letter| letter.certain)
            || super::row::digits_at(language, said, next, true).is_some()
    };
    (spoken.certain || among || before_certain()).then_some(spoken)
}

/// "B as in bravo", "m for mother": the word is heard better than the letter.
fn spelled(said: &Said, language: Language, at: usize) -> Option<Spoken> {
    let letter = alone(said, language, at)?;
    let end = letter.tokens.end;
    let after = said.phrase(end, "as in|like in|is in|for|like|as|like the")?;
    let word = said.word(after);
    let number = super::row::digits_at(language, said, after, true).is_some();
    let first = word.chars().next().filter(char::is_ascii_alphabetic)?;
    let plain = said.is(end, "for like");
    let single = letter.heard.len() == 1;
    // "B for seven" is B47, "a for the" nothing.
    if word.len() < 3 || number || !single || plain && said.is(after, NO_EXAMPLE) {
        return None;
    }
    // "X as in x-ray" is written in many ways.
    let same = letter.heard.first() == Some(&Heard::Letter(first.to_ascii_uppercase()));
    if plain && !same && !alike(letter.heard.first(), first) {
        return None;
    }
    Some(Spoken {
        heard: vec![Heard::Letter(first.to_ascii_uppercase())],
        tokens: at..after + 1,
        certain: true,
    })
}

/// Letters that are taken for each other on the phone.
fn alike(heard: Option<&Heard>, first: char) -> bool {
    let Some(Heard::Letter(letter)) = heard else {
        return heard == Some(&Heard::Oh) && first == 'o';
    };
    let groups = ["BCDEGPTVZ", "AHJK", "FSX", "MN", "IY", "QU", "AR"];
    let first = first.to_ascii_uppercase();
    groups
        .iter()
        .any(|group| group.contains(*letter) && group.contains(first))
}

fn alone(said: &Said, language: Language, at: usize) -> Option<Spoken> {
    let token = said.0.get(at)?;
    let spoken = |letters: &str, length: usize, certain: bool| Spoken {
        heard: letters.chars().map(letter).collect(),
        tokens: at..at + length,
        certain,
    };
    if let Some(end) = said.phrase(at, "double u|double you") {
        return Some(spoken("W", end - at, true));
    }
    if let Some(end) = said.phrase(at, "x ray") {
        return Some(spoken("X", end - at, true));
    }
    let word = token.word.as_str();
    let upper = word.to_ascii_uppercase();
    let ascii = word.chars().all(|c| c.is_ascii_alphabetic());
    if word.len() == 1 && ascii {
        // "A" and "I" are words, "o" is a sigh, "u" and "r" are short for words.
        let certain = match word {
            "a" | "i" => language == Language::Mandarin,
            "o" | "u" | "r" => token.upper || language == Language::Mandarin,
            _ => true,
        };
        return Some(spoken(&upper, 1, certain));
    }
    if let Some((letter, _)) = NAMES.iter().find(|(_, names)| said.is(at, names)) {
        return Some(spoken(letter, 1, true));
    }
    if let Some((letter, _)) = WORDS.iter().find(|(_, words)| said.is(at, words)) {
        return Some(spoken(letter, 1, false));
    }
    // "AB12", "ABC": written in one.
    let joined = said.glued(at) && said.written(at.wrapping_sub(1)).is_some()
        || said.glued(at + 1) && said.written(at + 1).is_some();
    let abbreviation = token.upper && word.len() <= 4;
    let ordinal = matches!(word, "st" | "nd" | "rd" | "th" | "am" | "pm");
    ((joined || abbreviation) && ascii && word.len() <= 6 && !ordinal)
        .then(|| spoken(&upper, 1, true))
}

fn letter(c: char) -> Heard {
    match c {
        'O' => Heard::Oh,
        c => Heard::Letter(c),
    }
}

/// Whether a token is also a word, of which only its place tells that it is a letter.
pub(super) fn is_a_word(token: &super::super::said::Token) -> bool {
    let word = token.word.as_str();
    let among = |words: &str| words.split(' ').any(|one| one == word);
    !token.upper && matches!(word, "a" | "i" | "o" | "u" | "r")
        || WORDS.iter().any(|(_, words)| among(words))
        || among(COMMON)
}

/// Words of the NATO alphabet that people say of other things.
const COMMON: &str = "november hotel delta india golf papa mike victor charlie juliet oscar romeo quebec \
                      lima echo tango whiskey uniform alpha";
/// Names of letters that are nothing else, and the words of the NATO alphabet.
const NAMES: [(&str, &str); 26] = [
    ("A", "alpha alfa"),
    ("B", "bee bravo"),
    ("C", "cee charlie charly"),
    ("D", "dee delta"),
    ("E", "echo"),
    ("F", "ef eff foxtrot"),
    ("G", "gee golf"),
    ("H", "aitch haitch hotel"),
    ("I", "india"),
    ("J", "juliet juliett"),
    ("K", "kilo"),
    ("L", "el ell lima"),
    ("M", "em mike"),
    ("N", "en november"),
    ("O", "oscar"),
    ("P", "pee papa"),
    ("Q", "quebec"),
    ("R", "ar romeo"),
    ("S", "ess sierra"),
    ("T", "tee tango"),
    ("U", "uniform"),
    ("V", "vee victor"),
    ("W", "whiskey whisky"),
    ("X", "ex xray"),
    ("Y", "wye yankee"),
    ("Z", "zee zed zulu"),
];
/// Words that sound like a letter.
const WORDS: [(&str, &str); 13] = [
    ("A", "ay eh"),
    ("B", "be"),
    ("C", "see sea"),
    ("I", "eye"),
    ("J", "jay"),
    ("K", "kay"),
    ("O", "oh"),
    ("P", "pea"),
    ("Q", "queue cue"),
    ("R", "are"),
    ("T", "tea"),
    ("U", "you"),
    ("Y", "why"),
];
/// After "for" these are no words to spell with.
const NO_EXAMPLE: &str = "the you me my your our them him her this that all now free sure";
