//! `[lookup.NAME]`: a company's system that is asked in the middle of a call.

use super::Reader;
use crate::dialplan::values::{Fields, Written, milliseconds, text, wrong_type};
use crate::lookup::{Definition, Lookup, Method, Mistake};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const TIMEOUT: Duration = Duration::from_secs(2);

impl Reader<'_> {
    /// By name.
    pub(super) fn lookups(&mut self, fields: &Fields) -> HashMap<String, Arc<Lookup>> {
        let Some(value) = fields.get("lookup") else {
            return HashMap::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = "a table that starts with a line such as [lookup.parcel]";
            wrong_type(
                "lookup",
                wanted,
                value.get_ref(),
                value.span(),
                self.findings,
            );
            return HashMap::new();
        };
        let lookups = table.iter().filter_map(|(name, value)| {
            let name = name.get_ref().as_ref();
            Some((name.to_owned(), Arc::new(self.lookup(name, value)?)))
        });
        lookups.collect()
    }

    fn lookup(&mut self, name: &str, value: &Spanned<DeValue>) -> Option<Lookup> {
        let called = format!("[lookup.{name}]");
        let known = [
            "get", "post", "timeout", "retries", "headers", "send", "gives",
        ];
        let fields = self.table("lookup", &called, value, &known)?;
        let get = fields.text("get", self.findings);
        let post = fields.text("post", self.findings);
        let (method, (url, _)) = match (get, post) {
            (Some(url), None) => (Method::Get, url),
            (None, Some(url)) => (Method::Post, url),
            (get, _) => {
                let message = match get {
                    Some(_) => format!("{called} has both `get` and `post`"),
                    None => format!("{called} asks nobody"),
                };
                let help =
                    "write one of them, such as get = \"http://127.0.0.1:9000/parcels/{number}\"";
                self.findings.error(fields.span.clone(), message, help);
                return None;
            }
        };
        let timeout = fields.text("timeout", self.findings);
        let timeout = timeout.map_or(Some(TIMEOUT), |written| self.duration(written));
        let retries = fields
            .get("retries")
            .and_then(|value| match value.get_ref() {
                DeValue::Integer(number) => number.as_str().parse().ok(),
                found => {
                    let wanted = "a number without quotes, such as 1";
                    wrong_type("retries", wanted, found, value.span(), self.findings);
                    None
                }
            });
        let headers = self.texts_by_name(&fields, "headers");
        let gives = self.texts_by_name(&fields, "gives");
        let send = fields.get("send").and_then(|value| match value.get_ref() {
            DeValue::Table(table) => Some(json(table)),
            found => {
                let wanted = "a table, such as send = { number = \"{number}\" }";
                wrong_type("send", wanted, found, value.span(), self.findings);
                None
            }
        });
        let definition = Definition {
            name: name.to_owned(),
            method,
            url,
            headers,
            send,
            gives,
            timeout: timeout?,
            retries,
        };
        match Lookup::new(definition) {
            Ok(lookup) => Some(lookup),
            Err(mistakes) => {
                for Mistake { at, message, help } in mistakes {
                    let span = place(value, &at);
                    self.findings.error(span, message, help);
                }
                None
            }
        }
    }

    fn duration(&mut self, (text, span): Written) -> Option<Duration> {
        let duration =
            milliseconds(&text).and_then(|ms| Duration::try_from_secs_f64(ms / 1_000.0).ok());
        if duration.is_none() {
            let message = format!("\"{text}\" is no length of time");
            self.findings
                .error(span, message, "write it like \"2s\" or \"800ms\"");
        }
        duration
    }

    fn texts_by_name(&mut self, fields: &Fields, key: &'static str) -> BTreeMap<String, String> {
        let Some(value) = fields.get(key) else {
            return BTreeMap::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = format!("a table such as {key} = {{ name = \"text\" }}");
            wrong_type(key, &wanted, value.get_ref(), value.span(), self.findings);
            return BTreeMap::new();
        };
        let texts = table.iter().filter_map(|(name, value)| {
            let (text, _) = text(key, value, self.findings)?;
            Some((name.get_ref().to_string(), text))
        });
        texts.collect()
    }
}

/// Where the value stands to which these keys lead, as far as they do.
fn place(value: &Spanned<DeValue>, keys: &[String]) -> std::ops::Range<usize> {
    let mut span = value.span();
    let mut value = value.get_ref();
    for key in keys {
        let DeValue::Table(table) = value else { break };
        let Some(next) = table.get(key.as_str()) else {
            break;
        };
        span = next.span();
        value = next.get_ref();
    }
    span
}

fn json(table: &DeTable) -> Map<String, Value> {
    let entries = table.iter().map(|(name, value)| {
        let name = name.get_ref().to_string();
        (name, json_of(value.get_ref()))
    });
    entries.collect()
}

fn json_of(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => number
            .as_str()
            .parse::<i64>()
            .map_or(Value::Null, Value::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_or(Value::Null, Value::from),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json_of(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(json(table)),
    }
}
