//! A jitter buffer: RTP payloads go in as the network brings them and come out in order, at
//! the pace of the one who plays them.
//!
//! Order, loss, lateness and duplicates are told by sequence number; how much is missing and
//! whether the sender paused, by timestamp. The delay is fixed: playing begins [`TARGET_MS`]
//! after the first packet, and again after each time the buffer ran dry, so a sender whose
//! clock is slow, or who pauses, is waited for. What piles up above [`MOST_MS`] is dropped. It
//! knows neither codecs nor sound: hiding what is missing and trimming what a fast clock adds is
//! done where the samples are, in `rtp::playout`.

#[cfg(test)]
mod tests;

/// Delay between the first packet and its playing.
pub const TARGET_MS: u32 = 40;
/// The most that is held.
pub const MOST_MS: u32 = 200;

/// Ticks of 20 ms in [`TARGET_MS`].
const TARGET_TICKS: u32 = TARGET_MS / 20;
/// Places, by sequence number: more than [`MOST_MS`] of 10 ms packets.
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
    /// Nothing to play in this tick: nobody sends, or the delay is being built up.
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
    /// Thrown away because more than [`MOST_MS`] was waiting.
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
    /// Kept when the place is emptied, so that a steady stream allocates nothing.
    audio: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has come, or the buffer ran dry.
    Dry,
    /// Building up the delay, for so many ticks already.
    Filling(u32),
    Playing,
}

/// See the module.
#[derive(Debug)]
pub struct JitterBuffer {
    /// Timestamp units a second.
    clock_rate: u32,
    state: State,
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
    counts: Counts,
}

impl JitterBuffer {
    /// For a stream that counts `clock_rate` timestamp units a second.
    pub fn new(clock_rate: u32) -> JitterBuffer {
        JitterBuffer {
            clock_rate,
            state: State::Dry,
            ssrc: None,
            next: 0,
            position: None,
            usual: 0,
            places: Default::default(),
            filled: 0,
            held: 0,
            past: 0,
            suspect: None,
            counts: Counts::default(),
        }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What is waiting, in timestamp units.
    pub fn held(&self) -> u32 {
        self.held
    }

    /// Whether audio is due; false while the delay is being built up.
    pub fn playing(&self) -> bool {
        self.state == State::Playing
    }

    /// Forgets the stream; the next packet begins a new one.
    pub fn reset(&mut self) {
        self.empty();
        self.ssrc = None;
    }

    /// To be called once per 20 ms, before [`JitterBuffer::pull`].
    pub fn tick(&mut self) {
        if let State::Filling(ticks) = self.state {
            self.state = if ticks < TARGET_TICKS {
                State::Filling(ticks + 1)
            } else {
                State::Playing
            };
        }
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
            self.count_past(-ahead);
            return;
        }
        if ahead >= PLACES as i32 {
            // More is missing than can be hidden: go on from here.
            self.counts.lost += ahead as u64 - self.filled as u64;
            self.counts.dropped += self.filled as u64;
            self.empty();
            self.next = packet.sequence;
        }
        if packet.audio.is_empty() && self.state == State::Dry {
            self.pass_up_to(packet.sequence);
            self.past |= 1;
            // Passed as missing, but it is here.
            self.counts.lost -= 1;
            return;
        }
        self.place(&packet);
        self.drop_excess(packet.duration);
    }

    /// What to play now. Call it again until there is enough or `Nothing` comes.
    pub fn pull(&mut self) -> Next<'_> {
        if self.state != State::Playing {
            return Next::Nothing;
        }
        loop {
            let Some((timestamp, duration)) = self.next_audio() else {
                // Only packets without audio are left.
                while self.filled > 0 {
                    self.pass();
                }
                self.run_dry();
                return Next::Nothing;
            };
            let here = self.position.unwrap_or(timestamp);
            let gap = timestamp.wrapping_sub(here);
            // Beyond what is ever held, or backwards: the sender's clock jumped. Follow it.
            let gap = if gap > self.units(MOST_MS) { 0 } else { gap };
            let Some(place) = self.places.get(usize::from(self.next) % PLACES) else {
                return Next::Nothing;
            };
            if !place.filled {
                self.pass();
                if gap > 0 {
                    let guess = if self.usual > 0 { self.usual } else { gap };
                    let missing = gap.min(guess);
                    self.position = Some(here.wrapping_add(missing));
                    return Next::Missing(missing);
                }
            } else if place.audio.is_empty() {
                self.pass();
            } else if gap > 0 {
                self.position = Some(timestamp);
                return Next::Pause(gap);
            } else {
                self.position = Some(timestamp.wrapping_add(duration));
                self.usual = duration;
                let at = self.pass();
                return match self.places.get(at) {
                    Some(place) => Next::Audio(&place.audio),
                    None => Next::Nothing,
                };
            }
        }
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

    fn count_past(&mut self, behind: i32) {
        let bit = 1u64 << (behind - 1).clamp(0, 63);
        if self.past & bit != 0 {
            self.counts.duplicate += 1;
        } else {
            self.past |= bit;
            self.counts.late += 1;
        }
    }

    fn place(&mut self, packet: &Packet<'_>) {
        let Some(place) = self.places.get_mut(usize::from(packet.sequence) % PLACES) else {
            return;
        };
        if place.filled {
            self.counts.duplicate += 1;
            return;
        }
        place.filled = true;
        place.timestamp = packet.timestamp;
        place.duration = packet.duration;
        place.audio.clear();
        place.audio.extend_from_slice(packet.audio);
        self.filled += 1;
        self.held += packet.duration;
        if self.state == State::Dry {
            self.state = State::Filling(0);
        }
    }

    /// After a stall the network delivers all at once: keep the newest.
    fn drop_excess(&mut self, duration: u32) {
        // Packets may be longer than usual; two must always fit.
        if self.held <= self.units(MOST_MS).max(2 * duration) {
            return;
        }
        let keep = self.units(TARGET_MS).max(duration);
        while self.held > keep {
            let held = self.held;
            self.pass();
            self.counts.dropped += u64::from(self.held < held);
        }
        self.position = None;
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
        self.state = State::Dry;
        self.position = None;
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
