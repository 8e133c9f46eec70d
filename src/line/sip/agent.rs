//! The user agent: listens on UDP and TCP, turns INVITEs into [`Invitation`]s, answers what is
//! outside of any call, and places calls.

use super::session::{self, Session, SessionEvents};
use super::socket::GuardedSocket;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{Dialog, DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::{
    Header, HeadersExt, Method, Param, Request, Response, StatusCode, Transport, Uri,
};
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transaction::{
    CallIdFormat, Endpoint, EndpointBuilder, Transaction, TransactionReceiver,
};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{TcpListenerConnection, TransportLayer};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What we send in Allow: the methods that get something other than 405 or 501.
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY, REFER";

/// INVITEs waiting to be looked at; more than these are told to come back.
const WAITING_INVITATIONS: usize = 256;

/// Why the agent cannot listen; the text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(
        "{0}: an explicit address is needed, because it is what phones are told to send to. \
         Write the address of the network card, such as 192.168.1.10:5060"
    )]
    Unspecified(SocketAddr),
    #[error(
        "{transport} {address}: {source}. Is another SIP server running there? Choose another address with `listen`"
    )]
    Bind {
        transport: &'static str,
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the SIP stack did not start: {0}")]
    Stack(String),
}

/// Why a call could not be placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("`{0}` is no SIP address; write it like sip:bot@127.0.0.1:5060")]
    Address(String),
    #[error("{0} {1}")]
    Refused(u16, String),
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// A SIP user agent. Dropping it stops listening; calls that are up lose their signalling.
pub struct Agent {
    layer: Arc<DialogLayer>,
    address: SocketAddr,
    token: CancellationToken,
}

