//! Connections that come in, in front of the stack: how many there may be, how long they may say nothing, and
//! that over TCP only whole messages which pass the admission get through. What comes over TLS the stack
//! decrypts and reads itself, from the end of the handshake on (`tls_stream`, `inspector`).
//!
//! The stack takes any number of connections, waits for ever for the rest of a message, and closes
//! where it cannot read one. Here a connection is framed by its messages (RFC 3261 section 18.3);
//! what is admitted goes to the stack through a socket pair, as if the stack had accepted the
//! connection itself. It hears of a connection at its first message.

use super::admission::{Admission, Admitted};
use super::framing::{self, Frame, Unframed};
use super::guard;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::stream::StreamConnectionInner;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

/// From the connection to the end of its first message, and from the first byte of a message to
/// its last.
pub(super) const PATIENCE: Duration = match cfg!(test) {
    true => Duration::from_secs(3),
    false => Duration::from_secs(10),
};

/// What the other side does not take within this time is not wanted.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// Messages to the other side that wait for it to read those before them.
const MOST_UNREAD: usize = 256;
const UNREAD: Closed = "the other side does not read";

/// Read at once.
const CHUNK: usize = 4096;

/// Listens; port 0 takes a free one. Must be called within a tokio runtime.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // Connections of a server that was stopped a moment ago are no hindrance.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    TcpListener::from_std(socket.into())
}

/// Takes what is said over the connections that come in, until it is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    admission: Admission,
    endpoint: EndpointInnerRef,
    token: CancellationToken,
) {
    let (admitting, ended) = (admission.clone(), token.clone());
    let carried = move |stream, ends| {
        let (admission, endpoint, token) = (admission.clone(), endpoint.clone(), token.clone());
        async move { carry(stream, ends, &admission, &endpoint, token).await }
    };
    accept(listener, &admitting, &ended, carried).await;
}

/// Accepts until it is cancelled. What is done with a connection, whose two ends (ours first) are given,
/// ends with its place among those that there may be.
pub(super) async fn accept<F>(
    listener: TcpListener,
    admission: &Admission,
    token: &CancellationToken,
    done_with: impl Fn(TcpStream, (SocketAddr, SocketAddr)) -> F,
) where
    F: Future<Output = Result<(), Closed>> + Send + 'static,
{
    let Ok(ours) = listener.local_addr() else {
        return;
    };
    loop {
        let accepted = tokio::select! {
            () = token.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly too many open files: at once it would be no better.
                tracing::warn!(%error, "SIP connection not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if admission.limiter.is_banned(from.ip()) {
            continue;
        }
        let Some(permit) = admission.limiter.stream(from.ip()) else {
            tracing::debug!(source = %from, "SIP connection refused: too many");
            metrics::counter!("sip_dropped_total", "reason" => "connections").increment(1);
            continue;
        };
        let _ = stream.set_nodelay(true);
        let done = done_with(stream, (ours, from));
        let token = token.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                closed = done => {
                    tracing::debug!(source = %from, why = closed.err(), "SIP connection closed or handed on");
                }
            }
            drop(permit);
        });
    }
}

/// Why a connection is closed by us, for the log.
pub(super) type Closed = &'static str;

/// Carries messages between a connection and the stack until either is closed.
async fn carry(
    stream: TcpStream,
    ends: (SocketAddr, SocketAddr),
    admission: &Admission,
    endpoint: &EndpointInnerRef,
    token: CancellationToken,
) -> Result<(), Closed> {
    let (theirs_in, theirs_out) = stream.into_split();
    let (answers, queue) = mpsc::channel(MOST_UNREAD);
    let reading = async {
        let mut incoming = Incoming {
            from: ends.1,
            admission,
            stream: theirs_in,
            answers: answers.clone(),
            read: Vec::new(),
            deadline: Instant::now() + PATIENCE,
        };
        // Until it has said something that makes sense the stack does not hear of it.
        let first = incoming.message(true).await?;
        let (from_stack, to_stack) = connect(ends, endpoint, token.child_token())
            .map_err(|_| "no socket pair")?
            .into_split();
        tokio::select! {
            done = upward(incoming, first, to_stack) => done,
            done = downward(from_stack, answers) => done,
        }
    };
    let mut writing = pin!(send(theirs_out, queue));
    tokio::select! {
        done = reading => {
            // What was said last is still sent.
            let _ = writing.await;
            done
        }
        failed = &mut writing => failed,
    }
}

/// Makes a connection of the stack, of which we have the other end.
fn connect(
    (ours, from): (SocketAddr, SocketAddr),
    endpoint: &EndpointInnerRef,
    token: CancellationToken,
) -> io::Result<tokio::net::UnixStream> {
    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    far.set_nonblocking(true)?;
    // Reading and writing are the same for both kinds of stream.
    let far = TcpStream::from_std(std::net::TcpStream::from(OwnedFd::from(far)))?;
    let (read, write) = tokio::io::split(far);
    let address = |address: SocketAddr| SipAddr {
        r#type: Some(Transport::Tcp),
        addr: address.into(),
    };
    let inner = StreamConnectionInner::new(address(ours), address(from), read, write);
    let connection = TcpConnection {
        inner: Arc::new(inner),
        cancel_token: Some(token),
    };
    endpoint
        .transport_layer
        .add_connection(SipConnection::Tcp(connection));
    tokio::net::UnixStream::from_std(near)
}

