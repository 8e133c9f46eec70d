//! Headers of a lookup, with slots and secrets in them.
//!
//! No value, said or secret, begins another header: control characters are refused, not dropped.

use super::template::{Part, Template};
use super::{Failed, Secrets, Wrong};
use ureq::http::{HeaderName, HeaderValue, header};

/// What the connection and the body decide.
const NOT_FOR_DIALPLANS: [HeaderName; 10] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::ACCEPT_ENCODING,
    header::PROXY_AUTHORIZATION,
];

#[derive(Clone)]
pub(super) struct Header {
    pub(super) name: HeaderName,
    value: Template,
}

impl Header {
    pub(super) fn new(name: &str, value: &str) -> Result<Header, Wrong> {
        let name: HeaderName = name.parse().map_err(|_| {
            Wrong::new(
                format!("{name:?} is no name of a header"),
                "write letters, digits and `-`, like X-Customer",
            )
        })?;
        if NOT_FOR_DIALPLANS.contains(&name) {
            return Err(Wrong::new(
                format!("the header {name} is not for dialplans to set"),
                "leave it out: it follows from the address and the body",
            ));
        }
        let value = Template::with_secrets(value)?;
        if value.texts().any(|text| text.chars().any(char::is_control)) {
            return Err(Wrong::new(
                "a control character stands in the header".to_owned(),
                "write it in one line",
            ));
        }
        Ok(Header { name, value })
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &str> {
        self.value.slots()
    }

    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.value.secrets()
    }

    pub(super) fn fill(
        &self,
        values: &dyn Fn(&str) -> Option<String>,
        secrets: &Secrets,
    ) -> Result<HeaderValue, Failed> {
        let text = self.value.fill(|part, filled| {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Slot(slot) => {
                    let value = values(slot).ok_or_else(|| Failed::unset(slot))?;
                    if value.chars().any(char::is_control) {
                        let why = "holds a control character, and stands in a header";
                        return Err(Failed::no_value(slot, why));
                    }
                    filled.push_str(&value);
                }
                Part::Secret(name) => filled.push_str(&secret(name, secrets)?),
            }
            Ok(())
        })?;
        // Beyond ASCII, as UTF-8: most servers read it so.
        let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
            let slot = self.value.slots().next().unwrap_or_default();
            Failed::no_value(slot, "cannot stand in a header")
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn secret(name: &str, secrets: &Secrets) -> Result<String, Failed> {
    let no_secret = |why| Failed::NoSecret {
        name: name.to_owned(),
        why,
    };
    let secret = secrets(name).ok_or_else(|| no_secret("is not set"))?;
    // Files and shells like to leave one.
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(no_secret("is empty"));
    }
    if secret.chars().any(char::is_control) {
        return Err(no_secret("holds a line break or another control character"));
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(header: &str, value: &str, secret: Option<&str>) -> Result<HeaderValue, Failed> {
        let header = Header::new("X-Test", header).ok().unwrap();
        let secret = secret.map(str::to_owned);
        let secrets: Box<Secrets> = Box::new(move |_| secret.clone());
        header.fill(&|_| Some(value.to_owned()), &*secrets)
    }

    #[test]
    fn slots_and_secrets_are_filled_once() {
        let value = filled(
            "Bearer $TOKEN for {who}",
            "$TOKEN {who}",
            Some("{who} $TOKEN"),
        );
        assert_eq!(value.unwrap(), "Bearer {who} $TOKEN for $TOKEN {who}");
    }

    #[test]
    fn a_value_shows_in_no_debug_output() {
        let value = filled("Bearer $TOKEN", "", Some("hush")).unwrap();
        assert!(!format!("{value:?}").contains("hush"));
    }

    #[test]
    fn a_secret_that_is_of_no_use_is_named_and_not_shown() {
        for (secret, says) in [
            (None, "is not set"),
            (Some(""), "is empty"),
            (Some("\n"), "is empty"),
            (Some("hu\nsh"), "line break"),
        ] {
            let failed = filled("Bearer $TOKEN", "", secret).unwrap_err().to_string();
            assert!(
                failed.contains("$TOKEN") && failed.contains(says),
                "{failed}"
            );
            assert!(!failed.contains("hu"), "{failed}");
        }
        assert_eq!(filled("$TOKEN", "", Some("hush\r\n")).unwrap(), "hush");
    }

    #[test]
    fn no_header_of_the_connection_is_set() {
        for (name, value) in [
            ("Host", "evil"),
            ("content-length", "1"),
            ("Transfer-Encoding", "chunked"),
            ("Accept-Encoding", "gzip"),
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            ("a\r\nb", "x"),
            ("X", "a\r\nb: c"),
            ("X", "a\0"),
            ("X", "$"),
            ("X", "{"),
        ] {
            assert!(Header::new(name, value).is_err(), "{name}: {value}");
        }
    }

    proptest! {
        #[test]
        fn no_value_begins_another_line(value: String, secret: String) {
            match filled("a {v} b $S c", &value, Some(&secret)) {
                Ok(filled) => {
                    prop_assert!(!filled.as_bytes().iter().any(u8::is_ascii_control));
                    let secret = secret.trim_end_matches(['\r', '\n']);
                    let expected = format!("a {value} b {secret} c");
                    prop_assert_eq!(filled.as_bytes(), expected.as_bytes());
                }
                Err(failed) => {
                    let odd = |text: &str| text.is_empty() || text.chars().any(char::is_control);
                    prop_assert!(odd(&value) || odd(&secret), "{}", failed);
                }
            }
        }
    }
}
