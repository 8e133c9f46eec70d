//! Frames from one line rate to the other, for the one call in which they must: a line whose codec
//! changed, an agent whose phone speaks another one than the caller's.
//!
//! A half-band filter of 47 taps (every other one is zero), 60 dB deep above 4.6 kHz: what a narrow
//! line cannot carry is not folded back, and 3.4 kHz and below pass unchanged. It takes 1.5 ms. No
//! allocation. Whole clips are converted by [`super::resample`].

use super::{Frame, LineRate};

/// The filter's odd taps from the middle outwards, the same on both sides: a sinc under a Kaiser window
/// (beta 5.65), scaled to add up to a quarter. The middle is a half.
const TAPS: [f32; 12] = [
    0.317_047_7,
    -0.101_975_44,
    0.056_929_43,
    -0.036_431_59,
    0.024_387_85,
    -0.016_440_44,
    0.010_915_81,
    -0.007_015_18,
    0.004_285_47,
    -0.002_428_64,
    0.001_224_82,
    -0.000_499_78,
];
/// Samples of the wide rate that are remembered: all but one of the filter's.
const PAST: usize = 4 * TAPS.len() - 2;

/// Converts one stream, in one direction or the other.
#[derive(Debug, Clone)]
pub struct RateChange {
    past: [f32; PAST],
}

impl Default for RateChange {
    fn default() -> RateChange {
        RateChange { past: [0.0; PAST] }
    }
}

impl RateChange {
    /// Fills `to` with the sound of `from`, at the rate that `to` has.
    pub fn convert(&mut self, from: &Frame, to: &mut Frame) {
        match (from.rate(), to.rate()) {
            (LineRate::Wide, LineRate::Narrow) => self.halve(from, to),
            (LineRate::Narrow, LineRate::Wide) => self.double(from, to),
            _ => to.clone_from(from),
        }
    }

    fn halve(&mut self, from: &Frame, to: &mut Frame) {
        const LENGTH: usize = PAST + LineRate::Wide.frame_len();
        let mut sound = [0.0; LENGTH];
        self.fill(&mut sound, from);
        let windows = sound.windows(PAST + 1).skip(1).step_by(2);
        for (to, window) in to.samples_mut().iter_mut().zip(windows) {
            let (before, middle, after) = around(window);
            // The odd ones only: the others are multiplied by nothing.
            let pairs = before.iter().rev().zip(after).step_by(2);
            let sides = pairs.zip(TAPS).map(|((a, b), tap)| (a + b) * tap);
            *to = clamped(middle / 2.0 + sides.sum::<f32>());
        }
        self.keep(&sound);
    }

    fn double(&mut self, from: &Frame, to: &mut Frame) {
        /// Of the narrow rate, between whose middle two a sample is to be.
        const WINDOW: usize = 2 * TAPS.len();
        const LENGTH: usize = PAST + LineRate::Narrow.frame_len();
        let mut sound = [0.0; LENGTH];
        self.fill(&mut sound, from);
        let windows = sound.windows(WINDOW).skip(PAST + 1 - WINDOW);
        let (pairs, _) = to.samples_mut().as_chunks_mut::<2>();
        for (pair, window) in pairs.iter_mut().zip(windows) {
            let (before, after) = window.split_at(WINDOW / 2);
            let sides = before.iter().rev().zip(after).zip(TAPS);
            let between = sides.map(|((a, b), tap)| (a + b) * tap).sum::<f32>() * 2.0;
            *pair = [
                clamped(before.last().copied().unwrap_or(0.0)),
                clamped(between),
            ];
        }
        self.keep(&sound);
    }

    fn fill(&self, sound: &mut [f32], from: &Frame) {
        let new = from.samples().iter().map(|&sample| f32::from(sample));
        let all = self.past.iter().copied().chain(new);
        for (to, from) in sound.iter_mut().zip(all) {
            *to = from;
        }
    }

    fn keep(&mut self, sound: &[f32]) {
        let last = sound.last_chunk();
        self.past = last.copied().unwrap_or([0.0; PAST]);
    }
}

