//! Keys in the sound: DTMF tones (ITU-T Q.23), 20 ms at a time, without allocation.
//!
//! A key is a pair of tones, one of four low and one of four high frequencies. The sound is looked
//! at through a Hann window of 20 ms every 4 ms, by eight Goertzel filters. A key counts once six
//! windows in a row hold the same pair, and little but that pair, steady in level and in
//! frequency and without overtones: nobody's voice does that. The frequency comes from how far
//! the phase moves from window to window, which tells 1.5 % from 3.5 % even in a tone of 40 ms,
//! where the width of a filter cannot.
//!
//! What is accepted and what not follows ITU-T Q.24 (the values of most administrations).
//! Whether the same press has also come in another way is not decided here.

use crate::audio::level::FULL_SCALE;
use crate::audio::{FRAME_MS, Frame, Key, LineRate};
use std::f32::consts::{PI, TAU};

/// What 20 ms of sound say about keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tone {
    /// A key was pressed: said once, as soon as it is certain, within 60 ms of the tone's beginning.
    pub key: Option<Key>,
    /// Some of it is a key's tone, or very likely the beginning of one: it is not a voice.
    pub sounding: bool,
}

/// The detector of one call.
pub struct ToneDetector {
    rate: LineRate,
    filters: Filters,
    before: Frame,
    /// Nothing in it was as loud as a key.
    before_quiet: bool,
    /// The last windows, the latest at the end.
    looks: [Look; RUN],
    held: Option<Held>,
    /// [`PURITY`], which a test lowers to see how far speech is from being a key.
    purity: f32,
}

/// Windows in a frame. Each is as long as a frame.
const HOPS: usize = 5;
/// Steady windows that make a press: a tone of 35 ms has them always, one of 28 ms never.
const RUN: usize = 6;
/// Windows without the tone that end a press: pauses from 36 ms on.
const GONE: u32 = 8;
/// The share of the sound's power that the pair must have.
const PURITY: f32 = 0.80;
/// How much of it makes the beginning of a tone likely, which a window shows in part only.
const LIKELY_PURITY: f32 = 0.70;
/// The fainter tone's least level: -38 dBov is -32 dBm0 (0 dBm0 is -6.15 dBov, by the table of
/// G.711's A-law in which a full-scale sine is 3.14 dBm0).
const FAINTEST_DBOV: f32 = -38.0;
/// One tone of that level has this root mean square, and two of them swing further several times in 20 ms.
const QUIET: u16 = 412;
/// The high tone's power over the low tone's, in dB.
const TWIST_DB: std::ops::RangeInclusive<f32> = -10.0..=6.0;
/// How far a tone may be from its frequency: between the 1.5 % that must be accepted and the 3.5 %
/// that must not.
const OFF_FREQUENCY: f32 = 0.02;
/// How much a steady tone's level may vary from window to window, in dB.
const STEADY_DB: f32 = 1.25;
/// How far the phase of a steady tone may stray from its course between windows, in radians.
const STEADY_PHASE: f32 = 0.2;
/// A tone that has lost this much is not the held one any more but its echo, in dB.
const GONE_DB: f32 = 6.0;

/// The loudest overtone that a tone may have, in dB of its own power.
const OVERTONES_DB: f32 = -15.0;
/// How far around a tone a Hann window of 20 ms shows it: nearly to its first zero.
const HANN_HZ: f32 = 90.0;

const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const PAD: [[char; 4]; 4] = [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
];

impl ToneDetector {
    pub fn new(rate: LineRate) -> ToneDetector {
        ToneDetector {
            rate,
            filters: Filters::new(rate),
            before: Frame::silence(rate),
            before_quiet: true,
            looks: [Look::default(); RUN],
            held: None,
            purity: PURITY,
        }
    }

    /// Hears the next 20 ms, which are at the detector's rate.
    pub fn hear(&mut self, frame: &Frame) -> Tone {
        let quiet = frame
            .samples()
            .iter()
            .all(|sample| sample.unsigned_abs() < QUIET);
        if std::mem::replace(&mut self.before_quiet, quiet) && quiet {
            return self.pause(frame);
        }
        let mut tone = Tone::default();
        let length = self.rate.frame_len();
        let mut sound = [0.0; 2 * LONGEST];
        let both = self.before.samples().iter().chain(frame.samples());
        for (to, &from) in sound.iter_mut().zip(both) {
            *to = f32::from(from);
        }
        self.before = frame.clone();
        for hop in 1..=HOPS {
            let window = sound.get(hop * length / HOPS..).unwrap_or_default();
            self.looks.rotate_left(1);
            if let Some(latest) = self.looks.last_mut() {
                *latest = self.filters.look(window);
            }
            tone.key = self.press(window).or(tone.key);
            tone.sounding |= self.held.is_some_and(|held| held.gone == 0) || self.likely();
        }
        tone
    }

