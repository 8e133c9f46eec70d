//! Amounts of money: "twelve fifty", "$12.50", "a hundred quid", 三百五十块.

mod english;
mod mandarin;

use super::correction::takes_back;
use super::said::Said;
use super::{Asked, Hit, Language, Value};
use std::ops::Range;

/// What money is counted in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    Usd,
    Gbp,
    Eur,
    Cny,
}

impl Currency {
    /// The one that is meant where none is said.
    pub fn of(language: Language) -> Currency {
        match language {
            Language::EnglishUs => Currency::Usd,
            Language::EnglishGb => Currency::Gbp,
            Language::Mandarin => Currency::Cny,
        }
    }
}

/// An amount as it was said: hundredths, and the currency if one was named.
struct Amount {
    minor: u64,
    currency: Option<Currency>,
}

/// Numbers without a currency count where no other names one, or where they correct one that does.
pub(super) fn find(said: &Said, asked: &Asked) -> Vec<Hit> {
    let amounts = amounts(said, asked.language);
    let named = amounts.iter().any(|(amount, _)| amount.currency.is_some());
    let mut hits: Vec<Hit> = Vec::new();
    let mut last = None;
    for (amount, tokens) in amounts {
        let corrects = hits
            .last()
            .is_some_and(|hit| takes_back(said, asked.language, hit.tokens.end..tokens.start));
        let currency = match amount.currency {
            None if corrects => last,
            None if named => continue,
            currency => currency,
        };
        let Ok(minor) = i64::try_from(amount.minor) else {
            continue;
        };
        let below_zero = said.is(tokens.start.wrapping_sub(1), "minus negative 负");
        let (minor, tokens) = match below_zero {
            true => (-minor, tokens.start - 1..tokens.end),
            false => (minor, tokens),
        };
        last = currency;
        let currency = currency.unwrap_or(Currency::of(asked.language));
        hits.push(Hit {
            value: Value::Money { minor, currency },
            tokens,
            unfinished: false,
        });
    }
    hits
}

fn amounts(said: &Said, language: Language) -> Vec<(Amount, Range<usize>)> {
    let mut amounts = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let amount = match language {
            Language::EnglishUs | Language::EnglishGb => english::at(said, at, language),
            Language::Mandarin => mandarin::at(said, at),
        };
        match amount {
            Some((amount, end)) => {
                amounts.push((amount, at..end));
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    amounts
}

/// Hundredths of a number that is written with at most two decimals.
fn hundredths(written: &str) -> Option<u64> {
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let fraction = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<u64>().ok()? * 10,
        2 => fraction.parse().ok()?,
        _ => return None,
    };
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(fraction)
}
