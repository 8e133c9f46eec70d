use super::*;
use crate::audio::level;
use proptest::prelude::*;
use std::f32::consts::TAU;

const G711: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];

fn encoded(codec: Codec, samples: &[i16]) -> Vec<u8> {
    let mut payload = Vec::new();
    Encoder::new(codec).encode(samples, &mut payload);
    payload
}

fn decoded(codec: Codec, payload: &[u8]) -> Vec<i16> {
    let mut samples = Vec::new();
    assert!(Decoder::new(codec).decode(payload, &mut samples));
    samples
}

fn there_and_back(codec: Codec, samples: &[i16]) -> Vec<i16> {
    decoded(codec, &encoded(codec, samples))
}

/// The packets of one stream.
fn packets(codec: Codec, sound: &[i16], ms: usize) -> Vec<Vec<u8>> {
    let length = codec.line_rate().hz() as usize / 1000 * ms;
    let mut encoder = Encoder::new(codec);
    let pieces = sound.chunks_exact(length).map(|piece| {
        let mut payload = Vec::new();
        encoder.encode(piece, &mut payload);
        payload
    });
    pieces.collect()
}

fn stream(codec: Codec, packets: &[Vec<u8>]) -> Vec<i16> {
    let mut decoder = Decoder::new(codec);
    let mut samples = Vec::new();
    for packet in packets {
        assert!(decoder.decode(packet, &mut samples));
    }
    samples
}

/// A vowel of so many milliseconds, at 16 kHz.
fn voice(ms: usize) -> Vec<i16> {
    let sample = |n: usize| {
        let t = n as f32 / 16_000.0;
        let harmonics = (1..40).map(|k| k as f32 * 140.0);
        let formants = |f: f32| 1.0 / (1.0 + ((f - 600.0) / 300.0).powi(2)) + 0.05;
        let sum: f32 = harmonics.map(|f| formants(f) * (TAU * f * t).sin()).sum();
        // Syllables, so that there is something to find the delay by.
        sum * (1.5 + (TAU * 3.0 * t).sin()) * 1_500.0
    };
    (0..ms * 16).map(|n| sample(n) as i16).collect()
}

