//! A call that comes in, before it is answered.

use super::address::{NameAddr, UriParts};
use super::agent::ALLOW;
use super::identity::{self, values};
use super::limiter::CallPermit;
use super::session::{self, Session, SessionEvents};
use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, HeadersExt, Request, StatusCode};
use std::net::SocketAddr;
use std::sync::Arc;

/// A call that waits to be answered. Dropping it refuses the call with 480.
pub struct Invitation {
    pub(super) dialog: InviteDialog,
    pub(super) layer: Arc<DialogLayer>,
    pub(super) states: Option<DialogStateReceiver>,
    pub(super) request: Request,
    pub(super) account: Option<String>,
    pub(super) permit: Option<CallPermit>,
    pub(super) trunk: Option<String>,
}

impl Invitation {
    /// The caller's SDP offer; `None` when there is none and we are to offer.
    pub fn offer(&self) -> Option<String> {
        let body = self.request.body();
        (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned())
    }

    /// Who calls, as the From header says: a display name or address, without tag.
    pub fn caller(&self) -> String {
        let from = self
            .request
            .from_header()
            .map(|from| from.value().to_owned());
        without_parameters(&from.unwrap_or_default())
    }

    /// The caller's telephone number, digits with or without a `+` before them: what a trunk
    /// asserts (RFC 3325), else what From says. `None` where it is withheld or no number.
    pub fn number(&self) -> Option<String> {
        identity::number(&self.request, self.trunk.is_some())
    }

    /// Who was called first, where a trunk says that the call was diverted to us: a number or a URI.
    pub fn diverted_from(&self) -> Option<String> {
        identity::diverted_from(&self.request, self.trunk.is_some())
    }

    /// The trunk whose address the call came from.
    pub fn trunk(&self) -> Option<&str> {
        self.trunk.as_deref()
    }

    /// What was called: the Request-URI.
    pub fn called(&self) -> String {
        self.request.uri().to_string()
    }

    /// Whose phone it is; proven by password. Only calls to a code that starts with `*` are asked
    /// for one.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether whoever listens there has asked for this call by REFER (RFC 3892), and it ends here.
    pub fn was_referred_by(&self, address: SocketAddr) -> bool {
        referred_by(&self.request).is_some_and(|host| host == address.to_string())
    }

    /// The call's place among those that there may be. Whoever takes the call keeps it until its end.
    pub fn take_permit(&mut self) -> Option<CallPermit> {
        self.permit.take()
    }

    pub fn call_id(&self) -> String {
        self.dialog.id().call_id
    }

    /// 180 Ringing.
    pub fn ring(&self) {
        if let Err(error) = self.dialog.ringing(None, None) {
            tracing::debug!(%error, "180 not sent");
        }
    }

    /// 200 with our SDP. The call is up once [`super::SessionEvent::Confirmed`] comes.
    /// The error is why not, for the log.
    pub fn answer(mut self, sdp: String) -> Result<(Session, SessionEvents), String> {
        let headers = vec![
            Header::ContentType("application/sdp".into()),
            Header::Allow(ALLOW.into()),
        ];
        self.dialog
            .accept(Some(headers), Some(sdp.into_bytes()))
            .map_err(|error| error.to_string())?;
        match self.states.take() {
            Some(states) => Ok(session::start(
                self.dialog.clone(),
                self.layer.clone(),
                states,
                None,
            )),
            None => Err("answered twice".to_owned()),
        }
    }

    /// A final refusal, such as 488 for no common codec; `reason` goes into a Reason header.
    pub fn refuse(mut self, code: u16, reason: &str) {
        self.states = None;
        self.refuse_now(code, reason);
    }

    fn refuse_now(&self, code: u16, reason: &str) {
        let text = format!("SIP;cause={code};text=\"{reason}\"");
        if let Err(error) = self.dialog.reject(Some(StatusCode::from(code)), Some(text)) {
            tracing::debug!(%error, code, "refusal not sent");
        }
        self.layer.remove_dialog(&self.dialog.id());
    }
}

impl Drop for Invitation {
    fn drop(&mut self) {
        if self.states.is_some() {
            self.refuse_now(480, "nobody took the call");
        }
    }
}

/// Host and port.
fn referred_by(request: &Request) -> Option<String> {
    let value = values(request, "Referred-By").next();
    let value = value.or_else(|| values(request, "b").next())?;
    let address = NameAddr::parse(value)?;
    Some(UriParts::parse(address.uri)?.host.to_owned())
}

fn without_parameters(address: &str) -> String {
    match address.rsplit_once('>') {
        Some((before, _)) => format!("{before}>"),
        None => address
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &str) -> Request {
        let text = format!(
            "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\n\
             To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n{head}Content-Length: 0\r\n\r\n"
        );
        match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
            rsipstack::sip::SipMessage::Request(request) => request,
            rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
        }
    }

    #[test]
    fn who_asked_for_the_call_is_known() {
        let of = |head: &str| referred_by(&request(head));
        let by = "Referred-By: <sip:zeroline@192.0.2.1:5062>;user-to-user=00\r\n";
        assert_eq!(of(by).as_deref(), Some("192.0.2.1:5062"));
        assert_eq!(of("b: sip:a@b;x=y\r\n").as_deref(), Some("b"));
        for nobody in ["", "Referred-By: \r\n", "Referred-By: anna\r\n"] {
            assert_eq!(of(nobody), None, "{nobody}");
        }
    }
}
