//! Which server of a domain is asked.

use super::*;
use rsipstack::resolver::sip_resolver::{LookupSource, SrvRecord};
use std::net::IpAddr;

/// A name server in memory.
#[derive(Default)]
pub struct Table {
    pub srv: HashMap<String, Vec<(u16, String, u16)>>,
    pub hosts: HashMap<String, IpAddr>,
}

impl Table {
    /// `service`, such as `_sip._udp.trunk.example`, is at these hosts and ports, the first preferred.
    pub fn with(mut self, service: &str, servers: &[(&str, SocketAddr)]) -> Table {
        for (at, (host, address)) in servers.iter().enumerate() {
            let record = (at as u16, (*host).to_owned(), address.port());
            self.srv.entry(service.to_owned()).or_default().push(record);
            self.hosts.insert((*host).to_owned(), address.ip());
        }
        self
    }
}

#[async_trait::async_trait]
impl LookupSource for Table {
    async fn lookup_srv(&self, name: &str) -> Result<Vec<SrvRecord>, String> {
        let records = self.srv.get(name).ok_or("no such name")?;
        Ok(records
            .iter()
            .map(|(priority, target, port)| SrvRecord {
                target: target.clone(),
                port: *port,
                priority: *priority,
                weight: 1,
            })
            .collect())
    }

    async fn lookup_a_aaaa(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        let found = self.hosts.get(name).ok_or("no such host")?;
        Ok(vec![*found])
    }
}

fn target(uri: &str) -> SipAddr {
    SipAddr::try_from(&rsipstack::sip::Uri::try_from(uri).unwrap()).unwrap()
}

fn resolver() -> Resolver {
    let one = "192.0.2.1:5070".parse().unwrap();
    let two = "192.0.2.2:5080".parse().unwrap();
    let tls = "192.0.2.3:5099".parse().unwrap();
    let table = Table::default()
        .with(
            "_sip._udp.trunk.example",
            &[("one.example", one), ("two.example", two)],
        )
        .with("_sips._tcp.trunk.example", &[("tls.example", tls)]);
    Resolver::with_table(table)
}

async fn chosen(resolver: &Resolver, uri: &str) -> String {
    let place = resolver.choose(&target(uri)).await.unwrap();
    format!("{} {}", place.transport, place.address)
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_passed_over_and_the_others_stay_chosen() {
    let (resolver, uri) = (resolver(), "sip:4930@Trunk.example");
    assert_eq!(chosen(&resolver, uri).await, "UDP 192.0.2.1:5070");
    let first = resolver.choose(&target(uri)).await.unwrap();
    assert!(resolver.failed(&target(uri), first));
    assert_eq!(chosen(&resolver, uri).await, "UDP 192.0.2.2:5080");
    assert_eq!(chosen(&resolver, uri).await, "UDP 192.0.2.2:5080");
    let second = resolver.choose(&target(uri)).await.unwrap();
    resolver.failed(&target(uri), second);
    // None is left: the best is asked again, and that it fails again leads nowhere.
    assert_eq!(chosen(&resolver, uri).await, "UDP 192.0.2.1:5070");
    assert!(!resolver.failed(&target(uri), first));
}

#[test]
fn who_failed_is_asked_again_after_a_while_but_not_in_the_middle_of_something() {
    let place = |last: u8| Place {
        transport: Transport::Udp,
        address: SocketAddr::from(([192, 0, 2, last], 5060)),
    };
    let named = Named {
        domain: "a".to_owned(),
        port: None,
        transport: None,
    };
    let found = [place(1), place(2)];
    let mut choices = Choices::default();
    assert_eq!(choices.choose(0, named.clone(), &found), Some(place(1)));
    choices.failed(0, &named, place(1));
    assert_eq!(choices.choose(1, named.clone(), &found), Some(place(2)));
    assert_eq!(
        choices.choose(PASSED_OVER_MS, named.clone(), &found),
        Some(place(2))
    );
    choices.failed(PASSED_OVER_MS, &named, place(2));
    assert_eq!(
        choices.choose(PASSED_OVER_MS, named.clone(), &found),
        Some(place(1))
    );
    // It is not there any more.
    assert_eq!(
        choices.choose(PASSED_OVER_MS, named.clone(), &[place(3)]),
        Some(place(3))
    );
    assert_eq!(choices.choose(PASSED_OVER_MS, named, &[]), None);
}

#[tokio::test]
async fn tls_without_a_port_is_looked_up_by_srv_although_the_stack_writes_one() {
    let resolver = resolver();
    let (ours, stacks) = (
        "sip:trunk.example;transport=tls",
        "sip:trunk.example:5061;transport=tls",
    );
    // A port that somebody wrote is where it is; the domain itself has no address here.
    assert!(resolver.choose(&target(stacks)).await.is_err());
    assert_eq!(chosen(&resolver, ours).await, "TLS 192.0.2.3:5099");
    assert_eq!(chosen(&resolver, stacks).await, "TLS 192.0.2.3:5099");
}

#[tokio::test]
async fn an_address_is_itself_and_a_placeholder_is_nobody() {
    let resolver = resolver();
    assert_eq!(
        chosen(&resolver, "sip:a@192.0.2.9").await,
        "UDP 192.0.2.9:5060"
    );
    assert_eq!(
        chosen(&resolver, "sip:[2001:db8::1];transport=tls").await,
        "TLS [2001:db8::1]:5061"
    );
    for nowhere in ["sip:a@anonymous.invalid", "sip:a@nobody.example"] {
        assert!(
            resolver.choose(&target(nowhere)).await.is_err(),
            "{nowhere}"
        );
    }
}
