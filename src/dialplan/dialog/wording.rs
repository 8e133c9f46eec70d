//! The words of a turn: prompts, questions and answers, with what is known filled in.

use super::machine::Line;
use super::{Dialog, Text, built_in};
use crate::dialplan::Told;
use crate::understand::values::{Asked, Value};

impl Dialog {
    /// None where there is nothing left to say that was not said before.
    pub(super) fn words(&mut self, line: Line) -> Option<(Text, bool)> {
        let prompts = &self.plan.prompts;
        let text = match line {
            Line::Text(text, barge_in) => return Some((self.fill_in(&text), barge_in)),
            Line::Ask {
                intent,
                slot,
                again,
            } => {
                let ask = &self.plan.intents.get(intent)?.slots.get(slot)?.ask;
                self.fill_in(ask.get(usize::from(again)).or(ask.first())?)
            }
            Line::Check { intent, slot } => {
                let name = &self.plan.intents.get(intent)?.slots.get(slot)?.name;
                let value = self.memory.value(name)?.said(&self.asked());
                fill(&prompts.check, &|name| {
                    (name == "value").then(|| value.clone())
                })
            }
            Line::Confirm { intent } => {
                let confirm = self.plan.intents.get(intent)?.confirm.clone()?;
                self.fill_in(&confirm)
            }
            Line::Which { first, second } => {
                let called = |intent: usize| Some(self.plan.intents.get(intent)?.called.clone());
                let (first, second) = (called(first)?, called(second)?);
                fill(&prompts.which, &|name| match name {
                    "first" => Some(first.to_string()),
                    "second" => Some(second.to_string()),
                    _ => None,
                })
            }
            Line::NoMatch => {
                self.no_matches += 1;
                prompts.no_match.get(self.no_matches - 1)?.clone()
            }
            Line::NoInput => {
                self.no_inputs += 1;
                prompts.no_input.get(self.no_inputs - 1)?.clone()
            }
            Line::Help => {
                self.helps += 1;
                prompts.help.get(self.helps - 1)?.clone()
            }
            Line::Nobody(why) => {
                let opens = built_in::opens_again(&self.plan, &self.world);
                self.told(&Told::Nobody { why, opens })
            }
            Line::WaysOut => self.told(&Told::WaysOut),
            Line::NoCallBack if self.waits => self.told(&Told::KeepsPlace),
            Line::NoCallBack => prompts.not_done.clone(),
            fixed => prompts.fixed(&fixed)?.clone(),
        };
        Some((text, true))
    }

    fn told(&self, told: &Told) -> Text {
        self.plan.told(told).join(" ").into()
    }

    pub(super) fn asked(&self) -> Asked {
        Asked {
            language: self.plan.language,
            now: self.plan.local(self.world.now),
        }
    }

    fn fill_in(&self, text: &Text) -> Text {
        fill(text, &|name| {
            if let Some(value) = self.memory.value(name) {
                return Some(value.said(&self.asked()));
            }
            let found = self.memory.found(name).map(|found| match found.parse() {
                Ok(date) => Value::Date(date).said(&self.asked()),
                Err(_) => found.to_owned(),
            });
            found.or_else(|| built_in::said(name, &self.plan, &self.world))
        })
    }
}

/// `text` with its `{slots}` filled; one that nothing fills is left out.
fn fill(text: &Text, value: &dyn Fn(&str) -> Option<String>) -> Text {
    if !text.contains('{') {
        return text.clone();
    }
    let mut filled = String::new();
    let mut rest = &**text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        filled.push_str(&value(name).unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled.into()
}
