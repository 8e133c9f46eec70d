//! The live server: takes calls from the line and connects each to a [`Call`].
//!
//! Signalling runs on tokio, one task a call; sound runs on the media thread; recognition and
//! synthesis run on the pool. They talk through bounded channels only.

mod config;
mod media;
mod pool;

pub use config::{Config, ConfigError};

use crate::audio::LineRate;
use crate::call::{About, Call, EndReason, Event, EventKind, Input, Setup, TransferUpdate};
use crate::dialplan::Dialplan;
use crate::line::codec::Codec;
use crate::line::leg::{Leg, Ports};
use crate::line::sdp::{self, Media, Origin, SdpError};
use crate::line::sip::{
    Agent, Answerer, Ended, Invitation, ListenError, Session, SessionEvent, SessionEvents,
};
use crate::record::Writer;
use crate::speak::PromptBook;
use media::{Command, LineRequest, Live, Slot};
use pool::Pool;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

pub use pool::Engines;

/// Codecs we speak, the ones we like best first.
const CODECS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];
/// All of them are narrow-band.
pub const LINE_RATE: LineRate = LineRate::Narrow;
/// After the drain, calls get this long for their BYE.
const GOODBYE: Duration = Duration::from_secs(2);

/// What the server works with, all of it loaded and checked.
pub struct Parts {
    pub config: Config,
    pub dialplan: Arc<Dialplan>,
    pub prompts: Arc<PromptBook>,
    pub engines: Engines,
    pub events: Arc<Writer>,
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
    dialplan: Arc<Dialplan>,
    prompts: Arc<PromptBook>,
    events: Arc<Writer>,
    ports: Ports,
    media: SyncSender<Command>,
    calls: AtomicUsize,
    next_slot: AtomicU64,
    /// Goes to true when the calls that are left must end.
    stop: watch::Sender<bool>,
}

impl Server {
    pub async fn start(parts: Parts) -> Result<Server, StartError> {
        let threads = match parts.config.recognition.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get().div_ceil(2)),
            chosen => chosen,
        };
        let engines = parts.engines;
        let make_pool = |results| Pool::start(threads, engines, results);
        let (agent, invitations) = Agent::listen(parts.config.listen, "zeroline").await?;
        let (media, media_thread) =
            media::start(make_pool, parts.events.clone()).map_err(StartError::Thread)?;
        let [first, last] = parts.config.rtp_ports;
        let shared = Shared {
            ports: Ports::new(agent.address().ip(), first..=last),
            config: parts.config,
            dialplan: parts.dialplan,
            prompts: parts.prompts,
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
            serve(&shared, invitation).await;
            shared.calls.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// One call's signalling, from its INVITE to its end.
async fn serve(shared: &Shared, invitation: Invitation) {
    let id = uuid::Uuid::now_v7().to_string();
    let span = tracing::info_span!("call", %id);
    let sip_call_id = invitation.call_id();
    tracing::info!(parent: &span, sip_call_id, caller = invitation.caller(), "call");
    let about = About {
        caller: Some(invitation.caller()),
        called: Some(invitation.called()),
        started: Some(jiff::Timestamp::now().to_string()),
        codec: None,
        sip_call_id: Some(sip_call_id),
    };
    let socket = match shared.ports.take() {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(parent: &span, %error, "call refused: no RTP port");
            return invitation.refuse(503, "no port for sound");
        }
    };
    let Ok(local) = socket.local_addr() else {
        return invitation.refuse(500, "no port for sound");
    };
    let mut offers = Offers::new(local);
    let (agreed, sdp) = match offers.first(&invitation) {
        Ok(agreed) => agreed,
        Err((code, reason)) => {
            tracing::info!(parent: &span, code, reason, "call refused");
            return invitation.refuse(code, &reason);
        }
    };
    let (session, events) = match invitation.answer(sdp) {
        Ok(answered) => answered,
        Err(error) => return tracing::info!(parent: &span, error, "call not answered"),
    };
    let call = Conversation {
        shared,
        id,
        slot: Slot(shared.next_slot.fetch_add(1, Ordering::Relaxed)),
        session,
        offers,
        span,
    };
    call.follow(events, socket, agreed, about).await;
}

/// Our side of offer/answer in one call.
struct Offers {
    local: SocketAddr,
    origin: Origin,
}

/// Why an offer is refused: a SIP status and the reason.
type Refusal = (u16, String);

impl Offers {
    fn new(local: SocketAddr) -> Offers {
        Offers {
            local,
            origin: Origin::new(jiff::Timestamp::now().as_microsecond() as u64),
        }
    }

    /// What to answer an INVITE with; without an offer in it, ours, to be answered in the ACK.
    fn first(&mut self, invitation: &Invitation) -> Result<(Option<Media>, String), Refusal> {
        match invitation.offer() {
            Some(offer) => self.answer(&offer).map(|(media, sdp)| (Some(media), sdp)),
            None => Ok((None, self.offer())),
        }
    }

    fn offer(&mut self) -> String {
        sdp::offer(self.local, &CODECS, &mut self.origin)
    }

    fn answer(&mut self, offer: &str) -> Result<(Media, String), Refusal> {
        let refusal = |error: SdpError| match error.is_malformed() {
            true => (400, error.to_string()),
            false => (488, error.to_string()),
        };
        let offer = sdp::parse(offer.as_bytes()).map_err(refusal)?;
        sdp::answer(&offer, self.local, &CODECS, &mut self.origin).map_err(refusal)
    }

    fn accept(&self, answer: &str) -> Result<Media, SdpError> {
        sdp::accept(&sdp::parse(answer.as_bytes())?, self.local, &CODECS)
    }
}

