//! Scenarios out of their TOML text, or everything that is wrong with it.

use super::expected::{ASKED, ENDS, Expected, Wanted};
use super::{Act, Scenario, Settings, Turn, frames, recording, room, stem};
use crate::audio::{Frame, Key};
use crate::caller::When;
use crate::dialplan::values::{Fields, Findings, Written, listed, meant, wrong_type};
use crate::dialplan::{Dialplan, LoadError, LookedUp, Severity, Source};
use crate::rehearse::RATE;
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

const FILE: [&str; 9] = [
    "about", "at", "caller", "called", "transfer", "lookup", "ends", "turn", "branch",
];
const BRANCH: [&str; 8] = [
    "name", "at", "caller", "called", "transfer", "lookup", "ends", "turn",
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
            let both = [("succeeds", false), ("fails", true)];
            settings.transfers_fail = self.one_of("transfer", written, &both).unwrap_or_default();
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

    /// None where it is wrong, Some(None) where the caller only waits.
    fn act(&mut self, fields: &Fields) -> Option<Option<Act>> {
        let say = fields.text("say", self.findings);
        let noise = fields.text("noise", self.findings);
        let silence = fields.text("silence", self.findings);
        let keys = fields.text("keys", self.findings);
        let hangs_up = fields.truth("hang_up", self.findings) == Some(true);
        let heard = fields
            .get("heard")
            .and_then(|value| value.get_ref().as_str());
        match (say, noise, silence, keys, hangs_up) {
            (None, None, None, None, false) => Some(None),
            (Some(say), noise, None, None, false) => self.say(say, noise, heard).map(Some),
            (None, Some(noise), None, None, false) => {
                Some(Some(Act::Sound(self.recording("noise", noise)?)))
            }
            (None, None, Some(silence), None, false) => {
                let ms = self.milliseconds(silence)?;
                Some(Some(Act::Sound(room(frames(ms)))))
            }
            (None, None, None, Some(keys), false) => self.keys(keys).map(Some),
            (None, None, None, None, true) => Some(Some(Act::HangUp)),
            _ => {
                self.findings.error(
                    fields.span.clone(),
                    "the caller does several things in one turn",
                    "a turn has only one of `say` (with or without `noise`), `noise`, `silence`, \
                     `keys` and `hang_up`; start a new [[turn]] for the next",
                );
                None
            }
        }
    }

    fn say(&mut self, say: Written, noise: Option<Written>, heard: Option<&str>) -> Option<Act> {
        let noise = match noise {
            Some(noise) => Some(self.recording("noise", noise)?),
            None => None,
        };
        if !say.0.to_lowercase().ends_with(".wav") {
            return Some(Act::Words {
                words: say.0.into(),
                noise,
            });
        }
        let mut frames = self.recording("say", say)?;
        if let Some(noise) = noise {
            let mut mixed = frames.to_vec();
            super::mix(&mut mixed, &noise);
            frames = mixed.into();
        }
        Some(Act::Recording {
            frames,
            words: heard.map(Arc::from),
        })
    }

    fn recording(&mut self, key: &str, (name, span): Written) -> Option<Arc<[Frame]>> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        match recording(&folder.join(&name), RATE) {
            Ok(frames) => Some(frames),
            Err(error) => {
                let message = format!("`{key}` names a recording that cannot be used: {error}");
                let help = "a recording is a WAV file (its name ends in .wav), named from this file's \
                            folder";
                self.findings.error(span, message, help);
                None
            }
        }
    }

    fn keys(&mut self, (text, span): Written) -> Option<Act> {
        let mut keys = Vec::new();
        for c in text.chars().filter(|c| *c != ' ') {
            match Key::from_char(c) {
                Some(key) => keys.push(key),
                None => {
                    let message = format!("`{c}` in `keys` is no key");
                    let help = "a phone has 0 to 9, *, # and perhaps A to D";
                    self.findings.error(span, message, help);
                    return None;
                }
            }
        }
        Some(Act::Keys(keys.into()))
    }

    fn wanted(&mut self, fields: &Fields) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let mut want = |source: &Source, span: &Range<usize>, what| {
            let line = source.line(span.start);
            wanted.push(Wanted { line, what });
        };
        for (key, what) in [
            ("interrupted", Expected::Interrupted),
            ("no_input", Expected::NoInput),
            ("not_understood", Expected::NotUnderstood),
            ("transfer_failed", Expected::TransferFailed),
        ] {
            if let Some(value) = fields.get(key)
                && fields.truth(key, self.findings) == Some(true)
            {
                want(self.source, &value.span(), what);
            }
        }
        if let Some((part, span)) = fields.text("heard", self.findings) {
            want(self.source, &span, Expected::Heard(part));
        }
        let intent = fields.text("intent", self.findings);
        let intents = fields.texts("intents", self.findings).unwrap_or_default();
        for (name, span) in intent.into_iter().chain(intents) {
            let known: Vec<&str> = self.plan.intents.iter().map(|i| &*i.name).collect();
            if self.is_known("intent", &name, &span, &known) {
                want(self.source, &span, Expected::Intent(name));
            }
        }
        for (name, value, span) in self.filled(fields) {
            want(self.source, &span, Expected::Filled { name, value });
        }
        if let Some(written) = fields.text("asked", self.findings) {
            let span = written.1.clone();
            if let Some(how) = self.one_of("asked", written, &ASKED) {
                want(self.source, &span, Expected::Asked(how));
            }
        }
        for (part, span) in fields.texts("answer", self.findings).unwrap_or_default() {
            want(self.source, &span, Expected::Answer(part));
        }
        let not = fields
            .texts("not_answer", self.findings)
            .unwrap_or_default();
        for (part, span) in not {
            want(self.source, &span, Expected::NotAnswer(part));
        }
        if let Some(written) = fields.text("within", self.findings) {
            let span = written.1.clone();
            if let Some(ms) = self.milliseconds(written) {
                want(self.source, &span, Expected::Within(ms));
            }
        }
        wanted
    }

    fn filled(&mut self, fields: &Fields) -> Vec<(String, String, Range<usize>)> {
        let Some(value) = fields.get("filled") else {
            return Vec::new();
        };
        let slots = self.plan.intents.iter().flat_map(|intent| &intent.slots);
        let slots: BTreeSet<&str> = slots.map(|slot| &*slot.name).collect();
        let slots: Vec<&str> = slots.into_iter().collect();
        let given = self.values("filled", "filled = { day = \"2026-11-26\" }", value);
        given
            .into_iter()
            .filter(|(name, _, span)| self.is_known("slot", name, span, &slots))
            .collect()
    }

    fn lookups(&mut self, value: &Spanned<DeValue>, lookups: &mut BTreeMap<String, LookedUp>) {
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = "a table that starts with a line such as [lookup.parcel]";
            wrong_type(
                "lookup",
                wanted,
                value.get_ref(),
                value.span(),
                self.findings,
            );
            return;
        };
        let known: BTreeMap<&str, Vec<&str>> = self
            .plan
            .intents
            .iter()
            .filter_map(|intent| intent.lookup.as_ref())
            .map(|lookup| (lookup.name(), lookup.gives().collect()))
            .collect();
        let names: Vec<&str> = known.keys().copied().collect();
        for (name, value) in table {
            let (name, span) = (name.get_ref().as_ref(), name.span());
            if !self.is_known("lookup", name, &span, &names) {
                continue;
            }
            let gives = known.get(name).map(Vec::as_slice).unwrap_or_default();
            if let Some(result) = self.lookup(name, value, gives) {
                lookups.insert(name.to_owned(), result);
            }
        }
    }

    /// `known` is what the dialplan wants from it.
    fn lookup(&mut self, name: &str, value: &Spanned<DeValue>, known: &[&str]) -> Option<LookedUp> {
        let called = format!("[lookup.{name}]");
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = format!("a table that starts with a line {called}");
            wrong_type(name, &wanted, value.get_ref(), value.span(), self.findings);
            return None;
        };
        let keys = ["gives", "fails", "not_found"];
        let fields = Fields::of(&called, value.span(), table, &keys, self.findings);
        let fails = fields.text("fails", self.findings);
        let not_found = fields.truth("not_found", self.findings) == Some(true);
        match (fields.get("gives"), fails, not_found) {
            (Some(value), None, false) => {
                let mut found = BTreeMap::new();
                for (name, value, span) in
                    self.values("gives", "gives = { state = \"sent\" }", value)
                {
                    if self.is_known("value of this lookup", &name, &span, known) {
                        found.insert(name, value);
                    }
                }
                for missing in known.iter().filter(|name| !found.contains_key(**name)) {
                    let message = format!("`{missing}` is missing in `gives` of {called}");
                    let help = "write all that the dialplan takes from the answer; a system that leaves \
                                one out counts as not_found = true";
                    self.findings.error(value.span(), message, help);
                }
                Some(LookedUp::Found(found))
            }
            (None, Some((why, _)), false) => Some(LookedUp::Failed(why)),
            (None, None, true) => Some(LookedUp::NotFound("no such thing".to_owned())),
            _ => {
                let message = format!("what {called} answers is not clear");
                let help = "write one of gives = { … }, fails = \"why\" and not_found = true";
                self.findings.error(fields.span.clone(), message, help);
                None
            }
        }
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
        let number = |text: &str, factor: f64| Some(text.trim().parse::<f64>().ok()? * factor);
        let ms = match text.strip_suffix("ms") {
            Some(ms) => number(ms, 1.0),
            None => text.strip_suffix('s').and_then(|s| number(s, 1_000.0)),
        };
        let ms = ms.filter(|ms| (0.0..=LONGEST_MS).contains(ms));
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
