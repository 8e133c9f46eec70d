//! The caller's turn: what they say, piece by piece, becomes an answer to act on.
//!
//! Recognition begins at the first pause, when it is not known yet whether the caller has finished;
//! its words help to tell ([`super::endpointing`]). If they have finished, the words are there; if
//! not, they are dropped. When there is too much to do to recognise anything, the caller is told, and
//! offered a person.

use super::acting::Answer;
use super::{AskedHow, Call, EventKind, Job, JobId, Phase};
use crate::audio::{Clip, FRAME_MS, Frame};
use crate::dialplan::Completeness;
use crate::hear::{Heard, Recognition, Unheard, Urgency, Utterance};

/// Pieces of one answer that are put together when the caller goes on while we think.
const MOST_PIECES: usize = 4;
/// After so much silence the words of an early recognition are waited for.
const NEEDED_MS: u64 = 260;

/// Stands for an engine where the caller wrote.
const WRITTEN: &str = "text";

/// One utterance of an answer.
pub(super) struct Piece {
    pub id: JobId,
    pub since: u64,
    /// `None` until it is recognised.
    pub text: Option<String>,
    voiced_ms: u64,
    sound: Clip,
}

/// A recognition that was begun at a pause.
pub(super) struct Speculation {
    pub id: JobId,
    /// When it is done before the caller is found to have finished, and what it says about that.
    done: Option<(Recognition, Completeness)>,
    /// Somebody waits for it.
    needed: bool,
}

impl Call {
    pub(super) fn listen(&mut self, caller: &Frame) {
        if self.is_put_through() || matches!(self.phase, Phase::Recording(_)) {
            return;
        }
        let words = self.completeness();
        let silent_ms = self.listener.silent_ms();
        let patience = self
            .endpointing
            .patience(words, self.dialog.asks_for_a_row());
        match self.listener.hear(caller, &self.played, patience) {
            Some(Heard::Onset) if self.player.may_be_interrupted() => self.player.duck(true),
            Some(Heard::FalseOnset) => self.player.duck(false),
            Some(Heard::SpeechStarted) => {
                self.note(EventKind::SpeechStarted);
                self.notice_cut_off();
                self.make_way();
            }
            Some(Heard::SpeechEnded(utterance)) => self.speech_ended(utterance, words),
            Some(Heard::Paused(utterance)) => {
                let sound = self.whole(utterance.clip);
                let id = self.ask_for_words(sound, Urgency::Speculative);
                self.speculation = Some(Speculation {
                    id,
                    done: None,
                    needed: false,
                });
            }
            Some(Heard::WentOn) => {
                self.endpointing.went_on(silent_ms as u32);
                self.drop_speculation();
            }
            Some(Heard::Onset) | None => {}
        }
        if self.way_is_due && self.listener.is_in_speech() {
            self.make_way();
        }
        if self.listener.silent_ms() >= NEEDED_MS {
            self.need_speculation();
        }
    }

    /// Who is being put through is not listened to: a "thank you" must not end their call. Who has been
    /// is listened to by somebody else.
    pub(super) fn is_put_through(&self) -> bool {
        let on_the_way = matches!(
            self.phase,
            Phase::Announcing(_)
                | Phase::AskingPbx { .. }
                | Phase::PuttingThrough(_)
                | Phase::Transferring { .. }
                | Phase::Connected { .. }
        );
        on_the_way || self.is_taken()
    }

    /// Whether the caller speaks, for who wants no words of it.
    pub(super) fn is_heard_speaking(&mut self, caller: &Frame) -> bool {
        let patience = self.endpointing.patience(None, false);
        let _ = self.listener.hear(caller, &self.played, patience);
        self.listener.is_in_speech()
    }

    /// What the words so far say about whether there are more to come.
    fn completeness(&self) -> Option<Completeness> {
        let Some(speculation) = &self.speculation else {
            // Nobody is finding out.
            return Some(Completeness::Unclear);
        };
        speculation.done.as_ref().map(|(_, words)| *words)
    }

    /// With what the caller said before they were cut off.
    fn whole(&self, mut sound: Clip) -> Clip {
        if let Some(before) = &self.cut_off {
            sound.samples.splice(..0, before.samples.iter().copied());
        }
        sound
    }

    fn ask_for_words(&mut self, utterance: Clip, urgency: Urgency) -> JobId {
        let id = self.new_job();
        self.jobs.push_back(Job::Recognise {
            id,
            urgency,
            utterance,
        });
        id
    }

    fn need_speculation(&mut self) {
        if let Some(speculation) = &mut self.speculation
            && !std::mem::replace(&mut speculation.needed, true)
            && speculation.done.is_none()
        {
            self.jobs.push_back(Job::Need { id: speculation.id });
        }
    }

    fn drop_speculation(&mut self) {
        if let Some(Speculation { id, done: None, .. }) = self.speculation.take() {
            self.jobs.push_back(Job::Cancel { id });
        }
    }

