//! One call as a conversation to read.

use super::{Ink, Layout, clean, ended, waiting, wrapped};
use crate::call::{AskedHow, Event, EventKind, InterruptedBy, OneWay};
use crate::record::{Summary, Transcript};
use crate::understand::Control;

/// Time and speaker take this many characters of each line.
const INDENT: usize = 19;
const NARROWEST: usize = 20;
const NO_WORDS: &str = "(no words made out)";

/// Who said what when, how it was understood, how long each answer took, and how it ended.
pub fn show(transcript: &Transcript, layout: &Layout) -> String {
    let mut conversation = Conversation::default();
    for event in &transcript.events {
        conversation.take(event);
    }
    let mut text = head(transcript, layout);
    text.push('\n');
    for entry in conversation.finished() {
        text.push_str(&entry.set(layout));
    }
    for note in &transcript.notes {
        text.push_str(&layout.paint(Ink::Dim, &format!("note: {}", clean(note))));
        text.push('\n');
    }
    text
}

fn head(transcript: &Transcript, layout: &Layout) -> String {
    let summary = Summary::of(transcript);
    let mut lines = vec![format!("Call {}", transcript.id)];
    let mut about = Vec::new();
    about.extend(summary.dialplan);
    about.extend(summary.started.map(|at| layout.when(at)));
    let mut trace = None;
    for event in &transcript.events {
        if let EventKind::CallStarted {
            caller,
            called,
            diverted_from,
            codec,
            sip_call_id,
            ..
        } = &event.kind
        {
            about.extend(caller.as_ref().map(|caller| format!("from {caller}")));
            about.extend(called.as_ref().map(|called| format!("to {called}")));
            about.extend(
                diverted_from
                    .as_ref()
                    .map(|first| format!("first to {first}")),
            );
            about.extend(codec.clone());
            trace = sip_call_id.as_ref().map(|id| format!("SIP Call-ID {id}"));
        }
    }
    let about = clean(&about.join(", "));
    lines.extend(wrapped(&about, layout.width.max(NARROWEST)));
    lines.extend(trace.map(|trace| clean(&trace)));
    let mut text = String::new();
    for (i, line) in lines.iter().filter(|line| !line.is_empty()).enumerate() {
        let ink = if i == 0 { Ink::Bold } else { Ink::Plain };
        text.push_str(&layout.paint(ink, line));
        text.push('\n');
    }
    text
}

#[derive(Debug)]
struct Entry {
    at_ms: u64,
    who: &'static str,
    ink: Ink,
    text: String,
    /// What there is to know about it, below it.
    details: Vec<String>,
}

impl Entry {
    fn set(&self, layout: &Layout) -> String {
        let width = layout.width.saturating_sub(INDENT).max(NARROWEST);
        let time = layout.paint(Ink::Dim, &clock(self.at_ms));
        let who = layout.paint(self.ink, &format!("{:<8}", self.who));
        let mut text = String::new();
        for (i, line) in wrapped(&clean(&self.text), width).iter().enumerate() {
            let line = layout.paint(self.ink, line);
            match i {
                0 => text.push_str(&format!("{time:<7}  {who}  {line}\n")),
                _ => text.push_str(&format!("{:INDENT$}{line}\n", "")),
            }
        }
        for detail in &self.details {
            for line in wrapped(&clean(detail), width) {
                let line = layout.paint(Ink::Dim, &line);
                text.push_str(&format!("{:INDENT$}{line}\n", ""));
            }
        }
        text
    }
}

/// What has been told so far, and what the next events belong to.
#[derive(Debug, Default)]
struct Conversation {
    entries: Vec<Entry>,
    /// Start of an utterance whose words are not known yet.
    unheard: Option<u64>,
    /// The entry of the utterance that is being understood.
    utterance: Option<usize>,
    /// The entry of the prompt that is being played.
    prompt: Option<usize>,
    /// Where the time before the next answer went.
    split: Vec<String>,
}

