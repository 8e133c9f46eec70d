//! A conversation as a test: what a caller does, turn by turn, and what must come of it.
//!
//! Read from a file ([`read`], `docs/conversation-tests.md` explains the format), each of its branches
//! is a [`Scenario`]. [`Scenario::run`] plays it, as text or as sound, with the same expectations.

mod expected;
mod read;
#[cfg(test)]
mod tests;

pub(super) use expected::end_of;
pub use read::read;

use super::{Means, Options, Outcome, People, Rehearsal, told};
use crate::audio::{FRAME_MS, Frame, Key, LineRate, wav};
use crate::call::{About, Event, Music, Setup};
use crate::caller::{Step, What, When};
use crate::dialplan::{Dialplan, LookedUp};
use crate::engines::Engines;
use crate::hear::Vad;
use crate::lookup::Lookups;
use crate::speak::PromptBook;
use expected::Wanted;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// One call to rehearse.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file's, and the branch's, if it has several.
    pub name: String,
    /// The branch alone; the file's name where it has none.
    pub case: String,
    pub file: PathBuf,
    settings: Settings,
    turns: Vec<Turn>,
    ends: Option<Wanted>,
}

/// What is so from the start, whatever the caller does.
#[derive(Debug, Clone, Default)]
struct Settings {
    /// When the call begins; now, where nothing is written.
    at: Option<Timestamp>,
    caller: Option<String>,
    called: Option<String>,
    people: People,
    /// What systems answer that are not asked.
    lookups: BTreeMap<String, LookedUp>,
}

#[derive(Debug, Clone)]
struct Turn {
    line: usize,
    when: When,
    /// None for a turn that only waits for what comes.
    act: Option<Act>,
    wanted: Vec<Wanted>,
}

/// What the caller does in a turn. All frames are at the rate for which they were read.
#[derive(Debug, Clone)]
enum Act {
    Words {
        words: Arc<str>,
        /// Sounds while they speak.
        noise: Option<Arc<[Frame]>>,
    },
    Recording {
        frames: Arc<[Frame]>,
        /// What is said in it, as far as the file tells.
        words: Option<Arc<str>>,
    },
    /// Nothing, or nothing that is speech.
    Sound(Arc<[Frame]>),
    Keys(Arc<[Key]>),
    HangUp,
}

/// How a scenario is played.
pub enum Stage<'s> {
    /// Words are read by the call, and its prompts take no time.
    Text(&'s Lookups),
    /// The whole pipeline.
    Sound {
        engines: &'s Engines,
        prompts: &'s Arc<PromptBook>,
        /// The caller's voice.
        voice: &'s dyn Fn(&str) -> Result<Vec<Frame>, String>,
        /// Charge jobs what they really take.
        timed: bool,
    },
}

/// Why a scenario was not played.
enum Unplayable {
    /// A recording in this line, of which text cannot tell what is said.
    NoWords(usize),
    Voice(String),
}

/// A very quiet room, in samples: no line is ever without a sound.
const ROOM: u32 = 12;

impl Scenario {
    /// A caller who says one recording and hangs up after the answer; nothing is expected.
    pub fn saying(path: &Path, rate: LineRate) -> Result<Scenario, wav::WavError> {
        let name = stem(path);
        let turn = Turn {
            line: 0,
            when: When::MyTurn,
            act: Some(Act::Recording {
                frames: recording(path, rate)?,
                words: None,
            }),
            wanted: Vec::new(),
        };
        Ok(Scenario {
            case: name.clone(),
            name,
            file: path.to_owned(),
            settings: Settings::default(),
            turns: vec![turn],
            ends: None,
        })
    }

    /// Plays it from its start to its end. There is a rehearsal unless it had to be left out.
    pub fn run(&self, plan: &Arc<Dialplan>, stage: &Stage) -> (Outcome, Option<Rehearsal>) {
        let begun = Instant::now();
        let mut outcome = Outcome {
            name: self.name.clone(),
            case: self.case.clone(),
            file: self.file.clone(),
            unmet: None,
            skipped: None,
            events: Vec::new(),
            took: begun.elapsed(),
        };
        let file = self.file.display();
        let script = match self.script(stage) {
            Ok(script) => script,
            Err(Unplayable::NoWords(line)) => {
                let why = "a recording, and no `heard` tells what is said in it";
                outcome.skipped = Some(format!("{file}:{line}: {why}"));
                return (outcome, None);
            }
            Err(Unplayable::Voice(why)) => {
                outcome.unmet = Some(format!("{file}: the caller cannot speak: {why}"));
                return (outcome, None);
            }
        };
        let (prompts, vad, means, timed) = match stage {
            Stage::Text(lookups) => {
                // Time passes in prompts only where somebody speaks into them.
                let prompts_last = self.turns.iter().any(|turn| turn.when != When::MyTurn);
                let means = Means::Text {
                    lookups,
                    prompts_last,
                };
                (Arc::default(), Vad::Fvad, means, false)
            }
            Stage::Sound {
                engines,
                prompts,
                timed,
                ..
            } => {
                let (prompts, vad) = ((*prompts).clone(), engines.vad.clone());
                (prompts, vad, Means::Sound(engines), *timed)
            }
        };
        let setup = Setup {
            id: self.name.clone(),
            rate: super::RATE,
            dialplan: plan.clone(),
            prompts,
            vad,
            music: Music::built_in(),
            waiting: Some(self.settings.people.waiting()),
            called_back: None,
            begins: self.settings.at.unwrap_or_else(Timestamp::now),
            about: About {
                caller: self.settings.caller.clone(),
                number: self.settings.caller.clone(),
                called: self.settings.called.clone(),
                ..About::default()
            },
        };
        let options = Options {
            timed,
            people: self.settings.people,
            lookups: &self.settings.lookups,
        };
        let rehearsal = super::run(setup, means, script, options);
        let begun_at = self.begun(&rehearsal.steps);
        outcome.unmet = self.unmet(&rehearsal.events, &begun_at, stage);
        outcome.events = rehearsal.events.clone();
        outcome.took = begun.elapsed();
        (outcome, Some(rehearsal))
    }

