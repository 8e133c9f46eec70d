//! What an answer's JSON holds where pointers point (RFC 6901).

use super::address::Origin;
use super::{Failed, Wrong};
use serde_json::Value;
use std::collections::BTreeMap;

/// Longer is no value that could be said, and no key of anything.
const MOST_CHARACTERS: usize = 2000;
/// From here on a floating-point number no longer tells two integers apart (2^53).
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn check_pointer(pointer: &str) -> Result<(), Wrong> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(Wrong::new(
            format!("{pointer:?} is no JSON pointer"),
            format!("it begins with a slash: \"/{}\"", pointer.replace('.', "/")),
        ));
    }
    if pointer
        .split('~')
        .skip(1)
        .any(|after| !after.starts_with(['0', '1']))
    {
        return Err(Wrong::new(
            format!("{pointer:?} is no JSON pointer"),
            "in a name, ~ is written ~0 and / is written ~1",
        ));
    }
    Ok(())
}

/// The values by their names. `gives` says where each stands.
pub(super) fn read(
    origin: &Origin,
    gives: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<BTreeMap<String, String>, Failed> {
    if gives.is_empty() {
        return Ok(BTreeMap::new());
    }
    // RFC 8259 section 8.1 allows to ignore a byte order mark.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let whole: Value = serde_json::from_slice(body)
        .map_err(|error| Failed::broken(origin, format!("no JSON ({error})")))?;
    let mut values = BTreeMap::new();
    for (name, pointer) in gives {
        let value = match whole.pointer(pointer) {
            None | Some(Value::Null) => {
                return Err(Failed::NotFound {
                    host: origin.host().to_owned(),
                    what: format!("nothing stands at \"{pointer}\""),
                });
            }
            Some(value) => text(value)
                .map_err(|why| Failed::broken(origin, format!("at \"{pointer}\" stands {why}")))?,
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn text(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) if text.chars().count() > MOST_CHARACTERS => {
            Err("a text too long for any value")
        }
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            // Without an exponent, and 3.0 as 3: as people write numbers.
            Some(number) if number.abs() < LARGEST_EXACT => Ok(number.to_string()),
            _ => Err("a number too large to be read exactly; such a number is sent as text"),
        },
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(_) => Err("a list, and a value is a text, a number, true or false"),
        Value::Object(_) => Err("an object, and a value is a text, a number, true or false"),
        Value::Null => Err("nothing"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::origin_of;
    use super::*;
    use proptest::prelude::*;

    fn read_at(pointer: &str, body: &str) -> Result<String, Failed> {
        let origin = origin_of("http://crm.example/").unwrap();
        let gives = BTreeMap::from([("it".to_owned(), pointer.to_owned())]);
        let mut values = read(&origin, &gives, body.as_bytes())?;
        Ok(values.remove("it").unwrap())
    }

    #[test]
    fn texts_numbers_and_booleans_become_text() {
        let body = r#"{"a": "on its way", "b": {"c": [12.50, 3.0, -7]}, "d": true,
                       "big": 18446744073709551615, "small": 1e-7, "m~n/o": "x", "": "no name"}"#;
        for (pointer, expected) in [
            ("/a", "on its way"),
            ("/b/c/0", "12.5"),
            ("/b/c/1", "3"),
            ("/b/c/2", "-7"),
            ("/d", "true"),
            ("/big", "18446744073709551615"),
            ("/small", "0.0000001"),
            ("/m~0n~1o", "x"),
            ("/", "no name"),
        ] {
            assert_eq!(read_at(pointer, body).as_deref(), Ok(expected), "{pointer}");
        }
        assert_eq!(read_at("", "\u{feff}\"plain\"").as_deref(), Ok("plain"));
    }

    #[test]
    fn nothing_there_is_not_found() {
        for pointer in ["/b", "/a/x", "/n", "/l/2", "/l/-", "/l/01"] {
            let found = read_at(pointer, r#"{"a": 1, "n": null, "l": [1, 2]}"#);
            assert!(
                matches!(found, Err(Failed::NotFound { .. })),
                "{pointer}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_no_value_is_broken() {
        let deep = "[".repeat(100_000);
        let long = format!("\"{}\"", "a".repeat(MOST_CHARACTERS + 1));
        for body in [
            "",
            "<html>",
            "{",
            "{}",
            "[]",
            "[1",
            "1 2",
            "1e400",
            "123456789012345678901234567890",
            &deep,
            &long,
        ] {
            let found = read_at("", body);
            assert!(
                matches!(found, Err(Failed::Broken { .. })),
                "{body:.30}: {found:?}"
            );
        }
    }

    #[test]
    fn pointers_are_checked() {
        for pointer in ["", "/", "/a/0", "/a~1b", "/~0~1"] {
            assert!(check_pointer(pointer).is_ok(), "{pointer}");
        }
        for pointer in ["a", "status.day", "/~", "/~2", "/a~/b", "#/a"] {
            assert!(check_pointer(pointer).is_err(), "{pointer}");
        }
        let wrong = check_pointer("status.day").err().unwrap();
        assert!(wrong.help.contains("\"/status/day\""));
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(
            body in prop::collection::vec(any::<u8>(), 0..200),
            pointer in "(/[a-z0-9~]{0,3}){0,4}",
        ) {
            let origin = origin_of("http://crm.example/").unwrap();
            let gives = BTreeMap::from([("it".to_owned(), pointer)]);
            let _ = read(&origin, &gives, &body);
        }

        #[test]
        fn what_was_sent_as_text_comes_as_it_is(sent in ".{0,100}", name in ".{0,10}") {
            let body = serde_json::json!({ name.clone(): [sent] }).to_string();
            let pointer = format!("/{}/0", name.replace('~', "~0").replace('/', "~1"));
            prop_assert!(check_pointer(&pointer).is_ok());
            prop_assert_eq!(read_at(&pointer, &body), Ok(sent));
        }
    }
}
