//! Where the phones are: the registrar of RFC 3261 section 10. Sans-IO: it answers a REGISTER by
//! what it knows, and time is given with each call.
//!
//! Beside what a phone says of itself (its Contact) it keeps where the request came from, because
//! that is where a phone behind NAT can be reached.

use super::address::{NameAddr, UriParts, entries};
use super::digest::{Gate, Millis, Secret, Verdict};
use rsipstack::sip::{Header, HeadersExt, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// Seconds. Registrations are kept short, so that a phone that vanished is soon known to be gone
/// and one that moved is soon found; less than the least is too busy (423).
const LONGEST_S: u64 = 300;
const SHORTEST_S: u64 = 60;

/// Contacts of one user; the one that was heard of longest ago goes.
const MOST_CONTACTS: usize = 8;

/// What carries SIP to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    Udp,
    Tcp,
    Tls,
}

/// Where messages come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flow {
    pub carrier: Carrier,
    pub address: SocketAddr,
}

/// How a registered phone is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Its Contact.
    pub uri: String,
    /// Where it registered from, and is to be called. `None` where that is gone: a TCP or TLS connection
    /// from before a restart.
    pub flow: Option<Flow>,
}

/// What outlives a restart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    bindings: BTreeMap<String, Vec<Binding>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Binding {
    reach: Reach,
    /// Thousandths.
    q: u16,
    expires: Millis,
    updated: Millis,
    call_id: String,
    cseq: u32,
}

/// What a request gets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decision {
    Answer {
        code: u16,
        headers: Vec<Header>,
    },
    /// Nothing, not even an answer.
    Ignore,
}

impl Decision {
    fn refuse(code: u16) -> Decision {
        Decision::Answer {
            code,
            headers: vec![],
        }
    }

    fn challenge(values: Vec<String>) -> Decision {
        Decision::Answer {
            code: 401,
            headers: values
                .into_iter()
                .map(|value| Header::WwwAuthenticate(value.into()))
                .collect(),
        }
    }
}

/// Knows the accounts and their phones.
pub(super) struct Registrar {
    gate: Gate,
    accounts: BTreeMap<String, Secret>,
    bindings: BTreeMap<String, Vec<Binding>>,
}

impl Registrar {
    /// `key` must be random. `accounts` are users and their passwords.
    pub fn new(key: [u8; 32], accounts: impl IntoIterator<Item = (String, String)>) -> Registrar {
        let mut registrar = Registrar {
            gate: Gate::new(key),
            accounts: BTreeMap::new(),
            bindings: BTreeMap::new(),
        };
        registrar.set_accounts(accounts);
        registrar
    }

    /// From now on these. Who is not among them any more, or has another password, is not
    /// registered any more.
    pub fn set_accounts(&mut self, accounts: impl IntoIterator<Item = (String, String)>) {
        let accounts: BTreeMap<String, Secret> = accounts
            .into_iter()
            .map(|(user, password)| {
                let secret = Secret::new(&user, &password);
                (user, secret)
            })
            .collect();
        let known = std::mem::replace(&mut self.accounts, accounts);
        self.bindings.retain(|user, _| {
            self.accounts.contains_key(user) && self.accounts.get(user) == known.get(user)
        });
    }

    pub fn has_accounts(&self) -> bool {
        !self.accounts.is_empty()
    }

    pub fn saved(&self) -> Saved {
        Saved {
            bindings: self.bindings.clone(),
        }
    }

    /// Takes over what was saved before a restart, for accounts that there still are.
    pub fn restore(&mut self, saved: Saved, now: Millis) {
        for (user, mut bindings) in saved.bindings {
            if !self.accounts.contains_key(&user) || self.bindings.contains_key(&user) {
                continue;
            }
            for binding in &mut bindings {
                // Its connection went with the old process; its Contact may still do.
                binding
                    .reach
                    .flow
                    .take_if(|flow| flow.carrier != Carrier::Udp);
                // A clock that was set back must not keep a phone for ever.
                binding.expires = binding.expires.min(now + LONGEST_S * 1000);
            }
            bindings.truncate(MOST_CONTACTS);
            self.bindings.insert(user, bindings);
        }
        self.expire(now);
    }

