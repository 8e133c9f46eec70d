//! Hides what is missing in received sound, in the manner of ITU-T G.711 Appendix I, for a
//! recogniser rather than for an ear.
//!
//! Sound goes on as it was: its last cycle (one pitch period or several, found where the past is most
//! like itself) is repeated. After [`FULL_MS`] it fades, by a fifth every 10 ms, to silence.
//! Where sound is received again, the two are cross-faded. There is no delay for that, so what
//! was received before a gap is left as it is, and a clean stream passes untouched.
//!
//! Key tones are different. One that is long enough to be a key already (ITU-T Q.24: 40 ms) goes on
//! over a short gap at full level, so that one press does not become two; a shorter one ends at
//! once, so that nothing becomes a key that was none.

use crate::audio::LineRate;
use std::f32::consts::TAU;

const FULL_MS: usize = 10;
const FADE_MS: usize = 50;
/// A fade that is no click and no more.
const EDGE_MS: usize = 4;
/// Cross-fades into received sound are longer the longer the gap was, up to this.
const LONGEST_CROSS_FADE_MS: usize = 10;
/// How long a key tone goes on without being received.
const KEY_MS: usize = 40;
/// The cycle that is repeated. Every pitch above 50 Hz has a period in here, or some of them; shorter
/// cycles would make a voice out of noise.
const SHORTEST_CYCLE_MS: usize = 10;
const LONGEST_CYCLE_MS: usize = 20;
/// Where it has no pitch the cycle is the longest; by how alike two cycles must be, from 0 to 1.
const ALIKE: f32 = 0.5;
const PAST_MS: usize = 40;

/// At the highest rate.
const PAST: usize = PAST_MS * 16;
const CYCLE: usize = LONGEST_CYCLE_MS * 16;

/// Remembers what is heard on one call, and goes on with it.
#[derive(Debug)]
pub(super) struct Concealer {
    /// Samples in a millisecond.
    ms: usize,
    /// The last sound, made up or not. At 8 kHz only the second half is used.
    past: [i16; PAST],
    cycle: [i16; CYCLE],
    cycle_len: usize,
    /// By how much the beginning of the cycle is off from the end of the past.
    step: f32,
    /// Samples made up in a row.
    made: usize,
    /// Samples at full level, and those of the fade after them.
    full: usize,
    fade: usize,
}

impl Concealer {
    pub(super) fn new(rate: LineRate) -> Concealer {
        Concealer {
            ms: rate.hz() as usize / 1000,
            past: [0; PAST],
            cycle: [0; CYCLE],
            cycle_len: 1,
            step: 0.0,
            made: 0,
            full: 0,
            fade: 1,
        }
    }

    /// Whether the last sample is made up.
    pub(super) fn is_at_work(&self) -> bool {
        self.made > 0
    }

    /// Takes received sound; its beginning is changed if what came before was made up.
    pub(super) fn received(&mut self, samples: &mut [i16]) {
        if self.made > 0 && self.sounds() {
            let length = self.cross_fade();
            for (at, sample) in samples.iter_mut().enumerate().take(length) {
                let share = (at + 1) as f32 / (length + 1) as f32;
                let made_up = self.sample(self.made + at);
                *sample = (f32::from(*sample) * share + made_up * (1.0 - share)) as i16;
            }
        }
        self.made = 0;
        self.remember(samples);
    }

    /// Appends made-up sound.
    pub(super) fn make_up(&mut self, count: usize, samples: &mut Vec<i16>) {
        if self.made == 0 {
            self.begin();
        }
        self.go_on(count, samples);
    }

    /// Appends a pause: silence, into which the sound before it fades.
    pub(super) fn pause(&mut self, count: usize, samples: &mut Vec<i16>) {
        if self.made == 0 {
            self.begin();
        }
        let edge = EDGE_MS * self.ms;
        if self.full + self.fade > self.made + edge {
            // The same level here, and none a little later.
            self.fade = (edge as f32 / self.gain(self.made)) as usize;
            self.full = (self.made + edge).saturating_sub(self.fade);
        }
        self.go_on(count, samples);
    }

    fn go_on(&mut self, count: usize, samples: &mut Vec<i16>) {
        let start = samples.len();
        samples.extend((self.made..self.made + count).map(|at| self.sample(at) as i16));
        // It need not be counted where nothing sounds any more.
        self.made = (self.made + count).min(self.full + self.fade);
        self.remember(samples.get(start..).unwrap_or_default());
    }

    fn past(&self) -> &[i16] {
        self.past.split_at(PAST - PAST_MS * self.ms).1
    }

    fn remember(&mut self, new: &[i16]) {
        let new = new
            .get(new.len().saturating_sub(PAST)..)
            .unwrap_or_default();
        let kept = PAST - new.len();
        self.past.copy_within(new.len().., 0);
        for (to, from) in self.past.iter_mut().skip(kept).zip(new) {
            *to = *from;
        }
    }

