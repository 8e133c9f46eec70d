//! What a waiting caller is told of their place and wait, and when. It decides; it says nothing itself.
//!
//! Soon after they enter, position and wait; then when one of the two got better, and else every 60 to
//! 90 s, never more often than every 15 s. What was said is kept to, counted from when it was said:
//! no later position is worse, no later wait ends after the end of an earlier one. Once that end is past they
//! hear that it takes longer than expected, and no number again.
//!
//! Use: [`Announcer::know`] with the latest news, [`Announcer::tick`] with each frame, or as often as
//! one likes; what it returns is taken as being said from that moment on.

#[cfg(test)]
mod tests;

use super::estimate::Wait;
use serde::{Deserialize, Serialize};

const MINUTE_MS: u64 = 60_000;
/// From the beginning of one announcement to the next, and from its end if it is heard longer.
const APART_MS: u64 = 15_000;
/// Without news something is said after this long at the earliest, and at the latest.
const SILENCE_MS: u64 = 60_000;
const LONGEST_SILENCE_MS: u64 = 90_000;
/// Where only less may be said than is believed by now, so many parts of a hundred less at most.
const SHORT_OF: u64 = 85;

/// What the queue says about a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From 1.
    pub position: usize,
    /// From now on.
    pub wait: Option<Wait>,
}

/// What is said to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Announcement {
    /// The first, with the ways out.
    Entered {
        position: usize,
        wait: Option<Minutes>,
    },
    /// Position or wait got better.
    Better {
        position: usize,
        wait: Option<Minutes>,
    },
    /// Nothing new; it shows that we are still there.
    Still {
        position: usize,
        wait: Option<Minutes>,
    },
    /// The wait that was said is over: with the offer of a call-back again.
    LongerThanExpected { position: usize },
}

/// Whole minutes. `least == most` is one number, `least: 0` is "less than `most`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// Rounded down.
    pub least: u32,
    /// Rounded up; at least 1.
    pub most: u32,
}

/// What one caller was told. Times are in ms since the caller entered the queue.
#[derive(Debug, Clone, Default)]
pub struct Announcer {
    news: Option<News>,
    said: Option<Said>,
    /// Something has been heard without a break since our last announcement began.
    heard: bool,
}

#[derive(Debug, Clone, Copy)]
struct News {
    place: Place,
    /// Counted from the first moment at which it could be said.
    since_ms: Option<u64>,
}

/// What the caller has heard, over all announcements.
#[derive(Debug, Clone, Copy)]
struct Said {
    began_ms: u64,
    /// As far as is known.
    ended_ms: u64,
    /// The best.
    position: usize,
    promise: Promise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// No number was said.
    None,
    /// By when they are answered, by the narrowest that was said.
    By { least_ms: u64, most_ms: u64 },
    /// It was not kept, and they know.
    Over,
}

impl Announcer {
    pub fn new() -> Announcer {
        Announcer::default()
    }

    /// The latest news.
    pub fn know(&mut self, place: Place) {
        self.news = Some(News {
            place,
            since_ms: None,
        });
    }

    /// What to say now, if anything. `speaking`: something is being said to the caller, or they speak;
    /// nothing is begun then, and what was to be said is said after it.
    pub fn tick(&mut self, at_ms: u64, speaking: bool) -> Option<Announcement> {
        let place = self.place(at_ms)?;
        self.heard &= speaking;
        if let Some(said) = &mut self.said
            && self.heard
        {
            said.ended_ms = at_ms;
        }
        if speaking {
            return None;
        }
        let announcement = self.due(at_ms, place)?;
        self.say(at_ms, announcement);
        Some(announcement)
    }

    /// The caller asks how long it takes: the truth as far as what was said before allows, at any time;
    /// `None` before there is any news.
    pub fn asked(&mut self, at_ms: u64) -> Option<Announcement> {
        let place = self.place(at_ms)?;
        let position = self.position(place);
        let wait = self.sayable(at_ms, place);
        let announcement = match self.said {
            None => Announcement::Entered { position, wait },
            Some(said) if said.is_broken(at_ms, place) => {
                Announcement::LongerThanExpected { position }
            }
            Some(_) => Announcement::Still { position, wait },
        };
        self.say(at_ms, announcement);
        Some(announcement)
    }

    fn due(&self, at_ms: u64, place: Place) -> Option<Announcement> {
        let position = self.position(place);
        let wait = self.sayable(at_ms, place);
        let Some(said) = self.said else {
            return Some(Announcement::Entered { position, wait });
        };
        if at_ms < said.began_ms + APART_MS || at_ms < said.ended_ms + APART_MS {
            return None;
        }
        if said.is_over(at_ms) {
            return Some(Announcement::LongerThanExpected { position });
        }
        if position < said.position || wait.is_some_and(|wait| said.is_bettered(at_ms, wait)) {
            return Some(Announcement::Better { position, wait });
        }
        (at_ms >= said.next_sign_ms()).then_some(Announcement::Still { position, wait })
    }