    /// Nobody presses anything; most of a call is like that, and not worth the filters.
    fn pause(&mut self, frame: &Frame) -> Tone {
        self.before = frame.clone();
        self.looks = [Look::default(); RUN];
        self.held = self.held.and_then(|held| {
            let gone = held.gone + HOPS as u32;
            (gone < GONE).then_some(Held { gone, ..held })
        });
        Tone::default()
    }

    /// Hears 20 ms that were lost on the way: whatever sounded before may sound on, so that
    /// a gap in a long press does not make two of it.
    pub fn miss(&mut self) -> Tone {
        self.before = Frame::silence(self.rate);
        self.before_quiet = true;
        self.looks = [Look::default(); RUN];
        Tone {
            key: None,
            sounding: self.held.is_some(),
        }
    }

    /// The key that has just been found to be pressed; and follows what is held.
    fn press(&mut self, window: &[f32]) -> Option<Key> {
        let latest = self.looks.last()?;
        if let Some(held) = &mut self.held {
            let level = latest.low.power().min(latest.high.power());
            if latest.pair() == held.pair && level > held.level * from_db(-GONE_DB) {
                held.gone = 0;
                return None;
            }
            held.gone += 1;
            if held.gone >= GONE {
                self.held = None;
            }
        }
        let pair = self.steady(window)?;
        let level = latest.low.power().min(latest.high.power());
        let again = self.held.is_some_and(|held| held.pair == pair);
        self.held = Some(Held {
            pair,
            level,
            gone: 0,
        });
        let (low, high) = pair;
        let key = PAD.get(low)?.get(high).copied().and_then(Key::from_char)?;
        (!again).then_some(key)
    }

    /// The pair that all of the last windows hold; the latest is given once more.
    fn steady(&self, window: &[f32]) -> Option<(usize, usize)> {
        let (first, rest) = self.looks.split_first()?;
        if rest.iter().any(|look| look.pair() != first.pair()) {
            return None;
        }
        let low = self.course(&self.looks, |look| look.low)?;
        let high = self.course(&self.looks, |look| look.high)?;
        let steady = low.varies_db < STEADY_DB
            && high.varies_db < STEADY_DB
            && low.strays < STEADY_PHASE
            && high.strays < STEADY_PHASE;
        let pure = self
            .looks
            .iter()
            .all(|look| look.purity(low.gain, high.gain) > self.purity);
        (steady && pure && self.could_be_pair(low, high) && self.is_clean(window, low, high))
            .then(|| first.pair())
    }

    /// Whether what two tones of a voice or an instrument come with is missing: their second
    /// harmonics and their sum, which are multiples of the same pitch. A phone's own are at least
    /// 20 dB down (ITU-T Q.23). Not their difference, which may lie in a dial tone.
    fn is_clean(&self, window: &[f32], low: Course, high: Course) -> bool {
        let Some(latest) = self.looks.last() else {
            return false;
        };
        let lines = [
            (2.0 * low.hz, latest.low),
            (2.0 * high.hz, latest.high),
            (high.hz + low.hz, latest.low),
        ];
        lines.iter().all(|(hz, of)| {
            // So near, the window shows the tone itself.
            (hz - low.hz).abs() < HANN_HZ
                || (hz - high.hz).abs() < HANN_HZ
                || self.filters.power(window, *hz) < of.power() * from_db(OVERTONES_DB)
        })
    }

    /// Whether the last windows look as a tone does while it begins.
    fn likely(&self) -> bool {
        let Some(last) = self.looks.get(RUN - 2..) else {
            return false;
        };
        let same = last
            .windows(2)
            .all(|two| matches!(two, [a, b] if a.pair() == b.pair()));
        let course = |of: fn(&Look) -> Phasor| self.course(last, of);
        let (Some(low), Some(high)) = (course(|look| look.low), course(|look| look.high)) else {
            return false;
        };
        let pure = last
            .last()
            .is_some_and(|look| look.purity(low.gain, high.gain) > LIKELY_PURITY);
        same && pure && self.could_be_pair(low, high)
    }

