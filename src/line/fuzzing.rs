//! Every reader of what comes from the network, as a function of bytes that must not panic and
//! whose results must keep to their own rules. `make fuzz` feeds them what it makes up, and
//! tests/fuzz_corpus.rs what was found. A new reader is a new row in [`TARGETS`] and a folder with a few
//! examples, `fuzz/corpus/<name>/`.

use super::codec::Codec;
use super::dtmf;
use super::rtcp::Ntp;
use super::rtp::RtpSession;
use super::sdp::{self, Origin};
use super::sip;
use crate::audio::Frame;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A name, and what is done with each input.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("sip", sip::fuzzing::message),
    ("stream", sip::fuzzing::stream),
    ("sdp", session_description),
    ("rtp", datagrams),
    ("rtcp", reports),
    ("dtmf", keys),
];

const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 4000);

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

/// As an offer and as an answer; what we answer must be readable.
fn session_description(bytes: &[u8]) {
    let Ok(description) = sdp::parse(bytes) else {
        return;
    };
    let mut origin = Origin::new(1);
    if let Ok((_, ours)) = sdp::answer(&description, HERE, &Codec::ALL, &mut origin) {
        assert!(sdp::parse(ours.as_bytes()).is_ok(), "{ours}");
    }
    let _ = sdp::accept(&description, HERE, &Codec::ALL, &mut origin);
}

/// Records of a length (two bytes) and a datagram; where it is 0xffff, time goes on by a frame.
fn datagrams(bytes: &[u8]) {
    let Some(mut session) = session() else {
        return;
    };
    let mut frame = Frame::silence(session.media().codec.line_rate());
    let mut rest = bytes;
    while let [high, low, after @ ..] = rest {
        let length = u16::from_be_bytes([*high, *low]);
        if length == u16::MAX {
            session.take_frame(&mut frame);
            while session.take_key().is_some() {}
            let _ = session.packet(&frame);
            rest = after;
            continue;
        }
        let (datagram, after) = after.split_at(usize::from(length).min(after.len()));
        session.receive(datagram, SocketAddr::new(PEER, 4000));
        rest = after;
    }
    session.take_frame(&mut frame);
}

/// One datagram of RTCP; what is made of it is told again in our own.
fn reports(bytes: &[u8]) {
    let Some(mut session) = session() else {
        return;
    };
    let from = SocketAddr::new(PEER, 4001);
    session.receive_rtcp(bytes, from, Ntp::default());
    session.receive_at(bytes, SocketAddr::new(PEER, 4000), Ntp::default());
    let _ = session.report(Ntp::default());
    let _ = session.quality();
    let _ = session.goodbye(Ntp::default());
}

/// A session with [`PEER`], in the clear.
fn session() -> Option<RtpSession> {
    let offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
                 m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    let offer = sdp::parse(offer.as_bytes()).ok()?;
    let (media, _) = sdp::answer(&offer, HERE, &Codec::ALL, &mut Origin::new(1)).ok()?;
    Some(RtpSession::new(&media, 1, 1, 1))
}

/// The first byte says how: INFO, or events of RFC 4733, five bytes of time and marker before each.
fn keys(bytes: &[u8]) {
    let Some((how, rest)) = bytes.split_first() else {
        return;
    };
    if how % 2 == 0 {
        return sip::fuzzing::info(rest);
    }
    let mut receiver = dtmf::Receiver::default();
    for record in rest.chunks(9) {
        if let [a, b, c, d, marker, payload @ ..] = record {
            let timestamp = u32::from_be_bytes([*a, *b, *c, *d]);
            receiver.receive(1, timestamp, marker % 2 == 1, payload);
        }
    }
}
