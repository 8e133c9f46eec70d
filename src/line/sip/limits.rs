//! Who is heard, how often, and for how long not. Sans-IO: time is given with each call.
//!
//! A source is an address (of IPv6 its /64, which is what one customer gets). What it does that
//! costs us something or that only strangers do is counted by kind ([`Act`]); each kind may be done so
//! often at once and so often in the long run. Who does more is not heard for a while, which grows
//! with each time. Memory is bounded: who was not heard of for the longest time is forgotten first.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Milliseconds on any clock that does not go back.
pub type Millis = u64;

const MINUTE: Millis = 60_000;

/// How long a source is not heard, the first time and the times after that.
const BANS: [Millis; 3] = [MINUTE, 5 * MINUTE, 30 * MINUTE];
/// After so long without a ban the next one is a first one.
const FORGIVEN: Millis = 24 * 60 * MINUTE;

/// Sources that are remembered.
pub(super) const MOST_SOURCES: usize = 16_384;

/// What counts against a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A request outside of any call, such as OPTIONS, REGISTER or INVITE.
    Request,
    /// A request that was refused: no such call, not for strangers, nothing that we do.
    Refused,
    /// What is no SIP, or broken.
    Malformed,
    WrongPassword,
    /// It says itself that it is a tool that looks for open telephone systems.
    Scanner,
}

impl Act {
    /// For logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Act::Request => "requests",
            Act::Refused => "refused",
            Act::Malformed => "malformed",
            Act::WrongPassword => "wrong_password",
            Act::Scanner => "scanner",
        }
    }

    /// So many at once, and then one in so many milliseconds. A company of 300 phones behind one
    /// address sends two requests a second to stay registered.
    fn allowance(self) -> (u64, Millis) {
        match self {
            Act::Request => (300, 100),
            Act::Refused => (40, 6_000),
            Act::Malformed => (40, 6_000),
            Act::WrongPassword => (12, 60_000),
            Act::Scanner => (0, 60_000),
        }
    }

    /// What a source that is known to be a phone of ours may do as often as it likes: many phones
    /// behind one address ask for much that we do not have.
    fn is_mere_number(self) -> bool {
        matches!(self, Act::Request | Act::Refused)
    }
}

/// What is to be done with who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Yes,
    /// From now on not, for so many milliseconds: to be logged.
    Banned(Millis),
    /// Not, and that is known already.
    No,
}

/// Calls of one source; both 0 where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    pub at_a_time: usize,
    pub per_minute: u32,
}

/// Why a source may not call now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    AtATime,
    PerMinute,
}

/// An address, or a network that is one customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Source(IpAddr);

