//! Codecs, packet times and line rates of a session; two of them talk to each other.

use super::*;
use crate::audio::{LineRate, level, tone};
use crate::line::codec::Codec;
use rtp_rs::{RtpPacketBuilder, Seq};

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn media(codec: Codec) -> Media {
    Media::plain(at(4000), codec)
}

fn with_packets(codec: Codec, packet_ms: u32) -> Media {
    Media {
        packet_ms,
        ..media(codec)
    }
}

fn session(media: &Media) -> RtpSession {
    RtpSession::new(media, 7, 65_530, u32::MAX - 2_000)
}

/// A second of a tone in frames.
fn tone_at(hz: f32, rate: LineRate, frames: usize) -> Vec<Frame> {
    let hz = [hz];
    let samples = tone::sines(&hz, 8_000.0, rate.hz(), 0);
    let samples: Vec<i16> = samples.take(frames * rate.frame_len()).collect();
    let frames = samples.chunks(rate.frame_len());
    frames.map(|chunk| Frame::of(rate, chunk)).collect()
}

/// The part of the energy of `samples` that is at `hz`.
fn share(samples: &[i16], hz: f32, rate: LineRate) -> f32 {
    let (mut re, mut im, mut total) = (0.0, 0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        let phase = n as f32 * hz * std::f32::consts::TAU / rate.hz() as f32;
        let sample = f32::from(sample);
        re += sample * phase.cos();
        im += sample * phase.sin();
        total += sample * sample;
    }
    2.0 * (re * re + im * im) / (total * samples.len() as f32).max(1.0)
}

/// What is sent in a tick.
fn sent(session: &mut RtpSession, frame: &Frame) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut packet = session.packet(frame);
    while let Some((bytes, _)) = packet {
        packets.push(bytes.to_vec());
        packet = session.next_packet();
    }
    packets
}

/// What `b` hears at `rate` of what `a` is given.
fn heard(a: &mut RtpSession, b: &mut RtpSession, frames: &[Frame], rate: LineRate) -> Vec<i16> {
    let mut heard = Vec::new();
    for frame in frames {
        for packet in sent(a, frame) {
            b.receive(&packet, at(4000));
        }
        let mut frame = Frame::silence(rate);
        b.take_frame(&mut frame);
        assert_eq!(frame.rate(), rate);
        heard.extend_from_slice(frame.samples());
    }
    heard
}

#[test]
fn every_codec_is_heard_at_every_packet_time_and_rate() {
    for codec in Codec::ALL {
        for ms in [10, 20, 30, 40, 60] {
            for (from, to) in [
                (LineRate::Narrow, LineRate::Narrow),
                (LineRate::Narrow, LineRate::Wide),
                (LineRate::Wide, LineRate::Narrow),
                (LineRate::Wide, LineRate::Wide),
            ] {
                let media = with_packets(codec, codec.packet_ms(Some(ms), None));
                let (mut a, mut b) = (session(&media), session(&media));
                let frames = tone_at(1_000.0, from, 60);
                let heard = heard(&mut a, &mut b, &frames, to);
                let what = format!("{codec:?} {ms} ms {from:?} {to:?}");
                assert_eq!(heard.len(), 60 * to.frame_len(), "{what}");
                // When the first packets have come.
                let steady = &heard[10 * to.frame_len()..];
                assert!(share(steady, 1_000.0, to) > 0.95, "{what}");
                let level = level::dbov(steady) - level::dbov(frames[30].samples());
                assert!(level.abs() < 1.0, "{what}: {level} dB");
                let stats = b.stats();
                let all_well = (stats.lost, stats.malformed, stats.wrong_payload);
                assert_eq!(all_well, (0, 0, 0), "{what}");
            }
        }
    }
}

