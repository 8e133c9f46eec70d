//! `ask.NAME` of an `[[intent]]`, and the slots that it fills.

use super::Reader;
use crate::dialplan::values::{Fields, Written, list, listed, meant, text, wrong_type};
use crate::dialplan::{MOST_DIGITS, Slot, slots};
use crate::understand::values::{Choice, Kind, Pattern};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeString, DeValue};

const EXAMPLE: &str =
    "ask.number = { say = \"What is your number?\", type = \"digits\", length = 8 }";
const LENGTH: &str = "a number of digits such as 8, or the least and the most such as [6, 8]";
const CHOICES: &str =
    "choices = { small = [\"small\", \"the little one\"], large = [\"large\", \"big\"] }";
/// What a number is taken to be at most, where nothing is written.
const MOST: i64 = 1_000_000;

const TYPES: [&str; 12] = [
    "yes-no", "number", "money", "date", "time", "duration", "phone", "digits", "code", "choice",
    "name", "text",
];

impl Reader<'_> {
    /// Every question of an intent, in the order in which they are written.
    pub(super) fn slots(&mut self, fields: &Fields) -> Vec<Slot> {
        let Some(value) = fields.get("ask") else {
            return Vec::new();
        };
        let DeValue::Table(asks) = value.get_ref() else {
            let wanted = format!("a table, such as {EXAMPLE}");
            wrong_type("ask", &wanted, value.get_ref(), value.span(), self.findings);
            return Vec::new();
        };
        if asks.is_empty() {
            let help = format!("ask for something: `{EXAMPLE}`");
            self.findings.error(value.span(), "`ask` is empty", help);
        }
        // A table is sorted by name; callers are asked in the order of the file.
        let mut asks: Vec<_> = asks.iter().collect();
        asks.sort_by_key(|(name, _)| name.span().start);
        let slots = asks.into_iter().map(|(name, value)| self.slot(name, value));
        slots.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn slot(&mut self, name: &Spanned<DeString>, value: &Spanned<DeValue>) -> Option<Slot> {
        let named = name.get_ref().as_ref();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if !named.starts_with(char::is_alphabetic) || !named.chars().all(is_name) {
            self.findings.error(
                name.span(),
                format!("\"{named}\" cannot stand as a slot in `say`"),
                "begin with a letter and use letters, digits, - and _ only, such as `ask.customer-number`",
            );
        }
        let called = format!("`ask.{named}`");
        let known = [
            "say", "type", "length", "least", "most", "pattern", "choices", "confirm", "when",
        ];
        let fields = self.table("ask", &called, value, &known)?;
        fields.required(
            "say",
            "say = \"What is your customer number?\"",
            self.findings,
        );
        let say = fields.texts("say", self.findings);
        for (text, span) in say.iter().flatten() {
            for slot in slots(text) {
                let message = format!("nothing fills `{{{slot}}}` in a question");
                self.findings.error(span.clone(), message, "take it out");
            }
        }
        let kind = self.kind(&fields);
        let confirm = fields.truth("confirm", self.findings).unwrap_or(false);
        let when = self.when(&fields);
        let name: Arc<str> = named.into();
        let (say, kind) = (say?, kind?);
        self.is_one_kind(&name, &kind, fields.span.clone());
        let ask = say.into_iter().map(|say| self.said(say)).collect();
        Some(Slot {
            name,
            kind,
            ask,
            confirm,
            when,
        })
    }

    /// Who asks for the same name asks for the same thing: it is not asked for twice in a call.
    fn is_one_kind(&mut self, name: &Arc<str>, kind: &Kind, span: Range<usize>) {
        let Some((other, first)) = self.kinds.get(name) else {
            self.kinds.insert(name.clone(), (kind.clone(), span));
            return;
        };
        if other == kind {
            return;
        }
        let line = self.findings.source.line(first.start);
        let source = &self.findings.source;
        let message = format!("`ask.{name}` asks for something else than the one in line {line}");
        let help = "write the same, or give this one another name: what was given once is not asked for again";
        let two = source.diagnostic(crate::dialplan::Severity::Error, Some(span), message, help);
        let two = two.and_see(first.clone(), "first here");
        self.findings.diagnostics.push(two);
    }

    fn kind(&mut self, fields: &Fields) -> Option<Kind> {
        let (kind, span) = fields.required_text("type", "type = \"date\"", self.findings)?;
        let only = |key: &'static str, of: &str, reader: &mut Self| {
            if kind != of && fields.get(key).is_some() {
                let message = format!("`{key}` belongs to the type \"{of}\"");
                let help = format!("take it out, or write type = \"{of}\"");
                let span = fields.get(key).map_or(fields.span.clone(), Spanned::span);
                reader.findings.error(span, message, help);
            }
        };
        for (key, of) in [
            ("length", "digits"),
            ("least", "number"),
            ("most", "number"),
            ("pattern", "code"),
            ("choices", "choice"),
        ] {
            only(key, of, self);
        }
        match kind.as_str() {
            "yes-no" => Some(Kind::YesNo),
            "number" => self.number_kind(fields),
            "money" => Some(Kind::Money),
            "date" => Some(Kind::Date),
            "time" => Some(Kind::Time),
            "duration" => Some(Kind::Duration),
            "phone" => Some(Kind::Phone),
            "digits" => self.length(fields),
            "code" => self.code(fields),
            "choice" => self.choice(fields),
            "name" => Some(Kind::Name),
            "text" => Some(Kind::Text),
            _ => {
                let help = match meant(&kind, &TYPES) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => format!("it can be {}", listed(&TYPES)),
                };
                let message = format!("`type` can not be \"{kind}\"");
                self.findings.error(span, message, help);
                None
            }
        }
    }

    fn number_kind(&mut self, fields: &Fields) -> Option<Kind> {
        let mut bound = |key: &str, default: i64| {
            let Some(value) = fields.get(key) else {
                return Some(default);
            };
            let number = integer(value.get_ref());
            if number.is_none() {
                let wanted = "a whole number without quotes";
                wrong_type(key, wanted, value.get_ref(), value.span(), self.findings);
            }
            number
        };
        let (least, most) = (bound("least", 0)?, bound("most", MOST)?);
        if least > most {
            let message = format!("no number is at least {least} and at most {most}");
            let help = "exchange `least` and `most`";
            self.findings.error(fields.span.clone(), message, help);
            return None;
        }
        Some(Kind::Number { least, most })
    }

    /// The least and the most.
    fn length(&mut self, fields: &Fields) -> Option<Kind> {
        let value = fields.required("length", "length = 8", self.findings)?;
        let length = match value.get_ref() {
            DeValue::Array(items) => match items.iter().collect::<Vec<_>>().as_slice() {
                [least, most] => integer(least.get_ref()).zip(integer(most.get_ref())),
                _ => None,
            },
            one => integer(one).map(|length| (length, length)),
        };
        let Some((least, most)) = length else {
            let found = value.get_ref();
            wrong_type("length", LENGTH, found, value.span(), self.findings);
            return None;
        };
        let within = usize::try_from(least).ok().zip(usize::try_from(most).ok());
        let within = within.filter(|(least, most)| 1 <= *least && least <= most);
        let within = within.filter(|(_, most)| *most <= MOST_DIGITS);
        if within.is_none() {
            let written = match least == most {
                true => least.to_string(),
                false => format!("[{least}, {most}]"),
            };
            self.findings.error(
                value.span(),
                format!("nobody can say {written} digits"),
                format!("write {LENGTH}, from 1 to {MOST_DIGITS}"),
            );
        }
        within.map(|(least, most)| Kind::Digits { least, most })
    }

    fn code(&mut self, fields: &Fields) -> Option<Kind> {
        let example = "pattern = \"AA999999\"";
        let (pattern, span) = fields.required_text("pattern", example, self.findings)?;
        match pattern.parse::<Pattern>() {
            Ok(pattern) => Some(Kind::Code(pattern)),
            Err(error) => {
                let help =
                    "write A for a letter, 9 for a digit and * for either, such as \"AA999999\"";
                self.findings.error(span, error.to_string(), help);
                None
            }
        }
    }

    fn choice(&mut self, fields: &Fields) -> Option<Kind> {
        let value = fields.required("choices", CHOICES, self.findings)?;
        let choices: Vec<Choice> = match value.get_ref() {
            DeValue::Array(_) => list("choices", value, self.findings)?
                .into_iter()
                .map(|(name, _)| Choice {
                    ways: vec![name.clone()],
                    name,
                })
                .collect(),
            DeValue::Table(table) => {
                let mut choices: Vec<_> = table.iter().collect();
                choices.sort_by_key(|(name, _)| name.span().start);
                let choices = choices.into_iter().filter_map(|(name, ways)| {
                    let ways: Vec<Written> = match ways.get_ref() {
                        DeValue::String(_) => vec![text("choices", ways, self.findings)?],
                        _ => list("choices", ways, self.findings)?,
                    };
                    Some(Choice {
                        name: name.get_ref().to_string(),
                        ways: ways.into_iter().map(|(way, _)| way).collect(),
                    })
                });
                choices.collect()
            }
            other => {
                let wanted = format!("a list of texts or a table such as {CHOICES}");
                wrong_type("choices", &wanted, other, value.span(), self.findings);
                return None;
            }
        };
        if choices.len() < 2 {
            let help = "write at least two, or ask something else";
            self.findings
                .error(value.span(), "there is nothing to choose between", help);
            return None;
        }
        Some(Kind::Choice(choices))
    }

    /// Tells which slots of a text are not filled by any of these names.
    pub(super) fn check_slots(
        &mut self,
        (text, span): &Written,
        names: &[Arc<str>],
        built_in: &[&str],
    ) {
        for slot in slots(text) {
            if names.iter().any(|name| **name == *slot) || built_in.contains(&slot) {
                continue;
            }
            let known: Vec<&str> = names.iter().map(|name| &**name).collect();
            let help = match (meant(slot, &known), known.as_slice()) {
                (Some(meant), _) => format!("did you mean `{{{meant}}}`?"),
                (None, [one]) => format!("write `{{{one}}}`, which is what is asked for"),
                (None, []) => format!("take it out, or ask for it: `{EXAMPLE}` fills `{{number}}`"),
                (None, _) => format!("known here are {}", listed(&known)),
            };
            let message = format!("nothing fills `{{{slot}}}`");
            self.findings.error(span.clone(), message, help);
        }
    }
}

fn integer(value: &DeValue) -> Option<i64> {
    match value {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        _ => None,
    }
}
