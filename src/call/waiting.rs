//! Waiting for a person in a queue of ours: the caller is told the truth, hears music between, can ask
//! the bot other things, and can choose otherwise at any time ([`super::choosing`]). An agent who is free ends all of it.
//!
//! What is true, and when it is said, decides [`crate::human`]; here it is put into words and sound.

use super::io::{Job, QueueNews};
use super::speaking::Then;
use super::{AskedHow, Call, EndReason, EventKind, InterruptedBy, Phase, seconds};
use crate::audio::{FRAME_MS, Frame};
use crate::dialplan::{Nobody, Reach, Text, Told};
use crate::human::{Announcement, Announcer, Context, Left, Minutes, Place, Refused};

/// The queue has not answered for so long: it is broken.
const ENTERING_OVERDUE: u64 = seconds(5);
/// An agent who took the call is on it long before this.
const JOINING_OVERDUE: u64 = seconds(60);
/// Quiet between what was said and the music.
const REST: u64 = seconds(1);

/// A caller who waits.
pub(super) struct Waiting {
    pub queue: String,
    since: u64,
    stage: Stage,
    announcer: Announcer,
    place: Option<Place>,
    /// The place of an earlier call.
    kept: bool,
    /// A call-back is worth offering.
    call_back: bool,
    /// Frames of music that were heard.
    heard: usize,
    /// The music goes on then.
    music_from: u64,
}

enum Stage {
    /// The queue has been asked, or has to give them their place again, since that frame.
    Entering {
        since: u64,
    },
    InQueue,
    /// An agent has taken the call since that frame.
    Taken {
        since: u64,
    },
}

impl Call {
    /// The way to a person begins, now that it has been announced.
    pub(super) fn reach_out(&mut self, how: AskedHow) {
        match self.dialog.reach() {
            Reach::Queue {
                name,
                priority,
                skills,
            } => self.enter_queue(name, priority, skills, how),
            Reach::Transfer {
                target,
                attended,
                asterisk_queue: None,
            } => self.start_transfer(target, attended, how),
            Reach::Transfer {
                asterisk_queue: Some(queue),
                ..
            } => {
                self.jobs.push_back(Job::AskPbx { queue });
                self.phase = Phase::AskingPbx {
                    since: self.now,
                    how,
                };
            }
        }
    }

    fn enter_queue(&mut self, queue: String, priority: u8, skills: Vec<String>, how: AskedHow) {
        self.reached_by = how;
        self.jobs.push_back(Job::Enter {
            queue: queue.clone(),
            priority,
            skills,
            context: self.context(),
        });
        // Whatever was promised before, they want somebody now.
        self.parting = None;
        self.wait_in(queue);
        self.phase = Phase::Listening { since: self.now };
    }

    fn wait_in(&mut self, queue: String) {
        self.dialog.waiting(true);
        self.waiting = Some(Waiting {
            queue,
            since: self.now,
            stage: Stage::Entering { since: self.now },
            announcer: Announcer::new(),
            place: None,
            kept: false,
            call_back: false,
            heard: 0,
            music_from: self.now + REST,
        });
    }

    /// What whoever takes over should know.
    pub(super) fn context(&self) -> Context {
        let (wanted, given) = self.dialog.context();
        if let Some(back) = self.called_back.as_ref().filter(|_| wanted.is_empty()) {
            return back.context.clone();
        }
        Context {
            language: self.dialplan.language.tag().to_owned(),
            wanted: wanted.iter().map(|name| name.to_string()).collect(),
            given: given.into_iter().collect(),
            tried: self.tried.clone(),
            why: self.reached_by.in_words().to_owned(),
        }
    }

