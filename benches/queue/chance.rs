//! Random numbers of the simulated days: the same for the same seed.

pub struct Chance(fastrand::Rng);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(fastrand::Rng::with_seed(seed))
    }

    /// Above 0, to 1.
    pub fn share(&mut self) -> f64 {
        1.0 - self.0.f64()
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
