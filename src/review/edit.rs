//! Phrases into a dialplan's file, and nothing else: every other byte stays, so comments, order and
//! layout do, too.
//!
//! The TOML reader says where things stand, and text is put in there; the document is never written
//! out anew.

use crate::understand::Language;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A list on one line is broken up before it gets longer than this.
const LONGEST_LINE: usize = 100;
const INDENT: &str = "    ";
const OUT_OF_SCOPE: &str = "out_of_scope";

/// One addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// To the examples of an intent that is there.
    Examples {
        intent: String,
        phrases: Vec<String>,
    },
    /// An intent that hands over to a person until somebody writes its answer.
    Intent {
        name: String,
        phrases: Vec<String>,
        calls: usize,
    },
    /// To what is nobody's business here.
    OutOfScope { phrases: Vec<String> },
}

/// Why a dialplan cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the dialplan is not TOML any more: {0}; `zeroline check` shows where")]
    NotToml(String),
    #[error("there is no [[intent]] \"{0}\" with a list of `examples` to add to")]
    NoExamples(String),
    #[error(
        "`{OUT_OF_SCOPE}` is there, but is no list of texts; make it one, such as [\"a pizza\"]"
    )]
    NoList,
}

/// The dialplan's text with these additions, one after another.
pub fn with(text: &str, language: Language, additions: &[Addition]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for addition in additions {
        text = match addition {
            Addition::Examples { intent, phrases } => examples(&text, intent, phrases)?,
            Addition::Intent {
                name,
                phrases,
                calls,
            } => new_intent(&text, language, name, phrases, *calls),
            Addition::OutOfScope { phrases } => out_of_scope(&text, phrases)?,
        };
    }
    Ok(text)
}

/// What a dialplan names as out of scope.
pub fn known_out_of_scope(text: &str) -> Vec<String> {
    let Ok(root) = DeTable::parse(text) else {
        return Vec::new();
    };
    let list = root.get_ref().get(OUT_OF_SCOPE).map(Spanned::get_ref);
    let Some(DeValue::Array(items)) = list else {
        return Vec::new();
    };
    let items = items.iter();
    items.filter_map(|item| string(item.get_ref())).collect()
}

fn string(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, EditError> {
    DeTable::parse(text).map_err(|error| EditError::NotToml(error.message().to_owned()))
}

fn examples(text: &str, intent: &str, phrases: &[String]) -> Result<String, EditError> {
    let root = parse(text)?;
    let missing = || EditError::NoExamples(intent.to_owned());
    let Some(DeValue::Array(intents)) = root.get_ref().get("intent").map(Spanned::get_ref) else {
        return Err(missing());
    };
    let tables = intents.iter().filter_map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    });
    let is_it = |table: &&DeTable| {
        let name = table.get("name").and_then(|name| string(name.get_ref()));
        name.is_some_and(|name| name.trim() == intent)
    };
    let list = tables.into_iter().find(is_it);
    let list = list.and_then(|table| table.get("examples"));
    let list = list.and_then(List::of).ok_or_else(missing)?;
    Ok(list.with(text, phrases))
}

fn out_of_scope(text: &str, phrases: &[String]) -> Result<String, EditError> {
    let root = parse(text)?;
    if let Some(list) = root.get_ref().get(OUT_OF_SCOPE) {
        return Ok(List::of(list).ok_or(EditError::NoList)?.with(text, phrases));
    }
    // Before the first header, where a key belongs to the dialplan itself: its own texts are there.
    let texts = root.get_ref().iter().map(|(_, value)| value);
    let texts = texts.filter(|value| matches!(value.get_ref(), DeValue::String(_)));
    let last = texts.map(|value| value.span().end).max().unwrap_or(0);
    let at = match last {
        0 => 0,
        _ => line_end(text, last),
    };
    let nl = newline(text);
    let list = lines(phrases, nl);
    let new = format!(
        "# What callers say that is nobody's business here.{nl}{OUT_OF_SCOPE} = [{nl}{list}]"
    );
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    Ok(match at {
        0 => format!("{new}{nl}{nl}{after}"),
        _ => format!("{before}{nl}{nl}{new}{after}"),
    })
}

fn new_intent(
    text: &str,
    language: Language,
    name: &str,
    phrases: &[String],
    calls: usize,
) -> String {
    let nl = newline(text);
    let end = match text.is_empty() || text.ends_with('\n') {
        true => "",
        false => nl,
    };
    let say = match language {
        Language::EnglishUs | Language::EnglishGb => {
            "I can not answer that myself, but a colleague can."
        }
        Language::Mandarin => "这个问题我还不能回答，我的同事可以。",
    };
    let times = match calls {
        1 => "a call".to_owned(),
        calls => format!("{calls} calls"),
    };
    let list = lines(phrases, nl);
    format!(
        "{text}{end}{nl}\
         # Found by `zeroline calls review`: said in {times}. Write what callers should hear in `say`,{nl}\
         # and take `then` out where that is all they need; until then a person answers.{nl}\
         [[intent]]{nl}\
         name = {}{nl}\
         examples = [{nl}{list}]{nl}\
         say = {}{nl}\
         then = \"human\"{nl}",
        basic(name),
        basic(say),
    )
}

fn lines(phrases: &[String], nl: &str) -> String {
    let lines = phrases.iter();
    lines
        .map(|phrase| format!("{INDENT}{},{nl}", basic(phrase)))
        .collect()
}

