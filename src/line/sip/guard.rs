//! What a UDP datagram must pass before the SIP stack sees it.
//!
//! The stack drops what it cannot parse without a word, and a caller whose INVITE vanishes hears
//! nothing. So each datagram is looked at first: what is a SIP request but cannot be used is
//! answered (400, 501, 505), small faults that real phones have are mended (a Latin-1 name, no
//! Content-Length), and the rest is dropped. This is no parser: it reads only what an
//! answer needs (RFC 3261 section 8.2.6) and leaves everything else to the stack.

use std::borrow::Cow;
use std::net::SocketAddr;

/// What to do with a datagram.
#[derive(Debug, PartialEq)]
pub enum Verdict<'a> {
    /// Give it to the stack, mended where needed.
    Pass(Cow<'a, [u8]>),
    /// Send this back to where it came from.
    Answer(Vec<u8>),
    /// No SIP, or a broken response or ACK, which nobody may answer. The reason is for the log.
    Drop(&'static str),
}

/// The methods that the stack can parse.
const KNOWN: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];

/// Looks at one datagram from `source`.
pub fn inspect(datagram: &[u8], source: SocketAddr) -> Verdict<'_> {
    if datagram.iter().all(u8::is_ascii_whitespace) {
        // A keep-alive (RFC 5626 section 3.5.1), which the stack answers itself.
        return Verdict::Pass(Cow::Borrowed(datagram));
    }
    let Some(message) = Message::split(datagram) else {
        return Verdict::Drop("not SIP: no start line and headers");
    };
    if message.start.starts_with("SIP/2.0 ") {
        return Verdict::Pass(message.mended());
    }
    let mut words = message.start.split(' ');
    let (Some(method), Some(uri), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return match message.start.to_ascii_uppercase().contains("SIP/") {
            true => message.answer(source, "400 Bad Request Line"),
            false => Verdict::Drop("not SIP: no request line"),
        };
    };
    if !version.to_ascii_uppercase().starts_with("SIP/") {
        return Verdict::Drop("not SIP: no request line");
    }
    if method.eq_ignore_ascii_case("ACK") {
        return match message.fault() {
            None => Verdict::Pass(message.mended()),
            Some(_) => Verdict::Drop("a broken ACK"),
        };
    }
    if version != "SIP/2.0" {
        return message.answer(source, "505 Version Not Supported");
    }
    if !KNOWN.contains(&method) {
        return message.answer(source, "501 Method Not Implemented");
    }
    if !uri.contains(':') {
        return message.answer(source, "400 Bad Request-URI");
    }
    match message.fault() {
        Some(fault) => message.answer(source, &format!("400 {fault}")),
        None => Verdict::Pass(message.mended()),
    }
}

/// A datagram taken apart as far as needed.
struct Message<'a> {
    datagram: &'a [u8],
    start: Cow<'a, str>,
    /// Name and value, folded lines joined, in order.
    headers: Vec<(String, String)>,
    /// Where the empty line before the body begins.
    head_len: usize,
    body: &'a [u8],
}

impl<'a> Message<'a> {
    fn split(datagram: &'a [u8]) -> Option<Message<'a>> {
        let (head_len, body_at) = end_of_head(datagram);
        let head = datagram.get(..head_len)?;
        let body = datagram.get(body_at..)?;
        let mut lines = head
            .split(|&b| b == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let start = text(lines.next()?);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            let line = text(line);
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            let (name, value) = line.split_once(':')?;
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Some(Message {
            datagram,
            start,
            headers,
            head_len,
            body,
        })
    }

    fn header(&self, long: &str, short: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short))
            .map(|(_, value)| value.as_str())
    }

