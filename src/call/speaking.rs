//! What the caller hears: replies one after another, made way for when the caller speaks, gone on
//! with when that was nothing, and said again when the caller asks for it.

use super::io::{Job, JobId, Spoken};
use super::player::Played;
use super::{Call, EventKind, InterruptedBy, Phase};
use crate::audio::FRAME_MS;
use crate::dialplan::Reply;
use crate::speak::{self, Pace};
use std::sync::Arc;

/// Answers that a caller can go back through.
const REMEMBERED: usize = 16;

impl Call {
    /// An answer, which the caller may want to hear again.
    pub(super) fn answer_with(&mut self, reply: Reply) {
        if self.answered.len() == REMEMBERED {
            self.answered.remove(0);
        }
        self.answered.push(reply.clone());
        self.asked = reply.ask.clone();
        self.say(reply);
    }

    /// Says something, after what cannot be interrupted.
    pub(super) fn say(&mut self, reply: Reply) {
        self.player.forget_stopped();
        self.player.drop_interruptible();
        for text in reply.say {
            self.queue(text, reply.barge_in);
        }
        self.phase = Phase::Speaking(reply.then);
    }

    pub(super) fn queue(&mut self, text: Arc<str>, barge_in: bool) {
        let shown = speak::shown(&text).into();
        let ready = self.prompts.get(&text).filter(|_| self.pace == Pace::Usual);
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

    /// The last answer again; the greeting, when there was none yet.
    pub(super) fn say_again(&mut self) {
        let reply = self.answered.last().cloned();
        let reply = reply.unwrap_or_else(|| self.dialplan.greeting());
        self.asked = reply.ask.clone();
        self.say(reply);
    }

    /// The answer before the last; the greeting, when there was none.
    pub(super) fn go_back(&mut self) {
        self.answered.pop();
        self.say_again();
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
        if let Some(prompt) = self.prompts.get(filler) {
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
