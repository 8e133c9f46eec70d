//! Calls and registrations over real sockets, with the other side played by hand.

mod dialogs;
mod hostile;
mod phones;
mod placing;
mod routes;
mod secure;
mod torture;
mod transfers;
mod trunks;

use super::*;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                   m=audio 4000 RTP/AVP 0\r\n";

/// A NOTIFY with these headers.
pub fn request(head: &str, body: &str) -> rsipstack::sip::Request {
    read(&format!(
        "NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 NOTIFY\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// An INVITE with these headers; From is not among the others.
pub fn headed(head: &str) -> rsipstack::sip::Request {
    read(&format!(
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\n\
         To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n{head}Content-Length: 0\r\n\r\n"
    ))
}

fn read(text: &str) -> rsipstack::sip::Request {
    match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
        rsipstack::sip::SipMessage::Request(request) => request,
        rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
    }
}

/// A phone by hand.
struct Peer {
    socket: UdpSocket,
}

impl Peer {
    async fn new() -> Peer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Peer { socket }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    fn uri(&self) -> String {
        format!("sip:phone@{}", self.address())
    }

    /// The next message that begins so; what comes before it is passed over.
    #[track_caller]
    fn expect(&self, start: &str) -> impl Future<Output = (String, SocketAddr)> {
        let place = std::panic::Location::caller();
        async move {
            let found = tokio::time::timeout(Duration::from_secs(10), async {
                loop {
                    let (message, from) = self.receive().await;
                    if message.starts_with(start) {
                        return (message, from);
                    }
                }
            });
            match found.await {
                Ok(found) => found,
                Err(_) => panic!("no {start} came ({place})"),
            }
        }
    }

    async fn receive(&self) -> (String, SocketAddr) {
        let mut buffer = [0; 8192];
        let (length, from) = self.socket.recv_from(&mut buffer).await.unwrap();
        (String::from_utf8(buffer[..length].to_vec()).unwrap(), from)
    }

    async fn has_nothing_to_read(&self) -> bool {
        let wait = Duration::from_millis(300);
        tokio::time::timeout(wait, self.receive()).await.is_err()
    }

    /// Answers a request; `tag` is ours, `extra` whole lines.
    async fn answer(&self, to: &(String, SocketAddr), status: &str, tag: &str, extra: &str) {
        self.answer_with(to, status, tag, extra, "").await;
    }

    async fn answer_with(
        &self,
        (request, from): &(String, SocketAddr),
        status: &str,
        tag: &str,
        extra: &str,
        body: &str,
    ) {
        let mut answer = format!("SIP/2.0 {status}\r\n");
        for line in request.lines() {
            let name = line.split(':').next().unwrap();
            match name {
                "To" if !line.contains(";tag=") => answer += &format!("{line};tag={tag}\r\n"),
                "Via" | "From" | "To" | "Call-ID" | "CSeq" => answer += &format!("{line}\r\n"),
                _ => {}
            }
        }
        answer += &format!("{extra}Content-Length: {}\r\n\r\n{body}", body.len());
        self.socket.send_to(answer.as_bytes(), from).await.unwrap();
    }

    /// 200 with a Contact and an SDP.
    async fn pick_up(&self, invite: &(String, SocketAddr), tag: &str) {
        let contact = format!("Contact: <{}>\r\n", self.uri());
        self.answer_with(invite, "200 OK", tag, &contact, SDP).await;
    }

    async fn send(&self, to: SocketAddr, message: &str) {
        self.socket.send_to(message.as_bytes(), to).await.unwrap();
    }

    /// A request outside of any dialog.
    fn request(&self, method: &str, uri: &str, user: &str, seq: u32, head: &str) -> String {
        let me = self.address();
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{method}{seq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@{me}>;tag=me\r\nTo: <sip:{user}@{me}>\r\n\
             Call-ID: {me}\r\nCSeq: {seq} {method}\r\nContact: <sip:{user}@{me}>\r\n\
             {head}Content-Length: 0\r\n\r\n"
        )
    }

    /// A request in the call that the INVITE and its ACK made: we are the called side.
    fn in_dialog(&self, ack: &str, method: &str, seq: u32, extra: &str, body: &str) -> String {
        let me = self.address();
        let header = |name: &str| {
            let line = ack.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_once(": ").unwrap().1.to_owned()
        };
        let contact = header("Via")
            .split(' ')
            .nth(1)
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        format!(
            "{method} sip:us@{contact} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{method}{seq}\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {seq} {method}\r\n\
             {extra}Content-Length: {}\r\n\r\n{body}",
            header("To: "),
            header("From: "),
            header("Call-ID: "),
            body.len()
        )
    }
}

/// A fault of ours, for tests.
pub fn panic_if_asked(request: &rsipstack::sip::Request) {
    if header(request, "User-Agent").is_some_and(|agent| agent == "panic") {
        panic!("injected");
    }
}

async fn agent() -> Agent {
    let here = "127.0.0.1:0".parse().unwrap();
    Agent::listen(here, "zeroline").await.unwrap().0
}

fn to(peer: &Peer) -> Outgoing {
    Outgoing::new(&peer.uri(), "zeroline", SDP.to_owned())
}

/// A call that was answered, and the ACK to it.
async fn connected(agent: &Agent, peer: &Peer) -> (Session, SessionEvents, (String, SocketAddr)) {
    let answering = async {
        let invite = peer.expect("INVITE").await;
        peer.pick_up(&invite, "there").await;
        peer.expect("ACK").await
    };
    let (called, ack) = tokio::join!(agent.call(to(peer), |_| ()), answering);
    let (session, events, _) = called.unwrap();
    (session, events, ack)
}

/// Hangs up, with the other side saying 200 to the BYE.
async fn hang_up(session: &Session, peer: &Peer) {
    tokio::join!(session.hang_up(), async {
        let bye = peer.expect("BYE").await;
        peer.answer(&bye, "200 OK", "", "").await;
    });
}

#[track_caller]
fn nothing_left(agent: &Agent) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        for _ in 0..100 {
            if agent.layer.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("dialogs left: {:?} ({place})", agent.layer.all_dialog_ids());
    }
}

async fn ended(events: &mut SessionEvents) -> Ended {
    loop {
        match events.recv().await.expect("the end is told") {
            SessionEvent::Ended(ended) => return ended,
            _ => continue,
        }
    }
}
