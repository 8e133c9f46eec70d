//! What callers hear: gaps in sentences around the answers, texts that are too long to listen to, and
//! promises that are not kept outside of opening hours.
//!
//! How long a text takes is estimated from its length: a voice says about fifteen letters of English in a
//! second, or four and a half characters of Mandarin.

use super::super::diagnostic::Severity;
use super::super::{Diagnostic, Dialplan, Text, Then, slots};
use super::written;
use crate::understand::Language;

const TOO_LONG_S: f32 = 15.0;
/// Of what cannot be interrupted by speaking.
const TOO_LONG_TO_SIT_THROUGH_S: f32 = 8.0;
/// What is put into a sentence.
const SLOT_S: f32 = 1.5;

/// Names in braces that nothing fills: they are dropped from what is said, or said as they are written.
pub fn gaps(plan: &Dialplan) -> Vec<Diagnostic> {
    let prompts = &plan.prompts;
    let own: [(&Text, &[&str]); 2] = [
        (&prompts.check, &["value"]),
        (&prompts.which, &["first", "second"]),
    ];
    let mut all = Vec::new();
    for (text, needed) in own {
        let missing = needed
            .iter()
            .filter(|name| !slots(text).any(|slot| slot == **name));
        for name in missing {
            all.push(plan.source.diagnostic(
                Severity::Error,
                written(plan, text),
                format!(
                    "`{{{name}}}` is missing: callers are asked about something they do not hear"
                ),
                format!("write `{{{name}}}` into the text"),
            ));
        }
    }
    for text in prompts.all() {
        let known = own.iter().find(|(own, _)| std::ptr::eq(*own, text));
        let known = known.map_or(&[][..], |(_, names)| names);
        for slot in slots(text).filter(|slot| !known.contains(slot)) {
            all.push(plan.source.diagnostic(
                Severity::Error,
                written(plan, text),
                format!("nothing fills `{{{slot}}}` here, and there is a gap in the sentence"),
                "take it out: values stand in the answers of intents only",
            ));
        }
    }
    all
}

/// Two things by the same name cannot be told apart when a caller is asked which they mean.
pub fn called_alike(plan: &Dialplan) -> Vec<Diagnostic> {
    let intents = plan.intents.iter().enumerate();
    let twins = intents.filter_map(|(number, intent)| {
        let first = plan.intents.iter().take(number);
        let first = first
            .enumerate()
            .find(|(_, other)| other.called.to_lowercase() == intent.called.to_lowercase());
        let (first, _) = first?;
        let span = |number: usize| plan.places.intents.get(number).map(|places| places.name.clone());
        let message = format!(
            "two intents are called \"{}\": callers who are asked which of them they mean cannot tell",
            intent.called
        );
        let help = "give one of them another name with `called`";
        let twins = plan.source.diagnostic(Severity::Warning, span(number), message, help);
        Some(twins.and_see(span(first)?, "the other"))
    });
    twins.collect()
}

/// What takes too long to listen to.
pub fn long(plan: &Dialplan) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    let mut check = |texts: &[&Text], interruptible: bool| {
        let seconds: f32 = texts.iter().map(|text| seconds(plan.language, text)).sum();
        let limit = match interruptible {
            true => TOO_LONG_S,
            false => TOO_LONG_TO_SIT_THROUGH_S,
        };
        if seconds <= limit {
            return;
        }
        let (why, help) = match interruptible {
            true => ("", "say the most important thing in one or two sentences"),
            false => (
                ", and no voice can interrupt it",
                "make it shorter, or let callers interrupt it",
            ),
        };
        let span = texts.first().and_then(|text| written(plan, text));
        let message = format!("this takes about {seconds:.0} s to say{why}");
        all.push(
            plan.source
                .diagnostic(Severity::Warning, span, message, help),
        );
    };
    for text in plan.prompts.all() {
        let is_notice = plan
            .prompts
            .notice
            .as_ref()
            .is_some_and(|notice| std::ptr::eq(notice, text));
        check(&[text], !is_notice);
    }
    let human = [&plan.human.say, &plan.human.failed];
    let closed = plan.human.closed.iter().map(|closed| &closed.say);
    let asks = plan
        .intents
        .iter()
        .flat_map(|intent| &intent.slots)
        .flat_map(|slot| &slot.ask);
    let confirms = plan
        .intents
        .iter()
        .filter_map(|intent| intent.confirm.as_ref());
    for text in human.into_iter().chain(closed).chain(asks).chain(confirms) {
        check(&[text], true);
    }
    for case in plan.intents.iter().flat_map(|intent| &intent.cases) {
        let say: Vec<&Text> = case.say.iter().collect();
        check(&say, case.barge_in);
    }
    all
}

/// An estimate.
pub fn seconds(language: Language, text: &str) -> f32 {
    let (a_second, counts): (f32, fn(char) -> bool) = match language {
        Language::EnglishUs | Language::EnglishGb => (15.0, |_| true),
        Language::Mandarin => (4.5, char::is_alphanumeric),
    };
    let mut letters = 0;
    let mut seconds = 0.0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        let (before, after) = rest.split_at(at);
        letters += before.chars().filter(|c| counts(*c)).count();
        let end = if after.starts_with('{') { '}' } else { ']' };
        let Some((inside, after)) = after.split_once(end) else {
            rest = after.get(1..).unwrap_or_default();
            continue;
        };
        // `[recording.wav|what it says]`
        match inside.split_once('|') {
            Some((_, says)) if end == ']' => letters += says.chars().filter(|c| counts(*c)).count(),
            _ => seconds += SLOT_S,
        }
        rest = after;
    }
    letters += rest.chars().filter(|c| counts(*c)).count();
    seconds + letters as f32 / a_second
}

/// "I will put you through", and then nobody is there.
pub fn promises(plan: &Dialplan) -> Vec<Diagnostic> {
    let is_ever_closed = plan
        .hours
        .as_ref()
        .is_some_and(|hours| hours.is_ever(false));
    if !is_ever_closed || plan.human.closed.is_none() && !plan.has_queue() {
        return Vec::new();
    }
    let intents = plan.intents.iter();
    let cases = intents.flat_map(|intent| {
        let asks_open = |case: &&super::super::Case| {
            let when = case.when.as_ref();
            when.is_some_and(|when| when.names().contains(&"open"))
        };
        let knows = intent.cases.iter().any(|case| asks_open(&case));
        intent
            .cases
            .iter()
            .filter(move |case| !knows && case.then == Then::Human && !case.say.is_empty())
    });
    cases
        .map(|case| {
            plan.source.diagnostic(
                Severity::Warning,
                case.say.first().and_then(|text| written(plan, text)),
                "who calls outside of [hours] hears this, and then that nobody is there",
                "add a [[intent.case]] with when = \"not open\", or take out `say`: before a transfer there is \
                 something to say anyway",
            )
        })
        .collect()
}
