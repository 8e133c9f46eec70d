//! Reading a call's file back, whatever became of it.

use super::RecordError;
use crate::call::Event;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// More than a day of talking; what is longer is not ours, and must not fill the memory.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// One call as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    pub id: String,
    /// In the order in which they were written.
    pub events: Vec<Event>,
    /// Lines that could not be used, in words: where, and why.
    pub notes: Vec<String>,
}

pub(super) fn transcript(id: &str, path: &Path) -> Result<Transcript, RecordError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
        .map_err(|source| RecordError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    Ok(parse(id, &bytes))
}

/// A call from the bytes of its file. Lines that are no event of this call become notes.
pub(super) fn parse(id: &str, bytes: &[u8]) -> Transcript {
    let mut transcript = Transcript {
        id: id.to_owned(),
        events: Vec::new(),
        notes: Vec::new(),
    };
    let mut number = 0;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        number += 1;
        let whole = line.ends_with(b"\n");
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let note = match serde_json::from_slice::<Event>(line) {
            Ok(event) if event.call == id => {
                transcript.events.push(event);
                continue;
            }
            Ok(event) => format!("belongs to call {}", event.call),
            Err(_) if !whole => "was cut off while it was written".to_owned(),
            Err(error) => reason(line, &error),
        };
        transcript
            .notes
            .push(format!("line {number} {note}; left out"));
    }
    transcript
}

