//! Our own addresses, as others are told: in Contact, From and Via.

use rsipstack::sip::{Param, Scheme, Transport, Uri};
use std::net::{IpAddr, SocketAddr};

/// Where we listen, and what that is called outside.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    /// UDP and TCP; never empty.
    pub plain: Vec<SocketAddr>,
    pub tls: Vec<SocketAddr>,
    /// What a NAT in front of us is called by those outside of it.
    pub external: Option<IpAddr>,
}

impl Own {
    /// The one that is written first.
    pub fn first(&self) -> SocketAddr {
        let first = self.plain.first().copied();
        first.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 5060)))
    }

    /// The one to be named to `towards`: of its family if we have that, and the external one for whoever
    /// is outside.
    pub fn address(&self, transport: Transport, towards: Option<IpAddr>) -> SocketAddr {
        let listening = match transport {
            Transport::Tls if !self.tls.is_empty() => &self.tls,
            _ => &self.plain,
        };
        let family = |address: &&SocketAddr| {
            towards.is_none_or(|towards| towards.is_ipv4() == address.is_ipv4())
        };
        let own = listening.iter().find(family).or(listening.first());
        let own = own.copied().unwrap_or(self.first());
        match self.external {
            Some(external)
                if external.is_ipv4() == own.is_ipv4() && towards.is_none_or(is_outside) =>
            {
                SocketAddr::new(external, own.port())
            }
            _ => own,
        }
    }

    pub fn contact(&self, user: &str, transport: Transport, towards: Option<IpAddr>) -> Uri {
        let mut uri = Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(rsipstack::sip::Auth {
                user: user.to_owned(),
                password: None,
            }),
            host_with_port: self.address(transport, towards).into(),
            ..Default::default()
        };
        if transport != Transport::Udp {
            uri.params.push(Param::Transport(transport));
        }
        uri
    }
}

/// Not on this machine, nor in a network that is not routed on the Internet.
fn is_outside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_told_an_address_can_reach_it() {
        let own = Own {
            plain: vec![
                "192.168.1.10:5060".parse().unwrap(),
                "[2001:db8::1]:5060".parse().unwrap(),
            ],
            tls: vec!["192.168.1.10:5061".parse().unwrap()],
            external: Some("198.51.100.1".parse().unwrap()),
        };
        let told = |transport, towards: &str| {
            own.contact("a", transport, Some(towards.parse().unwrap()))
                .to_string()
        };
        assert_eq!(
            told(Transport::Udp, "192.168.1.20"),
            "sip:a@192.168.1.10:5060"
        );
        assert_eq!(
            told(Transport::Udp, "203.0.113.5"),
            "sip:a@198.51.100.1:5060"
        );
        assert_eq!(
            told(Transport::Udp, "2001:db8::9"),
            "sip:a@[2001:db8::1]:5060"
        );
        assert_eq!(
            own.address(Transport::Tls, None).to_string(),
            "198.51.100.1:5061"
        );
        let tls = told(Transport::Tls, "203.0.113.5");
        assert!(
            tls.starts_with("sip:a@198.51.100.1:5061;transport="),
            "{tls}"
        );
        let plain = Own { tls: vec![], ..own };
        assert_eq!(plain.address(Transport::Tls, None).port(), 5060);
    }
}
