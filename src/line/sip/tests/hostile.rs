//! Those who mean no good: floods, scanners, half messages, and what must not be got from us.

use super::super::digest::tests::answer;
use super::super::limits::CallLimits;
use super::phones::challenge_in;
use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// An agent for which loopback is an address as any other, with one account.
async fn exposed(
    strangers_may_call: bool,
    at_a_time: usize,
) -> (Agent, mpsc::Receiver<Invitation>, Registrations) {
    let limiter = Limiter::new(LimitSettings {
        exempt: vec![],
        strangers_may_call,
        calls: CallLimits {
            at_a_time,
            per_minute: 0,
        },
        most_calls: 100,
    });
    let accounts = [("anna".to_owned(), "secret".to_owned())];
    let registrations = Registrations::new(accounts).unwrap();
    let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listening = Listening {
        limiter,
        ..here.into()
    };
    let (agent, invitations) = Agent::listen_at(listening, "zeroline", registrations.clone())
        .await
        .unwrap();
    (agent, invitations, registrations)
}

fn options(peer: &Peer, seq: u32) -> String {
    peer.request("OPTIONS", "sip:us@127.0.0.1", "x", seq, "")
}

/// How many of so many OPTIONS are answered before one is not.
async fn answered(agent: &Agent, peer: &Peer, most: u32) -> u32 {
    for seq in 1..=most {
        peer.send(agent.address(), &options(peer, seq)).await;
        let wait = Duration::from_secs(1);
        if tokio::time::timeout(wait, peer.receive()).await.is_err() {
            return seq - 1;
        }
    }
    most
}

#[tokio::test]
async fn a_flood_of_requests_is_not_answered_for_ever() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let peer = Peer::new().await;
    let heard = answered(&agent, &peer, 2_000).await;
    assert!((300..2_000).contains(&heard), "{heard}");
    // Nor is anything else from there, by whatever way.
    let other = Peer::new().await;
    assert_eq!(answered(&agent, &other, 1).await, 0);
    let mut tcp = TcpStream::connect(agent.address()).await.unwrap();
    let _ = tcp.write_all(options(&other, 1).as_bytes()).await;
    assert_eq!(tcp.read(&mut [0; 100]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_scanner_that_says_so_gets_no_answer_at_all() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let peer = Peer::new().await;
    let scan = peer.request(
        "OPTIONS",
        "sip:100@127.0.0.1",
        "100",
        1,
        "User-Agent: friendly-scanner\r\n",
    );
    peer.send(agent.address(), &scan).await;
    assert!(peer.has_nothing_to_read().await);
    assert_eq!(answered(&agent, &peer, 1).await, 0);
}

#[tokio::test]
async fn a_phone_of_ours_may_ask_as_often_as_it_likes() {
    let (agent, _invitations, registrations) = exposed(true, 0).await;
    let peer = Peer::new().await;
    let register = |seq, head: &str| peer.request("REGISTER", "sip:127.0.0.1", "anna", seq, head);
    peer.send(agent.address(), &register(1, "")).await;
    let (challenge, _) = peer.expect("SIP/2.0 401").await;
    let credentials = answer(&challenge_in(&challenge), "REGISTER", "anna", "secret", 1);
    peer.send(agent.address(), &register(2, &credentials)).await;
    peer.expect("SIP/2.0 200").await;
    assert!(registrations.reachable("anna").is_some());
    assert_eq!(answered(&agent, &peer, 600).await, 600);
}

#[tokio::test]
async fn who_guesses_passwords_is_not_heard_any_more() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let peer = Peer::new().await;
    let mut refused = 0;
    for seq in 1..60 {
        let user = format!("user{seq}");
        let register =
            |seq, head: &str| peer.request("REGISTER", "sip:127.0.0.1", &user, seq, head);
        peer.send(agent.address(), &register(2 * seq, "")).await;
        let wait = Duration::from_secs(1);
        let Ok((challenge, _)) = tokio::time::timeout(wait, peer.receive()).await else {
            break;
        };
        assert!(challenge.starts_with("SIP/2.0 401"), "{challenge}");
        let credentials = answer(&challenge_in(&challenge), "REGISTER", &user, "wrong", 1);
        peer.send(agent.address(), &register(2 * seq + 1, &credentials))
            .await;
        match tokio::time::timeout(wait, peer.receive()).await {
            // The same for a user that there is not as for one with another password.
            Ok((refusal, _)) => assert!(refusal.starts_with("SIP/2.0 403"), "{refusal}"),
            Err(_) => break,
        }
        refused += 1;
    }
    assert!((1..30).contains(&refused), "{refused}");
}

