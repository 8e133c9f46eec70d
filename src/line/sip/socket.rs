//! The UDP sockets under the SIP stack, with the admission in front.

use super::admission::{Admission, Admitted};
use super::agent::ListenError;
use super::sockets::Sockets;
use rsipstack::platform::net::UdpSocket;
use rsipstack::sip::Transport;
use std::borrow::Cow;
use std::net::SocketAddr;

pub struct GuardedSocket {
    inner: Sockets,
    admission: Admission,
}

impl GuardedSocket {
    /// Binds; port 0 takes a free one. Must be called within a tokio runtime.
    pub fn bind(
        addresses: &[SocketAddr],
        admission: Admission,
    ) -> Result<GuardedSocket, ListenError> {
        let bound = Sockets::bind(addresses);
        let inner = bound.map_err(|(address, source)| ListenError::Bind {
            transport: "UDP",
            address,
            source,
        })?;
        Ok(GuardedSocket { inner, admission })
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
            let whole = length < buffer.len();
            let datagram = buffer.get(..length).unwrap_or_default();
            let admitted = match whole {
                true => self.admission.admit(datagram, source, Transport::Udp),
                // The kernel has cut off what did not fit.
                false => self.admission.too_large(datagram, source),
            };
            match admitted {
                Admitted::Pass(Cow::Borrowed(_)) => return Ok((length, source)),
                Admitted::Pass(Cow::Owned(mended)) => {
                    if let Some(room) = buffer.get_mut(..mended.len()) {
                        room.copy_from_slice(&mended);
                        return Ok((mended.len(), source));
                    }
                    tracing::warn!(%source, "SIP message dropped: too long once mended");
                }
                Admitted::Answer(answer) => {
                    let _ = self.inner.send_to(&answer, source).await;
                }
                Admitted::Drop | Admitted::Banned => {}
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
