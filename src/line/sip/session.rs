//! One call's signalling after it was answered (or placed): what may happen to it, and what we
//! can do with it.

use super::address::{escaped_for_uri, is_token};
use super::flow::MovedCall;
use crate::audio::Key;
use rsipstack::dialog::dialog::{
    DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle,
};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, StatusCode};
use rsipstack::transaction::key::TransactionRole;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// What happens to a call.
pub enum SessionEvent {
    /// The ACK has come; `answer` is its SDP, if we made the offer.
    Confirmed { answer: Option<String> },
    /// A re-INVITE or UPDATE: answer it. `None`: the other side asks for an offer.
    Offered {
        sdp: Option<String>,
        answerer: Answerer,
    },
    /// A key pressed, by SIP INFO.
    Key(Key),
    /// The other side asks us to call somebody (RFC 3515); it has been accepted with 202.
    Referred { target: String },
    /// How our own REFER goes (RFC 3515 section 2.4.5): a SIP status, and whether it is the last.
    ReferProgress { code: u16, last: bool },
    /// It is over; nothing comes after this.
    Ended(Ended),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Somebody hung up.
    Bye(Side),
    /// The caller gave up before we had answered.
    Cancelled,
    /// No ACK, or the transaction failed.
    Failed(String),
}

/// One of the two that talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    We,
    They,
}

/// Why the other side will not transfer the call.
#[derive(Debug, thiserror::Error)]
pub enum ReferError {
    #[error("the other side answered REFER with {0}")]
    Refused(u16),
    #[error("`{0}` is no SIP address")]
    Address(String),
    #[error("`{0}` cannot be the name of a header")]
    Header(String),
    #[error("REFER failed: {0}")]
    Failed(String),
}

/// Answers one offer made within a call.
pub struct Answerer {
    handle: TransactionHandle,
}

impl Answerer {
    /// 200 with our SDP.
    pub async fn answer(self, sdp: String) {
        let headers = vec![Header::ContentType("application/sdp".into())];
        let _ = self
            .handle
            .respond(StatusCode::OK, Some(headers), Some(sdp.into_bytes()))
            .await;
    }

    /// Such as 488: the session stays as it was (RFC 3261 section 14.2).
    pub async fn refuse(self, code: u16) {
        let _ = self.handle.reply(StatusCode::from(code)).await;
    }
}

/// Events of one session, in order.
pub type SessionEvents = mpsc::Receiver<SessionEvent>;

/// A call that was answered. Cheap to clone.
#[derive(Clone)]
pub struct Session {
    dialog: InviteDialog,
}

impl Session {
    /// Sends BYE and waits until it is answered (32 s at most).
    pub async fn hang_up(&self) {
        // The stack sends no BYE while it is in the middle of another request of this dialog.
        for _ in 0..40 {
            match self.dialog.bye().await {
                Ok(()) => return,
                Err(_) if !self.dialog.state().is_terminated() => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => {
                    tracing::debug!(%error, "BYE not answered");
                    return;
                }
            }
        }
        tracing::warn!(dialog = %self.dialog.id(), "no BYE could be sent");
    }

    /// Whether the other side still knows of this call: it answers an OPTIONS within it (RFC 3261
    /// section 11) before `patience` is over, with anything but that it does not. For calls that
    /// we placed.
    pub async fn is_there(&self, patience: Duration) -> bool {
        let asked = self.dialog.options(None);
        match tokio::time::timeout(patience, asked).await {
            // 408 says the stack itself.
            Ok(Ok(Some(answer))) => !matches!(answer.status_code.code(), 404 | 408 | 481),
            _ => false,
        }
    }

    /// Asks the other side to call `target` instead of us (blind transfer). `Ok` says only that it
    /// will try; what comes of it arrives as [`SessionEvent::ReferProgress`], or does not: not
    /// every phone tells.
    pub async fn refer(&self, target: &str) -> Result<(), ReferError> {
        self.refer_with(target, &[]).await
    }

