//! Where messages begin and end in a stream (RFC 3261 section 18.3), and how long they may be.

use std::borrow::Cow;

/// A message with its body. The stack reads no more, over UDP 8,192 bytes.
pub const MOST_MESSAGE: usize = 65_535;
/// Of a message that has no end of its head so far.
const MOST_HEAD: usize = 32_768;

/// What a stream begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// CRLF or twice that (RFC 5626 section 4.4.1), of this length.
    KeepAlive(usize),
    /// A message of this length, if it is one.
    Message(usize),
}

/// Why nobody knows where the next message begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unframed {
    TooLarge,
    /// No Content-Length, more than one, or no number.
    NoLength,
}

/// The first message in what was read; `None`: it is not there as a whole.
pub fn first(read: &[u8]) -> Result<Option<Frame>, Unframed> {
    if read.starts_with(b"\r\n\r\n") {
        return Ok(Some(Frame::KeepAlive(4)));
    }
    match read {
        [b'\r'] | [b'\r', b'\n', b'\r'] | [] => return Ok(None),
        [b'\r', b'\n', ..] => return Ok(Some(Frame::KeepAlive(2))),
        _ => {}
    }
    let head = read.get(..read.len().min(MOST_HEAD)).unwrap_or_default();
    let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else {
        return match read.len() >= MOST_HEAD {
            true => Err(Unframed::TooLarge),
            false => Ok(None),
        };
    };
    let body = content_length(head.get(..end).unwrap_or_default())?;
    let length = end + 4 + body;
    match length > MOST_MESSAGE {
        true => Err(Unframed::TooLarge),
        false => Ok((length <= read.len()).then_some(Frame::Message(length))),
    }
}

fn content_length(head: &[u8]) -> Result<usize, Unframed> {
    let mut found = None;
    let mut lines = head.split(|&b| b == b'\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let name = name.trim_end();
        if !name.eq_ignore_ascii_case("Content-Length") && !name.eq_ignore_ascii_case("l") {
            continue;
        }
        // It may go on in the next line.
        let mut value = Cow::Borrowed(value);
        while let Some(more) =
            lines.next_if(|next| next.starts_with(b" ") || next.starts_with(b"\t"))
        {
            value.to_mut().push_str(&String::from_utf8_lossy(more));
        }
        let length = super::guard::number(value.trim()).ok_or(Unframed::NoLength)?;
        // Longer than any message: refused as too large, whatever it is.
        let length = usize::try_from(length)
            .unwrap_or(MOST_MESSAGE)
            .min(MOST_MESSAGE);
        if found.replace(length).is_some() {
            return Err(Unframed::NoLength);
        }
    }
    found.ok_or(Unframed::NoLength)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<Option<Frame>, Unframed> {
        first(text.as_bytes())
    }

    #[test]
    fn a_message_ends_where_its_length_says() {
        let head = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\n";
        assert_eq!(
            of(&format!("{head}abcd")),
            Ok(Some(Frame::Message(head.len() + 3)))
        );
        assert_eq!(of(&format!("{head}ab")), Ok(None));
        assert_eq!(of("OPTIONS sip:a@b SIP/2.0\r\n"), Ok(None));
        let folded = "A b\r\nl :\r\n 3\r\n\r\nabc";
        assert_eq!(of(folded), Ok(Some(Frame::Message(folded.len()))));
    }

    #[test]
    fn keep_alives_stand_between_messages() {
        assert_eq!(of("\r\n\r\nOPTIONS"), Ok(Some(Frame::KeepAlive(4))));
        assert_eq!(of("\r\nOPTIONS"), Ok(Some(Frame::KeepAlive(2))));
        for begun in ["", "\r", "\r\n\r"] {
            assert_eq!(of(begun), Ok(None));
        }
    }

    #[test]
    fn what_has_no_sure_end_ends_the_connection() {
        for (lines, why) in [
            ("", Unframed::NoLength),
            ("Content-Length: -1\r\n", Unframed::NoLength),
            ("Content-Length: +1\r\n", Unframed::NoLength),
            ("Content-Length: 1\r\nl: 1\r\n", Unframed::NoLength),
            ("l: 65536\r\n", Unframed::TooLarge),
            ("l: 18446744073709551615\r\n", Unframed::TooLarge),
            ("l: 99999999999999999999999\r\n", Unframed::NoLength),
        ] {
            assert_eq!(of(&format!("A b\r\n{lines}\r\n")), Err(why), "{lines}");
        }
        assert_eq!(of(&"a".repeat(MOST_HEAD)), Err(Unframed::TooLarge));
    }

    proptest! {
        #[test]
        fn anything_may_come(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some(Frame::Message(length) | Frame::KeepAlive(length))) = first(&bytes) {
                prop_assert!(length > 0 && length <= bytes.len());
            }
        }
    }
}
