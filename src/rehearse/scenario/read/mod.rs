//! Scenarios out of their TOML text, or everything that is wrong with it.

mod lookups;
mod turn;

use super::expected::{ASKED, ENDS, Expected, Wanted};
use super::{Act, Scenario, Settings, Turn, frames, recording, room, stem};
use crate::audio::{Frame, Key};
use crate::caller::When;
use crate::dialplan::values::{self, Fields, Findings, Written, listed, meant, wrong_type};
use crate::dialplan::{Dialplan, LoadError, LookedUp, Severity, Source};
use crate::rehearse::{People, RATE};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Nobody waits longer for a test: 10 minutes.
const LONGEST_MS: f64 = 600_000.0;
/// So many names are listed where none of them is meant.
const LISTED: usize = 12;

/// Every scenario of a file, against a dialplan, whose names it must know.
pub fn read(path: &Path, plan: &Dialplan) -> Result<Vec<Scenario>, LoadError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("the scenario cannot be read: {error}");
        let help = "check that the file exists, may be read, and is UTF-8 text";
        let source = Source::new(&file, "");
        LoadError {
            diagnostics: vec![source.diagnostic(Severity::Error, None, message, help)],
        }
    })?;
    parse(&text, path, plan)
}

/// The same from the file's text; recordings are looked for beside `path`.
pub fn parse(text: &str, path: &Path, plan: &Dialplan) -> Result<Vec<Scenario>, LoadError> {
    let (root, syntax) = DeTable::parse_recoverable(text);
    let source = Source::new(&path.display().to_string(), text);
    if !syntax.is_empty() {
        let mistake = |error: &toml::de::Error| {
            let message = format!("this is not TOML: {}", error.message());
            let help =
                "texts stand in \"double quotes\", and every turn starts with a line [[turn]]";
            let span = error.span().unwrap_or(0..0);
            source.diagnostic(Severity::Error, Some(span), message, help)
        };
        return Err(LoadError {
            diagnostics: syntax.iter().map(mistake).collect(),
        });
    }
    let mut findings = Findings {
        source: source.clone(),
        diagnostics: Vec::new(),
    };
    let scenarios = Reader {
        plan,
        path,
        source: &source,
        findings: &mut findings,
    }
    .file(root.get_ref());
    let mut diagnostics = findings.diagnostics;
    diagnostics.sort_by_key(|d| d.place.as_ref().map_or(0, |place| place.span.start));
    match diagnostics.is_empty() {
        true => Ok(scenarios),
        false => Err(LoadError { diagnostics }),
    }
}

struct Reader<'r> {
    plan: &'r Dialplan,
    path: &'r Path,
    source: &'r Source,
    findings: &'r mut Findings,
}

const FILE: [&str; 10] = [
    "about", "at", "caller", "called", "transfer", "queue", "lookup", "ends", "turn", "branch",
];
const BRANCH: [&str; 9] = [
    "name", "at", "caller", "called", "transfer", "queue", "lookup", "ends", "turn",
];
pub(super) const TURN: [&str; 18] = [
    "say",
    "noise",
    "silence",
    "keys",
    "hang_up",
    "into_ms",
    "heard",
    "intent",
    "intents",
    "filled",
    "not_understood",
    "no_input",
    "interrupted",
    "asked",
    "transfer_failed",
    "answer",
    "not_answer",
    "within",
];

