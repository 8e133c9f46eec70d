//! What Q.24 asks of a receiver.

mod talk_off;

use super::*;
use crate::audio::{Clip, level, resample, wav};
use audio_codec::{Decoder, Encoder, pcma, pcmu};
use proptest::prelude::*;
use std::path::Path;

const RATES: [LineRate; 2] = [LineRate::Narrow, LineRate::Wide];
const KEYS: &str = "123A456B789C*0#D";

/// A tone as a phone or a network may make it.
#[derive(Debug, Clone, Copy)]
struct Made {
    ms: f32,
    pause_ms: f32,
    /// Both frequencies, relative.
    off: f32,
    low_dbm0: f32,
    high_dbm0: f32,
}

const MADE: Made = Made {
    ms: 40.0,
    pause_ms: 40.0,
    off: 0.0,
    low_dbm0: -10.0,
    high_dbm0: -10.0,
};

/// The amplitude of a sine, full scale being 1.
fn amplitude(dbm0: f32) -> f32 {
    10f32.powf((dbm0 - 6.15) / 20.0) * 2f32.sqrt()
}

fn frequencies(key: char) -> (f32, f32) {
    let at = KEYS.find(key).unwrap();
    (LOW[at / 4], HIGH[at % 4])
}

/// The tones of `keys` after `lead` samples of silence, full scale being 1.
fn tones(rate: LineRate, keys: &str, made: Made, lead: usize) -> Vec<f32> {
    let hz = rate.hz() as f32;
    let samples = |ms: f32| (ms / 1000.0 * hz).round() as usize;
    let mut sound = vec![0.0; lead];
    for key in keys.chars() {
        let (low, high) = frequencies(key);
        let of = |at: usize, tone: f32, dbm0: f32| {
            (at as f32 / hz * tone * (1.0 + made.off) * TAU).sin() * amplitude(dbm0)
        };
        sound.extend(
            (0..samples(made.ms))
                .map(|at| of(at, low, made.low_dbm0) + of(at, high, made.high_dbm0)),
        );
        sound.extend(std::iter::repeat_n(0.0, samples(made.pause_ms)));
    }
    sound.extend(std::iter::repeat_n(0.0, samples(60.0)));
    sound
}

fn add(sound: &mut [f32], other: impl IntoIterator<Item = f32>) {
    for (sample, more) in sound.iter_mut().zip(other) {
        *sample += more;
    }
}

fn quantised(sound: &[f32]) -> Vec<i16> {
    sound.iter().map(|s| (s * 32_767.0) as i16).collect()
}

/// The next of a series of numbers that look random, from -1 to 1.
fn next(seed: &mut u64) -> f32 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 40) as f32 / (1 << 23) as f32 - 1.0
}

/// White noise of a root mean square level, full scale being 1.
fn noise(rms: f32, mut seed: u64) -> impl Iterator<Item = f32> {
    // Twelve uniform ones make a normal one.
    std::iter::repeat_with(move || (0..12).map(|_| next(&mut seed)).sum::<f32>() / 2.0 * rms)
}

fn detector(rate: LineRate, purity: f32) -> ToneDetector {
    ToneDetector {
        purity,
        ..ToneDetector::new(rate)
    }
}

fn heard_by(mut detector: ToneDetector, samples: &[i16]) -> String {
    let rate = detector.rate;
    samples
        .chunks(rate.frame_len())
        .filter_map(|chunk| detector.hear(&Frame::of(rate, chunk)).key)
        .map(Key::to_char)
        .collect()
}

fn heard(rate: LineRate, sound: &[f32]) -> String {
    heard_by(ToneDetector::new(rate), &quantised(sound))
}

/// Whether each key, in many positions against the frames, is heard as it is; or not at all.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Always,
    Never,
    Sometimes,
}

fn answer(made: Made, underneath: impl Fn(LineRate, u64) -> Vec<f32>) -> Answer {
    let (mut right, mut nothing, mut all) = (0, 0, 0);
    for rate in RATES {
        for (n, key) in (0u64..).zip(KEYS.chars()) {
            for lead in (0..rate.frame_len()).step_by(rate.frame_len() / 8) {
                let mut sound = tones(rate, &key.to_string(), made, lead + 700);
                add(&mut sound, underneath(rate, 100 * n + lead as u64));
                let heard = heard(rate, &sound);
                all += 1;
                right += u32::from(heard == key.to_string());
                nothing += u32::from(heard.is_empty());
            }
        }
    }
    match (right, nothing) {
        _ if right == all => Answer::Always,
        _ if nothing == all => Answer::Never,
        _ => Answer::Sometimes,
    }
}

