//! The limits on sources ([`super::limits`]) with their clock and their lock, and who is exempt from
//! them. Shared by all that listens; clones are one.

use super::known::Known;
use super::limits::{Act, CallLimits, Heard, Limits, Millis, Source, TooMany};
use ipnet::IpNet;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

/// Connections (TCP and TLS) at a time: in all, and of one source that is not exempt.
const MOST_STREAMS: usize = 2_048;
const MOST_STREAMS_OF_ONE: usize = 64;

/// Seconds after which a caller for whom there is no line may try again (Retry-After).
const COME_BACK_S: u32 = 30;

/// What a [`Limiter`] limits.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Never limited nor banned, and always allowed to call.
    pub exempt: Vec<IpNet>,
    /// Whether somebody may call whom nothing names.
    pub strangers_may_call: bool,
    /// Of one source that is not exempt.
    pub calls: CallLimits,
    /// Of everybody together.
    pub most_calls: usize,
}

/// See the module.
#[derive(Clone)]
pub struct Limiter {
    shared: Arc<Shared>,
}

struct Shared {
    settings: LimitSettings,
    began: Instant,
    limits: Mutex<Limits>,
    trunks: Known,
    /// The addresses of others whom we know, as names are resolved.
    known: RwLock<HashSet<IpAddr>>,
    calls: Mutex<usize>,
    streams: Mutex<HashMap<Source, usize>>,
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shared.settings.fmt(f)
    }
}

/// Why somebody may not call now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoCall {
    /// 403
    Stranger,
    /// 503, and after so many seconds they may try again.
    Later(u32),
}

impl Limiter {
    pub fn new(settings: LimitSettings) -> Limiter {
        Limiter {
            shared: Arc::new(Shared {
                limits: Mutex::new(Limits::new(settings.calls)),
                settings,
                began: Instant::now(),
                trunks: Known::default(),
                known: RwLock::default(),
                calls: Mutex::default(),
                streams: Mutex::default(),
            }),
        }
    }

    /// For who places calls: everybody is exempt.
    pub fn none() -> Limiter {
        Limiter::new(LimitSettings {
            exempt: vec![
                IpNet::new_assert(IpAddr::from([0; 4]), 0),
                IpNet::new_assert(IpAddr::from([0; 16]), 0),
            ],
            strangers_may_call: true,
            calls: CallLimits {
                at_a_time: 0,
                per_minute: 0,
            },
            most_calls: usize::MAX,
        })
    }

    /// The trunks, which are exempt too, as whoever registers with them finds them.
    pub(super) fn trunks(&self) -> &Known {
        &self.shared.trunks
    }

    /// From now on these are exempt beside the configured ones: where agents' phones are.
    pub fn know(&self, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().map(|ip| ip.to_canonical()).collect();
        let mut known = self.shared.known.write();
        *known.as_deref_mut().unwrap_or_else(|e| e.get_mut()) = addresses;
    }

    pub(super) fn is_exempt(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let exempt = &self.shared.settings.exempt;
        let known = || {
            let known = self.shared.known.read();
            known
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&address)
        };
        exempt.iter().any(|net| net.contains(&address))
            || known()
            || self.shared.trunks.trunk_at(address).is_some()
    }

    /// Whether what comes from there is to be dropped unseen.
    pub(super) fn is_banned(&self, address: IpAddr) -> bool {
        let now = self.now();
        self.limits().is_banned(now, Source::of(address)) && !self.is_exempt(address)
    }

    /// Counts what a source has done; false if it is not heard any more. `is_ours`: whether a phone
    /// of ours is there.
    pub(super) fn note(&self, address: IpAddr, act: Act, is_ours: impl FnOnce() -> bool) -> bool {
        if self.is_exempt(address) {
            return true;
        }
        let (now, source) = (self.now(), Source::of(address));
        let heard = self.limits().note(now, source, act, is_ours);
        if let Heard::Banned(for_ms) = heard {
            metrics::counter!("sip_bans_total", "reason" => act.name()).increment(1);
            tracing::warn!(
                %source,
                reason = act.name(),
                minutes = for_ms / 60_000,
                "SIP source banned; if it is yours, add it to [limits] allow"
            );
        }
        heard == Heard::Yes
    }

    /// A call comes in; `is_ours`: from a phone of ours. It ends when the permit is dropped.
    pub(super) fn call(&self, address: IpAddr, is_ours: bool) -> Result<CallPermit, NoCall> {
        let settings = &self.shared.settings;
        let exempt = self.is_exempt(address);
        if !exempt && !is_ours && !settings.strangers_may_call {
            return Err(NoCall::Stranger);
        }
        let mut calls = lock(&self.shared.calls);
        if *calls >= settings.most_calls {
            tracing::warn!(most = settings.most_calls, "call refused: the line is full");
            metrics::counter!("calls_refused_total", "reason" => "line_full").increment(1);
            return Err(NoCall::Later(COME_BACK_S));
        }
        let source = Source::of(address);
        if !exempt {
            let now = self.now();
            self.limits().begin_call(now, source).map_err(|too_many| {
                let reason = match too_many {
                    TooMany::AtATime => "calls_per_source",
                    TooMany::PerMinute => "calls_per_minute",
                };
                tracing::warn!(
                    %source,
                    reason,
                    "call refused: too many from there; if it is yours, add it to [limits] allow"
                );
                metrics::counter!("calls_refused_total", "reason" => reason).increment(1);
                NoCall::Later(COME_BACK_S)
            })?;
        }
        *calls += 1;
        Ok(CallPermit {
            limiter: self.clone(),
            source: (!exempt).then_some(source),
        })
    }

    /// A connection comes in, and is closed when the permit is dropped; `None`: there are too many.
    pub(super) fn stream(&self, address: IpAddr) -> Option<StreamPermit> {
        let source = Source::of(address);
        let exempt = self.is_exempt(address);
        let mut streams = lock(&self.shared.streams);
        let all: usize = streams.values().sum();
        let of_one = streams.get(&source).copied().unwrap_or(0);
        if all >= MOST_STREAMS || !exempt && of_one >= MOST_STREAMS_OF_ONE {
            return None;
        }
        *streams.entry(source).or_default() += 1;
        Some(StreamPermit {
            limiter: self.clone(),
            source,
        })
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        lock(&self.shared.limits)
    }

    fn now(&self) -> Millis {
        // As if it had begun a day ago, so that 0 is long ago.
        let passed = self.shared.began.elapsed().as_millis();
        u64::try_from(passed)
            .unwrap_or(u64::MAX / 2)
            .saturating_add(24 * 60 * 60 * 1_000)
    }
}

