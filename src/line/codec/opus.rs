//! Opus (RFC 6716) on a telephone line: 16 kHz, mono, whatever the peer sends.
//!
//! On `opus-rs`, the library under `audio-codec`, by itself: the wrapper takes packets of one length
//! only, and begins anew where mono and stereo take turns. What arrives is checked here for its length
//! in time; everything else in a damaged packet is an error of the library, and the packet is lost.

use opus_rs::{Application, OpusDecoder, OpusEncoder};

use crate::audio::LineRate;

const HZ: usize = LineRate::Wide.hz() as usize;
/// The longest packet that an encoder makes (RFC 6716 section 3.4).
pub(super) const LONGEST: usize = 1275;
/// Enough for speech at 16 kHz to sound as before; RFC 7587 section 3.1.1 says 16 to 20 kbit/s.
const BITS_A_SECOND: i32 = 24_000;
/// Of 10. A higher one costs up to three times as much and cannot be told apart in a prompt.
const COMPLEXITY: i32 = 1;
/// The longest packet there is, 120 ms (RFC 6716 section 3.2.5), in samples.
const MOST: usize = HZ * 120 / 1000;
/// Loss is concealed in multiples of this, 2.5 ms, in samples.
const STEP: usize = HZ / 400;
/// A payload of a pause is no longer (RFC 6716 section 3.1; two bytes where it has a frame count).
const PAUSE: usize = 2;

/// The length in time of a packet in units of 48 kHz (RFC 6716 section 3.1 and 3.2); `None` if its
/// head is not one.
pub(super) fn duration(payload: &[u8]) -> Option<u32> {
    let toc = *payload.first()?;
    let frame = match toc >> 3 {
        // Linear prediction: 10, 20, 40, 60 ms.
        config @ 0..12 => [480, 960, 1_920, 2_880].get(usize::from(config & 3)),
        // Both: 10, 20 ms.
        config @ 12..16 => [480, 960].get(usize::from(config & 1)),
        // Transform: 2.5, 5, 10, 20 ms.
        config => [120, 240, 480, 960].get(usize::from(config & 3)),
    }?;
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(payload.get(1)? & 63),
    };
    let duration = frame * frames;
    (1..=5_760).contains(&duration).then_some(duration)
}

pub(super) struct Encoder(Option<Box<OpusEncoder>>);

impl Encoder {
    pub(super) fn new() -> Encoder {
        // It fails for rates and channels that do not exist.
        let made = OpusEncoder::new(HZ as i32, 1, Application::Voip);
        Encoder(made.ok().map(|mut encoder| {
            encoder.bitrate_bps = BITS_A_SECOND;
            encoder.complexity = COMPLEXITY;
            Box::new(encoder)
        }))
    }

    pub(super) fn encode(&mut self, samples: &[i16], payload: &mut [u8]) -> Option<usize> {
        let encoder = self.0.as_mut()?;
        encoder.encode_i16(samples, samples.len(), payload).ok()
    }
}

pub(super) struct Decoder {
    decoder: Option<Box<OpusDecoder>>,
    rests: bool,
}

impl Decoder {
    pub(super) fn new() -> Decoder {
        Decoder {
            decoder: OpusDecoder::new(HZ as i32, 1).ok().map(Box::new),
            rests: false,
        }
    }

    pub(super) fn rests(&self) -> bool {
        self.rests
    }

    pub(super) fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) -> bool {
        // The library takes nothing for a loss of as much as there is room.
        if duration(payload).is_none() {
            return false;
        }
        let mut sound = [0.0; MOST];
        let decoder = self.decoder.as_mut();
        let made = decoder.and_then(|decoder| decoder.decode(payload, MOST, &mut sound).ok());
        self.rests = payload.len() <= PAUSE;
        self.append(&sound, made, samples)
    }

    pub(super) fn conceal(
        &mut self,
        count: usize,
        next: Option<&[u8]>,
        samples: &mut Vec<i16>,
    ) -> bool {
        let start = samples.len();
        while samples.len() < start + count {
            let left = start + count - samples.len();
            // What the next packet says once more is the end of the gap.
            let next = next.filter(|_| left <= MOST).unwrap_or(&[]);
            let length = left.min(MOST).next_multiple_of(STEP);
            let mut sound = [0.0; MOST];
            let decoder = self.decoder.as_mut();
            let made =
                decoder.and_then(|decoder| decoder.decode_fec(next, length, &mut sound).ok());
            if !self.append(&sound, made, samples) {
                break;
            }
        }
        samples.len() > start
    }

    /// Appends what the library made. What is no number would stay in its memory for ever: it begins
    /// anew.
    fn append(&mut self, sound: &[f32], made: Option<usize>, samples: &mut Vec<i16>) -> bool {
        let made = made
            .filter(|&made| made > 0)
            .and_then(|made| sound.get(..made));
        let Some(sound) = made else {
            return false;
        };
        if !sound.iter().all(|sample| sample.is_finite()) {
            *self = Decoder::new();
            return false;
        }
        samples.extend(sound.iter().map(|sample| (sample * 32_768.0) as i16));
        true
    }
}
