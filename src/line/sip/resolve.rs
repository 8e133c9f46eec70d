//! Which server a domain means: RFC 3263 without NAPTR. The stack's resolver finds the servers (SRV,
//! then A and AAAA, in their order of preference); here is what it lacks: all requests of a call go to
//! the same one, one that does not answer is passed over for a while, and TLS without a port is looked up
//! by SRV too.

use super::digest::Millis;
use rsipstack::resolver::SipResolver;
use rsipstack::sip::{Domain, Host, Transport};
use rsipstack::transport::SipAddr;
use rsipstack::transport::transport_layer::DomainResolver;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A server that did not answer is not asked for so long, if there is another.
const PASSED_OVER_MS: Millis = 60_000;
/// Longer than any resolver that is well.
const PATIENCE: Duration = Duration::from_secs(5);
/// Domains that are remembered; the names in Contacts come from outside.
const MOST_DOMAINS: usize = 1024;

/// A server of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub transport: Transport,
    pub address: SocketAddr,
}

impl From<Place> for SipAddr {
    fn from(place: Place) -> SipAddr {
        SipAddr::new(place.transport, place.address.into())
    }
}

/// A domain as a URI names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Named {
    domain: String,
    port: Option<u16>,
    transport: Option<Transport>,
}

/// Clones share what they know.
#[derive(Clone)]
pub(super) struct Resolver {
    source: Source,
    choices: Arc<Mutex<Choices>>,
    since: Instant,
}

#[derive(Clone)]
enum Source {
    System(SipResolver),
    #[cfg(test)]
    Table(Arc<dyn rsipstack::resolver::sip_resolver::LookupSource>),
}

impl Resolver {
    /// Asks the name servers of this machine.
    pub fn new() -> Resolver {
        Resolver::with(Source::System(SipResolver::new()))
    }

    fn with(source: Source) -> Resolver {
        Resolver {
            source,
            choices: Arc::default(),
            since: Instant::now(),
        }
    }

    #[cfg(test)]
    pub fn with_table(
        table: impl rsipstack::resolver::sip_resolver::LookupSource + 'static,
    ) -> Resolver {
        Resolver::with(Source::Table(Arc::new(table)))
    }

    /// The server to send to. An address that is one already stays as it is.
    pub async fn choose(&self, target: &SipAddr) -> Result<Place, String> {
        let Some(mut named) = named(target) else {
            let transport = target.r#type.unwrap_or(Transport::Udp);
            let port = target.addr.port.unwrap_or(transport.default_port());
            return match target.addr.host {
                Host::IpAddr(ip) => Ok(Place {
                    transport,
                    address: SocketAddr::new(ip, port.into()),
                }),
                Host::Domain(_) => Err(format!("{} cannot be looked up", target.addr)),
            };
        };
        {
            let mut choices = self.choices();
            if named.transport == Some(Transport::Tls) && named.port.is_none() {
                choices.remember_without_port(&named.domain);
            }
            choices.forget_the_stacks_port(&mut named);
        }
        let found = tokio::time::timeout(PATIENCE, self.look_up(&named))
            .await
            .map_err(|_| format!("{}: no name server answers", named.domain))??;
        let chosen = self.choices().choose(self.now(), named.clone(), &found);
        chosen.ok_or_else(|| format!("{}: no server is known by that name", named.domain))
    }

    /// All servers that a name stands for; one, where it is an address.
    pub async fn all(&self, target: &SipAddr) -> Vec<Place> {
        match named(target) {
            None => self.choose(target).await.into_iter().collect(),
            Some(mut named) => {
                self.choices().forget_the_stacks_port(&mut named);
                self.look_up(&named).await.unwrap_or_default()
            }
        }
    }

    /// It did not answer. Says whether there is another server of that name to try.
    pub fn failed(&self, target: &SipAddr, place: Place) -> bool {
        let now = self.now();
        let mut choices = self.choices();
        match named(target) {
            Some(mut named) => {
                choices.forget_the_stacks_port(&mut named);
                choices.failed(now, &named, place)
            }
            None => false,
        }
    }

