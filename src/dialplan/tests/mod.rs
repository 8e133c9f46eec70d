//! What every one of these tests needs, and any input at all.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2026, 6, 1);
const CLINIC: &str = include_str!("../../../dialplans/clinic.toml");
const MANDARIN: &str = include_str!("../../../dialplans/clinic.zh.toml");

/// A whole small dialplan, with `more` after it.
fn with(more: &str) -> String {
    format!(
        r#"name = "Corner Bakery"
language = "en-US"
greeting = "Corner Bakery. Press 0 for a person."
[human]
target = "sip:counter@127.0.0.1"
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From six to six."
{more}"#
    )
}

fn loaded(text: &str) -> Loaded {
    Dialplan::parse(text, "test.toml", TODAY).unwrap_or_else(|error| panic!("{error}"))
}

fn clinic() -> Dialplan {
    loaded(CLINIC).dialplan
}

/// Every mistake as a line of text, `LINE:COLUMN: message; help`.
fn mistakes(text: &str) -> Vec<String> {
    let error = Dialplan::parse(text, "f", TODAY).expect_err("no mistake was found");
    let lines = error.to_string();
    lines
        .lines()
        .map(|l| l.trim_start_matches("f:").to_owned())
        .collect()
}

fn heard(dialplan: &Dialplan, text: &str) -> String {
    match dialplan.hear(text) {
        Outcome::Understood { intent, .. } => intent.to_string(),
        Outcome::AskedForHuman => "HUMAN".to_owned(),
        Outcome::NotUnderstood { .. } => "-".to_owned(),
    }
}

proptest! {
    #[test]
    fn any_text_loads_or_tells_why(text in any::<String>()) {
        if let Err(error) = Dialplan::parse(&text, "f", TODAY) {
            prop_assert!(!error.diagnostics.is_empty());
            error.pretty();
        }
    }

    /// Real dialplans, cut, doubled and with characters put in.
    #[test]
    fn any_damage_loads_or_tells_why(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[\\]\\[\"'=.{}#,\na0é]{0,3}"), 1..4),
    ) {
        let mut characters: Vec<char> = CLINIC.chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(characters.len());
            let end = (at + length).min(characters.len());
            characters.splice(at..end, put.chars());
        }
        let text: String = characters.into_iter().collect();
        match Dialplan::parse(&text, "f", TODAY) {
            Ok(loaded) => { loaded.dialplan.hear("when are you open"); }
            Err(error) => {
                prop_assert!(error.diagnostics.iter().any(|d| d.severity == Severity::Error));
                prop_assert!(error.diagnostics.iter().all(|d| d.line() <= text.lines().count() + 1));
                error.pretty();
            }
        }
    }

    #[test]
    fn anything_heard_has_an_outcome(text in any::<String>()) {
        let dialplan = loaded(&with("")).dialplan;
        dialplan.hear(&text);
    }
}

mod ask;
mod clinic;
mod clinic_mandarin;
mod completeness;
mod mistakes;
mod replies;
mod settings;
