//! What is done with a message from outside, without sockets, for [`crate::line::fuzzing`].

use super::address::{NameAddr, UriParts, entries, telephone_number};
use super::admission::{Admitted, look};
use super::flow::Moved;
use super::framing::{self, Frame};
use super::keys::pressed;
use super::refer::{refer_progress, refer_target};
use super::registrar::{Carrier, Flow, Registrar};
use super::uui;
use rsipstack::sip::{Request, SipMessage, Transport};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const FROM: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 5060);

/// A datagram: what passes the guard is read as the stack and we do.
pub fn message(bytes: &[u8]) {
    match look(bytes, FROM, Transport::Udp).0 {
        Admitted::Answer(answer) => {
            let answered = SipMessage::try_from(answer.as_slice());
            assert!(matches!(answered, Ok(SipMessage::Response(_))));
        }
        Admitted::Pass(passed) => match SipMessage::try_from(passed.as_ref()) {
            Ok(SipMessage::Request(request)) => read(&request),
            Ok(response) => {
                let from = SipAddr {
                    r#type: None,
                    addr: FROM.into(),
                };
                Moved::default().after_received(response, Some(&from));
            }
            Err(_) => assert!(passed.iter().all(u8::is_ascii_whitespace)),
        },
        Admitted::Drop | Admitted::Banned => {}
    }
}

fn read(request: &Request) {
    for header in request.headers.iter() {
        for entry in entries(header.value()) {
            let uri = NameAddr::parse(entry).and_then(|address| UriParts::parse(address.uri));
            if let Some(user) = uri.and_then(|uri| uri.user) {
                telephone_number(&user);
            }
        }
        uui::text(header.value());
    }
    pressed(request);
    refer_progress(request);
    refer_target(request);
    let flow = Flow {
        carrier: Carrier::Udp,
        address: FROM,
    };
    let accounts = [("anna".to_owned(), "secret".to_owned())];
    let mut registrar = Registrar::new([0; 32], accounts);
    registrar.register(1, request, flow);
    let _ = registrar.authenticate(1, request, flow);
}

/// A stream: all of it must be taken apart.
pub fn stream(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Some(Frame::KeepAlive(length) | Frame::Message(length))) = framing::first(rest) {
        assert!(length > 0);
        let (whole, after) = rest.split_at(length);
        message(whole);
        rest = after;
    }
}

/// The body of an INFO.
pub fn info(body: &[u8]) {
    for content_type in ["application/dtmf-relay", "application/dtmf"] {
        let head = format!(
            "INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INFO\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        if let Ok(SipMessage::Request(request)) =
            SipMessage::try_from([head.as_bytes(), body].concat().as_slice())
        {
            pressed(&request);
        }
    }
}
