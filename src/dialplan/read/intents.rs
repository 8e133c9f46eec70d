//! `[[intent]]`.

use super::{IntentPlaces, Reader};
use crate::dialplan::diagnostic::Severity;
use crate::dialplan::dialog::built_in::{IN_TEXTS, OF_THE_CALL};
use crate::dialplan::values::{Fields, list, listed, meant, wrong_type};
use crate::dialplan::{Case, Intent, Knowledge, Slot, Text, Then};
use crate::lookup::Lookup;
use crate::understand::{self, Language};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

/// Fewer examples than this are too few to recognise other wordings by.
const ENOUGH_EXAMPLES: usize = 3;

const THEN: [(&str, Then); 3] = [
    ("listen", Then::Listen),
    ("human", Then::Human),
    ("hang-up", Then::HangUp),
];
/// Followed by the name of one.
const TO_INTENT: &str = "intent ";

const KEYS: [&str; 17] = [
    "name",
    "called",
    "examples",
    "ask",
    "lookup",
    "confirm",
    "case",
    "say",
    "then",
    "barge_in",
    "owner",
    "valid_from",
    "valid_until",
    "promotion",
    "queue",
    "priority",
    "skills",
];

impl Reader<'_> {
    pub(super) fn intents(
        &mut self,
        fields: &Fields,
        language: Language,
        lookups: &HashMap<String, Arc<Lookup>>,
    ) -> Option<Vec<Intent>> {
        let Some(value) = fields.get("intent") else {
            self.findings.warning(
                0..0,
                "there is no [[intent]]: nothing that callers say is understood",
                "add at least one [[intent]] with `name`, `examples` and `say`",
            );
            return Some(Vec::new());
        };
        let DeValue::Array(items) = value.get_ref() else {
            let wanted = "a list of tables, each of which starts with a line [[intent]]";
            wrong_type(
                "intent",
                wanted,
                value.get_ref(),
                value.span(),
                self.findings,
            );
            return None;
        };
        // What leads to another intent may stand before it.
        self.intent_names = items.iter().map(written_name).collect();
        let mut names: HashMap<String, Range<usize>> = HashMap::new();
        let mut examples: HashMap<Vec<String>, (usize, Range<usize>)> = HashMap::new();
        let mut intents = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let Some(fields) = self.table("intent", "[[intent]]", item, &KEYS) else {
                continue;
            };
            let name = self.intent_name(&fields, &mut names);
            let examples = self.examples(&fields, language, number, &mut examples);
            let answer = self.intent(&fields, lookups);
            self.check_examples(&fields, &answer.slots);
            if let (Some(name), Some(examples)) = (name, examples) {
                let spaced = name.replace(['-', '_'], " ");
                let called = fields.text("called", self.findings);
                let called = called.map_or(spaced, |(called, _)| called);
                self.places.intents.push(IntentPlaces::of(&fields));
                if let Some(way) = self.way(&fields, &answer.cases) {
                    self.ways.push((intents.len(), way));
                }
                intents.push(Intent {
                    name,
                    called: called.into(),
                    examples,
                    ..answer
                });
            }
        }
        Some(intents)
    }

    /// Slots in examples are filled by what callers say, and asked for if they do not.
    fn check_examples(&mut self, fields: &Fields, slots: &[Slot]) {
        let names: Vec<Arc<str>> = slots.iter().map(|slot| slot.name.clone()).collect();
        let Some(DeValue::Array(items)) = fields.get("examples").map(Spanned::get_ref) else {
            return;
        };
        for item in items.iter() {
            if let DeValue::String(text) = item.get_ref() {
                self.check_slots(&(text.to_string(), item.span()), &names, &[]);
            }
        }
    }

    /// All of an intent but its name and examples.
    pub(super) fn intent(
        &mut self,
        fields: &Fields,
        lookups: &HashMap<String, Arc<Lookup>>,
    ) -> Intent {
        let slots = self.slots(fields);
        let lookup = self.intent_lookup(fields, lookups, &slots);
        let mut names: Vec<Arc<str>> = slots.iter().map(|slot| slot.name.clone()).collect();
        let confirm = fields.text("confirm", self.findings);
        if let Some(confirm) = &confirm {
            self.check_slots(confirm, &names, &IN_TEXTS);
        }
        let confirm = confirm.map(|confirm| self.said(confirm));
        names.extend(
            lookup
                .iter()
                .flat_map(|lookup| lookup.gives().map(Arc::from)),
        );
        let cases = self.cases(fields, &names);
        Intent {
            name: "".into(),
            called: "".into(),
            examples: Vec::new(),
            slots,
            lookup,
            confirm,
            cases,
            knowledge: Knowledge {
                owner: fields.text("owner", self.findings).map(|(owner, _)| owner),
                valid_from: self.day(fields, "valid_from"),
                valid_until: self.valid_until(fields),
            },
            promotion: self.promotion(fields),
            reach: None,
        }
    }

    /// Nobody has to listen to one on the way to something else.
    fn promotion(&mut self, fields: &Fields) -> bool {
        let is_one = fields.truth("promotion", self.findings) == Some(true);
        for key in ["ask", "lookup", "confirm", "case", "then"] {
            if let Some(value) = fields.get(key).filter(|_| is_one) {
                let message = format!("a promotion has no `{key}`");
                let help = "let it say what there is to say, and answer who asks for more in another [[intent]]";
                self.findings.error(value.span(), message, help);
            }
        }
        is_one
    }

    /// What callers say that is nobody's business here.
    pub(super) fn out_of_scope(&mut self, fields: &Fields) -> Vec<String> {
        let said = fields.get("out_of_scope");
        let said = said.and_then(|value| list("out_of_scope", value, self.findings));
        said.unwrap_or_default()
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    fn intent_lookup(
        &mut self,
        fields: &Fields,
        lookups: &HashMap<String, Arc<Lookup>>,
        slots: &[Slot],
    ) -> Option<Arc<Lookup>> {
        let (name, span) = fields.text("lookup", self.findings)?;
        let Some(lookup) = lookups.get(&name) else {
            let names: Vec<&str> = lookups.keys().map(String::as_str).collect();
            let help = match meant(&name, &names) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("add a table that starts with a line [lookup.{name}]"),
            };
            let message = format!("there is no lookup \"{name}\"");
            self.findings.error(span, message, help);
            return None;
        };
        for wanted in lookup.slots() {
            let is_asked_for = slots.iter().any(|slot| *slot.name == *wanted);
            if !is_asked_for && !OF_THE_CALL.contains(&wanted) {
                let message =
                    format!("[lookup.{name}] needs `{{{wanted}}}`, which is not asked for here");
                let help = format!("add `ask.{wanted}` to the intent");
                self.findings.error(span.clone(), message, help);
            }
        }
        Some(lookup.clone())
    }

    /// The answers with a condition, and the one without, which holds where no other does.
    fn cases(&mut self, fields: &Fields, names: &[Arc<str>]) -> Vec<Case> {
        let mut cases = Vec::new();
        if let Some(value) = fields.get("case") {
            match value.get_ref() {
                DeValue::Array(items) => {
                    for item in items.iter() {
                        let known = ["when", "say", "then", "barge_in"];
                        let Some(fields) = self.table("case", "[[intent.case]]", item, &known)
                        else {
                            continue;
                        };
                        fields.required("when", "when = \"not open\"", self.findings);
                        cases.push(self.case(&fields, names));
                    }
                }
                found => {
                    let wanted =
                        "a list of tables, each of which starts with a line [[intent.case]]";
                    wrong_type("case", wanted, found, value.span(), self.findings);
                }
            }
        }
        let always = cases
            .iter()
            .position(|case| case.when.as_ref().is_some_and(|w| w.always() == Some(true)));
        if always.is_none() {
            let last = self.case(fields, names);
            cases.push(Case { when: None, ..last });
        }
        cases
    }

    fn case(&mut self, fields: &Fields, names: &[Arc<str>]) -> Case {
        let when = self.when(fields);
        let then = self.then(fields);
        // Before a transfer or a goodbye there is something to say anyway.
        if then == Some(Then::Listen) {
            let example = "say = \"We are open from eight to six.\"";
            fields.required("say", example, self.findings);
        }
        let texts = fields.texts("say", self.findings).unwrap_or_default();
        for text in &texts {
            self.check_slots(text, names, &IN_TEXTS);
        }
        let say: Vec<Text> = texts.into_iter().map(|text| self.said(text)).collect();
        Case {
            when,
            say,
            then: then.unwrap_or(Then::Listen),
            barge_in: fields.truth("barge_in", self.findings).unwrap_or(true),
        }
    }

    fn intent_name(
        &mut self,
        fields: &Fields,
        names: &mut HashMap<String, Range<usize>>,
    ) -> Option<Arc<str>> {
        let (name, span) =
            fields.required_text("name", "name = \"opening-hours\"", self.findings)?;
        if let Some(first) = names.get(&name) {
            let line = self.findings.source.line(first.start);
            let source = &self.findings.source;
            let twice = source.diagnostic(
                Severity::Error,
                Some(span),
                format!("the intent \"{name}\" is there twice, first in line {line}"),
                "give this one another name, or add its examples to the first",
            );
            self.findings
                .diagnostics
                .push(twice.and_see(first.clone(), "first here"));
            return None;
        }
        names.insert(name.clone(), span);
        Some(name.into())
    }

    fn examples(
        &mut self,
        fields: &Fields,
        language: Language,
        intent: usize,
        seen: &mut HashMap<Vec<String>, (usize, Range<usize>)>,
    ) -> Option<Vec<String>> {
        let line = "examples = [\"when are you open\", \"what are your hours\"]";
        let value = fields.required("examples", line, self.findings)?;
        let examples = list("examples", value, self.findings)?;
        if examples.len() < ENOUGH_EXAMPLES {
            self.findings.warning(
                value.span(),
                format!("only {} of {ENOUGH_EXAMPLES} examples", examples.len()),
                "add other ways to say the same: callers are understood by their likeness to these",
            );
        }
        for (example, span) in &examples {
            self.example(example, span, language, intent, seen);
        }
        Some(examples.into_iter().map(|(text, _)| text).collect())
    }

    fn example(
        &mut self,
        example: &str,
        span: &Range<usize>,
        language: Language,
        intent: usize,
        seen: &mut HashMap<Vec<String>, (usize, Range<usize>)>,
    ) {
        let words = understand::normalise(language, example);
        if words.is_empty() {
            let message = format!("the example \"{example}\" has no words");
            self.findings
                .error(span.clone(), message, "write what a caller may say");
            return;
        }
        if understand::asks_for_human(language, example) {
            self.findings.warning(
                span.clone(),
                format!("who says \"{example}\" is put through to a person at once"),
                "take it out: asking for a person is built in",
            );
        }
        let Some((other, first)) = seen.get(&words) else {
            seen.insert(words, (intent, span.clone()));
            return;
        };
        let source = &self.findings.source;
        let line = source.line(first.start);
        let twice = if *other == intent {
            source.diagnostic(
                Severity::Warning,
                Some(span.clone()),
                format!("the example \"{example}\" is there twice, first in line {line}"),
                "replace it by another way to say the same",
            )
        } else {
            source.diagnostic(
                Severity::Error,
                Some(span.clone()),
                format!("the example \"{example}\" belongs to another intent, see line {line}"),
                "leave it in the one that should answer it",
            )
        };
        self.findings
            .diagnostics
            .push(twice.and_see(first.clone(), "first here"));
    }

    fn then(&mut self, fields: &Fields) -> Option<Then> {
        if fields.get("then").is_none() {
            return Some(Then::Listen);
        }
        let (written, span) = fields.text("then", self.findings)?;
        if let Some(name) = written.strip_prefix(TO_INTENT) {
            return self.intent_called(name.trim(), span);
        }
        let found = THEN.iter().find(|(name, _)| *name == written);
        if found.is_none() {
            let names = THEN.map(|(name, _)| name);
            let help = match meant(&written, &names) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("it can be {} and \"intent NAME\"", listed(&names)),
            };
            let message = format!("`then` can not be \"{written}\"");
            self.findings.error(span, message, help);
        }
        found.map(|(_, then)| *then)
    }

    fn intent_called(&mut self, name: &str, span: Range<usize>) -> Option<Then> {
        let names: Vec<&str> = self.intent_names.iter().map(String::as_str).collect();
        let found = names.iter().position(|known| *known == name);
        if found.is_none() {
            let help = match meant(name, &names) {
                Some(meant) => format!("did you mean \"intent {meant}\"?"),
                None => format!("add an [[intent]] with name = \"{name}\""),
            };
            let message = format!("there is no intent \"{name}\"");
            self.findings.error(span, message, help);
        }
        found.map(Then::Intent)
    }

    fn valid_until(&mut self, fields: &Fields) -> Option<Date> {
        let date = self.day(fields, "valid_until")?;
        if date < self.today {
            let span = fields.get("valid_until").map_or(0..0, Spanned::span);
            self.findings.warning(
                span,
                format!("this answer was only valid until {date}"),
                "check what is said and set a new date",
            );
        }
        Some(date)
    }

    fn day(&mut self, fields: &Fields, key: &'static str) -> Option<Date> {
        let value = fields.get(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(written) if written.time.is_none() => written.date.and_then(date_of),
            _ => None,
        };
        if date.is_none() {
            let wanted = "a day without quotes, such as 2027-03-31";
            wrong_type(key, wanted, value.get_ref(), value.span(), self.findings);
        }
        date
    }
}

/// The name of an intent, whatever else is wrong with it.
fn written_name(item: &Spanned<DeValue>) -> String {
    let DeValue::Table(table) = item.get_ref() else {
        return String::new();
    };
    match table.get("name").map(Spanned::get_ref) {
        Some(DeValue::String(name)) => name.trim().to_owned(),
        _ => String::new(),
    }
}

fn date_of(date: toml::value::Date) -> Option<Date> {
    let year = i16::try_from(date.year).ok()?;
    let month = i8::try_from(date.month).ok()?;
    Date::new(year, month, i8::try_from(date.day).ok()?).ok()
}
