//! What the caller hears: replies one after another, made way for when the caller speaks, gone on
//! with when that was nothing, and said again when the caller asks for it.

use super::io::{Job, JobId, Spoken};
use super::player::Played;
use super::{AskedHow, Call, EventKind, InterruptedBy, Phase};
use crate::audio::FRAME_MS;
use crate::dialplan::{Reply, Text};
use crate::speak::{self, Pace};
use std::sync::Arc;

/// What comes after something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Listen,
    /// A message.
    Record,
    HangUp,
}

impl Call {
    /// Says one thing of the dialplan's own, and listens or ends the call as it wants.
    pub(super) fn say(&mut self, reply: Reply) {
        let then = match reply.ends {
            true => Then::HangUp,
            false => Then::Listen,
        };
        let say = reply.say.into_iter().map(|text| (text, true));
        self.say_all(say.collect(), then);
    }

    /// Says texts, after what cannot be interrupted; and whether each of them can be.
    pub(super) fn say_all(&mut self, say: Vec<(Text, bool)>, then: Then) {
        self.drop_message();
        self.player.forget_stopped();
        self.player.drop_interruptible();
        for (text, barge_in) in say {
            self.queue(text, barge_in);
        }
        self.phase = Phase::Speaking(then);
    }

    pub(super) fn queue(&mut self, text: Arc<str>, barge_in: bool) {
        let shown = speak::shown(&text).into();
        let ready = self.prompts.get(&text, self.rate);
        let ready = ready.filter(|_| self.pace == Pace::Usual);
        match ready {
            Some(prompt) => self.player.add(shown, prompt, barge_in),
            None => {
                let id = self.new_job();
                self.player.add_coming(shown, id, barge_in);
                let pace = self.pace;
                self.jobs.push_back(Job::Synthesise { id, text, pace });
            }
        }
    }

    /// What was said last, once more.
    pub(super) fn say_again(&mut self) {
        let turn = self.dialog.again();
        self.take_turn(turn, AskedHow::Dialplan);
    }

    pub(super) fn spoken(&mut self, id: JobId, spoken: Spoken) {
        match spoken {
            Spoken::Phrase { phrase, took_ms } => {
                if self.player.arrived(id, phrase) {
                    self.synthesis_ms = Some(took_ms);
                }
            }
            Spoken::Done => self.player.complete(id),
            Spoken::Failed(reason) => {
                self.player.complete(id);
                self.engine_failed("voice", reason);
            }
        }
    }

    /// Something to hear while the answer takes long.
    pub(super) fn one_moment(&mut self) {
        let filler = self.dialplan.one_moment();
        if let Some(prompt) = self.prompts.get(filler, self.rate) {
            self.player.add_first(speak::shown(filler).into(), prompt);
        }
    }

    pub(super) fn note_played(&mut self, played: Played) {
        match played {
            Played::Started(text) => {
                let after_ms = self
                    .waiting_since
                    .take()
                    .map(|since| (self.now - since) * u64::from(FRAME_MS));
                let synthesis_ms = self.synthesis_ms.take();
                self.note(EventKind::PromptStarted {
                    text: text.to_string(),
                    after_ms,
                    synthesis_ms,
                });
            }
            Played::Finished(text) => self.note(EventKind::PromptFinished {
                text: text.to_string(),
            }),
            Played::Waiting => self.one_moment(),
            Played::GaveUp(text) => {
                self.engine_failed("voice", format!("no sound in time for: {text}"));
            }
        }
    }

    /// The caller's voice stops what we say, unless it is not to be interrupted; then it stops what
    /// comes after that.
    pub(super) fn make_way(&mut self) {
        if !self.player.may_be_interrupted() {
            self.way_is_due = true;
            return;
        }
        self.way_is_due = false;
        if let Phase::Speaking(then) = self.phase
            && self.player.is_busy()
        {
            self.interrupted = Some(then);
        }
        self.interrupt(InterruptedBy::Speech);
        self.phase = Phase::Listening { since: self.now };
    }

    pub(super) fn interrupt(&mut self, by: InterruptedBy) {
        if let Some(stopped) = self.player.stop() {
            self.note(EventKind::PromptInterrupted {
                text: stopped.text.to_string(),
                by,
                heard_ms: stopped.frames * u64::from(FRAME_MS),
                heard: stopped.heard,
            });
        }
    }

    /// Goes on with what was interrupted for nothing. False if nothing was.
    pub(super) fn resume(&mut self) -> bool {
        let Some(then) = self.interrupted.take() else {
            return false;
        };
        let Some(text) = self.player.resume() else {
            return false;
        };
        self.note(EventKind::PromptResumed {
            text: text.to_string(),
        });
        self.waiting_since = None;
        self.phase = Phase::Speaking(then);
        true
    }
}
