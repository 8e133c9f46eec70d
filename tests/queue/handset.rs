//! A telephone made by hand, of bare sockets: it calls, or is called, does whatever a test wants of it, and
//! writes down what it hears.
#![allow(dead_code)]

use super::sound::Sound;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long something that must happen may take; the machine may be busy.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A message that came in.
#[derive(Debug, Clone)]
pub struct Message {
    pub text: String,
    pub from: SocketAddr,
    pub at: Instant,
}

impl Message {
    pub fn header(&self, name: &str) -> Option<String> {
        let prefix = format!("{}:", name.to_ascii_lowercase());
        let line = self
            .text
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&prefix))?;
        Some(line[prefix.len()..].trim().to_owned())
    }

    fn required(&self, name: &str) -> String {
        let header = self.header(name);
        header.unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }

    pub fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }

    /// Where the other side wants its sound.
    fn remote(&self) -> Option<SocketAddr> {
        let line = |prefix: &str| self.body().lines().find_map(|l| l.strip_prefix(prefix));
        let port = line("m=audio ")?.split(' ').next()?;
        let host = line("c=IN IP4 ")?.trim();
        format!("{host}:{port}").parse().ok()
    }
}

/// What two phones know of the call between them.
#[derive(Clone)]
struct Dialog {
    call_id: String,
    us: String,
    them: String,
    target: String,
    peer: SocketAddr,
}

pub struct Handset {
    socket: Arc<UdpSocket>,
    pub address: SocketAddr,
    pub sound: Sound,
    inbox: Arc<Mutex<Vec<(Message, bool)>>>,
    state: Arc<State>,
    dialog: Option<Dialog>,
    invite: Option<Message>,
    seq: u32,
    /// RTP payload types in the order of preference.
    pub payloads: &'static str,
    /// More lines of its session description.
    pub more: &'static str,
}

#[derive(Default)]
struct State {
    over: AtomicBool,
    /// Neither hears nor says anything any more.
    dead: AtomicBool,
    /// Its tag in calls to it; another for each.
    tag: AtomicU32,
    /// Says that it is busy (486) for as long as it has a call.
    one_line: AtomicBool,
    /// How often it has.
    said_busy: AtomicU32,
}

impl Drop for Handset {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
    }
}

