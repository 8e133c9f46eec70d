//! Comfort noise (RFC 3389): what is heard while the other side sends nothing because nothing is said.
//!
//! White, at the level that the packet says. The spectrum that it may describe is left out: it makes a
//! pause sound a little more like the room, which neither a recogniser nor the one who waits needs.

/// As if from -127 dBov on there were nothing.
const NOTHING: u8 = 127;

/// Makes noise without end.
#[derive(Debug)]
pub(super) struct Noise {
    random: u32,
    /// Samples since the pause began; it fades in.
    since: usize,
}

impl Noise {
    pub(super) fn new() -> Noise {
        Noise {
            random: 0x9E37_79B9,
            since: 0,
        }
    }

    /// Something else is heard.
    pub(super) fn end(&mut self) {
        self.since = 0;
    }

    /// Adds noise of a level in -dBov (RFC 3389 section 3.1) to `samples`, fading in over `fade` of them
    /// when it begins.
    pub(super) fn add(&mut self, level: u8, fade: usize, samples: &mut [i16]) {
        if level >= NOTHING {
            return;
        }
        // 0 dBov is a full-scale square wave. Evenly distributed numbers have a third of their
        // largest one's power.
        let loudest = 32_768.0 * 10_f32.powf(f32::from(level) / -20.0) * 3_f32.sqrt();
        for sample in samples {
            let share = (self.since as f32 / fade.max(1) as f32).min(1.0);
            self.since = self.since.saturating_add(1);
            // Numerical Recipes' generator; its upper bits are random enough for hiss.
            self.random = self
                .random
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            let number = (self.random >> 8) as f32 / (1 << 23) as f32 - 1.0;
            let noise = number * loudest * share;
            *sample = sample.saturating_add(noise.round() as i16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level;

    #[test]
    fn it_has_the_level_that_the_packet_says() {
        for dbov in [20, 40, 55, 70] {
            let mut samples = vec![0; 16_000];
            Noise::new().add(dbov, 100, &mut samples);
            let level = level::dbov(&samples[100..]);
            assert!((level + f32::from(dbov)).abs() < 0.5, "{dbov}: {level}");
        }
        let mut samples = vec![0; 1_000];
        Noise::new().add(NOTHING, 0, &mut samples);
        assert_eq!(samples, [0; 1_000]);
    }

    #[test]
    fn it_begins_gently_and_never_wraps() {
        let mut samples = vec![0; 400];
        let mut noise = Noise::new();
        noise.add(30, 160, &mut samples);
        assert!(level::dbov(&samples[..16]) < level::dbov(&samples[200..]) - 12.0);
        let mut samples = vec![i16::MAX; 400];
        noise.add(0, 0, &mut samples);
        assert!(samples.iter().all(|&sample| sample >= -1));
    }
}
