//! A dialplan out of its TOML text, or everything that is wrong with it.

mod conditions;
mod human;
mod intents;
mod lookups;
mod places;
mod settings;
mod slots;
mod target;
mod texts;

pub(super) use places::{IntentPlaces, Places};

use super::defaults::Defaults;
use super::diagnostic::{Diagnostic, Severity, Source};
use super::dialog::built_in;
use super::expected::Typical;
use super::values::{Fields, Findings, MISSING, Written, wrong_type};
use super::{Dialplan, Expression, Intent, LoadError, Loaded, Text, built_in_phrases};
use crate::understand::values::Kind;
use crate::understand::{Language, Matcher, Sentences};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
        kinds: HashMap::new(),
        conditions: Vec::new(),
        intent_names: Vec::new(),
        places: Places::default(),
        ways: Vec::new(),
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
    /// What each name asks for, and where it was first asked.
    kinds: HashMap<Arc<str>, (Kind, Range<usize>)>,
    /// Conditions whose names are to be looked at when all are known.
    conditions: Vec<(Expression, Range<usize>)>,
    /// As written, in order.
    intent_names: Vec<String>,
    places: Places,
    /// What intents say of their own way to a person, by their number.
    ways: Vec<(usize, human::Way)>,
}

impl Reader<'_> {
    /// None where something is wrong, and that is among the findings.
    fn dialplan(&mut self, root: &DeTable) -> Option<Dialplan> {
        let known = [
            "name",
            "language",
            "notice",
            "greeting",
            "goodbye",
            "human",
            "hours",
            "intent",
            "lookup",
            "no_input",
            "no_match",
            "help",
            "wait",
            "silent_line",
            "overload",
            "one_moment",
            "check",
            "which",
            "what_is_wrong",
            "not_done",
            "not_found",
            "lookup_failed",
            "outdated",
            "out_of_scope",
            "pronunciations",
            "voice",
        ];
        let fields = Fields::of("the dialplan", 0..0, root, &known, self.findings);
        let name = fields.required_text("name", "name = \"Lakeside Clinic\"", self.findings);
        let language = self.language(&fields);
        // With a language that is not known, the rest is still looked through for mistakes.
        let assumed = language.unwrap_or(Language::EnglishUs);
        let defaults = Defaults::of(assumed);
        self.places.note(&fields);
        let hours = self.hours(&fields);
        let lookups = self.lookups(&fields);
        let pronunciations = self.pronunciations(&fields);
        let voice = self.voice(&fields);
        let mut intents = self.intents(&fields, assumed, &lookups);
        let out_of_scope = self.out_of_scope(&fields);
        let known = intents.as_deref().unwrap_or_default();
        let help = defaults.help(assumed, known);
        let prompts = self.prompts(&fields, defaults, help);
        let human = self.human(&fields, defaults, intents.as_mut(), hours.is_some());
        self.check_all_conditions(intents.as_deref().unwrap_or_default());

        let (language, intents) = (language?, intents?);
        let typical = Typical::of(language, &intents);
        let examples: Vec<Vec<String>> = intents
            .iter()
            .map(|intent| {
                let examples = intent.examples.iter();
                examples
                    .map(|example| typical.example(example, &intent.slots))
                    .collect()
            })
            .collect();
        let examples: Vec<&[String]> = examples.iter().map(Vec::as_slice).collect();
        let out_of_scope: Vec<String> =
            out_of_scope.iter().map(|text| typical.text(text)).collect();
        Some(Dialplan {
            name: name?.0,
            language,
            human: human?,
            hours,
            prompts: prompts?,
            matcher: Matcher::new(language, &examples, &out_of_scope),
            sentences: Sentences::new(
                language,
                examples.iter().copied().flatten().map(String::as_str),
                built_in_phrases(language),
            ),
            typical,
            intents,
            pronunciations,
            voice,
            folder: PathBuf::new(),
            source: self.findings.source.clone(),
            said: std::mem::take(&mut self.said),
            places: std::mem::take(&mut self.places),
        })
    }

    fn check_all_conditions(&mut self, intents: &[Intent]) {
        let slots = intents.iter().flat_map(|intent| &intent.slots);
        let lookups = intents.iter().filter_map(|intent| intent.lookup.as_ref());
        let answered: Vec<String> = intents
            .iter()
            .map(|intent| format!("answered.{}", intent.name))
            .collect();
        let names: Vec<&str> = slots
            .map(|slot| &*slot.name)
            .chain(lookups.flat_map(|lookup| lookup.gives()))
            .chain(answered.iter().map(String::as_str))
            .chain(built_in::IN_CONDITIONS)
            .collect();
        self.check_conditions(&names);
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
}
