//! Connections over TLS that come in, up to the end of their handshake; then the stack has them, and what is
//! said over them is admitted by `inspector`. The stack would wait for ever for a handshake, of any number of
//! connections.

use super::admission::Admission;
use super::stream::{self, Closed, PATIENCE};
use rsipstack::platform::CancellationToken;
use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tls::TlsConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Takes the connections that come in, until it is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    admission: Admission,
    endpoint: EndpointInnerRef,
    token: CancellationToken,
) {
    let ended = token.clone();
    let shaken = move |stream, ends| {
        let (acceptor, endpoint, token) = (acceptor.clone(), endpoint.clone(), token.clone());
        async move { shake_hands(stream, ends, &acceptor, &endpoint, &token).await }
    };
    stream::accept(listener, &admission, &ended, shaken).await;
}

async fn shake_hands(
    stream: TcpStream,
    (ours, from): (SocketAddr, SocketAddr),
    acceptor: &TlsAcceptor,
    endpoint: &EndpointInnerRef,
    token: &CancellationToken,
) -> Result<(), Closed> {
    let shaken = timeout(PATIENCE, acceptor.accept(stream)).await;
    let stream = shaken
        .map_err(|_| "no TLS handshake in time")?
        .map_err(|_| "no TLS handshake")?;
    let address = |address: SocketAddr| SipAddr {
        r#type: Some(Transport::Tls),
        addr: address.into(),
    };
    let (ours, from) = (address(ours), address(from));
    let connection =
        TlsConnection::from_server_stream(stream, ours, from, Some(token.child_token())).await;
    let connection = connection.map_err(|_| "by the stack")?;
    endpoint
        .transport_layer
        .add_connection(SipConnection::Tls(connection));
    Ok(())
}
