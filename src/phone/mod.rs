//! The other end of the line: a caller and a person, over real SIP and RTP, for trying things out.
//!
//! [`call`] places a call and follows a script; when it is referred to somebody else it calls
//! them, as a desk phone would. [`Person`] answers calls and says something. Both tell what
//! happens as [`Happening`]s. Not for production: one call each, no jitter to speak of. [`Baresip`] is
//! a phone that others have made.

mod baresip;
mod person;

pub use baresip::{Account, Baresip};
pub use person::{Behaviour, Person};

use crate::audio::{FRAME_MS, Frame, LineRate, wav};
use crate::caller::{Action, Caller, Step};
use crate::line::codec::Codec;
use crate::line::leg::{Leg, Ports};
use crate::line::sdp::{self, Origin};
use crate::line::sip::{
    Agent, ListenError, PlaceError, Session, SessionEvent, SessionEvents, referred,
};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

const CODECS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];
const RATE: LineRate = LineRate::Narrow;
const TICK: Duration = Duration::from_millis(FRAME_MS as u64);

/// What happens on the phone; the time is milliseconds since the call was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Answered,
    Pressed(char),
    /// We are asked to call somebody else.
    Referred(String),
    /// They answered.
    Connected(String),
    /// They did not; we are back where we were.
    NotConnected(String, String),
    OtherSideHungUp,
    WeHungUp,
}

/// Both sides of a call.
#[derive(Default)]
pub struct Recording {
    pub said: Vec<i16>,
    pub heard: Vec<i16>,
}

impl Recording {
    /// Left what was said, right what was heard.
    pub fn save(&self, path: &Path) -> Result<(), wav::WavError> {
        wav::write_stereo(path, RATE.hz(), &self.said, &self.heard)
    }
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("{target}: {error}")]
    Place { target: String, error: PlaceError },
    #[error("no port for sound: {0}")]
    Port(#[from] std::io::Error),
    #[error("{target}: its answer is not usable: {error}")]
    Answer {
        target: String,
        error: sdp::SdpError,
    },
}

/// Calls `target` from `from` (an address of this machine) and follows the script until one side
/// hangs up. `tell` gets what happens and when.
pub async fn call(
    target: &str,
    from: IpAddr,
    script: Vec<Step>,
    tell: impl FnMut(u64, Happening),
) -> Result<Recording, PhoneError> {
    let (_nobody, nothing) = mpsc::channel(1);
    call_and_talk(target, from, script, nothing, tell).await
}

/// The same; what comes over `person` is said to somebody else, who has taken over the other side.
pub async fn call_and_talk(
    target: &str,
    from: IpAddr,
    script: Vec<Step>,
    mut person: mpsc::Receiver<Vec<Step>>,
    mut tell: impl FnMut(u64, Happening),
) -> Result<Recording, PhoneError> {
    let (agent, _invitations) = Agent::listen(SocketAddr::new(from, 0), "caller").await?;
    let ports = Ports::new(from, 40_000..=49_998);
    let (mut session, mut events, mut leg) = place(&agent, &ports, target).await?;
    tell(0, Happening::Answered);

    let mut handset = Handset::new(script);
    let mut ticks = tokio::time::interval(TICK);
    loop {
        let now_ms = handset.now_ms;
        tokio::select! {
            _ = ticks.tick() => match handset.tick(&mut leg) {
                Some(Action::Press(key)) => {
                    leg.session().press(key);
                    tell(now_ms, Happening::Pressed(key.to_char()));
                }
                Some(Action::HangUp) => {
                    tell(now_ms, Happening::WeHungUp);
                    session.hang_up().await;
                    return Ok(handset.recording);
                }
                // Phones carry no text.
                Some(Action::Write(_)) | None => {}
            },
            Some(steps) = person.recv() => {
                handset.caller.new_party();
                handset.caller.then(steps);
            }
            event = events.recv() => match event {
                Some(SessionEvent::Referred { target, answerer }) => {
                    answerer.accept().await;
                    tell(now_ms, Happening::Referred(target.clone()));
                    session.report_refer(100, "Trying", false).await;
                    match place(&agent, &ports, &target).await {
                        Ok((new_session, new_events, new_leg)) => {
                            session.report_refer(200, "OK", true).await;
                            tell(now_ms, Happening::Connected(target));
                            tokio::spawn(await_bye(session, events));
                            (session, events, leg) = (new_session, new_events, new_leg);
                            handset.caller.new_party();
                        }
                        Err(error) => {
                            let code = match &error {
                                PhoneError::Place { error: PlaceError::Refused(code, _), .. } => *code,
                                _ => 503,
                            };
                            session.report_refer(code, "Not Connected", true).await;
                            tell(now_ms, Happening::NotConnected(target, error.to_string()));
                        }
                    }
                }
                Some(SessionEvent::Offered { answerer, .. }) => answerer.refuse(488).await,
                Some(SessionEvent::Ended(_)) | None => {
                    tell(now_ms, Happening::OtherSideHungUp);
                    return Ok(handset.recording);
                }
                Some(_) => {}
            }
        }
    }
}

/// Somebody with the phone at their ear: speaks, listens, and all of it is recorded.
struct Handset {
    caller: Caller,
    recording: Recording,
    now_ms: u64,
}

impl Handset {
    fn new(script: impl IntoIterator<Item = Step>) -> Handset {
        Handset {
            caller: Caller::new(RATE, script),
            recording: Recording::default(),
            now_ms: 0,
        }
    }

    /// 20 ms of both directions.
    fn tick(&mut self, leg: &mut Leg) -> Option<Action> {
        self.now_ms += u64::from(FRAME_MS);
        let (mut said, mut heard) = (Frame::silence(RATE), Frame::silence(RATE));
        leg.receive(&mut heard);
        let action = self.caller.tick(&heard, &mut said);
        leg.send(&said);
        self.recording.said.extend(said.samples());
        self.recording.heard.extend(heard.samples());
        action
    }
}

async fn place(
    agent: &Agent,
    ports: &Ports,
    target: &str,
) -> Result<(Session, SessionEvents, Leg), PhoneError> {
    let socket = ports.take()?;
    let local = socket.local_addr()?;
    let mut origin = Origin::new(u64::from(local.port()));
    let offer = sdp::offer(local, &CODECS, &mut origin);
    let placed = agent.call(referred(target, "caller", offer), |_| ()).await;
    let (session, events, answer) = placed.map_err(|error| PhoneError::Place {
        target: target.to_owned(),
        error,
    })?;
    let media = sdp::parse(answer.as_bytes())
        .and_then(|answer| sdp::accept(&answer, local, &CODECS, &mut origin));
    match media {
        Ok(media) => Ok((session, events, Leg::new(socket, &media))),
        Err(error) => {
            session.hang_up().await;
            Err(PhoneError::Answer {
                target: target.to_owned(),
                error,
            })
        }
    }
}

/// Who referred us says goodbye when they hear that it worked; if they do not, we do.
async fn await_bye(session: Session, mut events: SessionEvents) {
    let ended = async {
        while let Some(event) = events.recv().await {
            if matches!(event, SessionEvent::Ended(_)) {
                return;
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .is_err()
    {
        session.hang_up().await;
    }
}
