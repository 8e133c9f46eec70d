//! What a company's phone says: the file it is written in, and what comes next in a call.
//!
//! [`Dialplan::load`] reads a TOML file (`dialplans/clinic.toml` explains the format) and learns
//! its examples, or says everything that is wrong with it. After that a [`Dialplan`] never
//! changes and is shared by all calls: it answers what an utterance leads to and what is said.
//! Counting failures, key 0 and the transfer itself belong to the call.

mod ask;
mod completeness;
mod defaults;
mod diagnostic;
mod prompts;
mod read;
mod values;

pub use ask::{Ask, MOST_DIGITS};
pub use completeness::Completeness;
pub use diagnostic::{Diagnostic, LoadError, Place, Severity};

use crate::understand::{self, Control, Language, Matcher, Sentences};
use diagnostic::Source;
use jiff::civil::Date;
use prompts::Prompts;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A company's dialplan, checked and ready for calls.
#[derive(Debug)]
pub struct Dialplan {
    pub name: String,
    pub language: Language,
    pub human: Human,
    pub intents: Vec<Intent>,
    /// Where it was read from; paths in it begin there.
    pub folder: PathBuf,
    /// How words are said: written, said.
    pub pronunciations: Vec<(String, String)>,
    pub voice: VoiceWish,
    prompts: Prompts,
    matcher: Matcher,
    sentences: Sentences,
    source: Source,
    /// Where texts are written.
    said: Vec<(Text, Range<usize>)>,
}

/// Which voice speaks, where another than the default is wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VoiceWish {
    /// A Piper voice.
    pub name: Option<String>,
    /// Of a voice with several, from 0.
    pub speaker: Option<u32>,
    /// 0.5 (slow) to 2 (fast).
    pub speed: Option<f32>,
}

/// A text to be spoken.
pub type Text = Arc<str>;

/// Where a person is reached, and what is said around it.
#[derive(Debug, Clone)]
pub struct Human {
    /// A SIP URI.
    pub target: String,
    /// Before the transfer.
    pub say: Text,
    /// When the caller is back because the transfer failed.
    pub failed: Text,
}

/// Something that callers want.
#[derive(Debug, Clone)]
pub struct Intent {
    pub name: Arc<str>,
    /// How callers may put it, as written in the file.
    pub examples: Vec<String>,
    /// Said in this order; may be empty unless `then` is to listen.
    pub say: Vec<Text>,
    pub then: Then,
    /// Whether the caller's voice may interrupt the answer. Keys always do.
    pub barge_in: bool,
    /// What is asked before the answer.
    pub ask: Option<Arc<Ask>>,
    /// The last day on which the answer is known to hold.
    pub valid_until: Option<Date>,
}

/// What happens after something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Listen,
    /// The caller is put through to a person.
    Human,
    HangUp,
}

/// What to say, all of it, and what to do after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub say: Vec<Text>,
    pub then: Then,
    /// Whether the caller's voice may interrupt it. Keys always do.
    pub barge_in: bool,
    /// What is said is a question; its answer leads to [`Ask::answer`].
    pub ask: Option<Arc<Ask>>,
}

/// What an utterance comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Understood {
        intent: Arc<str>,
        /// 0 to 1.
        score: f32,
        reply: Reply,
    },
    /// Whatever the dialplan says: [`Dialplan::human_reply`] is next.
    AskedForHuman,
    NotUnderstood {
        /// The intent that came closest; none where nothing resembles any example.
        nearest: Option<Arc<str>>,
        /// 0 to 1.
        score: f32,
    },
}

/// A dialplan and what should be looked at in it.
#[derive(Debug)]
pub struct Loaded {
    pub dialplan: Dialplan,
    pub warnings: Vec<Diagnostic>,
}

