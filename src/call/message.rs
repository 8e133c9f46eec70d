//! A message that the caller leaves: recorded as they speak, piece by piece, so that nothing of it is lost
//! whatever happens.

use super::io::{Job, Message};
use super::speaking::Then;
use super::{AskedHow, Call, EndReason, EventKind, Phase, seconds};
use crate::audio::{Clip, FRAME_MS, Frame, Key, tone};
use crate::dialplan::{Reach, Told};
use crate::human::Left;

/// The tone after which it is recorded.
const TONE_HZ: f32 = 1_000.0;
const TONE: u64 = 20;
const TONE_AMPLITUDE: f32 = 3_000.0;
/// Quiet that ends a message, and quiet in which none is begun.
const ENDED: u64 = seconds(5);
const NOTHING: u64 = seconds(10);
const LONGEST: u64 = seconds(180);
/// Pieces are given away so often.
const PIECE: usize = seconds(1) as usize;

/// A message that is being recorded.
pub(super) struct Recording {
    since: u64,
    /// When the caller was last heard to speak.
    spoke: Option<u64>,
    piece: Vec<i16>,
}

impl Call {
    /// Says how, and then records.
    pub(super) fn begin_message(&mut self) {
        self.drop_answer();
        self.drop_lookup();
        let context = self.context();
        let queue = match (&self.waiting, self.dialog.reach()) {
            (Some(waiting), _) => waiting.queue.clone(),
            (None, Reach::Queue { name, .. }) => name,
            (None, Reach::Transfer { .. }) => String::new(),
        };
        self.leave_queue(Left::Message);
        self.note_message(Message::Begun {
            number: self.number.clone(),
            queue,
            context,
        });
        let told = self.dialplan.told(&Told::LeaveMessage);
        let told = told.into_iter().map(|text| (text, false)).collect();
        self.say_all(told, Then::Record);
    }

    fn note_message(&mut self, message: Message) {
        self.jobs.push_back(Job::Message(message));
    }

    pub(super) fn begin_recording(&mut self) {
        self.drop_answer();
        self.way_is_due = false;
        self.phase = Phase::Recording(Recording {
            since: self.now,
            spoke: None,
            piece: Vec::new(),
        });
    }

    /// 20 ms of the message, and what the caller hears meanwhile.
    pub(super) fn record(&mut self, caller: &Frame, out: &mut Frame) {
        let is_speaking = self.is_heard_speaking(caller);
        let Phase::Recording(recording) = &mut self.phase else {
            return;
        };
        let at = self.now - recording.since;
        if at < TONE {
            let first = at * self.rate.frame_len() as u64;
            let tone = tone::sines(&[TONE_HZ], TONE_AMPLITUDE, self.rate.hz(), first);
            for (to, from) in out.samples_mut().iter_mut().zip(tone) {
                *to = from;
            }
            return;
        }
        recording.piece.extend(caller.samples());
        if is_speaking {
            recording.spoke = Some(self.now);
        }
        let quiet = self.now - recording.spoke.unwrap_or(recording.since);
        let limit = if recording.spoke.is_some() {
            ENDED
        } else {
            NOTHING
        };
        if recording.piece.len() >= PIECE * self.rate.frame_len() {
            self.give_piece();
        }
        if quiet > limit || at > LONGEST {
            self.message_ended();
        }
    }

    fn give_piece(&mut self) {
        if let Phase::Recording(recording) = &mut self.phase {
            let piece = std::mem::take(&mut recording.piece);
            let clip = Clip::new(self.rate.hz(), piece);
            self.note_message(Message::Sound(clip));
        }
    }

    /// What was said is kept, also when the caller hung up: how many seconds, if there was anything.
    pub(super) fn keep_message(&mut self) -> Option<u32> {
        self.give_piece();
        // Their last words belong to the message, and are no answer to anything.
        self.listener.reset();
        let Phase::Recording(recording) = &self.phase else {
            return None;
        };
        let said = recording.spoke.is_some();
        let duration_ms = (self.now - recording.since).saturating_sub(TONE) * u64::from(FRAME_MS);
        self.phase = Phase::Listening { since: self.now };
        match said {
            true => {
                self.note_message(Message::Kept);
                self.note(EventKind::MessageLeft { duration_ms });
            }
            false => self.note_message(Message::Dropped),
        }
        said.then_some((duration_ms / 1_000) as u32)
    }

    fn message_ended(&mut self) {
        if let Some(seconds) = self.keep_message() {
            self.tell(&Told::MessageKept { seconds });
            self.phase = Phase::Leaving(EndReason::MessageLeft);
        } else {
            self.dialog.offer();
            self.tell(&Told::MessageEmpty);
        }
    }

    /// A key ends the message; 0 leads to a person all the same.
    pub(super) fn press_while_recording(&mut self, key: Key) {
        if key == Key::ZERO {
            self.keep_message();
            self.hand_off(AskedHow::Key);
            return;
        }
        self.message_ended();
    }

    /// A message that was announced and does not come any more.
    pub(super) fn drop_message(&mut self) {
        if matches!(self.phase, Phase::Speaking(Then::Record)) {
            self.note_message(Message::Dropped);
        }
        if matches!(self.phase, Phase::Recording(_)) {
            self.keep_message();
        }
    }
}
