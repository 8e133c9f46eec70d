//! Who is better or worse off.

use super::*;
use crate::review::edit::{Addition, with};

fn changed(intent: &str, phrases: &[&str]) -> Arc<Dialplan> {
    let phrases = phrases.iter().map(|p| (*p).to_owned()).collect();
    let intent = intent.to_owned();
    let addition = Addition::Examples { intent, phrases };
    parse(&with(PLAN, plan().language, &[addition]).unwrap())
}

fn settled(said: &[(&str, &str)]) -> Gathered {
    let mut gathered = Gathered::default();
    for (text, intent) in said {
        let intents = gathered.settled.entry((*text).to_owned()).or_default();
        intents.push(((*intent).to_owned(), 2));
    }
    gathered
}

#[test]
fn a_good_phrase_helps_and_harms_nobody() {
    let mut gathered = settled(&[
        ("how much is parking", "parking"),
        ("are you open", "opening-hours"),
    ]);
    gathered.missed = vec![
        meant("a", "is there a lot", "parking"),
        meant("b", "a lot for my car", "parking"),
    ];
    let list = propose(&plan(), &gathered.missed, &[]);
    let accepted: Vec<_> = list
        .proposals
        .iter()
        .map(|p| (p, p.target.clone().unwrap()))
        .collect();
    let after = changed("parking", &["is there a lot", "a lot for my car"]);
    let effect = Effect::of((&plan(), &after), &gathered, &accepted, &|_| Vec::new());
    assert!(!effect.harms(), "{effect:?}");
    assert_eq!((effect.as_before, effect.newly.len()), (4, 2), "{effect:?}");
    let text = super::super::text::effect(&effect);
    assert!(
        text.contains("was not understood, would be parking: \"is there a lot\""),
        "{text}"
    );
}

#[test]
fn a_phrase_that_takes_others_away_harms() {
    let gathered = settled(&[
        ("what are the opening hours", "opening-hours"),
        ("where do i park", "parking"),
    ]);
    let after = changed(
        "parking",
        &["what are the opening hours", "tell me the opening hours"],
    );
    let effect = Effect::of((&plan(), &after), &gathered, &[], &|_| Vec::new());
    assert!(effect.harms());
    let harm: Vec<&str> = effect.harm().map(|change| change.text.as_str()).collect();
    assert_eq!(harm, ["what are the opening hours"]);
    let text = super::super::text::effect(&effect);
    assert!(
        text.starts_with("This harms:\n   was opening-hours, would be parking:"),
        "{text}"
    );
}

#[test]
fn what_is_no_longer_understood_is_harm() {
    let gathered = settled(&[("when are you open", "opening-hours")]);
    let after = parse(
        &PLAN
            .replace("\"when are you open\",", "")
            .replace("are you open on saturday", "saturdays"),
    );
    let effect = Effect::of((&plan(), &after), &gathered, &[], &|_| Vec::new());
    assert_eq!(
        effect.lost.len() + effect.differently.len(),
        1,
        "{effect:?}"
    );
    assert!(effect.harms());
}

#[test]
fn a_conversation_test_that_fails_now_is_harm() {
    let run = |plan: &Arc<Dialplan>| {
        let understood = plan.best("a lot for my car").intent.is_some();
        let unmet = |met: bool, why: &str| (!met).then(|| why.to_owned());
        vec![
            (
                "refuses lots".to_owned(),
                unmet(!understood, "said where to park"),
            ),
            ("parks".to_owned(), unmet(understood, "not understood")),
            ("never met".to_owned(), Some("no".to_owned())),
        ]
    };
    let after = changed("parking", &["a lot for my car"]);
    let effect = Effect::of((&plan(), &after), &Gathered::default(), &[], &run);
    assert!(effect.harms());
    let broken: Vec<&str> = effect
        .tests_broken
        .iter()
        .map(|test| test.name.as_str())
        .collect();
    assert_eq!((broken, effect.tests), (vec!["refuses lots"], 3));
    assert_eq!(effect.tests_mended, ["parks"]);
}

#[test]
fn words_for_the_call_itself_are_not_taken_away() {
    let gathered = Gathered {
        missed: vec![missed("a", "wait a moment")],
        ..Gathered::default()
    };
    let after = changed("parking", &["wait a moment"]);
    let effect = Effect::of((&plan(), &after), &gathered, &[], &|_| Vec::new());
    assert!(effect.harms(), "{effect:?}");
}
