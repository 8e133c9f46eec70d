//! TLS, TCP, IPv6 and several addresses.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

/// An authority, and the files that it made.
struct Authority {
    folder: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Authority { folder, issuer }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate for a name, good until the year.
    fn certify(&self, name: &str, until: i32) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = name.replace(':', "-");
        let files = (
            self.file(&format!("{file}.pem")),
            self.file(&format!("{file}.key")),
        );
        std::fs::write(&files.0, certificate.pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }

    /// Believes this authority, and listens over TLS if it has a certificate.
    fn listening(&self, certificate: Option<(PathBuf, PathBuf)>) -> Listening {
        let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
        Listening {
            tls: TlsSetup {
                listen: certificate.iter().map(|_| here).collect(),
                certificate,
                roots: Some(self.file("ca.pem")),
            },
            ..here.into()
        }
    }
}

async fn agent_at(listening: Listening) -> (Agent, Receiver<Invitation>) {
    try_at(listening).await.unwrap()
}

async fn try_at(listening: Listening) -> Result<(Agent, Receiver<Invitation>), ListenError> {
    Agent::listen_at(listening, "zeroline", Registrations::new([]).unwrap()).await
}

fn tls_address(agent: &Agent) -> SocketAddr {
    agent.own.tls[0]
}

/// A trunk at this address, and a call over it.
async fn call_over(
    agent: &Agent,
    address: &str,
) -> Result<(Session, SessionEvents, String), PlaceError> {
    let trunks = Trunks::new(agent, |_| ());
    let setup = TrunkSetup {
        name: "t".to_owned(),
        address: address.to_owned(),
        proxy: None,
        credentials: None,
        register: true,
        user: "us".to_owned(),
        from: Vec::new(),
    };
    trunks.set(vec![setup]).unwrap();
    let target = address.replacen("sip:", "sip:4930401@", 1);
    let target = target.replacen("sips:", "sips:4930401@", 1);
    let outgoing = Outgoing::new(&target, "us", SDP.to_owned());
    trunks.call(agent, "t", outgoing, |_| ()).await
}

/// Takes a call, and tells its Request-URI and how it ended.
async fn take(mut calls: Receiver<Invitation>) -> (String, Ended) {
    let invitation = calls.recv().await.unwrap();
    let called = invitation.called();
    let (_session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
    (called, ended(&mut events).await)
}

#[tokio::test]
async fn a_call_goes_out_and_comes_in_over_tls() {
    let authority = Authority::new();
    let certificate = authority.certify("127.0.0.1", 2099);
    let (there, calls) = agent_at(authority.listening(Some(certificate))).await;
    assert!(there.told().contains("TLS"), "{}", there.told());
    let (us, _) = agent_at(authority.listening(None)).await;
    let address = format!("sip:{};transport=tls", tls_address(&there));
    let taken = tokio::spawn(take(calls));
    let (session, mut events, answer) = call_over(&us, &address).await.unwrap();
    assert_eq!(answer, SDP);
    let target = session.remote_target().to_lowercase();
    assert!(target.contains("transport=tls"), "{target}");
    session.hang_up().await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    let (called, over) = taken.await.unwrap();
    assert!(called.contains("4930401"), "{called}");
    assert_eq!(over, Ended::Bye(Side::They));
    nothing_left(&us).await;
}

#[tokio::test]
async fn sips_is_tls_and_who_was_called_hangs_up_over_it() {
    let authority = Authority::new();
    let certificate = authority.certify("127.0.0.1", 2099);
    let (there, mut calls) = agent_at(authority.listening(Some(certificate))).await;
    let (us, _) = agent_at(authority.listening(None)).await;
    let address = format!("sips:{}", tls_address(&there));
    let taken = tokio::spawn(async move {
        let invitation = calls.recv().await.unwrap();
        let (session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
        while !matches!(events.recv().await, Some(SessionEvent::Confirmed { .. })) {}
        session.hang_up().await;
        ended(&mut events).await
    });
    let (_session, mut events, _) = call_over(&us, &address).await.unwrap();
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::They));
    assert_eq!(taken.await.unwrap(), Ended::Bye(Side::We));
}

