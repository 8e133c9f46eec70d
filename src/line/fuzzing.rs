//! Every reader of what comes from the network, as a function of bytes that must not panic and
//! whose results must keep to their own rules. `make fuzz` feeds them what it makes up, and
//! tests/fuzz_corpus.rs what was found. A new reader is a new row in [`TARGETS`] and a folder with a few
//! examples, `fuzz/corpus/<name>/`.

use super::codec::Codec;
use super::dtmf;
use super::rtp::RtpSession;
use super::sdp::{self, Origin};
use super::sip;
use crate::audio::Frame;
use std::net::SocketAddr;

/// A name, and what is done with each input.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("sip", sip::fuzzing::message),
    ("stream", sip::fuzzing::stream),
    ("sdp", session_description),
    ("rtp", datagrams),
    ("dtmf", keys),
];

const HERE: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)),
    4000,
);

/// As an offer and as an answer; what we answer must be readable.
fn session_description(bytes: &[u8]) {
    let Ok(description) = sdp::parse(bytes) else {
        return;
    };
    let mut origin = Origin::new(1);
    if let Ok((_, ours)) = sdp::answer(&description, HERE, &Codec::ALL, &mut origin) {
        assert!(sdp::parse(ours.as_bytes()).is_ok(), "{ours}");
    }
    let _ = sdp::accept(&description, HERE, &Codec::ALL);
}

/// Records of a length (two bytes) and a datagram; where it is 0xffff, time goes on by a frame.
fn datagrams(bytes: &[u8]) {
    let offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
                 m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    let agreed = sdp::parse(offer.as_bytes())
        .and_then(|offer| sdp::answer(&offer, HERE, &Codec::ALL, &mut Origin::new(1)));
    let Ok((media, _)) = agreed else {
        return;
    };
    let mut session = RtpSession::new(&media, 1, 1, 1);
    let mut frame = Frame::silence(media.codec.line_rate());
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
        session.receive(datagram, media.remote);
        rest = after;
    }
    session.take_frame(&mut frame);
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
