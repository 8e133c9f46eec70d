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
//! at every moment, two failures in a row and a broken engine lead there, and a transfer that
//! fails brings the caller back.

mod event;
mod hand_off;
mod io;
mod listening;
mod player;
#[cfg(test)]
mod tests;

pub use event::{AskedHow, EndReason, Event, EventKind, InterruptedBy};
pub use io::{About, Input, Job, JobId, Setup, Spoken, TransferUpdate};

use crate::audio::{FRAME_MS, Frame, LineRate};
use crate::dialplan::{Dialplan, Outcome, Reply, Then};
use crate::hear::Listener;
use crate::speak::{self, PromptBook};
use listening::{Piece, Speculation};
use player::{Played, Player};
use std::collections::VecDeque;
use std::sync::Arc;

/// Frames in `seconds`.
const fn seconds(seconds: u64) -> u64 {
    seconds * 1000 / FRAME_MS as u64
}

/// Quiet after a prompt until the caller is asked again.
const NO_INPUT: u64 = seconds(8);
/// How long recognition may take before it counts as broken; longer than its own deadline.
const RECOGNITION_OVERDUE: u64 = seconds(6);
/// How long a transfer may go without an end; the caller hears that it did not work.
const TRANSFER_OVERDUE: u64 = seconds(45);
/// Quiet after the last of other keys than 0 until they count as an answer.
const KEYS_DONE: u64 = seconds(2);
/// Failures in a row (not understood, no input) that lead to a person.
const FAILURES: u32 = 2;

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
    /// What we sent last, which may come back as echo.
    played: Frame,
    /// The caller's answer so far: one piece for each utterance, while they go on or we think.
    answer: Vec<Piece>,
    /// Begun while it is not certain that the caller has finished.
    speculation: Option<Speculation>,
    keys: String,
    last_key: u64,
    failures: u32,
    /// A transfer has failed in this call.
    nobody_there: bool,
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
    /// The caller is told that they are put through.
    Announcing,
    /// The line tries to reach a person since that frame.
    Transferring {
        since: u64,
    },
    Over,
}

