//! The sound of whole calls over real sockets: encryption, reports, strangers, ports, IPv6.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Served;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;
use zeroline::audio::{Frame, LineRate, level};
use zeroline::line::codec::Codec;
use zeroline::line::leg::{Leg, Ports};
use zeroline::line::sdp::{self, Media, Origin, Policy};
use zeroline::line::sip::{Agent, PlaceError, Session, SessionEvents};

const CODECS: [Codec; 1] = [Codec::Pcmu];
const PERSON: &str = "sip:person@127.0.0.1:9";

/// A phone that has called the server.
struct Caller {
    session: Session,
    _events: SessionEvents,
    media: Media,
    leg: Leg,
    _agent: Agent,
}

impl Caller {
    async fn call(served: &Served, policy: Policy) -> Result<Caller, PlaceError> {
        let here: IpAddr = served.address.ip();
        let (agent, _) = Agent::listen(SocketAddr::new(here, 0), "caller")
            .await
            .unwrap();
        let sockets = Ports::new(here, 20_000..=25_999).take().unwrap();
        let local = sockets.local_addr().unwrap();
        let mut origin = Origin::new(1).with_srtp(policy);
        let offer = sdp::offer(local, &CODECS, &mut origin);
        let target = format!("sip:clinic@{}", served.address);
        let (session, events, answer) = agent.place(&target, "caller", offer).await?;
        let answer = sdp::parse(answer.as_bytes()).unwrap();
        let media = sdp::accept(&answer, local, &CODECS, &mut origin).unwrap();
        Ok(Caller {
            session,
            _events: events,
            leg: Leg::new(sockets, &media),
            media,
            _agent: agent,
        })
    }

    /// So many ticks of both directions; says in how many of them something was to be heard. `meanwhile` is
    /// done in each.
    async fn listen(&mut self, ticks: u32, mut meanwhile: impl FnMut()) -> u32 {
        let mut interval = tokio::time::interval(Duration::from_millis(20));
        let mut heard = 0;
        for _ in 0..ticks {
            interval.tick().await;
            let mut frame = Frame::silence(LineRate::Narrow);
            let received = self.leg.receive(&mut frame);
            heard += u32::from(received && level::dbov(frame.samples()) > -50.0);
            self.leg.send(&Frame::silence(LineRate::Narrow));
            meanwhile();
        }
        heard
    }
}

