//! What was said as a row of words that know where they stand in the text.
//!
//! [`normalise`](super::super::normalise) is for comparing whole utterances and forgets places; here
//! every word, number and telling sign keeps its own, so that a value found among them can be cut
//! out of the sentence. A Chinese character is a word. Hesitations are gone.

use super::super::mandarin;
use std::ops::Range;

/// A word, a number or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Token {
    /// Lower case, simplified, `'` for every apostrophe; of a number its digits and perhaps a
    /// decimal point.
    pub word: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    pub number: bool,
    /// Written with capitals only.
    pub upper: bool,
    /// Nothing is between it and the token before.
    pub glued: bool,
    /// Punctuation is between it and the token before.
    pub pause: bool,
}

/// Tokens in order. Positions may lie beyond the end: no word is there.
#[derive(Debug)]
pub(in super::super) struct Said(pub(in super::super) Vec<Token>);

impl Said {
    pub(in super::super) fn of(text: &str) -> Said {
        let mut tokens = read(text);
        tokens.retain(|token| token.upper || !HESITATIONS.contains(&token.word.as_str()));
        Said(tokens)
    }

    pub(in super::super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Empty where nothing is.
    pub(in super::super) fn word(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |token| &token.word)
    }

    /// The word `back` words earlier.
    pub(in super::super) fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.word(at))
    }

    /// Whether the word is one of some that stand with spaces between them.
    pub(in super::super) fn is(&self, at: usize, one_of: &str) -> bool {
        let word = self.word(at);
        one_of.split_whitespace().any(|one| one == word)
    }

    /// The digits of a number that is written so.
    pub(in super::super) fn written(&self, at: usize) -> Option<&str> {
        let token = self.0.get(at).filter(|token| token.number)?;
        Some(&token.word)
    }

    pub(in super::super) fn glued(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|token| token.glued)
    }

    /// Whether a pause or nothing comes before the token.
    pub(in super::super) fn starts(&self, at: usize) -> bool {
        at == 0 || self.0.get(at).is_none_or(|token| token.pause)
    }

    /// Where the longest of some phrases ends that begins at a token. Phrases stand with `|`
    /// between them.
    pub(in super::super) fn phrase(&self, at: usize, phrases: &str) -> Option<usize> {
        let ends = phrases.split('|').filter_map(|phrase| self.one(at, phrase));
        ends.max()
    }

    /// Past the longest of some phrases, and past what follows of them.
    pub(in super::super) fn skip(&self, mut at: usize, phrases: &str) -> usize {
        while let Some(end) = self.phrase(at, phrases).filter(|end| *end > at) {
            at = end;
        }
        at
    }

    fn one(&self, mut at: usize, phrase: &str) -> Option<usize> {
        let mut rest = phrase.trim();
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let word = self.0.get(at).map(|token| token.word.as_str())?;
            let after = rest.strip_prefix(word)?;
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '\'');
            if latin(word.chars().next_back()) && latin(after.chars().next()) {
                return None;
            }
            rest = after.trim_start();
            at += 1;
        }
        Some(at)
    }

    /// Where one of some phrases begins and ends, from a token on.
    pub(in super::super) fn find(&self, from: usize, phrases: &str) -> Option<Range<usize>> {
        (from..self.len()).find_map(|at| Some(at..self.phrase(at, phrases)?))
    }

    /// The bytes of some tokens, from the first to the last; empty after the text's last token
    /// where there are none.
    pub(in super::super) fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        let place = |at: usize| self.0.get(at).map(|token| token.at.clone());
        let end = self.0.last().map_or(0, |token| token.at.end);
        let last = tokens.end.checked_sub(1).filter(|_| !tokens.is_empty());
        match (place(tokens.start), last.and_then(place)) {
            (Some(first), Some(last)) => first.start..last.end,
            (Some(first), None) => first.start..first.start,
            _ => end..end,
        }
    }
}

const HESITATIONS: [&str; 9] = ["uh", "um", "uhm", "erm", "er", "ah", "hmm", "hm", "mm"];

fn read(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, narrow(c))).collect();
    let mut reader = Reader {
        end: text.len(),
        chars,
        at: 0,
        tokens: Vec::new(),
        glued: false,
        pause: false,
    };
    while reader.step() {}
    reader.tokens
}

