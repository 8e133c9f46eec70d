//! A network between two ends of a call that is as bad as wanted, and the same in every run.
//!
//! Time goes by ticks of 20 ms at which the receiver looks for what has come. A datagram that was
//! sent before a tick is there at that tick, unless something keeps it.

use std::collections::BTreeMap;

const TICK_MS: f64 = 20.0;

/// What happens to datagrams; all shares are from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions {
    /// Each is lost by itself.
    pub loss: f64,
    /// All that is sent in 100 ms is lost, so many times a minute.
    pub bursts_a_minute: f64,
    pub jitter: Jitter,
    /// Comes 40 ms later than it would, so after those behind it.
    pub reordered: f64,
    pub duplicated: f64,
    /// It is sent just when the receiver looks, give or take so many milliseconds.
    pub edge_ms: f64,
}

/// By how many milliseconds each datagram is late, by chance and by itself.
#[derive(Debug, Clone, Copy, Default)]
pub enum Jitter {
    #[default]
    None,
    /// Evenly up to so many.
    Uniform(f64),
    /// By so many on average, most by less, and none by more than three times as many.
    Exponential(f64),
}

pub struct Network {
    conditions: Conditions,
    random: u64,
    /// The tick that comes next.
    tick: u64,
    /// Datagrams lost until this tick.
    burst_until: u64,
    sent: u64,
    /// By arrival in microseconds, and in the order of sending.
    arriving: BTreeMap<(u64, u64), Vec<u8>>,
}

const BURST_TICKS: u64 = 5;

impl Network {
    pub fn new(conditions: Conditions, seed: u64) -> Network {
        Network {
            conditions,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            tick: 0,
            burst_until: 0,
            sent: 0,
            arriving: BTreeMap::new(),
        }
    }

    /// Takes a datagram that is sent before the next tick.
    pub fn send(&mut self, datagram: &[u8]) {
        let Conditions {
            loss, duplicated, ..
        } = self.conditions;
        // The same draws in the same order whatever happens, so that conditions compare.
        let (lost, doubled) = (self.random() < loss, self.random() < duplicated);
        let delays = [self.delay_ms(), self.delay_ms()];
        let copies = if doubled { 2 } else { 1 };
        if lost || self.tick < self.burst_until {
            return;
        }
        for delay in delays.into_iter().take(copies) {
            let arrival = (self.tick as f64 * TICK_MS + delay).max(0.0) * 1000.0;
            self.sent += 1;
            self.arriving
                .insert((arrival as u64, self.sent), datagram.to_vec());
        }
    }

    /// The next tick: what has come since the last.
    pub fn tick(&mut self) -> impl Iterator<Item = Vec<u8>> + use<> {
        let now = self.tick * (TICK_MS * 1000.0) as u64;
        let later = self.arriving.split_off(&(now + 1, 0));
        self.tick += 1;
        let a_tick = self.conditions.bursts_a_minute * TICK_MS / 60_000.0;
        if self.random() < a_tick && self.tick > self.burst_until {
            self.burst_until = self.tick + BURST_TICKS;
        }
        std::mem::replace(&mut self.arriving, later).into_values()
    }

    fn delay_ms(&mut self) -> f64 {
        let Conditions {
            jitter,
            reordered,
            edge_ms,
            ..
        } = self.conditions;
        let (late, behind, edge) = (self.random(), self.random(), self.random());
        let jitter = match jitter {
            Jitter::None => 0.0,
            Jitter::Uniform(most) => most * late,
            Jitter::Exponential(mean) => (-mean * (1.0 - late).ln()).min(3.0 * mean),
        };
        let behind = if behind < reordered { 40.0 } else { 0.0 };
        jitter + behind + edge_ms * (2.0 * edge - 1.0)
    }

    /// Evenly from 0 to 1.
    fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }
}
