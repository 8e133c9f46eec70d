//! What a caller hears while somebody is being called for them: the ringing that they know. Silence
//! would sound like a dead line.

use crate::audio::{Frame, LineRate};
use crate::understand::Language;
use std::f32::consts::TAU;

/// The tones, in Hz, and how long they sound and are silent, in frames (ITU-T E.180 supplement 2).
struct Ringing {
    tones: &'static [f32],
    on: u64,
    off: u64,
}

const NORTH_AMERICA: Ringing = Ringing {
    tones: &[440.0, 480.0],
    on: 100,
    off: 200,
};
const BRITAIN: Ringing = Ringing {
    tones: &[400.0, 450.0],
    on: 20,
    off: 10,
};
const CHINA: Ringing = Ringing {
    tones: &[450.0],
    on: 50,
    off: 200,
};
/// Of each tone: about -25 dBov.
const AMPLITUDE: f32 = 2_000.0;

/// Frame number `at` of the ringing into `out`.
pub fn ring(language: Language, at: u64, rate: LineRate, out: &mut Frame) {
    let ringing = match language {
        Language::EnglishUs => NORTH_AMERICA,
        Language::EnglishGb => BRITAIN,
        Language::Mandarin => CHINA,
    };
    let within = at % (ringing.on + ringing.off);
    if within >= ringing.on {
        return;
    }
    let first = within * rate.frame_len() as u64;
    for (n, sample) in out.samples_mut().iter_mut().enumerate() {
        let t = (first + n as u64) as f32 / rate.hz() as f32;
        let sum: f32 = ringing.tones.iter().map(|hz| (TAU * hz * t).sin()).sum();
        *sample = (sum * AMPLITUDE) as i16;
    }
}
