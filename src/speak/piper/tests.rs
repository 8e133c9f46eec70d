//! Through the real ONNX Runtime with the models of `models/voice-fixture`, in which each phoneme
//! number is a tone. Where the library is not there, they say so and pass; `make test` fetches it.

use super::Pace::{Slow, Usual};
use super::*;
use crate::speak::user_cache;
use std::path::PathBuf;

/// Samples of a tone at speed 1, as in `models/voice-fixture/voice.py`.
const TONE: usize = 441;
const HZ: f32 = 22_050.0;
const GREETING: &str = "Lakeside Clinic. How can I help?";

/// ONNX Runtime's library, if this machine has it.
pub(in crate::speak) fn runtime() -> Option<PathBuf> {
    let named = std::env::var_os("ZEROLINE_ONNXRUNTIME").map(PathBuf::from);
    let fetched = user_cache().map(|cache| cache.join("models/libonnxruntime.so"));
    let found = named.or(fetched).filter(|library| library.exists());
    if found.is_none() {
        println!("skipped: no ONNX Runtime here; `make test` fetches it");
    }
    found
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models/voice-fixture")
        .join(name)
}

fn voice(runtime: &Path, name: &str, settings: PiperSettings) -> Piper {
    Piper::load(runtime, &fixture(name), &settings).unwrap()
}

fn settings(speaker: Option<u32>, speed: f32) -> PiperSettings {
    PiperSettings { speaker, speed }
}

/// The numbers that the model should get for a text.
fn numbers(text: &str) -> Vec<i64> {
    let description = std::fs::read_to_string(fixture("one.onnx.json")).unwrap();
    let description: serde_json::Value = serde_json::from_str(&description).unwrap();
    let number = |c: char| description["phoneme_id_map"][c.to_string()][0].as_i64();
    let said = Espeak::new("en-us").unwrap().phonemes(text).unwrap();
    let mut numbers = vec![1];
    for c in said.chars() {
        numbers.extend(number(c).into_iter().flat_map(|number| [number, 0]));
    }
    numbers.push(2);
    numbers
}

/// Pitch of a tone from where its sign changes; 0 for silence.
fn pitch(tone: &[i16]) -> f32 {
    let up: Vec<usize> = (1..tone.len())
        .filter(|&i| tone[i - 1] < 0 && tone[i] >= 0)
        .collect();
    match up[..] {
        [first, .., last] => (up.len() - 1) as f32 * HZ / (last - first) as f32,
        _ => 0.0,
    }
}

/// Whether the sound is these numbers in tones of this length, a factor higher.
fn assert_says(sound: &[i16], numbers: &[i64], tone: usize, higher: f32) {
    assert_eq!(sound.len(), numbers.len() * tone);
    for (at, (sound, &number)) in sound.chunks(tone).zip(numbers).enumerate() {
        let expected = match number {
            0..=3 => 0.0,
            _ => (300 + 10 * number) as f32 * higher,
        };
        let heard = pitch(sound);
        assert!(
            (heard - expected).abs() <= expected * 0.05,
            "number {number} at {at}: {heard} Hz, expected {expected}"
        );
    }
}

#[test]
fn it_says_the_phonemes_of_the_text() {
    let Some(runtime) = runtime() else { return };
    let voice = voice(&runtime, "one.onnx", PiperSettings::default());
    assert_eq!(voice.name(), "piper/one");
    let clip = voice.speak("How can I help?", Usual).unwrap().clip;
    assert_eq!(clip.hz, 22_050);
    let numbers = numbers("How can I help?");
    assert!(numbers.len() > 25, "{numbers:?}");
    assert_says(&clip.samples, &numbers, TONE, 1.0);
    assert!(clip.samples.iter().any(|&sample| sample > 16_000));
    assert!(voice.speak("How can I help?", Usual).unwrap().clip == clip);
    assert!(voice.speak("How can we help?", Usual).unwrap().clip != clip);
}

