//! An agent's phone, for one caller: it rings, the agent hears who waits and takes the call, and the two
//! are joined. Or the agent's phone does anything else that phones do.
//!
//! [`serve`] follows the signalling; `agent_live` is the leg on the media thread.

use super::agent_live::{AgentLive, AgentNews};
use super::call_back::{Attempt, Dialling};
use super::desk::DeskInput;
use super::media::{Command, Slot};
use super::offers::Offers;
use super::phones::user_to_user;
use super::{Plan, Shared};
use crate::call::{Accept, Briefing, BriefingSetup, CalledBack, Decision, Input, Way};
use crate::dialplan::{Brief, Text, ToAgent};
use crate::human::{self, Dialled, Offered, PromiseId, Ring, Stop, Who};
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use crate::line::sip::{Ended, Outgoing, PlaceError, Session, SessionEvent, SessionEvents, Side};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::task::JoinHandle;

/// So long is waited for what a phone says that was asked whether it is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is said in parting to whom the last call was for, and the BYE, take less.
const LINE_FREE: Duration = Duration::from_secs(4);
/// The CANCEL of a call is with the phone before the next one is.
const CANCELLED: Duration = Duration::from_millis(300);
/// Who took a call is joined long before this.
const UNJOINED: Duration = Duration::from_secs(90);

/// What the desk tells an agent's leg.
#[derive(Debug)]
pub enum Order {
    Stop(Stop),
    Connect(Slot),
    Dial(Attempt),
}

/// Rings an agent's phone for a caller, or for a promise, and follows it to its end.
pub async fn serve(
    shared: Arc<Shared>,
    about: Ring,
    caller: Option<Slot>,
    orders: mpsc::Receiver<Order>,
) {
    shared.agents_busy.fetch_add(1, Ordering::Relaxed);
    ring_for(&shared, &about, caller, orders).await;
    shared.agents_busy.fetch_sub(1, Ordering::Relaxed);
}

async fn ring_for(
    shared: &Arc<Shared>,
    about: &Ring,
    caller: Option<Slot>,
    mut orders: mpsc::Receiver<Order>,
) {
    let span = tracing::info_span!("agent", name = about.agent);
    // Until their phone is free of this call, whichever way it ends.
    let _line = tokio::select! {
        line = free_line(shared, about) => line,
        () = withdrawn(&mut orders) => return,
        () = shared.stopped() => return,
    };
    let answered = tokio::select! {
        answered = ring(shared, about, caller) => answered,
        () = withdrawn(&mut orders) => return tokio::time::sleep(CANCELLED).await,
        () = shared.stopped() => return tokio::time::sleep(CANCELLED).await,
    };
    let leg = match answered {
        Ok(leg) => leg,
        Err(how) => {
            tracing::info!(parent: &span, ?how, "not taken");
            shared.desk.offered(about.offer, how).await;
            return tokio::time::sleep(CANCELLED).await;
        }
    };
    let following = Following {
        joined: false,
        to_dial: None,
        dialling: None,
        asked: None,
        shared,
        about,
        slot: leg.slot,
        session: leg.session,
        offers: leg.offers,
        span,
    };
    following.follow(leg.events, leg.news, orders).await;
}

/// The agent is free for the desk as soon as a call of theirs is over; their phone, which may have but one
/// line, a little later. `None` where it takes too long, such as where our BYE is not answered.
async fn free_line(shared: &Shared, about: &Ring) -> Option<OwnedMutexGuard<()>> {
    let longest = LINE_FREE.min(Duration::from_millis(about.ring_ms / 2));
    let line = shared.line_of(&about.agent).lock_owned();
    tokio::time::timeout(longest, line).await.ok()
}

async fn withdrawn(orders: &mut mpsc::Receiver<Order>) {
    // Before the phone is answered there is nothing else that it could be told.
    let _ = orders.recv().await;
}

/// A phone that was answered.
struct AnsweredLeg {
    slot: Slot,
    session: Session,
    events: SessionEvents,
    offers: Offers,
    news: mpsc::Receiver<AgentNews>,
}

