//! Our side of offer/answer (RFC 3264) in one call.

use super::Shared;
use crate::line::codec::Codec;
use crate::line::sdp::{self, Media, Origin, SdpError};
use crate::line::sip::{Answerer, Invitation, Session, SessionEvents};
use std::io;
use std::net::{SocketAddr, UdpSocket};

/// What we agreed so far.
pub struct Offers {
    local: SocketAddr,
    origin: Origin,
    /// The ones we speak, the one we like best first.
    codecs: Vec<Codec>,
}

/// Why an offer is refused: a SIP status and the reason.
pub type Refusal = (u16, String);

impl Offers {
    /// For a call whose sound goes through a socket of ours, which is given as well.
    pub fn begin(shared: &Shared) -> io::Result<(UdpSocket, Offers)> {
        let socket = shared.ports.take()?;
        let offers = Offers {
            local: socket.local_addr()?,
            origin: Origin::new(jiff::Timestamp::now().as_microsecond() as u64),
            codecs: shared.config.media.codecs.clone(),
        };
        Ok((socket, offers))
    }

    /// What to answer an INVITE with; without an offer in it, ours, to be answered in the ACK.
    pub fn first(&mut self, invitation: &Invitation) -> Result<(Option<Media>, String), Refusal> {
        match invitation.offer() {
            Some(offer) => self.answer(&offer).map(|(media, sdp)| (Some(media), sdp)),
            None => Ok((None, self.offer())),
        }
    }

    pub fn offer(&mut self) -> String {
        sdp::offer(self.local, &self.codecs, &mut self.origin)
    }

    pub fn answer(&mut self, offer: &str) -> Result<(Media, String), Refusal> {
        let refusal = |error: SdpError| match error.is_malformed() {
            true => (400, error.to_string()),
            false => (488, error.to_string()),
        };
        let offer = sdp::parse(offer.as_bytes()).map_err(refusal)?;
        sdp::answer(&offer, self.local, &self.codecs, &mut self.origin).map_err(refusal)
    }

    pub fn accept(&self, answer: &str) -> Result<Media, SdpError> {
        sdp::accept(&sdp::parse(answer.as_bytes())?, self.local, &self.codecs)
    }

    /// What was agreed by the answer to an offer of ours within the call. One that cannot be used leaves
    /// all as it was.
    pub fn answered(&self, answer: &str, span: &tracing::Span) -> Option<Media> {
        let media = self.accept(answer);
        let unusable = |error: &SdpError| tracing::info!(parent: span, %error, "answer not usable");
        media.inspect_err(unusable).ok()
    }

    /// Answers a call that takes the place of ours, which is hung up then. `None`: it was refused, and
    /// all goes on as before.
    pub fn replace(
        &mut self,
        session: &mut Session,
        invitation: Invitation,
        span: &tracing::Span,
    ) -> Option<(SessionEvents, Option<Media>)> {
        let sip_call_id = invitation.call_id();
        let (media, sdp) = match self.first(&invitation) {
            Ok(agreed) => agreed,
            Err((code, reason)) => {
                tracing::info!(parent: span, code, reason, "not replaced: the new call is refused");
                invitation.refuse(code, &reason);
                return None;
            }
        };
        let answered = invitation.answer(sdp);
        let unanswered = |error: &String| tracing::info!(parent: span, error, "not replaced");
        let (new, events) = answered.inspect_err(unanswered).ok()?;
        tracing::info!(parent: span, sip_call_id, "another call takes the place of this one");
        let old = std::mem::replace(session, new.clone());
        tokio::spawn(async move {
            new.confirmed().await;
            old.hang_up().await;
        });
        Some((events, media))
    }

    /// Answers an offer made within a call; gives what was agreed. Without one the other side asks for
    /// ours: what we have, as nothing changes on our side. What cannot be agreed leaves all as it was.
    pub async fn answer_within(
        &mut self,
        offer: Option<String>,
        answerer: Answerer,
        span: &tracing::Span,
    ) -> Option<Media> {
        let Some(offer) = offer else {
            answerer.answer(self.offer()).await;
            return None;
        };
        match self.answer(&offer) {
            Ok((media, sdp)) => {
                answerer.answer(sdp).await;
                Some(media)
            }
            Err((code, reason)) => {
                tracing::info!(parent: span, code, reason, "offer refused, session unchanged");
                answerer.refuse(code).await;
                None
            }
        }
    }
}
