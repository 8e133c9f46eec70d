//! Proxies that stay in the way of a call (RFC 3261 sections 12.2.1.1 and 16.12), loose and strict ones.

use super::*;

const CONTACT: &str = "sip:phone@192.0.2.77:5090";

/// The routes of a message, in their order.
fn routes(message: &str) -> Vec<String> {
    message
        .lines()
        .filter_map(|line| line.strip_prefix("Route: "))
        .flat_map(|line| line.split(", "))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_call_that_we_place_goes_by_the_proxies_that_want_to_be_asked() {
    for loose in [true, false] {
        let (agent, proxy) = (agent().await, Peer::new().await);
        let lr = if loose { ";lr" } else { "" };
        let near = format!("<sip:{}{lr}>", proxy.address());
        let far = "<sip:far.example;lr>".to_owned();
        let goes_by_it = |message: &str, method: &str| {
            let line = message.lines().next().unwrap();
            match loose {
                true => {
                    assert_eq!(line, format!("{method} {CONTACT} SIP/2.0"));
                    assert_eq!(routes(message), [near.clone(), far.clone()]);
                }
                false => {
                    assert_eq!(line, format!("{method} sip:{} SIP/2.0", proxy.address()));
                    assert_eq!(routes(message), [far.clone(), format!("<{CONTACT}>")]);
                }
            }
        };
        let answering = async {
            let invite = proxy.expect("INVITE").await;
            // From there to here: the far one stands first.
            let way =
                format!("Record-Route: {far}\r\nRecord-Route: {near}\r\nContact: <{CONTACT}>\r\n");
            proxy
                .answer_with(&invite, "200 OK", "there", &way, SDP)
                .await;
            let ack = proxy.expect("ACK").await;
            goes_by_it(&ack.0, "ACK");
            // Its answer got lost, and it says so again.
            proxy
                .answer_with(&invite, "200 OK", "there", &way, SDP)
                .await;
        };
        let (called, ()) = tokio::join!(agent.call(to(&proxy), |_| ()), answering);
        let (session, mut events, _) = called.unwrap();
        tokio::join!(session.hang_up(), async {
            let bye = proxy.expect("BYE").await;
            goes_by_it(&bye.0, "BYE");
            proxy.answer(&bye, "200 OK", "", "").await;
        });
        assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    }
}

#[tokio::test]
async fn a_call_that_comes_in_by_proxies_is_ended_by_them() {
    for loose in [true, false] {
        let here = "127.0.0.1:0".parse().unwrap();
        let (agent, mut calls) = Agent::listen(here, "us").await.unwrap();
        let proxy = Peer::new().await;
        let lr = if loose { ";lr" } else { "" };
        let near = format!("<sip:{}{lr}>", proxy.address());
        let far = "<sip:far.example;lr>";
        let way = format!("Record-Route: {near}, {far}\r\n");
        let uri = format!("sip:us@{}", agent.address());
        let invite = proxy.request("INVITE", &uri, "caller", 1, &way);
        proxy.send(agent.address(), &invite).await;
        let invitation = calls.recv().await.unwrap();
        let (session, mut events) = invitation.answer(SDP.to_owned()).unwrap();
        let answer = proxy.expect("SIP/2.0 200").await;
        assert!(
            answer.0.contains(&near) && answer.0.contains(far),
            "{}",
            answer.0
        );
        let to = answer
            .0
            .lines()
            .find(|line| line.starts_with("To: "))
            .unwrap();
        let ack = proxy.request("ACK", &uri, "caller", 1, "");
        let old = ack
            .lines()
            .find(|line| line.starts_with("To: "))
            .unwrap()
            .to_owned();
        proxy.send(agent.address(), &ack.replace(&old, to)).await;
        while !matches!(events.recv().await, Some(SessionEvent::Confirmed { .. })) {}
        let contact = format!("sip:caller@{}", proxy.address());
        tokio::join!(session.hang_up(), async {
            let bye = proxy.expect("BYE").await;
            let line = bye.0.lines().next().unwrap();
            match loose {
                true => {
                    assert_eq!(line, format!("BYE {contact} SIP/2.0"));
                    assert_eq!(routes(&bye.0), [near.as_str(), far]);
                }
                false => {
                    assert_eq!(line, format!("BYE sip:{} SIP/2.0", proxy.address()));
                    assert_eq!(routes(&bye.0), [far.to_owned(), format!("<{contact}>")]);
                }
            }
            proxy.answer(&bye, "200 OK", "", "").await;
        });
        assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    }
}
