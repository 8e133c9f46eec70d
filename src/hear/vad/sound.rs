//! What makes a loud frame somebody's voice: a pitch, an open mouth, and not being a tone.

use crate::audio::LineRate;
use crate::hear::gate;

/// See [`look`].
pub struct Sound {
    /// How much the frame repeats itself at the pace of vocal cords, 0 to 1.
    pub pitch: f32,
    /// A good part of it lies above 1 kHz.
    pub open: bool,
    /// It is made of a few tones: ringback, hum, a key.
    pub tonal: bool,
}

const NARROW: usize = LineRate::Narrow.frame_len();
/// At 8 kHz: 400 to 70 Hz.
const SHORTEST_PERIOD: usize = 20;
const LONGEST_PERIOD: usize = 114;
/// What is above 1 kHz is weaker than the whole by no more than so many dB in open sounds: closed
/// lips take 20 and more.
const OPEN: f32 = -20.0;

/// Looks at 20 ms.
pub fn look(samples: &[i16], rate: LineRate) -> Sound {
    // At 8 kHz: half the work, and no less true.
    let mut narrow = [0f32; NARROW];
    for (to, from) in narrow.iter_mut().zip(gate::narrow(samples, rate.hz())) {
        *to = from;
    }
    let pitch = pitch(&narrow);
    Sound {
        pitch,
        open: brightness(&narrow) > OPEN,
        // Only what repeats itself perfectly can be a tone.
        tonal: pitch > 0.85 && gate::is_tonal(&narrow),
    }
}

/// The largest normalised autocorrelation over the periods of voices. Harmonics suffice, a
/// telephone cuts the fundamental off.
fn pitch(samples: &[f32; NARROW]) -> f32 {
    let mut best = 0f32;
    for lag in SHORTEST_PERIOD..=LONGEST_PERIOD {
        let (early, late) = (samples.split_at(NARROW - lag).0, samples.split_at(lag).1);
        let (mut cross, mut before, mut after) = (0.0, 1.0, 1.0);
        for (a, b) in early.iter().zip(late) {
            cross += a * b;
            before += a * a;
            after += b * b;
        }
        best = best.max(cross / f32::sqrt(before * after));
    }
    best.min(1.0)
}

/// What passes a high-pass at 1 kHz, relative to all, in dB.
fn brightness(samples: &[f32; NARROW]) -> f32 {
    // Butterworth, second order, at 8 kHz.
    const GAIN: f32 = 0.569_036;
    const BACK: [f32; 2] = [-0.942_809, 0.333_333];
    let (mut one, mut two) = (0.0, 0.0);
    let (mut above, mut all) = (1.0, 1.0);
    for &sample in samples {
        let state = sample - BACK[0] * one - BACK[1] * two;
        let high = GAIN * (state - 2.0 * one + two);
        (one, two) = (state, one);
        above += high * high;
        all += sample * sample;
    }
    10.0 * f32::log10(above / all)
}
