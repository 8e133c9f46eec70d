//! Where agents' phones are: registered with us, or always at the same address.

use super::Shared;
use super::desk::DeskInput;
use super::kept;
use super::offers::Peer;
use super::people::{Agent, Secret};
use crate::call::Accept;
use crate::human::{Context, Input, Ring};
use crate::line::sip::{Outgoing, Reach, Registrations, Saved, uui};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;

/// As whom we call.
pub const US: &str = "zeroline";
/// In the data folder.
const FILE: &str = "registrations.json";
/// What has changed is written so often: a phone registers for a minute at least, and anew some seconds
/// before that is over.
const KEPT: Duration = Duration::from_secs(5);

pub struct Phones {
    /// By agent.
    fixed: RwLock<HashMap<String, String>>,
    changed: Notify,
    registrations: Registrations,
}

/// Where an agent's phone is just now.
pub enum Phone {
    At(String),
    Registered(Reach),
}

/// Who may register.
pub fn accounts(agents: &[Agent]) -> impl Iterator<Item = (String, String)> {
    agents.iter().filter_map(|agent| {
        let password = agent.password.as_ref().map(Secret::reveal)?;
        Some((agent.name.clone(), password.to_owned()))
    })
}

impl Phones {
    pub fn new(agents: &[Agent], registrations: Registrations) -> Phones {
        Phones {
            fixed: RwLock::new(fixed(agents)),
            changed: Notify::new(),
            registrations,
        }
    }

    /// From now on these agents; who has no account any more is not registered any more.
    pub fn take_over(&self, agents: &[Agent], accounts: impl Iterator<Item = (String, String)>) {
        *self.fixed.write().unwrap_or_else(PoisonError::into_inner) = fixed(agents);
        self.registrations.set_accounts(accounts);
        self.changed.notify_one();
    }

    /// What was registered when the server ended, if that can be read: phones are told apart from others
    /// by it, and register again if not.
    pub fn restore(&self, folder: &Path) {
        let read = std::fs::read(folder.join(FILE)).ok();
        if let Some(saved) = read.and_then(|text| serde_json::from_slice(&text).ok()) {
            self.registrations.restore(saved);
        }
    }

    fn of(&self, agent: &str) -> Option<Phone> {
        let fixed = self.fixed.read().unwrap_or_else(PoisonError::into_inner);
        match fixed.get(agent) {
            Some(address) => Some(Phone::At(address.clone())),
            None => self.registrations.reachable(agent).map(Phone::Registered),
        }
    }
}

fn fixed(agents: &[Agent]) -> HashMap<String, String> {
    let fixed = agents.iter().filter_map(|agent| {
        let address = agent.address.clone()?;
        Some((agent.name.clone(), address))
    });
    fixed.collect()
}

impl Phone {
    pub fn peer(&self) -> Peer {
        match self {
            Phone::At(address) => Peer::at(address),
            Phone::Registered(reach) => Peer {
                host: reach.flow.map(|flow| flow.address.ip()),
                ..Peer::at(&reach.uri)
            },
        }
    }

    pub fn outgoing(&self, offer: String) -> Outgoing {
        match self {
            Phone::At(address) => Outgoing::new(address, US, offer),
            Phone::Registered(reach) => Outgoing {
                flow: reach.flow,
                ..Outgoing::new(&reach.uri, US, offer)
            },
        }
    }
}

/// The header that tells whoever takes over what the call is about (RFC 7433).
pub fn user_to_user(context: &Context) -> (String, String) {
    (uui::NAME.to_owned(), uui::header(&context.brief()))
}

impl Shared {
    pub fn phone_of(&self, agent: &str) -> Option<Phone> {
        self.phones.of(agent)
    }

    /// By what the agents of a queue take a call.
    pub fn accept_of(&self, queue: &str) -> Accept {
        let people = self.people();
        let mut queues = people.queues.iter();
        let queue = queues.find(|known| known.name == queue);
        queue.map(|queue| queue.accept).unwrap_or_default()
    }

    /// What an agent's phone shows: the caller's number, and where they wait.
    pub fn shown_as(&self, about: &Ring) -> String {
        let number = about.number.as_deref().unwrap_or("number withheld");
        format!("{number} ({})", about.queue)
    }
}

/// What was registered, as it stands on disk.
#[derive(Default)]
struct Kept(Option<Saved>);

impl Kept {
    /// Writes it where it is not what was written last: that a phone has registered anew counts, too.
    fn keep(&mut self, folder: &Path, saved: Saved) {
        if self.0.as_ref() == Some(&saved) {
            return;
        }
        match kept::write(folder, FILE, &saved) {
            Ok(()) => self.0 = Some(saved),
            Err(error) => {
                let path = folder.join(FILE);
                let path = path.display();
                tracing::warn!(%path, %error, "after a restart phones must register again");
            }
        }
    }
}

/// Tells the desk whose phone can be reached, now and whenever that changes, and keeps it for the next
/// start.
pub async fn watch(shared: Arc<Shared>) {
    let reachable =
        |agent: String, reachable: bool| DeskInput::Acd(Input::Phone { agent, reachable });
    let mut changes = shared.phones.registrations.watch();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut kept = Kept::default();
    loop {
        let mut now: BTreeSet<String> = changes.borrow_and_update().keys().cloned().collect();
        {
            let fixed = &shared.phones.fixed;
            let fixed = fixed.read().unwrap_or_else(PoisonError::into_inner);
            now.extend(fixed.keys().cloned());
        }
        for agent in now.difference(&known) {
            shared.desk.send(reachable(agent.clone(), true)).await;
        }
        for agent in known.difference(&now) {
            shared.desk.send(reachable(agent.clone(), false)).await;
        }
        known = now;
        let saved = shared.phones.registrations.saved();
        tokio::task::block_in_place(|| kept.keep(&shared.config.data, saved));
        tokio::select! {
            changed = changes.changed() => if changed.is_err() {
                return;
            },
            () = shared.phones.changed.notified() => {}
            () = tokio::time::sleep(KEPT) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Anna's phone, registered until then.
    fn until(expires: u64) -> Saved {
        let binding = serde_json::json!({
            "reach": { "uri": "sip:anna@127.0.0.1:5080", "flow": null },
            "q": 1000, "expires": expires, "updated": 0, "call_id": "x", "cseq": 1,
        });
        serde_json::from_value(serde_json::json!({ "bindings": { "anna": [binding] } })).unwrap()
    }

    fn anna_after_a_restart(folder: &Path) -> Option<Reach> {
        let accounts = [("anna".to_owned(), "a-long-secret".to_owned())];
        let phones = Phones::new(&[], Registrations::new(accounts).unwrap());
        phones.restore(folder);
        phones.registrations.reachable("anna")
    }

    #[test]
    fn a_phone_that_registered_anew_is_known_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let now = jiff::Timestamp::now().as_millisecond() as u64;
        let mut kept = Kept::default();
        kept.keep(folder.path(), until(now - 1));
        assert_eq!(anna_after_a_restart(folder.path()), None, "it has run out");
        kept.keep(folder.path(), until(now + 60_000));
        assert!(anna_after_a_restart(folder.path()).is_some());
        let path = folder.path().join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // Nothing is written where nothing has changed.
        std::fs::remove_file(&path).unwrap();
        kept.keep(folder.path(), until(now + 60_000));
        assert!(!path.exists());
    }
}