    fn could_be_pair(&self, low: Course, high: Course) -> bool {
        low.near
            && high.near
            && low.level_dbov.min(high.level_dbov) > FAINTEST_DBOV
            && TWIST_DB.contains(&(high.level_dbov - low.level_dbov))
    }

    /// How one of the two tones goes on over some windows.
    fn course(&self, looks: &[Look], of: impl Fn(&Look) -> Phasor) -> Option<Course> {
        let (mut least, mut most) = (f32::MAX, 0f32);
        for look in looks {
            let power = of(look).power();
            (least, most) = (least.min(power), most.max(power));
        }
        let latest = of(looks.last()?);
        let turn = self.filters.turns.get(latest.filter)?;
        let mut sum = (0.0, 0.0);
        for two in looks.windows(2) {
            if let [a, b] = two {
                let (re, im) = of(b).against(of(a), *turn);
                sum = (sum.0 + re, sum.1 + im);
            }
        }
        let mean = sum.1.atan2(sum.0);
        let hop_s = FRAME_MS as f32 / 1000.0 / HOPS as f32;
        let off_hz = mean / (TAU * hop_s);
        let strays = looks.windows(2).map(|two| match two {
            [a, b] => {
                let (re, im) = of(b).against(of(a), *turn);
                (im * mean.cos() - re * mean.sin())
                    .atan2(re * mean.cos() + im * mean.sin())
                    .abs()
            }
            _ => 0.0,
        });
        let hz = LOW.iter().chain(&HIGH).nth(latest.filter)?;
        let gain = hann_gain(off_hz * FRAME_MS as f32 / 1000.0);
        Some(Course {
            hz: hz + off_hz,
            near: off_hz.abs() < OFF_FREQUENCY * hz,
            varies_db: to_db(most / least.max(f32::MIN_POSITIVE)),
            strays: strays.fold(0.0, f32::max),
            gain,
            level_dbov: to_db(most / gain * self.filters.to_power / (FULL_SCALE * FULL_SCALE)),
        })
    }
}

/// The press whose tone still sounds.
#[derive(Debug, Clone, Copy)]
struct Held {
    pair: (usize, usize),
    /// Power of the fainter tone when it was found.
    level: f32,
    /// Windows since it was last there.
    gone: u32,
}

/// One tone over some windows.
#[derive(Debug, Clone, Copy)]
struct Course {
    hz: f32,
    /// Near enough to what it should be.
    near: bool,
    varies_db: f32,
    /// The furthest that its phase is from where the mean frequency puts it, in radians.
    strays: f32,
    /// What the window leaves of its power, being so far off the filter's frequency.
    gain: f32,
    level_dbov: f32,
}

/// The strongest low and the strongest high tone in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    low: Phasor,
    high: Phasor,
    /// The power that a lone tone would have to have for all of the window's energy.
    all: f32,
}

impl Look {
    fn pair(&self) -> (usize, usize) {
        (self.low.filter, self.high.filter.saturating_sub(LOW.len()))
    }

    /// The pair's share of the power.
    fn purity(&self, low_gain: f32, high_gain: f32) -> f32 {
        let pair = self.low.power() / low_gain + self.high.power() / high_gain;
        pair / self.all.max(f32::MIN_POSITIVE)
    }
}

/// What a filter gave: amplitude and phase.
#[derive(Debug, Clone, Copy, Default)]
struct Phasor {
    filter: usize,
    re: f32,
    im: f32,
}

impl Phasor {
    fn power(self) -> f32 {
        self.re * self.re + self.im * self.im
    }

    /// How it has turned since `before`, less the `turn` that a tone of the filter's frequency
    /// makes.
    fn against(self, before: Phasor, turn: (f32, f32)) -> (f32, f32) {
        let (cos, sin) = turn;
        let re = self.re * before.re + self.im * before.im;
        let im = self.im * before.re - self.re * before.im;
        (re * cos + im * sin, im * cos - re * sin)
    }
}

const LONGEST: usize = LineRate::Wide.frame_len();
const FILTERS: usize = LOW.len() + HIGH.len();

