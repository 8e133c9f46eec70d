//! Whose packets we take and where we send: symmetric RTP (RFC 4961) with latching.
//!
//! Phones behind an address translator announce an address in SDP that nobody can reach, so the
//! true one must be learnt from what arrives. Learning from anything that arrives would let a
//! stranger who guesses the port take the call's audio over. Hence:
//!
//! - The announced address is believed at once, whatever was learnt before: whoever it belongs to
//!   is who the signalling says. So is an authentic packet of SRTP, wherever it comes from.
//! - Any other source must prove itself: with [`PROOF`] packets of one stream in a row where it is near, that is
//!   where the announced host, the signalling or the stream of before came from, and with [`FAR_PROOF`]
//!   elsewhere. Until then it is not heard, and nothing is sent there.
//! - A source that was learnt is kept as long as it sends. Another must go on with its stream, SSRC and numbers,
//!   as a phone does whose translator has a new mapping, or come when it has been silent for
//!   [`SILENT_TICKS`], or [`LONG_SILENT_TICKS`] if it comes from far. While we are not to receive, silence says
//!   nothing; neither does it while RTCP comes from there.
//!
//! A stranger who is faster than a phone behind a translator, and near, can still be learnt, and so can one
//! who reads along; only SRTP prevents that.

use std::net::{IpAddr, SocketAddr};

/// Packets in a row.
const PROOF: u32 = 3;
const FAR_PROOF: u32 = 10;
/// Two seconds: longer than any gap in a running stream.
const SILENT_TICKS: u32 = 100;
/// Ten seconds.
const LONG_SILENT_TICKS: u32 = 500;
/// A stream that goes on elsewhere has stopped here: 100 ms.
const MOVED_TICKS: u32 = 5;
/// By so many packets it may have gone on meanwhile: five seconds.
const MOST_MISSED: u16 = 250;
/// So many may be lost between two that count as being in a row.
const GAP: u16 = 3;
/// Sources that can be on trial. One that goes on keeps its place, so that a flood from many does not
/// keep a phone out.
const PLACES: usize = 4;
const LEFT_TICKS: u32 = 15;
const GOES_ON_TICKS: u32 = 3;

/// Where in which stream a packet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub ssrc: u32,
    pub sequence: u16,
}

impl Mark {
    /// By how much `later` is ahead of this in the same stream.
    fn to(self, later: Mark) -> Option<u16> {
        let ahead = later.sequence.wrapping_sub(self.sequence);
        (self.ssrc == later.ssrc && ahead < 0x8000).then_some(ahead)
    }
}

#[derive(Debug)]
pub(super) struct Latch {
    announced: SocketAddr,
    signalling: Option<IpAddr>,
    learnt: Option<(SocketAddr, Mark)>,
    /// Ticks since the learnt one was heard of.
    silent: u32,
    on_trial: [Option<Trial>; PLACES],
}

#[derive(Debug, Clone, Copy)]
struct Trial {
    from: SocketAddr,
    last: Mark,
    in_a_row: u32,
    silent: u32,
}

impl Latch {
    /// `signalling`: where the peer's SIP comes from.
    pub(super) fn new(announced: SocketAddr, signalling: Option<IpAddr>) -> Latch {
        Latch {
            announced,
            signalling,
            learnt: None,
            silent: 0,
            on_trial: [None; PLACES],
        }
    }

    /// A valid packet came from there: is it from our peer? `authentic`: it has proved to be.
    pub(super) fn accept(&mut self, from: SocketAddr, mark: Mark, authentic: bool) -> bool {
        let known = self.learnt.is_some_and(|(learnt, _)| learnt == from);
        if !known && !authentic && from != self.announced {
            let near = self.is_near(from.ip());
            if self.on_trial(from, mark, near) < self.proof(mark, near) {
                return false;
            }
        }
        if !known {
            self.on_trial = [None; PLACES];
        }
        self.learnt = Some((from, mark));
        self.silent = 0;
        true
    }

    /// To be called once per 20 ms; whether the peer may send at all.
    pub(super) fn tick(&mut self, we_receive: bool) {
        if we_receive {
            self.silent = self.silent.saturating_add(1);
        }
        for place in &mut self.on_trial {
            if let Some(trial) = place {
                trial.silent += 1;
                if trial.silent > LEFT_TICKS {
                    *place = None;
                }
            }
        }
    }

    /// RTCP came from that host.
    pub(super) fn hear_of(&mut self, host: IpAddr) {
        if self.learnt.is_some_and(|(learnt, _)| learnt.ip() == host) {
            self.silent = 0;
        }
    }

