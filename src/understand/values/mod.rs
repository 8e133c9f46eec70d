//! Typed values out of what a caller said: "half past two on Thursday" has a date and a time in it.
//!
//! [`find`] takes the kind of value that is wanted and finds every one in a text, however a
//! recogniser wrote it ("$12.50", "twelve fifty"), with the place where it stands, so that a dialog
//! can cut it out of the sentence, fill several slots from one breath and see whether anything else
//! was said. What a caller takes back at once ("Tuesday, I mean Wednesday") is not found. Around it
//! [`yes_or_no`] reads an answer to a yes-or-no question and [`correction`] the words that take an
//! earlier answer back. Nothing is asked, remembered or looked up here, and the time is given.
//!
//! ```ignore
//! let asked = Asked { language: Language::EnglishUs, now: date(2026, 11, 23).at(9, 0, 0, 0) };
//! let found = find(&Kind::Date, "can I come on Thursday", &asked);
//! assert_eq!(found[0].value.record(), "2026-11-26");
//! ```

mod choice;
mod code;
mod correction;
mod date;
mod duration;
mod money;
mod name;
mod number;
mod phone;
mod read_out;
pub(super) mod row;
pub(super) mod said;
mod time;
mod yes_no;

#[cfg(test)]
mod tests;

pub use choice::Choice;
pub use code::{BadPattern, Pattern};
pub use correction::correction;
pub use money::Currency;
pub use read_out::weekday;
pub use yes_no::{YesNo, yes_or_no};

use super::Language;
use jiff::civil::{Date, DateTime, Time};
use said::Said;
use std::ops::Range;

/// What kind of value is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    YesNo,
    /// A whole number, both ends included; others are not found.
    Number {
        least: i64,
        most: i64,
    },
    Money,
    /// The next such day, unless a year is said or the day is told from today ("yesterday").
    Date,
    /// One to six are in the afternoon and seven to eleven in the morning, unless something else
    /// is said.
    Time,
    /// Weeks at most: months have no length.
    Duration,
    Phone,
    /// A row of at least and at most so many digits. A shorter row is found, unfinished, where it
    /// is all that was said.
    Digits {
        least: usize,
        most: usize,
    },
    /// Letters and digits. A beginning of one is found, unfinished, where it ends what was said.
    Code(Pattern),
    /// One of a list.
    Choice(Vec<Choice>),
    /// A person's name.
    Name,
    /// All that was said.
    Text,
}

/// A value that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    YesNo(bool),
    Number(i64),
    /// In cents, pence or fen.
    Money {
        minor: i64,
        currency: Currency,
    },
    Date(Date),
    Time(Time),
    Duration(std::time::Duration),
    /// Digits, with a `+` before them where it was said.
    Phone(String),
    Digits(String),
    /// Capital letters and digits.
    Code(String),
    /// The choice's name.
    Choice(String),
    Name(String),
    Text(String),
}

/// What the answer to a question depends on beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub language: Language,
    /// The date and time where the company is.
    pub now: DateTime,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub value: Value,
    /// The bytes of the text that say it, what was taken back in favour of it included.
    pub at: Range<usize>,
    /// Whether the caller may have more to say about it: three of eight digits, "the fourteenth of".
    pub unfinished: bool,
}

/// Every value of a kind in `text`, in order and not overlapping.
pub fn find(kind: &Kind, text: &str, asked: &Asked) -> Vec<Found> {
    let said = Said::of(text);
    let hits = match kind {
        Kind::YesNo => return yes_no::find(text, asked.language),
        Kind::Text => return whole(text),
        Kind::Number { least, most } => number::find(&said, asked, *least..=*most),
        Kind::Money => money::find(&said, asked),
        Kind::Date => date::find(&said, asked),
        Kind::Time => time::find(&said, asked),
        Kind::Duration => duration::find(&said, asked),
        Kind::Phone => phone::find(&said, text, asked),
        Kind::Digits { least, most } => row::find(&said, text, asked, *least..=*most),
        Kind::Code(pattern) => code::find(&said, asked, pattern),
        Kind::Choice(choices) => choice::find(&said, asked, choices),
        Kind::Name => name::find(&said, text, asked),
    };
    let hits = correction::settled(&said, asked.language, hits);
    let last = hits.len().saturating_sub(1);
    let found = hits.into_iter().enumerate().map(|(index, hit)| {
        let at = said.bytes(hit.tokens.clone());
        let open = index == last && correction::goes_on(&said, text, asked.language, &hit);
        Found {
            value: hit.value,
            at,
            unfinished: hit.unfinished || open,
        }
    });
    found.collect()
}

fn whole(text: &str) -> Vec<Found> {
    let said = text.trim();
    if !said.contains(char::is_alphanumeric) {
        return Vec::new();
    }
    let start = text.len() - text.trim_start().len();
    vec![Found {
        value: Value::Text(said.to_owned()),
        at: start..start + said.len(),
        unfinished: false,
    }]
}

/// A value that some tokens say.
#[derive(Debug)]
struct Hit {
    value: Value,
    tokens: Range<usize>,
    unfinished: bool,
}

/// Tries every place in turn; `one` gives a value and the token after its last one.
fn scan(said: &Said, mut one: impl FnMut(usize) -> Option<(Value, usize)>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < said.len() {
        match one(at).filter(|(_, end)| *end > at) {
            Some((value, end)) => {
                hits.push(Hit {
                    value,
                    tokens: at..end,
                    unfinished: false,
                });
                at = end;
            }
            None => at += 1,
        }
    }
    hits
}

/// Whether nothing at a token belongs to the number, ordinal or hour that ends before it: "the
/// first, please", but not "the first time".
fn stands_alone(said: &Said, end: usize) -> bool {
    said.starts(end) || said.is(end, AFTER_A_VALUE) || !said.word(end).is_ascii()
}

/// In English, since no other language says the number of a day after its month.
const MONTHS: &str = "
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sept sep oct nov dec";

const AFTER_A_VALUE: &str = "
    a about actually after afternoon again all also although and any around as at because before but
    by can cause could date does evening exactly fine for from good guess he i i'd i'll i'm if in
    instead is isn't it it's like maybe me monday morning my next night no not november of ok okay
    on or perhaps please preferably rather right saturday sharp she should since so sorry still
    suits sunday sure than thank thanks that that's the then there they think this thursday till to
    today together tomorrow tonight too total tuesday until was we wednesday what when will
    with works would yes you friday ish each per altogether max maximum minimum";
