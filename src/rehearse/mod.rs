//! A call without a phone: a scripted caller and the call core, as fast as the machine goes.
//!
//! Drives the very [`Call`] that answers the phone, by sound through the whole pipeline or by text
//! ([`Means`]). Jobs are run to completion in order and charged a fixed time by their kind, so that
//! two rehearsals give the same events; with `timed` they are charged what they took.
//!
//! A [`Scenario`] is a rehearsal with a file that says what must come of it:
//!
//! ```ignore
//! for outcome in rehearse::as_text(&plan, &["tests/hours.toml".into()])? {
//!     println!("{}: {:?}", outcome.name, outcome.unmet);
//! }
//! ```

pub mod junit;
mod outcome;
mod scenario;
mod told;

pub use outcome::{Outcome, as_text};
pub use scenario::{Scenario, Stage, read};

use crate::audio::{FRAME_MS, Frame, LineRate};
use crate::call::{Call, Event, Input, Job, JobId, QueueNews, Setup, Spoken, TransferUpdate, Way};
use crate::caller::{Action, Caller, Step};
use crate::dialplan::LookedUp;
use crate::engines::{self, Engines};
use crate::hear::{Recognition, Unheard};
use crate::human::{Place, Refused, Wait};
use crate::line::codec::{Codec, Decoder, Encoder};
use crate::lookup::Lookups;
use crate::speak::{self, Phrase};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// Of all rehearsals: what a G.711 line carries.
pub const RATE: LineRate = LineRate::Narrow;
/// What recognition and synthesis are charged without `timed`: 200 ms, 100 ms.
const LOOKUP_MS: u64 = 100;
const RECOGNITION_MS: u64 = 200;
const SYNTHESIS_MS: u64 = 100;
/// A transfer rings for half a second: less than a caller takes for the end of a turn.
const TRANSFER_MS: u64 = 500;
/// A queue in which nobody has time.
const PLACE: usize = 3;
const WAIT: Wait = Wait {
    least_ms: 4 * 60_000,
    most_ms: 6 * 60_000,
};
/// Loud enough for a caller to notice that somebody speaks.
const MARK: i16 = 2_000;
/// No rehearsal is longer than this: 15 minutes of audio.
const LONGEST: u64 = 15 * 60 * 1_000;

/// What came of it.
pub struct Rehearsal {
    pub events: Vec<Event>,
    /// What the caller said and what they heard, from the same start, at `hz`.
    pub caller: Vec<i16>,
    pub bot: Vec<i16>,
    pub hz: u32,
    /// How many events there were when each step of the script was begun.
    pub steps: Vec<usize>,
    /// Time spent in recognition and synthesis, and in all.
    pub engines_took: std::time::Duration,
    pub took: std::time::Duration,
}

/// By what a rehearsal is done.
#[derive(Clone, Copy)]
pub enum Means<'m> {
    /// Recognition and a voice.
    Sound(&'m Engines),
    /// Words that are written and read. The caller of such a script has words instead of recordings.
    Text {
        lookups: &'m Lookups,
        /// Prompts take as long as if they were spoken, about; else no time.
        prompts_last: bool,
    },
}

/// What becomes of callers who want a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum People {
    /// Somebody takes them at once.
    #[default]
    Answer,
    /// Whoever they are put through to is busy; nobody is there for a queue.
    Fail,
    /// Nobody has time: the queue is long.
    KeepWaiting,
}

impl People {
    /// How many callers wait when the call begins.
    pub fn waiting(self) -> u32 {
        match self {
            People::KeepWaiting => PLACE as u32 - 1,
            People::Answer | People::Fail => 0,
        }
    }
}

/// How a rehearsal differs from a plain one.
#[derive(Debug, Clone, Copy)]
pub struct Options<'o> {
    /// Charge jobs what they really take.
    pub timed: bool,
    pub people: People,
    /// What lookups of these names give; others are asked.
    pub lookups: &'o BTreeMap<String, LookedUp>,
}

/// Runs a call from its start to its end.
pub fn run(setup: Setup, means: Means, script: Vec<Step>, options: Options) -> Rehearsal {
    let started = Instant::now();
    let rate = setup.rate;
    let mut call = Call::new(setup);
    let mut caller = Caller::new(rate, script);
    let mut result = Rehearsal {
        events: Vec::new(),
        caller: Vec::new(),
        bot: Vec::new(),
        hz: rate.hz(),
        steps: Vec::new(),
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
        let left = caller.steps_left();
        let action = caller.tick(&heard, &mut said);
        let begun = left - caller.steps_left();
        result.steps.extend((0..begun).map(|_| result.events.len()));
        match action {
            Some(Action::Press(key)) => call.handle(Input::Key(key, Way::Rtp)),
            Some(Action::Write(words)) => call.handle(Input::Said(words.to_string())),
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
            for (in_ms, input) in work(job, means, rate, options) {
                coming.push((now_ms + in_ms, input));
            }
            result.engines_took += begun.elapsed();
        }
        while let Some(event) = call.poll_event() {
            result.events.push(event);
        }
    }
    if !call.is_over() {
        call.handle(Input::LineFailed);
        result
            .events
            .extend(std::iter::from_fn(|| call.poll_event()));
    }
    result.took = started.elapsed();
    result
}