    /// What a request lacks (RFC 3261 section 8.1.1), as a reason phrase.
    fn fault(&self) -> Option<&'static str> {
        let Some(from) = self.header("From", "f") else {
            return Some("Missing From");
        };
        if !has_tag(from) {
            return Some("Missing From Tag");
        }
        if self.header("To", "t").is_none() {
            return Some("Missing To");
        }
        if self.header("Call-ID", "i").is_none_or(str::is_empty) {
            return Some("Missing Call-ID");
        }
        if !self
            .header("Via", "v")
            .is_some_and(|via| via.contains("SIP/"))
        {
            return Some("Missing Via");
        }
        let method = self.start.split(' ').next().unwrap_or_default();
        let cseq = self.header("CSeq", "CSeq").unwrap_or_default();
        let mut parts = cseq.split_ascii_whitespace();
        let number = parts.next().and_then(|n| n.parse::<u32>().ok());
        if number.is_none() || parts.next() != Some(method) {
            return Some("Bad CSeq");
        }
        match self.header("Content-Length", "l") {
            Some(length) => match length.parse::<usize>() {
                Ok(length) if length <= self.body.len() => None,
                // RFC 3261 section 18.3
                Ok(_) => Some("Body Shorter Than Content-Length"),
                Err(_) => Some("Bad Content-Length"),
            },
            None => None,
        }
    }

    /// As the stack needs it: headers in UTF-8, and a Content-Length.
    fn mended(&self) -> Cow<'a, [u8]> {
        let head = self.datagram.get(..self.head_len).unwrap_or_default();
        let has_length = self.header("Content-Length", "l").is_some();
        if std::str::from_utf8(head).is_ok() && has_length {
            return Cow::Borrowed(self.datagram);
        }
        let mut mended = text(head).trim_end().to_owned().into_bytes();
        if !has_length {
            mended.extend(format!("\r\nContent-Length: {}", self.body.len()).into_bytes());
        }
        mended.extend(b"\r\n\r\n");
        mended.extend(self.body);
        Cow::Owned(mended)
    }

    /// A final response without a transaction, if there is enough to address it by.
    fn answer(&self, source: SocketAddr, status: &str) -> Verdict<'a> {
        if self.start.to_ascii_uppercase().starts_with("ACK ") {
            return Verdict::Drop("a broken ACK");
        }
        let Some(via) = self.header("Via", "v") else {
            return Verdict::Drop("a request without Via: nowhere to answer");
        };
        let mut answer = format!("SIP/2.0 {status}\r\n");
        let mut push = |name: &str, value: &str| {
            answer.push_str(&format!("{name}: {value}\r\n"));
        };
        // The topmost Via names the sender's address as we see it (RFC 3581 section 4).
        let (top, others) = match via.split_once(',') {
            Some((top, others)) => (top, Some(others)),
            None => (via, None),
        };
        let rport = format!("rport={}", source.port());
        let top = match top.contains(";rport=") {
            true => top.to_owned(),
            false => top.replacen("rport", &rport, 1),
        };
        push("Via", &format!("{};received={}", top.trim(), source.ip()));
        if let Some(others) = others {
            push("Via", others.trim());
        }
        let further_vias = self
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("Via") || name.eq_ignore_ascii_case("v"))
            .skip(1);
        for (_, value) in further_vias {
            push("Via", value);
        }
        for (long, short) in [("From", "f"), ("Call-ID", "i"), ("CSeq", "CSeq")] {
            if let Some(value) = self.header(long, short) {
                push(long, value);
            }
        }
        if let Some(to) = self.header("To", "t") {
            match has_tag(to) {
                true => push("To", to),
                false => push("To", &format!("{to};tag=zl-refused")),
            }
        }
        push("Content-Length", "0");
        answer.push_str("\r\n");
        Verdict::Answer(answer.into_bytes())
    }
}

fn has_tag(address: &str) -> bool {
    // Parameters of the header follow the closing bracket; those inside belong to the URI.
    let parameters = address.rsplit_once('>').map_or(address, |(_, after)| after);
    parameters
        .split(';')
        .skip(1)
        .any(|p| p.trim().to_ascii_lowercase().starts_with("tag=") && p.trim().len() > 4)
}

/// Where the head ends and where the body starts; a head without its empty line is all head.
fn end_of_head(datagram: &[u8]) -> (usize, usize) {
    let crlf = datagram.windows(4).position(|w| w == b"\r\n\r\n");
    let lf = datagram.windows(2).position(|w| w == b"\n\n");
    match (crlf, lf) {
        (Some(c), Some(l)) if l < c => (l, l + 2),
        (Some(c), _) => (c, c + 4),
        (None, Some(l)) => (l, l + 2),
        (None, None) => (datagram.len(), datagram.len()),
    }
}

