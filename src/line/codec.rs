//! The codecs of a call: ITU-T G.711 in both laws, 8 kHz, one byte a sample.
//!
//! [`Codec`] names a codec the way SDP and RTP do and turns frames into payloads and back.
//! It holds no state between packets, so a lost packet costs only its own samples.
//! Which codec a call uses is decided in [`super::sdp`].

use audio_codec::pcma::{PcmaDecoder, PcmaEncoder};
use audio_codec::pcmu::{PcmuDecoder, PcmuEncoder};
use audio_codec::{Decoder, Encoder};

use crate::audio::{Frame, LineRate};

/// A codec that a call can be held in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 µ-law: North America, Japan.
    Pcmu,
    /// G.711 A-law: the rest of the world.
    Pcma,
}

impl Codec {
    /// All that we speak, the one we like best first.
    pub const ALL: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

    /// The encoding name in SDP (RFC 3551 section 6); compare it without regard to case.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
        }
    }

    /// The static RTP payload type (RFC 3551 table 4).
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
        }
    }

    /// The rate of the frames it takes and gives.
    pub const fn line_rate(self) -> LineRate {
        match self {
            Codec::Pcmu | Codec::Pcma => LineRate::Narrow,
        }
    }

    /// RTP timestamp units a second. Not derived from the line rate: G.722 samples at
    /// 16 kHz and counts at 8 kHz (RFC 3551 section 4.5.2).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma => 8_000,
        }
    }

    /// RTP timestamp units in a payload of so many bytes.
    pub const fn duration(self, payload_len: usize) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma => payload_len as u32,
        }
    }

    /// Replaces `payload` by the frame's 20 ms. The frame must be at [`Codec::line_rate`].
    pub fn encode(self, frame: &Frame, payload: &mut Vec<u8>) {
        debug_assert_eq!(frame.rate(), self.line_rate());
        let samples = frame.samples();
        payload.resize(samples.len(), 0);
        // The slices are equally long, which is all that can go wrong.
        let _ = match self {
            Codec::Pcmu => PcmuEncoder::new().encode_into(samples, payload),
            Codec::Pcma => PcmaEncoder::new().encode_into(samples, payload),
        };
    }

    /// Appends the samples of a payload of any length. Every byte means something in G.711,
    /// so there is no error.
    pub fn decode(self, payload: &[u8], samples: &mut Vec<i16>) {
        let start = samples.len();
        samples.resize(start + payload.len(), 0);
        let Some(into) = samples.get_mut(start..) else {
            return;
        };
        let _ = match self {
            Codec::Pcmu => PcmuDecoder::new().decode_into(payload, into),
            Codec::Pcma => PcmaDecoder::new().decode_into(payload, into),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level;
    use proptest::prelude::*;

    fn there_and_back(codec: Codec, samples: &[i16]) -> Vec<i16> {
        let (mut payload, mut back) = (Vec::new(), Vec::new());
        codec.encode(&Frame::of(codec.line_rate(), samples), &mut payload);
        codec.decode(&payload, &mut back);
        back
    }

    /// Half a quantisation step at a 16-bit amplitude: in G.711 the steps double from segment
    /// to segment, from 8 in µ-law and from 16 in the first two of A-law.
    fn half_step(codec: Codec, sample: i16) -> i32 {
        let amplitude = i32::from(sample).abs();
        match codec {
            Codec::Pcmu => {
                let segment = (0..8).find(|&k| amplitude < (256 << k) - 132).unwrap_or(7);
                (8 << segment) / 2
            }
            Codec::Pcma => {
                let segment = (1..8).find(|&k| amplitude < 256 << k).unwrap_or(7);
                (8 << segment) / 2
            }
        }
    }

    #[test]
    fn every_sample_comes_back_within_half_a_step() {
        for codec in Codec::ALL {
            for sample in i16::MIN..=i16::MAX {
                let back = i32::from(there_and_back(codec, &[sample])[0]);
                let error = (back - i32::from(sample)).abs();
                let clipped = i32::from(sample).abs() > 32_124;
                let allowed = match codec {
                    // µ-law ends at 32124.
                    Codec::Pcmu if clipped => 32_768 - 32_124,
                    // The library rounds negative samples towards zero to 13 bits first.
                    Codec::Pcma if sample < 0 => half_step(codec, sample) + 8,
                    _ => half_step(codec, sample),
                };
                assert!(error <= allowed, "{codec:?} {sample} came back as {back}");
            }
        }
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // G.711 tables 1a to 2b: the ends of the range and the values around zero.
        let code = |codec: Codec, sample| {
            let mut payload = Vec::new();
            codec.encode(&Frame::of(codec.line_rate(), &[sample]), &mut payload);
            payload[0]
        };
        assert_eq!(code(Codec::Pcmu, 0), 0xFF);
        assert_eq!(code(Codec::Pcmu, i16::MAX), 0x80);
        assert_eq!(code(Codec::Pcmu, i16::MIN), 0x00);
        assert_eq!(code(Codec::Pcma, 0), 0xD5);
        assert_eq!(code(Codec::Pcma, i16::MAX), 0xAA);
        assert_eq!(code(Codec::Pcma, i16::MIN), 0x2A);
    }

    #[test]
    fn a_code_decoded_and_encoded_is_the_same_code() {
        for codec in Codec::ALL {
            for code in 0..=255u8 {
                let (mut samples, mut payload) = (Vec::new(), Vec::new());
                codec.decode(&[code], &mut samples);
                codec.encode(&Frame::of(codec.line_rate(), &samples), &mut payload);
                // µ-law has two codes for zero; the negative one is never sent.
                let expected = match (codec, code) {
                    (Codec::Pcmu, 0x7F) => 0xFF,
                    // A-law's -8 falls to the positive side in this library; it is 1 LSB of 13 bits.
                    (Codec::Pcma, 0x55) => 0xD5,
                    _ => code,
                };
                assert_eq!(payload[0], expected, "{codec:?}");
            }
        }
    }

    #[test]
    fn silence_is_silence() {
        assert_eq!(there_and_back(Codec::Pcmu, &[]), [0; 160]);
        // A-law has no zero: its smallest value is 8 of 32768.
        assert!(level::dbov(&there_and_back(Codec::Pcma, &[])) < -70.0);
    }

    #[test]
    fn buffers_are_reused() {
        let mut payload = Vec::with_capacity(160);
        let before = payload.as_ptr();
        for _ in 0..3 {
            Codec::Pcma.encode(&Frame::silence(LineRate::Narrow), &mut payload);
        }
        assert_eq!((payload.len(), payload.as_ptr()), (160, before));
    }

    proptest! {
        #[test]
        fn any_payload_decodes_to_its_length(payload: Vec<u8>, before in 0usize..200) {
            for codec in Codec::ALL {
                let mut samples = vec![7; before];
                codec.decode(&payload, &mut samples);
                prop_assert_eq!(samples.len(), before + payload.len());
                prop_assert_eq!(codec.duration(payload.len()) as usize, payload.len());
                prop_assert!(samples[..before].iter().all(|&s| s == 7));
            }
        }
    }
}
