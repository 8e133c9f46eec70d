//! What callers are told by each way of estimating waits.

use crate::day::CONFIGURED;
use zeroline::human::{Announcement, Announcer, Crowd, Estimator, Minutes, Place};

pub const METHODS: usize = 4;
pub const NAMES: [&str; METHODS] = [
    "Zeroline",
    "Asterisk's moving average",
    "last to enter service",
    "queue length",
];
pub const OURS: usize = 0;

/// What they believe is looked at this often, in seconds.
const LOOKED_AT: u64 = 10;
/// The others speak when Asterisk does: when the position has changed, or after a minute, and
/// 15 s apart.
const APART: u64 = 15;
const EVERY: u64 = 60;
/// How long an announcement is, in seconds; the first one names the ways out.
const FIRST_SPOKEN: u64 = 14;
const SPOKEN: u64 = 7;
/// News of the wait is as old as this at most.
const FRESH: u64 = 15;

/// All that was said to one caller by one method; times in seconds since they came.
#[derive(Default)]
pub struct Heard {
    pub numbers: Vec<Number>,
    /// What they believe when they look at the clock.
    pub beliefs: Vec<Belief>,
    /// Of ours: when an announcement was made, and at which position.
    pub positions: Vec<(u64, usize)>,
    pub longer_than_expected: bool,
}

/// How long they have waited, and what is left of the last number by then: of a range, the middle of
/// what is left of it, or of its middle.
pub struct Belief {
    pub waited: f64,
    pub left: f64,
    pub left_of_middle: f64,
}

/// A wait that was said, in seconds from when it was said.
#[derive(Clone, Copy)]
pub struct Number {
    pub at: f64,
    pub middle: f64,
    pub range: Option<(f64, f64)>,
}

#[derive(Default)]
pub struct Methods {
    estimator: Estimator,
    /// Asterisk's `holdtime`, in whole seconds.
    hold_time: u64,
    last_answered: u64,
}

/// One caller's ears.
#[derive(Default)]
pub struct Listener {
    announcer: Announcer,
    silent_from: u64,
    known: Option<(u64, u64)>,
    told: Option<(u64, usize)>,
}

/// What there is to know of one caller at a moment; times in seconds.
pub struct Moment<'a> {
    pub now: u64,
    pub waited: u64,
    pub position: usize,
    pub staffed: usize,
    pub changes: u64,
    pub crowd: &'a dyn Fn() -> Crowd,
}

impl Methods {
    pub fn served(&mut self, took: u64) {
        self.estimator.served(1000 * took);
    }

    pub fn left(&mut self, now: u64, waited: u64, answered: bool) {
        self.estimator.left(1000 * now, 1000 * waited, answered);
        if answered {
            // app_queue.c, recalc_holdtime: three parts of what it was, one of what was waited.
            self.hold_time = (3 * self.hold_time + waited) / 4;
            self.last_answered = waited;
        }
    }

    pub fn tell(&self, moment: &Moment, ears: &mut Listener, heard: &mut [Heard; METHODS]) {
        self.ours(moment, ears, &mut heard[OURS]);
        let due = ears.told.is_none_or(|(at, position)| {
            let since = moment.now - at;
            since >= APART && (position != moment.position || since >= EVERY)
        });
        if due {
            ears.told = Some((moment.now, moment.position));
            let waited = moment.waited as f64;
            // app_queue.c, say_position: the distance to the average, also when that is past.
            let asterisk = (self.hold_time as f64 - waited).abs();
            let last = (self.last_answered as f64 - waited).max(0.0);
            let length = moment.position as f64 * CONFIGURED / moment.staffed.max(1) as f64;
            for (heard, middle) in heard.iter_mut().skip(1).zip([asterisk, last, length]) {
                heard.numbers.push(Number {
                    at: waited,
                    middle,
                    range: None,
                });
            }
        }
        if moment.waited.is_multiple_of(LOOKED_AT) {
            heard.iter_mut().for_each(|heard| heard.look(moment.waited));
        }
    }

    fn ours(&self, moment: &Moment, ears: &mut Listener, heard: &mut Heard) {
        let speaking = moment.now < ears.silent_from;
        let is_old =
            |(changes, at): (u64, u64)| changes != moment.changes || moment.now >= at + FRESH;
        // Sooner nothing may be said, so no news is needed.
        let may_be_said = ears.silent_from == 0 || moment.now >= ears.silent_from + APART - 1;
        if may_be_said && ears.known.is_none_or(is_old) {
            ears.known = Some((moment.changes, moment.now));
            ears.announcer.know(Place {
                position: moment.position,
                wait: self.estimator.wait(1000 * moment.now, &(moment.crowd)()),
            });
        }
        let Some(announcement) = ears.announcer.tick(1000 * moment.waited, speaking) else {
            return;
        };
        let (position, wait, spoken) = match announcement {
            Announcement::Entered { position, wait } => (position, wait, FIRST_SPOKEN),
            Announcement::Better { position, wait } | Announcement::Still { position, wait } => {
                (position, wait, SPOKEN)
            }
            Announcement::LongerThanExpected { position } => {
                heard.longer_than_expected = true;
                (position, None, SPOKEN)
            }
        };
        ears.silent_from = moment.now + spoken;
        heard.positions.push((moment.waited, position));
        if let Some(Minutes { least, most }) = wait {
            let range = (60.0 * f64::from(least), 60.0 * f64::from(most));
            heard.numbers.push(Number {
                at: moment.waited as f64,
                middle: (range.0 + range.1) / 2.0,
                range: Some(range),
            });
        }
    }
}

impl Heard {
    /// Once they know that it was wrong, nothing is left of it.
    fn look(&mut self, waited: u64) {
        let Some(last) = self.numbers.last() else {
            return;
        };
        let waited = waited as f64;
        let (least, most) = last.range.unwrap_or((last.middle, last.middle));
        let left = |of: f64| (of - (waited - last.at)).max(0.0);
        let over = self.longer_than_expected;
        let unless_over = |left: f64| if over { 0.0 } else { left };
        self.beliefs.push(Belief {
            waited,
            left: unless_over((left(least) + left(most)) / 2.0),
            left_of_middle: unless_over(left(last.middle)),
        });
    }

    /// A later number is greater than an earlier one, in minutes as they are spoken.
    pub fn grows(&self) -> bool {
        let minutes = |number: &Number| match number.range {
            Some((_, most)) => (most / 60.0) as u64,
            None => (number.middle / 60.0).round() as u64,
        };
        let said: Vec<u64> = self.numbers.iter().map(minutes).collect();
        said.windows(2).any(|two| two[0] < two[1])
    }

    /// A later number, counted from when it was said, ends after an earlier one; or the position got
    /// worse.
    pub fn moves_back(&self) -> bool {
        let end = |number: &Number| number.at + number.range.map_or(number.middle, |range| range.1);
        self.numbers
            .windows(2)
            .any(|two| end(&two[0]) < end(&two[1]))
            || self.positions.windows(2).any(|two| two[0].1 < two[1].1)
    }
}
