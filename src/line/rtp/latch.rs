//! Whose packets we take and where we send: symmetric RTP (RFC 4961) with latching.
//!
//! Phones behind an address translator announce an address in SDP that nobody can reach, so the
//! true one must be learnt from what arrives. Learning from anything that arrives would let a
//! stranger who guesses the port take the call's audio over. Hence:
//!
//! - The announced address always wins, whatever was learnt before: whoever it belongs to is
//!   who the signalling says.
//! - Else the first source that sends valid packets of an agreed payload type is learnt.
//! - A learnt source is kept as long as it sends. Only after [`SILENT_TICKS`] without a packet
//!   may another be learnt: a translator that changed its mapping, a phone that changed networks.
//!
//! A stranger who is faster than a phone behind a translator can still be learnt; only SRTP
//! prevents that.

use std::net::SocketAddr;

/// Two seconds: longer than any gap in a running stream.
const SILENT_TICKS: u32 = 100;

#[derive(Debug)]
pub(super) struct Latch {
    announced: SocketAddr,
    learnt: Option<SocketAddr>,
    silent: u32,
}

impl Latch {
    pub(super) fn new(announced: SocketAddr) -> Latch {
        Latch {
            announced,
            learnt: None,
            silent: 0,
        }
    }

    /// A valid packet came from there: is it from our peer?
    pub(super) fn accept(&mut self, from: SocketAddr) -> bool {
        let known = self.learnt == Some(from);
        let free = self.learnt.is_none() || self.silent >= SILENT_TICKS;
        let accepted = known || free || from == self.announced;
        if accepted {
            self.learnt = Some(from);
            self.silent = 0;
        }
        accepted
    }

    /// To be called once per 20 ms.
    pub(super) fn tick(&mut self) {
        self.silent = self.silent.saturating_add(1);
    }

    /// A new SDP was agreed. The same address again, as after a hold, keeps what was learnt.
    pub(super) fn announce(&mut self, announced: SocketAddr) {
        // A hold in the old style announces no address at all: wait for the next.
        if announced != self.announced && !announced.ip().is_unspecified() {
            *self = Latch::new(announced);
        }
    }

    /// Where to send; `None` while nobody has said where.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        let to = self.learnt.unwrap_or(self.announced);
        (!to.ip().is_unspecified() && to.port() != 0).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn ticks(latch: &mut Latch, count: u32) {
        (0..count).for_each(|_| latch.tick());
    }

    #[test]
    fn the_first_source_is_learnt_and_others_are_strangers() {
        let mut latch = Latch::new(at(1));
        assert_eq!(latch.remote(), Some(at(1)));
        assert!(latch.accept(at(2)));
        assert!(!latch.accept(at(3)));
        assert!(latch.accept(at(2)));
        assert_eq!(latch.remote(), Some(at(2)));
    }

    #[test]
    fn the_announced_address_always_wins() {
        let mut latch = Latch::new(at(1));
        assert!(latch.accept(at(2)));
        assert!(latch.accept(at(1)));
        assert_eq!(latch.remote(), Some(at(1)));
        assert!(!latch.accept(at(2)));
    }

    #[test]
    fn a_silent_source_can_be_followed_by_another_after_two_seconds() {
        let mut latch = Latch::new(at(1));
        assert!(latch.accept(at(2)));
        ticks(&mut latch, SILENT_TICKS - 1);
        assert!(!latch.accept(at(3)));
        assert!(latch.accept(at(2)), "a packet keeps it");
        ticks(&mut latch, SILENT_TICKS - 1);
        assert!(!latch.accept(at(3)));
        latch.tick();
        assert!(latch.accept(at(3)));
        assert_eq!(latch.remote(), Some(at(3)));
    }

    #[test]
    fn a_new_announcement_starts_over_and_a_hold_does_not() {
        let mut latch = Latch::new(at(1));
        assert!(latch.accept(at(2)));
        latch.announce(at(1));
        latch.announce("0.0.0.0:1".parse().unwrap());
        assert_eq!(latch.remote(), Some(at(2)));
        latch.announce(at(5));
        assert_eq!(latch.remote(), Some(at(5)));
        assert!(latch.accept(at(6)));
    }

    #[test]
    fn no_address_is_no_destination() {
        let unspecified = "0.0.0.0:4000".parse().unwrap();
        assert_eq!(Latch::new(unspecified).remote(), None);
        assert_eq!(Latch::new("[::]:4000".parse().unwrap()).remote(), None);
        assert_eq!(Latch::new(at(0)).remote(), None);
    }
}
