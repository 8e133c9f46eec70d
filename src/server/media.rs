//! A call on its media thread: 20 ms of both directions at a time, what it asks of others, and what it is
//! told. The threads themselves are `workers`.

use super::agent_live::{AgentLive, AgentNews};
use super::desk::DeskInput;
use super::quality;
use super::workers::Work;
use super::{Plan, Shared};
use crate::audio::{FRAME_MS, Frame, Key, LineRate};
use crate::call::{Call, EndReason, Event, EventKind, Input, Job, QueueNews, Way};
use crate::dialplan::Text;
use crate::human::{self, Context, Entry, Refused};
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// A call is given up when its phone has sent nothing for so long.
const MEDIA_LOST: u32 = 60_000 / FRAME_MS;
/// A caller who put us on hold is waited for so long.
const LONGEST_HOLD: u32 = 15 * 60_000 / FRAME_MS;
/// A phone that has sent nothing for so long since the beginning is not heard here.
const NO_PACKETS: u32 = 3_000 / FRAME_MS;

/// Names a call or an agent's leg, and the media thread it is on (`Workers::slot`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub u64);

/// What signalling and engines tell a media thread.
pub enum Command {
    Add(Slot, Box<Live>),
    AddAgent(Slot, Box<AgentLive>),
    Input(Slot, Input),
    /// The media was agreed anew (re-INVITE).
    Media(Slot, Media),
    /// The agent has the caller as soon as they have heard who it is.
    Join {
        call: Slot,
        agent: Slot,
    },
    /// The agent hears that somebody is called for them.
    Ring(Slot),
    /// The agent hears this, and no caller.
    Dismiss(Slot, Vec<Text>),
    /// The agent's line is over; whether they hung up.
    AgentGone {
        agent: Slot,
        hung_up: bool,
    },
    /// Answer: the thread goes on.
    Alive(oneshot::Sender<()>),
    /// Record what is left of the calls and end the thread.
    Stop,
}

impl Command {
    /// Who it is for; `None` for the whole thread.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Command::Add(slot, _)
            | Command::AddAgent(slot, _)
            | Command::Input(slot, _)
            | Command::Media(slot, _)
            | Command::Join { agent: slot, .. }
            | Command::Ring(slot)
            | Command::Dismiss(slot, _)
            | Command::AgentGone { agent: slot, .. } => Some(*slot),
            Command::Alive(_) | Command::Stop => None,
        }
    }
}

/// A call with its line.
pub struct Live {
    pub call: Call,
    /// What it began with, and goes on with whatever is loaded meanwhile.
    pub plan: Arc<Plan>,
    pub leg: Leg,
    pub rate: LineRate,
    /// The caller's telephone number.
    pub number: Option<String>,
    /// Where requests to signalling go.
    pub line: mpsc::Sender<LineRequest>,
    pub shared: Arc<Shared>,
    /// The agent who has the caller.
    pub agent: Option<(Slot, Box<AgentLive>)>,
    /// Of the lines of agents who had the caller.
    pub qualities: Vec<EventKind>,
    /// Ticks for which the caller has had us on hold.
    pub held: u32,
    /// Ticks of the call.
    pub ticks: u32,
}

/// What a call asks of its signalling.
#[derive(Debug)]
pub enum LineRequest {
    Transfer {
        target: String,
        attended: bool,
        context: Context,
    },
    AskPbx(String),
    HangUp,
}

impl Live {
    /// 20 ms of both directions.
    pub fn tick(&mut self, slot: Slot, work: &Work) {
        let (mut caller, mut bot) = (Frame::silence(self.rate), Frame::silence(self.rate));
        if !self.leg.receive(&mut caller) {
            self.call.handle(Input::FrameLost);
        }
        while let Some(key) = self.leg.take_key() {
            self.handle(Input::Key(key, Way::Rtp));
        }
        let session = self.leg.session();
        if let Some(warning) = session.take_warning() {
            tracing::warn!(call = self.call.id(), "{warning}");
        }
        let (held, lost) = (
            !session.media().we_send,
            // Who holds us may well send nothing.
            session.media().we_send
                && session.media().we_receive
                && session.silent_ticks() > MEDIA_LOST,
        );
        self.ticks = self.ticks.saturating_add(1);
        let nothing = session.stats().received == 0;
        if self.ticks == NO_PACKETS && nothing {
            self.call.handle(Input::NoPackets);
        }
        self.held = if held { self.held + 1 } else { 0 };
        if lost || self.held > LONGEST_HOLD {
            self.call.handle(Input::MediaLost);
        }
        // Who holds us hears nothing and says nothing to us: the call's time stands still.
        if !held {
            self.call.tick(&caller, &mut bot);
        }
        if let Some((_, agent)) = &mut self.agent {
            if let Some(said) = agent.converse(&caller) {
                bot = said;
            }
            while let Some(key) = agent.leg.take_key() {
                self.leg.session().press(key);
            }
        }
        // While they hold us that is RTCP at most.
        self.leg.send(&bot);
        while let Some(job) = self.call.poll_job() {
            self.pass_on(slot, job, work);
        }
        while let Some(event) = self.call.poll_event() {
            log(&event);
            if let EventKind::CallEnded { reason, .. } = &event.kind {
                self.tell_desk_of_end(*reason);
                self.note_quality(&event, work);
            }
            work.events.send(event);
        }
        // After the desk: it keeps the place of a caller whose line was lost while they talked.
        if self.call.is_over()
            && let Some((_, agent)) = self.agent.take()
        {
            agent.tell(AgentNews::CallOver);
        }
    }

