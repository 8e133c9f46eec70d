//! Calls that we place: one INVITE, from its sending to its answer, however that comes.
//!
//! Whoever waits for the answer may stop waiting at any moment: the call is then cancelled ([`Attempt`]).
//! More 200s than one (a proxy that forked) are ended by the stack.

use super::address::{NameAddr, entries, is_token, one_line};
use super::agent::{ALLOW, Agent};
use super::attempt::{Answered, Attempt};
use super::body;
use super::calls::KnownCall;
use super::exchange::Exchange;
use super::flow::MovedCall;
use super::registrar::{Carrier, Flow};
use super::reliable::RELIABLE;
use super::resolve::Place;
use super::session::{self, Begun, Session, SessionEvents};
use super::session_timer::{Agreed, TIMER};
use super::wanted;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::typed::Route;
use rsipstack::sip::{
    Header, Host, Param, Response, Scheme, StatusCode, ToTypedHeader, Transport, Uri,
};
use rsipstack::transport::SipAddr;
use std::net::IpAddr;
use std::time::Duration;

/// How long a phone may ring if nobody says otherwise; proxies give up after three minutes too
/// (RFC 3261 section 16.6, timer C).
const LONGEST_RINGING: Duration = Duration::from_secs(180);

/// A call to be placed.
#[derive(Clone)]
pub struct Outgoing {
    /// Whom to call: a SIP URI.
    pub target: String,
    /// The user part of our address in From and Contact.
    pub user: String,
    /// The URI in From, where it is not our own address: an account's at a trunk.
    pub from: Option<String>,
    /// Our name in From, which phones show.
    pub name: Option<String>,
    /// SDP.
    pub offer: String,
    /// Names and values of further headers, such as User-to-User.
    pub headers: Vec<(String, String)>,
    /// Where to send it if that is not what the target says: a registered phone's.
    pub flow: Option<Flow>,
    /// What to answer with when a trunk or PBX asks who we are.
    pub credentials: Option<Credentials>,
    /// After this long without an answer the call is cancelled.
    pub longest_ringing: Duration,
}

/// Without the offer, which may hold keys.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outgoing({} as {}, ..)", self.target, self.user)
    }
}

impl Outgoing {
    /// With nothing but the necessary.
    pub fn new(target: &str, user: &str, offer: String) -> Outgoing {
        Outgoing {
            target: target.to_owned(),
            user: user.to_owned(),
            from: None,
            name: None,
            offer,
            headers: Vec::new(),
            flow: None,
            credentials: None,
            longest_ringing: LONGEST_RINGING,
        }
    }
}

/// The way of a call over a trunk.
pub(super) struct Through {
    /// Where it is sent.
    pub place: Place,
    /// Values of Route.
    pub routes: Vec<String>,
    /// Whoever says nothing at all for so long is not there.
    pub silence: Duration,
}

/// An account of ours somewhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({}, ..)", self.user)
    }
}

/// A provisional answer, such as 180 or 183; 100 says only that somebody has the INVITE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub code: u16,
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("`{0}` is no SIP address; write it like sip:bot@127.0.0.1:5060")]
    Address(String),
    #[error("`{0}` cannot be the name of a header")]
    Header(String),
    #[error("{0} {1}")]
    Refused(u16, String),
    /// 3xx, with the addresses to try instead, the most wanted first. They are not tried by
    /// themselves: who is called is not up to who answers.
    #[error("{code} moved to {}", contacts.join(", "))]
    Moved { code: u16, contacts: Vec<String> },
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl PlaceError {
    /// Whether another way may lead to who is called: nothing came, we are not believed, or what is in
    /// between does not work. `rang`: more than 100 was heard from there.
    pub fn is_of_the_way(&self, rang: bool) -> bool {
        match self {
            PlaceError::Refused(401 | 403 | 407 | 500..=599, _)
            | PlaceError::Address(_)
            | PlaceError::Header(_) => true,
            PlaceError::NoAnswer(_) => !rang,
            PlaceError::Refused(..) | PlaceError::Moved { .. } => false,
        }
    }
}

impl Agent {
    /// Places a call and waits until it is answered; gives the SDP of the answer. `progress` hears
    /// what comes before. Dropping the future cancels the call.
    pub async fn call(
        &self,
        outgoing: Outgoing,
        progress: impl FnMut(Progress),
    ) -> Result<(Session, SessionEvents, String), PlaceError> {
        self.call_through(outgoing, None, progress).await
    }

    /// [`Agent::call`] by a way that is given.
    pub(super) async fn call_through(
        &self,
        outgoing: Outgoing,
        through: Option<Through>,
        mut progress: impl FnMut(Progress),
    ) -> Result<(Session, SessionEvents, String), PlaceError> {
        let answered = self
            .invite(&outgoing, through.as_ref(), false, &mut progress)
            .await;
        match answered {
            // Where they must be sure that what rings here is heard of there (RFC 3262 section 4). Who does
            // not need it is not offered it: with several phones behind one proxy, the stack
            // acknowledges only what the first of them says.
            Err(Unanswered::Requires100Rel) => {
                let again = self
                    .invite(&outgoing, through.as_ref(), true, &mut progress)
                    .await;
                again.map_err(PlaceError::from)
            }
            answered => answered.map_err(PlaceError::from),
        }
    }

