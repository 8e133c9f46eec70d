//! The voice with the real program: which one speaks, what is kept, and what is said when something
//! is missing. Where ONNX Runtime is not there, what needs it says so and passes; `make test` fetches
//! it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{root, zeroline};
use std::path::{Path, PathBuf};
use std::process::Output;
use zeroline::audio::{level, wav};
use zeroline::speak::user_cache;

/// A folder with a dialplan, models and a cache of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn new(more: &str) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        for folder in ["models", "cache"] {
            std::fs::create_dir(place.path(folder)).unwrap();
        }
        let plan = format!(
            "name = \"Lakeside Clinic\"\nlanguage = \"en-US\"\n\
             greeting = \"Lakeside Clinic. How can I help? Press 0 for a person.\"\n{more}\n\
             [human]\ntarget = \"sip:a@192.0.2.1\"\n\
             [[intent]]\nname = \"parking\"\nsay = \"Yes, behind the house.\"\n\
             examples = [\"is there parking\", \"can i park\", \"where do i park\"]\n"
        );
        std::fs::write(place.path("plan.toml"), plan).unwrap();
        place
    }

    /// With the fixture as a voice of this name.
    fn add_voice(&self, name: &str) {
        let fixture = root().join("models/voice-fixture");
        for (from, to) in [("one.onnx", "onnx"), ("one.onnx.json", "onnx.json")] {
            let to = self.path("models").join(format!("{name}.{to}"));
            std::fs::copy(fixture.join(from), to).unwrap();
        }
    }

    /// With ONNX Runtime, if this machine has it.
    fn add_runtime(&self) -> Option<()> {
        let library = user_cache()?.join("models/libonnxruntime.so");
        if !library.exists() {
            println!("skipped: no ONNX Runtime here; `make test` fetches it");
            return None;
        }
        let here = self.path("models").join("libonnxruntime.so");
        std::os::unix::fs::symlink(library, here).ok()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (Output, String) {
        let output = zeroline()
            .current_dir(self.0.path())
            .args(arguments)
            .env("ZEROLINE_MODELS", self.path("models"))
            .env("ZEROLINE_CACHE", self.path("cache"))
            .env_remove("ZEROLINE_ONNXRUNTIME")
            .env_remove("RUST_LOG")
            .output()
            .unwrap();
        let said = [&output.stdout[..], &output.stderr].concat();
        (output, String::from_utf8(said).unwrap())
    }

    fn say(&self, more: &[&str]) -> String {
        let all = [
            &["say", "--dialplan", "plan.toml", "--out", "said.wav"],
            more,
        ]
        .concat();
        let (output, said) = self.run(&all);
        assert!(output.status.success(), "{said}");
        said
    }

    fn kept(&self) -> usize {
        std::fs::read_dir(self.path("cache")).unwrap().count()
    }
}

fn loudness(file: &Path) -> f32 {
    let clip = wav::read(file).unwrap().clip;
    level::active_dbov(&clip.samples, clip.hz)
}

#[test]
fn a_voice_that_is_installed_speaks_and_what_it_said_is_kept() {
    let place = Place::new("");
    if place.add_runtime().is_none() {
        return;
    }
    place.add_voice("en_US-test-low");
    let said = place.say(&["It costs $5. Really."]);
    assert!(
        said.contains("piper/en_US-test-low: It costs five dollars. Really."),
        "{said}"
    );
    assert_eq!(place.kept(), 2);
    assert!((loudness(&place.path("said.wav")) + 20.0).abs() < 1.0);
    let first = std::fs::read(place.path("said.wav")).unwrap();
    // Made anew where it is damaged, and the same.
    let kept = std::fs::read_dir(place.path("cache"))
        .unwrap()
        .next()
        .unwrap();
    std::fs::write(kept.unwrap().path(), "junk").unwrap();
    let said = place.say(&["It costs $5. Really."]);
    assert!(said.contains("is damaged"), "{said}");
    assert_eq!(std::fs::read(place.path("said.wav")).unwrap(), first);
    assert_eq!(place.kept(), 2);
    // Another is heard with --voice.
    let said = place.say(&["--voice", "espeak-ng", "It costs $5. Really."]);
    assert!(said.contains("espeak-ng/en-us: It costs"), "{said}");
    assert_ne!(std::fs::read(place.path("said.wav")).unwrap(), first);
}

#[test]
fn a_dialplan_names_its_voice_and_a_call_hears_it() {
    let place = Place::new("");
    if place.add_runtime().is_none() {
        return;
    }
    place.add_voice("en_US-a-low");
    place.add_voice("en_US-b-low");
    let plan = std::fs::read_to_string(place.path("plan.toml")).unwrap();
    let voice = "[voice]\nname = \"en_US-b-low\"\nspeed = 1.5\n";
    std::fs::write(place.path("plan.toml"), plan + voice).unwrap();
    // Without the scenario beside it.
    let caller = root().join("audio-fixtures/parking.wav");
    std::fs::copy(caller, place.path("parking.wav")).unwrap();
    let (output, said) = place.run(&["rehearse", "plan.toml", "parking.wav", "--out", "out"]);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("voice: piper/en_US-b-low@1.5"), "{said}");
    assert!(said.contains("Yes, behind the house."), "{said}");
    let both = wav::read(&place.path("out/parking.wav")).unwrap().clip;
    assert!(level::active_dbov(&both.samples, both.hz) > -35.0);
}

#[test]
fn what_a_voice_lacks_is_said_and_callers_are_answered_all_the_same() {
    let place = Place::new("");
    place.add_voice("en_US-test-low");
    let said = place.say(&["Hello."]);
    assert!(said.contains("espeak-ng/en-us: Hello."), "{said}");
    assert!(said.contains("zeroline models pull onnxruntime"), "{said}");
    // A library that came broken.
    std::fs::write(place.path("models/libonnxruntime.so"), "<html>").unwrap();
    let said = place.say(&["Hello."]);
    assert!(said.contains("espeak-ng/en-us: Hello."), "{said}");
    assert!(said.contains("libonnxruntime.so cannot be used"), "{said}");
    let said = place.say(&["--voice", "en_GB-nobody-low", "Hello."]);
    assert!(said.contains("no voice en_GB-nobody-low"), "{said}");
    assert!(said.contains("espeak-ng/en-us: Hello."), "{said}");
}

#[test]
fn a_missing_recording_is_an_error_at_its_line_when_the_dialplan_is_loaded() {
    let place = Place::new("goodbye = \"[bye.wav|Goodbye]\"");
    let caller = root().join("audio-fixtures/parking.wav");
    for command in [
        &["check", "plan.toml"][..],
        &["rehearse", "plan.toml", caller.to_str().unwrap()],
    ] {
        let (output, said) = place.run(command);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains("plan.toml:4:"), "{said}");
        assert!(said.contains("bye.wav: cannot be read"), "{said}");
    }
}
