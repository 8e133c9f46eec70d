//! Events as a conversation to read, briefly: one line for each thing that was said or done.

use crate::call::{Event, EventKind};

/// So many of the last lines show how a conversation came to where it is.
pub const LAST: usize = 10;

pub fn lines(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| line(&event.kind))
        .collect()
}

fn line(event: &EventKind) -> Option<String> {
    let (who, what) = match event {
        EventKind::PromptStarted { text, .. } => ("bot", text.clone()),
        EventKind::PromptInterrupted { .. } => ("", "(interrupted)".to_owned()),
        EventKind::Heard { text, .. } if text.is_empty() => {
            ("caller", "(no words made out)".to_owned())
        }
        EventKind::Heard { text, .. } => ("caller", text.clone()),
        EventKind::Digit { key, .. } => ("caller", format!("(presses {key})")),
        EventKind::NoInput => ("caller", "(says nothing)".to_owned()),
        EventKind::Understood { intent, score } => {
            ("", format!("(understood as {intent}, {score:.2})"))
        }
        EventKind::NotUnderstood { .. } => ("", "(not understood)".to_owned()),
        EventKind::Filled { name, value } => ("", format!("({name} = {value})")),
        EventKind::LookupStarted { name } => ("", format!("(asks {name})")),
        EventKind::LookupEnded { failed: Some(why) } => ("", format!("(no answer: {why})")),
        EventKind::Control { control } => ("", format!("({control:?})").to_lowercase()),
        EventKind::TransferStarted { .. } => ("bot", "(puts the caller through)".to_owned()),
        EventKind::Queued { position, .. } => ("", format!("(waits, number {position})")),
        EventKind::QueueRefused { why } => ("", format!("(nobody there: {why})")),
        EventKind::Connected { agent, .. } => ("", format!("({agent} has the caller)")),
        EventKind::CallBackPromised { number, .. } => ("bot", format!("(will call {number} back)")),
        EventKind::CallBackRefused { why, .. } => ("", format!("(no call-back: {why})")),
        EventKind::MessageLeft { duration_ms } => (
            "caller",
            format!("(leaves a message of {} s)", duration_ms / 1_000),
        ),
        EventKind::TransferFailed { reason, .. } => ("", format!("(nobody there: {reason})")),
        EventKind::EngineFailed { what, reason } => ("", format!("({what} failed: {reason})")),
        EventKind::CallEnded { reason, .. } => {
            let reason = super::scenario::end_of(*reason);
            ("", format!("(the call ended: {reason})"))
        }
        _ => return None,
    };
    Some(format!("{who:<7} {}", one_line(&what)))
}

/// Without what a terminal would obey.
fn one_line(text: &str) -> String {
    let obeyed =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let replaced = text.chars().map(|c| match c {
        _ if c.is_whitespace() => ' ',
        _ if obeyed(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    });
    replaced.collect()
}
