//! Keys for SRTP in SDP: the `a=crypto` lines of RFC 4568, with the suites of [`Suite`].
//!
//! Of the lines that a peer offers the first that can be used is taken. Its key's lifetime is read and left to
//! the peer, whose packets it limits; a line with an MKI, with more than one key, with a key derivation rate or
//! with a session parameter that would leave something open is passed over. Reasons never hold keys.

use super::SdpError;
use super::description::Stream;
use crate::line::srtp::{Key, Suite};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use std::net::SocketAddr;

/// Whether sound may be, or must be, encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Plain RTP only.
    Off,
    /// As the peer offers it, encrypted where it can choose; what we offer is plain, because a phone that
    /// does not know SRTP refuses an offer of it.
    #[default]
    Allowed,
    /// A peer that does not encrypt is refused.
    Required,
}

/// The keys of both directions, of one suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srtp {
    pub ours: Key,
    pub theirs: Key,
}

/// One usable `a=crypto` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    tag: u32,
    key: Key,
}

impl Line {
    #[cfg(test)]
    pub(super) fn for_test(tag: u32, key: Key) -> Line {
        Line { tag, key }
    }

    pub(super) fn attribute(&self) -> String {
        let key = BASE64_STANDARD.encode(self.key.reveal());
        format!("{} {} inline:{key}", self.tag, self.key.suite().name())
    }
}

/// What we want of SRTP in one dialog, and what became of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Security {
    pub(super) policy: Policy,
    /// Where to, and with which keys.
    agreed: Option<(SocketAddr, Srtp)>,
    /// `None`: plain RTP.
    offered: Option<Vec<Line>>,
}

impl Security {
    pub(super) fn forget(&mut self) {
        self.agreed = None;
        self.offered = None;
    }

    /// Our line in answer to the peer's. Our key stays while theirs and their address do; else their side is
    /// somebody else, perhaps, who does not know how often our numbers have wrapped.
    pub(super) fn answer(
        &mut self,
        theirs: Option<Line>,
        remote: SocketAddr,
    ) -> Result<Option<(Srtp, Line)>, SdpError> {
        let Some(Line { tag, key: theirs }) = theirs else {
            self.agreed = None;
            return Ok(None);
        };
        let kept = self
            .agreed
            .as_ref()
            .filter(|(to, keys)| *to == remote && keys.theirs == theirs);
        let ours = match kept {
            Some((_, keys)) => keys.ours.clone(),
            None => fresh(theirs.suite())?,
        };
        let key = ours.clone();
        let agreed = Srtp { ours, theirs };
        self.agreed = Some((remote, agreed.clone()));
        Ok(Some((agreed, Line { tag, key })))
    }

    /// Our lines in an offer; `None` for plain RTP. A call that is encrypted stays so, with the key that it has:
    /// who does not answer goes on with it. Without random numbers there is no line, and no peer can answer.
    pub(super) fn offer(&mut self) -> Option<&[Line]> {
        let fresh = |suite| fresh(suite).ok();
        self.offered = match &self.agreed {
            Some((_, keys)) => Some(vec![Line {
                tag: 1,
                key: keys.ours.clone(),
            }]),
            None if self.policy == Policy::Required => {
                let suites = [Suite::Aes256CmSha1_80, Suite::Aes128CmSha1_80];
                let keys = suites.into_iter().filter_map(fresh);
                let lines = (1..).zip(keys).map(|(tag, key)| Line { tag, key });
                Some(lines.collect())
            }
            None => None,
        };
        self.offered.as_deref()
    }

    /// What an answer to our offer must be.
    pub(super) fn expected(&self) -> Policy {
        match self.offered {
            None => Policy::Off,
            Some(_) => Policy::Required,
        }
    }

    /// What the peer's line in answer to ours means.
    pub(super) fn accept(
        &mut self,
        theirs: Option<Line>,
        remote: SocketAddr,
    ) -> Result<Option<Srtp>, SdpError> {
        let Some(theirs) = theirs else {
            self.agreed = None;
            return Ok(None);
        };
        let suite = theirs.key.suite();
        let ours = self
            .offered
            .iter()
            .flatten()
            .find(|ours| ours.tag == theirs.tag && ours.key.suite() == suite)
            .map(|ours| ours.key.clone())
            .ok_or_else(|| {
                let why = format!("{} with tag {} was not offered", suite.name(), theirs.tag);
                SdpError::Crypto("its answer".to_owned(), why)
            })?;
        let agreed = Srtp {
            ours,
            theirs: theirs.key,
        };
        self.agreed = Some((remote, agreed.clone()));
        Ok(Some(agreed))
    }
}

fn fresh(suite: Suite) -> Result<Key, SdpError> {
    Key::random(suite).map_err(|error| SdpError::Random(error.to_string()))
}

/// The first line of a stream that can be used; `None` where there is none at all. The error says of each
/// why not.
pub(super) fn usable(stream: &Stream<'_>) -> Result<Option<Line>, String> {
    let mut unusable = Vec::new();
    for value in stream.attributes("crypto") {
        match read(value) {
            Ok(line) => return Ok(Some(line)),
            Err(why) => unusable.push(why),
        }
    }
    match unusable.is_empty() {
        true => Ok(None),
        false => Err(unusable.join("; ")),
    }
}

