//! From calls to a changed dialplan. What was recorded is made by whole calls: the words are played by
//! the test, everything else is the call's own.

mod calls;
mod edit;
mod effect;
mod gather;
mod private;
mod propose;

use super::*;
use std::sync::Arc;

pub const PLAN: &str = include_str!("plan.toml");

pub fn plan() -> Arc<Dialplan> {
    parse(PLAN)
}

pub fn parse(text: &str) -> Arc<Dialplan> {
    let today = jiff::civil::date(2026, 11, 1);
    match Dialplan::parse(text, "plan.toml", today) {
        Ok(loaded) => Arc::new(loaded.dialplan),
        Err(error) => panic!("{error}"),
    }
}

pub fn missed(call: &str, text: &str) -> Missed {
    Missed {
        call: call.to_owned(),
        at_ms: 4000,
        started: None,
        text: text.to_owned(),
        trouble: Trouble::NotUnderstood,
        taken_for: None,
        label: None,
        ended: Ended::WentOn,
        given: Vec::new(),
    }
}

pub fn meant(call: &str, text: &str, intent: &str) -> Missed {
    Missed {
        label: Some(Label {
            intent: intent.to_owned(),
            how: Shown::OtherWords,
        }),
        ..missed(call, text)
    }
}
