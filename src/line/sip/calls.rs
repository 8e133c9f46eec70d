//! What we know of the calls that are up, beside what the stack keeps of them: shared between the
//! reception, which judges each request, and the task that follows a call.

use super::exchange::Exchange;
use super::reliable::Reliable;
use super::session::SessionEvent;
use super::wanted::Replaces;
use rsipstack::dialog::DialogId;
use rsipstack::sip::Request;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, watch};

/// The ACK to an answer of ours comes within this time, or was lost and comes again later.
const ACK_COMES: Duration = Duration::from_secs(2);

/// The same INVITE by another way comes within this time (64*T1).
const TRANSACTION_LIFE: Duration = Duration::from_secs(32);

/// So many INVITEs are remembered at most.
const MOST_REMEMBERED: usize = 16_384;

/// A handle; clones share everything.
#[derive(Clone, Default)]
pub(super) struct Calls {
    known: Arc<Mutex<HashMap<DialogId, Arc<KnownCall>>>>,
    seen: Arc<Mutex<Seen>>,
}

/// One call.
pub(super) struct KnownCall {
    exchange: Mutex<Exchange>,
    /// Where its other side's messages come from, if we know.
    pub peer: Option<IpAddr>,
    /// Our last session description.
    described: Mutex<Option<String>>,
    reliable: Mutex<Option<Reliable>>,
    /// A PRACK has come.
    pub pracked: Notify,
    /// The ACK to the first INVITE has come.
    pub confirmed: watch::Sender<bool>,
    /// Our BYE is not answered: it is over all the same.
    pub over: Notify,
    events: Mutex<Option<mpsc::Sender<SessionEvent>>>,
}

impl KnownCall {
    pub fn new(exchange: Exchange, peer: Option<IpAddr>) -> KnownCall {
        KnownCall {
            exchange: Mutex::new(exchange),
            peer,
            described: Mutex::default(),
            reliable: Mutex::default(),
            pracked: Notify::new(),
            confirmed: watch::Sender::new(false),
            over: Notify::new(),
            events: Mutex::default(),
        }
    }

    pub fn exchange(&self) -> MutexGuard<'_, Exchange> {
        lock(&self.exchange)
    }

    pub fn reliable(&self) -> MutexGuard<'_, Option<Reliable>> {
        lock(&self.reliable)
    }

    /// Waits for the ACK to our answer to the first INVITE, as long as it can be expected to come. Gives
    /// whether it has.
    pub async fn acknowledged(&self) -> bool {
        let mut confirmed = self.confirmed.subscribe();
        let came = confirmed.wait_for(|&is| is);
        tokio::time::timeout(ACK_COMES, came).await.is_ok()
    }

    /// This is what we say of ourselves from now on.
    pub fn describe(&self, sdp: &str) {
        *lock(&self.described) = Some(sdp.to_owned());
    }

    pub fn description(&self) -> Option<String> {
        lock(&self.described).clone()
    }

    pub fn tell_events_to(&self, events: mpsc::Sender<SessionEvent>) {
        *lock(&self.events) = Some(events);
    }

    /// Tells whoever follows the call, if somebody does and keeps up.
    pub fn tell(&self, event: SessionEvent) {
        if let Some(events) = &*lock(&self.events) {
            let _ = events.try_send(event);
        }
    }
}

/// Keeps a call known as long as it lives.
pub(super) struct Kept {
    calls: Calls,
    id: DialogId,
    known: Arc<KnownCall>,
}

impl std::ops::Deref for Kept {
    type Target = Arc<KnownCall>;

    fn deref(&self) -> &Arc<KnownCall> {
        &self.known
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        lock(&self.calls.known).remove(&self.id);
        // Who still holds on to the call is told nothing any more, and notices.
        *lock(&self.known.events) = None;
    }
}

impl Calls {
    pub fn keep(&self, id: DialogId, known: KnownCall) -> Kept {
        let known = Arc::new(known);
        lock(&self.known).insert(id.clone(), known.clone());
        Kept {
            calls: self.clone(),
            id,
            known,
        }
    }

    pub fn get(&self, id: &DialogId) -> Option<Arc<KnownCall>> {
        lock(&self.known).get(id).cloned()
    }

    /// The call that a Replaces header means.
    pub fn find(&self, replaces: &Replaces) -> Option<Arc<KnownCall>> {
        self.get(&DialogId {
            call_id: replaces.call_id.clone(),
            local_tag: replaces.local_tag.clone(),
            remote_tag: replaces.remote_tag.clone(),
        })
    }

    /// Whether an INVITE that makes a call has come before, by another way (RFC 3261 section 8.2.2.2).
    pub fn was_seen(&self, invite: &Request) -> bool {
        lock(&self.seen).has(invite, Instant::now())
    }

    pub fn saw(&self, invite: &Request) {
        lock(&self.seen).add(invite, Instant::now());
    }
}

/// The INVITEs of the last 32 s.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    known: HashSet<u64>,
    order: VecDeque<(Instant, u64)>,
}

impl Seen {
    fn has(&mut self, invite: &Request, now: Instant) -> bool {
        while let Some((since, hash)) = self.order.front() {
            let old = now.saturating_duration_since(*since) > TRANSACTION_LIFE;
            if !old && self.order.len() <= MOST_REMEMBERED {
                break;
            }
            self.known.remove(hash);
            self.order.pop_front();
        }
        self.known.contains(&self.hash(invite))
    }

    fn add(&mut self, invite: &Request, now: Instant) {
        let hash = self.hash(invite);
        if self.known.insert(hash) {
            self.order.push_back((now, hash));
        }
    }

    fn hash(&self, invite: &Request) -> u64 {
        let named = |name| super::header(invite, name);
        self.hasher
            .hash_one((named("From"), named("Call-ID"), named("CSeq")))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    #[test]
    fn an_invite_is_remembered_for_as_long_as_it_may_come_again() {
        let (start, mut seen) = (Instant::now(), Seen::default());
        let invite = request("", "");
        assert!(!seen.has(&invite, start));
        seen.add(&invite, start);
        assert!(seen.has(&invite, start + TRANSACTION_LIFE));
        let mut next = invite.clone();
        for header in next.headers.iter_mut() {
            if let rsipstack::sip::Header::CSeq(cseq) = header {
                *cseq = "2 INVITE".into();
            }
        }
        assert!(!seen.has(&next, start));
        assert!(!seen.has(&invite, start + TRANSACTION_LIFE + Duration::from_secs(1)));
        assert!(seen.order.is_empty());
    }
}
