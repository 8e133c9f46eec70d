//! Many callers at once: they call, hear, and hang up.

use super::sip::{self, Dialog};
use super::sound::{Came, Sound};
use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// An INVITE without an answer is sent again, and given up after so many times.
const RETRANSMIT: Duration = Duration::from_millis(500);
const TRIES: u32 = 6;
pub const PACKET: Duration = Duration::from_millis(20);
/// A packet that left this much after its time is late.
pub const LATE: Duration = Duration::from_millis(20);

/// See the module.
pub struct Callers {
    sip: UdpSocket,
    us: SocketAddr,
    peer: SocketAddr,
    target: String,
    sound: Sound,
    up: HashMap<String, Dialog>,
    calls: usize,
    buffer: Vec<u8>,
}

/// How it went to set calls up.
#[derive(Default)]
pub struct SetUp {
    pub answered: usize,
    /// From the INVITE to the 200.
    pub latency: Spread,
    pub took: Duration,
}

/// Milliseconds, of many.
#[derive(Default)]
pub struct Spread(Vec<f64>);

impl Spread {
    /// The value that this share of them is under; 0 where there are none.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (share * sorted.len() as f64) as usize;
        let last = sorted.len().saturating_sub(1);
        sorted.get(at.min(last)).copied().unwrap_or(0.0)
    }
}

/// What was heard.
pub struct Measured {
    /// How long after its time each packet left: after that of the call's most punctual one.
    pub pacing: Spread,
    pub packets: usize,
    pub late: usize,
    /// Missing from the sequence.
    pub lost: usize,
}

struct Asked {
    dialog: Dialog,
    at: Instant,
    sent: Instant,
    tries: u32,
}

impl Callers {
    /// They call `target`, a SIP URI, at `peer`.
    pub fn new(peer: SocketAddr, target: &str) -> Result<Callers, Box<dyn Error>> {
        let sip = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket2::SockRef::from(&sip).set_recv_buffer_size(8 << 20)?;
        sip.set_nonblocking(true)?;
        Ok(Callers {
            us: sip.local_addr()?,
            sip,
            peer,
            target: target.to_owned(),
            sound: Sound::start()?,
            up: HashMap::new(),
            calls: 0,
            buffer: vec![0; 8192],
        })
    }

    /// Sets up so many calls, `rate` a second, which stay.
    pub fn place(&mut self, calls: usize, rate: f64) -> Result<SetUp, Box<dyn Error>> {
        self.run(calls, rate, None)
    }

    /// Sets up so many calls, `rate` a second, and ends each after `length`.
    pub fn place_and_leave(
        &mut self,
        calls: usize,
        rate: f64,
        length: Duration,
    ) -> Result<SetUp, Box<dyn Error>> {
        self.run(calls, rate, Some(length))
    }

