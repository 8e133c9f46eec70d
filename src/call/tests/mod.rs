//! Whole calls against the core alone: engines are played by the test, so that each thing that can
//! go wrong goes wrong here.

mod anger;
mod asking;
mod barge_in;
mod control;
mod hand_off;
mod human;
mod line;
mod turns;
mod voice;
mod waiting;
mod ways_out;
mod written;

use super::*;
use crate::audio::{Key, wav};
use crate::hear::{Hypothesis, Recognition, Unheard, Urgency, Vad};
use crate::speak::hum::Hum;
use std::path::Path;

const RATE: LineRate = LineRate::Narrow;
/// Frames in which any of the clinic's texts is said: 4 s.
const SAID: u64 = seconds(4);

fn words(text: &str) -> Recognition {
    Recognition {
        result: Ok(Hypothesis {
            text: text.to_owned(),
            confidence: 0.9,
            guess: String::new(),
        }),
        engine: "test".to_owned(),
        wait_ms: 0,
        took_ms: 0,
        ahead: 0,
    }
}

/// The caller's sound in a fixture.
fn said(name: &str) -> Vec<Frame> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio-fixtures/{name}.wav"));
    wav::read(&path).unwrap().clip.frames(RATE)
}

/// A call, and what came out of it.
struct Test {
    call: Call,
    out: Frame,
    events: Vec<EventKind>,
    jobs: Vec<Job>,
}

impl Test {
    /// The clinic's line, with all prompts ready.
    fn new() -> Test {
        Test::prepared(clinic())
    }

    fn prepared(dialplan: Dialplan) -> Test {
        Test::of(Test::ready(dialplan))
    }

    fn ready(dialplan: Dialplan) -> Setup {
        let (prompts, _) = PromptBook::prepare(
            &Hum::default().speaker(),
            dialplan.fixed_texts(),
            &|_, _| {},
        );
        Test::setup(dialplan, prompts)
    }

    fn with(dialplan: Dialplan, prompts: PromptBook) -> Test {
        Test::of(Test::setup(dialplan, prompts))
    }

    fn setup(dialplan: Dialplan, prompts: PromptBook) -> Setup {
        Setup {
            id: "test".to_owned(),
            rate: RATE,
            dialplan: Arc::new(dialplan),
            prompts: Arc::new(prompts),
            vad: Vad::Fvad,
            music: Music::built_in(),
            waiting: None,
            called_back: None,
            begins: jiff::Timestamp::UNIX_EPOCH,
            about: About::default(),
        }
    }

    fn of(setup: Setup) -> Test {
        Test {
            call: Call::new(setup),
            out: Frame::silence(RATE),
            events: Vec::new(),
            jobs: Vec::new(),
        }
    }

    fn tick(&mut self, caller: &Frame) {
        self.call.tick(caller, &mut self.out);
        self.collect();
    }

    fn handle(&mut self, input: Input) {
        self.call.handle(input);
        self.collect();
    }

    fn collect(&mut self) {
        self.jobs
            .extend(std::iter::from_fn(|| self.call.poll_job()));
        self.events
            .extend(std::iter::from_fn(|| self.call.poll_event()).map(|event| event.kind));
    }

    fn quiet(&mut self, frames: u64) {
        for _ in 0..frames {
            self.tick(&Frame::silence(RATE));
        }
    }

    /// Lets the caller say something, and waits until its words are needed.
    #[track_caller]
    fn speak(&mut self) -> JobId {
        for frame in said("opening-hours") {
            self.tick(&frame);
        }
        self.quiet(60);
        match self.jobs.pop() {
            Some(Job::Need { id }) => id,
            other => panic!("no recognition but {other:?}: {:#?}", self.events),
        }
    }

    /// Lets the caller say something, and stops at the first pause.
    #[track_caller]
    fn speak_until_pause(&mut self) -> JobId {
        for frame in said("opening-hours") {
            self.tick(&frame);
            if let Some(Job::Recognise { id, urgency, .. }) = self.jobs.last() {
                assert_eq!(*urgency, Urgency::Speculative);
                return *id;
            }
        }
        panic!("no pause: {:#?}", self.events)
    }

    /// Waits until the words of what the caller has said are asked for.
    #[track_caller]
    fn speak_until_asked(&mut self) -> JobId {
        for _ in 0..90 {
            self.quiet(1);
            if let Some(Job::Need { id }) = self.jobs.last() {
                return *id;
            }
        }
        panic!("no words are needed: {:#?} {:#?}", self.jobs, self.events)
    }

    fn recognise(&mut self, id: JobId, text: &str) {
        self.handle(Input::Recognised {
            id,
            recognition: words(text),
        });
    }

    fn no_words(&mut self, id: JobId, why: Unheard) {
        let recognition = Recognition::refused(why);
        self.handle(Input::Recognised { id, recognition });
    }

    fn has(&self, kind: impl Fn(&EventKind) -> bool) -> bool {
        self.events.iter().any(kind)
    }

    /// What was begun to be said, in order.
    fn prompts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.events.iter().filter_map(|e| match e {
            EventKind::PromptStarted { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    fn asked(&self, wanted: AskedHow) -> bool {
        self.has(|e| matches!(e, EventKind::AskedForHuman { how } if *how == wanted))
    }

    fn transfers(&self) -> usize {
        let transfer = |job: &&Job| matches!(job, Job::Transfer { .. });
        self.jobs.iter().filter(transfer).count()
    }

    /// A caller who pressed 0, and for whom somebody is being called.
    fn put_through() -> Test {
        let mut test = Test::new();
        test.handle(Input::Key(Key::ZERO, Way::Rtp));
        test.must_be_transferring();
        test
    }

    #[track_caller]
    fn must_be_transferring(&mut self) {
        self.quiet(seconds(10));
        assert_eq!(self.transfers(), 1, "{:#?}", self.events);
    }
}

/// The clinic's line, whose callers are transferred.
fn clinic() -> Dialplan {
    clinic_with("target = \"sip:desk@127.0.0.1:5080\"")
}

fn clinic_with(way: &str) -> Dialplan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplans/clinic.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("queue = \"front-desk\"", way);
    let today = jiff::civil::date(2026, 11, 1);
    Dialplan::parse(&text, "clinic.toml", today)
        .unwrap()
        .dialplan
}

fn sounds(frame: &Frame) -> bool {
    frame.samples().iter().any(|&s| s != 0)
}
