//! One call's signalling: from its INVITE to its end, between the line and the media thread.

use super::Shared;
use super::media::{Command, LineRequest, Live, Slot};
use super::offers::Offers;
use super::transfer::Transfer;
use crate::call::{
    About, Call, CalledBack, EndReason, Event, EventKind, Input, Setup, TransferUpdate, Way,
};
use crate::human::Context;
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use crate::line::sip::{Ended, Invitation, Session, SessionEvent, SessionEvents};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;

/// A call that we placed and that was answered.
pub struct Called {
    pub session: Session,
    pub events: SessionEvents,
    pub offers: Offers,
    pub socket: std::net::UdpSocket,
    pub media: Media,
    pub about: About,
    pub back: CalledBack,
    /// The agent whom it is for.
    pub agent: Slot,
}

/// Begins the call with somebody whom we called, and follows it to its end.
pub fn begin(shared: &Arc<Shared>, called: Called) -> Slot {
    let id = uuid::Uuid::now_v7().to_string();
    let span = tracing::info_span!("call", %id);
    tracing::info!(parent: &span, agent = called.back.agent, "called back");
    let slot = shared.media.slot_beside(called.agent);
    let conversation = Conversation {
        shared: shared.clone(),
        id,
        slot,
        session: called.session,
        offers: called.offers,
        transfer: None,
        span,
    };
    let (requests, line_requests) = mpsc::channel(8);
    let (about, back) = (called.about, Some(called.back));
    conversation.begin(called.socket, &called.media, about, back, requests);
    shared.calls.fetch_add(1, Ordering::Relaxed);
    let counted = shared.clone();
    tokio::spawn(async move {
        conversation
            .follow(called.events, None, line_requests)
            .await;
        counted.calls.fetch_sub(1, Ordering::Relaxed);
    });
    slot
}

/// One call's signalling, from its INVITE to its end.
pub async fn serve(shared: &Arc<Shared>, invitation: Invitation) {
    let id = uuid::Uuid::now_v7().to_string();
    let span = tracing::info_span!("call", %id);
    let sip_call_id = invitation.call_id();
    let (caller, trunk) = (invitation.caller(), invitation.trunk());
    tracing::info!(parent: &span, sip_call_id, caller, trunk, "call");
    let about = About {
        caller: Some(invitation.caller()),
        number: invitation.number(),
        called: Some(invitation.called()),
        diverted_from: invitation.diverted_from(),
        started: Some(jiff::Timestamp::now().to_string()),
        codec: None,
        sip_call_id: Some(sip_call_id),
        // Telephone systems that cannot say how a transfer ended send callers back whom nobody took.
        returned: invitation.was_referred_by(shared.agent.address()),
    };
    let (socket, mut offers) = match Offers::begin(shared) {
        Ok(begun) => begun,
        Err(error) => {
            tracing::error!(parent: &span, %error, "call refused: no RTP port");
            return invitation.refuse(503, "no port for sound");
        }
    };
    let (agreed, sdp) = match offers.first(&invitation) {
        Ok(agreed) => agreed,
        Err((code, reason)) => {
            tracing::info!(parent: &span, code, reason, "call refused");
            return invitation.refuse(code, &reason);
        }
    };
    let (session, events) = match invitation.answer(sdp) {
        Ok(answered) => answered,
        Err(error) => return tracing::info!(parent: &span, error, "call not answered"),
    };
    let call = Conversation {
        shared: shared.clone(),
        id,
        slot: shared.media.slot(),
        session,
        offers,
        transfer: None,
        span,
    };
    let (requests, line_requests) = mpsc::channel(8);
    let waiting = Unconfirmed {
        socket,
        agreed,
        about,
        requests,
    };
    call.follow(events, Some(waiting), line_requests).await;
}

/// A call that was answered and waits for its ACK.
struct Unconfirmed {
    socket: std::net::UdpSocket,
    agreed: Option<Media>,
    about: About,
    requests: mpsc::Sender<LineRequest>,
}

struct Conversation {
    shared: Arc<Shared>,
    id: String,
    slot: Slot,
    session: Session,
    offers: Offers,
    /// The last transfer; with it ends the other leg of an attended one.
    transfer: Option<Transfer>,
    span: tracing::Span,
}

