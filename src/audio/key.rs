//! The keys of a phone: what a caller can press and a DTMF tone can mean (ITU-T Q.23).

use std::fmt;

/// One of `0`-`9`, `*`, `#`, `A`-`D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u8);

const KEYS: &[u8; 16] = b"0123456789*#ABCD";

impl Key {
    pub const ZERO: Key = Key(0);

    /// From its telephone-event code, 0 to 15 (RFC 4733 section 3.2).
    pub const fn from_code(code: u8) -> Option<Key> {
        if code < 16 { Some(Key(code)) } else { None }
    }

    pub fn from_char(c: char) -> Option<Key> {
        let c = u8::try_from(c.to_ascii_uppercase()).ok()?;
        KEYS.iter().position(|&k| k == c).map(|at| Key(at as u8))
    }

    /// Its telephone-event code, 0 to 15.
    pub const fn code(self) -> u8 {
        self.0
    }

    pub fn to_char(self) -> char {
        KEYS.get(usize::from(self.0))
            .map_or('?', |&k| char::from(k))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_char())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_characters_agree() {
        for code in 0..16 {
            let key = Key::from_code(code).unwrap();
            assert_eq!(Key::from_char(key.to_char()), Some(key));
            assert_eq!(key.code(), code);
        }
        assert_eq!(Key::from_char('0'), Some(Key::ZERO));
        assert_eq!(Key::from_char('a').map(Key::code), Some(12));
        assert_eq!(Key::from_code(16), None);
        assert_eq!(Key::from_char('x'), None);
        assert_eq!(Key::from_char('é'), None);
    }
}
