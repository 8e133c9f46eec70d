//! The media thread: ticks all calls every 20 ms, moves their sound, and shares nothing hot with
//! signalling, engines or storage. It never waits for anything but the next tick.

use super::agent_live::{AgentLive, AgentNews};
use super::desk::DeskInput;
use super::messages::Messages;
use super::pool::Pool;
use super::quality;
use super::{Plan, Shared};
use crate::audio::{FRAME_MS, Frame, Key, LineRate};
use crate::call::{Call, EndReason, Event, EventKind, Input, Job, QueueNews, Way};
use crate::dialplan::{Text, ToAgent};
use crate::human::{self, Context, Entry, Left, Refused};
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use crate::record::Writer;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// What the media thread is told between ticks; more waiting than these is a stuck thread.
const COMMANDS: usize = 4096;
/// A call is given up when its phone has sent nothing for so long.
const MEDIA_LOST: u32 = 60_000 / FRAME_MS;
/// A caller who put us on hold is waited for so long.
const LONGEST_HOLD: u32 = 15 * 60_000 / FRAME_MS;
/// A phone that has sent nothing for so long since the beginning is not heard here.
const NO_PACKETS: u32 = 3_000 / FRAME_MS;
const TICK: Duration = Duration::from_millis(FRAME_MS as u64);
/// Further behind than this, the clock starts anew instead of hurrying after it.
const TOO_LATE: Duration = Duration::from_millis(200);

/// Names a call on the media thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(pub u64);

/// What signalling and engines tell the media thread.
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
    /// Record what is left of the calls and end the thread.
    Stop,
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

/// Starts the thread; it ends with [`Command::Stop`].
pub fn start(
    make_pool: impl FnOnce(SyncSender<Command>) -> std::io::Result<Pool>,
    events: Arc<Writer>,
    messages: Messages,
) -> std::io::Result<(SyncSender<Command>, JoinHandle<()>)> {
    let (commands, receiver) = sync_channel(COMMANDS);
    let pool = make_pool(commands.clone())?;
    let thread = std::thread::Builder::new()
        .name("media".to_owned())
        .spawn(move || {
            let work = Work {
                pool,
                events,
                messages,
            };
            run(&receiver, &work);
        })?;
    Ok((commands, thread))
}

/// Who works for the calls.
struct Work {
    pool: Pool,
    events: Arc<Writer>,
    messages: Messages,
}

/// Everybody who is on a line.
#[derive(Default)]
struct Lines {
    calls: HashMap<Slot, Live>,
    /// Agents who have no caller yet, and those who are to get one when they have been told about it.
    agents: HashMap<Slot, Box<AgentLive>>,
    /// Agents who have a caller: whom.
    joined: HashMap<Slot, Slot>,
}

fn run(commands: &Receiver<Command>, work: &Work) {
    let mut lines = Lines::default();
    let mut next = Instant::now();
    let mut stop = false;
    while !stop {
        loop {
            match commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => {
                    stop = true;
                    break;
                }
                Ok(command) => lines.obey(command),
                Err(TryRecvError::Empty) => break,
            }
        }
        lines.tick(work);
        next += TICK;
        let now = Instant::now();
        match next.checked_duration_since(now) {
            Some(early) => std::thread::sleep(early),
            None if now - next > TOO_LATE => {
                let late_ms = (now - next).as_millis() as u64;
                tracing::warn!(
                    late_ms,
                    calls = lines.calls.len(),
                    "the media thread is late"
                );
                next = now;
            }
            None => {}
        }
    }
}