#[tokio::test]
async fn strangers_learn_no_version_and_no_account() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let peer = Peer::new().await;
    for (method, user) in [
        ("OPTIONS", "x"),
        ("REGISTER", "anna"),
        ("REGISTER", "nobody"),
    ] {
        let seq = user.len() as u32;
        let request = peer.request(method, "sip:127.0.0.1", user, seq, "");
        peer.send(agent.address(), &request).await;
        let (answer, _) = peer.receive().await;
        assert!(!answer.contains(env!("CARGO_PKG_VERSION")), "{answer}");
        assert!(!answer.contains("rsip"), "{answer}");
        if method == "REGISTER" {
            assert!(answer.starts_with("SIP/2.0 401"), "{answer}");
        }
    }
}

fn invite(peer: &Peer, uri: &str, seq: u32, head: &str) -> String {
    let call_id = format!("Call-ID: call{seq}.");
    let invite = peer.request("INVITE", uri, "x", seq, head);
    invite.replace("Call-ID: ", &call_id)
}

#[tokio::test]
async fn strangers_may_be_refused_and_nobody_has_all_lines() {
    let (agent, _invitations, _) = exposed(false, 0).await;
    let peer = Peer::new().await;
    peer.send(agent.address(), &invite(&peer, "sip:us@127.0.0.1", 1, ""))
        .await;
    peer.expect("SIP/2.0 403").await;

    let (agent, mut invitations, _) = exposed(true, 2).await;
    let mut up = Vec::new();
    for seq in 1..=2 {
        peer.send(agent.address(), &invite(&peer, "sip:us@127.0.0.1", seq, ""))
            .await;
        up.push(invitations.recv().await.unwrap());
    }
    peer.send(agent.address(), &invite(&peer, "sip:us@127.0.0.1", 3, ""))
        .await;
    let (refusal, _) = peer.expect("SIP/2.0 503").await;
    assert!(refusal.contains("\r\nRetry-After: "), "{refusal}");
    // One that ends makes room for another.
    drop(up.pop());
    peer.send(agent.address(), &invite(&peer, "sip:us@127.0.0.1", 4, ""))
        .await;
    up.push(invitations.recv().await.unwrap());
}