    /// Forgets what the caller said and was saying; nobody waits for its words any more.
    pub(super) fn drop_answer(&mut self) {
        self.listener.reset();
        self.player.duck(false);
        self.drop_speculation();
        for piece in std::mem::take(&mut self.answer) {
            if piece.text.is_none() {
                self.jobs.push_back(Job::Cancel { id: piece.id });
            }
        }
        (self.interrupted, self.cut_off, self.way_is_due) = (None, None, false);
        self.keys.clear();
    }

    fn speech_ended(&mut self, utterance: Utterance, words: Option<Completeness>) {
        self.note(EventKind::SpeechEnded {
            speech_ms: utterance.speech_ms,
            endpointing_ms: utterance.endpointing_ms,
            words,
        });
        self.waiting_since = Some(
            self.now
                .saturating_sub(utterance.endpointing_ms / u64::from(FRAME_MS)),
        );
        if self.player.may_be_interrupted() {
            self.phase = Phase::Listening { since: self.now };
        }
        let sound = self.whole(utterance.clip);
        self.need_speculation();
        let speculation = self.speculation.take();
        let id = match &speculation {
            Some(speculation) => speculation.id,
            None => self.ask_for_words(sound.clone(), Urgency::Needed),
        };
        self.answer.push(Piece {
            id,
            since: self.now,
            text: None,
            voiced_ms: utterance.voiced_ms,
            sound,
        });
        if let Some((recognition, _)) = speculation.and_then(|speculation| speculation.done) {
            self.words_arrived(id, recognition, true);
        }
    }

    pub(super) fn recognised(&mut self, id: JobId, recognition: Recognition) {
        if self.speculation.as_ref().is_none_or(|s| s.id != id) {
            self.words_arrived(id, recognition, false);
            return;
        }
        let words = match &recognition.result {
            Ok(heard) => self.completeness_of(heard),
            Err(_) => {
                // What failed early is tried again when it is needed.
                self.speculation = None;
                return;
            }
        };
        if let Some(speculation) = &mut self.speculation {
            speculation.done = Some((recognition, words));
        }
    }

    fn words_arrived(&mut self, id: JobId, recognition: Recognition, early: bool) {
        let Some(piece) = self.answer.iter_mut().find(|piece| piece.id == id) else {
            return;
        };
        match recognition.result {
            Ok(hypothesis) => {
                piece.text = Some(hypothesis.text.clone());
                self.note(EventKind::Heard {
                    text: hypothesis.text,
                    confidence: hypothesis.confidence,
                    engine: recognition.engine,
                    took_ms: recognition.took_ms,
                    wait_ms: recognition.wait_ms,
                    ahead: recognition.ahead as u64,
                    early,
                });
                self.answer_when_whole();
            }
            Err(Unheard::Overloaded(reason)) => {
                self.engine_failed("recognition", reason);
                self.drop_answer();
                if std::mem::replace(&mut self.overloaded, true) {
                    self.hand_off(AskedHow::Engine);
                } else {
                    let reply = self.dialplan.overload();
                    self.say(reply);
                }
            }
            Err(Unheard::Failed(reason)) => {
                self.engine_failed("recognition", reason);
                self.hand_off(AskedHow::Engine);
            }
        }
    }

    /// The caller wrote what others say: nothing of it has to be recognised.
    pub(super) fn said(&mut self, text: String) {
        if self.is_put_through() || text.trim().is_empty() {
            return;
        }
        self.reaches_us();
        self.drop_answer();
        self.waiting_since = Some(self.now);
        self.make_way();
        // What cannot be interrupted is said to its end; there is no voice that goes on over it.
        self.way_is_due = false;
        self.note(EventKind::Heard {
            text: text.clone(),
            confidence: 1.0,
            engine: WRITTEN.to_owned(),
            took_ms: 0,
            wait_ms: 0,
            ahead: 0,
            early: false,
        });
        self.act_on(Answer {
            text,
            ..Answer::default()
        });
        self.interrupted = None;
    }

    /// Acts on the caller's answer once all of it is recognised and they have stopped speaking.
    pub(super) fn answer_when_whole(&mut self) {
        let going_on = self.listener.is_in_speech() && self.answer.len() < MOST_PIECES;
        if going_on || self.answer.iter().any(|piece| piece.text.is_none()) {
            return;
        }
        let mut answer = Answer::default();
        for piece in std::mem::take(&mut self.answer) {
            let text = piece.text.unwrap_or_default();
            if !answer.text.is_empty() && !text.is_empty() {
                answer.text.push(' ');
            }
            answer.text.push_str(&text);
            answer.voiced_ms += piece.voiced_ms;
            answer.sound = Some(piece.sound);
        }
        self.act_on(answer);
        self.interrupted = None;
    }
}
