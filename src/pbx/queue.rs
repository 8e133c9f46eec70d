//! A queue's state, from the events that answer `QueueStatus`.

use super::message::Message;
use serde::Serialize;

/// More members than any queue has; further ones count, but are not listed.
const MOST_MEMBERS: usize = 1000;

/// A queue as Asterisk's `app_queue` saw it a moment ago.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
    /// Since Asterisk started, or `queue reset stats`.
    pub completed: u32,
    pub abandoned: u32,
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// As configured; the interface where there is no name.
    pub name: String,
    /// Such as `PJSIP/anna`.
    pub interface: String,
    pub status: Status,
    pub paused: bool,
    /// Why, where it was given.
    pub pause_reason: Option<String>,
}

/// Asterisk's device state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Asterisk cannot tell; it rings them all the same.
    Unknown,
    Free,
    Talking,
    /// Would refuse another call.
    Busy,
    /// No such device.
    Invalid,
    /// Not registered, or does not answer.
    Unavailable,
    Ringing,
    RingingWhileTalking,
    OnHold,
}

impl Status {
    /// `AST_DEVICE_*` of Asterisk's `devicestate.h`; 0 and what is to come are unknown.
    fn read(number: Option<&str>) -> Status {
        match number {
            Some("1") => Status::Free,
            Some("2") => Status::Talking,
            Some("3") => Status::Busy,
            Some("4") => Status::Invalid,
            Some("5") => Status::Unavailable,
            Some("6") => Status::Ringing,
            Some("7") => Status::RingingWhileTalking,
            Some("8") => Status::OnHold,
            _ => Status::Unknown,
        }
    }
}

impl Member {
    /// Whether they are there to answer, now or after their conversation.
    pub fn on_duty(&self) -> bool {
        !self.paused && !matches!(self.status, Status::Invalid | Status::Unavailable)
    }

    /// Whether Asterisk would ring them now.
    pub fn free(&self) -> bool {
        self.on_duty() && matches!(self.status, Status::Free | Status::Unknown)
    }

    fn read(event: &Message) -> Member {
        let text = |name| event.get(name).unwrap_or_default().to_owned();
        let interface = match event.get("StateInterface") {
            Some(interface) if !interface.is_empty() => interface.to_owned(),
            _ => text("Location"),
        };
        let name = match event.get("Name") {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => interface.clone(),
        };
        let reason = event.get("PausedReason");
        Member {
            name,
            interface,
            status: Status::read(event.get("Status")),
            paused: event.get("Paused") == Some("1"),
            pause_reason: reason.filter(|why| !why.is_empty()).map(str::to_owned),
        }
    }
}

/// An answer while its events arrive.
#[derive(Debug, Default)]
pub struct Reading {
    state: Option<QueueState>,
    members: Vec<Member>,
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
                    completed: count("Completed"),
                    abandoned: count("Abandoned"),
                    ..QueueState::default()
                });
            }
            Some("QueueMember") => {
                let member = Member::read(event);
                self.staffed += usize::from(member.on_duty());
                self.free += usize::from(member.free());
                if self.members.len() < MOST_MEMBERS {
                    self.members.push(member);
                }
            }
            _ => {}
        }
    }

    /// `None` where Asterisk has no such queue: it answers with an empty list then.
    pub fn whole(self) -> Option<QueueState> {
        Some(QueueState {
            staffed: self.staffed,
            free: self.free,
            members: self.members,
            ..self.state?
        })
    }
}
