//! `ask.NAME` of an `[[intent]]`, and the slots that it fills.

use super::Reader;
use crate::dialplan::ask::{Ask, MOST_DIGITS, slots};
use crate::dialplan::values::{Fields, Written, wrong_type};
use crate::dialplan::{Human, Reply, Then};
use crate::understand::Language;
use toml::Spanned;
use toml::de::{DeString, DeValue};

const EXAMPLE: &str =
    "ask.number = { say = \"What is your number?\", type = \"digits\", length = 8 }";
const LENGTH: &str = "a number of digits such as 8, or the least and the most such as [6, 8]";

/// A question as it is written: its name, and all else.
pub(super) type Asked<'t, 'i> = (&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>);

impl Reader<'_> {
    /// `answer` is what the intent says once it knows; `human` what is said before a transfer.
    pub(super) fn ask(
        &mut self,
        (name, value): Asked,
        language: Language,
        mut answer: Reply,
        human: Option<&Human>,
    ) -> Option<Ask> {
        let called = format!("`ask.{}`", name.get_ref());
        if answer.then == Then::HangUp && answer.say.is_empty() {
            self.findings.error(
                name.span(),
                format!("{called} asks for nothing: there is no `say`"),
                "add `say` with the answer, or write then = \"human\"",
            );
        }
        if answer.say.is_empty() {
            answer.say.extend(human.map(|human| human.say.clone()));
        }
        let fields = self.table("ask", &called, value, &["say", "type", "length"])?;
        let example = "say = \"What is your customer number?\"";
        let say = fields.required_text("say", example, self.findings);
        if let Some((text, span)) = &say {
            for slot in slots(text) {
                let message = format!("nothing fills `{{{slot}}}` in a question");
                self.findings.error(span.clone(), message, "take it out");
            }
        }
        let say = say.map(|say| self.said(say));
        self.ask_type(&fields);
        let (least, most) = self.length(&fields)?;
        Some(Ask {
            name: name.get_ref().as_ref().into(),
            say: say?,
            least,
            most,
            language,
            answer,
        })
    }

    /// The one question.
    pub(super) fn asked<'t, 'i>(&mut self, intent: &Fields<'t, 'i>) -> Option<Asked<'t, 'i>> {
        let value = intent.get("ask")?;
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = format!("written with a name, such as `{EXAMPLE}`");
            let (found, span) = (value.get_ref(), value.span());
            wrong_type("ask", &wanted, found, span, self.findings);
            return None;
        };
        let mut asks: Vec<_> = table.iter().collect();
        asks.sort_by_key(|(name, _)| name.span().start);
        let Some(first) = asks.first().copied() else {
            let help = format!("write `{EXAMPLE}`");
            self.findings.error(value.span(), "`ask` is empty", help);
            return None;
        };
        for (name, _) in asks.iter().skip(1) {
            self.findings.error(
                name.span(),
                format!("`ask.{}` is a second question", name.get_ref()),
                "an intent can ask for one thing; take it out",
            );
        }
        let (name, _) = first;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if name.get_ref().is_empty() || !name.get_ref().chars().all(is_name) {
            self.findings.error(
                name.span(),
                format!("\"{}\" cannot stand as a slot in `say`", name.get_ref()),
                "use letters, digits, - and _ only, such as `ask.customer-number`",
            );
        }
        Some(first)
    }

    /// Tells which slots of an answer are not filled by the question of this name.
    pub(super) fn check_slots(&mut self, (text, span): &Written, asked: Option<Asked>) {
        let name = asked.map(|(name, _)| name.get_ref().as_ref());
        for slot in slots(text).filter(|slot| Some(*slot) != name) {
            let help = match name {
                Some(name) => format!("write `{{{name}}}`, which is what is asked for"),
                None => format!("take it out, or ask for it: `{EXAMPLE}` fills `{{number}}`"),
            };
            let message = format!("nothing fills `{{{slot}}}`");
            self.findings.error(span.clone(), message, help);
        }
    }

    fn ask_type(&mut self, fields: &Fields) {
        let Some((kind, span)) = fields.required_text("type", "type = \"digits\"", self.findings)
        else {
            return;
        };
        if kind != "digits" {
            self.findings.error(
                span,
                format!("`type` can not be \"{kind}\""),
                "it can be \"digits\"",
            );
        }
    }

    /// The least and the most.
    fn length(&mut self, fields: &Fields) -> Option<(usize, usize)> {
        let value = fields.required("length", "length = 8", self.findings)?;
        let number = |value: &DeValue| match value {
            DeValue::Integer(number) => number.as_str().parse::<i64>().ok(),
            _ => None,
        };
        let length = match value.get_ref() {
            DeValue::Array(items) => match items.iter().collect::<Vec<_>>().as_slice() {
                [least, most] => number(least.get_ref()).zip(number(most.get_ref())),
                _ => None,
            },
            one => number(one).map(|length| (length, length)),
        };
        let Some((least, most)) = length else {
            wrong_type(
                "length",
                LENGTH,
                value.get_ref(),
                value.span(),
                self.findings,
            );
            return None;
        };
        let within = usize::try_from(least).ok().zip(usize::try_from(most).ok());
        let within = within.filter(|(least, most)| 1 <= *least && least <= most);
        let within = within.filter(|(_, most)| *most <= MOST_DIGITS);
        if within.is_none() {
            let written = match least == most {
                true => least.to_string(),
                false => format!("[{least}, {most}]"),
            };
            self.findings.error(
                value.span(),
                format!("nobody can say {written} digits"),
                format!("write {LENGTH}, from 1 to {MOST_DIGITS}"),
            );
        }
        within
    }
}
