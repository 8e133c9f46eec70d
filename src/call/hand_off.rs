//! The way to a person, and the end of a call.
//!
//! All ways lead through [`Call::hand_off`]: key 0, words, failures, a broken engine, the
//! dialplan. A transfer is followed to its end, and one that fails brings the caller back.

use super::speaking::Then;
use super::{AskedHow, Call, EndReason, EventKind, InterruptedBy, Job, Phase, TransferUpdate};
use crate::audio::FRAME_MS;
use crate::dialplan::Text;

impl Call {
    pub(super) fn hand_off(&mut self, how: AskedHow) {
        let now = self.time();
        let turn = self.dialog.wants_human(now);
        self.drop_answer();
        self.looking_up = None;
        if turn.then_is_human() {
            self.announce(turn.say, how);
            return;
        }
        // Nobody is there: the dialog takes a message.
        self.note(EventKind::AskedForHuman { how });
        self.take_turn(turn, how);
    }

    /// Tells the caller that they are put through, which comes next.
    pub(super) fn announce(&mut self, say: Vec<(Text, bool)>, how: AskedHow) {
        // What the dialplan says first is still an answer.
        if how != AskedHow::Dialplan {
            self.note(EventKind::AskedForHuman { how });
        }
        self.drop_answer();
        self.looking_up = None;
        self.say_all(say, Then::Listen);
        self.phase = Phase::Announcing(how);
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
                self.waiting_since = None;
                let now = self.time();
                let turn = self.dialog.nobody_there(now);
                self.take_turn(turn, AskedHow::Dialplan);
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
