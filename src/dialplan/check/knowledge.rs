//! What depends on the day and on the machine: answers that expire, secrets that are not there.

use super::super::diagnostic::Severity;
use super::super::{Diagnostic, Dialplan};
use crate::lookup::Lookup;
use jiff::civil::Date;
use std::ops::Range;

/// So long before, whoever answers for it is told.
const SOON_DAYS: i32 = 30;

/// Answers that do not hold yet, or not much longer. Those that hold no more are found in reading.
pub fn expiring(plan: &Dialplan, today: Date) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for (number, intent) in plan.intents.iter().enumerate() {
        let places = plan.places.intents.get(number);
        let owner = intent.knowledge.owner.as_ref();
        let ask = owner.map_or("check what is said and".to_owned(), |owner| {
            format!("ask {owner}, and")
        });
        let mut warn = |span: Option<Range<usize>>, message: String| {
            let help = format!("{ask} set a new date");
            all.push(
                plan.source
                    .diagnostic(Severity::Warning, span, message, help),
            );
        };
        if let Some(until) = intent.knowledge.valid_until {
            let days = (until - today).get_days();
            let span = places.and_then(|places| places.valid_until.clone());
            let name = &intent.name;
            if until < today {
                warn(span, format!("the answer of \"{name}\" held until {until}"));
            } else if days <= SOON_DAYS {
                let when = match days {
                    0 => "today is the last day".to_owned(),
                    1 => "it holds until tomorrow".to_owned(),
                    days => format!("it holds for {days} more days"),
                };
                warn(
                    span,
                    format!("the answer of \"{name}\" expires soon: {when}"),
                );
            }
        }
        if let Some(from) = intent.knowledge.valid_from
            && from > today
        {
            let span = places.and_then(|places| places.valid_from.clone());
            warn(
                span,
                format!(
                    "the answer of \"{}\" does not hold before {from}",
                    intent.name
                ),
            );
        }
    }
    all
}

/// Secrets that `is_set` does not know, and those that anybody on the way can read.
pub fn secrets(plan: &Dialplan, is_set: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for (name, span) in &plan.places.lookups {
        let mut lookups = plan
            .intents
            .iter()
            .filter_map(|intent| intent.lookup.as_ref());
        let Some(lookup) = lookups.find(|lookup| lookup.name() == name) else {
            continue;
        };
        for secret in lookup
            .secrets()
            .into_iter()
            .filter(|secret| !is_set(secret))
        {
            all.push(plan.source.diagnostic(
                Severity::Warning,
                Some(span.clone()),
                format!("[lookup.{name}] needs ${secret}, which is not set here"),
                format!("set {secret} in the environment of `zeroline serve`: without it every lookup fails"),
            ));
        }
        if !lookup.secrets().is_empty() && is_plain(lookup) {
            all.push(plan.source.diagnostic(
                Severity::Warning,
                Some(span.clone()),
                format!(
                    "[lookup.{name}] sends a secret to {} without encryption",
                    lookup.origin()
                ),
                "write https:// instead of http://",
            ));
        }
    }
    all
}

/// Over a network, and not encrypted.
fn is_plain(lookup: &Lookup) -> bool {
    let origin = lookup.origin().to_string();
    let Some(host) = origin.strip_prefix("http://") else {
        return false;
    };
    let is_loopback = host == "localhost"
        || host.starts_with("localhost:")
        || host.starts_with("127.")
        || host.starts_with("[::1]");
    !is_loopback
}
