//! The caller's keys: 0 reaches a person, others make a number, which is an answer like any other.

use super::keys::Presses;
use super::keys::collect::{Collected, Collector, Wanted};
use super::speaking::Then;
use super::{AskedHow, Call, EventKind, InterruptedBy, Phase, Way, asking, seconds};
use crate::audio::Key;

/// What counts as a number when none was asked for.
const ANY_NUMBER: Wanted = Wanted {
    least: 1,
    most: 32,
    terminator: Key::from_code(11),
    first: seconds(2),
    between: seconds(2),
};

/// What the caller has pressed.
#[derive(Default)]
pub(super) struct Keys {
    presses: Presses,
    number: Option<Collector>,
}

impl Keys {
    /// Forgets the keys that were pressed; not in which ways they came.
    pub fn clear(&mut self) {
        self.number = None;
    }

    /// Whether a number is under way.
    pub fn is_empty(&self) -> bool {
        self.number.is_none()
    }
}

impl Call {
    pub(super) fn press(&mut self, key: Key, way: Way) {
        if !self.keys.presses.press(key, way, self.now) {
            return;
        }
        // Between the two of them: it may be a card's number.
        if matches!(self.phase, Phase::Connected { .. }) {
            return;
        }
        self.note(EventKind::Digit {
            key: key.to_char(),
            by: Some(way),
        });
        if self.is_put_through() {
            return;
        }
        if matches!(self.phase, Phase::Recording(_)) {
            self.press_while_recording(key);
            return;
        }
        self.waiting_since = Some(self.now);
        self.interrupt(InterruptedBy::Digit);
        // Who knows how a message is left need not hear it.
        if matches!(self.phase, Phase::Speaking(Then::Record)) && key != Key::ZERO {
            self.begin_recording();
            return;
        }
        if self.choose_by_key(key) {
            return;
        }
        // In a number that was asked for it is a digit, unless it stays alone.
        if key == Key::ZERO && self.dialog.keys().is_none() {
            self.hand_off(AskedHow::Key);
            return;
        }
        self.phase = Phase::Listening { since: self.now };
        let now = self.now;
        let wanted = self.dialog.keys().map_or(ANY_NUMBER, asking::wanted);
        let collector = || Collector::new(wanted, now);
        let number = self.keys.number.get_or_insert_with(collector);
        let collected = number.press(key, now);
        self.collected(collected);
    }

    pub(super) fn wait_for_keys(&mut self) {
        if let Some(number) = &mut self.keys.number {
            let collected = number.tick(self.now);
            self.collected(collected);
        }
    }

    fn collected(&mut self, collected: Collected) {
        match collected {
            Collected::More | Collected::Corrected => {}
            Collected::Person => self.hand_off(AskedHow::Key),
            Collected::TooShort(digits) => {
                self.keys.clear();
                // Nothing, when all was taken back.
                if !digits.is_empty() {
                    self.keyed(&digits);
                }
            }
            Collected::Done(digits) => {
                self.keys.clear();
                self.keyed(&digits);
            }
        }
    }

    /// A number that was asked for, or one that was not.
    fn keyed(&mut self, digits: &str) {
        if self.looking_up.is_some() {
            return;
        }
        self.waits_for_caller = false;
        self.offer_is_over();
        let now = self.time();
        let turn = self.dialog.keyed(digits, now);
        self.take_turn(turn, AskedHow::Failures);
    }
}
