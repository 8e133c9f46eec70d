//! A jitter buffer: RTP payloads go in as the network brings them and come out in order, at
//! the pace of the one who plays them.
//!
//! Order, loss, lateness and duplicates are told by sequence number; how much is missing and
//! whether the sender paused, by timestamp. It has no clock but the tick: a packet's *transit* is
//! the tick before which it came, less its timestamp. The same measure is kept for what is
//! played: it is played with the transit that the first packets had, and a little more for those that
//! come later ([`Delay`]). When nothing is there, playing stands still and the transit grows by
//! itself; when packets are missing that are likely only late, it waits for them in the same way.
//! [`JitterBuffer::surplus`] says how far the transit is off.
//!
//! It knows neither codecs nor sound: hiding what is missing, and making the transit longer
//! or shorter where nobody hears it, is done where the samples are, in `rtp::playout`.

mod delay;
#[cfg(test)]
mod tests;

use self::delay::Delay;
use crate::audio::FRAME_MS;

/// The most that is held: what is waited for, and what the network brings at once after a stall.
const MOST_HELD_MS: u32 = 300;
/// Packets that are later than this are not late: the sender's clock jumped.
const MOST_STALL_MS: u32 = 500;
/// Places, by sequence number: more than [`MOST_HELD_MS`] of 10 ms packets.
const PLACES: usize = 32;
/// How far behind a packet is still told apart as late or duplicate.
const PAST: i32 = 64;
/// A jump ahead by more is not loss but another stream (MAX_DROPOUT, RFC 3550 appendix A.1).
const FAR_AHEAD: i32 = 3000;

/// One packet of the stream.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    /// Empty for a packet that carries no audio but takes part in the numbering:
    /// telephone-event, comfort noise, keep-alive.
    pub audio: &'a [u8],
    /// What `audio` lasts, in RTP timestamp units; below one second.
    pub duration: u32,
    /// Of a packet without audio: the level of the noise in the pause that it begins.
    pub noise: Option<u8>,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// This payload.
    Audio(&'a [u8]),
    /// A packet is missing that lasted so many timestamp units.
    Missing(u32),
    /// The sender said nothing for so many timestamp units.
    Pause(u32),
    /// Nothing more in this tick: nobody sends, or what is missing is being waited for.
    Nothing,
}

/// Packets since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not there when their turn came.
    pub lost: u64,
    /// Those of the lost that came too late to be played.
    pub late: u64,
    pub duplicate: u64,
    /// Thrown away because more than can be held was waiting.
    pub dropped: u64,
    /// Of another SSRC or far from the sequence, so not taken.
    pub stray: u64,
    /// Times the sender began a new stream.
    pub restarts: u64,
}

#[derive(Debug, Default)]
struct Place {
    filled: bool,
    timestamp: u32,
    duration: u32,
    noise: Option<u8>,
    /// Kept when the place is emptied, so that a steady stream allocates nothing.
    audio: Vec<u8>,
}

/// See the module.
#[derive(Debug)]
pub struct JitterBuffer {
    /// Timestamp units a second.
    clock_rate: u32,
    /// Time by our ticks, in timestamp units.
    now: u32,
    /// When what is pulled next will be played.
    here: u32,
    /// Nothing was there when it was asked for.
    dry: bool,
    /// What was played before it ran dry had this transit; `None`: nothing was.
    transit: Option<u32>,
    delay: Delay,
    /// The stream that is played; `None` before the first packet.
    ssrc: Option<u32>,
    /// The sequence number whose turn it is.
    next: u16,
    /// Where on the sender's clock its turn is; `None`: where the next packet says.
    position: Option<u32>,
    /// What the last packet lasted: the guess for one that is missing.
    usual: u32,
    places: [Place; PLACES],
    filled: usize,
    /// The sum of the durations in `places`.
    held: u32,
    /// Bit k: `next - 1 - k` has come.
    past: u64,
    /// What would prove that a packet which did not fit begins a new stream.
    suspect: Option<(u32, u16)>,
    /// The level of the noise in the pause that it is at.
    noise: Option<u8>,
    counts: Counts,
}

