//! One call's signalling: from its INVITE to its end, between the line and the media thread.

use super::media::{Command, LineRequest, Live, Slot};
use super::offers::Offers;
use super::{LINE_RATE, Shared};
use crate::call::{About, Call, EndReason, Event, EventKind, Input, Setup, TransferUpdate, Way};
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use crate::line::sip::{Answerer, Ended, Invitation, Session, SessionEvent, SessionEvents};
use jiff::Timestamp;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;

/// One call's signalling, from its INVITE to its end.
pub async fn serve(shared: &Shared, invitation: Invitation) {
    let id = uuid::Uuid::now_v7().to_string();
    let span = tracing::info_span!("call", %id);
    let sip_call_id = invitation.call_id();
    tracing::info!(parent: &span, sip_call_id, caller = invitation.caller(), "call");
    let about = About {
        caller: Some(invitation.caller()),
        called: Some(invitation.called()),
        started: Some(jiff::Timestamp::now().to_string()),
        codec: None,
        sip_call_id: Some(sip_call_id),
    };
    let socket = match shared.ports.take() {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(parent: &span, %error, "call refused: no RTP port");
            return invitation.refuse(503, "no port for sound");
        }
    };
    let Ok(local) = socket.local_addr() else {
        return invitation.refuse(500, "no port for sound");
    };
    let mut offers = Offers::new(local);
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
        shared,
        id,
        slot: Slot(shared.next_slot.fetch_add(1, Ordering::Relaxed)),
        session,
        offers,
        span,
    };
    call.follow(events, socket, agreed, about).await;
}

struct Conversation<'a> {
    shared: &'a Shared,
    id: String,
    slot: Slot,
    session: Session,
    offers: Offers,
    span: tracing::Span,
}

impl Conversation<'_> {
    async fn follow(
        mut self,
        mut events: SessionEvents,
        socket: std::net::UdpSocket,
        mut agreed: Option<Media>,
        about: About,
    ) {
        let (requests, mut line_requests) = mpsc::channel(8);
        let mut waiting = Some((socket, about, requests));
        let mut stop = self.shared.stop.subscribe();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(SessionEvent::Confirmed { answer }) => {
                        if let Some(answer) = answer && agreed.is_none() {
                            let media = self.offers.accept(&answer);
                            agreed = media
                                .inspect_err(|error| tracing::info!(parent: &self.span, %error, "answer not usable"))
                                .ok();
                        }
                        match (waiting.take(), agreed.take()) {
                            (Some((socket, about, requests)), Some(media)) => {
                                self.begin(socket, &media, about, requests);
                            }
                            (Some(_), None) => {
                                tracing::info!(parent: &self.span, "no media agreed: hanging up");
                                self.hang_up();
                            }
                            (None, _) => {}
                        }
                    }
                    Some(SessionEvent::Offered { sdp, answerer }) => {
                        self.offered(sdp, answerer).await;
                    }
                    Some(SessionEvent::Key(key)) => self.tell(Input::Key(key, Way::Info)),
                    Some(SessionEvent::ReferProgress { code, last }) => {
                        self.tell(Input::Transfer(transfer_update(code, last)));
                    }
                    Some(SessionEvent::Referred { target }) => {
                        tracing::info!(parent: &self.span, target, "asked to transfer: not done");
                    }
                    Some(SessionEvent::Ended(ended)) => {
                        if let Some((_, about, _)) = waiting.take() {
                            self.never_began(about, &ended);
                        }
                        self.tell(match ended {
                            Ended::Bye | Ended::Cancelled => Input::HungUp,
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
                    LineRequest::Transfer(target) => self.refer(target),
                    LineRequest::HangUp => self.hang_up(),
                },
                Ok(()) = stop.changed() => {
                    self.tell(Input::Shutdown);
                    if waiting.is_some() {
                        self.hang_up();
                    }
                }
            }
        }
    }

    fn begin(
        &self,
        socket: std::net::UdpSocket,
        media: &Media,
        about: About,
        line: mpsc::Sender<LineRequest>,
    ) {
        let about = About {
            codec: Some(media.codec.name().to_owned()),
            ..about
        };
        let plan = self.shared.plan();
        let call = Call::new(Setup {
            id: self.id.clone(),
            rate: LINE_RATE,
            dialplan: plan.dialplan.clone(),
            prompts: plan.prompts.clone(),
            vad: plan.engines.vad.clone(),
            begins: Timestamp::now(),
            about,
        });
        let live = Live {
            call,
            plan,
            leg: Leg::new(socket, media),
            rate: LINE_RATE,
            line,
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
            dialplan: self.shared.plan().dialplan.name.clone(),
            started: about.started,
            codec: None,
            sip_call_id: about.sip_call_id,
        }));
        let reason = match ended {
            Ended::Bye | Ended::Cancelled => EndReason::CallerHungUp,
            Ended::Failed(_) => EndReason::LineFailed,
        };
        self.shared.events.send(event(EventKind::CallEnded {
            reason,
            duration_ms: 0,
        }));
    }

    async fn offered(&mut self, offer: Option<String>, answerer: Answerer) {
        let Some(offer) = offer else {
            // Nothing changes on our side: what we have, as an offer.
            return answerer.answer(self.offers.offer()).await;
        };
        match self.offers.answer(&offer) {
            Ok((media, sdp)) => {
                self.command(Command::Media(self.slot, media));
                answerer.answer(sdp).await;
            }
            Err((code, reason)) => {
                tracing::info!(parent: &self.span, code, reason, "offer refused, session unchanged");
                answerer.refuse(code).await;
            }
        }
    }

    fn refer(&self, target: String) {
        let (session, media, slot) = (self.session.clone(), self.shared.media.clone(), self.slot);
        tokio::spawn(async move {
            if let Err(error) = session.refer(&target).await {
                let failed = TransferUpdate::Failed(error.to_string());
                let _ = media.try_send(Command::Input(slot, Input::Transfer(failed)));
            }
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
        if self.shared.media.try_send(command).is_err() {
            tracing::error!(parent: &self.span, "the media thread takes no commands");
        }
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