/// Reads what stands behind `a=crypto:` (RFC 4568 section 9.1).
fn read(value: &str) -> Result<Line, String> {
    let mut fields = value.split_whitespace();
    let tag = fields.next().unwrap_or_default();
    let number = (1..=9).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_digit());
    let tag: u32 = match tag.parse() {
        Ok(tag) if number => tag,
        _ => return Err("an a=crypto line has no tag".to_owned()),
    };
    let because = |why: &str| format!("a=crypto:{tag} {why}");
    let name = fields.next().unwrap_or_default();
    let suite = Suite::ALL
        .into_iter()
        .find(|suite| suite.name().eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let name: String = name.chars().take(32).collect();
            because(&format!("is of a suite that we do not have, `{name}`"))
        })?;
    let keys = fields.next().unwrap_or_default();
    let key = read_key(keys, suite).map_err(because)?;
    for parameter in fields {
        permitted(parameter).map_err(because)?;
    }
    Ok(Line { tag, key })
}

fn read_key(keys: &str, suite: Suite) -> Result<Key, &'static str> {
    if keys.contains(';') {
        return Err("has several keys, which need an MKI, and that we do not have");
    }
    let inline = keys
        .split_at_checked(7)
        .filter(|(method, _)| method.eq_ignore_ascii_case("inline:"));
    let (_, inline) = inline.ok_or("has no `inline:` key")?;
    let mut parts = inline.split('|');
    let text = parts.next().unwrap_or_default();
    for part in parts {
        if part.contains(':') {
            return Err("has an MKI, which we do not have");
        }
        let lifetime = part.strip_prefix("2^").unwrap_or(part);
        if lifetime.is_empty() || !lifetime.bytes().all(|b| b.is_ascii_digit()) {
            return Err("has a lifetime that is no number");
        }
    }
    let octets = BASE64_STANDARD.decode(text);
    let octets = octets.map_err(|_| "has a key that is not base64")?;
    Key::new(suite, &octets).ok_or("has a key that is not as long as its suite wants")
}

/// Session parameters (RFC 4568 section 6.3). One that we do not know and that is not marked as
/// dispensable must not be ignored.
fn permitted(parameter: &str) -> Result<(), &'static str> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match name.to_ascii_uppercase().as_str() {
        "KDR" if value == "0" => Ok(()),
        "KDR" => Err("derives new keys in between (KDR), which we do not"),
        "WSH" => Ok(()),
        "UNENCRYPTED_SRTP" | "UNENCRYPTED_SRTCP" | "UNAUTHENTICATED_SRTP" => {
            Err("leaves out what it is for (UNENCRYPTED or UNAUTHENTICATED)")
        }
        other if other.starts_with('-') => Ok(()),
        _ => Err("has a session parameter that we do not know"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 4568 section 4.1 has this key.
    const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    fn why(value: &str) -> String {
        let why = read(value).unwrap_err();
        assert!(!why.contains(KEY) && !why.contains("WVNf"), "{why}");
        why
    }

    #[test]
    fn lines_are_read_as_the_rfc_writes_them() {
        let line = read(&format!(
            "1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20 WSH=128 -X=1"
        ));
        let line = line.unwrap();
        assert_eq!(line.tag, 1);
        assert_eq!(line.key.suite(), Suite::Aes128CmSha1_80);
        assert!(line.key.reveal().starts_with(b"YS___semctl"));
        assert_eq!(
            line.attribute(),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")
        );
        for fine in [
            format!("999999999 aes_cm_128_hmac_sha1_32 INLINE:{KEY}|1048576"),
            format!("2  AES_CM_128_HMAC_SHA1_80  inline:{KEY} KDR=0"),
        ] {
            read(&fine).unwrap();
        }
    }

    #[test]
    fn lines_that_cannot_be_used_say_why_without_the_key() {
        let suite = "AES_CM_128_HMAC_SHA1_80";
        for (value, expected) in [
            (String::new(), "no tag"),
            (format!("x {suite} inline:{KEY}"), "no tag"),
            (format!("1234567890 {suite} inline:{KEY}"), "no tag"),
            (
                format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
                "F8_128_HMAC_SHA1_80",
            ),
            (format!("1 {suite}"), "no `inline:`"),
            (format!("1 {suite} uri:{KEY}"), "no `inline:`"),
            (format!("1 {suite} inline:{KEY}|2^20|1:4"), "MKI"),
            (format!("1 {suite} inline:{KEY}|1:4"), "MKI"),
            (
                format!("1 {suite} inline:{KEY};inline:{KEY}"),
                "several keys",
            ),
            (format!("1 {suite} inline:{KEY}|soon"), "lifetime"),
            (format!("1 {suite} inline:{KEY}|"), "lifetime"),
            (format!("1 {suite} inline:!{KEY}"), "base64"),
            (format!("1 {suite} inline:{KEY}AAAA"), "long"),
            (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY}"), "long"),
            (format!("1 {suite} inline:{KEY} KDR=4"), "KDR"),
            (
                format!("1 {suite} inline:{KEY} UNENCRYPTED_SRTP"),
                "UNENCRYPTED",
            ),
            (
                format!("1 {suite} inline:{KEY} unauthenticated_srtp"),
                "UNAUTH",
            ),
            (
                format!("1 {suite} inline:{KEY} FEC_ORDER=SRTP_FEC"),
                "do not know",
            ),
        ] {
            let why = why(&value);
            assert!(why.contains(expected), "{value}: {why}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_survived(value in "[ -~]{0,80}", rest in "\\PC{0,40}") {
            let _ = read(&value);
            let _ = read(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{rest}"));
        }
    }
}
