//! How a download goes on after it broke off: what a server's answer means for the bytes that
//! are already there. Only decides; `pull` does.
//!
//! There is no `If-Range`: the catalogue's checksum tells whether old and new bytes belong
//! together, across runs of the program and across mirrors, where an entity tag would not.

/// What an HTTP answer says about its body (RFC 9110).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    pub status: u16,
    pub content_type: String,
    pub length: Option<u64>,
    pub range: Option<ContentRange>,
}

/// `Content-Range: bytes 100-199/1000` (RFC 9110, section 14.4), as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContentRange {
    /// None in an answer that says that nothing fits.
    pub first: Option<u64>,
    /// None when the server does not know.
    pub whole: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub enum Answer {
    /// The body continues what is there.
    Append,
    /// The body is the whole file.
    FromTheBeginning,
    /// What is there cannot be continued: ask again for the whole.
    AskForAll,
    /// The file there has this size, which is not the catalogue's.
    OtherSize(u64),
    WebPage,
    /// Worth another try: the server has trouble of its own.
    Later,
    /// No use.
    Refused,
}

/// What to do with an answer to a request for everything from byte `from` of `size`.
pub fn judge(head: &Head, from: u64, size: u64) -> Answer {
    let page = head.content_type.to_lowercase().starts_with("text/html");
    match head.status {
        200 | 206 if page => Answer::WebPage,
        200 => match head.length {
            Some(length) if length != size => Answer::OtherSize(length),
            _ => Answer::FromTheBeginning,
        },
        206 => match head.range {
            Some(ContentRange {
                whole: Some(whole), ..
            }) if whole != size => Answer::OtherSize(whole),
            Some(ContentRange {
                first: Some(first), ..
            }) if first == from => Answer::Append,
            _ if from > 0 => Answer::AskForAll,
            _ => Answer::Refused,
        },
        416 => match head.range.and_then(|range| range.whole) {
            Some(whole) if whole != size => Answer::OtherSize(whole),
            _ if from > 0 => Answer::AskForAll,
            _ => Answer::Refused,
        },
        408 | 425 | 429 | 500..=599 => Answer::Later,
        _ => Answer::Refused,
    }
}

impl ContentRange {
    pub fn parse(text: &str) -> Option<ContentRange> {
        let (range, whole) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let whole = match whole.trim() {
            "*" => None,
            number => Some(number.parse().ok()?),
        };
        let first = match range.trim() {
            "*" => None,
            range => Some(range.split_once('-')?.0.trim().parse().ok()?),
        };
        Some(ContentRange { first, whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(status: u16, length: Option<u64>, range: &str) -> Head {
        Head {
            status,
            length,
            range: ContentRange::parse(range),
            ..Head::default()
        }
    }

    #[test]
    fn a_continued_download_is_appended() {
        let answer = head(206, Some(600), "bytes 400-999/1000");
        assert_eq!(judge(&answer, 400, 1000), Answer::Append);
        let unknown_whole = head(206, None, "bytes 400-999/*");
        assert_eq!(judge(&unknown_whole, 400, 1000), Answer::Append);
    }

    #[test]
    fn a_server_without_ranges_sends_all() {
        for length in [Some(1000), None] {
            let answer = head(200, length, "");
            assert_eq!(judge(&answer, 400, 1000), Answer::FromTheBeginning);
        }
    }

    #[test]
    fn bytes_from_elsewhere_are_not_appended() {
        for range in ["bytes 0-999/1000", "bytes 401-999/1000", "", "bytes */*"] {
            assert_eq!(judge(&head(206, None, range), 400, 1000), Answer::AskForAll);
        }
        assert_eq!(judge(&head(416, None, ""), 400, 1000), Answer::AskForAll);
        assert_eq!(judge(&head(416, None, ""), 0, 1000), Answer::Refused);
        assert_eq!(judge(&head(206, None, ""), 0, 1000), Answer::Refused);
    }

    #[test]
    fn another_file_is_noticed_before_it_is_downloaded() {
        assert_eq!(
            judge(&head(200, Some(9), ""), 0, 1000),
            Answer::OtherSize(9)
        );
        let other = head(206, None, "bytes 400-1099/1100");
        assert_eq!(judge(&other, 400, 1000), Answer::OtherSize(1100));
        let shorter = head(416, None, "bytes */300");
        assert_eq!(judge(&shorter, 400, 1000), Answer::OtherSize(300));
        let mut page = head(200, Some(1000), "");
        page.content_type = "Text/HTML; charset=utf-8".to_owned();
        assert_eq!(judge(&page, 0, 1000), Answer::WebPage);
    }

    #[test]
    fn trouble_passes_and_a_refusal_does_not() {
        for status in [408, 429, 500, 502, 503] {
            assert_eq!(judge(&head(status, None, ""), 0, 10), Answer::Later);
        }
        for status in [204, 304, 400, 401, 403, 404, 407, 410] {
            assert_eq!(judge(&head(status, None, ""), 0, 10), Answer::Refused);
        }
    }

    proptest! {
        #[test]
        fn a_range_reads_back(first: u64, whole: u64) {
            let text = format!("bytes {first}-{whole}/{whole}");
            let range = ContentRange { first: Some(first), whole: Some(whole) };
            prop_assert_eq!(ContentRange::parse(&text), Some(range));
        }

        #[test]
        fn no_header_makes_it_panic(text: String) {
            let _ = ContentRange::parse(&text);
            let _ = ContentRange::parse(&format!("bytes {text}"));
        }

        #[test]
        fn only_matching_bytes_are_ever_appended(
            status in 200u16..600, first: Option<u64>, whole: Option<u64>,
            from in 0u64..2000, size in 1u64..2000,
        ) {
            let range = Some(ContentRange { first, whole });
            let head = Head { status, range, ..Head::default() };
            if judge(&head, from, size) == Answer::Append {
                prop_assert!(first == Some(from) && whole.is_none_or(|whole| whole == size));
            }
        }
    }
}
