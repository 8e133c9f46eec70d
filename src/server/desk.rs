//! The desk: the one task that knows who waits, which agents there are and what was promised.
//!
//! What is decided, [`Acd`] decides; here it gets the time and what happens, and what it wants is done:
//! phones are rung, calls are told, agents and callers are joined.

use super::Shared;
use super::agent_leg::{self, Order};
use super::call_back::Attempt;
use super::kept::{Clock, Kept};
use super::media::{Command, Slot};
use crate::call::{Input as CallInput, QueueNews};
use crate::human::{
    Dialled, Entry, Input, OfferId, Offered, Output, Ring, Saved, Setup, View, Who,
};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What waits for the desk; more than these is a stuck desk, and callers are told so.
const WAITING: usize = 4096;
/// Places and estimates are looked at so often, at least.
const IDLE: Duration = Duration::from_secs(5);

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
    /// Other agents and queues.
    Setup(Setup),
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

/// Runs the desk until the server ends.
pub async fn run(
    shared: Arc<Shared>,
    setup: Setup,
    saved: Option<Saved>,
    inputs: mpsc::Receiver<DeskInput>,
) {
    let mut state = State {
        kept: Kept::new(&shared.config.data, setup, saved, Clock::start()),
        open: true,
        shared,
        calls: HashMap::new(),
        offers: HashMap::new(),
        cancelling: None,
    };
    state.follow(inputs).await;
}

struct State {
    kept: Kept,
    /// What it was told last of the company.
    open: bool,
    shared: Arc<Shared>,
    /// Where the calls are told.
    calls: HashMap<String, Slot>,
    offers: HashMap<OfferId, mpsc::Sender<Order>>,
    /// Whose call-backs are being cancelled, and whether there was one.
    cancelling: Option<bool>,
}

impl State {
    async fn follow(&mut self, mut inputs: mpsc::Receiver<DeskInput>) {
        loop {
            self.look_at_the_hours();
            self.act();
            let sleep = self.kept.sleeps().map_or(IDLE, |due| due.min(IDLE));
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.take(input),
                    None => return,
                },
                () = tokio::time::sleep(sleep) => {
                    self.kept.save_again();
                    self.handle(Input::Tick);
                }
            }
        }
    }

    /// Of the dialplan that new calls are answered with; without hours it is always open.
    fn look_at_the_hours(&mut self) {
        let plan = self.shared.plan();
        let hours = plan.dialplan.hours.as_ref();
        let open = hours.is_none_or(|hours| hours.is_open(Timestamp::now()));
        if std::mem::replace(&mut self.open, open) != open {
            tracing::info!(open, "by the hours of the dialplan");
            self.kept.handle(Input::Open(open));
        }
    }

    fn take(&mut self, input: DeskInput) {
        match input {
            DeskInput::Acd(input) => {
                let over = match &input {
                    Input::Left { call, how } if how.ends_call() => Some(call.clone()),
                    _ => None,
                };
                self.handle(input);
                if let Some(call) = over {
                    self.calls.remove(&call);
                }
            }
            DeskInput::Enter(slot, entry) => {
                self.calls.insert(entry.call.clone(), slot);
                self.handle(Input::Enter(entry));
            }
            DeskInput::CallBack(slot, input) => {
                if let Input::CallBack { call, .. } = &input {
                    self.calls.insert(call.clone(), slot);
                }
                self.handle(input);
            }
            DeskInput::Cancel(slot, number) => {
                self.cancelling = Some(false);
                self.handle(Input::CancelCallBackOf { number });
                let found = self.cancelling.take().unwrap_or_default();
                self.tell_slot(slot, QueueNews::Cancelled(found));
            }
            DeskInput::Setup(setup) => {
                self.kept.take_over(setup);
                self.act();
            }
            DeskInput::View(answer) => {
                let _ = answer.send(self.kept.view());
            }
        }
    }

    fn handle(&mut self, input: Input) {
        self.kept.handle(input);
        self.act();
    }

    fn act(&mut self) {
        while let Some(output) = self.kept.poll() {
            self.act_on(output);
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
        for queue in &shared.people().queues {
            let count = self.kept.waiting_in(&queue.name) as u32;
            waiting.insert(queue.name.clone(), count);
        }
    }

    fn act_on(&mut self, output: Output) {
        match output {
            // Done already.
            Output::Save => {}
            Output::Ring(ring) => self.ring(ring),
            Output::Stop { offer, why } => drop(self.order(offer, Order::Stop(why))),
            Output::Connect { offer, call, .. } => {
                self.tell(&call, QueueNews::Taken);
                if let Some(slot) = self.calls.get(&call).copied() {
                    self.order(offer, Order::Connect(slot));
                }
            }
            Output::Dial {
                promise,
                offer,
                number,
                attempt,
            } => {
                tracing::info!(promise = promise.0, attempt, "calling back");
                let dial = Order::Dial(Attempt {
                    promise,
                    attempt,
                    number,
                    held: self.kept.unsaved().map(str::to_owned),
                });
                if !self.order(offer, dial) {
                    let how = Dialled::NotTried("the agent's phone is gone".to_owned());
                    self.kept.handle(Input::Dialled {
                        promise,
                        attempt,
                        how,
                    });
                }
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
                ..
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
            Output::Forgotten { promise } => {
                tracing::info!(
                    promise = promise.0,
                    "given up long ago, and not listed any more"
                );
            }
            Output::Agent { agent, state } => tracing::info!(agent, ?state, "agent"),
        }
    }

    fn ring(&mut self, ring: Ring) {
        let (orders, received) = mpsc::channel(8);
        self.offers.retain(|_, orders| !orders.is_closed());
        self.offers.insert(ring.offer, orders);
        let caller = match &ring.who {
            Who::Caller(call) => self.calls.get(call).copied(),
            Who::Promise(_) => None,
        };
        let shared = self.shared.clone();
        tokio::spawn(agent_leg::serve(shared, ring, caller, received));
    }

    /// False where it is over.
    fn order(&mut self, offer: OfferId, order: Order) -> bool {
        let taken = self
            .offers
            .get(&offer)
            .is_some_and(|orders| orders.try_send(order).is_ok());
        if !taken {
            // Its phone is gone, and says so itself.
            tracing::debug!(offer = offer.0, "an offer that is over was told something");
        }
        taken
    }

    fn tell(&self, call: &str, news: QueueNews) {
        if let Some(slot) = self.calls.get(call) {
            self.tell_slot(*slot, news);
        }
    }

    fn tell_slot(&self, slot: Slot, news: QueueNews) {
        let command = Command::Input(slot, CallInput::Queue(news));
        self.shared.media.tell(command);
    }
}