async fn ring(
    shared: &Arc<Shared>,
    about: &Ring,
    caller: Option<Slot>,
) -> Result<AnsweredLeg, Offered> {
    let failed = |why: String| Offered::Failed(why);
    let Some(phone) = shared.phone_of(&about.agent) else {
        return Err(failed("their phone is not registered".to_owned()));
    };
    let begun = Offers::begin(shared);
    let (socket, mut offers) = begun.map_err(|e| failed(e.to_string()))?;
    let outgoing = Outgoing {
        name: Some(shared.shown_as(about)),
        headers: vec![user_to_user(&about.context)],
        longest_ringing: Duration::from_millis(about.ring_ms),
        ..phone.outgoing(offers.offer())
    };
    let placed = shared.agent.call(outgoing, |_| {}).await;
    let (session, events, answer) = placed.map_err(not_taken)?;
    shared.desk.offered(about.offer, Offered::Answered).await;
    let media = match offers.accept(&answer) {
        Ok(media) => media,
        Err(error) => {
            session.hang_up().await;
            return Err(failed(format!("its answer is not usable: {error}")));
        }
    };
    let plan = shared.plan();
    let (news, received) = mpsc::channel(8);
    let accept = shared.accept_of(&about.queue);
    let briefing = Briefing::new(BriefingSetup {
        rate: media.codec.line_rate(),
        language: plan.dialplan.language,
        accept,
        say: brief(&plan, about, accept),
        prompts: plan.prompts.clone(),
    });
    let live = AgentLive::new(&about.agent, briefing, Leg::new(socket, &media), plan, news);
    // Only there can they be joined.
    let slot = match caller {
        Some(caller) => shared.media.slot_beside(caller),
        None => shared.media.slot(),
    };
    if !shared.media.tell(Command::AddAgent(slot, Box::new(live))) {
        session.hang_up().await;
        return Err(failed("the media threads take no commands".to_owned()));
    }
    Ok(AnsweredLeg {
        slot,
        session,
        events,
        offers,
        news: received,
    })
}

fn brief(plan: &Plan, about: &Ring, accept: Accept) -> Vec<Text> {
    plan.dialplan.briefing(&Brief {
        wanted: about.context.wanted.clone(),
        given: about.context.given.clone().into_iter().collect(),
        tried: about.context.tried.clone(),
        language: about.context.language.parse().ok(),
        waited_s: about.waited_ms / 1_000,
        call_back: matches!(about.who, Who::Promise(_)),
        by_key: accept == Accept::Key,
        now: Timestamp::now(),
    })
}

fn not_taken(error: PlaceError) -> Offered {
    match error {
        PlaceError::Refused(486 | 600, _) => Offered::Busy,
        PlaceError::Refused(408 | 480 | 487, _) => Offered::NoAnswer,
        // Do not disturb, and call forwarding: a forwarded call might end in somebody's voice mail.
        PlaceError::Refused(603, _) | PlaceError::Moved { .. } => Offered::Declined,
        PlaceError::NoAnswer(_) => Offered::NoAnswer,
        other => Offered::Failed(other.to_string()),
    }
}

/// Ready when a phone that was asked is not there.
async fn gone(asked: &mut Option<JoinHandle<bool>>) {
    if let Some(answer) = asked {
        let is_there = answer.await.unwrap_or(false);
        *asked = None;
        if !is_there {
            return;
        }
    }
    std::future::pending().await
}

/// A phone that was answered, and the one caller it is for.
struct Following<'a> {
    shared: &'a Arc<Shared>,
    about: &'a Ring,
    slot: Slot,
    session: Session,
    offers: Offers,
    joined: bool,
    /// A promise that is to be kept when the agent has been told about it.
    to_dial: Option<Attempt>,
    dialling: Option<Dialling>,
    /// Whether their phone is there, once it has said so.
    asked: Option<JoinHandle<bool>>,
    span: tracing::Span,
}

/// How it ended.
enum Over {
    /// The agent's phone did.
    Phone { hung_up: bool },
    /// The caller did, or there is none.
    Caller,
}