impl Conversation {
    fn take(&mut self, event: &Event) {
        let at = event.at_ms;
        match &event.kind {
            EventKind::CallStarted { .. } | EventKind::PromptFinished { .. } => {}
            EventKind::PromptStarted {
                text,
                after_ms,
                synthesis_ms,
            } => {
                let prompt = self.say(at, "zeroline", Ink::Zeroline, text.clone());
                let mut split = std::mem::take(&mut self.split);
                split.extend(synthesis_ms.map(|ms| format!("{ms} ms synthesis")));
                if let Some(after) = after_ms {
                    self.detail(prompt, latency(*after, &split));
                }
                self.prompt = Some(prompt);
            }
            EventKind::PromptInterrupted {
                by,
                heard_ms,
                heard,
                ..
            } => {
                let by = match by {
                    InterruptedBy::Speech => "the caller spoke",
                    InterruptedBy::Digit => "the caller pressed a key",
                    InterruptedBy::HangUp => "the caller hung up",
                    InterruptedBy::Shutdown => "the server stops",
                    InterruptedBy::Queue => "there was news from the queue",
                };
                if let Some(prompt) = self.prompt.take() {
                    self.detail(
                        prompt,
                        format!(
                            "stopped after {}{}: {by}",
                            seconds(*heard_ms),
                            last_words(heard)
                        ),
                    );
                }
            }
            EventKind::SpeechStarted => self.utterance = None,
            EventKind::PromptResumed { text } => {
                let text = format!("{text} (goes on)");
                self.prompt = Some(self.say(at, "zeroline", Ink::Zeroline, text));
            }
            EventKind::SpeechEnded {
                speech_ms,
                endpointing_ms,
                ..
            } => {
                self.nothing_heard();
                let length = speech_ms.saturating_add(*endpointing_ms);
                self.unheard = Some(at.saturating_sub(length));
                self.split = vec![format!("{endpointing_ms} ms waiting for more")];
            }
            EventKind::Heard {
                text,
                confidence,
                engine,
                took_ms,
                wait_ms,
                early,
                ..
            } => {
                let since = self.unheard.take().unwrap_or(at);
                let words = match text.is_empty() {
                    true => NO_WORDS.to_owned(),
                    false => text.clone(),
                };
                let utterance = self.say(since, "caller", Ink::Caller, words);
                self.detail(utterance, format!("heard by {engine} ({confidence:.2})"));
                self.utterance = Some(utterance);
                if *wait_ms > 0 {
                    self.split.push(format!("{wait_ms} ms until its turn"));
                }
                let meanwhile = if *early { ", meanwhile" } else { "" };
                self.split
                    .push(format!("{took_ms} ms recognition{meanwhile}"));
            }
            EventKind::Understood { intent, score } => {
                let meaning = format!("understood as {intent} ({score:.2})");
                self.meant(at, meaning);
            }
            EventKind::NotUnderstood { nearest, score, .. } => {
                let nearest = nearest.as_ref().map(|nearest| match score {
                    Some(score) => format!(", nearest {nearest} ({score:.2})"),
                    None => format!(", nearest {nearest}"),
                });
                self.meant(at, format!("not understood{}", nearest.unwrap_or_default()));
            }
            EventKind::Answered { .. } => {}
            EventKind::LookupStarted { name } => self.meant(at, format!("asks {name}")),
            EventKind::LookupEnded { failed } => {
                let ended = failed.as_deref().unwrap_or("it answers");
                self.meant(at, ended.to_owned());
            }
            EventKind::Filled { name, value } => self.meant(at, format!("{name}: {value}")),
            EventKind::Control { control } => {
                let wish = match control {
                    Control::Repeat => "wants it repeated",
                    Control::Slower => "wants it slower",
                    Control::Louder => "wants it louder",
                    Control::Wait => "asks for a moment",
                    Control::StartOver => "starts over",
                    Control::GoBack => "goes back",
                    Control::Stop => "wants quiet",
                    Control::Goodbye => "says goodbye",
                };
                self.meant(at, format!("the caller {wish}"));
            }
            EventKind::OneWayAudio { how } => {
                let how = match how {
                    OneWay::NoPackets => "no packets come from the caller's phone",
                    OneWay::Silence => "the caller's phone sends nothing but silence",
                };
                self.say(at, "", Ink::Plain, format!("one-way audio: {how}"));
            }
            EventKind::Digit { key, .. } => {
                self.say(at, "caller", Ink::Caller, format!("[key {key}]"));
                self.split.clear();
            }
            EventKind::NoInput => {
                self.say(at, "", Ink::Plain, "the caller says nothing".to_owned());
                self.split.clear();
            }
            EventKind::AskedForHuman { how } => {
                let why = match how {
                    AskedHow::Key => "the caller pressed 0",
                    AskedHow::Words => "the caller asked for one",
                    AskedHow::Dialplan => "the dialplan leads there",
                    AskedHow::Failures => "the caller was not understood",
                    AskedHow::Engine => "a part of zeroline is broken",
                    AskedHow::Swearing => "the caller swore",
                    AskedHow::RaisedVoice => "the caller raised their voice",
                };
                self.say(at, "", Ink::Person, format!("to a person: {why}"));
            }
            EventKind::EngineFailed { what, reason } => {
                self.say(at, "", Ink::Trouble, format!("{what} failed: {reason}"));
            }
            EventKind::CallEnded {
                reason,
                duration_ms,
            } => {
                let length = clock(*duration_ms);
                let text = format!("end: {}, after {length}", ended(*reason));
                self.say(at, "", Ink::Bold, text);
            }
            other => {
                if let Some((who, ink, text)) = waiting::in_words(other) {
                    self.say(at, who, ink, text);
                }
            }
        }
    }

