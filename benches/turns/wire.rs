//! A caller who is nothing but sockets: packets out by an absolute clock, and a note of when each
//! packet came in and how loud it was.
//!
//! There is no jitter buffer, no codec but G.711 and no state but the packets, so that what is
//! measured here is what a phone on the same wire gets. Signalling is [`Agent`]'s.

use super::noises::Random;
use super::vad::extent;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use zeroline::audio::{FRAME_MS, Frame, LineRate, level};
use zeroline::line::codec::{Codec, Decoder, Encoder};
use zeroline::line::sdp::{self, Origin};
use zeroline::line::sip::{Agent, Session, SessionEvent, SessionEvents};

const RATE: LineRate = LineRate::Narrow;
const FRAME: usize = RATE.frame_len();
const TICK: Duration = Duration::from_millis(FRAME_MS as u64);
const CODEC: Codec = Codec::Pcmu;
/// A packet that is louder has the bot's voice in it, in dBov.
const VOICED: f32 = -45.0;
/// A packet that is quieter is silence: the bot has stopped, and not only lowered its voice.
const AUDIBLE: f32 = -65.0;
/// The quiet room around the caller: about -60 dBov.
const ROOM: f32 = 57.0;
const HEADER: usize = 12;
/// How often the thread that listens looks whether it should end.
const LOOK_UP: Duration = Duration::from_millis(100);

/// What a caller says: 8 kHz, and which of its frames hold the first and the last voice.
#[derive(Clone)]
pub struct Utterance {
    pub samples: Vec<i16>,
    first: usize,
    last: usize,
}

impl Utterance {
    /// Keeps this much around the voice in a recording.
    const BEFORE: usize = 15;
    const AFTER: usize = 25;
    /// Where the noise comes so near to what counts as voice, in dB, nobody can say when the voice
    /// ends.
    const CLEAR: f32 = 6.0;

    /// `None` where the recording is too noisy to tell where its voice begins and ends.
    pub fn new(samples: &[i16]) -> Option<Utterance> {
        let (first, end) = extent(samples)?;
        let frames: Vec<&[i16]> = samples.chunks_exact(FRAME).collect();
        let mut levels: Vec<f32> = frames.iter().map(|frame| level::dbov(frame)).collect();
        levels.sort_by(f32::total_cmp);
        let (noise, loudest) = (levels.get(levels.len() / 20)?, levels.last()?);
        if *noise > loudest - 25.0 - Utterance::CLEAR {
            return None;
        }
        let from = first.saturating_sub(Utterance::BEFORE);
        let to = (end + Utterance::AFTER).min(frames.len());
        Some(Utterance {
            samples: frames.get(from..to)?.concat(),
            first: first - from,
            last: end - 1 - from,
        })
    }

    /// From the first voice to the last, as samples.
    pub fn voice(&self) -> std::ops::Range<usize> {
        self.first * FRAME..(self.last + 1) * FRAME
    }
}

/// When the first and the last voiced packet of an utterance were sent.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub first: Instant,
    pub last: Instant,
}

struct Packet {
    at: Instant,
    level: f32,
}

/// A call, from the caller's side.
pub struct Phone {
    /// The user part of its SIP address.
    pub name: String,
    runtime: Handle,
    session: Session,
    socket: UdpSocket,
    heard: Arc<Mutex<Vec<Packet>>>,
    /// The other side has hung up, or wants us to call somebody else.
    over: Arc<AtomicBool>,
    closed: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
    /// When the next packet is due.
    next: Instant,
    packets: u32,
    room: Random,
}

