//! RTCP, SRTP and strangers, in sessions that talk to each other.

use super::*;
use crate::audio::LineRate;
use crate::line::codec::Codec;
use crate::line::sdp::Srtp;
use crate::line::srtp::{Key, Outbound, Suite};

const A: u16 = 4000;
const B: u16 = 5000;

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn media(remote: u16) -> Media {
    Media {
        rtcp: Some(at(remote + 1)),
        ..Media::plain(at(remote), Codec::Pcmu)
    }
}

fn key(suite: Suite, first: u8) -> Key {
    let octets: Vec<u8> = (first..first + suite.key_len() as u8).collect();
    Key::new(suite, &octets).unwrap()
}

fn keys(suite: Suite, ours: u8, theirs: u8) -> Option<Srtp> {
    Some(Srtp {
        ours: key(suite, ours),
        theirs: key(suite, theirs),
    })
}

fn secured(remote: u16, ours: u8, theirs: u8) -> Media {
    Media {
        srtp: keys(Suite::Aes128CmSha1_80, ours, theirs),
        ..media(remote)
    }
}

fn loud() -> Frame {
    Frame::of(LineRate::Narrow, &[4000; 160])
}

/// Two sides of a call, and the time between.
struct Line {
    a: RtpSession,
    b: RtpSession,
    ms: u64,
    /// One way.
    delay_ms: u64,
}

impl Line {
    fn new(to_b: &Media, to_a: &Media) -> Line {
        Line {
            a: RtpSession::new(to_b, 11, 100, 0),
            b: RtpSession::new(to_a, 22, 200, 99),
            ms: 0,
            delay_ms: 0,
        }
    }

    fn plain() -> Line {
        Line::new(&media(B), &media(A))
    }

    fn secure() -> Line {
        Line::new(&secured(B, 1, 101), &secured(A, 101, 1))
    }

    fn time(ms: u64) -> Ntp {
        Ntp::from_bits(3_900_000_000 << 32).after(Duration::from_millis(ms))
    }

    /// 20 ms; says whether A heard B. `lost`: what A sends does not arrive.
    fn tick(&mut self, lost: bool) -> bool {
        let (now, then) = (Line::time(self.ms), Line::time(self.ms + self.delay_ms));
        let mut frame = Frame::silence(LineRate::Narrow);
        let Line { a, b, .. } = self;
        go(a, b, A, lost, (now, then));
        go(b, a, B, false, (now, then));
        self.b.take_frame(&mut frame);
        let heard = self.a.take_frame(&mut frame);
        self.ms += 20;
        heard
    }

    fn run(&mut self, ticks: u32) -> u32 {
        (0..ticks).map(|_| u32::from(self.tick(false))).sum()
    }
}

/// What one side sends in a tick, at a time, and when it arrives.
fn go(from: &mut RtpSession, to: &mut RtpSession, port: u16, lost: bool, (now, then): (Ntp, Ntp)) {
    if let Some((packet, _)) = from.packet(&loud())
        && !lost
    {
        to.receive_at(packet, at(port), then);
    }
    let mux = from.media().rtcp_mux;
    if let Some((packet, _)) = from.report(now) {
        match mux {
            true => to.receive_at(packet, at(port), then),
            false => to.receive_rtcp(packet, at(port + 1), then),
        }
    }
}

#[test]
fn both_sides_learn_of_loss_and_round_trip() {
    for mux in [false, true] {
        let with = |media: Media| Media {
            rtcp_mux: mux,
            rtcp: Some(at(media.remote.port() + u16::from(!mux))),
            ..media
        };
        let mut line = Line::new(&with(media(B)), &with(media(A)));
        line.delay_ms = 40;
        for n in 0..3_000 {
            line.tick(n % 10 == 3);
        }
        let (a, b) = (line.a.quality(), line.b.quality());
        assert_eq!((b.received, b.lost), (2_700, 300));
        assert_eq!((a.received, a.lost, a.sent), (3_000, 0, 3_000));
        let reported = a.peer.unwrap();
        assert!((200..=300).contains(&reported.lost), "{reported:?}");
        assert_eq!(b.peer.unwrap().lost, 0);
        for round_trip in [a.round_trip_ms, b.round_trip_ms] {
            assert!((79..=81).contains(&round_trip.unwrap()), "{round_trip:?}");
        }
        assert!(a.mos.unwrap() > 4.2 && b.mos.unwrap() < 3.8, "{a:?} {b:?}");
        assert!(a.jitter_ms < 0.2, "{a:?}");
    }
}

