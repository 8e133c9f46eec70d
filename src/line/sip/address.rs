//! Addresses as SIP headers carry them: `"Name" <sip:user@host:port;p=v>;q=0.5`, lists of them, and
//! what may stand in a URI's header part (RFC 3261 sections 19.1 and 20).
//!
//! The stack's own reader cuts a user part with `;` or `?` in it and forgets parameters; what comes
//! from outside is read here where that matters.

use super::head::split_list;
use std::borrow::Cow;
use std::net::IpAddr;

/// One entry of a From, To, Contact, Refer-To or P-Asserted-Identity header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameAddr<'a> {
    pub name: Option<String>,
    pub uri: &'a str,
    /// Parameters of the header, not of the URI; names in lower case.
    pub params: Vec<(String, &'a str)>,
}

impl<'a> NameAddr<'a> {
    pub fn parse(text: &'a str) -> Option<NameAddr<'a>> {
        let text = text.trim();
        let (name, uri, params) = match find_outside_quotes(text, '<') {
            Some(open) => {
                let (before, rest) = (text.get(..open)?, text.get(open + 1..)?);
                let (uri, params) = rest.split_once('>')?;
                (unquoted(before.trim()), uri.trim(), params)
            }
            // Without brackets, parameters are the header's (RFC 3261 section 20.10).
            None => match text.split_once(';') {
                Some((uri, _)) => (None, uri.trim(), text.get(uri.len()..)?),
                None => (None, text, ""),
            },
        };
        if uri.is_empty() || uri.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let params = split_outside_quotes(params, ';')
            .into_iter()
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, value)) => (
                    name.trim().to_ascii_lowercase(),
                    value.trim().trim_matches('"'),
                ),
                None => (part.to_ascii_lowercase(), ""),
            })
            .collect();
        Some(NameAddr { name, uri, params })
    }

    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
    }
}

/// The entries of a header that may have several, by its commas.
pub(super) fn entries(value: &str) -> Vec<&str> {
    split_list(value)
        .filter(|entry| !entry.trim().is_empty())
        .collect()
}

/// The parts of a URI that tell who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriParts<'a> {
    /// `sip`, `sips` or `tel`, in lower case.
    pub scheme: String,
    /// Unescaped, without the parameters that a telephone number may have; the number of a `tel`.
    pub user: Option<String>,
    /// Without brackets' content changed, with its port.
    pub host: &'a str,
    /// What follows the host, from the first `;` or `?`.
    pub rest: &'a str,
}

impl<'a> UriParts<'a> {
    pub fn parse(uri: &'a str) -> Option<UriParts<'a>> {
        let (scheme, rest) = uri.split_once(':')?;
        let scheme = scheme.trim().to_ascii_lowercase();
        if !["sip", "sips", "tel"].contains(&scheme.as_str()) {
            return None;
        }
        if scheme == "tel" {
            let number = rest.split(';').next()?;
            return (!number.is_empty()).then(|| UriParts {
                scheme,
                user: Some(unescaped(number).into_owned()),
                host: "",
                rest: "",
            });
        }
        // The user part may hold `;` and `?`; an `@` after it can only be an unescaped one in a
        // header, which is not allowed.
        let (user, host) = match rest.split_once('@') {
            Some((user, host)) => {
                let user = user.split([';', ':']).next().unwrap_or_default();
                (Some(unescaped(user).into_owned()), host)
            }
            None => (None, rest),
        };
        let end = host.find([';', '?']).unwrap_or(host.len());
        let (host, rest) = (host.get(..end)?, host.get(end..)?);
        if host.is_empty() {
            return None;
        }
        Some(UriParts {
            scheme,
            user: user.filter(|user| !user.is_empty()),
            host,
            rest,
        })
    }

    /// Whether two URIs lead to the same place, as RFC 3261 section 19.1.4 compares them, but with
    /// `transport` as the only parameter that counts.
    pub fn same_place(&self, other: &UriParts<'_>) -> bool {
        self.scheme == other.scheme
            && self.user == other.user
            && self.host.eq_ignore_ascii_case(other.host)
            && self.transport() == other.transport()
    }

    /// The address that it names; `None` for a domain.
    pub fn ip(&self) -> Option<IpAddr> {
        let host = match self.host.strip_prefix('[') {
            Some(v6) => v6.split(']').next(),
            None => self.host.split(':').next(),
        };
        host?.parse().ok()
    }

    /// Whether nobody can read along on the way there.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == "sips" || self.transport() == "tls"
    }

    fn transport(&self) -> String {
        let params = self.rest.split('?').next().unwrap_or_default();
        params
            .split(';')
            .filter_map(|param| param.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("transport"))
            .map_or("udp".to_owned(), |(_, value)| value.to_ascii_lowercase())
    }
}