#[test]
fn speaker_and_speed_are_heard() {
    let Some(runtime) = runtime() else { return };
    let numbers = numbers("Hello there");
    for (speaker, speed, tone, higher) in [
        (None, 1.0, TONE, 1.0),
        (Some(0), 1.0, TONE, 1.0),
        (Some(3), 1.0, TONE, 1.375),
        (Some(2), 0.5, 2 * TONE, 1.25),
        (Some(1), 2.0, 220, 1.125),
    ] {
        let voice = voice(&runtime, "four.onnx", settings(speaker, speed));
        let clip = voice.speak("Hello there", Usual).unwrap().clip;
        assert_says(&clip.samples, &numbers, tone, higher);
    }
    assert_eq!(
        voice(&runtime, "four.onnx", settings(Some(3), 0.9)).name(),
        "piper/four:3@0.9"
    );
}

#[test]
fn slow_is_slower_than_the_dialplan_has_it_but_never_too_slow_for_the_model() {
    let Some(runtime) = runtime() else { return };
    let numbers = numbers("Hello there");
    for (speed, tone) in [(1.0, 588), (1.5, 392), (0.6, 2 * TONE), (0.5, 2 * TONE)] {
        let voice = voice(&runtime, "four.onnx", settings(None, speed));
        let usual = voice.speak("Hello there", Usual).unwrap();
        let slow = voice.speak("Hello there", Slow).unwrap();
        assert_says(&slow.clip.samples, &numbers, tone, 1.0);
        assert!(voice.speak("Hello there", Usual).unwrap() == usual);
    }
}

#[test]
fn a_text_with_nothing_to_say_gives_an_empty_clip() {
    let Some(runtime) = runtime() else { return };
    let voice = voice(&runtime, "one.onnx", PiperSettings::default());
    for text in ["", " \n", "...", "?!", "\u{1}\0"] {
        assert!(
            voice.speak(text, Usual).unwrap().clip.samples.is_empty(),
            "{text:?}"
        );
    }
}

#[test]
fn text_of_any_kind_does_no_harm() {
    let Some(runtime) = runtime() else { return };
    let voice = voice(&runtime, "one.onnx", PiperSettings::default());
    for text in [
        "^_$ (en) [[h@l'oU]] <break time=\"2s\"/>".to_owned(),
        "😀👩‍👩‍👧 🇩🇪 مرحبا 您好 こんにちは".to_owned(),
        "a".repeat(2_000),
        "façade, naïve. ".repeat(130),
        "1234567890".repeat(50),
    ] {
        match voice.speak(&text, Usual) {
            Ok(speech) => assert!(!speech.clip.samples.is_empty(), "{text}"),
            Err(error) => assert!(matches!(error, SpeakError::Piper(_)), "{text}: {error}"),
        }
    }
    let error = voice.speak(&"a ".repeat(1_001), Usual).unwrap_err();
    assert!(matches!(error, SpeakError::TooLong { .. }), "{error}");
}

#[test]
fn voices_and_threads_do_not_disturb_each_other() {
    let Some(runtime) = runtime() else { return };
    let one = voice(&runtime, "one.onnx", PiperSettings::default());
    let other = voice(&runtime, "four.onnx", settings(Some(2), 1.5));
    let german = Espeak::new("de").unwrap();
    let voices: [&dyn Voice; 3] = [&one, &other, &german];
    let expected = voices.map(|voice| voice.speak(GREETING, Usual).unwrap().clip);
    assert!(expected[0] != expected[1]);
    std::thread::scope(|scope| {
        for first in 0..6 {
            let expected = &expected;
            scope.spawn(move || {
                for turn in 0..30 {
                    let which = (first + turn) % 3;
                    let clip = voices[which].speak(GREETING, Usual).unwrap().clip;
                    let length = expected[which].samples.len();
                    assert!(clip.samples.len().abs_diff(length) < 100);
                    // The last one flutters.
                    assert!(which == 2 || clip == expected[which]);
                }
            });
        }
    });
}

