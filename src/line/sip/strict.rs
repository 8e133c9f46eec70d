//! Proxies that route as RFC 2543 had it (RFC 3261 section 12.2.1.1): who does not say `lr` expects itself
//! in the Request-URI, and the one who is meant as the last of the routes. The stack takes every proxy for
//! a loose one.

use super::address::{NameAddr, entries};
use rsipstack::sip::{Header, Request, Uri};

/// Turns a request around whose first route is a strict one; leaves all others alone. Says whether it did.
pub(super) fn route(request: &mut Request) -> bool {
    let routes: Vec<String> = request
        .headers
        .iter()
        .filter_map(|header| match header {
            Header::Route(route) => Some(route.value()),
            _ => None,
        })
        .flat_map(entries)
        .map(|route| route.trim().to_owned())
        .collect();
    let Some((first, rest)) = routes.split_first() else {
        return false;
    };
    let strict = NameAddr::parse(first).filter(|proxy| !is_loose(proxy.uri));
    let Some(mut uri) = strict.and_then(|proxy| Uri::try_from(proxy.uri).ok()) else {
        return false;
    };
    // What may not stand in a Request-URI (RFC 3261 section 19.1.1).
    uri.headers.clear();
    let meant = format!("<{}>", request.uri);
    let mut turned: Vec<Header> = Vec::new();
    let mut placed = false;
    for header in request.headers.iter() {
        match header {
            Header::Route(_) if placed => {}
            Header::Route(_) => {
                placed = true;
                let routes = rest.iter().cloned().chain([meant.clone()]);
                turned.extend(routes.map(|route| Header::Route(route.into())));
            }
            other => turned.push(other.clone()),
        }
    }
    request.headers = turned.into();
    request.uri = uri;
    true
}

fn is_loose(uri: &str) -> bool {
    let params = uri.split('?').next().unwrap_or_default();
    params.split(';').skip(1).any(|param| {
        param
            .split('=')
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("lr"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsipstack::sip::SipMessage;

    fn turned(routes: &str) -> (String, Vec<String>) {
        let text = format!(
            "BYE sip:anna@192.0.2.7:5080 SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\n\
             From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n\
             {routes}Content-Length: 0\r\n\r\n"
        );
        let SipMessage::Request(mut request) = SipMessage::try_from(text.as_bytes()).unwrap()
        else {
            panic!("a response");
        };
        route(&mut request);
        let routes = request.headers.iter().filter_map(|header| match header {
            Header::Route(route) => Some(route.value().to_owned()),
            _ => None,
        });
        (request.uri.to_string(), routes.collect())
    }

    #[test]
    fn a_strict_proxy_finds_itself_in_the_request_uri_and_a_loose_one_does_not() {
        let anna = "sip:anna@192.0.2.7:5080".to_owned();
        assert_eq!(turned(""), (anna.clone(), vec![]));
        let loose = "Route: <sip:p1.example;lr>, <sip:p2.example>\r\n";
        let kept = vec!["<sip:p1.example;lr>, <sip:p2.example>".to_owned()];
        assert_eq!(turned(loose), (anna.clone(), kept));
        assert_eq!(turned("Route: <sip:p1.example;LR=on>\r\n").0, anna);
        let strict = "Route: <sip:lr@p1.example?a=b>\r\nRoute: <sip:p2.example;lr>\r\n";
        let (uri, routes) = turned(strict);
        assert_eq!(uri, "sip:lr@p1.example");
        assert_eq!(routes, ["<sip:p2.example;lr>", "<sip:anna@192.0.2.7:5080>"]);
        let (uri, routes) = turned("Route: <sip:p1.example>\r\n");
        assert_eq!(
            (uri.as_str(), routes),
            ("sip:p1.example", vec![format!("<{anna}>")])
        );
    }
}
