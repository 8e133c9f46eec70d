//! Both detectors on speech and on what is none.

use super::*;
use crate::audio::{Clip, tone, wav};
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn tones(hz: &[f32], rate: LineRate) -> Vec<Frame> {
    let samples = tone::sines(hz, 3_000.0, rate.hz(), 0).take(rate.hz() as usize);
    Clip::new(rate.hz(), samples.collect()).frames(rate)
}

fn speech(rate: LineRate) -> Vec<Frame> {
    frames(&Path::new(ROOT).join("audio-fixtures/reschedule.wav"), rate)
}

/// A real person's, where there is one: Silero hears that our fixtures' voice is a machine's.
fn real_speech(rate: LineRate) -> Option<Vec<Frame>> {
    let orders = Path::new(ROOT).join("../shared/data/coffee-orders");
    let files = std::fs::read_dir(orders)
        .ok()?
        .flatten()
        .map(|file| file.path());
    let order = files
        .filter(|path| path.extension().is_some_and(|e| e == "wav"))
        .min()?;
    Some(frames(&order, rate))
}

fn frames(path: &Path, rate: LineRate) -> Vec<Frame> {
    wav::read(path).unwrap().clip.frames(rate)
}

/// The share of frames in which a voice is clear.
fn clear(vad: &Vad, rate: LineRate, frames: &[Frame]) -> f32 {
    let mut detector = VoiceDetector::new(rate, vad.start(rate));
    let clear = frames
        .iter()
        .filter(|frame| detector.look(frame, level::SILENCE).clear);
    clear.count() as f32 / frames.len() as f32
}

fn silero() -> Option<Vad> {
    let folder = Path::new(ROOT).join("../shared/models");
    match Vad::load(WantedVad::Silero, &[folder]) {
        Ok(vad) => Some(vad),
        Err(HearError::NoVadModel { .. }) => {
            println!("skipped: there is no Silero model in ../shared/models");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn speech_is_a_voice_and_tones_are_none_at_both_rates() {
    for vad in [Some(Vad::Fvad), silero()].into_iter().flatten() {
        for rate in [LineRate::Narrow, LineRate::Wide] {
            let said = real_speech(rate).unwrap_or_else(|| speech(rate));
            let loud = |frame: &&Frame| level::dbov(frame.samples()) > -40.0;
            let loud = said.iter().filter(loud).count() as f32 / said.len() as f32;
            let spoken = clear(&vad, rate, &said) / loud;
            assert!(spoken > 0.35, "{spoken} {rate:?}");
            for hz in [&[425.0][..], &[440.0, 480.0], &[50.0, 150.0, 250.0]] {
                assert!(
                    clear(&vad, rate, &tones(hz, rate)) < 0.05,
                    "{hz:?} {rate:?}"
                );
            }
            let silence = vec![Frame::silence(rate); 100];
            assert_eq!(clear(&vad, rate, &silence), 0.0);
        }
    }
}

#[test]
fn fainter_than_the_echo_is_not_the_caller() {
    let mut detector = VoiceDetector::new(LineRate::Narrow, Vad::Fvad.start(LineRate::Narrow));
    for frame in speech(LineRate::Narrow) {
        assert!(!detector.look(&frame, 0.0).active);
    }
}

#[test]
fn a_vowel_is_open_and_pitched_and_a_hum_is_closed() {
    let rate = LineRate::Narrow;
    let harmonics = |top: usize| -> Vec<f32> { (1..=top).map(|n| 130.0 * n as f32).collect() };
    let look = |hz: &[f32]| sound::look(tones(hz, rate)[10].samples(), rate);
    let (vowel, hum) = (look(&harmonics(20)), look(&harmonics(2)));
    assert!(vowel.pitch > 0.8 && vowel.open && !vowel.tonal);
    assert!(hum.pitch > 0.8 && !hum.open);
}

#[test]
fn a_missing_or_broken_silero_model_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let load = || {
        Vad::load(WantedVad::Silero, &[folder.path().to_owned()])
            .err()
            .unwrap()
    };
    assert!(load().to_string().contains("models pull silero-vad"));
    std::fs::write(folder.path().join(SILERO), b"no model at all").unwrap();
    let error = load().to_string();
    assert!(
        error.contains(SILERO) && error.contains("models pull"),
        "{error}"
    );
}

pub struct Faulty;

impl VoiceActivity for Faulty {
    fn look(&mut self, samples: &[i16]) -> Activity {
        assert!(level::dbov(samples) < -50.0, "injected");
        Activity::Nothing
    }
}
