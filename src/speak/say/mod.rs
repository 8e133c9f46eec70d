//! Words for a voice: what is written, as a person would say it on the phone.
//!
//! A [`Value`] is something whose kind is known, such as the date in a dialplan's slot;
//! [`Value::say`] puts it in words. [`text`] does the same for what it recognises by its written
//! form in a prompt and leaves every other character alone. A dialplan's own [`Pronunciations`]
//! come before every rule. Values that were said pass through [`text`] unchanged, so that a
//! template can be filled first and then said as a whole.
//!
//! The result is plain words with punctuation for pauses: no markup, nothing that depends on the
//! voice but the letter A, which eSpeak NG would read as an article.
//!
//! ```ignore
//! let mine = Pronunciations::new([("Nguyen", "nwin")])?;
//! let words = say::text(Language::EnglishUs, "Dr. Nguyen is in from 9:05 am.", &mine);
//! assert_eq!(words, "Doctor nwin is in from nine oh five AM.");
//! ```

mod abbreviations;
mod address;
mod english;
mod english_dates;
mod english_text;
mod mandarin;
mod mandarin_text;
mod number;
mod pronunciations;
mod scan;

#[cfg(test)]
mod tests;

pub use number::{Decimal, NotANumber};
pub use pronunciations::{BadPronunciation, Pronunciations};

use crate::understand::Language;
use jiff::civil::{Date, Time};
use std::time::Duration;

/// Something to be said whose kind is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number on its own: "one thousand nine hundred", "minus five", "zero point five".
    Number(Decimal),
    /// How many of something that is named next: "two", 两.
    Count(u64),
    /// "twenty first".
    Ordinal(u64),
    /// "nineteen hundred", "twenty oh five".
    Year(u16),
    /// "twelve dollars and fifty cents".
    Money(Decimal, Currency),
    /// In the order of the region, with the parts beside month and day that are wanted.
    Date {
        date: Date,
        weekday: bool,
        year: bool,
    },
    /// With the part of the day; seconds are not said.
    Time(Time),
    /// Opening hours: from, to.
    Hours(Time, Time),
    /// Digit by digit; groups as written, else as such numbers are usually said.
    Phone(String),
    /// Letter by letter and digit by digit; groups as written, else of at most four.
    Code(String),
    /// An e-mail or web address.
    Address(String),
    /// Hours, minutes and seconds, such as how long a caller has to wait.
    Lasting(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    Usd,
    Gbp,
    Eur,
    Cny,
}

impl Value {
    /// The words for it. Of a phone number, code or address, characters that nobody says are left
    /// out.
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::EnglishUs => english::say(self, english::Region::Us),
            Language::EnglishGb => english::say(self, english::Region::Gb),
            Language::Mandarin => mandarin::say(self),
        }
    }
}

/// `text` with numbers, money, dates, times, phone numbers, codes, addresses and abbreviations in
/// words and everything else as it is, sentence ends included.
pub fn text(language: Language, text: &str, pronunciations: &Pronunciations) -> String {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            english_text::rewrite(text, language, pronunciations)
        }
        Language::Mandarin => mandarin_text::rewrite(text, pronunciations),
    }
}
