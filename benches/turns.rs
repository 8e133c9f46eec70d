//! Turn-taking, measured: how soon callers are answered, how many are cut off, when the bot stops for
//! them and when for nothing, in real calls over loopback from the packets alone; and how well the
//! parts of it work by themselves. Prints the tables of `docs/turn-taking.md`.
//!
//!     make bench-turns                                   everything
//!     cargo bench --profile dev --bench turns -- calls   one part; see SECTIONS
//!     cargo bench --profile dev --bench turns -- turns show   what happened in each turn as well
//!
//! Speech is what lies in `audio-fixtures` and, where it is there, in `../shared/data`.

#[path = "accuracy/coffee.rs"]
mod coffee;
// Without the voices that babble is made of, which are for the other bench.
#[allow(dead_code)]
#[path = "accuracy/sets.rs"]
mod sets;

#[path = "turns/answers.rs"]
mod answers;
#[path = "turns/calls.rs"]
mod calls;
#[path = "turns/echo.rs"]
mod echo;
#[path = "turns/interruptions.rs"]
mod interruptions;
#[path = "turns/loss.rs"]
mod loss;
#[path = "turns/network.rs"]
mod network;
#[path = "turns/noises.rs"]
mod noises;
#[path = "turns/office.rs"]
mod office;
#[path = "turns/pause.rs"]
mod pause;
#[path = "turns/vad.rs"]
mod vad;
#[path = "turns/wire.rs"]
mod wire;

use coffee::Coffee;
use interruptions::LONG_GREETING;
use noises::Noise;
use sets::Sets;
use std::error::Error;
use std::path::{Path, PathBuf};
use zeroline::audio::{LineRate, resample, wav};
use zeroline::dialplan::Dialplan;
use zeroline::hear::{Vad, WantedVad};
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{Espeak, Speaker};
use zeroline::understand::Language;

/// What can be asked for; `calls` is the first four.
const SECTIONS: [&str; 7] = [
    "turns", "pauses", "barge-in", "noise", "vad", "echo", "loss",
];
const CALLS: usize = 4;
const RATE: LineRate = LineRate::Narrow;
/// Every so many of the coffee orders is heard by the detectors alone, and through an echo.
const FOR_VAD: usize = 4;
const FOR_ECHO: usize = 12;
/// So much of a prompt comes back as an echo.
const ECHO_SECONDS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds an argument of its own.
    let arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let (show, mut wanted): (Vec<String>, Vec<String>) = arguments.partition(|a| a == "show");
    let shows = !show.is_empty();
    let is_known = |word: &String| SECTIONS.contains(&&**word) || word == "calls";
    if let Some(unknown) = wanted.iter().find(|word| !is_known(word)) {
        return Err(format!("{unknown}: it is calls or one of {}", SECTIONS.join(", ")).into());
    }
    if wanted.iter().any(|word| word == "calls") {
        wanted.extend(SECTIONS.iter().take(CALLS).map(|name| name.to_string()));
    }
    let has = |section: &str| wanted.is_empty() || wanted.iter().any(|word| word == section);

    let today = jiff::Zoned::now().date();
    let clinic = Dialplan::load(&sets::root().join("dialplans/clinic.toml"), today)?.dialplan;
    let sets = Sets::read(&clinic)?;
    let lines = calls::lines(&sets);
    let mut silent = None;
    if has("turns") {
        heading("How soon callers are answered");
        silent = Some(answers::turns(&clinic, &lines, shows)?);
    }
    if has("pauses") {
        heading("Callers who pause within what they say");
        answers::pauses(&clinic, &lines, shows)?;
    }
    if has("barge-in") {
        heading("Callers who interrupt");
        interruptions::barge_in(&clinic, &lines, silent.as_deref(), shows)?;
    }
    if has("noise") {
        heading("Sounds that are no speech, over a prompt");
        interruptions::by_noise(&clinic, hold_music())?;
    }
    if has("vad") || has("echo") {
        detectors(&has)?;
    }
    if has("loss") {
        heading("Bad networks");
        loss::measure(&Coffee::read()?, &clinic, &sets)?;
    }
    Ok(())
}

fn heading(text: &str) {
    println!("\n## {text}\n");
}

/// The tables of each detector of speech that is installed.
fn detectors(has: &dyn Fn(&str) -> bool) -> Result<(), Box<dyn Error>> {
    let fixtures = sets::root().join("audio-fixtures");
    let orders = sets::root().join("../shared/data/coffee-orders");
    let spoken = |nth| {
        let mut all = vad::spoken(&fixtures, 1);
        all.extend(vad::spoken(&orders, nth));
        all
    };
    let prompt = long_prompt()?;
    let folders = ["models", "../shared/models"].map(|folder| sets::root().join(folder));
    let named = std::env::var_os("ZEROLINE_MODELS").map(PathBuf::from);
    let folders: Vec<PathBuf> = named.into_iter().chain(folders).collect();
    for (name, wanted) in [("webrtc", WantedVad::Webrtc), ("silero", WantedVad::Silero)] {
        let detector = match Vad::load(wanted, &folders) {
            Ok(detector) => detector,
            Err(error) => {
                println!("skipped: {error}");
                continue;
            }
        };
        let start = || detector.start(RATE);
        if has("vad") {
            let clips = spoken(FOR_VAD);
            heading(&format!("Speech in noise, {} clips, {name}", clips.len()));
            vad::speech(&clips, &start);
            heading(&format!("Sounds that are no speech, {name}"));
            vad::false_alarms(&prompt, hold_music(), &start);
            println!();
            vad::cost(&prompt, &clips, &start);
        }
        if has("echo") {
            let callers = spoken(FOR_ECHO);
            heading(&format!(
                "Our own voice coming back, {} callers, {name}",
                callers.len()
            ));
            let length = ECHO_SECONDS * RATE.hz() as usize;
            echo::measure(prompt.get(..length).unwrap_or(&prompt), &callers, &start);
        }
    }
    Ok(())
}

/// A minute of what the bot says.
fn long_prompt() -> Result<Vec<i16>, Box<dyn Error>> {
    let voice = Espeak::new(Language::EnglishUs.tag())?;
    let none = Pronunciations::default();
    let speaker = Speaker::new(Box::new(voice), Language::EnglishUs, none, Path::new(""));
    Ok(speaker.prompt(LONG_GREETING, RATE)?.samples(RATE))
}

/// Recorded music of a phone system, where one is installed.
fn hold_music() -> Vec<Noise> {
    let folder = Path::new("/usr/share/asterisk/moh");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!(
            "skipped: {} is not there (Debian's asterisk-moh-opsound-wav)\n",
            folder.display()
        );
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "wav"));
    paths.sort();
    let noise = |path: &PathBuf| {
        let clip = wav::read(path).ok()?.clip;
        Some(Noise {
            name: path.file_stem()?.to_string_lossy().into_owned(),
            samples: resample::to(&clip, RATE.hz()).samples,
        })
    };
    paths.iter().filter_map(noise).collect()
}
