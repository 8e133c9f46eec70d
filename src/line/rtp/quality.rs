//! How good a line is: what was lost, how late it was, and what people would say of it.
//!
//! The opinion score is that of the E-model (ITU-T G.107), simplified: R = 93.2 - Id - Ie,eff, that is all values
//! that have to do with loudness, noise and echo are those of the recommendation's table of defaults. Id is the
//! usual straight-line fit for delay without echo (Cole and Rosenbluth, 2001: 0.024 d, and 0.11 more for each
//! millisecond above 177.3). Ie,eff counts loss as random (BurstR = 1). Ie and Bpl are those that G.113
//! appendix I gives for G.711 with concealment, 0 and 25.1; it has none on this scale for
//! wide-band codecs, which are counted like it: the score tells what the network costs and not what a better
//! codec is worth.

use crate::line::srtp::Suite;

/// Of one call's line, from its beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Packets.
    pub received: u64,
    pub sent: u64,
    /// Not there when their turn came to be played, and of those how many came too late.
    pub lost: u64,
    pub late: u64,
    /// Interarrival jitter (RFC 3550 section 6.4.1) at the end.
    pub jitter_ms: f32,
    /// How long sound waited here to be played, on average.
    pub delay_ms: u32,
    /// `None`: the peer sends no RTCP, or the call was too short.
    pub round_trip_ms: Option<u32>,
    /// Of what we hear, 1 to 4.5; `None`: nothing came.
    pub mos: Option<f32>,
    /// How it was encrypted at the end.
    pub srtp: Option<Suite>,
    /// Packets that were not, or with another key, and so were not heard.
    pub forged: u64,
    /// From addresses that are not the peer's.
    pub strangers: u64,
    pub peer: Option<PeerQuality>,
}

/// What the peer says of our stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerQuality {
    /// Packets; below zero where more came than we sent.
    pub lost: i32,
    pub jitter_ms: f32,
}

/// R without delay and loss.
const BEST: f32 = 93.2;
const EQUIPMENT: f32 = 0.0;
const LOSS_ROBUSTNESS: f32 = 25.1;
/// From here on people begin to talk over each other.
const TOO_LATE_MS: f32 = 177.3;

/// The mean opinion score that people would give, from the share of packets that was not played (0 to 1)
/// and the time from mouth to ear.
pub(super) fn mos(loss: f32, delay_ms: f32) -> f32 {
    let delay = 0.024 * delay_ms + 0.11 * (delay_ms - TOO_LATE_MS).max(0.0);
    let percent = 100.0 * loss.clamp(0.0, 1.0);
    let equipment = EQUIPMENT + (95.0 - EQUIPMENT) * percent / (percent + LOSS_ROBUSTNESS);
    let r = (BEST - delay - equipment).clamp(0.0, 100.0);
    // The recommendation's annex B.
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_recommendation() {
        // R of 93.2, 80, 70 and 50 are 4.41, 4.03, 3.6 and 2.6 in the recommendation's table B.1.
        assert!((mos(0.0, 0.0) - 4.41).abs() < 0.01);
        let loss_for = |r: f32| {
            let equipment = BEST - r;
            LOSS_ROBUSTNESS * equipment / (95.0 - equipment) / 100.0
        };
        for (r, score) in [(80.0, 4.03), (70.0, 3.6), (60.0, 3.1), (50.0, 2.6)] {
            assert!((mos(loss_for(r), 0.0) - score).abs() < 0.03, "{r}");
        }
    }

    #[test]
    fn loss_and_delay_make_it_worse() {
        assert!(mos(0.01, 40.0) > 4.2);
        assert!(mos(0.05, 40.0) < mos(0.01, 40.0));
        assert!(mos(0.0, 400.0) < 3.9 && mos(0.0, 150.0) > 4.2);
        assert_eq!(mos(1.0, 1000.0), 1.0);
        assert!(mos(f32::INFINITY, 0.0) >= 1.0);
    }
}
