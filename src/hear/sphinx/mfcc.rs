//! Sound at 8 kHz to log energies of mel filters, as PocketSphinx's front end lays them out
//! (Davis and Mermelstein, IEEE Trans. ASSP 28(4), 1980).
//!
//! The acoustic model was trained on 16 kHz sound. Its filters up to half of our sample rate are
//! the same at 8 kHz: frames of the same length and step, FFT bins of the same width. The filters
//! above have nothing to measure on a telephone, and [`super::telephone`] does without them.

use realfft::{RealFftPlanner, RealToComplex};
use std::f32::consts::{PI, TAU};
use std::sync::Arc;

/// Samples a second.
pub const HZ: u32 = 8_000;
/// Between the starts of two frames: 10 ms.
pub const STEP: usize = 80;
/// 25.6 ms, and the FFT of it.
const WINDOW: usize = 205;
const FFT: usize = 256;
const BIN_HZ: f64 = HZ as f64 / FFT as f64;
/// Filters whose middle is below this are used: close to half of the sample rate.
const HIGHEST_MIDDLE: f64 = 3_900.0;
/// What the model's training did at its 16 kHz before anything else: x[n] - 0.97 x[n-1].
const PRE_EMPHASIS: f32 = 0.97;
const PRE_EMPHASIS_HZ: f32 = 16_000.0;
/// Added to an energy, so that silence has a logarithm.
const FLOOR: f32 = 1e-4;

/// The filters of an acoustic model, as its `feat.params` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub lowest_hz: f64,
    pub highest_hz: f64,
    pub filters: usize,
    /// The weight of higher cepstra; 0 for none.
    pub lifter: f64,
}

impl Layout {
    #[cfg(test)]
    pub fn of_debian() -> Layout {
        Layout {
            lowest_hz: 130.0,
            highest_hz: 6_800.0,
            filters: 25,
            lifter: 22.0,
        }
    }

    /// The edges and the middle of a filter, in Hz: where the previous one has its middle, its
    /// own, the next one's.
    fn filter(&self, n: usize) -> [f64; 3] {
        let (low, high) = (mel(self.lowest_hz), mel(self.highest_hz));
        let width = (high - low) / (self.filters as f64 + 1.0);
        // On whole bins, like the model's.
        [0, 1, 2].map(|i| {
            let hz = from_mel(low + (n + i) as f64 * width);
            (hz / BIN_HZ).round() * BIN_HZ
        })
    }

    /// How many filters, from the lowest, a telephone fills.
    pub fn heard(&self) -> usize {
        let is_heard = |&n: &usize| self.filter(n)[1] < HIGHEST_MIDDLE;
        (0..self.filters).take_while(is_heard).count()
    }
}

fn mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

fn from_mel(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2595.0) - 1.0)
}

/// Makes the energies. Immutable; shared by all recognitions.
pub struct FrontEnd {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The power of each bin is multiplied by this.
    emphasis: Vec<f32>,
    filters: Vec<Filter>,
}

struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
}

impl FrontEnd {
    pub fn new(layout: &Layout) -> FrontEnd {
        let window = (0..WINDOW)
            .map(|i| 0.54 - 0.46 * (TAU * i as f32 / (WINDOW as f32 - 1.0)).cos())
            .collect();
        let emphasis = (0..=FFT / 2)
            .map(|bin| {
                let w = 2.0 * PI * bin as f32 * BIN_HZ as f32 / PRE_EMPHASIS_HZ;
                1.0 + PRE_EMPHASIS * PRE_EMPHASIS - 2.0 * PRE_EMPHASIS * w.cos()
            })
            .collect();
        let filters = (0..layout.heard())
            .map(|n| triangle(layout.filter(n)))
            .collect();
        FrontEnd {
            fft: RealFftPlanner::new().plan_fft_forward(FFT),
            window,
            emphasis,
            filters,
        }
    }

    /// For each whole frame of samples at [`HZ`], the natural logarithms of the filters' energies.
    pub fn energies(&self, samples: &[i16]) -> Vec<Vec<f32>> {
        let mut input = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut frames = Vec::new();
        let mut rest = samples;
        while let Some(frame) = rest.get(..WINDOW) {
            input.fill(0.0);
            for ((x, &sample), w) in input.iter_mut().zip(frame).zip(&self.window) {
                *x = f32::from(sample) * w;
            }
            // It fails only for buffers of another size than the plan's own.
            if self
                .fft
                .process_with_scratch(&mut input, &mut spectrum, &mut scratch)
                .is_err()
            {
                break;
            }
            let power: Vec<f32> = spectrum
                .iter()
                .zip(&self.emphasis)
                .map(|(x, emphasis)| x.norm_sqr() * emphasis)
                .collect();
            frames.push(self.filters.iter().map(|f| f.log_energy(&power)).collect());
            rest = rest.get(STEP..).unwrap_or_default();
        }
        frames
    }
}

/// Of area 1.
fn triangle([low, middle, high]: [f64; 3]) -> Filter {
    let mut first_bin = 0;
    let mut weights = Vec::new();
    for bin in 0..=FFT / 2 {
        let hz = bin as f64 * BIN_HZ;
        let rise = (hz - low) / (middle - low);
        let fall = (high - hz) / (high - middle);
        let weight = rise.min(fall) * 2.0 / (high - low);
        if weight > 0.0 {
            if weights.is_empty() {
                first_bin = bin;
            }
            weights.push(weight as f32);
        }
    }
    Filter { first_bin, weights }
}

impl Filter {
    fn log_energy(&self, power: &[f32]) -> f32 {
        let power = power.iter().skip(self.first_bin);
        let energy: f32 = power.zip(&self.weights).map(|(p, w)| p * w).sum();
        (energy + FLOOR).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::tone;

    fn tone(hz: f32, amplitude: f32) -> Vec<i16> {
        tone::sines(&[hz], amplitude, HZ, 0).take(800).collect()
    }

    #[test]
    fn a_telephone_fills_twenty_of_the_models_25_filters() {
        assert_eq!(Layout::of_debian().heard(), 20);
    }

    #[test]
    fn a_tone_is_in_the_filter_that_it_belongs_to() {
        let front_end = FrontEnd::new(&Layout::of_debian());
        for (hz, filter) in [(300.0, 1), (1_000.0, 7), (2_000.0, 13), (3_500.0, 18)] {
            let frames = front_end.energies(&tone(hz, 8_000.0));
            assert_eq!(frames.len(), (800 - WINDOW) / STEP + 1);
            let most = (0..20).max_by(|&a, &b| frames[3][a].total_cmp(&frames[3][b]));
            assert_eq!(most, Some(filter), "{hz} Hz");
        }
    }

    #[test]
    fn twice_as_loud_is_the_logarithm_of_four_more() {
        let front_end = FrontEnd::new(&Layout::of_debian());
        let quiet = front_end.energies(&tone(1_000.0, 4_000.0))[2][7];
        let loud = front_end.energies(&tone(1_000.0, 8_000.0))[2][7];
        assert!((loud - quiet - 4f32.ln()).abs() < 0.01);
    }

    #[test]
    fn less_than_a_frame_gives_nothing() {
        let front_end = FrontEnd::new(&Layout::of_debian());
        assert!(front_end.energies(&[]).is_empty());
        assert!(front_end.energies(&[1; WINDOW - 1]).is_empty());
        assert!(
            front_end.energies(&[0; WINDOW])[0]
                .iter()
                .all(|e| e.is_finite())
        );
    }
}