    /// The news, as it is at this moment.
    fn place(&mut self, at_ms: u64) -> Option<Place> {
        let news = self.news.as_mut()?;
        let since_ms = *news.since_ms.get_or_insert(at_ms);
        let passed = at_ms.saturating_sub(since_ms);
        let wait = news.place.wait.map(|wait| Wait {
            least_ms: wait.least_ms.saturating_sub(passed),
            most_ms: wait.most_ms.saturating_sub(passed),
        });
        Some(Place { wait, ..news.place })
    }

    /// The best that is true or was said before.
    fn position(&self, place: Place) -> usize {
        let said = self.said.map_or(usize::MAX, |said| said.position);
        place.position.max(1).min(said)
    }

    /// What may be said of the wait: what is believed, within what was said before. Nothing where that
    /// would be much less than is believed.
    fn sayable(&self, at_ms: u64, place: Place) -> Option<Minutes> {
        let Wait { least_ms, most_ms } = place.wait?;
        let least = least_ms / MINUTE_MS;
        let most = most_ms.div_ceil(MINUTE_MS).max(1);
        let (least, most) = match self.said.map_or(Promise::None, |said| said.promise) {
            Promise::None => (least, most),
            Promise::Over => return None,
            Promise::By {
                least_ms: promised_least,
                most_ms: promised,
            } => {
                let left = promised.saturating_sub(at_ms) / MINUTE_MS;
                if left == 0 || most_ms / 100 * SHORT_OF > left * MINUTE_MS {
                    return None;
                }
                let least_left = promised_least.saturating_sub(at_ms) / MINUTE_MS;
                (least.min(least_left), most.min(left))
            }
        };
        Some(Minutes {
            least: u32::try_from(least.min(most)).unwrap_or(u32::MAX),
            most: u32::try_from(most).unwrap_or(u32::MAX),
        })
    }

    fn say(&mut self, at_ms: u64, announcement: Announcement) {
        let (position, wait) = match announcement {
            Announcement::Entered { position, wait }
            | Announcement::Better { position, wait }
            | Announcement::Still { position, wait } => (position, wait),
            Announcement::LongerThanExpected { position } => (position, None),
        };
        let before = self.said.map_or(Promise::None, |said| said.promise);
        let promise = match (announcement, wait) {
            (Announcement::LongerThanExpected { .. }, _) => Promise::Over,
            (_, None) => before,
            (_, Some(wait)) => Promise::By {
                least_ms: at_ms + u64::from(wait.least) * MINUTE_MS,
                most_ms: at_ms + u64::from(wait.most) * MINUTE_MS,
            },
        };
        self.heard = true;
        self.said = Some(Said {
            began_ms: at_ms,
            ended_ms: at_ms,
            position,
            promise,
        });
    }
}

impl Said {
    /// The wait that was said is past, and they have not heard so yet.
    fn is_over(&self, at_ms: u64) -> bool {
        matches!(self.promise, Promise::By { most_ms, .. } if most_ms <= at_ms)
    }

    /// It is past, or will be for sure.
    fn is_broken(&self, at_ms: u64, place: Place) -> bool {
        match self.promise {
            Promise::None => false,
            Promise::By { most_ms, .. } => {
                let least_ms = place.wait.map_or(0, |wait| wait.least_ms);
                most_ms <= at_ms + least_ms
            }
            Promise::Over => true,
        }
    }

    /// `wait` from now on is new to them: a first number, or an end that is a minute earlier.
    fn is_bettered(&self, at_ms: u64, wait: Minutes) -> bool {
        match self.promise {
            Promise::None => true,
            Promise::By { most_ms, .. } => {
                at_ms + (u64::from(wait.most) + 1) * MINUTE_MS <= most_ms
            }
            Promise::Over => false,
        }
    }

    /// When something is said although nothing is new: as soon as what is left of the wait is a whole
    /// number of minutes, because any other would have to be rounded down.
    fn next_sign_ms(&self) -> u64 {
        let earliest = self.began_ms + SILENCE_MS;
        let latest = self.began_ms + LONGEST_SILENCE_MS;
        match self.promise {
            Promise::By { most_ms, .. } if most_ms > earliest => {
                let whole = earliest + (most_ms - earliest) % MINUTE_MS;
                if whole <= latest { whole } else { earliest }
            }
            _ => earliest,
        }
    }
}
