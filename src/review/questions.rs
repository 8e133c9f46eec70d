//! Which question of a dialplan a prompt was: what is said after one may be an answer, not a wish.

use crate::dialplan::Dialplan;
use crate::speak::shown;
use std::collections::HashMap;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// For a value, whether it was heard right, or whether it shall be done; of this intent, where one
    /// alone asks so.
    Answer { of: Option<usize> },
    /// Which of two intents was meant.
    Which(usize, usize),
}

/// The questions of a dialplan, with what was found already.
pub struct Questions<'d> {
    dialplan: &'d Dialplan,
    templates: Vec<(Option<usize>, String)>,
    known: HashMap<String, Option<Question>>,
}

impl<'d> Questions<'d> {
    pub fn of(dialplan: &'d Dialplan) -> Questions<'d> {
        let mut templates = vec![(None, shown(dialplan.check()))];
        for (number, intent) in dialplan.intents.iter().enumerate() {
            let asked = intent.slots.iter().flat_map(|slot| &slot.ask);
            let texts = asked.chain(&intent.confirm);
            templates.extend(texts.map(|text| (Some(number), shown(text))));
        }
        Questions {
            dialplan,
            templates,
            known: HashMap::new(),
        }
    }

    pub fn dialplan(&self) -> &'d Dialplan {
        self.dialplan
    }

    pub fn in_prompt(&mut self, prompt: &str) -> Option<Question> {
        if let Some(known) = self.known.get(prompt) {
            return *known;
        }
        let found = self.find(prompt);
        self.known.insert(prompt.to_owned(), found);
        found
    }

    fn find(&self, prompt: &str) -> Option<Question> {
        let template = self.templates.iter().find(|(_, text)| fits(text, prompt));
        if let Some((of, _)) = template {
            return Some(Question::Answer { of: *of });
        }
        let which = shown(self.dialplan.which());
        if !fits(&which, prompt) {
            return None;
        }
        let called = |(number, intent): (usize, &crate::dialplan::Intent)| {
            let called = shown(&intent.called);
            prompt.contains(&called).then_some((number, called))
        };
        let intents = self.dialplan.intents.iter().enumerate();
        let named: Vec<(usize, String)> = intents.filter_map(called).collect();
        for (first, one) in &named {
            for (second, other) in &named {
                let asked = which.replace("{first}", one).replace("{second}", other);
                if first != second && asked == prompt {
                    return Some(Question::Which(*first, *second));
                }
            }
        }
        None
    }
}

/// Whether `said` may be `template` with its slots filled.
fn fits(template: &str, said: &str) -> bool {
    let mut parts = template.split('{');
    let Some(mut rest) = parts.next().and_then(|start| said.strip_prefix(start)) else {
        return false;
    };
    let mut ends = rest.is_empty();
    for part in parts {
        let after = part.split_once('}').map_or(part, |(_, after)| after);
        ends = after.is_empty();
        let Some(at) = rest.find(after) else {
            return false;
        };
        rest = rest.get(at + after.len()..).unwrap_or_default();
    }
    ends || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_with_its_slots_filled() {
        for (template, said, is) in [
            ("Which day?", "Which day?", true),
            ("Which day?", "Which day? And when?", false),
            (
                "Shall I move it to {day}?",
                "Shall I move it to Monday?",
                true,
            ),
            ("Shall I move it to {day}?", "Shall I cancel it?", false),
            ("{first} or {second}?", "Parking or hours?", true),
            ("I have {number}", "I have 1 2 3", true),
            ("I have {number}", "We have", false),
        ] {
            assert_eq!(fits(template, said), is, "{template} {said}");
        }
    }
}
