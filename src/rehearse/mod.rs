//! A call without a phone: a scripted caller and the call core, as fast as the machine goes.
//!
//! Drives the very [`Call`] that answers the phone. Jobs are run to completion in order and
//! charged a fixed time by their kind, so that two rehearsals give the same events; with
//! `timed` they are charged what they took.

mod scenario;

pub use scenario::{Scenario, ScenarioError};

use crate::audio::{FRAME_MS, Frame, LineRate};
use crate::call::{Call, Event, Input, Job, Setup, Spoken, TransferUpdate, Way};
use crate::caller::{Action, Caller, Step};
use crate::engines::Engines;
use crate::line::codec::Codec;
use std::ops::ControlFlow;
use std::time::Instant;

/// What recognition and synthesis are charged without `timed`: 200 ms, 100 ms.
const LOOKUP_MS: u64 = 100;
const RECOGNITION_MS: u64 = 200;
const SYNTHESIS_MS: u64 = 100;
/// A transfer rings for half a second: less than a caller takes for the end of a turn.
const TRANSFER_MS: u64 = 500;
/// No rehearsal is longer than this: 15 minutes of audio.
const LONGEST: u64 = 15 * 60 * 1_000;

/// What came of it.
pub struct Rehearsal {
    pub events: Vec<Event>,
    /// What the caller said and what they heard, from the same start, at `hz`.
    pub caller: Vec<i16>,
    pub bot: Vec<i16>,
    pub hz: u32,
    /// Time spent in recognition and synthesis, and in all.
    pub engines_took: std::time::Duration,
    pub took: std::time::Duration,
}

/// How a rehearsal differs from a plain one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Charge jobs what they really take.
    pub timed: bool,
    /// The human's phone is busy.
    pub transfers_fail: bool,
}

/// Runs a call from its start to its end.
pub fn run(setup: Setup, engines: &Engines, script: Vec<Step>, options: Options) -> Rehearsal {
    let started = Instant::now();
    let rate = setup.rate;
    let mut call = Call::new(setup);
    let mut caller = Caller::new(rate, script);
    let mut result = Rehearsal {
        events: Vec::new(),
        caller: Vec::new(),
        bot: Vec::new(),
        hz: rate.hz(),
        engines_took: std::time::Duration::ZERO,
        took: std::time::Duration::ZERO,
    };
    let mut line = Line::default();
    let mut coming: Vec<(u64, Input)> = Vec::new();
    let (mut said, mut heard) = (Frame::silence(rate), Frame::silence(rate));
    let mut now_ms = 0;
    while !call.is_over() && now_ms < LONGEST {
        while let Some(due) = coming.iter().position(|(at, _)| *at <= now_ms) {
            call.handle(coming.remove(due).1);
        }
        match caller.tick(&heard, &mut said) {
            Some(Action::Press(key)) => call.handle(Input::Key(key, Way::Rtp)),
            Some(Action::HangUp) => call.handle(Input::HungUp),
            None => {}
        }
        line.carry(&mut said);
        call.tick(&said, &mut heard);
        result.caller.extend(said.samples());
        result.bot.extend(heard.samples());
        now_ms += u64::from(FRAME_MS);
        while let Some(job) = call.poll_job() {
            let begun = Instant::now();
            if let Job::Cancel { id } = job {
                coming.retain(
                    |(_, input)| !matches!(input, Input::Recognised { id: of, .. } if *of == id),
                );
            }
            for (in_ms, input) in work(job, engines, rate, options) {
                coming.push((now_ms + in_ms, input));
            }
            result.engines_took += begun.elapsed();
        }
        while let Some(event) = call.poll_event() {
            result.events.push(event);
        }
    }
    if !call.is_over() {
        call.handle(Input::Shutdown);
        result
            .events
            .extend(std::iter::from_fn(|| call.poll_event()));
    }
    result.took = started.elapsed();
    result
}

/// Does a job and says after how many milliseconds which inputs come of it.
fn work(job: Job, engines: &Engines, rate: LineRate, options: Options) -> Vec<(u64, Input)> {
    match job {
        Job::Transfer { .. } => {
            let end = match options.transfers_fail {
                true => TransferUpdate::Failed("486 Busy Here".to_owned()),
                false => TransferUpdate::Done,
            };
            vec![
                (0, Input::Transfer(TransferUpdate::Progress(180))),
                (TRANSFER_MS, Input::Transfer(end)),
            ]
        }
        Job::Recognise { id, utterance, .. } => {
            let mut input = engines.recognise(id, &utterance);
            vec![(charge(&mut input, RECOGNITION_MS, options), input)]
        }
        Job::Synthesise { id, text, pace } => {
            let mut inputs = Vec::new();
            let mut after = 0;
            engines.synthesise(id, &text, (rate, pace), &mut |mut input| {
                after = charge(&mut input, SYNTHESIS_MS, options).max(after);
                inputs.push((after, input));
                ControlFlow::Continue(())
            });
            inputs
        }
        Job::LookUp { id, lookup, values } => {
            let begun = Instant::now();
            let input = engines.look_up(id, &lookup, &values);
            let took = match options.timed {
                true => begun.elapsed().as_millis() as u64,
                false => LOOKUP_MS,
            };
            vec![(took, input)]
        }
        Job::Need { .. } | Job::Cancel { .. } | Job::HangUp => Vec::new(),
    }
}

/// After how many milliseconds the engine's answer comes.
fn charge(input: &mut Input, fixed: u64, options: Options) -> u64 {
    let took_ms = match input {
        Input::Recognised { recognition, .. } => &mut recognition.took_ms,
        Input::Spoken {
            spoken: Spoken::Phrase { took_ms, .. },
            ..
        } => took_ms,
        _ => return 0,
    };
    if !options.timed {
        *took_ms = fixed;
    }
    *took_ms
}

/// What a G.711 line does to the caller's sound.
#[derive(Default)]
struct Line {
    payload: Vec<u8>,
    samples: Vec<i16>,
}

impl Line {
    fn carry(&mut self, frame: &mut Frame) {
        if frame.rate() == Codec::Pcmu.line_rate() {
            self.samples.clear();
            Codec::Pcmu.encode(frame, &mut self.payload);
            Codec::Pcmu.decode(&self.payload, &mut self.samples);
            *frame = Frame::of(frame.rate(), &self.samples);
        }
    }
}
