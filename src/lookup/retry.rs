//! How long to wait before asking again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(1);

/// The pause after so many tries, from 1: doubling, and somewhere between half and all of it, by
/// `random`, so that calls that failed together do not come back together.
pub(super) fn pause(tries: u32, random: u64) -> Duration {
    let doublings = tries.saturating_sub(1).min(8);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let share = random as f64 / u64::MAX as f64;
    whole.mul_f64(0.5 + 0.5 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_a_second() {
        let longest: Vec<_> = (1..=6)
            .map(|tries| pause(tries, u64::MAX).as_millis())
            .collect();
        assert_eq!(longest, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(pause(1, 0).as_millis(), 50);
    }

    proptest! {
        #[test]
        fn a_pause_is_never_nothing_and_never_long(tries: u32, random: u64) {
            let pause = pause(tries, random);
            prop_assert!(pause >= FIRST / 2 && pause <= LONGEST);
        }
    }
}
