//! Is this sound worth recognising at all? A look at a whole utterance before an engine gets it,
//! because engines find words in anything.
//!
//! What is too faint, too short or made of tones (hum, keys, ringback, busy, fax) is no speech. A
//! few tones are told by linear prediction: each sample of a sum of three sinusoids follows from
//! the six before it (Makhoul, Proc. IEEE 63(4), 1975, section II), which no voice does for long.
//! Telling music or a cough from words is left to the engines.

use crate::audio::{Clip, level};

/// Samples are looked at in pieces of 20 ms.
const PIECE_MS: u32 = 20;
/// Tones are looked for in a telephone's band.
const NARROW_HZ: u32 = 8_000;
/// Fainter pieces, in dBov, are no sound that counts.
const FAINTEST: f32 = -50.0;
/// The shortest word there is has this much sound.
const LEAST_SOUND_MS: u32 = 80;
/// Two for each tone.
const ORDER: usize = 6;
/// What is predicted this well, in dB, is made of tones: G.711 leaves them at 29 and more, and of
/// real callers' speech one piece in a hundred gets so far.
const TONAL: f64 = 26.0;

/// Whether there may be words in it.
pub fn may_be_speech(utterance: &Clip) -> bool {
    let length = (utterance.hz * PIECE_MS / 1_000).max(1) as usize;
    let sounding = |piece: &&[i16]| level::dbov(piece) > FAINTEST;
    let pieces = || utterance.samples.chunks_exact(length).filter(sounding);
    let sound = pieces().count();
    let narrow = |piece: &&[i16]| narrow(piece, utterance.hz).collect::<Vec<f32>>();
    let tonal = pieces().filter(|piece| is_tonal(&narrow(piece)));
    sound >= (LEAST_SOUND_MS / PIECE_MS) as usize && tonal.count() * 2 < sound
}

/// Samples at 8 kHz, or a little more where `hz` is no multiple of that.
pub fn narrow(samples: &[i16], hz: u32) -> impl Iterator<Item = f32> {
    let step = (hz / NARROW_HZ).max(1) as usize;
    let sums = samples
        .chunks_exact(step)
        .map(|from| from.iter().map(|&s| f32::from(s)).sum::<f32>());
    sums.map(move |sum| sum / step as f32)
}

/// Whether a piece of sound at 8 kHz is made of up to three tones. (Where nothing is above a
/// telephone's band, anything can be predicted at more.)
pub fn is_tonal(piece: &[f32]) -> bool {
    prediction_gain(piece) > TONAL
}

/// By how many dB the prediction error of order [`ORDER`] is smaller than the sound (covariance
/// method).
fn prediction_gain(samples: &[f32]) -> f64 {
    let at = |i: usize| f64::from(samples.get(i).copied().unwrap_or_default());
    let products =
        |a: usize, b: usize| -> f64 { (ORDER..samples.len()).map(|i| at(i - a) * at(i - b)).sum() };
    let mut covariance = [[0.0; ORDER + 1]; ORDER + 1];
    for (a, row) in covariance.iter_mut().enumerate() {
        for (b, cell) in row.iter_mut().enumerate() {
            *cell = products(a, b);
        }
    }
    let energy = covariance[0][0];
    // What is left of the energy after the past has explained what it can: the Schur complement,
    // by eliminating the past from the last one on.
    for pivot in (1..=ORDER).rev() {
        let row = covariance[pivot];
        if row[pivot] <= energy * 1e-12 {
            continue;
        }
        for other in covariance.iter_mut().take(pivot) {
            let factor = other[pivot] / row[pivot];
            for (cell, of_pivot) in other.iter_mut().zip(row) {
                *cell -= factor * of_pivot;
            }
        }
    }
    let error = covariance[0][0].max(f64::MIN_POSITIVE);
    10.0 * (energy.max(f64::MIN_POSITIVE) / error).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{resample, tone, wav};
    use proptest::prelude::*;
    use std::path::Path;

    fn tones(hz: &[f32], rate: u32) -> Clip {
        let samples = tone::sines(hz, 4_000.0, rate, 0).take(rate as usize);
        Clip::new(rate, samples.collect())
    }

    #[test]
    fn tones_are_no_speech_at_either_rate() {
        for rate in [8_000, 16_000] {
            for hz in [
                &[425.0][..],
                &[440.0, 480.0],
                &[697.0, 1209.0],
                &[50.0, 150.0, 250.0],
                &[2100.0],
            ] {
                assert!(!may_be_speech(&tones(hz, rate)), "{hz:?} at {rate}");
            }
        }
    }

    #[test]
    fn silence_and_what_is_shorter_than_a_word_are_no_speech() {
        assert!(!may_be_speech(&Clip::new(8_000, vec![])));
        assert!(!may_be_speech(&Clip::new(8_000, vec![40; 8_000])));
        let speech =
            wav::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/person.wav"));
        let mut click = vec![0; 8_000];
        click[4_000..4_400].copy_from_slice(&speech.unwrap().clip.samples[6_000..6_400]);
        assert!(!may_be_speech(&Clip::new(8_000, click)));
    }

    #[test]
    fn every_caller_may_be_speaking() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut looked_at = 0;
        for folder in [
            "audio-fixtures",
            "../shared/data/coffee-orders",
            "../shared/data/spoken-digits",
        ] {
            let Ok(files) = std::fs::read_dir(root.join(folder)) else {
                println!("skipped: {folder} is not there");
                continue;
            };
            for path in files.map(|file| file.unwrap().path()) {
                let name = path.to_string_lossy();
                if !name.ends_with(".wav") || name.contains("silence") || name.contains("cough") {
                    continue;
                }
                let clip = wav::read(&path).unwrap().clip;
                assert!(may_be_speech(&clip), "{name}");
                let wide = resample::to(&clip, 16_000);
                assert!(may_be_speech(&wide), "{name} on a wideband line");
                looked_at += 1;
            }
        }
        assert!(looked_at >= 15);
    }

    proptest! {
        #[test]
        fn any_sound_has_an_answer(samples: Vec<i16>, hz in 1u32..50_000) {
            let _ = may_be_speech(&Clip::new(hz, samples));
        }
    }
}
