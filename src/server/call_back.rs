//! A promise is kept: an agent is on the line, and the caller's number is called over a trunk.

use super::Shared;
use super::conversation;
use super::desk::DeskInput;
use super::media::{Command, Slot};
use super::offers::Offers;
use super::trunks::CalledOut;
use crate::call::{About, CalledBack};
use crate::human::{Dialled, Input, PromiseId};
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
    /// Why it must not be called now, if so: it was not written to disk, and might be called twice.
    pub held: Option<String>,
}

/// A number that is being called for an agent.
pub struct Dialling {
    promise: PromiseId,
    attempt: u32,
    task: JoinHandle<Result<(), Dialled>>,
    outcome: Option<Result<(), Dialled>>,
    /// It is called for as long as this is here.
    going_on: oneshot::Sender<()>,
}

impl Dialling {
    /// Calls the number and joins it with the agent on `slot`. The desk is told here that it was answered;
    /// that it was not, only by [`Dialling::end`].
    pub fn start(shared: Arc<Shared>, back: CalledBack, slot: Slot, attempt: Attempt) -> Dialling {
        let (going_on, stopped) = oneshot::channel();
        Dialling {
            promise: attempt.promise,
            attempt: attempt.attempt,
            outcome: None,
            going_on,
            task: tokio::spawn(async move { call(&shared, back, slot, attempt, stopped).await }),
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

    /// It is called no longer. Gives the promise, the attempt, and what came of it; nothing if somebody
    /// answered.
    pub async fn end(self) -> Option<(PromiseId, u32, Dialled)> {
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
        outcome.err().map(|how| (promise, attempt, how))
    }
}

async fn known(task: &mut JoinHandle<Result<(), Dialled>>) -> Result<(), Dialled> {
    match task.await {
        Ok(outcome) => outcome,
        // Nobody knows how far it came.
        Err(error) => Err(Dialled::NotReached(error.to_string())),
    }
}

async fn call(
    shared: &Arc<Shared>,
    back: CalledBack,
    slot: Slot,
    attempt: Attempt,
    stopped: oneshot::Receiver<()>,
) -> Result<(), Dialled> {
    if let Some(why) = attempt.held {
        return Err(Dialled::NotTried(why));
    }
    let begun = Offers::begin(shared);
    let (socket, mut offers) = begun.map_err(|error| Dialled::NotTried(error.to_string()))?;
    let called = tokio::select! {
        called = shared.call_out(&attempt.number, offers.offer(), RINGS) => called?,
        // Nobody is there to talk to whoever answers.
        _ = stopped => return Err(Dialled::NotReached("the agent hung up".to_owned())),
    };
    let CalledOut {
        session,
        events,
        answer,
        target,
    } = called;
    let media = match offers.accept(&answer) {
        Ok(media) => media,
        Err(error) => {
            session.hang_up().await;
            let why = format!("the answer is not usable: {error}");
            return Err(Dialled::NotReached(why));
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
        back,
        agent: slot,
    };
    let call = conversation::begin(shared, called);
    let join = Command::Join { call, agent: slot };
    shared.media.tell(join);
    Ok(())
}
