//! libfvad, WebRTC's voice detector: 3 µs a frame.

use super::{Activity, VoiceActivity};
use crate::audio::LineRate;
use webrtc_vad::{SampleRate, Vad, VadMode};

/// Two detectors, one that is hard to convince and one that is easy: hysteresis.
pub struct Fvad {
    strict: Vad,
    lenient: Vad,
}

// SAFETY: the wrapped pointers are plain heap objects without thread-local or shared state, owned
// by this value alone and reached only through `&mut self`.
unsafe impl Send for Fvad {}

impl Fvad {
    pub fn new(rate: LineRate) -> Fvad {
        let detector = |mode| {
            let rate = match rate {
                LineRate::Narrow => SampleRate::Rate8kHz,
                LineRate::Wide => SampleRate::Rate16kHz,
            };
            Vad::new_with_rate_and_mode(rate, mode)
        };
        Fvad {
            strict: detector(VadMode::VeryAggressive),
            lenient: detector(VadMode::Aggressive),
        }
    }
}

impl VoiceActivity for Fvad {
    /// [`Activity::Nothing`] for a length that it does not support.
    fn look(&mut self, samples: &[i16]) -> Activity {
        if samples.is_empty() {
            // The crate would panic.
            return Activity::Nothing;
        }
        let lenient = self.lenient.is_voice_segment(samples).unwrap_or(false);
        let strict = self.strict.is_voice_segment(samples).unwrap_or(false);
        match (strict, lenient) {
            (true, _) => Activity::Speech,
            (false, true) => Activity::Likely,
            (false, false) => Activity::Nothing,
        }
    }
}
