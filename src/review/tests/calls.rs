//! A call whose recogniser is the test.

use crate::audio::{Frame, Key, LineRate, wav};
use crate::call::{About, Call, Event, EventKind, Input, Job, Music, Setup, TransferUpdate, Way};
use crate::dialplan::Dialplan;
use crate::hear::{Hypothesis, Recognition, Vad};
use crate::record::{Store, Transcript};
use crate::speak::PromptBook;
use crate::speak::hum::Hum;
use std::path::Path;
use std::sync::Arc;

const RATE: LineRate = LineRate::Narrow;
/// Longer than any text takes: 20 s.
const LONGEST: usize = 1_000;

/// What a caller does when it is their turn.
pub enum Do {
    Say(&'static str),
    /// Over the first words of the answer.
    Interrupt(&'static str),
    Press(char),
    HangUp,
}

pub struct Caller {
    call: Call,
    out: Frame,
    events: Vec<Event>,
    jobs: Vec<Job>,
    sound: Vec<Frame>,
}

impl Caller {
    pub fn of(dialplan: &Arc<Dialplan>, id: &str, started: &str) -> Caller {
        let speaker = Hum::default().speaker();
        let texts = dialplan.fixed_texts();
        let (prompts, _) = PromptBook::prepare(&speaker, texts, &|_, _| {});
        let fixture =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/opening-hours.wav");
        Caller {
            call: Call::new(Setup {
                id: id.to_owned(),
                rate: RATE,
                dialplan: dialplan.clone(),
                prompts: Arc::new(prompts),
                vad: Vad::Fvad,
                music: Music::built_in(),
                waiting: None,
                called_back: None,
                begins: jiff::Timestamp::UNIX_EPOCH,
                about: About {
                    started: Some(started.to_owned()),
                    ..About::default()
                },
            }),
            out: Frame::silence(RATE),
            events: Vec::new(),
            jobs: Vec::new(),
            sound: wav::read(&fixture).unwrap().clip.frames(RATE),
        }
    }

    fn tick(&mut self, sound: &Frame) {
        self.call.tick(sound, &mut self.out);
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
            .extend(std::iter::from_fn(|| self.call.poll_event()));
        let puts_through = |job: &Job| matches!(job, Job::Transfer { .. });
        if let Some(at) = self.jobs.iter().position(puts_through) {
            self.jobs.remove(at);
            self.handle(Input::Transfer(TransferUpdate::Done));
        }
    }

    fn quiet(&mut self, frames: usize) {
        for _ in 0..frames {
            self.tick(&Frame::silence(RATE));
        }
    }

    /// Until the bot has said all that it has to say.
    fn listen(&mut self) {
        let mut silent = 0;
        for _ in 0..LONGEST {
            self.quiet(1);
            self.speak();
            let mut prompts = self.events.iter().rev().map(|event| &event.kind);
            let ended = prompts.find_map(|kind| match kind {
                EventKind::PromptStarted { .. } => Some(false),
                EventKind::PromptFinished { .. } | EventKind::PromptInterrupted { .. } => {
                    Some(true)
                }
                _ => None,
            });
            silent = if ended == Some(true) { silent + 1 } else { 0 };
            if silent == 20 || self.call.is_over() {
                return;
            }
        }
        panic!("it speaks for ever: {:#?}", self.events);
    }

    /// Does the work of the voice.
    fn speak(&mut self) {
        let (mine, others) = std::mem::take(&mut self.jobs)
            .into_iter()
            .partition(|job| matches!(job, Job::Synthesise { .. }));
        self.jobs = others;
        let jobs: Vec<Job> = mine;
        for job in jobs {
            let Job::Synthesise { id, text, pace } = job else {
                continue;
            };
            let mut spoken = Vec::new();
            let speaker = Hum::default().speaker();
            let said = speaker.say(&text, RATE, pace, &mut |phrase| {
                spoken.push(crate::call::Spoken::Phrase { phrase, took_ms: 1 });
                std::ops::ControlFlow::Continue(())
            });
            said.unwrap();
            spoken.push(crate::call::Spoken::Done);
            for spoken in spoken {
                self.handle(Input::Spoken { id, spoken });
            }
        }
    }

    fn say(&mut self, text: &str) {
        for frame in self.sound.clone() {
            self.tick(&frame);
        }
        for _ in 0..100 {
            if let Some(Job::Need { id }) = self.jobs.last() {
                let id = *id;
                self.jobs.clear();
                let recognition = Recognition {
                    result: Ok(Hypothesis {
                        text: text.to_owned(),
                        confidence: 0.9,
                        guess: String::new(),
                    }),
                    engine: "test".to_owned(),
                    wait_ms: 0,
                    took_ms: 0,
                    ahead: 0,
                };
                self.handle(Input::Recognised { id, recognition });
                return;
            }
            self.quiet(1);
        }
        panic!("no words are needed: {:#?} {:#?}", self.jobs, self.events);
    }

    pub fn does(mut self, script: &[Do]) -> Vec<Event> {
        for action in script {
            match action {
                Do::Interrupt(_) => {
                    self.speak();
                    // The end of what was said before, and a word of the answer.
                    self.quiet(60);
                }
                _ => self.listen(),
            }
            match action {
                Do::Say(text) | Do::Interrupt(text) => self.say(text),
                Do::Press(key) => {
                    let key = Key::from_char(*key).unwrap();
                    self.handle(Input::Key(key, Way::Rtp));
                }
                Do::HangUp => self.handle(Input::HungUp),
            }
        }
        if !self.call.is_over() {
            self.listen();
        }
        self.quiet(100);
        if !self.call.is_over() {
            self.handle(Input::HungUp);
        }
        self.events
    }
}

/// A call as it is read back from its file.
pub fn recorded(dialplan: &Arc<Dialplan>, id: &str, script: &[Do]) -> Transcript {
    let events = Caller::of(dialplan, id, "2026-11-18T10:00:00Z").does(script);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    let mut recorder = store.recorder(id).unwrap();
    for event in &events {
        recorder.append(event).unwrap();
    }
    let transcript = store.find(id).unwrap();
    assert_eq!(transcript.events, events);
    transcript
}
