//! Each press counts once.

use super::*;
use proptest::prelude::*;

fn key(c: char) -> Key {
    Key::from_char(c).unwrap()
}

/// Frames in `ms`.
fn ms(ms: u64) -> u64 {
    ms / u64::from(FRAME_MS)
}

/// What counts of these arrivals, at milliseconds.
fn counted(arrivals: &[(char, Way, u64)]) -> String {
    let mut presses = Presses::default();
    arrivals
        .iter()
        .filter(|&&(c, way, at)| presses.press(key(c), way, ms(at)))
        .map(|&(c, ..)| c)
        .collect()
}

use Way::{InBand, Info, Rtp};

#[test]
fn a_press_that_comes_every_way_counts_at_its_first_arrival() {
    assert_eq!(
        counted(&[('5', Rtp, 0), ('5', InBand, 120), ('5', Info, 900)]),
        "5"
    );
    assert_eq!(
        counted(&[('5', InBand, 0), ('5', Rtp, 200), ('5', Info, 1_700)]),
        "5"
    );
    assert_eq!(
        counted(&[('5', Info, 0), ('5', Rtp, 20), ('5', InBand, 140)]),
        "5"
    );
}

#[test]
fn quick_presses_of_one_key_are_as_many_presses() {
    assert_eq!(
        counted(&[
            ('0', Rtp, 0),
            ('0', InBand, 80),
            ('0', Rtp, 100),
            ('0', InBand, 180)
        ]),
        "00"
    );
    assert_eq!(
        counted(&[
            ('0', Rtp, 0),
            ('0', Rtp, 100),
            ('0', InBand, 120),
            ('0', InBand, 220)
        ]),
        "00"
    );
    assert_eq!(
        counted(&[
            ('0', Rtp, 0),
            ('0', Rtp, 100),
            ('0', Info, 1_400),
            ('0', Info, 1_500)
        ]),
        "00"
    );
    for way in [Rtp, Info, InBand] {
        assert_eq!(
            counted(&[('0', way, 0), ('0', way, 0), ('0', way, 40)]),
            "000"
        );
    }
}

#[test]
fn a_way_that_misses_a_press_adds_and_loses_none() {
    // The tone of the second was not heard.
    assert_eq!(
        counted(&[
            ('5', Rtp, 0),
            ('5', InBand, 80),
            ('5', Rtp, 200),
            ('5', Rtp, 400),
            ('5', InBand, 480),
            ('7', Rtp, 600),
            ('7', InBand, 680),
        ]),
        "5557"
    );
    // Nor that of the first; then the event of the third was lost.
    assert_eq!(
        counted(&[
            ('5', Rtp, 0),
            ('5', Rtp, 200),
            ('5', InBand, 280),
            ('5', InBand, 900),
        ]),
        "555"
    );
}

#[test]
fn a_late_arrival_is_another_press() {
    assert_eq!(counted(&[('5', Rtp, 0), ('5', InBand, 400)]), "55");
    assert_eq!(counted(&[('5', Rtp, 0), ('5', Info, 2_000)]), "55");
    // Only an INFO may be so late: nothing overtakes the sound by more than the jitter buffer.
    assert_eq!(counted(&[('5', Info, 0), ('5', Rtp, 1_000)]), "55");
}

#[test]
fn an_info_that_was_sent_again_comes_after_later_ones() {
    assert_eq!(
        counted(&[
            ('1', Rtp, 0),
            ('2', Rtp, 200),
            ('2', Info, 220),
            ('1', Info, 520),
        ]),
        "12"
    );
}

proptest! {
    /// A phone sends every press in the same ways, each with a delay of its own.
    #[test]
    fn every_press_counts_once(
        presses in prop::collection::vec(("[0-3]", 4u64..60), 1..20),
        ways in prop::sample::subsequence(vec![Rtp, Info, InBand], 1..=3),
        delays in prop::collection::vec((0u64..8, 0u64..=60, 0u64..7), 20),
    ) {
        let mut arrivals = Vec::new();
        let mut at = 0;
        for ((c, apart), &(rtp, info, in_band)) in presses.iter().zip(&delays) {
            at += apart;
            for &way in &ways {
                // A tone comes after it began, an event in order, an INFO whenever.
                let delay = match way { Rtp => rtp, Info => info, InBand => 2 + in_band };
                arrivals.push((at + delay, c.chars().next().unwrap(), way));
            }
        }
        arrivals.sort_by_key(|&(at, ..)| at);
        let mut merger = Presses::default();
        let mut got: Vec<char> = arrivals
            .iter()
            .filter(|&&(at, c, way)| merger.press(key(c), way, at))
            .map(|&(_, c, _)| c)
            .collect();
        let mut expected: Vec<char> =
            presses.iter().map(|(c, _)| c.chars().next().unwrap()).collect();
        got.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn one_way_alone_loses_nothing(presses in prop::collection::vec((0u8..16, 0u64..100), 1..200)) {
        for way in [Rtp, Info, InBand] {
            let (mut merger, mut at) = (Presses::default(), 0);
            for &(code, apart) in &presses {
                at += apart;
                prop_assert!(merger.press(Key::from_code(code).unwrap(), way, at));
            }
            prop_assert!(merger.recent.len() <= REMEMBERED);
        }
    }
}