fn alone(made: Made) -> Answer {
    answer(made, |_, _| Vec::new())
}

#[test]
fn a_tone_of_40_ms_is_a_press_and_one_of_23_ms_is_none() {
    for ms in [35.0, 40.0, 100.0, 500.0] {
        assert_eq!(alone(Made { ms, ..MADE }), Answer::Always, "{ms} ms");
    }
    for ms in [5.0, 10.0, 20.0, 23.0, 28.0] {
        assert_eq!(alone(Made { ms, ..MADE }), Answer::Never, "{ms} ms");
    }
}

#[test]
fn frequencies_may_be_off_by_1_5_percent_and_not_by_3_5() {
    for sign in [1.0, -1.0] {
        for (percent, expected) in [
            (1.5, Answer::Always),
            (1.8, Answer::Always),
            (2.2, Answer::Never),
            (3.5, Answer::Never),
        ] {
            for ms in [40.0, 400.0] {
                let off = sign * percent / 100.0;
                assert_eq!(alone(Made { off, ms, ..MADE }), expected, "{off}");
            }
        }
    }
}

#[test]
fn one_tone_may_be_louder_than_the_other() {
    for (twist, expected) in [
        (-12.0, Answer::Never),
        (-9.0, Answer::Always),
        (-8.0, Answer::Always),
        (4.0, Answer::Always),
        (5.0, Answer::Always),
        (8.0, Answer::Never),
    ] {
        let made = Made {
            high_dbm0: MADE.low_dbm0 + twist,
            ..MADE
        };
        assert_eq!(alone(made), expected, "{twist} dB");
    }
}

#[test]
fn tones_are_heard_from_minus_29_dbm0_to_overload() {
    for (dbm0, expected) in [
        (-40.0, Answer::Never),
        (-34.0, Answer::Never),
        (-31.0, Answer::Always),
        (-29.0, Answer::Always),
        (-3.0, Answer::Always),
        (0.0, Answer::Always),
        (3.0, Answer::Always),
    ] {
        let made = Made {
            low_dbm0: dbm0,
            high_dbm0: dbm0,
            ..MADE
        };
        assert_eq!(alone(made), expected, "{dbm0} dBm0");
    }
}

#[test]
fn tones_are_heard_in_noise() {
    // Two tones of -10 dBm0 are -7 dBm0.
    let in_noise = |snr: f32, made| {
        let rms = amplitude(-7.0 - snr) / 2f32.sqrt();
        answer(made, |_, seed| noise(rms, seed).take(16_000).collect())
    };
    assert_eq!(in_noise(15.0, MADE), Answer::Always);
    let as_people_press = Made { ms: 80.0, ..MADE };
    assert_eq!(in_noise(12.0, as_people_press), Answer::Always);
    let too_short = Made { ms: 23.0, ..MADE };
    assert_eq!(in_noise(15.0, too_short), Answer::Never);
}

#[test]
fn tones_are_heard_over_a_dial_tone_and_over_our_own_echo() {
    let dial_tone = |db: f32| {
        move |rate: LineRate, _| {
            let each = amplitude(MADE.low_dbm0 + db);
            let at = move |n: i32| n as f32 / rate.hz() as f32 * TAU;
            (0..8_000)
                .map(|n| ((at(n) * 350.0).sin() + (at(n) * 440.0).sin()) * each)
                .collect()
        }
    };
    assert_eq!(answer(MADE, dial_tone(-12.0)), Answer::Always);

    // A prompt as loud as a caller, that comes back 14 dB fainter than a phone's tones.
    let prompt = fixture("human-greeting");
    let tones_dbov = MADE.low_dbm0 - 6.15 + 3.0;
    let echo = |rate: LineRate, from: u64| {
        let clip = resample::to(&prompt, rate.hz());
        let gain =
            10f32.powf((tones_dbov - 14.0 - level::active_dbov(&clip.samples, clip.hz)) / 20.0);
        let samples = clip.samples.iter().skip(from as usize * 17);
        samples.map(|&s| f32::from(s) / 32_768.0 * gain).collect()
    };
    let as_people_press = Made { ms: 100.0, ..MADE };
    assert_eq!(answer(as_people_press, echo), Answer::Always);
}

