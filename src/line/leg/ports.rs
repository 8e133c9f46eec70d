//! Which UDP ports calls use: pairs of an even one for RTP and the next for RTCP (RFC 3550 section 11).

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A pair rests for so long after a call, if there are others: what is still on its way to that call is not
/// heard in the next, and whoever called does not keep on sending for longer.
const REST: Duration = Duration::from_secs(10);

/// Expedited forwarding (RFC 3246), which RFC 4594 section 4.1 wants for telephony; above the two bits of
/// ECN.
const EXPEDITED: u32 = 46 << 2;

/// Hands out pairs of ports from a range.
pub struct Ports {
    address: IpAddr,
    pairs: Arc<Mutex<Pairs>>,
}

/// The sockets of one call's side. The pair is free again when this is dropped.
pub struct Sockets {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pair: u16,
    pairs: Arc<Mutex<Pairs>>,
}

impl Ports {
    /// Both ports of a pair are within the range.
    pub fn new(address: IpAddr, range: RangeInclusive<u16>) -> Ports {
        Ports {
            address,
            pairs: Arc::new(Mutex::new(Pairs::new(&range))),
        }
    }

    /// Two bound, non-blocking sockets on a free pair of ports.
    pub fn take(&self) -> io::Result<Sockets> {
        self.take_at(self.address)
    }

    /// The same at another address of this machine.
    pub fn take_at(&self, address: IpAddr) -> io::Result<Sockets> {
        let now = Instant::now();
        let mut error = io::Error::new(io::ErrorKind::AddrInUse, "no free pair in rtp_ports");
        let mut scanned = 0;
        // Not in the condition: the lock would be held for as long as the body runs.
        loop {
            let reserved = lock(&self.pairs).reserve(now, &mut scanned);
            let Some(pair) = reserved else {
                return Err(error);
            };
            let bound = bind(address, pair)
                .and_then(|rtp| Ok((rtp, bind(address, pair.saturating_add(1))?)));
            match bound {
                Ok((rtp, rtcp)) => {
                    return Ok(Sockets {
                        rtp,
                        rtcp,
                        pair,
                        pairs: self.pairs.clone(),
                    });
                }
                Err(busy) => {
                    lock(&self.pairs).in_use.remove(&pair);
                    error = busy;
                }
            }
        }
    }
}

impl Sockets {
    /// Of RTP.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.rtp.local_addr()
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        lock(&self.pairs).give_back(self.pair, Instant::now());
    }
}

fn bind(address: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(address, port);
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    // A network that forbids it carries the call all the same.
    let _ = match address {
        SocketAddr::V4(_) => socket.set_tos_v4(EXPEDITED),
        SocketAddr::V6(_) => socket.set_tclass_v6(EXPEDITED),
    };
    super::arrival::ask_for(&SockRef::from(&socket));
    Ok(socket.into())
}

fn lock(pairs: &Mutex<Pairs>) -> MutexGuard<'_, Pairs> {
    pairs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// In which order pairs are taken. A pair is named by its even port.
struct Pairs {
    first: u16,
    count: u16,
    /// Which comes next, of `count`.
    next: u16,
    in_use: HashSet<u16>,
    /// Since when.
    resting: HashMap<u16, Instant>,
}

impl Pairs {
    fn new(range: &RangeInclusive<u16>) -> Pairs {
        let first = u32::from(*range.start()).next_multiple_of(2);
        // A pair's second port is in the range, too.
        let count = (u32::from(*range.end()) + 1).saturating_sub(first) / 2;
        Pairs {
            first: first as u16,
            count: count as u16,
            next: 0,
            in_use: HashSet::new(),
            resting: HashMap::new(),
        }
    }

