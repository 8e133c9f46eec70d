//! Is this frame somebody's voice? One frame at a time, without allocation.
//!
//! Four questions, all of which must be answered with yes: does libfvad (WebRTC's voice
//! detector) take it for speech, is it louder than the line's own noise, is it more than our
//! own voice coming back from the far end, and (asked by the listener over several frames) does
//! it have a pitch. Turning frames into utterances is the business of [`super::listener`].

use crate::audio::{Frame, LineRate, level};

/// What a frame is, as far as one frame can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Voice {
    /// Speech-like, above the line noise and not our echo.
    pub active: bool,
    /// Active and periodic, as vowels are and clicks, coughs and line noise are not.
    pub pitched: bool,
}

/// The detector of one call.
pub struct VoiceDetector {
    fvad: Fvad,
    rate: LineRate,
    noise: NoiseFloor,
    echo: EchoGuard,
}

impl VoiceDetector {
    pub fn new(rate: LineRate) -> VoiceDetector {
        VoiceDetector {
            fvad: Fvad::new(rate),
            rate,
            noise: NoiseFloor::new(),
            echo: EchoGuard::new(),
        }
    }

    /// Looks at what the caller sent and what was played to them in the same 20 ms.
    pub fn look(&mut self, caller: &Frame, playing: &Frame) -> Voice {
        let samples = caller.samples();
        let loudness = level::dbov(samples);
        let floor = self.noise.follow(loudness);
        let caller_speaks = self.echo.caller_speaks(samples, playing.samples());
        let loud = loudness > QUIETEST_VOICE && loudness > floor + ABOVE_NOISE;
        // Asked for every frame, because it learns the line's noise from what it is shown.
        let active = self.fvad.is_voice(samples) && loud && caller_speaks;
        Voice {
            active,
            pitched: active && is_pitched(samples, self.rate),
        }
    }
}

/// Under this nobody speaks into a phone, in dBov.
const QUIETEST_VOICE: f32 = -50.0;
/// How far voice stands out of the line's noise, in dB.
const ABOVE_NOISE: f32 = 6.0;

/// libfvad, which can be moved between threads.
struct Fvad(webrtc_vad::Vad);

// SAFETY: the wrapped pointer is a plain heap object without thread-local or shared state, owned
// by this value alone and reached only through `&mut self`.
unsafe impl Send for Fvad {}

impl Fvad {
    fn new(rate: LineRate) -> Fvad {
        let rate = match rate {
            LineRate::Narrow => webrtc_vad::SampleRate::Rate8kHz,
            LineRate::Wide => webrtc_vad::SampleRate::Rate16kHz,
        };
        Fvad(webrtc_vad::Vad::new_with_rate_and_mode(
            rate,
            webrtc_vad::VadMode::Aggressive,
        ))
    }

    /// No for a length that it does not support.
    fn is_voice(&mut self, samples: &[i16]) -> bool {
        // An empty slice makes the crate panic.
        !samples.is_empty() && self.0.is_voice_segment(samples).unwrap_or(false)
    }
}

/// The level of the line when nobody speaks: the quietest frame of the last seconds. Even
/// fluent speech leaves gaps, so it needs no opinion about what speech is.
struct NoiseFloor {
    /// The quietest level of each stretch, the current one included, in dBov.
    stretches: [f32; NoiseFloor::STRETCHES],
    at: usize,
    frames: u32,
}

impl NoiseFloor {
    const STRETCHES: usize = 12;
    const STRETCH_FRAMES: u32 = 12;
    /// Louder than this is not called noise, so that nothing makes us deaf for good.
    const LOUDEST: f32 = -32.0;

    fn new() -> NoiseFloor {
        NoiseFloor {
            stretches: [0.0; NoiseFloor::STRETCHES],
            at: 0,
            frames: 0,
        }
    }

    fn follow(&mut self, loudness: f32) -> f32 {
        if self.frames == Self::STRETCH_FRAMES {
            self.frames = 0;
            self.at = (self.at + 1) % Self::STRETCHES;
            if let Some(stretch) = self.stretches.get_mut(self.at) {
                *stretch = 0.0;
            }
        }
        self.frames += 1;
        if let Some(stretch) = self.stretches.get_mut(self.at) {
            *stretch = stretch.min(loudness);
        }
        let floor = self.stretches.iter().copied().fold(0.0, f32::min);
        floor.min(Self::LOUDEST)
    }
}

/// Tells the caller's voice from our own coming back from a hybrid or a loudspeaker: Geigel's
/// double-talk detector (D. L. Duttweiler, IEEE Trans. Communications 26(5), 1978). An echo has
/// lost at least 6 dB and comes back within [`EchoGuard::WINDOW`] frames, so whatever is louder
/// than half of the loudest sample played since is the caller.
struct EchoGuard {
    played: [u16; EchoGuard::WINDOW],
    at: usize,
    hold: u8,
}

impl EchoGuard {
    /// 260 ms: a quarter of a second and the frame that it ends in.
    const WINDOW: usize = 13;
    /// A syllable's quiet end still belongs to who was loud enough before.
    const HOLD_FRAMES: u8 = 3;
    /// Below this peak a frame counts as nothing played: comfort noise has no echo to fear.
    const INAUDIBLE: u16 = 32;

    fn new() -> EchoGuard {
        EchoGuard {
            played: [0; EchoGuard::WINDOW],
            at: 0,
            hold: 0,
        }
    }

    fn caller_speaks(&mut self, caller: &[i16], playing: &[i16]) -> bool {
        self.at = (self.at + 1) % Self::WINDOW;
        if let Some(slot) = self.played.get_mut(self.at) {
            *slot = level::peak(playing);
        }
        let played = self.played.iter().copied().max().unwrap_or(0);
        if played <= Self::INAUDIBLE {
            self.hold = 0;
            return true;
        }
        if level::peak(caller) > played / 2 {
            self.hold = Self::HOLD_FRAMES;
            return true;
        }
        let held = self.hold > 0;
        self.hold = self.hold.saturating_sub(1);
        held
    }
}

/// Whether a frame repeats itself at the pace of vocal cords (70 to 400 Hz): the largest
/// normalised autocorrelation over those lags. Harmonics suffice, a telephone cuts the
/// fundamental off.
fn is_pitched(samples: &[i16], rate: LineRate) -> bool {
    const LOWEST_LAG: usize = 20;
    const HIGHEST_LAG: usize = 114;
    const PERIODIC: f32 = 0.5;
    // At 8 kHz: half the work, and no less true.
    let step = rate.frame_len() / LineRate::Narrow.frame_len();
    let mut narrow = [0f32; LineRate::Narrow.frame_len()];
    for (to, from) in narrow.iter_mut().zip(samples.chunks(step)) {
        *to = from.iter().map(|&s| f32::from(s)).sum();
    }
    (LOWEST_LAG..=HIGHEST_LAG).any(|lag| {
        let (early, late) = (
            narrow.split_at(narrow.len() - lag).0,
            narrow.split_at(lag).1,
        );
        let (mut cross, mut before, mut after) = (0.0, 1.0, 1.0);
        for (a, b) in early.iter().zip(late) {
            cross += a * b;
            before += a * a;
            after += b * b;
        }
        cross > PERIODIC * f32::sqrt(before * after)
    })
}
