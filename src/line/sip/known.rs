//! Whose addresses we know: those of the trunks. What only a trunk can know of a caller is believed from
//! there and nowhere else.

use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<RwLock<Vec<Trusted>>>);

#[derive(Debug)]
struct Trusted {
    name: String,
    networks: Vec<IpNet>,
    /// What its domain led to.
    found: BTreeSet<IpAddr>,
}

impl Known {
    /// The trunk that has this address.
    pub fn trunk_at(&self, address: IpAddr) -> Option<String> {
        let address = address.to_canonical();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let has = |trunk: &&Trusted| {
            trunk.found.contains(&address)
                || trunk.networks.iter().any(|net| net.contains(&address))
        };
        known.iter().find(has).map(|trunk| trunk.name.clone())
    }

    /// From now on these and no others; what their domains led to stays known.
    pub(super) fn set<'a>(&self, trunks: impl Iterator<Item = (&'a str, Vec<IpNet>)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *known);
        known.extend(trunks.map(|(name, networks)| {
            let same = before
                .iter_mut()
                .find(|trunk| trunk.name == name && trunk.networks == networks);
            Trusted {
                found: same
                    .map(|trunk| std::mem::take(&mut trunk.found))
                    .unwrap_or_default(),
                name: name.to_owned(),
                networks,
            }
        }));
    }

    /// Its domain leads to these just now.
    pub(super) fn found(&self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(trunk) = known.iter_mut().find(|trunk| trunk.name == name) {
            let found: BTreeSet<IpAddr> =
                addresses.into_iter().map(|ip| ip.to_canonical()).collect();
            // Nothing found is no news: a name server may be out of order.
            if !found.is_empty() {
                trunk.found = found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trunk_is_known_by_its_networks_and_by_what_its_domain_leads_to() {
        let known = Known::default();
        let networks = || vec!["192.0.2.0/24".parse::<IpNet>().unwrap()];
        let at = |address: &str| known.trunk_at(address.parse().unwrap());
        known.set([("one", networks()), ("two", vec![])].into_iter());
        assert_eq!(at("192.0.2.7").as_deref(), Some("one"));
        assert_eq!(at("::ffff:192.0.2.7").as_deref(), Some("one"));
        assert_eq!(at("198.51.100.7"), None);
        known.found("two", ["198.51.100.7".parse().unwrap()]);
        assert_eq!(at("198.51.100.7").as_deref(), Some("two"));
        known.found("two", []);
        known.set([("two", vec![])].into_iter());
        assert_eq!(
            (at("192.0.2.7"), at("198.51.100.7").as_deref()),
            (None, Some("two"))
        );
    }
}
