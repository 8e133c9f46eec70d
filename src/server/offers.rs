//! Our side of offer/answer (RFC 3264) in one call.

use super::Shared;
use crate::line::codec::Codec;
use crate::line::sdp::{self, Media, Origin, SdpError};
use crate::line::sip::{Answerer, Invitation};
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
