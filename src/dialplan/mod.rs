//! What a company's phone says: the file it is written in, and what comes next in a call.
//!
//! [`Dialplan::load`] reads a TOML file (`dialplans/clinic.toml` explains the format) and learns
//! its examples, or says everything that is wrong with it. After that a [`Dialplan`] never
//! changes and is shared by all calls: it answers what an utterance leads to and what is said.
//! Counting failures, key 0 and the transfer itself belong to the call.

mod defaults;
mod diagnostic;
mod read;
mod values;

pub use diagnostic::{Diagnostic, LoadError, Place, Severity};

use crate::understand::{self, Language, Matcher};
use diagnostic::Source;
use jiff::civil::Date;
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
    greeting: Text,
    goodbye: Text,
    no_input: Text,
    no_match: Text,
    overload: Text,
    one_moment: Text,
    matcher: Matcher,
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

    /// Said when the call is answered.
    pub fn greeting(&self) -> Reply {
        say(&self.greeting, Then::Listen)
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
        match intent.then {
            Then::Human if intent.say.is_empty() => self.human_reply(),
            Then::HangUp if intent.say.is_empty() => self.goodbye(),
            then => Reply {
                say: intent.say.clone(),
                then,
            },
        }
    }

    /// Said when the caller was silent.
    pub fn no_input(&self) -> Reply {
        say(&self.no_input, Then::Listen)
    }

    /// Said when the caller was not understood.
    pub fn no_match(&self) -> Reply {
        say(&self.no_match, Then::Listen)
    }

    /// Said when there is too much to do to recognise what the caller says.
    pub fn overload(&self) -> Reply {
        say(&self.overload, Then::Listen)
    }

    /// Said when what is to be said takes long to make.
    pub fn one_moment(&self) -> &Text {
        &self.one_moment
    }

    /// Said when the caller is put through for any reason but an intent's own words.
    pub fn human_reply(&self) -> Reply {
        say(&self.human.say, Then::Human)
    }

    /// Said when the caller is back because nobody could be reached.
    pub fn human_failed(&self) -> Reply {
        say(&self.human.failed, Then::Listen)
    }

    /// Said before the call is ended.
    pub fn goodbye(&self) -> Reply {
        say(&self.goodbye, Then::HangUp)
    }

    /// Everything a recogniser that knows only what to expect should expect, as spoken words in
    /// lower case, each phrase once.
    pub fn phrases(&self) -> Vec<String> {
        let examples = self.intents.iter().flat_map(|intent| &intent.examples);
        let all = examples
            .map(|example| understand::spoken(self.language, example).join(" "))
            .chain(
                understand::human_phrases(self.language)
                    .iter()
                    .map(|&phrase| phrase.to_owned()),
            );
        once_each(all)
    }

    /// A mistake in one of the [`Dialplan::fixed_texts`], where that is written.
    pub fn mistake_in(&self, text: &str, message: &str, help: impl Into<String>) -> Diagnostic {
        let written = self.said.iter().find(|(said, _)| **said == *text);
        let span = written.map(|(_, span)| span.clone());
        self.source.diagnostic(Severity::Error, span, message, help)
    }

    /// Every text that may be spoken, each once.
    pub fn fixed_texts(&self) -> Vec<&str> {
        let texts = [
            &self.greeting,
            &self.human.say,
            &self.human.failed,
            &self.goodbye,
            &self.no_input,
            &self.no_match,
            &self.overload,
            &self.one_moment,
        ]
        .into_iter()
        .chain(self.intents.iter().flat_map(|intent| &intent.say));
        once_each(texts.map(|text| &**text))
    }
}

fn say(text: &Text, then: Then) -> Reply {
    Reply {
        say: vec![text.clone()],
        then,
    }
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