    /// One step for each turn in which the caller does something.
    fn script(&self, stage: &Stage) -> Result<Vec<Step>, Unplayable> {
        let step = |turn: &Turn| {
            let what = turn.act.as_ref()?.what(stage, turn.line);
            Some(what.map(|what| Step {
                when: turn.when,
                what,
            }))
        };
        self.turns.iter().filter_map(step).collect()
    }

    /// At which event each turn was begun, if it was; `steps`: those at which the steps were.
    fn begun(&self, steps: &[usize]) -> Vec<Option<usize>> {
        let mut steps = steps.iter().copied();
        let begun = |turn: &Turn| turn.act.as_ref().and_then(|_| steps.next());
        self.turns.iter().map(begun).collect()
    }

    /// What did not come true, with the place in the file and what was said until then.
    fn unmet(&self, events: &[Event], begun: &[Option<usize>], stage: &Stage) -> Option<String> {
        let as_text = matches!(stage, Stage::Text(_));
        // A turn without an act goes on where the one before it left off.
        let mut from = 0;
        for (number, turn) in self.turns.iter().enumerate() {
            if turn.act.is_some() {
                match begun.get(number).copied().flatten() {
                    Some(at) => from = at,
                    None => {
                        let last = expected::end(events);
                        let what =
                            format!("the caller never came to this turn: the call ended ({last})");
                        return Some(self.failure(turn.line, &what, events));
                    }
                }
            }
            let later = begun.iter().zip(&self.turns).skip(number + 1);
            let until = later
                .filter(|(_, turn)| turn.act.is_some())
                .find_map(|(at, _)| *at)
                .unwrap_or(events.len());
            let window = events.get(from..until).unwrap_or_default();
            match expected::check(&turn.wanted, window, as_text) {
                Ok(met) => from += met,
                Err((line, what)) => {
                    let heard = events.get(..until).unwrap_or_default();
                    return Some(self.failure(line, &what, heard));
                }
            }
        }
        let ends = self.ends.as_slice();
        match expected::check(ends, events, as_text) {
            Ok(_) => None,
            Err((line, what)) => Some(self.failure(line, &what, events)),
        }
    }

    fn failure(&self, line: usize, what: &str, heard: &[Event]) -> String {
        let mut text = format!("{}:{line}: {what}", self.file.display());
        let lines = told::lines(heard);
        let last = lines.len().saturating_sub(told::LAST);
        if last > 0 {
            text.push_str("\n    …");
        }
        for line in lines.get(last..).unwrap_or_default() {
            text.push_str("\n    ");
            text.push_str(line);
        }
        text
    }
}

impl Act {
    fn what(&self, stage: &Stage, line: usize) -> Result<What, Unplayable> {
        let write = |words: &Arc<str>| What::Write(words.clone());
        Ok(match (self, stage) {
            (Act::Words { words, .. }, Stage::Text(_)) => write(words),
            (Act::Words { words, noise }, Stage::Sound { voice, .. }) => {
                let mut frames = voice(words).map_err(Unplayable::Voice)?;
                if let Some(noise) = noise {
                    mix(&mut frames, noise);
                }
                What::Say(frames.into())
            }
            (Act::Recording { words, .. }, Stage::Text(_)) => match words {
                Some(words) => write(words),
                None => return Err(Unplayable::NoWords(line)),
            },
            (Act::Recording { frames, .. }, Stage::Sound { .. }) => What::Say(frames.clone()),
            // To a reader, noise is silence.
            (Act::Sound(frames), Stage::Text(_)) => What::Sound(room(frames.len())),
            (Act::Sound(frames), Stage::Sound { .. }) => What::Sound(frames.clone()),
            (Act::Keys(keys), _) => What::Press(keys.clone()),
            (Act::HangUp, _) => What::HangUp,
        })
    }
}

/// So many frames of a room in which nobody speaks; the same every time.
fn room(frames: usize) -> Arc<[Frame]> {
    let mut state = 1u32;
    let mut sample = |_| {
        // A linear congruential generator; its upper bits are random enough for noise.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) % (2 * ROOM + 1)) as i16 - ROOM as i16
    };
    let mut frame = |_| {
        let samples: Vec<i16> = (0..super::RATE.frame_len()).map(&mut sample).collect();
        Frame::of(super::RATE, &samples)
    };
    (0..frames).map(&mut frame).collect()
}

/// Adds noise, over and over if it is shorter.
fn mix(frames: &mut [Frame], noise: &[Frame]) {
    for (frame, noise) in frames.iter_mut().zip(noise.iter().cycle()) {
        for (sample, noise) in frame.samples_mut().iter_mut().zip(noise.samples()) {
            *sample = sample.saturating_add(*noise);
        }
    }
}

fn recording(path: &Path, rate: LineRate) -> Result<Arc<[Frame]>, wav::WavError> {
    let wav = wav::read(path)?;
    if wav.missing_ms > 0 {
        tracing::warn!(
            "{}: the file ends {} ms before its header says; using what is there",
            path.display(),
            wav.missing_ms
        );
    }
    Ok(wav.clip.frames(rate).into())
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

const fn frames(ms: u64) -> usize {
    (ms / FRAME_MS as u64) as usize
}
