//! Tones: sums of sines, as telephony signals with.

use std::f32::consts::TAU;

/// The samples from number `first` on, without end, of sines of these frequencies, in Hz, each of
/// this amplitude, at `rate` samples a second.
pub fn sines(hz: &[f32], amplitude: f32, rate: u32, first: u64) -> impl Iterator<Item = i16> {
    (first..).map(move |n| {
        let t = n as f32 / rate as f32;
        let sum: f32 = hz.iter().map(|hz| (TAU * hz * t).sin()).sum();
        (sum * amplitude) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level;

    #[test]
    fn a_sine_has_its_level_and_goes_on_where_it_was() {
        let samples: Vec<i16> = sines(&[400.0], 3277.0, 8_000, 0).take(800).collect();
        assert!((level::dbov(&samples) + 23.0).abs() < 0.1);
        let later: Vec<i16> = sines(&[400.0], 3277.0, 8_000, 160).take(640).collect();
        assert_eq!(samples[160..], later);
    }
}
