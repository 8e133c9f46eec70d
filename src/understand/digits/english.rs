//! English digits and numbers.

use super::super::completeness::among;
use super::super::normalise::{ONES, TENS, Token, tokens};
use super::Piece;

/// Digits and words in the order in which they were said; words without their apostrophes.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let said = Said(tokens(without_a_sigh(text)));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while let Some(token) = said.0.get(at) {
        let after_digits = pieces.last().is_some_and(|piece| piece.digits().is_some());
        match said.digits_at(at, after_digits) {
            Some((digits, length)) => {
                pieces.push(Piece::Digits(digits));
                at += length;
            }
            None => {
                let (Token::Word(word) | Token::Number(word)) = token;
                pieces.push(Piece::Word(word.replace('\'', "")));
                at += 1;
            }
        }
    }
    pieces
}

/// "Oh, 4 5 6" begins with a sigh; "oh four five six" with a zero.
fn without_a_sigh(text: &str) -> &str {
    let text = text.trim_start();
    match text.split_once(',') {
        Some((first, rest)) if first.eq_ignore_ascii_case("oh") => rest,
        _ => text,
    }
}

/// Whether `words` are only what people say around a number; `before` the first digit they may
/// also tell what number it is.
pub(super) fn is_filler(words: &[String], before: bool) -> bool {
    let filler = |words: &[String]| words.iter().all(|word| among(word, FILLER));
    if filler(words) {
        return true;
    }
    // "The parcel number on the letter is".
    let whose = words.iter().position(|word| among(word, WHOSE));
    let is = words.iter().rposition(|word| among(word, IS));
    let (Some(whose), Some(is)) = (whose, is) else {
        return false;
    };
    let (Some(start), Some(named), Some(end)) =
        (words.get(..whose), words.get(whose..is), words.get(is..))
    else {
        return false;
    };
    let tells = named.len() <= LONGEST_NAME && !named.iter().any(|word| among(word, NO_NAME));
    before && tells && filler(start) && filler(end)
}

/// What was said, token by token.
struct Said(Vec<Token>);

impl Said {
    /// The digits that begin at a token, and how many tokens say them.
    fn digits_at(&self, at: usize, after_digits: bool) -> Option<(String, usize)> {
        if let Some(Token::Number(written)) = self.0.get(at) {
            let digits: String = written.chars().filter(char::is_ascii_digit).collect();
            // "21st" is a day or a floor.
            let ordinal = written.contains(char::is_alphabetic);
            return (!ordinal).then_some((digits, 1));
        }
        let word = self.word(at);
        if let Some((_, times)) = TIMES.iter().find(|(name, _)| *name == word) {
            let digit = self.single(at + 1)?;
            return Some((digit.repeat(*times), 2));
        }
        // "Oh I see", "four to five": digits only among digits.
        if among(word, OH) {
            let mut next = at + 1;
            while among(self.word(next), OH) {
                next += 1;
            }
            return (after_digits || self.is_digit(next)).then(|| ("0".to_owned(), 1));
        }
        if let Some((_, digit)) = SOUNDS_LIKE.iter().find(|(name, _)| *name == word) {
            let within = after_digits && self.is_digit(at + 1);
            return within.then(|| ((*digit).to_owned(), 1));
        }
        if word == "one" && !after_digits && !self.is_digit(at + 1) {
            let before = at.checked_sub(1).map_or("", |before| self.word(before));
            if among(before, BEFORE_SOME_ONE) || among(self.word(at + 1), AFTER_ONE) {
                return None;
            }
        }
        self.number(at)
    }

