//! Which sentences are for which occasion; what they are is each language's.

use super::{Dialplan, Nobody, Told, english, mandarin};
use crate::understand::Language;

/// All that one language has to say to who waits.
pub(super) struct Sentences {
    pub next: &'static str,
    pub kept: &'static str,
    pub ways: &'static str,
    pub ways_and_call_back: &'static str,
    pub still: &'static str,
    pub longer: &'static str,
    pub call_back: &'static str,
    pub unknown: &'static str,
    pub answering: &'static str,
    pub back: &'static str,
    pub hang_up: &'static str,
    pub cancelled: &'static str,
    pub not_cancelled: &'static str,
    pub not_called: &'static str,
    pub message: &'static str,
    pub listened_to: &'static str,
    pub empty: &'static str,
    pub empty_again: &'static str,
    pub nobody_before: &'static str,
    pub one_before: &'static str,
    pub offer_person: &'static str,
    pub keeps: &'static str,
    pub closed: &'static str,
    pub not_staffed: &'static str,
    pub full: &'static str,
    pub too_long: &'static str,
    pub stopping: &'static str,
    pub stopping_keeps: &'static str,
    pub ways_out: &'static str,
    pub ways_out_but_call_back: &'static str,
    /// Those of `wait` that have no number in them.
    pub short_waits: &'static [&'static str],
    /// The least and the most minutes, as in [`Told`].
    pub wait: fn((u32, u32)) -> String,
    /// From 2.
    pub place: fn(usize) -> String,
    /// The number as it is spoken.
    pub promised: fn(&str) -> String,
    pub place_kept: fn(usize) -> String,
    /// Seconds.
    pub message_kept: fn(u32) -> String,
    /// From 2.
    pub before: fn(usize) -> String,
    pub opens: fn(&str) -> String,
}

impl Sentences {
    pub fn of(language: Language) -> &'static Sentences {
        match language {
            Language::EnglishUs => &english::US,
            Language::EnglishGb => &english::GB,
            Language::Mandarin => &mandarin::MANDARIN,
        }
    }

    /// Without numbers, of a queue of ours.
    pub fn fixed_in_queue(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            self.next,
            self.kept,
            self.ways,
            self.ways_and_call_back,
            self.still,
            self.longer,
            self.call_back,
            self.unknown,
            self.answering,
            self.back,
            self.hang_up,
            self.cancelled,
            self.not_cancelled,
            self.not_called,
            self.message,
            self.listened_to,
            self.empty,
            self.empty_again,
            self.keeps,
            self.closed,
            self.not_staffed,
            self.full,
            self.too_long,
            self.ways_out,
            self.ways_out_but_call_back,
            self.stopping_keeps,
        ];
        all.into_iter().chain(self.short_waits.iter().copied())
    }

    /// Without numbers, before a transfer into an Asterisk queue.
    pub fn fixed_with_asterisk(&self) -> impl Iterator<Item = &'static str> {
        let all = [self.nobody_before, self.one_before];
        all.into_iter().chain(self.short_waits.iter().copied())
    }

    pub fn told(&self, plan: &Dialplan, told: &Told) -> Vec<String> {
        let calls_back = plan.human.call_back.is_some();
        let wait = |minutes: &Option<(u32, u32)>| minutes.map(self.wait);
        let fixed = |text: &str| vec![text.to_owned()];
        match told {
            Told::Entered {
                position,
                wait: minutes,
                kept,
                call_back,
            } => {
                let kept = kept.then(|| self.kept.to_owned());
                let ways = match *call_back && calls_back {
                    true => self.ways_and_call_back,
                    false => self.ways,
                };
                let mut say = Vec::from_iter(kept);
                say.push(self.position(*position));
                say.extend(wait(minutes));
                say.push(ways.to_owned());
                say
            }
            Told::Better {
                position,
                wait: minutes,
            } => {
                let mut say = vec![self.position(*position)];
                say.extend(wait(minutes));
                say
            }
            Told::Still {
                position,
                wait: minutes,
            } => {
                let mut say = vec![self.still.to_owned(), self.position(*position)];
                say.extend(wait(minutes));
                say
            }
            Told::Longer {
                position,
                call_back,
            } => {
                let mut say = vec![self.longer.to_owned(), self.position(*position)];
                if *call_back && calls_back {
                    say.push(self.call_back.to_owned());
                }
                say
            }
            Told::Asked {
                position,
                wait: minutes,
            } => {
                let lasts = wait(minutes).unwrap_or_else(|| self.unknown.to_owned());
                vec![self.position(*position), lasts]
            }
            Told::Answering => fixed(self.answering),
            Told::Back => fixed(self.back),
            Told::Promised { number, position } => {
                let mut say = vec![(self.promised)(&plan.said_number(number))];
                match position {
                    0 => {}
                    1 => say.push(self.next.to_owned()),
                    _ => say.push((self.place_kept)(*position)),
                }
                say.push(self.hang_up.to_owned());
                say
            }
            Told::CancelledCallBack(true) => fixed(self.cancelled),
            Told::CancelledCallBack(false) => fixed(self.not_cancelled),
            Told::NotCalled => fixed(self.not_called),
            Told::LeaveMessage => fixed(self.message),
            Told::MessageKept { seconds } => {
                vec![(self.message_kept)(*seconds), self.listened_to.to_owned()]
            }
            Told::MessageEmpty => vec![self.empty.to_owned(), self.empty_again.to_owned()],
            Told::Pbx {
                waiting,
                wait: minutes,
            } => {
                let mut say = match waiting {
                    0 => fixed(self.nobody_before),
                    1 => fixed(self.one_before),
                    _ => vec![(self.before)(*waiting)],
                };
                say.extend(wait(minutes));
                say
            }
            Told::OfferPerson => fixed(self.offer_person),
            Told::KeepsPlace => fixed(self.keeps),
            Told::Nobody { why, opens } => {
                let mut say = fixed(match why {
                    Nobody::Closed => self.closed,
                    Nobody::NotStaffed => self.not_staffed,
                    Nobody::Full => self.full,
                    Nobody::TooLong => self.too_long,
                });
                say.extend(opens.as_deref().map(self.opens));
                say
            }
            Told::WaysOut if calls_back => fixed(self.ways_out),
            Told::WaysOut => fixed(self.ways_out_but_call_back),
            Told::Stopping { keeps_place } => {
                let mut say = fixed(self.stopping);
                say.extend(keeps_place.then(|| self.stopping_keeps.to_owned()));
                say
            }
        }
    }

    fn position(&self, position: usize) -> String {
        match position {
            0 | 1 => self.next.to_owned(),
            _ => (self.place)(position),
        }
    }
}