struct Conversation<'a> {
    shared: &'a Shared,
    id: String,
    slot: Slot,
    session: Session,
    offers: Offers,
    span: tracing::Span,
}

impl Conversation<'_> {
    async fn follow(
        mut self,
        mut events: SessionEvents,
        socket: std::net::UdpSocket,
        mut agreed: Option<Media>,
        about: About,
    ) {
        let (requests, mut line_requests) = mpsc::channel(8);
        let mut waiting = Some((socket, about, requests));
        let mut stop = self.shared.stop.subscribe();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(SessionEvent::Confirmed { answer }) => {
                        if let Some(answer) = answer && agreed.is_none() {
                            let media = self.offers.accept(&answer);
                            agreed = media
                                .inspect_err(|error| tracing::info!(parent: &self.span, %error, "answer not usable"))
                                .ok();
                        }
                        match (waiting.take(), agreed.take()) {
                            (Some((socket, about, requests)), Some(media)) => {
                                self.begin(socket, &media, about, requests);
                            }
                            (Some(_), None) => {
                                tracing::info!(parent: &self.span, "no media agreed: hanging up");
                                self.hang_up();
                            }
                            (None, _) => {}
                        }
                    }
                    Some(SessionEvent::Offered { sdp, answerer }) => {
                        self.offered(sdp, answerer).await;
                    }
                    Some(SessionEvent::Key(key)) => self.tell(Input::Key(key)),
                    Some(SessionEvent::ReferProgress { code, last }) => {
                        self.tell(Input::Transfer(transfer_update(code, last)));
                    }
                    Some(SessionEvent::Referred { target }) => {
                        tracing::info!(parent: &self.span, target, "asked to transfer: not done");
                    }
                    Some(SessionEvent::Ended(ended)) => {
                        if let Some((_, about, _)) = waiting.take() {
                            self.never_began(about, &ended);
                        }
                        self.tell(match ended {
                            Ended::Bye | Ended::Cancelled => Input::HungUp,
                            Ended::Failed(_) => Input::LineFailed,
                        });
                        return;
                    }
                    None => {
                        self.tell(Input::LineFailed);
                        return;
                    }
                },
                Some(request) = line_requests.recv() => match request {
                    LineRequest::Transfer(target) => self.refer(target),
                    LineRequest::HangUp => self.hang_up(),
                },
                Ok(()) = stop.changed() => {
                    self.tell(Input::Shutdown);
                    if waiting.is_some() {
                        self.hang_up();
                    }
                }
            }
        }
    }

    fn begin(
        &self,
        socket: std::net::UdpSocket,
        media: &Media,
        about: About,
        line: mpsc::Sender<LineRequest>,
    ) {
        let about = About {
            codec: Some(media.codec.name().to_owned()),
            ..about
        };
        let call = Call::new(Setup {
            id: self.id.clone(),
            rate: LINE_RATE,
            dialplan: self.shared.dialplan.clone(),
            prompts: self.shared.prompts.clone(),
            about,
        });
        let live = Live {
            call,
            leg: Leg::new(socket, media),
            rate: LINE_RATE,
            line,
            held: 0,
        };
        self.command(Command::Add(self.slot, Box::new(live)));
    }

    /// A caller who gave up before the first frame is on record too.
    fn never_began(&self, about: About, ended: &Ended) {
        let event = |kind| Event {
            call: self.id.clone(),
            at_ms: 0,
            kind,
        };
        self.shared.events.send(event(EventKind::CallStarted {
            caller: about.caller,
            called: about.called,
            dialplan: self.shared.dialplan.name.clone(),
            started: about.started,
            codec: None,
            sip_call_id: about.sip_call_id,
        }));
        let reason = match ended {
            Ended::Bye | Ended::Cancelled => EndReason::CallerHungUp,
            Ended::Failed(_) => EndReason::LineFailed,
        };
        self.shared.events.send(event(EventKind::CallEnded {
            reason,
            duration_ms: 0,
        }));
    }

    async fn offered(&mut self, offer: Option<String>, answerer: Answerer) {
        let Some(offer) = offer else {
            // Nothing changes on our side: what we have, as an offer.
            return answerer.answer(self.offers.offer()).await;
        };
        match self.offers.answer(&offer) {
            Ok((media, sdp)) => {
                self.command(Command::Media(self.slot, media));
                answerer.answer(sdp).await;
            }
            Err((code, reason)) => {
                tracing::info!(parent: &self.span, code, reason, "offer refused, session unchanged");
                answerer.refuse(code).await;
            }
        }
    }

    fn refer(&self, target: String) {
        let (session, media, slot) = (self.session.clone(), self.shared.media.clone(), self.slot);
        tokio::spawn(async move {
            if let Err(error) = session.refer(&target).await {
                let failed = TransferUpdate::Failed(error.to_string());
                let _ = media.try_send(Command::Input(slot, Input::Transfer(failed)));
            }
        });
    }

    fn hang_up(&self) {
        let session = self.session.clone();
        tokio::spawn(async move { session.hang_up().await });
    }

    fn tell(&self, input: Input) {
        self.command(Command::Input(self.slot, input));
    }

    fn command(&self, command: Command) {
        if self.shared.media.try_send(command).is_err() {
            tracing::error!(parent: &self.span, "the media thread takes no commands");
        }
    }
}

fn transfer_update(code: u16, last: bool) -> TransferUpdate {
    match code {
        200..=299 => TransferUpdate::Done,
        300.. => TransferUpdate::Failed(format!("the other side answered {code}")),
        // A subscription that ends without a final status says nothing good (RFC 3515 2.4.7).
        _ if last => TransferUpdate::Failed("no more is heard of the transfer".to_owned()),
        _ => TransferUpdate::Progress(code),
    }
}
