//! `[human]`: by what way a person is reached, and what intents say of it.

use super::target::check_target;
use super::{IntentPlaces, Reader};
use crate::dialplan::defaults::Defaults;
use crate::dialplan::dialog::call_back;
use crate::dialplan::values::{Fields, MISSING, Written, list, meant, wrong_type};
use crate::dialplan::{Case, Closed, Human, Intent, Reach, Text, Then};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use toml::Spanned;
use toml::de::DeValue;

const KEYS: [&str; 10] = [
    "target",
    "transfer",
    "asterisk_queue",
    "queue",
    "priority",
    "skills",
    "music",
    "say",
    "failed",
    "closed",
];
const TARGET: &str = "target = \"sip:frontdesk@192.0.2.10\"";
const EITHER: &str = "target = \"sip:frontdesk@192.0.2.10\"`, or `queue = \"front-desk\"";
const MOST_PRIORITY: u8 = 9;

/// What differs from everybody's way to a person.
pub(super) struct Way {
    queue: Option<String>,
    priority: Option<u8>,
    skills: Option<Vec<String>>,
    /// Where the first of them is written.
    span: Range<usize>,
}

impl Reader<'_> {
    /// Adds to `intents` what is asked for when nobody is there, and by what way each reaches a person;
    /// `has_hours`: there are times when nobody is.
    pub(super) fn human(
        &mut self,
        fields: &Fields,
        defaults: &Defaults,
        mut intents: Option<&mut Vec<Intent>>,
        has_hours: bool,
    ) -> Option<Human> {
        let Some(value) = fields.get("human") else {
            if !fields.misspelt("human") {
                self.findings.error(
                    0..0,
                    format!("[human] {MISSING}: every caller must be able to reach a person"),
                    format!(
                        "add a line `[human]` and under it `{TARGET}`, or `queue = \"front-desk\"`"
                    ),
                );
            }
            return None;
        };
        let fields = self.table("human", "[human]", value, &KEYS)?;
        let has_queue = fields.get("queue").is_some();
        let reach = match has_queue {
            true => self.queue(&fields),
            false => self.transfer(&fields),
        };
        let mut text = |key: &str, default: &str| -> Text {
            let text = fields.text(key, self.findings);
            text.map_or(default.into(), |written| self.said_filled(written, &[]))
        };
        let say = text("say", defaults.human_say);
        let failed = text("failed", defaults.human_failed);
        let music = self.music(&fields, has_queue);
        let closed = self.closed(&fields, defaults, has_hours, has_queue);
        let closed = closed
            .zip(intents.as_mut())
            .map(|((say, message), intents)| {
                intents.push(message);
                Closed {
                    say,
                    message: intents.len() - 1,
                }
            });
        let reach = reach?;
        let intents = intents?;
        self.ways_of_intents(&reach, intents);
        let call_back = has_queue.then(|| {
            self.places.intents.push(IntentPlaces {
                name: value.span(),
                ..IntentPlaces::default()
            });
            intents.push(call_back::intent(defaults));
            intents.len() - 1
        });
        Some(Human {
            reach,
            music,
            say,
            failed,
            closed,
            call_back,
        })
    }

    fn transfer(&mut self, fields: &Fields) -> Option<Reach> {
        for key in ["priority", "skills", "music"] {
            if let Some(value) = fields.get(key) {
                let message =
                    format!("`{key}` belongs to a queue of our own, and there is a `target`");
                let help = "take it out, or write queue = \"front-desk\" instead of `target`";
                self.findings.error(value.span(), message, help);
            }
        }
        let target = fields.required_text("target", EITHER, self.findings);
        let attended = match fields.text("transfer", self.findings) {
            None => Some(false),
            Some((how, span)) => self.is_attended(&how, span),
        };
        let asterisk_queue = fields.text("asterisk_queue", self.findings);
        let asterisk_queue = asterisk_queue.and_then(|written| self.queue_name(written));
        let (target, span) = target?;
        if let Err(wrong) = check_target(&target) {
            self.findings.error(
                span,
                format!("`target` is no SIP address: {wrong}"),
                "write it like \"sip:frontdesk@192.0.2.10\" or \"sip:100@pbx.example.com:5080\"",
            );
            return None;
        }
        Some(Reach::Transfer {
            target,
            attended: attended?,
            asterisk_queue,
        })
    }

    fn is_attended(&mut self, how: &str, span: Range<usize>) -> Option<bool> {
        match how {
            "blind" => Some(false),
            "attended" => Some(true),
            other => {
                let message = format!("`transfer` can not be \"{other}\"");
                let help = match meant(other, &["blind", "attended"]) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => "it can be \"blind\" (handed over at once) or \"attended\" (when somebody has \
                             answered)"
                        .to_owned(),
                };
                self.findings.error(span, message, help);
                None
            }
        }
    }

    fn queue(&mut self, fields: &Fields) -> Option<Reach> {
        if let Some(target) = fields.get("target") {
            self.findings.error(
                target.span(),
                "there is a `target` and a `queue`: a person is reached by one of them",
                "take out `queue` to transfer calls, or `target` to let callers wait here",
            );
        }
        for key in ["transfer", "asterisk_queue"] {
            if let Some(value) = fields.get(key) {
                let message = format!("`{key}` belongs to `target`, and there is a `queue`");
                let help = format!("take it out, or write `{TARGET}` instead of `queue`");
                self.findings.error(value.span(), message, help);
            }
        }
        let name = fields.text("queue", self.findings);
        let priority = self.priority(fields);
        let skills = self.skills(fields);
        Some(Reach::Queue {
            name: self.queue_name(name?)?,
            priority: priority.unwrap_or(0),
            skills: skills.unwrap_or_default(),
        })
    }

    fn queue_name(&mut self, (name, span): Written) -> Option<String> {
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().all(belongs) {
            return Some(name);
        }
        let message = format!("\"{name}\" is no name of a queue");
        let help = "write it as in the configuration, of letters, digits, - and _";
        self.findings.error(span, message, help);
        None
    }

    fn priority(&mut self, fields: &Fields) -> Option<u8> {
        let value = fields.get("priority")?;
        let priority = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            other => {
                let wanted = "a number from 0 to 9, without quotes";
                wrong_type("priority", wanted, other, value.span(), self.findings);
                return None;
            }
        };
        let priority = priority.filter(|priority| *priority <= MOST_PRIORITY);
        if priority.is_none() {
            let help = "write a number from 0 (as everybody) to 9 (before all others)";
            let message = "this `priority` is not from 0 to 9";
            self.findings.error(value.span(), message, help);
        }
        priority
    }

    fn skills(&mut self, fields: &Fields) -> Option<Vec<String>> {
        let value = fields.get("skills")?;
        // No skills at all is a way to say it for an intent.
        if matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()) {
            return Some(Vec::new());
        }
        let skills = list("skills", value, self.findings)?;
        Some(skills.into_iter().map(|(skill, _)| skill).collect())
    }

    /// Whether it can be played shows when it is checked with the recordings.
    fn music(&mut self, fields: &Fields, has_queue: bool) -> Option<PathBuf> {
        let (music, span) = fields.text("music", self.findings)?;
        let path = Path::new(&music);
        let is_beside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let is_wav = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("wav"));
        if !is_beside || !is_wav {
            let message = "`music` is no WAV file beside the dialplan";
            let help = "write it like \"waiting.wav\" or \"audio/waiting.wav\"";
            self.findings.error(span, message, help);
            return None;
        }
        self.said.push((music.as_str().into(), span));
        has_queue.then_some(path.to_owned())
    }

    /// `queue`, `priority` and `skills` of an intent.
    pub(super) fn way(&mut self, fields: &Fields, cases: &[Case]) -> Option<Way> {
        let keys = ["queue", "priority", "skills"];
        let spans = keys.iter().filter_map(|key| fields.get(key));
        let span = spans.map(Spanned::span).min_by_key(|span| span.start)?;
        let queue = fields.text("queue", self.findings);
        let way = Way {
            queue: queue.and_then(|written| self.queue_name(written)),
            priority: self.priority(fields),
            skills: self.skills(fields),
            span,
        };
        if !cases.iter().any(|case| case.then == Then::Human) {
            self.findings.error(
                way.span.clone(),
                "nobody is put into a queue here: no answer of this intent leads to a person",
                "add then = \"human\", or take it out",
            );
        }
        Some(way)
    }

    fn ways_of_intents(&mut self, reach: &Reach, intents: &mut [Intent]) {
        for (number, way) in std::mem::take(&mut self.ways) {
            let Reach::Queue {
                name,
                priority,
                skills,
            } = reach
            else {
                self.findings.error(
                    way.span,
                    "there is no queue of our own: [human] has a `target`",
                    "take it out, or write queue = \"front-desk\" into [human] instead of `target`",
                );
                continue;
            };
            if let Some(intent) = intents.get_mut(number) {
                intent.reach = Some(Reach::Queue {
                    name: way.queue.unwrap_or_else(|| name.clone()),
                    priority: way.priority.unwrap_or(*priority),
                    skills: way.skills.unwrap_or_else(|| skills.clone()),
                });
            }
        }
    }
}
