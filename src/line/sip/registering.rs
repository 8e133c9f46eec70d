//! We register with somebody else: RFC 3261 section 10.2, one account at one trunk. Sans-IO: it says
//! what to send and when, and is told what came of it.
//!
//! A registration is made anew well before it ends. What fails is tried again after 30 s, doubling up to
//! ten minutes, with jitter, so that a trunk that comes back is not run over (RFC 5626 section 4.5); a
//! password that is not believed is tried every ten minutes only, because many lock out who guesses. While
//! an older registration is still good, a failure does not take it away.

use super::address::{NameAddr, UriParts, entries};
use super::challenge::{Asked, Challenge};
use super::digest::Millis;
use rsipstack::sip::{Header, Response};

/// Asked for, in seconds. A trunk that died is known to be dead after this long at the latest.
const WANTED_S: u64 = 600;
const FIRST_WAIT_MS: u64 = 30_000;
const LONGEST_WAIT_MS: u64 = 600_000;
/// In one attempt: more stale nonces in a row come from a server that is not well.
const MOST_CHALLENGES: u32 = 3;
/// Over a stream it is made anew at least so often: one that carries nothing is closed, by us or by a NAT in
/// between, and calls that come to us with it.
const STREAM_KEPT_MS: u64 = 240_000;
/// Of a 423: whoever wants more than a day has mistaken the unit.
const LONGEST_MINIMUM_S: u64 = 86_400;

/// Who registers, and as reachable where.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Request-URI, letter by letter as it is sent.
    pub registrar: String,
    /// Our Contact's URI.
    pub contact: String,
    pub user: String,
    pub password: String,
}

/// A REGISTER to send.
#[derive(Debug)]
pub(super) struct Register {
    pub cseq: u32,
    /// Seconds; 0 takes it back.
    pub expires: u64,
    pub proof: Option<Header>,
}

/// How a registration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing was heard yet.
    Trying,
    Registered,
    Failed(String),
    /// Taken back.
    Left,
}

pub(super) struct Registering {
    account: Account,
    cseq: u32,
    /// The nonce in use, and how often it was.
    challenge: Option<(Challenge, u32)>,
    /// Answered in this attempt.
    challenges: u32,
    raised: bool,
    wanted_s: u64,
    next: Millis,
    /// What we hold is good until then.
    until: Option<Millis>,
    failures: u32,
    standing: Standing,
    leaving: bool,
    over_a_stream: bool,
    service_route: Vec<String>,
    random: fastrand::Rng,
}

impl Registering {
    /// `random` makes jitter and client nonces.
    pub fn new(account: Account, now: Millis, random: fastrand::Rng) -> Registering {
        Registering {
            account,
            cseq: 0,
            challenge: None,
            challenges: 0,
            raised: false,
            wanted_s: WANTED_S,
            next: now,
            until: None,
            failures: 0,
            standing: Standing::Trying,
            leaving: false,
            over_a_stream: false,
            service_route: Vec::new(),
            random,
        }
    }

    /// When the next REGISTER is due; `None`: never.
    pub fn due(&self) -> Option<Millis> {
        (self.standing != Standing::Left).then_some(self.next)
    }

    /// From now on our Contact is this URI, and we are reached over a stream or not: it depends on the way
    /// to whoever is asked.
    pub fn reached_at(&mut self, contact: String, over_a_stream: bool) {
        self.account.contact = contact;
        self.over_a_stream = over_a_stream;
    }

    /// The REGISTER that is due.
    pub fn request(&mut self) -> Register {
        self.cseq += 1;
        let account = &self.account;
        let proof = self.challenge.as_mut().map(|(challenge, count)| {
            *count += 1;
            let client_nonce = format!("{:016x}", self.random.u64(..));
            let asked = Asked {
                method: "REGISTER",
                uri: &account.registrar,
                user: &account.user,
                password: &account.password,
            };
            challenge.answer(&asked, *count, &client_nonce)
        });
        Register {
            cseq: self.cseq,
            expires: if self.leaving { 0 } else { self.wanted_s },
            proof,
        }
    }

    /// A final answer to it.
    pub fn answered(&mut self, now: Millis, response: &Response) {
        let code = response.status_code.code();
        match code {
            200..300 => self.accepted(now, response),
            401 | 407 => self.challenged(now, response),
            // Our clock is too slow or theirs too fast; once.
            423 if !self.raised => match minimum(response) {
                Some(least) if (1..=LONGEST_MINIMUM_S).contains(&least) => {
                    self.raised = true;
                    self.wanted_s = self.wanted_s.max(least);
                    self.next = now;
                }
                _ => self.failed(now, "423 without a usable Min-Expires".to_owned(), 0),
            },
            _ => {
                let phrase = response.wire_reason.clone();
                let phrase = phrase.unwrap_or_else(|| response.status_code.text().to_owned());
                let wait = seconds(response, "Retry-After").unwrap_or(0);
                self.failed(now, format!("{code} {phrase}"), wait.saturating_mul(1000));
            }
        }
    }

