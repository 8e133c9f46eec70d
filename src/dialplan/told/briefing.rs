//! What whoever takes over hears of the caller: one sentence, and how to take the call.

use crate::dialplan::{Dialplan, Text};
use crate::understand::Language;
use crate::understand::values::{Asked, Currency, Kind, Value};
use jiff::Timestamp;
use std::time::Duration;

/// Who waits, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brief {
    /// The intents that the caller wanted, by name.
    pub wanted: Vec<String>,
    /// The values they gave, as in records.
    pub given: Vec<(String, String)>,
    /// What was answered already, by the intents' names, or what failed, in words.
    pub tried: Vec<String>,
    /// Theirs, where it is another than the dialplan's.
    pub language: Option<Language>,
    pub waited_s: u64,
    /// They are not on the line: they are called when the call is taken.
    pub call_back: bool,
    /// It is taken by pressing a key.
    pub by_key: bool,
    /// Dates are told from here.
    pub now: Timestamp,
}

impl Dialplan {
    /// What whoever is called for the caller hears when they pick up.
    pub fn briefing(&self, brief: &Brief) -> Vec<Text> {
        let words = Words::of(self.language);
        let wanted: Vec<String> = brief.wanted.iter().map(|name| self.called(name)).collect();
        let mut parts = Vec::new();
        if !wanted.is_empty() {
            parts.push(wanted.join(words.and));
        }
        let asked = Asked {
            language: self.language,
            now: self.local(brief.now),
        };
        let given = brief.given.iter();
        parts.extend(given.map(|(name, value)| {
            let said = self.said_value(name, value, &asked);
            format!("{}{}{said}", spaced(name), words.is)
        }));
        let tried: Vec<String> = brief.tried.iter().map(|tried| self.called(tried)).collect();
        if !tried.is_empty() {
            parts.push(format!("{}{}", words.tried, tried.join(words.and)));
        }
        let mut say = Vec::new();
        if brief.call_back {
            say.push(words.call_back.to_owned());
        }
        say.push(match parts.is_empty() {
            true => words.unknown.to_owned(),
            false => sentence(&parts.join(words.then), words.stop),
        });
        if let Some(language) = brief.language.filter(|other| *other != self.language) {
            say.push(words.speaks(language));
        }
        if let Some(waited) = waited(brief.waited_s, &asked) {
            say.push(format!("{}{waited}{}", words.waiting, words.stop));
        }
        if brief.by_key {
            say.push(words.by_key.to_owned());
        }
        say.into_iter().map(Text::from).collect()
    }

    /// An intent as it is called; other words as they are.
    fn called(&self, name: &str) -> String {
        let mut intents = self.intents.iter();
        let intent = intents.find(|intent| *intent.name == *name);
        intent.map_or_else(|| spaced(name), |intent| intent.called.to_string())
    }

    fn said_value(&self, name: &str, value: &str, asked: &Asked) -> String {
        let mut slots = self.intents.iter().flat_map(|intent| &intent.slots);
        let kind = slots
            .find(|slot| *slot.name == *name)
            .map(|slot| &slot.kind);
        let value = match kind.and_then(|kind| recorded(kind, value, asked)) {
            Some(value) => value,
            None => return value.to_owned(),
        };
        value.said(asked)
    }
}

/// The value that was written down so.
fn recorded(kind: &Kind, record: &str, asked: &Asked) -> Option<Value> {
    let text = || record.to_owned();
    Some(match kind {
        Kind::YesNo => Value::YesNo(record.parse().ok()?),
        Kind::Number { .. } => Value::Number(record.parse().ok()?),
        Kind::Date => Value::Date(record.parse().ok()?),
        Kind::Time => Value::Time(record.parse().ok()?),
        Kind::Money => Value::Money {
            minor: record.replace('.', "").parse().ok()?,
            currency: Currency::of(asked.language),
        },
        Kind::Duration => {
            let span: jiff::SignedDuration = record.parse().ok()?;
            Value::Duration(span.try_into().ok()?)
        }
        Kind::Phone => Value::Phone(text()),
        Kind::Digits { .. } => Value::Digits(text()),
        Kind::Code(_) => Value::Code(text()),
        Kind::Choice(_) => Value::Choice(text()),
        Kind::Name => Value::Name(text()),
        Kind::Text => Value::Text(text()),
    })
}

/// In whole minutes; nothing that is worth a word below half of one.
fn waited(seconds: u64, asked: &Asked) -> Option<String> {
    let minutes = (seconds + 30) / 60;
    (minutes > 0).then(|| Value::Duration(Duration::from_secs(minutes * 60)).said(asked))
}

fn spaced(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

fn sentence(text: &str, stop: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    let rest = letters.as_str().trim_end_matches(['.', '。', '!', '?']);
    format!("{}{rest}{stop}", first.unwrap_or_default())
}

struct Words {
    and: &'static str,
    then: &'static str,
    is: &'static str,
    stop: &'static str,
    tried: &'static str,
    unknown: &'static str,
    waiting: &'static str,
    call_back: &'static str,
    by_key: &'static str,
    languages: [&'static str; 2],
}

impl Words {
    fn of(language: Language) -> &'static Words {
        match language {
            Language::EnglishUs | Language::EnglishGb => &ENGLISH,
            Language::Mandarin => &MANDARIN,
        }
    }

    fn speaks(&self, language: Language) -> String {
        let [english, mandarin] = self.languages;
        match language {
            Language::EnglishUs | Language::EnglishGb => english,
            Language::Mandarin => mandarin,
        }
        .to_owned()
    }
}

const ENGLISH: Words = Words {
    and: ", and ",
    then: "; ",
    is: ": ",
    stop: ".",
    tried: "already tried: ",
    unknown: "A caller who has not said what it is about.",
    waiting: "Waiting for ",
    call_back: "A call-back: the caller is called when you take it.",
    by_key: "Press 1 to take the call, 2 to decline.",
    languages: ["They speak English.", "They speak Mandarin."],
};

const MANDARIN: Words = Words {
    and: "，以及",
    then: "；",
    is: "：",
    stop: "。",
    tried: "已经试过：",
    unknown: "客户还没有说是什么事。",
    waiting: "已经等了",
    call_back: "这是回电：您接听之后再打给客户。",
    by_key: "接听请按1，不接请按2。",
    languages: ["客户说英语。", "客户说普通话。"],
};