/// A window's middle, and what is before and after it.
fn around(window: &[f32]) -> (&[f32], f32, &[f32]) {
    let (before, rest) = window.split_at(window.len() / 2);
    match rest.split_first() {
        Some((middle, after)) => (before, *middle, after),
        None => (before, 0.0, rest),
    }
}

fn clamped(sample: f32) -> i16 {
    // A cast of a float keeps within the range by itself.
    sample.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{level, tone};

    fn converted(from: LineRate, to: LineRate, samples: &[i16]) -> Vec<i16> {
        let mut change = RateChange::default();
        let mut out = Frame::silence(to);
        let frames = samples.chunks(from.frame_len());
        frames
            .flat_map(|chunk| {
                change.convert(&Frame::of(from, chunk), &mut out);
                out.samples().to_vec()
            })
            .collect()
    }

    fn tone_at(hz: f32, rate: LineRate) -> Vec<i16> {
        let length = rate.frame_len() * 50;
        tone::sines(&[hz], 10_000.0, rate.hz(), 0)
            .take(length)
            .collect()
    }

    #[test]
    fn what_both_lines_carry_passes_at_its_level_and_pitch() {
        use LineRate::{Narrow, Wide};
        for (from, to) in [(Narrow, Wide), (Wide, Narrow)] {
            for hz in [100.0, 697.0, 1_633.0, 3_000.0, 3_400.0] {
                let there = converted(from, to, &tone_at(hz, from));
                let expected = tone_at(hz, to);
                assert_eq!(there.len(), expected.len());
                let gain = level::dbov(&there[500..]) - level::dbov(&expected[500..]);
                assert!(gain.abs() < 0.1, "{hz} Hz from {from:?}: {gain} dB");
                // A sine satisfies x[n+1] + x[n-1] = 2 cos(w) x[n]; the rest is distortion.
                let factor = 2.0 * (hz * std::f32::consts::TAU / to.hz() as f32).cos();
                let rest = there[500..].windows(3).map(|w| {
                    let [a, b, c] = [w[0], w[1], w[2]].map(f32::from);
                    (a + c - factor * b).abs()
                });
                assert!(rest.fold(0.0, f32::max) < 30.0, "{hz} Hz from {from:?}");
            }
        }
    }

    #[test]
    fn what_a_narrow_line_cannot_carry_is_not_folded_back() {
        for hz in [4_600.0, 5_000.0, 6_500.0, 7_900.0] {
            let there = converted(
                LineRate::Wide,
                LineRate::Narrow,
                &tone_at(hz, LineRate::Wide),
            );
            assert!(level::dbov(&there[500..]) < -65.0, "{hz} Hz");
        }
    }

    #[test]
    fn there_and_back_is_the_same_and_a_little_later() {
        let sound = tone_at(1_000.0, LineRate::Narrow);
        let wide = converted(LineRate::Narrow, LineRate::Wide, &sound);
        let back = converted(LineRate::Wide, LineRate::Narrow, &wide);
        let late = 23;
        let errors = back[500..].iter().zip(&sound[500 - late..]);
        let errors = errors.map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs());
        assert!(errors.max().unwrap() < 30, "{:?}", &back[500..510]);
    }

    #[test]
    fn what_is_too_loud_is_cut_off_and_does_not_come_out_at_the_other_end() {
        // A square wave overshoots where it is filtered.
        let square: Vec<i16> = (0..3_200)
            .map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN })
            .collect();
        let wide = converted(LineRate::Narrow, LineRate::Wide, &square);
        let middle = |n: usize| wide[(n + 12) * 2];
        for start in (0..3_000).step_by(80) {
            assert!((start + 5..start + 35).all(|n| middle(n) == i16::MAX));
            assert!((start + 45..start + 75).all(|n| middle(n) == i16::MIN));
        }
        assert!(wide.windows(2).all(|w| w[0].abs_diff(w[1]) < 50_000));
    }
}
