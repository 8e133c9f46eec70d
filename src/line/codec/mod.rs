//! The codecs of a call: ITU-T G.711 in both laws, ITU-T G.722 at 64 kbit/s, and Opus (RFC 6716).
//!
//! [`Codec`] names a codec the way SDP and RTP do. An [`Encoder`] turns samples into payloads, a
//! [`Decoder`] payloads into samples; each belongs to one stream in one direction, because G.722 and
//! Opus remember what came before. Which codec a call uses is decided in [`super::sdp`].
//!
//! What a codec costs, and with it the order in which they are preferred, is in `docs/codecs.md`.

mod opus;
#[cfg(test)]
mod tests;

use audio_codec::g722::{G722Decoder, G722Encoder};
use audio_codec::pcma::{PcmaDecoder, PcmaEncoder};
use audio_codec::pcmu::{PcmuDecoder, PcmuEncoder};
use audio_codec::{Decoder as _, Encoder as _};
use serde::Deserialize;

use crate::audio::LineRate;

/// A codec that a call can be held in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// Wideband at the price of a few microseconds a frame: most desk phones.
    G722,
    /// Wideband that bears lost packets: softphones, WebRTC gateways.
    Opus,
    /// G.711 µ-law: North America, Japan.
    Pcmu,
    /// G.711 A-law: the rest of the world.
    Pcma,
}

impl Codec {
    /// All that we speak, the one we like best first: wideband before narrowband, because both
    /// recognisers and people hear more, and the cheap wideband before the dear one.
    pub const ALL: [Codec; 4] = [Codec::G722, Codec::Opus, Codec::Pcmu, Codec::Pcma];

    /// The encoding name in SDP (RFC 3551 section 6, RFC 7587 section 6.1); compare it without
    /// regard to case.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::G722 => "G722",
            Codec::Opus => "opus",
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
        }
    }

    /// The RTP payload type that we offer it as: its static one (RFC 3551 table 4), or for Opus, which
    /// has none, a dynamic one.
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::G722 => 9,
            Codec::Opus => 111,
            Codec::Pcma => 8,
            Codec::Pcmu => 0,
        }
    }

    /// Whether its payload type means it without an rtpmap.
    pub const fn is_static(self) -> bool {
        self.payload_type() < 96
    }

    /// What the rtpmap says of channels. For Opus always two, also where all sound is mono
    /// (RFC 7587 section 7).
    pub const fn channels(self) -> Option<&'static str> {
        match self {
            Codec::Opus => Some("2"),
            _ => None,
        }
    }

    /// What we ask of the peer's encoder (RFC 7587 section 6.1): mono, no more than we hear, and lost
    /// packets in the next one once more.
    pub const fn parameters(self) -> Option<&'static str> {
        match self {
            Codec::Opus => Some("maxplaybackrate=16000;stereo=0;sprop-stereo=0;useinbandfec=1"),
            _ => None,
        }
    }

    /// The rate of the samples it takes and gives.
    pub const fn line_rate(self) -> LineRate {
        match self {
            Codec::G722 | Codec::Opus => LineRate::Wide,
            Codec::Pcma | Codec::Pcmu => LineRate::Narrow,
        }
    }

    /// RTP timestamp units a second. Not derived from the line rate: G.722 samples at 16 kHz and
    /// counts at 8 kHz (RFC 3551 section 4.5.2), and Opus always counts at 48 kHz (RFC 7587
    /// section 4.1).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::G722 | Codec::Pcma | Codec::Pcmu => 8_000,
        }
    }

    /// RTP timestamp units in a payload; `None` if it is none of this codec.
    pub fn duration(self, payload: &[u8]) -> Option<u32> {
        match self {
            Codec::Opus => opus::duration(payload),
            // G.722 has two samples a byte, and counts every other one.
            Codec::G722 | Codec::Pcma | Codec::Pcmu => u32::try_from(payload.len()).ok(),
        }
    }

    /// The length in milliseconds of packets that we send to a peer who would like `wanted` and takes
    /// no more than `most`: the longest that we can make and that is not longer than either.
    pub fn packet_ms(self, wanted: Option<u32>, most: Option<u32>) -> u32 {
        const USUAL: u32 = 20;
        let lengths: &[u32] = match self {
            // 30 ms would be three frames of 10 ms, each with a head of its own.
            Codec::Opus => &[60, 40, 20, 10],
            _ => &[60, 40, 30, 20, 10],
        };
        let longest = wanted.unwrap_or(USUAL).min(most.unwrap_or(u32::MAX));
        let fits = lengths.iter().find(|&&length| length <= longest);
        fits.copied().unwrap_or(10)
    }
}

