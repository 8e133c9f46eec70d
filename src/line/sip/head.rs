//! A SIP message taken apart as far as the guard needs it: start line, headers with their folded
//! lines joined, body; mended for the stack, and answered without it.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

/// See the module.
pub(super) struct Message<'a> {
    whole: &'a [u8],
    pub start: Cow<'a, str>,
    /// Name and value, folded lines joined, in order.
    pub headers: Vec<(String, String)>,
    /// A line of the head is no header, or there are control characters in it.
    pub broken_line: bool,
    pub body: &'a [u8],
    /// UTF-8, lines that end with CRLF, and an empty line after them.
    sound: bool,
}

impl<'a> Message<'a> {
    pub fn split(bytes: &'a [u8]) -> Option<Message<'a>> {
        // Empty lines before a message are nothing (RFC 3261 section 7.5).
        let blank = bytes
            .iter()
            .take_while(|&&b| b == b'\r' || b == b'\n')
            .count();
        let whole = bytes.get(blank..)?;
        let (head_len, body_at) = end_of_head(whole);
        let head = whole.get(..head_len)?;
        let body = whole.get(body_at..)?;
        let mut sound = std::str::from_utf8(head).is_ok() && body_at == head_len + 4 && blank == 0;
        let mut lines = head
            .split(|&b| b == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let start = text(lines.next()?);
        let mut broken_line = has_controls(&start);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            let line = text(line);
            broken_line |= has_controls(&line);
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            match line.split_once(':') {
                Some((name, value)) if super::address::is_token(name.trim_end()) => {
                    headers.push((name.trim_end().to_owned(), value.trim().to_owned()));
                }
                _ => broken_line = true,
            }
        }
        let line_feeds = head.iter().filter(|&&b| b == b'\n').count();
        sound &= head.windows(2).filter(|two| *two == b"\r\n").count() == line_feeds;
        Some(Message {
            whole,
            start,
            headers,
            broken_line,
            body,
            sound,
        })
    }

    /// Whether it is a request of that method.
    pub fn is(&self, method: &str) -> bool {
        let first = self.start.split(' ').next().unwrap_or_default();
        first.eq_ignore_ascii_case(method)
    }

    /// The values of all headers of a name.
    pub fn all(&self, long: &str, short: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(name, _)| {
                name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)
            })
            .map(|(_, value)| value.as_str())
    }

    pub fn header(&self, long: &str, short: &str) -> Option<&str> {
        self.all(long, short).next()
    }

    /// As the stack needs it: in UTF-8, with a Content-Length and without blanks that RFC 3261
    /// allows and the stack does not.
    pub fn mended(&self) -> Cow<'a, [u8]> {
        let has_length = self.header("Content-Length", "l").is_some();
        let tight =
            |(name, value): &(String, String)| matches!(tightened(name, value), Cow::Borrowed(_));
        let start = with_plain_users(&self.start);
        let as_it_is = self.sound && has_length && matches!(start, Cow::Borrowed(_));
        if as_it_is && self.headers.iter().all(tight) {
            return Cow::Borrowed(self.whole);
        }
        let mut mended = format!("{start}\r\n");
        for (name, value) in &self.headers {
            mended.push_str(&format!("{name}: {}\r\n", tightened(name, value)));
        }
        if !has_length {
            mended.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut mended = mended.into_bytes();
        mended.extend(b"\r\n");
        mended.extend(self.body);
        Cow::Owned(mended)
    }

    /// A final response without a transaction, if there is enough to address it by.
    pub fn answer(&self, source: SocketAddr, status: &str) -> Option<Vec<u8>> {
        let via = self.header("Via", "v")?;
        let mut answer = format!("SIP/2.0 {status}\r\n");
        let mut push = |name: &str, value: &str| {
            answer.push_str(&format!("{name}: {}\r\n", super::address::one_line(value)));
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
        for further in others.into_iter().chain(self.all("Via", "v").skip(1)) {
            push("Via", further);
        }
        for (long, short) in [("From", "f"), ("Call-ID", "i"), ("CSeq", "CSeq")] {
            if let Some(value) = self.header(long, short) {
                push(long, value);
            }
        }
        if let Some(to) = self.header("To", "t") {
            match has_tag(to) {
                true => push("To", to),
                false => push("To", &format!("{to};tag={:016x}", self.mark())),
            }
        }
        push("Content-Length", "0");
        answer.push_str("\r\n");
        Some(answer.into_bytes())
    }

    /// The same for the same message, as a To tag must be (RFC 3261 section 8.2.6.2).
    fn mark(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.header("Call-ID", "i").hash(&mut hasher);
        self.header("Via", "v").hash(&mut hasher);
        hasher.finish()
    }
}

