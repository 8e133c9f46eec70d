//! The sound of a phone made by hand: RTP every 20 ms, and all that came in with the time it came.
#![allow(dead_code)]

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zeroline::audio::halfband::RateChange;
use zeroline::audio::{Frame, LineRate, tone};
use zeroline::line::codec::{Codec, Decoder, Encoder};

/// Of what is said and heard, whatever the codec.
const RATE: LineRate = LineRate::Narrow;
const TICK: Duration = Duration::from_millis(20);
const LOUD: f32 = 6_000.0;
/// As telephone networks say that there is a stair: 100 ms of each, in this order, again and again.
pub const STAIR: [f32; 8] = [500.0, 650.0, 800.0, 950.0, 1100.0, 1250.0, 1400.0, 1550.0];
const STEP: u64 = 5;

/// What a phone says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Says {
    Nothing,
    Tone(f32),
    /// [`STAIR`], by which any loss is seen.
    Stair,
}

pub struct Sound {
    pub address: SocketAddr,
    line: Arc<Line>,
}

struct Line {
    over: AtomicBool,
    state: Mutex<State>,
}

struct State {
    to: Option<SocketAddr>,
    says: Says,
    clip: Vec<i16>,
    pressing: Vec<(u8, usize)>,
    heard: Vec<Heard>,
    keys: String,
    codec: Codec,
    encoder: Encoder,
    sent: RateChange,
    /// By payload type.
    decoders: HashMap<u8, (Decoder, RateChange)>,
    first: Option<Instant>,
    /// Packets since then.
    at: u64,
}

/// One packet.
#[derive(Clone)]
pub struct Heard {
    pub at: Instant,
    /// The RTP timestamp.
    pub timestamp: u32,
    /// 8000 Hz.
    pub samples: Vec<i16>,
    pub payload_type: u8,
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.line.over.store(true, Ordering::Relaxed);
    }
}

impl Sound {
    pub fn new() -> Sound {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let line = Arc::new(Line {
            over: AtomicBool::new(false),
            state: Mutex::new(State {
                to: None,
                says: Says::Nothing,
                clip: Vec::new(),
                pressing: Vec::new(),
                heard: Vec::new(),
                keys: String::new(),
                codec: Codec::Pcmu,
                encoder: Encoder::new(Codec::Pcmu),
                sent: RateChange::default(),
                decoders: HashMap::new(),
                first: None,
                at: 0,
            }),
        });
        let address = socket.local_addr().unwrap();
        let thread = line.clone();
        std::thread::spawn(move || run(&socket, &thread));
        Sound { address, line }
    }

    pub fn talk_to(&self, to: SocketAddr) {
        let mut state = self.state();
        state.to = Some(to);
        state.first = Some(Instant::now());
        state.at = 0;
    }

    pub fn remote(&self) -> SocketAddr {
        self.state().to.unwrap()
    }

    /// Sends nothing any more.
    pub fn stop(&self) {
        self.state().to = None;
    }

    pub fn send_as(&self, codec: Codec) {
        let mut state = self.state();
        state.codec = codec;
        state.encoder = Encoder::new(codec);
    }

    pub fn say(&self, says: Says) {
        self.state().says = says;
    }

    /// Once, 8000 Hz.
    pub fn say_clip(&self, samples: &[i16]) {
        self.state().clip = samples.to_vec();
    }

    /// RFC 4733.
    pub fn press(&self, key: char) {
        let code = "0123456789*#".find(key).unwrap() as u8;
        self.state().pressing.push((code, 0));
        // Until it is let go of, and a little.
        std::thread::sleep(Duration::from_millis(350));
    }

    pub fn keys(&self) -> String {
        self.state().keys.clone()
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.state().heard.clone()
    }

    /// When it said its first sound.
    pub fn began(&self) -> Instant {
        self.state().first.unwrap()
    }

    pub fn since(&self, from: Instant) -> Vec<i16> {
        let state = self.state();
        let heard = state.heard.iter().filter(|heard| heard.at >= from);
        heard.flat_map(|heard| heard.samples.clone()).collect()
    }

