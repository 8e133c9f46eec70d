//! The media threads: each ticks its own calls every 20 ms, moves their sound, and shares nothing hot with
//! the others, with signalling, engines or storage. It never waits for anything but the next tick.
//!
//! A [`Slot`] says on which thread a call or an agent's leg lives; an agent's leg lives beside the call it
//! may be joined to. A panic ends the call in whose work it happened, and no other.

use super::agent_live::{AgentLive, AgentNews};
use super::media::{Command, Live, Slot};
use super::messages::Messages;
use super::pool::Pool;
use crate::audio::FRAME_MS;
use crate::call::{Input, QueueNews};
use crate::dialplan::ToAgent;
use crate::line::leg::Leg;
use crate::record::Writer;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// What a thread is told between ticks; more waiting than these is a stuck thread.
const COMMANDS: usize = 4096;
const TICK: Duration = Duration::from_millis(FRAME_MS as u64);
/// Further behind than this, the clock starts anew instead of hurrying after it.
const TOO_LATE: Duration = Duration::from_millis(200);
/// Sound goes before recognition, where the machine lets us say so (`nice`).
const PRIORITY: i32 = -11;

/// The way to the threads. Cheap to clone.
#[derive(Clone)]
pub struct Workers {
    threads: Arc<[SyncSender<Command>]>,
    next: Arc<AtomicU64>,
}

impl Workers {
    /// A place for a new call.
    pub fn slot(&self) -> Slot {
        let count = self.threads.len() as u64;
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        Slot(next * count + next % count)
    }

    /// A place on the same thread.
    pub fn slot_beside(&self, other: Slot) -> Slot {
        let count = self.threads.len() as u64;
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        Slot(next * count + other.0 % count)
    }

    /// Never waits; false where the thread has too much to do, or has ended.
    pub fn tell(&self, command: Command) -> bool {
        let thread = self.thread(command.slot());
        let told = thread.is_some_and(|thread| thread.try_send(command).is_ok());
        if !told {
            tracing::error!("a media thread takes no commands");
        }
        told
    }

    /// Waits where there is much to do; false where the thread has ended.
    pub fn send(&self, command: Command) -> bool {
        let thread = self.thread(command.slot());
        thread.is_some_and(|thread| thread.send(command).is_ok())
    }

    /// A thread that does not go on within this time, if there is one.
    pub async fn stuck(&self, patience: Duration) -> Option<usize> {
        for (number, thread) in self.threads.iter().enumerate() {
            let (answer, answered) = oneshot::channel();
            let asked = thread.try_send(Command::Alive(answer)).is_ok();
            let answered = tokio::time::timeout(patience, answered).await;
            if !asked || !matches!(answered, Ok(Ok(()))) {
                return Some(number);
            }
        }
        None
    }

    /// Record what is left of the calls and end.
    pub fn stop(&self) {
        for thread in self.threads.iter() {
            let _ = thread.send(Command::Stop);
        }
    }

    fn thread(&self, slot: Option<Slot>) -> Option<&SyncSender<Command>> {
        let at = slot?.0 % self.threads.len() as u64;
        self.threads.get(at as usize)
    }

    /// So many threads that are not there yet: what they are told is received here.
    pub fn new(count: usize) -> (Workers, Vec<Receiver<Command>>) {
        let (threads, received): (Vec<_>, Vec<_>) =
            (0..count.max(1)).map(|_| sync_channel(COMMANDS)).unzip();
        let workers = Workers {
            threads: threads.into(),
            next: Arc::default(),
        };
        (workers, received)
    }
}

/// Who works for the calls.
pub struct Work {
    pub pool: Pool,
    pub events: Arc<Writer>,
    pub messages: Messages,
}

/// Starts a thread for each of `received`; they end when they are told to stop.
pub fn start(received: Vec<Receiver<Command>>, work: Work) -> std::io::Result<Vec<JoinHandle<()>>> {
    let work = Arc::new(work);
    let start = |(number, commands): (usize, Receiver<Command>)| {
        let work = work.clone();
        std::thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || {
                // Only root and who was allowed to may do so; without, it is a thread as others are.
                let _ = rustix::process::setpriority_process(None, PRIORITY);
                run(&commands, &work);
            })
    };
    received.into_iter().enumerate().map(start).collect()
}

