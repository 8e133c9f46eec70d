//! `[limits]`: who may call, and how often; and which addresses are known by the configuration.

use super::Shared;
use super::people::{Asterisk, People};
use crate::line::sip::{CallLimits, LimitSettings};
use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How often the names of agents' phones are looked up; those of trunks are by who registers there.
const LOOK_UP: Duration = Duration::from_secs(300);

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub callers: Callers,
    /// Addresses and networks that are never limited nor banned; this machine where nothing is
    /// written. Trunks, agents' fixed addresses and the Asterisk beside us are so in any case.
    pub allow: Vec<Network>,
    /// Of all others: calls at a time from one address (of IPv6, one /64), and in a minute.
    pub calls_per_source: usize,
    pub calls_per_minute: u32,
}

/// Who may call. It is everybody where nothing is written: whoever calls reaches the bot and
/// nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Callers {
    #[default]
    Anyone,
    /// Trunks, agents, and who is in `allow`; others are refused (403).
    Known,
}

/// `192.0.2.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(written: String) -> Result<Network, String> {
        let address = written.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| written.parse::<IpNet>());
        network.map(Network).map_err(|_| {
            format!("\"{written}\" is no network; write it like \"192.0.2.0/24\" or \"192.0.2.7\"")
        })
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            callers: Callers::default(),
            allow: vec![
                Network(IpNet::new_assert(IpAddr::from([127, 0, 0, 0]), 8)),
                Network(IpNet::from(IpAddr::from(std::net::Ipv6Addr::LOCALHOST))),
            ],
            calls_per_source: 30,
            calls_per_minute: 60,
        }
    }
}

impl Limits {
    pub fn settings(&self, most_calls: usize) -> LimitSettings {
        LimitSettings {
            exempt: self.allow.iter().map(|network| network.0).collect(),
            strangers_may_call: self.callers == Callers::Anyone,
            calls: CallLimits {
                at_a_time: self.calls_per_source,
                per_minute: self.calls_per_minute,
            },
            most_calls,
        }
    }
}

/// Keeps the addresses of all whom the configuration names exempt from limits, as trunks are. Never
/// ready.
pub async fn keep_known(shared: Arc<Shared>) {
    loop {
        let mut known = Vec::new();
        for host in hosts(&shared.people(), shared.config.asterisk.as_ref()) {
            match tokio::net::lookup_host(host.as_str()).await {
                Ok(found) => known.extend(found.map(|address| address.ip())),
                Err(error) => tracing::warn!(host, %error, "no address for this name"),
            }
        }
        shared.limiter.know(known);
        tokio::time::sleep(LOOK_UP).await;
    }
}

/// With a port, as the system's resolver wants it.
fn hosts(people: &People, asterisk: Option<&Asterisk>) -> Vec<String> {
    let agents = people.agents.iter().filter_map(|a| a.address.as_deref());
    let asterisk = asterisk.map(|pbx| pbx.address.as_str());
    let mut hosts: Vec<String> = agents.chain(asterisk).filter_map(host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// The host in a SIP URI, or in a host with port, with a port.
fn host(address: &str) -> Option<String> {
    let address = address
        .strip_prefix("sip:")
        .or_else(|| address.strip_prefix("sips:"))
        .unwrap_or(address);
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    let host = host.split([';', '?', '>']).next()?;
    let has_port = match host.rsplit_once(']') {
        Some((_, after)) => after.starts_with(':'),
        None => host.contains(':'),
    };
    match (host.is_empty(), has_port) {
        (true, _) => None,
        (false, true) => Some(host.to_owned()),
        (false, false) => Some(format!("{host}:5060")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_named_is_known_by_their_hosts() {
        for (address, expected) in [
            ("sip:trunk.example", "trunk.example:5060"),
            ("sip:anna@192.0.2.1:5070;transport=tcp", "192.0.2.1:5070"),
            ("sips:[2001:db8::1]", "[2001:db8::1]:5060"),
            ("sip:a@[2001:db8::1]:5061", "[2001:db8::1]:5061"),
            ("127.0.0.1:5038", "127.0.0.1:5038"),
        ] {
            assert_eq!(host(address).as_deref(), Some(expected), "{address}");
        }
        assert_eq!(host("sip:"), None);
    }

    #[test]
    fn the_limits_of_the_docs_are_some() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let example = docs.split("```toml\n[limits]\n").nth(1).unwrap();
        let limits: Limits = toml::from_str(example.split("```").next().unwrap()).unwrap();
        assert_eq!(limits.callers, Callers::Known);
        assert!(limits.settings(200).exempt.len() > 1);
        // What is said there to be the default is.
        let default = Limits::default();
        assert_eq!(default.calls_per_source, limits.calls_per_source);
        assert_eq!(default.calls_per_minute, limits.calls_per_minute);
        assert!(toml::from_str::<Limits>("callers = \"nobody\"").is_err());
    }

    #[test]
    fn networks_are_written_as_usual() {
        let network = |text: &str| Network::try_from(text.to_owned());
        assert!(network("192.0.2.0/24").is_ok_and(|n| n.0.prefix_len() == 24));
        assert!(network("192.0.2.7").is_ok_and(|n| n.0.prefix_len() == 32));
        assert!(network("2001:db8::1").is_ok_and(|n| n.0.prefix_len() == 128));
        for bad in ["", "192.0.2.0/33", "trunk.example", "192.0.2"] {
            assert!(network(bad).unwrap_err().contains("192.0.2.0/24"), "{bad}");
        }
    }
}
