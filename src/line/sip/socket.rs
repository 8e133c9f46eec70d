//! The UDP socket under the SIP stack: a large receive buffer, and the admission in front.

use super::admission::{Admission, Admitted};
use rsipstack::platform::net::UdpSocket;
use rsipstack::sip::Transport;
use socket2::{Domain, Protocol, Socket, Type};
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;

/// Room for a burst of calls: the kernel's default holds about a hundred INVITEs.
const RECEIVE_BUFFER: usize = 4 << 20;

pub struct GuardedSocket {
    inner: tokio::net::UdpSocket,
    admission: Admission,
}

impl GuardedSocket {
    /// Binds; port 0 takes a free one. Must be called within a tokio runtime.
    pub fn bind(address: SocketAddr, admission: Admission) -> io::Result<GuardedSocket> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::DGRAM,
            Some(Protocol::UDP),
        )?;
        socket.set_nonblocking(true)?;
        // The kernel gives what its own limit allows; less is not an error.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        socket.bind(&address.into())?;
        Ok(GuardedSocket {
            inner: tokio::net::UdpSocket::from_std(socket.into())?,
            admission,
        })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
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
        Ok(self.inner.local_addr()?)
    }
}
