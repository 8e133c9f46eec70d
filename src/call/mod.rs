//! A call: what the caller hears, when they are listened to, what comes next, and the way to a
//! person.
//!
//! [`Call`] is a state machine on the audio clock. It takes one 20 ms frame of the caller's sound
//! at a time ([`Call::tick`]) and what else happened ([`Call::handle`]), and gives one frame to
//! play, jobs for others to do ([`Call::poll_job`]) and events ([`Call::poll_event`]). It opens no
//! socket, starts no thread and reads no clock, so the live server and a rehearsal drive the same
//! code. One tick costs no allocation while nothing happens.
//!
//! Reaching a person is decided here and not in the dialplan: key 0 and asking for a person work
//! at every moment, three failures in a row and a broken engine lead there, and a transfer that
//! fails brings the caller back.

mod acting;
mod anger;
mod asking;
mod briefing;
mod choosing;
mod endpointing;
mod event;
mod hand_off;
mod io;
mod keys;
mod line;
mod listening;
mod message;
mod music;
mod player;
mod pressing;
mod ringback;
mod speaking;
#[cfg(test)]
mod tests;
mod upset;
mod waiting;

pub use briefing::{Accept, Briefing, BriefingSetup, Decision};
pub use event::{AskedHow, EndReason, Event, EventKind, InterruptedBy};
pub use io::{
    About, CalledBack, Input, Job, JobId, Message, QueueNews, Setup, Spoken, TransferUpdate,
};
pub use keys::Way;
pub use line::OneWay;
pub use music::Music;

use crate::audio::{Clip, FRAME_MS, Frame, LineRate};
use crate::dialplan::{Dialog, Dialplan, World};
use crate::hear::{Listener, ToneDetector};
use crate::speak::{Pace, PromptBook};
use acting::{ActedOn, LookingUp};
use anger::Temper;
use endpointing::Endpointing;
use jiff::{SignedDuration, Timestamp};
use line::Line;
use listening::{Piece, Speculation};
use message::Recording;
use player::Player;
use pressing::Keys;
use speaking::Then;
use std::collections::VecDeque;
use std::sync::Arc;
use waiting::Waiting;

/// Frames in `seconds`.
const fn seconds(seconds: u64) -> u64 {
    seconds * 1000 / FRAME_MS as u64
}

/// Quiet after a prompt until the caller is asked again; and when they have asked for time.
const NO_INPUT: u64 = seconds(8);
const WAITED_FOR: u64 = seconds(60);
/// A caller who has spoken hears something after so long, be it only that we think.
const FIRST_SOUND: u64 = seconds(2);
/// Who speaks again so soon after an answer has begun was cut off and goes on.
const REMEMBERED_ANSWER: u64 = seconds(1);
/// How long recognition may take before it counts as broken; longer than its own deadline.
const RECOGNITION_OVERDUE: u64 = seconds(6);
/// How long the telephone system is waited for before the caller is put through without its news.
const PBX_OVERDUE: u64 = seconds(2);
/// How long a transfer may go without an end; the caller hears that it did not work.
const TRANSFER_OVERDUE: u64 = seconds(45);
/// A lookup ends long before this; one that does not counts as broken.
const LOOKUP_OVERDUE: u64 = seconds(25);

pub struct Call {
    id: String,
    rate: LineRate,
    dialplan: Arc<Dialplan>,
    prompts: Arc<PromptBook>,
    /// Frames since the call was answered.
    now: u64,
    phase: Phase,
    player: Player,
    listener: Listener,
    tones: ToneDetector,
    frame_lost: bool,
    line: Line,
    /// What we sent last, which may come back as echo.
    played: Frame,
    endpointing: Endpointing,
    /// The caller's answer so far: one piece for each utterance, while they go on or we think.
    answer: Vec<Piece>,
    /// Begun while it is not certain that the caller has finished.
    speculation: Option<Speculation>,
    /// What the caller's voice stopped leads here, should it go on.
    interrupted: Option<Then>,
    /// The caller speaks over what cannot be interrupted; what comes after it can.
    way_is_due: bool,
    acted_on: Option<ActedOn>,
    /// What was acted on when the caller went on.
    cut_off: Option<Clip>,
    /// What the conversation has come to.
    dialog: Dialog,
    /// What the bot has answered.
    tried: Vec<String>,
    begins: Timestamp,
    /// The caller's telephone number.
    number: Option<String>,
    /// How the caller came to want a person, last.
    reached_by: AskedHow,
    /// The caller waits for a person in a queue.
    waiting: Option<Waiting>,
    /// They have been in one before, in this call.
    has_waited: bool,
    /// They were transferred because nobody took them there in time.
    has_overflowed: bool,
    music: Music,
    /// Where the caller is to be called back.
    promised_to: String,
    /// All is said: who says nothing more is said goodbye to.
    parting: Option<EndReason>,
    /// They are called back.
    called_back: Option<CalledBack>,
    /// A company's system is being asked.
    looking_up: Option<LookingUp>,
    keys: Keys,
    temper: Temper,
    pace: Pace,
    /// The caller has asked for time.
    waits_for_caller: bool,
    /// The caller was told that there is too much to do.
    overloaded: bool,
    /// Since when the caller waits for us to say something.
    waiting_since: Option<u64>,
    synthesis_ms: Option<u64>,
    next_job: u32,
    jobs: VecDeque<Job>,
    events: VecDeque<Event>,
}