/// How many samples later `heard` is, and how like `sound` it then is, from -1 to 1.
fn delay(sound: &[i16], heard: &[i16]) -> (usize, f32) {
    let alike = |lag: usize| {
        let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
        for (&a, &b) in sound.iter().zip(heard.iter().skip(lag)) {
            let (a, b) = (f32::from(a), f32::from(b));
            both += a * b;
            of_a += a * a;
            of_b += b * b;
        }
        both / (of_a * of_b).sqrt()
    };
    let alikes = (0..200).map(|lag| (lag, alike(lag)));
    alikes.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

/// Half a quantisation step at a 16-bit amplitude: in G.711 the steps double from segment
/// to segment, from 8 in µ-law and from 16 in the first two of A-law.
fn half_step(codec: Codec, sample: i16) -> i32 {
    let amplitude = i32::from(sample).abs();
    let segment = match codec {
        Codec::Pcmu => (0..8).find(|&k| amplitude < (256 << k) - 132),
        _ => (1..8).find(|&k| amplitude < 256 << k),
    };
    (8 << segment.unwrap_or(7)) / 2
}

#[test]
fn every_sample_comes_back_within_half_a_step() {
    for codec in G711 {
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
    let code = |codec: Codec, sample| encoded(codec, &[sample])[0];
    assert_eq!(code(Codec::Pcmu, 0), 0xFF);
    assert_eq!(code(Codec::Pcmu, i16::MAX), 0x80);
    assert_eq!(code(Codec::Pcmu, i16::MIN), 0x00);
    assert_eq!(code(Codec::Pcma, 0), 0xD5);
    assert_eq!(code(Codec::Pcma, i16::MAX), 0xAA);
    assert_eq!(code(Codec::Pcma, i16::MIN), 0x2A);
}

#[test]
fn a_code_decoded_and_encoded_is_the_same_code() {
    for codec in G711 {
        for code in 0..=255u8 {
            let back = encoded(codec, &decoded(codec, &[code]))[0];
            // µ-law has two codes for zero; the negative one is never sent.
            let expected = match (codec, code) {
                (Codec::Pcmu, 0x7F) => 0xFF,
                // A-law's -8 falls to the positive side in this library; it is 1 LSB of 13 bits.
                (Codec::Pcma, 0x55) => 0xD5,
                _ => code,
            };
            assert_eq!(back, expected, "{codec:?}");
        }
    }
}

#[test]
fn silence_is_silence() {
    for codec in Codec::ALL {
        let silence = vec![0; codec.line_rate().frame_len() * 50];
        let back = stream(codec, &packets(codec, &silence, 20));
        assert_eq!(back.len(), silence.len());
        // A-law has no zero: its smallest value is 8 of 32768.
        assert!(level::dbov(&back) < -70.0, "{codec:?}");
    }
}

#[test]
fn wideband_speech_comes_back_at_its_level_and_soon() {
    let sound = voice(2_000);
    // The filters of G.722 take 22 samples; Opus looks 5 ms ahead and resamples.
    for (codec, latest, alike) in [(Codec::G722, 22, 0.995), (Codec::Opus, 110, 0.97)] {
        let back = stream(codec, &packets(codec, &sound, 20));
        assert_eq!(back.len(), sound.len());
        let (late, likeness) = delay(&sound, &back);
        assert!(
            late <= latest && likeness > alike,
            "{codec:?} {late} {likeness}"
        );
        let gain = level::dbov(&back) - level::dbov(&sound);
        assert!(gain.abs() < 0.7, "{codec:?} {gain} dB");
        // No click: nothing is steeper than in what was said.
        let steepest = |sound: &[i16]| {
            let steps = sound.windows(2).map(|w| i32::from(w[0]) - i32::from(w[1]));
            steps.map(i32::abs).max().unwrap()
        };
        assert!(steepest(&back) < steepest(&sound) * 3 / 2, "{codec:?}");
    }
}

#[test]
fn packets_of_each_length_are_as_long_as_they_say() {
    let sound = voice(600);
    for codec in Codec::ALL {
        let rate = codec.line_rate().hz();
        for ms in [10, 20, 30, 40, 60] {
            if codec.packet_ms(Some(ms), None) != ms {
                continue;
            }
            let packets = packets(codec, &sound, ms as usize);
            let units = codec.clock_rate() / 1000 * ms;
            for packet in &packets {
                assert_eq!(codec.duration(packet), Some(units), "{codec:?} {ms} ms");
            }
            let samples = stream(codec, &packets).len();
            assert_eq!(samples, packets.len() * (rate / 1000 * ms) as usize);
        }
    }
}

#[test]
fn the_peers_packet_time_is_honoured_as_far_as_we_can() {
    for (wanted, most, sent) in [
        (None, None, 20),
        (Some(20), None, 20),
        (Some(10), None, 10),
        (Some(40), None, 40),
        (Some(60), Some(40), 40),
        (Some(50), None, 40),
        (Some(200), None, 60),
        (Some(5), None, 10),
        (None, Some(10), 10),
        (None, Some(150), 20),
        (Some(0), Some(0), 10),
    ] {
        for codec in Codec::ALL {
            assert_eq!(
                codec.packet_ms(wanted, most),
                sent,
                "{codec:?} {wanted:?} {most:?}"
            );
        }
    }
    assert_eq!(Codec::Pcma.packet_ms(Some(30), None), 30);
    assert_eq!(Codec::Opus.packet_ms(Some(30), None), 20);
}

#[test]
fn the_heads_of_opus_packets_are_read() {
    // RFC 6716 table 2: configurations 0 to 31, one frame each.
    for (config, units) in [
        (0, 480),
        (1, 960),
        (2, 1_920),
        (3, 2_880),
        (9, 960),
        (12, 480),
    ] {
        assert_eq!(opus::duration(&[config << 3, 0]), Some(units), "{config}");
    }
    for (config, units) in [(13, 960), (16, 120), (17, 240), (18, 480), (31, 960)] {
        assert_eq!(opus::duration(&[config << 3, 0]), Some(units), "{config}");
    }
    // Two frames, and as many as the second byte says, up to 120 ms.
    assert_eq!(opus::duration(&[1 << 3 | 1, 0]), Some(1_920));
    assert_eq!(opus::duration(&[1 << 3 | 2, 0]), Some(1_920));
    assert_eq!(opus::duration(&[1 << 3 | 3, 0xC6]), Some(5_760));
    assert_eq!(opus::duration(&[1 << 3 | 3, 7]), None);
    assert_eq!(opus::duration(&[1 << 3 | 3, 0]), None);
    assert_eq!(opus::duration(&[1 << 3 | 3]), None);
    assert_eq!(opus::duration(&[]), None);
}

#[test]
fn a_lost_opus_packet_is_hidden() {
    let sound = voice(1_000);
    let packets = packets(Codec::Opus, &sound, 20);
    let mut decoder = Decoder::new(Codec::Opus);
    let mut heard = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        let (before, next) = (heard.len(), packets.get(number + 1));
        if number % 10 == 9 {
            assert!(decoder.conceal(320, next.map(Vec::as_slice), &mut heard));
        } else {
            assert!(decoder.decode(packet, &mut heard));
        }
        assert_eq!(heard.len(), before + 320);
    }
    let (late, alike) = delay(&sound, &heard);
    // What libopus 1.3 itself comes to with the same packets lost.
    assert!(late <= 110 && alike > 0.7, "{late} {alike}");
}

#[test]
fn concealment_is_as_long_as_it_must_be() {
    let packets = packets(Codec::Opus, &voice(100), 20);
    let mut decoder = Decoder::new(Codec::Opus);
    let mut heard = Vec::new();
    // Also before anything has come.
    for count in [1, 40, 320, 321, 960, 5_000] {
        let before = heard.len();
        assert!(decoder.conceal(count, None, &mut heard));
        assert!(
            (count..count + 40).contains(&(heard.len() - before)),
            "{count}"
        );
        assert!(decoder.decode(&packets[1], &mut heard));
    }
    assert!(!Decoder::new(Codec::G722).conceal(320, None, &mut heard));
}

#[test]
fn buffers_are_reused() {
    for codec in Codec::ALL {
        let (mut payload, mut samples) = (Vec::new(), Vec::new());
        let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
        let silence = vec![0; codec.line_rate().frame_len()];
        let mut places = Vec::new();
        for _ in 0..3 {
            samples.clear();
            encoder.encode(&silence, &mut payload);
            decoder.decode(&payload, &mut samples);
            places.push((payload.as_ptr(), samples.as_ptr()));
        }
        assert!(
            places.windows(2).all(|pair| pair[0] == pair[1]),
            "{codec:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_payload_decodes_to_its_length(payload: Vec<u8>, before in 0usize..200) {
        for codec in [Codec::G722, Codec::Pcma, Codec::Pcmu] {
            let mut samples = vec![7; before];
            prop_assert!(Decoder::new(codec).decode(&payload, &mut samples));
            let units = codec.duration(&payload).unwrap();
            let each = codec.line_rate().hz() / codec.clock_rate();
            prop_assert_eq!(samples.len() - before, (units * each) as usize);
            prop_assert!(samples[..before].iter().all(|&s| s == 7));
        }
    }

    /// One stream of anything: what is good, damaged, cut, made up and lost.
    #[test]
    fn opus_survives_any_stream(
        packets in prop::collection::vec(
            (0usize..25, prop::collection::vec((0usize..200, any::<u8>()), 0..4), 0usize..300, 0u8..8),
            1..40,
        ),
        noise in prop::collection::vec(any::<u8>(), 0..1500),
    ) {
        let good = self::packets(Codec::Opus, &voice(500), 20);
        let mut decoder = Decoder::new(Codec::Opus);
        let mut samples = Vec::new();
        for (number, damage, length, kind) in packets {
            samples.clear();
            let mut packet = if kind == 0 { noise.clone() } else { good[number].clone() };
            for (at, byte) in damage {
                if let Some(place) = packet.get_mut(at) {
                    *place = byte;
                }
            }
            if kind == 1 {
                packet.truncate(length);
            }
            if kind == 2 {
                decoder.conceal(320, Some(&packet), &mut samples);
                prop_assert!(samples.len() <= 320);
                continue;
            }
            let duration = Codec::Opus.duration(&packet);
            if decoder.decode(&packet, &mut samples) {
                prop_assert_eq!(samples.len(), duration.unwrap() as usize / 3);
            } else {
                prop_assert!(samples.is_empty());
            }
        }
    }

    #[test]
    fn g722_survives_any_stream(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..40),
        sound in prop::collection::vec(any::<i16>(), 640),
    ) {
        let mut decoder = Decoder::new(Codec::G722);
        let mut encoder = Encoder::new(Codec::G722);
        let (mut samples, mut payload) = (Vec::new(), Vec::new());
        for bytes in &payloads {
            prop_assert!(decoder.decode(bytes, &mut samples));
            encoder.encode(&sound, &mut payload);
            prop_assert_eq!(payload.len(), 320);
        }
    }
}
