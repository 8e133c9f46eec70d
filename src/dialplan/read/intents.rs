//! `[[intent]]`.

use super::Reader;
use super::ask::Asked;
use crate::dialplan::diagnostic::Severity;
use crate::dialplan::values::{Fields, list, listed, meant, wrong_type};
use crate::dialplan::{Human, Intent, Reply, Text, Then};
use crate::understand::{self, Language};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use toml::de::DeValue;

/// Fewer examples than this are too few to recognise other wordings by.
const ENOUGH_EXAMPLES: usize = 3;

const THEN: [(&str, Then); 3] = [
    ("listen", Then::Listen),
    ("human", Then::Human),
    ("hang-up", Then::HangUp),
];

impl Reader<'_> {
    pub(super) fn intents(
        &mut self,
        fields: &Fields,
        language: Language,
        human: Option<&Human>,
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
        let mut names: HashMap<String, Range<usize>> = HashMap::new();
        let mut examples: HashMap<Vec<String>, (usize, Range<usize>)> = HashMap::new();
        let mut intents = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let known = [
                "name",
                "examples",
                "ask",
                "say",
                "then",
                "barge_in",
                "valid_until",
            ];
            let Some(fields) = self.table("intent", "[[intent]]", item, &known) else {
                continue;
            };
            let name = self.intent_name(&fields, &mut names);
            let examples = self.examples(&fields, language, number, &mut examples);
            let then = self.then(&fields);
            let asked = self.asked(&fields);
            let say = self.intent_say(&fields, then, asked);
            let barge_in = fields.truth("barge_in", self.findings).unwrap_or(true);
            let valid_until = self.valid_until(&fields);
            let then = then.unwrap_or(Then::Listen);
            let answer = Reply {
                say: say.clone(),
                then,
                barge_in,
                ask: None,
            };
            let ask = asked.and_then(|asked| self.ask(asked, language, answer, human));
            if let (Some(name), Some(examples)) = (name, examples) {
                intents.push(Intent {
                    name,
                    examples,
                    say,
                    then,
                    barge_in,
                    ask: ask.map(Arc::new),
                    valid_until,
                });
            }
        }
        Some(intents)
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
        let found = THEN.iter().find(|(name, _)| *name == written);
        if found.is_none() {
            let names = THEN.map(|(name, _)| name);
            let help = match meant(&written, &names) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("it can be {}", listed(&names)),
            };
            let message = format!("`then` can not be \"{written}\"");
            self.findings.error(span, message, help);
        }
        found.map(|(_, then)| *then)
    }

    fn intent_say(
        &mut self,
        fields: &Fields,
        then: Option<Then>,
        asked: Option<Asked>,
    ) -> Vec<Text> {
        // Before a transfer or a goodbye there is something to say anyway.
        if then == Some(Then::Listen) {
            fields.required(
                "say",
                "say = \"We are open from eight to six.\"",
                self.findings,
            );
        }
        let texts = fields.texts("say", self.findings).unwrap_or_default();
        for text in &texts {
            self.check_slots(text, asked);
        }
        texts.into_iter().map(|text| self.said(text)).collect()
    }

    fn valid_until(&mut self, fields: &Fields) -> Option<Date> {
        let value = fields.get("valid_until")?;
        let date = match value.get_ref() {
            DeValue::Datetime(written) if written.time.is_none() => written.date.and_then(date_of),
            _ => None,
        };
        match date {
            Some(date) if date < self.today => self.findings.warning(
                value.span(),
                format!("this answer was only valid until {date}"),
                "check what is said and set a new date",
            ),
            Some(_) => {}
            None => {
                let wanted = "a day without quotes, such as 2027-03-31";
                wrong_type(
                    "valid_until",
                    wanted,
                    value.get_ref(),
                    value.span(),
                    self.findings,
                );
            }
        }
        date
    }
}

fn date_of(date: toml::value::Date) -> Option<Date> {
    let year = i16::try_from(date.year).ok()?;
    let month = i8::try_from(date.month).ok()?;
    Date::new(year, month, i8::try_from(date.day).ok()?).ok()
}
