//! The live server: takes calls from the line and connects each to a [`Call`].
//!
//! Signalling runs on tokio, one task a call; sound runs on the media thread; recognition and
//! synthesis run on the pool. They talk through bounded channels only. A dialplan that changes takes
//! over for new calls ([`Plans`]).

mod config;
mod conversation;
mod media;
mod offers;
mod pool;

pub use config::{Config, ConfigError};

use crate::audio::LineRate;
use crate::dialplan::Dialplan;
use crate::engines::Engines;
use crate::line::codec::Codec;
use crate::line::leg::Ports;
use crate::line::sip::{Agent, Invitation, ListenError};
use crate::record::Writer;
use crate::speak::PromptBook;
use media::Command;
use pool::Pool;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Codecs we speak, the ones we like best first.
const CODECS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];
/// All of them are narrow-band.
pub const LINE_RATE: LineRate = LineRate::Narrow;
/// After the drain, calls get this long for their BYE.
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
}

/// Where a plan is handed in while the server runs.
pub struct Plans(Arc<Shared>);

impl Plans {
    /// Calls that begin from now on are answered with `plan`; those that are up go on with theirs.
    pub fn take_over(&self, plan: Plan) {
        let mut current = self.0.plan.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(plan);
    }
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("a thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// A server that is listening.
pub struct Server {
    shared: Arc<Shared>,
    agent: Agent,
    invitations: mpsc::Receiver<Invitation>,
    media_thread: JoinHandle<()>,
}

/// What all calls' tasks use.
struct Shared {
    config: Config,
    plan: RwLock<Arc<Plan>>,
    events: Arc<Writer>,
    ports: Ports,
    media: SyncSender<Command>,
    calls: AtomicUsize,
    next_slot: AtomicU64,
    /// Goes to true when the calls that are left must end.
    stop: watch::Sender<bool>,
}

impl Shared {
    /// What a call that begins now is answered with.
    fn plan(&self) -> Arc<Plan> {
        let plan = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        plan.clone()
    }
}

impl Server {
    pub async fn start(parts: Parts) -> Result<Server, StartError> {
        let threads = match parts.config.recognition.threads {
            0 => recognitions(std::thread::available_parallelism().map_or(1, usize::from)),
            chosen => chosen,
        };
        let make_pool = |results| Pool::start(threads, results);
        let (agent, invitations) = Agent::listen(parts.config.listen, "zeroline").await?;
        let (media, media_thread) =
            media::start(make_pool, parts.events.clone()).map_err(StartError::Thread)?;
        let [first, last] = parts.config.rtp_ports;
        let shared = Shared {
            ports: Ports::new(agent.address().ip(), first..=last),
            config: parts.config,
            plan: RwLock::new(Arc::new(parts.plan)),
            events: parts.events,
            media,
            calls: AtomicUsize::new(0),
            next_slot: AtomicU64::new(0),
            stop: watch::Sender::new(false),
        };
        Ok(Server {
            shared: Arc::new(shared),
            agent,
            invitations,
            media_thread,
        })
    }

    /// Where other plans can be handed in.
    pub fn plans(&self) -> Plans {
        Plans(self.shared.clone())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.agent.address()
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
        let drain = Duration::from_secs(self.shared.config.drain_seconds);
        tracing::info!(
            calls = self.shared.calls.load(Ordering::Relaxed),
            "stopping: no new calls"
        );
        let all_ended = async {
            while self.shared.calls.load(Ordering::Relaxed) > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(50)) => {}
                    Some(invitation) = self.invitations.recv() => invitation.refuse(503, "stopping"),
                }
            }
        };
        if tokio::time::timeout(drain, all_ended).await.is_err() {
            let calls = self.shared.calls.load(Ordering::Relaxed);
            tracing::warn!(
                calls,
                "the time to finish is over: ending the calls that are left"
            );
            self.shared.stop.send_replace(true);
            tokio::time::sleep(GOODBYE).await;
        }
        // The last events of the last calls are recorded before this returns.
        if self.shared.media.send(Command::Stop).is_ok() {
            let _ = tokio::task::spawn_blocking(|| self.media_thread.join()).await;
        }
    }

    fn take(&self, invitation: Invitation) {
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
            conversation::serve(&shared, invitation).await;
            shared.calls.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// How many recognitions run at a time, each on a thread of its own: one core is left for sound and
/// signalling where there are more than two, which need little.
fn recognitions(cores: usize) -> usize {
    cores.min(2.max(cores.saturating_sub(1)))
}