impl JitterBuffer {
    /// For a stream that counts `clock_rate` timestamp units a second.
    pub fn new(clock_rate: u32) -> JitterBuffer {
        JitterBuffer {
            clock_rate,
            now: 0,
            here: 0,
            dry: true,
            transit: None,
            delay: Delay::new(clock_rate),
            ssrc: None,
            next: 0,
            position: None,
            usual: 0,
            places: Default::default(),
            filled: 0,
            held: 0,
            past: 0,
            suspect: None,
            noise: None,
            counts: Counts::default(),
        }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The level of the noise, as its packet said it, while what was pulled last is a pause that
    /// began with one.
    pub fn noise(&self) -> Option<u8> {
        self.noise
    }

    /// The payload that follows the packet that was missing, if it is here.
    pub fn next_payload(&self) -> Option<&[u8]> {
        let place = self.places.get(usize::from(self.next) % PLACES)?;
        let follows = place.filled && Some(place.timestamp) == self.position;
        (follows && !place.audio.is_empty()).then_some(&*place.audio)
    }

    /// What is waiting, in timestamp units.
    pub fn held(&self) -> u32 {
        self.held
    }

    /// By how much what is played is later than need be, in timestamp units; below zero, it
    /// should be later. Zero while nothing is played. To be asked right after a tick.
    pub fn surplus(&self) -> i32 {
        match self.position {
            Some(position) if !self.dry => {
                let surplus = self.delay.surplus(self.here.wrapping_sub(position));
                // More than that comes of a clock that jumped, which the next packets tell.
                let most = self.units(MOST_STALL_MS);
                if surplus.unsigned_abs() > most {
                    0
                } else {
                    surplus
                }
            }
            _ => 0,
        }
    }

    /// Forgets the stream; the next packet begins a new one, which counts `clock_rate` timestamp units
    /// a second.
    pub fn reset(&mut self, clock_rate: u32) {
        self.empty();
        self.ssrc = None;
        if clock_rate != self.clock_rate {
            self.clock_rate = clock_rate;
            self.delay = Delay::new(clock_rate);
            self.usual = 0;
        }
    }

    /// To be called once per 20 ms, before [`JitterBuffer::pull`], with how much of what was
    /// pulled (or made up) is not played yet, in timestamp units.
    pub fn tick(&mut self, left: u32) {
        self.now = self.now.wrapping_add(self.units(FRAME_MS));
        self.here = self.now.wrapping_add(left);
        self.delay.tick();
    }

    /// What is pulled next will be played so much later, as something was put in before it.
    pub fn put_off(&mut self, units: u32) {
        self.here = self.here.wrapping_add(units);
    }

    /// Takes a packet that has arrived.
    pub fn push(&mut self, packet: Packet<'_>) {
        if self.ssrc.is_none() && !packet.audio.is_empty() {
            self.start(packet.ssrc, packet.sequence);
        }
        let ahead = self.ahead(packet.sequence);
        if self.ssrc != Some(packet.ssrc) || !(-PAST..=FAR_AHEAD).contains(&ahead) {
            if !self.begins_anew(&packet) {
                return;
            }
        } else {
            self.suspect = None;
        }
        let ahead = self.ahead(packet.sequence);
        if ahead < 0 {
            if self.count_past(-ahead) {
                self.measure(&packet);
            }
            return;
        }
        if ahead >= PLACES as i32 {
            // More is missing than can be hidden: go on from here.
            self.counts.lost += ahead as u64 - self.filled as u64;
            self.counts.dropped += self.filled as u64;
            self.empty();
            self.next = packet.sequence;
        }
        if packet.audio.is_empty() && self.dry && self.filled == 0 {
            self.pass_up_to(packet.sequence);
            self.past |= 1;
            // Passed as missing, but it is here.
            self.counts.lost -= 1;
            self.noise = packet.noise.or(self.noise);
            return;
        }
        if self.place(&packet) {
            self.measure(&packet);
        }
        self.drop_excess(packet.duration);
    }

    /// What to play now. To be called until there is enough for the tick or `Nothing` comes.
    pub fn pull(&mut self) -> Next<'_> {
        loop {
            let Some((timestamp, duration)) = self.next_audio() else {
                // Only packets without audio are left.
                while self.filled > 0 {
                    self.pass();
                }
                self.run_dry();
                return Next::Nothing;
            };
            if self.dry {
                self.resume(timestamp);
            }
            let position = self.position.unwrap_or(timestamp);
            let gap = timestamp.wrapping_sub(position);
            // Beyond what is ever held, or backwards: the sender's clock jumped. Follow it.
            let gap = if gap > self.units(MOST_HELD_MS) {
                0
            } else {
                gap
            };
            let Some(place) = self.places.get(usize::from(self.next) % PLACES) else {
                return Next::Nothing;
            };
            if !place.filled {
                if gap > 0 && self.surplus() < 0 {
                    // Packets come later than is waited for: this one, too, perhaps.
                    return Next::Nothing;
                }
                self.pass();
                if gap > 0 {
                    let guess = if self.usual > 0 { self.usual } else { gap };
                    let missing = gap.min(guess);
                    self.go_on(position, missing);
                    return Next::Missing(missing);
                }
            } else if place.audio.is_empty() {
                self.pass();
            } else if gap > 0 {
                self.go_on(position, gap);
                return Next::Pause(gap);
            } else {
                self.go_on(timestamp, duration);
                self.usual = duration;
                let at = self.pass();
                return match self.places.get(at) {
                    Some(place) => Next::Audio(&place.audio),
                    None => Next::Nothing,
                };
            }
        }
    }

    fn go_on(&mut self, position: u32, duration: u32) {
        self.position = Some(position.wrapping_add(duration));
        self.here = self.here.wrapping_add(duration);
    }

    /// Notes how late a packet came. It can be played in the next tick at the earliest.
    fn measure(&mut self, packet: &Packet<'_>) {
        if !packet.audio.is_empty() {
            let arrival = self.now.wrapping_add(self.units(FRAME_MS));
            self.delay.see(arrival.wrapping_sub(packet.timestamp));
        }
    }