impl Phone {
    /// Calls `target`; must not be called by a thread of `runtime`.
    pub fn call(
        runtime: &Handle,
        agent: &Agent,
        target: &str,
        name: &str,
    ) -> Result<Phone, Box<dyn Error + Send + Sync>> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let local = socket.local_addr()?;
        let mut origin = Origin::new(u64::from(local.port()));
        let offer = sdp::offer(local, &[CODEC], &mut origin);
        let (session, events, answer) = runtime.block_on(agent.place(target, name, offer))?;
        let answer = sdp::parse(answer.as_bytes())?;
        let remote = sdp::accept(&answer, local, &[CODEC])?.remote;
        let mut phone = Phone {
            name: name.to_owned(),
            runtime: runtime.clone(),
            session,
            socket,
            heard: Arc::default(),
            over: Arc::default(),
            closed: Arc::default(),
            listening: None,
            next: Instant::now(),
            packets: 0,
            room: Random::new(u32::from(local.port())),
        };
        phone.begin(remote, events)?;
        Ok(phone)
    }

    fn begin(&mut self, remote: SocketAddr, events: SessionEvents) -> io::Result<()> {
        self.socket.connect(remote)?;
        self.runtime.spawn(follow(events, self.over.clone()));
        let socket = self.socket.try_clone()?;
        socket.set_read_timeout(Some(LOOK_UP))?;
        let (heard, closed) = (self.heard.clone(), self.closed.clone());
        let listening = std::thread::Builder::new()
            .name("caller's ear".to_owned())
            .spawn(move || listen(&socket, &heard, &closed))?;
        self.listening = Some(listening);
        Ok(())
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Sends a frame when it is due, over the noise of the room; says when.
    fn send(&mut self, samples: &[i16]) -> Instant {
        let frame: Vec<i16> = (0..FRAME)
            .map(|at| {
                let room = self.room.within(-ROOM, ROOM) as i16;
                samples.get(at).map_or(room, |&s| s.saturating_add(room))
            })
            .collect();
        let mut payload = Vec::new();
        Encoder::new(CODEC).encode(Frame::of(RATE, &frame).samples(), &mut payload);
        let timestamp = self.packets.wrapping_mul(FRAME as u32);
        let marker = u8::from(self.packets == 0) << 7;
        // RFC 3550 section 5.1: version 2, nothing optional.
        let mut packet = vec![0x80, marker | CODEC.payload_type()];
        packet.extend((self.packets as u16).to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(0x0b5e_55edu32.to_be_bytes());
        packet.extend(&payload);

        self.next += TICK;
        self.packets += 1;
        if let Some(early) = self.next.checked_duration_since(Instant::now()) {
            std::thread::sleep(early);
        }
        let now = Instant::now();
        // A port that is closed already: the call's end is noticed elsewhere.
        let _ = self.socket.send(&packet);
        now
    }

    /// Sends so much of something that is no utterance.
    pub fn send_all(&mut self, samples: &[i16]) {
        for frame in samples.chunks(FRAME) {
            self.send(frame);
        }
    }

    pub fn wait(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.send(&[]);
        }
    }

    pub fn say(&mut self, utterance: &Utterance) -> Said {
        let begun = self.next;
        let mut said = Said {
            first: begun,
            last: begun,
        };
        for (at, frame) in utterance.samples.chunks(FRAME).enumerate() {
            let sent = self.send(frame);
            if at == utterance.first {
                said.first = sent;
            }
            if at == utterance.last {
                said.last = sent;
            }
        }
        said
    }

    fn heard(&self) -> MutexGuard<'_, Vec<Packet>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn louder_than(&self, dbov: f32) -> Vec<Instant> {
        let heard = self.heard();
        let loud = heard.iter().filter(|packet| packet.level > dbov);
        loud.map(|packet| packet.at).collect()
    }

    /// When voiced packets came, in order.
    pub fn voice(&self) -> Vec<Instant> {
        self.louder_than(VOICED)
    }

    /// When packets came that are not silence, in order.
    pub fn sound(&self) -> Vec<Instant> {
        self.louder_than(AUDIBLE)
    }

    pub fn first_voice_after(&self, moment: Instant) -> Option<Instant> {
        self.voice().into_iter().find(|at| *at > moment)
    }

    /// Waits for voice after a moment.
    pub fn await_voice(&mut self, moment: Instant, longest: Duration) -> Option<Instant> {
        let end = Instant::now() + longest;
        loop {
            let voice = self.first_voice_after(moment);
            if voice.is_some() || Instant::now() > end || self.is_over() {
                return voice;
            }
            self.send(&[]);
        }
    }

    /// Waits until the other side has spoken after a moment and has been quiet for so long. False
    /// when it did not in `longest`.
    pub fn await_quiet(&mut self, moment: Instant, quiet: Duration, longest: Duration) -> bool {
        let end = Instant::now() + longest;
        while Instant::now() < end && !self.is_over() {
            let last = self.voice().last().copied();
            if last.is_some_and(|last| last > moment && last.elapsed() >= quiet) {
                return true;
            }
            self.send(&[]);
        }
        false
    }

    /// A moment as the call's events have it: the first packet came at 0.
    pub fn at_ms(&self, moment: Instant) -> u64 {
        let first = self.heard().first().map_or(moment, |packet| packet.at);
        moment.saturating_duration_since(first).as_millis() as u64
    }

    pub fn hang_up(self) {
        self.runtime.block_on(self.session.hang_up());
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Waits in the kernel for each packet, so that the time is right whatever the rest of the caller
/// is doing.
fn listen(socket: &UdpSocket, heard: &Mutex<Vec<Packet>>, closed: &AtomicBool) {
    let (mut datagram, mut samples) = ([0; 2048], Vec::new());
    while !closed.load(Ordering::Relaxed) {
        let Ok(length) = socket.recv(&mut datagram) else {
            continue;
        };
        let at = Instant::now();
        let [0x80, kind, ..] = datagram else { continue };
        let payload = datagram.get(HEADER..length).unwrap_or_default();
        if kind & 0x7f != CODEC.payload_type() || payload.is_empty() {
            continue;
        }
        samples.clear();
        Decoder::new(CODEC).decode(payload, &mut samples);
        let level = level::dbov(&samples);
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(Packet { at, level });
    }
}

/// Nobody else is called, and nothing is agreed anew.
async fn follow(mut events: SessionEvents, over: Arc<AtomicBool>) {
    while let Some(event) = events.recv().await {
        match event {
            SessionEvent::Referred { answerer, .. } => {
                over.store(true, Ordering::Relaxed);
                answerer.refuse(603).await;
            }
            SessionEvent::Offered { answerer, .. } => answerer.refuse(488).await,
            SessionEvent::Ended(_) => break,
            _ => {}
        }
    }
    over.store(true, Ordering::Relaxed);
}
