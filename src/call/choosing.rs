//! What who waits, or was told that nobody is there, chooses instead: a call-back, a message, the bot. By keys
//! and by words; the words are [`crate::understand::waiting`]'s.

use super::io::Job;
use super::speaking::Then;
use super::{AskedHow, Call};
use crate::audio::Key;
use crate::dialplan::{BACK_KEY, CALL_BACK_KEY, MESSAGE_KEY, Reach, Text, Told};
use crate::human::Left;
use crate::understand::WaitingWish;

impl Call {
    /// What keys mean to who waits. False if nothing.
    pub(super) fn choose_by_key(&mut self, key: Key) -> bool {
        if !self.dialog.offers_way_out() || self.dialog.keys().is_some() {
            return false;
        }
        let wish = match key.to_char() {
            '0' if self.waiting.is_some() => WaitingWish::HowLong,
            CALL_BACK_KEY if self.dialplan.human.call_back.is_some() => WaitingWish::CallBack,
            MESSAGE_KEY => WaitingWish::Message,
            BACK_KEY if self.waiting.is_some() => WaitingWish::Back,
            _ => return false,
        };
        self.choose(wish);
        true
    }

    /// The same by words.
    pub(super) fn choose_by_words(&mut self, text: &str) -> bool {
        match self.dialog.way_out(text) {
            Some(wish) => self.choose(wish),
            None => return false,
        }
        true
    }

    fn choose(&mut self, wish: WaitingWish) {
        match wish {
            // Who was told that nobody can take them has no place: it is tried again.
            WaitingWish::HowLong | WaitingWish::Stay if self.waiting.is_none() => {
                self.hand_off(AskedHow::Words);
            }
            WaitingWish::HowLong => self.tell_place(),
            WaitingWish::Stay => self.tell(&Told::KeepsPlace),
            WaitingWish::Back => {
                self.drop_lookup();
                self.leave_queue(Left::BackToBot);
                let turn = self.dialog.start_over();
                self.take_turn(turn, AskedHow::Dialplan);
            }
            WaitingWish::CallBack => {
                self.drop_lookup();
                let now = self.time();
                let turn = self.dialog.call_back(now);
                self.take_turn(turn, AskedHow::Dialplan);
            }
            WaitingWish::Message => self.begin_message(),
            WaitingWish::CancelCallBack => match self.called_back_at() {
                Some(number) => self.jobs.push_back(Job::CancelCallBack { number }),
                None => self.tell(&Told::CancelledCallBack(false)),
            },
        }
    }

    /// The number that was promised in this call, or that it comes from.
    pub(super) fn called_back_at(&self) -> Option<String> {
        let promised = Some(&self.promised_to).filter(|number| !number.is_empty());
        promised.or(self.number.as_ref()).cloned()
    }

    /// The dialog leads to a person, for whom the caller waits already.
    pub(super) fn still_wait(&mut self, say: Vec<(Text, bool)>, how: AskedHow) {
        match how == AskedHow::Dialplan && !say.is_empty() {
            true => self.say_all(say, Then::Listen),
            false => self.tell_place(),
        }
    }

    /// A number to call back was agreed.
    pub(super) fn promise(&mut self, number: String) {
        let Reach::Queue {
            name,
            priority,
            skills,
        } = self.dialog.reach()
        else {
            return;
        };
        let queue = self.waiting.as_ref().map(|waiting| waiting.queue.clone());
        self.promised_to = number.clone();
        let context = self.context();
        self.jobs.push_back(Job::CallBack {
            queue: queue.unwrap_or(name),
            priority,
            skills,
            number,
            context,
        });
    }
}
