//! The callers' sound: one socket for all of them, so that the callers themselves cost little. A thread
//! sends each call's packet every 20 ms, spread over the 20 ms as those of real callers are, and notes
//! by the kernel's clock when each packet of the other side came in.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(20);
/// The callers send in so many groups, one after the other.
const GROUPS: usize = 10;
const PACKET: usize = 12 + 160;
const AT_ONCE: usize = 256;
/// Room for what comes in while the thread does not run.
const RECEIVE_BUFFER: usize = 32 << 20;

/// See the module.
pub struct Sound {
    shared: Arc<Shared>,
    pub address: SocketAddr,
    thread: Option<JoinHandle<io::Result<()>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    notes: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    peers: Vec<Peer>,
    /// By port of the other side: what has come in while notes were taken.
    came: Vec<Vec<Came>>,
}

struct Peer {
    at: libc::sockaddr_in,
    sequence: u16,
    timestamp: u32,
}

/// A packet that came in.
#[derive(Clone, Copy)]
pub struct Came {
    pub sequence: u16,
    /// Microseconds of the kernel's clock.
    pub at_us: i64,
}

impl Sound {
    pub fn start() -> io::Result<Sound> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER)?;
        set(&socket, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER as libc::c_int);
        set(&socket, libc::SO_TIMESTAMPNS, 1);
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                peers: Vec::new(),
                came: vec![Vec::new(); 1 << 16],
            }),
            ..Shared::default()
        });
        let working = shared.clone();
        let thread = std::thread::spawn(move || work(&socket, &working));
        Ok(Sound {
            shared,
            address,
            thread: Some(thread),
        })
    }

    /// From now on a caller sends to that port of this machine.
    pub fn add(&self, port: u16) {
        let mut state = self.shared.state();
        let at = state.peers.len() as u16;
        state.peers.push(Peer {
            at: loopback(port),
            sequence: at.wrapping_mul(7919),
            timestamp: u32::from(at) * 10_007,
        });
    }

    pub fn remove_all(&self) {
        self.shared.state().peers.clear();
    }

    /// Notes what comes in for so long; gives it for each port that something came from.
    pub fn note_for(&self, time: Duration) -> Vec<Vec<Came>> {
        self.shared.state().came.iter_mut().for_each(Vec::clear);
        self.shared.notes.store(true, Ordering::Relaxed);
        std::thread::sleep(time);
        self.shared.notes.store(false, Ordering::Relaxed);
        let state = self.shared.state();
        let came = state.came.iter().filter(|came| !came.is_empty());
        came.cloned().collect()
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(Ok(Err(error))) = self.thread.take().map(JoinHandle::join) {
            eprintln!("the callers' sound failed: {error}");
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set(socket: &UdpSocket, option: libc::c_int, value: libc::c_int) {
    // SAFETY: the value is as long as is said. What the kernel does not grant is done without.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as u32,
        );
    }
}

fn loopback(port: u16) -> libc::sockaddr_in {
    // SAFETY: all zeros is a value of it.
    let mut at: libc::sockaddr_in = unsafe { zeroed() };
    at.sin_family = libc::AF_INET as u16;
    at.sin_port = port.to_be();
    at.sin_addr.s_addr = u32::from(Ipv4Addr::LOCALHOST).to_be();
    at
}

fn work(socket: &UdpSocket, shared: &Shared) -> io::Result<()> {
    let mut sender = Sender::new();
    let mut receiver = Receiver::new();
    let step = TICK / GROUPS as u32;
    let mut next = Instant::now();
    let mut group = 0;
    while !shared.stop.load(Ordering::Relaxed) {
        {
            let mut state = shared.state();
            let State { peers, came } = &mut *state;
            sender.send(socket, peers, group);
            receiver.receive(socket, |port, packet| {
                if shared.notes.load(Ordering::Relaxed)
                    && let Some(came) = came.get_mut(usize::from(port))
                {
                    came.push(packet);
                }
            });
        }
        group = (group + 1) % GROUPS;
        next += step;
        if let Some(early) = next.checked_duration_since(Instant::now()) {
            std::thread::sleep(early);
        }
    }
    Ok(())
}

struct Sender {
    packets: Vec<[u8; PACKET]>,
    noise: u32,
}

impl Sender {
    fn new() -> Sender {
        Sender {
            packets: vec![[0; PACKET]; AT_ONCE],
            noise: 1,
        }
    }