    /// Forgets what has run out. True if there was any.
    pub fn expire(&mut self, now: Millis) -> bool {
        let mut any = false;
        self.bindings.retain(|_, bindings| {
            bindings.retain(|binding| {
                any |= binding.expires <= now;
                binding.expires > now
            });
            !bindings.is_empty()
        });
        any
    }

    /// A connection is closed: the phones behind it are not there any more until they register
    /// anew, which they do over another one.
    pub fn closed(&mut self, address: SocketAddr) {
        let gone = |flow: Flow| flow.carrier != Carrier::Udp && flow.address == address;
        self.bindings.retain(|_, bindings| {
            bindings.retain(|binding| !binding.reach.flow.is_some_and(gone));
            !bindings.is_empty()
        });
    }

    /// Whether somebody has registered a phone from there.
    pub fn is_home(&self, address: IpAddr) -> bool {
        let mut flows = self.bindings.values().flatten().map(|b| b.reach.flow);
        flows.any(|flow| flow.is_some_and(|flow| flow.address.ip() == address))
    }

    /// A user's phones, the one to call first first.
    pub fn contacts(&self, user: &str) -> Vec<Reach> {
        let mut bindings: Vec<&Binding> = self.bindings.get(user).into_iter().flatten().collect();
        bindings.sort_by_key(|b| std::cmp::Reverse((b.q, b.updated)));
        bindings.into_iter().map(|b| b.reach.clone()).collect()
    }

    /// Everybody who can be called, each with the phone to call first.
    pub fn reachable(&self) -> BTreeMap<String, Reach> {
        self.bindings
            .keys()
            .filter_map(|user| Some((user.clone(), self.contacts(user).into_iter().next()?)))
            .collect()
    }

    /// A REGISTER from `from`.
    pub fn register(&mut self, now: Millis, request: &Request, from: Flow) -> Decision {
        self.expire(now);
        if !self.has_accounts() {
            return Decision::refuse(405);
        }
        let Some(owner) = user_in(request.to_header().map(|to| to.value().to_owned()).ok()) else {
            return Decision::refuse(400);
        };
        let user = match self.judge(now, request, from, &owner) {
            Verdict::Is(user) => user,
            Verdict::Challenge(values) => return Decision::challenge(values),
            Verdict::Wrong => return Decision::refuse(403),
            Verdict::Ignore => return Decision::Ignore,
        };
        if user != owner {
            // RFC 3261 section 10.3, steps 4 and 5.
            return Decision::refuse(match self.accounts.contains_key(&owner) {
                true => 403,
                false => 404,
            });
        }
        match self.update(now, request, from, &user) {
            Ok(()) => Decision::Answer {
                code: 200,
                headers: self.contact_headers(now, &user),
            },
            Err(refusal) => refusal,
        }
    }

    /// An INVITE that only an account's owner may send. `Ok` is whose it is.
    pub fn authenticate(
        &mut self,
        now: Millis,
        request: &Request,
        from: Flow,
    ) -> Result<String, Decision> {
        let caller = user_in(
            request
                .from_header()
                .map(|from| from.value().to_owned())
                .ok(),
        )
        .ok_or(Decision::refuse(403))?;
        // Whoever it says it is, known or not, is asked: nobody finds out which accounts there are.
        match self.judge(now, request, from, &caller) {
            Verdict::Is(user) if user == caller => Ok(user),
            Verdict::Is(_) | Verdict::Wrong => Err(Decision::refuse(403)),
            Verdict::Challenge(values) => Err(Decision::challenge(values)),
            Verdict::Ignore => Err(Decision::Ignore),
        }
    }

    fn judge(&mut self, now: Millis, request: &Request, from: Flow, claimed: &str) -> Verdict {
        let (accounts, bindings) = (&self.accounts, &self.bindings);
        let lives_there = |user: &str| {
            bindings
                .get(user)
                .into_iter()
                .flatten()
                .filter_map(|binding| binding.reach.flow)
                .any(|flow| flow.address.ip() == from.address.ip())
        };
        self.gate.judge(
            now,
            request,
            from.address.ip(),
            claimed,
            |user| accounts.get(user).cloned(),
            lives_there,
        )
    }

