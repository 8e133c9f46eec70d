//! How loud sound is, in dBov (dB relative to the overload point, ITU-T G.100.1):
//! a full-scale square wave is 0 dBov, digital silence is [`SILENCE`].

/// What digital silence measures, in dBov.
pub const SILENCE: f32 = -96.0;

/// The overload point: the amplitude of 0 dBov.
pub const FULL_SCALE: f32 = 32_768.0;

/// Peaks are bent from here on and never reach [`CEILING`]; -3 and -1 dB of full scale.
const KNEE: f32 = 23_200.0;
pub const CEILING: f32 = 29_200.0;

/// Root mean square level of `samples` in dBov.
pub fn dbov(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE;
    }
    let energy: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    let rms = (energy / samples.len() as f64).sqrt() as f32;
    (20.0 * (rms / FULL_SCALE).log10()).max(SILENCE)
}

/// The largest absolute sample.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
}

/// A sample that was made louder: unchanged up to the knee, then bent smoothly towards [`CEILING`].
pub fn limited(sample: f32) -> f32 {
    let size = sample.abs();
    if size <= KNEE {
        return sample;
    }
    let room = CEILING - KNEE;
    (KNEE + room * ((size - KNEE) / room).tanh()).copysign(sample)
}

/// Level of the parts that sound: windows of 20 ms more than 20 dB under the loudest are
/// left out, so that pauses do not count. Close to ITU-T P.56 for prompts without noise.
pub fn active_dbov(samples: &[i16], hz: u32) -> f32 {
    let window = (hz as usize / 50).max(1);
    let levels: Vec<f32> = samples.chunks(window).map(dbov).collect();
    let loudest = levels.iter().copied().fold(SILENCE, f32::max);
    if loudest <= SILENCE {
        return SILENCE;
    }
    let active: Vec<f64> = levels
        .iter()
        .filter(|&&level| level > loudest - 20.0)
        .map(|&level| 10f64.powf(f64::from(level) / 10.0))
        .collect();
    (10.0 * (active.iter().sum::<f64>() / active.len() as f64).log10()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_relative_to_full_scale() {
        assert_eq!(dbov(&[]), SILENCE);
        assert_eq!(dbov(&[0; 160]), SILENCE);
        assert!(dbov(&[i16::MIN; 160]).abs() < 0.01);
        assert!((dbov(&[3277; 160]) + 20.0).abs() < 0.1);
        assert_eq!(peak(&[3, -9, i16::MIN]), 32_768);
    }

    #[test]
    fn pauses_do_not_lower_the_active_level() {
        let mut samples = vec![3277; 8000];
        samples.extend([0; 8000]);
        assert!((active_dbov(&samples, 8000) + 20.0).abs() < 0.2);
    }
}
