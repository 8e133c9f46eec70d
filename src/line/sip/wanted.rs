//! What a request asks of us beyond its method: extensions (RFC 3261 section 8.2.2.3), bodies (8.2.3), a
//! session timer (RFC 4028), the place of another call (RFC 3891).

use super::agent::ALLOW;
use super::body::{self, SDP};
use super::reliable::RELIABLE;
use super::session_timer::{Agreed, TIMER};
use rsipstack::sip::{Header, Headers, Request};

/// In our Supported, and what others may require of us.
pub(super) const EXTENSIONS: [&str; 3] = [RELIABLE, TIMER, "replaces"];

/// A final answer: a status, and its headers.
pub(super) type Refusal = (u16, Vec<Header>);

/// What an INVITE asks for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub offer: Option<String>,
    pub timer: Option<Agreed>,
    pub replaces: Option<Replaces>,
}

impl Wanted {
    /// The error is what to answer it with.
    pub fn of(invite: &Request) -> Result<Wanted, Refusal> {
        required(&invite.headers)?;
        let offer = offer(invite)?;
        let timer = Agreed::asked(&invite.headers, None).map_err(|short| (422, short.headers()))?;
        Ok(Wanted {
            offer,
            timer,
            replaces: Replaces::of(&invite.headers)?,
        })
    }
}

/// 420 to what requires an extension that we do not have.
pub(super) fn required(headers: &Headers) -> Result<(), Refusal> {
    let unknown: Vec<&str> = options(headers, "Require")
        .filter(|option| {
            !EXTENSIONS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(option))
        })
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err((420, vec![Header::Unsupported(unknown.join(", ").into())])),
    }
}

/// The session description in a request that may carry an offer.
pub(super) fn offer(request: &Request) -> Result<Option<String>, Refusal> {
    let offer = body::description(&request.headers, &request.body)
        .map_err(|unreadable| (415, unreadable.headers()))?;
    match body::takes_sdp(&request.headers) {
        true => Ok(offer),
        false => Err((406, vec![Header::Accept(SDP.into())])),
    }
}

/// Whether a message names an extension in Require or Supported.
pub(super) fn names(headers: &Headers, header: &str, option: &str) -> bool {
    options(headers, header).any(|named| named.eq_ignore_ascii_case(option))
}

/// Whether its sender says that they take UPDATE; who says nothing is asked by re-INVITE.
pub(super) fn allows_update(headers: &Headers) -> bool {
    names(headers, "Allow", "UPDATE")
}

/// What an OPTIONS is answered with (RFC 3261 section 11.2).
pub(super) fn capabilities() -> Vec<Header> {
    vec![
        Header::Allow(ALLOW.into()),
        Header::Accept(SDP.into()),
        Header::AcceptEncoding("identity".into()),
        supported(),
    ]
}

pub(super) fn supported() -> Header {
    Header::Supported(EXTENSIONS.join(", ").into())
}

fn options<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |header| header.name().eq_ignore_ascii_case(name))
        .flat_map(|header| header.value().split(','))
        .map(str::trim)
        .filter(|option| !option.is_empty())
}

/// Which call an INVITE is to take the place of, as we know it: the tags are those of our side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaces {
    pub call_id: String,
    pub local_tag: String,
    pub remote_tag: String,
    /// Only as long as it rings.
    pub early_only: bool,
}

impl Replaces {
    pub fn of(headers: &Headers) -> Result<Option<Replaces>, Refusal> {
        let mut named = headers
            .iter()
            .filter(|h| h.name().eq_ignore_ascii_case("Replaces"));
        let Some(header) = named.next() else {
            return Ok(None);
        };
        // Neither several nor half of one (RFC 3891 section 3).
        match (Replaces::parse(header.value()), named.next()) {
            (Some(replaces), None) => Ok(Some(replaces)),
            _ => Err((400, vec![])),
        }
    }

    fn parse(value: &str) -> Option<Replaces> {
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next().filter(|id| !id.is_empty())?.to_owned();
        let (mut local_tag, mut remote_tag, mut early_only) = (None, None, false);
        for part in parts {
            match part
                .split_once('=')
                .map(|(name, value)| (name.trim(), value.trim()))
            {
                Some((name, tag)) if name.eq_ignore_ascii_case("to-tag") => {
                    local_tag = Some(tag.to_owned());
                }
                Some((name, tag)) if name.eq_ignore_ascii_case("from-tag") => {
                    remote_tag = Some(tag.to_owned());
                }
                None if part.eq_ignore_ascii_case("early-only") => early_only = true,
                _ => {}
            }
        }
        Some(Replaces {
            call_id,
            local_tag: local_tag?,
            remote_tag: remote_tag?,
            early_only,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    fn code(head: &str) -> u16 {
        Wanted::of(&request(head, "")).map_or_else(|(code, _)| code, |_| 200)
    }

    #[test]
    fn what_is_required_is_known_or_named_as_unknown() {
        assert_eq!(code("Require: timer, Replaces\r\nRequire: 100rel\r\n"), 200);
        assert_eq!(code("Proxy-Require: x\r\n"), 200);
        let (code, headers) =
            required(&request("Require: x, timer\r\nRequire: y\r\n", "").headers).unwrap_err();
        assert_eq!(code, 420);
        assert_eq!(headers, [Header::Unsupported("x, y".into())]);
    }

    #[test]
    fn bodies_and_timers_that_do_not_fit_are_refused() {
        assert_eq!(code("Accept: text/plain\r\n"), 406);
        assert_eq!(code("Supported: timer\r\nSession-Expires: 30\r\n"), 422);
        let riddle = request("Content-Type: application/x-riddle\r\n", "x");
        assert_eq!(Wanted::of(&riddle).unwrap_err().0, 415);
        assert!(allows_update(
            &request("Allow: INVITE, Update\r\n", "").headers
        ));
        assert!(!allows_update(&request("", "").headers));
    }

    #[test]
    fn the_call_to_replace_is_named_with_both_tags_and_once() {
        let of = |head: &str| Replaces::of(&request(head, "").headers).map_err(|(code, _)| code);
        assert_eq!(of(""), Ok(None));
        assert_eq!(
            of("Replaces: a@b; from-tag=2;To-Tag=1;early-only;x=y\r\n"),
            Ok(Some(Replaces {
                call_id: "a@b".to_owned(),
                local_tag: "1".to_owned(),
                remote_tag: "2".to_owned(),
                early_only: true,
            }))
        );
        for bad in [
            "Replaces: a@b;to-tag=1\r\n",
            "Replaces: ;to-tag=1;from-tag=2\r\n",
            "Replaces: a;to-tag=1;from-tag=2\r\nReplaces: b;to-tag=1;from-tag=2\r\n",
        ] {
            assert_eq!(of(bad), Err(400), "{bad}");
        }
    }
}
