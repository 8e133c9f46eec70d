//! What every message from outside must pass, whatever carries it: the limits on its source, the
//! guard, and a trial of what the stack will do with it.
//!
//! The stack reads messages in a few tasks that serve everybody. A panic there would be the end of
//! all signalling, and what it cannot read it drops without an answer. So each message is first
//! read here by the same functions, where a panic costs that message only.

use super::guard::{self, Verdict};
use super::limiter::Limiter;
use super::limits::Act;
use super::registrations::Registrations;
use crate::panics;
use rsipstack::dialog::DialogId;
use rsipstack::sip::{HeadersExt, Method, SipMessage, ToTypedHeader, Transport};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::SipConnection;
use std::borrow::Cow;
use std::net::SocketAddr;

/// What to do with a message.
#[derive(Debug, PartialEq)]
pub(super) enum Admitted<'a> {
    /// Give it to the stack.
    Pass(Cow<'a, [u8]>),
    /// Send this back.
    Answer(Vec<u8>),
    /// Nothing: what it is, nobody answers.
    Drop,
    /// Nothing, and nothing to whatever else comes from there.
    Banned,
}

/// Shared by all that listens.
#[derive(Clone)]
pub(super) struct Admission {
    pub limiter: Limiter,
    pub registrations: Registrations,
}

impl Admission {
    /// Looks at one whole message, or a datagram, from `source`.
    pub fn admit<'a>(
        &self,
        message: &'a [u8],
        source: SocketAddr,
        carrier: Transport,
    ) -> Admitted<'a> {
        if self.limiter.is_banned(source.ip()) {
            metrics::counter!("sip_dropped_total", "reason" => "banned").increment(1);
            return Admitted::Banned;
        }
        let looked = panics::contained_now("SIP message", &source.to_string(), || {
            look(message, source, carrier)
        });
        let Some((admitted, act)) = looked else {
            return Admitted::Drop;
        };
        if act.is_some_and(|act| !self.note(source, act)) {
            return Admitted::Banned;
        }
        admitted
    }

    /// What to do with the beginning of a message that is longer than any may be.
    pub fn too_large(&self, beginning: &[u8], source: SocketAddr) -> Admitted<'static> {
        if self.limiter.is_banned(source.ip()) || !self.note(source, Act::Malformed) {
            return Admitted::Banned;
        }
        tracing::info!(%source, "SIP message refused: too large");
        match guard::refusal(beginning, source, "513 Message Too Large") {
            Some(answer) => Admitted::Answer(answer),
            None => Admitted::Drop,
        }
    }

    /// Counts what a source has done; false if it is not heard any more.
    pub fn note(&self, source: SocketAddr, act: Act) -> bool {
        let ip = source.ip();
        let is_ours = || self.registrations.is_home(ip);
        self.limiter.note(ip, act, is_ours)
    }
}

/// What to do with a message, and what it counts as.
pub(super) fn look(
    message: &[u8],
    source: SocketAddr,
    carrier: Transport,
) -> (Admitted<'_>, Option<Act>) {
    let passed = match guard::inspect(message, source) {
        Verdict::Pass(passed) => passed,
        Verdict::Answer(answer) => {
            let status = String::from_utf8_lossy(answer.get(8..).unwrap_or_default());
            let status = status.lines().next().unwrap_or_default();
            tracing::debug!(%source, status, "SIP request refused");
            return (Admitted::Answer(answer), Some(Act::Malformed));
        }
        Verdict::Drop(reason) => {
            tracing::debug!(%source, length = message.len(), reason, "message dropped");
            return (Admitted::Drop, Some(Act::Malformed));
        }
        Verdict::Scanner => return (Admitted::Drop, Some(Act::Scanner)),
    };
    if passed.iter().all(u8::is_ascii_whitespace) {
        return (Admitted::Pass(passed), None);
    }
    match rehearse(&passed, source, carrier) {
        Ok(is_new) => (Admitted::Pass(passed), is_new.then_some(Act::Request)),
        Err(error) => {
            tracing::debug!(%source, %error, "the SIP stack cannot read that");
            let admitted = match guard::refusal(message, source, "400 Bad Request") {
                Some(answer) => Admitted::Answer(answer),
                None => Admitted::Drop,
            };
            (admitted, Some(Act::Malformed))
        }
    }
}

/// What the stack does with a message before it is anybody's; whether it is a request outside of
/// any call.
#[expect(clippy::result_large_err, reason = "it is the stack's own error")]
fn rehearse(message: &[u8], source: SocketAddr, carrier: Transport) -> rsipstack::Result<bool> {
    let message = SipMessage::try_from(message)?;
    let message = SipConnection::update_msg_received(message, source, carrier)?;
    match &message {
        SipMessage::Request(request) => {
            TransactionKey::from_request(request, TransactionRole::Server)?;
            SipConnection::parse_target_from_via(request.via_header()?)?;
            let to_tag = request.to_header()?.tag()?;
            let _ = DialogId::try_from((request, TransactionRole::Server));
            let outside = !matches!(request.method, Method::Ack | Method::Cancel);
            Ok(outside && to_tag.is_none())
        }
        SipMessage::Response(response) => {
            TransactionKey::from_response(response, TransactionRole::Client)?;
            let _ = response.to_header().and_then(|to| to.tag());
            let _ = response.contact_header().map(|contact| contact.typed());
            Ok(false)
        }
    }
}
