//! What a company's phone says: the file it is written in, and what comes next in a call.
//!
//! [`Dialplan::load`] reads a TOML file (`dialplans/clinic.toml` explains the format) and learns
//! its examples, or says everything that is wrong with it. After that a [`Dialplan`] never
//! changes and is shared by all calls: it answers what an utterance leads to and what is said.
//! Counting failures, key 0 and the transfer itself belong to the call.

pub mod check;
mod completeness;
mod defaults;
mod diagnostic;
mod dialog;
mod expected;
mod expression;
mod hours;
mod intent;
mod prompts;
mod read;
mod told;
pub(crate) mod values;

pub use crate::lookup::Lookup;
pub use completeness::Completeness;
pub use diagnostic::{Diagnostic, LoadError, Place, Severity};
pub use dialog::{Dialog, Keys, LookedUp, Next, Nobody, Note, Turn, World};
pub use expression::{Expression, Fact, Facts, Mistake};
pub use hours::Hours;
pub use intent::{Case, Intent, Knowledge, MOST_DIGITS, Slot, Then};
pub use told::{BACK_KEY, Brief, CALL_BACK_KEY, MESSAGE_KEY, ToAgent, Told};

use crate::understand::{self, Control, Language, Match, Matcher, Part, Sentences, WaitingWish};
pub(crate) use diagnostic::Source;
use expected::Typical;
use intent::slots;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
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
    /// When people are there; always, where nothing is written.
    pub hours: Option<Hours>,
    /// Where it was read from; paths in it begin there.
    pub folder: PathBuf,
    /// How words are said: written, said.
    pub pronunciations: Vec<(String, String)>,
    pub voice: VoiceWish,
    prompts: Prompts,
    matcher: Matcher,
    typical: Typical,
    sentences: Sentences,
    source: Source,
    /// Where texts are written.
    said: Vec<(Text, Range<usize>)>,
    places: read::Places,
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
    pub reach: Reach,
    /// What is heard while waiting in a queue of our own: a WAV file, beside the dialplan.
    pub music: Option<PathBuf>,
    /// Before the transfer, or before the queue.
    pub say: Text,
    /// When the caller is back because the transfer failed.
    pub failed: Text,
    pub closed: Option<Closed>,
    /// The built-in intent that arranges a call-back, where there is a queue and a way to call out.
    pub call_back: Option<usize>,
}

/// By what way a person is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The call is transferred by REFER and is no longer ours.
    Transfer {
        /// A SIP URI.
        target: String,
        /// They are called first, and the caller is only handed over to somebody who answers.
        attended: bool,
        /// The queue behind `target`, whose length Asterisk can be asked for.
        asterisk_queue: Option<String>,
    },
    /// A queue of our own, by its name in the server's configuration.
    Queue {
        name: String,
        /// Higher ones first; 0 is the usual.
        priority: u8,
        /// What whoever answers must have, all of it.
        skills: Vec<String>,
    },
}

/// What callers hear who want a person when nobody is there.
#[derive(Debug, Clone)]
pub struct Closed {
    pub say: Text,
    /// The intent that takes their message.
    pub message: usize,
}

/// What to say, all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub say: Vec<Text>,
    /// The call ends after it.
    pub ends: bool,
}

/// A dialplan and what should be looked at in it.
#[derive(Debug)]
pub struct Loaded {
    pub dialplan: Dialplan,
    pub warnings: Vec<Diagnostic>,
}

impl Dialplan {
    /// Nobody is offered or promised a call-back: there is no way to call out.
    pub fn calls_nobody_back(&mut self) {
        self.human.call_back = None;
    }

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

    /// The name of the intent that `text` is understood as by itself, whatever was asked.
    pub fn intent_of(&self, text: &str) -> Option<&Arc<str>> {
        let intent = self.intents.get(self.best(text).intent?)?;
        Some(&intent.name)
    }

    /// What `text` most likely wants; any value in it is as good as another.
    pub fn best(&self, text: &str) -> Match {
        self.matcher.best(&self.typical.text(text))
    }

    /// Everything that `text` most likely wants, in the order it was said.
    fn wishes(&self, text: &str) -> Vec<Part> {
        self.matcher.all(text, &|said| self.typical.text(said))
    }

    /// What clocks show where the company is.
    pub fn local(&self, now: Timestamp) -> DateTime {
        match &self.hours {
            Some(hours) => hours.local(now),
            None => now.to_zoned(TimeZone::system()).datetime(),
        }
    }

    /// When clocks show that where the company is; `None` beyond the years that there are.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        match &self.hours {
            Some(hours) => hours.instant(local),
            None => Some(local.to_zoned(TimeZone::system()).ok()?.timestamp()),
        }
    }

    /// What `text` asks of the call itself. The dialplan's own words come first: what is one of
    /// its examples, word for word, is none.
    pub fn control(&self, text: &str) -> Option<Control> {
        let control = understand::control(self.language, text)?;
        (!self.matcher.is_example(text)).then_some(control)
    }

    /// What `text` wants of the wait for a person. The dialplan's own words come first here, too.
    pub fn waiting(&self, text: &str) -> Option<WaitingWish> {
        let wish = understand::waiting(self.language, text)?;
        (!self.matcher.is_example(text)).then_some(wish)
    }

    /// Callers wait for a person in a queue of our own.
    pub fn has_queue(&self) -> bool {
        matches!(self.human.reach, Reach::Queue { .. })
    }

    /// Every way by which callers come to a person.
    pub fn reaches(&self) -> impl Iterator<Item = &Reach> {
        let own = self
            .intents
            .iter()
            .filter_map(|intent| intent.reach.as_ref());
        std::iter::once(&self.human.reach).chain(own)
    }

    /// What is heard while waiting, where it lies.
    pub fn music(&self) -> Option<PathBuf> {
        let music = self.human.music.as_ref()?;
        Some(self.folder.join(music))
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
        let closed = self.human.closed.as_ref().map(|closed| &closed.say);
        let cases = self.intents.iter().flat_map(|intent| &intent.cases);
        let slots = self.intents.iter().flat_map(|intent| &intent.slots);
        let confirms = self
            .intents
            .iter()
            .filter_map(|intent| intent.confirm.as_ref());
        let texts = self
            .prompts
            .all()
            .chain(human)
            .chain(closed)
            .chain(confirms);
        let texts = texts
            .chain(cases.flat_map(|case| &case.say))
            .chain(slots.flat_map(|slot| &slot.ask));
        once_each(texts.map(|text| &**text).chain(self.fixed_told()))
    }
}

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
