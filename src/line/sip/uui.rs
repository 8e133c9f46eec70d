//! What a call is about, carried along in SIP: the User-to-User header (RFC 7433).
//!
//! Its standard use comes from ISDN (RFC 7434), where 128 octets pass at most, the first of them
//! saying what follows (0: as the users agreed). RFC 7433 asks only that 128 octets pass; gateways
//! and PBXs cut or drop what is longer, so we never send more: 127 bytes of UTF-8 text.

/// Octets that every element on the way passes on.
const MOST_OCTETS: usize = 128;

/// "User-specific protocol", the first octet (ITU-T Q.931 table 4-26); 4 is plain ASCII text.
const USER_SPECIFIC: u8 = 0;
const PLAIN_ASCII: u8 = 4;

/// The name of the header.
pub const NAME: &str = "User-to-User";

/// The header's value for a text. What is too long is cut, after a word where there is one, with
/// an ellipsis.
pub fn header(text: &str) -> String {
    let octets = std::iter::once(USER_SPECIFIC).chain(cut(text, MOST_OCTETS - 1).into_bytes());
    let hex: String = octets.map(|octet| format!("{octet:02x}")).collect();
    format!("{hex};encoding=hex")
}

/// The text in a header's value; `None` where there is none that people could read.
pub fn text(value: &str) -> Option<String> {
    let (data, params) = value.trim().split_once(';').unwrap_or((value.trim(), ""));
    let data = data.trim();
    let encoding = params
        .split(';')
        .filter_map(|param| param.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("encoding"))
        .map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase());
    // Hexadecimal is what it is when nothing is said.
    if encoding.is_some_and(|encoding| encoding != "hex") {
        return None;
    }
    let octets = from_hex(data.trim_matches('"'))?;
    let octets = match octets.as_slice() {
        [USER_SPECIFIC | PLAIN_ASCII, text @ ..] => text,
        text => text,
    };
    let text = std::str::from_utf8(octets).ok()?;
    let text = super::address::one_line(text);
    (!text.is_empty()).then_some(text)
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            let plain = pair.bytes().all(|b| b.is_ascii_hexdigit());
            plain.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
        })
        .collect()
}

/// At most `most` bytes: whole characters, and whole words where one ends in the second half.
fn cut(text: &str, most: usize) -> String {
    let text = super::address::one_line(text);
    if text.len() <= most {
        return text;
    }
    const ELLIPSIS: &str = "…";
    let mut end = most - ELLIPSIS.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    // `end` may lie right after a word.
    let at_word = text.get(end..).is_some_and(|rest| rest.starts_with(' '));
    let kept = match kept
        .rfind(' ')
        .filter(|&space| space > most / 2 && !at_word)
    {
        Some(space) => kept.get(..space).unwrap_or_default(),
        None => kept,
    };
    format!("{}{ELLIPSIS}", kept.trim_end_matches([' ', ',', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_travels_as_hexadecimal() {
        assert_eq!(header("Hi"), "004869;encoding=hex");
        assert_eq!(text("004869;encoding=hex").as_deref(), Some("Hi"));
    }

    #[test]
    fn what_others_send_is_read() {
        assert_eq!(text("4869").as_deref(), Some("Hi"));
        assert_eq!(text("\"4869\" ; Encoding=\"HEX\"").as_deref(), Some("Hi"));
        assert_eq!(
            text("044869;purpose=isdn-interwork;encoding=hex;content=isdn-uui").as_deref(),
            Some("Hi")
        );
        for nothing in [
            "",
            "00",
            "48x9",
            "486",
            "4869;encoding=base64",
            "00ff",
            "+1+2",
        ] {
            assert_eq!(text(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_long_text_is_cut_after_a_word() {
        let long = "wants to move an appointment, ".repeat(10);
        let read = text(&header(&long)).unwrap();
        assert!(
            read.len() <= 127 && read.ends_with("appointment…"),
            "{read}"
        );
        let one_word = text(&header(&"ä".repeat(200))).unwrap();
        assert!(one_word.len() > 120 && one_word.ends_with('…'));
    }

    proptest! {
        #[test]
        fn a_short_text_comes_back_as_it_was(said in "[a-zA-Zäöü0-9€ .:-]{1,40}") {
            prop_assert_eq!(text(&header(&said)).unwrap_or_default(), said.trim());
        }

        #[test]
        fn any_text_fits_and_breaks_no_header(said in any::<String>()) {
            let value = header(&said);
            prop_assert!(value.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert!(value.split(';').next().unwrap().len() <= 2 * MOST_OCTETS);
        }

        #[test]
        fn any_value_may_come(value in "\\PC{0,80}") {
            text(&value);
        }
    }
}
