//! A transfer to a telephone system by REFER, followed to its end: blind, where the caller's phone calls
//! whom we name, or attended, where we have somebody there on the line before the caller goes.

use super::agent_live::{AgentLive, AgentNews};
use super::media::{Command, Slot};
use super::offers::Offers;
use super::phones::{US, user_to_user};
use super::{Plan, Shared};
use crate::audio::LineRate;
use crate::call::{Accept, Briefing, BriefingSetup, Input, TransferUpdate};
use crate::dialplan::Brief;
use crate::human::Context;
use crate::line::leg::Leg;
use crate::line::sip::{Outgoing, Session, SessionEvent, SessionEvents};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

// All three together are shorter than a caller waits for a transfer that says nothing.
/// As long as it rings where we call first.
const RINGS: Duration = Duration::from_secs(30);
/// What whoever answered hears of the caller is cut short then.
const BRIEFED: Duration = Duration::from_secs(8);
/// The caller is there long before this.
const HANDED_OVER: Duration = Duration::from_secs(5);

/// A transfer under way. Dropped, it ends, and whoever was called for the caller is hung up on.
pub struct Transfer(JoinHandle<()>);

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Transfer {
    pub fn start(
        shared: &Arc<Shared>,
        slot: Slot,
        session: Session,
        target: String,
        attended: bool,
        context: Context,
    ) -> Transfer {
        let shared = shared.clone();
        Transfer(tokio::spawn(async move {
            let done = match attended {
                true => attend(&shared, &session, &target, &context).await,
                false => {
                    let (name, value) = user_to_user(&context);
                    let referred = session.refer_with(&target, &[(&name, &value)]).await;
                    referred.map_err(|error| error.to_string())
                }
            };
            if let Err(why) = done {
                let failed = Input::Transfer(TransferUpdate::Failed(why));
                shared.media.tell(Command::Input(slot, failed));
            }
        }))
    }
}

/// Calls the target; whoever answers hears whom they get, and then the caller's phone is told to take
/// that very call over.
async fn attend(
    shared: &Arc<Shared>,
    session: &Session,
    target: &str,
    context: &Context,
) -> Result<(), String> {
    let mut consulted = Consulted::call(shared, target, context).await?;
    consulted.brief().await?;
    timeout(HANDED_OVER, consulted.hand_over(session, context))
        .await
        .unwrap_or_else(|_| Err("the caller did not come to whoever answered".to_owned()))
}

/// Whoever was called for the caller, and has answered. Hung up when dropped.
struct Consulted {
    shared: Arc<Shared>,
    session: Session,
    events: SessionEvents,
    offers: Offers,
    slot: Slot,
    news: mpsc::Receiver<AgentNews>,
}

impl Drop for Consulted {
    fn drop(&mut self) {
        let gone = Command::AgentGone {
            agent: self.slot,
            hung_up: true,
        };
        self.shared.media.tell(gone);
        let session = self.session.clone();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { session.hang_up().await });
        }
    }
}

impl Consulted {
    async fn call(
        shared: &Arc<Shared>,
        target: &str,
        context: &Context,
    ) -> Result<Consulted, String> {
        let begun = Offers::begin(shared);
        let (socket, mut offers) = begun.map_err(|error| error.to_string())?;
        let outgoing = Outgoing {
            headers: vec![user_to_user(context)],
            longest_ringing: RINGS,
            ..Outgoing::new(target, US, offers.offer())
        };
        let placed = shared.agent.call(outgoing, |_| {}).await;
        let (session, events, answer) = placed.map_err(|error| error.to_string())?;
        let (tell, news) = mpsc::channel(8);
        let consulted = Consulted {
            shared: shared.clone(),
            session,
            events,
            slot: shared.media.slot(),
            news,
            offers,
        };
        let media = consulted.offers.accept(&answer);
        let media = media.map_err(|error| format!("their answer is not usable: {error}"))?;
        let plan = shared.plan();
        let rate = media.codec.line_rate();
        let briefing = Briefing::new(briefing(&plan, rate, context));
        let leg = Leg::new(socket, &media);
        let live = AgentLive::new(target, briefing, leg, plan, tell).dismissed();
        let add = Command::AddAgent(consulted.slot, Box::new(live));
        match shared.media.tell(add) {
            true => Ok(consulted),
            false => Err("the media threads take no commands".to_owned()),
        }
    }

    /// Until they have heard who comes, or have pressed 1.
    async fn brief(&mut self) -> Result<(), String> {
        let Consulted {
            news,
            events,
            offers,
            ..
        } = self;
        let told = async {
            while let Some(news) = news.recv().await {
                if news == AgentNews::Dismissed {
                    return;
                }
            }
        };
        tokio::select! {
            _ = timeout(BRIEFED, told) => Ok(()),
            () = ended(events, offers) => Err("whoever answered hung up".to_owned()),
        }
    }

    /// Ends when we are not on the line any more.
    async fn hand_over(&mut self, caller: &Session, context: &Context) -> Result<(), String> {
        let (name, value) = user_to_user(context);
        let replaces = self.session.replaces();
        let headers = [(name.as_str(), value.as_str()), ("Replaces", &replaces)];
        let target = self.session.remote_target();
        let referred = caller.refer_with(&target, &headers).await;
        referred.map_err(|error| error.to_string())?;
        ended(&mut self.events, &mut self.offers).await;
        Ok(())
    }
}

/// Follows a call that nothing else happens to until its end.
pub async fn ended(events: &mut SessionEvents, offers: &mut Offers) {
    while let Some(event) = events.recv().await {
        match event {
            SessionEvent::Ended(_) => return,
            SessionEvent::Offered { sdp, answerer } => {
                let span = tracing::Span::current();
                offers.answer_within(sdp, answerer, &span).await;
            }
            SessionEvent::Referred { answerer, .. } => answerer.refuse(603).await,
            _ => {}
        }
    }
}

/// They take the call by answering: behind a queue of the telephone system, its members have said there
/// how they take calls.
fn briefing(plan: &Plan, rate: LineRate, context: &Context) -> BriefingSetup {
    BriefingSetup {
        rate,
        language: plan.dialplan.language,
        accept: Accept::Answer,
        say: plan.dialplan.briefing(&Brief {
            wanted: context.wanted.clone(),
            given: context.given.clone().into_iter().collect(),
            tried: context.tried.clone(),
            language: context.language.parse().ok(),
            now: Timestamp::now(),
            ..Brief::default()
        }),
        prompts: plan.prompts.clone(),
    }
}
