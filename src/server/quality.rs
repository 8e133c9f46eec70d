//! How good a line was, as an event.

use crate::call::{EventKind, LineQuality, PeerQuality};
use crate::line::rtp::RtpSession;

/// Of the caller's line, or that of this agent.
pub fn of(session: &RtpSession, agent: Option<String>) -> EventKind {
    let quality = session.quality();
    EventKind::LineQuality(LineQuality {
        agent,
        received: quality.received,
        sent: quality.sent,
        lost: quality.lost,
        late: quality.late,
        jitter_ms: to_tenths(quality.jitter_ms),
        delay_ms: quality.delay_ms,
        round_trip_ms: quality.round_trip_ms,
        mos: quality.mos.map(|mos| (mos * 100.0).round() / 100.0),
        srtp: quality.srtp.map(|suite| suite.name().to_owned()),
        forged: quality.forged,
        strangers: quality.strangers,
        peer: quality.peer.map(|peer| PeerQuality {
            lost: peer.lost,
            jitter_ms: to_tenths(peer.jitter_ms),
        }),
    })
}

fn to_tenths(number: f32) -> f32 {
    (number * 10.0).round() / 10.0
}
