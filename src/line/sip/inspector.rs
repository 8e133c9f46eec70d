//! What the stack tells of its connections before it acts on it: phones behind one that closes are
//! gone, and what comes over TLS, which the stack accepts and reads itself, must be admitted too.

use super::admission::{Admission, Admitted};
use super::limiter::StreamPermit;
use rsipstack::sip::{SipMessage, Transport};
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transport::stream::StreamConnection;
use rsipstack::transport::{SipConnection, TransportEvent};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

pub(super) struct Inspector {
    admission: Admission,
    /// Connections over TLS, each with its place among those that there may be.
    secure: Mutex<HashMap<SocketAddr, StreamPermit>>,
}

impl Inspector {
    pub fn new(admission: Admission) -> Inspector {
        Inspector {
            admission,
            secure: Mutex::default(),
        }
    }

    fn secure(&self) -> std::sync::MutexGuard<'_, HashMap<SocketAddr, StreamPermit>> {
        self.secure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it may stay.
    fn began(&self, from: SocketAddr) -> bool {
        let permit = self.admission.limiter.stream(from.ip());
        permit.is_some_and(|permit| {
            self.secure().insert(from, permit);
            true
        })
    }

    /// The message as it is to be read, or what to answer instead.
    fn came(&self, message: SipMessage, from: SocketAddr) -> Result<SipMessage, Option<Vec<u8>>> {
        if !self.secure().contains_key(&from) {
            return Err(None);
        }
        let bytes = message.to_bytes();
        match self.admission.admit(&bytes, from, Transport::Tls) {
            Admitted::Pass(_) => Ok(message),
            Admitted::Answer(answer) => Err(Some(answer)),
            Admitted::Drop | Admitted::Banned => Err(None),
        }
    }
}

#[async_trait::async_trait]
impl TransportEventInspector for Inspector {
    async fn handle(&self, event: TransportEvent) -> Option<TransportEvent> {
        match event {
            TransportEvent::New(connection) => {
                if let (SipConnection::Tls(_), Some(from)) = (&connection, remote(&connection))
                    && !self.began(from)
                {
                    tracing::debug!(source = %from, "SIP connection refused: too many");
                    tokio::spawn(async move { connection.close().await });
                    return None;
                }
                Some(TransportEvent::New(connection))
            }
            TransportEvent::Incoming(message, connection, source) => {
                let (SipConnection::Tls(tls), Some(from)) = (&connection, remote(&connection))
                else {
                    return Some(TransportEvent::Incoming(message, connection, source));
                };
                match self.came(message, from) {
                    Ok(message) => Some(TransportEvent::Incoming(message, connection, source)),
                    Err(None) => None,
                    Err(Some(answer)) => {
                        let tls = tls.clone();
                        tokio::spawn(async move { tls.send_raw(&answer).await });
                        None
                    }
                }
            }
            TransportEvent::Closed(connection) => {
                if let Some(from) = remote(&connection) {
                    self.admission.registrations.closed(from);
                    self.secure().remove(&from);
                }
                Some(TransportEvent::Closed(connection))
            }
        }
    }
}

fn remote(connection: &SipConnection) -> Option<SocketAddr> {
    connection.get_remote_addr()?.get_socketaddr().ok()
}

#[cfg(test)]
mod tests {
    use super::super::limits::CallLimits;
    use super::super::tests::request;
    use super::super::{LimitSettings, Limiter, Registrations};
    use super::*;

    #[test]
    fn over_tls_a_source_is_limited_as_over_anything() {
        let settings = LimitSettings {
            exempt: vec![],
            strangers_may_call: true,
            calls: CallLimits {
                at_a_time: 0,
                per_minute: 0,
            },
            most_calls: 1,
        };
        let inspector = Inspector::new(Admission {
            limiter: Limiter::new(settings),
            registrations: Registrations::new([]).unwrap(),
        });
        let from = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let message = |head: &str| SipMessage::Request(request(head, ""));
        // Who is not among the connections, as there were too many, is not heard.
        assert_eq!(inspector.came(message(""), from(1)).err(), Some(None));
        let accepted = (1..1_000)
            .filter(|port| inspector.began(from(*port)))
            .count();
        assert_eq!(accepted, 64);
        assert!(inspector.came(message(""), from(1)).is_ok());
        let broken = inspector.came(message("Max-Forwards: 999\r\n"), from(1));
        assert!(matches!(broken, Err(Some(answer)) if answer.starts_with(b"SIP/2.0 400 ")));
        let scan = message("User-Agent: sipvicious\r\n");
        assert_eq!(inspector.came(scan, from(1)).err(), Some(None));
        assert_eq!(inspector.came(message(""), from(2)).err(), Some(None));
    }
}