    /// In order of time: words are known later than they were said.
    fn finished(mut self) -> Vec<Entry> {
        self.nothing_heard();
        self.entries.sort_by_key(|entry| entry.at_ms);
        self.entries
    }

    fn say(&mut self, at_ms: u64, who: &'static str, ink: Ink, text: String) -> usize {
        self.entries.push(Entry {
            at_ms,
            who,
            ink,
            text,
            details: Vec::new(),
        });
        self.entries.len() - 1
    }

    fn detail(&mut self, entry: usize, detail: String) {
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.details.push(detail);
        }
    }

    /// What was made of the utterance, which may have had no words.
    fn meant(&mut self, at: u64, meaning: String) {
        let utterance = self.utterance.take().unwrap_or_else(|| {
            let since = self.unheard.take().unwrap_or(at);
            self.say(since, "caller", Ink::Caller, NO_WORDS.to_owned())
        });
        self.detail(utterance, meaning);
    }

    fn nothing_heard(&mut self) {
        if let Some(since) = self.unheard.take() {
            self.say(since, "caller", Ink::Caller, NO_WORDS.to_owned());
        }
    }
}

fn latency(after_ms: u64, split: &[String]) -> String {
    let after = format!("answered after {}", seconds(after_ms));
    if split.is_empty() {
        return after;
    }
    format!("{after}: {}", split.join(", "))
}

/// `mm:ss.t`
pub(super) fn clock(ms: u64) -> String {
    format!("{:02}:{:02}.{}", ms / 60_000, ms / 1000 % 60, ms / 100 % 10)
}

