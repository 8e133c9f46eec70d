//! What comes of what the caller said, or did not say: an answer, a word of control, or a failure,
//! which is met differently each time and leads to a person in the end.

use super::{
    AskedHow, Call, EndReason, EventKind, FAILURES, OFFER_HUMAN, Phase, REMEMBERED_ANSWER,
};
use crate::audio::Clip;
use crate::dialplan::{Outcome, Reply};
use crate::hear::LONGEST_UTTERANCE_MS;
use crate::speak::Pace;
use crate::understand::{self, Control};

/// What was understood last, in case that it was only the beginning.
pub(super) struct ActedOn {
    sound: Clip,
    at: u64,
}

/// What the caller said, all of it, or keyed in.
#[derive(Default)]
pub(super) struct Answer {
    pub text: String,
    /// How much voice was in it.
    pub voiced_ms: u64,
    /// How it ended, where it was said.
    pub sound: Option<Clip>,
}

/// Less voice than this, and no words in it, is a cough or the like.
const SHORTEST_WORD_MS: u64 = 300;

impl Call {
    pub(super) fn act_on(&mut self, answer: Answer) {
        let text = answer.text.as_str();
        self.keys.clear();
        let language = self.dialplan.language;
        // What interrupted us was no turn of theirs.
        if (text.is_empty() || understand::is_backchannel(language, text)) && self.resume() {
            return;
        }
        if text.is_empty() && (answer.voiced_ms < SHORTEST_WORD_MS || self.waits_for_caller) {
            self.waiting_since = None;
            return;
        }
        if let Some(control) = self.dialplan.control(text) {
            self.obey(control);
            return;
        }
        let outcome = self.dialplan.hear(text);
        if self.is_number(text, &outcome) {
            return;
        }
        match outcome {
            Outcome::AskedForHuman => self.hand_off(AskedHow::Words),
            Outcome::Understood {
                intent,
                score,
                reply,
            } => {
                self.note(EventKind::Understood {
                    intent: intent.to_string(),
                    score,
                });
                self.failures = 0;
                self.waits_for_caller = false;
                let at = self.now;
                self.acted_on = answer.sound.map(|sound| ActedOn { sound, at });
                self.answer_with(reply);
            }
            // They talk to somebody in the room.
            Outcome::NotUnderstood { .. } if self.waits_for_caller => self.waiting_since = None,
            Outcome::NotUnderstood { nearest, score } => {
                let nearest = nearest.map(|name| (name.to_string(), score));
                self.not_understood(text.to_owned(), nearest);
            }
        }
    }

    /// The caller begins to speak. Who does so as soon as they are answered was cut off: what they
    /// say now is recognised together with what they said before.
    pub(super) fn notice_cut_off(&mut self) {
        self.cut_off = None;
        let Some(ActedOn { sound, at }) = self.acted_on.take() else {
            return;
        };
        if self.now - at < REMEMBERED_ANSWER {
            self.endpointing.cut_off();
            let room = sound.milliseconds() < u64::from(LONGEST_UTTERANCE_MS);
            self.cut_off = room.then_some(sound);
        }
    }

    fn obey(&mut self, control: Control) {
        self.note(EventKind::Control { control });
        self.waits_for_caller = false;
        match control {
            Control::Repeat => self.say_again(),
            Control::Slower => {
                self.pace = Pace::Slow;
                self.say_again();
            }
            Control::Louder => {
                self.player.louder();
                self.say_again();
            }
            Control::Wait => {
                let reply = self.dialplan.wait();
                self.say(reply);
                self.waits_for_caller = true;
            }
            Control::StartOver => {
                self.answered.clear();
                self.failures = 0;
                self.say_again();
            }
            Control::GoBack => self.go_back(),
            Control::Stop => {
                self.player.forget_stopped();
                self.waiting_since = None;
            }
            Control::Goodbye => {
                let goodbye = self.dialplan.goodbye();
                self.say(goodbye);
            }
        }
    }

    pub(super) fn not_understood(&mut self, text: String, nearest: Option<(String, f32)>) {
        let (nearest, score) = nearest.unzip();
        self.note(EventKind::NotUnderstood {
            text,
            nearest,
            score,
        });
        let reply = self.dialplan.no_match(self.no_matches);
        self.no_matches += 1;
        self.fail(reply);
    }

    pub(super) fn nothing_said(&mut self) {
        self.note(EventKind::NoInput);
        self.waiting_since = None;
        self.waits_for_caller = false;
        if self.nobody_there && self.failures + 1 >= FAILURES {
            let goodbye = self.dialplan.goodbye();
            self.say(goodbye);
            self.phase = Phase::Leaving(EndReason::NoInput);
            return;
        }
        let reply = match self.is_silent_line() {
            true => Some(self.dialplan.silent_line()),
            false => self.dialplan.no_input(self.no_inputs),
        };
        self.no_inputs += 1;
        self.fail(reply);
    }

    /// The first time a short word of help, then what can be asked and a person, then the person:
    /// also when there is nothing left to say that was not said before.
    fn fail(&mut self, reply: Option<Reply>) {
        self.failures += 1;
        let reply = match self.failures {
            OFFER_HUMAN => {
                self.helps += 1;
                self.dialplan.help(self.helps - 1).or(reply)
            }
            _ => reply,
        };
        match reply {
            Some(reply) if self.failures < FAILURES => {
                self.say(reply);
                // The question is still there.
                if let Some(ask) = &self.asked {
                    self.queue(ask.say.clone(), true);
                }
            }
            _ => self.hand_off(AskedHow::Failures),
        }
    }
}