#[tokio::test]
async fn whose_certificate_is_not_good_is_not_talked_to() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (certificate, why) in [
        (
            authority.certify("other.example", 2099),
            "not valid for name",
        ),
        (authority.certify("127.0.0.1", 2020), "expired"),
        (
            stranger.certify("127.0.0.1", 2099),
            "invalid peer certificate",
        ),
    ] {
        let (there, _calls) = agent_at(authority.listening(Some(certificate))).await;
        let (us, _) = agent_at(authority.listening(None)).await;
        let address = format!("sip:{};transport=tls", tls_address(&there));
        let error = call_over(&us, &address).await.err().unwrap().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_domain_is_reached_by_srv_over_tls_and_must_show_its_own_name() {
    use super::super::resolve::Resolver;
    use super::super::resolve::tests::Table;
    let authority = Authority::new();
    let certificate = authority.certify("trunk.example", 2099);
    let (there, calls) = agent_at(authority.listening(Some(certificate))).await;
    let table = || {
        Table::default()
            .with(
                "_sips._tcp.trunk.example",
                &[("host.example", tls_address(&there))],
            )
            .with(
                "_sips._tcp.evil.example",
                &[("host.example", tls_address(&there))],
            )
    };
    let to = async |domain: &str| {
        let nobody = Registrations::new([]).unwrap();
        let resolver = Resolver::with_table(table());
        let listening = authority.listening(None);
        let (us, _) = Agent::listen_resolving(listening, "us", nobody, resolver)
            .await
            .unwrap();
        let address = format!("sip:{domain};transport=tls");
        let called = call_over(&us, &address).await;
        (us, called)
    };
    let (_us, evil) = to("evil.example").await;
    let error = evil.err().unwrap().to_string();
    assert!(error.contains("not valid for name"), "{error}");
    let taken = tokio::spawn(take(calls));
    let (_us, called) = to("trunk.example").await;
    let (session, _events, _) = called.unwrap();
    session.hang_up().await;
    assert_eq!(taken.await.unwrap().1, Ended::Bye(Side::They));
}

#[tokio::test]
async fn who_does_not_get_on_with_the_handshake_is_hung_up_on_and_is_one_of_64_at_most() {
    let authority = Authority::new();
    let listening = Listening {
        limiter: Limiter::new(LimitSettings {
            exempt: Vec::new(),
            strangers_may_call: true,
            calls: CallLimits {
                at_a_time: 0,
                per_minute: 0,
            },
            most_calls: 1,
        }),
        ..authority.listening(Some(authority.certify("127.0.0.1", 2099)))
    };
    let (there, _calls) = agent_at(listening).await;
    let mut streams = Vec::new();
    for _ in 0..80 {
        streams.push(TcpStream::connect(tls_address(&there)).await.unwrap());
    }
    // Not even TLS: the answer is an alert.
    streams[0]
        .write_all(b"OPTIONS sip:a SIP/2.0\r\n")
        .await
        .unwrap();
    let mut silent = 0;
    for stream in &mut streams[1..] {
        let closed = timeout(Duration::from_millis(20), stream.read_u8()).await;
        silent += usize::from(closed.is_err());
    }
    assert!((60..=64).contains(&silent), "{silent} are open");
    for stream in &mut streams {
        let closed = timeout(Duration::from_secs(8), async {
            while stream.read_u8().await.is_ok() {}
        });
        closed.await.expect("it is still open");
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_names_its_file() {
    let authority = Authority::new();
    let (certificate, key) = authority.certify("127.0.0.1", 2099);
    let (_, other_key) = authority.certify("other.example", 2099);
    let old_key = authority.file("old.key");
    std::fs::write(
        &old_key,
        "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n",
    )
    .unwrap();
    let missing = authority.file("missing.pem");
    for (files, named, why) in [
        ((missing.clone(), key.clone()), &missing, "cannot be read"),
        ((key.clone(), key.clone()), &key, "no certificate"),
        (
            (certificate.clone(), old_key.clone()),
            &old_key,
            "openssl pkcs8",
        ),
        (
            (certificate.clone(), other_key.clone()),
            &other_key,
            "no key that can be used",
        ),
    ] {
        let listening = authority.listening(Some(files));
        let error = try_at(listening).await.err().unwrap().to_string();
        assert!(
            error.contains(why) && error.contains(&named.display().to_string()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn calls_come_and_go_over_ipv6_and_each_is_told_an_address_of_its_family() {
    let both = Listening {
        addresses: vec!["127.0.0.1:0".parse().unwrap(), "[::1]:0".parse().unwrap()],
        ..SocketAddr::from(([127, 0, 0, 1], 0)).into()
    };
    let (there, mut calls) = agent_at(both.clone()).await;
    let (us, _) = agent_at(both).await;
    let addresses = there.own.plain.clone();
    for (address, carrier) in [
        (addresses[0], "udp"),
        (addresses[1], "udp"),
        (addresses[1], "tcp"),
        (addresses[0], "tcp"),
    ] {
        let target = format!("sip:phone@{address};transport={carrier}");
        let outgoing = Outgoing::new(&target, "us", SDP.to_owned());
        let taking = async {
            let invitation = calls.recv().await.unwrap();
            let caller = invitation.caller();
            let host = if address.is_ipv6() {
                "[::1]"
            } else {
                "127.0.0.1"
            };
            let ours = format!("<sip:us@{host}");
            assert!(caller.contains(&ours), "{caller}");
            let (session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
            while !matches!(events.recv().await, Some(SessionEvent::Confirmed { .. })) {}
            // Our own request within the call, by the Contact that we were told.
            session.hang_up().await;
        };
        let (called, ()) = tokio::join!(us.call(outgoing, |_| ()), taking);
        let (session, mut events, _) = called.unwrap();
        let host = address.ip().to_string();
        assert!(
            session.remote_target().contains(&host),
            "{}",
            session.remote_target()
        );
        assert_eq!(ended(&mut events).await, Ended::Bye(Side::They), "{target}");
    }
}

#[tokio::test]
async fn a_long_message_goes_over_tcp_in_one_piece() {
    let (there, mut calls) = agent_at(SocketAddr::from(([127, 0, 0, 1], 0)).into()).await;
    let us = agent().await;
    let long = format!(
        "{SDP}{}",
        "a=x-filling:0123456789012345678901234567890\r\n".repeat(400)
    );
    let target = format!("sip:phone@{};transport=tcp", there.address());
    let outgoing = Outgoing::new(&target, "us", long.clone());
    let taking = async {
        let invitation = calls.recv().await.unwrap();
        assert_eq!(invitation.offer().as_deref(), Some(long.as_str()));
        invitation.answer(long.clone()).unwrap()
    };
    let (called, _kept) = tokio::join!(us.call(outgoing, |_| ()), taking);
    let (session, _events, answer) = called.unwrap();
    assert_eq!(answer, long);
    session.hang_up().await;
}