    async fn look_up(&self, named: &Named) -> Result<Vec<Place>, String> {
        let domain = Domain::from(named.domain.as_str());
        let port = named.port.map(Into::into);
        let secure = named.transport == Some(Transport::Tls);
        let found = match &self.source {
            Source::System(resolver) => {
                resolver
                    .lookup(&domain, port, named.transport, secure)
                    .await
            }
            #[cfg(test)]
            Source::Table(table) => {
                rsipstack::resolver::sip_resolver::resolve_logic(
                    &**table,
                    &domain,
                    port,
                    named.transport,
                    secure,
                )
                .await
            }
        };
        let found = found.map_err(|why| format!("{}: {why}", named.domain))?;
        Ok(found
            .into_iter()
            .map(|target| Place {
                transport: target.transport,
                address: target.addr,
            })
            .collect())
    }

    fn now(&self) -> Millis {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn choices(&self) -> MutexGuard<'_, Choices> {
        self.choices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` where it is an address, or a domain that only stands for "nowhere" (RFC 5626).
fn named(target: &SipAddr) -> Option<Named> {
    match &target.addr.host {
        Host::IpAddr(_) => None,
        Host::Domain(domain) => {
            let domain = domain.0.to_ascii_lowercase();
            let domain = domain.trim_end_matches('.');
            if domain == "invalid" || domain.ends_with(".invalid") {
                return None;
            }
            Some(Named {
                domain: domain.to_owned(),
                port: target.addr.port.map(Into::into),
                transport: target.r#type,
            })
        }
    }
}

/// What the stack asks for each request that it sends to a domain.
#[async_trait::async_trait]
impl DomainResolver for Resolver {
    async fn resolve(&self, target: &SipAddr) -> rsipstack::Result<SipAddr> {
        match self.choose(target).await {
            Ok(place) => Ok(place.into()),
            Err(why) => Err(rsipstack::Error::DnsResolutionError(why)),
        }
    }
}

/// What was chosen and what has failed.
#[derive(Default)]
struct Choices {
    chosen: HashMap<Named, Place>,
    failed: HashMap<Place, Millis>,
    /// Domains that are reached by TLS and were written without a port.
    without_port: HashSet<String>,
}

impl Choices {
    fn choose(&mut self, now: Millis, named: Named, found: &[Place]) -> Option<Place> {
        self.failed
            .retain(|_, at| now.saturating_sub(*at) < PASSED_OVER_MS);
        let well = |place: &&Place| !self.failed.contains_key(place);
        // Who was chosen before, so that a call stays where it began.
        let before = self
            .chosen
            .get(&named)
            .filter(|place| found.contains(place));
        let place = before
            .filter(well)
            .or_else(|| found.iter().find(well))
            // All have failed: the best of them is asked all the same.
            .or_else(|| found.first())
            .copied()?;
        if self.chosen.len() >= MOST_DOMAINS {
            self.chosen.clear();
        }
        self.chosen.insert(named, place);
        Some(place)
    }

    /// Whether there may be another.
    fn failed(&mut self, now: Millis, named: &Named, place: Place) -> bool {
        self.chosen.remove(named);
        let first_time = self.failed.insert(place, now).is_none();
        if self.failed.len() >= MOST_DOMAINS {
            self.failed.clear();
        }
        first_time
    }

    fn remember_without_port(&mut self, domain: &str) {
        if self.without_port.len() >= MOST_DOMAINS {
            self.without_port.clear();
        }
        self.without_port.insert(domain.to_owned());
    }

    /// The stack writes 5061 where TLS has no port, and a port is not looked up by SRV.
    fn forget_the_stacks_port(&self, named: &mut Named) {
        let tls = named.transport == Some(Transport::Tls);
        if tls && named.port == Some(5061) && self.without_port.contains(&named.domain) {
            named.port = None;
        }
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
pub(super) mod tests;
