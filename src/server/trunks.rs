//! `[[trunk]]`: over whom we call out, whom they may be used to call, and to the next where one fails.

use super::Shared;
use super::numbers;
use super::people::Secret;
use super::phones::US;
use crate::human::Dialled;
use crate::line::sip::{
    Credentials, Outgoing, PlaceError, Session, SessionEvents, TrunkSetup, TrunkState,
};
use ipnet::IpNet;
use serde::Deserialize;
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

/// `[[trunk]]`: where calls out go. Calls from its addresses are known to be its.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    pub name: String,
    /// `sip:trunk.example`, `sip:192.0.2.1:5060` or `sip:trunk.example;transport=tls`; a number becomes its
    /// user part.
    pub address: String,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// Calls reach us only while we are registered there.
    #[serde(default)]
    pub register: bool,
    /// Everything to it goes by here first: `sip:proxy.example;lr`.
    pub proxy: Option<String>,
    /// What those who are called see.
    pub number: Option<String>,
    /// In which header the number stands.
    #[serde(default)]
    pub identity: Identity,
    /// Beginnings of numbers that may be called, or with a `!` that may not; of those that fit, the longest
    /// counts. Without it, numbers of the own country.
    pub numbers: Option<Vec<String>>,
    /// Addresses and networks that its calls come from, beside its own.
    #[serde(default)]
    pub from: Vec<String>,
}

/// How a trunk is told our number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// In From.
    #[default]
    From,
    /// In P-Preferred-Identity, and the account in From (RFC 3325).
    Preferred,
    /// In P-Asserted-Identity, and the account in From.
    Asserted,
}

/// What is wrong with them, if anything is.
pub fn check(trunks: &[Trunk]) -> Result<(), String> {
    let mut names = HashSet::new();
    for trunk in trunks {
        let name = &trunk.name;
        if name.trim().is_empty() || !names.insert(name) {
            return Err(format!(
                "[[trunk]] name = \"{name}\": each trunk needs a name of its own"
            ));
        }
        trunk
            .check()
            .map_err(|why| format!("[[trunk]] name = \"{name}\": {why}"))?;
    }
    Ok(())
}

impl Trunk {
    /// Whether somebody may be called over it.
    pub fn may_call(&self, number: &str) -> bool {
        numbers::may_call(number, self.numbers.as_deref(), self.number.as_deref())
    }

    fn check(&self) -> Result<(), String> {
        let address = &self.address;
        if !is_plain(address) || self.host().is_empty() {
            return Err(format!(
                "address = \"{address}\" is no address of a trunk; write it like sip:trunk.example, or \
                 sip:trunk.example;transport=tls"
            ));
        }
        if let Some(proxy) = self.proxy.as_ref().filter(|proxy| !is_plain(proxy)) {
            return Err(format!(
                "proxy = \"{proxy}\" is no address of a proxy; write it like sip:proxy.example;lr"
            ));
        }
        match (&self.user, &self.password) {
            (Some(user), Some(_)) if user.is_empty() || user.contains(broken) => {
                return Err(format!(
                    "user = \"{user}\": an account's name has no spaces, quotes or angle brackets"
                ));
            }
            (Some(_), None) => {
                return Err(
                    "it has a user and no password; write password = \"$NAME\" too".to_owned(),
                );
            }
            (None, Some(_)) => {
                return Err("it has a password and no user; write user = \"…\" too".to_owned());
            }
            (None, None) if self.register => {
                return Err(
                    "register = true needs user = \"…\" and password = \"$NAME\"".to_owned(),
                );
            }
            _ => {}
        }
        if let Some(number) = &self.number {
            let digits = number.strip_prefix('+').unwrap_or(number);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!(
                    "number = \"{number}\": write digits only, with a + before them or not, such as \
                     \"+4930123456\""
                ));
            }
        }
        if self.identity != Identity::From && self.number.is_none() {
            return Err("identity needs number = \"…\", which it is about".to_owned());
        }
        self.networks()?;
        self.numbers
            .iter()
            .flatten()
            .try_for_each(|prefix| numbers::check(prefix))
    }

    /// What the line needs to know of it.
    fn setup(&self) -> TrunkSetup {
        TrunkSetup {
            name: self.name.clone(),
            address: self.address.clone(),
            proxy: self.proxy.clone(),
            credentials: self.credentials(),
            register: self.register,
            user: self.account().to_owned(),
            from: self.networks().unwrap_or_default(),
        }
    }

    fn credentials(&self) -> Option<Credentials> {
        Some(Credentials {
            user: self.user.clone()?,
            password: self.password.as_ref()?.reveal().to_owned(),
        })
    }

    /// As whom we are known there.
    fn account(&self) -> &str {
        self.user
            .as_deref()
            .or(self.number.as_deref())
            .unwrap_or(US)
    }

    /// With port and parameters.
    fn host(&self) -> &str {
        let rest = self.address.split_once(':').map_or("", |(_, rest)| rest);
        rest.rsplit_once('@').map_or(rest, |(_, host)| host)
    }

    fn networks(&self) -> Result<Vec<IpNet>, String> {
        let read = |written: &String| {
            let address = written.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| written.parse::<IpNet>()).map_err(|_| {
                format!(
                    "from: \"{written}\" is no address and no network; write them like \"192.0.2.7\" or \
                     \"192.0.2.0/24\""
                )
            })
        };
        self.from.iter().map(read).collect()
    }

    /// A call to `number`.
    fn outgoing(&self, number: &str, offer: String) -> Outgoing {
        let scheme = self
            .address
            .split_once(':')
            .map_or("sip", |(scheme, _)| scheme);
        let target = format!("{scheme}:{number}@{}", self.host());
        // Who has an account is known by its domain, and others by where they call from.
        let domain = self.host().split([';', '?']).next().unwrap_or_default();
        let at_home = |user: &str| format!("sip:{user}@{domain}");
        let from = match (self.identity, &self.number) {
            (Identity::From, Some(number)) => number.as_str(),
            _ => self.account(),
        };
        let header = match self.identity {
            Identity::From => None,
            Identity::Preferred => Some("P-Preferred-Identity"),
            Identity::Asserted => Some("P-Asserted-Identity"),
        };
        let identity = header.zip(self.number.as_deref());
        Outgoing {
            credentials: self.credentials(),
            from: self.user.is_some().then(|| at_home(from)),
            headers: identity
                .map(|(header, number)| (header.to_owned(), format!("<{}>", at_home(number))))
                .into_iter()
                .collect(),
            ..Outgoing::new(&target, from, offer)
        }
    }
}

