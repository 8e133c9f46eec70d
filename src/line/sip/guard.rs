//! What a message must be before the SIP stack sees it.
//!
//! The stack drops what it cannot parse without a word, and a caller whose INVITE vanishes hears
//! nothing. So each message is looked at first: what is a SIP request but cannot be used is
//! answered (400, 416, 501, 505, 513), small faults that real phones have are mended (a Latin-1 name,
//! no Content-Length, blanks where the stack wants none), and the rest is dropped. What is said of
//! each malformed message of RFC 4475 stands in the torture tests. This is no parser: it reads only what
//! that takes, and what an answer needs (RFC 3261 section 8.2.6), and leaves everything else to the stack.

use super::address::{NameAddr, entries, is_token};
use super::head::{Message, has_tag, split_list};
use std::borrow::Cow;
use std::net::SocketAddr;

/// What to do with a message.
#[derive(Debug, PartialEq)]
pub enum Verdict<'a> {
    /// Give it to the stack, mended where needed.
    Pass(Cow<'a, [u8]>),
    /// Send this back to where it came from.
    Answer(Vec<u8>),
    /// No SIP, or a broken response or ACK, which nobody may answer. The reason is for the log.
    Drop(&'static str),
    /// From a program that says that it looks for telephone systems to break into. An answer would
    /// tell it that there is one.
    Scanner,
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

/// What may stand in a message; more is of no use to anybody (513). Each hop adds a Via, and there
/// are 70 at most (RFC 3261 section 8.1.1.6).
const MOST_HEADERS: usize = 160;
const MOST_HEADER_BYTES: usize = 8_192;
const MOST_VIAS: usize = 71;
const MOST_ROUTES: usize = 32;
const MOST_CONTACTS: usize = 32;

/// How programs that look for open telephone systems call themselves.
const SCANNERS: [&str; 8] = [
    "friendly-scanner",
    "sipvicious",
    "sip-scan",
    "sipcli",
    "sundayddr",
    "pplsip",
    "iwar",
    "smap",
];

/// Looks at one message from `source`.
pub fn inspect(bytes: &[u8], source: SocketAddr) -> Verdict<'_> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        // A keep-alive (RFC 5626 section 3.5.1), which the stack answers itself.
        return Verdict::Pass(Cow::Borrowed(bytes));
    }
    let Some(message) = Message::split(bytes) else {
        return Verdict::Drop("not SIP: no start line and headers");
    };
    if message.start.starts_with("SIP/2.0 ") {
        return match message.broken_line || is_too_large(&message) {
            true => Verdict::Drop("a broken response"),
            false => Verdict::Pass(message.mended()),
        };
    }
    match judge(&message) {
        Err(Refusal::NotSip(why)) => Verdict::Drop(why),
        _ if is_scanner(&message) => Verdict::Scanner,
        Ok(()) => Verdict::Pass(message.mended()),
        Err(Refusal::Status(_)) if message.is("ACK") => Verdict::Drop("a broken ACK"),
        Err(Refusal::Status(status)) => match message.answer(source, status) {
            Some(answer) => Verdict::Answer(answer),
            None => Verdict::Drop("a request without Via: nowhere to answer"),
        },
    }
}

/// An answer without a transaction to a message that could not be used, if it is a request and says
/// where an answer goes.
pub fn refusal(bytes: &[u8], source: SocketAddr, status: &str) -> Option<Vec<u8>> {
    let message = Message::split(bytes)?;
    let is_request = message.start.to_ascii_uppercase().contains(" SIP/")
        && !message.start.starts_with("SIP/")
        && !message.is("ACK");
    match is_request {
        true => message.answer(source, status),
        false => None,
    }
}

/// Digits and nothing else.
pub fn number(text: &str) -> Option<u64> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse().ok(),
        false => None,
    }
}

