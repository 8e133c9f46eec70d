//! Whether a trunk can be called over: what its registration or its answers to OPTIONS say, and how the
//! last call over it went. Sans-IO.

use super::digest::Millis;

/// After a call that failed by its fault, other trunks are tried first for so long.
const PASSED_OVER_MS: Millis = 60_000;

/// What is known of one trunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Available {
    /// Up or down, why, and since when; nothing before the first answer.
    heard: Option<(bool, String, Millis)>,
    passed_over_until: Option<Millis>,
}

impl Available {
    /// It is up or down; says whether that is news.
    pub fn heard(&mut self, now: Millis, up: bool, how: &str) -> bool {
        match &mut self.heard {
            Some((was, why, _)) if *was == up => {
                how.clone_into(why);
                false
            }
            heard => {
                *heard = Some((up, how.to_owned(), now));
                true
            }
        }
    }

    /// A call failed by its fault.
    pub fn failed(&mut self, now: Millis) {
        self.passed_over_until = Some(now.saturating_add(PASSED_OVER_MS));
    }

    /// A call went through.
    pub fn worked(&mut self) {
        self.passed_over_until = None;
    }

    pub fn is_passed_over(&self, now: Millis) -> bool {
        self.passed_over_until.is_some_and(|until| now < until)
    }

    /// Up, down, or nothing heard yet.
    pub fn up(&self) -> Option<bool> {
        self.heard.as_ref().map(|(up, ..)| *up)
    }

    pub fn how(&self) -> Option<(&str, Millis)> {
        self.heard
            .as_ref()
            .map(|(_, how, since)| (how.as_str(), *since))
    }

    /// The less, the sooner it is tried: a trunk that is said to be down is tried last, not never.
    fn rank(&self, now: Millis) -> u8 {
        match (self.up(), self.is_passed_over(now)) {
            (Some(false), _) => 2,
            (_, true) => 1,
            _ => 0,
        }
    }
}

/// In which order they are tried: as written, those that are not well after the others.
pub(super) fn order(now: Millis, trunks: &[Available]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..trunks.len()).collect();
    order.sort_by_key(|at| trunks.get(*at).map(|trunk| trunk.rank(now)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunks_are_tried_as_written_and_those_that_are_not_well_after_the_others() {
        let mut trunks = vec![Available::default(); 3];
        assert_eq!(order(0, &trunks), [0, 1, 2], "nothing was heard yet");
        assert!(trunks[0].heard(0, false, "no answer"));
        assert!(trunks[1].heard(0, true, "200"));
        assert_eq!(order(0, &trunks), [1, 2, 0]);
        trunks[1].failed(1_000);
        assert_eq!(order(1_000, &trunks), [2, 1, 0]);
        assert_eq!(order(1_000 + PASSED_OVER_MS, &trunks), [1, 2, 0]);
        trunks[2].failed(1_000);
        trunks[2].worked();
        assert_eq!(order(1_000, &trunks), [2, 1, 0]);
        assert!(trunks[0].heard(2_000, true, "200"));
        assert_eq!(order(2_000, &trunks), [0, 2, 1]);
    }

    #[test]
    fn only_a_change_is_news_and_the_reason_is_the_latest() {
        let mut trunk = Available::default();
        assert!(trunk.heard(1, false, "no answer"));
        assert!(!trunk.heard(2, false, "503 Busy"));
        assert_eq!(trunk.how(), Some(("503 Busy", 1)));
        assert!(trunk.heard(3, true, "200 OK"));
        assert_eq!(trunk.how(), Some(("200 OK", 3)));
    }
}
