//! The user agent: listens on UDP and TCP, turns INVITEs into [`Invitation`]s, registers phones,
//! and answers what is outside of any call.

use super::address::UriParts;
use super::admission::Admission;
use super::calls::{Calls, KnownCall};
use super::exchange::Exchange;
use super::flow::Moved;
use super::inspector::Inspector;
use super::invitation::Invitation;
use super::known::Known;
use super::limiter::NoCall;
use super::limits::Act;
use super::listening::Listening;
use super::outside::Outside;
use super::own::Own;
use super::registrar::{Decision, Flow};
use super::registrations::Registrations;
use super::resolve::Resolver;
use super::session::SessionEvent;
use super::stream;
use super::tls::TlsError;
use super::tls_stream;
use super::wanted::{self, Replaces, Wanted};
use super::wire::Wire;
use super::within;
use super::witness;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::{Header, HeadersExt, Method, Response, StatusCode, Transport};
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transaction::{
    CallIdFormat, Endpoint, EndpointBuilder, Transaction, TransactionReceiver,
};
use rsipstack::transport::{SipConnection, TlsConfig, TlsListenerConnection};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::mpsc;

/// What we send in Allow: the methods that get something other than 405 or 501.
pub(super) const ALLOW: &str =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY, REFER, PRACK";

/// INVITEs waiting to be looked at; more than these are told to come back.
const WAITING_INVITATIONS: usize = 256;

/// How often is looked for registrations that have run out.
const EXPIRY_CHECK: Duration = Duration::from_secs(1);

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
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the SIP stack did not start: {0}")]
    Stack(String),
}

/// A SIP user agent. Dropping it stops listening; calls that are up lose their signalling.
pub struct Agent {
    pub(super) layer: Arc<DialogLayer>,
    pub(super) own: Own,
    pub(super) moved: Moved,
    pub(super) calls: Calls,
    draining: Arc<AtomicBool>,
    pub(super) outside: Outside,
    pub(super) known: Known,
    told: String,
    token: CancellationToken,
}

impl Agent {
    /// Listens on UDP and TCP at `address` (port 0 takes a free one) and returns the
    /// invitations as they come. `user` is the user part of our own address. Nobody can register.
    pub async fn listen(
        address: SocketAddr,
        user: &str,
    ) -> Result<(Agent, mpsc::Receiver<Invitation>), ListenError> {
        let nobody = Registrations::new([]).map_err(|e| ListenError::Stack(e.to_string()))?;
        Agent::listen_with(address, user, nobody).await
    }

    /// [`Agent::listen`] with phones that may register. Calls from them to a code that starts with
    /// `*` come up only once their password has been checked.
    pub async fn listen_with(
        address: SocketAddr,
        user: &str,
        registrations: Registrations,
    ) -> Result<(Agent, mpsc::Receiver<Invitation>), ListenError> {
        Agent::listen_at(address.into(), user, registrations).await
    }

    /// [`Agent::listen_with`] at several addresses, and over TLS.
    pub async fn listen_at(
        listening: Listening,
        user: &str,
        registrations: Registrations,
    ) -> Result<(Agent, mpsc::Receiver<Invitation>), ListenError> {
        Agent::listen_resolving(listening, user, registrations, Resolver::new()).await
    }

