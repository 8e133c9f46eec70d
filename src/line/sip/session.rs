//! One call's signalling after it was answered (or placed): what may happen to it, and what we
//! can do with it.

use super::flow::MovedCall;
use super::keys::pressed;
use super::refer::{ReferError, refer_progress, refer_target, refer_to};
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
    /// The other side asks us to call somebody (RFC 3515): accept it and report how it goes
    /// ([`Session::report_refer`]), or refuse. Who hangs up after our 202 counts on that call.
    Referred { target: String, answerer: Answerer },
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

/// Answers one request made within a call.
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

    /// 202: what was asked for is under way.
    pub async fn accept(self) {
        let _ = self.handle.reply(StatusCode::Accepted).await;
    }

    /// Such as 488 or 603: the session stays as it was (RFC 3261 section 14.2).
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
                Some(target) => SessionEvent::Referred {
                    target,
                    answerer: Answerer { handle },
                },
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

fn body(request: &Request) -> Option<String> {
    (!request.body.is_empty()).then(|| String::from_utf8_lossy(&request.body).into_owned())
}