/// Eight Goertzel filters (G. Goertzel, American Mathematical Monthly 65(1), 1958) behind
/// a Hann window.
struct Filters {
    hz: f32,
    length: usize,
    hann: [f32; LONGEST],
    twice_cos: [f32; FILTERS],
    sin: [f32; FILTERS],
    /// Cosine and sine of the turn from one window to the next.
    turns: [(f32, f32); FILTERS],
    /// From a phasor's power to the tone's mean square.
    to_power: f32,
    /// Nobody's tones have so little mean square.
    silent: f32,
    /// From the sum of squares to the phasor power of a tone that has all of it.
    to_phasor: f32,
}

impl Filters {
    fn new(rate: LineRate) -> Filters {
        let length = rate.frame_len();
        let mut hann = [0.0; LONGEST];
        for (at, weight) in hann.iter_mut().take(length).enumerate() {
            *weight = 0.5 - 0.5 * (TAU * (at as f32 + 0.5) / length as f32).cos();
        }
        let sum: f32 = hann.iter().sum();
        let squares: f32 = hann.iter().map(|weight| weight * weight).sum();
        let mut filters = Filters {
            hz: rate.hz() as f32,
            length,
            hann,
            twice_cos: [0.0; FILTERS],
            sin: [0.0; FILTERS],
            turns: [(0.0, 0.0); FILTERS],
            to_power: 2.0 / (sum * sum),
            silent: from_db(FAINTEST_DBOV - STEADY_DB) * FULL_SCALE * FULL_SCALE,
            to_phasor: sum * sum / (2.0 * squares),
        };
        let hop = (length / HOPS) as f32;
        let each = filters.twice_cos.iter_mut().zip(&mut filters.sin);
        for (((twice_cos, sin), turn), hz) in
            each.zip(&mut filters.turns).zip(LOW.iter().chain(&HIGH))
        {
            let angle = TAU * hz / rate.hz() as f32;
            (*sin, *twice_cos) = (angle.sin(), 2.0 * angle.cos());
            *turn = ((angle * hop).cos(), (angle * hop).sin());
        }
        filters
    }

    /// Like a phasor's power, for a line of any frequency.
    fn power(&self, sound: &[f32], hz: f32) -> f32 {
        let cos = (TAU * hz / self.hz).cos();
        let (mut late, mut later) = (0f32, 0f32);
        for (sample, weight) in sound.iter().zip(&self.hann).take(self.length) {
            let next = sample * weight + 2.0 * cos * late - later;
            (late, later) = (next, late);
        }
        late * late + later * later - 2.0 * cos * late * later
    }

    /// Looks at the first `length` samples.
    fn look(&self, sound: &[f32]) -> Look {
        let mut windowed = [0f32; LONGEST];
        let mut energy = 0.0;
        for (to, (sample, weight)) in windowed.iter_mut().zip(sound.iter().zip(&self.hann)) {
            *to = sample * weight;
            energy += *to * *to;
        }
        let mut look = Look {
            all: energy * self.to_phasor,
            ..Look::default()
        };
        if look.all * self.to_power < self.silent {
            return look;
        }
        let mut late = [0f32; FILTERS];
        let mut later = [0f32; FILTERS];
        for &sample in windowed.iter().take(self.length) {
            // By index, so that all filters are one vector.
            let mut next = [0f32; FILTERS];
            for filter in 0..FILTERS {
                next[filter] = sample + self.twice_cos[filter] * late[filter] - later[filter];
            }
            (late, later) = (next, late);
        }
        let states = late
            .iter()
            .zip(&later)
            .zip(self.twice_cos.iter().zip(&self.sin));
        for (filter, ((late, later), (twice_cos, sin))) in states.enumerate() {
            let phasor = Phasor {
                filter,
                re: late - later * twice_cos / 2.0,
                im: later * sin,
            };
            let best = match filter < LOW.len() {
                true => &mut look.low,
                false => &mut look.high,
            };
            if phasor.power() >= best.power() {
                *best = phasor;
            }
        }
        look
    }
}

/// What a Hann window leaves of the power of a tone that is `bins` of 1/length off.
fn hann_gain(bins: f32) -> f32 {
    if bins.abs() < 1e-3 {
        return 1.0;
    }
    let amplitude = (PI * bins).sin() / (PI * bins) / (1.0 - bins * bins);
    (amplitude * amplitude).clamp(0.05, 1.0)
}

fn to_db(ratio: f32) -> f32 {
    10.0 * ratio.max(f32::MIN_POSITIVE).log10()
}

fn from_db(db: f32) -> f32 {
    10f32.powf(db / 10.0)
}

#[cfg(test)]
mod tests;