    /// One packet of each call of the group.
    fn send(&mut self, socket: &UdpSocket, peers: &mut [Peer], group: usize) {
        let mut of_group: Vec<&mut Peer> = peers.iter_mut().skip(group).step_by(GROUPS).collect();
        for peers in of_group.chunks_mut(AT_ONCE) {
            for (peer, packet) in peers.iter_mut().zip(&mut self.packets) {
                fill(packet, peer, &mut self.noise);
            }
            let mut parts: Vec<libc::iovec> = self
                .packets
                .iter_mut()
                .take(peers.len())
                .map(|packet| libc::iovec {
                    iov_base: packet.as_mut_ptr().cast(),
                    iov_len: PACKET,
                })
                .collect();
            let mut messages: Vec<libc::mmsghdr> = parts
                .iter_mut()
                .zip(peers.iter_mut())
                .map(|(part, peer)| {
                    // SAFETY: all zeros is a value of it.
                    let mut message: libc::mmsghdr = unsafe { zeroed() };
                    message.msg_hdr.msg_name = (&raw mut peer.at).cast();
                    message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
                    message.msg_hdr.msg_iov = part;
                    message.msg_hdr.msg_iovlen = 1;
                    message
                })
                .collect();
            // SAFETY: the messages point to what lives until the call returns. What cannot be sent is
            // lost, as on any line.
            unsafe {
                libc::sendmmsg(
                    socket.as_raw_fd(),
                    messages.as_mut_ptr(),
                    messages.len() as u32,
                    0,
                );
            }
        }
    }
}

/// RTP with the noise of a quiet room, about -66 dBov.
fn fill(packet: &mut [u8; PACKET], peer: &mut Peer, noise: &mut u32) {
    let (header, payload) = packet.split_at_mut(12);
    let head = [0x80, 0];
    let sequence = peer.sequence.to_be_bytes();
    let timestamp = peer.timestamp.to_be_bytes();
    let ssrc = u32::from(peer.at.sin_port).to_be_bytes();
    let bytes = head
        .into_iter()
        .chain(sequence)
        .chain(timestamp)
        .chain(ssrc);
    for (to, from) in header.iter_mut().zip(bytes) {
        *to = from;
    }
    for byte in payload {
        *noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The smallest codes of mu-law, of both signs.
        *byte = (0xFA | (*noise >> 24) as u8 & 0x85) - ((*noise >> 16) & 1) as u8;
    }
    peer.sequence = peer.sequence.wrapping_add(1);
    peer.timestamp = peer.timestamp.wrapping_add(160);
}

struct Receiver {
    buffers: Vec<[u8; 512]>,
    names: Vec<libc::sockaddr_in>,
    controls: Vec<[u64; 8]>,
}

impl Receiver {
    fn new() -> Receiver {
        Receiver {
            buffers: vec![[0; 512]; AT_ONCE],
            names: vec![loopback(0); AT_ONCE],
            controls: vec![[0; 8]; AT_ONCE],
        }
    }

    /// All that has come in.
    fn receive(&mut self, socket: &UdpSocket, mut note: impl FnMut(u16, Came)) {
        loop {
            let mut parts: Vec<libc::iovec> = self
                .buffers
                .iter_mut()
                .map(|buffer| libc::iovec {
                    iov_base: buffer.as_mut_ptr().cast(),
                    iov_len: buffer.len(),
                })
                .collect();
            let into = self.names.iter_mut().zip(&mut self.controls);
            let mut messages: Vec<libc::mmsghdr> = parts
                .iter_mut()
                .zip(into)
                .map(|(part, (name, control))| {
                    // SAFETY: all zeros is a value of it.
                    let mut message: libc::mmsghdr = unsafe { zeroed() };
                    message.msg_hdr.msg_name = (&raw mut *name).cast();
                    message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
                    message.msg_hdr.msg_iov = part;
                    message.msg_hdr.msg_iovlen = 1;
                    message.msg_hdr.msg_control = control.as_mut_ptr().cast();
                    message.msg_hdr.msg_controllen = size_of::<[u64; 8]>();
                    message
                })
                .collect();
            // SAFETY: the messages point to what lives until the call returns.
            let count = unsafe {
                libc::recvmmsg(
                    socket.as_raw_fd(),
                    messages.as_mut_ptr(),
                    messages.len() as u32,
                    libc::MSG_DONTWAIT,
                    std::ptr::null_mut(),
                )
            };
            let Ok(count) = usize::try_from(count) else {
                return;
            };
            for (message, buffer) in messages.iter().zip(&self.buffers).take(count) {
                // SAFETY: the kernel has filled in the name and the control message.
                let (port, at_us) = unsafe {
                    let name: *const libc::sockaddr_in = message.msg_hdr.msg_name.cast();
                    (u16::from_be((*name).sin_port), stamp(&message.msg_hdr))
                };
                let [first, kind, high, low, ..] = *buffer;
                // RTCP shares no port with it, but is left out anyway.
                if first >> 6 == 2 && kind & 0x7F < 64 && message.msg_len > 12 {
                    let sequence = u16::from_be_bytes([high, low]);
                    note(port, Came { sequence, at_us });
                }
            }
            if count < AT_ONCE {
                return;
            }
        }
    }
}

/// When it came in, in microseconds of the kernel's clock.
///
/// # Safety
/// The header is one that `recvmmsg` has filled in.
unsafe fn stamp(header: &libc::msghdr) -> i64 {
    // SAFETY: as the caller says.
    unsafe {
        let control = libc::CMSG_FIRSTHDR(header);
        if control.is_null() || (*control).cmsg_type != libc::SCM_TIMESTAMPNS {
            return 0;
        }
        let time: libc::timespec = libc::CMSG_DATA(control)
            .cast::<libc::timespec>()
            .read_unaligned();
        time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
