//! Our certificate, and whose certificates we believe (RFC 5246, RFC 8446; for SIP RFC 3261 section 26 and
//! RFC 5922). Whoever we connect to must show one that is good for the name we know them by; there is no
//! way around that. Who calls us is not asked for one.

use base64::Engine;
use rsipstack::transport::TlsConfig;
use rsipstack::transport::tls::ReloadableCertResolver;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// How often is looked whether the certificate's files have changed: a new one is there weeks before the
/// old one ends.
const LOOKED_EVERY: Duration = Duration::from_secs(60);

/// What TLS needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsSetup {
    /// Where calls are taken; needs a certificate.
    pub listen: Vec<SocketAddr>,
    /// Our certificate and what it takes to prove it (PEM), and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Who is believed (PEM), instead of whom this machine believes.
    pub roots: Option<PathBuf>,
}

/// Why a certificate cannot be used; names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: cannot be read: {source}. May this user read it?", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: there is no certificate in it; PEM begins with -----BEGIN CERTIFICATE-----", path.display())]
    NoCertificate { path: PathBuf },
    #[error(
        "{}: no key that can be used: {why}. PKCS#8 is understood; `openssl pkcs8 -topk8 -nodes -in old.pem \
         -out new.pem` makes it of others",
        path.display()
    )]
    Key { path: PathBuf, why: String },
    #[error("this machine's rustls speaks no TLS: {0}")]
    Versions(String),
    #[error("TLS needs a certificate: write [tls] certificate = \"…\" and key = \"…\"")]
    Missing,
}

/// A certificate and its key, as they lay on disk.
#[derive(PartialEq, Eq, Clone)]
struct Shown {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Shown {
    /// Also as it is shown, by which is known that the two belong together.
    fn read(
        (certificate, key): &(PathBuf, PathBuf),
    ) -> Result<(Shown, ReloadableCertResolver), TlsError> {
        let shown = Shown {
            certificate: read(certificate)?,
            key: read(key)?,
        };
        if certificates(&shown.certificate).is_empty() {
            let path = certificate.clone();
            return Err(TlsError::NoCertificate { path });
        }
        let provider = Arc::new(ring::default_provider());
        let made = ReloadableCertResolver::new(&shown.certificate, &shown.key, provider);
        let made = made.map_err(|error| TlsError::Key {
            path: key.clone(),
            why: error.to_string(),
        })?;
        Ok((shown, made))
    }
}

/// Our certificate, which may change; `None` where nobody is to see one.
pub(super) fn certificate(
    setup: &TlsSetup,
) -> Result<Option<Arc<ReloadableCertResolver>>, TlsError> {
    if setup.listen.is_empty() {
        return Ok(None);
    }
    let files = setup.certificate.as_ref().ok_or(TlsError::Missing)?;
    let (_, certificate) = Shown::read(files)?;
    Ok(Some(Arc::new(certificate)))
}

/// Takes those who connect to us.
pub(super) fn acceptor(certificate: Arc<ReloadableCertResolver>) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Versions(error.to_string()))?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Whom we believe, as the stack reads it: as PEM, and only what it can read.
pub(super) fn believed(setup: &TlsSetup) -> Result<TlsConfig, TlsError> {
    let found = match &setup.roots {
        Some(path) => {
            let found = certificates(&read(path)?);
            if found.is_empty() {
                let path = path.clone();
                return Err(TlsError::NoCertificate { path });
            }
            found
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut pem = String::new();
    for certificate in found {
        // One that it cannot read would let it believe nobody at all.
        if RootCertStore::empty().add(certificate.clone()).is_ok() {
            let text = base64::engine::general_purpose::STANDARD.encode(&certificate);
            pem += "-----BEGIN CERTIFICATE-----\n";
            for line in text.as_bytes().chunks(64) {
                pem += &String::from_utf8_lossy(line);
                pem.push('\n');
            }
            pem += "-----END CERTIFICATE-----\n";
        }
    }
    Ok(TlsConfig {
        ca_certs: Some(pem.into_bytes()),
        ..TlsConfig::default()
    })
}

/// Takes over a certificate that has changed, until the agent ends. One that cannot be used is refused,
/// and the old one goes on.
pub(super) async fn watch(setup: TlsSetup, shown: Arc<ReloadableCertResolver>) {
    let Some(files) = &setup.certificate else {
        return;
    };
    let read = || Shown::read(files).map(|(shown, _)| shown);
    let (mut known, mut seen) = (read().ok(), None);
    loop {
        tokio::time::sleep(LOOKED_EVERY).await;
        let now = read();
        let path = files.0.display();
        match now {
            // What is being written is waited for.
            Ok(now) if Some(&now) != known.as_ref() && seen.as_ref() == Some(&now) => {
                if let Err(error) = shown.reload(&now.certificate, &now.key) {
                    tracing::error!(%path, %error, "the new certificate is not taken");
                }
                tracing::info!(%path, "a new certificate is shown from now on");
                known = Some(now);
            }
            Ok(now) => seen = Some(now),
            Err(error) => tracing::error!(%error, "the old certificate goes on being shown"),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).flatten().collect()
}
