//! What comes of what the caller said, or did not say: a word of control, or the next turn of the
//! dialog.

use super::speaking::Then;
use super::{
    AskedHow, Call, EndReason, EventKind, Job, JobId, LOOKUP_OVERDUE, Phase, REMEMBERED_ANSWER,
    seconds,
};
use crate::audio::Clip;
use crate::dialplan::{LookedUp, Next, Note, Turn};
use crate::hear::LONGEST_UTTERANCE_MS;
use crate::speak::Pace;
use crate::understand::{self, Control};

/// What was understood last, in case that it was only the beginning.
pub(super) struct ActedOn {
    sound: Clip,
    at: u64,
}

/// A company's system is asked since that frame.
pub(super) struct LookingUp {
    id: JobId,
    since: u64,
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
/// A lookup that takes longer is spoken about.
const LOOKUP_NOTICED: u64 = seconds(1);

impl Call {
    pub(super) fn act_on(&mut self, answer: Answer) {
        let text = answer.text.as_str();
        self.keys.clear();
        let language = self.dialplan.language;
        // An "okay" to how a message is left is no answer.
        if matches!(self.phase, Phase::Speaking(Then::Record)) {
            if understand::asks_for_human(language, text) {
                self.hand_off(AskedHow::Words);
            }
            return;
        }
        // What interrupted us was no turn of theirs.
        if (text.is_empty() || understand::is_backchannel(language, text)) && self.resume() {
            return;
        }
        if text.is_empty() && (answer.voiced_ms < SHORTEST_WORD_MS || self.waits_for_caller) {
            self.waiting_since = None;
            return;
        }
        let control = self.dialplan.control(text);
        // Who only waits says goodbye to somebody in the room.
        if let Some(control) = control.filter(|c| *c != Control::Goodbye || !self.waits_idly()) {
            self.obey(control);
            return;
        }
        if self.choose_by_words(text) {
            return;
        }
        if understand::asks_for_human(language, text) {
            self.hand_off(AskedHow::Words);
            return;
        }
        if self.answers_offer(text) {
            return;
        }
        let anger = self.notices_anger(&answer);
        let now = self.time();
        let meaning = self.dialog.read(text, now);
        let is_understood = meaning.is_understood();
        // Who was asked for a moment talks to somebody in the room; and while their question is being
        // looked into there is nothing to answer.
        let is_elsewhere = self.waits_for_caller || self.waits_idly();
        if self.looking_up.is_some() || is_elsewhere && !is_understood {
            self.waiting_since = None;
            return;
        }
        if is_understood {
            self.waits_for_caller = false;
            let at = self.now;
            self.acted_on = answer.sound.map(|sound| ActedOn { sound, at });
        }
        if let Some(how) = anger.filter(|_| !is_understood) {
            self.not_understood(text);
            if !self.offer_person(how, false) {
                self.hand_off(how);
            }
            return;
        }
        let turn = self.dialog.answer(text, meaning);
        let how = match is_understood {
            true => AskedHow::Dialplan,
            false => AskedHow::Failures,
        };
        let goes_on = matches!(turn.then, Next::Listen);
        self.take_turn(turn, how);
        if let Some(how) = anger.filter(|_| goes_on)
            && !self.offer_person(how, true)
        {
            self.hand_off(how);
        }
    }

    /// For the record, where nothing else comes of it.
    fn not_understood(&mut self, text: &str) {
        let (nearest, score) = (None, None);
        self.note(EventKind::NotUnderstood {
            text: text.to_owned(),
            nearest,
            score,
        });
    }

    /// Does what the dialog wants. `how` it came to a person, if that is it.
    pub(super) fn take_turn(&mut self, turn: Turn, how: AskedHow) {
        for note in turn.notes {
            let kind = match note {
                Note::Understood { intent, score } => EventKind::Understood {
                    intent: intent.to_string(),
                    score,
                },
                Note::NotUnderstood { text, nearest } => {
                    let (nearest, score) = nearest.unzip();
                    EventKind::NotUnderstood {
                        text,
                        nearest: nearest.map(|name| name.to_string()),
                        score,
                    }
                }
                Note::Filled { name, value } => EventKind::Filled {
                    name: name.to_string(),
                    value,
                },
                Note::Answered { intent } => {
                    self.tried.push(intent.to_string());
                    EventKind::Answered {
                        intent: intent.to_string(),
                    }
                }
            };
            self.note(kind);
        }
        match turn.then {
            Next::Listen => self.say_all(turn.say, Then::Listen),
            Next::HangUp => self.say_all(turn.say, Then::HangUp),
            Next::Human if self.waiting.is_some() => self.still_wait(turn.say, how),
            Next::Human => self.announce(turn.say, how),
            Next::CallBack(number) => {
                self.say_all(turn.say, Then::Listen);
                self.promise(number);
            }
            Next::LookUp(lookup, values) => {
                self.say_all(turn.say, Then::Listen);
                let id = self.new_job();
                self.note(EventKind::LookupStarted {
                    name: lookup.name().to_owned(),
                });
                self.jobs.push_back(Job::LookUp { id, lookup, values });
                let since = self.now;
                self.looking_up = Some(LookingUp { id, since });
            }
        }
    }

    pub(super) fn looked_up(&mut self, id: JobId, result: LookedUp) {
        let wanted = |looking_up: &LookingUp| looking_up.id == id;
        if !self.looking_up.as_ref().is_some_and(wanted) {
            return;
        }
        self.looking_up = None;
        self.note(EventKind::LookupEnded {
            failed: match &result {
                LookedUp::Found(_) => None,
                LookedUp::NotFound(why) | LookedUp::Failed(why) => Some(why.clone()),
            },
        });
        let now = self.time();
        let turn = self.dialog.looked_up(result, now);
        self.take_turn(turn, AskedHow::Engine);
    }

    /// What was to be looked up is not wanted any more.
    pub(super) fn drop_lookup(&mut self) {
        if self.looking_up.take().is_some() {
            self.dialog.leave_matter();
        }
    }

    pub(super) fn wait_for_lookup(&mut self) {
        let Some(LookingUp { id, since }) = &self.looking_up else {
            return;
        };
        match self.now - since {
            LOOKUP_NOTICED => self.one_moment(),
            LOOKUP_OVERDUE => {
                let why = "no result in time".to_owned();
                self.looked_up(*id, LookedUp::Failed(why));
            }
            _ => {}
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
                self.drop_lookup();
                let turn = self.dialog.start_over();
                self.take_turn(turn, AskedHow::Dialplan);
            }
            Control::GoBack => {
                self.drop_lookup();
                let turn = self.dialog.back();
                self.take_turn(turn, AskedHow::Dialplan);
            }
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

    pub(super) fn nothing_said(&mut self) {
        self.asked_to_speak_up();
        self.offer_is_over();
        self.note(EventKind::NoInput);
        self.waiting_since = None;
        self.waits_for_caller = false;
        if let Some(reason) = self.parting.take() {
            let goodbye = self.dialplan.goodbye();
            self.say(goodbye);
            self.phase = Phase::Leaving(reason);
            return;
        }
        let now = self.time();
        let mut turn = self.dialog.silent(now);
        match turn.then {
            Next::HangUp => {
                self.say_all(turn.say, Then::Listen);
                self.phase = Phase::Leaving(EndReason::NoInput);
                return;
            }
            Next::Listen if self.is_silent_line() => {
                let instead = self.dialplan.silent_line().say.into_iter();
                turn.say = instead.map(|text| (text, true)).collect();
            }
            _ => {}
        }
        self.take_turn(turn, AskedHow::Failures);
    }
}
