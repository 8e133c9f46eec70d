//! Trunks: registered with, asked, called over, and passed over.

use super::super::resolve::Resolver;
use super::super::resolve::tests::Table;
use super::*;
use std::sync::{Arc, Mutex};

fn setup(name: &str, address: &str) -> TrunkSetup {
    TrunkSetup {
        name: name.to_owned(),
        address: address.to_owned(),
        proxy: None,
        credentials: None,
        register: false,
        user: "lakeside".to_owned(),
        from: Vec::new(),
    }
}

fn account(name: &str, address: &str, password: &str) -> TrunkSetup {
    TrunkSetup {
        credentials: Some(Credentials {
            user: "lakeside".to_owned(),
            password: password.to_owned(),
        }),
        register: true,
        ..setup(name, address)
    }
}

/// Our agent, the trunks that it has, and what is told of them.
struct Office {
    agent: Agent,
    trunks: Trunks,
    told: Arc<Mutex<Vec<(String, bool)>>>,
}

impl Office {
    async fn with(setups: Vec<TrunkSetup>) -> Office {
        Office::resolving(setups, Resolver::new()).await
    }

    async fn resolving(setups: Vec<TrunkSetup>, resolver: Resolver) -> Office {
        let here = "127.0.0.1:0".parse().unwrap();
        let nobody = Registrations::new([]).unwrap();
        let (agent, _) =
            Agent::listen_resolving(SocketAddr::into(here), "zeroline", nobody, resolver)
                .await
                .unwrap();
        let told: Arc<Mutex<Vec<(String, bool)>>> = Arc::default();
        let telling = told.clone();
        let trunks = Trunks::new(&agent, move |state| {
            let news = (state.name.clone(), state.up.unwrap());
            telling.lock().unwrap().push(news);
        });
        trunks.set(setups).unwrap();
        Office {
            agent,
            trunks,
            told,
        }
    }

