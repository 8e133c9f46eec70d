//! From sound to meaning with real engines: a voice on a telephone line, through voice activity
//! detection and recognition, to the dialplan's intent; and what is no speech, to nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
#[path = "common/recognised_back.rs"]
mod recognised_back;

use common::root;
use recognised_back::{accuracy, recognised_back};
use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::path::Path;
use std::sync::LazyLock;
use zeroline::audio::{Clip, Frame, LineRate, wav};
use zeroline::dialplan::Dialplan;
use zeroline::hear::{
    self, Expected, Heard, Listener, Recogniser, Recognition, Stop, Vad, Wanted, Whisper,
};
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{Espeak, Speaker};
use zeroline::understand::{self, Language};

static CLINIC: LazyLock<Dialplan> = LazyLock::new(|| {
    let path = root().join("dialplans/clinic.toml");
    Dialplan::load(&path, jiff::civil::date(2026, 11, 1))
        .unwrap()
        .dialplan
});

/// A very small model made for tests: see its card in `models/fixture`.
static WHISPER: LazyLock<Whisper> = LazyLock::new(|| {
    Whisper::load(&root().join("models/fixture/ggml-fixture.en.bin"), "en-US").unwrap()
});

/// What the dialplan makes of a call in which this is said: all utterances, as text and intent.
fn understood(recogniser: &dyn Recogniser, sound: &[i16]) -> Vec<(String, String)> {
    let rate = LineRate::Narrow;
    let mut listener = Listener::new(rate, Vad::Fvad.start(rate));
    let quiet = Frame::silence(rate);
    let padded = [sound, &[0; 8_000]].concat();
    Clip::new(rate.hz(), padded)
        .frames(rate)
        .iter()
        .filter_map(|frame| match listener.hear(frame, &quiet, 700) {
            Some(Heard::SpeechEnded(utterance)) => Some(utterance),
            _ => None,
        })
        .map(|utterance| {
            let text = recognised(recogniser, &utterance.clip);
            let meaning = match understand::asks_for_human(CLINIC.language, &text) {
                true => "human".to_owned(),
                false => CLINIC
                    .intent_of(&text)
                    .map_or(String::new(), |name| name.to_string()),
            };
            (text, meaning)
        })
        .collect()
}

/// As it is done for each call: gates and engine.
fn recognised(recogniser: &dyn Recogniser, utterance: &Clip) -> String {
    let recognition = Recognition::now(recogniser, utterance, &Stop::never());
    recognition.result.unwrap().text
}

fn clip(path: &Path) -> Clip {
    wav::read(path).unwrap().clip
}

/// How many of a voice's phrases lead to the right intent, and what became of the others.
fn right_intents(voice: &Path) -> (usize, usize, String) {
    let phrases = std::fs::read_to_string(root().join("models/fixture/phrases.txt")).unwrap();
    let intents: BTreeMap<usize, &str> = phrases
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split_once('\t').unwrap().1))
        .collect();
    let (mut all, mut right, mut wrong) = (0, 0, String::new());
    for file in std::fs::read_dir(voice).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        let number: usize = name.split_once('-').unwrap().0.parse().unwrap();
        let heard = understood(&*WHISPER, &clip(&path).samples);
        all += 1;
        match &heard[..] {
            [(_, intent)] if intent == intents[&number] => right += 1,
            other => wrong += &format!("{name}: {other:?}\n"),
        }
    }
    (right, all, wrong)
}

#[test]
fn whisper_hears_voices_it_never_heard_before() {
    for voice in std::fs::read_dir(root().join("models/fixture/held-out")).unwrap() {
        let voice = voice.unwrap().path();
        let name = voice.file_name().unwrap().to_string_lossy();
        let (right, all, wrong) = right_intents(&voice);
        println!("{name}: {right} of {all}\n{wrong}");
        assert!(all >= 16, "{name}: {all} phrases");
        // Another synthesiser than any it learned from is harder than a new voice of a known one.
        let least = if name.starts_with("espeak") { 0.9 } else { 0.7 };
        assert!(
            right as f32 >= least * all as f32,
            "{name}: {right} of {all}\n{wrong}"
        );
    }
}

