//! The caller's turn: what they say, piece by piece, becomes an answer to act on; and their keys.
//!
//! Recognition begins at the first pause, when it is not known yet whether the caller has finished.
//! If they have, its words are there at once or soon; if not, it is cancelled. When there is too
//! much to do to recognise anything, the caller is told, and offered a person.

use super::{AskedHow, Call, EventKind, FAILURES, InterruptedBy, Job, JobId, Phase};
use crate::audio::{FRAME_MS, Frame, Key};
use crate::dialplan::Then;
use crate::hear::{Heard, Recognition, Unheard, Urgency, Utterance};

/// Pieces of one answer that are put together when the caller goes on while we think.
const MOST_PIECES: usize = 4;
/// Keys of one answer that are kept.
const MOST_KEYS: usize = 32;

/// One utterance of an answer.
pub(super) struct Piece {
    pub id: JobId,
    pub since: u64,
    /// `None` until it is recognised.
    pub text: Option<String>,
}

/// A recognition that was begun at a pause.
pub(super) struct Speculation {
    pub id: JobId,
    /// When it is done before the caller is found to have finished.
    done: Option<Recognition>,
}

impl Call {
    pub(super) fn listen(&mut self, caller: &Frame) {
        // Who is being put through is not listened to: a "thank you" must not end their call.
        if matches!(
            self.phase,
            Phase::Speaking(Then::Human) | Phase::Announcing | Phase::Transferring { .. }
        ) {
            return;
        }
        match self.listener.hear(caller, &self.played) {
            Some(Heard::SpeechStarted) => {
                self.note(EventKind::SpeechStarted);
                self.interrupt(InterruptedBy::Speech);
                self.phase = Phase::Listening { since: self.now };
            }
            Some(Heard::SpeechEnded(utterance)) => {
                self.interrupt(InterruptedBy::Speech);
                self.phase = Phase::Listening { since: self.now };
                self.recognise(utterance);
            }
            Some(Heard::Paused(utterance)) => {
                let id = self.ask_for_words(utterance, Urgency::Speculative);
                self.speculation = Some(Speculation { id, done: None });
            }
            Some(Heard::WentOn) => self.drop_speculation(),
            None => {}
        }
    }

    fn ask_for_words(&mut self, utterance: Utterance, urgency: Urgency) -> JobId {
        let id = self.new_job();
        self.jobs.push_back(Job::Recognise {
            id,
            urgency,
            utterance: utterance.clip,
        });
        id
    }

    fn drop_speculation(&mut self) {
        if let Some(Speculation { id, done: None }) = self.speculation.take() {
            self.jobs.push_back(Job::Cancel { id });
        }
    }

    /// Forgets what the caller said and was saying; nobody waits for its words any more.
    pub(super) fn drop_answer(&mut self) {
        self.listener.reset();
        self.drop_speculation();
        for piece in std::mem::take(&mut self.answer) {
            if piece.text.is_none() {
                self.jobs.push_back(Job::Cancel { id: piece.id });
            }
        }
        self.keys.clear();
    }

    fn recognise(&mut self, utterance: Utterance) {
        self.note(EventKind::SpeechEnded {
            speech_ms: utterance.speech_ms,
            endpointing_ms: utterance.endpointing_ms,
        });
        self.waiting_since = Some(
            self.now
                .saturating_sub(utterance.endpointing_ms / u64::from(FRAME_MS)),
        );
        let speculation = self.speculation.take();
        let id = match &speculation {
            Some(speculation) => speculation.id,
            None => self.ask_for_words(utterance, Urgency::Needed),
        };
        self.answer.push(Piece {
            id,
            since: self.now,
            text: None,
        });
        match speculation {
            Some(Speculation {
                done: Some(recognition),
                ..
            }) => self.words_arrived(id, recognition, true),
            Some(_) => self.jobs.push_back(Job::Need { id }),
            None => {}
        }
    }

    pub(super) fn recognised(&mut self, id: JobId, recognition: Recognition) {
        if self.speculation.as_ref().is_some_and(|s| s.id == id) {
            // What failed early is tried again when it is needed.
            self.speculation = recognition.result.is_ok().then_some(Speculation {
                id,
                done: Some(recognition),
            });
        } else {
            self.words_arrived(id, recognition, false);
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
                self.failures += 1;
                if self.failures < FAILURES {
                    let reply = self.dialplan.overload();
                    self.say(reply);
                } else {
                    self.hand_off(AskedHow::Engine);
                }
            }
            Err(Unheard::Failed(reason)) => {
                self.engine_failed("recognition", reason);
                self.hand_off(AskedHow::Engine);
            }
        }
    }

    /// Acts on the caller's answer once all of it is recognised and they have stopped speaking.
    pub(super) fn answer_when_whole(&mut self) {
        let going_on = self.listener.is_in_speech() && self.answer.len() < MOST_PIECES;
        if going_on || self.answer.iter().any(|piece| piece.text.is_none()) {
            return;
        }
        let pieces: Vec<String> = std::mem::take(&mut self.answer)
            .into_iter()
            .filter_map(|piece| piece.text)
            .filter(|text| !text.is_empty())
            .collect();
        self.act_on(&pieces.join(" "));
    }

    pub(super) fn press(&mut self, key: Key) {
        self.note(EventKind::Digit { key: key.to_char() });
        if matches!(self.phase, Phase::Announcing | Phase::Transferring { .. }) {
            return;
        }
        self.waiting_since = Some(self.now);
        if key == Key::ZERO {
            self.interrupt(InterruptedBy::Digit);
            self.hand_off(AskedHow::Key);
            return;
        }
        self.interrupt(InterruptedBy::Digit);
        if self.keys.len() < MOST_KEYS {
            self.keys.push(key.to_char());
        }
        self.last_key = self.now;
        self.phase = Phase::Listening { since: self.now };
    }
}
