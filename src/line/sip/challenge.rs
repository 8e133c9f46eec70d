//! We are asked who we are: digest authentication as a client (RFC 7616, for SIP RFC 8760), SHA-256
//! and MD5, with `qop=auth` or without any. Sans-IO.
//!
//! For REGISTER all of it is done here. For calls the stack does it, and knows neither SHA-256 by its
//! name, nor several challenges, nor `qop="auth,auth-int"`: [`simplify`] gives it the one challenge
//! that it is to answer, and [`restore`] names the algorithm in its answer as RFC 8760 does.

use super::digest::{Algorithm, parameters};
use rsipstack::sip::{Header, Request, Response};
use std::collections::BTreeMap;

/// What a server asks with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    /// 407: the answer goes into Proxy-Authorization.
    proxy: bool,
    realm: String,
    pub nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// Whether the algorithm was named; RFC 2617 servers do not, and some do not read it.
    named: bool,
    qop: bool,
    pub stale: bool,
}

impl Challenge {
    /// The one to answer of a 401 or 407: the strongest that we know. The error says what was offered.
    pub fn best(response: &Response) -> Result<Challenge, String> {
        let proxy = response.status_code.code() == 407;
        let values: Vec<&str> = response
            .headers
            .iter()
            .filter_map(|header| match header {
                Header::WwwAuthenticate(value) if !proxy => Some(value.value()),
                Header::ProxyAuthenticate(value) if proxy => Some(value.value()),
                _ => None,
            })
            .collect();
        let known = values
            .iter()
            .filter_map(|value| Challenge::read(parameters(value)?, proxy));
        // Of two of a kind the first, which the server likes better.
        known
            .reduce(|best, other| match (best.algorithm, other.algorithm) {
                (Algorithm::Md5, Algorithm::Sha256) => other,
                _ => best,
            })
            .ok_or_else(|| match values.is_empty() {
                true => "it asks who we are, but not how that is proven".to_owned(),
                false => format!(
                    "it takes no proof that we can give (MD5 or SHA-256, qop=auth): {}",
                    values
                        .iter()
                        .map(|v| algorithm_of(v))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            })
    }

    fn read(mut params: BTreeMap<String, String>, proxy: bool) -> Option<Challenge> {
        let named = params.remove("algorithm");
        let algorithm = match &named {
            None => Algorithm::Md5,
            Some(name) => Algorithm::named(name)?,
        };
        let qop = match params.remove("qop") {
            None => false,
            // auth-int alone is more than we can.
            Some(offered) => {
                let mut offered = offered.split(',').map(str::trim);
                offered
                    .any(|qop| qop.eq_ignore_ascii_case("auth"))
                    .then_some(true)?
            }
        };
        Some(Challenge {
            proxy,
            realm: params.remove("realm")?,
            nonce: params.remove("nonce")?,
            opaque: params.remove("opaque"),
            algorithm,
            named: named.is_some(),
            qop,
            stale: params
                .get("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The header that proves who we are. `count` is how often this nonce was used, this time included;
    /// `client_nonce` must not be guessable.
    pub fn answer(&self, asked: &Asked<'_>, count: u32, client_nonce: &str) -> Header {
        let hash = |text: String| self.algorithm.hash(&text);
        let secret = hash(format!("{}:{}:{}", asked.user, self.realm, asked.password));
        let what = hash(format!("{}:{}", asked.method, asked.uri));
        let nonce = &self.nonce;
        let response = match self.qop {
            true => hash(format!(
                "{secret}:{nonce}:{count:08x}:{client_nonce}:auth:{what}"
            )),
            false => hash(format!("{secret}:{nonce}:{what}")),
        };
        let mut value = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{response}\"",
            quoted(asked.user),
            quoted(&self.realm),
            quoted(nonce),
            asked.uri
        );
        if self.named {
            value += &format!(", algorithm={}", self.algorithm.name());
        }
        if self.qop {
            value += &format!(", qop=auth, nc={count:08x}, cnonce=\"{client_nonce}\"");
        }
        if let Some(opaque) = &self.opaque {
            value += &format!(", opaque=\"{}\"", quoted(opaque));
        }
        match self.proxy {
            true => Header::ProxyAuthorization(value.into()),
            false => Header::Authorization(value.into()),
        }
    }

    /// As the stack reads it.
    fn for_the_stack(&self) -> String {
        let algorithm = match self.algorithm {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => STACKS_SHA,
        };
        let mut value = format!(
            "Digest realm=\"{}\", nonce=\"{}\", algorithm={algorithm}",
            self.realm, self.nonce
        );
        if self.qop {
            value += ", qop=\"auth\"";
        }
        if let Some(opaque) = &self.opaque {
            value += &format!(", opaque=\"{opaque}\"");
        }
        if self.stale {
            value += ", stale=true";
        }
        value
    }
}

/// What is asked for with proof.
pub(super) struct Asked<'a> {
    pub method: &'a str,
    /// The Request-URI, letter by letter.
    pub uri: &'a str,
    pub user: &'a str,
    pub password: &'a str,
}

const STACKS_SHA: &str = "SHA256";

/// Leaves only the best challenge in a 401 or 407, written as the stack reads it. Without any that we
/// know it is left alone: the call then fails as refused.
pub(super) fn simplify(response: &mut Response) {
    if !matches!(response.status_code.code(), 401 | 407) {
        return;
    }
    let Ok(best) = Challenge::best(response) else {
        return;
    };
    // The stack reads no escapes.
    let escaped = |text: &str| text.contains(['"', '\\']);
    if escaped(&best.realm) || escaped(&best.nonce) || best.opaque.as_deref().is_some_and(escaped) {
        return;
    }
    response.headers.retain(|header| {
        !matches!(
            header,
            Header::WwwAuthenticate(_) | Header::ProxyAuthenticate(_)
        )
    });
    let value = best.for_the_stack();
    response.headers.push(match best.proxy {
        true => Header::ProxyAuthenticate(value.into()),
        false => Header::WwwAuthenticate(value.into()),
    });
}

/// Names SHA-256 as it is called (RFC 8760 section 2.1) in what the stack answers.
pub(super) fn restore(request: &mut Request) {
    let mended = |value: &str| {
        value
            .contains("algorithm=SHA256")
            .then(|| value.replacen("algorithm=SHA256", "algorithm=SHA-256", 1))
    };
    for header in request.headers.iter_mut() {
        match header {
            Header::Authorization(value) => {
                if let Some(new) = mended(value.value()) {
                    *value = new.into();
                }
            }
            Header::ProxyAuthorization(value) => {
                if let Some(new) = mended(value.value()) {
                    *value = new.into();
                }
            }
            _ => {}
        }
    }
}

/// What a challenge offers, for the log: not its nonce.
fn algorithm_of(value: &str) -> String {
    let params = parameters(value).unwrap_or_default();
    let of = |name: &str| params.get(name).cloned();
    match (of("algorithm"), of("qop")) {
        (Some(algorithm), Some(qop)) => format!("{algorithm} with qop={qop}"),
        (Some(algorithm), None) => algorithm,
        (None, _) => value
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Within quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
