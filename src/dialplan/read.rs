//! A dialplan out of its TOML text, or everything that is wrong with it.

use super::defaults::Defaults;
use super::diagnostic::{Diagnostic, Severity, Source};
use super::values::{Fields, Findings, MISSING, Written, list, listed, meant, text, wrong_type};
use super::{Dialplan, Human, Intent, LoadError, Loaded, Text, Then, VoiceWish};
use crate::understand::{self, Language, Matcher};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Fewer examples than this are too few to recognise other wordings by.
const ENOUGH_EXAMPLES: usize = 3;

const THEN: [(&str, Then); 3] = [
    ("listen", Then::Listen),
    ("human", Then::Human),
    ("hang-up", Then::HangUp),
];

pub(super) fn read(source: Source, today: Date) -> Result<Loaded, LoadError> {
    let text = source.text.clone();
    let (root, syntax) = DeTable::parse_recoverable(&text);
    let mut findings = Findings {
        source,
        diagnostics: Vec::new(),
    };
    let mut reader = Reader {
        findings: &mut findings,
        today,
        said: Vec::new(),
    };
    let dialplan = reader.dialplan(root.get_ref());
    let Findings {
        source,
        mut diagnostics,
    } = findings;
    if !syntax.is_empty() {
        diagnostics = with_syntax(&source, &syntax, diagnostics);
    }
    diagnostics.sort_by_key(|d| d.place.as_ref().map_or(0, |place| place.span.start));
    let usable = diagnostics.iter().all(|d| d.severity == Severity::Warning);
    match dialplan {
        Some(dialplan) if usable => Ok(Loaded {
            dialplan,
            warnings: diagnostics,
        }),
        _ => Err(LoadError { diagnostics }),
    }
}

/// What TOML itself does not allow, and what of the rest is still worth saying: not that
/// something is missing, for it may stand in what could not be read.
fn with_syntax(
    source: &Source,
    syntax: &[toml::de::Error],
    diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = syntax
        .iter()
        .map(|error| {
            let message = error.message();
            let help = if message.contains("duplicate key") {
                "keep only one of them; every [[intent]] starts with a line of its own"
            } else {
                "texts stand in \"double quotes\", lists in [square brackets] with commas between"
            };
            let span = error.span().unwrap_or(0..0);
            let message = format!("this is not TOML: {message}");
            source.diagnostic(Severity::Error, Some(span), message, help)
        })
        .collect();
    let broken: Vec<usize> = all.iter().map(Diagnostic::line).collect();
    all.extend(diagnostics.into_iter().filter(|diagnostic| {
        !broken.contains(&diagnostic.line()) && !diagnostic.message.contains(MISSING)
    }));
    all
}

struct Reader<'f> {
    findings: &'f mut Findings,
    today: Date,
    /// Every text that may be spoken, and where it is written.
    said: Vec<(Text, Range<usize>)>,
}