    /// What the queue says.
    pub(super) fn queue_news(&mut self, news: QueueNews) {
        match news {
            QueueNews::Entered {
                place,
                kept,
                call_back,
            } => self.entered(place, kept, call_back),
            QueueNews::Update { place, call_back } => self.placed(place, call_back),
            QueueNews::Moved { queue, place } => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.queue = queue;
                    let call_back = waiting.call_back;
                    self.entered(place, false, call_back);
                }
            }
            QueueNews::Refused(why) => self.refused(why),
            QueueNews::Outside { to } => {
                if self.stop_waiting() {
                    self.has_overflowed = true;
                    self.start_transfer(to, false, self.reached_by);
                }
            }
            QueueNews::Offered { agent } => self.note(EventKind::AgentOffered { agent }),
            QueueNews::NotTaken { agent, why } => {
                self.note(EventKind::AgentNotTaken { agent, why });
            }
            QueueNews::Taken => self.taken(),
            QueueNews::Joined { agent } => self.joined(agent),
            QueueNews::AgentHungUp => {
                if matches!(self.phase, Phase::Connected { .. }) {
                    self.hang_up(EndReason::AgentHungUp);
                }
            }
            QueueNews::AgentLost => self.agent_lost(),
            QueueNews::Promised { id, place } => self.promised(id, place),
            QueueNews::NotCalled => self.not_called(),
            QueueNews::Cancelled(found) => {
                if let Some(number) = self.called_back_at() {
                    self.note(EventKind::CallBackCancelled { number, found });
                }
                self.promised_to.clear();
                self.parting = None;
                self.tell(&Told::CancelledCallBack(found));
            }
        }
    }

    fn entered(&mut self, place: Place, kept: bool, call_back: bool) {
        let context = self.context();
        // Who knows that they wait need not be told that their place was kept.
        let waited_before = std::mem::replace(&mut self.has_waited, true);
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        // Also where an agent had taken them, and was lost before the two heard each other.
        waiting.stage = Stage::InQueue;
        waiting.kept = kept && !waited_before;
        let queue = waiting.queue.clone();
        self.note(EventKind::Queued {
            queue,
            position: place.position,
            wait: place.wait,
            kept,
            wanted: context.wanted,
            given: context.given,
        });
        self.know(place, call_back);
    }

    fn placed(&mut self, place: Place, call_back: bool) {
        let before = self.waiting.as_ref().and_then(|waiting| waiting.place);
        if before.is_some_and(|before| before.position != place.position) {
            self.note(EventKind::QueueUpdate {
                position: place.position,
                wait: place.wait,
            });
        }
        self.know(place, call_back);
    }

    fn know(&mut self, place: Place, call_back: bool) {
        if let Some(waiting) = &mut self.waiting {
            waiting.place = Some(place);
            waiting.call_back = call_back;
            waiting.announcer.know(place);
        }
    }

    /// Nobody will come: said at once, with what can be done instead.
    fn refused(&mut self, why: Refused) {
        let number = std::mem::take(&mut self.promised_to);
        let reason = in_words(why).to_owned();
        if self.stop_waiting() {
            self.note(EventKind::QueueRefused { why: reason });
        } else if !number.is_empty() {
            let why = reason;
            self.note(EventKind::CallBackRefused { number, why });
        } else {
            return;
        }
        let nobody = match why {
            Refused::Full => Nobody::Full,
            Refused::TooLong => Nobody::TooLong,
            Refused::NobodyThere | Refused::NoSuchQueue => Nobody::NotStaffed,
        };
        self.nobody_at_work(nobody);
    }

    fn nobody_at_work(&mut self, why: Nobody) {
        self.drop_answer();
        self.looking_up = None;
        self.waiting_since = None;
        let now = self.time();
        let turn = self.dialog.nobody_at_work(why, now);
        self.interrupt(InterruptedBy::Queue);
        self.take_turn(turn, AskedHow::Dialplan);
    }

    /// An agent has taken the call: what is being said ends, and nothing else is begun.
    fn taken(&mut self) {
        let now = self.now;
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        waiting.stage = Stage::Taken { since: now };
        waiting.music_from = now;
        self.drop_answer();
        self.looking_up = None;
        self.interrupt(InterruptedBy::Queue);
        self.tell(&Told::Answering);
    }

    pub(super) fn joined(&mut self, agent: String) {
        let waited = self.waiting.as_ref().map_or(0, |w| self.now - w.since);
        self.interrupt(InterruptedBy::Queue);
        self.player.forget_stopped();
        self.drop_answer();
        let queue = self.waiting.take().map(|waiting| waiting.queue);
        self.dialog.waiting(false);
        self.note(EventKind::Connected {
            agent: agent.clone(),
            waited_ms: waited * u64::from(FRAME_MS),
        });
        self.phase = Phase::Connected { agent, queue };
    }

    fn agent_lost(&mut self) {
        let Phase::Connected { agent, queue } = &self.phase else {
            // Taken, and lost before the two heard each other.
            if let Some(waiting) = &mut self.waiting
                && matches!(waiting.stage, Stage::Taken { .. })
            {
                waiting.stage = Stage::Entering { since: self.now };
                self.tell(&Told::Back);
            }
            return;
        };
        let (agent, queue) = (agent.clone(), queue.clone());
        let how = AskedHow::Dialplan;
        self.note(EventKind::AgentLost { agent });
        match queue {
            // The queue knows, and has given them their place back.
            Some(queue) => self.wait_in(queue),
            // We called them: they stand where they stood.
            None => match self.called_back.clone() {
                Some(back) => self.enter_queue(back.queue, back.priority, back.skills, how),
                None => self.reach_out(how),
            },
        }
        self.tell(&Told::Back);
    }

    fn promised(&mut self, id: String, place: usize) {
        let number = self.promised_to.clone();
        self.note(EventKind::CallBackPromised {
            id,
            number: number.clone(),
        });
        self.stop_waiting();
        let told = Told::Promised {
            number,
            position: place,
        };
        self.tell(&told);
        self.parting = Some(EndReason::CallBackPromised);
    }

    /// What there was before is there still: their place, or the ways that there are without one.
    fn not_called(&mut self) {
        let number = std::mem::take(&mut self.promised_to);
        let why = "it is none that may be called".to_owned();
        self.note(EventKind::CallBackRefused { number, why });
        let still = match self.waiting.is_some() {
            true => Told::KeepsPlace,
            false => {
                self.dialog.offer();
                Told::WaysOut
            }
        };
        let mut say = self.told(&Told::NotCalled);
        say.extend(self.told(&still));
        self.say_all(say, Then::Listen);
    }

    /// Without a word; false if nobody waited. The queue knows already, or is told by the caller.
    fn stop_waiting(&mut self) -> bool {
        self.dialog.waiting(false);
        self.waiting.take().is_some()
    }

    /// The caller's place is not wanted any more.
    pub(super) fn leave_queue(&mut self, how: Left) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        self.dialog.waiting(false);
        self.jobs.push_back(Job::Leave { how });
        self.note(EventKind::LeftQueue {
            how,
            waited_ms: (self.now - waiting.since) * u64::from(FRAME_MS),
        });
    }
}

