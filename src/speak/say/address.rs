//! E-mail and web addresses, said so that one can write them down.

use regex::Regex;
use std::sync::LazyLock;

/// What the signs of an address are called in a language.
pub(super) struct Words {
    pub at: &'static str,
    pub dot: &'static str,
    pub dash: &'static str,
    pub underscore: &'static str,
    pub slash: &'static str,
    pub plus: &'static str,
    pub digit: fn(char) -> &'static str,
    pub letter: fn(char) -> &'static str,
}

/// The address at the beginning of `text`, if there is one: `name@host.tld`, or a host that is
/// marked as one by `https://`, `www.` or an ending that is nothing else.
pub(super) fn at_start(text: &str) -> Option<&str> {
    static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?xi-u)^(?:
              [a-z0-9][a-z0-9._%+-]*@(?:[a-z0-9-]+\.)+[a-z]{2,}
            | (?:https?://|www\.)(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[a-z0-9._~/-]*[a-z0-9/])?
            | [a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|info|shop|co\.uk|org\.uk|cn)
              (?:/[a-z0-9._~/-]*[a-z0-9/])?
            )",
        )
        .ok()
    });
    let found = ADDRESS.as_ref()?.find(text)?;
    let (_, after) = text.split_at_checked(found.end())?;
    // "info@a.com2" is no address that ends before the 2.
    (!after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@')).then_some(found.as_str())
}

/// `entry` is how a dialplan says a word, if it does.
pub(super) fn say(address: &str, words: &Words, entry: &dyn Fn(&str) -> Option<String>) -> String {
    let lower = address.to_ascii_lowercase();
    let start = ["https://", "http://"]
        .iter()
        .find(|scheme| lower.starts_with(**scheme))
        .map_or(0, |scheme| scheme.len());
    let address = address
        .get(start..)
        .unwrap_or_default()
        .trim_end_matches('/');
    let mut said: Vec<String> = Vec::new();
    let mut rest = address;
    while let Some(c) = rest.chars().next() {
        let end = match c.is_ascii_alphabetic() {
            true => rest
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(rest.len()),
            false => c.len_utf8(),
        };
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        match c {
            '@' => said.push(words.at.to_owned()),
            '.' => said.push(words.dot.to_owned()),
            '-' => said.push(words.dash.to_owned()),
            '_' => said.push(words.underscore.to_owned()),
            '/' => said.push(words.slash.to_owned()),
            '+' => said.push(words.plus.to_owned()),
            '0'..='9' => said.push((words.digit)(c).to_owned()),
            'a'..='z' | 'A'..='Z' => match entry(part) {
                Some(entry) => said.push(entry),
                None if is_word(part) => said.push(part.to_owned()),
                None => said.extend(part.chars().map(|c| (words.letter)(c).to_owned())),
            },
            _ => {}
        }
    }
    said.join(" ")
}

/// Whether a voice can read it; "uk", "www" and "gmbh" are letters.
fn is_word(part: &str) -> bool {
    let vowel = |c: char| "aeiouy".contains(c.to_ascii_lowercase());
    part.eq_ignore_ascii_case("co") || (part.len() > 2 && part.chars().any(vowel))
}

#[cfg(test)]
mod tests {
    use super::at_start;

    #[test]
    fn an_address_ends_before_the_sentence_does() {
        for (text, expected) in [
            ("info@lakeside.com.", Some("info@lakeside.com")),
            ("a.b+c@x-y.co.uk, or", Some("a.b+c@x-y.co.uk")),
            (
                "https://lakeside.com/book/now.",
                Some("https://lakeside.com/book/now"),
            ),
            ("www.lakeside.de", Some("www.lakeside.de")),
            ("lakeside.com)", Some("lakeside.com")),
            ("clinic.cn。", Some("clinic.cn")),
            ("done.Common", None),
            ("e.g. this", None),
            ("me@home", None),
            ("3.5", None),
            ("", None),
        ] {
            assert_eq!(at_start(text), expected, "{text}");
        }
    }
}