    async fn invite(
        &self,
        outgoing: &Outgoing,
        through: Option<&Through>,
        reliably: bool,
        mut progress: impl FnMut(Progress),
    ) -> Result<(Session, SessionEvents, String), Unanswered> {
        let (mut options, moved) = self.invite_options(outgoing, through)?;
        options.support_prack = reliably;
        let (states, mut receiver) = self.layer.new_dialog_state_channel();
        let (dialog, invite) = self
            .layer
            .do_invite_async(options, states)
            .map_err(|error| PlaceError::NoAnswer(error.to_string()))?;
        let mut attempt = Attempt::new(self.layer.clone(), dialog, invite, moved);
        let mut heard_of = false;
        let answered = tokio::time::timeout(
            outgoing.longest_ringing,
            attempt.answer(&mut receiver, through.map(|t| t.silence), |early| {
                heard_of |= early.code > 100;
                progress(early);
            }),
        )
        .await;
        let Ok(answered) = answered else {
            let seconds = outgoing.longest_ringing.as_secs();
            let silent = PlaceError::NoAnswer(match heard_of {
                true => format!("it rang for {seconds} s"),
                false => format!("the other side is silent for {seconds} s"),
            });
            return Err(silent.into());
        };
        let Answered {
            response,
            dialog,
            moved,
            early,
        } = answered?;
        match response {
            Some(response) if response.status_code == StatusCode::OK => {
                let described = body::description(&response.headers, &response.body);
                // A reliable 183 may have said it already (RFC 3262 section 5); some that are not
                // reliable have, too.
                let answer = described.ok().flatten().or(early).unwrap_or_default();
                let peer = peer(outgoing, &dialog);
                let known = KnownCall::new(Exchange::placed(), peer);
                known.describe(&outgoing.offer);
                let (session, events) = session::start(Begun {
                    kept: self.calls.keep(dialog.id(), known),
                    layer: self.layer.clone(),
                    states: receiver,
                    moved,
                    timer: Agreed::answered(&response.headers),
                    takes_update: wanted::allows_update(&response.headers),
                    dialog,
                });
                Ok((session, events, answer))
            }
            // The stack says 408 itself where nothing was heard.
            Some(response) if response.status_code.code() == 408 && !heard_of => {
                Err(PlaceError::NoAnswer("the other side is silent".to_owned()).into())
            }
            Some(response)
                if response.status_code.code() == 421
                    && !reliably
                    && wanted::names(&response.headers, "Require", RELIABLE) =>
            {
                Err(Unanswered::Requires100Rel)
            }
            Some(response) => Err(refusal(&response).into()),
            None => Err(PlaceError::NoAnswer("the other side is silent".to_owned()).into()),
        }
    }

    /// [`Agent::call`] for who needs no more than an answer.
    pub async fn place(
        &self,
        target: &str,
        user: &str,
        offer: String,
    ) -> Result<(Session, SessionEvents, String), PlaceError> {
        self.call(Outgoing::new(target, user, offer), |_| ()).await
    }