/// What the caller hears while they wait.
impl Call {
    /// Announcements are begun where nothing else is going on; music fills the rest.
    pub(super) fn wait_in_queue(&mut self, out: &mut Frame) {
        let going_on = self.player.is_busy()
            || self.listener.is_in_speech()
            || !self.answer.is_empty()
            || !self.keys.is_empty()
            || self.looking_up.is_some();
        let asks = self.dialog.is_asking();
        let now = self.now;
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let since = now - waiting.since;
        match waiting.stage {
            Stage::Entering { since } if now - since > ENTERING_OVERDUE => {
                return self.refused_by_silence();
            }
            Stage::Entering { .. } => {}
            Stage::Taken { since } if now - since > JOINING_OVERDUE => {
                return self.refused_by_silence();
            }
            Stage::Taken { .. } => {}
            Stage::InQueue => {
                let at_ms = since * u64::from(FRAME_MS);
                let speaking = going_on || asks;
                if let Some(announcement) = waiting.announcer.tick(at_ms, speaking) {
                    return self.announce_place(announcement);
                }
            }
        }
        if going_on || asks {
            waiting.music_from = now + REST;
        } else if now >= waiting.music_from {
            if let Some(music) = self.music.frame(waiting.heard, self.rate) {
                out.clone_from(music);
            }
            waiting.heard += 1;
        }
    }

    /// The queue is silent: it is broken, and the caller must not wait for it.
    fn refused_by_silence(&mut self) {
        self.engine_failed("queue", "no answer in time".to_owned());
        self.leave_queue(Left::BackToBot);
        self.nobody_at_work(Nobody::NotStaffed);
    }

    fn announce_place(&mut self, announcement: Announcement) {
        let Some(waiting) = &self.waiting else {
            return;
        };
        let (kept, call_back) = (waiting.kept, waiting.call_back);
        let told = match announcement {
            Announcement::Entered { position, wait } => Told::Entered {
                position,
                wait: minutes(wait),
                kept,
                call_back,
            },
            Announcement::Better { position, wait } => Told::Better {
                position,
                wait: minutes(wait),
            },
            Announcement::Still { position, wait } => Told::Still {
                position,
                wait: minutes(wait),
            },
            Announcement::LongerThanExpected { position } => Told::Longer {
                position,
                call_back,
            },
        };
        self.tell(&told);
    }

    pub(super) fn tell_place(&mut self) {
        let now = self.now;
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let at_ms = (now - waiting.since) * u64::from(FRAME_MS);
        let told = match waiting.announcer.asked(at_ms) {
            Some(
                Announcement::Entered { position, wait }
                | Announcement::Better { position, wait }
                | Announcement::Still { position, wait },
            ) => Told::Asked {
                position,
                wait: minutes(wait),
            },
            Some(Announcement::LongerThanExpected { position }) => Told::Longer {
                position,
                call_back: waiting.call_back,
            },
            None => {
                self.phase = Phase::Listening { since: now };
                return;
            }
        };
        self.tell(&told);
    }

    /// Says something of the queue's, and listens.
    pub(super) fn tell(&mut self, told: &Told) {
        self.say_all(self.told(told), Then::Listen);
    }

    fn told(&self, told: &Told) -> Vec<(Text, bool)> {
        let texts = self.dialplan.told(told).into_iter();
        texts.map(|text| (text, true)).collect()
    }
}

/// What others want to know.
impl Call {
    /// An agent has taken the call: nobody listens to what is said now but they, soon.
    pub(super) fn is_taken(&self) -> bool {
        let taken = |waiting: &Waiting| matches!(waiting.stage, Stage::Taken { .. });
        self.waiting.as_ref().is_some_and(taken)
    }

    /// Whether the caller only waits: what they say and nobody understands is for somebody in the room.
    pub(super) fn waits_idly(&self) -> bool {
        self.waiting.is_some() && !self.dialog.is_asking()
    }
}

fn minutes(wait: Option<Minutes>) -> Option<(u32, u32)> {
    wait.map(|wait| (wait.least, wait.most))
}

fn in_words(why: Refused) -> &'static str {
    match why {
        Refused::Full => "the queue is full",
        Refused::NobodyThere => "nobody is there",
        Refused::NoSuchQueue => "there is no such queue",
        Refused::TooLong => "it takes too long",
    }
}