#[test]
fn packets_are_as_long_as_the_peer_asks_and_their_time_fits() {
    for codec in Codec::ALL {
        for ms in [10, 20, 30, 40, 60] {
            if codec.packet_ms(Some(ms), None) != ms {
                continue;
            }
            let mut a = session(&with_packets(codec, ms));
            let frames = tone_at(500.0, codec.line_rate(), 60);
            let ticks: Vec<_> = frames.iter().map(|frame| sent(&mut a, frame)).collect();
            let what = format!("{codec:?} {ms} ms");
            let at_once: Vec<usize> = ticks.iter().map(Vec::len).collect();
            match ms {
                10 => assert_eq!(at_once[..4], [2, 2, 2, 2], "{what}"),
                20 => assert_eq!(at_once[..4], [1, 1, 1, 1], "{what}"),
                30 => assert_eq!(at_once[..6], [0, 1, 1, 0, 1, 1], "{what}"),
                40 => assert_eq!(at_once[..4], [0, 1, 0, 1], "{what}"),
                _ => assert_eq!(at_once[..6], [0, 0, 1, 0, 0, 1], "{what}"),
            }
            let units = codec.clock_rate() / 1000 * ms;
            let packets: Vec<_> = ticks.into_iter().flatten().collect();
            assert_eq!(packets.len(), 1_200 / ms as usize);
            for (n, packet) in packets.iter().enumerate() {
                let packet = RtpReader::new(packet).unwrap();
                let n = n as u32;
                let from = (u32::MAX - 2_000).wrapping_add(n * units);
                assert_eq!(packet.timestamp(), from, "{what}");
                let sequence = u16::from(packet.sequence_number());
                assert_eq!(sequence, 65_530_u16.wrapping_add(n as u16), "{what}");
                assert_eq!(packet.mark(), n == 0, "{what}");
                assert_eq!(codec.duration(packet.payload()), Some(units), "{what}");
            }
        }
    }
}

#[test]
fn keys_are_sent_every_tick_whatever_the_packet_time() {
    for (codec, ms) in [(Codec::Pcma, 60), (Codec::G722, 30), (Codec::Opus, 10)] {
        let media = with_packets(codec, ms);
        let (mut a, mut b) = (session(&media), session(&media));
        let frames = tone_at(500.0, codec.line_rate(), 60);
        let mut keys = Vec::new();
        for (n, frame) in frames.iter().enumerate() {
            if n == 7 {
                assert!(a.press(Key::ZERO));
            }
            let packets = sent(&mut a, frame);
            if (7..15).contains(&n) {
                let packet = RtpReader::new(&packets[0]).unwrap();
                assert_eq!((packets.len(), packet.payload_type()), (1, 101));
                let began = (u32::MAX - 2_000).wrapping_add(7 * codec.clock_rate() / 50);
                assert_eq!(packet.timestamp(), began);
            }
            for packet in packets {
                b.receive(&packet, at(4000));
            }
            keys.extend(b.take_key());
            b.take_frame(&mut Frame::silence(LineRate::Narrow));
        }
        assert_eq!(keys, [Key::ZERO], "{codec:?}");
        assert_eq!(b.stats().lost, 0, "{codec:?}");
    }
}

#[test]
fn a_call_goes_on_at_its_rate_when_the_codec_changes() {
    let codecs = [
        Codec::G722,
        Codec::Pcmu,
        Codec::Opus,
        Codec::Pcma,
        Codec::Opus,
    ];
    for rate in LineRate::ALL {
        let (mut a, mut b) = (session(&media(codecs[0])), session(&media(codecs[0])));
        let mut streams = Vec::new();
        for codec in codecs {
            a.update(&media(codec));
            b.update(&media(codec));
            let frames = tone_at(1_000.0, rate, 50);
            let (packet, _) = a.packet(&frames[0]).unwrap();
            let packet = RtpReader::new(packet).unwrap();
            streams.push((packet.ssrc(), packet.mark()));
            let heard = heard(&mut a, &mut b, &frames, rate);
            let steady = &heard[10 * rate.frame_len()..];
            assert!(share(steady, 1_000.0, rate) > 0.95, "{codec:?} {rate:?}");
        }
        // Another clock is another stream (RFC 7160).
        let expected = [(7, true), (7, false), (8, true), (9, true), (10, true)];
        assert_eq!(streams, expected);
    }
}

/// Comfort noise, or any packet, of a phone that speaks G.711.
fn packet(payload_type: u8, sequence: u16, timestamp: u32, payload: &[u8]) -> Vec<u8> {
    RtpPacketBuilder::new()
        .payload_type(payload_type)
        .sequence(Seq::from(sequence))
        .timestamp(timestamp)
        .ssrc(9)
        .payload(payload)
        .build()
        .unwrap()
}

