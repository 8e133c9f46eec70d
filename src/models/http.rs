//! Asking a server for a file, over HTTP or HTTPS, through the proxy that the environment names.

use super::resume::{ContentRange, Head};
use std::io::{self, Read};
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};

pub struct Client {
    agent: Agent,
}

/// Why there is no answer.
#[derive(Debug)]
pub struct NoAnswer {
    pub why: String,
    /// What to look at.
    pub hint: &'static str,
    /// Whether it may work in a moment.
    pub passing: bool,
}

impl Client {
    /// `connect` bounds the way to the server's first answer, `silence` each wait for more.
    pub fn new(connect: Duration, silence: Duration) -> Client {
        let tls = TlsConfig::builder()
            // The machine's own list: companies add theirs there.
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_recv_response(Some(silence))
            .timeout_per_read(Some(silence))
            .timeout_per_write(Some(silence))
            .user_agent(concat!("zeroline/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Client { agent }
    }

    /// Asks for everything from byte `from` on.
    pub fn get(&self, url: &str, from: u64) -> Result<(Head, impl Read + use<>), NoAnswer> {
        let mut request = self.agent.get(url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer = request.call().map_err(|error| no_answer(&error))?;
        let (parts, body) = answer.into_parts();
        let text = |name| text(&parts.headers, name);
        let head = Head {
            status: parts.status.as_u16(),
            content_type: text(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
            length: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            range: text(header::CONTENT_RANGE).and_then(ContentRange::parse),
        };
        Ok((head, body.into_reader()))
    }
}

/// The host in an address, for people.
pub fn host(url: &str) -> String {
    let host = url.parse::<Uri>().ok();
    let host = host.as_ref().and_then(Uri::host);
    host.unwrap_or(url).to_owned()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn no_answer(error: &ureq::Error) -> NoAnswer {
    use io::ErrorKind as Kind;
    use ureq::Error;
    const NETWORK: &str = "Is this machine connected, and does it need a proxy (HTTPS_PROXY)?";
    const TRUST: &str = "Are ca-certificates installed? A company's own certificate, of a proxy \
                         or a mirror, belongs among them, or in a file that SSL_CERT_FILE names.";
    let (why, hint, passing) = match error {
        Error::HostNotFound => ("its name is not known (DNS)".to_owned(), NETWORK, false),
        Error::Timeout(_) => ("it does not answer".to_owned(), NETWORK, true),
        Error::Io(error) => match error.kind() {
            Kind::ConnectionRefused => ("it refuses the connection".to_owned(), NETWORK, false),
            Kind::NetworkUnreachable | Kind::HostUnreachable => {
                ("no network leads there".to_owned(), NETWORK, false)
            }
            Kind::TimedOut | Kind::WouldBlock => ("it does not answer".to_owned(), NETWORK, true),
            Kind::ConnectionReset | Kind::UnexpectedEof | Kind::BrokenPipe => {
                (format!("the connection broke ({error})"), NETWORK, true)
            }
            // How rustls wraps what it finds wrong with a certificate.
            Kind::InvalidData => (error.to_string(), TRUST, false),
            _ => (error.to_string(), NETWORK, false),
        },
        Error::Rustls(error) => (error.to_string(), TRUST, false),
        other => (other.to_string(), NETWORK, false),
    };
    NoAnswer { why, hint, passing }
}