    /// A new SDP was agreed. The same address again, as after a hold, keeps what was learnt.
    pub(super) fn announce(&mut self, announced: SocketAddr) {
        // A hold in the old style announces no address at all: wait for the next.
        if announced != self.announced && !announced.ip().is_unspecified() {
            *self = Latch::new(announced, self.signalling);
        }
    }

    /// Where to send; `None` while nobody has said where.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        let to = self.learnt.map_or(self.announced, |(learnt, _)| learnt);
        (!to.ip().is_unspecified() && to.port() != 0).then_some(to)
    }

    pub(super) fn is_near(&self, host: IpAddr) -> bool {
        let learnt = self.learnt.map(|(learnt, _)| learnt.ip());
        host == self.announced.ip() || self.signalling == Some(host) || learnt == Some(host)
    }

    /// How many packets in a row a source needs whose latest has this mark.
    fn proof(&self, mark: Mark, near: bool) -> u32 {
        let proof = if near { PROOF } else { FAR_PROOF };
        let Some((_, last)) = self.learnt else {
            return proof;
        };
        let goes_on = last.to(mark).is_some_and(|ahead| ahead <= MOST_MISSED);
        let silent_for = if near {
            SILENT_TICKS
        } else {
            LONG_SILENT_TICKS
        };
        match self.silent {
            silent if goes_on && silent >= MOVED_TICKS => PROOF,
            silent if silent >= silent_for => proof,
            _ => u32::MAX,
        }
    }

    /// Notes a packet from a source that is not known; gives how many it has sent in a row.
    fn on_trial(&mut self, from: SocketAddr, mark: Mark, near: bool) -> u32 {
        let known = self.on_trial.iter_mut().flatten();
        if let Some(trial) = known.into_iter().find(|trial| trial.from == from) {
            match trial.last.to(mark) {
                // The same again says nothing.
                Some(0) => {}
                Some(ahead) if ahead <= GAP => trial.in_a_row += 1,
                _ => trial.in_a_row = 1,
            }
            trial.last = mark;
            trial.silent = 0;
            return trial.in_a_row;
        }
        let nears = self
            .on_trial
            .map(|place| place.is_some_and(|t| self.is_near(t.from.ip())));
        let free = self.on_trial.iter_mut().zip(nears).find(|(place, other)| {
            place.is_none_or(|trial| trial.silent > GOES_ON_TICKS || near && !other)
        });
        match free {
            Some((place, _)) => {
                *place = Some(Trial {
                    from,
                    last: mark,
                    in_a_row: 1,
                    silent: 0,
                });
                1
            }
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn far(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 66], port))
    }

    /// Somebody who sends a stream.
    struct Source {
        from: SocketAddr,
        mark: Mark,
    }

    impl Source {
        fn new(from: SocketAddr, ssrc: u32) -> Source {
            let sequence = 65_530;
            Source {
                from,
                mark: Mark { ssrc, sequence },
            }
        }

        fn send(&mut self, latch: &mut Latch) -> bool {
            self.mark.sequence = self.mark.sequence.wrapping_add(1);
            latch.accept(self.from, self.mark, false)
        }

        /// How many packets it takes until one is accepted, of `most`.
        fn until_accepted(&mut self, latch: &mut Latch, most: u32) -> Option<u32> {
            (1..=most).find(|_| self.send(latch))
        }
    }

    fn ticks(latch: &mut Latch, count: u32) {
        (0..count).for_each(|_| latch.tick(true));
    }

    /// One that was announced to be at port 1 and has learnt a source at port 2.
    fn learnt() -> (Latch, Source) {
        let mut latch = Latch::new(at(1), None);
        let mut phone = Source::new(at(2), 7);
        assert_eq!(phone.until_accepted(&mut latch, 20), Some(PROOF));
        (latch, phone)
    }

    #[test]
    fn a_source_near_the_announced_one_is_learnt_when_it_has_proved_itself() {
        let (mut latch, mut phone) = learnt();
        assert_eq!(latch.remote(), Some(at(2)));
        assert!(!Source::new(at(3), 7).send(&mut latch));
        assert!(phone.send(&mut latch));
        let mut latch = Latch::new(at(1), None);
        assert_eq!(latch.remote(), Some(at(1)));
        assert!(!Source::new(at(2), 7).send(&mut latch));
        assert_eq!(latch.remote(), Some(at(1)), "not yet");
    }

    #[test]
    fn from_far_it_takes_longer_unless_the_signalling_comes_from_there() {
        let mut latch = Latch::new(at(1), None);
        let proof = Source::new(far(2), 7).until_accepted(&mut latch, 20);
        assert_eq!(proof, Some(FAR_PROOF));
        let mut latch = Latch::new(at(1), Some(far(0).ip()));
        let proof = Source::new(far(2), 7).until_accepted(&mut latch, 20);
        assert_eq!(proof, Some(PROOF));
    }

    #[test]
    fn packets_that_make_no_stream_prove_nothing() {
        let mut latch = Latch::new(at(1), None);
        for n in 0..100u16 {
            let jumps = Mark {
                ssrc: 7,
                sequence: n * 10,
            };
            assert!(!latch.accept(at(2), jumps, false));
            let other_streams = Mark {
                ssrc: u32::from(n),
                sequence: n,
            };
            assert!(!latch.accept(at(3), other_streams, false));
            let again = Mark {
                ssrc: 7,
                sequence: 1,
            };
            assert!(!latch.accept(at(4), again, false));
        }
    }

    #[test]
    fn the_announced_address_and_authentic_packets_are_believed_at_once() {
        let (mut latch, mut phone) = learnt();
        assert!(Source::new(at(1), 8).send(&mut latch));
        assert_eq!(latch.remote(), Some(at(1)));
        assert!(!phone.send(&mut latch));
        let mark = Mark {
            ssrc: 9,
            sequence: 9,
        };
        assert!(latch.accept(far(9), mark, true));
        assert_eq!(latch.remote(), Some(far(9)));
    }

    #[test]
    fn a_silent_source_can_be_followed_by_another() {
        for (other, silent) in [(at(3), SILENT_TICKS), (far(3), LONG_SILENT_TICKS)] {
            let (mut latch, mut phone) = learnt();
            let mut other = Source::new(other, 8);
            ticks(&mut latch, silent - 1);
            assert_eq!(other.until_accepted(&mut latch, 20), None);
            assert!(phone.send(&mut latch), "a packet keeps it");
            ticks(&mut latch, silent - 1);
            assert_eq!(other.until_accepted(&mut latch, 20), None);
            latch.tick(true);
            assert!(other.send(&mut latch), "it had proved itself meanwhile");
            assert_eq!(latch.remote(), Some(other.from));
        }
    }

    #[test]
    fn a_stream_that_goes_on_elsewhere_is_followed() {
        let (mut latch, phone) = learnt();
        let mut moved = Source {
            from: far(5),
            ..phone
        };
        assert_eq!(
            moved.until_accepted(&mut latch, 20),
            None,
            "it is still there"
        );
        ticks(&mut latch, MOVED_TICKS);
        assert!(moved.send(&mut latch));
        // Numbers that the stream cannot have come to are no proof.
        let (mut latch, phone) = learnt();
        ticks(&mut latch, MOVED_TICKS);
        for sequence in [2000u16, 60_000] {
            let mut guessed = Source::new(far(6), phone.mark.ssrc);
            guessed.mark.sequence = sequence;
            assert_eq!(guessed.until_accepted(&mut latch, 20), None);
        }
    }

    #[test]
    fn silence_that_has_a_reason_lets_nobody_in() {
        let (mut latch, _) = learnt();
        (0..1000).for_each(|_| latch.tick(false));
        assert_eq!(Source::new(at(3), 8).until_accepted(&mut latch, 50), None);
        for _ in 0..10 {
            ticks(&mut latch, SILENT_TICKS - 1);
            latch.hear_of(at(2).ip());
        }
        assert_eq!(Source::new(at(3), 8).until_accepted(&mut latch, 50), None);
    }

    #[test]
    fn a_flood_from_many_sources_does_not_keep_a_phone_out() {
        let mut latch = Latch::new(at(1), Some(at(1).ip()));
        let mut phone = Source::new(at(2), 7);
        let mut port = 100;
        let mut flood = |latch: &mut Latch| {
            for _ in 0..30 {
                port += 1;
                assert!(!Source::new(far(port), 1).send(latch));
            }
        };
        flood(&mut latch);
        for n in 1..=PROOF {
            assert_eq!(phone.send(&mut latch), n == PROOF);
            flood(&mut latch);
            latch.tick(true);
        }
    }

    #[test]
    fn a_new_announcement_starts_over_and_a_hold_does_not() {
        let (mut latch, _) = learnt();
        latch.announce(at(1));
        latch.announce("0.0.0.0:1".parse().unwrap());
        assert_eq!(latch.remote(), Some(at(2)));
        latch.announce(at(5));
        assert_eq!(latch.remote(), Some(at(5)));
        assert!(
            Source::new(at(6), 8)
                .until_accepted(&mut latch, PROOF)
                .is_some()
        );
    }

    #[test]
    fn no_address_is_no_destination() {
        let nowhere = |text: &str| Latch::new(text.parse().unwrap(), None).remote();
        assert_eq!(nowhere("0.0.0.0:4000"), None);
        assert_eq!(nowhere("[::]:4000"), None);
        assert_eq!(Latch::new(at(0), None).remote(), None);
    }
}
