//! What callers are expected to say: for a recogniser that knows only that, and for the matcher, to
//! which one date is as good as another.

use super::{Dialplan, Intent, Slot, built_in_phrases, once_each};
use crate::understand::values::{self, Asked, Choice, Kind};
use crate::understand::{self, Language};
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// What stands for all values of a kind, so that words around them count.
#[derive(Debug)]
pub(super) struct Typical {
    language: Language,
    /// The kinds of the slots that stand in examples; each with what stands for it.
    kinds: Vec<(Kind, String)>,
}

impl Typical {
    /// Of dialplans whose examples have slots in them.
    pub fn of(language: Language, intents: &[Intent]) -> Typical {
        let mut kinds: Vec<(Kind, String)> = Vec::new();
        for intent in intents {
            for slot in &intent.slots {
                let braces = format!("{{{}}}", slot.name);
                let is_there = intent
                    .examples
                    .iter()
                    .any(|example| example.contains(&braces));
                if is_there && !kinds.iter().any(|(kind, _)| *kind == slot.kind) {
                    let typical = typical(language, &slot.kind).to_owned();
                    kinds.push((slot.kind.clone(), typical));
                }
            }
        }
        Typical { language, kinds }
    }

    /// An example as it is learned from: with values in place of its slots.
    pub fn example(&self, example: &str, slots: &[Slot]) -> String {
        let mut text = example.to_owned();
        for slot in slots {
            let braces = format!("{{{}}}", slot.name);
            text = text.replace(&braces, typical(self.language, &slot.kind));
        }
        self.text(&text)
    }

    /// What a caller said, with the same value in place of every one of a kind.
    pub fn text(&self, text: &str) -> String {
        let asked = Asked {
            language: self.language,
            now: DateTime::constant(2026, 1, 1, 9, 0, 0, 0),
        };
        let mut text = text.to_owned();
        for (kind, typical) in &self.kinds {
            for found in values::find(kind, &text, &asked).into_iter().rev() {
                text.replace_range(found.at, typical);
            }
        }
        text
    }
}

/// A value of the kind, as a caller may say it.
pub(super) fn typical(language: Language, kind: &Kind) -> &str {
    if let Kind::Choice(choices) = kind {
        let ways = choices.first().and_then(|choice| choice.ways.first());
        return ways.map_or("", String::as_str);
    }
    let (english, mandarin) = match kind {
        Kind::YesNo => ("yes", "是"),
        Kind::Number { .. } => ("three", "三"),
        Kind::Money => ("five dollars", "五块钱"),
        Kind::Date => ("tuesday", "星期二"),
        Kind::Time => ("three o'clock", "三点"),
        Kind::Duration => ("two hours", "两个小时"),
        Kind::Phone | Kind::Digits { .. } => ("four five six seven", "四五六七"),
        Kind::Code(_) => ("b four seven", "B四七"),
        Kind::Name => ("john smith", "王明"),
        Kind::Choice(_) | Kind::Text => ("", ""),
    };
    match language {
        Language::EnglishUs | Language::EnglishGb => english,
        Language::Mandarin => mandarin,
    }
}

impl Dialplan {
    /// Everything a recogniser that knows only what to expect should expect, as spoken words in
    /// lower case, each phrase once. `{name}` stands for any saying of a class: one of
    /// [`Dialplan::classes`], or one that recognisers know.
    pub fn phrases(&self) -> Vec<String> {
        let examples = self.intents.iter().flat_map(|intent| {
            let phrases = intent.examples.iter();
            phrases.flat_map(|example| self.shapes(example, &intent.slots))
        });
        let slots = self.intents.iter().flat_map(|intent| &intent.slots);
        let answers = slots.flat_map(|slot| self.answers(slot));
        let built_in = built_in_phrases(self.language).map(str::to_owned);
        let waiting = understand::waiting_phrases(self.language).iter();
        let waiting = waiting
            .filter(|_| self.has_queue())
            .map(|&phrase| phrase.to_owned());
        once_each(examples.chain(built_in).chain(waiting).chain(answers))
    }

    /// What can be chosen, by the name that stands for it in [`Dialplan::phrases`].
    pub fn classes(&self) -> BTreeMap<String, Vec<String>> {
        let slots = self.intents.iter().flat_map(|intent| &intent.slots);
        let classes = slots.filter_map(|slot| match &slot.kind {
            Kind::Choice(choices) => Some((class_of(slot), self.sayings(choices))),
            _ => None,
        });
        classes.collect()
    }

    fn sayings(&self, choices: &[Choice]) -> Vec<String> {
        let ways = choices.iter().flat_map(|choice| &choice.ways);
        once_each(ways.map(|way| understand::spoken(self.language, way).join(" ")))
    }

    /// An example as it may be said, with classes for its slots.
    fn shapes(&self, example: &str, slots: &[Slot]) -> Vec<String> {
        let mut shapes = vec![Vec::new()];
        let mut rest = example;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let slot = slots.iter().find(|slot| *slot.name == *name);
            let classes = slot.map_or(Vec::new(), |slot| self.class_names(slot));
            let spoken = understand::spoken(self.language, before);
            shapes
                .iter_mut()
                .for_each(|words| words.extend(spoken.iter().cloned()));
            if !classes.is_empty() {
                shapes = classes
                    .iter()
                    .flat_map(|class| {
                        shapes.iter().map(move |words| {
                            let mut words: Vec<String> = words.clone();
                            words.push(format!("{{{class}}}"));
                            words
                        })
                    })
                    .collect();
            }
            rest = after;
        }
        let spoken = understand::spoken(self.language, rest);
        let shapes = shapes.into_iter().map(|mut words| {
            words.extend(spoken.iter().cloned());
            words.join(" ")
        });
        shapes.filter(|shape| !shape.is_empty()).collect()
    }

    /// How callers answer when they are asked for it. What is built in for values is English.
    fn answers(&self, slot: &Slot) -> Vec<String> {
        let around: &[&str] = match slot.kind {
            Kind::Digits { .. } | Kind::Phone | Kind::Code(_) => {
                &["{}", "it's {}", "my number is {}", "the number is {}"]
            }
            Kind::Date => &["{}", "on {}", "it's {}", "no on {}"],
            Kind::Time => &["{}", "at {}", "no at {}"],
            _ => &["{}"],
        };
        let yes_no = slot.confirm.then_some("{yes-no}".to_owned());
        let classes = self.class_names(slot);
        let answers = classes.iter().flat_map(|class| {
            let class = format!("{{{class}}}");
            around
                .iter()
                .map(move |around| around.replace("{}", &class))
        });
        answers
            .chain(yes_no.filter(|_| self.has_classes()))
            .collect()
    }

    fn has_classes(&self) -> bool {
        match self.language {
            Language::EnglishUs | Language::EnglishGb => true,
            Language::Mandarin => false,
        }
    }

    fn class_names(&self, slot: &Slot) -> Vec<String> {
        let names: &[&str] = match &slot.kind {
            Kind::Choice(_) => return vec![class_of(slot)],
            _ if !self.has_classes() => &[],
            Kind::YesNo => &["yes-no"],
            Kind::Number { .. } => &["number"],
            Kind::Money => &["money"],
            Kind::Date => &["day", "date"],
            Kind::Time => &["time"],
            Kind::Phone | Kind::Digits { .. } | Kind::Code(_) => &["digits"],
            Kind::Duration | Kind::Name | Kind::Text => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}

fn class_of(slot: &Slot) -> String {
    format!("choice-{}", slot.name)
}