    /// One pair after the other, and those that rest only when all have been `scanned`, the one that has
    /// rested the longest first.
    fn reserve(&mut self, now: Instant, scanned: &mut u16) -> Option<u16> {
        self.resting
            .retain(|_, since| now.saturating_duration_since(*since) < REST);
        while *scanned < self.count {
            *scanned += 1;
            let pair = self.first + 2 * self.next;
            self.next = (self.next + 1) % self.count;
            if !self.resting.contains_key(&pair) && self.in_use.insert(pair) {
                return Some(pair);
            }
        }
        let (&pair, _) = self.resting.iter().min_by_key(|(_, since)| **since)?;
        self.resting.remove(&pair);
        self.in_use.insert(pair);
        Some(pair)
    }

    fn give_back(&mut self, pair: u16, now: Instant) {
        self.in_use.remove(&pair);
        self.resting.insert(pair, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> IpAddr {
        IpAddr::from([127, 0, 0, 1])
    }

    fn reserve(pairs: &mut Pairs, now: Instant) -> Option<u16> {
        pairs.reserve(now, &mut 0)
    }

    #[test]
    fn pairs_lie_within_the_range() {
        for (range, expected) in [
            (100..=105, vec![100, 102, 104]),
            (100..=104, vec![100, 102]),
            (101..=104, vec![102]),
            (101..=102, vec![]),
            (65_534..=65_535, vec![65_534]),
            (65_535..=65_535, vec![]),
        ] {
            let mut pairs = Pairs::new(&range);
            let now = Instant::now();
            let all: Vec<u16> = std::iter::from_fn(|| reserve(&mut pairs, now)).collect();
            assert_eq!(all, expected, "{range:?}");
        }
        assert_eq!(Pairs::new(&(0..=u16::MAX)).count, 32_768);
    }

    #[test]
    fn a_pair_rests_after_a_call_as_long_as_there_are_others() {
        let mut pairs = Pairs::new(&(100..=105));
        let now = Instant::now();
        let later = |ms| now + Duration::from_millis(ms);
        assert_eq!(reserve(&mut pairs, now), Some(100));
        pairs.give_back(100, now);
        assert_eq!(reserve(&mut pairs, now), Some(102));
        assert_eq!(reserve(&mut pairs, now), Some(104));
        pairs.give_back(104, later(500));
        pairs.give_back(102, later(1_000));
        // None has rested enough: the one that has rested most.
        assert_eq!(reserve(&mut pairs, later(2_000)), Some(100));
        assert_eq!(reserve(&mut pairs, later(2_000)), Some(104));
        pairs.give_back(104, later(2_000));
        // 102 has rested.
        assert_eq!(reserve(&mut pairs, later(11_001)), Some(102));
    }

    #[test]
    fn sockets_are_a_pair_marked_for_telephony_and_the_pair_is_given_back() {
        let ports = Ports::new(here(), 29_000..=29_003);
        let taken = [ports.take().unwrap(), ports.take().unwrap()];
        for sockets in &taken {
            let rtp = sockets.local_addr().unwrap().port();
            let rtcp = sockets.rtcp.local_addr().unwrap().port();
            assert!(rtp % 2 == 0 && rtcp == rtp + 1);
            for socket in [&sockets.rtp, &sockets.rtcp] {
                assert_eq!(SockRef::from(socket).tos_v4().unwrap(), 46 << 2);
            }
        }
        let error = ports.take().err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(taken);
        assert!(ports.take().is_ok(), "nothing else is left");
    }

    #[test]
    fn a_pair_that_somebody_else_has_half_of_is_passed_over() {
        let other = UdpSocket::bind((here(), 29_011)).unwrap();
        let ports = Ports::new(here(), 29_010..=29_013);
        let sockets = ports.take().unwrap();
        assert_eq!(sockets.local_addr().unwrap().port(), 29_012);
        drop(other);
    }

    #[test]
    fn ipv6_is_marked_too() {
        let ports = Ports::new(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), 29_020..=29_021);
        let sockets = ports.take().unwrap();
        assert_eq!(SockRef::from(&sockets.rtp).tclass_v6().unwrap(), 46 << 2);
    }
}
