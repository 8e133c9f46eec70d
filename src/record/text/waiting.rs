//! What happens to a caller on the way to a person, in words.

use super::Ink;
use super::show::clock;
use crate::call::EventKind;
use crate::human::{Left, Wait};
use std::collections::BTreeMap;

/// Who did it, how it is painted, and the words; `None` for what is of something else.
pub fn in_words(event: &EventKind) -> Option<(&'static str, Ink, String)> {
    let (ink, text) = match event {
        EventKind::TransferStarted {
            target,
            wanted,
            given,
        } => {
            let known = known(wanted, given);
            (Ink::Person, format!("calling {target}{known}"))
        }
        EventKind::TransferProgress { code } => (Ink::Person, progress(*code)),
        EventKind::Transferred { target } => {
            (Ink::Person, format!("a person has the caller: {target}"))
        }
        EventKind::TransferFailed { target, reason } => (
            Ink::Trouble,
            format!("{target} not reached: {reason}; the caller is back"),
        ),
        EventKind::Queued {
            queue,
            position,
            wait,
            kept,
            wanted,
            given,
        } => {
            let known = known(wanted, given);
            let kept = match kept {
                true => ", the place of an earlier call",
                false => "",
            };
            let wait = lasting(*wait);
            let text = format!("waits in {queue}{known}: number {position}{wait}{kept}");
            (Ink::Person, text)
        }
        EventKind::QueueUpdate { position, wait } => {
            let wait = lasting(*wait);
            (Ink::Person, format!("is number {position} now{wait}"))
        }
        EventKind::QueueRefused { why } => (Ink::Trouble, format!("cannot wait: {why}")),
        EventKind::LeftQueue { how, waited_ms } => {
            let how = match how {
                Left::HungUp => "hangs up",
                Left::BackToBot => "goes back to the bot",
                Left::Message => "leaves a message instead",
                Left::LineLost => "is cut off; the place is kept for a while",
            };
            let waited = clock(*waited_ms);
            (Ink::Person, format!("after waiting {waited} {how}"))
        }
        EventKind::AgentOffered { agent } => (Ink::Person, format!("{agent}'s phone rings")),
        EventKind::AgentNotTaken { agent, why } => {
            (Ink::Person, format!("{agent} does not take it: {why}"))
        }
        EventKind::Connected { agent, waited_ms } => {
            let waited = clock(*waited_ms);
            let text = format!("{agent} has the caller, after waiting {waited}");
            (Ink::Person, text)
        }
        EventKind::AgentLost { agent } => {
            let text = format!("{agent}'s phone is gone; the caller waits again");
            (Ink::Trouble, text)
        }
        EventKind::CallBackPromised { id, number } => {
            let text = format!("will be called back at {number} (promise {id})");
            (Ink::Person, text)
        }
        EventKind::CallBackRefused { number, why } => {
            (Ink::Trouble, format!("no call-back to {number}: {why}"))
        }
        EventKind::CallBackCancelled { number, found } => {
            let text = match found {
                true => format!("no call-back to {number} any more"),
                false => format!("there was no call-back to {number}"),
            };
            (Ink::Person, text)
        }
        EventKind::MessageLeft { duration_ms } => {
            let text = format!("[leaves a message, {}]", clock(*duration_ms));
            return Some(("caller", Ink::Caller, text));
        }
        _ => return None,
    };
    Some(("", ink, text))
}

fn lasting(wait: Option<Wait>) -> String {
    match wait {
        Some(wait) => format!(", for {} to {}", clock(wait.least_ms), clock(wait.most_ms)),
        None => String::new(),
    }
}

/// What somebody already knows about a caller.
fn known(wanted: &[String], given: &BTreeMap<String, String>) -> String {
    let given = given.iter().map(|(name, value)| format!("{name} {value}"));
    let known: Vec<String> = wanted.iter().cloned().chain(given).collect();
    match known.is_empty() {
        true => String::new(),
        false => format!(" about {}", known.join(", ")),
    }
}

fn progress(code: u16) -> String {
    let meaning = match code {
        100 => "trying",
        180 => "ringing",
        181 => "being forwarded",
        182 => "queued",
        183 => "in progress",
        200..=299 => "answered",
        403 | 603 => "declined",
        404 | 604 => "unknown there",
        408 | 480 => "not available",
        486 | 600 => "busy",
        487 => "cancelled",
        _ => return format!("their phone reports {code}"),
    };
    format!("their phone reports {code}, {meaning}")
}
