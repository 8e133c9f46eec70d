//! Where a message came from, and calls to phones that are not where they say they are.
//!
//! A phone behind NAT names an address in its Contact that leads nowhere. It is called where it
//! registered from, with that address in the Request-URI, and so that everything later in the call
//! gets there too (ACK, BYE, REFER), the Contact in its answers is given that address before the
//! stack reads it. A proxy that stays in the way says so with Record-Route, and is left alone.

use super::registrar::{Carrier, Flow};
use rsipstack::sip::{
    Header, HeadersExt, HostWithPort, Method, Response, SipMessage, StatusCodeKind, ToTypedHeader,
    Transport, Uri,
};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

impl From<Carrier> for Transport {
    fn from(carrier: Carrier) -> Transport {
        match carrier {
            Carrier::Udp => Transport::Udp,
            Carrier::Tcp => Transport::Tcp,
            Carrier::Tls => Transport::Tls,
        }
    }
}

impl Flow {
    /// Where a request came from. The stack notes it in the topmost Via where that says otherwise
    /// (RFC 3581 section 4), and has taken away what the sender may have written there.
    pub(super) fn of(tx: &Transaction) -> Option<Flow> {
        let connection = tx.connection.as_ref()?;
        if connection.is_reliable() {
            let address = connection.get_remote_addr()?.get_socketaddr().ok()?;
            let carrier = match connection.transport() {
                Transport::Tls => Carrier::Tls,
                _ => Carrier::Tcp,
            };
            return Some(Flow { carrier, address });
        }
        let via = tx.original.via_header().ok()?.typed().ok()?;
        let (mut ip, mut port) = (None, None);
        for param in &via.params {
            match param {
                rsipstack::sip::Param::Received(received) => {
                    let text = received.value().trim_matches(['[', ']']);
                    ip = Some(text.parse::<IpAddr>().ok()?);
                }
                rsipstack::sip::Param::Rport(seen) => port = *seen,
                _ => {}
            }
        }
        let said = SipAddr {
            r#type: None,
            addr: via.uri.host_with_port.clone(),
        };
        let address = match (ip, port) {
            (Some(ip), Some(port)) => SocketAddr::new(ip, port),
            (ip, port) => {
                let said = said.get_socketaddr().ok();
                let ip = ip.or(said.map(|said| said.ip()))?;
                SocketAddr::new(ip, port.or(said.map(|said| said.port()))?)
            }
        };
        Some(Flow {
            carrier: Carrier::Udp,
            address,
        })
    }
}

/// Calls whose other side is where its messages come from, by Call-ID.
#[derive(Clone, Default)]
pub(super) struct Moved {
    calls: Arc<Mutex<HashSet<String>>>,
}

/// While it lives, a call's other side is where its messages come from.
pub(super) struct MovedCall {
    moved: Moved,
    call_id: String,
}

impl Moved {
    /// Turns a phone's URI into one that leads along a flow.
    pub fn redirect(&self, uri: &mut Uri, flow: Flow, call_id: &str) -> Option<MovedCall> {
        let there: HostWithPort = flow.address.into();
        if uri.host_with_port == there {
            return None;
        }
        uri.host_with_port = there;
        self.lock().insert(call_id.to_owned());
        Some(MovedCall {
            moved: self.clone(),
            call_id: call_id.to_owned(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MovedCall {
    fn drop(&mut self) {
        self.moved.lock().remove(&self.call_id);
    }
}

impl MessageInspector for Moved {
    fn before_send(&self, message: SipMessage, _to: Option<&SipAddr>) -> SipMessage {
        message
    }

    fn after_received(&self, message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        match (message, from) {
            (SipMessage::Response(mut response), Some(from)) => {
                self.mend(&mut response, &from.addr);
                SipMessage::Response(response)
            }
            (message, _) => message,
        }
    }
}

impl Moved {
    fn mend(&self, response: &mut Response, from: &HostWithPort) {
        let of_invite = response
            .cseq_header()
            .and_then(|cseq| cseq.method())
            .is_ok_and(|method| method == Method::Invite);
        let kind = response.status_code.kind();
        let routed = response
            .headers
            .iter()
            .any(|header| matches!(header, Header::RecordRoute(_)));
        if !of_invite
            || routed
            || !matches!(
                kind,
                StatusCodeKind::Successful | StatusCodeKind::Provisional
            )
        {
            return;
        }
        let named = response
            .headers
            .iter()
            .any(|header| matches!(header, Header::Contact(_)));
        if !named && kind == StatusCodeKind::Successful {
            // Without one the stack would give up on a call that the other side holds for made
            // (RFC 3261 section 12.1.1 demands it, some gateways forget it).
            let uri = Uri::from(from.clone());
            let contact = Header::Contact(format!("<{uri}>").into());
            return response.headers.push(contact);
        }
        let moved = response
            .call_id_header()
            .is_ok_and(|id| self.lock().contains(id.value()));
        if !moved {
            return;
        }
        for header in response.headers.iter_mut() {
            if let Header::Contact(contact) = header
                && let Ok(mut typed) = contact.typed()
            {
                typed.uri.host_with_port = from.clone();
                *contact = typed.to_string().into();
            }
        }
    }
}
