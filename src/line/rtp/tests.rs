use super::*;
use crate::audio::{LineRate, level};
use crate::line::codec::{Codec, Decoder};
use proptest::prelude::*;
use rtp_rs::{RtpPacketBuilder, Seq};
use std::collections::BTreeMap;

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn media(remote: SocketAddr) -> Media {
    Media {
        rtcp: Some(at(PEER + 1)),
        ..Media::plain(remote, Codec::Pcmu)
    }
}

const PEER: u16 = 4000;

fn session() -> RtpSession {
    RtpSession::new(&media(at(PEER)), 1, 65_530, u32::MAX - 500)
}

/// A frame whose samples are all alike, so that it can be told apart after µ-law.
fn mark(number: usize) -> Frame {
    let mut samples = Vec::new();
    // The 127 positive codes, from loud to quiet.
    Decoder::new(Codec::Pcmu).decode(&[0x80 + (number % 127) as u8; 160], &mut samples);
    Frame::of(LineRate::Narrow, &samples)
}

fn heard(session: &mut RtpSession) -> (bool, Frame) {
    let mut frame = Frame::silence(LineRate::Narrow);
    let received = session.take_frame(&mut frame);
    (received, frame)
}

/// A packet as a phone sends it.
struct Phone {
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
}

impl Phone {
    fn new() -> Phone {
        Phone {
            payload_type: 0,
            sequence: 100,
            timestamp: 1000,
            ssrc: 9,
        }
    }

    fn packet(&mut self, payload: &[u8]) -> Vec<u8> {
        let packet = RtpPacketBuilder::new()
            .payload_type(self.payload_type)
            .sequence(Seq::from(self.sequence))
            .timestamp(self.timestamp)
            .ssrc(self.ssrc)
            .payload(payload)
            .build()
            .unwrap();
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(payload.len() as u32);
        packet
    }
}

#[test]
fn frames_arrive_as_they_were_sent() {
    let (mut a, mut b) = (session(), session());
    let mut got = Vec::new();
    for n in 0..100 {
        let (packet, to) = a.packet(&mark(n)).unwrap();
        assert_eq!(to, at(PEER));
        assert_eq!(packet.len(), 172);
        b.receive(packet, at(PEER));
        got.push(heard(&mut b));
    }
    assert!(!got[0].0);
    for (n, (received, frame)) in got[1..].iter().enumerate() {
        assert!(received);
        assert_eq!(frame.samples(), mark(n).samples());
    }
    let stats = b.stats();
    assert_eq!((stats.received, stats.lost), (100, 0));
    assert_eq!(a.stats().sent, 100);
}

#[test]
fn the_first_packet_is_marked_and_time_goes_on_during_a_hold() {
    let mut a = session();
    let header = |a: &mut RtpSession| {
        let (packet, _) = a.packet(&mark(0))?;
        let packet = RtpReader::new(packet).unwrap();
        let sequence = u16::from(packet.sequence_number());
        Some((packet.mark(), sequence, packet.timestamp()))
    };
    let first = u32::MAX - 500;
    assert_eq!(header(&mut a), Some((true, 65_530, first)));
    assert_eq!(header(&mut a), Some((false, 65_531, first + 160)));
    a.update(&Media {
        we_send: false,
        ..media(at(PEER))
    });
    for _ in 0..3 {
        assert_eq!(header(&mut a), None);
    }
    assert!(!a.press(Key::ZERO));
    a.update(&media(at(PEER)));
    let after = first.wrapping_add(5 * 160);
    assert_eq!(header(&mut a), Some((true, 65_532, after)));
}

#[test]
fn a_pressed_key_takes_the_place_of_audio_and_is_heard_once() {
    let (mut a, mut b) = (session(), session());
    let mut keys = Vec::new();
    let mut types = Vec::new();
    for n in 0..40 {
        if n == 10 {
            assert!(a.press(Key::ZERO) && a.press(Key::ZERO));
        }
        let (packet, _) = a.packet(&mark(n)).unwrap();
        types.push(RtpReader::new(packet).unwrap().payload_type());
        b.receive(packet, at(PEER));
        if let Some(key) = b.take_key() {
            keys.push((n, key));
        }
        heard(&mut b);
    }
    assert_eq!(
        keys,
        [(10, Key::ZERO), (18, Key::ZERO)],
        "at the first packet"
    );
    assert_eq!(types[9..27], [[0].as_slice(), &[101; 16], &[0]].concat());
    assert_eq!(b.stats().lost, 0, "events are not lost audio");
}

