//! How long packets should wait, learned from how late they come.
//!
//! A packet's transit is its arrival less its timestamp. Its absolute value means nothing, as the
//! two clocks have nothing to do with each other; what counts is how far it is above the smallest
//! of late. A histogram that forgets over about four seconds holds that, as in NetEq's delay
//! manager. Of what comes in one tick only the earliest and the latest are noted, so that a stall, which
//! makes many packets late at once, weighs little; jitter that lasts is known within a few tenths of a
//! second, and calm is believed after about ten seconds.

/// What is left to wait at least: the two sides' ticks drift against each other, and a packet that
/// comes one tick later than the last is no surprise.
pub const LEAST_MS: u32 = 20;
/// What is waited at most: longer, and people begin to talk over each other.
pub const MOST_MS: u32 = 200;

const BIN_MS: u32 = 10;
const BINS: usize = 32;
/// A packet's weight, once enough of them are known.
const WEIGHT: f32 = 0.005;
/// The share of packets that may come too late. Hiding a few costs a recogniser less than waiting
/// for them costs the caller.
const TOO_LATE: f32 = 0.02;
/// The same before less is waited for, so that chance does not move it to and fro.
const RARELY_LATE: f32 = TOO_LATE / 2.0;
/// What counts no more as the smallest: a single packet, after about nine seconds.
const FORGOTTEN: f32 = 0.0005;
/// Packets in a row far from all others that mean a jump of the sender's clock.
const JUMP: u32 = 5;

/// The transits of the last seconds. All numbers are RTP timestamp units and wrap.
#[derive(Debug)]
pub struct Delay {
    bin: u32,
    weights: [f32; BINS],
    /// The transit that bin 0 stands for; `None` before the first packet.
    anchor: Option<u32>,
    seen: u32,
    outside: u32,
    /// The smallest and the largest transit since the last tick.
    new: Option<(u32, u32)>,
}

impl Delay {
    pub fn new(clock_rate: u32) -> Delay {
        Delay::in_bins_of((clock_rate / 1000 * BIN_MS).max(1))
    }

    fn in_bins_of(bin: u32) -> Delay {
        Delay {
            bin,
            weights: [0.0; BINS],
            anchor: None,
            seen: 0,
            outside: 0,
            new: None,
        }
    }

    pub fn forget(&mut self) {
        *self = Delay::in_bins_of(self.bin);
    }

    /// Takes the transit of a packet that has arrived, in time or not.
    pub fn see(&mut self, transit: u32) {
        let (smallest, largest) = self.new.unwrap_or((transit, transit));
        self.new = Some(if (transit.wrapping_sub(smallest) as i32) < 0 {
            (transit, largest)
        } else if (transit.wrapping_sub(largest) as i32) > 0 {
            (smallest, transit)
        } else {
            (smallest, largest)
        });
    }

    /// To be called once per tick.
    pub fn tick(&mut self) {
        if let Some((smallest, largest)) = self.new.take() {
            self.note(smallest);
            if largest != smallest {
                self.note(largest);
            }
        }
    }

    fn note(&mut self, transit: u32) {
        let anchor = *self.anchor.get_or_insert(transit);
        let above = transit.wrapping_sub(anchor) as i32;
        // Upwards: who waits for the bin has waited for the packet.
        let bin = above
            .saturating_add(self.bin as i32 - 1)
            .div_euclid(self.bin as i32);
        if !(-(BINS as i32)..BINS as i32).contains(&bin) {
            self.outside += 1;
            if self.outside >= JUMP {
                self.forget();
                self.note(transit);
            }
            return;
        }
        self.outside = 0;
        let below = usize::try_from(-bin).unwrap_or(0);
        if below > 0 {
            self.weights.rotate_right(below);
            self.weights.iter_mut().take(below).for_each(|w| *w = 0.0);
            self.anchor = Some(anchor.wrapping_sub(below as u32 * self.bin));
        }
        self.seen = self.seen.saturating_add(1);
        let weight = (1.0 / self.seen as f32).max(WEIGHT);
        for other in &mut self.weights {
            *other *= 1.0 - weight;
        }
        if let Some(own) = self.weights.get_mut(usize::try_from(bin).unwrap_or(0)) {
            *own += weight;
        }
    }

    /// The sender's clock has jumped such that this is the smallest transit now; how much the
    /// others were above the smallest still holds.
    pub fn jump(&mut self, transit: u32) {
        let smallest = self.smallest() as u32 * self.bin;
        self.anchor = Some(transit.wrapping_sub(smallest));
    }

    /// The transit that a packet should have when it is played: its arrival and its waiting.
    pub fn wanted(&self) -> u32 {
        self.with_late(TOO_LATE)
    }

    /// How far a transit is above what is wanted, or, below zero, under it.
    pub fn surplus(&self, transit: u32) -> i32 {
        let too_little = transit.wrapping_sub(self.wanted()) as i32;
        let too_much = transit.wrapping_sub(self.with_late(RARELY_LATE)) as i32;
        too_little.min(0) + too_much.max(0)
    }