    /// Of the lines, before the call's last event.
    fn note_quality(&mut self, last: &Event, work: &Work) {
        let agent = self.agent.as_mut().map(|(_, agent)| agent.quality());
        self.qualities.extend(agent);
        self.qualities
            .insert(0, quality::of(self.leg.session(), None));
        for kind in self.qualities.drain(..) {
            work.events.send(Event {
                kind,
                ..last.clone()
            });
        }
    }

    /// What happened outside.
    pub fn handle(&mut self, input: Input) {
        if let (Some((_, agent)), Input::Key(key, _)) = (&mut self.agent, &input) {
            agent.leg.session().press(*key);
        }
        // Who was talking to an agent hears why that ends.
        if matches!(input, Input::Shutdown)
            && let Some((_, mut agent)) = self.agent.take()
        {
            self.qualities.push(agent.quality());
            agent.tell(AgentNews::CallOver);
        }
        self.call.handle(input);
    }

    /// It comes from the agent who has the caller.
    pub fn key_of_agent(&mut self, key: Key) {
        self.leg.session().press(key);
    }

    /// There was a panic: what is known of the call is put on record, and its line ends.
    pub fn broke(&self, work: &Work) {
        let call = self.call.id().to_owned();
        tracing::error!(call, "a call panicked and is ended; all others go on");
        work.events.send(Event {
            call,
            at_ms: u64::from(self.ticks) * u64::from(FRAME_MS),
            kind: EventKind::CallEnded {
                reason: EndReason::Fault,
                duration_ms: u64::from(self.ticks) * u64::from(FRAME_MS),
            },
        });
        self.tell_desk_of_end(EndReason::Fault);
        if let Some((_, agent)) = &self.agent {
            agent.tell(AgentNews::CallOver);
        }
        let _ = self.line.try_send(LineRequest::HangUp);
    }

    fn pass_on(&mut self, slot: Slot, job: Job, work: &Work) {
        let request = match job {
            Job::Transfer {
                target,
                attended,
                context,
            } => LineRequest::Transfer {
                target,
                attended,
                context,
            },
            Job::AskPbx { queue } => LineRequest::AskPbx(queue),
            Job::HangUp => LineRequest::HangUp,
            Job::Enter { .. }
            | Job::Leave { .. }
            | Job::CallBack { .. }
            | Job::CancelCallBack { .. } => return self.tell_desk(slot, job),
            Job::Message(message) => {
                work.messages
                    .send(self.call.id(), &self.plan.engines, message);
                return;
            }
            job => {
                let given = work.pool.give(slot, self.rate, &self.plan.engines, job);
                if let Err(input) = given {
                    self.call.handle(input);
                }
                return;
            }
        };
        if self.line.try_send(request).is_err() {
            self.call.handle(Input::LineFailed);
        }
    }

    fn tell_desk_of_end(&self, reason: EndReason) {
        let call = self.call.id().to_owned();
        let how = reason.as_left();
        self.shared
            .desk
            .tell(DeskInput::Acd(human::Input::Left { call, how }));
    }

    fn tell_desk(&mut self, slot: Slot, job: Job) {
        let call = self.call.id().to_owned();
        let is_entry = matches!(job, Job::Enter { .. });
        if let Job::CallBack { number, .. } = &job
            && !self.shared.may_call(number)
        {
            tracing::warn!(
                call,
                "no call-back is promised: `numbers` of no [[trunk]] allow that number"
            );
            return self.call.handle(Input::Queue(QueueNews::NotCalled));
        }
        let input = match job {
            Job::Enter {
                queue,
                priority,
                skills,
                context,
            } => DeskInput::Enter(
                slot,
                Entry {
                    call,
                    queue,
                    number: self.number.clone(),
                    priority,
                    skills,
                    context,
                },
            ),
            Job::Leave { how } => DeskInput::Acd(human::Input::Left { call, how }),
            Job::CallBack {
                queue,
                number,
                priority,
                skills,
                context,
            } => DeskInput::CallBack(
                slot,
                human::Input::CallBack {
                    call,
                    queue,
                    number,
                    priority,
                    skills,
                    context,
                },
            ),
            Job::CancelCallBack { number } => DeskInput::Cancel(slot, number),
            _ => return,
        };
        if !self.shared.desk.tell(input) && is_entry {
            let refused = QueueNews::Refused(Refused::Full);
            self.call.handle(Input::Queue(refused));
        }
    }
}

/// What callers say belongs into the record, where it can be kept and deleted by rule, and not
/// into a log that anybody reads.
fn log(event: &Event) {
    match &event.kind {
        EventKind::CallEnded { reason, .. } => {
            tracing::info!(call = %event.call, at_ms = event.at_ms, ?reason, "call ended");
        }
        EventKind::EngineFailed { what, reason } => {
            tracing::error!(call = %event.call, at_ms = event.at_ms, reason, "{what} failed");
        }
        EventKind::TransferFailed { target, reason } => {
            tracing::warn!(call = %event.call, at_ms = event.at_ms, target, reason, "transfer failed");
        }
        _ => {}
    }
}
