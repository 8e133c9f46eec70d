//! What may happen within a call: requests of the other side, and what becomes of ours.

use super::super::digest::tests::answer as credentials;
use super::phones::{challenge_in, office};
use super::*;
use tokio::sync::mpsc;

/// An agent, and the calls that come to it.
async fn called() -> (Agent, mpsc::Receiver<Invitation>) {
    let here = "127.0.0.1:0".parse().unwrap();
    Agent::listen(here, "zeroline").await.unwrap()
}

/// The To tag in an answer, with its `;tag=`.
fn tag(answer: &str) -> String {
    let to = answer
        .lines()
        .find(|line| line.starts_with("To: "))
        .unwrap();
    to[to.find(";tag=").unwrap()..].trim().to_owned()
}

/// A call by hand to an agent.
struct Caller<'a> {
    peer: &'a Peer,
    agent: SocketAddr,
    call_id: String,
}

impl Caller<'_> {
    fn request(&self, method: &str, seq: u32, to_tag: &str, head: &str, body: &str) -> String {
        let (me, agent, call_id) = (self.peer.address(), self.agent, &self.call_id);
        format!(
            "{method} sip:zeroline@{agent} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {me};branch=z9hG4bK{call_id}{method}{seq};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:anna@{me}>;tag=me\r\nTo: <sip:zeroline@{agent}>{to_tag}\r\nCall-ID: {call_id}\r\n\
             CSeq: {seq} {method}\r\nContact: <sip:anna@{me}>\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    async fn send(&self, method: &str, seq: u32, to_tag: &str, head: &str, body: &str) {
        let request = self.request(method, seq, to_tag, head, body);
        self.peer.send(self.agent, &request).await;
    }

    /// Until the call is up.
    async fn connect(
        &self,
        invitations: &mut mpsc::Receiver<Invitation>,
    ) -> (Session, SessionEvents, String) {
        self.send("INVITE", 1, "", "", SDP).await;
        let invitation = invitations.recv().await.unwrap();
        let (session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
        let (answer, _) = self.peer.expect("SIP/2.0 200").await;
        self.send("ACK", 1, &tag(&answer), "", "").await;
        let first = events.recv().await;
        assert!(matches!(first, Some(SessionEvent::Confirmed { .. })));
        (session, events, tag(&answer))
    }
}

fn caller<'a>(peer: &'a Peer, agent: &Agent, call_id: &str) -> Caller<'a> {
    Caller {
        peer,
        agent: agent.address(),
        call_id: call_id.to_owned(),
    }
}

#[tokio::test]
async fn who_moves_within_a_call_is_found_where_they_are() {
    let (agent, peer, elsewhere) = (agent().await, Peer::new().await, Peer::new().await);
    let (session, mut events, (ack, from)) = connected(&agent, &peer).await;
    let contact = |peer: &Peer| format!("Contact: <{}>\r\n", peer.uri());
    // An offer that is refused changes nothing, an answer to one does.
    for (seq, code) in [(1, 488), (2, 200)] {
        let reinvite = peer.in_dialog(&ack, "INVITE", seq, &contact(&elsewhere), SDP);
        peer.send(from, &reinvite).await;
        let answerer = loop {
            if let SessionEvent::Offered { answerer, .. } = events.recv().await.unwrap() {
                break answerer;
            }
        };
        match code {
            200 => answerer.answer(SDP.to_owned()).await,
            _ => answerer.refuse(code).await,
        }
        peer.expect(&format!("SIP/2.0 {code}")).await;
        peer.send(from, &peer.in_dialog(&ack, "ACK", seq, "", ""))
            .await;
        let expected = if code == 200 { &elsewhere } else { &peer };
        assert_eq!(session.remote_target(), expected.uri());
    }
    hang_up(&session, &elsewhere).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_session_is_refreshed_without_an_offer_and_nobody_is_asked_for_one() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, (ack, from)) = connected(&agent, &peer).await;
    let timer = "Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n";
    peer.send(from, &peer.in_dialog(&ack, "UPDATE", 1, timer, ""))
        .await;
    let (answer, _) = peer.expect("SIP/2.0 200").await;
    assert!(
        answer.contains("Session-Expires: 1800;refresher=uac\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("Require: timer\r\n") && !answer.contains("v=0"),
        "{answer}"
    );
    hang_up(&session, &peer).await;
    let first = events.recv().await;
    assert!(matches!(first, Some(SessionEvent::Confirmed { .. })));
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
}

