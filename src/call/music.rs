//! What a waiting caller hears between announcements: the company's own recording, over and over, or a
//! few quiet notes. No words, so that nobody mistakes it for an announcement.

use crate::audio::{ByRate, Clip, FRAME_MS, Frame, LineRate, level};
use std::f32::consts::TAU;
use std::sync::Arc;

/// Quieter than speech, in dBov: it is to be talked over, and must not wear anybody out.
const LEVEL: f32 = -30.0;
/// One after the other, in Hz: an open chord that goes nowhere, so that it can end anywhere.
const NOTES: [f32; 8] = [261.63, 329.63, 392.0, 493.88, 440.0, 392.0, 329.63, 293.66];
/// From note to note, and until one has faded.
const STEP_S: f32 = 2.0;
const FADED_S: f32 = 0.9;
const AMPLITUDE: f32 = 1_500.0;

/// Sound without end, in frames of either rate; cheap to share.
#[derive(Debug, Clone)]
pub struct Music(ByRate<Arc<[Frame]>>);

impl Music {
    /// A recording, lowered where it is loud. Its end is followed by its beginning.
    pub fn of(recording: &Clip) -> Music {
        Music(ByRate::of(|rate| lowered(recording, rate)))
    }

    pub fn built_in() -> Music {
        Music(ByRate::of(notes))
    }

    /// Frame number `at`, at that rate.
    pub fn frame(&self, at: usize, rate: LineRate) -> Option<&Frame> {
        let frames = self.0.at(rate);
        frames.get(at % frames.len().max(1))
    }
}

fn lowered(recording: &Clip, rate: LineRate) -> Arc<[Frame]> {
    let mut frames = recording.frames(rate);
    let hz = rate.hz();
    let samples: Vec<i16> = frames.iter().flat_map(Frame::samples).copied().collect();
    let too_loud = level::active_dbov(&samples, hz) - LEVEL;
    if too_loud > 0.0 {
        let gain = 10_f32.powf(-too_loud / 20.0);
        for sample in frames.iter_mut().flat_map(|frame| frame.samples_mut()) {
            *sample = (f32::from(*sample) * gain) as i16;
        }
    }
    frames.into()
}

fn notes(rate: LineRate) -> Arc<[Frame]> {
    let seconds = STEP_S * NOTES.len() as f32;
    let count = (seconds * 1_000.0) as usize / FRAME_MS as usize;
    let length = rate.frame_len();
    let frame = |number: usize| {
        let mut frame = Frame::silence(rate);
        for (at, sample) in frame.samples_mut().iter_mut().enumerate() {
            *sample = note((number * length + at) as f32 / rate.hz() as f32) as i16;
        }
        frame
    };
    (0..count).map(frame).collect()
}

/// The sound at that second.
fn note(at: f32) -> f32 {
    let Some(hz) = NOTES.get((at / STEP_S) as usize) else {
        return 0.0;
    };
    let since = at % STEP_S;
    let rise = (since / 0.03).min(1.0);
    let fall = (-since / FADED_S * 2.3).exp();
    let end = ((STEP_S - since) / 0.05).min(1.0);
    (TAU * hz * since).sin() * AMPLITUDE * rise * fall * end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_for_ever_and_is_quiet() {
        let music = Music::built_in();
        for rate in LineRate::ALL {
            let samples: Vec<i16> = (0..2_000)
                .flat_map(|at| music.frame(at, rate).unwrap().samples().to_vec())
                .collect();
            assert_eq!(samples.len(), 2_000 * rate.frame_len());
            let level = level::active_dbov(&samples, rate.hz());
            assert!((-40.0..-25.0).contains(&level), "{level}");
            // No click at the seam, nor between notes.
            let steepest = samples.windows(2).map(|pair| pair[0].abs_diff(pair[1]));
            assert!(steepest.max() < Some(700));
        }
    }

    #[test]
    fn a_recording_is_lowered_where_it_is_loud_and_left_where_it_is_not() {
        let of = |amplitude: f32| {
            let tone = crate::audio::tone::sines(&[400.0], amplitude, 8_000, 0);
            let clip = Clip::new(8_000, tone.take(16_000).collect());
            let music = Music::of(&clip);
            let samples: Vec<i16> = (0..100)
                .flat_map(|at| {
                    music
                        .frame(at, LineRate::Narrow)
                        .unwrap()
                        .samples()
                        .to_vec()
                })
                .collect();
            level::active_dbov(&samples, 8_000)
        };
        assert!((of(12_000.0) - LEVEL).abs() < 1.0, "{}", of(12_000.0));
        assert!((of(300.0) + 43.8).abs() < 1.0, "{}", of(300.0));
    }

    #[test]
    fn a_recording_of_nothing_is_silence() {
        let music = Music::of(&Clip::new(8_000, Vec::new()));
        assert!(music.frame(7, LineRate::Wide).is_none());
    }
}