impl Agent {
    /// Listens on UDP and TCP at `address` (port 0 takes a free one) and returns the
    /// invitations as they come. `user` is the user part of our own address.
    pub async fn listen(
        address: SocketAddr,
        user: &str,
    ) -> Result<(Agent, mpsc::Receiver<Invitation>), ListenError> {
        if address.ip().is_unspecified() {
            return Err(ListenError::Unspecified(address));
        }
        let token = CancellationToken::new();
        let transports = TransportLayer::new(token.clone());
        let bind_error = |transport| {
            move |source| ListenError::Bind {
                transport,
                address,
                source,
            }
        };
        let socket = GuardedSocket::bind(address).map_err(bind_error("UDP"))?;
        let address = socket.address().map_err(bind_error("UDP"))?;
        // The stack would only log that its listener could not bind: find out before it tries.
        std::net::TcpListener::bind(address).map_err(bind_error("TCP"))?;
        let stack_error = |error: rsipstack::Error| ListenError::Stack(error.to_string());
        let udp = UdpConnection::from_socket(Arc::new(socket), None, Some(token.child_token()))
            .await
            .map_err(stack_error)?;
        transports.add_transport(udp.into());
        let tcp = TcpListenerConnection::new(address, None)
            .await
            .map_err(stack_error)?;
        transports.add_transport(tcp.into());

        let endpoint = EndpointBuilder::new()
            .with_cancel_token(token.clone())
            .with_transport_layer(transports)
            .with_user_agent(concat!("zeroline/", env!("CARGO_PKG_VERSION")))
            .with_option(EndpointOption {
                // Without a domain: the stack's default names its maker's.
                callid_format: CallIdFormat::Uuid,
                ..EndpointOption::default()
            })
            .build();
        let requests = endpoint.incoming_transactions().map_err(stack_error)?;
        let layer = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let (to_owner, invitations) = mpsc::channel(WAITING_INVITATIONS);
        tokio::spawn(serve(endpoint));
        tokio::spawn(take_requests(
            requests,
            layer.clone(),
            contact(address, user, Transport::Udp),
            to_owner,
        ));
        let agent = Agent {
            layer,
            address,
            token,
        };
        Ok((agent, invitations))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Calls `target` with an SDP offer; waits until it is answered and gives the answer's SDP.
    /// Dropping the future cancels the call.
    pub async fn place(
        &self,
        target: &str,
        user: &str,
        offer: String,
    ) -> Result<(Session, SessionEvents, String), PlaceError> {
        let callee = Uri::try_from(target)
            .ok()
            .filter(|uri| uri.scheme.is_some())
            .ok_or_else(|| PlaceError::Address(target.to_owned()))?;
        let transport = match callee.params.iter().find_map(|p| match p {
            Param::Transport(transport) => Some(*transport),
            _ => None,
        }) {
            Some(transport) => transport,
            None => Transport::Udp,
        };
        let (states, state_receiver) = self.layer.new_dialog_state_channel();
        let options = InviteOption {
            caller: contact(self.address, user, Transport::Udp),
            contact: contact(self.address, user, transport),
            callee,
            offer: Some(offer.into_bytes()),
            ..Default::default()
        };
        let (dialog, response) = self
            .layer
            .do_invite(options, states)
            .await
            .map_err(|error| PlaceError::NoAnswer(error.to_string()))?;
        match response {
            Some(response) if response.status_code.code() / 100 == 2 => {
                let answer = String::from_utf8_lossy(&response.body).into_owned();
                let (session, events) = session::start(dialog, self.layer.clone(), state_receiver);
                Ok((session, events, answer))
            }
            Some(response) => Err(PlaceError::Refused(
                response.status_code.code(),
                response.status_code.text().to_owned(),
            )),
            None => Err(PlaceError::NoAnswer("the other side is silent".to_owned())),
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

/// A call that waits to be answered. Dropping it refuses the call with 480.
pub struct Invitation {
    dialog: InviteDialog,
    layer: Arc<DialogLayer>,
    states: Option<DialogStateReceiver>,
    request: Request,
}

impl Invitation {
    /// The caller's SDP offer; `None` when there is none and we are to offer.
    pub fn offer(&self) -> Option<String> {
        let body = self.request.body();
        (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned())
    }

    /// Who calls, as the From header says: a display name or address, without tag.
    pub fn caller(&self) -> String {
        let from = self
            .request
            .from_header()
            .map(|from| from.value().to_owned());
        without_parameters(&from.unwrap_or_default())
    }

    /// What was called: the Request-URI.
    pub fn called(&self) -> String {
        self.request.uri().to_string()
    }

    pub fn call_id(&self) -> String {
        self.dialog.id().call_id
    }

    /// 180 Ringing.
    pub fn ring(&self) {
        if let Err(error) = self.dialog.ringing(None, None) {
            tracing::debug!(%error, "180 not sent");
        }
    }

    /// 200 with our SDP. The call is up once [`super::SessionEvent::Confirmed`] comes.
    /// The error is why not, for the log.
    pub fn answer(mut self, sdp: String) -> Result<(Session, SessionEvents), String> {
        let headers = vec![
            Header::ContentType("application/sdp".into()),
            Header::Allow(ALLOW.into()),
        ];
        self.dialog
            .accept(Some(headers), Some(sdp.into_bytes()))
            .map_err(|error| error.to_string())?;
        match self.states.take() {
            Some(states) => Ok(session::start(
                self.dialog.clone(),
                self.layer.clone(),
                states,
            )),
            None => Err("answered twice".to_owned()),
        }
    }

    /// A final refusal, such as 488 for no common codec; `reason` goes into a Reason header.
    pub fn refuse(mut self, code: u16, reason: &str) {
        self.states = None;
        self.refuse_now(code, reason);
    }

    fn refuse_now(&self, code: u16, reason: &str) {
        let text = format!("SIP;cause={code};text=\"{reason}\"");
        if let Err(error) = self.dialog.reject(Some(StatusCode::from(code)), Some(text)) {
            tracing::debug!(%error, code, "refusal not sent");
        }
        self.layer.remove_dialog(&self.dialog.id());
    }
}

impl Drop for Invitation {
    fn drop(&mut self) {
        if self.states.is_some() {
            self.refuse_now(480, "nobody took the call");
        }
    }
}

async fn serve(endpoint: Endpoint) {
    endpoint.serve().await;
}

async fn take_requests(
    mut requests: TransactionReceiver,
    layer: Arc<DialogLayer>,
    own: Uri,
    to_owner: mpsc::Sender<Invitation>,
) {
    while let Some(mut tx) = requests.recv().await {
        let in_dialog = DialogId::try_from(&tx).is_ok_and(|id| !id.local_tag.is_empty());
        if in_dialog {
            match layer.match_dialog(&tx) {
                Some(Dialog::Invite(mut dialog)) => {
                    tokio::spawn(async move {
                        if let Err(error) = dialog.handle(&mut tx).await {
                            tracing::debug!(%error, "request in a dialog not handled");
                        }
                    });
                }
                _ if tx.original.method == Method::Ack => {}
                _ => reply(&mut tx, 481, vec![]).await,
            }
            continue;
        }
        match tx.original.method {
            Method::Invite => invite(tx, &layer, &own, &to_owner).await,
            Method::Options => {
                let headers = vec![
                    Header::Allow(ALLOW.into()),
                    Header::Accept("application/sdp".into()),
                ];
                reply(&mut tx, 200, headers).await;
            }
            Method::Ack => {}
            Method::Bye
            | Method::Info
            | Method::Update
            | Method::Notify
            | Method::Refer
            | Method::PRack
            | Method::Cancel => reply(&mut tx, 481, vec![]).await,
            Method::Register | Method::Subscribe | Method::Publish | Method::Message => {
                reply(&mut tx, 405, vec![Header::Allow(ALLOW.into())]).await;
            }
        }
    }
}

async fn invite(
    mut tx: Transaction,
    layer: &Arc<DialogLayer>,
    own: &Uri,
    to_owner: &mpsc::Sender<Invitation>,
) {
    // We know no extension that a caller could require (RFC 3261 section 8.2.2.3).
    let required: Vec<String> = tx
        .original
        .headers
        .iter()
        .filter_map(|header| match header {
            Header::Require(required) => Some(required.value().to_owned()),
            _ => None,
        })
        .collect();
    if !required.is_empty() {
        let unsupported = Header::Unsupported(required.join(", ").into());
        reply(&mut tx, 420, vec![unsupported]).await;
        return;
    }
    let Ok(place) = to_owner.try_reserve() else {
        let gone = to_owner.is_closed();
        tracing::warn!(gone, "call refused: too many are waiting to be answered");
        reply(&mut tx, 503, vec![Header::RetryAfter("5".into())]).await;
        return;
    };
    let mut own = own.clone();
    if let Some(connection) = &tx.connection {
        set_transport(&mut own, connection.transport());
    }
    let (states, state_receiver) = layer.new_dialog_state_channel();
    let mut dialog = match layer.get_or_create_server_invite(&tx, states, None, Some(own)) {
        Ok(dialog) => dialog,
        Err(error) => {
            tracing::info!(%error, "INVITE refused: it makes no dialog");
            reply(&mut tx, 400, vec![]).await;
            return;
        }
    };
    place.send(Invitation {
        dialog: dialog.clone(),
        layer: layer.clone(),
        states: Some(state_receiver),
        request: tx.original.clone(),
    });
    tokio::spawn(async move {
        if let Err(error) = dialog.handle(&mut tx).await {
            tracing::debug!(%error, "INVITE not handled to its end");
        }
    });
}

/// A final response outside of a dialog, with the To tag that RFC 3261 section 8.2.6.2 asks for.
async fn reply(tx: &mut Transaction, code: u16, headers: Vec<Header>) {
    let mut response: Response =
        tx.endpoint_inner
            .make_response(&tx.original, StatusCode::from(code), None);
    for header in response.headers.iter_mut() {
        if let Header::To(to) = header
            && !to.value().contains(";tag=")
        {
            *to = format!("{};tag=zl{:08x}", to.value(), fresh_tag()).into();
        }
    }
    response.headers.extend(headers);
    if let Err(error) = tx.respond(response).await {
        tracing::debug!(%error, code, "response not sent");
    }
}

fn fresh_tag() -> u32 {
    uuid::Uuid::now_v7().as_u128() as u32
}

fn contact(address: SocketAddr, user: &str, transport: Transport) -> Uri {
    let mut uri = Uri {
        scheme: Some(rsipstack::sip::Scheme::Sip),
        auth: Some(rsipstack::sip::Auth {
            user: user.to_owned(),
            password: None,
        }),
        host_with_port: address.into(),
        ..Default::default()
    };
    set_transport(&mut uri, transport);
    uri
}

fn set_transport(uri: &mut Uri, transport: Transport) {
    uri.params.retain(|p| !matches!(p, Param::Transport(_)));
    if transport != Transport::Udp {
        uri.params.push(Param::Transport(transport));
    }
}

fn without_parameters(address: &str) -> String {
    match address.rsplit_once('>') {
        Some((before, _)) => format!("{before}>"),
        None => address
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
    }
}

/// Why a dialog is over, in our words.
pub(super) fn ended(state: &DialogState) -> Option<session::Ended> {
    let DialogState::Terminated(_, reason) = state else {
        return None;
    };
    Some(match reason {
        TerminatedReason::UacCancel => session::Ended::Cancelled,
        TerminatedReason::UacBye | TerminatedReason::UasBye => session::Ended::Bye,
        other => session::Ended::Failed(format!("{other:?}")),
    })
}
