//! The UDP sockets under the SIP stack, with the guard in front.

use super::agent::ListenError;
use super::guard::{self, Verdict};
use super::sockets::Sockets;
use rsipstack::platform::net::UdpSocket;
use std::net::SocketAddr;

pub struct GuardedSocket {
    inner: Sockets,
}

impl GuardedSocket {
    /// Binds; port 0 takes a free one. Must be called within a tokio runtime.
    pub fn bind(addresses: &[SocketAddr]) -> Result<GuardedSocket, ListenError> {
        let bound = Sockets::bind(addresses);
        let inner = bound.map_err(|(address, source)| ListenError::Bind {
            transport: "UDP",
            address,
            source,
        })?;
        Ok(GuardedSocket { inner })
    }

    pub fn addresses(&self) -> Result<Vec<SocketAddr>, ListenError> {
        let addresses = self.inner.addresses();
        addresses.map_err(|error| ListenError::Stack(error.to_string()))
    }
}

#[async_trait::async_trait]
impl UdpSocket for GuardedSocket {
    async fn recv_from(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        loop {
            let (length, source) = self.inner.recv_from(buffer).await?;
            let verdict = guard::inspect(buffer.get(..length).unwrap_or_default(), source);
            match verdict {
                Verdict::Pass(std::borrow::Cow::Borrowed(_)) => return Ok((length, source)),
                Verdict::Pass(std::borrow::Cow::Owned(mended)) => {
                    if let Some(room) = buffer.get_mut(..mended.len()) {
                        room.copy_from_slice(&mended);
                        return Ok((mended.len(), source));
                    }
                    tracing::warn!(%source, "SIP message dropped: too long once mended");
                }
                Verdict::Answer(answer) => {
                    let status = String::from_utf8_lossy(answer.get(8..).unwrap_or_default());
                    let status = status.lines().next().unwrap_or_default();
                    tracing::info!(%source, status, "SIP request refused");
                    let _ = self.inner.send_to(&answer, source).await;
                }
                Verdict::Drop(reason) => {
                    tracing::debug!(%source, length, reason, "datagram dropped");
                }
            }
        }
    }

    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.inner.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        let addresses = self.inner.addresses()?;
        let first = addresses.first().copied();
        first.ok_or_else(|| rsipstack::Error::Error("no address to listen at".to_owned()))
    }
}
