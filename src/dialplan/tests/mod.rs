//! What every one of these tests needs, and any input at all.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2026, 6, 1);
/// A Monday, 10:00 in UTC.
const NOW: Timestamp = Timestamp::constant(1_780_308_000, 0);
const CLINIC: &str = include_str!("../../../dialplans/clinic.toml");
const MANDARIN: &str = include_str!("../../../dialplans/clinic.zh.toml");
const PARCELS: &str = include_str!("number.toml");

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

/// The intent that `text` is understood as; `HUMAN` for a person, `-` for nothing.
fn heard(dialplan: &Dialplan, text: &str) -> String {
    if understand::asks_for_human(dialplan.language, text) {
        return "HUMAN".to_owned();
    }
    let intent = dialplan.intent_of(text);
    intent.map_or("-".to_owned(), |intent| intent.to_string())
}

/// A conversation, and what is said in it.
struct Chat(Dialog);

impl Chat {
    fn with(text: &str) -> Chat {
        let plan = Arc::new(loaded(text).dialplan);
        Chat(Dialog::new(
            plan,
            World {
                now: NOW,
                ..World::default()
            },
        ))
    }

    fn turn(&mut self, text: &str) -> Turn {
        self.0.hear(text, NOW)
    }

    /// What the caller hears when they say `text`, and what comes then if it is not to listen.
    fn hears(&mut self, text: &str) -> String {
        let turn = self.turn(text);
        shown(&turn)
    }
}

fn shown(turn: &Turn) -> String {
    let mut words: Vec<&str> = turn.say.iter().map(|(text, _)| &**text).collect();
    let (lookup, called);
    match &turn.then {
        Next::Listen => {}
        Next::Human => words.push("> human"),
        Next::HangUp => words.push("> hang up"),
        Next::CallBack(number) => {
            called = format!("> call back {number}");
            words.push(&called);
        }
        Next::LookUp(asked, values) => {
            lookup = format!("> {} {values:?}", asked.name());
            words.push(&lookup);
        }
    }
    words.join(" ")
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
            Ok(loaded) => { heard(&loaded.dialplan, "when are you open"); }
            Err(error) => {
                prop_assert!(error.diagnostics.iter().any(|d| d.severity == Severity::Error));
                prop_assert!(error.diagnostics.iter().all(|d| d.line() <= text.lines().count() + 1));
                error.pretty();
            }
        }
    }

    #[test]
    fn anything_heard_has_an_outcome(text in any::<String>()) {
        let mut chat = Chat::with(PARCELS);
        chat.hears(&text);
        chat.hears("where is my parcel");
        chat.hears(&text);
    }
}

mod clinic;
mod clinic_mandarin;
mod completeness;
mod conditions;
mod dialog;
mod mistakes;
mod queue;
mod replies;
mod settings;
mod slots;
