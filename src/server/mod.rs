//! The live server: takes calls from the line and connects each to a [`Call`].
//!
//! Signalling runs on tokio, one task a call; sound runs on the media threads; recognition and
//! synthesis run on the pool. They talk through bounded channels only. A dialplan that changes takes
//! over for new calls ([`Plans`]). Who waits for a person, and which agents there are, knows the desk.

mod agent_leg;
mod agent_live;
mod call_back;
mod config;
pub mod control;
mod conversation;
mod desk;
mod feature;
mod files;
mod health;
mod kept;
mod limits;
mod listen;
mod lock;
mod media;
mod messages;
mod numbers;
mod offers;
mod people;
mod phones;
mod pool;
mod quality;
mod reconfigure;
mod transfer;
mod trunks;
mod workers;

#[cfg(test)]
mod tests;

pub use config::{Config, ConfigError};
pub use health::{Health, Probe};
pub use kept::QueueFileError;
pub use limits::Limits as LimitsTable;
pub use lock::LockError;
pub use people::{Agent as AgentTable, Queue as QueueTable, Secret};

use crate::call::Music;
use crate::dialplan::{Dialplan, Reach};
use crate::engines::Engines;
use crate::line::leg::Ports;
use crate::line::sip::{Agent, Invitation, Limiter, ListenError, Listening, Registrations, Trunks};
use crate::panics;
use crate::pbx::{self, Pbx};
use crate::record::Writer;
use crate::speak::PromptBook;
use desk::Desk;
use lock::Lock;
use messages::Messages;
use people::People;
use phones::Phones;
use pool::Pool;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
use workers::{Work, Workers};

/// A thread has room for hundreds of calls.
const MOST_MEDIA_THREADS: usize = 16;
/// After the drain, calls get this long to be told that they end, and for their BYE.
pub const FAREWELL: Duration = Duration::from_secs(15);
/// Agents' phones that ring get this long for their CANCEL.
const GOODBYE: Duration = Duration::from_secs(2);

/// What the server works with, all of it loaded and checked.
pub struct Parts {
    pub config: Config,
    pub plan: Plan,
    pub events: Arc<Writer>,
}

/// A dialplan, and the prompts and engines that were made for it.
#[derive(Clone)]
pub struct Plan {
    pub dialplan: Arc<Dialplan>,
    pub prompts: Arc<PromptBook>,
    pub engines: Engines,
    /// For who waits.
    pub music: Music,
}

/// Where a plan or a configuration is handed in while the server runs.
pub struct Plans(Arc<Shared>);

impl Plans {
    /// Calls that begin from now on are answered with `plan`; those that are up go on with theirs. The
    /// error says why it cannot be used here.
    pub fn take_over(&self, plan: Plan) -> Result<(), String> {
        knows_queues(&self.0.people().queues, &plan.dialplan)?;
        let mut current = self.0.plan.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(plan);
        Ok(())
    }
}