/// What comes from the other side.
struct Incoming<'a, R> {
    from: SocketAddr,
    admission: &'a Admission,
    stream: R,
    answers: mpsc::Sender<Vec<u8>>,
    read: Vec<u8>,
    deadline: Instant,
}

impl<R: AsyncRead + Unpin> Incoming<'_, R> {
    /// The next message that is admitted; `hurry`: also its first byte must come before the
    /// deadline. Keep-alives (RFC 5626 section 3.5.1) count as messages, but not in a hurry.
    async fn message(&mut self, hurry: bool) -> Result<Vec<u8>, Closed> {
        loop {
            match framing::first(&self.read) {
                Ok(Some(Frame::KeepAlive(length))) => {
                    let keep_alive: Vec<u8> = self.read.drain(..length).collect();
                    if !hurry {
                        return Ok(keep_alive);
                    }
                    if length == 4 {
                        queue(&self.answers, b"\r\n".to_vec())?;
                    }
                    continue;
                }
                Ok(Some(Frame::Message(length))) => {
                    let message: Vec<u8> = self.read.drain(..length).collect();
                    self.deadline = Instant::now() + PATIENCE;
                    match self.admission.admit(&message, self.from, Transport::Tcp) {
                        Admitted::Pass(passed) => return Ok(passed.into_owned()),
                        Admitted::Answer(answer) => queue(&self.answers, answer)?,
                        Admitted::Drop => {}
                        Admitted::Banned => return Err("banned"),
                    }
                    continue;
                }
                Ok(None) => {}
                Err(unframed) => return self.give_up(unframed).await,
            }
            let mut chunk = [0; CHUNK];
            let length = match hurry || !self.read.is_empty() {
                true => timeout_at(self.deadline, self.stream.read(&mut chunk))
                    .await
                    .map_err(|_| "no whole message in time")?,
                false => {
                    let length = self.stream.read(&mut chunk).await;
                    self.deadline = Instant::now() + PATIENCE;
                    length
                }
            };
            match length {
                Ok(0) | Err(_) => return Err("by the other side"),
                Ok(length) => self.read.extend(chunk.get(..length).unwrap_or_default()),
            }
        }
    }

    /// Where the next message begins is not known any more (RFC 3261 section 18.3).
    async fn give_up(&self, unframed: Unframed) -> Result<Vec<u8>, Closed> {
        let status = match unframed {
            Unframed::TooLarge => "513 Message Too Large",
            Unframed::NoLength => "400 Bad Content-Length",
        };
        let refused = self.admission.too_large(&self.read, self.from);
        if refused != Admitted::Banned
            && let Some(answer) = guard::refusal(&self.read, self.from, status)
        {
            queue(&self.answers, answer)?;
        }
        Err(status)
    }
}

async fn upward<R: AsyncRead + Unpin>(
    mut incoming: Incoming<'_, R>,
    first: Vec<u8>,
    mut stack: impl AsyncWrite + Unpin,
) -> Result<(), Closed> {
    let mut message = first;
    loop {
        let written = stack.write_all(&message).await;
        written.map_err(|_| "by the stack")?;
        message = incoming.message(false).await?;
    }
}

/// Message by message, so that an answer of the guard does not come in the middle of one. Never waits
/// for the other side: the stack, which serves everybody, would wait too.
async fn downward(
    mut stack: impl AsyncRead + Unpin,
    answers: mpsc::Sender<Vec<u8>>,
) -> Result<(), Closed> {
    let (mut read, mut chunk) = (Vec::new(), [0; CHUNK]);
    loop {
        match stack.read(&mut chunk).await {
            Ok(0) | Err(_) => return Err("by the stack"),
            Ok(length) => read.extend(chunk.get(..length).unwrap_or_default()),
        }
        while let Ok(Some(Frame::KeepAlive(length) | Frame::Message(length))) =
            framing::first(&read)
        {
            queue(&answers, read.drain(..length).collect())?;
        }
    }
}

fn queue(answers: &mpsc::Sender<Vec<u8>>, message: Vec<u8>) -> Result<(), Closed> {
    answers.try_send(message).map_err(|_| UNREAD)
}

/// Sends what is queued, until nothing more can come.
async fn send(
    mut to: impl AsyncWrite + Unpin,
    mut queue: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Closed> {
    while let Some(message) = queue.recv().await {
        match timeout(WRITE_PATIENCE, to.write_all(&message)).await {
            Ok(Ok(())) => {}
            _ => return Err(UNREAD),
        }
    }
    Ok(())
}