/// A full-width sign, digit or letter as ASCII.
fn narrow(c: char) -> char {
    match c {
        '￥' => '¥',
        '、' | '。' => ',',
        '\u{2019}' | '\u{02bc}' | '`' => '\'',
        '−' | '–' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

struct Reader {
    chars: Vec<(usize, char)>,
    end: usize,
    at: usize,
    tokens: Vec<Token>,
    glued: bool,
    pause: bool,
}

impl Reader {
    fn char(&self, at: usize) -> char {
        self.chars.get(at).map_or(' ', |(_, c)| *c)
    }

    fn is_digit(&self, at: usize) -> bool {
        self.char(at).is_ascii_digit()
    }

    /// Reads one token or passes one character; false at the end.
    fn step(&mut self) -> bool {
        let Some((_, c)) = self.chars.get(self.at).copied() else {
            return false;
        };
        let start = self.at;
        let after_digit = start.checked_sub(1).is_some_and(|at| self.is_digit(at));
        if c.is_ascii_digit() {
            let word = self.digits();
            self.push(word, start, true);
        } else if is_han(c) {
            self.at += 1;
            match mandarin::normalise(c.encode_utf8(&mut [0; 4])).pop() {
                Some(word) => self.push(word, start, false),
                None => self.glued = false,
            }
        } else if c.is_alphabetic() {
            let word = self.letters();
            self.push(word, start, false);
        } else {
            self.at += 1;
            let before_digit = self.is_digit(self.at);
            match c {
                '$' | '£' | '€' | '¥' => self.push(c.to_string(), start, false),
                '%' => self.push("percent".to_owned(), start, false),
                '&' => self.push("and".to_owned(), start, false),
                ':' | '/' if after_digit && before_digit => {
                    self.push(c.to_string(), start, false);
                }
                '-' | '+' if before_digit => self.push(c.to_string(), start, false),
                '-' | '\'' | '(' | ')' | '"' | '#' | '*' => self.glued = false,
                c if c.is_whitespace() => self.glued = false,
                _ => {
                    self.glued = false;
                    self.pause = true;
                }
            }
        }
        true
    }

    /// With a decimal point, and without the commas between thousands.
    fn digits(&mut self) -> String {
        let mut word = self.run();
        let group = |reader: &Reader| {
            reader.char(reader.at) == ','
                && (1..=3).all(|ahead| reader.is_digit(reader.at + ahead))
                && !reader.is_digit(reader.at + 4)
        };
        if word.len() <= 3 && !word.starts_with('0') {
            while group(self) {
                self.at += 1;
                word += &self.run();
            }
        }
        if self.char(self.at) == '.' && self.is_digit(self.at + 1) {
            let point = self.at;
            self.at += 1;
            let fraction = self.run();
            // 4.5.6 are three numbers.
            if self.char(self.at) == '.' && self.is_digit(self.at + 1) || self.is_in_a_row(point) {
                self.at = point;
            } else {
                word = format!("{word}.{fraction}");
            }
        }
        word
    }

    /// Whether the point is not the first between digits that have nothing else between them.
    fn is_in_a_row(&self, point: usize) -> bool {
        let before = self.chars.get(..point).unwrap_or_default().iter().rev();
        let mut before = before.skip_while(|(_, c)| c.is_ascii_digit());
        before.next().is_some_and(|(_, c)| *c == '.')
            && before.next().is_some_and(|(_, c)| c.is_ascii_digit())
    }

    fn run(&mut self) -> String {
        let mut run = String::new();
        while self.is_digit(self.at) {
            run.push(self.char(self.at));
            self.at += 1;
        }
        run
    }

    /// "p.m." is one word, "o'clock" too.
    fn letters(&mut self) -> String {
        let mut word = String::new();
        let mut abbreviated = false;
        loop {
            let (c, next) = (self.char(self.at), self.char(self.at + 1));
            let letter = next.is_alphabetic() && !is_han(next);
            let single = word.chars().count() <= 2 && !self.char(self.at + 2).is_alphabetic();
            let combining = ('\u{0300}'..='\u{036f}').contains(&c);
            if (c.is_alphabetic() || combining) && !is_han(c) {
                word.extend(c.to_lowercase());
            } else if c == '\'' && letter {
                word.push('\'');
            } else if c == '.' && letter && single {
                abbreviated = true;
            } else {
                // The last dot of "p.m." belongs to it.
                self.at += usize::from(abbreviated && c == '.');
                return word;
            }
            self.at += 1;
        }
    }

    fn push(&mut self, word: String, start: usize, number: bool) {
        let byte = |at: usize| self.chars.get(at).map_or(self.end, |(byte, _)| *byte);
        let letters = self.chars.get(start..self.at).unwrap_or_default();
        let upper = letters.iter().any(|(_, c)| c.is_uppercase())
            && !letters.iter().any(|(_, c)| c.is_lowercase());
        self.tokens.push(Token {
            word,
            at: byte(start)..byte(self.at),
            number,
            upper,
            glued: self.glued,
            pause: self.pause,
        });
        self.glued = true;
        self.pause = false;
    }
}