/// What is on record of a call's line, once it is over.
#[track_caller]
fn quality(served: &Served) -> Value {
    served.wait_for_end("caller_hung_up");
    let events = served.events();
    let at = |kind: &str| events.iter().position(|e| e["event"] == kind).unwrap();
    assert!(at("line_quality") < at("call_ended"), "{events:#?}");
    events[at("line_quality")].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_call_is_heard_and_how_good_it_was_is_on_record() {
    let served = Served::start(PERSON, "");
    let mut caller = Caller::call(&served, Policy::Required).await.unwrap();
    assert!(caller.media.srtp.is_some());
    // Until both have reported twice: the second report tells of the other's first.
    let mut heard = 0;
    for _ in 0..10 {
        heard += caller.listen(100, || {}).await;
        let quality = caller.leg.session().quality();
        if quality.round_trip_ms.is_some() && caller.leg.session().stats().rtcp > 2 {
            break;
        }
    }
    assert!(heard > 50, "the greeting");
    let ours = caller.leg.session().quality();
    assert_eq!(ours.forged, 0);
    assert!(
        ours.round_trip_ms.is_some() && ours.peer.is_some(),
        "{ours:?}"
    );
    let sent = ours.sent;
    caller.session.hang_up().await;
    let quality = quality(&served);
    assert_eq!(quality["srtp"], "AES_256_CM_HMAC_SHA1_80");
    assert!(
        quality["received"].as_u64().unwrap() + 50 > sent,
        "{quality}"
    );
    assert!(quality["mos"].as_f64().unwrap() > 3.5, "{quality}");
    assert!(
        quality["round_trip_ms"].as_u64().unwrap() < 500,
        "{quality}"
    );
    assert!(quality["peer"]["lost"].is_i64(), "{quality}");
    served.wait_for_log("its keys went over SIP that is not");
    // Whoever reads the log learns no key.
    let keys = caller.media.srtp.unwrap();
    for key in [&keys.ours, &keys.theirs] {
        use base64::Engine;
        let text = base64::prelude::BASE64_STANDARD.encode(key.reveal());
        assert!(!served.log().contains(&text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_encryption_is_required_a_plain_call_is_refused() {
    let served = Served::start(PERSON, "[media]\nsrtp = \"required\"");
    let refused = Caller::call(&served, Policy::Off).await.err().unwrap();
    assert!(matches!(refused, PlaceError::Refused(488, _)), "{refused}");
    served.wait_for_log("the peer does not encrypt its audio");
    let mut caller = Caller::call(&served, Policy::Required).await.unwrap();
    assert!(caller.listen(150, || {}).await > 50);
    let served = Served::start(PERSON, "[media]\nsrtp = \"off\"");
    let refused = Caller::call(&served, Policy::Required).await.err().unwrap();
    assert!(matches!(refused, PlaceError::Refused(488, _)), "{refused}");
    served.wait_for_log("RTP/SAVP");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_floods_the_port_is_not_heard_and_hears_nothing() {
    let served = Served::start(PERSON, "");
    let mut caller = Caller::call(&served, Policy::Off).await.unwrap();
    assert!(caller.listen(20, || {}).await <= 20);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let port = caller.media.remote;
    let mut sequence = 0u16;
    let heard = caller.listen(150, || {
        for _ in 0..5 {
            sequence = sequence.wrapping_add(1);
            let mut packet = vec![0x80, 0];
            packet.extend(sequence.to_be_bytes());
            packet.extend((u32::from(sequence) * 160).to_be_bytes());
            packet.extend([0, 0, 0, 66]);
            packet.extend([0x80; 160]);
            stranger.send_to(&packet, port).unwrap();
        }
    });
    assert!(heard.await > 50, "the caller goes on hearing the greeting");
    let sent = caller.leg.session().quality().sent;
    caller.session.hang_up().await;
    let quality = quality(&served);
    assert!(quality["strangers"].as_u64().unwrap() > 500, "{quality}");
    assert!(quality["received"].as_u64().unwrap() <= sent, "{quality}");
    let nothing = stranger.recv_from(&mut [0; 2000]);
    assert!(nothing.is_err(), "the stranger was sent something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_ipv6_is_heard() {
    let served = Served::start(PERSON, "listen = \"[::1]:0\"");
    let mut caller = Caller::call(&served, Policy::Off).await.unwrap();
    assert!(caller.media.remote.is_ipv6());
    assert!(caller.listen(150, || {}).await > 50);
    caller.session.hang_up().await;
    let quality = quality(&served);
    assert!(quality["received"].as_u64().unwrap() > 100, "{quality}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_for_which_there_is_no_port_are_told() {
    let served = Served::start(PERSON, "rtp_ports = [26000, 26001]");
    let caller = Caller::call(&served, Policy::Off).await.unwrap();
    assert_eq!(caller.media.remote.port(), 26_000);
    assert_eq!(caller.media.rtcp.unwrap().port(), 26_001);
    let refused = Caller::call(&served, Policy::Off).await.err().unwrap();
    assert!(matches!(refused, PlaceError::Refused(503, _)), "{refused}");
    caller.session.hang_up().await;
    served.wait_for_end("caller_hung_up");
    // The sockets are closed just after the call is on record.
    let mut again = Caller::call(&served, Policy::Off).await;
    for _ in 0..100 {
        if again.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        again = Caller::call(&served, Policy::Off).await;
    }
    assert_eq!(
        again.unwrap().media.remote.port(),
        26_000,
        "there is no other"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_on_the_outside_is_told_to_the_outside_only() {
    let served = Served::start(PERSON, "external = \"203.0.113.7\"");
    let mut caller = Caller::call(&served, Policy::Off).await.unwrap();
    assert_eq!(caller.media.remote.ip(), served.address.ip());
    assert!(caller.listen(150, || {}).await > 50);
}