    /// Finds out how to go on.
    fn begin(&mut self) {
        let ms = self.ms;
        let past = self.past();
        let (full, fade) = match key_tone(past, ms) {
            Some(Key::Complete) => (KEY_MS, EDGE_MS),
            Some(Key::Begun) => (0, EDGE_MS),
            None => (FULL_MS, FADE_MS),
        };
        let length = cycle(past, ms);
        let start = past.len() - length;
        let at = |index: usize| f32::from(past.get(index).copied().unwrap_or(0));
        // Its end runs into what was before its beginning, so that it can be repeated.
        let overlap = length / 4;
        let mut cycle = [0; CYCLE];
        for (index, sample) in cycle.iter_mut().enumerate().take(length) {
            let share = (index + overlap).saturating_sub(length) as f32 / overlap as f32;
            let before = (start + index).saturating_sub(length);
            *sample = (at(start + index) * (1.0 - share) + at(before) * share) as i16;
        }
        self.step = at(past.len() - 1) - at(start - 1);
        self.cycle = cycle;
        self.cycle_len = length;
        (self.full, self.fade) = (full * ms, fade * ms);
    }

    fn sounds(&self) -> bool {
        self.cycle.iter().take(self.cycle_len).any(|&s| s != 0)
    }

    /// The made-up sound so many samples after its beginning.
    fn sample(&self, at: usize) -> f32 {
        let edge = EDGE_MS * self.ms / 2;
        let step = self.step * edge.saturating_sub(at) as f32 / edge as f32;
        let sample = self.cycle.get(at % self.cycle_len).copied().unwrap_or(0);
        (f32::from(sample) + step) * self.gain(at)
    }

    fn gain(&self, at: usize) -> f32 {
        let faded = at.saturating_sub(self.full) as f32 / self.fade.max(1) as f32;
        (1.0 - faded).max(0.0)
    }

    fn cross_fade(&self) -> usize {
        let shortest = EDGE_MS * self.ms;
        if self.gain(self.made) == 0.0 {
            return shortest;
        }
        let longer = self.made.saturating_sub(FULL_MS * self.ms) * 2 / 5;
        (shortest + longer).min(LONGEST_CROSS_FADE_MS * self.ms)
    }
}

/// The length of the cycle that the end of `past` repeats best.
fn cycle(past: &[i16], ms: usize) -> usize {
    let window = LONGEST_CYCLE_MS * ms;
    let recent = past.split_at(past.len().saturating_sub(window)).1;
    let mut best = (LONGEST_CYCLE_MS * ms, ALIKE);
    for lag in SHORTEST_CYCLE_MS * ms..=LONGEST_CYCLE_MS * ms {
        let start = past.len().saturating_sub(window + lag);
        let earlier = past.split_at(start).1;
        // Of those that are about as good the shortest, which is the newest sound.
        let alike = alike(recent, earlier);
        if alike > best.1 * 1.01 {
            best = (lag, alike);
        }
    }
    best.0
}

/// How alike the beginnings of two pieces of sound are, from -1 to 1: their normalised correlation.
pub(super) fn alike(a: &[i16], b: &[i16]) -> f32 {
    let (mut both, mut of_a, mut of_b) = (0i64, 0i64, 0i64);
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (i64::from(a), i64::from(b));
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    both as f32 / ((of_a as f32 * of_b as f32).sqrt() + 1.0)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// It sounds, but not for long enough yet.
    Begun,
    Complete,
}

/// Whether `past`, 40 ms of it, ends in the two frequencies of a key (ITU-T Q.23).
fn key_tone(past: &[i16], ms: usize) -> Option<Key> {
    // Each 10 ms by themselves: an edge is lost in a longer piece.
    let mut pieces = past.rchunks(10 * ms).map(|piece| is_key_tone(piece, ms));
    match pieces.next()? {
        true if pieces.all(|is_tone| is_tone) => Some(Key::Complete),
        true => Some(Key::Begun),
        false => None,
    }
}

/// Two pure tones satisfy x[n] + x[n-4] = a (x[n-1] + x[n-3]) + b x[n-2], whatever their levels and
/// phases, and a and b give their frequencies. `a` and `b` are fitted here; what remains is noise.
fn is_key_tone(sound: &[i16], ms: usize) -> bool {
    // As if at 8 kHz: two tones stay two tones when samples are left out.
    let apart = ms / 8;
    let at = |index: usize| f32::from(sound.get(index * apart).copied().unwrap_or(0));
    let (mut ss, mut sm, mut mm, mut so, mut mo, mut oo) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let mut power = 0.0;
    let length = sound.len() / apart;
    for n in 4..length {
        let outer = at(n) + at(n - 4);
        let side = at(n - 1) + at(n - 3);
        let middle = at(n - 2);
        ss += side * side;
        sm += side * middle;
        mm += middle * middle;
        so += side * outer;
        mo += middle * outer;
        oo += outer * outer;
        power += at(n) * at(n);
    }
    const QUIETEST: f32 = 100.0;
    let determinant = ss * mm - sm * sm;
    if power < QUIETEST * QUIETEST * length as f32 || determinant <= 1e-6 * ss * mm {
        return false;
    }
    let a = (so * mm - mo * sm) / determinant;
    let b = (mo * ss - so * sm) / determinant;
    let left = (oo - a * so - b * mo).max(0.0);
    // White noise comes out of the sum that much stronger.
    let gain = 2.0 + 2.0 * a * a + b * b;
    const NOISE: f32 = 0.003;
    if left > NOISE * gain * power {
        return false;
    }
    // With y = 2 cos w the sum is y² = a y + b + 2.
    let root = (a * a + 4.0 * (b + 2.0)).max(0.0).sqrt();
    let hz = |y: f32| (y / 2.0).clamp(-1.0, 1.0).acos() / TAU * 8_000.0;
    let (low, high) = (hz((a + root) / 2.0), hz((a - root) / 2.0));
    (670.0..970.0).contains(&low) && (1_180.0..1_670.0).contains(&high)
}