enum Refusal {
    NotSip(&'static str),
    /// Code and reason phrase.
    Status(&'static str),
}

fn judge(message: &Message<'_>) -> Result<(), Refusal> {
    let status = |status| Err(Refusal::Status(status));
    let mut words = message.start.split(' ');
    let (Some(method), Some(uri), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return match message.start.to_ascii_uppercase().contains("SIP/") {
            true => status("400 Bad Request Line"),
            false => Err(Refusal::NotSip("not SIP: no request line")),
        };
    };
    if !version.to_ascii_uppercase().starts_with("SIP/") {
        return Err(Refusal::NotSip("not SIP: no request line"));
    }
    if version != "SIP/2.0" {
        return status("505 Version Not Supported");
    }
    if is_too_large(message) {
        return status("513 Message Too Large");
    }
    if !KNOWN.contains(&method) {
        return match is_token(method) {
            true => status("501 Method Not Implemented"),
            false => status("400 Bad Request Line"),
        };
    }
    fault_of_uri(uri).map_or(Ok(()), status)?;
    fault(message, method).map_or(Ok(()), status)
}

fn is_scanner(message: &Message<'_>) -> bool {
    message
        .header("User-Agent", "User-Agent")
        .is_some_and(|agent| {
            let agent = agent.to_ascii_lowercase();
            SCANNERS.iter().any(|scanner| agent.contains(scanner))
        })
}

fn is_too_large(message: &Message<'_>) -> bool {
    let many = |long: &str, short: &str, most: usize| {
        let values = message.all(long, short);
        values.map(|value| split_list(value).count()).sum::<usize>() > most
    };
    let long = |(name, value): &(String, String)| name.len() + value.len() > MOST_HEADER_BYTES;
    message.headers.len() > MOST_HEADERS
        || message.headers.iter().any(long)
        || many("Via", "v", MOST_VIAS)
        || many("Route", "Route", MOST_ROUTES)
        || many("Record-Route", "Record-Route", MOST_ROUTES)
        || many("Contact", "m", MOST_CONTACTS)
}

/// Of the Request-URI.
fn fault_of_uri(uri: &str) -> Option<&'static str> {
    const BAD: Option<&str> = Some("400 Bad Request-URI");
    let Some((scheme, rest)) = uri.split_once(':') else {
        return BAD;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    match scheme.to_ascii_lowercase().as_str() {
        _ if !is_scheme => return BAD,
        "sip" | "sips" => {}
        "tel" => return None,
        _ => return Some("416 Unsupported URI Scheme"),
    }
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    // Headers are not for a Request-URI (RFC 3261 section 19.1.1).
    if host.contains(['?', '<', '>', '"', '@']) {
        return BAD;
    }
    let host = host.split(';').next().unwrap_or_default();
    let (host, port) = match host.strip_prefix('[') {
        Some(ipv6) => match ipv6.split_once(']') {
            Some((_, "")) => (ipv6, None),
            Some((_, after)) => (ipv6, Some(after.strip_prefix(':').unwrap_or("-"))),
            None => return BAD,
        },
        None => match host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host, None),
        },
    };
    let bad_port = port.is_some_and(|port| port.parse::<u16>().is_err());
    match host.is_empty() || bad_port {
        true => BAD,
        false => None,
    }
}

/// What a request lacks (RFC 3261 section 8.1.1) or has wrong.
fn fault(message: &Message<'_>, method: &str) -> Option<&'static str> {
    if message.broken_line {
        return Some("400 Bad Header");
    }
    for (long, short) in [
        ("From", "f"),
        ("To", "t"),
        ("Call-ID", "i"),
        ("CSeq", "CSeq"),
        ("Max-Forwards", "Max-Forwards"),
        ("Content-Length", "l"),
        ("Content-Type", "c"),
    ] {
        if message.all(long, short).nth(1).is_some() {
            return Some("400 Repeated Header");
        }
    }
    let Some(from) = message.header("From", "f") else {
        return Some("400 Missing From");
    };
    if NameAddr::parse(from).is_none() {
        return Some("400 Bad From");
    }
    if !has_tag(from) {
        return Some("400 Missing From Tag");
    }
    match message.header("To", "t") {
        None => return Some("400 Missing To"),
        Some(to) if NameAddr::parse(to).is_none() => return Some("400 Bad To"),
        Some(_) => {}
    }
    if message.header("Call-ID", "i").is_none_or(str::is_empty) {
        return Some("400 Missing Call-ID");
    }
    let mut vias = message.all("Via", "v").peekable();
    if vias.peek().is_none() {
        return Some("400 Missing Via");
    }
    if !vias.all(|via| split_list(via).all(is_via)) {
        return Some("400 Bad Via");
    }
    let cseq = message.header("CSeq", "CSeq").unwrap_or_default();
    let mut parts = cseq.split_ascii_whitespace();
    let count = parts.next().and_then(number);
    if count.is_none_or(|count| count >= 1 << 31) || parts.next() != Some(method) {
        return Some("400 Bad CSeq");
    }
    let hops = message.header("Max-Forwards", "Max-Forwards");
    if hops.is_some_and(|hops| number(hops).is_none_or(|hops| hops > 255)) {
        return Some("400 Bad Max-Forwards");
    }
    let mut contacts = message.all("Contact", "m").flat_map(entries);
    if contacts.any(|contact| !is_contact(contact)) {
        return Some("400 Bad Contact");
    }
    match message.header("Content-Length", "l").map(number) {
        None => None,
        // RFC 3261 section 18.3
        Some(Some(length)) if length > message.body.len() as u64 => {
            Some("400 Body Shorter Than Content-Length")
        }
        Some(Some(_)) => None,
        Some(None) => Some("400 Bad Content-Length"),
    }
}

/// `SIP/2.0/UDP host;…`, with blanks around the slashes.
fn is_via(via: &str) -> bool {
    let mut parts = via.splitn(3, '/').map(str::trim);
    let (protocol, version, rest) = (parts.next(), parts.next(), parts.next());
    let sent_by = rest.and_then(|rest| rest.split_once(char::is_whitespace));
    let has_sent_by = sent_by.is_some_and(|(_, sent_by)| {
        let sent_by = sent_by.split(';').next().unwrap_or_default();
        !sent_by.trim().is_empty()
    });
    protocol.is_some_and(|name| name.eq_ignore_ascii_case("SIP"))
        && version.is_some_and(|version| !version.is_empty())
        && has_sent_by
}

/// A URI with headers or a comma stands in angle brackets (RFC 3261 section 20.10).
fn is_contact(contact: &str) -> bool {
    let bare = !contact.contains('<');
    contact.trim() == "*" || NameAddr::parse(contact).is_some() && !(bare && contact.contains('?'))
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
