//! The way to a person, and the end of a call.
//!
//! All ways lead through [`Call::hand_off`]: key 0, words, failures, a broken engine, the
//! dialplan. A transfer is followed to its end, and one that fails brings the caller back.

use super::{AskedHow, Call, EndReason, EventKind, InterruptedBy, Job, Phase, TransferUpdate};
use crate::audio::FRAME_MS;

impl Call {
    pub(super) fn hand_off(&mut self, how: AskedHow) {
        self.note(EventKind::AskedForHuman { how });
        self.drop_answer();
        self.failures = 0;
        self.asked = None;
        if how != AskedHow::Dialplan {
            let announcement = self.dialplan.human_reply();
            self.say(announcement);
        }
        self.phase = Phase::Announcing;
    }

    pub(super) fn transfer(&mut self, update: TransferUpdate) {
        let target = self.dialplan.human.target.clone();
        match update {
            TransferUpdate::Progress(code) => self.note(EventKind::TransferProgress { code }),
            // Also when it comes late: the caller is with somebody.
            TransferUpdate::Done => {
                self.note(EventKind::Transferred { target });
                self.hang_up(EndReason::Transferred);
            }
            TransferUpdate::Failed(reason) => {
                if !matches!(self.phase, Phase::Transferring { .. }) {
                    return;
                }
                self.note(EventKind::TransferFailed { target, reason });
                self.nobody_there = true;
                self.waiting_since = None;
                let sorry = self.dialplan.human_failed();
                self.say(sorry);
            }
        }
    }

    pub(super) fn hang_up(&mut self, reason: EndReason) {
        self.jobs.push_back(Job::HangUp);
        self.end(reason);
    }

    pub(super) fn end(&mut self, reason: EndReason) {
        if reason == EndReason::CallerHungUp {
            self.interrupt(InterruptedBy::HangUp);
        }
        self.drop_answer();
        self.note(EventKind::CallEnded {
            reason,
            duration_ms: self.now * u64::from(FRAME_MS),
        });
        self.phase = Phase::Over;
    }
}
