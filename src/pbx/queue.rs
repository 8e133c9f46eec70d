//! A queue's state, from the events that answer `QueueStatus`.

use super::message::Message;

/// A queue as Asterisk's `app_queue` saw it a moment ago.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueState {
    pub waiting: usize,
    /// Members whose phone can be reached and who are not paused; those who talk count.
    pub staffed: usize,
    /// Of these, who do not talk and are not rung. Asterisk does not tell who is in wrap-up.
    pub free: usize,
    /// Asterisk's moving average of how long those who were answered had waited, in seconds;
    /// 0 before the first.
    pub hold_s: u32,
    /// The same of conversations.
    pub talk_s: u32,
}

/// What a member's phone does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    /// Would be rung now; also where Asterisk cannot tell, which rings them all the same.
    Free,
    /// Talks, is rung, or would refuse another call.
    Busy,
    /// Paused, not registered, or no such device.
    Away,
}

impl Member {
    /// `AST_DEVICE_*` of Asterisk's `devicestate.h`; 0 and what is to come are unknown.
    fn read(event: &Message) -> Member {
        match event.get("Status") {
            _ if event.get("Paused") == Some("1") => Member::Away,
            Some("4" | "5") => Member::Away,
            Some("2" | "3" | "6" | "7" | "8") => Member::Busy,
            _ => Member::Free,
        }
    }
}

/// An answer while its events arrive.
#[derive(Debug, Default)]
pub struct Reading {
    state: Option<QueueState>,
    staffed: usize,
    free: usize,
}

impl Reading {
    /// What is of another queue, or of no interest, changes nothing.
    pub fn event(&mut self, queue: &str, event: &Message) {
        let of = event.get("Queue").unwrap_or_default();
        if !of.eq_ignore_ascii_case(queue) {
            return;
        }
        let number = |name| event.get(name).and_then(|text| text.parse::<u32>().ok());
        let count = |name| number(name).unwrap_or(0);
        match event.get("Event") {
            Some("QueueParams") => {
                self.state = Some(QueueState {
                    waiting: count("Calls") as usize,
                    hold_s: count("Holdtime"),
                    talk_s: count("TalkTime"),
                    ..QueueState::default()
                });
            }
            Some("QueueMember") => {
                let member = Member::read(event);
                self.staffed += usize::from(member != Member::Away);
                self.free += usize::from(member == Member::Free);
            }
            _ => {}
        }
    }

    /// `None` where Asterisk has no such queue: it answers with an empty list then.
    pub fn whole(self) -> Option<QueueState> {
        Some(QueueState {
            staffed: self.staffed,
            free: self.free,
            ..self.state?
        })
    }
}
