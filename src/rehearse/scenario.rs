//! Scenario files: what a caller does, and what must come of it.
//!
//! ```toml
//! about = "Asks when the clinic is open, then wants a person."
//! ends = "transferred"
//!
//! [[turn]]
//! say = "opening-hours.wav"          # beside this file; said when it is the caller's turn
//! heard = "when are you open"        # part of the words recognised
//! intent = "opening-hours"           # what was understood
//! answer = "Monday to Friday"        # part of a prompt that follows
//!
//! [[turn]]
//! keys = "0"
//! into_ms = 800                      # while the bot speaks, that long after it began
//! asked = "key"
//! ```
//!
//! Each expectation must be met by an event after the one that met the expectation before.

use crate::audio::{Key, LineRate, wav};
use crate::call::{AskedHow, EndReason, Event, EventKind};
use crate::caller::{Step, What, When};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A scenario, read and with its recordings loaded.
#[derive(Debug)]
pub struct Scenario {
    pub script: Vec<Step>,
    /// The human's phone is busy.
    pub transfers_fail: bool,
    expected: Vec<Expected>,
}

/// Why a scenario cannot be used; names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {why}", path.display())]
    Invalid { path: PathBuf, why: String },
    #[error(transparent)]
    Wav(#[from] wav::WavError),
}

#[derive(Debug, Clone, PartialEq)]
enum Expected {
    Heard(String),
    Intent(String),
    NotUnderstood,
    NoInput,
    Answer(String),
    Asked(AskedHow),
    Interrupted,
    TransferFailed,
    Ends(EndReason),
}

impl Scenario {
    /// A caller who says one recording and hangs up after the answer; nothing is expected.
    pub fn saying(wav: &Path, rate: LineRate) -> Result<Scenario, ScenarioError> {
        Ok(Scenario {
            script: vec![Step {
                when: When::MyTurn,
                what: load(wav, rate)?,
            }],
            transfers_fail: false,
            expected: Vec::new(),
        })
    }

    pub fn read(path: &Path, rate: LineRate) -> Result<Scenario, ScenarioError> {
        let source = std::fs::read_to_string(path).map_err(|source| ScenarioError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let invalid = |why: String| ScenarioError::Invalid {
            path: path.to_owned(),
            why,
        };
        let file: File = toml::from_str(&source).map_err(|error| invalid(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut scenario = Scenario {
            script: Vec::new(),
            transfers_fail: file.transfer == Transfer::Fails,
            expected: Vec::new(),
        };
        for turn in file.turn {
            let when = match turn.into_ms {
                Some(ms) => When::Into { ms },
                None => When::MyTurn,
            };
            let mut step = |what| scenario.script.push(Step { when, what });
            match (&turn.say, &turn.keys, turn.hang_up) {
                (Some(say), None, false) => step(load(&folder.join(say), rate)?),
                (None, Some(keys), false) => {
                    for c in keys.chars() {
                        let key = Key::from_char(c)
                            .ok_or_else(|| invalid(format!("`{c}` in `keys` is no key")))?;
                        step(What::Press(key));
                    }
                }
                (None, None, true) => step(What::HangUp),
                // A turn that only waits for what comes.
                (None, None, false) => {}
                _ => {
                    let why = "a turn has only one of `say`, `keys`, `hang_up`".to_owned();
                    return Err(invalid(why));
                }
            }
            scenario.expected.extend(turn.expected());
        }
        scenario.expected.extend(file.ends.map(Expected::Ends));
        Ok(scenario)
    }

    /// What did not come true, in words; empty when all is well.
    pub fn unmet(&self, events: &[Event]) -> Option<String> {
        let mut rest = events;
        for (number, expected) in self.expected.iter().enumerate() {
            match rest
                .iter()
                .position(|event| expected.is_met_by(&event.kind))
            {
                Some(at) => rest = rest.get(at + 1..).unwrap_or_default(),
                None => {
                    let after = match number.checked_sub(1).and_then(|n| self.expected.get(n)) {
                        Some(before) => format!(" after {before:?}"),
                        None => String::new(),
                    };
                    let seen: Vec<String> = rest
                        .iter()
                        .map(|event| serde_json::to_string(event).unwrap_or_default())
                        .collect();
                    return Some(format!(
                        "expected {expected:?}{after}, but what came was:\n  {}",
                        seen.join("\n  ")
                    ));
                }
            }
        }
        None
    }
}

fn load(path: &Path, rate: LineRate) -> Result<What, ScenarioError> {
    let wav = wav::read(path)?;
    if wav.missing_ms > 0 {
        tracing::warn!(
            "{}: the file ends {} ms before its header says; using what is there",
            path.display(),
            wav.missing_ms
        );
    }
    Ok(What::Say(wav.clip.frames(rate).into()))
}

impl Expected {
    fn is_met_by(&self, event: &EventKind) -> bool {
        match (self, event) {
            (Expected::Heard(part), EventKind::Heard { text, .. }) => text.contains(part),
            (Expected::Intent(wanted), EventKind::Understood { intent, .. }) => wanted == intent,
            (Expected::Answer(part), EventKind::PromptStarted { text, .. }) => text.contains(part),
            (Expected::Asked(wanted), EventKind::AskedForHuman { how }) => wanted == how,
            (Expected::Ends(wanted), EventKind::CallEnded { reason, .. }) => wanted == reason,
            (Expected::NotUnderstood, EventKind::NotUnderstood { .. })
            | (Expected::NoInput, EventKind::NoInput)
            | (Expected::Interrupted, EventKind::PromptInterrupted { .. })
            | (Expected::TransferFailed, EventKind::TransferFailed { .. }) => true,
            _ => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// For people.
    #[serde(rename = "about")]
    _about: String,
    #[serde(default)]
    transfer: Transfer,
    ends: Option<EndReason>,
    turn: Vec<Turn>,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Transfer {
    #[default]
    Succeeds,
    Fails,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    say: Option<String>,
    keys: Option<String>,
    #[serde(default)]
    hang_up: bool,
    into_ms: Option<u64>,
    #[serde(default)]
    interrupted: bool,
    heard: Option<String>,
    intent: Option<String>,
    #[serde(default)]
    not_understood: bool,
    #[serde(default)]
    no_input: bool,
    asked: Option<AskedHow>,
    #[serde(default)]
    transfer_failed: bool,
    answer: Option<String>,
}

impl Turn {
    /// In the order in which a call brings them.
    fn expected(self) -> Vec<Expected> {
        let flag = |on: bool, expected| on.then_some(expected);
        [
            flag(self.interrupted, Expected::Interrupted),
            flag(self.no_input, Expected::NoInput),
            self.heard.map(Expected::Heard),
            self.intent.map(Expected::Intent),
            flag(self.not_understood, Expected::NotUnderstood),
            self.asked.map(Expected::Asked),
            flag(self.transfer_failed, Expected::TransferFailed),
            self.answer.map(Expected::Answer),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