    /// Finds the place on the sender's clock to go on from, now that `timestamp` is the first that
    /// is here. With the transit of before, if that is still to come: so a pause is as long as it
    /// was, and what was lost takes its time. If it has passed, at once.
    fn resume(&mut self, timestamp: u32) {
        self.dry = false;
        let at_once = self.here.wrapping_sub(timestamp);
        let transit = self.transit.unwrap_or_else(|| self.delay.wanted());
        let early = transit.wrapping_sub(at_once) as i32;
        let (earliest, latest) = (self.units(MOST_HELD_MS), self.units(MOST_STALL_MS));
        let early = if (-(latest as i32)..=earliest as i32).contains(&early) {
            early.max(0) as u32
        } else {
            // No network is that late: the sender's clock stood still or jumped.
            self.delay.jump(at_once);
            self.delay.wanted().wrapping_sub(at_once)
        };
        self.position = Some(timestamp.wrapping_sub(early));
    }

    fn units(&self, ms: u32) -> u32 {
        self.clock_rate / 1000 * ms
    }

    /// How far a sequence number is ahead of the one whose turn it is, with wrap-around.
    fn ahead(&self, sequence: u16) -> i32 {
        i32::from(sequence.wrapping_sub(self.next) as i16)
    }

    fn start(&mut self, ssrc: u32, sequence: u16) {
        self.empty();
        self.transit = None;
        self.delay.forget();
        self.noise = None;
        self.ssrc = Some(ssrc);
        self.next = sequence;
        self.past = 0;
        self.suspect = None;
    }

    /// Whether a packet that does not fit begins a new stream: the second of two in a row does
    /// (RFC 3550 appendix A.1). One alone is a stray, and so is each of a second stream that is
    /// mixed into the first.
    fn begins_anew(&mut self, packet: &Packet<'_>) -> bool {
        if packet.audio.is_empty() {
            return false;
        }
        if self.suspect == Some((packet.ssrc, packet.sequence)) {
            self.start(packet.ssrc, packet.sequence);
            self.counts.restarts += 1;
            return true;
        }
        self.suspect = Some((packet.ssrc, packet.sequence.wrapping_add(1)));
        self.counts.stray += 1;
        false
    }

    /// Counts a packet whose turn is over; false for a duplicate.
    fn count_past(&mut self, behind: i32) -> bool {
        let bit = 1u64 << (behind - 1).clamp(0, 63);
        let new = self.past & bit == 0;
        if new {
            self.past |= bit;
            self.counts.late += 1;
        } else {
            self.counts.duplicate += 1;
        }
        new
    }

    /// Keeps a packet; false for a duplicate.
    fn place(&mut self, packet: &Packet<'_>) -> bool {
        let Some(place) = self.places.get_mut(usize::from(packet.sequence) % PLACES) else {
            return false;
        };
        if place.filled {
            self.counts.duplicate += 1;
            return false;
        }
        place.filled = true;
        place.timestamp = packet.timestamp;
        place.duration = packet.duration;
        place.noise = packet.noise;
        place.audio.clear();
        place.audio.extend_from_slice(packet.audio);
        self.filled += 1;
        self.held += packet.duration;
        true
    }

    /// After a stall the network delivers all at once: keep the newest.
    fn drop_excess(&mut self, duration: u32) {
        // Packets may be longer than usual; two must always fit.
        let most = self.units(MOST_HELD_MS).max(2 * duration);
        while self.held > most {
            let held = self.held;
            self.pass();
            self.counts.dropped += u64::from(self.held < held);
            // What was dropped leaves no gap.
            self.position = None;
        }
    }

    /// Timestamp and duration of the first packet with audio that is here.
    fn next_audio(&self) -> Option<(u32, u32)> {
        if self.filled == 0 {
            return None;
        }
        (0..PLACES)
            .filter_map(|n| self.places.get((usize::from(self.next) + n) % PLACES))
            .find(|place| place.filled && !place.audio.is_empty())
            .map(|place| (place.timestamp, place.duration))
    }

    /// Ends the turn of `next`, here or not. Gives its place, whose audio is still there.
    fn pass(&mut self) -> usize {
        let at = usize::from(self.next) % PLACES;
        self.past <<= 1;
        match self.places.get_mut(at) {
            Some(place) if place.filled => {
                place.filled = false;
                self.past |= 1;
                self.filled -= 1;
                self.held -= place.duration;
                // Keys are pressed in a pause as well.
                self.noise = match place.audio.is_empty() {
                    true => place.noise.or(self.noise),
                    false => None,
                };
            }
            _ => self.counts.lost += 1,
        }
        self.next = self.next.wrapping_add(1);
        at
    }

    fn pass_up_to(&mut self, sequence: u16) {
        while self.ahead(sequence) >= 0 {
            self.pass();
        }
    }

    fn run_dry(&mut self) {
        if self.dry {
            return;
        }
        self.dry = true;
        self.transit = self
            .position
            .map(|position| self.here.wrapping_sub(position));
    }

    fn empty(&mut self) {
        for place in &mut self.places {
            place.filled = false;
        }
        self.filled = 0;
        self.held = 0;
        self.past = 0;
        self.run_dry();
    }
}
