//! Values out of a TOML table, and what to say when they are not what they should be.
//!
//! A [`Fields`] is one table with the keys it may have. Taking a value out of it reports what is
//! wrong with that value and goes on, so that every mistake in a file is found in one reading.

use super::diagnostic::{Diagnostic, Severity, Source};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Says in messages that something is not there.
pub(crate) const MISSING: &str = "is missing";

/// Everything that was found wrong.
pub(crate) struct Findings {
    pub(crate) source: Source,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Findings {
    pub(crate) fn error(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let error = self
            .source
            .diagnostic(Severity::Error, Some(span), message, help);
        self.diagnostics.push(error);
    }

    pub(crate) fn warning(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let warning = self
            .source
            .diagnostic(Severity::Warning, Some(span), message, help);
        self.diagnostics.push(warning);
    }
}

/// A text and where it stands.
pub(crate) type Written = (String, Range<usize>);

/// One table of the file.
pub(crate) struct Fields<'t, 'i> {
    /// What it is called in messages, such as `[human]`.
    pub(crate) called: String,
    /// Where it begins; a missing field is reported here.
    pub(crate) span: Range<usize>,
    table: &'t DeTable<'i>,
    /// Keys that were probably meant by ones that are not known: they are not missing, too.
    misspelt: Vec<&'static str>,
}

impl<'t, 'i> Fields<'t, 'i> {
    /// The table, with an error for each key that is not one of `known`.
    pub(crate) fn of(
        called: impl Into<String>,
        span: Range<usize>,
        table: &'t DeTable<'i>,
        known: &[&'static str],
        findings: &mut Findings,
    ) -> Fields<'t, 'i> {
        let called = called.into();
        let mut misspelt = Vec::new();
        for key in table.keys() {
            let written = key.get_ref().as_ref();
            if known.contains(&written) {
                continue;
            }
            let help = match meant(written, known) {
                Some(meant) => {
                    misspelt.push(meant);
                    format!("did you mean `{meant}`?")
                }
                None => format!("known here are {}; take it out", listed(known)),
            };
            findings.error(
                key.span(),
                format!("unknown key `{written}` in {called}"),
                help,
            );
        }
        Fields {
            called,
            span,
            table,
            misspelt,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.table.get(key)
    }

    /// Whether one of the unknown keys was probably meant to be `key`.
    pub(crate) fn misspelt(&self, key: &str) -> bool {
        self.misspelt.contains(&key)
    }

    /// A value that must be there: reports when it is not.
    pub(crate) fn required(
        &self,
        key: &'static str,
        example: &str,
        findings: &mut Findings,
    ) -> Option<&'t Spanned<DeValue<'i>>> {
        let value = self.get(key);
        if value.is_none() && !self.misspelt(key) {
            findings.error(
                self.span.clone(),
                format!("`{key}` {MISSING} in {}", self.called),
                format!("add a line such as `{example}`"),
            );
        }
        value
    }

    pub(crate) fn text(&self, key: &str, findings: &mut Findings) -> Option<Written> {
        text(key, self.get(key)?, findings)
    }

    pub(crate) fn required_text(
        &self,
        key: &'static str,
        example: &str,
        findings: &mut Findings,
    ) -> Option<Written> {
        text(key, self.required(key, example, findings)?, findings)
    }

    pub(crate) fn truth(&self, key: &str, findings: &mut Findings) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        let wanted = "true or false, without quotes";
        wrong_type(key, wanted, value.get_ref(), value.span(), findings);
        None
    }

    /// A text or a list of texts; none where it is missing or wrong.
    pub(crate) fn texts(&self, key: &str, findings: &mut Findings) -> Option<Vec<Written>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(_) => list(key, value, findings),
            DeValue::String(_) => Some(vec![text(key, value, findings)?]),
            other => {
                wrong_type(
                    key,
                    "a text in quotes or a list of texts",
                    other,
                    value.span(),
                    findings,
                );
                None
            }
        }
    }
}

/// A text with something in it.
pub(crate) fn text(
    key: &str,
    value: &Spanned<DeValue>,
    findings: &mut Findings,
) -> Option<Written> {
    match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => {
            findings.error(
                value.span(),
                format!("`{key}` is empty"),
                "write a text into it",
            );
            None
        }
        DeValue::String(text) => Some((text.trim().to_owned(), value.span())),
        other => {
            wrong_type(key, "a text in quotes", other, value.span(), findings);
            None
        }
    }
}

/// A list of texts with at least one in it.
pub(crate) fn list(
    key: &str,
    value: &Spanned<DeValue>,
    findings: &mut Findings,
) -> Option<Vec<Written>> {
    match value.get_ref() {
        DeValue::Array(items) if items.is_empty() => {
            findings.error(
                value.span(),
                format!("`{key}` is empty"),
                "write at least one text into it",
            );
            None
        }
        DeValue::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| text(key, item, findings))
                .collect(),
        ),
        other => {
            wrong_type(
                key,
                "a list of texts such as [\"one\", \"two\"]",
                other,
                value.span(),
                findings,
            );
            None
        }
    }
}

pub(crate) fn wrong_type(
    key: &str,
    wanted: &str,
    found: &DeValue,
    span: Range<usize>,
    findings: &mut Findings,
) {
    let found = match found {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    findings.error(
        span,
        format!("`{key}` is {found}"),
        format!("it must be {wanted}"),
    );
}

/// The known key that `written` was probably meant to be.
pub(crate) fn meant<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |key: &str| strsim::normalized_damerau_levenshtein(key, &written.to_lowercase());
    known
        .iter()
        .map(|&key| (key, likeness(key)))
        .filter(|(_, likeness)| *likeness >= 0.6)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(key, _)| key)
}

/// A length of time as it is written, "2s" or "800ms", in milliseconds.
pub(crate) fn milliseconds(text: &str) -> Option<f64> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => (text.strip_suffix('s')?, 1_000.0),
    };
    let number: f64 = number.trim().parse().ok()?;
    Some(number * factor)
}

/// `a`, `b` and `c`
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
