//! One call's signalling after it was answered (or placed): what may happen to it, and what we
//! can do with it.

use super::agent::ALLOW;
use super::body;
use super::calls::{Kept, KnownCall};
use super::flow::MovedCall;
use super::invitation::Invitation;
use super::keys::pressed;
use super::refer::{ReferError, refer_progress, refer_target, refer_to};
use super::refresh::{self, Refresher};
use super::session_timer::Agreed;
use super::wanted;
use crate::audio::Key;
use rsipstack::dialog::dialog::{
    DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle,
};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, HeadersExt, Method, Request, StatusCode};
use rsipstack::transaction::key::TransactionRole;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A BYE that is not answered within this time ends the call for us all the same.
const BYE_ANSWERED: Duration = Duration::from_secs(4);

/// What happens to a call.
pub enum SessionEvent {
    /// The ACK has come; `answer` is its SDP, if we made the offer.
    Confirmed { answer: Option<String> },
    /// A re-INVITE or UPDATE: answer it. `None`: the other side asks for an offer, and answers it with
    /// [`SessionEvent::Answered`].
    Offered {
        sdp: Option<String>,
        answerer: Answerer,
    },
    /// The answer to an offer that we made within the call.
    Answered { sdp: String },
    /// Another call is to take the place of this one (RFC 3891), and its sender may have it: answer it
    /// and hang this one up, or drop it, and all stays as it was.
    Replaced(Box<Invitation>),
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
    offer: Option<Offer>,
}

/// A re-INVITE or UPDATE that waits for our answer.
struct Offer {
    known: Arc<KnownCall>,
    /// Of a re-INVITE that asks for an offer of ours.
    asks: Option<u32>,
    /// What the 200 says beside the description.
    headers: Vec<Header>,
    /// Where the other side is once it is answered.
    target: Option<refresh::Target>,
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.known.exchange().settled();
    }
}

impl Answerer {
    /// 200 with our SDP.
    pub async fn answer(self, sdp: String) {
        let mut headers = vec![Header::ContentType(body::SDP.into())];
        if let Some(mut offer) = self.offer {
            headers.append(&mut offer.headers);
            offer.known.describe(&sdp);
            if let Some(cseq) = offer.asks {
                offer.known.exchange().offered_in_answer(cseq);
            }
            if let Some(target) = offer.target.take() {
                target.set();
            }
        }
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
    known: Arc<KnownCall>,
}

impl Session {
    /// Sends BYE and waits until it is answered, for 4 s at most: then the call is over whatever the
    /// other side does (RFC 3261 section 15.1.1), and the BYE goes on being sent for a while.
    pub async fn hang_up(&self) {
        hang_up(self.dialog.clone(), &self.known).await;
    }

    /// Ready once the ACK to our answer has come, or it is time not to wait for it any more.
    pub async fn confirmed(&self) {
        self.known.acknowledged().await;
    }