#[tokio::test]
async fn nobody_is_called_because_a_stranger_asks_for_it() {
    let (agent, mut invitations, _) = exposed(true, 0).await;
    let (peer, victim) = (Peer::new().await, Peer::new().await);
    let there = victim.address();
    let uris = [
        format!("sip:0900123456@{there}"),
        format!("sip:victim@{there};transport=udp;maddr=127.0.0.1"),
        "tel:+49900123456".to_owned(),
        format!("sips:victim@{there}"),
    ];
    let route = format!("Route: <sip:{there};lr>\r\n");
    for (seq, uri) in (1..).zip(&uris) {
        peer.send(agent.address(), &invite(&peer, uri, seq, &route))
            .await;
        // It is a call to us, whatever was dialled.
        let invitation = invitations.recv().await.unwrap();
        invitation.refuse(486, "busy");
        peer.expect("SIP/2.0 486").await;
    }
    let another = format!("{route}Replaces: a;to-tag=b;from-tag=c\r\n");
    peer.send(agent.address(), &invite(&peer, &uris[0], 9, &another))
        .await;
    peer.expect("SIP/2.0 481").await;
    for (seq, method) in (10..).zip(["REFER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "BYE", "PUBLISH"]) {
        let head = format!("{route}Refer-To: <sip:victim@{there}>\r\nEvent: refer\r\n");
        let request = peer.request(method, &format!("sip:victim@{there}"), "x", seq, &head);
        peer.send(agent.address(), &request).await;
        let (refusal, _) = peer.expect("SIP/2.0 4").await;
        let code = &refusal[8..11];
        assert!(["405", "481"].contains(&code), "{method}: {refusal}");
    }
    assert!(victim.has_nothing_to_read().await);
}

#[tokio::test]
async fn a_panic_costs_the_request_that_caused_it_and_nothing_else() {
    let (agent, mut invitations, _) = exposed(true, 0).await;
    let peer = Peer::new().await;
    let panics = peer.request(
        "OPTIONS",
        "sip:us@127.0.0.1",
        "x",
        1,
        "User-Agent: panic\r\n",
    );
    peer.send(agent.address(), &panics).await;
    peer.expect("SIP/2.0 500").await;
    peer.send(
        agent.address(),
        &invite(&peer, "sip:us@127.0.0.1", 2, "User-Agent: panic\r\n"),
    )
    .await;
    peer.expect("SIP/2.0 500").await;
    peer.send(agent.address(), &invite(&peer, "sip:us@127.0.0.1", 3, ""))
        .await;
    invitations.recv().await.unwrap().refuse(486, "busy");
    peer.expect("SIP/2.0 486").await;
    assert_eq!(answered(&agent, &Peer::new().await, 1).await, 1);
}

#[tokio::test]
async fn a_message_is_as_large_as_anybody_needs() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let many = |line: &str, times: usize| line.repeat(times);
    for (seq, head) in (1..).zip([
        many("X-Header: 1\r\n", 170),
        many("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n", 80),
        many(
            "Record-Route: <sip:192.0.2.1;lr>, <sip:192.0.2.2;lr>\r\n",
            20,
        ),
        format!("X-Long: {}\r\n", "x".repeat(8_200)),
    ]) {
        let peer = Peer::new().await;
        let request = peer.request("OPTIONS", "sip:us@127.0.0.1", "x", seq, &head);
        peer.send(agent.address(), &request).await;
        peer.expect("SIP/2.0 513").await;
    }
    let peer = Peer::new().await;
    let fits = peer.request(
        "OPTIONS",
        "sip:us@127.0.0.1",
        "x",
        1,
        &many("X-Header: 1\r\n", 100),
    );
    peer.send(agent.address(), &fits).await;
    peer.expect("SIP/2.0 200").await;
}

/// Over TCP, by hand.
struct Stream {
    stream: TcpStream,
    read: String,
}

impl Stream {
    async fn to(agent: &Agent) -> Stream {
        Stream {
            stream: TcpStream::connect(agent.address()).await.unwrap(),
            read: String::new(),
        }
    }