#[test]
fn without_telephone_event_a_press_is_refused() {
    let mut without = media(at(PEER));
    without.send.telephone_event = None;
    let mut a = RtpSession::new(&without, 1, 1, 1);
    assert!(!a.press(Key::ZERO));
}

#[test]
fn what_does_not_belong_to_the_call_has_no_effect() {
    let mut b = session();
    let mut phone = Phone::new();
    let good = phone.packet(&[0; 160]);
    b.receive(&good, at(PEER));
    b.receive(&good, at(666));
    b.receive(b"not rtp at all", at(666));
    b.receive(&good[..11], at(PEER));
    b.receive(&[], at(PEER));
    b.receive(&[0x80, 200, 0, 6, 0, 0, 0, 9], at(PEER));
    b.receive(&phone.packet(&[0; 1601]), at(PEER));
    phone.payload_type = 18;
    b.receive(&phone.packet(&[0; 20]), at(666));
    let stats = b.stats();
    assert_eq!((stats.received, stats.strangers), (1, 1));
    assert_eq!((stats.malformed, stats.rtcp), (5, 1));
    assert_eq!(stats.wrong_payload, 1);
    assert_eq!(b.packet(&mark(0)).unwrap().1, at(PEER));
}

#[test]
fn packets_go_to_where_valid_ones_come_from() {
    let mut b = session();
    let mut phone = Phone::new();
    for _ in 0..2 {
        b.receive(&phone.packet(&[0; 160]), at(5555));
        assert_eq!(b.packet(&mark(0)).unwrap().1, at(PEER));
    }
    b.receive(&phone.packet(&[0; 160]), at(5555));
    assert_eq!(b.packet(&mark(0)).unwrap().1, at(5555));
    b.update(&media(at(4002)));
    assert_eq!(b.packet(&mark(0)).unwrap().1, at(4002));
}

#[test]
fn a_phone_that_moved_is_found_after_two_seconds() {
    let mut b = session();
    let mut phone = Phone::new();
    for _ in 0..3 {
        b.receive(&phone.packet(&[0; 160]), at(5555));
    }
    // It began anew there.
    phone.ssrc = 10;
    for _ in 0..100 {
        b.receive(&phone.packet(&[0; 160]), at(6666));
        assert_eq!(b.packet(&mark(0)).unwrap().1, at(5555));
        heard(&mut b);
    }
    b.receive(&phone.packet(&[0; 160]), at(6666));
    assert_eq!(b.packet(&mark(0)).unwrap().1, at(6666));
    assert_eq!(b.stats().strangers, 102);
}

#[test]
fn silence_of_the_peer_is_counted_in_ticks() {
    let mut b = session();
    let mut phone = Phone::new();
    for _ in 0..7 {
        heard(&mut b);
    }
    assert_eq!(b.silent_ticks(), 7);
    b.receive(b"garbage", at(PEER));
    assert_eq!(b.silent_ticks(), 7);
    b.receive(&phone.packet(&[0; 160]), at(PEER));
    assert_eq!(b.silent_ticks(), 0);
}

#[test]
fn packets_of_any_length_come_out_as_20_ms_frames() {
    for ms in [10, 20, 30, 40, 50, 60, 80, 100, 200] {
        let mut b = session();
        let mut phone = Phone::new();
        let sound: Vec<u8> = (0..16_000).map(|n| 0x80 + (n / 80 % 127) as u8).collect();
        let mut got = Vec::new();
        let mut due = 0;
        let mut packets = sound.chunks(ms * 8);
        for tick in 0..100 {
            while due <= tick * 20 {
                let Some(payload) = packets.next() else { break };
                b.receive(&phone.packet(payload), at(PEER));
                due += ms;
            }
            let (received, frame) = heard(&mut b);
            if received {
                got.extend_from_slice(frame.samples());
            }
        }
        let mut expected = Vec::new();
        Decoder::new(Codec::Pcmu).decode(&sound, &mut expected);
        assert!(got.len() > 15_000, "{ms} ms");
        assert!(got[..] == expected[..got.len()], "{ms} ms");
        assert_eq!(b.stats().lost, 0);
    }
}

