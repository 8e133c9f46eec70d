//! Going through a text and putting in words what rules know, with everything else left as it is.

use super::address;
use super::pronunciations::{Pronunciations, joins};
use regex::{Captures, Regex};

/// A form of writing and what is said for it. The pattern is tried at the start of a word, a number
/// or a sign, and what it finds ends where a word ends.
pub(super) struct Rule<C> {
    pattern: Regex,
    say: Say<C>,
}

/// None where the form is there but means something else.
pub(super) type Say<C> = fn(&Captures, &Place, &C) -> Option<String>;

/// What is around a find, and its first capture, the whole, lies between.
pub(super) struct Place<'t> {
    pub before: &'t str,
    pub after: &'t str,
}

impl Place<'_> {
    /// The word before, in lower case and with nothing but blanks between; empty without one.
    pub(super) fn word_before(&self) -> String {
        let text = self.before.trim_end();
        let start = text
            .char_indices()
            .rev()
            .find(|(_, c)| !c.is_alphanumeric() && *c != '\'')
            .map_or(0, |(at, c)| at + c.len_utf8());
        text.get(start..).unwrap_or_default().to_lowercase()
    }

    pub(super) fn directly_after(&self, is: fn(char) -> bool) -> bool {
        self.before.chars().next_back().is_some_and(is)
    }
}

/// Patterns in verbose syntax, with `\d` for ASCII digits only. One that cannot be compiled is left
/// out, which a test would notice.
pub(super) fn rules<C>(table: &[(&str, Say<C>)]) -> Vec<Rule<C>> {
    let compiled = table.iter().filter_map(|(pattern, say)| {
        let pattern = pattern.replace(r"\d", "[0-9]");
        let pattern = Regex::new(&format!("(?x)^(?:{pattern})")).ok()?;
        Some(Rule { pattern, say: *say })
    });
    compiled.collect()
}

/// At each place the dialplan's entry counts, then an address, then the first rule that has
/// something to say. Nothing that a rule finds may reach into an entry.
pub(super) fn rewrite<C>(
    text: &str,
    rules: &[Rule<C>],
    context: &C,
    address_words: &address::Words,
    pronunciations: &Pronunciations,
) -> String {
    let mut entries = pronunciations.found_in(text).into_iter().peekable();
    let mut out = Output::default();
    let mut at = 0;
    while let Some((before, rest)) = text.split_at_checked(at)
        && let Some(first) = rest.chars().next()
    {
        while entries.next_if(|(range, _)| range.start < at).is_some() {}
        let entry = entries.peek().map(|(range, said)| (range.clone(), *said));
        let limit = entry.as_ref().map_or(usize::MAX, |(range, _)| range.start);
        let inside_word = joins(first)
            && !first.is_ascii_digit()
            && before.chars().next_back().is_some_and(joins);
        // An address that contains entries stays an address; it is said with them.
        let address = (!inside_word)
            .then(|| address::at_start(rest))
            .flatten()
            .filter(|address| {
                let all_of_it = |(range, _): &(std::ops::Range<usize>, _)| {
                    range.start == at && range.len() >= address.len()
                };
                !entry.as_ref().is_some_and(all_of_it)
            });
        if let Some(address) = address {
            let said = address::say(address, address_words, &|word| pronunciations.of(word));
            out.say(&said);
            at += address.len();
        } else if let Some((range, said)) = entry.filter(|(range, _)| range.start == at) {
            out.say(said);
            at = range.end;
        } else if let Some((length, said)) = (!inside_word)
            .then(|| first_find(rules, context, before, rest, limit.saturating_sub(at)))
            .flatten()
        {
            out.say(&said);
            at += length;
        } else {
            out.copy(first);
            at += first.len_utf8();
        }
    }
    out.text
}

/// How many bytes the first fitting rule puts in words, at most `most`, and the words.
fn first_find<C>(
    rules: &[Rule<C>],
    context: &C,
    before: &str,
    rest: &str,
    most: usize,
) -> Option<(usize, String)> {
    rules.iter().find_map(|rule| {
        let captures = rule.pattern.captures(rest)?;
        let length = captures.get(0)?.len();
        let (found, after) = rest.split_at_checked(length)?;
        let torn = match (found.chars().next_back(), after.chars().next()) {
            // "8x" is two words without a blank.
            (Some(last), Some(next)) if last.is_ascii_digit() => next.is_ascii_digit(),
            (Some(last), Some(next)) => joins(last) && joins(next),
            _ => false,
        };
        if length == 0 || length > most || torn {
            return None;
        }
        let said = (rule.say)(&captures, &Place { before, after }, context)?;
        Some((length, said))
    })
}

/// Keeps words that were put in from running into those beside them: "8am" is two words.
#[derive(Default)]
struct Output {
    text: String,
    said_last: bool,
}

impl Output {
    fn say(&mut self, said: &str) {
        self.part_from(said.chars().next());
        self.text.push_str(said);
        self.said_last = true;
    }

    fn copy(&mut self, c: char) {
        if self.said_last {
            self.part_from(Some(c));
        }
        self.text.push(c);
        self.said_last = false;
    }

    fn part_from(&mut self, next: Option<char>) {
        if self.text.chars().next_back().is_some_and(joins) && next.is_some_and(joins) {
            self.text.push(' ');
        }
    }
}