impl Conversation {
    async fn follow(
        mut self,
        mut events: SessionEvents,
        mut waiting: Option<Unconfirmed>,
        mut line_requests: mpsc::Receiver<LineRequest>,
    ) {
        let mut stopping = false;
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(SessionEvent::Confirmed { answer }) => {
                        match (waiting.take(), answer) {
                            (Some(unconfirmed), answer) => self.confirmed(unconfirmed, answer),
                            (None, Some(sdp)) => self.answered(&sdp),
                            (None, None) => {}
                        }
                    }
                    Some(SessionEvent::Answered { sdp }) => self.answered(&sdp),
                    Some(SessionEvent::Replaced(invitation)) if waiting.is_none() => {
                        let replaced = self.offers.replace(&mut self.session, *invitation, &self.span);
                        if let Some((new, media)) = replaced {
                            events = new;
                            if let Some(media) = media {
                                self.command(Command::Media(self.slot, media));
                            }
                        }
                    }
                    // Nothing to take over yet: dropped, it is refused.
                    Some(SessionEvent::Replaced(_)) => {}
                    Some(SessionEvent::Offered { sdp, answerer }) => {
                        if let Some(media) = self.offers.answer_within(sdp, answerer, &self.span).await {
                            self.command(Command::Media(self.slot, media));
                        }
                    }
                    Some(SessionEvent::Key(key)) => self.tell(Input::Key(key, Way::Info)),
                    Some(SessionEvent::ReferProgress { code, last }) => {
                        let update = transfer_update(code, last);
                        if matches!(update, TransferUpdate::Failed(_)) {
                            self.transfer = None;
                        }
                        self.tell(Input::Transfer(update));
                    }
                    Some(SessionEvent::Referred { target, answerer }) => {
                        tracing::info!(parent: &self.span, target, "asked to transfer: refused");
                        answerer.refuse(603).await;
                    }
                    Some(SessionEvent::Ended(ended)) => {
                        if let Some(unconfirmed) = waiting.take() {
                            self.never_began(unconfirmed.about, &ended);
                        }
                        self.tell(match ended {
                            Ended::Bye(_) | Ended::Cancelled => Input::HungUp,
                            Ended::Failed(_) => Input::LineFailed,
                        });
                        return;
                    }
                    None => {
                        self.tell(Input::LineFailed);
                        return;
                    }
                },
                Some(request) = line_requests.recv() => match request {
                    LineRequest::Transfer { target, attended, context } => {
                        self.begin_transfer(target, attended, context);
                    }
                    LineRequest::AskPbx(queue) => self.ask_pbx(queue),
                    LineRequest::HangUp => self.hang_up(),
                },
                // Also a call that is answered after the others were told.
                () = self.shared.stopped(), if !stopping => {
                    stopping = true;
                    self.tell(Input::Shutdown);
                    if waiting.is_some() {
                        self.hang_up();
                    }
                }
            }
        }
    }

    fn answered(&self, sdp: &str) {
        if let Some(media) = self.offers.answered(sdp, &self.span) {
            self.command(Command::Media(self.slot, media));
        }
    }

    fn confirmed(&self, unconfirmed: Unconfirmed, answer: Option<String>) {
        let Unconfirmed {
            socket,
            agreed,
            about,
            requests,
        } = unconfirmed;
        let accepted = || self.offers.answered(&answer?, &self.span);
        match agreed.or_else(accepted) {
            Some(media) => self.begin(socket, &media, about, None, requests),
            None => {
                tracing::info!(parent: &self.span, "no media agreed: hanging up");
                self.hang_up();
            }
        }
    }

    fn begin(
        &self,
        socket: std::net::UdpSocket,
        media: &Media,
        about: About,
        called_back: Option<CalledBack>,
        line: mpsc::Sender<LineRequest>,
    ) {
        let about = About {
            codec: Some(media.codec.name().to_owned()),
            ..about
        };
        let plan = self.shared.plan();
        // It stays, whatever codec a re-INVITE agrees: the leg converts.
        let rate = media.codec.line_rate();
        let number = about.number.clone();
        let call = Call::new(Setup {
            id: self.id.clone(),
            rate,
            dialplan: plan.dialplan.clone(),
            prompts: plan.prompts.clone(),
            vad: plan.engines.vad.clone(),
            music: plan.music.clone(),
            waiting: self.shared.callers_waiting(&plan.dialplan),
            called_back,
            begins: Timestamp::now(),
            about,
        });
        let live = Live {
            call,
            plan,
            leg: Leg::new(socket, media),
            rate,
            number,
            line,
            shared: self.shared.clone(),
            agent: None,
            held: 0,
            ticks: 0,
        };
        self.command(Command::Add(self.slot, Box::new(live)));
    }

    /// A caller who gave up before the first frame is on record too.
    fn never_began(&self, about: About, ended: &Ended) {
        let event = |kind| Event {
            call: self.id.clone(),
            at_ms: 0,
            kind,
        };
        self.shared.events.send(event(EventKind::CallStarted {
            caller: about.caller,
            called: about.called,
            diverted_from: about.diverted_from,
            dialplan: self.shared.plan().dialplan.name.clone(),
            started: about.started,
            codec: None,
            sip_call_id: about.sip_call_id,
            called_by: None,
        }));
        let reason = match ended {
            Ended::Bye(_) | Ended::Cancelled => EndReason::CallerHungUp,
            Ended::Failed(_) => EndReason::LineFailed,
        };
        self.shared.events.send(event(EventKind::CallEnded {
            reason,
            duration_ms: 0,
        }));
    }

    fn begin_transfer(&mut self, target: String, attended: bool, context: Context) {
        self.transfer = Some(Transfer::start(
            &self.shared,
            self.slot,
            self.session.clone(),
            target,
            attended,
            context,
        ));
    }

    fn ask_pbx(&self, queue: String) {
        let (pbx, media, slot) = (
            self.shared.pbx.clone(),
            self.shared.media.clone(),
            self.slot,
        );
        let span = self.span.clone();
        tokio::spawn(async move {
            let state = match pbx {
                Some(pbx) => pbx.queue(&queue).await.map_err(|error| error.to_string()),
                None => Err("there is no [asterisk] in the configuration".to_owned()),
            };
            let state = state
                .inspect_err(
                    |why| tracing::warn!(parent: &span, queue, why, "the queue cannot be asked"),
                )
                .ok();
            media.tell(Command::Input(slot, Input::PbxQueue(state)));
        });
    }

    fn hang_up(&self) {
        let session = self.session.clone();
        tokio::spawn(async move { session.hang_up().await });
    }

    fn tell(&self, input: Input) {
        self.command(Command::Input(self.slot, input));
    }

    fn command(&self, command: Command) {
        self.shared.media.tell(command);
    }
}

fn transfer_update(code: u16, last: bool) -> TransferUpdate {
    match code {
        200..=299 => TransferUpdate::Done,
        300.. => TransferUpdate::Failed(format!("the other side answered {code}")),
        // A subscription that ends without a final status says nothing good (RFC 3515 2.4.7).
        _ if last => TransferUpdate::Failed("no more is heard of the transfer".to_owned()),
        _ => TransferUpdate::Progress(code),
    }
}
