//! From packets of any length to one frame per tick: decodes what the jitter buffer gives, hides what
//! is missing, and makes the delay what it should be where it is heard least.
//!
//! A delay that is too short grows where packets are late, as the jitter buffer stands still then, or
//! by a frame of made-up sound in a pause. One that is too long is cut in a pause, or, when there
//! is none for a while, by leaving out a period of what is said. On a clean network
//! neither ever happens.

mod conceal;
mod noise;
#[cfg(test)]
mod tests;

use self::conceal::{Concealer, alike};
use self::noise::Noise;
use crate::audio::{Frame, LineRate, level};
use crate::line::codec::{Codec, Decoder};
use crate::line::jitter::{Counts, JitterBuffer, Next, Packet};

/// Quiet frames before one may be put in, and before one may be left out: not in the middle of a
/// consonant.
const QUIET_TO_GROW: u32 = 2;
const QUIET_TO_SHRINK: u32 = 5;
/// Ticks for which the delay may be too long, by a frame and by [`MUCH`], before it is cut in sound.
const PATIENCE: u32 = 100;
const IMPATIENCE: u32 = 5;
/// In frames.
const MUCH: i32 = 3;
/// Until comfort noise is as loud as it is to be.
const NOISE_MS: usize = 20;

#[derive(Debug)]
pub(super) struct Playout {
    codec: Codec,
    decoder: Decoder,
    jitter: JitterBuffer,
    /// Decoded and not played yet; more than a frame only while packets are longer than one.
    samples: Vec<i16>,
    /// Whether `samples` ends in sound that was received.
    received: bool,
    concealer: Concealer,
    noise: Noise,
    quiet: Quiet,
    /// Ticks in a row in which the delay was too long.
    crowded: u32,
    skipped: u64,
}

impl Playout {
    pub(super) fn new(codec: Codec) -> Playout {
        Playout {
            codec,
            decoder: Decoder::new(codec),
            jitter: JitterBuffer::new(codec.clock_rate()),
            samples: Vec::new(),
            received: false,
            concealer: Concealer::new(codec.line_rate()),
            noise: Noise::new(),
            quiet: Quiet::default(),
            crowded: 0,
            skipped: 0,
        }
    }

    pub(super) fn push(&mut self, packet: Packet<'_>) {
        self.jitter.push(packet);
    }

    /// The peer announced something new: what follows belongs to another stream.
    pub(super) fn restart(&mut self, codec: Codec) {
        self.jitter.reset(codec.clock_rate());
        self.codec = codec;
        self.decoder = Decoder::new(codec);
        self.samples.clear();
        self.concealer = Concealer::new(codec.line_rate());
        self.crowded = 0;
    }

    pub(super) fn counts(&self) -> Counts {
        self.jitter.counts()
    }

    /// Times that sound was left out because it was played later than need be.
    pub(super) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The frame for this tick; false if none of it was received.
    pub(super) fn take(&mut self, frame: &mut Frame) -> bool {
        if frame.rate() != self.rate() {
            *frame = Frame::silence(self.rate());
        }
        let len = self.rate().frame_len();
        let one = len as i32;
        self.jitter.tick(self.in_units(self.samples.len()));
        let surplus = self.surplus();
        if surplus <= -one && self.quiet.frames >= QUIET_TO_GROW {
            self.make_up(len);
            self.jitter.put_off(self.in_units(len));
        }
        self.crowded = if surplus >= one { self.crowded + 1 } else { 0 };
        let patience = if surplus >= MUCH * one {
            IMPATIENCE
        } else {
            PATIENCE
        };
        let in_sound = self.crowded >= patience;
        if in_sound || self.crowded > 0 && self.quiet.frames >= QUIET_TO_SHRINK {
            self.shorten(len, in_sound);
        }
        let mut received = !self.samples.is_empty() && self.received;
        received |= self.fill(len);
        let played = self.samples.drain(..len.min(self.samples.len()));
        for (to, from) in frame.samples_mut().iter_mut().zip(played) {
            *to = from;
        }
        self.quiet.hear(frame.samples());
        received
    }

    #[cfg(test)]
    pub(super) fn buffer(&self) -> *const i16 {
        self.samples.as_ptr()
    }

    fn rate(&self) -> LineRate {
        self.codec.line_rate()
    }

    /// Samples that are here and not played yet.
    fn waiting(&self) -> usize {
        self.samples.len() + self.in_samples(self.jitter.held())
    }

    fn in_samples(&self, units: u32) -> usize {
        (u64::from(units) * u64::from(self.rate().hz()) / u64::from(self.codec.clock_rate()))
            as usize
    }

    fn in_units(&self, samples: usize) -> u32 {
        (samples as u64 * u64::from(self.codec.clock_rate()) / u64::from(self.rate().hz())) as u32
    }

    /// By how many samples what is played is later than need be.
    fn surplus(&self) -> i32 {
        let surplus = self.jitter.surplus();
        self.in_samples(surplus.unsigned_abs()) as i32 * surplus.signum()
    }