/// Whether a From or To has a tag.
pub(super) fn has_tag(address: &str) -> bool {
    // Parameters of the header follow the closing bracket; those inside belong to the URI.
    let parameters = address.rsplit_once('>').map_or(address, |(_, after)| after);
    parameters.split(';').skip(1).any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("tag") && !value.trim().is_empty()
        })
    })
}

/// The entries between a header's commas, empty ones too.
pub(super) fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    value.split(move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => bracket = true,
            '>' if !quoted => bracket = false,
            ',' => return !quoted && !bracket,
            _ => {}
        }
        false
    })
}

/// A header's value as the stack can read it.
fn tightened<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    let tight = without_blanks(name, value);
    let is_contact = ["Contact", "m"]
        .iter()
        .any(|c| name.eq_ignore_ascii_case(c));
    match is_contact.then(|| with_plain_users(&tight)) {
        Some(Cow::Owned(plain)) => Cow::Owned(plain),
        _ => tight,
    }
}

/// URIs with `;` and `?` in their user part escaped: gateways put parameters of numbers there
/// (RFC 3398 section 7.2), and the stack would take what is before them for the host.
fn with_plain_users(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest
        .find("sip:")
        .into_iter()
        .chain(rest.find("sips:"))
        .min()
    {
        let (before, uri) = rest.split_at(at);
        let end = uri.find(['>', ' ', ',']).unwrap_or(uri.len());
        let (uri, after) = uri.split_at(end);
        plain.push_str(before);
        match uri.split_once('@') {
            Some((user, host)) if user.contains([';', '?']) => {
                let user = user.replace(';', "%3B").replace('?', "%3F");
                plain.push_str(&format!("{user}@{host}"));
            }
            _ => plain.push_str(uri),
        }
        rest = after;
    }
    plain.push_str(rest);
    match plain == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(plain),
    }
}

/// Without the blanks around separators that the stack does not know.
fn without_blanks<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    let is = |names: [&str; 2]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let separators: &[char] = if is(["Via", "v"]) {
        &['/', ';', '=', ':']
    } else if is(["From", "f"]) || is(["To", "t"]) || is(["Contact", "m"]) {
        &[';', '=']
    } else if name.eq_ignore_ascii_case("CSeq") {
        &[]
    } else {
        return Cow::Borrowed(value);
    };
    let mut tight = String::with_capacity(value.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                if !tight.ends_with(' ') && !tight.ends_with(separators) {
                    tight.push(' ');
                }
                continue;
            }
            _ if !quoted && separators.contains(&c) && tight.ends_with(' ') => {
                tight.pop();
            }
            _ => {}
        }
        tight.push(c);
    }
    match tight == value {
        true => Cow::Borrowed(value),
        false => Cow::Owned(tight),
    }
}

/// Where the head ends and where the body starts; a head without its empty line is all head.
fn end_of_head(whole: &[u8]) -> (usize, usize) {
    let crlf = whole.windows(4).position(|w| w == b"\r\n\r\n");
    let lf = whole.windows(2).position(|w| w == b"\n\n");
    match (crlf, lf) {
        (Some(c), Some(l)) if l < c => (l, l + 2),
        (Some(c), _) => (c, c + 4),
        (None, Some(l)) => (l, l + 2),
        (None, None) => {
            let blank = whole.iter().rev().take_while(|b| b.is_ascii_whitespace());
            (whole.len() - blank.count(), whole.len())
        }
    }
}

/// But for tabs, there are none in a head.
fn has_controls(line: &str) -> bool {
    line.chars().any(|c| c < ' ' && c != '\t' || c == '\x7f')
}

/// UTF-8 as it is; anything else read as Latin-1, which is what phones that are not UTF-8 send.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}