impl Lines {
    fn obey(&mut self, command: Command) {
        match command {
            Command::Add(slot, live) => {
                self.calls.insert(slot, *live);
            }
            Command::AddAgent(slot, agent) => {
                self.agents.insert(slot, agent);
            }
            Command::Input(slot, input) => {
                if let Some(live) = self.calls.get_mut(&slot) {
                    live.handle(input);
                } else if let Some(agent) = self.agents.get_mut(&slot) {
                    agent.briefing.handle(input);
                } else if let Input::Key(key, _) = input
                    && let Some(live) = self.joined.get(&slot).and_then(|s| self.calls.get_mut(s))
                {
                    live.key_of_agent(key);
                }
            }
            Command::Media(slot, media) => {
                if let Some(leg) = self.leg(slot) {
                    leg.session().update(&media);
                }
            }
            Command::Join { call, agent } => match self.agents.get_mut(&agent) {
                Some(agent) => agent.joins = Some(call),
                None => self.agent_lost(call),
            },
            Command::Ring(slot) => {
                if let Some(agent) = self.agents.get_mut(&slot) {
                    agent.rings = true;
                }
            }
            Command::Dismiss(slot, say) => {
                if let Some(agent) = self.agents.get_mut(&slot) {
                    agent.dismiss(say);
                }
            }
            Command::AgentGone { agent, hung_up } => self.agent_gone(agent, hung_up),
            Command::Stop => {}
        }
    }

    fn leg(&mut self, slot: Slot) -> Option<&mut Leg> {
        if let Some(call) = self.joined.get(&slot) {
            let (_, agent) = self.calls.get_mut(call)?.agent.as_mut()?;
            return Some(&mut agent.leg);
        }
        match self.calls.get_mut(&slot) {
            Some(live) => Some(&mut live.leg),
            None => Some(&mut self.agents.get_mut(&slot)?.leg),
        }
    }

    fn agent_gone(&mut self, slot: Slot, hung_up: bool) {
        let call = match self.joined.remove(&slot) {
            Some(call) => Some(call),
            None => self.agents.remove(&slot).and_then(|agent| agent.joins),
        };
        if let Some(live) = call.and_then(|call| self.calls.get_mut(&call)) {
            live.qualities
                .extend(live.agent.take().map(|(_, mut agent)| agent.quality()));
            live.call.handle(Input::Queue(match hung_up {
                true => QueueNews::AgentHungUp,
                false => QueueNews::AgentLost,
            }));
        }
    }

    /// Nobody is there for that caller after all.
    fn agent_lost(&mut self, call: Slot) {
        if let Some(live) = self.calls.get_mut(&call) {
            live.call.handle(Input::Queue(QueueNews::AgentLost));
        }
    }

    fn tick(&mut self, work: &Work) {
        self.calls.retain(|slot, live| {
            live.tick(*slot, work);
            !live.call.is_over()
        });
        let calls = &self.calls;
        self.joined.retain(|_, call| calls.contains_key(call));
        let mut ready = Vec::new();
        self.agents.retain(|slot, agent| {
            if agent.joins.is_some_and(|call| !calls.contains_key(&call)) && !agent.dismissed {
                let gone = agent.plan.dialplan.told_agent(ToAgent::CallerGone);
                agent.dismiss(vec![gone]);
            }
            agent.tick(*slot, &work.pool);
            if agent.joins.is_some() && !agent.dismissed && agent.briefing.is_told() {
                ready.push(*slot);
            }
            !agent.is_over()
        });
        for slot in ready {
            self.join(slot);
        }
    }

    fn join(&mut self, slot: Slot) {
        let Some(agent) = self.agents.remove(&slot) else {
            return;
        };
        let live = agent.joins.and_then(|call| self.calls.get_mut(&call));
        let Some(live) = live.filter(|live| live.agent.is_none()) else {
            return agent.tell(AgentNews::CallOver);
        };
        if let Some(call) = agent.joins {
            self.joined.insert(slot, call);
        }
        live.call.handle(Input::Queue(QueueNews::Joined {
            agent: agent.name.clone(),
        }));
        agent.tell(AgentNews::Joined);
        live.agent = Some((slot, agent));
    }
}

impl Live {
    fn tick(&mut self, slot: Slot, work: &Work) {
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

    fn handle(&mut self, input: Input) {
        if let (Some((_, agent)), Input::Key(key, _)) = (&mut self.agent, &input) {
            agent.leg.session().press(*key);
        }
        self.call.handle(input);
    }

    fn key_of_agent(&mut self, key: Key) {
        self.leg.session().press(key);
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
        let how = match reason {
            EndReason::MediaLost | EndReason::LineFailed | EndReason::Shutdown => Left::LineLost,
            _ => Left::HungUp,
        };
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
                "no call-back is promised: `numbers` of [trunk] forbid that number"
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
