//! Messages through the threads and the disk, with PocketSphinx, and with engines that do worse.

use super::*;
use crate::hear::{Expected, HearError, Hypothesis, Recogniser, Sphinx, Vad};
use crate::human::Context;
use crate::lookup::Lookups;
use crate::record::Left;
use crate::speak::hum::Hum;
use std::sync::Condvar;
use std::time::Instant;

fn engines(recogniser: impl Recogniser + 'static) -> Engines {
    Engines {
        recogniser: Arc::new(recogniser),
        speaker: Arc::new(Hum::default().speaker()),
        vad: Vad::Fvad,
        lookups: Arc::new(Lookups::new()),
    }
}

/// What callers of a clinic ask for.
fn sphinx() -> Engines {
    let phrases = [
        "when are you open",
        "i need to move my appointment",
        "can i talk to a person",
        "where can i park",
    ];
    let expected = Expected::from_phrases(&phrases.map(str::to_owned));
    let (sphinx, _) = Sphinx::new(None, &expected, &|_| None).unwrap();
    engines(sphinx)
}

/// Says how often it was asked; or does what engines should not.
#[derive(Default)]
struct Odd {
    broken: bool,
    /// Never ends until it is stopped.
    slow: bool,
    asked: Arc<(Mutex<usize>, Condvar)>,
}

impl Recogniser for Odd {
    fn name(&self) -> &str {
        "odd"
    }

    fn recognise(&self, _: &Clip, stop: &Stop) -> Result<Hypothesis, HearError> {
        assert!(!self.broken, "bad luck");
        *self.asked.0.lock().unwrap() += 1;
        self.asked.1.notify_all();
        if self.slow {
            while !stop.is_due() {
                std::thread::sleep(Duration::from_millis(2));
            }
            return Err(HearError::Stopped);
        }
        Ok(Hypothesis {
            text: "words".to_owned(),
            confidence: 1.0,
            guess: String::new(),
        })
    }
}

fn begun() -> Message {
    Message::Begun {
        number: Some("+493012345".to_owned()),
        queue: "desk".to_owned(),
        context: Context {
            language: "en-US".to_owned(),
            wanted: vec!["reschedule".to_owned()],
            ..Context::default()
        },
    }
}

fn fixture(name: &str) -> Clip {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join(format!("audio-fixtures/{name}.wav"));
    wav::read(&path).unwrap().clip
}

/// A second each.
fn seconds(clip: &Clip) -> Vec<Message> {
    let second = |samples: &[i16]| Message::Sound(Clip::new(clip.hz, samples.to_vec()));
    clip.samples.chunks(clip.hz as usize).map(second).collect()
}

fn leave(messages: &Messages, call: &str, engines: &Engines, sound: &Clip, end: Message) {
    messages.send(call, engines, begun());
    for second in seconds(sound) {
        messages.send(call, engines, second);
    }
    messages.send(call, engines, end);
}

fn listed(data: &Path) -> Vec<Left> {
    let listing = MessageStore::open(data).list().unwrap();
    assert_eq!(listing.notes, [""; 0]);
    listing.messages
}