    fn options(&self, seq: u32) -> String {
        let me = self.stream.local_addr().unwrap();
        format!(
            "OPTIONS sip:us@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP {me};branch=z9hG4bK{seq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:x@{me}>;tag=me\r\nTo: <sip:us@127.0.0.1>\r\n\
             Call-ID: {me}\r\nCSeq: {seq} OPTIONS\r\nContent-Length: 0\r\n\r\n"
        )
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next status line; keep-alives are passed over.
    async fn answer(&mut self) -> String {
        loop {
            self.read = self.read.trim_start().to_owned();
            if let Some((message, rest)) = self.read.split_once("\r\n\r\n") {
                let status = message.lines().next().unwrap().to_owned();
                self.read = rest.to_owned();
                return status;
            }
            let mut buffer = [0; 4096];
            let reading = self.stream.read(&mut buffer);
            let read = tokio::time::timeout(Duration::from_secs(5), reading).await;
            let length = read.expect("an answer comes").unwrap();
            assert!(length > 0, "closed after {:?}", self.read);
            self.read += std::str::from_utf8(&buffer[..length]).unwrap();
        }
    }

    async fn is_closed(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let reading = self.stream.read(&mut buffer);
        let read = tokio::time::timeout(Duration::from_secs(5), reading).await;
        matches!(read, Ok(Ok(0) | Err(_)))
    }
}

#[tokio::test]
async fn messages_in_a_stream_come_in_any_pieces() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let mut stream = Stream::to(&agent).await;
    let (one, two, three) = (stream.options(1), stream.options(2), stream.options(3));
    stream
        .send(&format!("\r\n\r\n{one}\r\n{two}{}", &three[..40]))
        .await;
    assert_eq!(stream.answer().await, "SIP/2.0 200 OK");
    assert_eq!(stream.answer().await, "SIP/2.0 200 OK");
    stream.send(&three[40..]).await;
    assert_eq!(stream.answer().await, "SIP/2.0 200 OK");
    // What is wrong with one has an answer, and the next is read.
    let (bad, good) = (stream.options(4), stream.options(5));
    let bad = bad.replace("OPTIONS", "TELEPORT");
    stream.send(&format!("{bad}{good}")).await;
    let mut both = [stream.answer().await, stream.answer().await];
    both.sort();
    assert_eq!(
        both,
        ["SIP/2.0 200 OK", "SIP/2.0 501 Method Not Implemented"]
    );
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_on_is_told_why_and_closed() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    for (length, status) in [
        ("Content-Length: -1\r\n", "SIP/2.0 400 Bad Content-Length"),
        ("", "SIP/2.0 400 Bad Content-Length"),
        ("Content-Length: 70000\r\n", "SIP/2.0 513 Message Too Large"),
        (
            "l: 18446744073709551615\r\n",
            "SIP/2.0 513 Message Too Large",
        ),
    ] {
        let mut stream = Stream::to(&agent).await;
        let message = stream.options(1).replace("Content-Length: 0\r\n", length);
        stream.send(&message).await;
        assert_eq!(stream.answer().await, status);
        assert!(stream.is_closed().await, "{length}");
    }
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_half_a_message_is_closed() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let mut silent = Stream::to(&agent).await;
    let mut alive = Stream::to(&agent).await;
    let mut slow = Stream::to(&agent).await;
    alive.send("\r\n\r\n").await;
    let half = slow.options(1);
    slow.send(&half[..60]).await;
    let mut later = Stream::to(&agent).await;
    let (whole, half) = (later.options(1), later.options(2));
    later.send(&whole).await;
    assert_eq!(later.answer().await, "SIP/2.0 200 OK");
    later.send(&half[..60]).await;
    for stream in [&mut silent, &mut slow, &mut later] {
        assert!(stream.is_closed().await);
    }
    assert_eq!(answered(&agent, &Peer::new().await, 1).await, 1);
}

#[tokio::test]
async fn who_does_not_read_the_answers_holds_up_nobody() {
    let agent = agent().await;
    let mut stream = Stream::to(&agent).await;
    let mut sent = 0;
    // What comes back is as long as what is sent, and more than fits into all the buffers between.
    let long = format!("Call-ID: {}", "x".repeat(7_000));
    for seq in 1..5_000 {
        let options = stream.options(seq).replace("Call-ID: ", &long);
        let writing = stream.stream.write_all(options.as_bytes());
        match tokio::time::timeout(Duration::from_secs(5), writing).await {
            Ok(Ok(())) => sent = seq,
            _ => break,
        }
        if seq % 100 == 0 {
            assert_eq!(answered(&agent, &Peer::new().await, 1).await, 1, "{seq}");
        }
    }
    assert!((256..4_999).contains(&sent), "{sent} answers waited");
    assert_eq!(answered(&agent, &Peer::new().await, 1).await, 1);
}

#[tokio::test]
async fn one_source_has_so_many_connections_and_others_have_theirs() {
    let (agent, _invitations, _) = exposed(true, 0).await;
    let mut streams = Vec::new();
    for _ in 0..64 {
        let mut stream = Stream::to(&agent).await;
        let options = stream.options(1);
        stream.send(&options).await;
        assert_eq!(stream.answer().await, "SIP/2.0 200 OK");
        streams.push(stream);
    }
    assert!(Stream::to(&agent).await.is_closed().await);
    drop(streams);
    // Its places are free again as soon as it is seen that they are closed.
    for _ in 0..100 {
        let mut stream = Stream::to(&agent).await;
        let options = stream.options(1);
        if stream.stream.write_all(options.as_bytes()).await.is_ok() && !stream.is_closed().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no place is free again");
}
