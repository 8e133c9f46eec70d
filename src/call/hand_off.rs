//! The way to a person, and the end of a call.
//!
//! All ways lead through [`Call::hand_off`]: key 0, words, failures, a broken engine, the
//! dialplan. A transfer is followed to its end, and one that fails brings the caller back.

use super::speaking::Then;
use super::{
    AskedHow, Call, EndReason, EventKind, Input, InterruptedBy, Job, Phase, TransferUpdate,
};
use crate::audio::FRAME_MS;
use crate::dialplan::{Reach, Text, Told};
use crate::human::{self, Left, Outside};
use crate::pbx::QueueState;

impl Call {
    pub(super) fn hand_off(&mut self, how: AskedHow) {
        if self.waiting.is_some() {
            // They are on their way.
            self.drop_answer();
            self.looking_up = None;
            self.dialog.leave_matter();
            self.tell_place();
            return;
        }
        self.reached_by = how;
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

    pub(super) fn start_transfer(&mut self, target: String, attended: bool, how: AskedHow) {
        self.reached_by = how;
        let context = self.context();
        self.note(EventKind::TransferStarted {
            target: target.clone(),
            wanted: context.wanted.clone(),
            given: context.given.clone(),
        });
        self.jobs.push_back(Job::Transfer {
            target: target.clone(),
            attended,
            context,
        });
        let since = self.now;
        self.phase = Phase::Transferring { target, since };
    }

    /// To where the dialplan says, whatever the telephone system knows.
    pub(super) fn put_through(&mut self, how: AskedHow) {
        if let Reach::Transfer {
            target, attended, ..
        } = self.dialog.reach()
        {
            self.start_transfer(target, attended, how);
        }
    }

    /// The telephone system has said how long its queue is: the caller hears it before they are in it.
    pub(super) fn pbx_answered(&mut self, state: Option<QueueState>) {
        let Phase::AskingPbx { how, .. } = self.phase else {
            return;
        };
        match state {
            // It would keep them for nothing, or send them back.
            Some(queue) if queue.staffed == 0 => {
                self.not_transferred(self.way(), "nobody answers in that queue".to_owned());
            }
            Some(queue) => {
                self.tell(&told_of(&queue));
                self.phase = Phase::PuttingThrough(how);
            }
            None => self.put_through(how),
        }
    }

    /// Where people are reached just now.
    pub(super) fn way(&self) -> String {
        match self.dialog.reach() {
            Reach::Transfer { target, .. } => target,
            Reach::Queue { name, .. } => name,
        }
    }

    /// Nobody took the caller there; they hear it, and go on with us.
    pub(super) fn not_transferred(&mut self, target: String, reason: String) {
        self.note(EventKind::TransferFailed { target, reason });
        self.waiting_since = None;
        let now = self.time();
        let turn = self.dialog.nobody_there(now);
        self.take_turn(turn, AskedHow::Dialplan);
    }

    pub(super) fn transfer(&mut self, update: TransferUpdate) {
        let target = match &self.phase {
            Phase::Transferring { target, .. } => target.clone(),
            _ => String::new(),
        };
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
                if std::mem::take(&mut self.has_overflowed) {
                    // Back to their place.
                    self.note(EventKind::TransferFailed { target, reason });
                    self.reach_out(self.reached_by);
                    return;
                }
                self.not_transferred(target, reason);
            }
        }
    }

    /// The caller is told that the program stops. Who waits keeps their place for when they call again.
    pub(super) fn stop(&mut self) {
        let keeps_place = self.waiting.is_some() && self.number.is_some();
        self.drop_message();
        self.drop_answer();
        self.looking_up = None;
        self.leave_queue(Left::LineLost);
        self.interrupt(InterruptedBy::Shutdown);
        self.player.forget_stopped();
        for text in self.dialplan.told(&Told::Stopping { keeps_place }) {
            self.queue(text, false);
        }
        self.phase = Phase::Stopping;
    }

    /// While the program stops, only what is to be said and the end of the call count.
    pub(super) fn ignores(&self, input: &Input) -> bool {
        let counts = matches!(
            input,
            Input::Spoken { .. } | Input::HungUp | Input::MediaLost | Input::LineFailed
        );
        matches!(self.phase, Phase::Stopping) && !counts
    }

    pub(super) fn hang_up(&mut self, reason: EndReason) {
        self.jobs.push_back(Job::HangUp);
        self.end(reason);
    }

    pub(super) fn end(&mut self, reason: EndReason) {
        self.drop_message();
        self.leave_queue(reason.as_left());
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

/// What a caller hears of the queue that they are put into.
fn told_of(queue: &QueueState) -> Told {
    let wait = human::roughly(&Outside {
        waiting: queue.waiting,
        staffed: queue.staffed,
        free: queue.free,
        talk_s: queue.talk_s,
        hold_s: queue.hold_s,
    });
    Told::Pbx {
        waiting: queue.waiting,
        wait: wait.map(|wait| (wait.least, wait.most)),
    }
}
