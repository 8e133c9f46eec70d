//! What it takes to answer a request whose handling panicked: such a fault ends that request, and nothing
//! else.

use crate::panics;
use rsipstack::sip::{Method, Request, StatusCode};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::SipConnection;

/// Works on a request; where that panics, its sender is told 500.
pub(super) async fn contained(request: Transaction, work: impl AsyncFnOnce(Transaction)) {
    let witness = Witness::of(&request);
    let call_id = witness.call_id();
    let done = panics::contained("SIP request", &call_id, work(request)).await;
    if done.is_none() {
        witness.answer().await;
    }
}

struct Witness {
    request: Request,
    endpoint: EndpointInnerRef,
    connection: Option<SipConnection>,
}

impl Witness {
    fn of(tx: &Transaction) -> Witness {
        Witness {
            request: tx.original.clone(),
            endpoint: tx.endpoint_inner.clone(),
            connection: tx.connection.clone(),
        }
    }

    fn call_id(&self) -> String {
        super::header(&self.request, "Call-ID").unwrap_or_default()
    }

    /// 500, past the transaction, which is gone.
    async fn answer(self) {
        let Some(connection) = self
            .connection
            .filter(|_| self.request.method != Method::Ack)
        else {
            return;
        };
        let to = self
            .endpoint
            .get_destination_from_request(&self.request)
            .await;
        let to = to.filter(|_| !connection.is_reliable());
        let status = StatusCode::from(500);
        let response = self.endpoint.make_response(&self.request, status, None);
        if let Err(error) = connection.send(response.into(), to.as_ref()).await {
            tracing::debug!(%error, "500 not sent");
        }
    }
}
