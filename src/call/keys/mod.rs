//! The caller's keys: each press once, whichever ways it arrives.
//!
//! A press may come as an RTP event, as a SIP INFO and as a tone in the sound, and phones and
//! gateways are found that send two of them, or all. [`Presses`] says of each arrival whether it
//! is a new press. What the keys mean is decided elsewhere; [`collect`] makes numbers of
//! them. Time is counted in frames of the call.

pub mod collect;
#[cfg(test)]
mod tests;

use crate::audio::{FRAME_MS, Key};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How a press arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A telephone-event in RTP (RFC 4733).
    Rtp,
    /// A SIP INFO.
    Info,
    /// A tone in the sound.
    InBand,
}

/// How much later than the other ways a tone or an event of the same press may arrive: a tone takes
/// 50 ms to be certain and lies in the jitter buffer, and an event may have lost its first packets.
const MEDIA_LATE: u64 = 300 / FRAME_MS as u64;
/// The same for an INFO, which is sent when the key is let go and may be sent again, 0.5 s and 1.5 s
/// later (RFC 3261 section 17.1.2.2), or wait behind a lost TCP segment.
const INFO_LATE: u64 = 1_800 / FRAME_MS as u64;
/// More presses than anybody makes while one of them may still be on its way.
const REMEMBERED: usize = 64;

/// The presses of one call.
///
/// An arrival belongs to the oldest press of the same key that is recent enough and has not come
/// this way yet; if there is none, it is a new press. So one way alone never loses a press, however
/// quick, and with several ways each press counts at its first arrival. A way that misses a press
/// does no harm as long as the others have it. Order among different keys is not asked for, because
/// an INFO that was sent again comes after those of later presses. What cannot be
/// told: two presses of one key within the time above, one of which came only in one way and
/// the other only in another. They count as one.
#[derive(Debug, Default)]
pub struct Presses {
    /// The oldest first.
    recent: VecDeque<Press>,
}

#[derive(Debug)]
struct Press {
    key: Key,
    /// By [`Way`].
    came: [bool; 3],
    /// The latest arrival.
    at: u64,
}

impl Presses {
    /// Takes what has arrived at frame `now`, which never goes back. Whether it is a press that
    /// has not been counted yet.
    pub fn press(&mut self, key: Key, way: Way, now: u64) -> bool {
        let age = |press: &Press| now.saturating_sub(press.at);
        self.recent.retain(|press| age(press) <= INFO_LATE);
        let late = match way {
            Way::Info => INFO_LATE,
            Way::Rtp | Way::InBand => MEDIA_LATE,
        };
        let way = way as usize;
        let same = self.recent.iter_mut().find(|press| {
            press.key == key && age(press) <= late && press.came.get(way) == Some(&false)
        });
        if let Some(press) = same {
            press.at = now;
            if let Some(came) = press.came.get_mut(way) {
                *came = true;
            }
            return false;
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(Press {
            key,
            came: std::array::from_fn(|other| other == way),
            at: now,
        });
        true
    }
}
