//! Proofs of small dialplans, and of dialplans that are made up at random.

mod random;
mod states;

use crate::dialplan::Dialplan;
use jiff::civil::date;

#[track_caller]
fn parsed(text: &str) -> Dialplan {
    let loaded = Dialplan::parse(text, "test.toml", date(2026, 6, 1));
    loaded
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .dialplan
}
