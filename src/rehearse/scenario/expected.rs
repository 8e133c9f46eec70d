//! What must come of a turn, and whether it did.
//!
//! A turn is judged by the events from its beginning to the beginning of the caller's next. Their
//! order matters only among prompts, and from a turn to one that merely waits.

use crate::call::{AskedHow, EndReason, Event, EventKind};
use std::fmt;

/// An expectation, and the line in which it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub line: usize,
    pub what: Expected,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// A part of the words recognised.
    Heard(String),
    Intent(String),
    Filled {
        name: String,
        value: String,
    },
    NotUnderstood,
    NoInput,
    /// A part of a prompt.
    Answer(String),
    NotAnswer(String),
    Asked(AskedHow),
    Interrupted,
    TransferFailed,
    /// At most so many milliseconds from the end of what the caller said to the first reply.
    Within(u64),
    Ends(EndReason),
}

pub const ASKED: [(&str, AskedHow); 7] = [
    ("key", AskedHow::Key),
    ("words", AskedHow::Words),
    ("dialplan", AskedHow::Dialplan),
    ("failures", AskedHow::Failures),
    ("engine", AskedHow::Engine),
    ("swearing", AskedHow::Swearing),
    ("raised_voice", AskedHow::RaisedVoice),
];

pub const ENDS: [(&str, EndReason); 11] = [
    ("transferred", EndReason::Transferred),
    ("agent_hung_up", EndReason::AgentHungUp),
    ("call_back_promised", EndReason::CallBackPromised),
    ("message_left", EndReason::MessageLeft),
    ("finished", EndReason::Finished),
    ("caller_hung_up", EndReason::CallerHungUp),
    ("no_input", EndReason::NoInput),
    ("media_lost", EndReason::MediaLost),
    ("shutdown", EndReason::Shutdown),
    ("line_failed", EndReason::LineFailed),
    ("fault", EndReason::Fault),
];

/// As it is written in a file.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Heard(part) => write!(f, "heard = {part:?}"),
            Expected::Intent(intent) => write!(f, "intent = {intent:?}"),
            Expected::Filled { name, value } => write!(f, "filled = {{ {name} = {value:?} }}"),
            Expected::NotUnderstood => write!(f, "not_understood = true"),
            Expected::NoInput => write!(f, "no_input = true"),
            Expected::Answer(part) => write!(f, "answer = {part:?}"),
            Expected::NotAnswer(part) => write!(f, "not_answer = {part:?}"),
            Expected::Asked(how) => write!(f, "asked = {:?}", written(&ASKED, how)),
            Expected::Interrupted => write!(f, "interrupted = true"),
            Expected::TransferFailed => write!(f, "transfer_failed = true"),
            Expected::Within(ms) => write!(f, "within = \"{ms}ms\""),
            Expected::Ends(reason) => write!(f, "ends = {:?}", written(&ENDS, reason)),
        }
    }
}

fn written<T: PartialEq>(all: &[(&'static str, T)], wanted: &T) -> &'static str {
    let found = all.iter().find(|(_, value)| value == wanted);
    found.map_or("", |(name, _)| name)
}

/// After how many of these events all is met; or the line of what is not, and what came instead.
pub fn check(wanted: &[Wanted], events: &[Event], as_text: bool) -> Result<usize, (usize, String)> {
    let mut last_met = 0;
    let mut last_prompt = 0;
    for Wanted { line, what } in wanted {
        let from = match what {
            Expected::Answer(_) => last_prompt,
            // Nothing is recognised in a text.
            Expected::Heard(_) if as_text => continue,
            _ => 0,
        };
        let met = match what {
            Expected::NotAnswer(_) => !events.iter().any(|event| what.is_shown_by(&event.kind)),
            Expected::Within(ms) => first_sound(events).is_some_and(|after| after <= *ms),
            _ => {
                let mut later = events.iter().enumerate().skip(from);
                match later.find(|(_, event)| what.is_shown_by(&event.kind)) {
                    Some((at, _)) => {
                        last_met = last_met.max(at + 1);
                        if matches!(what, Expected::Answer(_)) {
                            // Several parts may be of one prompt.
                            last_prompt = at;
                        }
                        true
                    }
                    None => false,
                }
            }
        };
        if !met {
            let came = what.came_instead(events.get(from..).unwrap_or_default());
            return Err((*line, format!("expected {what}, but {came}")));
        }
    }
    Ok(last_met)
}

/// From the end of what the caller said to the first prompt.
fn first_sound(events: &[Event]) -> Option<u64> {
    events.iter().find_map(|event| match event.kind {
        EventKind::PromptStarted { after_ms, .. } => after_ms,
        _ => None,
    })
}

/// How a call ended, as files say it.
pub fn end(events: &[Event]) -> &'static str {
    let reason = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::CallEnded { reason, .. } => Some(reason),
        _ => None,
    });
    reason.map_or("it did not", |reason| end_of(*reason))
}