/// Copies the fixture to a folder of its own, to be spoilt there.
fn copy(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join(name);
    copy_voice(name, &model);
    (folder, model)
}

/// Makes the fixture a voice of another name.
pub(in crate::speak) fn copy_voice(name: &str, model: &Path) {
    std::fs::copy(fixture(name), model).unwrap();
    let description = description::path_of(model);
    std::fs::copy(description::path_of(&fixture(name)), description).unwrap();
}

/// The fixture with another of eSpeak NG's voices.
fn in_language(language: &str) -> (tempfile::TempDir, PathBuf) {
    let (folder, model) = copy("one.onnx");
    let path = description::path_of(&model);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("en-us", language)).unwrap();
    (folder, model)
}

#[test]
fn phonemes_are_of_the_language_that_the_description_names() {
    let Some(runtime) = runtime() else { return };
    let (_folder, model) = in_language("de");
    let german = Piper::load(&runtime, &model, &PiperSettings::default()).unwrap();
    // Said ɪç: the last sound as c and a cedilla, as in training, not as one character.
    let numbers = [1, 74, 0, 16, 0, 140, 0, 10, 0, 2];
    assert_says(
        &german.speak("ich", Usual).unwrap().clip.samples,
        &numbers,
        TONE,
        1.0,
    );

    let (_folder, model) = in_language("cmn");
    let mandarin = Piper::load(&runtime, &model, &PiperSettings::default()).unwrap();
    assert!(
        mandarin.speak("妈。", Usual).unwrap().clip != mandarin.speak("马。", Usual).unwrap().clip
    );

    let (_folder, model) = in_language("klingon");
    let error = why_not(&model, &PiperSettings::default());
    assert!(error.contains("klingon"), "{error}");
}

fn why_not(model: &Path, settings: &PiperSettings) -> String {
    // A wrong description is found before the library is needed.
    let runtime = runtime().unwrap_or_else(|| "/nowhere".into());
    let loaded = Piper::load(&runtime, model, settings);
    loaded.err().expect("it loaded").to_string()
}

#[test]
fn a_bad_description_is_refused_by_name() {
    let spoilt = |spoil: &dyn Fn(&mut serde_json::Value)| {
        let (_folder, model) = copy("one.onnx");
        let path = description::path_of(&model);
        let mut value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        spoil(&mut value);
        std::fs::write(&path, value.to_string()).unwrap();
        let error = why_not(&model, &PiperSettings::default());
        assert!(error.contains("one.onnx.json"), "{error}");
        assert!(error.contains("zeroline models pull"), "{error}");
        error
    };
    for (part, expected) in [
        ("audio", "audio"),
        ("espeak", "espeak"),
        ("inference", "inference"),
        ("phoneme_id_map", "phoneme_id_map"),
        ("num_speakers", "num_speakers"),
        ("speaker_id_map", "speaker_id_map"),
    ] {
        let error = spoilt(&|value| drop(value.as_object_mut().unwrap().remove(part)));
        assert!(error.contains(expected), "{error}");
    }
    let error = spoilt(&|value| value["audio"]["sample_rate"] = 0.into());
    assert!(error.contains("0 Hz"), "{error}");
    let error = spoilt(&|value| value["inference"]["length_scale"] = (-1).into());
    assert!(error.contains("out of its range"), "{error}");
    let error = spoilt(&|value| value["phoneme_type"] = "pinyin".into());
    assert!(error.contains("\"pinyin\" phonemes"), "{error}");
    let error = spoilt(&|value| value["phoneme_id_map"]["ab"] = vec![5].into());
    assert!(error.contains("not a voice's description"), "{error}");
    let error = spoilt(&|value| value["phoneme_id_map"]["^"] = serde_json::json!([]));
    assert!(error.contains("no \"^\""), "{error}");
    let error = spoilt(&|value| *value = 7.into());
    assert!(error.contains("not a voice's description"), "{error}");
}

