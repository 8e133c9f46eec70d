//! What is said around the intents, and what is asked when nobody is there.

use super::{IntentPlaces, Reader};
use crate::dialplan::defaults::Defaults;
use crate::dialplan::dialog::built_in::IN_TEXTS;
use crate::dialplan::prompts::Prompts;
use crate::dialplan::values::{Fields, Written};
use crate::dialplan::{Case, Intent, Knowledge, Slot, Text, Then};
use std::sync::Arc;

impl Reader<'_> {
    /// `help` is what is said where nothing else is written.
    pub(super) fn prompts(
        &mut self,
        fields: &Fields,
        defaults: &Defaults,
        help: Vec<Text>,
    ) -> Option<Prompts> {
        let notice = fields.text("notice", self.findings);
        let greeting = self.greeting(fields);
        let goodbye = fields.text("goodbye", self.findings);
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect();
        let no_input = self.occasions(fields, "no_input", texts(defaults.no_input));
        let no_match = self.occasions(fields, "no_match", texts(defaults.no_match));
        let help = self.help(fields, help);
        let wait = self.occasion(fields, "wait", defaults.wait);
        let silent_line = self.occasion(fields, "silent_line", defaults.silent_line);
        let overload = self.occasion(fields, "overload", defaults.overload);
        let one_moment = self.occasion(fields, "one_moment", defaults.one_moment);
        let check = self.occasion(fields, "check", defaults.check);
        let which = self.occasion(fields, "which", defaults.which);
        let what_is_wrong = self.occasion(fields, "what_is_wrong", defaults.what_is_wrong);
        let not_done = self.occasion(fields, "not_done", defaults.not_done);
        let not_found = self.occasion(fields, "not_found", defaults.not_found);
        let lookup_failed = self.occasion(fields, "lookup_failed", defaults.lookup_failed);
        let outdated = self.occasion(fields, "outdated", defaults.outdated);
        Some(Prompts {
            notice: notice.map(|written| self.said(written)),
            greeting: self.said(greeting?),
            goodbye: goodbye.map_or(defaults.goodbye.into(), |written| self.said(written)),
            no_input,
            no_match,
            help,
            wait,
            silent_line,
            overload,
            one_moment,
            check,
            which,
            what_is_wrong,
            not_done,
            not_found,
            lookup_failed,
            outdated,
        })
    }

    fn greeting(&mut self, fields: &Fields) -> Option<Written> {
        let example = "greeting = \"Lakeside Clinic. How can I help? Press 0 for a person.\"";
        let greeting = fields.required_text("greeting", example, self.findings)?;
        if !mentions(&greeting.0, ZERO) {
            self.findings.warning(
                greeting.1.clone(),
                "the greeting does not say that 0 reaches a person",
                "add \"or press 0 for a person\": callers who know it stay calm",
            );
        }
        Some(greeting)
    }

    /// `[key]` with one text.
    fn occasion(&mut self, fields: &Fields, key: &'static str, default: &str) -> Text {
        let written = fields.get(key).and_then(|value| {
            let fields = self.table(key, &format!("[{key}]"), value, &["say"])?;
            fields.required_text("say", SAY, self.findings)
        });
        written.map_or(default.into(), |written| self.said(written))
    }

    /// `[key]` with a text or several, for one time each.
    fn occasions(&mut self, fields: &Fields, key: &'static str, default: Vec<Text>) -> Vec<Text> {
        match self.written(fields, key) {
            Some(written) => written.into_iter().map(|text| self.said(text)).collect(),
            None => default,
        }
    }

    fn written(&mut self, fields: &Fields, key: &'static str) -> Option<Vec<Written>> {
        let fields = self.table(key, &format!("[{key}]"), fields.get(key)?, &["say"])?;
        fields.required("say", SAY, self.findings)?;
        let written = fields.texts("say", self.findings)?;
        for (number, (text, span)) in written.iter().enumerate() {
            if written
                .iter()
                .take(number)
                .any(|(before, _)| before == text)
            {
                self.findings.warning(
                    span.clone(),
                    format!("[{key}] says this twice"),
                    "say it in other words: who hears the same again thinks that nobody listens",
                );
            }
        }
        Some(written)
    }

    fn help(&mut self, fields: &Fields, default: Vec<Text>) -> Vec<Text> {
        let Some(written) = self.written(fields, "help") else {
            return default;
        };
        for (text, span) in &written {
            if !mentions(text, ZERO) && !mentions(text, PERSON) {
                self.findings.warning(
                    span.clone(),
                    "[help] does not offer a person",
                    "add \"or press 0 for a person\": who hears it was not understood twice",
                );
            }
        }
        written.into_iter().map(|text| self.said(text)).collect()
    }

    /// `[human.closed]`: what is said and asked when nobody is there.
    pub(super) fn closed(
        &mut self,
        fields: &Fields,
        defaults: &Defaults,
        has_hours: bool,
        has_queue: bool,
    ) -> Option<(Text, Intent)> {
        let Some(value) = fields.get("closed") else {
            if has_hours && !has_queue {
                self.findings.error(
                    fields.span.clone(),
                    "nobody is reached outside of [hours]: a caller who wants a person then is stuck",
                    "add [human.closed] with `say` and what to ask for, such as \
                     ask.message = { say = \"What can we do for you?\", type = \"text\" }",
                );
            }
            return None;
        };
        if !has_hours {
            self.findings.warning(
                value.span(),
                "this is never said: there are no [hours]",
                "add [hours] with `timezone` and `open`, or take it out",
            );
        }
        let fields = self.table("closed", "[human.closed]", value, &["say", "ask", "done"])?;
        let example = "say = \"We are closed just now. You can leave a message.\"";
        let say = fields.required_text("say", example, self.findings);
        if fields.get("ask").is_none() {
            self.findings.error(
                fields.span.clone(),
                "[human.closed] takes no message",
                "ask for something, such as ask.message = { say = \"What can we do for you?\", type = \"text\" }",
            );
        }
        let slots = self.slots(&fields);
        self.places.intents.push(IntentPlaces {
            name: value.span(),
            ..IntentPlaces::of(&fields)
        });
        let done = fields.text("done", self.findings);
        let done = done.map_or(defaults.message_left.into(), |done| {
            self.said_filled(done, &slots)
        });
        let message = Intent {
            name: MESSAGE.into(),
            called: MESSAGE.into(),
            examples: Vec::new(),
            slots,
            lookup: None,
            confirm: None,
            cases: vec![Case {
                when: None,
                say: vec![done],
                then: Then::HangUp,
                barge_in: true,
            }],
            knowledge: Knowledge::default(),
            promotion: false,
            reach: None,
        };
        Some((self.said_filled(say?, &[]), message))
    }
}

impl Reader<'_> {
    /// With nothing in it that only some calls know.
    pub(super) fn said_filled(&mut self, written: Written, asked: &[Slot]) -> Text {
        let names: Vec<Arc<str>> = asked.iter().map(|slot| slot.name.clone()).collect();
        self.check_slots(&written, &names, &IN_TEXTS);
        self.said(written)
    }
}

/// What a message that is left is called in records.
const MESSAGE: &str = "message";

const SAY: &str = "say = \"Sorry, please say that again.\"";

const ZERO: &[&str] = &["0", "０", "zero", "零"];
const PERSON: &[&str] = &[
    "person",
    "somebody",
    "someone",
    "human",
    "operator",
    "agent",
    "colleague",
    "front desk",
    "reception",
    "representative",
    "人工",
    "客服",
    "前台",
    "真人",
    "接线员",
];

fn mentions(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word))
}
