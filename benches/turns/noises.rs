//! Sounds that are not the caller's words, made the same in every run: what a phone line brings
//! besides speech. 8 kHz, band-limited like a telephone's by what they are made of.

use std::f32::consts::TAU;

const HZ: f32 = 8_000.0;

/// A noise, its name, and how many seconds of it are listened to.
pub struct Noise {
    pub name: String,
    pub samples: Vec<i16>,
}

/// One of each, `seconds` long; coughs, clicks and the like come every two seconds.
pub fn all(seconds: usize) -> Vec<Noise> {
    let noise = |name: &str, samples| Noise {
        name: name.to_owned(),
        samples,
    };
    vec![
        noise("hiss", steady(seconds, |random, _| random.white() * 0.02)),
        noise("street", street(seconds)),
        noise("hum", steady(seconds, |_, t| hum(t))),
        noise("ringback", steady(seconds, |_, t| ringback(t))),
        noise("music", music(seconds)),
        noise("cough", every_two_seconds(seconds, cough)),
        noise("throat", every_two_seconds(seconds, throat)),
        noise("breath", every_two_seconds(seconds, breath)),
        noise("click", every_two_seconds(seconds, click)),
        noise("mm-hm", every_two_seconds(seconds, mm_hm)),
    ]
}

/// A linear congruential generator: the same numbers everywhere.
pub struct Random(u32);

impl Random {
    pub fn new(seed: u32) -> Random {
        Random(seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453))
    }

    /// 0 up to 1.
    pub fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    fn white(&mut self) -> f32 {
        self.within(-1.0, 1.0)
    }
}

fn quantised(samples: impl Iterator<Item = f32>) -> Vec<i16> {
    samples
        .map(|s| (s.clamp(-1.0, 1.0) * 32_767.0) as i16)
        .collect()
}

pub fn steady(seconds: usize, mut at: impl FnMut(&mut Random, f32) -> f32) -> Vec<i16> {
    let mut random = Random::new(1);
    let samples = (0..seconds * HZ as usize).map(|n| at(&mut random, n as f32 / HZ));
    quantised(samples)
}

/// Sounds of their own, each different, at two seconds' distance in faint hiss.
fn every_two_seconds(seconds: usize, make: impl Fn(&mut Random) -> Vec<f32>) -> Vec<i16> {
    let mut random = Random::new(2);
    let mut all: Vec<f32> = (0..seconds * HZ as usize)
        .map(|_| random.white() * 0.001)
        .collect();
    for start in (4_000..all.len().saturating_sub(8_000)).step_by(16_000) {
        for (to, from) in all[start..].iter_mut().zip(make(&mut random)) {
            *to += from;
        }
    }
    quantised(all.into_iter())
}

/// Mains hum with its odd harmonics, as a bad ground loop has it.
fn hum(t: f32) -> f32 {
    let harmonics = [(50.0, 0.03), (150.0, 0.03), (250.0, 0.02), (350.0, 0.01)];
    harmonics
        .iter()
        .map(|(hz, level)| level * (TAU * hz * t).sin())
        .sum()
}

/// Europe's: 425 Hz, one second in five.
fn ringback(t: f32) -> f32 {
    match t % 5.0 < 1.0 {
        true => 0.1 * (TAU * 425.0 * t).sin(),
        false => 0.0,
    }
}

/// Traffic: low noise that swells and fades, as a telephone's high-pass at 300 Hz leaves it.
pub fn street(seconds: usize) -> Vec<i16> {
    let mut low = 0.0;
    let mut lower = 0.0;
    let mut under = [0.0; 2];
    steady(seconds, |random, t| {
        low += 0.08 * (random.white() - low);
        lower += 0.3 * (low - lower);
        let swell = 0.5 + 0.4 * (TAU * t / 7.0).sin() + 0.1 * (TAU * t / 1.7).sin();
        let mut passed = lower;
        for under in &mut under {
            *under += 0.21 * (passed - *under);
            passed -= *under;
        }
        passed * swell
    })
}

/// Plucked chords over a drum.
fn music(seconds: usize) -> Vec<i16> {
    const CHORDS: [[f32; 3]; 4] = [
        [261.6, 329.6, 392.0],
        [220.0, 261.6, 329.6],
        [349.2, 440.0, 523.3],
        [392.0, 493.9, 587.3],
    ];
    steady(seconds, |random, t| {
        let chord = CHORDS[(t / 2.0) as usize % CHORDS.len()];
        let beat = t % 0.5;
        let strings: f32 = chord
            .iter()
            .flat_map(|hz| [(1.0, 1.0), (2.0, 0.5), (3.0, 0.25)].map(|(n, level)| (hz * n, level)))
            .map(|(hz, level)| level * (TAU * hz * t).sin())
            .sum();
        let drum = random.white() * (-beat * 40.0).exp();
        0.03 * strings * (-beat * 3.0).exp() + 0.05 * drum
    })
}

/// A bell-shaped resonance: two poles.
struct Formant {
    a: f32,
    b: f32,
    gain: f32,
    last: [f32; 2],
}

