//! The wait in a queue that is not ours, from what its telephone system says of it: only its length, who
//! is there, and averages.

use super::Minutes;

/// A queue as it is seen from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outside {
    pub waiting: usize,
    /// Logged in and not paused; busy ones count.
    pub staffed: usize,
    pub free: usize,
    /// Averages, in seconds; 0 where there were none yet.
    pub talk_s: u32,
    pub hold_s: u32,
}

/// How far from its middle a wait usually ends: the time until each of several conversations ends varies
/// as much as that time itself, and there is nothing here to learn from.
const SHORTEST: f64 = 0.5;
const LONGEST: f64 = 1.7;

/// What may be said of the wait of one who comes now; `None` where nothing is known.
pub fn roughly(queue: &Outside) -> Option<Minutes> {
    if queue.free > queue.waiting {
        return Some(Minutes { least: 0, most: 1 });
    }
    let (talk, hold) = (f64::from(queue.talk_s), f64::from(queue.hold_s));
    let middle_s = match queue.staffed {
        0 => return None,
        staffed if talk > 0.0 => (queue.waiting + 1) as f64 * talk / staffed as f64,
        _ if hold > 0.0 => hold,
        _ => return None,
    };
    let most = (middle_s * LONGEST / 60.0).ceil().max(1.0) as u32;
    let least = (middle_s * SHORTEST / 60.0).floor() as u32;
    Some(Minutes {
        least: least.min(most),
        most,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(queue: Outside) -> Option<(u32, u32)> {
        roughly(&queue).map(|wait| (wait.least, wait.most))
    }

    #[test]
    fn the_wait_grows_with_the_queue_and_shrinks_with_who_is_there() {
        let queue = Outside {
            waiting: 3,
            staffed: 2,
            talk_s: 180,
            ..Outside::default()
        };
        assert_eq!(said(queue), Some((3, 11)));
        assert_eq!(
            said(Outside {
                staffed: 4,
                ..queue
            }),
            Some((1, 6))
        );
        let free = Outside {
            waiting: 0,
            free: 1,
            ..queue
        };
        assert_eq!(said(free), Some((0, 1)));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        assert_eq!(said(Outside::default()), None);
        let fresh = Outside {
            waiting: 2,
            staffed: 1,
            ..Outside::default()
        };
        assert_eq!(said(fresh), None);
        assert_eq!(
            said(Outside {
                hold_s: 120,
                ..fresh
            }),
            Some((1, 4))
        );
        // Averages mean nothing where nobody answers.
        let deserted = Outside {
            staffed: 0,
            talk_s: 60,
            hold_s: 60,
            ..fresh
        };
        assert_eq!(said(deserted), None);
    }
}
