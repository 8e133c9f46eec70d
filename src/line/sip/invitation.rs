//! A call that comes in, before it is answered.

use super::address::{NameAddr, UriParts};
use super::agent::{ALLOW, fresh_tag};
use super::body;
use super::calls::{Kept, KnownCall};
use super::identity::{self, values};
use super::limiter::CallPermit;
use super::reliable::{RELIABLE, Reliable};
use super::session::{self, Begun, Session, SessionEvents};
use super::session_timer::Agreed;
use super::wanted;
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
    pub(super) source: SocketAddr,
    pub(super) encrypted: bool,
    pub(super) offer: Option<String>,
    pub(super) timer: Option<Agreed>,
    /// Gone with the states.
    pub(super) kept: Option<Kept>,
    pub(super) permit: Option<CallPermit>,
    pub(super) trunk: Option<String>,
}

impl Invitation {
    /// The caller's SDP offer; `None` when there is none and we are to offer.
    pub fn offer(&self) -> Option<String> {
        self.offer.clone()
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

    /// Where it came from.
    pub fn source(&self) -> SocketAddr {
        self.source
    }

    /// Whether it came over TLS.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The call's place among those that there may be. Whoever takes the call keeps it until its end.
    pub fn take_permit(&mut self) -> Option<CallPermit> {
        self.permit.take()
    }

    pub fn call_id(&self) -> String {
        self.dialog.id().call_id
    }

    /// 180 Ringing; where the caller requires it, so that it arrives (RFC 3262).
    pub fn ring(&self) {
        let known = self.kept.as_deref().cloned();
        let required = wanted::names(&self.request.headers, "Require", RELIABLE);
        let headers = known.filter(|_| required).map(|known| self.reliably(known));
        if let Err(error) = self.dialog.ringing(headers, None) {
            tracing::debug!(%error, "180 not sent");
        }
    }

    /// Sends it again until it is acknowledged; gives its headers.
    fn reliably(&self, known: Arc<KnownCall>) -> Vec<Header> {
        let cseq = self.request.cseq_header().and_then(|cseq| cseq.seq());
        let reliable = Reliable::new(fresh_tag() >> 1, cseq.unwrap_or_default());
        let headers = vec![
            Header::Require(RELIABLE.into()),
            Header::RSeq(reliable.rseq().to_string().into()),
        ];
        *known.reliable() = Some(reliable);
        let (dialog, again) = (self.dialog.clone(), headers.clone());
        tokio::spawn(async move {
            loop {
                let wait = known.reliable().as_mut().map(Reliable::again);
                match wait {
                    Some(Ok(Some(wait))) => {
                        tokio::select! {
                            () = tokio::time::sleep(wait) => {}
                            () = known.pracked.notified() => continue,
                        }
                    }
                    // Section 3 of RFC 3262 wants a 5xx.
                    Some(Err(_)) if dialog.state().can_cancel() => {
                        let _ = dialog.reject(Some(StatusCode::ServerTimeOut), None);
                        return;
                    }
                    _ => return,
                }
                // Not after a final answer.
                if !dialog.state().can_cancel()
                    || dialog.ringing(Some(again.clone()), None).is_err()
                {
                    return;
                }
            }
        });
        headers
    }

    /// 200 with our SDP. The call is up once [`super::SessionEvent::Confirmed`] comes.
    /// The error is why not, for the log.
    pub fn answer(mut self, sdp: String) -> Result<(Session, SessionEvents), String> {
        if let Some(kept) = &self.kept {
            kept.describe(&sdp);
            let cseq = self.request.cseq_header().and_then(|cseq| cseq.seq());
            if let (None, Ok(cseq)) = (&self.offer, cseq) {
                kept.exchange().offered_in_answer(cseq);
            }
        }
        let mut headers = vec![
            Header::ContentType(body::SDP.into()),
            Header::Allow(ALLOW.into()),
            wanted::supported(),
        ];
        headers.extend(self.timer.map(Agreed::answer).unwrap_or_default());
        self.dialog
            .accept(Some(headers), Some(sdp.into_bytes()))
            .map_err(|error| error.to_string())?;
        let (Some(states), Some(kept)) = (self.states.take(), self.kept.take()) else {
            return Err("answered twice".to_owned());
        };
        Ok(session::start(Begun {
            dialog: self.dialog.clone(),
            layer: self.layer.clone(),
            states,
            kept,
            moved: None,
            timer: self.timer,
            takes_update: wanted::allows_update(&self.request.headers),
        }))
    }

    /// A final refusal, such as 488 for no common codec; `reason` goes into a Reason header.
    pub fn refuse(mut self, code: u16, reason: &str) {
        self.states = None;
        self.refuse_now(code, reason);
    }

    fn refuse_now(&self, code: u16, reason: &str) {
        // It may quote the caller, and must not end the header's quotation.
        let reason = reason.replace(['"', '\\'], "'");
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
    use super::super::tests::headed as request;
    use super::*;

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
