//! Where an agent listens: UDP, TCP and TLS, on one address or several.

use super::admission::Admission;
use super::agent::ListenError;
use super::limiter::Limiter;
use super::own::Own;
use super::resolve::Resolver;
use super::socket::GuardedSocket;
use super::stream;
use super::tls::{self, TlsSetup};
use rsipstack::platform::CancellationToken;
use rsipstack::sip::Transport;
use rsipstack::transport::TransportLayer;
use rsipstack::transport::udp::UdpConnection;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// A stream without a byte for so long is closed; longer than any registration lasts, so that a phone
/// that registers in time keeps its connection.
const IDLE_STREAM: Duration = Duration::from_secs(330);
const MOST_TRIES: u32 = 20;

/// Where to listen.
#[derive(Debug, Clone)]
pub struct Listening {
    /// UDP and TCP; explicit addresses, because they are what phones are told to send to. Port 0 takes a
    /// free one.
    pub addresses: Vec<SocketAddr>,
    pub tls: TlsSetup,
    /// What a NAT in front of us is called by those outside of it.
    pub external: Option<IpAddr>,
    pub limiter: Limiter,
}

impl From<SocketAddr> for Listening {
    fn from(address: SocketAddr) -> Listening {
        Listening {
            addresses: vec![address],
            tls: TlsSetup::default(),
            external: None,
            limiter: Limiter::none(),
        }
    }
}

/// What came of it.
pub(super) struct Open {
    pub transports: TransportLayer,
    /// TCP and TLS, which are accepted by us.
    pub tcp: Vec<tokio::net::TcpListener>,
    pub tls: Option<Secure>,
    pub own: Own,
}

impl Listening {
    pub(super) async fn open(
        mut self,
        token: &CancellationToken,
        resolver: Resolver,
        admission: &Admission,
    ) -> Result<Open, ListenError> {
        let all = || self.addresses.iter().chain(&self.tls.listen);
        if let Some(address) = all().find(|address| address.ip().is_unspecified()) {
            return Err(ListenError::Unspecified(*address));
        }
        let (socket, addresses, tcp) = self.bind(admission)?;
        let transports =
            TransportLayer::new_with_domain_resolver(token.clone(), Box::new(resolver));
        transports.set_stream_idle_timeout(IDLE_STREAM);
        let banned = self.limiter.clone();
        transports.set_whitelist(move |ip: IpAddr| std::future::ready(!banned.is_banned(ip)));
        transports.set_tls_config(tls::believed(&self.tls)?);
        let stack = |error: rsipstack::Error| ListenError::Stack(error.to_string());
        let udp = UdpConnection::from_socket(Arc::new(socket), None, Some(token.child_token()));
        transports.add_transport(udp.await.map_err(stack)?.into());
        let secure = self.secure(token)?;
        self.tls.listen = secure
            .iter()
            .flat_map(|(listeners, _)| listeners)
            .map(|listener| listener.local_addr())
            .collect::<io::Result<_>>()
            .map_err(|error| ListenError::Stack(error.to_string()))?;
        Ok(Open {
            transports,
            tcp,
            own: Own {
                plain: addresses,
                tls: self.tls.listen,
                external: self.external,
            },
            tls: secure,
        })
    }

    /// What takes connections over TLS, with a certificate that is looked after until the end.
    fn secure(&self, token: &CancellationToken) -> Result<Option<Secure>, ListenError> {
        let Some(certificate) = tls::certificate(&self.tls)? else {
            return Ok(None);
        };
        let listeners = self
            .tls
            .listen
            .iter()
            .map(|address| stream::bind(*address).map_err(|e| not_bound("TLS", *address, e)))
            .collect::<Result<Vec<_>, _>>()?;
        let acceptor = tls::acceptor(certificate.clone())?;
        let watching = tls::watch(self.tls.clone(), certificate);
        let ended = token.child_token();
        tokio::spawn(async move {
            tokio::select! {
                () = watching => {}
                () = ended.cancelled() => {}
            }
        });
        Ok(Some((listeners, acceptor)))
    }
}

/// Where connections over TLS are taken, and by what.
type Secure = (Vec<tokio::net::TcpListener>, TlsAcceptor);

impl Listening {
    /// UDP and TCP at the same ports. One that is free for UDP may be taken for TCP: where any will do,
    /// another is tried.
    fn bind(&self, admission: &Admission) -> Result<Bound, ListenError> {
        let any_will_do = self.addresses.iter().any(|address| address.port() == 0);
        let mut tries = if any_will_do { MOST_TRIES } else { 1 };
        loop {
            let socket = GuardedSocket::bind(&self.addresses, admission.clone())?;
            let addresses = socket.addresses()?;
            let tcp = addresses
                .iter()
                .map(|address| stream::bind(*address).map_err(|e| not_bound("TCP", *address, e)))
                .collect::<Result<Vec<_>, _>>();
            tries -= 1;
            match tcp {
                Err(_) if tries > 0 => {}
                tcp => return Ok((socket, addresses, tcp?)),
            }
        }
    }
}

type Bound = (GuardedSocket, Vec<SocketAddr>, Vec<tokio::net::TcpListener>);

fn not_bound(transport: &'static str, address: SocketAddr, source: io::Error) -> ListenError {
    ListenError::Bind {
        transport,
        address,
        source,
    }
}

impl Open {
    /// For the log.
    pub fn told(&self) -> String {
        let list = |addresses: &[SocketAddr]| {
            let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            all.join(", ")
        };
        let plain = format!("{} (UDP and TCP)", list(&self.own.plain));
        match self.own.tls.is_empty() {
            true => plain,
            false => format!("{plain}, {} ({})", list(&self.own.tls), Transport::Tls),
        }
    }
}
