//! What is mended in messages between us and the stack, in the order in which it must be: answers before
//! the stack reads them, requests before they go out.

use super::flow::Moved;
use super::own::Own;
use super::{challenge, strict};
use rsipstack::sip::{Header, HeadersExt, Host, Method, Request, SipMessage, ToTypedHeader};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// ACKs that are remembered: as many as may be sent again at a time.
const MOST_ACKS: usize = 1024;

pub(super) struct Wire {
    moved: Moved,
    own: Own,
    /// By their Via: an ACK that is sent again was turned around already, other requests are not.
    turned: Mutex<VecDeque<String>>,
}

impl Wire {
    pub fn new(moved: Moved, own: Own) -> Wire {
        Wire {
            moved,
            own,
            turned: Mutex::default(),
        }
    }

    /// The stack writes the first address where it listens into Via, and for a stream that we opened the
    /// port that it happens to have.
    fn name_us(&self, request: &mut Request, to: &SipAddr) {
        let towards = match to.addr.host {
            Host::IpAddr(ip) => Some(ip),
            Host::Domain(_) => None,
        };
        let Some(via) = request.headers.iter_mut().find_map(|header| match header {
            Header::Via(via) => Some(via),
            _ => None,
        }) else {
            return;
        };
        if let Ok(mut typed) = via.typed() {
            let own = self.own.address(typed.transport, towards);
            typed.uri.host_with_port = own.into();
            *via = typed.into();
        }
    }

    fn route(&self, request: &mut Request) {
        if request.method != Method::Ack {
            strict::route(request);
            return;
        }
        let via = request.via_header().map(|via| via.value().to_owned());
        let via = via.unwrap_or_default();
        let mut turned = self.turned.lock().unwrap_or_else(PoisonError::into_inner);
        if !turned.contains(&via) && strict::route(request) {
            turned.push_back(via);
            if turned.len() > MOST_ACKS {
                turned.pop_front();
            }
        }
    }
}

impl MessageInspector for Wire {
    fn before_send(&self, message: SipMessage, to: Option<&SipAddr>) -> SipMessage {
        match self.moved.before_send(message, to) {
            SipMessage::Request(mut request) => {
                challenge::restore(&mut request);
                self.route(&mut request);
                if let Some(to) = to {
                    self.name_us(&mut request, to);
                }
                SipMessage::Request(request)
            }
            response => response,
        }
    }

    fn after_received(&self, message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        match self.moved.after_received(message, from) {
            SipMessage::Response(mut response) => {
                let method = response.cseq_header().and_then(|cseq| cseq.method());
                // That one is answered by us.
                if method.is_ok_and(|method| method != Method::Register) {
                    challenge::simplify(&mut response);
                }
                SipMessage::Response(response)
            }
            request => request,
        }
    }
}
