//! The format, and what it means: run as text, on a small dialplan that has all there is to expect.

use super::read::parse;
use super::*;
use crate::call::{EndReason, EventKind};
use jiff::Zoned;
use jiff::civil::date;
use proptest::prelude::*;
use std::sync::OnceLock;

const BAKERY: &str = r#"
name = "Corner Bakery"
language = "en-US"
greeting = "Corner Bakery. Press 0 for a person."
[human]
target = "sip:counter@127.0.0.1"
say = "I will put you through."
failed = "Nobody is at the counter."
[human.closed]
say = "We are closed."
ask.phone = { say = "What is your number?", type = "phone" }
done = "We will call you back."
[hours]
timezone = "Europe/Berlin"
open = ["Mon-Fri 08:00-18:00"]
[lookup.order]
get = "http://127.0.0.1:9/orders/{number}"
gives = { state = "/state" }
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From eight to six."
[[intent]]
name = "bread"
examples = ["what bread do you have", "do you sell rye bread", "which breads are there"]
say = "Rye and wheat."
[[intent]]
name = "order"
examples = ["where is my order", "is my order ready", "what about my order"]
ask.number = { say = "What is the number?", type = "digits", length = 4 }
lookup = "order"
say = "Your order is {state}."
[[intent]]
name = "cake"
examples = ["I want to order a cake", "can you make a cake", "a birthday cake please"]
ask.day = { say = "For which day?", type = "date" }
say = "A cake for {day}."
"#;

fn bakery() -> Arc<Dialplan> {
    static BAKED: OnceLock<Arc<Dialplan>> = OnceLock::new();
    let bake = || {
        let loaded = Dialplan::parse(BAKERY, "bakery.toml", date(2026, 11, 1));
        Arc::new(loaded.unwrap_or_else(|error| panic!("{error}")).dialplan)
    };
    BAKED.get_or_init(bake).clone()
}

fn scenarios(text: &str) -> Vec<Scenario> {
    parse(text, Path::new("t.toml"), &bakery()).unwrap_or_else(|error| panic!("{error}"))
}

fn outcomes(text: &str) -> Vec<Outcome> {
    let lookups = Lookups::new();
    let stage = Stage::Text(&lookups);
    let plan = bakery();
    let text = format!("about = \"x\"\n{text}");
    // Nobody is at the bakery at night, when these tests may run as well.
    let open = "2026-11-23T10:00+01:00[Europe/Berlin]";
    let open = open.parse::<Zoned>().unwrap().timestamp();
    let run = |mut scenario: Scenario| {
        scenario.at.get_or_insert(open);
        scenario.run(&plan, &stage).0
    };
    scenarios(&text).into_iter().map(run).collect()
}

#[track_caller]
fn met(text: &str) -> Vec<Event> {
    let [outcome] = outcomes(text).try_into().unwrap();
    assert_eq!((outcome.unmet, outcome.skipped), (None, None));
    outcome.events
}

/// What is unmet; line 1 is `about`, so the text begins in line 2.
#[track_caller]
fn unmet(text: &str) -> String {
    let [outcome] = outcomes(text).try_into().unwrap();
    outcome.unmet.expect("all was met")
}

/// Everything that is wrong with a file, as `file:line:column: message; help`.
fn mistakes(text: &str) -> String {
    parse(text, Path::new("t.toml"), &bakery())
        .expect_err("no mistake was found")
        .to_string()
}

const HOURS: &str = "[[turn]]\nsay = \"When are you open?\"\n";