    /// Waits until the trunk is up, or down.
    #[track_caller]
    fn wait(&self, name: &str, up: bool) -> impl Future<Output = String> {
        let place = std::panic::Location::caller();
        async move {
            for _ in 0..800 {
                let states = self.trunks.states();
                let state = states.iter().find(|state| state.name == name).unwrap();
                if state.up == Some(up) {
                    return state.how.clone().unwrap();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("{name} is not so: {:?} ({place})", self.trunks.states());
        }
    }
}

fn outgoing(trunk: &str) -> Outgoing {
    Outgoing::new(&format!("sip:4930401@{trunk}"), "lakeside", SDP.to_owned())
}

#[tokio::test]
async fn we_register_prove_who_we_are_and_take_it_back_at_the_end() {
    let here = "127.0.0.1:0".parse().unwrap();
    let accounts = [("lakeside".to_owned(), "a long secret".to_owned())];
    let registrations = Registrations::new(accounts).unwrap();
    let (registrar, _calls) = Agent::listen_with(here, "registrar", registrations.clone())
        .await
        .unwrap();
    for carrier in ["udp", "tcp"] {
        let address = format!("sip:{};transport={carrier}", registrar.address());
        let office = Office::with(vec![account("t", &address, "a long secret")]).await;
        let how = office.wait("t", true).await;
        assert!(how.contains(&registrar.address().to_string()), "{how}");
        let reach = registrations.reachable("lakeside").unwrap();
        let us = format!("sip:lakeside@{}", office.agent.address());
        assert!(reach.uri.starts_with(&us), "{}", reach.uri);
        office.trunks.end().await;
        assert_eq!(registrations.reachable("lakeside"), None, "{carrier}");
    }
    let address = format!("sip:{}", registrar.address());
    let wrong = Office::with(vec![account("t", &address, "a wrong secret")]).await;
    let how = wrong.wait("t", false).await;
    assert!(
        how.contains("not registered") && !how.contains("wrong secret"),
        "{how}"
    );
}

#[tokio::test]
async fn a_registrar_is_answered_as_it_asks() {
    let peer = Peer::new().await;
    let office = Office::with(vec![account(
        "t",
        &format!("sip:{}", peer.address()),
        "secret",
    )])
    .await;
    let first = peer.expect("REGISTER ").await;
    let line = format!("REGISTER sip:{} SIP/2.0\r\n", peer.address());
    assert!(first.0.starts_with(&line), "{}", first.0);
    let to = format!("To: <sip:lakeside@{}>\r\n", peer.address());
    assert!(
        first.0.contains(&to) && first.0.contains("Expires: 600\r\n"),
        "{}",
        first.0
    );
    let ask = |nonce: &str, more: &str| {
        format!(
            "WWW-Authenticate: Digest realm=\"t\", nonce=\"{nonce}\", algorithm=SHA-256, \
             qop=\"auth,auth-int\"{more}\r\n"
        )
    };
    peer.answer(&first, "401 Unauthorized", "x", &ask("one", ""))
        .await;
    let second = peer.expect("REGISTER ").await;
    assert!(
        second.0.contains("nonce=\"one\"") && second.0.contains("nc=00000001"),
        "{}",
        second.0
    );
    peer.answer(
        &second,
        "401 Unauthorized",
        "x",
        &ask("two", ", stale=true"),
    )
    .await;
    let third = peer.expect("REGISTER ").await;
    assert!(third.0.contains("nonce=\"two\""), "{}", third.0);
    peer.answer(
        &third,
        "423 Interval Too Brief",
        "x",
        "Min-Expires: 1200\r\n",
    )
    .await;
    let fourth = peer.expect("REGISTER ").await;
    assert!(
        fourth.0.contains("Expires: 1200\r\n") && fourth.0.contains("nc=00000002"),
        "{}",
        fourth.0
    );
    let route = format!("Service-Route: <sip:{};lr>\r\n", peer.address());
    peer.answer(&fourth, "200 OK", "x", &route).await;
    office.wait("t", true).await;
    // Calls take the way that the registrar wants.
    let target = peer.address().to_string();
    let called = async {
        let invite = peer.expect("INVITE ").await;
        let route = format!("Route: <sip:{target};lr>\r\n");
        assert!(invite.0.contains(&route), "{}", invite.0);
        peer.answer(&invite, "486 Busy Here", "x", "").await;
    };
    let call = office
        .trunks
        .call(&office.agent, "t", outgoing(&target), |_| ());
    let (refused, ()) = tokio::join!(call, called);
    assert!(matches!(refused, Err(PlaceError::Refused(486, _))));
    // Busy is nothing that a trunk can help.
    assert!(!office.trunks.states()[0].passed_over);
    // The way back is kept open, whatever the registrar thinks of how.
    for _ in 0..2 {
        let kept = peer.expect("OPTIONS ").await;
        peer.answer(&kept, "405 Method Not Allowed", "x", "").await;
    }
    assert_eq!(office.trunks.states()[0].up, Some(true));
    let farewell = async {
        let last = peer.expect("REGISTER ").await;
        assert!(last.0.contains("Expires: 0\r\n"), "{}", last.0);
        peer.answer(&last, "200 OK", "x", "").await;
    };
    tokio::join!(office.trunks.end(), farewell);
}

#[tokio::test]
async fn whether_a_trunk_is_there_is_asked_before_anybody_calls() {
    let (there, full) = (Peer::new().await, Peer::new().await);
    let uri = |peer: &Peer| format!("sip:{}", peer.address());
    let gone = "sip:127.0.0.1:9;transport=tcp";
    let setups = vec![
        setup("gone", gone),
        setup("full", &uri(&full)),
        setup("there", &uri(&there)),
    ];
    let office = Office::with(setups.clone()).await;
    assert_eq!(office.trunks.order(), ["gone", "full", "there"]);
    let asked = there.expect("OPTIONS ").await;
    there.answer(&asked, "404 Not Found", "x", "").await;
    let asked = full.expect("OPTIONS ").await;
    full.answer(&asked, "503 Service Unavailable", "x", "")
        .await;
    assert!(office.wait("there", true).await.contains("404"));
    assert!(office.wait("full", false).await.contains("503"));
    let how = office.wait("gone", false).await;
    assert!(
        how.contains("127.0.0.1:9") && how.to_lowercase().contains("refused"),
        "{how}"
    );
    assert_eq!(office.trunks.order(), ["there", "gone", "full"]);
    let mut told = office.told.lock().unwrap().clone();
    told.sort();
    let news = [("full", false), ("gone", false), ("there", true)];
    assert_eq!(told, news.map(|(name, up)| (name.to_owned(), up)));
    // What is as it was goes on, and what it knows stays known.
    office.trunks.set(setups[2..].to_vec()).unwrap();
    assert_eq!(office.trunks.states()[0].up, Some(true));
    assert!(office.trunks.set(vec![setup("t", "nonsense:")]).is_err());
}

#[tokio::test]
async fn a_server_that_says_nothing_or_503_is_left_for_the_next_of_its_domain() {
    let (silent, full, well) = (Peer::new().await, Peer::new().await, Peer::new().await);
    let servers = [
        ("silent.example", silent.address()),
        ("full.example", full.address()),
        ("well.example", well.address()),
    ];
    let table = Table::default().with("_sip._udp.trunk.example", &servers);
    let mut setups = vec![setup("t", "sip:trunk.example")];
    // Told by hand below; nobody is to know before the call.
    setups[0].register = true;
    let office = Office::resolving(setups, Resolver::with_table(table)).await;
    let answering = async {
        silent.expect("INVITE sip:4930401@trunk.example ").await;
        let invite = full.expect("INVITE ").await;
        full.answer(&invite, "503 Service Unavailable", "x", "")
            .await;
        full.expect("ACK ").await;
        let invite = well.expect("INVITE sip:4930401@trunk.example ").await;
        well.answer(&invite, "100 Trying", "x", "").await;
        well.pick_up(&invite, "x").await;
        well.expect("ACK ").await;
    };
    let call = office
        .trunks
        .call(&office.agent, "t", outgoing("trunk.example"), |_| ());
    let (called, ()) = tokio::join!(call, answering);
    let (session, _events, _) = called.unwrap();
    hang_up(&session, &well).await;
    // Who was there is called first from now on, and cancelled there, too.
    let call = office
        .trunks
        .call(&office.agent, "t", outgoing("trunk.example"), |_| ());
    tokio::select! {
        _ = call => panic!("answered"),
        () = async {
            let invite = well.expect("INVITE ").await;
            well.answer(&invite, "180 Ringing", "x", "").await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        } => {}
    }
    let cancel = well.expect("CANCEL ").await;
    well.answer(&cancel, "200 OK", "x", "").await;
}

#[tokio::test]
async fn a_trunk_by_whose_fault_a_call_failed_is_passed_over_for_a_while() {
    let (bad, good) = (Peer::new().await, Peer::new().await);
    let uri = |peer: &Peer| format!("sip:{}", peer.address());
    let office = Office::with(vec![setup("bad", &uri(&bad)), setup("good", &uri(&good))]).await;
    for peer in [&bad, &good] {
        let asked = peer.expect("OPTIONS ").await;
        peer.answer(&asked, "200 OK", "x", "").await;
    }
    office.wait("bad", true).await;
    office.wait("good", true).await;
    let answering = async {
        let invite = bad.expect("INVITE ").await;
        bad.answer(&invite, "500 Broken", "x", "").await;
        bad.expect("ACK ").await;
    };
    let to = bad.address().to_string();
    let call = office
        .trunks
        .call(&office.agent, "bad", outgoing(&to), |_| ());
    let (called, ()) = tokio::join!(call, answering);
    assert!(matches!(called, Err(PlaceError::Refused(500, _))));
    assert_eq!(office.trunks.order(), ["good", "bad"]);
    let states = office.trunks.states();
    assert!(states[0].passed_over && states[0].up == Some(true));
}

#[tokio::test]
async fn a_call_over_a_proxy_goes_by_it_and_is_proven_with_sha_256() {
    let proxy = Peer::new().await;
    let mut trunk = setup("t", "sip:trunk.example");
    trunk.proxy = Some(format!("sip:{};lr", proxy.address()));
    let office = Office::with(vec![trunk]).await;
    let asked = proxy.expect("OPTIONS sip:trunk.example ").await;
    proxy.answer(&asked, "200 OK", "x", "").await;
    let mut call = outgoing("trunk.example");
    call.from = Some("sip:account@trunk.example".to_owned());
    call.credentials = Some(Credentials {
        user: "account".to_owned(),
        password: "secret".to_owned(),
    });
    let answering = async {
        let invite = proxy.expect("INVITE sip:4930401@trunk.example ").await;
        let route = format!("Route: <sip:{};lr>\r\n", proxy.address());
        assert!(invite.0.contains(&route), "{}", invite.0);
        assert!(
            invite.0.contains("From: <sip:account@trunk.example>;tag="),
            "{}",
            invite.0
        );
        let ask = "Proxy-Authenticate: Digest realm=\"p\", nonce=\"a\", algorithm=SHA-512-256, qop=\"auth\"\r\n\
                   Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-int, auth\"\r\n\
                   Proxy-Authenticate: Digest realm=\"p\", nonce=\"m\", algorithm=MD5, qop=\"auth\"\r\n";
        proxy
            .answer(&invite, "407 Proxy Authentication Required", "x", ask)
            .await;
        let ack = proxy.expect("ACK ").await;
        assert!(ack.0.contains(&route), "{}", ack.0);
        let invite = proxy.expect("INVITE ").await;
        proven(&invite.0, "sip:4930401@trunk.example");
        assert!(invite.0.contains(&route), "{}", invite.0);
        let record = format!("Record-Route: <sip:{};lr>\r\n", proxy.address());
        let contact = "Contact: <sip:4930401@192.0.2.77:5090>\r\n";
        proxy
            .answer_with(&invite, "200 OK", "x", &format!("{record}{contact}"), SDP)
            .await;
        let ack = proxy.expect("ACK sip:4930401@192.0.2.77:5090 ").await;
        assert!(ack.0.contains(&route), "{}", ack.0);
    };
    let (called, ()) = tokio::join!(
        office.trunks.call(&office.agent, "t", call, |_| ()),
        answering
    );
    let (session, _events, _) = called.unwrap();
    hang_up(&session, &proxy).await;
}

/// The Proxy-Authorization of a request shows that its sender knows the password.
#[track_caller]
fn proven(invite: &str, uri: &str) {
    use super::super::digest::{Algorithm, parameters};
    let line = invite
        .lines()
        .find_map(|line| line.strip_prefix("Proxy-Authorization: "))
        .unwrap();
    let params = parameters(line).unwrap();
    assert_eq!(params["algorithm"], "SHA-256", "{line}");
    assert_eq!(
        (params["nonce"].as_str(), params["uri"].as_str()),
        ("n", uri),
        "{line}"
    );
    let sha = |text: &str| Algorithm::Sha256.hash(text);
    let (secret, what) = (sha("account:p:secret"), sha(&format!("INVITE:{uri}")));
    let (count, client) = (&params["nc"], &params["cnonce"]);
    let expected = sha(&format!("{secret}:n:{count}:{client}:auth:{what}"));
    assert_eq!(params["response"], expected, "{line}");
}