impl Source {
    pub fn of(address: IpAddr) -> Source {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Source(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            address => Source(address),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

/// For each kind of act, until when what was done so far is used up at the rate that is allowed
/// (the "virtual scheduling" of ITU-T I.371).
#[derive(Debug, Clone, Copy, Default)]
struct Bucket(Millis);

impl Bucket {
    /// Takes one; false where there is none left, which takes nothing.
    fn take(&mut self, now: Millis, (burst, every): (u64, Millis)) -> bool {
        let used_until = self.0.max(now) + every;
        let fits = used_until <= now + burst * every;
        if fits {
            self.0 = used_until;
        }
        fits
    }
}

#[derive(Debug, Default)]
struct Entry {
    acts: [Bucket; 5],
    calls_begun: Bucket,
    calls: usize,
    seen: Millis,
    banned_until: Millis,
    bans: usize,
}

/// What is known of all sources.
#[derive(Debug)]
pub struct Limits {
    calls: CallLimits,
    sources: HashMap<Source, Entry>,
}

impl Limits {
    pub fn new(calls: CallLimits) -> Limits {
        Limits {
            calls,
            sources: HashMap::new(),
        }
    }

    /// Whether what comes from there is to be dropped unseen.
    pub(super) fn is_banned(&self, now: Millis, source: Source) -> bool {
        self.sources
            .get(&source)
            .is_some_and(|entry| entry.banned_until > now)
    }

    /// It has done that. `is_ours`, asked only where it is too much: whether a phone of ours is there.
    pub(super) fn note(
        &mut self,
        now: Millis,
        source: Source,
        act: Act,
        is_ours: impl FnOnce() -> bool,
    ) -> Heard {
        let entry = self.entry(now, source);
        if entry.banned_until > now {
            return Heard::No;
        }
        let Some(bucket) = entry.acts.get_mut(act as usize) else {
            return Heard::Yes;
        };
        if bucket.take(now, act.allowance()) {
            return Heard::Yes;
        }
        if act.is_mere_number() && (entry.calls > 0 || is_ours()) {
            return Heard::Yes;
        }
        if now.saturating_sub(entry.banned_until) > FORGIVEN {
            entry.bans = 0;
        }
        let [.., longest] = BANS;
        let ban = BANS.get(entry.bans).copied().unwrap_or(longest);
        entry.bans = entry.bans.saturating_add(1);
        entry.banned_until = now + ban;
        entry.acts = Default::default();
        Heard::Banned(ban)
    }

    /// A call begins; [`Limits::end_call`] follows where it may.
    pub(super) fn begin_call(&mut self, now: Millis, source: Source) -> Result<(), TooMany> {
        let CallLimits {
            at_a_time,
            per_minute,
        } = self.calls;
        let entry = self.entry(now, source);
        if at_a_time > 0 && entry.calls >= at_a_time {
            return Err(TooMany::AtATime);
        }
        let every = MINUTE / u64::from(per_minute.max(1));
        if per_minute > 0 && !entry.calls_begun.take(now, (per_minute.into(), every)) {
            return Err(TooMany::PerMinute);
        }
        entry.calls += 1;
        Ok(())
    }

    pub(super) fn end_call(&mut self, source: Source) {
        if let Some(entry) = self.sources.get_mut(&source) {
            entry.calls = entry.calls.saturating_sub(1);
        }
    }

    fn entry(&mut self, now: Millis, source: Source) -> &mut Entry {
        if self.sources.len() >= MOST_SOURCES && !self.sources.contains_key(&source) {
            self.make_room(now);
        }
        let entry = self.sources.entry(source).or_default();
        entry.seen = now;
        entry
    }

    /// Forgets a quarter at once, so that a flood of new sources does not have all of them looked
    /// through for each. Who is banned or has calls up is kept as long as there are others.
    fn make_room(&mut self, now: Millis) {
        let mut ages: Vec<(bool, Millis, Source)> = self
            .sources
            .iter()
            .map(|(source, entry)| {
                let keep = entry.calls > 0 || entry.banned_until > now;
                (keep, entry.seen, *source)
            })
            .collect();
        ages.sort_unstable_by_key(|(keep, seen, _)| (*keep, *seen));
        for (_, _, source) in ages.into_iter().take(MOST_SOURCES / 4) {
            self.sources.remove(&source);
        }
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO_LIMIT: CallLimits = CallLimits {
        at_a_time: 0,
        per_minute: 0,
    };

    fn limits() -> Limits {
        Limits::new(NO_LIMIT)
    }

    fn source(text: &str) -> Source {
        Source::of(text.parse().unwrap())
    }

    /// Does it until it is banned; how often it was heard, and for how long it is not.
    fn until_banned(limits: &mut Limits, now: Millis, source: Source, act: Act) -> (usize, Millis) {
        for times in 0..10_000 {
            match limits.note(now, source, act, || false) {
                Heard::Yes => {}
                Heard::Banned(ban) => return (times, ban),
                Heard::No => panic!("not heard before it was banned"),
            }
        }
        panic!("never banned");
    }

    #[test]
    fn a_flood_is_banned_once_and_for_longer_each_time() {
        let mut limits = limits();
        let bad = source("192.0.2.1");
        let mut now = 1_000;
        for (times, minutes) in [1, 5, 30, 30].into_iter().enumerate() {
            assert_eq!(
                until_banned(&mut limits, now, bad, Act::Request),
                (300, minutes * MINUTE),
                "ban {times}"
            );
            assert_eq!(limits.note(now + 1, bad, Act::Request, || false), Heard::No);
            assert!(limits.is_banned(now + minutes * MINUTE - 1, bad));
            now += minutes * MINUTE;
            assert!(!limits.is_banned(now, bad), "banned for ever");
        }
        now += FORGIVEN + 1;
        assert_eq!(until_banned(&mut limits, now, bad, Act::Request).1, MINUTE);
        assert!(!limits.is_banned(now, source("192.0.2.2")));
    }

    #[test]
    fn who_keeps_to_the_rate_is_heard_for_ever() {
        let mut limits = limits();
        for i in 0..10_000 {
            let heard = limits.note(i * 100, source("192.0.2.1"), Act::Request, || false);
            assert_eq!(heard, Heard::Yes, "{i}");
        }
    }

    #[test]
    fn guessing_is_stopped_sooner_than_talking() {
        let (guesses, _) = until_banned(&mut limits(), 0, source("::1"), Act::WrongPassword);
        assert_eq!(guesses, 12);
        let (scans, _) = until_banned(&mut limits(), 0, source("::1"), Act::Scanner);
        assert_eq!(scans, 0);
    }

    #[test]
    fn a_customer_of_ipv6_is_one_source() {
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_eq!(source("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn a_phone_of_ours_is_not_banned_for_asking_but_for_guessing() {
        let mut limits = limits();
        let office = source("192.0.2.1");
        for _ in 0..5_000 {
            assert_eq!(limits.note(0, office, Act::Request, || true), Heard::Yes);
        }
        let guess = |limits: &mut Limits| limits.note(0, office, Act::WrongPassword, || true);
        assert!((0..50).any(|_| matches!(guess(&mut limits), Heard::Banned(_))));
    }

    #[test]
    fn who_has_a_call_up_is_not_banned_for_asking() {
        let mut limits = limits();
        let caller = source("192.0.2.1");
        limits.begin_call(0, caller).unwrap();
        for _ in 0..5_000 {
            assert_eq!(limits.note(0, caller, Act::Request, || false), Heard::Yes);
        }
        limits.end_call(caller);
        let heard = limits.note(0, caller, Act::Request, || false);
        assert!(matches!(heard, Heard::Banned(_)));
    }

    #[test]
    fn calls_of_a_source_are_limited_at_a_time_and_by_the_minute() {
        let mut limits = Limits::new(CallLimits {
            at_a_time: 2,
            per_minute: 3,
        });
        let (one, other) = (source("192.0.2.1"), source("192.0.2.2"));
        assert_eq!(limits.begin_call(0, one), Ok(()));
        assert_eq!(limits.begin_call(0, one), Ok(()));
        assert_eq!(limits.begin_call(0, one), Err(TooMany::AtATime));
        assert_eq!(limits.begin_call(0, other), Ok(()));
        limits.end_call(one);
        assert_eq!(limits.begin_call(0, one), Ok(()));
        limits.end_call(one);
        assert_eq!(limits.begin_call(0, one), Err(TooMany::PerMinute));
        assert_eq!(limits.begin_call(20_000, one), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_a_flood_of_sources_frees_nobody() {
        let mut limits = limits();
        let bad = source("192.0.2.1");
        until_banned(&mut limits, 0, bad, Act::Scanner);
        for i in 0..3 * MOST_SOURCES as u32 {
            let spoofed = Source::of(IpAddr::V4((0x0a00_0000 + i).into()));
            limits.note(u64::from(i) / 1000, spoofed, Act::Malformed, || false);
            assert!(limits.remembered() <= MOST_SOURCES);
        }
        assert!(limits.is_banned(100, bad));
    }

    proptest! {
        #[test]
        fn nobody_is_heard_more_than_is_allowed(
            steps in proptest::collection::vec(0u64..1_000, 1..400),
        ) {
            let mut limits = limits();
            let (burst, every) = Act::Refused.allowance();
            let (mut now, mut heard) = (0, 0);
            for step in steps {
                now += step;
                match limits.note(now, source("192.0.2.1"), Act::Refused, || false) {
                    Heard::Yes => heard += 1,
                    _ => break,
                }
                prop_assert!(heard <= burst + now / every);
            }
        }
    }
}