    fn invite_options(
        &self,
        outgoing: &Outgoing,
        through: Option<&Through>,
    ) -> Result<(InviteOption, Option<MovedCall>), PlaceError> {
        let mut callee = Uri::try_from(outgoing.target.as_str())
            .ok()
            .filter(|uri| uri.scheme.is_some())
            .ok_or_else(|| PlaceError::Address(outgoing.target.clone()))?;
        if outgoing.target.chars().any(|c| c.is_control() || c == ' ') {
            return Err(PlaceError::Address(outgoing.target.clone()));
        }
        let transport = match (outgoing.flow, through) {
            (Some(flow), _) => flow.carrier.into(),
            (None, Some(through)) => through.place.transport,
            (None, None) => callee
                .params
                .iter()
                .find_map(|param| match param {
                    Param::Transport(transport) => Some(*transport),
                    _ => None,
                })
                .unwrap_or(Transport::Udp),
        };
        let mut headers = vec![
            Header::Allow(ALLOW.into()),
            Header::Supported(format!("{TIMER}, replaces").into()),
        ];
        for (name, value) in &outgoing.headers {
            if !is_token(name) {
                return Err(PlaceError::Header(name.clone()));
            }
            headers.push(Header::Other(name.clone(), one_line(value)));
        }
        let call_id = uuid::Uuid::now_v7().to_string();
        // A stream is found again by the connection, whatever the Contact says.
        let moved = outgoing
            .flow
            .filter(|flow| flow.carrier == Carrier::Udp)
            .and_then(|flow| self.moved.redirect(&mut callee, flow, &call_id));
        let name = outgoing
            .name
            .as_deref()
            .map(|name| one_line(name).replace('\\', "\\\\").replace('"', "\\\""));
        let destination = match (outgoing.flow, through) {
            (Some(flow), _) => Some(flow.address),
            (None, through) => through.map(|through| through.place.address),
        };
        let towards = match (destination, &callee.host_with_port.host) {
            (Some(address), _) => Some(address.ip()),
            (None, Host::IpAddr(ip)) => Some(*ip),
            (None, Host::Domain(_)) => None,
        };
        let mut own = self.own.contact(&outgoing.user, transport, towards);
        if callee.scheme == Some(Scheme::Sips) {
            own.scheme = Some(Scheme::Sips);
        }
        let caller = match &outgoing.from {
            Some(from) => {
                Uri::try_from(from.as_str()).map_err(|_| PlaceError::Address(from.clone()))?
            }
            None => self.own.contact(&outgoing.user, Transport::Udp, towards),
        };
        let options = InviteOption {
            caller_display_name: name,
            caller,
            contact: own,
            callee,
            route_set: routes(through)?,
            destination: destination.map(|address| SipAddr::new(transport, address.into())),
            offer: Some(outgoing.offer.clone().into_bytes()),
            headers: Some(headers),
            credential: outgoing.credentials.as_ref().map(|credentials| Credential {
                username: credentials.user.clone(),
                password: credentials.password.clone(),
                ..Credential::default()
            }),
            call_id: Some(call_id),
            ..InviteOption::default()
        };
        Ok((options, moved))
    }
}

/// Where the messages of whoever has answered come from, as far as that is known without asking: the
/// last proxy that stays in the way, or themselves.
fn peer(outgoing: &Outgoing, dialog: &InviteDialog) -> Option<IpAddr> {
    if let Some(flow) = outgoing.flow {
        return Some(flow.address.ip());
    }
    let snapshot = dialog.snapshot();
    let route = snapshot
        .route_set
        .first()
        .and_then(|route| route.typed().ok());
    let uri = route.map_or(snapshot.remote_uri, |route| route.uri);
    let host = uri.host_with_port.host.to_string();
    host.trim_matches(['[', ']']).parse().ok()
}

/// Those of the way.
fn routes(through: Option<&Through>) -> Result<Vec<Route>, PlaceError> {
    let routes = through.map_or(&[][..], |through| &through.routes);
    routes
        .iter()
        .map(|route| Route::parse(route).map_err(|_| PlaceError::Address(route.clone())))
        .collect()
}

fn refusal(response: &Response) -> PlaceError {
    let code = response.status_code.code();
    if code / 100 != 3 {
        let phrase = response.wire_reason.clone();
        let phrase = phrase.unwrap_or_else(|| response.status_code.text().to_owned());
        return PlaceError::Refused(code, one_line(&phrase));
    }
    let mut contacts: Vec<(f64, String)> = response
        .headers
        .iter()
        .filter_map(|header| match header {
            Header::Contact(contact) => Some(contact.value()),
            _ => None,
        })
        .flat_map(entries)
        .filter_map(NameAddr::parse)
        .map(|contact| {
            let q = contact.param("q").and_then(|q| q.parse().ok());
            (q.unwrap_or(1.0), contact.uri.to_owned())
        })
        .collect();
    contacts.sort_by(|a, b| b.0.total_cmp(&a.0));
    PlaceError::Moved {
        code,
        contacts: contacts.into_iter().map(|(_, uri)| uri).collect(),
    }
}

/// Why an INVITE came to nothing.
enum Unanswered {
    Failed(PlaceError),
    /// The other side takes only callers who acknowledge its provisional answers.
    Requires100Rel,
}

impl From<PlaceError> for Unanswered {
    fn from(error: PlaceError) -> Unanswered {
        Unanswered::Failed(error)
    }
}

impl From<Unanswered> for PlaceError {
    fn from(unanswered: Unanswered) -> PlaceError {
        match unanswered {
            Unanswered::Failed(error) => error,
            Unanswered::Requires100Rel => PlaceError::Refused(421, "Extension Required".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_other_side_says_is_not_of_the_way() {
        let refused = |code| PlaceError::Refused(code, "so".to_owned());
        for code in [404, 408, 480, 484, 486, 487, 488, 600, 603, 604, 606] {
            assert!(!refused(code).is_of_the_way(false), "{code}");
        }
        for code in [401, 403, 407, 500, 502, 503, 504] {
            assert!(refused(code).is_of_the_way(true), "{code}");
        }
        let silent = PlaceError::NoAnswer("it rang for 45 s".to_owned());
        assert!(!silent.is_of_the_way(true) && silent.is_of_the_way(false));
        assert!(PlaceError::Address("sip:".to_owned()).is_of_the_way(false));
    }
}