    /// [`Session::refer`] with headers that the other side's INVITE is to have: `User-to-User`, or
    /// `Replaces` with another session's [`Session::replaces`], which makes it an attended
    /// transfer (RFC 3891); the target is then that session's [`Session::remote_target`].
    pub async fn refer_with(
        &self,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Result<(), ReferError> {
        let refer_to = refer_to(target, headers)?;
        // What Asterisk lets through of a note about the caller: it drops headers in Refer-To.
        let note = headers.iter().find(|(name, _)| *name == super::uui::NAME);
        let referred_by = note.map(|(_, value)| {
            let hex = value.split(';').next().unwrap_or_default();
            let mut us = self.dialog.snapshot().local_contact.unwrap_or_default();
            us.params.clear();
            let name = "Referred-By".to_owned();
            vec![Header::Other(name, format!("<{us}>;user-to-user={hex}"))]
        });
        match self
            .dialog
            .refer(refer_to.as_str(), referred_by, None)
            .await
        {
            Ok(Some(response)) if response.status_code.code() / 100 == 2 => Ok(()),
            Ok(Some(response)) => Err(ReferError::Refused(response.status_code.code())),
            Ok(None) => Err(ReferError::Failed("the call is over".to_owned())),
            Err(error) => Err(ReferError::Failed(error.to_string())),
        }
    }

    /// The value of a Replaces header by which somebody takes our place in this call (RFC 3891
    /// section 3). The tags are as the other side of this call has them: to-tag is its own.
    pub fn replaces(&self) -> String {
        let id = self.dialog.id();
        format!(
            "{};to-tag={};from-tag={}",
            id.call_id, id.remote_tag, id.local_tag
        )
    }

    /// Where the other side of this call says that it is: its Contact.
    pub fn remote_target(&self) -> String {
        self.dialog.snapshot().remote_uri.to_string()
    }

    /// Tells who sent us a REFER how the call they asked for goes.
    pub async fn report_refer(&self, code: u16, reason: &str, last: bool) {
        let state = match last {
            true => "terminated;reason=noresource",
            false => "active;expires=60",
        };
        let headers = vec![
            Header::Event("refer".into()),
            Header::SubscriptionState(state.into()),
            Header::ContentType("message/sipfrag;version=2.0".into()),
        ];
        let body = format!("SIP/2.0 {code} {reason}\r\n").into_bytes();
        if let Err(error) = self.dialog.notify(Some(headers), Some(body)).await {
            tracing::debug!(%error, "NOTIFY not answered");
        }
    }
}

/// Begins to follow a dialog's states. A call that we placed is confirmed already.
pub(super) fn start(
    dialog: InviteDialog,
    layer: Arc<DialogLayer>,
    states: DialogStateReceiver,
    moved: Option<MovedCall>,
) -> (Session, SessionEvents) {
    let (events, receiver) = mpsc::channel(64);
    let session = Session {
        dialog: dialog.clone(),
    };
    tokio::spawn(async move {
        follow(dialog, layer, states, events).await;
        drop(moved);
    });
    (session, receiver)
}

async fn follow(
    dialog: InviteDialog,
    layer: Arc<DialogLayer>,
    mut states: DialogStateReceiver,
    events: mpsc::Sender<SessionEvent>,
) {
    let mut confirmed = dialog.role() == TransactionRole::Client;
    if confirmed {
        let _ = events.send(SessionEvent::Confirmed { answer: None }).await;
    }
    while let Some(state) = states.recv().await {
        if let Some(ended) = ended(&state, dialog.role()) {
            layer.remove_dialog(&dialog.id());
            let _ = events.send(SessionEvent::Ended(ended)).await;
            return;
        }
        let event = match state {
            // The stack says so again after each request within the dialog.
            DialogState::Confirmed(..) if !confirmed => {
                confirmed = true;
                let answer = dialog.last_remote_ack().and_then(|ack| body(&ack));
                SessionEvent::Confirmed { answer }
            }
            DialogState::Updated(_, request, handle) => SessionEvent::Offered {
                sdp: body(&request),
                answerer: Answerer { handle },
            },
            DialogState::Info(_, request, handle) => {
                let key = pressed(&request);
                let _ = handle.reply(StatusCode::OK).await;
                match key {
                    Some(key) => SessionEvent::Key(key),
                    None => continue,
                }
            }
            DialogState::Notify(_, request, handle) => {
                let _ = handle.reply(StatusCode::OK).await;
                match refer_progress(&request) {
                    Some((code, last)) => SessionEvent::ReferProgress { code, last },
                    None => continue,
                }
            }
            DialogState::Refer(_, request, handle) => match refer_target(&request) {
                Some(target) => {
                    let _ = handle.reply(StatusCode::Accepted).await;
                    SessionEvent::Referred { target }
                }
                None => {
                    let _ = handle.reply(StatusCode::BadRequest).await;
                    continue;
                }
            },
            DialogState::Options(_, _, handle) => {
                let _ = handle.reply(StatusCode::OK).await;
                continue;
            }
            DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
                let _ = handle.reply(StatusCode::MethodNotAllowed).await;
                continue;
            }
            _ => continue,
        };
        if events.send(event).await.is_err() {
            // Nobody follows the call any more; its end still frees the dialog.
            tracing::debug!("a session's event had no reader");
        }
    }
}

