//! Where agents' phones are: registered with us, or always at the same address.

use super::Shared;
use super::desk::DeskInput;
use super::people::{Agent, Secret, Trunk};
use crate::call::Accept;
use crate::human::{Context, Input, Ring};
use crate::line::sip::{Credentials, Outgoing, Reach, Registrations, uui};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// As whom we call.
pub const US: &str = "zeroline";
/// In the data folder.
const FILE: &str = "registrations.json";

pub struct Phones {
    /// By agent.
    fixed: HashMap<String, String>,
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
        let fixed = agents.iter().filter_map(|agent| {
            let address = agent.address.clone()?;
            Some((agent.name.clone(), address))
        });
        Phones {
            fixed: fixed.collect(),
            registrations,
        }
    }

    /// What was registered when the server ended, if that can be read: phones are told apart from others
    /// by it, and register again if not.
    pub fn restore(&self, folder: &Path) {
        let read = std::fs::read(folder.join(FILE)).ok();
        if let Some(saved) = read.and_then(|text| serde_json::from_slice(&text).ok()) {
            self.registrations.restore(saved);
        }
    }

    fn keep(&self, folder: &Path) {
        let path = folder.join(FILE);
        let text = serde_json::to_vec(&self.registrations.saved());
        let kept = text
            .map_err(std::io::Error::from)
            .and_then(|text| std::fs::write(&path, text));
        if let Err(error) = kept {
            let path = path.display();
            tracing::warn!(%path, %error, "after a restart phones must register again");
        }
    }

    fn of(&self, agent: &str) -> Option<Phone> {
        match self.fixed.get(agent) {
            Some(address) => Some(Phone::At(address.clone())),
            None => self.registrations.reachable(agent).map(Phone::Registered),
        }
    }
}

impl Phone {
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

impl Trunk {
    /// A call to `number`.
    pub fn outgoing(&self, number: &str, offer: String) -> Outgoing {
        let host = self
            .address
            .trim_start_matches("sip:")
            .rsplit_once('@')
            .map_or(self.address.trim_start_matches("sip:"), |(_, host)| host);
        let target = format!("sip:{number}@{host}");
        let credentials = match (&self.user, &self.password) {
            (Some(user), Some(password)) => Some(Credentials {
                user: user.clone(),
                password: password.reveal().to_owned(),
            }),
            _ => None,
        };
        let user = self.number.as_deref().or(self.user.as_deref());
        Outgoing {
            credentials,
            ..Outgoing::new(&target, user.unwrap_or(US), offer)
        }
    }
}

impl Shared {
    pub fn phone_of(&self, agent: &str) -> Option<Phone> {
        self.phones.of(agent)
    }

    /// By what the agents of a queue take a call.
    pub fn accept_of(&self, queue: &str) -> Accept {
        let mut queues = self.config.queues.iter();
        let queue = queues.find(|known| known.name == queue);
        queue.map(|queue| queue.accept).unwrap_or_default()
    }

    /// What an agent's phone shows: the caller's number, and where they wait.
    pub fn shown_as(&self, about: &Ring) -> String {
        let number = about.number.as_deref().unwrap_or("number withheld");
        format!("{number} ({})", about.queue)
    }
}

/// Tells the desk whose phone can be reached, now and whenever that changes.
pub async fn watch(shared: Arc<Shared>) {
    let reachable =
        |agent: String, reachable: bool| DeskInput::Acd(Input::Phone { agent, reachable });
    for agent in shared.phones.fixed.keys() {
        shared.desk.send(reachable(agent.clone(), true)).await;
    }
    let mut changes = shared.phones.registrations.watch();
    let mut known: BTreeSet<String> = BTreeSet::new();
    loop {
        let now: BTreeSet<String> = changes.borrow_and_update().keys().cloned().collect();
        for agent in now.difference(&known) {
            shared.desk.send(reachable(agent.clone(), true)).await;
        }
        for agent in known.difference(&now) {
            shared.desk.send(reachable(agent.clone(), false)).await;
        }
        known = now;
        shared.phones.keep(&shared.config.data);
        if changes.changed().await.is_err() {
            return;
        }
    }
}
