//! Mandarin digits and numbers.

use super::super::mandarin::{DIGITS, normalise};
use super::Piece;

/// Digits and characters in the order in which they were said.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    // Written digits are said one by one, whatever they would be together.
    let said: String = text.chars().map(spoken).collect();
    let words = normalise(&said);
    let said = Said(words.iter().map(|word| one_character(word)).collect());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let after_digits = pieces.last().is_some_and(|piece| piece.digits().is_some());
        match said.digits_at(at, after_digits) {
            Some((digits, length)) => {
                pieces.push(Piece::Digits(digits));
                at += length;
            }
            None => {
                pieces.push(Piece::Word(word.clone()));
                at += 1;
            }
        }
    }
    pieces
}

/// A digit, ASCII or full-width, as its character.
fn spoken(c: char) -> char {
    let narrow = match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let digit = narrow
        .to_digit(10)
        .and_then(|digit| DIGITS.get(digit as usize));
    digit.copied().unwrap_or(c)
}

fn one_character(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// Whether `words` are only what people say around a number; `before` the first digit they may
/// also tell what number it is.
pub(super) fn is_filler(words: &[String], before: bool) -> bool {
    let text = words.concat();
    let named = text.ends_with(['是', '号', '码', '为'])
        && text.chars().count() <= LONGEST_NAME
        && !text.contains(NO_NAME);
    text.chars().all(|c| FILLER.contains(c)) || before && named
}

/// What was said, character by character; None for what is none.
struct Said(Vec<Option<char>>);

impl Said {
    /// The digits that begin at a character, and how many characters say them.
    fn digits_at(&self, at: usize, after_digits: bool) -> Option<(String, usize)> {
        let before = at.checked_sub(1).and_then(|before| self.at(before));
        let next = self.at(at + 1);
        let is = |c: Option<char>, of: &str| c.is_some_and(|c| of.contains(c));
        let word = match self.at(at)? {
            '一' => is(before, "第万唯统期周拜") || is(next, AFTER_ONE),
            '二' => is(before, "第期周拜") || next == Some('个'),
            '十' => is(next, "分足"),
            _ => is(before, "第期周拜"),
        };
        if word && !after_digits {
            return None;
        }
        let alone = self.digit(at);
        let alone = alone.filter(|digit| *digit == 0 || self.unit(at + 1).is_none());
        match alone {
            Some(digit) => Some((digit.to_string(), 1)),
            None => self.number(at),
        }
    }

    /// 二十三, 九百零五, 三千二: at least one unit is in it.
    fn number(&self, from: usize) -> Option<(String, usize)> {
        let (mut value, mut last, mut at) = (0, 10_000, from);
        loop {
            let counted = self.digit(at).filter(|digit| *digit > 0);
            let unit = self.unit(at + 1).filter(|unit| *unit < last);
            if let (Some(digit), Some(unit)) = (counted, unit) {
                value += digit * unit;
                (last, at) = (unit, at + 2);
            } else if self.at(at) == Some('十') && last > 10 {
                value += 10;
                (last, at) = (10, at + 1);
            } else {
                break;
            }
            // 零 stands for the units that are left out.
            let gap = self.at(at) == Some('零') && last > 10;
            let after = at + usize::from(gap);
            let smaller = self.unit(after + 1).is_some_and(|unit| unit < last);
            let more = self.digit(after + 1).is_some() || self.unit(after + 1).is_some();
            match self.digit(after).filter(|digit| *digit > 0) {
                Some(_) if smaller => at = after,
                Some(digit) if gap && !more => {
                    value += digit;
                    at = after + 1;
                    break;
                }
                // 二十三四 is 23 and 4, but 三百五四 is 300 and 54.
                Some(digit) if !gap && (last == 10 || !more) => {
                    value += digit * (last / 10);
                    at = after + 1;
                    break;
                }
                _ => {}
            }
        }
        (at > from).then(|| (value.to_string(), at - from))
    }

    fn digit(&self, at: usize) -> Option<usize> {
        DIGITS.iter().position(|digit| self.at(at) == Some(*digit))
    }

    fn unit(&self, at: usize) -> Option<usize> {
        match self.at(at)? {
            '十' => Some(10),
            '百' => Some(100),
            '千' => Some(1000),
            _ => None,
        }
    }

    fn at(&self, at: usize) -> Option<char> {
        self.0.get(at).copied().flatten()
    }
}

/// 一 is no digit before these: 一下, 一个.
const AFTER_ONE: &str = "下个样会起直定共般些种位次边遍声旦";

const FILLER: &str = "我的你他是号码编客户那个就这好请对没错了吧呢谢然后杠横空格再来给是说完啦";
const LONGEST_NAME: usize = 14;
/// Who says these tells something else.
const NO_NAME: [char; 8] = ['不', '么', '怎', '哪', '吗', '何', '想', '要'];