/// Why a dialog is over, in our words. The stack calls the side that placed the call UAC.
fn ended(state: &DialogState, we_are: TransactionRole) -> Option<Ended> {
    let DialogState::Terminated(_, reason) = state else {
        return None;
    };
    let by = |role| match role == we_are {
        true => Ended::Bye(Side::We),
        false => Ended::Bye(Side::They),
    };
    Some(match reason {
        TerminatedReason::UacCancel => Ended::Cancelled,
        TerminatedReason::UacBye => by(TransactionRole::Client),
        TerminatedReason::UasBye => by(TransactionRole::Server),
        other => Ended::Failed(format!("{other:?}")),
    })
}

/// A Refer-To with headers in its URI (RFC 3261 section 19.1.1).
fn refer_to(target: &str, headers: &[(&str, &str)]) -> Result<String, ReferError> {
    let not_an_address = || ReferError::Address(target.to_owned());
    let broken = |c: char| c.is_control() || c.is_whitespace() || "<>\"".contains(c);
    let uri = rsipstack::sip::Uri::try_from(target).map_err(|_| not_an_address())?;
    if uri.scheme.is_none() || target.contains(broken) {
        return Err(not_an_address());
    }
    let mut refer_to = format!("<{target}");
    for (name, value) in headers {
        if !is_token(name) {
            return Err(ReferError::Header((*name).to_owned()));
        }
        refer_to.push(if refer_to.contains('?') { '&' } else { '?' });
        refer_to.push_str(&escaped_for_uri(name));
        refer_to.push('=');
        refer_to.push_str(&escaped_for_uri(value));
    }
    refer_to.push('>');
    Ok(refer_to)
}

fn body(request: &Request) -> Option<String> {
    (!request.body.is_empty()).then(|| String::from_utf8_lossy(&request.body).into_owned())
}

/// The key in an INFO of type `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`),
/// which no standard describes. Senders differ in blanks, in letter case, in whether the last line
/// ends, and in whether `*` and `#` are characters or the event codes 10 and 11; some mix the two
/// types up. A flash hook (`!`, 16) is no key.
fn pressed(request: &Request) -> Option<Key> {
    let content_type = header(request, "Content-Type").or_else(|| header(request, "c"))?;
    let media_type = content_type.split(';').next()?.trim();
    let known = ["application/dtmf-relay", "application/dtmf"];
    if !known
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let body = String::from_utf8_lossy(&request.body);
    let lines = || body.split(['\r', '\n', '\0']).map(str::trim);
    let signal = lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("signal"))
        .map(|(_, value)| value.trim())
        .or_else(|| lines().find(|line| !line.is_empty()))?;
    let mut characters = signal.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) => Key::from_char(c),
        _ => signal.parse().ok().and_then(Key::from_code),
    }
}

/// Status and finality in a NOTIFY of a refer subscription; `None` for any other NOTIFY.
fn refer_progress(request: &Request) -> Option<(u16, bool)> {
    let of_refer = header(request, "Event")
        .is_some_and(|event| event.trim().to_ascii_lowercase().starts_with("refer"));
    let body = String::from_utf8_lossy(&request.body);
    let code = body
        .strip_prefix("SIP/2.0 ")?
        .get(..3)?
        .parse::<u16>()
        .ok()?;
    let terminated = header(request, "Subscription-State")
        .is_some_and(|state| state.trim().to_ascii_lowercase().starts_with("terminated"));
    of_refer.then_some((code, terminated || code >= 200))
}

fn refer_target(request: &Request) -> Option<String> {
    let value = header(request, "Refer-To").or_else(|| header(request, "r"))?;
    let uri = match (value.find('<'), value.find('>')) {
        (Some(from), Some(to)) => value.get(from + 1..to)?,
        _ => value.split(';').next()?,
    };
    Some(uri.trim().to_owned())
}

