//! That nothing is left out.

use super::super::explore::{self, Explored, tests::thorough};
use super::super::{Proof, advise, prove};
use super::parsed;
use crate::dialplan::dialog::machine::{Place, State};
use jiff::civil::date;
use std::collections::HashSet;

const SALON: &str = r#"name = "Salon"
language = "en-US"
greeting = "Hello. Press 0 for a person."
[human]
target = "sip:desk@127.0.0.1"
[hours]
timezone = "UTC"
open = ["Mon-Fri 08:00-18:00"]
[human.closed]
say = "We are closed now."
ask.phone = { say = "Which number can we call?", type = "phone" }
ask.message = { say = "What is it about?", type = "text", confirm = true }
[[intent]]
name = "move"
examples = ["I need to move my appointment", "can I come on another day", "move my appointment to {day}"]
ask.day = { say = "Which day?", type = "date", confirm = true }
ask.phone = { say = "Your number?", type = "phone", when = "not open" }
confirm = "Shall I move it to {day}?"
say = "Done."
then = "intent bill"
[[intent]]
name = "hours"
examples = ["when are you open", "what are your hours", "are you open today"]
say = "From eight to six."
[[intent]]
name = "bill"
examples = ["what do I owe", "how much is my bill", "my invoice"]
ask.customer = { say = "Your customer number?", type = "digits", length = 4, confirm = true }
lookup = "bill"
case = [{ when = "amount = 0", say = "You owe nothing." }, { when = "amount > 100", then = "human" }]
say = "You owe {amount} dollars."
[lookup.bill]
get = "http://127.0.0.1:9/bills/{customer}"
gives = { amount = "/amount" }
[[intent]]
name = "bye"
examples = ["goodbye", "bye", "that is all"]
then = "hang-up"
"#;

/// But for what makes no difference to any step: with whom an intent was paired, and failures before a
/// system is asked, which only a system that knows no such thing adds to.
fn kinds(explored: &Explored) -> HashSet<State> {
    let states = explored.nodes.iter().map(|node| {
        let mut state = node.state;
        match &mut state.place {
            Place::Choosing { second, .. } => *second = usize::MAX,
            Place::LookingUp { .. } => state.failures = 0,
            _ => {}
        }
        state
    });
    states.collect()
}

#[test]
fn what_is_left_out_leads_nowhere_else() {
    let plan = parsed(SALON);
    let explored = explore::explore(&plan, &mut |_| {});
    let thorough = thorough(&plan);
    assert!(explored.stopped.is_none() && thorough.stopped.is_none());
    assert!(explored.steps < thorough.steps / 2);
    let (found, all) = (kinds(&explored), kinds(&thorough));
    let missed: Vec<&State> = all.difference(&found).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    assert_eq!(found.len(), all.len());
}

#[test]
fn what_can_not_get_stuck_is_proved() {
    let plan = parsed(SALON);
    assert!(prove(&plan).is_empty(), "{:#?}", prove(&plan));
    let proof = Proof::of(&plan);
    assert!(proof.holds() && proof.states() > 20 && proof.steps() > proof.states());
}

#[test]
fn pictures_show_every_place_once_and_survive_any_name() {
    let text = SALON.replace("name = \"move\"", "name = 'mo\"ve <b>'");
    let plan = parsed(&text);
    let proof = Proof::of(&plan);
    let dot = proof.dot(&plan);
    assert!(dot.contains(r#"[label="mo\"ve <b>: asks day"]"#), "{dot}");
    assert_eq!(dot.matches("asks day").count(), 1);
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    let mermaid = proof.mermaid(&plan);
    assert!(mermaid.starts_with("flowchart LR\n"));
    assert!(
        mermaid.contains("mo#34;ve #60;b#62;: asks day"),
        "{mermaid}"
    );
}

fn advice(more: &str) -> Vec<String> {
    let plan = parsed(&format!("{SALON}{more}"));
    let advice = advise(&plan, date(2026, 6, 1), |name| name == "KNOWN");
    advice.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn advises(more: &str, wanted: &[&str]) {
    let advice = advice(more);
    let is_it = |line: &String| wanted.iter().all(|wanted| line.contains(wanted));
    assert!(advice.iter().any(is_it), "{advice:#?}");
}

#[test]
fn a_good_dialplan_needs_no_advice() {
    assert_eq!(advice(""), Vec::<String>::new());
}

#[test]
fn examples_that_another_intent_would_take_are_named_with_their_lines() {
    let more = r#"[[intent]]
name = "invoice"
examples = ["how much is my bill please", "what do I owe you", "I want my invoice now"]
say = "We send it."
"#;
    advises(
        more,
        &[
            "\"invoice\" and \"bill\" are too much alike",
            "\"what do I owe\" (line 27) like \"what do I owe you\" (line 41)",
        ],
    );
}

#[test]
fn what_takes_long_to_say_is_named() {
    let long = "We have a very long story to tell you about this. ".repeat(6);
    let intent = |more: &str, text: &str| {
        format!(
            "[[intent]]\nname = \"story\"\nexamples = [\"tell me a story\", \"a story please\", \"once upon a time\"]\nsay = \"{text}\"\n{more}\n"
        )
    };
    advises(&intent("", &long), &["takes about 20 s to say"]);
    let middling = long.get(..150).unwrap();
    advises(
        &intent("barge_in = false", middling),
        &["takes about 10 s to say, and no voice can interrupt it"],
    );
    assert_eq!(advice(&intent("", middling)), Vec::<String>::new());
}

#[test]
fn answers_that_expire_are_named_with_their_owner() {
    let intent = |until: &str| {
        format!(
            "[[intent]]\nname = \"sale\"\nexamples = [\"is there a sale\", \"what is on sale\", \"any discounts\"]\nsay = \"Yes.\"\nowner = \"Maria\"\n{until}\n"
        )
    };
    advises(
        &intent("valid_until = 2026-06-08"),
        &["expires soon: it holds for 7 more days", "ask Maria"],
    );
    advises(
        &intent("valid_from = 2026-07-01"),
        &["does not hold before 2026-07-01"],
    );
    assert_eq!(
        advice(&intent("valid_until = 2026-12-31")),
        Vec::<String>::new()
    );
}

#[test]
fn secrets_that_are_missing_or_open_to_all_are_named() {
    let more = |url: &str, secret: &str| {
        format!(
            "[[intent]]\nname = \"stock\"\nexamples = [\"is it in stock\", \"do you have it there\", \"any left\"]\nlookup = \"stock\"\nsay = \"{{left}} are left.\"\n[lookup.stock]\nget = \"{url}\"\nheaders = {{ Authorization = \"Bearer ${secret}\" }}\ngives = {{ left = \"/left\" }}\n"
        )
    };
    advises(
        &more("https://stock.example/", "MISSING"),
        &["needs $MISSING, which is not set"],
    );
    advises(
        &more("http://stock.example/", "KNOWN"),
        &["sends a secret to http://stock.example"],
    );
    for good in [
        "https://stock.example/",
        "http://127.0.0.1:9000/",
        "http://localhost/",
    ] {
        assert_eq!(advice(&more(good, "KNOWN")), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn two_intents_of_one_name_and_a_promise_to_nobody_are_named() {
    let more = r#"[[intent]]
name = "complaint"
called = "Hours"
examples = ["I want to complain", "I am not happy with my haircut", "this is a complaint"]
say = "I will put you through to my boss."
then = "human"
"#;
    advises(more, &["two intents are called \"Hours\""]);
    advises(more, &["hears this, and then that nobody is there"]);
}