    /// Brings `samples` up to `len`. True if a packet was decoded for it.
    fn fill(&mut self, len: usize) -> bool {
        let mut received = false;
        while self.samples.len() < len {
            let start = self.samples.len();
            match self.jitter.pull() {
                Next::Audio(payload) => {
                    if self.decoder.decode(payload, &mut self.samples) {
                        self.sounds(start);
                        self.received = true;
                        received = true;
                    } else {
                        // It is here, but it is damaged: as if it were not.
                        let units = self.codec.duration(payload).unwrap_or(0);
                        let count = self.in_samples(units).max(1);
                        self.make_up(count);
                    }
                }
                Next::Missing(units) => {
                    let count = self.in_samples(units);
                    let next = self.jitter.next_payload();
                    match self.decoder.conceal(count, next, &mut self.samples) {
                        true => self.sounds(start),
                        false => self.make_up(count),
                    }
                    self.received = false;
                }
                Next::Pause(units) => {
                    let count = self.in_samples(units);
                    if !self.rest(count) {
                        self.concealer.pause(count, &mut self.samples);
                    }
                    self.received = false;
                }
                Next::Nothing => {
                    if !self.rest(len - start) {
                        self.make_up(len - start);
                    }
                }
            }
        }
        received
    }

    /// What was appended from there on is sound as the codec made it.
    fn sounds(&mut self, start: usize) {
        if let Some(new) = self.samples.get_mut(start..) {
            self.concealer.received(new);
        }
        self.noise.end();
    }

    /// Appends the noise of a pause that the peer told us of; false if it told of none.
    fn rest(&mut self, count: usize) -> bool {
        let start = self.samples.len();
        if let Some(level) = self.jitter.noise() {
            self.concealer.pause(count, &mut self.samples);
            let fade = NOISE_MS * self.rate().hz() as usize / 1000;
            if let Some(new) = self.samples.get_mut(start..) {
                self.noise.add(level, fade, new);
            }
        } else if self.decoder.rests() && self.decoder.conceal(count, None, &mut self.samples) {
            self.sounds(start);
        } else {
            return false;
        }
        self.received = false;
        true
    }

    fn make_up(&mut self, count: usize) {
        self.noise.end();
        self.concealer.make_up(count, &mut self.samples);
        self.received = false;
    }

    /// Leaves out up to a frame of what is next, if that is quiet or it may be `in_sound`.
    fn shorten(&mut self, len: usize, in_sound: bool) {
        if self.waiting() < 2 * len {
            return;
        }
        self.fill(2 * len);
        let quiet = self.samples.chunks(len).all(|frame| self.quiet.is(frame));
        if self.concealer.is_at_work() || !quiet && !in_sound {
            return;
        }
        // Where it is quiet it does not matter what is left out.
        let left_out = if quiet {
            len
        } else {
            period(&self.samples, len)
        };
        cross_fade(&mut self.samples, left_out, left_out.min(len / 2));
        self.crowded = 0;
        self.skipped += 1;
    }
}

/// How much to leave out of `samples`, up to `len`, so that what is left fits together best.
fn period(samples: &[i16], len: usize) -> usize {
    let window = samples.split_at(samples.len().min(len / 2)).0;
    let mut best = (len, f32::MIN);
    for lag in (len / 4..=len).rev() {
        let alike = alike(window, samples.get(lag..).unwrap_or_default());
        // A little worse is good enough where it is more.
        if alike > best.1 + 0.02 {
            best = (lag, alike);
        }
    }
    best.0
}

/// Leaves out `count` samples by fading, over `length` of them or fewer, from the first into the rest.
fn cross_fade(samples: &mut Vec<i16>, count: usize, length: usize) {
    let Some((first, rest)) = samples.split_at_mut_checked(count) else {
        return;
    };
    for n in 0..length.min(rest.len()) {
        let into = rest.get(n).copied().unwrap_or(0);
        let from = first.get(n).copied().unwrap_or(into);
        let (n, length) = (n as i32, length as i32);
        let mixed = (i32::from(from) * (length - n) + i32::from(into) * n) / length;
        if let Some(out) = rest.get_mut(n as usize) {
            *out = mixed as i16;
        }
    }
    samples.drain(..count);
}

/// How long the line has been quiet, against how loud it was of late.
#[derive(Debug)]
struct Quiet {
    frames: u32,
    /// The loudest level of late, in dBov.
    loud: f32,
}

impl Default for Quiet {
    fn default() -> Quiet {
        Quiet {
            frames: 0,
            loud: level::SILENCE,
        }
    }
}

impl Quiet {
    /// Quiet on any line, in dBov.
    const ALWAYS: f32 = -50.0;
    /// Quiet is so many dB under what is loud.
    const BELOW: f32 = 20.0;
    /// What is loud is forgotten by 1 dB a second.
    const FORGET: f32 = 1.0 / 50.0;

    fn hear(&mut self, frame: &[i16]) {
        self.loud = level::dbov(frame).max(self.loud - Self::FORGET);
        self.frames = if self.is(frame) { self.frames + 1 } else { 0 };
    }

    fn is(&self, frame: &[i16]) -> bool {
        level::dbov(frame) < Self::ALWAYS.max(self.loud - Self::BELOW)
    }
}
