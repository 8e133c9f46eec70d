//! A provisional response that must arrive (RFC 3262): it is sent again until a PRACK acknowledges it.

use std::time::Duration;

/// In Supported and Require.
pub(super) const RELIABLE: &str = "100rel";

/// T1 (RFC 3261 section 17.1.1.1).
const FIRST: Duration = Duration::from_millis(500);
/// 64*T1: nobody acknowledges it any more.
const LONGEST: Duration = Duration::from_secs(32);

/// The one provisional response that we send reliably.
#[derive(Debug)]
pub(super) struct Reliable {
    rseq: u32,
    cseq: u32,
    acknowledged: bool,
    waited: Duration,
    wait: Duration,
}

impl Reliable {
    /// To the INVITE with this CSeq. `rseq` may be any number up to 2^31 - 1 (section 3).
    pub fn new(rseq: u32, cseq: u32) -> Reliable {
        Reliable {
            rseq: rseq.clamp(1, i32::MAX as u32),
            cseq,
            acknowledged: false,
            waited: Duration::ZERO,
            wait: FIRST,
        }
    }

    pub fn rseq(&self) -> u32 {
        self.rseq
    }

    /// How long to wait until it is sent again; `None` where it is acknowledged.
    /// An error where it never will be: the INVITE is then refused.
    pub fn again(&mut self) -> Result<Option<Duration>, Unacknowledged> {
        if self.acknowledged {
            return Ok(None);
        }
        if self.waited >= LONGEST {
            return Err(Unacknowledged);
        }
        let wait = self.wait;
        self.waited += wait;
        self.wait = wait * 2;
        Ok(Some(wait))
    }

    /// A PRACK has come, with this RAck. Gives whether it is for this response; a second one is not.
    pub fn acknowledge(&mut self, rack: &str) -> bool {
        let mut parts = rack.split_ascii_whitespace();
        let number = |part: Option<&str>| part?.parse::<u32>().ok();
        let (rseq, cseq) = (number(parts.next()), number(parts.next()));
        let fits = rseq == Some(self.rseq)
            && cseq == Some(self.cseq)
            && parts.next() == Some("INVITE")
            && !self.acknowledged;
        self.acknowledged |= fits;
        fits
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unacknowledged;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sent_again_more_and_more_seldom_and_not_for_ever() {
        let mut reliable = Reliable::new(7, 1);
        let mut total = Duration::ZERO;
        let mut times = 0;
        while let Ok(Some(wait)) = reliable.again() {
            total += wait;
            times += 1;
        }
        assert_eq!(reliable.again(), Err(Unacknowledged));
        assert!(total >= LONGEST && total < 2 * LONGEST, "{total:?}");
        assert_eq!(times, 7);
    }

    #[test]
    fn its_own_prack_ends_it() {
        let mut reliable = Reliable::new(7, 1);
        for other in [
            "",
            "7",
            "8 1 INVITE",
            "7 2 INVITE",
            "7 1 UPDATE",
            "x 1 INVITE",
        ] {
            assert!(!reliable.acknowledge(other), "{other}");
            assert!(reliable.again().unwrap().is_some());
        }
        assert!(reliable.acknowledge("7  1 INVITE"));
        assert_eq!(reliable.again(), Ok(None));
        assert!(!reliable.acknowledge("7 1 INVITE"));
        assert_eq!(Reliable::new(0, 1).rseq(), 1);
    }
}