impl Handset {
    pub fn new() -> Handset {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let (inbox, state) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<State>::default());
        let handset = Handset {
            address: socket.local_addr().unwrap(),
            socket: socket.clone(),
            sound: Sound::new(),
            inbox: inbox.clone(),
            state: state.clone(),
            dialog: None,
            invite: None,
            seq: 1,
            payloads: "0 8 101",
            more: "",
        };
        std::thread::spawn(move || listen(&socket, &inbox, &state));
        handset
    }

    /// Calls, and is answered.
    #[track_caller]
    pub fn call(server: SocketAddr, number: &str) -> Handset {
        Handset::call_with(server, number, "0 8 101")
    }

    #[track_caller]
    pub fn call_with(server: SocketAddr, number: &str, payloads: &'static str) -> Handset {
        let mut phone = Handset::new();
        phone.payloads = payloads;
        phone.dialog = Some(Dialog {
            call_id: format!("{}-{number}", uuid()),
            us: format!("<sip:{number}@{}>;tag=caller", phone.address),
            them: format!("<sip:desk@{server}>"),
            target: format!("sip:desk@{server}"),
            peer: server,
        });
        let sdp = phone.sdp("sendrecv");
        phone.request("INVITE", &sdp);
        let answer = phone.expect("SIP/2.0 200 ");
        phone.acknowledge(&answer);
        phone.sound.talk_to(answer.remote().unwrap());
        phone
    }

    fn acknowledge(&mut self, answer: &Message) {
        let dialog = self.dialog.as_mut().unwrap();
        dialog.them = answer.required("To");
        let contact = answer.required("Contact");
        dialog.target = between(&contact).to_owned();
        self.seq -= 1;
        self.request("ACK", "");
    }

    /// A request of ours within the call.
    pub fn request(&mut self, method: &str, body: &str) {
        self.request_with(method, "", body);
    }

    /// [`Handset::request`] with more headers.
    pub fn request_with(&mut self, method: &str, more: &str, body: &str) {
        let dialog = self.dialog.clone().expect("no call");
        let (seq, me) = (self.seq, self.address);
        self.seq += 1;
        let kind = match body.is_empty() {
            true => "",
            false => "Content-Type: application/sdp\r\n",
        };
        let message = format!(
            "{method} {target} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {me};branch=z9hG4bK{call}{method}{seq};rport\r\n\
             Max-Forwards: 70\r\nFrom: {us}\r\nTo: {them}\r\nCall-ID: {call}\r\n\
             CSeq: {seq} {method}\r\nContact: <sip:phone@{me}>\r\n{kind}{more}\
             Content-Length: {length}\r\n\r\n{body}",
            target = dialog.target,
            call = dialog.call_id,
            us = dialog.us,
            them = dialog.them,
            length = body.len(),
        );
        self.socket
            .send_to(message.as_bytes(), dialog.peer)
            .unwrap();
    }

    pub fn sdp(&self, direction: &str) -> String {
        let (port, payloads) = (self.sound.address.port(), self.payloads);
        let seq = self.seq;
        let maps = [
            (111, "opus/48000/2"),
            (101, "telephone-event/8000"),
            (110, "telephone-event/48000"),
        ];
        let offered = maps.iter().filter(|(number, _)| {
            let number = number.to_string();
            payloads.split(' ').any(|offered| offered == number)
        });
        let maps: String = offered
            .map(|(number, map)| format!("a=rtpmap:{number} {map}\r\n"))
            .collect();
        format!(
            "v=0\r\no=- 1 {seq} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {payloads}\r\n{maps}{more}a={direction}\r\n",
            more = self.more,
        )
    }

    /// Re-INVITE: `sendonly` to hold, `sendrecv` to go on.
    #[track_caller]
    pub fn agree_anew(&mut self, direction: &str) -> Message {
        let sdp = self.sdp(direction);
        self.request("INVITE", &sdp);
        let answer = self.expect("SIP/2.0 200 ");
        self.acknowledge(&answer);
        answer
    }

    #[track_caller]
    pub fn hang_up(&mut self) {
        self.request("BYE", "");
        self.sound.stop();
        self.expect("SIP/2.0 200 ");
    }

    /// Says how the transfer goes that it was asked for.
    pub fn notify(&self, sipfrag: &str) {
        let dialog = self.dialog.clone().unwrap();
        let me = self.address;
        let message = format!(
            "NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{call}n;rport\r\n\
             Max-Forwards: 70\r\nFrom: {us}\r\nTo: {them}\r\nCall-ID: {call}\r\nCSeq: 90 NOTIFY\r\n\
             Contact: <sip:phone@{me}>\r\nEvent: refer\r\nSubscription-State: terminated;reason=noresource\r\n\
             Content-Type: message/sipfrag\r\nContent-Length: {length}\r\n\r\n{sipfrag}",
            target = dialog.target,
            call = dialog.call_id,
            us = dialog.us,
            them = dialog.them,
            length = sipfrag.len(),
        );
        self.socket
            .send_to(message.as_bytes(), dialog.peer)
            .unwrap();
    }

    /// The next call to it.
    #[track_caller]
    pub fn rung(&mut self) -> Message {
        let invite = self.expect("INVITE ");
        let tag = self.state.tag.load(Ordering::Relaxed);
        self.dialog = Some(Dialog {
            call_id: invite.required("Call-ID"),
            us: format!("{};tag=phone{tag}", invite.required("To")),
            them: invite.required("From"),
            target: between(&invite.required("Contact")).to_owned(),
            peer: invite.from,
        });
        self.seq = 1;
        self.invite = Some(invite.clone());
        invite
    }

    /// Answers the last call to it somehow.
    pub fn respond(&self, status: &str, more: &str, body: &str) {
        let invite = self.invite.as_ref().expect("not rung");
        let us = self.dialog.as_ref().unwrap().us.clone();
        reply(&self.socket, self.address, invite, status, &us, more, body);
    }

    #[track_caller]
    pub fn ring(&mut self) -> Message {
        let invite = self.rung();
        self.respond("180 Ringing", "", "");
        invite
    }

    /// Says 200 and does not wait.
    pub fn lift(&self) {
        let sdp = self.sdp("sendrecv");
        self.respond("200 OK", "Content-Type: application/sdp\r\n", &sdp);
    }

    /// Is rung, and answers.
    #[track_caller]
    pub fn answer(&mut self) -> Message {
        let invite = self.ring();
        self.pick_up();
        invite
    }

    #[track_caller]
    pub fn pick_up(&mut self) {
        self.lift();
        self.expect("ACK ");
        self.listen();
    }

    /// Its sound begins.
    pub fn listen(&self) {
        let invite = self.invite.as_ref().unwrap();
        self.sound.talk_to(invite.remote().unwrap());
    }

    /// From now on it takes no second call beside another.
    pub fn has_one_line(&self) {
        self.state.one_line.store(true, Ordering::Relaxed);
    }

    pub fn said_busy(&self) -> u32 {
        self.state.said_busy.load(Ordering::Relaxed)
    }

    /// Pulls the plug.
    pub fn die(&self) {
        self.state.dead.store(true, Ordering::Relaxed);
        self.sound.stop();
    }

    /// The plug is in again, and it remembers nothing.
    pub fn revive(&mut self) {
        self.dialog = None;
        self.inbox.lock().unwrap().clear();
        self.state.dead.store(false, Ordering::Relaxed);
    }

    /// The next message that begins so; others stay for later.
    #[track_caller]
    pub fn expect(&self, start: &str) -> Message {
        match self.wait(start, LIMIT) {
            Some(message) => message,
            None => panic!("no {start}: {:#?}", self.inbox.lock().unwrap()),
        }
    }

    pub fn wait(&self, start: &str, limit: Duration) -> Option<Message> {
        let until = Instant::now() + limit;
        loop {
            let mut inbox = self.inbox.lock().unwrap();
            let found = inbox
                .iter_mut()
                .find(|(message, taken)| !taken && message.text.starts_with(start));
            if let Some((message, taken)) = found {
                *taken = true;
                return Some(message.clone());
            }
            drop(inbox);
            if Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that came in and was not looked at, and begins so.
    pub fn count(&self, start: &str) -> usize {
        let inbox = self.inbox.lock().unwrap();
        inbox
            .iter()
            .filter(|(message, taken)| !taken && message.text.starts_with(start))
            .count()
    }
}

/// Answers what phones answer by themselves, and writes everything down.
fn listen(socket: &UdpSocket, inbox: &Mutex<Vec<(Message, bool)>>, state: &State) {
    let address = socket.local_addr().unwrap();
    let mut buffer = [0; 8192];
    let mut invites: Vec<(Message, String)> = Vec::new();
    // The Call-ID of a call to it that is not over.
    let mut on_call: Option<String> = None;
    while !state.over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        if state.dead.load(Ordering::Relaxed) {
            continue;
        }
        let message = Message {
            text: String::from_utf8_lossy(&buffer[..length]).into_owned(),
            from,
            at: Instant::now(),
        };
        let method = message.text.split(' ').next().unwrap_or_default();
        let to = message.header("To").unwrap_or_default();
        match method {
            "INVITE" => {
                let again = |(known, _): &(Message, String)| {
                    known.header("Call-ID") == message.header("Call-ID")
                        && known.header("CSeq") == message.header("CSeq")
                };
                if invites.iter().any(again) {
                    continue;
                }
                let call = message.header("Call-ID");
                if state.one_line.load(Ordering::Relaxed) && on_call.is_some() && on_call != call {
                    state.said_busy.fetch_add(1, Ordering::Relaxed);
                    let us = format!("{to};tag=busy");
                    reply(socket, address, &message, "486 Busy Here", &us, "", "");
                    continue;
                }
                on_call = call;
                let tag = state.tag.fetch_add(1, Ordering::Relaxed) + 1;
                let us = format!("{to};tag=phone{tag}");
                reply(socket, address, &message, "100 Trying", &to, "", "");
                invites.push((message.clone(), us));
            }
            "CANCEL" => {
                reply(socket, address, &message, "200 OK", &to, "", "");
                let of = |(known, _): &&(Message, String)| {
                    known.header("Call-ID") == message.header("Call-ID")
                };
                if let Some((invite, us)) = invites.iter().find(of) {
                    let status = "487 Request Terminated";
                    reply(socket, address, invite, status, us, "", "");
                }
            }
            "BYE" | "OPTIONS" | "NOTIFY" | "INFO" => {
                reply(socket, address, &message, "200 OK", &to, "", "");
            }
            "REFER" => reply(socket, address, &message, "202 Accepted", &to, "", ""),
            _ => {}
        }
        if matches!(method, "CANCEL" | "BYE") && message.header("Call-ID") == on_call {
            on_call = None;
        }
        inbox.lock().unwrap().push((message, false));
    }
}

fn reply(
    socket: &UdpSocket,
    me: SocketAddr,
    request: &Message,
    status: &str,
    to: &str,
    more: &str,
    body: &str,
) {
    let vias: String = request
        .text
        .lines()
        .filter(|line| line.to_ascii_lowercase().starts_with("via:"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let message = format!(
        "SIP/2.0 {status}\r\n{vias}From: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {seq}\r\n\
         Contact: <sip:phone@{me}>\r\n{more}Content-Length: {length}\r\n\r\n{body}",
        from = request.required("From"),
        call = request.required("Call-ID"),
        seq = request.required("CSeq"),
        length = body.len(),
    );
    socket.send_to(message.as_bytes(), request.from).unwrap();
}

/// The URI in a Contact.
fn between(contact: &str) -> &str {
    match (contact.find('<'), contact.find('>')) {
        (Some(from), Some(to)) => &contact[from + 1..to],
        _ => contact.split(';').next().unwrap(),
    }
}

fn uuid() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}x{next}", std::process::id())
}