fn header(request: &Request, name: &str) -> Option<String> {
    request
        .headers
        .iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))
        .map(|header| header.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &str, body: &str) -> Request {
        let text = format!(
            "NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 NOTIFY\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
            rsipstack::sip::SipMessage::Request(request) => request,
            rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
        }
    }

    #[test]
    fn a_transfer_is_followed_by_its_notifications() {
        let of = |state: &str, body: &str| {
            refer_progress(&request(
                &format!("Event: refer;id=1\r\nSubscription-State: {state}\r\n"),
                body,
            ))
        };
        assert_eq!(
            of("active;expires=60", "SIP/2.0 100 Trying\r\n"),
            Some((100, false))
        );
        assert_eq!(of("terminated", "SIP/2.0 200 OK"), Some((200, true)));
        assert_eq!(of("active", "SIP/2.0 486 Busy Here"), Some((486, true)));
        assert_eq!(of("active", "busy"), None);
        assert_eq!(of("active", "SIP/2.0 "), None);
        let other = request(
            "Event: presence\r\nSubscription-State: active\r\n",
            "SIP/2.0 200 OK",
        );
        assert_eq!(refer_progress(&other), None);
    }

    fn pressed_by(content_type: &str, body: &str) -> Option<char> {
        let head = format!("Content-Type: {content_type}\r\n");
        pressed(&request(&head, body)).map(Key::to_char)
    }

    #[test]
    fn keys_come_by_info_as_each_sender_writes_them() {
        let relay = |body| pressed_by("application/dtmf-relay", body);
        // Linphone, baresip and Asterisk; pjsip and SIP.js; Cisco; TrueConf.
        assert_eq!(relay("Signal=0\r\nDuration=250\r\n"), Some('0'));
        assert_eq!(relay("Signal=*\r\nDuration=160"), Some('*'));
        assert_eq!(relay("Signal= 5\r\nDuration= 160\r\n"), Some('5'));
        assert_eq!(relay("Signal= #\r\nDuration= 250\r\n"), Some('#'));
        // SEMS, by event code and with bare line feeds.
        assert_eq!(relay("Signal=10\nDuration=200\n"), Some('*'));
        assert_eq!(relay("Signal=11\nDuration=200\n"), Some('#'));
        assert_eq!(relay("Signal=12\nDuration=200\n"), Some('A'));
        assert_eq!(relay("Duration=160\r\nsignal = d\r\n"), Some('D'));
        assert_eq!(relay("7"), Some('7'));

        let bare = |body| pressed_by("application/dtmf", body);
        assert_eq!(bare("5"), Some('5'));
        assert_eq!(bare(" 5\r\n"), Some('5'));
        assert_eq!(bare("#\0"), Some('#'));
        assert_eq!(bare("10"), Some('*'));
        assert_eq!(bare("11"), Some('#'));
        assert_eq!(bare("b"), Some('B'));
        assert_eq!(bare("Signal=3\r\nDuration=100"), Some('3'));
    }

    #[test]
    fn the_type_says_whether_an_info_is_a_key() {
        let of = |content_type| pressed_by(content_type, "Signal=5\r\nDuration=160\r\n");
        assert_eq!(of("Application/DTMF-Relay"), Some('5'));
        assert_eq!(of("application/dtmf-relay;charset=utf-8"), Some('5'));
        for other in [
            "application/dtmf-relay2",
            "application/media_control+xml",
            "application/sdp",
            "text/plain",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(pressed(&request("", "5")), None, "without a type");
        assert_eq!(
            pressed(&request("c: application/dtmf\r\n", "5")),
            Key::from_char('5'),
            "the short form"
        );
    }

    #[test]
    fn what_is_no_key_in_an_info_is_nothing() {
        for body in [
            "",
            "\r\n",
            "Signal=",
            "Signal=\r\n5",
            "Signal=!",
            "16",
            "Signal=55",
            "-1",
            "hook",
            "é",
        ] {
            assert_eq!(pressed_by("application/dtmf-relay", body), None, "{body:?}");
        }
    }

    #[test]
    fn a_refer_to_carries_headers_escaped() {
        let replaces = ("Replaces", "a@b;to-tag=1;from-tag=2");
        let about = ("User-to-User", "0048;encoding=hex");
        assert_eq!(
            refer_to("sip:x@y:5070;transport=tcp", &[about, replaces]).unwrap(),
            "<sip:x@y:5070;transport=tcp?User-to-User=0048%3Bencoding%3Dhex\
             &Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>"
        );
        assert_eq!(
            refer_to("sip:x@y?a=b", &[about])
                .unwrap()
                .matches('?')
                .count(),
            1
        );
        for bad in ["", "x", "sip:x@y>\r\nX: 1", "sip:x y@z"] {
            assert!(refer_to(bad, &[]).is_err(), "{bad}");
        }
        assert!(refer_to("sip:x@y", &[("a b", "")]).is_err());
    }

    #[test]
    fn who_to_call_is_read_from_refer_to() {
        let target = |line: &str| refer_target(&request(&format!("{line}\r\n"), ""));
        assert_eq!(
            target("Refer-To: <sip:x@y:5080>"),
            Some("sip:x@y:5080".to_owned())
        );
        assert_eq!(
            target("Refer-To: \"X\" <sip:x@y>;a=b"),
            Some("sip:x@y".to_owned())
        );
        assert_eq!(target("Refer-To: sip:x@y"), Some("sip:x@y".to_owned()));
        assert_eq!(target("X-Other: 1"), None);
    }
}