#[test]
fn a_missing_or_broken_file_is_refused_by_name() {
    let Some(_) = runtime() else { return };
    let usual = PiperSettings::default();
    let (_folder, model) = copy("one.onnx");
    let whole = std::fs::read(&model).unwrap();
    let halves = [
        &whole[..whole.len() / 2],
        &whole[..20],
        b"",
        b"version https://git-lfs",
    ];
    for content in halves.into_iter().chain([&[0xff; 4096][..]]) {
        std::fs::write(&model, content).unwrap();
        let error = why_not(&model, &usual);
        assert!(error.contains("one.onnx cannot be used"), "{error}");
    }
    std::fs::remove_file(&model).unwrap();
    let error = why_not(&model, &usual);
    assert!(
        error.contains("one.onnx cannot be used: No such file"),
        "{error}"
    );
    let description = description::path_of(&model);
    std::fs::write(&description, "{\"audio\": ").unwrap();
    assert!(why_not(&model, &usual).contains("line 1"));
    std::fs::write(&description, [0xff, 0xfe, 0]).unwrap();
    assert!(why_not(&model, &usual).contains("one.onnx.json"));
    std::fs::remove_file(&description).unwrap();
    let error = why_not(&model, &usual);
    assert!(
        error.contains("one.onnx.json cannot be used: No such file"),
        "{error}"
    );
}

#[test]
fn a_model_that_is_not_what_its_description_says_is_refused() {
    let Some(_) = runtime() else { return };
    let usual = PiperSettings::default();
    let (_folder, model) = copy("one.onnx");
    std::fs::copy(fixture("four.onnx"), &model).unwrap();
    let error = why_not(&model, &usual);
    assert!(error.contains("input_lengths, scales, sid"), "{error}");
    // Says it has five speakers and has four; and one that knows fewer symbols than it says.
    let (_folder, model) = copy("four.onnx");
    let path = description::path_of(&model);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replace("\"num_speakers\": 4", "\"num_speakers\": 5"),
    )
    .unwrap();
    let error = why_not(&model, &settings(Some(4), 1.0));
    assert!(error.contains("does not speak"), "{error}");
    let a = text.replace("[\n   14\n  ]", "[\n   99999\n  ]");
    assert!(a != text);
    std::fs::write(&path, a).unwrap();
    let error = why_not(&model, &usual);
    assert!(error.contains("does not speak"), "{error}");
    // A neural net of another kind.
    let (_folder, model) = copy("one.onnx");
    let bytes = std::fs::read(&model).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("scales"));
    let renamed: Vec<u8> = replace(&bytes, b"scales", b"scalez");
    std::fs::write(&model, renamed).unwrap();
    let error = why_not(&model, &usual);
    assert!(error.contains("scalez"), "{error}");
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn settings_that_the_voice_does_not_have_are_refused() {
    let error = why_not(&fixture("four.onnx"), &settings(Some(4), 1.0));
    assert!(error.contains("no speaker 4: it has 4"), "{error}");
    let error = why_not(&fixture("one.onnx"), &settings(Some(1), 1.0));
    assert!(error.contains("no speaker 1: it has 1"), "{error}");
    for speed in [0.49, 2.01, -1.0, f32::NAN, f32::INFINITY] {
        let error = why_not(&fixture("one.onnx"), &settings(None, speed));
        assert!(error.contains("0.5 (slow) to 2 (fast)"), "{error}");
    }
}

#[test]
fn without_onnx_runtime_the_error_says_how_to_get_it() {
    let nowhere = Path::new("/nowhere/libonnxruntime.so");
    let error = Piper::load(nowhere, &fixture("one.onnx"), &PiperSettings::default());
    let error = error.err().expect("it loaded").to_string();
    assert!(error.contains("/nowhere/libonnxruntime.so"), "{error}");
    assert!(
        error.contains("zeroline models pull onnxruntime"),
        "{error}"
    );
}
