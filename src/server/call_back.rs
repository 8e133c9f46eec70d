//! A promise is kept: an agent is on the line, and the caller's number is called over the trunk.

use super::Shared;
use super::conversation;
use super::desk::DeskInput;
use super::media::{Command, Slot};
use super::offers::{Offers, Peer};
use crate::call::{About, CalledBack};
use crate::human::{Dialled, Input, PromiseId};
use crate::line::sip::{Outgoing, PlaceError};
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
    let Some(trunk) = &shared.config.trunk else {
        let why = "there is no [trunk] to call over";
        return Err(Dialled::NotTried(why.to_owned()));
    };
    let begun = Offers::begin(shared, Peer::at(&trunk.address));
    let (sockets, mut offers) = begun.map_err(|error| Dialled::NotTried(error.to_string()))?;
    // It does not help to try again what the configuration forbids.
    let outgoing = trunk.outgoing(&attempt.number, offers.offer());
    let outgoing = Outgoing {
        longest_ringing: RINGS,
        ..outgoing.map_err(Dialled::NotReached)?
    };
    let target = outgoing.target.clone();
    let mut rang = false;
    let placed = tokio::select! {
        placed = shared.agent.call(outgoing, |_| rang = true) => placed,
        // Nobody is there to talk to whoever answers.
        _ = stopped => return Err(Dialled::NotReached("the agent hung up".to_owned())),
    };
    let (session, events, answer) = placed.map_err(|error| not_answered(&error, rang))?;
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
        sockets,
        media,
        about,
        back,
    };
    let call = conversation::begin(shared, called);
    let join = Command::Join { call, agent: slot };
    if shared.media.try_send(join).is_err() {
        tracing::error!("the media thread takes no commands");
    }
    Ok(())
}

/// What the trunk, or the way there, says is not what who was called says. `rang`: anything was heard from
/// there.
fn not_answered(error: &PlaceError, rang: bool) -> Dialled {
    let why = error.to_string();
    match error {
        // Who we are is not believed, or the trunk has no way.
        PlaceError::Refused(401 | 403 | 407 | 500..=599, _)
        | PlaceError::Address(_)
        | PlaceError::Header(_) => Dialled::NotTried(why),
        PlaceError::NoAnswer(_) if !rang => Dialled::NotTried(why),
        PlaceError::Refused(..) | PlaceError::Moved { .. } | PlaceError::NoAnswer(_) => {
            Dialled::NotReached(why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_other_side_says_is_an_attempt() {
        let refused = |code| PlaceError::Refused(code, "so".to_owned());
        let counts = |error, rang| match not_answered(&error, rang) {
            Dialled::NotReached(why) => {
                assert!(!why.is_empty());
                true
            }
            _ => false,
        };
        for code in [404, 408, 480, 484, 486, 487, 488, 600, 603, 604, 606] {
            assert!(counts(refused(code), false), "{code}");
        }
        for code in [401, 403, 407, 500, 502, 503, 504] {
            assert!(!counts(refused(code), true), "{code}");
        }
        let silent = || PlaceError::NoAnswer("it rang for 45 s".to_owned());
        assert!(counts(silent(), true) && !counts(silent(), false));
        assert!(!counts(PlaceError::Address("sip:".to_owned()), false));
    }
}
