//! Who is it? Digest authentication as a server (RFC 7616, for SIP RFC 8760): SHA-256 and MD5,
//! `qop=auth`. Sans-IO.
//!
//! Some phones give up when they are offered SHA-256 beside MD5, although RFC 8760 section 2.4 tells
//! them to pass over what they do not know. One that comes again without having answered is offered
//! MD5 alone, and so are those that are known for it.
//!
//! Nonces are ours alone: they carry their time and a keyed hash over it and the address they were
//! given to, so that handing them out costs no memory. One is good for ten minutes (then
//! `stale=true`), and each of its counts once. Guessing is made slow: who answers wrongly too often
//! is not heard for a while.

use md5::Md5;
use rsipstack::sip::{Header, Method, Request};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// Milliseconds since the Unix epoch.
pub type Millis = u64;

/// In every challenge, and in the hash of every password.
const REALM: &str = "zeroline";

const NONCE_LIFE_MS: u64 = 10 * 60 * 1000;

/// Wrong answers after which a user is not heard from an address, and an address not at all.
const USER_TRIES: u32 = 5;
const ADDRESS_TRIES: u32 = 20;
/// For how long at first; it doubles with each further wrong answer.
const QUIET_MS: u64 = 30_000;
const LONGEST_QUIET_MS: u64 = 15 * 60 * 1000;
/// After so long without a wrong answer, earlier ones are forgotten.
const FORGIVEN_MS: u64 = 60 * 60 * 1000;
/// Used nonces and wrong answers that are remembered; the oldest goes.
const MOST_REMEMBERED: usize = 4096;

/// A password as the server needs it: hashed with user and realm, so that it is not kept.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret {
    md5: String,
    sha256: String,
}