#[test]
fn missing_sound_is_repeated_and_fades_out() {
    let mut b = session();
    let mut phone = Phone::new();
    for _ in 0..10 {
        b.receive(&phone.packet(&[0x90; 160]), at(PEER));
        heard(&mut b);
    }
    let levels: Vec<f32> = (0..8)
        .map(|_| level::dbov(heard(&mut b).1.samples()))
        .collect();
    // The delay is played to its end.
    let full = levels[0];
    assert!(levels[1] < full && levels[1] > full - 6.0, "{levels:?}");
    assert!(levels[2] < levels[1] && levels[3] < levels[2], "{levels:?}");
    assert_eq!(levels[4..], [level::SILENCE; 4]);
    assert!(!heard(&mut b).0);
}

#[test]
fn on_hold_keys_count_and_audio_does_not() {
    let mut b = session();
    b.update(&Media {
        we_receive: false,
        ..media(at(PEER))
    });
    let mut phone = Phone::new();
    for _ in 0..5 {
        b.receive(&phone.packet(&[0x90; 160]), at(PEER));
        assert!(!heard(&mut b).0);
    }
    phone.payload_type = 101;
    b.receive(&phone.packet(&[0, 10, 0, 160]), at(PEER));
    assert_eq!(b.take_key(), Some(Key::ZERO));
}

#[test]
fn a_changed_codec_leaves_nothing_of_the_old_one() {
    let mut b = session();
    let mut phone = Phone::new();
    for _ in 0..5 {
        b.receive(&phone.packet(&[0x90; 160]), at(PEER));
        heard(&mut b);
    }
    let mut changed = media(at(PEER));
    changed.codec = Codec::Pcma;
    (changed.send.audio, changed.receive.audio) = (8, 8);
    b.update(&changed);
    phone.payload_type = 8;
    let mut got = Vec::new();
    for _ in 0..5 {
        b.receive(&phone.packet(&[0x90; 160]), at(PEER));
        let (received, frame) = heard(&mut b);
        if received {
            got.extend_from_slice(frame.samples());
        }
    }
    let mut expected = Vec::new();
    Decoder::new(Codec::Pcma).decode(&[0x90; 4 * 160], &mut expected);
    assert_eq!(got, expected);
    let (packet, _) = b.packet(&mark(0)).unwrap();
    assert_eq!(RtpReader::new(packet).unwrap().payload_type(), 8);
}

/// Packets of a clock that is off by so many per mille. Gives the played frames in order,
/// the delay of the last in ticks, and the session.
fn with_clock(off_by_permille: i64) -> (Vec<usize>, i64, RtpSession) {
    let mut b = session();
    let mut phone = Phone::new();
    let (mut sent, mut clock) = (0, 0);
    let mut got = Vec::new();
    let mut delay = 0;
    // A frame's number is in its 127 levels.
    let number =
        |frame: &Frame| (0..127).find(|&n| mark(n).samples()[80..90] == frame.samples()[80..90]);
    for _ in 0..4000 {
        clock += 1000 + off_by_permille;
        while clock >= 1000 {
            clock -= 1000;
            let payload = [0x80 + (sent % 127) as u8; 160];
            b.receive(&phone.packet(&payload), at(PEER));
            sent += 1;
        }
        let (received, frame) = heard(&mut b);
        if let (true, Some(n)) = (received, number(&frame)) {
            got.push(n);
            delay = (sent as i64 - 1 - n as i64).rem_euclid(127);
        }
    }
    (got, delay, b)
}

#[test]
fn a_fast_clock_is_kept_up_with_by_leaving_frames_out() {
    let (got, delay, b) = with_clock(5);
    assert!(delay <= 5, "{delay} ticks behind");
    let stats = b.stats();
    assert!((10..=22).contains(&stats.skipped), "{stats:?}");
    assert_eq!((stats.dropped, stats.lost), (0, 0));
    // In order, and where two frames become one, its second half is that of the second.
    let steps = |w: &[usize]| (w[1] + 127 - w[0]) % 127;
    assert!(got.windows(2).all(|w| matches!(steps(w), 1 | 2)));
}

#[test]
fn a_slow_clock_is_waited_for() {
    let (got, delay, b) = with_clock(-5);
    assert!(delay <= 4, "{delay} ticks behind");
    assert_eq!(b.stats().lost, 0);
    assert!(got.len() > 3900);
    assert!(got.windows(2).all(|w| (w[1] + 127 - w[0]) % 127 == 1));
}

/// A network between two sessions: datagrams with the tick they arrive in.
struct Network {
    random: u32,
    tick: u32,
    arriving: BTreeMap<(u32, u32), Vec<u8>>,
    count: u32,
}

