//! Asking a company's own system over HTTP in the middle of a call: is the parcel on its way, is
//! Thursday free.
//!
//! A [`Lookup`] is what a dialplan defines, checked when it is loaded; [`Lookups`] asks, and keeps
//! for each server its connections, a bound on the requests at once, and a circuit breaker. What a
//! caller said fills slots in the address, in headers and in what is sent, and can change none of
//! their shape: not the server, not the path's segments, not the header lines. Secrets come from
//! the environment and stand in no log, no error and no `Debug` output.
//!
//! [`Lookups::ask`] blocks, for no longer than the lookup's timeout, and belongs on a thread where
//! that does not matter. It reads no dialplan and knows nothing of calls.
//!
//! ```no_run
//! # use zeroline::lookup::{Definition, Lookup, Lookups};
//! let mut parcel = Definition::get("parcel", "http://127.0.0.1:9000/parcels/{number}");
//! parcel.gives.insert("status".to_owned(), "/status".to_owned());
//! let parcel = Lookup::new(parcel).map_err(|mistakes| format!("{mistakes:?}"))?;
//! let lookups = Lookups::new();
//! let answer = lookups.ask(&parcel, &|slot| (slot == "number").then(|| "B47".to_owned()))?;
//! println!("{:?}", answer.values.get("status"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod answer;
mod body;
mod breaker;
mod definition;
mod failed;
mod headers;
mod host;
mod http;
mod retry;
mod template;
#[cfg(test)]
mod tests;

pub use address::Origin;
pub use definition::{Definition, Lookup, Method, Mistake};
pub use failed::Failed;

use host::{Host, Refused};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A secret by its name.
type Secrets = dyn Fn(&str) -> Option<String> + Send + Sync;

/// All lookups of a process; shared by its calls.
pub struct Lookups {
    agent: ureq::Agent,
    secrets: Box<Secrets>,
    hosts: Mutex<HashMap<Origin, Arc<Host>>>,
}

/// What a system answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// All that the lookup gives.
    pub values: BTreeMap<String, String>,
    /// 200 to 299.
    pub status: u16,
    /// With all tries.
    pub took_ms: u64,
    /// How often it was asked, from 1.
    pub tries: u32,
}

/// Something in a definition, with what to do.
struct Wrong {
    message: String,
    help: String,
}

impl Wrong {
    fn new(message: String, help: impl Into<String>) -> Wrong {
        Wrong {
            message,
            help: help.into(),
        }
    }
}

impl Default for Lookups {
    fn default() -> Lookups {
        Lookups::new()
    }
}

impl Lookups {
    /// Secrets come from the environment.
    pub fn new() -> Lookups {
        Lookups::with_secrets(|name| std::env::var(name).ok())
    }

    pub fn with_secrets(
        secrets: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Lookups {
        Lookups {
            agent: http::agent(host::MOST_AT_ONCE),
            secrets: Box::new(secrets),
            hosts: Mutex::default(),
        }
    }

    /// Asks with the values of slots. Blocks at most [`Lookup::timeout`].
    pub fn ask(
        &self,
        lookup: &Lookup,
        values: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Answer, Failed> {
        let begun = Instant::now();
        let mut tries = 0;
        let result = self.try_all(lookup, values, begun + lookup.timeout(), &mut tries);
        let took_ms = begun.elapsed().as_millis() as u64;
        let (name, host) = (lookup.name(), lookup.origin().host());
        match &result {
            Ok(_) => tracing::debug!(lookup = name, host, tries, took_ms, "looked up"),
            Err(Failed::NotFound { .. }) => {
                tracing::debug!(lookup = name, host, tries, took_ms, "nothing found");
            }
            Err(failed) => tracing::warn!(lookup = name, tries, took_ms, "{failed}"),
        }
        let (status, values) = result?;
        Ok(Answer {
            values,
            status,
            took_ms,
            tries,
        })
    }

    fn try_all(
        &self,
        lookup: &Lookup,
        values: &dyn Fn(&str) -> Option<String>,
        deadline: Instant,
        tries: &mut u32,
    ) -> Result<(u16, BTreeMap<String, String>), Failed> {
        let origin = lookup.origin();
        let request = lookup.request(values, &*self.secrets)?;
        let host = self.host(origin);
        let wants_body = !lookup.gives.is_empty();
        let mut last = None;
        loop {
            let pass = match host.enter(deadline) {
                Ok(pass) => pass,
                // Why it failed a moment ago says more than that it is not asked again.
                Err(refused) => return Err(last.unwrap_or_else(|| refused.at(origin))),
            };
            *tries += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            let no_reply = match http::exchange(&self.agent, origin, &request, wants_body, left) {
                Ok(reply) => {
                    pass.well();
                    let values = answer::read(origin, &lookup.gives, &reply.body)?;
                    return Ok((reply.status, values));
                }
                Err(no_reply) => no_reply,
            };
            match no_reply.ailing {
                true => drop(pass),
                false => pass.well(),
            }
            let random = RandomState::new().hash_one(*tries);
            let pause = retry::pause(*tries, random);
            let left = deadline.saturating_duration_since(Instant::now());
            if !no_reply.passing || *tries > lookup.retries || left < pause + host::LEAST {
                return Err(no_reply.failed);
            }
            std::thread::sleep(pause);
            last = Some(no_reply.failed);
        }
    }

    fn host(&self, origin: &Origin) -> Arc<Host> {
        let hosts = self.hosts.lock();
        let mut hosts = hosts.unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(origin) {
            return host.clone();
        }
        let host = Arc::new(Host::new(origin.host()));
        hosts.insert(origin.clone(), host.clone());
        host
    }
}

impl Refused {
    fn at(self, origin: &Origin) -> Failed {
        let host = origin.host().to_owned();
        match self {
            Refused::CircuitOpen => Failed::CircuitOpen { host },
            Refused::Busy => Failed::Busy { host },
        }
    }
}