impl Formant {
    fn new(hz: f32, width: f32) -> Formant {
        let radius = (-std::f32::consts::PI * width / HZ).exp();
        Formant {
            a: 2.0 * radius * (TAU * hz / HZ).cos(),
            b: -radius * radius,
            gain: 1.0 - radius,
            last: [0.0; 2],
        }
    }

    fn pass(&mut self, input: f32) -> f32 {
        let out = self.gain * input + self.a * self.last[0] + self.b * self.last[1];
        self.last = [out, self.last[0]];
        out
    }
}

fn seconds(length: f32) -> std::ops::Range<usize> {
    0..(length * HZ) as usize
}

/// A burst, a rush of air, and often a voiced end (J. Korpáš et al., Pulm. Pharmacol. 9, 1996).
fn cough(random: &mut Random) -> Vec<f32> {
    let rush = random.within(0.12, 0.25);
    let voiced = random.within(0.0, 0.12);
    let (hz, level) = (random.within(180.0, 350.0), random.within(0.3, 0.8));
    let mut throat = [Formant::new(650.0, 250.0), Formant::new(1_400.0, 400.0)];
    let mut phase = 0.0;
    seconds(rush + voiced)
        .map(|n| {
            let t = n as f32 / HZ;
            phase = (phase + hz / HZ) % 1.0;
            let air = random.white()
                * match t < rush {
                    true => (-t * 12.0).exp() + 0.8 * (-t * 60.0).exp(),
                    false => 0.1,
                };
            let cords = match t < rush {
                true => 0.0,
                false => 0.5 * (1.0 - (t - rush) / voiced.max(0.001)) * (0.5 - phase),
            };
            throat.iter_mut().map(|f| f.pass(air + cords)).sum::<f32>() * level * 2.0
        })
        .collect()
}

/// Somebody clears their throat: rough and low, half a second.
fn throat(random: &mut Random) -> Vec<f32> {
    let length = random.within(0.25, 0.5);
    let hz = random.within(60.0, 110.0);
    let mut cavity = [Formant::new(500.0, 300.0), Formant::new(1_100.0, 500.0)];
    let mut phase = 0.0;
    seconds(length)
        .map(|n| {
            let t = n as f32 / HZ;
            // The cords beat unevenly.
            phase += hz * random.within(0.4, 1.6) / HZ;
            let rough = random.white() * (1.0 - phase % 1.0);
            let swell = (TAU * 0.5 * t / length).sin();
            cavity.iter_mut().map(|f| f.pass(rough)).sum::<f32>() * swell
        })
        .collect()
}

/// Air over the microphone, in and out.
fn breath(random: &mut Random) -> Vec<f32> {
    let length = random.within(0.4, 0.9);
    let level = random.within(0.02, 0.15);
    let mut mouth = [Formant::new(900.0, 900.0), Formant::new(2_300.0, 1_200.0)];
    seconds(length)
        .map(|n| {
            let swell = (TAU * 0.5 * n as f32 / HZ / length).sin();
            let air = random.white();
            mouth.iter_mut().map(|f| f.pass(air)).sum::<f32>() * swell * level
        })
        .collect()
}

/// A handset put down, a pen: one to three knocks.
fn click(random: &mut Random) -> Vec<f32> {
    let knocks = 1 + (random.unit() * 3.0) as usize;
    let mut body = Formant::new(random.within(400.0, 2_000.0), 300.0);
    seconds(0.12 * knocks as f32)
        .map(|n| {
            let t = n as f32 / HZ % 0.12;
            let hit = random.white() * (-t * 200.0).exp();
            (body.pass(hit) + 0.2 * hit) * 0.8
        })
        .collect()
}

/// "Mm-hm": closed lips, the voice through the nose, two syllables, the second higher.
fn mm_hm(random: &mut Random) -> Vec<f32> {
    let base = random.within(90.0, 220.0);
    let level = random.within(0.1, 0.4);
    let mut nose = [
        Formant::new(260.0, 60.0),
        Formant::new(1_000.0, 300.0),
        Formant::new(2_200.0, 400.0),
    ];
    let mut phase = 0.0;
    seconds(0.5)
        .map(|n| {
            let t = n as f32 / HZ;
            let (hz, swell) = match t {
                t if t < 0.2 => (base, (TAU * 0.5 * t / 0.2).sin()),
                t if t < 0.26 => (base, 0.0),
                t => (base * 1.2, (TAU * 0.5 * (t - 0.26) / 0.24).sin()),
            };
            phase = (phase + hz / HZ) % 1.0;
            // A glottal pulse falls off by 12 dB an octave; closed lips take what is left above.
            let pulse = (phase * (1.0 - phase) * 4.0).powi(2) - 0.5;
            let air = random.white() * 0.02;
            let [low, mid, high] = &mut nose;
            let through =
                low.pass(pulse + air) + 0.1 * mid.pass(pulse + air) + 0.05 * high.pass(air);
            through * swell.max(0.0) * level * 4.0
        })
        .collect()
}
