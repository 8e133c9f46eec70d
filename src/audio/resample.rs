//! Whole clips from one sample rate to another (rubato's FFT resampler).
//!
//! Not for the media path: there, frames of the other line rate go through [`super::halfband`].

use super::Clip;
use rubato::audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Resampler};

/// The clip at `hz` samples a second, band-limited to the lower of the two rates, with its
/// length in time and its start unchanged.
pub fn to(clip: &Clip, hz: u32) -> Clip {
    let hz = hz.max(1);
    if clip.hz == hz || clip.samples.is_empty() {
        return Clip::new(hz, clip.samples.clone());
    }
    match resampled(clip, hz) {
        Some(samples) => Clip::new(hz, samples),
        None => Clip::new(hz, nearest(clip, hz)),
    }
}

fn resampled(clip: &Clip, hz: u32) -> Option<Vec<i16>> {
    let input: Vec<f32> = clip.samples.iter().map(|&s| f32::from(s)).collect();
    let length = input.len();
    let mut resampler = Fft::<f32>::new(
        clip.hz as usize,
        hz as usize,
        1024.min(clip.hz as usize),
        1,
        FixedSync::Both,
    )
    .ok()?;
    let input = InterleavedOwned::new_from(input, 1, length).ok()?;
    let output = resampler.process_all(&input, length, None).ok()?;
    Some(
        output
            .take_data()
            .into_iter()
            .map(|s| s.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16)
            .collect(),
    )
}

/// Only for rates that no filter can be built for (a damaged header): something to hear.
fn nearest(clip: &Clip, hz: u32) -> Vec<i16> {
    let length = clip.samples.len() as u64 * u64::from(hz) / u64::from(clip.hz);
    (0..length)
        .filter_map(|i| {
            let at = i * u64::from(clip.hz) / u64::from(hz);
            clip.samples.get(at as usize).copied()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level;

    fn sine(hz: u32, tone: f32, seconds: f32) -> Clip {
        let samples = (0..(hz as f32 * seconds) as usize)
            .map(|i| {
                let phase = i as f32 * tone * std::f32::consts::TAU / hz as f32;
                (phase.sin() * 10_000.0) as i16
            })
            .collect();
        Clip::new(hz, samples)
    }

    #[test]
    fn length_and_level_are_kept() {
        for (from, into) in [
            (22_050, 8_000),
            (44_100, 8_000),
            (8_000, 16_000),
            (16_000, 8_000),
        ] {
            let clip = sine(from, 440.0, 1.0);
            let there = to(&clip, into);
            assert!(
                (there.samples.len() as i64 - i64::from(into)).abs() <= 1,
                "{from} to {into}"
            );
            let middle = there.samples.len() / 4..there.samples.len() * 3 / 4;
            let (before, after) = (
                level::dbov(&clip.samples),
                level::dbov(&there.samples[middle]),
            );
            assert!(
                (before - after).abs() < 0.3,
                "{from} to {into}: {before} became {after}"
            );
        }
    }

    #[test]
    fn what_a_phone_cannot_carry_is_filtered_not_folded_back() {
        let high = to(&sine(44_100, 6_000.0, 1.0), 8_000);
        assert!(level::dbov(&high.samples[1000..7000]) < -50.0);
    }

    #[test]
    fn a_short_clip_survives() {
        assert_eq!(to(&Clip::new(22_050, vec![5; 3]), 8_000).samples.len(), 2);
        assert!(to(&Clip::new(44_100, vec![]), 8_000).samples.is_empty());
    }
}