/// The last words that were heard, as a remark.
fn last_words(heard: &str) -> String {
    const SHOWN: usize = 4;
    let words: Vec<&str> = heard.split_whitespace().collect();
    let from = words.len().saturating_sub(SHOWN);
    match words.get(from..) {
        None | Some([]) => String::new(),
        Some(last) if from == 0 => format!(", after \"{}\"", last.join(" ")),
        Some(last) => format!(", after \"… {}\"", last.join(" ")),
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms / 100 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::{parse, tests::any_event};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn layout(width: usize, colour: bool) -> Layout {
        Layout {
            width,
            colour,
            zone: TimeZone::UTC,
        }
    }

    const CALL: &str = r#"{"call":"a","at_ms":0,"event":"call_started","caller":"sip:ann@example.org","called":"sip:100@127.0.0.1","dialplan":"Lakeside Clinic","started":"2026-11-22T13:04:46+01:00","codec":"PCMU","sip_call_id":"77@ann"}
{"call":"a","at_ms":20,"event":"prompt_started","text":"Lakeside Clinic. How can I help?"}
{"call":"a","at_ms":2100,"event":"speech_started"}
{"call":"a","at_ms":2260,"event":"prompt_interrupted","text":"Lakeside Clinic. How can I help?","by":"speech","heard_ms":2240}
{"call":"a","at_ms":4200,"event":"speech_ended","speech_ms":1500,"endpointing_ms":600}
{"call":"a","at_ms":4280,"event":"heard","text":"when are you open","confidence":0.874,"engine":"pocketsphinx","took_ms":61}
{"call":"a","at_ms":4280,"event":"understood","intent":"opening-hours","score":0.93}
{"call":"a","at_ms":4300,"event":"prompt_started","text":"We are open Monday to Friday, eight to six.","after_ms":700}
{"call":"a","at_ms":7000,"event":"prompt_finished","text":"We are open Monday to Friday, eight to six."}
{"call":"a","at_ms":9000,"event":"speech_started"}
{"call":"a","at_ms":10600,"event":"speech_ended","speech_ms":1000,"endpointing_ms":600}
{"call":"a","at_ms":10700,"event":"not_understood","text":"","nearest":"parking","score":0.31}
{"call":"a","at_ms":12040,"event":"digit","key":"0"}
{"call":"a","at_ms":12040,"event":"asked_for_human","how":"key"}
{"call":"a","at_ms":12060,"event":"transfer_started","target":"sip:desk@127.0.0.1:5090"}
{"call":"a","at_ms":12400,"event":"transfer_progress","code":180}
{"call":"a","at_ms":13300,"event":"transferred","target":"sip:desk@127.0.0.1:5090"}
{"call":"a","at_ms":13320,"event":"call_ended","reason":"transferred","duration_ms":13320}
{"call":"a","at_ms":133"#;

    #[test]
    fn a_call_reads_as_a_conversation() {
        let expected = "\
Call a
Lakeside Clinic, 2026-11-22 12:04:46, from sip:ann@example.org, to
sip:100@127.0.0.1, PCMU
SIP Call-ID 77@ann

00:00.0  zeroline  Lakeside Clinic. How can I help?
                   stopped after 2.2 s: the caller spoke
00:02.1  caller    when are you open
                   heard by pocketsphinx (0.87)
                   understood as opening-hours (0.93)
00:04.3  zeroline  We are open Monday to Friday, eight to six.
                   answered after 0.7 s: 600 ms waiting for more, 61 ms
                   recognition
00:09.0  caller    (no words made out)
                   not understood, nearest parking (0.31)
00:12.0  caller    [key 0]
00:12.0            to a person: the caller pressed 0
00:12.0            calling sip:desk@127.0.0.1:5090
00:12.4            their phone reports 180, ringing
00:13.3            a person has the caller: sip:desk@127.0.0.1:5090
00:13.3            end: put through, after 00:13.3
note: line 19 was cut off while it was written; left out
";
        let text = show(&parse("a", CALL.as_bytes()), &layout(74, false));
        assert!(text == expected, "{text}");
    }

    #[test]
    fn colours_only_when_asked_for() {
        let transcript = parse("a", CALL.as_bytes());
        assert!(!show(&transcript, &layout(80, false)).contains('\x1b'));
        assert!(show(&transcript, &layout(80, true)).contains("\x1b[36mwhen are you open\x1b[0m"));
    }

    proptest! {
        #[test]
        fn any_events_in_any_order_can_be_shown(
            events in proptest::collection::vec(any_event(), 0..12),
            width in 0usize..100,
        ) {
            let transcript = Transcript { id: "a".to_owned(), events, notes: Vec::new() };
            let text = show(&transcript, &layout(width, false));
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
