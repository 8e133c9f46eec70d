//! The desk: the one task that knows who waits, which agents there are and what was promised.
//!
//! What is decided, [`Acd`] decides; here it gets the time and what happens, and what it wants is done:
//! phones are rung, calls are told, agents and callers are joined, the state is written to disk before
//! anything is done that must not be done twice.

use super::Shared;
use super::agent_leg::{self, Order};
use super::call_back::Attempt;
use super::media::{Command, Slot};
use crate::call::{Input as CallInput, QueueNews};
use crate::human::{
    Acd, Entry, Input, Left, Millis, OfferId, Offered, Output, Ring, Saved, Setup, View,
};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What waits for the desk; more than these is a stuck desk, and callers are told so.
const WAITING: usize = 4096;
/// Places and estimates are looked at so often, at least.
const IDLE: Duration = Duration::from_secs(5);
/// In the data folder.
const FILE: &str = "queue.json";

/// Where the desk is told things. Cheap to clone.
#[derive(Clone)]
pub struct Desk(mpsc::Sender<DeskInput>);

pub enum DeskInput {
    Acd(Input),
    Enter(Slot, Entry),
    /// An [`Input::CallBack`], and who is told what came of it.
    CallBack(Slot, Input),
    /// Of all call-backs of a number.
    Cancel(Slot, String),
    View(oneshot::Sender<View>),
}

impl Desk {
    pub fn new() -> (Desk, mpsc::Receiver<DeskInput>) {
        let (inputs, received) = mpsc::channel(WAITING);
        (Desk(inputs), received)
    }

    /// Never waits; false if the desk cannot be told.
    pub fn tell(&self, input: DeskInput) -> bool {
        let told = self.0.try_send(input).is_ok();
        if !told {
            tracing::error!("the desk takes no more");
        }
        told
    }

    /// Waits where there is much to do.
    pub async fn send(&self, input: DeskInput) {
        let _ = self.0.send(input).await;
    }

    pub async fn offered(&self, offer: OfferId, how: Offered) {
        self.send(DeskInput::Acd(Input::Offered { offer, how }))
            .await;
    }

    /// How it stands; `None` when the server stops.
    pub async fn view(&self) -> Option<View> {
        let (answer, answered) = oneshot::channel();
        self.send(DeskInput::View(answer)).await;
        answered.await.ok()
    }
}

/// Why the state of the queue cannot be used; says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct DeskError {
    path: PathBuf,
    why: String,
}

/// What was there when the server ended, if there is anything.
pub fn read(folder: &Path) -> Result<Option<Saved>, DeskError> {
    let path = folder.join(FILE);
    let fail = |why: String| DeskError {
        path: path.clone(),
        why,
    };
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(format!("cannot be read: {error}"))),
    };
    // Promises are in it: it is not thrown away because somebody has edited it.
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        fail(format!(
            "who waits and who was promised a call-back cannot be read: {error}. Mend the file, or move it \
             away to start without"
        ))
    })
}

/// As a whole or not at all, and on disk when this returns.
fn write(folder: &Path, saved: &Saved) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, saved)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE))?;
    std::fs::File::open(folder)?.sync_all()
}

/// Runs the desk until the server ends.
pub async fn run(
    shared: Arc<Shared>,
    setup: Setup,
    saved: Option<Saved>,
    inputs: mpsc::Receiver<DeskInput>,
) {
    let mut state = State {
        acd: Acd::new(setup, saved, now()),
        folder: shared.config.data.clone(),
        shared,
        calls: HashMap::new(),
        offers: HashMap::new(),
        cancelling: None,
    };
    state.act().await;
    state.follow(inputs).await;
}

struct State {
    acd: Acd,
    folder: PathBuf,
    shared: Arc<Shared>,
    /// Where the calls are told.
    calls: HashMap<String, Slot>,
    offers: HashMap<OfferId, mpsc::Sender<Order>>,
    /// Whose call-backs are being cancelled, and whether there was one.
    cancelling: Option<bool>,
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond().max(0) as Millis
}