/// Makes the payloads of one stream.
pub struct Encoder(Encoding);

enum Encoding {
    G722(Box<G722Encoder>),
    Opus(opus::Encoder),
    Pcma,
    Pcmu,
}

impl Encoder {
    pub fn new(codec: Codec) -> Encoder {
        Encoder(match codec {
            Codec::G722 => Encoding::G722(Box::new(G722Encoder::new())),
            Codec::Opus => Encoding::Opus(opus::Encoder::new()),
            Codec::Pcma => Encoding::Pcma,
            Codec::Pcmu => Encoding::Pcmu,
        })
    }

    /// Replaces `payload` by these samples, which are at [`Codec::line_rate`] and as many as
    /// [`Codec::packet_ms`] says.
    pub fn encode(&mut self, samples: &[i16], payload: &mut Vec<u8>) {
        let length = match &self.0 {
            Encoding::G722(_) => samples.len() / 2,
            Encoding::Opus(_) => opus::LONGEST,
            Encoding::Pcma | Encoding::Pcmu => samples.len(),
        };
        payload.resize(length, 0);
        // Whatever else can go wrong but a payload that is too short.
        let made = match &mut self.0 {
            Encoding::G722(encoder) => encoder.encode_into(samples, payload).ok(),
            Encoding::Opus(encoder) => encoder.encode(samples, payload),
            Encoding::Pcma => PcmaEncoder::new().encode_into(samples, payload).ok(),
            Encoding::Pcmu => PcmuEncoder::new().encode_into(samples, payload).ok(),
        };
        payload.truncate(made.unwrap_or(0));
    }
}

/// Reads the payloads of one stream.
pub struct Decoder(Decoding);

enum Decoding {
    G722(Box<G722Decoder>),
    Opus(opus::Decoder),
    Pcma,
    Pcmu,
}

impl Decoder {
    pub fn new(codec: Codec) -> Decoder {
        Decoder(match codec {
            Codec::G722 => Decoding::G722(Box::new(G722Decoder::new())),
            Codec::Opus => Decoding::Opus(opus::Decoder::new()),
            Codec::Pcma => Decoding::Pcma,
            Codec::Pcmu => Decoding::Pcmu,
        })
    }

    /// Appends the samples of a payload of any length that has a [`Codec::duration`]. False if nothing
    /// can be made of it; then nothing is appended. Every byte means something in G.711 and G.722.
    pub fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) -> bool {
        let start = samples.len();
        let length = match &mut self.0 {
            Decoding::Opus(decoder) => return decoder.decode(payload, samples),
            Decoding::G722(_) => payload.len() * 2,
            Decoding::Pcma | Decoding::Pcmu => payload.len(),
        };
        samples.resize(start + length, 0);
        let Some(into) = samples.get_mut(start..) else {
            return false;
        };
        // The slices are as long as they must be, which is all that can go wrong.
        let _ = match &mut self.0 {
            Decoding::G722(decoder) => decoder.decode_into(payload, into),
            Decoding::Pcma => PcmaDecoder::new().decode_into(payload, into),
            Decoding::Pcmu => PcmuDecoder::new().decode_into(payload, into),
            Decoding::Opus(_) => Ok(0),
        };
        true
    }

    /// Appends at least `count` samples in place of a packet that is lost, from the one after it if that
    /// is here, else as the codec itself goes on. False where the codec has no way of its own; then
    /// nothing is appended.
    pub fn conceal(&mut self, count: usize, next: Option<&[u8]>, samples: &mut Vec<i16>) -> bool {
        match &mut self.0 {
            Decoding::Opus(decoder) => decoder.conceal(count, next, samples),
            Decoding::G722(_) | Decoding::Pcma | Decoding::Pcmu => false,
        }
    }

    /// Whether the last payload said that a pause follows, in which the codec makes its own noise.
    pub fn rests(&self) -> bool {
        matches!(&self.0, Decoding::Opus(decoder) if decoder.rests())
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoder")
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}