    /// All changes of a request, or none (RFC 3261 section 10.3, steps 6 and 7).
    fn update(
        &mut self,
        now: Millis,
        request: &Request,
        from: Flow,
        user: &str,
    ) -> Result<(), Decision> {
        let bad = || Decision::refuse(400);
        let call_id = request
            .call_id_header()
            .map_err(|_| bad())?
            .value()
            .to_owned();
        let cseq = request
            .cseq_header()
            .and_then(|cseq| cseq.seq())
            .map_err(|_| bad())?;
        let default_s = request.headers.iter().find_map(|header| match header {
            Header::Expires(expires) => Some(seconds(expires.value())),
            _ => None,
        });
        let values: Vec<String> = request
            .headers
            .iter()
            .filter_map(|header| match header {
                Header::Contact(contact) => Some(contact.value().to_owned()),
                _ => None,
            })
            .collect();
        let contacts: Vec<&str> = values.iter().flat_map(|value| entries(value)).collect();
        let mut bindings = self.bindings.get(user).cloned().unwrap_or_default();
        let in_order = |known: &Binding| known.call_id != call_id || cseq > known.cseq;

        if contacts.iter().any(|contact| contact.trim() == "*") {
            let all_of_it = contacts.len() == 1 && default_s == Some(0);
            if !all_of_it || !bindings.iter().all(in_order) {
                return Err(bad());
            }
            bindings.clear();
        } else {
            for contact in contacts {
                let contact = NameAddr::parse(contact).ok_or_else(bad)?;
                let place = UriParts::parse(contact.uri)
                    .filter(|place| place.scheme == "sip")
                    .ok_or_else(bad)?;
                let asked_s = contact.param("expires").map(seconds).or(default_s);
                let granted_s = granted(asked_s)?;
                let known = bindings.iter().position(|known| {
                    UriParts::parse(&known.reach.uri).is_some_and(|uri| uri.same_place(&place))
                });
                if let Some(known) = known {
                    if !bindings.get(known).is_some_and(in_order) {
                        return Err(bad());
                    }
                    bindings.remove(known);
                }
                if granted_s == 0 {
                    continue;
                }
                bindings.push(Binding {
                    reach: Reach {
                        uri: contact.uri.to_owned(),
                        flow: Some(from),
                    },
                    q: thousandths(contact.param("q")),
                    expires: now + granted_s * 1000,
                    updated: now,
                    call_id: call_id.clone(),
                    cseq,
                });
            }
            bindings.sort_by_key(|binding| binding.updated);
            let too_many = bindings.len().saturating_sub(MOST_CONTACTS);
            bindings.drain(..too_many);
        }
        match bindings.is_empty() {
            true => self.bindings.remove(user),
            false => self.bindings.insert(user.to_owned(), bindings),
        };
        Ok(())
    }

    /// What is registered now, with the seconds that are left.
    fn contact_headers(&self, now: Millis, user: &str) -> Vec<Header> {
        self.bindings
            .get(user)
            .into_iter()
            .flatten()
            .map(|binding| {
                let left_s = binding.expires.saturating_sub(now).div_ceil(1000);
                let q = match binding.q {
                    1000 => String::new(),
                    q => format!(";q={}.{:03}", q / 1000, q % 1000),
                };
                let value = format!("<{}>;expires={left_s}{q}", binding.reach.uri);
                Header::Contact(value.into())
            })
            .collect()
    }
}

/// The user part of the address in a From or To.
fn user_in(header: Option<String>) -> Option<String> {
    let header = header?;
    let address = NameAddr::parse(&header)?;
    UriParts::parse(address.uri)?.user
}

/// What is no number is treated as an hour (RFC 3261 section 20.19 leaves it to us).
fn seconds(text: &str) -> u64 {
    text.trim().parse().unwrap_or(3600)
}

fn granted(asked_s: Option<u64>) -> Result<u64, Decision> {
    match asked_s.unwrap_or(LONGEST_S) {
        0 => Ok(0),
        1..SHORTEST_S => Err(Decision::Answer {
            code: 423,
            headers: vec![Header::MinExpires(SHORTEST_S.to_string().into())],
        }),
        asked_s => Ok(asked_s.min(LONGEST_S)),
    }
}

fn thousandths(q: Option<&str>) -> u16 {
    q.and_then(|q| q.trim().parse::<f64>().ok())
        .filter(|q| (0.0..=1.0).contains(q))
        .map_or(1000, |q| (q * 1000.0).round() as u16)
}

#[cfg(test)]
#[path = "registrar_tests.rs"]
mod tests;