/// Ten seconds of something that is on telephone lines and is no speech, at about -20 dBov.
fn noises() -> Vec<(&'static str, Vec<i16>)> {
    let make = |sound: &dyn Fn(f32) -> f32| -> Vec<i16> {
        (0..80_000)
            .map(|at| (sound(at as f32 / 8_000.0) * 5_000.0) as i16)
            .collect()
    };
    let tone = |hz: f32, t: f32| (TAU * hz * t).sin();
    let on = |t: f32, period: f32, length: f32| if t % period < length { 1.0 } else { 0.0 };
    // A plucked note with overtones, every half second another one of a scale.
    let note = |hz: f32, t: f32| {
        let overtones: f32 = (1..6).map(|n| tone(hz * n as f32, t) / n as f32).sum();
        overtones * (-(t % 0.5) * 3.0).exp()
    };
    let scale = [262.0, 330.0, 392.0, 523.0, 440.0, 349.0, 294.0, 247.0];
    let melody = |t: f32| note(scale[(t * 2.0) as usize % scale.len()], t);
    let chord = |t: f32| {
        let root = scale[(t / 2.0) as usize % scale.len()] / 2.0;
        note(root, t) + note(root * 1.26, t) + note(root * 1.5, t)
    };
    let dtmf = |t: f32| {
        let low = [697.0, 770.0, 852.0, 941.0][(t * 2.0) as usize % 4];
        let high = [1209.0, 1336.0, 1477.0][(t * 2.0) as usize % 3];
        (tone(low, t) + tone(high, t)) * 0.5 * on(t, 0.5, 0.2)
    };
    vec![
        ("silence", vec![0; 80_000]),
        (
            "hum",
            make(&|t| 0.6 * tone(50.0, t) + 0.4 * tone(150.0, t) + 0.2 * tone(250.0, t)),
        ),
        ("hold music", make(&|t| 0.5 * melody(t) + 0.3 * chord(t))),
        ("DTMF", make(&dtmf)),
        (
            "ringback",
            make(&|t| (tone(440.0, t) + tone(480.0, t)) * 0.5 * on(t, 6.0, 2.0)),
        ),
        ("busy tone", make(&|t| tone(425.0, t) * on(t, 1.0, 0.5))),
        (
            "fax",
            make(&|t| tone(1100.0, t) * on(t, 3.5, 0.5) + tone(2100.0, t) * on(t, 3.5, 3.0) * 0.3),
        ),
        (
            "coughs and clicks",
            clip(&root().join("audio-fixtures/cough-click.wav")).samples,
        ),
        (
            "line noise",
            clip(&root().join("audio-fixtures/long-silence.wav")).samples,
        ),
    ]
}

#[track_caller]
fn nothing_is_heard_by(recogniser: &dyn Recogniser) {
    let mut heard = Vec::new();
    for (name, sound) in noises() {
        for (text, _) in understood(recogniser, &sound) {
            if !text.is_empty() {
                heard.push(format!("{name}: {text}"));
            }
        }
        // Nor when it gets past the voice detector.
        for length in [4_000, 12_000, 40_000] {
            let piece = Clip::new(8_000, sound[..length.min(sound.len())].to_vec());
            let text = recognised(recogniser, &piece);
            if !text.is_empty() {
                heard.push(format!("{name}, {length} samples: {text}"));
            }
        }
    }
    assert!(heard.is_empty(), "{heard:#?}");
}

#[test]
fn pocketsphinx_hears_nothing_where_nothing_is_said() {
    let expected = Expected::from_phrases(&CLINIC.phrases());
    let choice = hear::choose(Wanted::PocketSphinx, None, &[], "en-US", &expected, &|_| {
        None
    })
    .unwrap();
    nothing_is_heard_by(&*choice.recogniser);
}

#[test]
fn whisper_hears_nothing_where_nothing_is_said() {
    nothing_is_heard_by(&*WHISPER);
}

#[test]
fn what_the_voice_says_is_recognised_back() {
    let voice = Espeak::new("en-US").unwrap();
    let none = Pronunciations::default();
    let speaker = Speaker::new(Box::new(voice), Language::EnglishUs, none, Path::new(""));
    let all = recognised_back(&speaker, &CLINIC.fixed_texts(), |_| {}).unwrap();
    for back in all.iter().filter(|back| back.wrong > 0) {
        println!("{back}");
    }
    let accuracy = accuracy(&all);
    println!("word accuracy {accuracy:.3}");
    assert!(accuracy > 0.95, "{accuracy}");
}
