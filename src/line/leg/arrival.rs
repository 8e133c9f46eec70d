//! When a datagram arrived: the kernel notes it, so that a socket need not be read at once to know.

use crate::line::rtcp::Ntp;
use socket2::{SockAddr, SockRef};
use std::io;
use std::mem::size_of;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Has the kernel note it on this socket. Where it does not, a datagram arrives when it is read.
pub(super) fn ask_for(socket: &SockRef<'_>) {
    let on: libc::c_int = 1;
    // SAFETY: the socket is open for as long as the reference lives, and the option is an int of that size.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_TIMESTAMPNS,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        );
    }
}

/// Room for one timestamp with its header, and to spare, where a header may stand.
#[repr(C, align(8))]
struct Control([u8; 64]);

/// Like `recv_from`, with the time of arrival.
pub(super) fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
) -> io::Result<(usize, SocketAddr, Ntp)> {
    let mut control = Control([0; 64]);
    let mut part = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: every pointer in the message is to memory that lives until recvmsg has returned, with its true
    // length; the name is the room that `try_init` gives for it, and its length is set as it asks.
    let ((length, arrived), from) = unsafe {
        SockAddr::try_init(|name, name_length| {
            let mut message: libc::msghdr = std::mem::zeroed();
            message.msg_name = name.cast();
            message.msg_namelen = *name_length;
            message.msg_iov = &raw mut part;
            message.msg_iovlen = 1;
            message.msg_control = control.0.as_mut_ptr().cast();
            message.msg_controllen = control.0.len() as _;
            let length = libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0);
            let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
            *name_length = message.msg_namelen;
            Ok((length, stamp(&message)))
        })?
    };
    let from = from
        .as_socket()
        .ok_or_else(|| io::Error::other("a datagram without an address"))?;
    Ok((
        length,
        from,
        Ntp::of(arrived.unwrap_or_else(SystemTime::now)),
    ))
}

/// The timestamp in a message that was received.
fn stamp(message: &libc::msghdr) -> Option<SystemTime> {
    // SAFETY: the kernel has written the headers and the length of all of them; the macros stay within it, and
    // a timestamp is read only from a header that says that it is one.
    let time = unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        loop {
            let of = header.as_ref()?;
            if of.cmsg_level == libc::SOL_SOCKET && of.cmsg_type == libc::SCM_TIMESTAMPNS {
                break libc::CMSG_DATA(header)
                    .cast::<libc::timespec>()
                    .read_unaligned();
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    };
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanos = u32::try_from(time.tv_nsec).ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_arrival_is_that_of_the_kernel() {
        let here = "127.0.0.1:0";
        let (ours, theirs) = (
            UdpSocket::bind(here).unwrap(),
            UdpSocket::bind(here).unwrap(),
        );
        ask_for(&SockRef::from(&ours));
        let to = ours.local_addr().unwrap();
        let mut buffer = [0; 100];
        // The kernel begins a moment after it was asked.
        let noted_in_time = (0..200).any(|_| {
            let before = Ntp::of(SystemTime::now());
            theirs.send_to(b"hello", to).unwrap();
            // On loopback it is there when it has been sent.
            let sent = Ntp::of(SystemTime::now());
            std::thread::sleep(Duration::from_millis(10));
            let (length, from, arrived) = receive(&ours, &mut buffer).unwrap();
            assert_eq!(buffer[..length], *b"hello");
            assert_eq!(from, theirs.local_addr().unwrap());
            assert!(before <= arrived);
            arrived <= sent
        });
        assert!(noted_in_time, "always only when it was read");
    }

    #[test]
    fn without_a_stamp_it_is_now_and_without_a_datagram_an_error() {
        let ours = UdpSocket::bind("[::1]:0").unwrap();
        ours.set_nonblocking(true).unwrap();
        let mut buffer = [0; 100];
        let error = receive(&ours, &mut buffer).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let before = Ntp::of(SystemTime::now());
        ours.send_to(b"hello", ours.local_addr().unwrap()).unwrap();
        let (_, from, arrived) = receive(&ours, &mut buffer).unwrap();
        assert!(from.is_ipv6() && before <= arrived);
    }
}
