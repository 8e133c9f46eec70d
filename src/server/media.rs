//! The media thread: ticks all calls every 20 ms, moves their sound, and shares nothing hot with
//! signalling, engines or storage. It never waits for anything but the next tick.

use super::Plan;
use super::pool::Pool;
use crate::audio::{FRAME_MS, Frame, LineRate};
use crate::call::{Call, Event, EventKind, Input, Job, Way};
use crate::line::leg::Leg;
use crate::line::sdp::Media;
use crate::record::Writer;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// What the media thread is told between ticks; more waiting than these is a stuck thread.
const COMMANDS: usize = 4096;
/// A call is given up when its phone has sent nothing for so long.
const MEDIA_LOST: u32 = 60_000 / FRAME_MS;
/// A caller who put us on hold is waited for so long.
const LONGEST_HOLD: u32 = 15 * 60_000 / FRAME_MS;
/// A phone that has sent nothing for so long since the beginning is not heard here.
const NO_PACKETS: u32 = 3_000 / FRAME_MS;
const TICK: Duration = Duration::from_millis(FRAME_MS as u64);
/// Further behind than this, the clock starts anew instead of hurrying after it.
const TOO_LATE: Duration = Duration::from_millis(200);

/// Names a call on the media thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(pub u64);

/// What signalling and engines tell the media thread.
pub enum Command {
    Add(Slot, Box<Live>),
    Input(Slot, Input),
    /// The media was agreed anew (re-INVITE).
    Media(Slot, Media),
    /// Record what is left of the calls and end the thread.
    Stop,
}

/// A call with its line.
pub struct Live {
    pub call: Call,
    /// What it began with, and goes on with whatever is loaded meanwhile.
    pub plan: Arc<Plan>,
    pub leg: Leg,
    pub rate: LineRate,
    /// Where requests to signalling go.
    pub line: mpsc::Sender<LineRequest>,
    /// Ticks for which the caller has had us on hold.
    pub held: u32,
    /// Ticks of the call.
    pub ticks: u32,
}

/// What a call asks of its signalling.
#[derive(Debug)]
pub enum LineRequest {
    Transfer(String),
    HangUp,
}

/// Starts the thread; it ends with [`Command::Stop`].
pub fn start(
    make_pool: impl FnOnce(SyncSender<Command>) -> std::io::Result<Pool>,
    events: Arc<Writer>,
) -> std::io::Result<(SyncSender<Command>, JoinHandle<()>)> {
    let (commands, receiver) = sync_channel(COMMANDS);
    let pool = make_pool(commands.clone())?;
    let thread = std::thread::Builder::new()
        .name("media".to_owned())
        .spawn(move || run(&receiver, &pool, &events))?;
    Ok((commands, thread))
}

fn run(commands: &Receiver<Command>, pool: &Pool, events: &Writer) {
    let mut calls: HashMap<Slot, Live> = HashMap::new();
    let mut next = Instant::now();
    let mut stop = false;
    while !stop {
        loop {
            match commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => {
                    stop = true;
                    break;
                }
                Ok(command) => obey(command, &mut calls),
                Err(TryRecvError::Empty) => break,
            }
        }
        calls.retain(|slot, live| {
            live.tick(*slot, pool, events);
            !live.call.is_over()
        });
        next += TICK;
        let now = Instant::now();
        match next.checked_duration_since(now) {
            Some(early) => std::thread::sleep(early),
            None if now - next > TOO_LATE => {
                let late_ms = (now - next).as_millis() as u64;
                tracing::warn!(late_ms, calls = calls.len(), "the media thread is late");
                next = now;
            }
            None => {}
        }
    }
}

fn obey(command: Command, calls: &mut HashMap<Slot, Live>) {
    match command {
        Command::Add(slot, live) => {
            calls.insert(slot, *live);
        }
        Command::Input(slot, input) => {
            if let Some(live) = calls.get_mut(&slot) {
                live.call.handle(input);
            }
        }
        Command::Media(slot, media) => {
            if let Some(live) = calls.get_mut(&slot) {
                live.leg.session().update(&media);
            }
        }
        Command::Stop => {}
    }
}

impl Live {
    fn tick(&mut self, slot: Slot, pool: &Pool, events: &Writer) {
        let (mut caller, mut bot) = (Frame::silence(self.rate), Frame::silence(self.rate));
        if !self.leg.receive(&mut caller) {
            self.call.handle(Input::FrameLost);
        }
        while let Some(key) = self.leg.take_key() {
            self.call.handle(Input::Key(key, Way::Rtp));
        }
        let session = self.leg.session();
        let (held, lost) = (
            !session.media().we_send,
            session.media().we_receive && session.silent_ticks() > MEDIA_LOST,
        );
        self.ticks = self.ticks.saturating_add(1);
        let nothing = session.stats().received == 0;
        if self.ticks == NO_PACKETS && nothing {
            self.call.handle(Input::NoPackets);
        }
        self.held = if held { self.held + 1 } else { 0 };
        if lost || self.held > LONGEST_HOLD {
            self.call.handle(Input::MediaLost);
        }
        // Who holds us hears nothing and says nothing to us: the call's time stands still.
        if !held {
            self.call.tick(&caller, &mut bot);
            self.leg.send(&bot);
        }
        while let Some(job) = self.call.poll_job() {
            self.pass_on(slot, job, pool);
        }
        while let Some(event) = self.call.poll_event() {
            log(&event);
            events.send(event);
        }
    }

    fn pass_on(&mut self, slot: Slot, job: Job, pool: &Pool) {
        let request = match job {
            Job::Transfer { target } => LineRequest::Transfer(target),
            Job::HangUp => LineRequest::HangUp,
            job => {
                if let Err(input) = pool.give(slot, self.rate, &self.plan.engines, job) {
                    self.call.handle(input);
                }
                return;
            }
        };
        if self.line.try_send(request).is_err() {
            self.call.handle(Input::LineFailed);
        }
    }
}

/// What callers say belongs into the record, where it can be kept and deleted by rule, and not
/// into a log that anybody reads.
fn log(event: &Event) {
    match &event.kind {
        EventKind::CallEnded { reason, .. } => {
            tracing::info!(call = %event.call, at_ms = event.at_ms, ?reason, "call ended");
        }
        EventKind::EngineFailed { what, reason } => {
            tracing::error!(call = %event.call, at_ms = event.at_ms, reason, "{what} failed");
        }
        EventKind::TransferFailed { target, reason } => {
            tracing::warn!(call = %event.call, at_ms = event.at_ms, target, reason, "transfer failed");
        }
        _ => {}
    }
}