/// Waits for what another thread does.
#[track_caller]
fn until(mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never comes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_message_is_kept_with_all_its_sound_and_its_words() {
    let data = tempfile::tempdir().unwrap();
    let messages = Messages::start(data.path()).unwrap();
    let quiet = fixture("long-silence");
    let mut said = fixture("reschedule");
    said.samples.extend(&quiet.samples[..20_000]);
    said.samples.extend(fixture("person").samples);
    leave(&messages, "a", &sphinx(), &said, Message::Kept);
    messages.close();
    let [message] = &listed(data.path())[..] else {
        panic!("not one message")
    };
    let Description { text, context, .. } = &message.description;
    let text = text.as_deref().unwrap();
    assert!(text.contains("move my appointment"), "{text}");
    assert!(text.ends_with("talk to a person"), "{text}");
    assert_eq!(context.wanted, ["reschedule"]);
    assert_eq!(message.description.number.as_deref(), Some("+493012345"));
    assert_eq!(message.description.duration_ms, said.milliseconds());
    assert_eq!(wav::read(&message.file).unwrap().clip, said);
}

#[test]
fn what_is_recorded_is_a_sound_file_at_every_second() {
    let data = tempfile::tempdir().unwrap();
    let store = MessageStore::open(data.path());
    let messages = Messages::start(data.path()).unwrap();
    let (said, engines) = (fixture("unknown"), engines(Odd::default()));
    messages.send("a", &engines, begun());
    let mut there = 0;
    for second in seconds(&said) {
        if let Message::Sound(clip) = &second {
            there += clip.samples.len();
        }
        messages.send("a", &engines, second);
        let read = || wav::read(&store.sound("a")).map(|wav| (wav.clip.samples, wav.missing_ms));
        until(|| read().is_ok_and(|(samples, missing)| samples.len() == there && missing == 0));
    }
    assert!(!store.read("a").unwrap().complete);
}

#[test]
fn what_a_killed_server_leaves_becomes_messages_with_words() {
    let data = tempfile::tempdir().unwrap();
    let store = MessageStore::open(data.path());
    let said = fixture("parking");
    store.make().unwrap();
    // Killed between sound and header; before the first sound; and without a description.
    let begun = Description {
        number: Some("+491".to_owned()),
        ..Description::begun("cut", "2026-11-22T10:00:00Z".parse().unwrap())
    };
    store.write("cut", &begun).unwrap();
    wav::write_mono(&store.sound("cut"), &said).unwrap();
    let mut bytes = std::fs::read(store.sound("cut")).unwrap();
    bytes[40..44].copy_from_slice(&1600u32.to_le_bytes());
    std::fs::write(store.sound("cut"), bytes).unwrap();
    store.write("early", &begun).unwrap();
    wav::write_mono(&store.sound("bare"), &said).unwrap();
    std::fs::write(store.sound("odd"), "no sound").unwrap();

    let messages = Messages::start(data.path()).unwrap();
    // The first call that brings engines brings words to all.
    let engines = engines(Odd::default());
    leave(&messages, "new", &engines, &said, Message::Kept);
    messages.close();
    let messages = listed(data.path());
    let found = |id: &str| &messages.iter().find(|m| m.id == id).unwrap().description;
    assert_eq!(
        (messages.len(), found("cut").number.as_deref()),
        (5, Some("+491"))
    );
    for (id, duration, text) in [
        ("cut", said.milliseconds(), "words"),
        ("bare", said.milliseconds(), "words"),
        ("new", said.milliseconds(), "words"),
        ("early", 0, ""),
        ("odd", 0, ""),
    ] {
        assert!(found(id).complete);
        assert_eq!(found(id).duration_ms, duration, "{id}");
        assert_eq!(found(id).text.as_deref(), Some(text), "{id}");
    }
}

#[test]
fn nothing_stays_of_a_message_in_which_nothing_was_said() {
    let data = tempfile::tempdir().unwrap();
    let messages = Messages::start(data.path()).unwrap();
    let engines = engines(Odd::default());
    leave(
        &messages,
        "a",
        &engines,
        &fixture("long-silence"),
        Message::Dropped,
    );
    messages.close();
    let left = std::fs::read_dir(data.path().join("messages")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn a_caller_may_leave_a_second_message_and_closing_keeps_what_is_being_left() {
    let data = tempfile::tempdir().unwrap();
    let messages = Messages::start(data.path()).unwrap();
    let (said, engines) = (fixture("parking"), engines(Odd::default()));
    leave(&messages, "a", &engines, &said, Message::Kept);
    messages.send("a", &engines, begun());
    for second in seconds(&said) {
        messages.clone().send("a", &engines, second);
    }
    messages.close();
    messages.send("a", &engines, Message::Kept);
    messages.close();
    let mut ids: Vec<String> = listed(data.path()).into_iter().map(|m| m.id).collect();
    ids.sort();
    assert_eq!(ids, ["a", "a-2"]);
    for message in listed(data.path()) {
        assert_eq!(message.description.text.as_deref(), Some("words"));
        assert_eq!(wav::read(&message.file).unwrap().clip, said);
    }
}

#[test]
fn an_engine_that_panics_costs_the_text_only() {
    let data = tempfile::tempdir().unwrap();
    let messages = Messages::start(data.path()).unwrap();
    let said = fixture("parking");
    let broken = Odd {
        broken: true,
        ..Odd::default()
    };
    leave(&messages, "a", &engines(broken), &said, Message::Kept);
    leave(
        &messages,
        "b",
        &engines(Odd::default()),
        &said,
        Message::Kept,
    );
    messages.close();
    let store = MessageStore::open(data.path());
    let (a, b) = (store.read("a").unwrap(), store.read("b").unwrap());
    assert!(a.complete && a.text.is_none());
    assert!(a.no_text.unwrap().contains("panicked"));
    assert_eq!((b.text.as_deref(), b.no_text), (Some("words"), None));
}

#[test]
fn words_that_take_long_hold_up_no_sound_and_come_after_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let store = MessageStore::open(data.path());
    let messages = Messages::start(data.path()).unwrap();
    let said = fixture("parking");
    let asked = Arc::new((Mutex::new(0), Condvar::new()));
    let slow = engines(Odd {
        slow: true,
        asked: asked.clone(),
        ..Odd::default()
    });
    leave(&messages, "a", &slow, &said, Message::Kept);
    drop(
        asked
            .1
            .wait_while(asked.0.lock().unwrap(), |asked| *asked == 0),
    );
    // Should it bring the server down, it is not tried again.
    assert_eq!(
        store.read("a").unwrap().no_text.as_deref(),
        Some(INTERRUPTED)
    );
    leave(&messages, "b", &slow, &said, Message::Kept);
    until(|| store.read("b").is_ok_and(|b| b.complete));
    let ending = messages.0.ending.lock().unwrap();
    ending.as_ref().unwrap().stop.cancel();
    drop(ending);
    messages.close();
    assert_eq!(store.read("a").unwrap().no_text, None);

    let messages = Messages::start(data.path()).unwrap();
    leave(
        &messages,
        "c",
        &engines(Odd::default()),
        &said,
        Message::Kept,
    );
    messages.close();
    for message in listed(data.path()) {
        assert_eq!(message.description.text.as_deref(), Some("words"));
    }
}

#[test]
fn a_disk_that_fails_for_a_while_costs_nothing() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("messages");
    let messages = Messages::start(data.path()).unwrap();
    let (said, engines) = (fixture("parking"), engines(Odd::default()));
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    leave(&messages, "a", &engines, &said, Message::Kept);
    until(|| messages.0.load.waiting.load(Ordering::Relaxed) == 0);
    std::fs::remove_file(&folder).unwrap();
    messages.close();
    let [message] = &listed(data.path())[..] else {
        panic!("not one message")
    };
    assert_eq!(wav::read(&message.file).unwrap().clip, said);
    assert_eq!(message.description.missing_ms, 0);
}

#[test]
fn sound_that_does_not_fit_is_silence_and_the_message_is_there() {
    let data = tempfile::tempdir().unwrap();
    let store = MessageStore::open(data.path());
    let messages = Messages::start(data.path()).unwrap();
    let (said, engines) = (fixture("parking"), engines(Odd::default()));
    messages.send("a", &engines, begun());
    let load = &messages.0.load.waiting;
    load.fetch_add(MOST_SOUNDS, Ordering::Relaxed);
    messages.send("a", &engines, Message::Sound(said.clone()));
    load.fetch_add(MOST_WAITING, Ordering::Relaxed);
    messages.send("a", &engines, Message::Sound(said.clone()));
    load.fetch_sub(MOST_SOUNDS + MOST_WAITING, Ordering::Relaxed);
    messages.send("a", &engines, Message::Sound(said.clone()));
    messages.send("a", &engines, Message::Kept);
    messages.close();
    let message = store.read("a").unwrap();
    let twice = Clip::new(said.hz, said.samples.repeat(2));
    assert_eq!(message.duration_ms, twice.milliseconds());
    assert_eq!(message.missing_ms, said.milliseconds());
    let recorded = wav::read(&store.sound("a")).unwrap().clip;
    let (gap, rest) = recorded.samples.split_at(said.samples.len());
    assert!(gap.iter().all(|&s| s == 0) && rest == said.samples);
}