#[tokio::test]
async fn the_answer_in_an_ack_to_a_reinvite_is_told() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, (ack, from)) = connected(&agent, &peer).await;
    peer.send(from, &peer.in_dialog(&ack, "INVITE", 1, "", ""))
        .await;
    let answerer = loop {
        if let SessionEvent::Offered { answerer, sdp } = events.recv().await.unwrap() {
            assert_eq!(sdp, None);
            break answerer;
        }
    };
    answerer.answer(SDP.to_owned()).await;
    peer.expect("SIP/2.0 200").await;
    let kind = "Content-Type: application/sdp\r\n";
    let moved = SDP.replace("4000", "4002");
    peer.send(from, &peer.in_dialog(&ack, "ACK", 1, kind, &moved))
        .await;
    match events.recv().await.unwrap() {
        SessionEvent::Answered { sdp } => assert_eq!(sdp, moved),
        _ => panic!("something else"),
    }
    hang_up(&session, &peer).await;
}

#[tokio::test]
async fn an_offer_waits_for_nobody_but_the_one_before_it() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, (ack, from)) = connected(&agent, &peer).await;
    peer.send(from, &peer.in_dialog(&ack, "INVITE", 1, "", SDP))
        .await;
    let answerer = loop {
        if let SessionEvent::Offered { answerer, .. } = events.recv().await.unwrap() {
            break answerer;
        }
    };
    for (seq, method) in [(2, "UPDATE"), (3, "INVITE")] {
        peer.send(from, &peer.in_dialog(&ack, method, seq, "", SDP))
            .await;
        let (answer, _) = peer.expect("SIP/2.0 500").await;
        assert!(answer.contains("\r\nRetry-After: "), "{answer}");
    }
    answerer.answer(SDP.to_owned()).await;
    peer.expect("SIP/2.0 200").await;
    peer.send(from, &peer.in_dialog(&ack, "ACK", 1, "", ""))
        .await;
    hang_up(&session, &peer).await;
}

#[tokio::test]
async fn a_bye_that_nobody_answers_ends_the_call_all_the_same() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let (session, mut events, _) = connected(&agent, &peer).await;
    let hung_up = tokio::spawn(async move { session.hang_up().await });
    peer.expect("BYE").await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    hung_up.await.unwrap();
    nothing_left(&agent).await;
    // It goes on being sent.
    peer.expect("BYE").await;
}

#[tokio::test]
async fn what_must_arrive_is_acknowledged_and_may_be_the_answer() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let answering = async {
        let invite = peer.expect("INVITE").await;
        assert!(!invite.0.contains("100rel"), "{}", invite.0);
        let required = "Require: 100rel\r\n";
        peer.answer(&invite, "421 Extension Required", "no", required)
            .await;
        peer.expect("ACK").await;
        let invite = peer.expect("INVITE").await;
        assert!(invite.0.contains("Supported: 100rel\r\n"), "{}", invite.0);
        let reliable = format!(
            "Require: 100rel\r\nRSeq: 41\r\nContact: <{}>\r\nContent-Type: application/sdp\r\n",
            peer.uri()
        );
        peer.answer_with(&invite, "183 Session Progress", "there", &reliable, SDP)
            .await;
        let prack = peer.expect("PRACK").await;
        let seq = invite
            .0
            .lines()
            .find_map(|line| line.strip_prefix("CSeq: "))
            .unwrap();
        assert!(
            prack.0.contains(&format!("RAck: 41 {seq}\r\n")),
            "{}",
            prack.0
        );
        peer.answer(&prack, "200 OK", "", "").await;
        let contact = format!("Contact: <{}>\r\n", peer.uri());
        peer.answer(&invite, "200 OK", "there", &contact).await;
        peer.expect("ACK").await;
    };
    let (called, ()) = tokio::join!(agent.call(to(&peer), |_| ()), answering);
    let (session, _events, answer) = called.unwrap();
    assert_eq!(answer, SDP);
    hang_up(&session, &peer).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn of_several_phones_that_ring_the_one_that_answers_counts() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let answering = async {
        let invite = peer.expect("INVITE").await;
        peer.answer(&invite, "180 Ringing", "first", "").await;
        let other = SDP.replace("4000", "4002");
        peer.answer_with(&invite, "183 Session Progress", "second", "", &other)
            .await;
        peer.answer(&invite, "180 Ringing", "third", "").await;
        peer.pick_up(&invite, "first").await;
        peer.expect("ACK").await
    };
    let (called, ack) = tokio::join!(agent.call(to(&peer), |_| ()), answering);
    assert!(ack.0.contains(";tag=first\r\n"), "{}", ack.0);
    let (session, _events, answer) = called.unwrap();
    assert_eq!(answer, SDP);
    hang_up(&session, &peer).await;
}

