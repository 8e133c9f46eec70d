//! How good a line was, for the record.

use serde::{Deserialize, Serialize};

/// From the beginning of a call to its end, or of an agent's part in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineQuality {
    /// Whose line; absent for the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Packets of sound and keys.
    pub received: u64,
    pub sent: u64,
    /// Not there when their turn came to be played.
    pub lost: u64,
    /// Those of the lost that came too late.
    pub late: u64,
    /// How unevenly packets came (RFC 3550 section 6.4.1), at the end.
    pub jitter_ms: f32,
    /// How long sound waited in the jitter buffer, on average.
    pub delay_ms: u32,
    /// To the phone and back; absent where it sends no RTCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u32>,
    /// What people would say of the sound we hear, 1 to 4.5, by the E-model; absent where nothing came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mos: Option<f32>,
    /// The crypto-suite of SRTP; absent for plain sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srtp: Option<String>,
    /// Packets that were not encrypted though SRTP was agreed, or with another key: not heard.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub forged: u64,
    /// Packets from addresses that are not the phone's: not heard.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub strangers: u64,
    /// Absent where it sends no RTCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<PeerQuality>,
}

/// What the phone says of the sound that we send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerQuality {
    /// Packets; below zero where more came than we sent.
    pub lost: i32,
    pub jitter_ms: f32,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
