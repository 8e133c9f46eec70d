//! Where to listen, as `zeroline.toml` says it: one address or several, and TLS.

use crate::line::sip::{Limiter, Listening, TlsSetup};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Of SIP over TLS (RFC 3261 section 19.1.2).
const TLS_PORT: u16 = 5061;

/// `[tls]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Ours, with those that lead to who is believed, and its key: PEM files, relative to the
    /// configuration file. With them calls are taken over TLS.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Who is believed when we call, instead of whom this machine believes.
    pub ca: Option<PathBuf>,
}

impl Tls {
    /// What is wrong with it, if anything is.
    pub fn check(&self, listen_tls: &[SocketAddr]) -> Result<(), String> {
        match (&self.certificate, &self.key) {
            (Some(_), None) => {
                Err("[tls] has a certificate and no key; write key = \"…\" too".to_owned())
            }
            (None, Some(_)) => {
                Err("[tls] has a key and no certificate; write certificate = \"…\" too".to_owned())
            }
            (None, None) if !listen_tls.is_empty() => {
                Err("listen_tls needs [tls] with certificate = \"…\" and key = \"…\"".to_owned())
            }
            _ => Ok(()),
        }
    }

    pub fn relative_to(&mut self, folder: &Path) {
        for file in [&mut self.certificate, &mut self.key, &mut self.ca]
            .into_iter()
            .flatten()
        {
            *file = folder.join(&*file);
        }
    }
}

/// What the line needs to know of it.
pub fn listening(
    listen: &[SocketAddr],
    listen_tls: &[SocketAddr],
    tls: &Tls,
    external: Option<IpAddr>,
) -> Listening {
    let certificate = tls.certificate.clone().zip(tls.key.clone());
    let usual = || {
        listen
            .iter()
            .map(|address| SocketAddr::new(address.ip(), TLS_PORT))
            .collect()
    };
    Listening {
        addresses: listen.to_vec(),
        tls: TlsSetup {
            listen: match (&certificate, listen_tls.is_empty()) {
                (None, _) => Vec::new(),
                (Some(_), true) => usual(),
                (Some(_), false) => listen_tls.to_vec(),
            },
            certificate,
            roots: tls.ca.clone(),
        },
        external,
        limiter: Limiter::none(),
    }
}

/// `"192.0.2.1:5060"`, or a list of such.
pub fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SocketAddr>, D::Error> {
    struct Addresses;

    impl<'de> Visitor<'de> for Addresses {
        type Value = Vec<SocketAddr>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(
                "an address with its port, such as \"192.168.1.10:5060\", or a list of them",
            )
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<SocketAddr>, E> {
            let address = text.parse().map_err(|_| {
                let why = "an address with its port is needed, such as 192.168.1.10:5060 or [2001:db8::1]:5060";
                E::custom(format!("\"{text}\": {why}"))
            })?;
            Ok(vec![address])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<SocketAddr>, A::Error> {
            let mut addresses = Vec::new();
            while let Some(text) = list.next_element::<String>()? {
                addresses.extend(Addresses.visit_str(&text)?);
            }
            match addresses.is_empty() {
                true => Err(A::Error::custom("at least one address is needed")),
                false => Ok(addresses),
            }
        }
    }

    from.deserialize_any(Addresses)
}
