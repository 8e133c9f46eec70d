//! A number, key by key: how long it may be, when it is complete, how it is corrected.
//!
//! [`Collector`] is told of keys and of time, in frames of the call, and says when the number is
//! there. It says nothing to the caller, and nobody is put through from here.
//!
//! **0 is a digit and the way to a person.** Nothing but zeros is never a number, but a request for
//! a person: a lone 0 that nothing follows, and also the 0, 0, 0 of somebody who has had enough.
//! With any other digit beside them zeros are digits. So a caller who is asked for a number and
//! presses 0 gets a person after the pause between two digits; one who gives up in the
//! middle of a number gets there with a 0 once the number was found to be too short. (A number that
//! consists of zeros, such as the PIN 0000, gets a person too: that does less harm than not to
//! get one when one wants to.)
//!
//! **`*` corrects:** once, it takes back the last digit; twice in a row, everything.

use crate::audio::Key;

/// What number is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Fewer digits than this are no answer.
    pub least: usize,
    /// With this many it is complete; at least 1.
    pub most: usize,
    /// Completes it earlier: `#` nearly everywhere. `None` if there is no such key.
    pub terminator: Option<Key>,
    /// Frames until the first key.
    pub first: u64,
    /// Frames from one key to the next.
    pub between: u64,
}

/// What came of a key or of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    /// It goes on.
    More,
    /// `*` was pressed.
    Corrected,
    /// The number.
    Done(String),
    /// Too few digits when the terminator was pressed or the time was over; maybe none.
    TooShort(String),
    /// The caller wants a person.
    Person,
}

/// Collects one number after the other.
#[derive(Debug)]
pub struct Collector {
    wanted: Wanted,
    digits: String,
    /// The last key was `*`.
    corrected: bool,
    /// The last key, or the beginning.
    since: u64,
}

impl Collector {
    /// Begins to wait for the first key at frame `now`.
    pub fn new(wanted: Wanted, now: u64) -> Collector {
        Collector {
            wanted,
            digits: String::new(),
            corrected: false,
            since: now,
        }
    }

    /// Takes a key. After anything but [`Collected::More`] and [`Collected::Corrected`]
    /// the next number begins.
    pub fn press(&mut self, key: Key, now: u64) -> Collected {
        self.since = now;
        let again = std::mem::take(&mut self.corrected);
        if Some(key) == self.wanted.terminator {
            // Before the first digit it belongs to the number before, which was complete without.
            return match self.digits.is_empty() {
                true => Collected::More,
                false => self.finish(),
            };
        }
        match key.to_char() {
            '*' => {
                match again {
                    true => self.digits.clear(),
                    false => _ = self.digits.pop(),
                }
                self.corrected = true;
                Collected::Corrected
            }
            digit @ '0'..='9' => {
                self.digits.push(digit);
                match self.digits.len() >= self.wanted.most {
                    true => self.finish(),
                    false => Collected::More,
                }
            }
            _ => Collected::More,
        }
    }

    /// To be called as time goes by, once a frame or less.
    pub fn tick(&mut self, now: u64) -> Collected {
        let limit = match self.digits.is_empty() && !self.corrected {
            true => self.wanted.first,
            false => self.wanted.between,
        };
        if now.saturating_sub(self.since) < limit {
            return Collected::More;
        }
        self.since = now;
        self.corrected = false;
        self.finish()
    }