/// A telephone number out of a user part: digits, a `+` before them kept, visual separators
/// (RFC 3966 section 5.1.1) dropped. `None` for anything else, such as a name.
pub(super) fn telephone_number(user: &str) -> Option<String> {
    let user = user.trim();
    let (plus, digits) = match user.strip_prefix('+') {
        Some(digits) => ("+", digits),
        None => ("", user),
    };
    let mut number = plus.to_owned();
    for c in digits.chars() {
        match c {
            '0'..='9' => number.push(c),
            '-' | '.' | '(' | ')' | ' ' | '/' => {}
            _ => return None,
        }
    }
    // E.164 has 15 digits; numbers with a carrier's prefix are a little longer.
    (2..=20)
        .contains(&(number.len() - plus.len()))
        .then_some(number)
}

/// For a header's name or value in a URI (RFC 3261 section 25.1, hname and hvalue).
pub(super) fn escaped_for_uri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                out.push(char::from(byte));
            }
            b'[' | b']' | b'/' | b'?' | b':' | b'+' | b'$' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `%41` as `A`; what is no escape stays.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// In a header's value: no line may end in it, and control characters are no text.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether it may be a header's name (RFC 3261 section 25.1, token).
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

fn unquoted(name: &str) -> Option<String> {
    let inner = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    let name = match inner {
        Some(inner) => {
            let mut plain = String::new();
            let mut escaped = false;
            for c in inner.chars() {
                match c {
                    '\\' if !escaped => escaped = true,
                    _ => {
                        escaped = false;
                        plain.push(c);
                    }
                }
            }
            plain
        }
        None => name.to_owned(),
    };
    (!name.is_empty()).then_some(name)
}

fn find_outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if c == wanted && !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = find_outside_quotes(rest, separator) {
        parts.extend(rest.get(..at));
        rest = rest.get(at + separator.len_utf8()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_read_in_each_of_its_forms() {
        let full = NameAddr::parse("\"Anna, \\\"A\\\"\" <sip:a@b;x=y>;q=0.5;Expires=60").unwrap();
        assert_eq!(full.name.as_deref(), Some("Anna, \"A\""));
        assert_eq!(full.uri, "sip:a@b;x=y");
        assert_eq!(full.param("q"), Some("0.5"));
        assert_eq!(full.param("expires"), Some("60"));
        let bare = NameAddr::parse("sip:a@b;tag=1").unwrap();
        assert_eq!((bare.uri, bare.param("tag")), ("sip:a@b", Some("1")));
        assert_eq!(NameAddr::parse("<sip:a@b"), None);
        assert_eq!(NameAddr::parse("<>"), None);
        assert_eq!(
            entries("\"A, B\" <sip:a@b>, <sip:c@d?x=1,2>,"),
            ["\"A, B\" <sip:a@b>", " <sip:c@d?x=1,2>"]
        );
    }

    #[test]
    fn who_is_meant_by_a_uri() {
        let uri = UriParts::parse("sip:%2A12;ext=4@[::1]:5070;transport=TCP?a=b").unwrap();
        assert_eq!(uri.user.as_deref(), Some("*12"));
        assert_eq!(uri.host, "[::1]:5070");
        assert_eq!(uri.rest, ";transport=TCP?a=b");
        let other = UriParts::parse("SIP:*12@[::1]:5070;transport=tcp;x").unwrap();
        assert!(uri.same_place(&other));
        assert!(!uri.same_place(&UriParts::parse("sip:*12@[::1]:5070").unwrap()));
        assert_eq!(
            UriParts::parse("tel:+49-30;phone-context=x").unwrap().user,
            Some("+49-30".to_owned())
        );
        assert_eq!(UriParts::parse("http://x"), None);
        assert_eq!(UriParts::parse("sip:a@"), None);
    }

    #[test]
    fn numbers_are_told_from_names() {
        let number = |user| telephone_number(user);
        assert_eq!(number("+49 (30) 123-45").as_deref(), Some("+493012345"));
        assert_eq!(number("030/123.45").as_deref(), Some("03012345"));
        assert_eq!(number("12").as_deref(), Some("12"));
        for name in ["anonymous", "anna2", "", "+", "1", "*12", "++49", "4+9"] {
            assert_eq!(number(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn anything_may_come(text in "\\PC{0,60}") {
            for entry in entries(&text) {
                if let Some(address) = NameAddr::parse(entry) {
                    UriParts::parse(address.uri);
                }
            }
        }

        #[test]
        fn what_is_escaped_for_a_uri_comes_back(text in "\\PC{0,60}") {
            let escaped = escaped_for_uri(&text);
            prop_assert!(escaped.is_ascii());
            prop_assert!(!escaped.contains(['&', '=', '<', '>', ';', '@', '"', ' ']));
            prop_assert_eq!(unescaped(&escaped), text);
        }
    }
}