impl Secret {
    pub fn new(user: &str, password: &str) -> Secret {
        let text = format!("{user}:{REALM}:{password}");
        Secret {
            md5: Algorithm::Md5.hash(&text),
            sha256: Algorithm::Sha256.hash(&text),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a request's credentials are worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is this user.
    Is(String),
    /// 401 with these WWW-Authenticate values, in the order of preference.
    Challenge(Vec<String>),
    /// 403: not that password, or no such user. Phones that are challenged again just go on trying.
    Wrong,
    /// No answer at all: too many wrong ones came from there.
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Md5,
}

impl Algorithm {
    /// `None` for one that we do not know.
    pub fn named(name: &str) -> Option<Algorithm> {
        match name.trim().to_ascii_uppercase().as_str() {
            "MD5" => Some(Algorithm::Md5),
            "SHA-256" => Some(Algorithm::Sha256),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Md5 => "MD5",
        }
    }

    pub fn hash(self, text: &str) -> String {
        match self {
            Algorithm::Sha256 => hex(&Sha256::digest(text)),
            Algorithm::Md5 => hex(&Md5::digest(text)),
        }
    }
}

/// Knows the nonces in use and who guesses.
pub(super) struct Gate {
    key: [u8; 32],
    given: u32,
    /// The highest count seen of each nonce that somebody proved themselves with.
    used: HashMap<String, Used>,
    wrong: HashMap<(IpAddr, Option<String>), Wrong>,
    /// Who was offered SHA-256 and has not used it, and when.
    without_sha: HashMap<(IpAddr, String), Millis>,
}

struct Used {
    count: u32,
    at: Millis,
}

struct Wrong {
    times: u32,
    last: Millis,
    quiet_until: Millis,
}

impl Gate {
    /// `key` must be random; a new one makes all nonces stale.
    pub fn new(key: [u8; 32]) -> Gate {
        Gate {
            key,
            given: 0,
            used: HashMap::new(),
            wrong: HashMap::new(),
            without_sha: HashMap::new(),
        }
    }

    /// Judges a request from `from`. `claimed` is who it says it is from where it has no
    /// credentials; `trusted`: that this user's phone is known to be at `from`, and is heard
    /// although others there guess.
    pub fn judge(
        &mut self,
        now: Millis,
        request: &Request,
        from: IpAddr,
        claimed: &str,
        secret_of: impl Fn(&str) -> Option<Secret>,
        trusted: impl Fn(&str) -> bool,
    ) -> Verdict {
        let credentials = credentials(request);
        let user = credentials
            .as_ref()
            .map_or(claimed, |credentials| credentials.user.as_str())
            .to_owned();
        let quiet = |key: &(IpAddr, Option<String>)| {
            self.wrong.get(key).is_some_and(|w| w.quiet_until > now)
        };
        if quiet(&(from, Some(user.clone()))) || quiet(&(from, None)) && !trusted(&user) {
            return Verdict::Ignore;
        }
        let phone = (from, user.clone());
        let old = is_old(request);
        let Some(credentials) = credentials else {
            return self.challenge(now, phone, old, false);
        };
        if !self.is_ours(&credentials.nonce, from) {
            return self.challenge(now, phone, old, true);
        }
        let age = given_at(&credentials.nonce).map_or(u64::MAX, |at| now.saturating_sub(at));
        let right =
            secret_of(&user).is_some_and(|secret| credentials.prove(&secret, &request.method));
        if !right {
            self.count_wrong(now, from, user);
            return Verdict::Wrong;
        }
        let seen = self
            .used
            .get(&credentials.nonce)
            .map_or(0, |used| used.count);
        if age > NONCE_LIFE_MS || credentials.count <= seen {
            return self.challenge(now, phone, old, true);
        }
        if credentials.algorithm == Algorithm::Sha256 {
            self.without_sha.remove(&phone);
        }
        self.wrong.remove(&(from, Some(user.clone())));
        make_room(&mut self.used, |used| used.at);
        let used = Used {
            count: credentials.count,
            at: now,
        };
        self.used.insert(credentials.nonce, used);
        self.used
            .retain(|_, used| now.saturating_sub(used.at) <= NONCE_LIFE_MS);
        Verdict::Is(user)
    }

    fn challenge(
        &mut self,
        now: Millis,
        phone: (IpAddr, String),
        old: bool,
        stale: bool,
    ) -> Verdict {
        let from = phone.0;
        self.given = self.given.wrapping_add(1);
        let head = format!("{now:012x}{:08x}", self.given);
        let nonce = format!("{head}{}", self.seal(&head, from));
        let stale = if stale { ", stale=true" } else { "" };
        make_room(&mut self.without_sha, |at| *at);
        let only_md5 = self.without_sha.insert(phone, now).is_some() || old;
        let values = [Algorithm::Sha256, Algorithm::Md5].map(|algorithm| {
            format!(
                "Digest realm=\"{REALM}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
                algorithm.name()
            )
        });
        let skipped = usize::from(only_md5);
        Verdict::Challenge(values.into_iter().skip(skipped).collect())
    }

    fn seal(&self, head: &str, from: IpAddr) -> String {
        // The key goes before and after, so that nothing can be appended.
        let text = format!("{}{head}{from}{}", hex(&self.key), hex(&self.key));
        Sha256::digest(text)
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn is_ours(&self, nonce: &str, from: IpAddr) -> bool {
        nonce.is_ascii()
            && nonce
                .get(..20)
                .zip(nonce.get(20..))
                .is_some_and(|(head, seal)| same(seal, &self.seal(head, from)))
    }

    fn count_wrong(&mut self, now: Millis, from: IpAddr, user: String) {
        let tries = [(Some(user), USER_TRIES), (None, ADDRESS_TRIES)];
        for (user, most) in tries {
            make_room(&mut self.wrong, |wrong| wrong.last);
            let wrong = self.wrong.entry((from, user.clone())).or_insert(Wrong {
                times: 0,
                last: now,
                quiet_until: 0,
            });
            if now.saturating_sub(wrong.last) > FORGIVEN_MS {
                wrong.times = 0;
            }
            wrong.times = wrong.times.saturating_add(1);
            wrong.last = now;
            if let Some(over) = wrong.times.checked_sub(most) {
                let quiet = QUIET_MS << over.min(10);
                wrong.quiet_until = now + quiet.min(LONGEST_QUIET_MS);
                let user = user.unwrap_or_default();
                tracing::warn!(%from, user, times = wrong.times, quiet_ms = quiet.min(LONGEST_QUIET_MS),
                    "wrong passwords: not heard for a while");
            }
        }
    }
}

/// Phones that do not even try again soon: libre before it learned SHA-256.
fn is_old(request: &Request) -> bool {
    request.headers.iter().any(|header| match header {
        Header::UserAgent(name) => ["baresip v0.", "baresip v1."]
            .iter()
            .any(|old| name.value().starts_with(old)),
        _ => false,
    })
}

fn make_room<K: Clone + Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>, at: impl Fn(&V) -> u64) {
    if map.len() >= MOST_REMEMBERED
        && let Some(oldest) = map
            .iter()
            .min_by_key(|(_, v)| at(v))
            .map(|(k, _)| k.clone())
    {
        map.remove(&oldest);
    }
}

/// An Authorization header that we can check.
struct Credentials {
    user: String,
    nonce: String,
    /// `nc`
    count: u32,
    count_text: String,
    client_nonce: String,
    uri: String,
    algorithm: Algorithm,
    response: String,
}

impl Credentials {
    fn prove(&self, secret: &Secret, method: &Method) -> bool {
        let first = match self.algorithm {
            Algorithm::Sha256 => &secret.sha256,
            Algorithm::Md5 => &secret.md5,
        };
        let second = self.algorithm.hash(&format!("{method}:{}", self.uri));
        let expected = self.algorithm.hash(&format!(
            "{first}:{}:{}:{}:auth:{second}",
            self.nonce, self.count_text, self.client_nonce
        ));
        same(&expected, &self.response.to_ascii_lowercase())
    }
}

/// The credentials for our realm; without `qop=auth` they are none, since they could be replayed.
fn credentials(request: &Request) -> Option<Credentials> {
    request
        .headers
        .iter()
        .filter_map(|header| match header {
            Header::Authorization(value) => parameters(value.value()),
            _ => None,
        })
        .find(|params| params.get("realm").is_some_and(|realm| realm == REALM))
        .and_then(|mut params| {
            if !params.get("qop")?.eq_ignore_ascii_case("auth") {
                return None;
            }
            let algorithm = match params.get("algorithm") {
                None => Algorithm::Md5,
                Some(name) => Algorithm::named(name)?,
            };
            let count_text = params.remove("nc")?;
            Some(Credentials {
                user: params.remove("username")?,
                nonce: params.remove("nonce")?,
                count: u32::from_str_radix(&count_text, 16).ok()?,
                count_text,
                client_nonce: params.remove("cnonce")?,
                uri: params.remove("uri")?,
                algorithm,
                response: params.remove("response")?,
            })
        })
}

/// `Digest a=b, c="d"`; names in lower case. The first of two of a name counts.
pub(super) fn parameters(value: &str) -> Option<BTreeMap<String, String>> {
    let (scheme, mut rest) = value.trim().split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let mut params = BTreeMap::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(params);
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut characters = quoted.char_indices();
                let end = loop {
                    match characters.next()? {
                        (at, '"') => break at,
                        (_, '\\') => value.push(characters.next()?.1),
                        (_, c) => value.push(c),
                    }
                };
                (value, quoted.get(end + 1..)?)
            }
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after.get(..end)?.trim().to_owned(), after.get(end..)?)
            }
        };
        params
            .entry(name.trim().to_ascii_lowercase())
            .or_insert(value);
        rest = after;
    }
}

fn given_at(nonce: &str) -> Option<Millis> {
    u64::from_str_radix(nonce.get(..12)?, 16).ok()
}

/// Takes as long for any two texts of a length.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "digest_tests.rs"]
pub(super) mod tests;