/// Does a job and says after how many milliseconds which inputs come of it.
fn work(job: Job, means: Means, rate: LineRate, options: Options) -> Vec<(u64, Input)> {
    match job {
        Job::Transfer { .. } => {
            let end = match options.people {
                People::Fail => TransferUpdate::Failed("486 Busy Here".to_owned()),
                People::Answer | People::KeepWaiting => TransferUpdate::Done,
            };
            vec![
                (0, Input::Transfer(TransferUpdate::Progress(180))),
                (TRANSFER_MS, Input::Transfer(end)),
            ]
        }
        Job::Enter { .. } => queued(options.people)
            .into_iter()
            .map(|(at, news)| (at, Input::Queue(news)))
            .collect(),
        Job::CallBack { .. } => {
            let (id, place) = ("1".to_owned(), PLACE);
            vec![(0, Input::Queue(QueueNews::Promised { id, place }))]
        }
        Job::CancelCallBack { .. } => vec![(0, Input::Queue(QueueNews::Cancelled(true)))],
        Job::AskPbx { .. } => vec![(0, Input::PbxQueue(None))],
        Job::Recognise { id, utterance, .. } => {
            let mut input = match means {
                Means::Sound(engines) => engines.recognise(id, &utterance),
                Means::Text { .. } => Input::Recognised {
                    id,
                    recognition: Recognition::refused(Unheard::Failed("nobody listens".to_owned())),
                },
            };
            vec![(charge(&mut input, RECOGNITION_MS, options), input)]
        }
        Job::Synthesise { id, text, pace } => match means {
            Means::Sound(engines) => {
                let mut inputs = Vec::new();
                let mut after = 0;
                engines.synthesise(id, &text, (rate, pace), &mut |mut input| {
                    after = charge(&mut input, SYNTHESIS_MS, options).max(after);
                    inputs.push((after, input));
                    ControlFlow::Continue(())
                });
                inputs
            }
            Means::Text { prompts_last, .. } => shown(id, &text, rate, prompts_last),
        },
        Job::LookUp { id, lookup, values } => {
            let begun = Instant::now();
            let lookups = match means {
                Means::Sound(engines) => &engines.lookups,
                Means::Text { lookups, .. } => lookups,
            };
            let result = match options.lookups.get(lookup.name()) {
                Some(result) => result.clone(),
                None => engines::look_up(lookups, &lookup, &values),
            };
            let took = match options.timed {
                true => begun.elapsed().as_millis() as u64,
                false => LOOKUP_MS,
            };
            vec![(took, Input::LookedUp { id, result })]
        }
        Job::Need { .. }
        | Job::Cancel { .. }
        | Job::Leave { .. }
        | Job::Message(_)
        | Job::HangUp => Vec::new(),
    }
}

/// What happens to a caller in the queue.
fn queued(people: People) -> Vec<(u64, QueueNews)> {
    let agent = || "agent".to_owned();
    let place = Place {
        position: match people {
            People::KeepWaiting => PLACE,
            People::Answer | People::Fail => 1,
        },
        wait: (people == People::KeepWaiting).then_some(WAIT),
    };
    let entered = QueueNews::Entered {
        place,
        kept: false,
        call_back: people == People::KeepWaiting,
    };
    match people {
        People::Answer => vec![
            (0, entered),
            (0, QueueNews::Offered { agent: agent() }),
            (TRANSFER_MS, QueueNews::Taken),
            (TRANSFER_MS, QueueNews::Joined { agent: agent() }),
            (2 * TRANSFER_MS, QueueNews::AgentHungUp),
        ],
        People::Fail => vec![(0, QueueNews::Refused(Refused::NobodyThere))],
        People::KeepWaiting => vec![(0, entered)],
    }
}

/// A prompt for who reads: a sound that only marks that it is there.
fn shown(id: JobId, text: &str, rate: LineRate, lasts: bool) -> Vec<(u64, Input)> {
    let words = speak::shown(text);
    let ms = match lasts {
        true => words.chars().map(spoken_ms).sum(),
        false => FRAME_MS,
    };
    let length = ms.div_ceil(FRAME_MS).max(1) as usize * rate.frame_len();
    let phrase = Phrase::ready(&words, vec![MARK; length], rate);
    let spoken = [
        Spoken::Phrase {
            phrase: Arc::new(phrase),
            took_ms: 0,
        },
        Spoken::Done,
    ];
    spoken
        .map(|spoken| (0, Input::Spoken { id, spoken }))
        .into()
}

/// As long as a voice takes for a character: 15 letters a second, or 4 and a half Chinese signs.
fn spoken_ms(c: char) -> u32 {
    match c.is_alphabetic() && c > '\u{2e80}' {
        true => 220,
        false => 65,
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
            Encoder::new(Codec::Pcmu).encode(frame.samples(), &mut self.payload);
            Decoder::new(Codec::Pcmu).decode(&self.payload, &mut self.samples);
            *frame = Frame::of(frame.rate(), &self.samples);
        }
    }
}