#[test]
fn reports_go_to_the_next_port_or_where_the_peer_wants_them_or_is() {
    let due = |session: &mut RtpSession| {
        for n in 0.. {
            assert!(n < 400, "no report");
            session.packet(&loud());
            session.take_frame(&mut loud());
            if let Some((packet, to)) = session.report(Line::time(n * 20)) {
                assert!(rtcp::read(packet, 0).unwrap().sent.is_some());
                return to;
            }
        }
        unreachable!()
    };
    let mut session = Line::plain().a;
    assert_eq!(due(&mut session), at(B + 1));
    // Behind a translator: with its RTP, until its RTCP is seen.
    let mut phone = RtpSession::new(&media(A), 22, 200, 99);
    for _ in 0..3 {
        session.receive(phone.packet(&loud()).unwrap().0, at(7000));
    }
    assert_eq!(due(&mut session), at(7001));
    let report = phone.goodbye(Line::time(0)).unwrap().0.to_vec();
    session.receive_rtcp(&report, at(7777), Line::time(0));
    assert_eq!(due(&mut session), at(7777));
    let elsewhere = Media {
        rtcp: Some(at(9)),
        ..media(B)
    };
    assert_eq!(due(&mut RtpSession::new(&elsewhere, 1, 1, 1)), at(9));
    let muxed = Media {
        rtcp_mux: true,
        rtcp: Some(at(B)),
        ..media(B)
    };
    assert_eq!(due(&mut RtpSession::new(&muxed, 1, 1, 1)), at(B));
    let nowhere = Media {
        rtcp: None,
        ..media(B)
    };
    let mut session = RtpSession::new(&nowhere, 1, 1, 1);
    for n in 0..1_000 {
        session.packet(&loud());
        session.take_frame(&mut loud());
        assert!(session.report(Line::time(n * 20)).is_none());
    }
}

#[test]
fn who_hangs_up_says_so_under_their_name() {
    let mut line = Line::plain();
    line.a.set_cname(*b"abcdefghijklmnop");
    assert!(
        line.a.goodbye(Line::time(0)).is_none(),
        "nobody has heard of us"
    );
    line.run(3);
    let (packet, to) = line.a.goodbye(Line::time(60)).unwrap();
    let told = rtcp::read(packet, 22).unwrap();
    assert!(told.bye && told.block.is_some() && to == at(B + 1));
    assert!(packet.windows(16).any(|part| part == b"abcdefghijklmnop"));
}

#[test]
fn rtcp_is_a_sign_of_life_from_the_peer_only() {
    let mut line = Line::plain();
    line.run(10);
    let quiet = |session: &mut RtpSession, ticks| {
        for _ in 0..ticks {
            session.take_frame(&mut loud());
        }
        session.silent_ticks()
    };
    let report = line.b.goodbye(Line::time(0)).unwrap().0.to_vec();
    assert_eq!(quiet(&mut line.a, 500), 501);
    let stranger = SocketAddr::from(([192, 0, 2, 66], B + 1));
    line.a.receive_rtcp(&report, stranger, Line::time(0));
    line.a
        .receive_rtcp(b"no RTCP at all", at(B + 1), Line::time(0));
    assert_eq!(line.a.silent_ticks(), 501);
    line.a.receive_rtcp(&report, at(B + 1), Line::time(0));
    assert_eq!(line.a.silent_ticks(), 0);
    assert_eq!(line.a.stats().strangers, 1);
}

#[test]
fn an_encrypted_call_is_heard_and_reported_and_looks_like_nothing() {
    for suite in Suite::ALL {
        let with = |remote, ours, theirs| Media {
            srtp: keys(suite, ours, theirs),
            ..media(remote)
        };
        let mut line = Line::new(&with(B, 1, 101), &with(A, 101, 1));
        let (packet, _) = line.a.packet(&loud()).unwrap();
        let mut plain = RtpSession::new(&media(B), 11, 100, 0);
        assert_ne!(packet[12..172], plain.packet(&loud()).unwrap().0[12..]);
        assert!(line.run(1_000) > 990);
        let quality = line.a.quality();
        assert_eq!((quality.srtp, quality.forged), (Some(suite), 0));
        assert!(quality.peer.is_some() && quality.round_trip_ms.is_some());
    }
}

#[test]
fn plain_sound_on_an_encrypted_call_is_not_heard_and_said_once() {
    let mut line = Line::secure();
    let mut plain = RtpSession::new(&media(A), 22, 200, 99);
    let mut warnings = 0;
    for _ in 0..200 {
        line.a.receive(plain.packet(&loud()).unwrap().0, at(B));
        assert!(!line.a.take_frame(&mut loud()));
        warnings += usize::from(line.a.take_warning().is_some());
    }
    let report = plain.goodbye(Line::time(0)).unwrap().0.to_vec();
    line.a.receive_rtcp(&report, at(B + 1), Line::time(0));
    let stats = line.a.stats();
    assert_eq!((stats.forged, stats.received, warnings), (201, 0, 1));
    assert_eq!(line.a.silent_ticks(), 200);
}

