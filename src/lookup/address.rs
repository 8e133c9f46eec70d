//! Where a lookup asks: an address whose server is fixed and whose path and query have slots.
//!
//! Whatever the slots hold, scheme, host, port and the number of path segments are those of the
//! dialplan (RFC 3986). A value in the query may be anything; a value in the path must be able to
//! be a part of one segment, since many servers decode `%2F` before they split the path.

use super::template::{Part, Template};
use super::{Failed, Wrong};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use ureq::http::Uri;

/// All but what RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Clone)]
pub(super) struct Address {
    origin: Origin,
    path: Template,
    query: Option<Template>,
}

/// A server: scheme, host and port (RFC 6454), as `http://host` or `https://host:port`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Host, and port if it is not the usual one.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Address {
    pub(super) fn new(text: &str) -> Result<Address, Wrong> {
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(Wrong::new(
                "the address does not begin with http:// or https://".to_owned(),
                "write the whole address, like https://crm.example/parcels/{number}",
            ));
        }
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let origin = origin(&scheme, authority)?;
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let address = Address {
            origin,
            path: Template::new(path)?,
            query: query.map(Template::new).transpose()?,
        };
        address.check_texts()?;
        // What no value can mend.
        let filled = address.fill(&|_| Some("x".to_owned()));
        match filled.map(|filled| filled.parse::<Uri>()) {
            Ok(Ok(_)) => Ok(address),
            _ => Err(Wrong::new(
                "the path leads through \".\" or \"..\", or is too long".to_owned(),
                "write the path without detours",
            )),
        }
    }

    fn check_texts(&self) -> Result<(), Wrong> {
        for text in self
            .path
            .texts()
            .chain(self.query.iter().flat_map(Template::texts))
        {
            if text.contains('$') {
                return Err(Wrong::new(
                    "\"$\" stands in the address".to_owned(),
                    "addresses end up in logs: a secret belongs in `headers`; a plain dollar is \
                     written %24",
                ));
            }
            if text.contains('#') {
                return Err(Wrong::new(
                    "the address has a fragment (\"#\")".to_owned(),
                    "servers never see what stands behind \"#\": leave it out; a plain # is \
                     written %23",
                ));
            }
            if let Some(odd) = text.chars().find(|&c| !may_stand_in_address(c)) {
                let encoded =
                    utf8_percent_encode(odd.encode_utf8(&mut [0; 4]), RESERVED).to_string();
                return Err(Wrong::new(
                    format!("{odd:?} may not stand in an address"),
                    format!("write {encoded}"),
                ));
            }
            let hex = |after: &str| {
                let two = after.as_bytes().get(..2);
                two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
            };
            if text.split('%').skip(1).any(|after| !hex(after)) {
                return Err(Wrong::new(
                    "after \"%\" two hexadecimal digits must stand".to_owned(),
                    "a plain percent sign is written %25",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &str> {
        let query = self.query.iter().flat_map(Template::slots);
        self.path.slots().chain(query)
    }

    /// The whole address with percent-encoded values.
    pub(super) fn fill(&self, values: &dyn Fn(&str) -> Option<String>) -> Result<String, Failed> {
        let put = |part: &Part, filled: &mut String, in_path: bool| {
            match part {
                Part::Slot(slot) => {
                    let value = values(slot).ok_or_else(|| Failed::unset(slot))?;
                    if in_path && let Some(why) = no_segment(&value) {
                        return Err(Failed::no_value(slot, why));
                    }
                    filled.extend(utf8_percent_encode(&value, RESERVED));
                }
                Part::Text(text) => filled.push_str(text),
                // No address is read with secrets.
                Part::Secret(_) => {}
            }
            Ok(())
        };
        let path = self.path.fill(|part, filled| put(part, filled, true))?;
        if path.split('/').any(is_dot_segment) {
            let slot = self.path.slots().next().unwrap_or_default();
            return Err(Failed::no_value(slot, "would lead to another path"));
        }
        let path = if path.is_empty() { "/" } else { &path };
        let mut address = format!("{}{path}", self.origin);
        if let Some(query) = &self.query {
            address.push('?');
            address.push_str(&query.fill(|part, filled| put(part, filled, false))?);
        }
        Ok(address)
    }
}

/// Where another server is, by the whole address; None when that is no address of a server.
pub(super) fn origin_of(url: &str) -> Option<Origin> {
    let url: Uri = url.parse().ok()?;
    origin(url.scheme_str()?, url.authority()?.as_str()).ok()
}

fn origin(scheme: &str, authority: &str) -> Result<Origin, Wrong> {
    if authority.contains(['{', '}', '$']) {
        return Err(Wrong::new(
            "a slot or a secret stands in the host or port".to_owned(),
            "which server is asked is up to the dialplan alone: write host and port out, and \
             begin the path with \"/\"",
        ));
    }
    if authority.contains('@') {
        return Err(Wrong::new(
            "a name or password stands before the host".to_owned(),
            "addresses end up in logs: write headers = { Authorization = \"Basic $NAME\" }",
        ));
    }
    let no_host = || {
        Wrong::new(
            "host or port cannot be read".to_owned(),
            "write http://host/path or http://host:port/path, with a port from 1 to 65535",
        )
    };
    let whole = format!("{scheme}://{authority}/");
    let url: Uri = whole.parse().map_err(|_| no_host())?;
    let host = url
        .host()
        .filter(|host| !host.is_empty())
        .ok_or_else(no_host)?;
    let host = host.to_ascii_lowercase();
    let usual = if scheme == "http" { 80 } else { 443 };
    let port = match authority.get(host.len()..) {
        Some("") => usual,
        Some(port) => {
            let digits = |port: &&str| port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.strip_prefix(':').filter(digits);
            let port = port.and_then(|port| port.parse().ok());
            port.filter(|&port: &u16| port > 0).ok_or_else(no_host)?
        }
        None => return Err(no_host()),
    };
    Ok(Origin(match port == usual {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}://{host}:{port}"),
    }))
}

fn may_stand_in_address(c: char) -> bool {
    // RFC 3986: pchar, "/" and "?".
    c.is_ascii_alphanumeric() || "-._~!&'()*+,;=:@%/?".contains(c)
}

/// Why a value cannot be a part of a path's segment.
fn no_segment(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("is empty, and stands in the path");
    }
    let separates = |c: char| matches!(c, '/' | '\\') || c.is_control();
    value
        .contains(separates)
        .then_some("holds a slash or a control character, and stands in the path")
}

fn is_dot_segment(segment: &str) -> bool {
    let segment = segment.replace("%2e", ".").replace("%2E", ".");
    segment == "." || segment == ".."
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        match Address::new(text) {
            Ok(address) => address,
            Err(wrong) => panic!("{text}: {}", wrong.message),
        }
    }

    fn filled(text: &str, value: &str) -> Result<String, Failed> {
        address(text).fill(&|slot| (slot != "unknown").then(|| value.to_owned()))
    }

    #[test]
    fn values_are_percent_encoded() {
        let at = |value| filled("http://h:9000/p/{n}/x?a=1&b={m}", value).unwrap();
        assert_eq!(at("B47"), "http://h:9000/p/B47/x?a=1&b=B47");
        assert_eq!(at("a b&c=d?e#f%"), {
            let encoded = "a%20b%26c%3Dd%3Fe%23f%25";
            format!("http://h:9000/p/{encoded}/x?a=1&b={encoded}")
        });
        assert_eq!(at("十"), "http://h:9000/p/%E5%8D%81/x?a=1&b=%E5%8D%81");
    }

    #[test]
    fn a_value_is_never_more_than_a_part_of_a_segment() {
        for value in ["", "..", ".", "a/b", "../x", "a\\b", "a\r\nb", "a\0"] {
            let refused = filled("http://h/p/{n}", value).unwrap_err();
            assert!(matches!(refused, Failed::NoValue { slot, .. } if slot == "n"));
        }
        assert!(filled("http://h/p/.{n}", ".").is_err());
        assert!(filled("http://h/p/%2e{n}", ".").is_err());
        assert_eq!(filled("http://h/p/{n}", "...").unwrap(), "http://h/p/...");
        assert_eq!(
            filled("http://h?q={n}", "../a/b").unwrap(),
            "http://h/?q=..%2Fa%2Fb"
        );
    }

    #[test]
    fn a_slot_without_a_value_is_named() {
        let failed = filled("http://h/{unknown}", "x").unwrap_err();
        assert_eq!(failed.to_string(), "{unknown} has no value");
    }

    #[test]
    fn the_server_is_known_by_scheme_host_and_port() {
        let origin = |text| address(text).origin().to_string();
        assert_eq!(origin("HTTP://Crm.Example:80/x"), "http://crm.example");
        assert_eq!(origin("https://crm.example:443"), "https://crm.example");
        assert_eq!(origin("https://crm.example:80?a"), "https://crm.example:80");
        assert_eq!(origin("http://[::1]:9000/{a}"), "http://[::1]:9000");
    }

    #[test]
    fn what_is_no_address_is_said() {
        for (wrong, says) in [
            ("", "does not begin with http"),
            ("/parcels", "does not begin with http"),
            ("ftp://h/", "does not begin with http"),
            ("{scheme}://h/", "does not begin with http"),
            ("http://", "host or port"),
            ("http:///x", "host or port"),
            ("http://:80/", "host or port"),
            ("http://h:/", "host or port"),
            ("http://h:0/", "host or port"),
            ("http://h:+80/", "host or port"),
            ("http://h:65536/", "host or port"),
            ("http://h\\@evil/", "may not stand"),
            ("http://{h}/", "slot or a secret stands in the host"),
            ("http://h:{port}/", "slot or a secret stands in the host"),
            ("http://h{path}", "slot or a secret stands in the host"),
            ("http://me:word@h/", "name or password"),
            ("http://h/?key=$TOKEN", "\"$\" stands"),
            ("http://h/#top", "fragment"),
            ("http://h/a b", "may not stand"),
            ("http://h/ä", "may not stand"),
            ("http://h/%2", "hexadecimal"),
            ("http://h/%zz", "hexadecimal"),
            ("http://h/a/../b", "detours"),
            ("http://h/{a", "opened and not closed"),
        ] {
            let found = Address::new(wrong).err();
            let said = found.map(|wrong| format!("{} {}", wrong.message, wrong.help));
            assert!(
                said.as_ref().is_some_and(|said| said.contains(says)),
                "{wrong}: {said:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_refused(text in "(http://)?\\PC{0,40}") {
            if let Ok(address) = Address::new(&text) {
                let _ = address.fill(&|_| Some("x".to_owned()));
            }
        }

        #[test]
        fn no_value_changes_where_is_asked(
            a in any::<String>(), b in "[./\\\\%2eE;?#@:\r\n]{0,8}", c in any::<String>(),
        ) {
            let values = |slot: &str| Some(match slot {
                "a" => a.clone(),
                "b" => b.clone(),
                _ => c.clone(),
            });
            let address = address("http://crm.example:9000/p/{a}/v{b}/end?q={c}&r={b}");
            let Ok(filled) = address.fill(&values) else { return Ok(()) };
            prop_assert!(filled.bytes().all(|byte| byte.is_ascii_graphic()));
            let url: Uri = filled.parse().unwrap();
            prop_assert_eq!(url.scheme_str(), Some("http"));
            prop_assert_eq!(url.authority().unwrap().as_str(), "crm.example:9000");
            let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            let segments: Vec<_> = url.path().split('/').map(decoded).collect();
            prop_assert_eq!(segments, ["", "p", &a, &format!("v{b}"), "end"]);
            let pairs: Vec<_> = url.query().unwrap().split('&').map(decoded).collect();
            prop_assert_eq!(pairs, [format!("q={c}"), format!("r={b}")]);
            // Also for a server that decodes first and splits then.
            prop_assert_eq!(decoded(url.path()).split('/').count(), 5);
        }
    }
}
