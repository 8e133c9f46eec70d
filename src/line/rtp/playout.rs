//! From packets of any length to one frame per tick: decodes what the jitter buffer gives,
//! hides what is missing and takes out what a fast clock adds.

use crate::audio::{Frame, LineRate};
use crate::line::codec::Codec;
use crate::line::jitter::{Counts, JitterBuffer, Next, Packet, TARGET_MS};

/// Ticks over which the buffer must have been too full before a frame is taken out.
const WATCH_TICKS: u32 = 100;
/// Missing sound is replaced by what came before, fading out over so many frames.
const FADE_FRAMES: usize = 3;

#[derive(Debug)]
pub(super) struct Playout {
    codec: Codec,
    jitter: JitterBuffer,
    /// Decoded and not played yet; more than a frame only while packets are longer than one.
    samples: Vec<i16>,
    /// Whether `samples` ends in sound that was received.
    received: bool,
    /// The last frame's length of received sound, for hiding what is missing.
    recent: Frame,
    /// Samples made up in a row.
    hidden: usize,
    watch: Watch,
    skipped: u64,
}

impl Playout {
    pub(super) fn new(codec: Codec) -> Playout {
        Playout {
            codec,
            jitter: JitterBuffer::new(codec.clock_rate()),
            samples: Vec::new(),
            received: false,
            recent: Frame::silence(codec.line_rate()),
            hidden: 0,
            watch: Watch::default(),
            skipped: 0,
        }
    }

    pub(super) fn push(&mut self, packet: Packet<'_>) {
        self.jitter.push(packet);
    }

    /// The peer announced something new: what follows belongs to another stream.
    pub(super) fn restart(&mut self, codec: Codec) {
        self.codec = codec;
        self.jitter.reset();
        self.samples.clear();
        self.recent = Frame::silence(codec.line_rate());
        self.watch = Watch::default();
    }

    pub(super) fn counts(&self) -> Counts {
        self.jitter.counts()
    }

    /// Frames taken out because the sender's clock is faster than ours.
    pub(super) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The frame for this tick; false if none of it was received.
    pub(super) fn take(&mut self, frame: &mut Frame) -> bool {
        if frame.rate() != self.rate() {
            *frame = Frame::silence(self.rate());
        }
        let len = self.rate().frame_len();
        self.jitter.tick();
        if self.watch.too_full && self.waiting() >= 2 * len {
            self.skip(len);
        }
        let mut received = !self.samples.is_empty() && self.received;
        received |= self.fill(len);
        let played = self.samples.drain(..len.min(self.samples.len()));
        for (to, from) in frame.samples_mut().iter_mut().zip(played) {
            *to = from;
        }
        if self.jitter.playing() {
            self.watch.see(self.waiting(), self.rate());
        }
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

    /// Brings `samples` up to `len`. True if a packet was decoded for it.
    fn fill(&mut self, len: usize) -> bool {
        let mut received = false;
        while self.samples.len() < len {
            let start = self.samples.len();
            match self.jitter.pull() {
                Next::Audio(payload) => {
                    self.codec.decode(payload, &mut self.samples);
                    self.remember(start);
                    self.hidden = 0;
                    self.received = true;
                    received = true;
                }
                Next::Missing(units) => {
                    let count = self.in_samples(units);
                    self.hide(count);
                }
                Next::Pause(units) => {
                    let count = self.in_samples(units);
                    self.samples.resize(start + count, 0);
                    // Nothing to repeat after a pause.
                    self.hidden = FADE_FRAMES * self.rate().frame_len();
                    self.received = false;
                }
                Next::Nothing => self.hide(len - start),
            }
        }
        received
    }

    /// Keeps the last frame's length of what was decoded from `start` on.
    fn remember(&mut self, start: usize) {
        let new = self.samples.get(start..).unwrap_or_default();
        let recent = self.recent.samples_mut();
        let new = new
            .get(new.len().saturating_sub(recent.len())..)
            .unwrap_or_default();
        recent.rotate_left(new.len());
        let kept = recent.len() - new.len();
        for (to, from) in recent.iter_mut().skip(kept).zip(new) {
            *to = *from;
        }
    }

    /// Appends made-up sound: the last frame to and fro, which has no jumps, fading to silence.
    fn hide(&mut self, count: usize) {
        let recent = self.recent.samples();
        let fade = FADE_FRAMES * recent.len();
        for _ in 0..count {
            let left = fade.saturating_sub(self.hidden);
            let back = self.hidden % (2 * recent.len());
            let at = if back < recent.len() {
                recent.len() - 1 - back
            } else {
                back - recent.len()
            };
            let sample = recent.get(at).copied().unwrap_or(0);
            self.samples
                .push((i32::from(sample) * left as i32 / fade as i32) as i16);
            self.hidden = (self.hidden + 1).min(fade);
        }
        self.received = false;
    }

    /// Two frames become one that fades from the first into the second.
    fn skip(&mut self, len: usize) {
        self.watch = Watch::default();
        self.fill(2 * len);
        let Some((first, rest)) = self.samples.split_at_mut_checked(len) else {
            return;
        };
        for (n, (out, into)) in first.iter_mut().zip(rest.iter()).enumerate() {
            let (n, len) = (n as i32, len as i32);
            *out = ((i32::from(*out) * (len - n) + i32::from(*into) * n) / len) as i16;
        }
        self.samples.drain(len..2 * len);
        self.skipped += 1;
    }
}

/// Finds out that more is waiting than the delay asks for, and not only for a moment.
#[derive(Debug)]
struct Watch {
    ticks: u32,
    /// The least that was waiting after a frame was played.
    least: usize,
    too_full: bool,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch {
            ticks: 0,
            least: usize::MAX,
            too_full: false,
        }
    }
}

impl Watch {
    fn see(&mut self, waiting: usize, rate: LineRate) {
        self.ticks += 1;
        self.least = self.least.min(waiting);
        if self.ticks >= WATCH_TICKS {
            let target = (rate.hz() / 1000 * TARGET_MS) as usize;
            let too_full = self.least >= target + rate.frame_len();
            *self = Watch {
                too_full,
                ..Watch::default()
            };
        }
    }
}
