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
            WaitingWish::HowLong => self.tell_place(),
            WaitingWish::Stay => self.tell(&Told::KeepsPlace),
            WaitingWish::Back => {
                self.leave_queue(Left::BackToBot);
                let turn = self.dialog.start_over();
                self.take_turn(turn, AskedHow::Dialplan);
            }
            WaitingWish::CallBack => {
                let now = self.time();
                let turn = self.dialog.call_back(now);
                self.take_turn(turn, AskedHow::Dialplan);
            }
            WaitingWish::Message => self.begin_message(),
            WaitingWish::CancelCallBack => {
                if let Some(number) = self.number.clone() {
                    self.jobs.push_back(Job::CancelCallBack { number });
                }
            }
        }
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