#[test]
fn pauses_separate_presses_and_interruptions_do_not() {
    for rate in RATES {
        for lead in (0..rate.frame_len()).step_by(rate.frame_len() / 16) {
            let of = |pause_ms: f32, ms: f32, keys: &str| {
                let made = Made {
                    ms,
                    pause_ms,
                    ..MADE
                };
                heard(rate, &tones(rate, keys, made, lead))
            };
            for ms in [40.0, 60.0, 150.0] {
                assert_eq!(of(40.0, ms, "5500*"), "5500*");
                assert_eq!(of(10.0, ms, "5"), "5");
                assert_eq!(of(10.0, ms, "55"), "5");
                assert_eq!(of(20.0, ms, "55"), "5");
            }
            assert_eq!(of(50.0, 50.0, KEYS), KEYS, "a machine dials");
            assert_eq!(of(0.0, 60.0, "159"), "159", "without a pause");
        }
    }
}

#[test]
fn a_key_is_said_soon_and_its_sound_is_no_voice() {
    for rate in RATES {
        for key in KEYS.chars() {
            for lead in (0..rate.frame_len()).step_by(rate.frame_len() / 16) {
                let length = rate.frame_len();
                let lead = 4 * length + lead;
                let made = Made { ms: 200.0, ..MADE };
                let sound = quantised(&tones(rate, &key.to_string(), made, lead));
                let mut detector = ToneDetector::new(rate);
                let mut first = None;
                for (n, chunk) in sound.chunks(length).enumerate() {
                    let tone = detector.hear(&Frame::of(rate, chunk));
                    let begun = ((n + 1) * length).saturating_sub(lead);
                    let left = (lead + 10 * length).saturating_sub(n * length);
                    assert!(!(tone.sounding && begun == 0), "before it began");
                    if begun >= length && left >= length {
                        assert!(tone.sounding, "{key}: {n}, {begun}");
                    }
                    assert!(
                        !tone.sounding || n * length < lead + 11 * length,
                        "after it"
                    );
                    if tone.key.is_some() {
                        first = Some(begun);
                    }
                }
                let after_ms = first.unwrap() as u32 * 1000 / rate.hz();
                assert!(after_ms <= 60, "{key}: {after_ms} ms");
            }
        }
    }
}

#[test]
fn tones_survive_g711() {
    for dbm0 in [-29.0, -10.0, 0.0] {
        let made = Made {
            low_dbm0: dbm0,
            high_dbm0: dbm0,
            ..MADE
        };
        for lead in 0..20 {
            let sound = quantised(&tones(LineRate::Narrow, KEYS, made, lead * 8));
            for coded in [a_law(&sound), mu_law(&sound)] {
                let heard = heard_by(ToneDetector::new(LineRate::Narrow), &coded);
                assert_eq!(heard, KEYS, "{dbm0} dBm0");
            }
        }
    }
}

/// There and back again.
fn through(encoder: &mut dyn Encoder, decoder: &mut dyn Decoder, samples: &[i16]) -> Vec<i16> {
    let mut bytes = vec![0; samples.len()];
    let mut back = vec![0; samples.len()];
    assert_eq!(
        encoder.encode_into(samples, &mut bytes).unwrap(),
        samples.len()
    );
    assert_eq!(
        decoder.decode_into(&bytes, &mut back).unwrap(),
        samples.len()
    );
    back
}

fn a_law(samples: &[i16]) -> Vec<i16> {
    let (mut encoder, mut decoder) = (pcma::PcmaEncoder::new(), pcma::PcmaDecoder::new());
    through(&mut encoder, &mut decoder, samples)
}

fn mu_law(samples: &[i16]) -> Vec<i16> {
    let (mut encoder, mut decoder) = (pcmu::PcmuEncoder::new(), pcmu::PcmuDecoder::new());
    through(&mut encoder, &mut decoder, samples)
}

#[test]
fn a_gap_in_the_line_makes_no_second_press() {
    for rate in RATES {
        let made = Made { ms: 400.0, ..MADE };
        let sound = quantised(&tones(rate, "5", made, 100));
        for gap in [5..6, 5..10, 1..8, 18..22] {
            let mut detector = ToneDetector::new(rate);
            let chunks = sound.chunks(rate.frame_len()).enumerate();
            let presses = chunks.filter_map(|(n, chunk)| match gap.contains(&n) {
                true => {
                    detector.miss();
                    None
                }
                false => detector.hear(&Frame::of(rate, chunk)).key,
            });
            assert_eq!(presses.count(), 1, "{gap:?}");
        }
    }
}

fn fixture(name: &str) -> Clip {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    wav::read(&root.join(format!("audio-fixtures/{name}.wav")))
        .unwrap()
        .clip
}

proptest! {
    #[test]
    fn any_sound_has_an_answer(samples: Vec<i16>) {
        for rate in RATES {
            heard_by(ToneDetector::new(rate), &samples);
        }
    }
}