impl Reader<'_> {
    fn file(&mut self, root: &DeTable) -> Vec<Scenario> {
        let fields = Fields::of("the scenario", 0..0, root, &FILE, self.findings);
        let example = "about = \"Asks when we open.\"";
        fields.required_text("about", example, self.findings);
        let settings = self.settings(&fields, &Settings::default());
        let ends = self.ends(&fields);
        let turns = self.turns(&fields);
        let branches = self.tables("branch", &fields);
        if turns.is_empty() && branches.is_empty() && self.findings.diagnostics.is_empty() {
            let help = "add a line [[turn]], and below it what the caller does";
            let message = "nothing happens in this scenario";
            self.findings.error(0..0, message, help);
        }
        let file = stem(self.path);
        if branches.is_empty() {
            return vec![Scenario {
                name: file.clone(),
                case: file,
                file: self.path.to_owned(),
                settings,
                turns,
                ends,
            }];
        }
        let mut scenarios = Vec::new();
        let mut names = BTreeSet::new();
        for (span, table) in branches {
            let fields = Fields::of("[[branch]]", span, table, &BRANCH, self.findings);
            let example = "name = \"outside hours\"";
            let Some((name, span)) = fields.required_text("name", example, self.findings) else {
                continue;
            };
            if !names.insert(name.clone()) {
                let message = format!("there are two branches named \"{name}\"");
                self.findings.error(span, message, "give each its own name");
            }
            let settings = self.settings(&fields, &settings);
            let own_end = self.ends(&fields);
            let mut all = turns.clone();
            all.extend(self.turns(&fields));
            scenarios.push(Scenario {
                name: format!("{file}: {name}"),
                case: name,
                file: self.path.to_owned(),
                settings,
                turns: all,
                ends: own_end.or(ends.clone()),
            });
        }
        scenarios
    }

    /// As `before`, but for what is written here.
    fn settings(&mut self, fields: &Fields, before: &Settings) -> Settings {
        let mut settings = before.clone();
        if let Some(at) = fields.get("at") {
            settings.at = self.instant(at);
        }
        let number =
            |key, findings: &mut Findings| fields.text(key, findings).map(|(text, _)| text);
        settings.caller = number("caller", self.findings).or(settings.caller);
        settings.called = number("called", self.findings).or(settings.called);
        if let Some(written) = fields.text("transfer", self.findings) {
            let both = [("succeeds", People::Answer), ("fails", People::Fail)];
            settings.people = self.one_of("transfer", written, &both).unwrap_or_default();
        }
        if let Some(written) = fields.text("queue", self.findings) {
            let all = [
                ("answers", People::Answer),
                ("nobody", People::Fail),
                ("long", People::KeepWaiting),
            ];
            settings.people = self.one_of("queue", written, &all).unwrap_or_default();
        }
        if let Some(value) = fields.get("lookup") {
            self.lookups(value, &mut settings.lookups);
        }
        settings
    }

    fn instant(&mut self, value: &Spanned<DeValue>) -> Option<jiff::Timestamp> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Datetime(datetime) => datetime.to_string(),
            other => {
                let wanted = "a date and a time in quotes, such as \"2026-11-23T10:00\"";
                wrong_type("at", wanted, other, value.span(), self.findings);
                return None;
            }
        };
        // A date alone would be midnight, when hardly anybody means it.
        let local = text.parse().ok().filter(|_| text.contains(':'));
        let instant = local.and_then(|local| self.plan.instant(local));
        if instant.is_none() {
            self.findings.error(
                value.span(),
                format!("\"{text}\" is no date and time"),
                "write the clock's time where the company is, such as at = \"2026-11-23T10:00\"",
            );
        }
        instant
    }

    fn ends(&mut self, fields: &Fields) -> Option<Wanted> {
        let written = fields.text("ends", self.findings)?;
        let line = self.source.line(written.1.start);
        let what = Expected::Ends(self.one_of("ends", written, &ENDS)?);
        Some(Wanted { line, what })
    }

    /// The tables of `[[key]]`, with their places.
    fn tables<'t, 'i>(
        &mut self,
        key: &str,
        fields: &Fields<'t, 'i>,
    ) -> Vec<(Range<usize>, &'t DeTable<'i>)> {
        let Some(value) = fields.get(key) else {
            return Vec::new();
        };
        let wanted = format!("tables that each start with a line [[{key}]]");
        let DeValue::Array(items) = value.get_ref() else {
            wrong_type(key, &wanted, value.get_ref(), value.span(), self.findings);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => tables.push((item.span(), table)),
                other => wrong_type(key, &wanted, other, item.span(), self.findings),
            }
        }
        tables
    }

    fn turns(&mut self, fields: &Fields) -> Vec<Turn> {
        let tables = self.tables("turn", fields);
        let turns = tables.into_iter().filter_map(|(span, table)| {
            let fields = Fields::of("[[turn]]", span, table, &TURN, self.findings);
            self.turn(&fields)
        });
        turns.collect()
    }

    fn turn(&mut self, fields: &Fields) -> Option<Turn> {
        let act = self.act(fields);
        let when = match fields.get("into_ms") {
            None => When::MyTurn,
            Some(value) => When::Into {
                ms: self.whole_number("into_ms", value)?,
            },
        };
        Some(Turn {
            line: self.source.line(fields.span.start),
            when,
            act: act?,
            wanted: self.wanted(fields),
        })
    }
}

/// Values of one kind.
impl Reader<'_> {
    /// Texts, numbers and the like by their names.
    fn values(
        &mut self,
        key: &str,
        example: &str,
        value: &Spanned<DeValue>,
    ) -> Vec<(String, String, Range<usize>)> {
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = format!("a table, such as {example}");
            wrong_type(key, &wanted, value.get_ref(), value.span(), self.findings);
            return Vec::new();
        };
        let mut values = Vec::new();
        for (name, value) in table {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                DeValue::Float(number) => number.to_string(),
                DeValue::Boolean(truth) => truth.to_string(),
                DeValue::Datetime(datetime) => datetime.to_string(),
                other => {
                    let wanted = "a text, a number, a date, true or false";
                    wrong_type(name.get_ref(), wanted, other, value.span(), self.findings);
                    continue;
                }
            };
            values.push((name.get_ref().to_string(), text, value.span()));
        }
        values
    }

    fn whole_number(&mut self, key: &str, value: &Spanned<DeValue>) -> Option<u64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let message = format!("`{key}` is no whole number");
            let help = format!("write milliseconds without quotes, such as {key} = 800");
            self.findings.error(value.span(), message, help);
        }
        number
    }

    fn milliseconds(&mut self, (text, span): Written) -> Option<u64> {
        let ms = values::milliseconds(&text).filter(|ms| (0.0..=LONGEST_MS).contains(ms));
        if ms.is_none() {
            let message = format!("\"{text}\" is no length of time");
            let help = "write it like \"2s\" or \"800ms\", up to \"600s\"";
            self.findings.error(span, message, help);
        }
        ms.map(|ms| ms as u64)
    }

    fn one_of<T: Copy>(
        &mut self,
        key: &str,
        (text, span): Written,
        all: &[(&str, T)],
    ) -> Option<T> {
        let found = all.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let help = match meant(&text, &names) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("write one of {}", listed(&names)),
            };
            let message = format!("`{key}` cannot be \"{text}\"");
            self.findings.error(span, message, help);
        }
        found.map(|(_, value)| *value)
    }

    fn is_known(&mut self, kind: &str, name: &str, span: &Range<usize>, known: &[&str]) -> bool {
        if known.contains(&name) {
            return true;
        }
        let help = match (meant(name, known), known.get(..LISTED)) {
            (Some(meant), _) => format!("did you mean \"{meant}\"?"),
            (None, _) if known.is_empty() => format!("it has no {kind} at all; take this out"),
            (None, None) => format!("it has {}", listed(known)),
            (None, Some(some)) => format!("it has {} and more", listed(some)),
        };
        let message = format!("the dialplan has no {kind} \"{name}\"");
        self.findings.error(span.clone(), message, help);
        false
    }
}