impl Dialplan {
    /// Reads the file at `path`. `today` is what `valid_until` is compared with.
    pub fn load(path: &Path, today: Date) -> Result<Loaded, LoadError> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LoadError {
            diagnostics: vec![Source::new(&file, "").diagnostic(
                Severity::Error,
                None,
                format!("the dialplan cannot be read: {error}"),
                "check that the file exists and may be read",
            )],
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let replaced = valid..valid + char::REPLACEMENT_CHARACTER.len_utf8();
            LoadError {
                diagnostics: vec![Source::new(&file, &text).diagnostic(
                    Severity::Error,
                    Some(replaced),
                    "this is not UTF-8 text",
                    "save the file with the encoding UTF-8",
                )],
            }
        })?;
        let mut loaded = Dialplan::parse(&text, &file, today)?;
        loaded.dialplan.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(loaded)
    }

    /// Reads a dialplan's text; `file` is how mistakes call it.
    pub fn parse(text: &str, file: &str, today: Date) -> Result<Loaded, LoadError> {
        read::read(Source::new(file, text), today)
    }

    /// What `text`, as it was recognised, leads to.
    pub fn hear(&self, text: &str) -> Outcome {
        if understand::asks_for_human(self.language, text) {
            return Outcome::AskedForHuman;
        }
        let found = self.matcher.best(text);
        match found.intent.and_then(|intent| self.intents.get(intent)) {
            Some(intent) => Outcome::Understood {
                intent: intent.name.clone(),
                score: found.score,
                reply: self.reply(intent),
            },
            None => Outcome::NotUnderstood {
                nearest: found
                    .nearest
                    .and_then(|intent| self.intents.get(intent))
                    .map(|intent| intent.name.clone()),
                score: found.score,
            },
        }
    }

    fn reply(&self, intent: &Intent) -> Reply {
        if let Some(ask) = &intent.ask {
            return Reply {
                say: vec![ask.say.clone()],
                then: Then::Listen,
                barge_in: true,
                ask: Some(ask.clone()),
            };
        }
        let reply = match intent.then {
            Then::Human if intent.say.is_empty() => self.human_reply(),
            Then::HangUp if intent.say.is_empty() => self.goodbye(),
            then => Reply {
                say: intent.say.clone(),
                then,
                barge_in: true,
                ask: None,
            },
        };
        Reply {
            barge_in: intent.barge_in,
            ..reply
        }
    }

    /// What `text` asks of the call itself. The dialplan's own words come first: what is one of
    /// its examples, word for word, is none.
    pub fn control(&self, text: &str) -> Option<Control> {
        let control = understand::control(self.language, text)?;
        (!self.matcher.is_example(text)).then_some(control)
    }

    /// Everything a recogniser that knows only what to expect should expect, as spoken words in
    /// lower case, each phrase once. Where digits are asked for, `{digits}` stands for any row of
    /// them.
    pub fn phrases(&self) -> Vec<String> {
        let examples = self.intents.iter().flat_map(|intent| &intent.examples);
        let all = examples
            .map(|example| understand::spoken(self.language, example).join(" "))
            .chain(built_in_phrases(self.language).map(str::to_owned))
            .chain(self.digit_phrases().map(str::to_owned));
        once_each(all)
    }

    fn digit_phrases(&self) -> impl Iterator<Item = &'static str> {
        let asked = self.intents.iter().any(|intent| intent.ask.is_some());
        let phrases: &[&str] = match self.language {
            Language::EnglishUs | Language::EnglishGb if asked => &DIGIT_PHRASES,
            _ => &[],
        };
        phrases.iter().copied()
    }

    /// A mistake in one of the [`Dialplan::fixed_texts`], where that is written.
    pub fn mistake_in(&self, text: &str, message: &str, help: impl Into<String>) -> Diagnostic {
        let written = self.said.iter().find(|(said, _)| **said == *text);
        let span = written.map(|(_, span)| span.clone());
        self.source.diagnostic(Severity::Error, span, message, help)
    }

    /// Every text that may be spoken, each once.
    pub fn fixed_texts(&self) -> Vec<&str> {
        let human = [&self.human.say, &self.human.failed];
        let intents = self.intents.iter().flat_map(|intent| &intent.say);
        let asks = self.intents.iter().filter_map(|intent| intent.ask.as_ref());
        let asks = asks.map(|ask| &ask.say);
        let texts = self.prompts.all().chain(human).chain(intents).chain(asks);
        once_each(texts.map(|text| &**text))
    }
}

/// How English callers answer when they are asked for a number.
const DIGIT_PHRASES: [&str; 4] = [
    "{digits}",
    "it's {digits}",
    "my number is {digits}",
    "the number is {digits}",
];

/// What is understood in every dialplan of the language, in the commonest ways to say it.
fn built_in_phrases(language: Language) -> impl Iterator<Item = &'static str> {
    let human = understand::human_phrases(language);
    human
        .iter()
        .chain(understand::control_phrases(language))
        .copied()
}

fn once_each<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

#[cfg(test)]
mod tests;