    fn finish(&mut self) -> Collected {
        let digits = std::mem::take(&mut self.digits);
        if !digits.is_empty() && digits.bytes().all(|digit| digit == b'0') {
            Collected::Person
        } else if !digits.is_empty() && digits.len() >= self.wanted.least {
            Collected::Done(digits)
        } else {
            Collected::TooShort(digits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WANTED: Wanted = Wanted {
        least: 3,
        most: 5,
        terminator: Key::from_code(11),
        first: 400,
        between: 150,
    };

    fn key(c: char) -> Key {
        Key::from_char(c).unwrap()
    }

    /// What comes of these keys, 20 frames apart, and of waiting after them; and when.
    fn collected(wanted: Wanted, keys: &str) -> (Collected, u64) {
        let mut collector = Collector::new(wanted, 0);
        let mut now = 0;
        for c in keys.chars() {
            for _ in 0..20 {
                now += 1;
                assert_eq!(collector.tick(now), Collected::More);
            }
            match collector.press(key(c), now) {
                Collected::More | Collected::Corrected => {}
                end => return (end, now),
            }
        }
        loop {
            now += 1;
            match collector.tick(now) {
                Collected::More => {}
                end => return (end, now),
            }
        }
    }

    fn done(digits: &str, at: u64) -> (Collected, u64) {
        (Collected::Done(digits.to_owned()), at)
    }

    fn too_short(digits: &str, at: u64) -> (Collected, u64) {
        (Collected::TooShort(digits.to_owned()), at)
    }

    #[test]
    fn a_number_is_complete_when_it_is_long_enough() {
        assert_eq!(collected(WANTED, "12345"), done("12345", 100));
        assert_eq!(collected(WANTED, "123#"), done("123", 80));
        assert_eq!(collected(WANTED, "1234"), done("1234", 80 + 150));
    }

    #[test]
    fn too_few_digits_are_no_number() {
        assert_eq!(collected(WANTED, ""), too_short("", 400));
        assert_eq!(collected(WANTED, "12"), too_short("12", 40 + 150));
        assert_eq!(collected(WANTED, "12#"), too_short("12", 60));
        let nothing_is_enough = Wanted { least: 0, ..WANTED };
        assert_eq!(collected(nothing_is_enough, ""), too_short("", 400));
    }

    #[test]
    fn a_terminator_before_the_first_digit_belongs_to_the_number_before() {
        assert_eq!(collected(WANTED, "#12345"), done("12345", 120));
        assert_eq!(collected(WANTED, "#"), too_short("", 20 + 400));
    }

    #[test]
    fn zero_alone_reaches_a_person() {
        assert_eq!(collected(WANTED, "0"), (Collected::Person, 20 + 150));
        assert_eq!(collected(WANTED, "00"), (Collected::Person, 40 + 150));
        assert_eq!(collected(WANTED, "0#"), (Collected::Person, 40));
        assert_eq!(collected(WANTED, "00000"), (Collected::Person, 100));
        let one = Wanted {
            least: 1,
            most: 1,
            ..WANTED
        };
        assert_eq!(collected(one, "0"), (Collected::Person, 20), "at once");
    }

    #[test]
    fn zero_beside_other_digits_is_a_digit() {
        assert_eq!(collected(WANTED, "00100"), done("00100", 100));
        assert_eq!(collected(WANTED, "0120"), done("0120", 80 + 150));
        assert_eq!(collected(WANTED, "100#"), done("100", 80));
        assert_eq!(collected(WANTED, "10"), too_short("10", 40 + 150));
    }

    #[test]
    fn a_caller_who_gives_up_in_the_middle_reaches_a_person_with_zero() {
        let mut collector = Collector::new(WANTED, 0);
        collector.press(key('1'), 10);
        assert_eq!(collector.press(key('0'), 20), Collected::More);
        assert_eq!(collector.tick(170), Collected::TooShort("10".to_owned()));
        assert_eq!(collector.press(key('0'), 300), Collected::More);
        assert_eq!(collector.tick(450), Collected::Person);
    }

    #[test]
    fn star_takes_back_the_last_digit_and_twice_everything() {
        assert_eq!(collected(WANTED, "124*345"), done("12345", 140));
        assert_eq!(collected(WANTED, "99**123#"), done("123", 160));
        assert_eq!(collected(WANTED, "12*3*45#"), done("145", 160));
        assert_eq!(collected(WANTED, "10*"), too_short("1", 60 + 150));
        assert_eq!(collected(WANTED, "1*0"), (Collected::Person, 60 + 150));
        assert_eq!(collected(WANTED, "*"), too_short("", 20 + 150));
    }

    #[test]
    fn other_keys_are_no_digits() {
        assert_eq!(collected(WANTED, "1A2B3"), done("123", 100 + 150));
        let hash_is_nothing = Wanted {
            terminator: None,
            ..WANTED
        };
        assert_eq!(collected(hash_is_nothing, "1#2345"), done("12345", 120));
    }

    proptest! {
        /// Whatever is pressed: an end comes, and zeros alone never make a number.
        #[test]
        fn every_caller_gets_an_answer(keys in "[0-9*#A]{0,20}", least in 0usize..6, most in 0usize..8) {
            let wanted = Wanted { least, most, ..WANTED };
            match collected(wanted, &keys).0 {
                Collected::Done(digits) => {
                    prop_assert!(digits.len() >= least.max(1) && digits.len() <= most.max(1));
                    prop_assert!(digits.contains(|digit| digit != '0'));
                }
                Collected::TooShort(digits) => prop_assert!(digits.len() < least.max(1)),
                Collected::Person => prop_assert!(keys.contains('0')),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