/// The dialplan puts nobody into a queue that is not there.
fn knows_queues(queues: &[QueueTable], dialplan: &Dialplan) -> Result<(), String> {
    for reach in dialplan.reaches() {
        let Reach::Queue { name, .. } = reach else {
            continue;
        };
        if !queues.iter().any(|queue| queue.name == *name) {
            let known: Vec<&str> = queues.iter().map(|q| q.name.as_str()).collect();
            return Err(format!(
                "the dialplan puts callers into the queue \"{name}\", and the configuration has: {}. Add \
                 [[queue]] name = \"{name}\" to it, with an [[agent]], or name another in the dialplan",
                known.join(", ")
            ));
        }
    }
    Ok(())
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Queue(#[from] QueueFileError),
    #[error(transparent)]
    Folder(#[from] LockError),
    #[error("{0}")]
    People(String),
    #[error("messages cannot be kept: {0}. May this user write to the data folder?")]
    Messages(std::io::Error),
    #[error("a thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// A server that is listening.
pub struct Server {
    shared: Arc<Shared>,
    invitations: mpsc::Receiver<Invitation>,
    media_threads: Vec<JoinHandle<()>>,
    _lock: Lock,
}

/// What all calls' tasks use.
struct Shared {
    config: Config,
    agent: Agent,
    limiter: Limiter,
    people: RwLock<Arc<People>>,
    trunks: Trunks,
    phones: Phones,
    desk: Desk,
    pbx: Option<Pbx>,
    plan: RwLock<Arc<Plan>>,
    /// How many callers wait, by queue; the desk keeps it true.
    waiting: RwLock<HashMap<String, u32>>,
    events: Arc<Writer>,
    ports: Ports,
    messages: Messages,
    media: Workers,
    /// By agent: held by whoever has their phone on the line.
    lines: std::sync::Mutex<HashMap<String, Arc<Mutex<()>>>>,
    calls: AtomicUsize,
    /// Agents whose phones ring, or who are on a line.
    agents_busy: AtomicUsize,
    /// Goes to true when the calls that are left must end.
    stop: watch::Sender<bool>,
}

impl Shared {
    /// What a call that begins now is answered with.
    fn plan(&self) -> Arc<Plan> {
        let plan = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        plan.clone()
    }

    fn people(&self) -> Arc<People> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        people.clone()
    }

    /// In the queue that a dialplan leads to.
    fn callers_waiting(&self, dialplan: &Dialplan) -> Option<u32> {
        let Reach::Queue { name, .. } = &dialplan.human.reach else {
            return None;
        };
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        waiting.get(name).copied()
    }

    /// An agent's phone, which is on one call of ours at a time.
    fn line_of(&self, agent: &str) -> Arc<Mutex<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.entry(agent.to_owned()).or_default().clone()
    }

    /// Ready when all that is left must end.
    async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

impl Server {
    pub async fn start(parts: Parts) -> Result<Server, StartError> {
        let config = parts.config;
        let setup = config.setup().map_err(StartError::People)?;
        knows_queues(&config.queues, &parts.plan.dialplan).map_err(StartError::People)?;
        std::fs::create_dir_all(&config.data).map_err(StartError::Messages)?;
        let lock = Lock::take(&config.data)?;
        files::allow_for(config.most_calls);
        let saved = kept::read(&config.data)?;
        let threads = match config.recognition.threads {
            0 => recognitions(std::thread::available_parallelism().map_or(1, usize::from)),
            chosen => chosen,
        };
        let accounts = phones::accounts(&config.agents);
        let registrations =
            Registrations::new(accounts).map_err(|e| StartError::People(e.to_string()))?;
        let phones = Phones::new(&config.agents, registrations.clone());
        phones.restore(&config.data);
        let limiter = Limiter::new(config.limits.settings(config.most_calls));
        let listening = Listening {
            limiter: limiter.clone(),
            ..config.listening()
        };
        let (agent, invitations) = Agent::listen_at(listening, phones::US, registrations).await?;
        let trunks = Trunks::new(&agent, trunks::publish);
        let messages = Messages::start(&config.data).map_err(StartError::Messages)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (media, received) = Workers::new(cores.min(MOST_MEDIA_THREADS));
        let work = Work {
            pool: Pool::start(threads, media.clone()).map_err(StartError::Thread)?,
            events: parts.events.clone(),
            messages: messages.clone(),
        };
        let media_threads = workers::start(received, work).map_err(StartError::Thread)?;
        let [first, last] = config.rtp_ports;
        let pbx = config.asterisk.as_ref().map(|asterisk| {
            Pbx::start(pbx::Settings {
                address: asterisk.address.clone(),
                user: asterisk.user.clone(),
                secret: asterisk.secret.reveal().to_owned(),
            })
        });
        let (desk, inputs) = Desk::new();
        let shared = Arc::new(Shared {
            ports: Ports::new(agent.address().ip(), first..=last),
            phones,
            agent,
            limiter,
            people: RwLock::new(Arc::new(config.people())),
            trunks,
            desk,
            pbx,
            config,
            plan: RwLock::new(Arc::new(parts.plan)),
            waiting: RwLock::default(),
            events: parts.events,
            messages,
            media,
            lines: std::sync::Mutex::default(),
            calls: AtomicUsize::new(0),
            agents_busy: AtomicUsize::new(0),
            stop: watch::Sender::new(false),
        });
        tokio::spawn(desk::run(shared.clone(), setup, saved, inputs));
        tokio::spawn(phones::watch(shared.clone()));
        let setups = trunks::setups(&shared.config.trunks);
        shared.trunks.set(setups).map_err(StartError::People)?;
        tokio::spawn(control::listen(shared.clone()));
        tokio::spawn(limits::keep_known(shared.clone()));
        Ok(Server {
            shared,
            invitations,
            media_threads,
            _lock: lock,
        })
    }

    /// Where it can be asked how it is.
    pub fn probe(&self) -> Probe {
        Probe(self.shared.clone())
    }

    /// Where other plans can be handed in.
    pub fn plans(&self) -> Plans {
        Plans(self.shared.clone())
    }

    /// Where it listens; the first, where it has several addresses.
    pub fn address(&self) -> SocketAddr {
        self.shared.agent.address()
    }

    /// All of where it listens, for the log.
    pub fn told(&self) -> &str {
        self.shared.agent.told()
    }

    /// Takes calls until `stop` is ready; then lets those that are up finish, within the
    /// configured time, and ends the rest with BYE.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                invitation = self.invitations.recv() => match invitation {
                    Some(invitation) => self.take(invitation),
                    None => return,
                },
            }
        }
        self.shared.agent.drain();
        let drain = Duration::from_secs(self.shared.config.drain_seconds);
        tracing::info!(
            calls = self.shared.calls.load(Ordering::Relaxed),
            "stopping: no new calls"
        );
        if !self.all_end_within(drain).await {
            let calls = self.shared.calls.load(Ordering::Relaxed);
            tracing::warn!(
                calls,
                "the time to finish is over: the calls that are left are told so and ended"
            );
            self.shared.stop.send_replace(true);
            self.all_end_within(FAREWELL).await;
        }
        // No phone is left ringing for somebody who was to be called back.
        self.shared.stop.send_replace(true);
        let _ = tokio::time::timeout(GOODBYE, self.no_agents()).await;
        self.shared.trunks.end().await;
        // The last events of the last calls are recorded before this returns.
        self.shared.media.stop();
        let (threads, messages) = (self.media_threads, self.shared.messages.clone());
        let _ = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
            messages.close();
        })
        .await;
    }

    /// Refuses new calls meanwhile; false where some are left.
    async fn all_end_within(&mut self, time: Duration) -> bool {
        let all_ended = async {
            while self.shared.calls.load(Ordering::Relaxed) > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(50)) => {}
                    Some(invitation) = self.invitations.recv() => invitation.refuse(503, "stopping"),
                }
            }
        };
        tokio::time::timeout(time, all_ended).await.is_ok()
    }

    async fn no_agents(&self) {
        while self.shared.agents_busy.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn take(&self, mut invitation: Invitation) {
        let shared = self.shared.clone();
        if shared.calls.fetch_add(1, Ordering::Relaxed) >= shared.config.most_calls {
            shared.calls.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!(
                most = shared.config.most_calls,
                "call refused: the line is full"
            );
            invitation.refuse(503, "all lines are busy");
            return;
        }
        tokio::spawn(async move {
            let _permit = invitation.take_permit();
            let call_id = invitation.call_id();
            let served = async {
                match invitation.account().map(str::to_owned) {
                    Some(agent) => feature::serve(&shared, invitation, &agent).await,
                    None => conversation::serve(&shared, invitation).await,
                }
            };
            panics::contained("call", &call_id, served).await;
            shared.calls.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// How many recognitions run at a time, each on a thread of its own: one core is left for sound and
/// signalling where there are more than two, which need little.
fn recognitions(cores: usize) -> usize {
    cores.min(2.max(cores.saturating_sub(1)))
}
