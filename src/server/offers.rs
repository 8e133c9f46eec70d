//! Our side of offer/answer (RFC 3264) in one call.

use super::Shared;
use crate::line::codec::Codec;
use crate::line::leg::Sockets;
use crate::line::sdp::{self, Media, Origin, SdpError};
use crate::line::sip::{Answerer, Invitation, Session, SessionEvents, UriParts};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

/// What we agreed so far.
pub struct Offers {
    /// As the peer is told.
    local: SocketAddr,
    origin: Origin,
    /// The ones we speak, the one we like best first.
    codecs: Vec<Codec>,
    peer: Peer,
}

/// Whom we talk to, as far as signalling knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peer {
    /// Where it is; `None`: we know but its name.
    pub host: Option<IpAddr>,
    /// Whether nobody can read along what it is told, keys for sound among it.
    pub is_encrypted: bool,
}

impl Peer {
    pub fn of(invitation: &Invitation) -> Peer {
        Peer {
            host: Some(invitation.source().ip()),
            is_encrypted: invitation.is_encrypted(),
        }
    }

    /// Whoever a SIP URI leads to.
    pub fn at(uri: &str) -> Peer {
        let parts = UriParts::parse(uri);
        Peer {
            host: parts.as_ref().and_then(UriParts::ip),
            is_encrypted: parts.is_some_and(|parts| parts.is_encrypted()),
        }
    }
}

/// Why an offer is refused: a SIP status and the reason.
pub type Refusal = (u16, String);

impl Offers {
    /// For a call whose sound goes through sockets of ours, which are given as well.
    pub fn begin(shared: &Shared, peer: Peer) -> io::Result<(Sockets, Offers)> {
        let (local, told) = shared.agent.sound_at(peer.host);
        let sockets = shared.ports.take_at(local)?;
        let local = SocketAddr::new(told, sockets.local_addr()?.port());
        let id = jiff::Timestamp::now().as_microsecond() as u64;
        let offers = Offers {
            local,
            origin: Origin::new(id).with_srtp(shared.config.media.srtp),
            codecs: shared.config.media.codecs.clone(),
            peer,
        };
        Ok((sockets, offers))
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
        let answered = sdp::answer(&offer, self.local, &self.codecs, &mut self.origin);
        let (media, sdp) = answered.map_err(refusal)?;
        Ok((self.agreed(media), sdp))
    }

    pub fn accept(&mut self, answer: &str) -> Result<Media, SdpError> {
        let answer = sdp::parse(answer.as_bytes())?;
        let media = sdp::accept(&answer, self.local, &self.codecs, &mut self.origin)?;
        Ok(self.agreed(media))
    }

    fn agreed(&self, media: Media) -> Media {
        static WARNED: AtomicBool = AtomicBool::new(false);
        let readable = media.srtp.is_some() && !self.peer.is_encrypted;
        if readable && !WARNED.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "sound is encrypted (SRTP), but its keys went over SIP that is not: whoever can read along there can \
                 listen. Use SIP over TLS; this is said once"
            );
        }
        Media {
            signalling: self.peer.host,
            ..media
        }
    }

    /// What was agreed by the answer to an offer of ours within the call. One that cannot be used leaves
    /// all as it was.
    pub fn answered(&mut self, answer: &str, span: &tracing::Span) -> Option<Media> {
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
        let before = (self.peer, self.origin.clone());
        self.peer = Peer::of(&invitation);
        self.origin.forget_keys();
        let (media, sdp) = match self.first(&invitation) {
            Ok(agreed) => agreed,
            Err((code, reason)) => {
                (self.peer, self.origin) = before;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_says_where_it_leads_and_whether_others_can_read_along() {
        let at = |uri: &str| {
            let peer = Peer::at(uri);
            (peer.host.map(|host| host.to_string()), peer.is_encrypted)
        };
        let host = |host: &str| Some(host.to_owned());
        assert_eq!(at("sip:201@192.0.2.1:5060"), (host("192.0.2.1"), false));
        assert_eq!(at("sip:192.0.2.1;transport=TLS"), (host("192.0.2.1"), true));
        assert_eq!(
            at("sip:a@[2001:db8::1]:5061;x=y"),
            (host("2001:db8::1"), false)
        );
        assert_eq!(at("sips:a@trunk.example"), (None, true));
        assert_eq!(at("nonsense"), (None, false));
    }
}
