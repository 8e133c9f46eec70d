//! What there is to hear: real orders and digits, our own fixtures, and speech about something else.

use crate::coffee::Slots;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use zeroline::audio::{Clip, resample, wav};
use zeroline::dialplan::Dialplan;

/// Samples a second of every clip.
const HZ: u32 = 8_000;
/// Long speech is cut into pieces of this many seconds.
const PIECE_SECONDS: usize = 3;

pub const DIGITS: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

/// What callers are expected to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    Coffee,
    Digits,
    Clinic,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    Slots(Slots),
    Digit(&'static str),
    Intent(String),
    Human,
    /// It is about something else.
    Nothing,
}

pub struct Item {
    pub name: String,
    pub plan: Plan,
    pub clip: Clip,
    pub want: Want,
}

pub struct Sets {
    pub items: Vec<Item>,
    /// Speech without an end, to make babble of.
    pub voices: Vec<i16>,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Sets {
    pub fn read(clinic: &Dialplan) -> Result<Sets, Box<dyn Error>> {
        let data = root().join("../shared/data");
        let orders = coffee_orders(&data.join("coffee-orders"))?;
        let digits = spoken_digits(&data.join("spoken-digits"))?;
        let speech = long_speech(&data.join("speech"))?;
        let fixtures = fixtures(clinic)?;

        let mut items = Vec::new();
        let mut foreign = |plan: Plan, name: &str, clip: &Clip| {
            items.push(Item {
                name: name.to_owned(),
                plan,
                clip: clip.clone(),
                want: Want::Nothing,
            });
        };
        for (name, clip) in &speech {
            for plan in [Plan::Coffee, Plan::Digits, Plan::Clinic] {
                foreign(plan, name, clip);
            }
        }
        for item in &digits {
            foreign(Plan::Coffee, &item.name, &item.clip);
            foreign(Plan::Clinic, &item.name, &item.clip);
        }
        for item in &orders {
            foreign(Plan::Digits, &item.name, &item.clip);
            foreign(Plan::Clinic, &item.name, &item.clip);
        }
        for item in fixtures.iter().filter(|item| item.want != Want::Nothing) {
            foreign(Plan::Coffee, &item.name, &item.clip);
        }
        items.extend(orders);
        items.extend(digits);
        items.extend(fixtures);
        let voices = speech.into_iter().flat_map(|(_, clip)| clip.samples);
        Ok(Sets {
            items,
            voices: voices.chain([0]).collect(),
        })
    }
}

fn read_wav(path: &Path) -> Result<Clip, Box<dyn Error>> {
    Ok(resample::to(&wav::read(path)?.clip, HZ))
}

/// The WAV files in a folder by name; none, with a line about it, when it is not there.
fn wav_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "wav"))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn coffee_orders(folder: &Path) -> Result<Vec<Item>, Box<dyn Error>> {
    let files = wav_files(folder);
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let labels = std::fs::read_to_string(folder.join("labels.json"))?;
    let labels: BTreeMap<String, Slots> = serde_json::from_str(&labels)?;
    let mut items = Vec::new();
    for path in files {
        if let Some(slots) = labels.get(&name(&path)) {
            items.push(Item {
                name: name(&path),
                plan: Plan::Coffee,
                clip: read_wav(&path)?,
                want: Want::Slots(slots.clone()),
            });
        }
    }
    Ok(items)
}

/// Files named `7_speaker_12.wav`.
fn spoken_digits(folder: &Path) -> Result<Vec<Item>, Box<dyn Error>> {
    let mut items = Vec::new();
    for path in wav_files(folder) {
        let name = name(&path);
        let digit = name
            .split('_')
            .next()
            .and_then(|digit| digit.parse::<usize>().ok());
        if let Some(&digit) = digit.and_then(|digit| DIGITS.get(digit)) {
            items.push(Item {
                clip: read_wav(&path)?,
                name,
                plan: Plan::Digits,
                want: Want::Digit(digit),
            });
        }
    }
    Ok(items)
}

fn long_speech(folder: &Path) -> Result<Vec<(String, Clip)>, Box<dyn Error>> {
    let mut pieces = Vec::new();
    for path in wav_files(folder) {
        let clip = read_wav(&path)?;
        for (n, piece) in clip.samples.chunks(HZ as usize * PIECE_SECONDS).enumerate() {
            let name = format!("{} {n}", name(&path));
            pieces.push((name, Clip::new(HZ, piece.to_vec())));
        }
    }
    Ok(pieces)
}

/// A scenario in `audio-fixtures`, of which only single turns matter here.
#[derive(Deserialize)]
struct Scenario {
    #[serde(default)]
    turn: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    say: Option<String>,
    intent: Option<String>,
    asked: Option<String>,
    not_understood: Option<bool>,
}

fn fixtures(clinic: &Dialplan) -> Result<Vec<Item>, Box<dyn Error>> {
    let folder = root().join("audio-fixtures");
    let mut wanted: BTreeMap<String, Want> = BTreeMap::new();
    for file in std::fs::read_dir(&folder)? {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let scenario: Scenario = toml::from_str(&std::fs::read_to_string(&path)?)?;
        for turn in scenario.turn {
            let Some(say) = turn.say else { continue };
            let known =
                |intent: &String| clinic.intents.iter().any(|known| *known.name == **intent);
            let want = match (turn.intent.filter(known), turn.asked.as_deref()) {
                (Some(intent), _) => Want::Intent(intent),
                (None, Some("words")) => Want::Human,
                _ if turn.not_understood.is_some() => Want::Nothing,
                _ => continue,
            };
            wanted.insert(say, want);
        }
    }
    let mut items = Vec::new();
    for (name, want) in wanted {
        items.push(Item {
            clip: read_wav(&folder.join(&name))?,
            name,
            plan: Plan::Clinic,
            want,
        });
    }
    Ok(items)
}
