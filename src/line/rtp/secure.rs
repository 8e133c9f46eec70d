//! SRTP in one session: both directions, and how it goes on when keys change.

use crate::line::sdp::Srtp;
use crate::line::srtp::{Inbound, Outbound, Refused};

pub(super) struct Secure {
    keys: Srtp,
    outbound: Outbound,
    inbound: Inbound,
    /// The datagram that is being opened.
    clear: Vec<u8>,
}

/// Its keys are not shown.
impl std::fmt::Debug for Secure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.keys.fmt(f)
    }
}

impl Secure {
    /// Boxed, as most calls have none.
    pub(super) fn new(keys: Option<&Srtp>) -> Option<Box<Secure>> {
        let keys = keys?;
        Some(Box::new(Secure {
            keys: keys.clone(),
            outbound: Outbound::new(&keys.ours),
            inbound: Inbound::new(&keys.theirs),
            clear: Vec::new(),
        }))
    }

    /// A direction whose key is the same goes on: its packets are numbered on.
    pub(super) fn update(this: &mut Option<Box<Secure>>, keys: Option<&Srtp>) {
        let (Some(secure), Some(keys)) = (this.as_mut(), keys) else {
            *this = Secure::new(keys);
            return;
        };
        if secure.keys.ours != keys.ours {
            secure.outbound = Outbound::new(&keys.ours);
        }
        if secure.keys.theirs != keys.theirs {
            secure.inbound = Inbound::new(&keys.theirs);
        }
        secure.keys = keys.clone();
    }

    /// The RTP in a datagram.
    pub(super) fn open(&mut self, datagram: &[u8]) -> Result<&[u8], Refused> {
        self.take(datagram);
        self.inbound.open(&mut self.clear)?;
        Ok(&self.clear)
    }

    /// The RTCP in a datagram.
    pub(super) fn open_rtcp(&mut self, datagram: &[u8]) -> Result<&[u8], Refused> {
        self.take(datagram);
        self.inbound.open_rtcp(&mut self.clear)?;
        Ok(&self.clear)
    }

    fn take(&mut self, datagram: &[u8]) {
        self.clear.clear();
        self.clear.extend_from_slice(datagram);
    }

    pub(super) fn protect(&mut self, packet: &mut Vec<u8>) {
        self.outbound.protect(packet);
    }

    pub(super) fn protect_rtcp(&mut self, packet: &mut Vec<u8>) {
        self.outbound.protect_rtcp(packet);
    }
}