impl Following<'_> {
    async fn follow(
        mut self,
        mut events: SessionEvents,
        mut news: mpsc::Receiver<AgentNews>,
        mut orders: mpsc::Receiver<Order>,
    ) {
        let unjoined = tokio::time::sleep(UNJOINED);
        tokio::pin!(unjoined);
        let over = loop {
            let over = tokio::select! {
                event = events.recv() => match event {
                    // Such as another phone of theirs that they have passed the call on to.
                    Some(SessionEvent::Replaced(invitation)) => {
                        let replaced = self.offers.replace(&mut self.session, *invitation, &self.span);
                        if let Some((new, media)) = replaced {
                            events = new;
                            self.media(media);
                        }
                        None
                    }
                    event => self.event(event).await,
                },
                Some(news) = news.recv() => self.news(news).await,
                Some(order) = orders.recv() => {
                    self.order(order);
                    None
                }
                () = Dialling::failed(&mut self.dialling) => {
                    self.dismiss_with(ToAgent::NotReached);
                    None
                }
                () = gone(&mut self.asked) => {
                    tracing::warn!(parent: &self.span, "their phone is gone");
                    Some(Over::Phone { hung_up: false })
                }
                () = self.shared.stopped() => Some(Over::Phone { hung_up: false }),
                () = &mut unjoined, if !self.joined => Some(Over::Phone { hung_up: false }),
            };
            if let Some(over) = over {
                break over;
            }
        };
        // What was ordered and not begun: the desk can tell nothing more, and is told.
        orders.close();
        while let Ok(order) = orders.try_recv() {
            if let Order::Dial(attempt) = order {
                self.to_dial = Some(attempt);
            }
        }
        self.end(over).await;
    }

    async fn event(&mut self, event: Option<SessionEvent>) -> Option<Over> {
        match event {
            Some(SessionEvent::Offered { sdp, answerer }) => {
                let media = self.offers.answer_within(sdp, answerer, &self.span).await;
                self.media(media);
            }
            Some(SessionEvent::Answered { sdp }) => {
                self.media(self.offers.answered(&sdp, &self.span));
            }
            Some(SessionEvent::Confirmed { answer: Some(sdp) }) => {
                self.media(self.offers.answered(&sdp, &self.span));
            }
            Some(SessionEvent::Key(key)) => {
                self.command(Command::Input(self.slot, Input::Key(key, Way::Info)));
            }
            Some(SessionEvent::Ended(ended)) => {
                let hung_up = ended == Ended::Bye(Side::They);
                return Some(Over::Phone { hung_up });
            }
            // The caller is with us, not with that phone: it cannot pass them on.
            Some(SessionEvent::Referred { target, answerer }) => {
                tracing::info!(parent: &self.span, target, "asked to transfer: refused");
                answerer.refuse(603).await;
            }
            None => return Some(Over::Phone { hung_up: false }),
            Some(_) => {}
        }
        None
    }

    async fn news(&mut self, news: AgentNews) -> Option<Over> {
        match news {
            AgentNews::Decided(Decision::Taken) => self.offered(Offered::Accepted).await,
            AgentNews::Decided(Decision::Declined) => {
                self.offered(Offered::Declined).await;
                self.dismiss(Vec::new());
            }
            AgentNews::Decided(Decision::NoKey) => {
                self.offered(Offered::NoAnswer).await;
                self.dismiss(Vec::new());
            }
            AgentNews::Rings => {
                if let Some(attempt) = self.to_dial.take() {
                    let about = self.about.clone();
                    let back = CalledBack {
                        agent: about.agent,
                        queue: about.queue,
                        priority: about.priority,
                        skills: about.skills,
                        context: about.context,
                    };
                    let shared = self.shared.clone();
                    self.dialling = Some(Dialling::start(shared, back, self.slot, attempt));
                }
            }
            AgentNews::Joined => self.joined = true,
            AgentNews::Dismissed | AgentNews::CallOver => return Some(Over::Caller),
            AgentNews::Silent => {
                let session = self.session.clone();
                let asked = tokio::spawn(async move { session.is_there(PATIENCE).await });
                self.asked = Some(asked);
            }
        }
        None
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Connect(call) => {
                self.command(Command::Join {
                    call,
                    agent: self.slot,
                });
            }
            Order::Dial(attempt) => {
                self.to_dial = Some(attempt);
                self.command(Command::Ring(self.slot));
            }
            Order::Stop(Stop::Taken) => self.dismiss_with(ToAgent::TakenByAnother),
            Order::Stop(Stop::CallerLeft) => self.dismiss_with(ToAgent::CallerGone),
            // They know.
            Order::Stop(Stop::RingOver | Stop::Paused) => self.dismiss(Vec::new()),
        }
    }

    fn dismiss_with(&self, told: ToAgent) {
        self.dismiss(vec![self.shared.plan().dialplan.told_agent(told)]);
    }

    fn dismiss(&self, say: Vec<Text>) {
        self.command(Command::Dismiss(self.slot, say));
    }

    async fn offered(&self, how: Offered) {
        self.shared.desk.offered(self.about.offer, how).await;
    }

    fn media(&self, agreed: Option<Media>) {
        if let Some(media) = agreed {
            self.command(Command::Media(self.slot, media));
        }
    }

    fn command(&self, command: Command) {
        self.shared.media.tell(command);
    }

    /// What became of a promise, if it was not kept.
    async fn not_reached(&mut self) -> Option<(PromiseId, u32, Dialled)> {
        if let Some(attempt) = self.to_dial.take() {
            let how = Dialled::NotTried("the agent hung up".to_owned());
            return Some((attempt.promise, attempt.attempt, how));
        }
        self.dialling.take()?.end().await
    }

    async fn end(mut self, over: Over) {
        let caller_back = match over {
            Over::Phone { hung_up } => {
                // Who hangs up before the caller is on has not talked to them.
                let hung_up = hung_up && self.joined;
                self.command(Command::AgentGone {
                    agent: self.slot,
                    hung_up,
                });
                !hung_up
            }
            Over::Caller => false,
        };
        // Whoever waits is not kept waiting by a phone that does not answer our BYE.
        self.shared
            .desk
            .offered(self.about.offer, Offered::Gone)
            .await;
        // Only now: the agent is free for others when this is known.
        if let Some((promise, attempt, how)) = self.not_reached().await {
            tracing::info!(parent: &self.span, promise = promise.0, attempt, ?how, "not called back");
            let dialled = human::Input::Dialled {
                promise,
                attempt,
                how,
            };
            self.shared.desk.send(DeskInput::Acd(dialled)).await;
        }
        let ended = human::Input::Ended {
            offer: self.about.offer,
            caller_back,
        };
        self.shared.desk.send(DeskInput::Acd(ended)).await;
        self.session.hang_up().await;
    }
}
