//! How long a caller must be silent to have finished: decided anew as more is known, never by
//! silence alone.
//!
//! Who has given a complete answer is answered at once; who stops at "I'd like to" is waited for.
//! Callers differ in pace, so what they showed in this call counts too. Milliseconds in, milliseconds
//! out; nothing is heard or timed here.

use crate::dialplan::Completeness;

/// How long is waited for a quick and for a slow caller: after a complete answer (people leave each
/// other some 200 ms),
const COMPLETE: [u32; 2] = [260, 600];
/// after one that may yet be added to,
const LIKELY: [u32; 2] = [340, 700];
/// after what may or may not be all,
const UNCLEAR: [u32; 2] = [700, 1_000];
/// after what cannot be all, or while it is not known yet what was said,
const UNFINISHED: [u32; 2] = [1_200, 1_600];
/// and after what cannot be all of a number: callers read it from a card.
const DIGITS: [u32; 2] = [1_800, 2_400];
/// What a caller who was cut off is given more after complete answers from then on.
const CUT_OFF: u32 = 200;
/// Shorter silence is no pause but part of a word.
const SHORTEST_PAUSE: u32 = 200;

/// One caller's endpointing.
#[derive(Debug, Default)]
pub struct Endpointing {
    /// The longest pauses that this caller makes within what they say.
    pause: u32,
    /// Of being cut off.
    more: u32,
}

impl Endpointing {
    /// After how much silence the caller has finished. `None`: their words are not known yet.
    /// `number`: they were asked for one.
    pub fn patience(&self, words: Option<Completeness>, number: bool) -> u32 {
        let (wait, [least, most]) = match words {
            Some(Completeness::Complete) => (self.pause / 2 + self.more, COMPLETE),
            Some(Completeness::Likely) => (self.pause * 3 / 4 + self.more, LIKELY),
            Some(Completeness::Unclear) => (self.pause + 100, UNCLEAR),
            Some(Completeness::Unfinished) if number => (self.pause + 400, DIGITS),
            Some(Completeness::Unfinished) | None => (self.pause + 400, UNFINISHED),
        };
        wait.clamp(least, most)
    }

    /// The caller went on after that much silence.
    pub fn went_on(&mut self, silent_ms: u32) {
        if silent_ms >= SHORTEST_PAUSE {
            // The longest counts, and is slowly forgotten.
            self.pause = silent_ms.max(self.pause - self.pause / 8);
        }
    }

    /// The caller went on when they had been taken to have finished.
    pub fn cut_off(&mut self) {
        let [least, _] = COMPLETE;
        self.more = self.more.max(least) + CUT_OFF;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Completeness::*;
    use proptest::prelude::*;

    #[test]
    fn who_has_finished_is_answered_soon_and_who_has_not_is_waited_for() {
        let caller = Endpointing::default();
        assert_eq!(caller.patience(Some(Complete), false), 260);
        assert_eq!(caller.patience(Some(Likely), false), 340);
        assert_eq!(caller.patience(Some(Unclear), false), 700);
        assert_eq!(caller.patience(Some(Unfinished), false), 1_200);
        assert_eq!(caller.patience(None, false), 1_200);
    }

    #[test]
    fn half_a_number_is_waited_for_longer() {
        let caller = Endpointing::default();
        assert_eq!(caller.patience(Some(Unfinished), true), 1_800);
        assert_eq!(caller.patience(Some(Complete), true), 260);
    }

    #[test]
    fn a_caller_who_pauses_is_given_time() {
        let mut caller = Endpointing::default();
        caller.went_on(800);
        assert_eq!(caller.patience(Some(Complete), false), 400);
        assert_eq!(caller.patience(Some(Likely), false), 600);
        assert_eq!(caller.patience(Some(Unclear), false), 900);
        // The closure of a consonant is no pause, and quick speech is believed in time.
        caller.went_on(180);
        assert_eq!(caller.patience(Some(Complete), false), 400);
        for _ in 0..20 {
            caller.went_on(220);
        }
        assert_eq!(caller.patience(Some(Complete), false), 260);
    }

    #[test]
    fn who_was_cut_off_is_not_cut_off_again_so_soon() {
        let mut caller = Endpointing::default();
        caller.cut_off();
        assert_eq!(caller.patience(Some(Complete), false), 460);
        caller.cut_off();
        assert_eq!(caller.patience(Some(Complete), false), 600);
    }

    proptest! {
        #[test]
        fn nobody_is_waited_for_without_end(pauses: Vec<u16>, cut_off in 0u8..20) {
            let mut caller = Endpointing::default();
            pauses.iter().for_each(|&pause| caller.went_on(u32::from(pause)));
            (0..cut_off).for_each(|_| caller.cut_off());
            let waits = [Some(Complete), Some(Likely), Some(Unclear), Some(Unfinished), None];
            for (words, longest) in waits.into_iter().zip([600, 700, 1_000, 1_600, 1_600]) {
                let patience = caller.patience(words, false);
                prop_assert!((260..=longest).contains(&patience));
            }
        }
    }
}
