//! Whether the caller's sound arrives at all: a call in which it does not is on record as such, and
//! the caller is told what to do.

use super::{Call, EventKind};
use crate::audio::{Frame, level};
use serde::{Deserialize, Serialize};

/// Fainter than this, in dBov, not even a line's own noise is.
const NOTHING: f32 = -80.0;

/// How the caller's way to us is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneWay {
    /// No packets arrive: a firewall, or a wrong address.
    NoPackets,
    /// Packets with nothing in them: a muted or broken microphone.
    Silence,
}

/// What is known of the caller's way to us.
#[derive(Debug, Default)]
pub(super) struct Line {
    sounded: bool,
    noted: bool,
}

impl Call {
    pub(super) fn watch_line(&mut self, caller: &Frame) {
        self.line.sounded = self.line.sounded || level::dbov(caller.samples()) > NOTHING;
    }

    /// Whether nothing has been heard in this call, not even noise; on record from then on.
    pub(super) fn is_silent_line(&mut self) -> bool {
        if !self.line.sounded {
            self.note_one_way(OneWay::Silence);
        }
        !self.line.sounded
    }

    /// Who writes is not to be told that they cannot be heard.
    pub(super) fn reaches_us(&mut self) {
        self.line.sounded = true;
    }

    pub(super) fn note_one_way(&mut self, how: OneWay) {
        if !self.line.noted {
            self.line.noted = true;
            self.note(EventKind::OneWayAudio { how });
        }
    }
}