    /// Whether the other side still knows of this call: it answers an OPTIONS within it (RFC 3261
    /// section 11) before `patience` is over, with anything but that it does not.
    pub async fn is_there(&self, patience: Duration) -> bool {
        let asked = self.dialog.request(Method::Options, None, None);
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

async fn hang_up(dialog: InviteDialog, known: &KnownCall) {
    let id = dialog.id();
    if dialog.state().waiting_ack() {
        // Not before the ACK, or when it is not to be expected any more (RFC 3261 section 15).
        known.acknowledged().await;
    }
    let sent = tokio::spawn(async move { bye(&dialog).await });
    if tokio::time::timeout(BYE_ANSWERED, sent).await.is_err() {
        tracing::info!(dialog = %id, "BYE not answered: the call is over all the same");
        known.over.notify_one();
    }
}

async fn bye(dialog: &InviteDialog) {
    // The stack sends no BYE while it is in the middle of another request of this dialog.
    for _ in 0..40 {
        match dialog.bye().await {
            Ok(()) => return,
            Err(_) if !dialog.state().is_terminated() => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => {
                tracing::debug!(%error, "BYE not answered");
                return;
            }
        }
    }
    tracing::warn!(dialog = %dialog.id(), "no BYE could be sent");
}

/// What a call begins with that was answered.
pub(super) struct Begun {
    pub dialog: InviteDialog,
    pub layer: Arc<DialogLayer>,
    pub states: DialogStateReceiver,
    pub kept: Kept,
    /// A phone that is not where it says that it is.
    pub moved: Option<MovedCall>,
    pub timer: Option<Agreed>,
    /// Whether the other side takes UPDATE.
    pub takes_update: bool,
}

/// Begins to follow a dialog's states. A call that we placed is confirmed already.
pub(super) fn start(begun: Begun) -> (Session, SessionEvents) {
    let (events, receiver) = mpsc::channel(64);
    let session = Session {
        dialog: begun.dialog.clone(),
        known: begun.kept.clone(),
    };
    begun.kept.tell_events_to(events.clone());
    tokio::spawn(follow(begun, events));
    (session, receiver)
}

async fn follow(begun: Begun, events: mpsc::Sender<SessionEvent>) {
    let Begun {
        dialog,
        layer,
        mut states,
        kept,
        moved,
        timer,
        takes_update,
    } = begun;
    let mut confirmed = dialog.role() == TransactionRole::Client;
    if confirmed {
        kept.confirmed.send_replace(true);
        let _ = events.send(SessionEvent::Confirmed { answer: None }).await;
    }
    let mut refresher = Refresher::new(dialog.clone(), kept.clone(), timer, takes_update);
    refresher.moved = moved.is_some();
    let mut expired = false;
    let how = |ended, expired| match expired {
        true => Ended::Failed("the session was not refreshed any more".to_owned()),
        false => ended,
    };
    loop {
        let state = tokio::select! {
            state = states.recv() => state,
            () = kept.over.notified() => {
                layer.remove_dialog(&dialog.id());
                let ended = how(Ended::Bye(Side::We), expired);
                let _ = events.send(SessionEvent::Ended(ended)).await;
                return;
            }
            happened = refresher.run() => {
                match happened {
                    refresh::Happened::Answered(sdp) => {
                        let _ = events.send(SessionEvent::Answered { sdp }).await;
                    }
                    refresh::Happened::Over => {
                        tracing::info!(dialog = %dialog.id(), "the session is not refreshed: hanging up");
                        expired = true;
                        let (dialog, known) = (dialog.clone(), kept.clone());
                        tokio::spawn(async move { hang_up(dialog, &known).await });
                    }
                }
                continue;
            }
        };
        let Some(state) = state else { return };
        if let Some(ended) = ended(&state, dialog.role()) {
            layer.remove_dialog(&dialog.id());
            let _ = events.send(SessionEvent::Ended(how(ended, expired))).await;
            return;
        }
        let event = match state {
            // The stack says so again after each request within the dialog.
            DialogState::Confirmed(..) => {
                let ack = dialog.last_remote_ack();
                let answers = ack.as_ref().is_some_and(|ack| {
                    let cseq = ack.cseq_header().and_then(|cseq| cseq.seq());
                    cseq.is_ok_and(|cseq| kept.exchange().acknowledged(cseq))
                });
                let answer = ack.filter(|_| answers).and_then(|ack| description(&ack));
                if !confirmed {
                    confirmed = true;
                    kept.confirmed.send_replace(true);
                    SessionEvent::Confirmed { answer }
                } else if let Some(sdp) = answer {
                    SessionEvent::Answered { sdp }
                } else {
                    continue;
                }
            }
            DialogState::Updated(_, request, handle) => {
                match updated(&request, handle, &kept, &mut refresher).await {
                    Some(event) => event,
                    None => continue,
                }
            }
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
                    answerer: Answerer {
                        handle,
                        offer: None,
                    },
                },
                None => {
                    let _ = handle.reply(StatusCode::BadRequest).await;
                    continue;
                }
            },
            DialogState::Options(_, _, handle) => {
                let headers = wanted::capabilities();
                let _ = handle.respond(StatusCode::OK, Some(headers), None).await;
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

/// A re-INVITE or UPDATE. One that only keeps the session alive is answered at once.
async fn updated(
    request: &Request,
    handle: TransactionHandle,
    kept: &Kept,
    refresher: &mut Refresher,
) -> Option<SessionEvent> {
    let sdp = description(request);
    let invites = request.method == Method::Invite;
    let answered_later = invites || sdp.is_some();
    // Whatever comes of it, what waits for an answer has had one when this is dropped.
    let offer = answered_later.then(|| Offer {
        known: Arc::clone(kept),
        asks: None,
        headers: vec![Header::Allow(ALLOW.into()), wanted::supported()],
        target: refresher.target(&request.headers),
    });
    let timer = match refresher.asked(&request.headers, Instant::now()) {
        Ok(timer) => timer,
        Err(short) => {
            let code = StatusCode::from(422);
            let _ = handle.respond(code, Some(short.headers()), None).await;
            return None;
        }
    };
    let Some(mut offer) = offer else {
        if let Some(target) = refresher.target(&request.headers) {
            target.set();
        }
        let mut headers = vec![wanted::supported()];
        headers.extend(timer);
        let _ = handle.respond(StatusCode::OK, Some(headers), None).await;
        return None;
    };
    offer.headers.extend(timer);
    if invites && sdp.is_none() {
        let cseq = request.cseq_header().and_then(|cseq| cseq.seq());
        offer.asks = cseq.ok();
    }
    Some(SessionEvent::Offered {
        sdp,
        answerer: Answerer {
            handle,
            offer: Some(offer),
        },
    })
}

/// What a message describes; what cannot be read was refused before, or is no answer.
fn description(request: &Request) -> Option<String> {
    let described = body::description(&request.headers, &request.body);
    described.ok().flatten()
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