    /// Waits until it hears that tone for a while.
    #[track_caller]
    pub fn hears(&self, hz: f32) -> Instant {
        let from = Instant::now();
        let limit = from + super::LIMIT;
        loop {
            let now = Instant::now();
            let recent = from.max(now - Duration::from_millis(300));
            let samples = self.since(recent);
            if samples.len() >= 1600 && share(&samples, hz) > 0.7 {
                return now;
            }
            assert!(
                now < limit,
                "it never hears {hz} Hz; last: {} samples, share {}",
                samples.len(),
                share(&samples, hz)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether anything sounded since then.
    pub fn sounded(&self, from: Instant) -> bool {
        self.since(from).iter().any(|&sample| sample.abs() > 300)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.line.state.lock().unwrap()
    }
}

fn run(socket: &UdpSocket, line: &Line) {
    let mut next = Instant::now();
    let mut sequence = 0u16;
    let mut last_event = None;
    while !line.over.load(Ordering::Relaxed) {
        {
            let mut state = line.state.lock().unwrap();
            receive(socket, &mut state, &mut last_event);
            if let Some(to) = state.to {
                send(socket, to, &mut state, &mut sequence);
                state.at += 1;
            }
        }
        next += TICK;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

fn receive(socket: &UdpSocket, state: &mut State, last_event: &mut Option<[u8; 4]>) {
    let mut buffer = [0; 2048];
    while let Ok((length, _)) = socket.recv_from(&mut buffer) {
        let Some(payload) = buffer.get(12..length) else {
            continue;
        };
        let timestamp = [buffer[4], buffer[5], buffer[6], buffer[7]];
        let payload_type = buffer[1] & 0x7f;
        match payload_type {
            101 | 110 => {
                if last_event.replace(timestamp) != Some(timestamp) {
                    let key = "0123456789*#".chars().nth(usize::from(payload[0]));
                    state.keys.extend(key);
                }
                continue;
            }
            _ => {}
        }
        let is = |codec: &Codec| codec.payload_type() == payload_type;
        let Some(codec) = Codec::ALL.into_iter().find(is) else {
            continue;
        };
        let decoder = state.decoders.entry(payload_type);
        let (decoder, change) =
            decoder.or_insert_with(|| (Decoder::new(codec), RateChange::default()));
        let mut samples = Vec::new();
        decoder.decode(payload, &mut samples);
        if codec.line_rate() != RATE {
            let mut narrow = Frame::silence(RATE);
            let frames = samples.chunks(codec.line_rate().frame_len());
            samples = frames
                .flat_map(|chunk| {
                    change.convert(&Frame::of(codec.line_rate(), chunk), &mut narrow);
                    narrow.samples()[..chunk.len() / 2].to_vec()
                })
                .collect();
        }
        state.heard.push(Heard {
            at: Instant::now(),
            timestamp: u32::from_be_bytes(timestamp),
            samples,
            payload_type,
        });
    }
}

fn send(socket: &UdpSocket, to: SocketAddr, state: &mut State, sequence: &mut u16) {
    let at = state.at;
    let mut packet = |kind: u8, timestamp: u32, payload: &[u8]| {
        let mut bytes = vec![0x80, kind];
        bytes.extend(sequence.to_be_bytes());
        bytes.extend(timestamp.to_be_bytes());
        bytes.extend([0, 0, 0, 7]);
        bytes.extend(payload);
        *sequence = sequence.wrapping_add(1);
        let _ = socket.send_to(&bytes, to);
    };
    let tick = state.codec.clock_rate() / 50;
    let event = match state.codec {
        Codec::Opus => 110,
        _ => 101,
    };
    let now = at as u32 * tick;
    if let Some((code, held)) = state.pressing.first_mut() {
        // Held for 160 ms, and its end said three times.
        let end = if *held >= 8 { 0x80 } else { 0 };
        let began = now - (*held as u32) * tick;
        let duration = ((held.min(&mut 8) as &usize) + 1) as u16 * tick as u16;
        let mut payload = vec![*code, end | 10];
        payload.extend(duration.to_be_bytes());
        packet(event, began, &payload);
        *held += 1;
        if *held > 10 {
            state.pressing.remove(0);
        }
        return;
    }
    let mut frame = Frame::silence(RATE);
    let hz = match state.says {
        Says::Nothing => None,
        Says::Tone(hz) => Some(hz),
        Says::Stair => Some(STAIR[(at / STEP) as usize % STAIR.len()]),
    };
    if !state.clip.is_empty() {
        let length = state.clip.len().min(160);
        for (to, from) in frame
            .samples_mut()
            .iter_mut()
            .zip(state.clip.drain(..length))
        {
            *to = from;
        }
    } else if let Some(hz) = hz {
        let hz = [hz];
        let tone = tone::sines(&hz, LOUD, RATE.hz(), at * 160);
        for (to, from) in frame.samples_mut().iter_mut().zip(tone) {
            *to = from;
        }
    }
    let mut payload = Vec::new();
    let mut line = Frame::silence(state.codec.line_rate());
    state.sent.convert(&frame, &mut line);
    state.encoder.encode(line.samples(), &mut payload);
    packet(state.codec.payload_type(), now, &payload);
}

/// The part of a sound's energy that is at a frequency, 0 to 1.
pub fn share(samples: &[i16], hz: f32) -> f32 {
    let (mut total, mut wanted) = (0.0, 0.0);
    for block in samples.chunks_exact(160) {
        total += block.iter().map(|&s| f32::from(s).powi(2)).sum::<f32>();
        let step = 2.0 * std::f32::consts::PI * hz / RATE.hz() as f32;
        let (mut re, mut im) = (0.0, 0.0);
        for (at, &sample) in block.iter().enumerate() {
            re += f32::from(sample) * (step * at as f32).cos();
            im += f32::from(sample) * (step * at as f32).sin();
        }
        wanted += 2.0 * (re * re + im * im) / 160.0;
    }
    if total < 1e6 { 0.0 } else { wanted / total }
}

/// Which step of the stair each packet is, as far as it is one.
pub fn steps(heard: &[Heard]) -> Vec<Option<usize>> {
    heard
        .iter()
        .map(|heard| STAIR.iter().position(|&hz| share(&heard.samples, hz) > 0.6))
        .collect()
}