/// As TOML writes it.
fn basic(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn newline(text: &str) -> &'static str {
    match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    }
}

/// Where the line ends that a byte is in, before its newline.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// A list of texts and where its items stand.
struct List {
    span: Range<usize>,
    items: Vec<(Range<usize>, String)>,
}

impl List {
    fn of(value: &Spanned<DeValue<'_>>) -> Option<List> {
        let DeValue::Array(items) = value.get_ref() else {
            return None;
        };
        let items = items
            .iter()
            .map(|item| Some((item.span(), string(item.get_ref())?)));
        Some(List {
            span: value.span(),
            items: items.collect::<Option<_>>()?,
        })
    }

    /// The text with phrases added to the list, those that are not in it.
    fn with(&self, text: &str, phrases: &[String]) -> String {
        let is_there = |phrase: &String| self.items.iter().any(|(_, item)| item == phrase);
        let raw = |span: &Range<usize>| text.get(span.clone()).unwrap_or_default();
        let literal = self.items.last().is_some_and(|(span, _)| {
            let raw = raw(span);
            raw.starts_with('\'') && !raw.starts_with("'''")
        });
        let quoted: Vec<String> = phrases
            .iter()
            .filter(|phrase| !is_there(phrase))
            .map(
                |phrase| match literal && !phrase.contains(['\'', '\n', '\r']) {
                    true => format!("'{phrase}'"),
                    false => basic(phrase),
                },
            )
            .collect();
        if quoted.is_empty() {
            return text.to_owned();
        }
        let last = self.items.last().map(|(span, _)| span.end);
        let close = self.span.end.saturating_sub(1);
        let anchor = last.unwrap_or(self.span.start + 1);
        let tail = Tail::of(text.get(anchor..close).unwrap_or_default());
        let cut = |range: Range<usize>| text.get(range).unwrap_or_default();
        let mut gaps = String::new();
        let mut start = self.span.start;
        for (item, _) in &self.items {
            gaps += cut(start..item.start);
            start = item.end;
        }
        gaps += tail.text;
        if gaps.contains('\n') {
            let nl = newline(text);
            let indent = self.indent(text);
            let mut new: String = quoted
                .iter()
                .map(|phrase| format!("{nl}{indent}{phrase},"))
                .collect();
            let (content, space) = tail.text.split_at(tail.content);
            if !space.contains('\n') {
                new.pop();
            }
            let comma = match last.is_some() && tail.comma.is_none() {
                true => ",",
                false => "",
            };
            return format!(
                "{}{comma}{content}{new}{space}{}",
                cut(0..anchor),
                cut(close..text.len())
            );
        }
        let row = quoted.join(", ");
        let new = match (last, tail.comma) {
            (None, _) => format!("{}{row}{}", cut(0..anchor), cut(anchor..text.len())),
            (Some(end), None) => format!("{}, {row}{}", cut(0..end), cut(end..text.len())),
            (Some(end), Some(comma)) => {
                let after = end + comma + 1;
                format!("{} {row},{}", cut(0..after), cut(after..text.len()))
            }
        };
        let line = text
            .get(..self.span.start)
            .and_then(|text| text.rfind('\n'));
        let line = line.map_or(0, |newline| newline + 1);
        let width = new.get(line..line_end(&new, self.span.start));
        if width.is_none_or(|line| line.chars().count() <= LONGEST_LINE) {
            return new;
        }
        let nl = newline(text);
        let before = indent_of(text, line);
        let items = self.items.iter().map(|(span, _)| raw(span).to_owned());
        let items: String = items
            .chain(quoted)
            .map(|item| format!("{before}{INDENT}{item},{nl}"))
            .collect();
        format!(
            "{}[{nl}{items}{before}]{}",
            cut(0..self.span.start),
            cut(self.span.end..text.len())
        )
    }

    /// Of a new line: as the last item's, or one step more than the list's own.
    fn indent(&self, text: &str) -> String {
        let start_of_line = |at: usize| {
            let newline = text.get(..at).and_then(|text| text.rfind('\n'));
            newline.map_or(0, |newline| newline + 1)
        };
        let last = self.items.last().map(|(span, _)| start_of_line(span.start));
        match last.filter(|line| *line > self.span.start) {
            Some(line) => indent_of(text, line).to_owned(),
            None => indent_of(text, start_of_line(self.span.start)).to_owned() + INDENT,
        }
    }
}

fn indent_of(text: &str, line: usize) -> &str {
    let rest = text.get(line..).unwrap_or_default();
    let indent = rest.trim_start_matches([' ', '\t']);
    rest.get(..rest.len() - indent.len()).unwrap_or_default()
}

/// What stands between the last item of a list and its end.
struct Tail<'t> {
    text: &'t str,
    comma: Option<usize>,
    /// Where only white space is left.
    content: usize,
}

impl Tail<'_> {
    fn of(text: &str) -> Tail<'_> {
        let (mut comma, mut content, mut in_comment) = (None, 0, false);
        for (at, c) in text.char_indices() {
            match c {
                '\n' => in_comment = false,
                '#' => in_comment = true,
                ',' if !in_comment => comma = Some(at),
                _ => {}
            }
            if !matches!(c, ' ' | '\t' | '\r' | '\n') {
                content = at + c.len_utf8();
            }
        }
        Tail {
            text,
            comma,
            content,
        }
    }
}
