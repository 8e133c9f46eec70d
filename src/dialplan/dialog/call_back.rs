//! The built-in matter of being called back: which number it shall be.
//!
//! An intent like those of the file, so that all that is true of them is true of it: side questions,
//! corrections, keys, key 0, the check. Its names have a dot in them, which no name of a file has.

use super::super::defaults::Defaults;
use super::super::{Case, Expression, Intent, Knowledge, Slot, Then};
use crate::understand::values::Kind;

/// Whether the caller's own number can be called; in its conditions only.
pub const CALLER: &str = "caller.number";
/// Whether it shall be that one; and the number, if not.
const HERE: &str = "call-back.here";
const NUMBER: &str = "call-back.number";
pub const NAMES: [&str; 2] = [HERE, NUMBER];
/// The slots by their place in the intent.
pub const HERE_SLOT: usize = 0;
pub const NUMBER_SLOT: usize = 1;
/// What it is called in records.
const NAME: &str = "call-back";

/// Asks for the number, and ends with [`Then::CallBack`].
pub fn intent(defaults: &Defaults) -> Intent {
    let when = |text: &str| Expression::parse(text).ok();
    let slot = |name: &str, kind, ask: &[&str], confirm, when| Slot {
        name: name.into(),
        kind,
        ask: ask.iter().map(|&text| text.into()).collect(),
        confirm,
        when,
    };
    // A number that is said at once needs no other question, and is said back.
    let here = when("caller.number and not call-back.number");
    let number = when("not (caller.number and call-back.here) or call-back.number");
    Intent {
        name: NAME.into(),
        called: defaults.call_back.into(),
        examples: Vec::new(),
        slots: vec![
            slot(HERE, Kind::YesNo, defaults.call_back_here, false, here),
            slot(NUMBER, Kind::Phone, defaults.call_back_number, true, number),
        ],
        lookup: None,
        confirm: None,
        cases: vec![Case {
            when: None,
            say: Vec::new(),
            then: Then::CallBack,
            barge_in: true,
        }],
        knowledge: Knowledge::default(),
        promotion: false,
        reach: None,
    }
}

/// The digits of a number that can be called, with a + where there is one.
pub fn number(written: &str) -> Option<String> {
    let is_dressing = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
    let number = written.replace(is_dressing, "");
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number = (3..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(number)
}
