//! Noise that is the same in every run, mixed in at a signal-to-noise ratio.

use zeroline::audio::Clip;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Equal power in each octave.
    Pink,
    /// Several people at once.
    Babble,
}

/// `clip` with noise `snr` dB under it, each as its mean power over the whole clip. `voices` is
/// what babble is made of.
pub fn mixed(clip: &Clip, noise: Noise, snr: f64, voices: &[i16]) -> Clip {
    let length = clip.samples.len();
    let noise = match noise {
        Noise::Pink => pink(length),
        Noise::Babble => babble(length, voices),
    };
    let signal: Vec<f64> = clip.samples.iter().map(|&s| f64::from(s)).collect();
    let scale = (power(&signal) / power(&noise).max(1e-9) / 10f64.powf(snr / 10.0)).sqrt();
    let samples = signal
        .iter()
        .zip(&noise)
        .map(|(s, n)| (s + scale * n).round() as i16);
    Clip::new(clip.hz, samples.collect())
}

fn power(samples: &[f64]) -> f64 {
    samples.iter().map(|s| s * s).sum::<f64>() / samples.len().max(1) as f64
}

/// White noise through three poles and zeros.
fn pink(length: usize) -> Vec<f64> {
    let mut random = 20_241u64;
    let mut filters = [
        (0.99765, 0.0990460, 0.0),
        (0.96300, 0.2965164, 0.0),
        (0.57000, 1.0526913, 0.0),
    ];
    (0..length)
        .map(|_| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let white = (random >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
            let mut sum = white * 0.1848;
            for (pole, gain, state) in &mut filters {
                *state = *pole * *state + *gain * white;
                sum += *state;
            }
            sum
        })
        .collect()
}

/// Six stretches of the same recording at once.
fn babble(length: usize, voices: &[i16]) -> Vec<f64> {
    (0..length)
        .map(|i| {
            let starts = (0..6).map(|n| n * voices.len() / 6 + n * 1_000);
            starts
                .map(|start| f64::from(voices[(start + i) % voices.len()]))
                .sum()
        })
        .collect()
}
