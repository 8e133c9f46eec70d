//! The session description in a message's body: alone, or as one part of several (RFC 5621).
//!
//! What is compressed or of another type cannot be read, and its sender is told so (RFC 3261 section
//! 8.2.3), unless they said that it may be ignored (`handling=optional`).

use rsipstack::sip::{Header, Headers};

/// The only type of body that says anything to us outside of INFO and NOTIFY.
pub(super) const SDP: &str = "application/sdp";

/// Parts within parts within parts say nothing to anybody.
const DEEPEST: usize = 3;

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Type,
    Encoding,
}

impl Unreadable {
    /// What a 415 says beside.
    pub fn headers(self) -> Vec<Header> {
        match self {
            Unreadable::Type => vec![Header::Accept(SDP.into())],
            Unreadable::Encoding => vec![Header::AcceptEncoding("identity".into())],
        }
    }
}

/// The session description that a message carries, if any.
pub(super) fn description(headers: &Headers, body: &[u8]) -> Result<Option<String>, Unreadable> {
    let head = Head {
        kind: value(headers, "Content-Type"),
        encoding: value(headers, "Content-Encoding"),
        disposition: value(headers, "Content-Disposition"),
    };
    read(&head, &String::from_utf8_lossy(body), DEEPEST)
}

/// Whether an answer in SDP is among what the sender takes (RFC 3261 section 20.1).
pub(super) fn takes_sdp(headers: &Headers) -> bool {
    let mut any = false;
    for header in headers
        .iter()
        .filter(|h| h.name().eq_ignore_ascii_case("Accept"))
    {
        any = true;
        let fits = header.value().split(',').any(|range| {
            let range = before_parameters(range);
            [SDP, "application/*", "*/*"].contains(&range.as_str())
        });
        if fits {
            return true;
        }
    }
    !any
}

/// What is said about a body or a part of one.
#[derive(Default)]
struct Head {
    kind: Option<String>,
    encoding: Option<String>,
    disposition: Option<String>,
}

impl Head {
    fn handling(&self) -> Option<String> {
        parameter(self.disposition.as_deref()?, "handling")
    }
}

fn read(head: &Head, body: &str, depth: usize) -> Result<Option<String>, Unreadable> {
    if body.is_empty() {
        return Ok(None);
    }
    let unreadable = |why| match head.handling().as_deref() {
        Some("optional") => Ok(None),
        _ => Err(why),
    };
    let plain = head.encoding.as_deref().map(before_parameters);
    if plain.is_some_and(|encoding| !encoding.is_empty() && encoding != "identity") {
        return unreadable(Unreadable::Encoding);
    }
    let purpose = head.disposition.as_deref().map(before_parameters);
    let for_session = purpose.is_none_or(|purpose| purpose.is_empty() || purpose == "session");
    match head.kind.as_deref() {
        // It must be said (RFC 3261 section 20.15), and some forget it.
        None if body.starts_with("v=") => Ok(Some(body.to_owned())),
        None => unreadable(Unreadable::Type),
        Some(kind) => match before_parameters(kind).as_str() {
            SDP if for_session => Ok(Some(body.to_owned())),
            multipart if multipart.starts_with("multipart/") && depth > 0 => {
                match parameter(kind, "boundary") {
                    Some(boundary) => in_parts(multipart, &boundary, body, depth - 1),
                    None => unreadable(Unreadable::Type),
                }
            }
            _ => unreadable(Unreadable::Type),
        },
    }
}

/// The description among several parts. Gateways add parts about the telephone network without saying
/// whether they matter: only those that are said to are held to it.
fn in_parts(
    multipart: &str,
    boundary: &str,
    body: &str,
    depth: usize,
) -> Result<Option<String>, Unreadable> {
    let mut found = None;
    let mut unreadable = None;
    for part in parts(boundary, body) {
        let (head, content) = split(&part);
        match read(&head, content, depth) {
            // Of several ways to say the same, the last is the richest (RFC 2046 section 5.1.4).
            Ok(Some(sdp)) if found.is_none() || multipart == "multipart/alternative" => {
                found = Some(sdp);
            }
            Ok(_) => {}
            Err(why) if head.handling().as_deref() == Some("required") => return Err(why),
            Err(why) => unreadable = Some(why),
        }
    }
    match (found, unreadable) {
        (None, Some(why)) => Err(why),
        (found, _) => Ok(found),
    }
}

fn parts(boundary: &str, body: &str) -> Vec<String> {
    let (delimiter, end) = (format!("--{boundary}"), format!("--{boundary}--"));
    let mut parts = Vec::new();
    let mut part: Option<String> = None;
    for line in body.lines() {
        let bare = line.trim_end();
        if bare == delimiter || bare == end {
            parts.extend(part.take());
            if bare == end {
                return parts;
            }
            part = Some(String::new());
        } else if let Some(part) = &mut part {
            part.push_str(line);
            part.push_str("\r\n");
        }
    }
    parts.extend(part);
    parts
}

