//! Keys that are pressed, in SIP INFO.

use super::header;
use crate::audio::Key;
use rsipstack::sip::Request;

/// The types of body that keys come in.
pub(super) const READABLE: [&str; 2] = ["application/dtmf-relay", "application/dtmf"];

/// Whether an INFO is about keys.
pub(super) fn readable(request: &Request) -> bool {
    let Some(content_type) = header(request, "Content-Type") else {
        return false;
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    READABLE
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known))
}

/// The key in an INFO of type `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`),
/// which no standard describes. Senders differ in blanks, in letter case, in whether the last line
/// ends, and in whether `*` and `#` are characters or the event codes 10 and 11; some mix the two
/// types up. A flash hook (`!`, 16) is no key.
pub(super) fn pressed(request: &Request) -> Option<Key> {
    if !readable(request) {
        return None;
    }
    let body = String::from_utf8_lossy(&request.body);
    let lines = || body.split(['\r', '\n', '\0']).map(str::trim);
    let signal = lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("signal"))
        .map(|(_, value)| value.trim())
        .or_else(|| lines().find(|line| !line.is_empty()))?;
    let mut characters = signal.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) => Key::from_char(c),
        _ => signal.parse().ok().and_then(Key::from_code),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    fn pressed_by(content_type: &str, body: &str) -> Option<char> {
        let head = format!("Content-Type: {content_type}\r\n");
        pressed(&request(&head, body)).map(Key::to_char)
    }

    #[test]
    fn keys_come_by_info_as_each_sender_writes_them() {
        let relay = |body| pressed_by("application/dtmf-relay", body);
        // Linphone, baresip and Asterisk; pjsip and SIP.js; Cisco; TrueConf.
        assert_eq!(relay("Signal=0\r\nDuration=250\r\n"), Some('0'));
        assert_eq!(relay("Signal=*\r\nDuration=160"), Some('*'));
        assert_eq!(relay("Signal= 5\r\nDuration= 160\r\n"), Some('5'));
        assert_eq!(relay("Signal= #\r\nDuration= 250\r\n"), Some('#'));
        // SEMS, by event code and with bare line feeds.
        assert_eq!(relay("Signal=10\nDuration=200\n"), Some('*'));
        assert_eq!(relay("Signal=11\nDuration=200\n"), Some('#'));
        assert_eq!(relay("Signal=12\nDuration=200\n"), Some('A'));
        assert_eq!(relay("Duration=160\r\nsignal = d\r\n"), Some('D'));
        assert_eq!(relay("7"), Some('7'));

        let bare = |body| pressed_by("application/dtmf", body);
        assert_eq!(bare("5"), Some('5'));
        assert_eq!(bare(" 5\r\n"), Some('5'));
        assert_eq!(bare("#\0"), Some('#'));
        assert_eq!(bare("10"), Some('*'));
        assert_eq!(bare("11"), Some('#'));
        assert_eq!(bare("b"), Some('B'));
        assert_eq!(bare("Signal=3\r\nDuration=100"), Some('3'));
    }

    #[test]
    fn the_type_says_whether_an_info_is_a_key() {
        let of = |content_type| pressed_by(content_type, "Signal=5\r\nDuration=160\r\n");
        assert_eq!(of("Application/DTMF-Relay"), Some('5'));
        assert_eq!(of("application/dtmf-relay;charset=utf-8"), Some('5'));
        for other in [
            "application/dtmf-relay2",
            "application/media_control+xml",
            "application/sdp",
            "text/plain",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(pressed(&request("", "5")), None, "without a type");
        assert_eq!(
            pressed(&request("c: application/dtmf\r\n", "5")),
            Key::from_char('5'),
            "the short form"
        );
    }

    #[test]
    fn what_is_no_key_in_an_info_is_nothing() {
        for body in [
            "",
            "\r\n",
            "Signal=",
            "Signal=\r\n5",
            "Signal=!",
            "16",
            "Signal=55",
            "-1",
            "hook",
            "é",
        ] {
            assert_eq!(pressed_by("application/dtmf-relay", body), None, "{body:?}");
        }
    }
}
