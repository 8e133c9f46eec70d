//! A promise is kept: an agent is on the line, and the caller's number is called over the trunk.

use super::Shared;
use super::conversation;
use super::desk::DeskInput;
use super::media::{Command, Slot};
use super::offers::Offers;
use crate::call::About;
use crate::human::{Dialled, Input, PromiseId};
use crate::line::sip::Outgoing;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// As long as people let a phone ring before it is taken for not answered.
const RINGS: Duration = Duration::from_secs(45);

/// One call of a promise.
#[derive(Debug)]
pub struct Attempt {
    pub promise: PromiseId,
    /// From 1.
    pub attempt: u32,
    pub number: String,
}

/// A number that is being called for an agent.
pub struct Dialling {
    promise: PromiseId,
    attempt: u32,
    task: JoinHandle<Result<(), String>>,
    outcome: Option<Result<(), String>>,
    /// It is called for as long as this is here.
    going_on: oneshot::Sender<()>,
}

impl Dialling {
    /// Calls the number and joins it with the agent on `slot`. The desk is told here that it was answered;
    /// that it was not, only by [`Dialling::end`].
    pub fn start(shared: Arc<Shared>, agent: String, slot: Slot, attempt: Attempt) -> Dialling {
        let (going_on, stopped) = oneshot::channel();
        Dialling {
            promise: attempt.promise,
            attempt: attempt.attempt,
            outcome: None,
            going_on,
            task: tokio::spawn(async move { call(&shared, agent, slot, attempt, stopped).await }),
        }
    }

    /// Ready once: when it is known that nobody answers.
    pub async fn failed(dialling: &mut Option<Dialling>) {
        if let Some(dialling) = dialling
            && dialling.outcome.is_none()
        {
            let outcome = known(&mut dialling.task).await;
            let failed = outcome.is_err();
            dialling.outcome = Some(outcome);
            if failed {
                return;
            }
        }
        std::future::pending().await
    }

    /// It is called no longer. Gives the promise, the attempt, and why nobody answered; nothing if
    /// somebody did.
    pub async fn end(self) -> Option<(PromiseId, u32, String)> {
        let Dialling {
            promise,
            attempt,
            mut task,
            outcome,
            going_on,
        } = self;
        drop(going_on);
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => known(&mut task).await,
        };
        outcome.err().map(|why| (promise, attempt, why))
    }
}

async fn known(task: &mut JoinHandle<Result<(), String>>) -> Result<(), String> {
    match task.await {
        Ok(outcome) => outcome,
        Err(error) => Err(error.to_string()),
    }
}

async fn call(
    shared: &Arc<Shared>,
    agent: String,
    slot: Slot,
    attempt: Attempt,
    stopped: oneshot::Receiver<()>,
) -> Result<(), String> {
    let Some(trunk) = &shared.config.trunk else {
        return Err("there is no [trunk] to call over".to_owned());
    };
    let socket = shared.ports.take().map_err(|error| error.to_string())?;
    let local = socket.local_addr().map_err(|error| error.to_string())?;
    let mut offers = Offers::new(local);
    let outgoing = Outgoing {
        longest_ringing: RINGS,
        ..trunk.outgoing(&attempt.number, offers.offer())?
    };
    let target = outgoing.target.clone();
    let placed = tokio::select! {
        placed = shared.agent.call(outgoing, |_| {}) => placed,
        // Nobody is there to talk to whoever answers.
        _ = stopped => return Err("the agent hung up".to_owned()),
    };
    let (session, events, answer) = placed.map_err(|error| error.to_string())?;
    let media = match offers.accept(&answer) {
        Ok(media) => media,
        Err(error) => {
            session.hang_up().await;
            return Err(format!("the answer is not usable: {error}"));
        }
    };
    let answered = Input::Dialled {
        promise: attempt.promise,
        attempt: attempt.attempt,
        how: Dialled::Answered,
    };
    shared.desk.send(DeskInput::Acd(answered)).await;
    let about = About {
        caller: Some(target.clone()),
        number: Some(attempt.number),
        called: Some(target),
        started: Some(jiff::Timestamp::now().to_string()),
        ..About::default()
    };
    let called = conversation::Called {
        session,
        events,
        offers,
        socket,
        media,
        about,
        agent,
    };
    let call = conversation::begin(shared, called);
    let join = Command::Join { call, agent: slot };
    if shared.media.try_send(join).is_err() {
        tracing::error!("the media thread takes no commands");
    }
    Ok(())
}