#[test]
fn what_was_recorded_of_a_call_cannot_be_played_into_it() {
    let mut line = Line::secure();
    let recorded: Vec<Vec<u8>> = (0..20)
        .map(|_| line.b.packet(&loud()).unwrap().0.to_vec())
        .collect();
    for packet in recorded.iter().chain(&recorded) {
        line.a.receive(packet, at(B));
    }
    let stats = line.a.stats();
    assert_eq!((stats.received, stats.replayed), (20, 20));
}

#[test]
fn a_new_key_of_theirs_leaves_ours_as_it_was() {
    let mut line = Line::secure();
    line.run(10);
    // As after 22 minutes: our numbers wrap, and go on.
    line.a.sequence = 65_530;
    line.run(20);
    line.b.update(&secured(A, 50, 1));
    line.run(5);
    assert_eq!(line.a.stats().forged, 5, "not known yet");
    line.a.update(&secured(B, 1, 50));
    line.run(20);
    let before = line.b.stats();
    assert_eq!(line.run(20), 20);
    let after = line.b.stats();
    assert_eq!((after.forged, after.received - before.received), (0, 20));
    // And back to plain sound.
    line.a.update(&media(B));
    line.b.update(&media(A));
    assert_eq!(line.run(20), 20);
    assert_eq!(line.a.quality().srtp, None);
}

#[test]
fn an_authentic_phone_is_found_wherever_it_is() {
    let mut line = Line::secure();
    line.run(10);
    let elsewhere: SocketAddr = "198.51.100.9:9".parse().unwrap();
    let (packet, _) = line.b.packet(&loud()).unwrap();
    line.a.receive(packet, elsewhere);
    assert_eq!(line.a.packet(&loud()).unwrap().1, elsewhere);
}

#[test]
fn a_stranger_who_floods_is_neither_heard_nor_sent_to() {
    let mut line = Line::plain();
    line.run(10);
    let mut stranger = RtpSession::new(&media(A), 66, 6_000, 0);
    for n in 0..500u16 {
        for m in 0..10 {
            let (packet, _) = stranger.packet(&loud()).unwrap();
            line.a.receive(packet, at(6_000 + m));
            let far = SocketAddr::from(([192, 0, 2, 66], n));
            line.a.receive(packet, far);
        }
        assert!(line.tick(false));
        assert_eq!(line.a.packet(&loud()).unwrap().1, at(B));
    }
    let stats = line.a.stats();
    assert_eq!((stats.received, stats.stray), (510, 0));
    assert_eq!(stats.strangers, 10_000);
}

#[test]
fn a_running_encrypted_session_allocates_nothing() {
    let mut line = Line::secure();
    line.run(100);
    let places = |line: &Line| (line.a.datagram.as_ptr(), line.a.datagram.capacity());
    let before = places(&line);
    line.run(1_000);
    assert_eq!(places(&line), before);
}

#[test]
fn a_session_is_small() {
    // Most of it is the jitter buffer's; what SRTP needs is there only with SRTP.
    let (session, secure) = (size_of::<RtpSession>(), size_of::<Secure>());
    println!("a session {session} octets, with SRTP {secure} more");
    assert!(session < 5_000 && secure < 2_500, "{session} {secure}");
}

/// What protecting and opening cost; a figure for people, not a limit.
#[test]
#[ignore = "a measurement"]
fn what_encryption_costs() {
    for suite in Suite::ALL {
        let mut line = RtpSession::new(
            &Media {
                srtp: keys(suite, 1, 1),
                ..media(B)
            },
            1,
            1,
            1,
        );
        let mut plain = RtpSession::new(&media(B), 1, 1, 1);
        let mut other = Outbound::new(&key(suite, 1));
        let mut packets: Vec<Vec<u8>> = (0..50_000)
            .map(|_| plain.packet(&loud()).unwrap().0.to_vec())
            .collect();
        let begun = std::time::Instant::now();
        for packet in &mut packets {
            other.protect(packet);
        }
        let protected = begun.elapsed() / packets.len() as u32;
        let begun = std::time::Instant::now();
        for packet in &packets {
            line.receive(packet, at(B));
        }
        let received = begun.elapsed() / packets.len() as u32;
        assert_eq!(line.stats().forged, 0);
        println!(
            "{}: protect {protected:?}, receive {received:?}",
            suite.name()
        );
    }
}
