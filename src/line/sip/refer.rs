//! Transfers on the wire (RFC 3515): whom to call, and how it goes.

use super::address::{escaped_for_uri, is_token, unescaped};
use super::header;
use super::place::Outgoing;
use rsipstack::sip::Request;

/// Why the other side will not transfer the call.
#[derive(Debug, thiserror::Error)]
pub enum ReferError {
    #[error("the other side answered REFER with {0}")]
    Refused(u16),
    #[error("`{0}` is no SIP address")]
    Address(String),
    #[error("`{0}` cannot be the name of a header")]
    Header(String),
    #[error("REFER failed: {0}")]
    Failed(String),
}

/// A Refer-To with headers in its URI (RFC 3261 section 19.1.1).
pub(super) fn refer_to(target: &str, headers: &[(&str, &str)]) -> Result<String, ReferError> {
    let not_an_address = || ReferError::Address(target.to_owned());
    let broken = |c: char| c.is_control() || c.is_whitespace() || "<>\"".contains(c);
    let uri = rsipstack::sip::Uri::try_from(target).map_err(|_| not_an_address())?;
    if uri.scheme.is_none() || target.contains(broken) {
        return Err(not_an_address());
    }
    let mut refer_to = format!("<{target}");
    for (name, value) in headers {
        if !is_token(name) {
            return Err(ReferError::Header((*name).to_owned()));
        }
        refer_to.push(if refer_to.contains('?') { '&' } else { '?' });
        refer_to.push_str(&escaped_for_uri(name));
        refer_to.push('=');
        refer_to.push_str(&escaped_for_uri(value));
    }
    refer_to.push('>');
    Ok(refer_to)
}

/// The call that a Refer-To asks for. Headers in its URI are for the INVITE (RFC 3261 section 19.1.5):
/// those that a transfer needs are taken, and no others.
pub fn referred(refer_to: &str, user: &str, offer: String) -> Outgoing {
    let (uri, headers) = refer_to.split_once('?').unwrap_or((refer_to, ""));
    let headers = headers.split('&').filter_map(|header| {
        let (name, value) = header.split_once('=')?;
        let name = unescaped(name).into_owned();
        let wanted = [super::uui::NAME, "Replaces"];
        let is_wanted = wanted.iter().any(|known| known.eq_ignore_ascii_case(&name));
        is_wanted.then(|| (name, unescaped(value).into_owned()))
    });
    Outgoing {
        headers: headers.collect(),
        ..Outgoing::new(uri, user, offer)
    }
}

/// Status and finality in a NOTIFY of a refer subscription; `None` for any other NOTIFY.
pub(super) fn refer_progress(request: &Request) -> Option<(u16, bool)> {
    let of_refer = header(request, "Event")
        .is_some_and(|event| event.trim().to_ascii_lowercase().starts_with("refer"));
    let body = String::from_utf8_lossy(&request.body);
    let code = body
        .strip_prefix("SIP/2.0 ")?
        .get(..3)?
        .parse::<u16>()
        .ok()?;
    let terminated = header(request, "Subscription-State")
        .is_some_and(|state| state.trim().to_ascii_lowercase().starts_with("terminated"));
    of_refer.then_some((code, terminated || code >= 200))
}

pub(super) fn refer_target(request: &Request) -> Option<String> {
    let value = header(request, "Refer-To").or_else(|| header(request, "r"))?;
    let uri = match (value.find('<'), value.find('>')) {
        (Some(from), Some(to)) => value.get(from + 1..to)?,
        _ => value.split(';').next()?,
    };
    Some(uri.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    #[test]
    fn a_transfer_is_followed_by_its_notifications() {
        let of = |state: &str, body: &str| {
            refer_progress(&request(
                &format!("Event: refer;id=1\r\nSubscription-State: {state}\r\n"),
                body,
            ))
        };
        assert_eq!(
            of("active;expires=60", "SIP/2.0 100 Trying\r\n"),
            Some((100, false))
        );
        assert_eq!(of("terminated", "SIP/2.0 200 OK"), Some((200, true)));
        assert_eq!(of("active", "SIP/2.0 486 Busy Here"), Some((486, true)));
        assert_eq!(of("active", "busy"), None);
        assert_eq!(of("active", "SIP/2.0 "), None);
        let other = request(
            "Event: presence\r\nSubscription-State: active\r\n",
            "SIP/2.0 200 OK",
        );
        assert_eq!(refer_progress(&other), None);
    }

    #[test]
    fn a_refer_to_carries_headers_escaped() {
        let replaces = ("Replaces", "a@b;to-tag=1;from-tag=2");
        let about = ("User-to-User", "0048;encoding=hex");
        assert_eq!(
            refer_to("sip:x@y:5070;transport=tcp", &[about, replaces]).unwrap(),
            "<sip:x@y:5070;transport=tcp?User-to-User=0048%3Bencoding%3Dhex\
             &Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>"
        );
        assert_eq!(
            refer_to("sip:x@y?a=b", &[about])
                .unwrap()
                .matches('?')
                .count(),
            1
        );
        for bad in ["", "x", "sip:x@y>\r\nX: 1", "sip:x y@z"] {
            assert!(refer_to(bad, &[]).is_err(), "{bad}");
        }
        assert!(refer_to("sip:x@y", &[("a b", "")]).is_err());
    }

    #[test]
    fn what_a_refer_to_says_about_the_call_is_said_in_the_call() {
        let about = ("User-to-User", "0048;encoding=hex");
        let written = refer_to("sip:x@y:5070", &[about, ("Subject", "no")]).unwrap();
        let call = referred(written.trim_matches(['<', '>']), "us", "v=0".to_owned());
        assert_eq!(call.target, "sip:x@y:5070");
        assert_eq!(call.headers, [(about.0.to_owned(), about.1.to_owned())]);
        assert!(referred("sip:x@y", "us", String::new()).headers.is_empty());
    }

    #[test]
    fn who_to_call_is_read_from_refer_to() {
        let target = |line: &str| refer_target(&request(&format!("{line}\r\n"), ""));
        assert_eq!(
            target("Refer-To: <sip:x@y:5080>"),
            Some("sip:x@y:5080".to_owned())
        );
        assert_eq!(
            target("Refer-To: \"X\" <sip:x@y>;a=b"),
            Some("sip:x@y".to_owned())
        );
        assert_eq!(target("Refer-To: sip:x@y"), Some("sip:x@y".to_owned()));
        assert_eq!(target("X-Other: 1"), None);
    }
}
