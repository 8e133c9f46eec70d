//! Several UDP sockets as one: what comes from a peer is answered from where it came in, and whoever is
//! addressed first gets it from a socket of their family.

use socket2::{Domain, Protocol, Socket, Type};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

/// Room for a burst of calls: the kernel's default holds about a hundred INVITEs.
const RECEIVE_BUFFER: usize = 4 << 20;
/// CS3, which signalling is marked with (RFC 4594 section 4.1), where the mark stands in the IP header.
const SIGNALLING: u32 = 24 << 2;
/// Peers that are remembered; who is forgotten is answered from the first socket of their family.
const MOST_PEERS: usize = 65_536;

pub(super) struct Sockets {
    sockets: Vec<UdpSocket>,
    /// Where a peer's last datagram came in; empty where there is only one.
    came_in: Mutex<HashMap<SocketAddr, usize>>,
}

impl Sockets {
    /// Binds them all; the error has the address that could not be. Must be called within a tokio runtime.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Sockets, (SocketAddr, io::Error)> {
        let sockets = addresses
            .iter()
            .map(|address| bind(*address).map_err(|error| (*address, error)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Sockets {
            sockets,
            came_in: Mutex::default(),
        })
    }

    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sockets.iter().map(UdpSocket::local_addr).collect()
    }

    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        if let [only] = self.sockets.as_slice() {
            return only.recv_from(buffer).await;
        }
        let (at, length, source) = std::future::poll_fn(|context| {
            // Another begins each time, so that a busy one leaves the others their turn.
            let count = self.sockets.len().max(1);
            let first = fastrand::usize(..count);
            for at in (0..count).map(|step| (first + step) % count) {
                let Some(socket) = self.sockets.get(at) else {
                    continue;
                };
                let mut read = ReadBuf::new(buffer);
                if let Poll::Ready(received) = socket.poll_recv_from(context, &mut read) {
                    let length = read.filled().len();
                    return Poll::Ready(received.map(|source| (at, length, source)));
                }
            }
            Poll::Pending
        })
        .await?;
        let mut came_in = self.came_in.lock().unwrap_or_else(PoisonError::into_inner);
        if came_in.len() >= MOST_PEERS {
            came_in.clear();
        }
        came_in.insert(source, at);
        Ok((length, source))
    }

    pub async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.towards(to)?.send_to(bytes, to).await
    }

    fn towards(&self, to: SocketAddr) -> io::Result<&UdpSocket> {
        let came_in = self.came_in.lock().unwrap_or_else(PoisonError::into_inner);
        let known = came_in.get(&to).and_then(|at| self.sockets.get(*at));
        let family = |socket: &&UdpSocket| {
            let own = socket.local_addr();
            own.is_ok_and(|own| own.is_ipv4() == to.is_ipv4())
        };
        let socket = known.or_else(|| self.sockets.iter().find(family));
        socket.ok_or_else(|| {
            let why = format!("{to}: no address of its family in `listen`");
            io::Error::new(io::ErrorKind::AddrNotAvailable, why)
        })
    }
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_nonblocking(true)?;
    // The kernel gives what its own limit allows; less is not an error, nor is it where it marks nothing.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    let _ = match address.is_ipv4() {
        true => socket.set_tos_v4(SIGNALLING),
        false => socket
            .set_only_v6(true)
            .and_then(|()| socket.set_tclass_v6(SIGNALLING)),
    };
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_is_answered_from_where_it_came_in() {
        let here: Vec<SocketAddr> = ["127.0.0.1:0", "127.0.0.1:0", "[::1]:0"]
            .map(|address| address.parse().unwrap())
            .to_vec();
        let sockets = Sockets::bind(&here).unwrap();
        let addresses = sockets.addresses().unwrap();
        let mut buffer = [0; 100];
        for own in &addresses {
            let any = SocketAddr::new(own.ip(), 0);
            let peer = UdpSocket::bind(any).await.unwrap();
            // Who was not heard of before is told from the first of their family.
            let first = addresses.iter().find(|a| a.is_ipv4() == own.is_ipv4());
            sockets
                .send_to(b"first", peer.local_addr().unwrap())
                .await
                .unwrap();
            assert_eq!(
                peer.recv_from(&mut buffer).await.unwrap().1,
                *first.unwrap()
            );
            peer.send_to(b"hello", own).await.unwrap();
            let (length, source) = sockets.recv_from(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..length], b"hello");
            sockets.send_to(b"answer", source).await.unwrap();
            assert_eq!(peer.recv_from(&mut buffer).await.unwrap().1, *own);
        }
    }

    #[tokio::test]
    async fn signalling_is_marked_on_its_way() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let sockets = Sockets::bind(&[address.parse().unwrap()]).unwrap();
            let socket = socket2::SockRef::from(&sockets.sockets[0]);
            let mark = match address.starts_with('[') {
                true => socket.tclass_v6().unwrap(),
                false => socket.tos_v4().unwrap(),
            };
            assert_eq!(mark, 0x60, "{address}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_bound_is_named() {
        let one = Sockets::bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let taken = one.addresses().unwrap()[0];
        let (address, _) = Sockets::bind(&[taken]).err().unwrap();
        assert_eq!(address, taken);
        let error = one
            .send_to(b"x", "[::1]:5060".parse().unwrap())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("listen"), "{error}");
    }
}
