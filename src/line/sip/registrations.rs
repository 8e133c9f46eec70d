//! The accounts of our phones, and who of them can be called: shared between the agent, which
//! answers REGISTER, and everybody who wants to know.

use super::digest::Millis;
use super::registrar::{Decision, Flow, Reach, Registrar, Saved};
use rsipstack::sip::Request;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A handle; clones share everything. With no accounts nobody can register.
#[derive(Clone)]
pub struct Registrations {
    shared: Arc<Shared>,
}

struct Shared {
    registrar: Mutex<Registrar>,
    reachable: watch::Sender<BTreeMap<String, Reach>>,
}

impl Registrations {
    /// `accounts` are users and their passwords; a password is kept only as a hash. Fails where the
    /// system gives no random numbers.
    pub fn new(
        accounts: impl IntoIterator<Item = (String, String)>,
    ) -> std::io::Result<Registrations> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Registrations {
            shared: Arc::new(Shared {
                registrar: Mutex::new(Registrar::new(key, accounts)),
                reachable: watch::Sender::new(BTreeMap::new()),
            }),
        })
    }

    /// From now on these accounts; who is gone or has a new password must register again.
    pub fn set_accounts(&self, accounts: impl IntoIterator<Item = (String, String)>) {
        self.change(|registrar| registrar.set_accounts(accounts));
    }

    /// The phone to call first; `None` while the user has none.
    pub fn reachable(&self, user: &str) -> Option<Reach> {
        self.contacts(user).into_iter().next()
    }

    /// All of a user's phones, the one to call first first.
    pub fn contacts(&self, user: &str) -> Vec<Reach> {
        self.registrar().contacts(user)
    }

    /// Who can be called and where; tells of each change, whether a phone registers, leaves or is
    /// not heard of any more.
    pub fn watch(&self) -> watch::Receiver<BTreeMap<String, Reach>> {
        self.shared.reachable.subscribe()
    }

    /// To be kept over a restart.
    pub fn saved(&self) -> Saved {
        self.registrar().saved()
    }

    /// Takes over what was saved. Phones that are still there can be called at once.
    pub fn restore(&self, saved: Saved) {
        self.change(|registrar| registrar.restore(saved, now()));
    }

    /// Whether somebody has registered a phone from there.
    pub(super) fn is_home(&self, address: IpAddr) -> bool {
        self.registrar().is_home(address)
    }

    /// A connection is closed: the phones behind it are not there any more.
    pub(super) fn closed(&self, address: SocketAddr) {
        self.change(|registrar| registrar.closed(address));
    }

    pub(super) fn has_accounts(&self) -> bool {
        self.registrar().has_accounts()
    }

    pub(super) fn register(&self, request: &Request, from: Flow) -> Decision {
        self.change(|registrar| registrar.register(now(), request, from))
    }

    pub(super) fn authenticate(&self, request: &Request, from: Flow) -> Result<String, Decision> {
        self.registrar().authenticate(now(), request, from)
    }

    /// To be called every second or so: what has run out is gone.
    pub(super) fn expire(&self) {
        let any = self.registrar().expire(now());
        if any {
            self.change(|_| ());
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Registrar) -> T) -> T {
        let mut registrar = self.registrar();
        let result = change(&mut registrar);
        // Told while still locked, so that changes are told in their order.
        let reachable = registrar.reachable();
        self.shared.reachable.send_if_modified(|known| {
            let changed = *known != reachable;
            *known = reachable;
            changed
        });
        result
    }

    fn registrar(&self) -> MutexGuard<'_, Registrar> {
        // Every change is made whole: what a panicking thread left is sound.
        self.shared
            .registrar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Millis {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}