enum Phase {
    /// Before the first frame.
    New(Box<About>),
    /// Prompts are played; what comes after them.
    Speaking(Then),
    /// The last prompts are played; the caller may still speak up.
    Leaving(EndReason),
    /// The caller's turn since that frame.
    Listening {
        since: u64,
    },
    /// The caller is told that they are put through, for this reason.
    Announcing(AskedHow),
    /// The telephone system is asked how long its queue is, since that frame.
    AskingPbx {
        since: u64,
        how: AskedHow,
    },
    /// They are told how long it is.
    PuttingThrough(AskedHow),
    /// The line tries to reach a person since that frame.
    Transferring {
        target: String,
        since: u64,
    },
    /// An agent and the caller hear each other; the queue that the caller came from.
    Connected {
        agent: String,
        queue: Option<String>,
    },
    /// The caller leaves a message.
    Recording(Recording),
    /// They are told that the program stops; nothing else matters any more.
    Stopping,
    Over,
}

impl Call {
    pub fn new(setup: Setup) -> Call {
        let world = World {
            caller: setup.about.number.clone().unwrap_or_default(),
            called: setup.about.called.clone().unwrap_or_default(),
            now: setup.begins,
            waiting: setup.waiting,
        };
        Call {
            id: setup.id,
            rate: setup.rate,
            prompts: setup.prompts,
            now: 0,
            number: setup.about.number.clone(),
            phase: Phase::New(Box::new(setup.about)),
            called_back: setup.called_back,
            player: Player::new(),
            listener: Listener::new(setup.rate, setup.vad.start(setup.rate)),
            tones: ToneDetector::new(setup.rate),
            frame_lost: false,
            line: Line::default(),
            played: Frame::silence(setup.rate),
            endpointing: Endpointing::default(),
            answer: Vec::new(),
            speculation: None,
            interrupted: None,
            way_is_due: false,
            acted_on: None,
            cut_off: None,
            dialog: Dialog::new(setup.dialplan.clone(), world),
            tried: Vec::new(),
            begins: setup.begins,
            reached_by: AskedHow::Dialplan,
            waiting: None,
            has_waited: false,
            has_overflowed: false,
            music: setup.music,
            promised_to: String::new(),
            parting: None,
            looking_up: None,
            keys: Keys::default(),
            temper: Temper::default(),
            dialplan: setup.dialplan,
            pace: Pace::Usual,
            waits_for_caller: false,
            overloaded: false,
            waiting_since: None,
            synthesis_ms: None,
            next_job: 0,
            jobs: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Nothing will happen any more; the jobs and events that are left should be taken.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Hears 20 ms of the caller and gives 20 ms to play into `out`, both at the call's rate.
    pub fn tick(&mut self, caller: &Frame, out: &mut Frame) {
        self.begin();
        if self.is_over() {
            *out = Frame::silence(self.rate);
            return;
        }
        self.watch_line(caller);
        if !matches!(self.phase, Phase::Stopping) {
            self.hear(caller);
        }
        let played = self.player.tick(self.rate, out);
        match &self.phase {
            Phase::Transferring { since, .. } => {
                ringback::ring(self.dialplan.language, self.now - since, self.rate, out);
            }
            Phase::Recording(_) => self.record(caller, out),
            // For as long as the agent has the caller on hold.
            Phase::Connected { .. } => {
                if let Some(music) = self.music.frame(self.now as usize, self.rate) {
                    out.clone_from(music);
                }
            }
            _ => self.wait_in_queue(out),
        }
        self.played = out.clone();
        if let Some(played) = played {
            self.note_played(played);
        }
        self.go_on();
        self.now += 1;
    }

    /// Takes what happened outside since the last frame.
    pub fn handle(&mut self, input: Input) {
        if self.is_over() || self.ignores(&input) {
            return;
        }
        self.begin();
        match input {
            Input::Key(key, way) => self.press(key, way),
            Input::FrameLost => self.frame_lost = true,
            Input::Said(text) => self.said(text),
            Input::NoPackets => self.note_one_way(OneWay::NoPackets),
            Input::Recognised { id, recognition } => self.recognised(id, recognition),
            Input::Spoken { id, spoken } => self.spoken(id, spoken),
            Input::LookedUp { id, result } => self.looked_up(id, result),
            Input::Transfer(update) => self.transfer(update),
            Input::PbxQueue(state) => self.pbx_answered(state),
            Input::Queue(news) => self.queue_news(news),
            Input::HungUp => self.end(EndReason::CallerHungUp),
            Input::MediaLost => self.hang_up(EndReason::MediaLost),
            Input::LineFailed => self.end(EndReason::LineFailed),
            Input::Shutdown => self.stop(),
        }
    }

    pub fn poll_job(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}

/// What comes next.
impl Call {
    fn hear(&mut self, caller: &Frame) {
        let tone = match std::mem::take(&mut self.frame_lost) {
            true => self.tones.miss(),
            false => self.tones.hear(caller),
        };
        if let Some(key) = tone.key {
            self.press(key, Way::InBand);
        }
        // A key is no voice, and nothing to recognise.
        match tone.sounding {
            true => self.listen(&Frame::silence(self.rate)),
            false => self.listen(caller),
        }
    }

    fn begin(&mut self) {
        if !matches!(self.phase, Phase::New(..)) {
            return;
        }
        let Phase::New(about) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return;
        };
        let called_by = self.called_back.as_ref().map(|back| back.agent.clone());
        self.note(EventKind::CallStarted {
            caller: about.caller,
            called: about.called,
            diverted_from: about.diverted_from,
            dialplan: self.dialplan.name.clone(),
            started: about.started,
            codec: about.codec,
            sip_call_id: about.sip_call_id,
            called_by: called_by.clone(),
        });
        if let Some(agent) = called_by {
            self.joined(agent);
            return;
        }
        if about.returned {
            self.not_transferred(self.way(), "nobody took the call".to_owned());
            return;
        }
        if let Some(notice) = self.dialplan.notice() {
            self.queue(notice, false);
        }
        let greeting = self.dialplan.greeting();
        self.say(greeting);
    }

    /// Acts on time that has passed and on prompts that have ended.
    fn go_on(&mut self) {
        let is_silent = !self.player.is_busy();
        match self.phase {
            Phase::Speaking(then) if is_silent => match then {
                Then::Listen => self.phase = Phase::Listening { since: self.now },
                Then::Record => self.begin_recording(),
                Then::HangUp => self.hang_up(EndReason::Finished),
            },
            Phase::Leaving(reason) if is_silent => self.hang_up(reason),
            Phase::Stopping if is_silent => self.hang_up(EndReason::Shutdown),
            Phase::Listening { since } => self.wait_for_caller(since),
            Phase::Announcing(how) if is_silent => {
                if how == AskedHow::Dialplan {
                    self.note(EventKind::AskedForHuman { how });
                }
                self.reach_out(how);
            }
            Phase::AskingPbx { since, how } if is_silent && self.now - since > PBX_OVERDUE => {
                self.put_through(how);
            }
            Phase::PuttingThrough(how) if is_silent => self.put_through(how),
            Phase::Transferring { since, .. } if self.now - since > TRANSFER_OVERDUE => {
                self.transfer(TransferUpdate::Failed("nobody answered in time".to_owned()));
            }
            _ => {}
        }
    }

    fn wait_for_caller(&mut self, since: u64) {
        let overdue =
            |piece: &Piece| piece.text.is_none() && self.now - piece.since > RECOGNITION_OVERDUE;
        if self.answer.iter().any(overdue) {
            self.engine_failed("recognition", "no result in time".to_owned());
            self.hand_off(AskedHow::Engine);
            return;
        }
        if self.listener.is_in_speech() {
            return;
        }
        if self.player.is_busy() {
            self.phase = Phase::Listening { since: self.now };
        } else if !self.answer.is_empty() {
            // Also when they went on after a piece and that was no speech after all.
            self.answer_when_whole();
            self.say_something_while_thinking();
        } else if !self.keys.is_empty() {
            self.wait_for_keys();
        } else if self.looking_up.is_some() {
            self.wait_for_lookup();
        } else if self.waiting.is_some() && !self.dialog.is_asking() {
            // Who waits may be silent.
        } else if self.now - since > self.longest_silence() {
            self.nothing_said();
        }
    }

    fn longest_silence(&self) -> u64 {
        match self.waits_for_caller {
            true => WAITED_FOR,
            false => NO_INPUT,
        }
    }

    fn say_something_while_thinking(&mut self) {
        let overdue = |since: &u64| self.now - since == FIRST_SOUND;
        if !self.answer.is_empty() && self.waiting_since.as_ref().is_some_and(overdue) {
            self.one_moment();
        }
    }
}

impl Call {
    /// What clocks show now.
    fn time(&self) -> Timestamp {
        let since = SignedDuration::from_millis((self.now * u64::from(FRAME_MS)) as i64);
        self.begins.checked_add(since).unwrap_or(self.begins)
    }

    fn engine_failed(&mut self, what: &str, reason: String) {
        self.note(EventKind::EngineFailed {
            what: what.to_owned(),
            reason,
        });
    }

    fn new_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    fn note(&mut self, kind: EventKind) {
        self.events.push_back(Event {
            call: self.id.clone(),
            at_ms: self.now * u64::from(FRAME_MS),
            kind,
        });
    }
}
