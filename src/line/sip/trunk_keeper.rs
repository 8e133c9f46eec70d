//! The task that keeps one trunk: it registers there, or asks by OPTIONS whether anybody is there.

use super::agent::ALLOW;
use super::outside::{Question, first_hop, target};
use super::registering::{Account, Registering, Standing};
use super::resolve::Place;
use super::trunk::{Kept, Shared, now};
use rsipstack::sip::{Header, Method, Param, Scheme, Transport, Uri};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// From one OPTIONS to the next, five seconds more or less.
const ASKED_EVERY_S: u64 = 30;
/// Where we are registered an OPTIONS goes there so often, whatever is answered: a NAT in front of us forgets
/// the way back after half a minute (RFC 4787 section 4.3 asks it for two minutes; few listen).
const KEPT_ALIVE: Duration = match cfg!(test) {
    true => Duration::from_secs(2),
    false => Duration::from_secs(25),
};

/// What a trunk's task works with.
pub(super) struct Keeper {
    pub shared: Arc<Shared>,
    pub kept: Arc<Kept>,
    pub call_id: String,
    pub tag: String,
}

impl Keeper {
    /// By OPTIONS, until the end.
    pub async fn ask(self, mut ending: watch::Receiver<bool>) {
        let mut cseq = 0;
        loop {
            cseq += 1;
            let asked = tokio::select! {
                asked = self.options(cseq) => asked,
                _ = ending.wait_for(|end| *end) => return,
            };
            match asked {
                // 503: it is there and takes nothing. Anything else shows that somebody is.
                Ok((503, _)) => self.heard(false, "it answers OPTIONS with 503"),
                Ok((code, place)) => {
                    let how = format!("{} answers OPTIONS with {code}", place.address);
                    self.heard(true, &how);
                }
                Err(why) => self.heard(false, &why),
            }
            let wait = Duration::from_secs(ASKED_EVERY_S - 5 + fastrand::u64(..=10));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = ending.wait_for(|end| *end) => return,
            }
        }
    }

    async fn options(&self, cseq: u32) -> Result<(u16, Place), String> {
        let routes = self.kept.routes();
        let hop = first_hop(&self.kept.uri, &routes)?;
        let place = self.find(&hop).await?;
        let transport = place.transport;
        let towards = Some(place.address.ip());
        let us = self
            .shared
            .own
            .contact(&self.kept.setup.user, transport, towards);
        let mut from = us.clone();
        from.params.clear();
        let question = Question {
            method: Method::Options,
            uri: self.kept.uri.clone(),
            hop,
            routes,
            from,
            to: self.kept.uri.clone(),
            tag: self.tag.clone(),
            // REGISTERs count by themselves.
            call_id: format!("{}-asked", self.call_id),
            cseq,
            headers: vec![
                Header::Contact(format!("<{us}>").into()),
                Header::Accept("application/sdp".into()),
            ],
        };
        let (response, place) = self.shared.outside.ask(question).await?;
        Ok((response.status_code.code(), place))
    }

    /// Registers, until the end takes it back.
    pub async fn register(self, mut ending: watch::Receiver<bool>) {
        let Some(credentials) = &self.kept.setup.credentials else {
            return self.heard(false, "it has no user and password to register with");
        };
        // The domain alone (RFC 3261 section 10.2).
        let mut registrar = self.kept.uri.clone();
        registrar.auth = None;
        registrar.headers.clear();
        registrar
            .params
            .retain(|param| !matches!(param, Param::Transport(_)));
        let mut of_record = registrar.clone();
        of_record.params.clear();
        of_record.auth = Some(rsipstack::sip::Auth {
            user: credentials.user.clone(),
            password: None,
        });
        let mut registering = Registering::new(
            Account {
                registrar: registrar.to_string(),
                contact: String::new(),
                user: credentials.user.clone(),
                password: credentials.password.clone(),
            },
            now(),
            fastrand::Rng::new(),
        );
        let (mut leaving, mut beats) = (false, 0);
        while let Some(due) = registering.due() {
            let wait = Duration::from_millis(due.saturating_sub(now()));
            let beat = wait > KEPT_ALIVE && matches!(registering.standing(), Standing::Registered);
            let next = async {
                tokio::time::sleep(if beat { KEPT_ALIVE } else { wait }).await;
                if beat {
                    beats += 1;
                    let _ = self.options(beats).await;
                }
            };
            tokio::select! {
                () = next => {}
                _ = ending.wait_for(|end| *end), if !leaving => {
                    leaving = true;
                    registering.leave(now());
                    continue;
                }
            }
            if beat {
                continue;
            }
            let asked = self.send_register(&mut registering, &registrar, &of_record);
            let asked = tokio::select! {
                asked = asked => asked,
                _ = ending.wait_for(|end| *end), if !leaving => {
                    leaving = true;
                    registering.leave(now());
                    continue;
                }
            };
            let place = match asked {
                Ok((response, place)) => {
                    registering.answered(now(), &response);
                    Some(place)
                }
                Err(why) => {
                    registering.unanswered(now(), &why);
                    None
                }
            };
            self.kept.state().service_route = registering.service_route().to_vec();
            match registering.standing() {
                Standing::Registered => {
                    let there = place
                        .map(|place| place.address.to_string())
                        .unwrap_or_default();
                    self.heard(true, &format!("registered at {there}"));
                }
                Standing::Failed(why) => {
                    let good = registering.is_good(now());
                    let why = match good {
                        true => format!("still registered, but: {why}"),
                        false => format!("not registered: {why}"),
                    };
                    self.heard(good, &why);
                }
                Standing::Trying | Standing::Left => {}
            }
        }
    }

    async fn send_register(
        &self,
        registering: &mut Registering,
        registrar: &Uri,
        of_record: &Uri,
    ) -> Result<(rsipstack::sip::Response, Place), String> {
        let proxy = self.kept.setup.proxy.as_ref();
        let routes: Vec<String> = proxy
            .map(|proxy| format!("<{proxy}>"))
            .into_iter()
            .collect();
        let hop = first_hop(&self.kept.uri, &routes)?;
        let place = self.find(&hop).await?;
        let towards = Some(place.address.ip());
        let user = &self.kept.setup.user;
        let mut contact = self.shared.own.contact(user, place.transport, towards);
        if registrar.scheme == Some(Scheme::Sips) {
            contact.scheme = Some(Scheme::Sips);
        }
        let over_a_stream = place.transport != Transport::Udp;
        registering.reached_at(contact.to_string(), over_a_stream);
        let register = registering.request();
        let mut headers = vec![
            Header::Contact(format!("<{contact}>").into()),
            Header::Expires(u32::try_from(register.expires).unwrap_or(u32::MAX).into()),
            Header::Allow(ALLOW.into()),
        ];
        headers.extend(register.proof);
        let question = Question {
            method: Method::Register,
            uri: registrar.clone(),
            hop,
            routes,
            from: of_record.clone(),
            to: of_record.clone(),
            tag: self.tag.clone(),
            call_id: self.call_id.clone(),
            cseq: register.cseq,
            headers,
        };
        self.shared.outside.ask(question).await
    }

    /// The server to ask, and whoever else may call us from there.
    async fn find(&self, hop: &Uri) -> Result<Place, String> {
        let target = target(hop)?;
        let resolver = &self.shared.outside.resolver;
        let place = resolver.choose(&target).await?;
        let all = resolver.all(&target).await;
        let addresses = all.iter().chain([&place]).map(|place| place.address.ip());
        self.shared.known.found(&self.kept.setup.name, addresses);
        Ok(place)
    }

    fn heard(&self, up: bool, how: &str) {
        let news = self.kept.state().available.heard(now(), up, how);
        if news {
            let state = self.kept.told();
            match up {
                true => tracing::info!(trunk = state.name, how, "trunk up"),
                false => tracing::warn!(trunk = state.name, how, "trunk down"),
            }
            (self.shared.tell)(&state);
        }
    }
}
