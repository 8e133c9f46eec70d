//! The few SIP messages of a caller, as text.

use std::net::SocketAddr;

/// One call as its caller knows it.
pub struct Dialog {
    pub call_id: String,
    us: SocketAddr,
    to: String,
    /// Whom the call is for: a SIP URI.
    contact: String,
}

impl Dialog {
    pub fn new(call_id: String, target: &str, us: SocketAddr) -> Dialog {
        Dialog {
            call_id,
            us,
            to: format!("<{target}>"),
            contact: target.to_owned(),
        }
    }

    /// Sound is wanted at `sound`, in G.711 mu-law.
    pub fn invite(&self, sound: SocketAddr) -> String {
        let (ip, port) = (sound.ip(), sound.port());
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n\
             a=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n"
        );
        let length = body.len();
        let head = self.head("INVITE", 1, "i");
        format!("{head}Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{body}")
    }

    /// After a 200 has been read.
    pub fn ack(&self) -> String {
        format!("{}Content-Length: 0\r\n\r\n", self.head("ACK", 1, "a"))
    }

    pub fn bye(&self) -> String {
        format!("{}Content-Length: 0\r\n\r\n", self.head("BYE", 2, "b"))
    }

    fn head(&self, method: &str, cseq: u32, branch: &str) -> String {
        let Dialog {
            call_id,
            us,
            to,
            contact,
            ..
        } = self;
        format!(
            "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bK{branch}{call_id};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:caller@{us}>;tag=c{call_id}\r\nTo: {to}\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:caller@{us}>\r\n"
        )
    }

    /// Takes the tag and the Contact of an answer; where it wants its sound.
    pub fn answered(&mut self, answer: &str) -> Option<u16> {
        self.to = header(answer, "To")?.to_owned();
        let contact = header(answer, "Contact")?;
        let uri = contact.split_once('<')?.1.split_once('>')?.0;
        self.contact = uri.to_owned();
        let media = answer
            .lines()
            .find_map(|line| line.strip_prefix("m=audio "))?;
        media.split(' ').next()?.parse().ok()
    }
}

/// What a message of the other side is about.
pub struct Heard<'a> {
    /// `None` in a request.
    pub status: Option<u16>,
    pub method: &'a str,
    pub call_id: &'a str,
}

pub fn read(message: &str) -> Option<Heard<'_>> {
    let first = message.lines().next()?;
    let status = first.strip_prefix("SIP/2.0 ");
    Some(Heard {
        status: status.and_then(|rest| rest.get(..3)?.parse().ok()),
        method: header(message, "CSeq")?.split_once(' ')?.1,
        call_id: header(message, "Call-ID")?,
    })
}

/// A 200 to a request of the other side.
pub fn agree(request: &str) -> String {
    let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
    for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
        let name = line.split(':').next().unwrap_or_default().trim();
        if copied
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(name))
        {
            answer.push_str(line);
            answer.push_str("\r\n");
        }
    }
    answer.push_str("Content-Length: 0\r\n\r\n");
    answer
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim())
    })
}
