//! A call that comes in, before it is answered.

use super::address::{NameAddr, UriParts, entries, telephone_number};
use super::agent::ALLOW;
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
        number(&self.request)
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

/// The values of all headers of a name.
fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    request
        .headers
        .iter()
        .filter(move |header| header.name().eq_ignore_ascii_case(name))
        .map(|header| header.value())
}

fn number(request: &Request) -> Option<String> {
    // RFC 3323 and RFC 3325 section 9.3: known to us, but not meant to be told or used.
    let withheld = values(request, "Privacy")
        .flat_map(|value| value.split(';'))
        .any(|wish| ["id", "user", "header"].contains(&wish.trim().to_ascii_lowercase().as_str()));
    if withheld {
        return None;
    }
    let asserted = values(request, "P-Asserted-Identity").flat_map(entries);
    let from = values(request, "From");
    asserted
        .chain(from)
        .filter_map(NameAddr::parse)
        .filter_map(|address| UriParts::parse(address.uri)?.user)
        .find_map(|user| telephone_number(&user))
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
    fn the_callers_number_is_what_the_trunk_asserts_or_the_phone_says() {
        let of = |head: &str| number(&request(head));
        let from = "From: \"A\" <sip:030-123@b;user=phone>;tag=1\r\n";
        assert_eq!(of(from).as_deref(), Some("030123"));
        assert_eq!(
            of("f: sip:+4930123@b;tag=1\r\n").as_deref(),
            Some("+4930123")
        );
        let asserted = "P-Asserted-Identity: \"X, Y\" <sip:anna@b>, <tel:+49-30-9>\r\n";
        assert_eq!(of(&format!("{from}{asserted}")).as_deref(), Some("+49309"));
        assert_eq!(
            of(&format!("{from}{asserted}Privacy: id;critical\r\n")),
            None
        );
        assert_eq!(
            of(&format!("{from}Privacy: none\r\n")).as_deref(),
            Some("030123")
        );
        for nobody in [
            "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n",
            "From: <sip:anna@b>;tag=1\r\n",
            "From: <sip:127.0.0.1:5060>;tag=1\r\n",
            "From: nonsense\r\n",
            "",
        ] {
            assert_eq!(of(nobody), None, "{nobody}");
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