fn reason(line: &[u8], error: &serde_json::Error) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(line).ok();
    match value.as_ref().and_then(|v| v.get("event")?.as_str()) {
        Some(kind) => format!("holds an event that this version cannot read ({kind}: {error})"),
        None => "is not an event".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::call::{AskedHow, EndReason, EventKind, InterruptedBy, OneWay, Way};
    use crate::dialplan::Completeness;
    use crate::human::{Left, Wait};
    use crate::understand::Control;
    use proptest::option;
    use proptest::prelude::*;

    const GOOD: &str = "{\"call\":\"a\",\"at_ms\":20,\"event\":\"digit\",\"key\":\"0\"}\n";

    #[test]
    fn a_call_cut_short_by_a_crash_has_all_but_its_last_line() {
        let whole = GOOD.repeat(3);
        for cut in 1..GOOD.len() - 1 {
            let transcript = parse("a", &whole.as_bytes()[..whole.len() - 1 - cut]);
            assert_eq!(transcript.events.len(), 2, "cut {cut}");
            assert_eq!(
                transcript.notes,
                ["line 3 was cut off while it was written; left out"]
            );
        }
        // Only the line's end is missing: the event is all there.
        let transcript = parse("a", &whole.as_bytes()[..whole.len() - 1]);
        assert_eq!((transcript.events.len(), transcript.notes.len()), (3, 0));
    }

    #[test]
    fn what_is_no_event_of_the_call_is_skipped_with_a_note() {
        let unknown = "{\"call\":\"a\",\"at_ms\":1,\"event\":\"moon_landing\"}\n";
        let wrong = "{\"call\":\"a\",\"at_ms\":1,\"event\":\"digit\",\"key\":12}\n";
        let foreign = GOOD.replace("\"a\"", "\"b\"");
        let mut bytes = format!("{GOOD}{unknown}garbage\n\n{wrong}[]\n{foreign}").into_bytes();
        bytes.extend(b"\xff\xfe\x00\n");
        bytes.extend(GOOD.replace("20", "30").bytes());
        let transcript = parse("a", &bytes);
        assert_eq!(transcript.events.len(), 2);
        let notes = transcript.notes.join("\n");
        assert_eq!(transcript.notes.len(), 6, "{notes}");
        assert!(
            notes.contains("line 2 holds") && notes.contains("moon_landing"),
            "{notes}"
        );
        assert!(notes.contains("line 3 is not an event"), "{notes}");
        assert!(notes.contains("line 7 belongs to call b"), "{notes}");
    }

    #[test]
    fn fields_that_a_later_version_adds_are_no_trouble() {
        let later = GOOD.replace("\"key\"", "\"held_ms\":120,\"key\"");
        assert_eq!(parse("a", later.as_bytes()).events.len(), 1);
    }

    pub fn any_event() -> impl Strategy<Value = Event> {
        let text = || any::<String>();
        let score = || 0.0f32..=1.0;
        let by = prop_oneof![
            Just(InterruptedBy::Speech),
            Just(InterruptedBy::Digit),
            Just(InterruptedBy::HangUp),
            Just(InterruptedBy::Shutdown),
        ];
        let how = prop_oneof![
            Just(AskedHow::Key),
            Just(AskedHow::Words),
            Just(AskedHow::Dialplan),
            Just(AskedHow::Failures),
            Just(AskedHow::Engine),
        ];
        let end = prop_oneof![
            Just(EndReason::CallerHungUp),
            Just(EndReason::Finished),
            Just(EndReason::Transferred),
            Just(EndReason::NoInput),
            Just(EndReason::MediaLost),
            Just(EndReason::Shutdown),
            Just(EndReason::LineFailed),
            Just(EndReason::Fault),
        ];
        let words = prop_oneof![
            Just(Completeness::Complete),
            Just(Completeness::Likely),
            Just(Completeness::Unclear),
            Just(Completeness::Unfinished),
        ];
        let wait = option::of(
            (any::<u64>(), any::<u64>()).prop_map(|(least_ms, most_ms)| Wait { least_ms, most_ms }),
        );
        let queue = prop_oneof![
            (text(), any::<usize>(), wait.clone(), any::<bool>()).prop_map(
                |(text, position, wait, kept)| EventKind::Queued {
                    queue: text.clone(),
                    position,
                    wait,
                    kept,
                    wanted: vec![text.clone()],
                    given: [(text.clone(), text)].into(),
                }
            ),
            (any::<usize>(), wait)
                .prop_map(|(position, wait)| EventKind::QueueUpdate { position, wait }),
            text().prop_map(|why| EventKind::QueueRefused { why }),
            any::<u64>().prop_map(|waited_ms| EventKind::LeftQueue {
                how: Left::LineLost,
                waited_ms,
            }),
            text().prop_map(|agent| EventKind::AgentOffered { agent }),
            (text(), text()).prop_map(|(agent, why)| EventKind::AgentNotTaken { agent, why }),
            (text(), any::<u64>())
                .prop_map(|(agent, waited_ms)| EventKind::Connected { agent, waited_ms }),
            text().prop_map(|agent| EventKind::AgentLost { agent }),
            (text(), text()).prop_map(|(id, number)| EventKind::CallBackPromised { id, number }),
            (text(), text()).prop_map(|(number, why)| EventKind::CallBackRefused { number, why }),
            (text(), any::<bool>())
                .prop_map(|(number, found)| EventKind::CallBackCancelled { number, found }),
            any::<u64>().prop_map(|duration_ms| EventKind::MessageLeft { duration_ms }),
        ];
        let way = prop_oneof![Just(Way::Rtp), Just(Way::Info), Just(Way::InBand)];
        let started = (
            option::of(text()),
            option::of(text()),
            text(),
            option::of(text()),
            option::of(text()),
            option::of(text()),
        );
        let kind = prop_oneof![
            started.prop_map(|(caller, called, dialplan, started, codec, sip_call_id)| {
                EventKind::CallStarted {
                    caller,
                    called,
                    diverted_from: codec.clone(),
                    dialplan,
                    started,
                    codec,
                    called_by: sip_call_id.clone(),
                    sip_call_id,
                }
            }),
            (text(), option::of(any::<u64>()), option::of(any::<u64>())).prop_map(
                |(text, after_ms, synthesis_ms)| EventKind::PromptStarted {
                    text,
                    after_ms,
                    synthesis_ms,
                }
            ),
            text().prop_map(|text| EventKind::PromptFinished { text }),
            (text(), by, any::<u64>(), text()).prop_map(|(text, by, heard_ms, heard)| {
                EventKind::PromptInterrupted {
                    text,
                    by,
                    heard_ms,
                    heard,
                }
            }),
            queue,
            Just(EventKind::SpeechStarted),
            text().prop_map(|text| EventKind::PromptResumed { text }),
            (any::<u64>(), any::<u64>(), option::of(words)).prop_map(
                |(speech_ms, endpointing_ms, words)| EventKind::SpeechEnded {
                    speech_ms,
                    endpointing_ms,
                    words,
                }
            ),
            (text(), score(), text(), any::<(u64, u64, u64, bool)>()).prop_map(
                |(text, confidence, engine, (took_ms, wait_ms, ahead, early))| EventKind::Heard {
                    text,
                    confidence,
                    engine,
                    took_ms,
                    wait_ms,
                    ahead,
                    early,
                }
            ),
            (text(), score())
                .prop_map(|(intent, score)| { EventKind::Understood { intent, score } }),
            (text(), option::of(text()), option::of(score())).prop_map(|(text, nearest, score)| {
                EventKind::NotUnderstood {
                    text,
                    nearest,
                    score,
                }
            }),
            text().prop_map(|intent| EventKind::Answered { intent }),
            text().prop_map(|name| EventKind::LookupStarted { name }),
            proptest::option::of(text()).prop_map(|failed| EventKind::LookupEnded { failed }),
            (text(), text()).prop_map(|(name, value)| EventKind::Filled { name, value }),
            Just(EventKind::Control {
                control: Control::Repeat
            }),
            (any::<char>(), option::of(way)).prop_map(|(key, by)| EventKind::Digit { key, by }),
            Just(EventKind::OneWayAudio {
                how: OneWay::NoPackets
            }),
            Just(EventKind::NoInput),
            how.prop_map(|how| EventKind::AskedForHuman { how }),
            (text(), text()).prop_map(|(target, value)| EventKind::TransferStarted {
                target,
                wanted: vec![value.clone()],
                given: [(value.clone(), value)].into(),
            }),
            any::<u16>().prop_map(|code| EventKind::TransferProgress { code }),
            text().prop_map(|target| EventKind::Transferred { target }),
            (text(), text())
                .prop_map(|(target, reason)| EventKind::TransferFailed { target, reason }),
            (text(), text()).prop_map(|(what, reason)| EventKind::EngineFailed { what, reason }),
            (end, any::<u64>()).prop_map(|(reason, duration_ms)| EventKind::CallEnded {
                reason,
                duration_ms,
            }),
        ];
        (any::<u64>(), kind).prop_map(|(at_ms, kind)| Event {
            call: "a".to_owned(),
            at_ms,
            kind,
        })
    }

    proptest! {
        #[test]
        fn every_event_comes_back_from_its_line(events in proptest::collection::vec(any_event(), 0..5)) {
            let mut bytes = Vec::new();
            for event in &events {
                let line = serde_json::to_vec(event).unwrap();
                prop_assert!(!line.contains(&b'\n'));
                bytes.extend(line);
                bytes.push(b'\n');
            }
            let transcript = parse("a", &bytes);
            prop_assert_eq!(transcript.events, events);
            prop_assert_eq!(transcript.notes.len(), 0);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse("a", &bytes);
        }
    }
}