impl Network {
    fn new(seed: u32) -> Network {
        Network {
            random: seed,
            tick: 0,
            arriving: BTreeMap::new(),
            count: 0,
        }
    }

    /// Evenly from 0 to below `end`.
    fn random(&mut self, end: u32) -> u32 {
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        (self.random >> 16) % end
    }

    /// Loses 5 of 100, doubles 3, and delays most by 0 or 1 tick and one in ten by up to 4,
    /// which reorders.
    fn send(&mut self, datagram: &[u8]) {
        if self.random(100) < 5 {
            return;
        }
        let copies = if self.random(100) < 3 { 2 } else { 1 };
        for _ in 0..copies {
            let most = if self.random(10) == 0 { 5 } else { 2 };
            let when = self.tick + self.random(most);
            self.count += 1;
            self.arriving.insert((when, self.count), datagram.to_vec());
        }
    }

    fn deliver(&mut self, to: &mut RtpSession, from: SocketAddr) {
        let later = self.arriving.split_off(&(self.tick + 1, 0));
        for datagram in std::mem::replace(&mut self.arriving, later).values() {
            to.receive(datagram, from);
        }
        self.tick += 1;
    }
}

#[test]
fn two_sessions_talk_over_a_bad_network() {
    const TICKS: usize = 3000;
    for seed in 1..6 {
        let mut a = RtpSession::new(&media(at(2)), 11, 65_000, 0xFFFF_0000);
        let mut b = RtpSession::new(&media(at(1)), 22, 7, 7);
        let (mut there, mut back) = (Network::new(seed), Network::new(seed + 100));
        let dialled = "0042*#7711D00";
        let mut keys = dialled.chars().filter_map(Key::from_char);
        let mut typed = String::new();
        let mut intact = [0; 2];
        for n in 0..TICKS {
            // Some keys with pauses between, some as fast as they can be sent.
            if n % 200 == 50 {
                for key in keys.by_ref().take(1 + n / 1000) {
                    assert!(a.press(key));
                }
            }
            let sound = mark(n);
            there.send(a.packet(&sound).unwrap().0);
            back.send(b.packet(&sound).unwrap().0);
            there.deliver(&mut b, at(1));
            back.deliver(&mut a, at(2));
            assert_eq!(a.take_key(), None);
            typed.extend(std::iter::from_fn(|| b.take_key()).map(Key::to_char));
            for (side, session) in [&mut a, &mut b].into_iter().enumerate() {
                let (received, frame) = heard(session);
                // Still to be found among what was sent a short while ago.
                let recent = (0..12).filter_map(|ago| n.checked_sub(ago));
                // The beginning of one after a gap is cross-faded.
                let whole = recent
                    .into_iter()
                    .any(|n| mark(n).samples()[80..] == frame.samples()[80..]);
                intact[side] += usize::from(received && whole);
            }
        }
        assert_eq!(typed, dialled, "seed {seed}");
        let audio_to_b = TICKS - 8 * dialled.len();
        let shares = [
            intact[0] as f64 / TICKS as f64,
            intact[1] as f64 / audio_to_b as f64,
        ];
        println!("seed {seed}: intact {shares:.3?}, {:?}", a.stats());
        assert!(shares.iter().all(|&share| share > 0.88), "{shares:?}");
    }
}

#[test]
fn a_running_session_allocates_nothing() {
    let (mut a, mut b) = (session(), session());
    let mut buffers = Vec::new();
    for n in 0..200 {
        let (packet, _) = a.packet(&mark(n)).unwrap();
        // Some are lost.
        if n % 7 != 3 {
            b.receive(packet, at(PEER));
        }
        heard(&mut b);
        buffers.push((a.datagram.as_ptr(), a.payload.as_ptr(), b.playout.buffer()));
    }
    assert!(buffers[50..].windows(2).all(|w| w[0] == w[1]));
}

proptest! {
    #[test]
    fn any_datagrams_are_survived(
        datagrams in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..60), 0u16..3, any::<bool>()), 0..100,
        ),
    ) {
        let mut b = session();
        for (mut datagram, port, valid) in datagrams {
            if let (true, Some(first)) = (valid, datagram.first_mut()) {
                *first = 0x80;
            }
            if let (true, Some(kind)) = (valid, datagram.get_mut(1)) {
                *kind = if *kind & 1 == 0 { 0 } else { 101 };
            }
            b.receive(&datagram, at(PEER + port));
            heard(&mut b);
            while b.take_key().is_some() {}
            prop_assert!(b.packet(&mark(0)).is_some());
        }
    }
}