#[tokio::test]
async fn ringing_that_must_arrive_is_sent_until_it_is_acknowledged() {
    let ((agent, mut invitations), peer) = (called().await, Peer::new().await);
    let caller = caller(&peer, &agent, "reliable");
    caller
        .send("INVITE", 1, "", "Require: 100rel\r\n", SDP)
        .await;
    let invitation = invitations.recv().await.unwrap();
    invitation.ring();
    let (first, _) = peer.expect("SIP/2.0 180").await;
    let rseq = first
        .lines()
        .find_map(|line| line.strip_prefix("RSeq: "))
        .unwrap();
    assert!(first.contains("Require: 100rel\r\n"), "{first}");
    let (again, _) = peer.expect("SIP/2.0 180").await;
    assert!(again.contains(&format!("RSeq: {rseq}\r\n")), "{again}");
    let to_tag = tag(&first);
    caller
        .send("PRACK", 2, &to_tag, "RAck: 1 1 INVITE\r\n", "")
        .await;
    peer.expect("SIP/2.0 481").await;
    let rack = format!("RAck: {rseq} 1 INVITE\r\n");
    caller.send("PRACK", 3, &to_tag, &rack, "").await;
    peer.expect("SIP/2.0 200").await;
    let (session, _events) = invitation.answer(SDP.to_owned()).unwrap();
    let (answer, _) = peer.expect("SIP/2.0 200").await;
    assert!(answer.contains("CSeq: 1 INVITE\r\n"), "{answer}");
    caller.send("ACK", 1, &to_tag, "", "").await;
    hang_up(&session, &peer).await;
    nothing_left(&agent).await;
}

