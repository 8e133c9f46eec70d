//! What the engine reads and what it gives back, as text.

use crate::speak::{SpeakError, WordStart};
use std::ffi::CString;

/// No word is longer; what is (a URL, garbage) is broken up, since the engine keeps words in
/// buffers of fixed size.
pub(super) const LONGEST_WORD: usize = 60;

/// A text as the engine is to get it: without what it would take as a command. Control characters
/// (0x01 starts one that changes the voice) and its private characters are left out; its SSML and
/// phoneme notations are off because their flags are not set.
pub(super) struct Readable {
    words: String,
    /// For each character, where in the text it comes from, in bytes.
    from: Vec<usize>,
}

impl Readable {
    pub(super) fn of(text: &str) -> Readable {
        Readable::from_signs(text.char_indices())
    }

    pub(super) fn from_signs(signs: impl IntoIterator<Item = (usize, char)>) -> Readable {
        let mut readable = Readable {
            words: String::new(),
            from: Vec::new(),
        };
        let mut run = 0;
        for (place, c) in signs {
            let private = ('\u{e000}'..='\u{f8ff}').contains(&c);
            let c = if c.is_control() || private { ' ' } else { c };
            run = if c.is_whitespace() { 0 } else { run + 1 };
            if run > LONGEST_WORD {
                readable.push(place, ' ');
                run = 1;
            }
            readable.push(place, c);
        }
        readable
    }

    fn push(&mut self, place: usize, c: char) {
        self.words.push(c);
        self.from.push(place);
    }

    pub(super) fn c_string(&self) -> Result<CString, SpeakError> {
        CString::new(&*self.words).map_err(|error| SpeakError::Engine(error.to_string()))
    }

    /// Where in the text the words are that the engine counts in characters from 1.
    pub(super) fn places(&self, words: &[(usize, usize)]) -> Vec<WordStart> {
        let place = |&(sample, character): &(usize, usize)| {
            let byte = *self.from.get(character.checked_sub(1)?)?;
            Some(WordStart { sample, byte })
        };
        let mut places: Vec<WordStart> = words.iter().filter_map(place).collect();
        // It may speak what it reads twice, or in another order ("$5").
        let mut last = None;
        places.retain(|word| {
            let ascends = last.is_none_or(|last| last < word.byte);
            last = last.max(Some(word.byte));
            ascends
        });
        places
    }
}

/// The sign that ended a clause. The engine reads on for a character or two to be sure that it has
/// ended; the end of the text ends a clause like a full stop.
pub(super) fn end_of_clause(read: &str) -> char {
    let sign = |c| match c {
        '.' | '…' | '。' | '．' => Some('.'),
        ',' | '，' | '、' => Some(','),
        '?' | '？' => Some('?'),
        '!' | '！' => Some('!'),
        ':' | '：' => Some(':'),
        ';' | '；' => Some(';'),
        _ => None,
    };
    let last = read.trim_end().chars().rev().take(4).map(sign);
    // Of several, such as "?!", the first.
    let run = last.skip_while(Option::is_none).map_while(|sign| sign);
    run.last().unwrap_or('.')
}

/// The engine marks words that it reads as another language's, like `(en)`.
pub(super) fn without_language_switches(said: &str) -> String {
    let mut inside = false;
    let spoken = said.chars().filter(|&c| {
        inside = c == '(' || inside && c != ')';
        !inside && c != ')'
    });
    spoken.collect()
}
