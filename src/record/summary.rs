//! A call in one line: what a list of calls needs.

use super::Transcript;
use crate::call::{EndReason, EventKind};
use jiff::Timestamp;
use serde::Serialize;

/// One call, summed up from its events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub id: String,
    /// Absent in a rehearsal, and when the beginning of the record is missing.
    pub started: Option<Timestamp>,
    /// Who called, as the network says.
    pub caller: Option<String>,
    pub dialplan: Option<String>,
    /// Until the call's end, or as far as the record goes.
    pub duration_ms: u64,
    /// Absent while the call goes on, and when the server died in it.
    pub end: Option<EndReason>,
    /// How often the caller said something or pressed a key.
    pub turns: u32,
    pub human: Human,
}

/// How far a caller got on the way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Human {
    NotAsked,
    /// Asked, or was to be put through, and never arrived.
    NotReached,
    Reached,
}

impl Summary {
    pub fn of(transcript: &Transcript) -> Summary {
        let mut summary = Summary {
            id: transcript.id.clone(),
            started: None,
            caller: None,
            dialplan: None,
            duration_ms: 0,
            end: None,
            turns: 0,
            human: Human::NotAsked,
        };
        // What was heard and not understood is two events of one turn.
        let mut heard = false;
        for event in &transcript.events {
            summary.duration_ms = summary.duration_ms.max(event.at_ms);
            match &event.kind {
                EventKind::CallStarted {
                    caller,
                    dialplan,
                    started,
                    ..
                } => {
                    summary.caller.clone_from(caller);
                    summary.dialplan = Some(dialplan.clone());
                    summary.started = started.as_ref().and_then(|at| at.parse().ok());
                }
                EventKind::Heard { .. } => {
                    summary.turns += 1;
                    heard = true;
                }
                EventKind::NotUnderstood { .. } if !heard => summary.turns += 1,
                EventKind::Digit { .. } => summary.turns += 1,
                EventKind::Understood { .. } | EventKind::NotUnderstood { .. } => heard = false,
                EventKind::SpeechStarted => heard = false,
                EventKind::AskedForHuman { .. }
                | EventKind::TransferStarted { .. }
                | EventKind::Queued { .. }
                    if summary.human == Human::NotAsked =>
                {
                    summary.human = Human::NotReached;
                }
                EventKind::Transferred { .. } | EventKind::Connected { .. } => {
                    summary.human = Human::Reached;
                }
                EventKind::CallEnded {
                    reason,
                    duration_ms,
                } => {
                    summary.end = Some(*reason);
                    summary.duration_ms = *duration_ms;
                }
                _ => {}
            }
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::parse;

    fn summary(lines: &[&str]) -> Summary {
        let line = |rest: &&str| format!("{{\"call\":\"a\",{rest}}}\n");
        let transcript = parse("a", lines.iter().map(line).collect::<String>().as_bytes());
        assert_eq!(transcript.notes, [""; 0]);
        Summary::of(&transcript)
    }

    const HEARD: &str =
        r#""at_ms":900,"event":"heard","text":"hm","confidence":0.5,"engine":"x","took_ms":1"#;
    const NOT_UNDERSTOOD: &str = r#""at_ms":901,"event":"not_understood","text":"hm""#;

    #[test]
    fn turns_are_what_the_caller_said_or_pressed() {
        let nothing_made_out = r#""at_ms":2000,"event":"not_understood","text":"""#;
        let digit = r#""at_ms":3000,"event":"digit","key":"0""#;
        let summary = summary(&[HEARD, NOT_UNDERSTOOD, nothing_made_out, digit]);
        assert_eq!(summary.turns, 3);
    }

    #[test]
    fn a_call_without_an_end_lasted_as_far_as_it_is_known() {
        let unfinished = summary(&[HEARD]);
        assert_eq!((unfinished.end, unfinished.duration_ms), (None, 900));
        let finished = summary(&[
            HEARD,
            r#""at_ms":950,"event":"call_ended","reason":"shutdown","duration_ms":960"#,
        ]);
        assert_eq!(
            (finished.end, finished.duration_ms),
            (Some(EndReason::Shutdown), 960)
        );
    }

    #[test]
    fn asking_for_a_person_is_not_reaching_one() {
        let asked = r#""at_ms":1,"event":"asked_for_human","how":"key""#;
        let began = r#""at_ms":2,"event":"transfer_started","target":"sip:desk@x""#;
        let failed = r#""at_ms":3,"event":"transfer_failed","target":"sip:desk@x","reason":"busy""#;
        let reached = r#""at_ms":4,"event":"transferred","target":"sip:desk@x""#;
        assert_eq!(summary(&[HEARD]).human, Human::NotAsked);
        assert_eq!(summary(&[asked, began, failed]).human, Human::NotReached);
        assert_eq!(
            summary(&[asked, began, failed, began, reached]).human,
            Human::Reached
        );
    }
}
