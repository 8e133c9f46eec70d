//! One side of a call's media: a UDP socket and the RTP session on it. A thin shell; what to make of
//! datagrams is decided in [`super::rtp`].

use super::rtp::RtpSession;
use super::sdp::Media;
use crate::audio::{Frame, Key};
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, Ordering};

/// Datagrams read in one tick; a flood waits in the kernel's buffer, where it is cut.
const MOST_DATAGRAMS: usize = 32;
/// No packet of sound is longer; what is longer is cut.
const LONGEST_DATAGRAM: usize = 2048;

/// Hands out even UDP ports from a range (RFC 3550 section 11).
pub struct Ports {
    address: IpAddr,
    range: RangeInclusive<u16>,
    next: AtomicU16,
}

impl Ports {
    pub fn new(address: IpAddr, range: RangeInclusive<u16>) -> Ports {
        Ports {
            address,
            next: AtomicU16::new(*range.start() / 2),
            range,
        }
    }

    /// A bound, non-blocking socket on a free port.
    pub fn take(&self) -> io::Result<UdpSocket> {
        let (first, last) = (self.range.start().div_ceil(2), self.range.end() / 2);
        let span = u32::from(last.saturating_sub(first)) + 1;
        let mut error = io::Error::new(io::ErrorKind::AddrInUse, "no port in the RTP range");
        for _ in 0..span {
            let step = u32::from(self.next.fetch_add(1, Ordering::Relaxed));
            let port = (u32::from(first) + step % span) * 2;
            match UdpSocket::bind((self.address, port as u16)) {
                Ok(socket) => {
                    socket.set_nonblocking(true)?;
                    return Ok(socket);
                }
                Err(busy) => error = busy,
            }
        }
        Err(error)
    }
}

/// An RTP session with its socket.
pub struct Leg {
    socket: UdpSocket,
    session: RtpSession,
}

impl Leg {
    pub fn new(socket: UdpSocket, media: &Media) -> Leg {
        // Random starts, as RFC 3550 section 5.1 asks.
        let random = uuid::Uuid::now_v7().as_u128();
        Leg {
            socket,
            session: RtpSession::new(
                media,
                random as u32,
                (random >> 32) as u16,
                (random >> 16) as u32,
            ),
        }
    }

    /// The session, to look at or to change after a re-INVITE.
    pub fn session(&mut self) -> &mut RtpSession {
        &mut self.session
    }

    /// Reads what has come and gives 20 ms of the other side's sound, at the rate that `frame` has;
    /// once a tick. False if none of it was received.
    pub fn receive(&mut self, frame: &mut Frame) -> bool {
        let mut buffer = [0; LONGEST_DATAGRAM];
        for _ in 0..MOST_DATAGRAMS {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let datagram = buffer.get(..length).unwrap_or_default();
                    self.session.receive(datagram, from);
                }
                // ICMP errors of what we sent arrive here too; there may be more behind them.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
        self.session.take_frame(frame)
    }

    pub fn take_key(&mut self) -> Option<Key> {
        self.session.take_key()
    }

    /// Sends 20 ms; once a tick. What cannot be sent is lost, as on any line.
    pub fn send(&mut self, frame: &Frame) {
        let mut packet = self.session.packet(frame);
        while let Some((datagram, to)) = packet {
            let _ = self.socket.send_to(datagram, to);
            packet = self.session.next_packet();
        }
    }
}
