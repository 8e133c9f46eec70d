//! Random numbers of the simulated days: the same for the same seed.

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// Above 0, below 1.
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.share()
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let angle = std::f64::consts::TAU * self.share();
        (-2.0 * self.share().ln()).sqrt() * angle.cos()
    }

    /// Log-normal; `spread` is the deviation of its logarithm.
    pub fn about(&mut self, mean: f64, spread: f64) -> f64 {
        mean * (spread * self.normal() - spread * spread / 2.0).exp()
    }
}
