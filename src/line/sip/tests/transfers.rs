//! Calls that we pass on.

use super::*;

fn notify(peer: &Peer, ack: &str, seq: u32, state: &str, body: &str) -> String {
    let head =
        format!("Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n");
    peer.in_dialog(ack, "NOTIFY", seq, &head, body)
}

async fn next_progress(events: &mut SessionEvents) -> (u16, bool) {
    loop {
        match events.recv().await.unwrap() {
            SessionEvent::ReferProgress { code, last } => return (code, last),
            SessionEvent::Ended(ended) => panic!("{ended:?}"),
            _ => continue,
        }
    }
}

#[tokio::test]
async fn a_transfer_carries_its_headers_and_is_followed_to_its_end() {
    let (agent, peer, colleague) = (agent().await, Peer::new().await, Peer::new().await);
    let (session, mut events, ack) = connected(&agent, &peer).await;
    let (other, _other_events, other_ack) = connected(&agent, &colleague).await;

    // The colleague's own tag is the to-tag, ours the from-tag.
    let replaces = other.replaces();
    assert!(replaces.contains(";to-tag=there;from-tag="), "{replaces}");
    let our_tag = replaces.rsplit('=').next().unwrap();
    let from = other_ack
        .0
        .lines()
        .find(|line| line.starts_with("From: "))
        .unwrap();
    assert!(from.ends_with(&format!(";tag={our_tag}")), "{from}");
    let call_id = format!("Call-ID: {}\r\n", replaces.split(';').next().unwrap());
    assert!(other_ack.0.contains(&call_id));
    assert_eq!(other.remote_target(), colleague.uri());

    let about = uui::header("invoice");
    let headers = [
        ("User-to-User", about.as_str()),
        ("Replaces", replaces.as_str()),
    ];
    let there = other.remote_target();
    let following = async {
        let refer = peer.expect("REFER").await;
        let wanted = format!(
            "Refer-To: <{}?User-to-User=00{}%3Bencoding%3Dhex&Replaces=",
            colleague.uri(),
            "696e766f696365"
        );
        assert!(refer.0.contains(&wanted), "{}", refer.0);
        assert!(refer.0.contains("%3Bto-tag%3Dthere%3Bfrom-tag%3D"));
        peer.answer(&refer, "202 Accepted", "", "").await;
        refer.1
    };
    let (referred, us) = tokio::join!(session.refer_with(&there, &headers), following);
    referred.unwrap();
    let active = notify(
        &peer,
        &ack.0,
        7,
        "active;expires=60",
        "SIP/2.0 180 Ringing\r\n",
    );
    peer.send(us, &active).await;
    assert_eq!(next_progress(&mut events).await, (180, false));
    let done = notify(
        &peer,
        &ack.0,
        8,
        "terminated;reason=noresource",
        "SIP/2.0 200 OK\r\n",
    );
    peer.send(us, &done).await;
    assert_eq!(next_progress(&mut events).await, (200, true));
    hang_up(&session, &peer).await;
    hang_up(&other, &colleague).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_transfer_that_is_refused_or_never_heard_of_leaves_the_call_as_it_was() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, ack) = connected(&agent, &peer).await;
    let say = async |status: &str| {
        let refer = peer.expect("REFER").await;
        peer.answer(&refer, status, "", "").await;
        refer.1
    };
    let (referred, _) = tokio::join!(session.refer("sip:a@b"), say("603 Decline"));
    assert!(matches!(referred, Err(ReferError::Refused(603))));
    // Accepted, and then nothing: it can be tried again, and either side can hang up.
    let (referred, us) = tokio::join!(session.refer("sip:a@b"), say("202 Accepted"));
    referred.unwrap();
    assert!(peer.has_nothing_to_read().await);
    let bye = peer.in_dialog(&ack.0, "BYE", 9, "", "");
    peer.send(us, &bye).await;
    peer.expect("SIP/2.0 200").await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::They));
    nothing_left(&agent).await;
}

#[tokio::test]
async fn whoever_asks_us_to_transfer_is_answered_by_whose_call_it_is() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, ack) = connected(&agent, &peer).await;
    for (seq, accepted, said) in [(5, true, "SIP/2.0 202"), (6, false, "SIP/2.0 603")] {
        let refer = peer.in_dialog(&ack.0, "REFER", seq, "Refer-To: <sip:ben@b>\r\n", "");
        peer.send(agent.address(), &refer).await;
        let (target, answerer) = loop {
            match events.recv().await.unwrap() {
                SessionEvent::Referred { target, answerer } => break (target, answerer),
                SessionEvent::Ended(ended) => panic!("{ended:?}"),
                _ => continue,
            }
        };
        assert_eq!(target, "sip:ben@b");
        match accepted {
            true => answerer.accept().await,
            false => answerer.refuse(603).await,
        }
        peer.expect(said).await;
    }
    hang_up(&session, &peer).await;
    nothing_left(&agent).await;
}
