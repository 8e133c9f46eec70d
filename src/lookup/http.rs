//! One request and its answer over HTTP/1.1, within a time limit that holds for all of it.
//!
//! Proxies of the environment are not used: they are meant for the way out to the internet, a
//! company's own system seldom lies there, and no further program should see a caller's data.
//! Redirects are not followed, cookies are not kept, and compressed answers are not read, so that
//! nothing can unfold in memory.

use super::Failed;
use super::address::{Origin, origin_of};
use super::definition::Request;
use std::io::{self, Read};
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, HeaderName, Response, header};
use ureq::tls::{RootCerts, TlsConfig};

/// Answers are short: what a caller can be told.
const MOST_BYTES: u64 = 256 * 1024;
const MOST_HEADER_BYTES: usize = 32 * 1024;
/// Many servers close idle connections after 5 seconds: stay below, or a request now and then
/// meets a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(4);

/// A whole answer with a 2xx status.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Why there is none.
pub(super) struct NoReply {
    pub(super) failed: Failed,
    /// It may work in a moment.
    pub(super) passing: bool,
    /// The server is not well.
    pub(super) ailing: bool,
}

/// Keeps connections alive, at most `idle` to each server.
pub(super) fn agent(idle: usize) -> Agent {
    let tls = TlsConfig::builder()
        // The machine's own list: companies add theirs there.
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .max_response_header_size(MOST_HEADER_BYTES)
        .max_idle_connections_per_host(idle)
        .max_idle_connections(idle.saturating_mul(4))
        .max_idle_age(IDLE)
        .accept("application/json")
        .accept_encoding("identity")
        .user_agent(concat!("zeroline/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// Blocks at most `limit`. With `wants_body` false, what a 2xx answer holds does not matter.
pub(super) fn exchange(
    agent: &Agent,
    origin: &Origin,
    request: &Request,
    wants_body: bool,
    limit: Duration,
) -> Result<Reply, NoReply> {
    let answer = match &request.body {
        None => {
            let get = agent
                .get(&request.url)
                .config()
                .timeout_global(Some(limit))
                .build();
            with_headers(get, request).call()
        }
        Some(body) => {
            let post = agent
                .post(&request.url)
                .config()
                .timeout_global(Some(limit))
                .build();
            with_headers(post, request).send(body.as_slice())
        }
    };
    let answer = answer.map_err(|error| no_answer(origin, error))?;
    let status = answer.status().as_u16();
    if let Some(no_reply) = no_success(origin, status, answer.headers()) {
        // Its body is not read: nothing in it is of use, and it may never end.
        return Err(no_reply);
    }
    if wants_body && let Some(why) = no_json(answer.headers()) {
        return Err(NoReply::useless(origin, why));
    }
    let body = read(answer).map_err(|error| match ureq::Error::from(error) {
        error @ ureq::Error::Timeout(_) => no_answer(origin, error),
        _ => NoReply::ailing(Failed::broken(origin, "the connection broke in the middle")),
    })?;
    match body.len() as u64 > MOST_BYTES {
        true => Err(NoReply::useless(
            origin,
            format!("more than {} KiB", MOST_BYTES / 1024),
        )),
        false => Ok(Reply { status, body }),
    }
}

impl NoReply {
    fn ailing(failed: Failed) -> NoReply {
        NoReply {
            failed,
            passing: true,
            ailing: true,
        }
    }

    /// Asking again would give the same.
    fn useless(origin: &Origin, why: impl Into<String>) -> NoReply {
        NoReply {
            failed: Failed::broken(origin, why),
            passing: false,
            ailing: false,
        }
    }
}

fn with_headers<B>(mut to: ureq::RequestBuilder<B>, request: &Request) -> ureq::RequestBuilder<B> {
    for (name, value) in &request.headers {
        to = to.header(name, value);
    }
    to
}

/// One byte more than may be, so that too much is seen.
fn read(answer: Response<ureq::Body>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let reader = answer.into_body().into_reader();
    reader.take(MOST_BYTES + 1).read_to_end(&mut body)?;
    Ok(body)
}

fn no_success(origin: &Origin, status: u16, headers: &HeaderMap) -> Option<NoReply> {
    let host = origin.host().to_owned();
    let (failed, ailing) = match status {
        200..=299 => return None,
        300..=399 => {
            let to = text(headers, header::LOCATION).and_then(origin_of);
            let to = match to {
                Some(to) if to != *origin => to.to_string(),
                _ => "another address of its own".to_owned(),
            };
            (Failed::Redirected { host, status, to }, false)
        }
        404 | 410 => {
            let what = status.to_string();
            (Failed::NotFound { host, what }, false)
        }
        429 => (Failed::Refused { host, status }, true),
        400..=499 => (Failed::Refused { host, status }, false),
        _ => (
            Failed::broken(origin, format!("an error of its own ({status})")),
            true,
        ),
    };
    Some(NoReply {
        failed,
        // One that says when to come back does not want to be asked at once.
        passing: matches!(status, 500 | 502..=504) && !headers.contains_key(header::RETRY_AFTER),
        ailing,
    })
}

fn no_json(headers: &HeaderMap) -> Option<String> {
    if let Some(encoding) = text(headers, header::CONTENT_ENCODING)
        && !encoding.eq_ignore_ascii_case("identity")
    {
        return Some("it is compressed, which was not asked for".to_owned());
    }
    let Some(kind) = text(headers, header::CONTENT_TYPE) else {
        // Its bytes will tell.
        return None;
    };
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let json = kind == "application/json" || kind == "text/json" || kind.ends_with("+json");
    (!json).then(|| format!("{kind:?} instead of JSON"))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn no_answer(origin: &Origin, error: ureq::Error) -> NoReply {
    use io::ErrorKind as Kind;
    use ureq::Error;
    const TRUST: &str = "a company's own certificate belongs among the machine's \
                         (ca-certificates), or in a file that SSL_CERT_FILE names";
    let host = origin.host().to_owned();
    let gone = |why: String, passing| NoReply {
        failed: Failed::Gone {
            host: host.clone(),
            why,
        },
        passing,
        ailing: true,
    };
    match error {
        Error::Timeout(_) => NoReply::ailing(Failed::Slow { host }),
        Error::HostNotFound => gone("its name is not known (DNS)".to_owned(), false),
        Error::Rustls(error) => gone(format!("{error}; {TRUST}"), false),
        Error::Io(error) => match error.kind() {
            Kind::ConnectionRefused => gone("it refuses the connection".to_owned(), true),
            Kind::NetworkUnreachable | Kind::HostUnreachable => {
                gone("no network leads there".to_owned(), true)
            }
            Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::UnexpectedEof => NoReply::ailing(Failed::broken(
                origin,
                "the connection broke before an answer came",
            )),
            // How rustls wraps what it finds wrong with a certificate.
            Kind::InvalidData => gone(format!("{error}; {TRUST}"), false),
            _ => gone(error.to_string(), true),
        },
        Error::Protocol(error) => {
            NoReply::ailing(Failed::broken(origin, format!("no HTTP ({error})")))
        }
        Error::LargeResponseHeader(..) => NoReply::useless(origin, "headers without end"),
        // The texts of others may hold the address.
        Error::BadUri(_) | Error::Http(_) => NoReply::useless(origin, "the request cannot be sent"),
        other => gone(other.to_string(), false),
    }
}