fn split(part: &str) -> (Head, &str) {
    let (lines, content) = match part.strip_prefix("\r\n") {
        Some(content) => ("", content),
        None => part.split_once("\r\n\r\n").unwrap_or((part, "")),
    };
    let mut head = Head::default();
    for (name, value) in lines.lines().filter_map(|line| line.split_once(':')) {
        let value = Some(value.trim().to_owned());
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" | "c" => head.kind = value,
            "content-encoding" | "e" => head.encoding = value,
            "content-disposition" => head.disposition = value,
            _ => {}
        }
    }
    (head, content)
}

fn value(headers: &Headers, name: &str) -> Option<String> {
    let mut named = headers
        .iter()
        .filter(|h| h.name().eq_ignore_ascii_case(name));
    named.next().map(|header| header.value().trim().to_owned())
}

fn before_parameters(value: &str) -> String {
    let bare = value.split(';').next().unwrap_or_default();
    bare.trim().to_ascii_lowercase()
}

/// Values are in lower case, but for a boundary's, which is what it is.
fn parameter(value: &str, name: &str) -> Option<String> {
    let parameters = value.split(';').skip(1).filter_map(|p| p.split_once('='));
    let (name, value) = parameters
        .map(|(name, value)| {
            (
                name.trim().to_ascii_lowercase(),
                value.trim().trim_matches('"'),
            )
        })
        .find(|(found, _)| found == name)?;
    match name.as_str() {
        "boundary" => Some(value.to_owned()),
        _ => Some(value.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;
    use proptest::prelude::*;

    const V: &str = "v=0\r\n";

    fn of(head: &str, body: &str) -> Result<Option<String>, Unreadable> {
        let request = request(head, body);
        description(&request.headers, &request.body)
    }

    fn sdp() -> Result<Option<String>, Unreadable> {
        Ok(Some(V.to_owned()))
    }

    #[test]
    fn a_description_alone_is_read_and_anything_else_is_named() {
        assert_eq!(of("", ""), Ok(None));
        assert_eq!(of("Content-Type: application/sdp\r\n", V), sdp());
        assert_eq!(of("c: Application/SDP;charset=utf-8\r\n", V), sdp());
        assert_eq!(of("", V), sdp());
        let other = "Content-Type: application/x-riddle\r\n";
        assert_eq!(of(other, "x"), Err(Unreadable::Type));
        assert_eq!(
            of(
                &format!("{other}Content-Disposition: render;handling=Optional\r\n"),
                "x"
            ),
            Ok(None)
        );
        let packed = "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n";
        assert_eq!(of(packed, V), Err(Unreadable::Encoding));
        let plain = "Content-Type: application/sdp\r\ne: identity\r\n";
        assert_eq!(of(plain, V), sdp());
        // Early media of another kind (RFC 3959) is no offer.
        let early = "Content-Type: application/sdp\r\nContent-Disposition: early-session;handling=optional\r\n";
        assert_eq!(of(early, V), Ok(None));
    }

    #[test]
    fn a_description_among_parts_is_found() {
        let head = "Content-Type: multipart/mixed; boundary=\"-x 1\"\r\n";
        let isup = "---x 1\r\nContent-Type: application/isup\r\n\r\nab\r\n";
        let part = format!("---x 1\r\nContent-Type: application/sdp\r\n\r\n{V}");
        assert_eq!(
            of(head, &format!("preamble\r\n{isup}{part}---x 1--\r\nmore")),
            sdp()
        );
        // Without an end, and with bare line feeds.
        assert_eq!(of(head, &part.replace("\r\n", "\n")), sdp());
        assert_eq!(of(head, &format!("{isup}---x 1--")), Err(Unreadable::Type));
        let needed = isup.replace(
            "isup\r\n",
            "isup\r\nContent-Disposition: signal;handling=required\r\n",
        );
        assert_eq!(
            of(head, &format!("{needed}{part}---x 1--")),
            Err(Unreadable::Type)
        );
        let nested = format!(
            "--o\r\nContent-Type: multipart/alternative;boundary=i\r\n\r\n--i\r\n\
             Content-Type: application/sdp\r\n\r\nv=1\r\n--i\r\nContent-Type: application/sdp\r\n\r\n{V}--i--\r\n--o--"
        );
        assert_eq!(
            of("Content-Type: multipart/mixed;boundary=o\r\n", &nested),
            sdp()
        );
        assert_eq!(
            of("Content-Type: multipart/mixed\r\n", &part),
            Err(Unreadable::Type)
        );
    }

    #[test]
    fn who_takes_no_description_is_known() {
        let takes = |head: &str| takes_sdp(&request(head, "").headers);
        assert!(takes(""));
        assert!(takes("Accept: text/plain, application/sdp;level=1\r\n"));
        assert!(takes("Accept: text/plain\r\nAccept: application/*\r\n"));
        assert!(!takes("Accept: text/plain\r\n"));
        assert!(!takes("Accept: \r\n"));
    }

    proptest! {
        #[test]
        fn any_body_may_come(body in "(--b|\r\n|[a-z:;=-]|Content-Type: ?|application/sdp){0,40}") {
            let _ = of("Content-Type: multipart/mixed;boundary=b\r\n", &body);
        }
    }
}