    pub(super) async fn listen_resolving(
        listening: Listening,
        user: &str,
        registrations: Registrations,
        resolver: Resolver,
    ) -> Result<(Agent, mpsc::Receiver<Invitation>), ListenError> {
        let token = CancellationToken::new();
        let admission = Admission {
            limiter: listening.limiter.clone(),
            registrations: registrations.clone(),
        };
        let known = listening.limiter.trunks().clone();
        let open = listening.open(&token, resolver.clone(), &admission).await?;
        let (told, own) = (open.told(), open.own);
        let stack_error = |error: rsipstack::Error| ListenError::Stack(error.to_string());
        let moved = Moved::default();
        let endpoint = EndpointBuilder::new()
            .with_inspector(Box::new(Wire::new(moved.clone(), own.clone())))
            .with_transport_inspector(Box::new(Inspector::new(admission.clone())))
            .with_cancel_token(token.clone())
            .with_transport_layer(open.transports)
            // Without a version: strangers need not know which faults we may have.
            .with_user_agent("zeroline")
            .with_option(EndpointOption {
                // Without a domain: the stack's default names its maker's.
                callid_format: CallIdFormat::Uuid,
                ..EndpointOption::default()
            })
            .build();
        let requests = endpoint.incoming_transactions().map_err(stack_error)?;
        let layer = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let calls = Calls::default();
        let (to_owner, invitations) = mpsc::channel(WAITING_INVITATIONS);
        for listener in open.tcp {
            let (admission, inner) = (admission.clone(), endpoint.inner.clone());
            tokio::spawn(stream::serve(listener, admission, inner, token.clone()));
        }
        if let Some((listeners, acceptor)) = open.tls {
            for listener in listeners {
                let (admission, inner) = (admission.clone(), endpoint.inner.clone());
                let (acceptor, token) = (acceptor.clone(), token.clone());
                tokio::spawn(tls_stream::serve(
                    listener, acceptor, admission, inner, token,
                ));
            }
        }
        begin(endpoint).await;
        // Only now, so that it does not listen there itself: it writes them into Via.
        for address in &own.tls {
            let there = TlsListenerConnection::new(*address, None, TlsConfig::default()).await;
            let there = SipConnection::TlsListener(there.map_err(stack_error)?);
            layer.endpoint.transport_layer.add_transport(there);
        }
        let draining = Arc::new(AtomicBool::new(false));
        let outside = Outside {
            endpoint: layer.endpoint.clone(),
            resolver,
        };
        let reception = Reception {
            layer: layer.clone(),
            own: own.clone(),
            user: user.to_owned(),
            known: known.clone(),
            to_owner,
            registrations: registrations.clone(),
            calls: calls.clone(),
            admission,
            draining: draining.clone(),
        };
        tokio::spawn(reception.take(requests));
        let expiry = token.clone();
        tokio::spawn(async move {
            while !expiry.is_cancelled() {
                tokio::time::sleep(EXPIRY_CHECK).await;
                registrations.expire();
            }
        });
        let agent = Agent {
            layer,
            own,
            told,
            moved,
            calls,
            draining,
            outside,
            known,
            token,
        };
        Ok((agent, invitations))
    }

    /// From now on whoever asks by OPTIONS is told that no calls are taken (503).
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Where it listens; the first, where it has several addresses.
    pub fn address(&self) -> SocketAddr {
        self.own.first()
    }

    /// All of where it listens, for the log.
    pub fn told(&self) -> &str {
        &self.told
    }

    /// For the sound of a call with whoever is there (`None`: we know but their name): our address to take it at,
    /// and what they are told that it is.
    pub fn sound_at(&self, towards: Option<IpAddr>) -> (IpAddr, IpAddr) {
        let local = self.own.local(Transport::Udp, towards);
        let told = self.own.address(Transport::Udp, towards);
        (local.ip(), told.ip())
    }