/// UTF-8 as it is; anything else read as Latin-1, which is what phones that are not UTF-8 send.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: &str = "OPTIONS sip:bot@127.0.0.1 SIP/2.0\r\n\
        Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport\r\n\
        From: <sip:a@b>;tag=1\r\n\
        To: <sip:c@d>\r\n\
        Call-ID: x\r\n\
        CSeq: 1 OPTIONS\r\n\
        Content-Length: 0\r\n\r\n";

    fn look(message: &str) -> Verdict<'static> {
        let source = "127.0.0.1:6000".parse().unwrap();
        match inspect(message.as_bytes(), source) {
            Verdict::Pass(bytes) => Verdict::Pass(Cow::Owned(bytes.into_owned())),
            Verdict::Answer(answer) => Verdict::Answer(answer),
            Verdict::Drop(why) => Verdict::Drop(why),
        }
    }

    fn answered(message: &str) -> String {
        match look(message) {
            Verdict::Answer(answer) => String::from_utf8(answer).unwrap(),
            other => panic!("{message:?} gave {other:?}"),
        }
    }

    #[test]
    fn a_good_request_passes_untouched() {
        assert_eq!(
            look(OPTIONS),
            Verdict::Pass(Cow::Borrowed(OPTIONS.as_bytes()))
        );
        assert!(matches!(look("\r\n\r\n"), Verdict::Pass(_)));
    }

    #[test]
    fn what_is_missing_is_answered_with_its_name() {
        for (line, reason) in [
            ("From: <sip:a@b>;tag=1\r\n", "400 Missing From"),
            ("To: <sip:c@d>\r\n", "400 Missing To"),
            ("Call-ID: x\r\n", "400 Missing Call-ID"),
            ("CSeq: 1 OPTIONS\r\n", "400 Bad CSeq"),
        ] {
            let answer = answered(&OPTIONS.replace(line, ""));
            assert!(
                answer.starts_with(&format!("SIP/2.0 {reason}\r\n")),
                "{answer}"
            );
        }
        assert!(answered(&OPTIONS.replace(";tag=1", "")).contains("400 Missing From Tag"));
        assert!(answered(&OPTIONS.replace("1 OPTIONS", "1 INVITE")).contains("400 Bad CSeq"));
        assert!(answered(&OPTIONS.replace("Length: 0", "Length: 90")).contains("400 Body Shorter"));
        assert!(answered(&OPTIONS.replace("OPTIONS", "JUMP")).contains("501 Method Not"));
        assert!(answered(&OPTIONS.replace("0.0.1 SIP/2.0", "0.0.1 SIP/3.0")).contains("505"));
    }

    #[test]
    fn an_answer_can_find_its_way_and_its_transaction() {
        let answer = answered(&OPTIONS.replace(";tag=1", ""));
        assert!(answer.contains("branch=z9hG4bK1;rport=6000;received=127.0.0.1\r\n"));
        assert!(answer.contains("Call-ID: x\r\n"));
        assert!(answer.contains("CSeq: 1 OPTIONS\r\n"));
        assert!(answer.contains("To: <sip:c@d>;tag="));
        assert!(answer.ends_with("\r\n\r\n"));
    }

    #[test]
    fn nobody_answers_an_ack_a_response_or_noise() {
        let ack = OPTIONS
            .replace("OPTIONS", "ACK")
            .replace("Call-ID: x\r\n", "");
        assert!(matches!(look(&ack), Verdict::Drop(_)));
        assert!(matches!(look("\u{0}\u{1}\u{2}"), Verdict::Drop(_)));
        assert!(matches!(
            look("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            Verdict::Drop(_)
        ));
        assert!(matches!(
            look(&OPTIONS.replace("Via", "X-Via").replace("tag=1", "")),
            Verdict::Drop(_)
        ));
    }

    #[test]
    fn a_latin_1_name_and_a_missing_content_length_are_mended() {
        let invite = OPTIONS
            .replace("OPTIONS", "INVITE")
            .replace("Content-Length: 0\r\n", "")
            .replace("From: <", "From: \"J\u{fc}rgen\" <");
        let mut latin1: Vec<u8> = invite.chars().map(|c| c as u8).collect();
        latin1.extend(b"v=0\r\n");
        let Verdict::Pass(mended) = inspect(&latin1, "127.0.0.1:1".parse().unwrap()) else {
            panic!("not passed");
        };
        let mended = std::str::from_utf8(&mended).unwrap();
        assert!(mended.contains("\"J\u{fc}rgen\""), "{mended}");
        assert!(
            mended.contains("\r\nContent-Length: 5\r\n\r\nv=0\r\n"),
            "{mended}"
        );
    }

    proptest! {
        #[test]
        fn any_datagram_has_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            inspect(&bytes, "127.0.0.1:1".parse().unwrap());
        }

        #[test]
        fn a_damaged_request_never_makes_an_answer_that_is_not_sip(
            changes in proptest::collection::vec((0usize..170, any::<u8>()), 1..6),
        ) {
            let mut bytes = OPTIONS.as_bytes().to_vec();
            for (at, value) in changes {
                bytes[at] = value;
            }
            if let Verdict::Answer(answer) = inspect(&bytes, "127.0.0.1:1".parse().unwrap()) {
                let answer = String::from_utf8(answer).unwrap();
                prop_assert!(answer.starts_with("SIP/2.0 ") && answer.ends_with("\r\n\r\n"));
            }
        }
    }
}
