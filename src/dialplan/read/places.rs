//! Where the parts of a dialplan stand in its file, for what is said about them after reading.
//!
//! Taken from the tables by themselves, beside what they mean: a dialplan without mistakes has one
//! [`IntentPlaces`] for each intent, and in it a span for each part.

use crate::dialplan::values::Fields;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

type Span = Range<usize>;

/// Of everything that is not a text to be spoken.
#[derive(Debug, Default)]
pub(in crate::dialplan) struct Places {
    /// Of intents as they are numbered; the last may be the form of `[human.closed]`.
    pub intents: Vec<IntentPlaces>,
    /// `[lookup.NAME]`, by name.
    pub lookups: Vec<(String, Span)>,
    pub human: Option<Span>,
    pub hours: Option<Span>,
}

#[derive(Debug, Default, Clone)]
pub(in crate::dialplan) struct IntentPlaces {
    /// Its name.
    pub name: Span,
    pub examples: Vec<Span>,
    /// `ask.NAME`, in the order of the file.
    pub slots: Vec<Span>,
    /// The conditions of `case`; what holds else is the intent itself.
    pub cases: Vec<Span>,
    /// `then` of each case, where there is one, and of the intent.
    pub thens: Vec<Option<Span>>,
    pub confirm: Option<Span>,
    pub lookup: Option<Span>,
    pub valid_from: Option<Span>,
    pub valid_until: Option<Span>,
}

impl IntentPlaces {
    pub(super) fn of(fields: &Fields) -> IntentPlaces {
        let span = |key: &str| fields.get(key).map(Spanned::span);
        let name = span("name").unwrap_or(fields.span.clone());
        let examples = match fields.get("examples").map(Spanned::get_ref) {
            Some(DeValue::Array(items)) => items.iter().map(Spanned::span).collect(),
            _ => Vec::new(),
        };
        let mut slots: Vec<Span> = match fields.get("ask").map(Spanned::get_ref) {
            Some(DeValue::Table(asks)) => asks.keys().map(Spanned::span).collect(),
            _ => Vec::new(),
        };
        slots.sort_by_key(|span| span.start);
        let (mut cases, mut thens) = (Vec::new(), Vec::new());
        if let Some(DeValue::Array(items)) = fields.get("case").map(Spanned::get_ref) {
            for item in items.iter() {
                let DeValue::Table(case) = item.get_ref() else {
                    continue;
                };
                let span = |key: &str| case.get(key).map(Spanned::span);
                cases.push(span("when").unwrap_or(item.span()));
                thens.push(span("then"));
            }
        }
        cases.push(span("say").or(span("then")).unwrap_or(name.clone()));
        thens.push(span("then"));
        IntentPlaces {
            name,
            examples,
            slots,
            cases,
            thens,
            confirm: span("confirm"),
            lookup: span("lookup"),
            valid_from: span("valid_from"),
            valid_until: span("valid_until"),
        }
    }
}

impl Places {
    /// Of the whole file, but for the intents.
    pub(super) fn note(&mut self, fields: &Fields) {
        let span = |key: &str| fields.get(key).map(Spanned::span);
        self.human = span("human");
        self.hours = span("hours");
        if let Some(DeValue::Table(lookups)) = fields.get("lookup").map(Spanned::get_ref) {
            let lookups = lookups.iter();
            self.lookups = lookups
                .map(|(name, _)| (name.get_ref().to_string(), name.span()))
                .collect();
        }
    }
}
