//! What is proposed, and why.

use super::*;

fn proposals(missed: &[Missed]) -> Vec<Proposal> {
    propose(&plan(), missed, &[]).proposals
}

fn ended(ended: Ended, missed: Missed) -> Missed {
    Missed { ended, ..missed }
}

#[test]
fn the_largest_group_comes_first_with_what_callers_said() {
    let found = proposals(&[
        missed("a", "do you sell bicycles"),
        meant("b", "where is the lot for cars", "parking"),
        meant("c", "is there a lot for cars", "parking"),
        ended(Ended::Person, missed("d", "the lot for cars")),
        ended(
            Ended::HungUp,
            meant("e", "is there a lot for cars", "parking"),
        ),
    ]);
    let first = &found[0];
    assert_eq!(
        (first.calls, first.times, first.to_person, first.hung_up),
        (4, 4, 1, 1)
    );
    assert_eq!(first.target, Some(Target::Intent("parking".to_owned())));
    assert_eq!(
        first.why,
        "3 of 4 then said it in other words that were understood as parking"
    );
    assert_eq!(
        (first.phrases[0].text.as_str(), first.phrases[0].times),
        ("is there a lot for cars", 2)
    );
    assert_eq!(first.phrases[0].call, "e");
    assert_eq!(found.iter().map(|p| p.number).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn where_callers_mean_different_things_people_decide() {
    let found = proposals(&[
        meant("a", "the thing at the desk", "parking"),
        meant("b", "that thing at the desk", "opening-hours"),
    ]);
    assert_eq!(found[0].target, None);
    assert!(
        found[0].why.contains("1 opening-hours, 1 parking"),
        "{}",
        found[0].why
    );
}

#[test]
fn what_is_near_an_intent_belongs_to_it() {
    let text = "on sunday evening";
    let best = plan().best(text);
    assert!(best.intent.is_none() && best.score > 0.35, "{best:?}");
    let found = proposals(&[missed("a", text)]);
    assert_eq!(
        found[0].target,
        Some(Target::Intent("opening-hours".to_owned()))
    );
    assert!(
        found[0].why.starts_with("nearest opening-hours, 0."),
        "{}",
        found[0].why
    );
}

#[test]
fn what_many_want_and_nothing_is_like_is_a_new_intent() {
    let found = proposals(&[
        missed("a", "do you repair bicycles"),
        missed("b", "i need a bicycle repair"),
        missed("c", "can you repair my bicycle"),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].target,
        Some(Target::New("repair-bicycle".to_owned()))
    );
    assert!(
        found[0].why.contains("3 calls were about it"),
        "{}",
        found[0].why
    );
}

#[test]
fn what_a_caller_left_over_is_not_ours() {
    let pizza = "two pizzas with mushrooms";
    let found = proposals(&[ended(Ended::HungUp, missed("a", pizza))]);
    assert_eq!(found[0].target, Some(Target::OutOfScope));
    assert_eq!(proposals(&[missed("a", pizza)])[0].target, None);
}

#[test]
fn what_was_wrongly_taken_for_an_intent_is_not_proposed_for_it() {
    let corrected = Missed {
        trouble: Trouble::Corrected,
        taken_for: Some("parking".to_owned()),
        ..meant("d", "is there parking for cars", "opening-hours")
    };
    let found = proposals(&[
        meant("a", "is there a lot for cars", "parking"),
        meant("b", "where is the lot for cars", "parking"),
        corrected,
    ]);
    let targets: Vec<_> = found.iter().map(|p| (p.calls, p.target.clone())).collect();
    let intent = |name: &str| Some(Target::Intent(name.to_owned()));
    assert_eq!(
        targets,
        [(2, intent("parking")), (1, intent("opening-hours"))]
    );
    assert_eq!(found[1].answered_with.as_deref(), Some("parking"));
}

#[test]
fn what_would_be_understood_by_now_is_settled() {
    let list = propose(
        &plan(),
        &[
            missed("a", "where can I park"),
            meant("b", "when are you open", "opening-hours"),
        ],
        &[],
    );
    assert_eq!((list.proposals.len(), list.settled), (0, 2));
}

#[test]
fn what_was_rejected_stays_away_with_what_is_like_it() {
    let rejected = ["do you sell bicycles".to_owned()];
    let list = propose(
        &plan(),
        &[missed("a", "do you sell any bicycles")],
        &rejected,
    );
    assert_eq!((list.proposals.len(), list.left_out), (0, 1));
    let list = propose(
        &plan(),
        &[missed("a", "two pizzas with mushrooms")],
        &rejected,
    );
    assert_eq!((list.proposals.len(), list.left_out), (1, 0));
}

#[test]
fn one_caller_who_was_answered_and_wants_a_person_is_too_little() {
    let asked = |call| Missed {
        trouble: Trouble::AskedForPerson,
        taken_for: Some("parking".to_owned()),
        ..missed(call, "do you have parking")
    };
    let list = propose(&plan(), &[asked("a")], &[]);
    assert_eq!((list.proposals.len(), list.slight), (0, 1));
    let list = propose(&plan(), &[asked("a"), asked("b")], &[]);
    assert_eq!(list.proposals[0].target, None);
    assert!(
        list.proposals[0]
            .why
            .starts_with("answered with parking, and that was not it")
    );
}

#[test]
fn a_caller_s_number_gets_into_no_name() {
    let found = proposals(&[
        missed("a", "ferry 4815 to denmark"),
        missed("b", "the ferry to denmark"),
        missed("c", "ferry tickets to denmark"),
    ]);
    assert_eq!(
        found[0].target,
        Some(Target::New("ferry-denmark".to_owned()))
    );
    let (written, withheld) = found[0].writable(&plan(), None);
    assert_eq!((written.len(), withheld.len()), (2, 1));
    assert!(
        found[0]
            .remembered(&plan())
            .iter()
            .all(|text| !text.contains("four"))
    );
}

/// How long ten thousand take is printed, and judged by people.
#[test]
fn ten_thousand_utterances_are_grouped() {
    let places = [
        "desk", "harbour", "station", "window", "garden", "museum", "bridge", "market",
    ];
    let things = [
        "bicycle", "ticket", "lamp", "kettle", "ferry", "invoice", "blanket", "jacket", "clock",
    ];
    let verbs = [
        "repair", "return", "collect", "rent", "paint", "clean", "ship", "insure", "borrow",
    ];
    let frames = [
        "can you",
        "i would like to",
        "do i have to",
        "where do i",
        "who can",
        "how do you",
    ];
    let all: Vec<Missed> = (0..10_000)
        .map(|n: usize| {
            let of = |words: &[&'static str], n: usize| words[n % words.len()];
            let text = format!(
                "{} {} the {} number {} at the {}",
                of(&frames, n),
                of(&verbs, n / 6),
                of(&things, n / 54),
                n % 97,
                of(&places, n / 486)
            );
            missed(&format!("call-{}", n / 3), &text)
        })
        .collect();
    let begun = std::time::Instant::now();
    let list = propose(&plan(), &all, &[]);
    println!(
        "10,000 utterances: {} groups in {:?}",
        list.proposals.len(),
        begun.elapsed()
    );
    let grouped: usize = list.proposals.iter().map(|proposal| proposal.times).sum();
    assert_eq!(grouped + list.settled, 10_000);
}