fn run(commands: &Receiver<Command>, work: &Work) {
    let mut lines = Lines::default();
    let mut next = Instant::now();
    loop {
        if lines.are_empty() {
            match commands.recv() {
                Ok(Command::Stop) | Err(_) => return,
                Ok(command) => lines.obey(command, work),
            }
            next = Instant::now();
        }
        let stop = loop {
            match commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => break true,
                Ok(command) => lines.obey(command, work),
                Err(TryRecvError::Empty) => break false,
            }
        };
        lines.tick(work);
        if stop {
            return;
        }
        next += TICK;
        let now = Instant::now();
        match next.checked_duration_since(now) {
            Some(early) => std::thread::sleep(early),
            None if now - next > TOO_LATE => {
                let late_ms = (now - next).as_millis() as u64;
                let calls = lines.calls.len();
                tracing::warn!(late_ms, calls, "a media thread is late");
                next = now;
            }
            None => {}
        }
    }
}

/// Everybody who is on a line of one thread. In order, so that a call's packets leave at the same point
/// of each tick.
#[derive(Default)]
struct Lines {
    calls: BTreeMap<Slot, Box<Live>>,
    /// Agents who have no caller yet, and those who are to get one when they have been told about it.
    agents: BTreeMap<Slot, Box<AgentLive>>,
    /// Agents who have a caller: whom.
    joined: BTreeMap<Slot, Slot>,
}

impl Lines {
    fn are_empty(&self) -> bool {
        self.calls.is_empty() && self.agents.is_empty()
    }

    fn obey(&mut self, command: Command, work: &Work) {
        let slot = command.slot();
        let obeyed = catch_unwind(AssertUnwindSafe(|| self.obey_now(command)));
        if let (Err(_), Some(slot)) = (obeyed, slot) {
            let slot = self.joined.get(&slot).copied().unwrap_or(slot);
            if let Some(live) = self.calls.remove(&slot) {
                live.broke(work);
            } else if let Some(agent) = self.agents.remove(&slot) {
                self.agent_broke(&agent);
            }
        }
    }

    fn obey_now(&mut self, command: Command) {
        match command {
            Command::Add(slot, live) => {
                self.calls.insert(slot, live);
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
            Command::Alive(answer) => {
                let _ = answer.send(());
            }
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
            let gone = live.agent.take();
            live.qualities
                .extend(gone.map(|(_, mut agent)| agent.quality()));
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

    fn agent_broke(&mut self, agent: &AgentLive) {
        tracing::error!(agent = agent.name, "an agent's leg panicked and is ended");
        agent.tell(AgentNews::CallOver);
        if let Some(call) = agent.joins {
            self.agent_lost(call);
        }
    }

    fn tick(&mut self, work: &Work) {
        self.calls.retain(|slot, live| {
            let ticked = catch_unwind(AssertUnwindSafe(|| live.tick(*slot, work)));
            if ticked.is_err() {
                live.broke(work);
            }
            ticked.is_ok() && !live.call.is_over()
        });
        let calls = &self.calls;
        self.joined.retain(|_, call| calls.contains_key(call));
        let (mut ready, mut broken) = (Vec::new(), Vec::new());
        self.agents.retain(|slot, agent| {
            if agent.joins.is_some_and(|call| !calls.contains_key(&call)) && !agent.dismissed {
                let gone = agent.plan.dialplan.told_agent(ToAgent::CallerGone);
                agent.dismiss(vec![gone]);
            }
            if catch_unwind(AssertUnwindSafe(|| agent.tick(*slot, &work.pool))).is_err() {
                broken.push(*slot);
                return true;
            }
            if agent.joins.is_some() && !agent.dismissed && agent.briefing.is_told() {
                ready.push(*slot);
            }
            !agent.is_over()
        });
        for slot in ready {
            self.join(slot);
        }
        for slot in broken {
            if let Some(agent) = self.agents.remove(&slot) {
                self.agent_broke(&agent);
            }
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
