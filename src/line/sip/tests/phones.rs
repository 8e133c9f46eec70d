//! Phones that register, and what is dialled on them.

use super::super::digest::tests::answer;
use super::*;
use tokio::sync::mpsc;

pub async fn office() -> (Agent, mpsc::Receiver<Invitation>, Registrations) {
    let accounts = [("anna", "secret"), ("ben", "hidden")];
    let accounts = accounts.map(|(user, password)| (user.to_owned(), password.to_owned()));
    let registrations = Registrations::new(accounts).unwrap();
    let here = "127.0.0.1:0".parse().unwrap();
    let (agent, invitations) = Agent::listen_with(here, "zeroline", registrations.clone())
        .await
        .unwrap();
    (agent, invitations, registrations)
}

pub fn challenge_in(answer: &str) -> String {
    let line = answer
        .lines()
        .find(|line| line.starts_with("WWW-Authenticate: "));
    line.unwrap().split_once(": ").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_phone_registers_and_whoever_waits_for_it_is_told() {
    let (agent, _invitations, registrations) = office().await;
    let peer = Peer::new().await;
    let mut reachable = registrations.watch();
    let us = format!("sip:{}", agent.address());
    peer.send(
        agent.address(),
        &peer.request("REGISTER", &us, "anna", 1, ""),
    )
    .await;
    let (first, _) = peer.expect("SIP/2.0 401").await;
    assert!(first.contains("algorithm=SHA-256") && first.contains("algorithm=MD5"));
    let proof = answer(&challenge_in(&first), "REGISTER", "anna", "secret", 1);
    peer.send(
        agent.address(),
        &peer.request("REGISTER", &us, "anna", 2, &proof),
    )
    .await;
    peer.expect("SIP/2.0 200").await;
    reachable.changed().await.unwrap();
    let reach = reachable.borrow_and_update()["anna"].clone();
    assert_eq!(reach.uri, format!("sip:anna@{}", peer.address()));
    assert_eq!(reach.flow.unwrap().address, peer.address());
    assert_eq!(registrations.reachable("anna"), Some(reach));
    assert_eq!(registrations.reachable("ben"), None);

    let proof = answer(&challenge_in(&first), "REGISTER", "anna", "secret", 2);
    let leave = format!("{proof}Expires: 0\r\n");
    peer.send(
        agent.address(),
        &peer.request("REGISTER", &us, "anna", 3, &leave),
    )
    .await;
    peer.expect("SIP/2.0 200").await;
    reachable.changed().await.unwrap();
    assert!(reachable.borrow().is_empty());
}

#[tokio::test]
async fn where_nobody_may_register_the_method_is_not_allowed() {
    let (agent, peer) = (agent().await, Peer::new().await);
    let us = format!("sip:{}", agent.address());
    peer.send(
        agent.address(),
        &peer.request("REGISTER", &us, "anna", 1, ""),
    )
    .await;
    peer.expect("SIP/2.0 405").await;
}

#[tokio::test]
async fn a_code_dialled_on_a_phone_comes_up_only_with_its_password() {
    // Who is no account of ours is asked all the same, and not told so.
    let (agent, mut invitations, _registrations) = office().await;
    let peer = Peer::new().await;
    let code = format!("sip:*1@{}", agent.address());
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "carl", 1, ""),
    )
    .await;
    let (asked, _) = peer.expect("SIP/2.0 401").await;
    let guess = answer(&challenge_in(&asked), "INVITE", "carl", "secret", 1);
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "carl", 8, &guess),
    )
    .await;
    peer.expect("SIP/2.0 403").await;
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "anna", 2, ""),
    )
    .await;
    let (asked, _) = peer.expect("SIP/2.0 401").await;
    assert!(invitations.try_recv().is_err());
    let others = answer(&challenge_in(&asked), "INVITE", "ben", "hidden", 1);
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "anna", 3, &others),
    )
    .await;
    peer.expect("SIP/2.0 403").await;
    let wrong = answer(&challenge_in(&asked), "INVITE", "anna", "guess", 2);
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "anna", 4, &wrong),
    )
    .await;
    peer.expect("SIP/2.0 403").await;
    let own = answer(&challenge_in(&asked), "INVITE", "anna", "secret", 3);
    peer.send(
        agent.address(),
        &peer.request("INVITE", &code, "anna", 5, &own),
    )
    .await;
    let invitation = invitations.recv().await.unwrap();
    assert_eq!(invitation.account(), Some("anna"));
    invitation.refuse(486, "busy");
    peer.expect("SIP/2.0 486").await;

    // Anybody may call anything else.
    let plain = format!("sip:clinic@{}", agent.address());
    peer.send(
        agent.address(),
        &peer.request("INVITE", &plain, "anna", 6, ""),
    )
    .await;
    let invitation = invitations.recv().await.unwrap();
    assert_eq!(invitation.account(), None);
    drop(invitation);
    peer.expect("SIP/2.0 480").await;
    let taking_over = "Require: replaces\r\nReplaces: x;to-tag=1;from-tag=2\r\n";
    peer.send(
        agent.address(),
        &peer.request("INVITE", &plain, "anna", 7, taking_over),
    )
    .await;
    peer.expect("SIP/2.0 481").await;
    nothing_left(&agent).await;
}