#[test]
fn all_that_can_be_expected_of_a_turn() {
    met(r#"
at = "2026-11-23T10:00"
ends = "transferred"
transfer = "succeeds"
[[turn]]
answer = "Corner Bakery"
[[turn]]
say = "When are you open?"
intent = "hours"
intents = ["hours"]
answer = ["eight", "six"]
not_answer = "Rye"
within = "800ms"
[[turn]]
say = "pepperoni"
not_understood = true
[[turn]]
say = "a birthday cake please"
intent = "cake"
answer = "which day"
[[turn]]
say = "on thursday"
filled = { day = 2026-11-26 }
answer = "A cake for Thursday"
[[turn]]
silence = "9s"
no_input = true
[[turn]]
keys = "0"
asked = "key"
answer = "put you through"
"#);
}

#[test]
fn each_expectation_fails_where_it_should() {
    for (wanted, what, came) in [
        (
            "intent = \"bread\"",
            "intent = \"bread\"",
            "\"hours\" was understood",
        ),
        (
            "intents = [\"hours\", \"bread\"]",
            "intent = \"bread\"",
            "\"hours\" was",
        ),
        (
            "not_understood = true",
            "not_understood",
            "\"hours\" was understood",
        ),
        (
            "filled = { day = 2026-11-26 }",
            "filled = { day = \"2026-11-26\" }",
            "no value",
        ),
        (
            "answer = \"Rye\"",
            "answer = \"Rye\"",
            "\"From eight to six.\" was said",
        ),
        (
            "answer = [\"six\", \"Rye\"]",
            "answer = \"Rye\"",
            "\"From eight to six.\" was said",
        ),
        (
            "not_answer = \"eight\"",
            "not_answer = \"eight\"",
            "\"From eight to six.\" was said",
        ),
        (
            "asked = \"words\"",
            "asked = \"words\"",
            "no person was asked for",
        ),
        (
            "no_input = true",
            "no_input",
            "the caller was not asked again",
        ),
        (
            "interrupted = true",
            "interrupted",
            "no prompt was interrupted",
        ),
        (
            "transfer_failed = true",
            "transfer_failed",
            "no transfer failed",
        ),
        ("within = \"0ms\"", "within = \"0ms\"", "it took "),
    ] {
        let unmet = unmet(&format!("{HOURS}{wanted}\n[[turn]]\nkeys = \"0\"\n"));
        let first = unmet.lines().next().unwrap();
        assert!(first.starts_with("t.toml:4: expected "), "{unmet}");
        assert!(first.contains(what) && first.contains(came), "{unmet}");
    }
}

#[test]
fn what_comes_in_another_turn_does_not_count() {
    let late = format!("{HOURS}intent = \"bread\"\n[[turn]]\nsay = \"do you sell rye bread\"\n");
    assert!(unmet(&late).contains("\"hours\" was understood"));
    let early = format!("[[turn]]\nanswer = \"Corner\"\n{HOURS}answer = \"Corner\"\n");
    assert!(unmet(&early).contains("t.toml:6"));
    // Nor what came before in the same turn, to a turn that waits for more.
    let again = format!("{HOURS}answer = \"eight\"\n[[turn]]\nanswer = \"eight\"\n");
    assert!(unmet(&again).contains("t.toml:6"));
}

#[test]
fn a_failure_shows_where_and_what_was_said_until_then() {
    let unmet = unmet(&format!("{HOURS}intent = \"bread\"\n"));
    let lines: Vec<&str> = unmet.lines().map(str::trim).collect();
    assert!(lines[1].starts_with("bot     Corner Bakery."), "{unmet}");
    assert_eq!(lines[2], "caller  When are you open?");
    assert!(lines[3].starts_with("(understood as hours"), "{unmet}");
    assert!(!unmet.contains('{'), "{unmet}");
}

#[test]
fn the_end_is_an_expectation_and_a_turn_that_never_comes_is_none_met() {
    let unmet_end = unmet(&format!("ends = \"finished\"\n{HOURS}"));
    let what = "t.toml:2: expected ends = \"finished\", but the call's end was \"caller_hung_up\"";
    assert!(unmet_end.starts_with(what), "{unmet_end}");
    let over = unmet(&format!("[[turn]]\nkeys = \"0\"\n{HOURS}"));
    assert!(
        over.starts_with("t.toml:4: the caller never came to this turn"),
        "{over}"
    );
    assert!(over.contains("(transferred)"), "{over}");
    met("ends = \"caller_hung_up\"\n[[turn]]\nhang_up = true\n");
}

#[test]
fn the_clock_shows_what_the_file_says() {
    let keys = "[[turn]]\nkeys = \"0\"\n";
    met(&format!(
        "at = 2026-11-23T10:00:00\n{keys}answer = \"put you through\"\n"
    ));
    met(&format!(
        "at = \"2026-11-22T10:00\"\n{keys}answer = \"We are closed\"\n"
    ));
    // Ten o'clock in Berlin.
    let [scenario] = scenarios(&format!("about = \"x\"\nat = \"2026-11-23T10:00\"\n{keys}"))
        .try_into()
        .unwrap();
    let at = scenario.settings.at.unwrap();
    assert_eq!(at.to_string(), "2026-11-23T09:00:00Z");
}

#[test]
fn each_branch_is_a_call_of_its_own_from_the_start() {
    let text = format!(
        r#"
at = "2026-11-23T10:00"
caller = "+4930111"
ends = "transferred"
{HOURS}
intent = "hours"
[[branch]]
name = "key"
[[branch.turn]]
keys = "0"
asked = "key"
[[branch]]
name = "key, closed"
at = "2026-11-22T10:00"
caller = "+4930222"
ends = "finished"
[[branch.turn]]
keys = "0"
answer = "We are closed"
[[branch.turn]]
say = "0301234567"
filled = {{ phone = "0301234567" }}
answer = "call you back"
[[branch]]
name = "leaves"
"#
    );
    let outcomes = outcomes(&text);
    let names: Vec<&str> = outcomes.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["t: key", "t: key, closed", "t: leaves"]);
    let ok = outcomes.iter().map(|outcome| outcome.unmet.is_none());
    assert_eq!(ok.collect::<Vec<_>>(), [true, true, false], "{outcomes:#?}");
    let callers = outcomes
        .iter()
        .map(|outcome| match &outcome.events[0].kind {
            EventKind::CallStarted { caller, .. } => caller.clone().unwrap(),
            other => panic!("{other:?}"),
        });
    assert_eq!(
        callers.collect::<Vec<_>>(),
        ["+4930111", "+4930222", "+4930111"]
    );
    for outcome in &outcomes {
        let started = |event: &&Event| matches!(event.kind, EventKind::CallStarted { .. });
        assert_eq!(outcome.events.iter().filter(started).count(), 1);
    }
}