    /// "Five", "twenty three", "nine hundred and five", "two thousand".
    fn number(&self, at: usize) -> Option<(String, usize)> {
        let some = among(self.word(at), "a") && among(self.word(at + 1), "hundred thousand");
        let (mut value, length) = if some { (1, 1) } else { self.below_100(at)? };
        let mut end = at + length;
        if value == 0 {
            return Some(("0".to_owned(), length));
        }
        if self.word(end) == "hundred" {
            value = 100 * value + self.rest(&mut end);
        }
        if self.word(end) == "thousand" {
            value *= 1000;
            let hundreds = self.below_100(end + 1).filter(|(value, _)| *value < 10);
            match hundreds {
                Some((hundreds, length)) if self.word(end + 1 + length) == "hundred" => {
                    end += 1 + length;
                    value += 100 * hundreds;
                }
                _ => {}
            }
            value += self.rest(&mut end);
        }
        Some((value.to_string(), end - at))
    }

    /// What is added to a hundred or thousand, whose word stands at `end`.
    fn rest(&self, end: &mut usize) -> usize {
        *end += 1;
        let and = usize::from(self.word(*end) == "and");
        match self.below_100(*end + and) {
            // "Eight hundred five five five" has a digit after the number, not in it.
            Some((value, length))
                if and > 0 || value > 9 || value > 0 && !self.is_digit(*end + length) =>
            {
                *end += and + length;
                value
            }
            _ => 0,
        }
    }

    fn below_100(&self, at: usize) -> Option<(usize, usize)> {
        let one = |at: usize| ONES.iter().position(|one| *one == self.word(at));
        let ten = TENS.iter().position(|ten| *ten == self.word(at));
        if let Some(tens) = ten.filter(|tens| *tens > 0) {
            return Some(match one(at + 1) {
                Some(ones @ 1..10) => (10 * tens + ones, 2),
                _ => (10 * tens, 1),
            });
        }
        let zero = among(self.word(at), "nought naught").then_some(0);
        Some((one(at).or(zero)?, 1))
    }

    /// A single digit: what may be doubled.
    fn single(&self, at: usize) -> Option<String> {
        if let Some(Token::Number(digit)) = self.0.get(at) {
            return (digit.len() == 1).then(|| digit.clone());
        }
        if among(self.word(at), OH) {
            return Some("0".to_owned());
        }
        let (digit, _) = self.below_100(at).filter(|(digit, _)| *digit < 10)?;
        Some(digit.to_string())
    }

    fn is_digit(&self, at: usize) -> bool {
        let word = self.word(at);
        match self.0.get(at) {
            Some(Token::Number(written)) => !written.contains(char::is_alphabetic),
            _ => {
                self.below_100(at).is_some()
                    || among(word, OH)
                    || TIMES.iter().any(|(name, _)| *name == word)
            }
        }
    }

    /// Empty where no word is.
    fn word(&self, at: usize) -> &str {
        match self.0.get(at) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }
}

const TIMES: [(&str, usize); 3] = [("double", 2), ("triple", 3), ("treble", 3)];
const OH: &str = "oh o";
/// How recognisers write digits that are words, too.
const SOUNDS_LIKE: [(&str, &str); 5] = [
    ("to", "2"),
    ("too", "2"),
    ("for", "4"),
    ("ate", "8"),
    ("won", "1"),
];
const BEFORE_SOME_ONE: &str = "
    that this which the another no any every each only other new last next right wrong first some";
const AFTER_ONE: &str = "of moment second sec minute more thing time day who that";

const FILLER: &str = "
    uh um uhm erm er ah hmm hm mm oh well so okay ok yes yeah yep no nope sorry sure right alright
    hello hi please thanks thank you and then its it is was that thats this dash hyphen space the
    number numbers digits my id code pin here we go goes let me see i think believe have got ive
    know guess again said just actually all everything done a starts begins ends with in";
/// Begins to tell what number it is.
const WHOSE: &str = "my our the your his her their this that its";
/// Ends it.
const IS: &str = "is was number numbers code id pin reads says";
const LONGEST_NAME: usize = 6;
/// Who says these tells something else.
const NO_NAME: &str = "
    not never what where when why how who which cannot cant dont doesnt if want need would could can
    to";
