//! One side of a call's media: its UDP sockets and the RTP session on them. A thin shell; what to make of
//! datagrams is decided in [`super::rtp`].

mod arrival;
mod ports;

pub use self::ports::{Ports, Sockets};

use super::rtcp::Ntp;
use super::rtp::RtpSession;
use super::sdp::Media;
use crate::audio::{Frame, Key};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::SystemTime;

/// Datagrams read in one tick; a flood waits in the kernel's buffer, where it is cut.
const MOST_DATAGRAMS: usize = 32;
/// RTCP comes every few seconds and notes when it arrived: its port is read every 200 ms.
const RTCP_TICKS: u32 = 10;
const MOST_RTCP: usize = 4;
/// No packet of sound is longer; what is longer is cut.
const LONGEST_DATAGRAM: usize = 2048;

/// An RTP session with its sockets. When it is dropped, the other side is told by RTCP.
pub struct Leg {
    sockets: Sockets,
    session: RtpSession,
    ticks: u32,
}

impl Leg {
    pub fn new(sockets: Sockets, media: &Media) -> Leg {
        // Random starts, as RFC 3550 section 5.1 asks.
        let random = uuid::Uuid::now_v7().as_u128();
        // In the lower half, as RFC 3711 section 3.3.1 advises.
        let sequence = (random >> 32) as u16 >> 1;
        let mut session = RtpSession::new(media, random as u32, sequence, (random >> 16) as u32);
        session.set_cname(cname());
        Leg {
            sockets,
            session,
            // Not all calls' in the same tick.
            ticks: random as u32 % RTCP_TICKS,
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
        let (session, buffer) = (&mut self.session, &mut buffer[..]);
        read(
            &self.sockets.rtp,
            MOST_DATAGRAMS,
            buffer,
            |datagram, from, at| {
                session.receive_at(datagram, from, at);
            },
        );
        self.ticks = self.ticks.wrapping_add(1);
        if !session.media().rtcp_mux && self.ticks.is_multiple_of(RTCP_TICKS) {
            read(
                &self.sockets.rtcp,
                MOST_RTCP,
                buffer,
                |datagram, from, at| {
                    session.receive_rtcp(datagram, from, at);
                },
            );
        }
        self.session.take_frame(frame)
    }

    pub fn take_key(&mut self) -> Option<Key> {
        self.session.take_key()
    }

    /// Sends 20 ms, and a report if one is due; once a tick. What cannot be sent is lost, as on any line.
    pub fn send(&mut self, frame: &Frame) {
        let mut packet = self.session.packet(frame);
        while let Some((datagram, to)) = packet {
            let _ = self.sockets.rtp.send_to(datagram, to);
            packet = self.session.next_packet();
        }
        let socket = rtcp_socket(&self.sockets, &self.session);
        if let Some((packet, to)) = self.session.report(Ntp::of(SystemTime::now())) {
            let _ = socket.send_to(packet, to);
        }
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        let socket = rtcp_socket(&self.sockets, &self.session);
        if let Some((packet, to)) = self.session.goodbye(Ntp::of(SystemTime::now())) {
            let _ = socket.send_to(packet, to);
        }
    }
}

fn rtcp_socket<'a>(sockets: &'a Sockets, session: &RtpSession) -> &'a UdpSocket {
    match session.media().rtcp_mux {
        true => &sockets.rtp,
        false => &sockets.rtcp,
    }
}

fn read(
    socket: &UdpSocket,
    most: usize,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8], SocketAddr, Ntp),
) {
    for _ in 0..most {
        match arrival::receive(socket, buffer) {
            Ok((length, from, at)) => take(buffer.get(..length).unwrap_or_default(), from, at),
            // ICMP errors of what we sent arrive here too; there may be more behind them.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Err(_) => break,
        }
    }
}

/// 96 random bits as 16 letters and digits (RFC 7022 section 4.2).
fn cname() -> [u8; 16] {
    use base64::Engine;
    let mut random = [0; 12];
    let mut cname = [b'0'; 16];
    // Without random numbers it says nothing of us, which is what it is for.
    if getrandom::fill(&mut random).is_ok() {
        let _ = base64::prelude::BASE64_STANDARD_NO_PAD.encode_slice(random, &mut cname);
    }
    cname
}