#[test]
fn a_lookup_answers_what_the_file_says() {
    let order = |lookup: &str, answer: &str| {
        met(&format!(
            "at = \"2026-11-23T10:00\"\n{lookup}\n\
             [[turn]]\nsay = \"where is my order\"\nintent = \"order\"\n\
             [[turn]]\nkeys = \"1234\"\nfilled = {{ number = \"1234\" }}\nanswer = \"{answer}\"\n"
        ))
    };
    order(
        "[lookup.order]\ngives = { state = \"ready\" }",
        "Your order is ready.",
    );
    order("[lookup.order]\nnot_found = true", "What is the number?");
    let events = order("[lookup.order]\nfails = \"no bread\"", "put you through");
    let why = |event: &Event| match &event.kind {
        EventKind::LookupEnded { failed } => failed.clone(),
        _ => None,
    };
    assert_eq!(events.iter().find_map(why).unwrap(), "no bread");
}

#[test]
fn keys_and_silence_mean_the_same_in_text() {
    let events = met(
        "ends = \"transferred\"\n[[turn]]\nsilence = \"9s\"\nno_input = true\n\
         [[turn]]\nsilence = \"9s\"\nno_input = true\n\
         [[turn]]\nsilence = \"9s\"\nno_input = true\nasked = \"failures\"\n",
    );
    // Not told that their phone is broken: a room is never without a sound.
    assert!(
        !events
            .iter()
            .any(|e| matches!(e.kind, EventKind::OneWayAudio { .. }))
    );
    // A short silence is no turn: they are not asked again before they speak.
    let events = met(&format!(
        "[[turn]]\nsilence = \"3s\"\n{HOURS}intent = \"hours\"\n"
    ));
    assert!(!events.iter().any(|e| e.kind == EventKind::NoInput));
    let events = met("[[turn]]\nsay = \"is my order ready\"\n[[turn]]\nkeys = \"1 1 2 2\"\n");
    let digits = events.iter().filter_map(|event| match event.kind {
        EventKind::Digit { key, .. } => Some(key),
        _ => None,
    });
    assert_eq!(digits.collect::<String>(), "1122");
}