    /// Nothing came, or it could not be sent.
    pub fn unanswered(&mut self, now: Millis, why: &str) {
        self.failed(now, why.to_owned(), 0);
    }

    /// From now on what is due is a REGISTER that takes it back, if there is anything to take back.
    pub fn leave(&mut self, now: Millis) {
        self.leaving = true;
        self.next = now;
        self.challenges = 0;
        if self.until.take().is_none() {
            self.standing = Standing::Left;
        }
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether calls can be expected to be taken: never where the last that we heard was bad and what
    /// we held has run out.
    pub fn is_good(&self, now: Millis) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Routes that requests to this trunk are to take (RFC 3608).
    pub fn service_route(&self) -> &[String] {
        &self.service_route
    }

    fn accepted(&mut self, now: Millis, response: &Response) {
        if self.leaving {
            self.standing = Standing::Left;
            return;
        }
        let granted = self.granted(response);
        if granted == 0 {
            return self.failed(now, "it says 200, but keeps no registration".to_owned(), 0);
        }
        self.service_route = values(response, "Service-Route")
            .flat_map(entries)
            .map(|route| route.trim().to_owned())
            .collect();
        let life = granted.saturating_mul(1000);
        self.until = Some(now.saturating_add(life));
        // Spread, so that all that were registered at once do not come at once again.
        let share = 75 + self.random.u64(..10);
        let wait = (life.saturating_mul(share) / 100).max(1000);
        self.next = now.saturating_add(match self.over_a_stream {
            true => wait.min(STREAM_KEPT_MS),
            false => wait,
        });
        self.standing = Standing::Registered;
        self.attempt_is_over();
        self.failures = 0;
    }

    fn challenged(&mut self, now: Millis, response: &Response) {
        let challenge = match Challenge::best(response) {
            Ok(challenge) => challenge,
            Err(why) => return self.failed(now, why, LONGEST_WAIT_MS),
        };
        if self.challenges > 0 && !challenge.stale {
            let code = response.status_code.code();
            let why = format!("{code} again: user or password are not right there");
            self.challenge = None;
            return self.failed(now, why, LONGEST_WAIT_MS);
        }
        if self.challenges >= MOST_CHALLENGES {
            return self.failed(now, "each nonce it gives is stale at once".to_owned(), 0);
        }
        self.challenges += 1;
        self.challenge = Some((challenge, 0));
        self.next = now;
    }

    fn failed(&mut self, now: Millis, why: String, at_least: u64) {
        self.attempt_is_over();
        if self.leaving {
            self.standing = Standing::Left;
            return;
        }
        let longest = FIRST_WAIT_MS
            .saturating_mul(1 << self.failures.min(10))
            .min(LONGEST_WAIT_MS)
            .max(at_least);
        self.failures = self.failures.saturating_add(1);
        // Half of it is left to chance, but never less than the trunk asks for.
        let wait = longest / 2 + self.random.u64(..=longest / 2);
        self.next = now.saturating_add(wait.max(at_least));
        self.standing = Standing::Failed(why);
    }

    fn attempt_is_over(&mut self) {
        self.challenges = 0;
        self.raised = false;
    }

    /// Seconds: what our Contact has, else what the answer has as a whole, else what we asked for.
    fn granted(&self, response: &Response) -> u64 {
        let ours = UriParts::parse(&self.account.contact);
        let contacts: Vec<NameAddr<'_>> = values(response, "Contact")
            .chain(values(response, "m"))
            .flat_map(entries)
            .filter_map(NameAddr::parse)
            .collect();
        let same = contacts.iter().find(|contact| {
            let there = UriParts::parse(contact.uri);
            there
                .zip(ours.as_ref())
                .is_some_and(|(a, b)| a.same_place(b))
        });
        // One that a box in between has rewritten is ours all the same.
        let contact = same.or(match contacts.as_slice() {
            [only] => Some(only),
            _ => None,
        });
        contact
            .and_then(|contact| contact.param("expires")?.parse().ok())
            .or_else(|| seconds(response, "Expires"))
            .unwrap_or(self.wanted_s)
            .min(LONGEST_MINIMUM_S)
    }
}

fn values<'a>(response: &'a Response, name: &'a str) -> impl Iterator<Item = &'a str> {
    response
        .headers
        .iter()
        .filter(move |header| header.name().eq_ignore_ascii_case(name))
        .map(|header| header.value())
}

/// The number that a header begins with.
fn seconds(response: &Response, name: &str) -> Option<u64> {
    let value = values(response, name).next()?.trim();
    let end = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

fn minimum(response: &Response) -> Option<u64> {
    seconds(response, "Min-Expires")
}

#[cfg(test)]
#[path = "registering_tests.rs"]
mod tests;
