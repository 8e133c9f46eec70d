//! Requests of ours outside of any call: OPTIONS and REGISTER, and the way to whoever gets them.

use super::resolve::{Place, Resolver};
use rsipstack::sip::{
    Header, Method, Request, Response, Scheme, SipMessage, StatusCodeKind, Transport, Uri,
};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::SipAddr;
use std::time::Duration;

/// A connection that takes longer will not be of use to a caller.
const CONNECTING: Duration = Duration::from_secs(5);
/// Five times sent over UDP by then.
const PATIENCE: Duration = Duration::from_secs(12);

/// Sends them. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outside {
    pub endpoint: EndpointInnerRef,
    pub resolver: Resolver,
}

/// No connection, or no such name.
pub(super) struct NoWay {
    pub why: String,
    /// Another server of that name may be tried.
    pub another: bool,
}

impl From<String> for NoWay {
    fn from(why: String) -> NoWay {
        NoWay {
            why,
            another: false,
        }
    }
}

/// A request.
pub(super) struct Question {
    pub method: Method,
    pub uri: Uri,
    /// Whom it is sent to: the first of the routes, else the URI with what that must not tell.
    pub hop: Uri,
    /// Values of Route.
    pub routes: Vec<String>,
    pub from: Uri,
    pub to: Uri,
    pub tag: String,
    pub call_id: String,
    pub cseq: u32,
    pub headers: Vec<Header>,
}

impl Outside {
    /// Where a request to this URI goes: resolved, and connected where that takes a connection. The
    /// error says why there is no way.
    pub async fn reach(&self, uri: &Uri) -> Result<Place, NoWay> {
        let target = target(uri)?;
        let place = self.resolver.choose(&target).await?;
        if place.transport == Transport::Udp {
            return Ok(place);
        }
        // By its name, for the certificate must be for that.
        let mut named = target.clone();
        named.r#type = Some(place.transport);
        if place.transport == Transport::Tls && named.addr.port.is_none() {
            named.addr.port = Some(5061.into());
        }
        let connecting = self.endpoint.transport_layer.lookup(&named, None);
        let connected = tokio::time::timeout(CONNECTING, connecting).await;
        let why = match connected {
            Ok(Ok(_)) => return Ok(place),
            Ok(Err(error)) => reason(&error),
            Err(_) => format!("no connection within {} s", CONNECTING.as_secs()),
        };
        Err(NoWay {
            why: format!("{} {}: {why}", place.transport, place.address),
            another: self.resolver.failed(&target, place),
        })
    }

    /// Waits for the final answer.
    pub async fn ask(&self, question: Question) -> Result<(Response, Place), String> {
        let target = target(&question.hop)?;
        let place = self.reach(&question.hop).await.map_err(|no| no.why)?;
        let answer = tokio::time::timeout(PATIENCE, self.send(question, place)).await;
        match answer {
            Ok(Ok(response)) if response.status_code.code() != 408 => Ok((response, place)),
            Ok(Err(why)) => Err(format!("{} {}: {why}", place.transport, place.address)),
            // 408 says the stack itself where nothing came.
            Ok(Ok(_)) | Err(_) => {
                self.resolver.failed(&target, place);
                Err(format!("{} {}: no answer", place.transport, place.address))
            }
        }
    }

    async fn send(&self, question: Question, place: Place) -> Result<Response, String> {
        let text = |error: rsipstack::Error| reason(&error);
        let destination = SipAddr::from(place);
        let layer = &self.endpoint.transport_layer;
        let (connection, _) = layer.lookup(&destination, None).await.map_err(text)?;
        let own = connection.get_addr().clone();
        let via = self.endpoint.get_via(Some(own), None).map_err(text)?;
        let from = rsipstack::sip::typed::From {
            display_name: None,
            uri: question.from,
            params: vec![],
        };
        let to = rsipstack::sip::typed::To {
            display_name: None,
            uri: question.to,
            params: vec![],
        };
        let mut request: Request = self.endpoint.make_request(
            question.method,
            question.uri,
            via,
            from.with_tag(question.tag.into()),
            to,
            question.cseq,
            Some(question.call_id.into()),
        );
        for route in question.routes {
            request.headers.push(Header::Route(route.into()));
        }
        request.headers.extend(question.headers);
        let key = TransactionKey::from_request(&request, TransactionRole::Client).map_err(text)?;
        let mut tx = Transaction::new_client(key, request, self.endpoint.clone(), Some(connection));
        tx.destination = Some(destination);
        tx.send().await.map_err(text)?;
        while let Some(message) = tx.receive().await {
            if let SipMessage::Response(response) = message
                && response.status_code.kind() != StatusCodeKind::Provisional
            {
                return Ok(response);
            }
        }
        Err("no answer".to_owned())
    }
}

/// The URI of whoever gets the request first.
pub(super) fn first_hop(uri: &Uri, routes: &[String]) -> Result<Uri, String> {
    let Some(route) = routes.first() else {
        return Ok(uri.clone());
    };
    super::address::NameAddr::parse(route)
        .and_then(|route| Uri::try_from(route.uri).ok())
        .ok_or_else(|| format!("the route {route} cannot be read"))
}

pub(super) fn target(uri: &Uri) -> Result<SipAddr, String> {
    let mut target = SipAddr::try_from(uri).map_err(|error| error.to_string())?;
    if uri.scheme == Some(Scheme::Sips) && target.r#type.is_none_or(|t| t == Transport::Tcp) {
        target.r#type = Some(Transport::Tls);
    }
    Ok(target)
}

/// What the stack says, without what it says of itself.
fn reason(error: &rsipstack::Error) -> String {
    let text = error.to_string();
    text.rsplit_once("Error: ")
        .map_or(text.clone(), |(_, why)| why.to_owned())
}