#[test]
fn words_interrupt_a_prompt_where_they_are_said_into_it() {
    let text = "[[turn]]\nsay = \"When are you open?\"\ninto_ms = 600\ninterrupted = true\n\
                answer = \"eight\"\n";
    let events = met(text);
    let heard = events.iter().find_map(|event| match event.kind {
        EventKind::PromptInterrupted { heard_ms, .. } => Some(heard_ms),
        _ => None,
    });
    assert!((500..=700).contains(&heard.unwrap()), "{heard:?}");
}

#[test]
fn a_recording_is_run_by_its_words_or_left_out() {
    let parking = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-fixtures/parking.wav");
    let say = format!("[[turn]]\nsay = \"{parking}\"\n");
    let [outcome] = outcomes(&say).try_into().unwrap();
    assert_eq!(outcome.unmet, None);
    let why = outcome.skipped.unwrap();
    assert!(
        why.starts_with("t.toml:2: a recording, and no `heard`"),
        "{why}"
    );
    assert!(outcome.events.is_empty());
    met(&format!(
        "{say}heard = \"are you open today\"\nintent = \"hours\"\n"
    ));
    // Noise is nothing to a reader, and takes its time.
    let events = met(&format!(
        "[[turn]]\nnoise = \"{parking}\"\n{HOURS}noise = \"{parking}\"\n"
    ));
    let heard = |e: &&Event| matches!(e.kind, EventKind::Heard { .. });
    assert_eq!(events.iter().filter(heard).count(), 1);
    let end = events.last().unwrap();
    assert!(matches!(
        end.kind,
        EventKind::CallEnded { reason: EndReason::CallerHungUp, duration_ms } if duration_ms > 5_000
    ));
}

#[test]
fn two_runs_give_the_same_events() {
    let text = format!("at = \"2026-11-23T10:00\"\n{HOURS}[[turn]]\nsilence = \"9s\"\n");
    assert_eq!(met(&text), met(&text));
}