/// Each change is made whole: what a panicking thread left is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call of a source; it is over when this is dropped.
pub struct CallPermit {
    limiter: Limiter,
    source: Option<Source>,
}

impl Drop for CallPermit {
    fn drop(&mut self) {
        let mut calls = lock(&self.limiter.shared.calls);
        *calls = calls.saturating_sub(1);
        if let Some(source) = self.source {
            self.limiter.limits().end_call(source);
        }
    }
}

/// A connection of a source; it is closed when this is dropped.
pub(super) struct StreamPermit {
    limiter: Limiter,
    source: Source,
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut streams = lock(&self.limiter.shared.streams);
        if let Some(count) = streams.get_mut(&self.source) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                streams.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(exempt: &[&str], strangers_may_call: bool, most_calls: usize) -> Limiter {
        Limiter::new(LimitSettings {
            exempt: exempt.iter().map(|net| net.parse().unwrap()).collect(),
            strangers_may_call,
            calls: CallLimits {
                at_a_time: 2,
                per_minute: 0,
            },
            most_calls,
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_is_exempt_is_never_banned_and_calls_as_often_as_it_likes() {
        let limiter = limiter(&["192.0.2.0/24", "2001:db8::/32"], false, 9);
        limiter.know([ip("198.51.100.7")]);
        for exempt in [
            "192.0.2.9",
            "::ffff:192.0.2.9",
            "2001:db8::1",
            "198.51.100.7",
        ] {
            assert!(limiter.note(ip(exempt), Act::Scanner, || false), "{exempt}");
            assert!(!limiter.is_banned(ip(exempt)));
            let calls: Vec<_> = (0..3).map(|_| limiter.call(ip(exempt), false)).collect();
            assert!(calls.iter().all(Result::is_ok), "{exempt}");
        }
        limiter.know([]);
        assert!(!limiter.note(ip("198.51.100.7"), Act::Scanner, || false));
        assert!(limiter.is_banned(ip("198.51.100.7")));
    }

    #[test]
    fn strangers_call_where_they_may_and_phones_of_ours_always() {
        let closed = limiter(&[], false, 9);
        assert_eq!(
            closed.call(ip("192.0.2.1"), false).err(),
            Some(NoCall::Stranger)
        );
        assert!(closed.call(ip("192.0.2.1"), true).is_ok());
        assert!(limiter(&[], true, 9).call(ip("192.0.2.1"), false).is_ok());
    }

    #[test]
    fn a_call_takes_its_place_until_it_ends() {
        let limiter = limiter(&["127.0.0.1/32"], true, 3);
        let stranger = || limiter.call(ip("192.0.2.1"), false);
        let held = (stranger().unwrap(), stranger().unwrap());
        assert_eq!(stranger().err(), Some(NoCall::Later(COME_BACK_S)));
        let third = limiter.call(ip("127.0.0.1"), false).unwrap();
        let full = limiter.call(ip("127.0.0.1"), false);
        assert_eq!(full.err(), Some(NoCall::Later(COME_BACK_S)));
        drop((held, third));
        assert!(stranger().is_ok());
    }

    #[test]
    fn connections_are_limited_by_source_and_in_all() {
        let limiter = limiter(&["127.0.0.1/32"], true, 1);
        let many = |from: &str| -> Vec<_> {
            let one = ip(from);
            std::iter::from_fn(|| limiter.stream(one))
                .take(9_999)
                .collect()
        };
        let stranger = many("192.0.2.1");
        assert_eq!(stranger.len(), MOST_STREAMS_OF_ONE);
        assert_eq!(many("127.0.0.1").len(), MOST_STREAMS - MOST_STREAMS_OF_ONE);
        drop(stranger);
        assert!(limiter.stream(ip("192.0.2.1")).is_some());
    }
}