/// A SIP URI without anything in it that would end a header.
fn is_plain(address: &str) -> bool {
    let sip = ["sip:", "sips:"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    sip && !address.contains(broken)
        && rsipstack::sip::Uri::try_from(address).is_ok_and(|uri| uri.scheme.is_some())
}

fn broken(c: char) -> bool {
    c.is_control() || c.is_whitespace() || "<>\"".contains(c)
}

/// What the line is to keep.
pub fn setups(trunks: &[Trunk]) -> Vec<TrunkSetup> {
    trunks.iter().map(Trunk::setup).collect()
}

/// For whoever watches over the server; the log says it, too.
pub fn publish(state: &TrunkState) {
    let up = if state.up == Some(true) { 1.0 } else { 0.0 };
    metrics::gauge!("trunk_up", "trunk" => state.name.clone()).set(up);
}

/// It is not there any more.
pub fn forget(name: &str) {
    metrics::gauge!("trunk_up", "trunk" => name.to_owned()).set(0.0);
}

/// A call that was answered.
pub struct CalledOut {
    pub session: Session,
    pub events: SessionEvents,
    /// SDP.
    pub answer: String,
    /// Who was called: a SIP URI.
    pub target: String,
}

impl Shared {
    /// Whether somebody may be called, over whichever trunk.
    pub fn may_call(&self, number: &str) -> bool {
        self.people()
            .trunks
            .iter()
            .any(|trunk| trunk.may_call(number))
    }

    /// Calls a number over the first trunk that may and can; `ringing` is told when anything is heard of
    /// the one who is called. The error says whether that counts as an attempt to reach them.
    pub async fn call_out(
        &self,
        number: &str,
        offer: String,
        longest_ringing: Duration,
    ) -> Result<CalledOut, Dialled> {
        let people = self.people();
        if people.trunks.is_empty() {
            return Err(Dialled::NotTried(
                "there is no [[trunk]] to call over".to_owned(),
            ));
        }
        let order = self.trunks.order();
        let may = order.iter().filter_map(|name| {
            let mut trunks = people.trunks.iter();
            trunks.find(|trunk| trunk.name == *name && trunk.may_call(number))
        });
        let mut whys = Vec::new();
        for trunk in may {
            let outgoing = Outgoing {
                longest_ringing,
                ..trunk.outgoing(number, offer.clone())
            };
            let target = outgoing.target.clone();
            let mut rang = false;
            let heard = |code: u16| rang |= code > 100;
            let called = call_over(self, &trunk.name, outgoing, heard).await;
            match called {
                Ok((session, events, answer)) => {
                    tracing::info!(trunk = trunk.name, "called out");
                    return Ok(CalledOut {
                        session,
                        events,
                        answer,
                        target,
                    });
                }
                Err(error) => {
                    tracing::info!(trunk = trunk.name, %error, "not called out");
                    let over = !error.is_of_the_way(rang);
                    whys.push(format!("{}: {error}", trunk.name));
                    if over {
                        return Err(Dialled::NotReached(whys.join("; ")));
                    }
                }
            }
        }
        match whys.is_empty() {
            // It does not help to try again what the configuration forbids.
            true => Err(Dialled::NotReached(
                "`numbers` of no [[trunk]] let this number be called".to_owned(),
            )),
            false => Err(Dialled::NotTried(whys.join("; "))),
        }
    }
}

async fn call_over(
    shared: &Shared,
    name: &str,
    outgoing: Outgoing,
    mut heard: impl FnMut(u16),
) -> Result<(Session, SessionEvents, String), PlaceError> {
    shared
        .trunks
        .call(&shared.agent, name, outgoing, |progress| {
            heard(progress.code)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trunk(written: &str) -> Trunk {
        toml::from_str(&format!("name = \"t\"\n{written}")).unwrap()
    }

    #[test]
    fn our_number_stands_where_the_trunk_wants_it() {
        let account = "address = \"sip:trunk.example;transport=tcp\"\nuser = \"acc\"\npassword = \"p\"\n\
                       number = \"+4930555\"\n";
        let call =
            |more: &str| trunk(&format!("{account}{more}")).outgoing("+4930401", String::new());
        let plain = call("");
        assert_eq!(plain.target, "sip:+4930401@trunk.example;transport=tcp");
        assert_eq!(plain.from.as_deref(), Some("sip:+4930555@trunk.example"));
        assert!(plain.headers.is_empty() && plain.credentials.is_some());
        for (identity, header) in [
            ("preferred", "P-Preferred-Identity"),
            ("asserted", "P-Asserted-Identity"),
        ] {
            let call = call(&format!("identity = \"{identity}\""));
            assert_eq!(call.from.as_deref(), Some("sip:acc@trunk.example"));
            let value = "<sip:+4930555@trunk.example>".to_owned();
            assert_eq!(call.headers, [(header.to_owned(), value)]);
        }
        // Known by its address: it is called from ours.
        let by_address = trunk("address = \"sip:x@192.0.2.1\"\nnumber = \"4930555\"");
        let call = by_address.outgoing("4930401", String::new());
        assert_eq!(call.target, "sip:4930401@192.0.2.1");
        assert_eq!((call.from, call.user.as_str()), (None, "4930555"));
    }

    #[test]
    fn a_trunk_that_could_not_work_is_found_before_anybody_waits_for_it() {
        let sip = "address = \"sip:trunk.example\"\n";
        let account = "user = \"a\"\npassword = \"b\"\n";
        for good in [
            format!("{sip}{account}register = true\nnumber = \"+4930123456\"\nnumbers = [\"+49\"]"),
            "address = \"sip:192.0.2.1:5060;transport=tcp\"".to_owned(),
            "address = \"sips:trunk.example\"".to_owned(),
            format!("{sip}from = [\"192.0.2.7\", \"192.0.2.0/24\", \"2001:db8::/32\"]"),
            format!("{sip}proxy = \"sip:proxy.example;lr\""),
        ] {
            assert_eq!(check(&[trunk(&good)]), Ok(()), "{good}");
        }
        for (bad, why) in [
            (
                "address = \"trunk.example\"".to_owned(),
                "sip:trunk.example",
            ),
            (
                "address = \"sip:trunk example\"".to_owned(),
                "sip:trunk.example",
            ),
            ("address = \"sip:a@\"".to_owned(), "sip:trunk.example"),
            (format!("{sip}proxy = \"proxy\""), "sip:proxy.example"),
            (format!("{sip}number = \"+49 30 123456\""), "digits only"),
            (format!("{sip}user = \"a\""), "password = "),
            (format!("{sip}password = \"b\""), "user = "),
            (
                format!("{sip}user = \"a b\"\npassword = \"c\""),
                "no spaces",
            ),
            (format!("{sip}register = true"), "register = true needs"),
            (format!("{sip}identity = \"asserted\""), "number = "),
            (format!("{sip}numbers = [\"+49 30\"]"), "+49 30"),
            (format!("{sip}from = [\"trunk.example\"]"), "192.0.2.0/24"),
        ] {
            let error = check(&[trunk(&bad)]).unwrap_err();
            assert!(
                error.contains(why) && error.contains("name = \"t\""),
                "{error}"
            );
        }
        let twice = [trunk(sip), trunk(sip)];
        assert!(check(&twice).unwrap_err().contains("a name of its own"));
    }
}