    fn run(
        &mut self,
        calls: usize,
        rate: f64,
        length: Option<Duration>,
    ) -> Result<SetUp, Box<dyn Error>> {
        let began = Instant::now();
        let mut set_up = SetUp::default();
        let mut asked: HashMap<String, Asked> = HashMap::new();
        let mut leaving: VecDeque<(Instant, String)> = VecDeque::new();
        let mut placed = 0;
        while placed < calls || !asked.is_empty() || !leaving.is_empty() {
            let due = (began.elapsed().as_secs_f64() * rate) as usize;
            while placed < calls.min(due) {
                self.invite(&mut asked)?;
                placed += 1;
            }
            for answered in self.hear(&mut asked)? {
                set_up.answered += 1;
                set_up.latency.0.push(answered.took.as_secs_f64() * 1_000.0);
                match length {
                    Some(length) => leaving.push_back((Instant::now() + length, answered.call_id)),
                    None => self.sound.add(answered.port),
                }
            }
            while leaving.front().is_some_and(|(at, _)| *at <= Instant::now()) {
                if let Some((_, call_id)) = leaving.pop_front() {
                    self.hang_up(&call_id)?;
                }
            }
            self.ask_again(&mut asked)?;
            if placed == calls && asked.is_empty() && set_up.took.is_zero() {
                set_up.took = began.elapsed();
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(set_up)
    }

    fn invite(&mut self, asked: &mut HashMap<String, Asked>) -> io::Result<()> {
        self.calls += 1;
        let call_id = format!("{}x{}", self.us.port(), self.calls);
        let dialog = Dialog::new(call_id.clone(), &self.target, self.us);
        self.send(&dialog.invite(self.sound.address))?;
        let now = Instant::now();
        let call = Asked {
            dialog,
            at: now,
            sent: now,
            tries: 1,
        };
        asked.insert(call_id, call);
        Ok(())
    }

    fn ask_again(&self, asked: &mut HashMap<String, Asked>) -> io::Result<()> {
        for call in asked.values_mut() {
            if call.sent.elapsed() > RETRANSMIT * call.tries {
                self.send(&call.dialog.invite(self.sound.address))?;
                call.sent = Instant::now();
                call.tries += 1;
            }
        }
        asked.retain(|_, call| call.tries < TRIES);
        Ok(())
    }

    /// Reads what has come; gives the calls that were answered.
    fn hear(&mut self, asked: &mut HashMap<String, Asked>) -> io::Result<Vec<Answered>> {
        let mut answered = Vec::new();
        loop {
            let length = match self.sip.recv(&mut self.buffer) {
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(answered),
                Err(error) => return Err(error),
            };
            let text = String::from_utf8_lossy(self.buffer.get(..length).unwrap_or_default());
            let Some(heard) = sip::read(&text) else {
                continue;
            };
            match heard.status {
                None if heard.method == "BYE" => {
                    self.up.remove(heard.call_id);
                    self.send(&sip::agree(&text))?;
                }
                Some(200) if heard.method == "INVITE" => {
                    if let Some(mut call) = asked.remove(heard.call_id) {
                        let Some(port) = call.dialog.answered(&text) else {
                            continue;
                        };
                        self.send(&call.dialog.ack())?;
                        answered.push(Answered {
                            call_id: call.dialog.call_id.clone(),
                            took: call.at.elapsed(),
                            port,
                        });
                        self.up.insert(call.dialog.call_id.clone(), call.dialog);
                    } else if let Some(dialog) = self.up.get(heard.call_id) {
                        self.send(&dialog.ack())?;
                    }
                }
                Some(300..) if heard.method == "INVITE" => {
                    if let Some(call) = asked.remove(heard.call_id) {
                        self.send(&call.dialog.ack())?;
                    }
                }
                _ => {}
            }
        }
    }

    /// All calls listen for so long.
    pub fn listen(&mut self, time: Duration) -> Result<Measured, Box<dyn Error>> {
        let mut measured = Measured {
            pacing: Spread::default(),
            packets: 0,
            late: 0,
            lost: 0,
        };
        for came in self.sound.note_for(time) {
            measured.add(&came);
        }
        Ok(measured)
    }

    pub fn hang_up_all(&mut self) -> Result<(), Box<dyn Error>> {
        self.sound.remove_all();
        let calls: Vec<String> = self.up.keys().cloned().collect();
        for call in calls {
            self.hang_up(&call)?;
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn hang_up(&mut self, call_id: &str) -> io::Result<()> {
        match self.up.remove(call_id) {
            Some(dialog) => self.send(&dialog.bye()),
            None => Ok(()),
        }
    }

    fn send(&self, message: &str) -> io::Result<()> {
        self.sip.send_to(message.as_bytes(), self.peer).map(|_| ())
    }
}

struct Answered {
    call_id: String,
    took: Duration,
    port: u16,
}

impl Measured {
    /// One call's packets, in the order of their coming.
    fn add(&mut self, came: &[Came]) {
        let Some(first) = came.first() else { return };
        let place = |packet: &Came| i64::from(packet.sequence.wrapping_sub(first.sequence) as i16);
        let offset =
            |packet: &Came| packet.at_us - first.at_us - place(packet) * PACKET.as_micros() as i64;
        let Some(earliest) = came.iter().map(offset).min() else {
            return;
        };
        for packet in came {
            let after_ms = (offset(packet) - earliest) as f64 / 1_000.0;
            self.late += usize::from(after_ms > LATE.as_secs_f64() * 1_000.0);
            self.pacing.0.push(after_ms);
        }
        let last = came.iter().map(place).max().unwrap_or(0);
        self.lost += (last as usize + 1).saturating_sub(came.len());
        self.packets += came.len();
    }
}