impl Reader<'_> {
    /// None where something is wrong, and that is among the findings.
    fn dialplan(&mut self, root: &DeTable) -> Option<Dialplan> {
        let known = [
            "name",
            "language",
            "greeting",
            "goodbye",
            "human",
            "intent",
            "no_input",
            "no_match",
            "overload",
            "one_moment",
            "pronunciations",
            "voice",
        ];
        let fields = Fields::of("the dialplan", 0..0, root, &known, self.findings);
        let name = fields.required_text("name", "name = \"Lakeside Clinic\"", self.findings);
        let language = self.language(&fields);
        let greeting = self.greeting(&fields);
        let goodbye = fields.text("goodbye", self.findings);
        // With a language that is not known, the rest is still looked through for mistakes.
        let assumed = language.unwrap_or(Language::EnglishUs);
        let defaults = Defaults::of(assumed);
        let human = self.human(&fields, defaults);
        let no_input = self.reprompt(&fields, "no_input", defaults.no_input);
        let no_match = self.reprompt(&fields, "no_match", defaults.no_match);
        let overload = self.reprompt(&fields, "overload", defaults.overload);
        let one_moment = self.reprompt(&fields, "one_moment", defaults.one_moment);
        let pronunciations = self.pronunciations(&fields);
        let voice = self.voice(&fields);
        let intents = self.intents(&fields, assumed);

        let (language, intents) = (language?, intents?);
        let examples: Vec<&[String]> = intents.iter().map(|i| i.examples.as_slice()).collect();
        Some(Dialplan {
            name: name?.0,
            language,
            greeting: self.said(greeting?),
            goodbye: goodbye.map_or(defaults.goodbye.into(), |written| self.said(written)),
            human: human?,
            no_input,
            no_match,
            overload,
            one_moment,
            matcher: Matcher::new(language, &examples),
            intents,
            pronunciations,
            voice,
            folder: PathBuf::new(),
            source: self.findings.source.clone(),
            said: std::mem::take(&mut self.said),
        })
    }

    /// A text that may be spoken.
    fn said(&mut self, (text, span): Written) -> Text {
        let text: Text = text.into();
        self.said.push((text.clone(), span));
        text
    }

    fn language(&mut self, fields: &Fields) -> Option<Language> {
        let (tag, span) =
            fields.required_text("language", "language = \"en-US\"", self.findings)?;
        match Language::from_str(&tag) {
            Ok(language) => Some(language),
            Err(error) => {
                let example = format!("write language = \"{}\"", Language::EnglishUs);
                self.findings.error(span, error.to_string(), example);
                None
            }
        }
    }

    fn greeting(&mut self, fields: &Fields) -> Option<Written> {
        let example = "greeting = \"Lakeside Clinic. How can I help? Press 0 for a person.\"";
        let greeting = fields.required_text("greeting", example, self.findings)?;
        let spoken = greeting.0.to_lowercase();
        if !["0", "０", "zero", "零"]
            .iter()
            .any(|zero| spoken.contains(zero))
        {
            self.findings.warning(
                greeting.1.clone(),
                "the greeting does not say that 0 reaches a person",
                "add \"or press 0 for a person\": callers who know it stay calm",
            );
        }
        Some(greeting)
    }

    fn human(&mut self, fields: &Fields, defaults: &Defaults) -> Option<Human> {
        let Some(value) = fields.get("human") else {
            if !fields.misspelt("human") {
                self.findings.error(
                    0..0,
                    format!("[human] {MISSING}: every caller must be able to reach a person"),
                    "add a line `[human]` and under it `target = \"sip:frontdesk@192.0.2.10\"`",
                );
            }
            return None;
        };
        let fields = self.table("human", "[human]", value, &["target", "say", "failed"])?;
        let example = "target = \"sip:frontdesk@192.0.2.10\"";
        let target = fields.required_text("target", example, self.findings);
        let mut text = |key: &str, default: &str| -> Text {
            let text = fields.text(key, self.findings);
            text.map_or(default.into(), |written| self.said(written))
        };
        let say = text("say", defaults.human_say);
        let failed = text("failed", defaults.human_failed);
        let (target, span) = target?;
        if let Err(wrong) = check_target(&target) {
            self.findings.error(
                span,
                format!("`target` is no SIP address: {wrong}"),
                "write it like \"sip:frontdesk@192.0.2.10\" or \"sip:100@pbx.example.com:5080\"",
            );
            return None;
        }
        Some(Human {
            target,
            say,
            failed,
        })
    }

    fn reprompt(&mut self, fields: &Fields, key: &'static str, default: &str) -> Text {
        let written = fields.get(key).and_then(|value| {
            let fields = self.table(key, &format!("[{key}]"), value, &["say"])?;
            let example = "say = \"Sorry, please say that again.\"";
            fields.required_text("say", example, self.findings)
        });
        written.map_or(default.into(), |written| self.said(written))
    }

    fn voice(&mut self, fields: &Fields) -> VoiceWish {
        let wish = fields.get("voice").and_then(|value| {
            let known = ["name", "speaker", "speed"];
            let fields = self.table("voice", "[voice]", value, &known)?;
            Some(VoiceWish {
                name: fields.text("name", self.findings).map(|(name, _)| name),
                speaker: self.number(&fields, "speaker", "a number from 0 up"),
                speed: self.speed(&fields),
            })
        });
        wish.unwrap_or_default()
    }

    fn speed(&mut self, fields: &Fields) -> Option<f32> {
        let speed: f32 = self.number(fields, "speed", "a number from 0.5 to 2")?;
        if !(0.5..=2.0).contains(&speed) {
            let span = fields.get("speed")?.span();
            self.findings.error(
                span,
                format!("nobody can be understood at `speed` {speed}"),
                "write a number from 0.5 (slow) to 2 (fast)",
            );
            return None;
        }
        Some(speed)
    }

    fn number<T: FromStr>(&mut self, fields: &Fields, key: &str, wanted: &str) -> Option<T> {
        let value = fields.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            wrong_type(key, wanted, value.get_ref(), value.span(), self.findings);
        }
        number
    }

    fn pronunciations(&mut self, fields: &Fields) -> Vec<(String, String)> {
        let Some(value) = fields.get("pronunciations") else {
            return Vec::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = "a table that starts with a line [pronunciations]";
            let (found, span) = (value.get_ref(), value.span());
            wrong_type("pronunciations", wanted, found, span, self.findings);
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (written, said) in table {
            let key = written.get_ref().to_string();
            let Some((said, span)) = text(&key, said, self.findings) else {
                continue;
            };
            if key.trim().is_empty() {
                self.findings.error(
                    span,
                    format!("\"{said}\" is how no word is said"),
                    "write the word before it, such as `Nguyen = \"nwin\"`",
                );
                continue;
            }
            pairs.push((key, said));
        }
        pairs
    }

    fn table<'t, 'i>(
        &mut self,
        key: &str,
        called: &str,
        value: &'t Spanned<DeValue<'i>>,
        known: &[&'static str],
    ) -> Option<Fields<'t, 'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields::of(
                called,
                value.span(),
                table,
                known,
                self.findings,
            )),
            other => {
                let wanted = format!("a table that starts with a line {called}");
                wrong_type(key, &wanted, other, value.span(), self.findings);
                None
            }
        }
    }

    fn intents(&mut self, fields: &Fields, language: Language) -> Option<Vec<Intent>> {
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
            let known = ["name", "examples", "say", "then", "valid_until"];
            let Some(fields) = self.table("intent", "[[intent]]", item, &known) else {
                continue;
            };
            let name = self.intent_name(&fields, &mut names);
            let examples = self.examples(&fields, language, number, &mut examples);
            let then = self.then(&fields);
            let say = self.intent_say(&fields, then);
            let valid_until = self.valid_until(&fields);
            if let (Some(name), Some(examples)) = (name, examples) {
                intents.push(Intent {
                    name,
                    examples,
                    say,
                    then: then.unwrap_or(Then::Listen),
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

    fn intent_say(&mut self, fields: &Fields, then: Option<Then>) -> Vec<Text> {
        // Before a transfer or a goodbye there is something to say anyway.
        if then == Some(Then::Listen) {
            fields.required(
                "say",
                "say = \"We are open from eight to six.\"",
                self.findings,
            );
        }
        let texts = fields.texts("say", self.findings).unwrap_or_default();
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

/// Whether `target` looks like a SIP URI (RFC 3261, 19.1) with a host to call; what the network
/// thinks of it shows when it is called.
fn check_target(target: &str) -> Result<(), &'static str> {
    let lower = target.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("sip:")
        .or_else(|| lower.strip_prefix("sips:"))
        .ok_or("it does not start with sip: or sips:")?;
    if target
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
    {
        return Err("there are spaces, quotes or < > in it");
    }
    let address = rest.split([';', '?']).next().unwrap_or_default();
    let host_port = match address.rsplit_once('@') {
        Some(("", _)) => return Err("there is nobody before the @"),
        Some((_, host_port)) => host_port,
        None => address,
    };
    let (host, port) = match host_port.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (host_port, None),
    };
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err("the port is no number from 1 to 65535");
    }
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let valid = match inner {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        }
    };
    if valid {
        Ok(())
    } else {
        Err("there is no host to call")
    }
}