pub fn end_of(reason: EndReason) -> &'static str {
    written(&ENDS, &reason)
}

impl Expected {
    fn is_shown_by(&self, event: &EventKind) -> bool {
        match (self, event) {
            (Expected::Heard(part), EventKind::Heard { text, .. }) => text.contains(part),
            (Expected::Intent(wanted), EventKind::Understood { intent, .. }) => wanted == intent,
            (
                Expected::Filled { name, value },
                EventKind::Filled {
                    name: given,
                    value: as_value,
                },
            ) => name == given && value == as_value,
            (
                Expected::Answer(part) | Expected::NotAnswer(part),
                EventKind::PromptStarted { text, .. },
            ) => text.contains(part),
            (Expected::Asked(wanted), EventKind::AskedForHuman { how }) => wanted == how,
            (Expected::Ends(wanted), EventKind::CallEnded { reason, .. }) => wanted == reason,
            (Expected::NotUnderstood, EventKind::NotUnderstood { .. })
            | (Expected::NoInput, EventKind::NoInput)
            | (Expected::Interrupted, EventKind::PromptInterrupted { .. })
            | (
                Expected::TransferFailed,
                EventKind::TransferFailed { .. } | EventKind::QueueRefused { .. },
            ) => true,
            _ => false,
        }
    }

    /// What there was of the same sort.
    fn came_instead(&self, events: &[Event]) -> String {
        let all = |none: &str, of: &dyn Fn(&EventKind) -> Option<String>| {
            let mut came: Vec<String> = events.iter().filter_map(|e| of(&e.kind)).collect();
            came.dedup();
            match came.is_empty() {
                true => none.to_owned(),
                false => came.join(", then "),
            }
        };
        match self {
            Expected::Heard(_) => all("nothing was heard", &|event| match event {
                EventKind::Heard { text, .. } => Some(format!("{text:?} was heard")),
                _ => None,
            }),
            Expected::Intent(_) | Expected::NotUnderstood => {
                all("there was nothing to understand", &understood)
            }
            Expected::Filled { .. } => all("no value was given", &|event| match event {
                EventKind::Filled { name, value } => Some(format!("{name} = {value:?} was given")),
                _ => None,
            }),
            Expected::Answer(_) => all("nothing was said", &said),
            Expected::NotAnswer(part) => all("", &|event| match event {
                EventKind::PromptStarted { text, .. } if text.contains(part) => said(event),
                _ => None,
            }),
            Expected::Asked(_) => all("no person was asked for", &|event| match event {
                EventKind::AskedForHuman { how } => Some(format!(
                    "a person was asked for by {:?}",
                    written(&ASKED, how)
                )),
                _ => None,
            }),
            Expected::Within(_) => match first_sound(events) {
                Some(after) => format!("it took {after} ms"),
                None => "no reply came".to_owned(),
            },
            Expected::NoInput => "the caller was not asked again".to_owned(),
            Expected::Interrupted => "no prompt was interrupted".to_owned(),
            Expected::TransferFailed => "no transfer failed".to_owned(),
            Expected::Ends(_) => format!("the call's end was {:?}", end(events)),
        }
    }
}

fn understood(event: &EventKind) -> Option<String> {
    match event {
        EventKind::Understood { intent, score } => {
            Some(format!("{intent:?} was understood ({score:.2})"))
        }
        EventKind::NotUnderstood {
            text,
            nearest: Some(nearest),
            score: Some(score),
        } => Some(format!(
            "{text:?} was not understood (nearest is {nearest:?}, {score:.2})"
        )),
        EventKind::NotUnderstood { text, .. } => Some(format!("{text:?} was not understood")),
        EventKind::AskedForHuman { how } => Some(format!(
            "a person was asked for by {:?}",
            written(&ASKED, how)
        )),
        _ => None,
    }
}

fn said(event: &EventKind) -> Option<String> {
    match event {
        EventKind::PromptStarted { text, .. } => Some(format!("{text:?} was said")),
        _ => None,
    }
}