impl Call {
    pub fn new(setup: Setup) -> Call {
        Call {
            id: setup.id,
            rate: setup.rate,
            dialplan: setup.dialplan,
            prompts: setup.prompts,
            now: 0,
            phase: Phase::New(Box::new(setup.about)),
            player: Player::new(),
            listener: Listener::new(setup.rate),
            played: Frame::silence(setup.rate),
            answer: Vec::new(),
            speculation: None,
            keys: String::new(),
            last_key: 0,
            failures: 0,
            nobody_there: false,
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
        self.listen(caller);
        let played = self.player.tick(self.rate, out);
        self.played = out.clone();
        if let Some(played) = played {
            self.note_played(played);
        }
        self.go_on();
        self.now += 1;
    }

    /// Takes what happened outside since the last frame.
    pub fn handle(&mut self, input: Input) {
        if self.is_over() {
            return;
        }
        self.begin();
        match input {
            Input::Key(key) => self.press(key),
            Input::Recognised { id, recognition } => self.recognised(id, recognition),
            Input::Spoken { id, spoken } => self.spoken(id, spoken),
            Input::Transfer(update) => self.transfer(update),
            Input::HungUp => self.end(EndReason::CallerHungUp),
            Input::MediaLost => self.hang_up(EndReason::MediaLost),
            Input::LineFailed => self.end(EndReason::LineFailed),
            Input::Shutdown => self.hang_up(EndReason::Shutdown),
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
    fn begin(&mut self) {
        if !matches!(self.phase, Phase::New(_)) {
            return;
        }
        let Phase::New(about) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return;
        };
        self.note(EventKind::CallStarted {
            caller: about.caller,
            called: about.called,
            dialplan: self.dialplan.name.clone(),
            started: about.started,
            codec: about.codec,
            sip_call_id: about.sip_call_id,
        });
        let greeting = self.dialplan.greeting();
        self.say(greeting);
    }

    /// Acts on time that has passed and on prompts that have ended.
    fn go_on(&mut self) {
        match self.phase {
            Phase::Speaking(then) if !self.player.is_busy() => match then {
                Then::Listen => self.phase = Phase::Listening { since: self.now },
                Then::Human => self.hand_off(AskedHow::Dialplan),
                Then::HangUp => self.hang_up(EndReason::Finished),
            },
            Phase::Leaving(reason) if !self.player.is_busy() => self.hang_up(reason),
            Phase::Listening { since } => self.wait_for_caller(since),
            Phase::Announcing if !self.player.is_busy() => {
                let target = self.dialplan.human.target.clone();
                self.note(EventKind::TransferStarted {
                    target: target.clone(),
                });
                self.jobs.push_back(Job::Transfer { target });
                self.phase = Phase::Transferring { since: self.now };
            }
            Phase::Transferring { since } if self.now - since > TRANSFER_OVERDUE => {
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
        if !self.answer.is_empty() {
            // Also when they went on after a piece and that was no speech after all.
            self.answer_when_whole();
        } else if !self.keys.is_empty() {
            if self.now - self.last_key > KEYS_DONE {
                let keys = std::mem::take(&mut self.keys);
                self.not_understood(keys, None);
            }
        } else if self.now - since > NO_INPUT {
            self.note(EventKind::NoInput);
            self.waiting_since = None;
            self.failures += 1;
            if self.failures < FAILURES {
                let reply = self.dialplan.no_input();
                self.say(reply);
            } else if self.nobody_there {
                let goodbye = self.dialplan.goodbye();
                self.say(goodbye);
                self.phase = Phase::Leaving(EndReason::NoInput);
            } else {
                self.hand_off(AskedHow::Failures);
            }
        }
    }

    fn act_on(&mut self, text: &str) {
        self.keys.clear();
        if text.is_empty() {
            self.not_understood(String::new(), None);
            return;
        }
        match self.dialplan.hear(text) {
            Outcome::AskedForHuman => self.hand_off(AskedHow::Words),
            Outcome::Understood {
                intent,
                score,
                reply,
            } => {
                self.note(EventKind::Understood {
                    intent: intent.to_string(),
                    score,
                });
                self.failures = 0;
                self.say(reply);
            }
            Outcome::NotUnderstood { nearest, score } => {
                let nearest = nearest.map(|name| (name.to_string(), score));
                self.not_understood(text.to_owned(), nearest);
            }
        }
    }

    fn not_understood(&mut self, text: String, nearest: Option<(String, f32)>) {
        let (nearest, score) = nearest.unzip();
        self.note(EventKind::NotUnderstood {
            text,
            nearest,
            score,
        });
        self.failures += 1;
        if self.failures < FAILURES {
            let reply = self.dialplan.no_match();
            self.say(reply);
        } else {
            self.hand_off(AskedHow::Failures);
        }
    }

    fn say(&mut self, reply: Reply) {
        for text in reply.say {
            self.queue(text);
        }
        self.phase = Phase::Speaking(reply.then);
    }

    fn queue(&mut self, text: Arc<str>) {
        let shown = speak::shown(&text).into();
        match self.prompts.get(&text) {
            Some(prompt) => self.player.add(shown, prompt),
            None => {
                let id = self.new_job();
                self.player.add_coming(shown, id);
                self.jobs.push_back(Job::Synthesise { id, text });
            }
        }
    }

    fn spoken(&mut self, id: JobId, spoken: Spoken) {
        match spoken {
            Spoken::Phrase { phrase, took_ms } => {
                if self.player.arrived(id, phrase) {
                    self.synthesis_ms = Some(took_ms);
                }
            }
            Spoken::Done => self.player.complete(id),
            Spoken::Failed(reason) => {
                self.player.complete(id);
                self.engine_failed("voice", reason);
            }
        }
    }

    fn note_played(&mut self, played: Played) {
        match played {
            Played::Started(text) => {
                let after_ms = self
                    .waiting_since
                    .take()
                    .map(|since| (self.now - since) * u64::from(FRAME_MS));
                let synthesis_ms = self.synthesis_ms.take();
                self.note(EventKind::PromptStarted {
                    text: text.to_string(),
                    after_ms,
                    synthesis_ms,
                });
            }
            Played::Finished(text) => self.note(EventKind::PromptFinished {
                text: text.to_string(),
            }),
            Played::Waiting => {
                let filler = self.dialplan.one_moment();
                if let Some(prompt) = self.prompts.get(filler) {
                    self.player.add_first(speak::shown(filler).into(), prompt);
                }
            }
            Played::GaveUp(text) => {
                self.engine_failed("voice", format!("no sound in time for: {text}"));
            }
        }
    }
}

impl Call {
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
