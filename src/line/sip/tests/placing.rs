//! Calls that we place.

use super::*;
use tokio::sync::mpsc;

#[tokio::test]
async fn what_comes_before_the_answer_is_told_and_a_repeated_answer_makes_one_call() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let mut told = Vec::new();
    let mut outgoing = to(&peer);
    outgoing.name = Some("Lakeside \"Clinic\"\r\nX: 1".to_owned());
    outgoing.headers = vec![("User-to-User".to_owned(), uui::header("billing"))];
    let answering = async {
        let invite = peer.expect("INVITE").await;
        assert!(
            invite
                .0
                .contains("From: \"Lakeside \\\"Clinic\\\"  X: 1\" <sip:zeroline@"),
            "{}",
            invite.0
        );
        assert!(
            invite
                .0
                .contains("User-to-User: 0062696c6c696e67;encoding=hex\r\n")
        );
        peer.answer(&invite, "180 Ringing", "there", "").await;
        peer.answer_with(&invite, "183 Session Progress", "there", "", SDP)
            .await;
        for _ in 0..3 {
            peer.pick_up(&invite, "there").await;
            peer.expect("ACK").await;
        }
    };
    let (called, ()) = tokio::join!(
        agent.call(outgoing, |progress| told.push(progress)),
        answering
    );
    let (session, mut events, sdp) = called.unwrap();
    assert_eq!(sdp, SDP);
    assert_eq!(told, [Progress { code: 180 }, Progress { code: 183 }]);
    hang_up(&session, &peer).await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    assert!(peer.has_nothing_to_read().await);
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason_and_elsewhere_with_its_addresses() {
    let agent = agent().await;
    let refused = async |status: &str, extra: &str| {
        let peer = Peer::new().await;
        let answering = async {
            let invite = peer.expect("INVITE").await;
            peer.answer(&invite, status, "there", extra).await;
            peer.expect("ACK").await;
        };
        let (called, ()) = tokio::join!(agent.call(to(&peer), |_| ()), answering);
        called.err().unwrap()
    };
    for (status, code, reason) in [
        ("486 On Another Line", 486, "On Another Line"),
        ("603 Decline", 603, "Decline"),
        ("503 Service Unavailable", 503, "Service Unavailable"),
        ("401 Unauthorized", 401, "Unauthorized"),
    ] {
        let challenge = "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth\"\r\n";
        match refused(status, challenge).await {
            PlaceError::Refused(c, r) => assert_eq!((c, r.as_str()), (code, reason)),
            other => panic!("{other}"),
        }
    }
    let contacts = "Contact: <sip:a@b>;q=0.2, \"B\" <sip:c@d>\r\n";
    match refused("302 Moved Temporarily", contacts).await {
        PlaceError::Moved { code, contacts } => {
            assert_eq!(
                (code, contacts),
                (302, vec!["sip:c@d".to_owned(), "sip:a@b".to_owned()])
            );
        }
        other => panic!("{other}"),
    }
    nothing_left(&agent).await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_before_anything_is() {
    let (agent, peer) = (agent().await, Peer::new().await);
    for target in ["", "anna", "sip:a b@c", "sip:a@b\r\nX: 1"] {
        let outgoing = Outgoing::new(target, "zeroline", SDP.to_owned());
        let called = agent.call(outgoing, |_| ()).await;
        assert!(matches!(called, Err(PlaceError::Address(_))), "{target:?}");
    }
    let mut outgoing = to(&peer);
    outgoing.headers = vec![("X: 1\r\nY".to_owned(), String::new())];
    assert!(matches!(
        agent.call(outgoing, |_| ()).await,
        Err(PlaceError::Header(_))
    ));
}

#[tokio::test]
async fn who_stops_waiting_cancels_the_call() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (rang, mut ringing) = mpsc::channel(1);
    let ring = async {
        let invite = peer.expect("INVITE").await;
        peer.answer(&invite, "180 Ringing", "there", "").await;
        invite
    };
    let invite = tokio::select! {
        _ = agent.call(to(&peer), |_| rang.try_send(()).unwrap()) => panic!("answered"),
        invite = async { let invite = ring.await; ringing.recv().await; invite } => invite,
    };
    let cancel = peer.expect("CANCEL").await;
    peer.answer(&cancel, "200 OK", "there", "").await;
    peer.answer(&invite, "487 Request Terminated", "there", "")
        .await;
    peer.expect("ACK").await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (rang, mut ringing) = mpsc::channel(1);
    let ring = async {
        let invite = peer.expect("INVITE").await;
        peer.answer(&invite, "180 Ringing", "there", "").await;
        invite
    };
    let invite = tokio::select! {
        _ = agent.call(to(&peer), |_| rang.try_send(()).unwrap()) => panic!("answered"),
        invite = async { let invite = ring.await; ringing.recv().await; invite } => invite,
    };
    let cancel = peer.expect("CANCEL").await;
    peer.pick_up(&invite, "there").await;
    peer.answer(&cancel, "481 Too Late", "there", "").await;
    peer.expect("ACK").await;
    let bye = peer.expect("BYE").await;
    assert!(bye.0.contains(";tag=there\r\n"));
    peer.answer(&bye, "200 OK", "", "").await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn who_stops_waiting_just_when_it_is_answered_has_no_call_either() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let mut call = Box::pin(agent.call(to(&peer), |_| ()));
    tokio::select! {
        biased;
        _ = &mut call => panic!("answered"),
        () = std::future::ready(()) => {}
    }
    // Nobody looks at the call while it is answered.
    let invite = peer.expect("INVITE").await;
    peer.pick_up(&invite, "there").await;
    peer.expect("ACK").await;
    drop(call);
    let bye = peer.expect("BYE").await;
    peer.answer(&bye, "200 OK", "", "").await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn no_cancel_goes_out_before_the_first_answer() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let invite = tokio::select! {
        _ = agent.call(to(&peer), |_| ()) => panic!("answered"),
        invite = peer.expect("INVITE") => invite,
    };
    // It may come again until something is heard of it; nothing else does.
    let wait = Duration::from_millis(700);
    let early = tokio::time::timeout(wait, peer.expect("CANCEL")).await;
    assert!(early.is_err());
    peer.answer(&invite, "100 Trying", "", "").await;
    let cancel = peer.expect("CANCEL").await;
    peer.answer(&cancel, "200 OK", "there", "").await;
    peer.answer(&invite, "487 Request Terminated", "there", "")
        .await;
    peer.expect("ACK").await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_second_phone_that_answers_a_forked_call_is_told_goodbye() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let answering = async {
        let invite = peer.expect("INVITE").await;
        peer.pick_up(&invite, "first").await;
        peer.expect("ACK").await;
        peer.pick_up(&invite, "second").await;
        let ack = peer.expect("ACK").await;
        assert!(ack.0.contains(";tag=second\r\n"), "{}", ack.0);
        let bye = peer.expect("BYE").await;
        assert!(bye.0.contains(";tag=second\r\n"), "{}", bye.0);
        peer.answer(&bye, "200 OK", "", "").await;
    };
    let (called, ()) = tokio::join!(agent.call(to(&peer), |_| ()), answering);
    let (session, _events, _) = called.unwrap();
    hang_up(&session, &peer).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_phone_that_says_nothing_or_dies_while_it_rings_is_given_up() {
    let agent = agent().await;
    let silent = Peer::new().await;
    let mut outgoing = to(&silent);
    outgoing.longest_ringing = Duration::from_millis(300);
    let silence = agent
        .call(outgoing, |_| ())
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(silence.contains("silent"), "{silence}");

    let dying = Peer::new().await;
    let mut outgoing = to(&dying);
    outgoing.longest_ringing = Duration::from_millis(500);
    let ring_once = async {
        let invite = dying.expect("INVITE").await;
        dying.answer(&invite, "180 Ringing", "there", "").await;
        // From now on the system answers with "port unreachable".
        drop(dying);
    };
    let (rang, ()) = tokio::join!(agent.call(outgoing, |_| ()), ring_once);
    let rang = rang.err().unwrap().to_string();
    assert!(rang.contains("rang"), "{rang}");

    // Others are called as if nothing had been.
    let other = Peer::new().await;
    let (session, ..) = connected(&agent, &other).await;
    hang_up(&session, &other).await;
}

#[tokio::test]
async fn a_trunk_that_asks_who_we_are_is_told_without_the_password() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let mut outgoing = to(&peer);
    outgoing.credentials = Some(Credentials {
        user: "company".to_owned(),
        password: "hush-hush".to_owned(),
    });
    assert!(!format!("{outgoing:?}").contains("hush"));
    let answering = async {
        let first = peer.expect("INVITE").await;
        let challenge = "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n";
        peer.answer(&first, "407 Who Are You", "x", challenge).await;
        let second = peer.expect("INVITE").await;
        assert!(
            second
                .0
                .contains("Proxy-Authorization: Digest username=\"company\""),
            "{}",
            second.0
        );
        assert!(!second.0.contains("hush"));
        peer.pick_up(&second, "there").await;
        peer.expect("ACK").await;
    };
    let (called, ()) = tokio::join!(agent.call(outgoing, |_| ()), answering);
    hang_up(&called.unwrap().0, &peer).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_phone_behind_nat_is_reached_where_it_registered_from_to_the_end() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let mut outgoing = Outgoing::new("sip:phone@192.0.2.1:5060;x=y", "zeroline", SDP.to_owned());
    outgoing.flow = Some(Flow {
        carrier: Carrier::Udp,
        address: peer.address(),
    });
    let answering = async {
        let invite = peer.expect("INVITE").await;
        let uri = format!("INVITE sip:phone@{};x=y SIP/2.0", peer.address());
        assert!(invite.0.starts_with(&uri), "{}", invite.0);
        let contact = "Contact: <sip:phone@192.0.2.1:5060;x=y>\r\n";
        peer.answer(&invite, "180 Ringing", "there", contact).await;
        peer.answer_with(&invite, "200 OK", "there", contact, SDP)
            .await;
        peer.expect("ACK").await;
    };
    let (called, ()) = tokio::join!(agent.call(outgoing, |_| ()), answering);
    hang_up(&called.unwrap().0, &peer).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn an_answer_without_contact_makes_a_call_that_can_be_ended() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let answering = async {
        let invite = peer.expect("INVITE").await;
        peer.answer_with(&invite, "200 OK", "there", "", SDP).await;
        peer.expect("ACK").await;
    };
    let (called, ()) = tokio::join!(agent.call(to(&peer), |_| ()), answering);
    hang_up(&called.unwrap().0, &peer).await;
    nothing_left(&agent).await;
}