    /// Whose calls we know to be a trunk's.
    pub fn known(&self) -> &Known {
        &self.known
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

/// It listens when this returns: the stack opens what it listens with as the first thing that it does.
async fn begin(endpoint: Endpoint) {
    let mut serving = Box::pin(async move { endpoint.serve().await });
    let begun = std::future::poll_fn(|context| Poll::Ready(serving.as_mut().poll(context)));
    if begun.await.is_pending() {
        tokio::spawn(serving);
    }
}

/// Takes the requests that come in.
struct Reception {
    layer: Arc<DialogLayer>,
    own: Own,
    user: String,
    known: Known,
    to_owner: mpsc::Sender<Invitation>,
    registrations: Registrations,
    calls: Calls,
    admission: Admission,
    draining: Arc<AtomicBool>,
}

impl Reception {
    async fn take(self, mut requests: TransactionReceiver) {
        while let Some(tx) = requests.recv().await {
            witness::contained(tx, async |tx| self.request(tx).await).await;
        }
    }

    async fn request(&self, mut tx: Transaction) {
        let in_dialog = DialogId::try_from(&tx).is_ok_and(|id| !id.local_tag.is_empty());
        if in_dialog {
            match self.layer.match_dialog(&tx) {
                Some(Dialog::Invite(dialog)) => {
                    let known = self.calls.get(&dialog.id());
                    within::take(dialog, known, tx);
                }
                _ if tx.original.method == Method::Ack => {}
                _ => self.refuse(&mut tx, 481, vec![]).await,
            }
            return;
        }
        #[cfg(test)]
        super::tests::panic_if_asked(&tx.original);
        match tx.original.method {
            Method::Invite => self.invite(tx).await,
            Method::Register if self.registrations.has_accounts() => self.register(tx).await,
            Method::Options => {
                let (code, headers) = match wanted::required(&tx.original.headers) {
                    Err(refusal) => refusal,
                    Ok(()) => match self.draining.load(Ordering::Relaxed) {
                        true => (503, wanted::capabilities()),
                        false => (200, wanted::capabilities()),
                    },
                };
                reply(&mut tx, code, headers).await;
            }
            Method::Ack => {}
            Method::Bye
            | Method::Info
            | Method::Update
            | Method::Notify
            | Method::Refer
            | Method::PRack
            | Method::Cancel => self.refuse(&mut tx, 481, vec![]).await,
            Method::Register | Method::Subscribe | Method::Publish | Method::Message => {
                let headers = vec![Header::Allow(ALLOW.into())];
                self.refuse(&mut tx, 405, headers).await;
            }
        }
    }

    async fn register(&self, mut tx: Transaction) {
        if let Err((code, headers)) = wanted::required(&tx.original.headers) {
            return reply(&mut tx, code, headers).await;
        }
        let Some(from) = Flow::of(&tx) else {
            return reply(&mut tx, 400, vec![]).await;
        };
        let decision = self.registrations.register(&tx.original, from);
        self.decide(&mut tx, decision, from).await;
    }

    /// Answers what has no place here; who asks for such things too often is a scanner.
    async fn refuse(&self, tx: &mut Transaction, code: u16, headers: Vec<Header>) {
        let heard = Flow::of(tx).is_none_or(|from| self.admission.note(from.address, Act::Refused));
        if heard {
            reply(tx, code, headers).await;
        }
    }

    async fn decide(&self, tx: &mut Transaction, decision: Decision, from: Flow) {
        let Decision::Answer { code, headers } = decision else {
            return;
        };
        if code != 403 || self.admission.note(from.address, Act::WrongPassword) {
            reply(tx, code, headers).await;
        }
    }

    async fn invite(&self, mut tx: Transaction) {
        let wanted = match Wanted::of(&tx.original) {
            Ok(wanted) => wanted,
            Err((code, headers)) => return reply(&mut tx, code, headers).await,
        };
        if self.calls.was_seen(&tx.original) {
            return reply(&mut tx, 482, vec![]).await;
        }
        let Some(from) = Flow::of(&tx) else {
            return reply(&mut tx, 400, vec![]).await;
        };
        let code_dialled = UriParts::parse(&tx.original.uri.to_string())
            .and_then(|uri| uri.user)
            .is_some_and(|user| user.starts_with('*'));
        let mut account = None;
        let replaced = match &wanted.replaces {
            Some(replaces) => match self.replaced(&tx, replaces, from) {
                Ok(known) => Some(known),
                Err(decision) => return self.decide(&mut tx, decision, from).await,
            },
            None => None,
        };
        if code_dialled && self.registrations.has_accounts() {
            match self.registrations.authenticate(&tx.original, from) {
                Ok(user) => account = Some(user),
                Err(decision) => return self.decide(&mut tx, decision, from).await,
            }
        }
        let ip = from.address.ip();
        let is_ours = account.is_some() || self.registrations.is_home(ip);
        let permit = match self.admission.limiter.call(ip, is_ours) {
            Ok(permit) => permit,
            Err(NoCall::Stranger) => return self.refuse(&mut tx, 403, vec![]).await,
            Err(NoCall::Later(seconds)) => {
                let headers = vec![Header::RetryAfter(seconds.to_string().into())];
                return reply(&mut tx, 503, headers).await;
            }
        };
        let Ok(place) = self.to_owner.try_reserve() else {
            let gone = self.to_owner.is_closed();
            tracing::warn!(gone, "call refused: too many are waiting to be answered");
            return reply(&mut tx, 503, vec![Header::RetryAfter("5".into())]).await;
        };
        let connection = tx.connection.as_ref();
        let transport = connection.map_or(Transport::Udp, |connection| connection.transport());
        let caller_at = from.address.ip();
        let own = self.own.contact(&self.user, transport, Some(caller_at));
        let encrypted = matches!(transport, Transport::Tls | Transport::Wss);
        let (states, state_receiver) = self.layer.new_dialog_state_channel();
        let made = self
            .layer
            .get_or_create_server_invite(&tx, states, None, Some(own));
        let dialog = match made {
            Ok(dialog) => dialog,
            Err(error) => {
                tracing::info!(%error, "INVITE refused: it makes no dialog");
                return reply(&mut tx, 400, vec![]).await;
            }
        };
        self.calls.saw(&tx.original);
        let cseq = tx.original.cseq_header().and_then(|cseq| cseq.seq());
        let call = KnownCall::new(
            Exchange::called(cseq.unwrap_or_default()),
            Some(from.address.ip()),
        );
        let invitation = Invitation {
            dialog: dialog.clone(),
            layer: self.layer.clone(),
            states: Some(state_receiver),
            request: tx.original.clone(),
            account,
            source: from.address,
            encrypted,
            offer: wanted.offer,
            timer: wanted.timer,
            kept: Some(self.calls.keep(dialog.id(), call)),
            permit: Some(permit),
            trunk: self.known.trunk_at(caller_at),
        };
        match replaced {
            Some(known) => known.tell(SessionEvent::Replaced(Box::new(invitation))),
            None => place.send(invitation),
        };
        within::handle(dialog, tx);
    }

    /// The call that an INVITE may take the place of (RFC 3891 section 3): for whoever is at the other
    /// end of that call or belongs to the same trunk, which is how a telephone system ends an attended
    /// transfer to us, and for phones of ours that prove it. Anybody else could take calls over whose tags they have seen.
    fn replaced(
        &self,
        tx: &Transaction,
        replaces: &Replaces,
        from: Flow,
    ) -> Result<Arc<KnownCall>, Decision> {
        let refuse = |code| Decision::Answer {
            code,
            headers: vec![],
        };
        // A call that still rings here can be taken by nobody: 481, as one that there is not.
        let call = self.calls.find(replaces).ok_or(refuse(481))?;
        if !*call.confirmed.borrow() {
            return Err(refuse(481));
        }
        if replaces.early_only {
            return Err(refuse(486));
        }
        let source = from.address.ip();
        let trunk_of = |at| self.known.trunk_at(at);
        let same_trunk =
            trunk_of(source).is_some() && call.peer.and_then(trunk_of) == trunk_of(source);
        if call.peer == Some(source) || same_trunk {
            return Ok(call);
        }
        if !self.registrations.has_accounts() {
            tracing::warn!(%source, "refused: a call may be replaced by its other side only");
            return Err(refuse(403));
        }
        self.registrations.authenticate(&tx.original, from)?;
        Ok(call)
    }
}

/// A final response outside of a dialog, with the To tag that RFC 3261 section 8.2.6.2 asks for.
pub(super) async fn reply(tx: &mut Transaction, code: u16, headers: Vec<Header>) {
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

pub(super) fn fresh_tag() -> u32 {
    uuid::Uuid::now_v7().as_u128() as u32
}