#[test]
fn a_pause_with_comfort_noise_sounds_as_loud_as_it_says_and_ends_with_speech() {
    for (number, codec) in [(13, Codec::Pcma), (13, Codec::G722), (98, Codec::Pcmu)] {
        let mut agreed = media(codec);
        agreed.receive.comfort_noise = Some(number);
        let mut b = session(&agreed);
        let rate = codec.line_rate();
        let mut speech = session(&agreed);
        let frames = tone_at(800.0, rate, 20);
        let mut levels = Vec::new();
        let mut sequence = 100;
        // 20 frames of speech, a pause of 2 s with its level said twice, then speech again.
        for tick in 0..140_u32 {
            let timestamp = 5_000 + tick * 160;
            let payload = match tick {
                0..20 | 120.. => {
                    let (packet, _) = speech.packet(&frames[tick as usize % 20]).unwrap();
                    Some((codec.payload_type(), packet[12..].to_vec()))
                }
                // With coefficients of the spectrum, which are left out.
                20 => Some((number, vec![50, 10, 20])),
                70 => Some((number, vec![0x80 | 60])),
                _ => None,
            };
            if let Some((payload_type, payload)) = payload {
                let packet = self::packet(payload_type, sequence, timestamp, &payload);
                b.receive(&packet, at(4000));
                sequence += 1;
            }
            let mut frame = Frame::silence(rate);
            let received = b.take_frame(&mut frame);
            assert_eq!(received, (1..21).contains(&tick) || tick > 120, "{tick}");
            levels.push(level::dbov(frame.samples()));
        }
        let around = |levels: &[f32], level: f32| levels.iter().all(|l| (l - level).abs() < 2.0);
        assert!(around(&levels[24..70], -50.0), "{codec:?} {levels:?}");
        assert!(around(&levels[74..120], -60.0), "{codec:?} {levels:?}");
        assert!(
            levels[122..].iter().all(|&level| level > -20.0),
            "{levels:?}"
        );
        assert_eq!(b.stats().lost, 0);
    }
}

#[test]
fn without_comfort_noise_a_pause_is_silent() {
    let mut b = session(&media(Codec::Pcma));
    let mut frame = Frame::silence(LineRate::Narrow);
    b.receive(&packet(8, 1, 160, &[0x55; 160]), at(4000));
    b.receive(&packet(98, 2, 320, &[40]), at(4000));
    for _ in 0..10 {
        b.take_frame(&mut frame);
    }
    assert_eq!(frame.samples(), [0; 160]);
    assert_eq!(b.stats().wrong_payload, 1);
}

#[test]
fn a_damaged_opus_packet_is_hidden_and_one_that_is_none_is_counted() {
    let media = media(Codec::Opus);
    let (mut a, mut b) = (session(&media), session(&media));
    let frames = tone_at(600.0, LineRate::Wide, 100);
    let mut heard = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        let mut packet = sent(&mut a, frame).remove(0);
        if n % 20 == 19 {
            // Two frames of unlike length in a packet whose first claims more than there is.
            packet.truncate(14);
            packet[12] = packet[12] & 0xFC | 2;
            packet[13] = 251;
        }
        b.receive(&packet, at(4000));
        let mut frame = Frame::silence(LineRate::Wide);
        b.take_frame(&mut frame);
        heard.push(level::dbov(frame.samples()));
    }
    assert!(heard[10..].iter().all(|&level| level > -25.0), "{heard:?}");
    b.receive(&packet(111, 9, 9, &[]), at(4000));
    b.receive(&packet(111, 9, 9, &[3, 63]), at(4000));
    assert_eq!(b.stats().malformed, 2);
}

#[test]
fn lost_opus_packets_leave_no_holes() {
    let media = media(Codec::Opus);
    let (mut a, mut b) = (session(&media), session(&media));
    let frames = tone_at(600.0, LineRate::Wide, 200);
    let mut levels = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        let packet = sent(&mut a, frame).remove(0);
        if n % 8 != 7 {
            b.receive(&packet, at(4000));
        }
        let mut frame = Frame::silence(LineRate::Wide);
        b.take_frame(&mut frame);
        levels.push(level::dbov(frame.samples()));
    }
    assert!(b.stats().lost > 15, "{:?}", b.stats());
    assert!(
        levels[20..].iter().all(|&level| level > -32.0),
        "{levels:?}"
    );
}