#[tokio::test]
async fn who_hangs_up_while_it_rings_has_no_call() {
    let ((agent, mut invitations), peer) = (called().await, Peer::new().await);
    let caller = caller(&peer, &agent, "early");
    caller.send("INVITE", 1, "", "", SDP).await;
    let invitation = invitations.recv().await.unwrap();
    invitation.ring();
    let (ringing, _) = peer.expect("SIP/2.0 180").await;
    caller.send("BYE", 2, &tag(&ringing), "", "").await;
    peer.expect("SIP/2.0 200").await;
    peer.expect("SIP/2.0 487").await;
    caller.send("ACK", 1, &tag(&ringing), "", "").await;
    if let Ok((_, mut events)) = invitation.answer(SDP.to_owned()) {
        ended(&mut events).await;
    }
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_call_is_replaced_by_its_other_side_and_by_nobody_else() {
    let ((agent, mut invitations), peer) = (called().await, Peer::new().await);
    let stranger = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    let stranger = Peer { socket: stranger };
    let (session, mut events, to_tag) = caller(&peer, &agent, "first")
        .connect(&mut invitations)
        .await;
    let ours = to_tag.trim_start_matches(";tag=");
    let replaces = format!("Replaces: first;to-tag={ours};from-tag=me\r\n");

    let theirs = caller(&stranger, &agent, "stranger");
    theirs.send("INVITE", 1, "", &replaces, SDP).await;
    stranger.expect("SIP/2.0 403").await;

    let second = caller(&peer, &agent, "second");
    second.send("INVITE", 1, "", &replaces, SDP).await;
    let Some(SessionEvent::Replaced(invitation)) = events.recv().await else {
        panic!("not replaced");
    };
    let (new, _new_events) = invitation.answer(SDP.to_owned()).unwrap();
    let (answer, _) = peer.expect("SIP/2.0 200").await;
    second.send("ACK", 1, &tag(&answer), "", "").await;
    new.confirmed().await;
    hang_up(&session, &peer).await;
    hang_up(&new, &peer).await;
    assert!(invitations.try_recv().is_err());
    nothing_left(&agent).await;
}

#[tokio::test]
async fn a_phone_of_ours_may_replace_a_call_from_anywhere() {
    let (agent, mut invitations, _registrations) = office().await;
    let (peer, phone) = (
        Peer::new().await,
        Peer {
            socket: UdpSocket::bind("127.0.0.2:0").await.unwrap(),
        },
    );
    let (_session, mut events, to_tag) = caller(&peer, &agent, "first")
        .connect(&mut invitations)
        .await;
    let ours = to_tag.trim_start_matches(";tag=");
    let replaces = format!("Replaces: first;to-tag={ours};from-tag=me\r\n");
    let theirs = caller(&phone, &agent, "second");
    theirs.send("INVITE", 1, "", &replaces, SDP).await;
    let (asked, _) = phone.expect("SIP/2.0 401").await;
    for (seq, password, code) in [(2, "guess", 403), (3, "secret", 200)] {
        let own = credentials(&challenge_in(&asked), "INVITE", "anna", password, seq);
        let head = format!("{replaces}{own}");
        theirs.send("INVITE", seq, "", &head, SDP).await;
        if code == 200 {
            let Some(SessionEvent::Replaced(invitation)) = events.recv().await else {
                panic!("not replaced");
            };
            let _ = invitation.answer(SDP.to_owned()).unwrap();
        }
        phone.expect(&format!("SIP/2.0 {code}")).await;
    }
}

#[tokio::test]
async fn who_gives_up_while_it_rings_has_no_call() {
    let ((agent, mut invitations), peer) = (called().await, Peer::new().await);
    let caller = caller(&peer, &agent, "cancelled");
    caller.send("INVITE", 1, "", "", SDP).await;
    let invitation = invitations.recv().await.unwrap();
    invitation.ring();
    let (ringing, _) = peer.expect("SIP/2.0 180").await;
    let invite = caller.request("INVITE", 1, "", "", "");
    peer.send(
        caller.agent,
        &invite
            .replace("CSeq: 1 INVITE", "CSeq: 1 CANCEL")
            .replacen("INVITE ", "CANCEL ", 1),
    )
    .await;
    let (first, _) = peer.expect("SIP/2.0").await;
    let (second, _) = peer.expect("SIP/2.0").await;
    let both = format!("{first}{second}");
    assert!(
        both.contains("SIP/2.0 200 ") && both.contains("SIP/2.0 487 "),
        "{both}"
    );
    caller.send("ACK", 1, &tag(&ringing), "", "").await;
    // Whoever answers now comes too late.
    if let Ok((_, mut events)) = invitation.answer(SDP.to_owned()) {
        assert_eq!(ended(&mut events).await, Ended::Cancelled);
    }
    nothing_left(&agent).await;
}

#[tokio::test]
async fn an_ack_that_is_late_delays_what_overtakes_it() {
    let ((agent, mut invitations), peer) = (called().await, Peer::new().await);
    let caller = caller(&peer, &agent, "overtaken");
    caller.send("INVITE", 1, "", "", SDP).await;
    let invitation = invitations.recv().await.unwrap();
    let (session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
    let (answer, _) = peer.expect("SIP/2.0 200").await;
    let key = "Content-Type: application/dtmf\r\n";
    caller.send("INFO", 2, &tag(&answer), key, "5").await;
    caller.send("ACK", 1, &tag(&answer), "", "").await;
    loop {
        let (answer, _) = peer.expect("SIP/2.0 200").await;
        if answer.contains("CSeq: 2 INFO\r\n") {
            break;
        }
    }
    let first = events.recv().await;
    assert!(matches!(first, Some(SessionEvent::Confirmed { .. })));
    assert!(matches!(events.recv().await, Some(SessionEvent::Key(_))));
    hang_up(&session, &peer).await;
}
