//! The messages of RFC 4475 (SIP torture tests) and RFC 5118 (the same for IPv6), rebuilt from what
//! the RFCs say of them: each sent over UDP to an agent that listens, with what it answers.
//!
//! The agent has one account, and refuses each call that gets through with 486: that is how "taken as
//! any other INVITE" looks here, as 401 is for REGISTER. After each message it must answer an OPTIONS.

mod applications;
mod invalid;
mod ipv6;
mod valid;

use super::*;

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Back {
    Status(u16),
    Nothing,
}
use Back::{Nothing, Status};

/// Its name in the RFC, what it is about and what a UA has to do with it, the message, and what ours
/// does. In the message `{port}` is where answers are expected and `{length}` the body's.
struct Message(&'static str, &'static str, &'static str, Back);

/// As it goes over the wire.
fn wire(template: &str, port: u16) -> Vec<u8> {
    let (head, body) = template.split_once("\n\n").unwrap();
    let body = body.replace('\n', "\r\n");
    let head = head
        .replace('\n', "\r\n")
        .replace("{port}", &port.to_string())
        .replace("{length}", &body.len().to_string());
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// longreq (RFC 4475 section 3.1.1.7): everything is long, and nothing wrong.
fn long_request() -> String {
    let x = |text: &str, times: usize| text.repeat(times);
    let vias: String = (0..14)
        .map(|i| {
            let (long, i) = (x("longlong", 12), i + 1);
            format!("v: SIP/2.0/UDP sip{i}.example.com;branch=z9hG4bK{long}\n")
        })
        .collect();
    format!(
        "INVITE sip:user@example.com SIP/2.0\n\
         To: \"I have a user name of {} proportion\"<sip:user@example.com:6000;unknownparam1=very{}value;\
         longparam{}name=shortvalue;very{}ParameterNameWithNoValue>\n\
         F: sip:{}name@example.net;tag=12{}424;unknownheaderparam{}name=unknowheaderparam{}value\n\
         Call-ID: longreq.one{}callid\n\
         CSeq: 3882340 INVITE\n\
         Unknown-{}-Name: unknown-{}-value; unknown-{}-parameter-name = unknown-{}-parameter-value\n\
         Via: SIP/2.0/UDP sip33.example.com:{{port}};branch=z9hG4bKlong\n\
         {vias}\
         Max-Forwards: 70\n\
         Contact: <sip:{}user@host5.example.net>\n\
         Content-Type: application/sdp\n\
         l: {{length}}\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        x("extreme", 12),
        x("long", 20),
        x("long", 20),
        x("long", 20),
        x("amazinglylongcaller", 5),
        x("982", 100),
        x("long", 30),
        x("long", 15),
        x("really", 20),
        x("Long", 20),
        x("long", 20),
        x("long", 20),
        x("long", 20),
        x("amazinglylongcaller", 5),
    )
}

/// Sends it and an OPTIONS after it, and gives what came back for each before the OPTIONS was
/// answered.
async fn send(peer: &Peer, agent: &Agent, message: &[u8], probe: u32) -> (Vec<u16>, bool) {
    peer.socket.send_to(message, agent.address()).await.unwrap();
    let options = peer.request("OPTIONS", "sip:us@127.0.0.1", "probe", probe, "");
    peer.send(agent.address(), &options).await;
    let mut statuses = Vec::new();
    let alive = tokio::time::timeout(Duration::from_secs(5), async {
        // Two tasks answer: what is refused at once, and what the stack has read. An INVITE may
        // be answered after the OPTIONS that followed it.
        let (mut probed, mut late) = (false, 0);
        loop {
            let (answer, _) = match probed {
                false => peer.receive().await,
                true => {
                    let wait = Duration::from_millis(200);
                    match tokio::time::timeout(wait, peer.receive()).await {
                        Ok(answer) => answer,
                        Err(_) => return,
                    }
                }
            };
            let code: u16 = answer[8..11].parse().unwrap();
            let of_probe =
                answer.contains(&format!("CSeq: {probe} OPTIONS")) && answer.contains("sip:probe@");
            match of_probe {
                true => probed = true,
                false if code >= 200 && !statuses.contains(&code) => statuses.push(code),
                false => {}
            }
            late += 1;
            if probed && (!statuses.is_empty() || late > 20) {
                return;
            }
        }
    });
    let alive = alive.await.is_ok();
    (statuses, alive)
}

#[tokio::test]
async fn torture_messages_get_their_answers_and_break_nothing() {
    let accounts = [("anna".to_owned(), "secret".to_owned())];
    let here = "127.0.0.1:0".parse().unwrap();
    let registrations = Registrations::new(accounts).unwrap();
    let (agent, mut invitations) = Agent::listen_with(here, "zeroline", registrations)
        .await
        .unwrap();
    tokio::spawn(async move {
        while let Some(invitation) = invitations.recv().await {
            invitation.refuse(486, "busy");
        }
    });
    let long = long_request();
    let tables = [
        valid::MESSAGES,
        invalid::MESSAGES,
        applications::MESSAGES,
        ipv6::MESSAGES,
    ];
    let all = tables
        .into_iter()
        .flatten()
        .map(|message| (message.0, message.1, message.2, message.3))
        .chain([("longreq", "all is long", long.as_str(), Status(486))]);
    let mut wrong = Vec::new();
    for (at, (name, about, template, expected)) in all.enumerate() {
        // A socket each, so that what is sent again for one is not taken for another's.
        let peer = Peer::new().await;
        let message = wire(template, peer.address().port());
        let (statuses, alive) = send(&peer, &agent, &message, 1000 + at as u32).await;
        let got = match statuses.as_slice() {
            [] => Nothing,
            [status] => Status(*status),
            _ => panic!("{name}: {statuses:?}"),
        };
        assert!(alive, "{name}: no OPTIONS is answered after it");
        if got != expected {
            wrong.push(format!("{name}: {got:?} and not {expected:?} ({about})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