    /// The transit with which no more than a share of packets comes too late.
    fn with_late(&self, share: f32) -> u32 {
        let smallest = self.smallest();
        let mut late = 0.0;
        let latest = self.weights.iter().rposition(|weight| {
            late += weight;
            late > share
        });
        let spread = latest.unwrap_or(0).saturating_sub(smallest) as u32;
        let spread = spread.clamp(LEAST_MS / BIN_MS, MOST_MS / BIN_MS);
        self.anchor
            .unwrap_or(0)
            .wrapping_add((smallest as u32 + spread) * self.bin)
    }

    fn smallest(&self) -> usize {
        self.weights
            .iter()
            .position(|&weight| weight > FORGOTTEN)
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u32 = 8;

    /// Wanted, in milliseconds above a base, after packets so many milliseconds above it.
    fn wanted(delay: &mut Delay, above: impl IntoIterator<Item = u32>) -> i32 {
        const BASE: u32 = u32::MAX - 300;
        for ms in above {
            delay.see(BASE.wrapping_add(ms * MS));
            delay.tick();
        }
        delay.wanted().wrapping_sub(BASE) as i32 / MS as i32
    }

    #[test]
    fn a_clean_network_is_waited_for_by_one_packet() {
        let mut delay = Delay::new(8000);
        assert_eq!(wanted(&mut delay, [0]), 20);
        assert_eq!(wanted(&mut delay, [0; 500]), 20);
        // Arrivals around the edge of a tick.
        assert_eq!(wanted(&mut delay, [0, 20, 20, 0, 20].repeat(100)), 20);
    }

    #[test]
    fn jitter_is_known_soon_and_forgotten_late() {
        let mut delay = Delay::new(8000);
        assert_eq!(wanted(&mut delay, [0; 500]), 20);
        let known = (1..).find(|_| wanted(&mut delay, [20, 60]) == 60);
        assert!(known < Some(7), "{known:?} times two packets");
        assert_eq!(wanted(&mut delay, [0, 20, 40, 60].repeat(100)), 60);
        let forgotten = (1..).find(|_| wanted(&mut delay, [0]) == 20);
        let forgotten = forgotten.unwrap() / 50;
        assert!((5..15).contains(&forgotten), "{forgotten} s");
    }

    #[test]
    fn one_stall_is_not_the_rule() {
        let mut delay = Delay::new(8000);
        wanted(&mut delay, [0; 500]);
        let base = delay.wanted();
        for _ in 0..3 {
            for ms in [200, 180, 160, 140, 120, 100, 80, 60, 40, 20, 0] {
                delay.see(base.wrapping_add(ms * MS).wrapping_sub(20 * MS));
            }
            delay.tick();
        }
        assert_eq!(wanted(&mut delay, [0; 50]), 20);
    }

    #[test]
    fn what_is_on_the_edge_of_too_late_moves_nothing() {
        let mut delay = Delay::new(8000);
        // Three in two hundred come 60 ms late, which is neither often nor rare.
        let some = |n: u32| if n.is_multiple_of(66) { 60 } else { 0 };
        wanted(&mut delay, (0..3000).map(some));
        let smallest = delay.wanted().wrapping_sub(20 * MS);
        let surplus = |ms: u32| delay.surplus(smallest.wrapping_add(ms * MS)) / MS as i32;
        assert_eq!([0, 20, 60, 80].map(surplus), [-20, 0, 0, 20]);
    }

    #[test]
    fn it_is_bounded() {
        let mut delay = Delay::new(8000);
        assert_eq!(wanted(&mut delay, [0, 310].repeat(50)), 200);
    }

    #[test]
    fn clocks_that_drift_are_followed() {
        let mut delay = Delay::new(8000);
        wanted(&mut delay, [0; 500]);
        assert_eq!(wanted(&mut delay, [40; 2000]), 60);
        assert_eq!(wanted(&mut delay, [0; 2000]), 20);
    }

    #[test]
    fn a_jump_is_followed_and_a_stray_packet_is_not() {
        let mut delay = Delay::new(8000);
        wanted(&mut delay, [0; 500]);
        assert_eq!(wanted(&mut delay, [5000, 0, 9000, 0]), 20);
        assert_eq!(wanted(&mut delay, [5000; 5]), 5020);
        assert_eq!(wanted(&mut delay, [0; 5]), 20);
    }

    proptest! {
        #[test]
        fn whatever_comes_the_wait_is_in_its_bounds(transits: Vec<u32>) {
            let mut delay = Delay::new(8000);
            for transit in transits {
                delay.see(transit);
                delay.tick();
                let spread = delay.wanted().wrapping_sub(delay.anchor.unwrap()) / MS;
                prop_assert!(spread <= BINS as u32 * BIN_MS + MOST_MS);
                let weight: f32 = delay.weights.iter().sum();
                prop_assert!((0.0..1.01).contains(&weight), "{weight}");
            }
        }
    }
}