#[test]
fn a_mistake_says_where_it_is_and_what_to_do() {
    for (text, wanted) in [
        (
            "",
            "t.toml:1:1: `about` is missing in the scenario; add a line such as",
        ),
        (
            "about = \"x\"",
            "nothing happens in this scenario; add a line [[turn]]",
        ),
        ("about = \"x", "t.toml:1:11: this is not TOML"),
        (
            "abuot = \"x\"",
            "t.toml:1:1: unknown key `abuot` in the scenario; did you mean `about`?",
        ),
        (
            "about = 1",
            "t.toml:1:9: `about` is a number; it must be a text in quotes",
        ),
        (
            "turn = 1",
            "`turn` is a number; it must be tables that each start with a line [[turn]]",
        ),
        (
            "[[turn]]\nsai = \"x\"",
            "t.toml:2:1: unknown key `sai` in [[turn]]; did you mean `say`?",
        ),
        (
            "[[turn]]\nsay = \"x\"\nkeys = \"1\"",
            "t.toml:1:1: the caller does several things",
        ),
        (
            "[[turn]]\nkeys = \"1x\"",
            "t.toml:2:8: `x` in `keys` is no key; a phone has",
        ),
        (
            "[[turn]]\nsay = \"no.wav\"",
            "t.toml:2:7: `say` names a recording that cannot be used",
        ),
        (
            "[[turn]]\nnoise = \"no.wav\"",
            "t.toml:2:9: `noise` names a recording",
        ),
        (
            "[[turn]]\nsilence = \"long\"",
            "t.toml:2:11: \"long\" is no length of time; write it",
        ),
        (
            "[[turn]]\nsilence = \"601s\"",
            "\"601s\" is no length of time",
        ),
        ("[[turn]]\nwithin = \"-1s\"", "\"-1s\" is no length of time"),
        (
            "[[turn]]\ninto_ms = \"1\"",
            "`into_ms` is no whole number; write milliseconds",
        ),
        (
            "[[turn]]\nintent = \"houres\"",
            "t.toml:2:10: the dialplan has no intent \"houres\"; did you mean \"hours\"?",
        ),
        (
            "[[turn]]\nintents = [\"hours\", \"zzz\"]",
            "t.toml:2:21: the dialplan has no intent \"zzz\"; it has `hours`, `bread`",
        ),
        (
            "[[turn]]\nfilled = { dya = 1 }",
            "the dialplan has no slot \"dya\"; did you mean \"day\"?",
        ),
        (
            "[[turn]]\nfilled = 1",
            "`filled` is a number; it must be a table",
        ),
        (
            "[[turn]]\nasked = \"word\"",
            "t.toml:2:9: `asked` cannot be \"word\"; did you mean \"words\"?",
        ),
        (
            "ends = \"zzz\"",
            "`ends` cannot be \"zzz\"; write one of `transferred`",
        ),
        (
            "transfer = \"fail\"",
            "`transfer` cannot be \"fail\"; did you mean \"fails\"?",
        ),
        (
            "at = \"tomorrow\"",
            "\"tomorrow\" is no date and time; write the clock's time",
        ),
        ("at = 2026-11-23", "\"2026-11-23\" is no date and time"),
        ("at = 3", "`at` is a number; it must be a date and a time"),
        (
            "[lookup.oder]\nfails = \"x\"",
            "t.toml:1:9: the dialplan has no lookup \"oder\"; did you mean \"order\"?",
        ),
        (
            "[lookup.order]\nfails = \"x\"\nnot_found = true",
            "what [lookup.order] answers is not clear",
        ),
        (
            "[lookup.order]\ngives = {}",
            "`state` is missing in `gives` of [lookup.order]",
        ),
        (
            "[lookup.order]\ngives = { stat = 1 }",
            "no value of this lookup \"stat\"; did you mean \"state\"?",
        ),
        (
            "[[branch]]\nturn = []",
            "t.toml:1:1: `name` is missing in [[branch]]; add a line such as",
        ),
        (
            "[[branch]]\nname = \"a\"\n[[branch]]\nname = \"a\"",
            "t.toml:4:8: there are two branches named \"a\"",
        ),
    ] {
        let mistakes = mistakes(text);
        assert!(
            mistakes.contains(wanted),
            "{text}\n{mistakes}\nwanted: {wanted}"
        );
    }
}

#[test]
fn every_mistake_of_a_file_is_found_at_once() {
    let mistakes = mistakes("[[turn]]\nintent = \"x\"\nanswer = 3\n[[turn]]\nkeys = \"z\"\n");
    assert_eq!(mistakes.lines().count(), 4, "{mistakes}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = read(Path::new("/no/such.toml"), &bakery()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("/no/such.toml: the scenario cannot be read"),
        "{text}"
    );
}

proptest! {
    #[test]
    fn any_text_is_a_scenario_or_a_mistake(text: String) {
        let _ = parse(&text, Path::new("t.toml"), &bakery());
    }

    #[test]
    fn any_turn_is_a_turn_or_a_mistake(
        key in proptest::sample::select(super::read::TURN.to_vec()),
        value in proptest::sample::select(vec!["\"x\"", "1", "true", "[]", "{}", "[\"\"]", "1.5", "\"1s\"", "2026-01-01"]),
    ) {
        let text = format!("about = \"x\"\n[[turn]]\n{key} = {value}\n");
        let _ = parse(&text, Path::new("t.toml"), &bakery());
    }
}
