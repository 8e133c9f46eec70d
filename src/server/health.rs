//! Whether a running server works, for who watches it: each of its parts is asked, the line as a phone
//! would ask it. `zeroline health` and systemd's watchdog use it.

use super::Shared;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::UdpSocket;

/// A part that does not answer within this time hangs.
const PATIENCE: Duration = Duration::from_secs(4);
/// OPTIONS is sent again so often: datagrams may be lost.
const AGAIN: Duration = Duration::from_millis(500);
/// No answer to OPTIONS is longer.
const LONGEST: usize = 4096;

/// How it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Health {
    /// It takes calls: it is alive, and not about to stop.
    pub ready: bool,
    /// What does not work; nothing in a server that is alive.
    pub faults: Vec<String>,
    /// That are up.
    pub calls: usize,
}

impl Health {
    pub fn is_alive(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Where a server can be asked how it is. Cheap to clone.
#[derive(Clone)]
pub struct Probe(pub(super) Arc<Shared>);

impl Probe {
    /// Asks all parts at once.
    pub async fn health(&self) -> Health {
        health(&self.0).await
    }
}

pub(super) async fn health(shared: &Shared) -> Health {
    let (desk, sound, line) = tokio::join!(
        tokio::time::timeout(PATIENCE, shared.desk.view()),
        shared.media.stuck(PATIENCE),
        tokio::time::timeout(PATIENCE, options(shared.agent.address())),
    );
    let mut faults = Vec::new();
    if !matches!(desk, Ok(Some(_))) {
        faults.push("the queue does not answer".to_owned());
    }
    faults.extend(sound.map(|thread| format!("media thread {thread} does not go on")));
    let takes_calls = match line {
        Ok(Ok(code)) => code < 300,
        Ok(Err(error)) => {
            faults.push(format!("SIP cannot be asked: {error}"));
            false
        }
        Err(_) => {
            faults.push("SIP does not answer".to_owned());
            false
        }
    };
    Health {
        ready: takes_calls && faults.is_empty(),
        faults,
        calls: shared.calls.load(Ordering::Relaxed),
    }
}

/// The status by which the line answers an OPTIONS (RFC 3261 section 11).
async fn options(address: SocketAddr) -> std::io::Result<u16> {
    let socket = UdpSocket::bind((address.ip(), 0)).await?;
    socket.connect(address).await?;
    let us = socket.local_addr()?;
    let id = uuid::Uuid::now_v7();
    let request = format!(
        "OPTIONS sip:{address} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bK{id};rport\r\n\
         Max-Forwards: 1\r\nFrom: <sip:health@{us}>;tag={id}\r\nTo: <sip:{address}>\r\n\
         Call-ID: {id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    );
    let mut answer = [0; LONGEST];
    loop {
        socket.send(request.as_bytes()).await?;
        let Ok(received) = tokio::time::timeout(AGAIN, socket.recv(&mut answer)).await else {
            continue;
        };
        let text = String::from_utf8_lossy(answer.get(..received?).unwrap_or_default());
        let code = text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3));
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            return Ok(code);
        }
    }
}