impl State {
    async fn follow(&mut self, mut inputs: mpsc::Receiver<DeskInput>) {
        loop {
            let due = self.acd.deadline().map(|at| at.saturating_sub(now()));
            let sleep = due.map_or(IDLE, Duration::from_millis).min(IDLE);
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.take(input).await,
                    None => return,
                },
                () = tokio::time::sleep(sleep) => self.handle(Input::Tick).await,
            }
        }
    }

    async fn take(&mut self, input: DeskInput) {
        match input {
            DeskInput::Acd(input) => {
                let over = match &input {
                    Input::Left { call, how } if *how != Left::BackToBot => Some(call.clone()),
                    _ => None,
                };
                self.handle(input).await;
                if let Some(call) = over {
                    self.calls.remove(&call);
                }
            }
            DeskInput::Enter(slot, entry) => {
                self.calls.insert(entry.call.clone(), slot);
                self.handle(Input::Enter(entry)).await;
            }
            DeskInput::CallBack(slot, input) => {
                if let Input::CallBack { call, .. } = &input {
                    self.calls.insert(call.clone(), slot);
                }
                self.handle(input).await;
            }
            DeskInput::Cancel(slot, number) => {
                self.cancelling = Some(false);
                self.handle(Input::CancelCallBackOf { number }).await;
                let found = self.cancelling.take().unwrap_or_default();
                self.tell_slot(slot, QueueNews::Cancelled(found));
            }
            DeskInput::View(answer) => {
                let _ = answer.send(self.acd.view(now()));
            }
        }
    }

    async fn handle(&mut self, input: Input) {
        self.acd.handle(now(), input);
        self.act().await;
    }

    async fn act(&mut self) {
        while let Some(output) = self.acd.poll() {
            self.act_on(output).await;
        }
        self.publish();
    }

    /// For the conditions of dialplans.
    fn publish(&self) {
        let shared = &self.shared;
        let mut waiting = shared
            .waiting
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for queue in &shared.config.queues {
            let count = self.acd.waiting_in(&queue.name) as u32;
            waiting.insert(queue.name.clone(), count);
        }
    }

    async fn act_on(&mut self, output: Output) {
        match output {
            Output::Save => self.save(),
            Output::Ring(ring) => self.ring(ring),
            Output::Stop { offer, why } => self.order(offer, Order::Stop(why)),
            Output::Connect { offer, agent, call } => {
                self.tell(&call, QueueNews::Taken { agent });
                if let Some(slot) = self.calls.get(&call).copied() {
                    self.order(offer, Order::Connect(slot));
                }
            }
            Output::Dial {
                promise,
                offer,
                number,
                attempt,
                ..
            } => {
                tracing::info!(promise = promise.0, attempt, "calling back");
                self.order(
                    offer,
                    Order::Dial(Attempt {
                        promise,
                        attempt,
                        number,
                    }),
                );
            }
            Output::Entered {
                call,
                place,
                kept,
                offer_call_back,
            } => self.tell(
                &call,
                QueueNews::Entered {
                    place,
                    kept,
                    call_back: offer_call_back,
                },
            ),
            Output::Update {
                call,
                place,
                offer_call_back,
            } => self.tell(
                &call,
                QueueNews::Update {
                    place,
                    call_back: offer_call_back,
                },
            ),
            Output::Refused { call, why } => self.tell(&call, QueueNews::Refused(why)),
            Output::Offering { call, agent } => self.tell(&call, QueueNews::Offered { agent }),
            Output::NotTaken { call, agent, why } => {
                self.tell(&call, QueueNews::NotTaken { agent, why });
            }
            Output::Moved { call, queue, place } => {
                self.tell(&call, QueueNews::Moved { queue, place });
            }
            Output::Outside { call, to } => self.tell(&call, QueueNews::Outside { to }),
            Output::Promised {
                call,
                promise,
                place,
            } => {
                let id = promise.0.to_string();
                self.tell(&call, QueueNews::Promised { id, place });
            }
            Output::Cancelled { promise, .. } => {
                tracing::info!(promise = promise.0, "call-back cancelled");
                if let Some(found) = &mut self.cancelling {
                    *found = true;
                }
            }
            Output::Kept { promise } => tracing::info!(promise = promise.0, "called back"),
            Output::Broken { promise, why, .. } => {
                metrics::counter!("call_backs_broken_total").increment(1);
                tracing::error!(promise = promise.0, why, "a promised call-back is given up");
            }
            Output::Agent { agent, state } => tracing::info!(agent, ?state, "agent"),
        }
    }

    /// Blocks this task, and only this: nothing that follows may be done before it is on disk.
    fn save(&self) {
        let saved = self.acd.saved(now());
        let written = tokio::task::block_in_place(|| write(&self.folder, &saved));
        if let Err(error) = written {
            metrics::counter!("queue_saves_failed_total").increment(1);
            let path = self.folder.join(FILE);
            tracing::error!(%error, path = %path.display(), "the queue cannot be written: a restart would lose it");
        }
    }

    fn ring(&mut self, ring: Ring) {
        let (orders, received) = mpsc::channel(8);
        self.offers.retain(|_, orders| !orders.is_closed());
        self.offers.insert(ring.offer, orders);
        tokio::spawn(agent_leg::serve(self.shared.clone(), ring, received));
    }

    fn order(&mut self, offer: OfferId, order: Order) {
        let taken = self
            .offers
            .get(&offer)
            .is_some_and(|orders| orders.try_send(order).is_ok());
        if !taken {
            // Its phone is gone, and says so itself.
            tracing::debug!(offer = offer.0, "an offer that is over was told something");
        }
    }

    fn tell(&self, call: &str, news: QueueNews) {
        if let Some(slot) = self.calls.get(call) {
            self.tell_slot(*slot, news);
        }
    }

    fn tell_slot(&self, slot: Slot, news: QueueNews) {
        let command = Command::Input(slot, CallInput::Queue(news));
        if self.shared.media.try_send(command).is_err() {
            tracing::error!("the media thread takes no commands");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_is_broken_is_not_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let saved = Acd::new(Setup::default(), None, 7).saved(7);
        write(folder.path(), &saved).unwrap();
        assert!(read(folder.path()).unwrap().is_some());
        let path = folder.path().join(FILE);
        std::fs::write(&path, "{\"promises\": [").unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("queue.json") && error.contains("move it away"),
            "{error}"
        );
        assert!(path.exists());
    }
}
