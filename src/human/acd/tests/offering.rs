//! Who is rung for whom.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

fn with(strategy: Strategy) -> Vec<QueueSetup> {
    vec![QueueSetup {
        strategy,
        ..QueueSetup::new("sales")
    }]
}

fn trio() -> Vec<AgentSetup> {
    ["anna", "bert", "cleo"]
        .map(|a| agent(a, &["sales"]))
        .to_vec()
}

#[test]
fn whoever_had_no_call_for_the_longest_is_rung() {
    let mut office = Office::open(with(Strategy::LongestIdle), trio());
    assert_eq!(office.enter("1"), ["1 is 1", "ring anna for 1"]);
    office.accepts("anna");
    office.pass(60);
    office.ends("anna");
    office.pass(20);
    assert_eq!(office.enter("2"), ["2 is 1", "ring bert for 2"]);
    assert_eq!(office.enter("3"), ["3 is 2", "ring cleo for 3"]);
    assert_eq!(office.enter("4"), ["4 is 3", "ring anna for 4"]);
    assert_eq!(office.enter("5"), ["5 is 4"]);
}

#[test]
fn all_are_rung_and_the_first_to_accept_has_the_caller() {
    let mut office = Office::open(with(Strategy::RingAll), trio());
    office.enter("1");
    assert_eq!(office.rung(), ["anna", "bert", "cleo"]);
    assert_eq!(office.enter("2"), ["2 is 2"]);
    assert_eq!(
        office.accepts("bert"),
        [
            "stop anna: Taken",
            "stop cleo: Taken",
            "join bert and 1",
            "ring anna for 2",
            "ring cleo for 2",
            "2 is now 1",
        ]
    );
    // Who becomes free meanwhile is rung as well.
    office.ends("bert");
    assert_eq!(office.pass(15), ["ring bert for 2"]);
}

#[test]
fn two_who_accept_at_once_are_told_apart() {
    let mut office = Office::open(with(Strategy::RingAll), trio());
    office.enter("1");
    let (anna, _) = office.ringing["anna"].clone();
    let (bert, _) = office.ringing["bert"].clone();
    let first = office.input(Input::Offered {
        offer: bert,
        how: Offered::Accepted,
    });
    assert_eq!(
        first,
        ["stop anna: Taken", "stop cleo: Taken", "join bert and 1"]
    );
    assert_eq!(
        office.input(Input::Offered {
            offer: anna,
            how: Offered::Accepted
        }),
        NOTHING
    );
    assert_eq!(
        office.input(Input::Offered {
            offer: bert,
            how: Offered::Accepted
        }),
        NOTHING
    );
    assert_eq!(office.state("anna"), AgentState::Ready);
    assert_eq!(office.state("bert"), AgentState::Busy);
}

#[test]
fn agents_are_taken_in_the_order_of_the_file() {
    let mut office = Office::open(with(Strategy::Linear), trio());
    office.enter("1");
    office.accepts("anna");
    office.enter("2");
    assert_eq!(office.rung(), ["bert"]);
    office.accepts("bert");
    office.ends("anna");
    office.pass(15);
    // Idle for a shorter time than cleo, and still first.
    office.enter("3");
    assert_eq!(office.rung(), ["anna"]);
}

#[test]
fn higher_priority_comes_first_and_then_arrival() {
    let mut office = Office::sales(&["anna"]);
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    office.pass(1);
    let urgent = Entry {
        priority: 5,
        ..entry("2", "sales")
    };
    assert_eq!(office.input(Input::Enter(urgent)), ["2 is 1", "1 is now 2"]);
    let urgent = Entry {
        priority: 5,
        ..entry("3", "sales")
    };
    assert_eq!(office.input(Input::Enter(urgent)), ["3 is 2", "1 is now 3"]);
    office.ends("anna");
    assert_eq!(office.pass(15), ["ring anna for 2"]);
}

#[test]
fn all_the_skills_are_needed() {
    let agents = vec![
        agent("anna", &["sales"]),
        skilled("bert", &["sales"], &["german"]),
        skilled("cleo", &["sales"], &["german", "contracts"]),
    ];
    let mut office = Office::open(with(Strategy::LongestIdle), agents);
    let german = |call| Entry {
        skills: owned(&["german"]),
        ..entry(call, "sales")
    };
    let both = |call| Entry {
        skills: owned(&["contracts", "german"]),
        ..entry(call, "sales")
    };
    assert_eq!(
        office.input(Input::Enter(both("1"))),
        ["1 is 1", "ring cleo for 1"]
    );
    assert_eq!(
        office.input(Input::Enter(german("2"))),
        ["2 is 2", "ring bert for 2"]
    );
    assert_eq!(office.input(Input::Enter(german("3"))), ["3 is 3"]);
    // Who needs NOTHING special passes by.
    assert_eq!(office.enter("4"), ["4 is 4", "ring anna for 4"]);
    let greek = Entry {
        skills: owned(&["greek"]),
        ..entry("5", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(greek)),
        ["5 refused: NobodyThere"]
    );
}

#[test]
fn an_agent_takes_from_the_queue_they_prefer() {
    let queues = vec![QueueSetup::new("sales"), QueueSetup::new("support")];
    let agents = vec![agent("anna", &["support", "sales"])];
    let mut office = Office::open(queues, agents);
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    office.pass(10);
    office.input(Input::Enter(entry("2", "support")));
    office.ends("anna");
    assert_eq!(office.pass(15), ["ring anna for 2"]);
    office.accepts("anna");
    office.ends("anna");
    assert_eq!(office.pass(15), ["ring anna for 1"]);
}

#[test]
fn an_agent_kept_for_their_own_queue_leaves_others_to_their_colleagues() {
    let queues = vec![QueueSetup::new("sales"), QueueSetup::new("support")];
    let agents = vec![
        agent("anna", &["support", "sales"]),
        agent("bert", &["sales"]),
    ];
    let mut office = Office::from(Setup { queues, agents }, None, START);
    // Both wait before anybody's phone is on.
    office.enter("1");
    office.input(Input::Enter(entry("2", "support")));
    assert_eq!(office.phones_on(), ["ring anna for 2", "ring bert for 1"]);
}

#[test]
fn who_declines_or_is_busy_is_not_asked_again_for_a_while() {
    for (how, why) in [(Offered::Declined, "declined"), (Offered::Busy, "busy")] {
        let mut office = Office::sales(&["anna", "bert"]);
        // Bert talks: he is there, and may be free in a moment.
        office.pause("anna", "tea");
        office.enter("b");
        office.accepts("bert");
        office.ready("anna");
        office.enter("1");
        assert_eq!(
            office.does("anna", how),
            [format!("anna did not take 1: {why}")]
        );
        assert_eq!(office.state("anna"), AgentState::Ready);
        // Anna is asked for others meanwhile.
        assert_eq!(office.enter("2"), ["2 is 2", "ring anna for 2"]);
        office.leave("2", Left::HungUp);
        assert_eq!(office.pass(29), NOTHING);
        assert_eq!(office.pass(1), ["ring anna for 1"]);
    }
}

#[test]
fn who_is_declined_goes_to_the_next_at_once() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    assert_eq!(
        office.does("anna", Offered::Declined),
        ["anna did not take 1: declined", "ring bert for 1"]
    );
}

#[test]
fn who_declines_is_asked_again_soon_where_nobody_else_is_there() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.does("anna", Offered::Declined);
    assert_eq!(office.pass(4), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for 1"]);
}

#[test]
fn a_phone_that_nobody_answers_is_paused_after_two_times() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.phone("bert", false);
    office.enter("1");
    let said = office.pass(20);
    assert_eq!(
        said,
        ["stop anna: RingOver", "anna did not take 1: no answer"]
    );
    assert_eq!(office.pass(5), ["ring anna for 1"]);
    let said = office.does("anna", Offered::NoAnswer);
    assert_eq!(said, ["anna did not take 1: no answer"]);
    assert_eq!(office.state("anna"), AgentState::Paused("no answer".into()));
    // The caller has kept their place, and goes to the next who is there.
    assert_eq!(office.phone("bert", true), ["ring bert for 1"]);
}

#[test]
fn a_phone_that_goes_away_counts_as_one_that_nobody_is_at_and_a_failure_of_ours_does_not() {
    let twice = |how: Offered| {
        let mut office = Office::sales(&["anna", "bert"]);
        office.enter("1");
        office.does("anna", how.clone());
        assert_eq!(office.rung(), ["bert"]);
        office.accepts("bert");
        office.enter("2");
        office.does("anna", how);
        assert_eq!(office.waiting("sales"), ["2"]);
        office
    };
    let office = twice(Offered::Gone);
    assert_eq!(office.state("anna"), AgentState::Paused("no answer".into()));

    let mut office = twice(Offered::Failed("no port for sound is free".into()));
    assert_eq!(office.state("anna"), AgentState::Ready);
    assert_eq!(office.pass(29), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for 2"]);
}

#[test]
fn nobody_is_paused_for_a_call_that_a_colleague_has_picked_up() {
    let mut office = Office::open(with(Strategy::RingAll), trio());
    for call in ["1", "2"] {
        office.enter(call);
        office.pass(5);
        office.picks_up("anna");
        office.pass(12);
        // Their phones stop, one of them by itself.
        let said = office.does("cleo", Offered::NoAnswer);
        assert_eq!(said, [format!("cleo did not take {call}: no answer")]);
        let said = office.pass(5);
        assert!(said.contains(&"stop bert: RingOver".to_owned()), "{said:?}");
        let said = office.accepts("anna");
        assert!(said.contains(&format!("join anna and {call}")), "{said:?}");
        office.ends("anna");
        office.ready("anna");
    }
    assert_eq!(office.state("bert"), AgentState::Ready);
    assert_eq!(office.state("cleo"), AgentState::Ready);
    // Who picks up and presses nothing was not there, whoever else was.
    for call in ["3", "4"] {
        office.enter(call);
        office.picks_up("anna");
        office.picks_up("bert");
        office.does("bert", Offered::NoAnswer);
        office.accepts("anna");
        office.ends("anna");
        office.ready("anna");
    }
    assert_eq!(office.state("bert"), AgentState::Paused("no answer".into()));
}

#[test]
fn an_answer_in_between_starts_the_count_anew() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.does("anna", Offered::NoAnswer);
    office.pass(5);
    office.accepts("anna");
    office.ends("anna");
    office.pass(15);
    office.enter("2");
    office.does("anna", Offered::NoAnswer);
    assert_eq!(office.state("anna"), AgentState::Ready);
}

#[test]
fn a_phone_that_vanishes_while_it_rings_gives_the_caller_to_the_next() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    assert_eq!(
        office.phone("anna", false),
        [
            "stop anna: RingOver",
            "anna did not take 1: phone not reachable",
            "ring bert for 1",
        ]
    );
    assert_eq!(office.state("anna"), AgentState::Away);
}

#[test]
fn who_picked_up_has_time_to_hear_and_to_accept() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.pass(19);
    let (offer, _) = office.ringing["anna"].clone();
    office.input(Input::Offered {
        offer,
        how: Offered::Answered,
    });
    office.pass(15);
    // Said again, it gives no more time.
    office.input(Input::Offered {
        offer,
        how: Offered::Answered,
    });
    assert_eq!(office.rung(), ["anna"]);
    assert_eq!(
        office.pass(15),
        ["stop anna: RingOver", "anna did not take 1: no answer"]
    );
}

#[test]
fn the_agent_is_told_who_and_why() {
    let mut office = Office::sales(&["anna"]);
    office.phone("anna", false);
    office.enter("1");
    office.pass(30);
    office.acd.handle(
        office.now,
        Input::Phone {
            agent: "anna".into(),
            reachable: true,
        },
    );
    let ring = std::iter::from_fn(|| office.acd.poll())
        .find_map(|o| match o {
            Output::Ring(ring) => Some(ring),
            _ => None,
        })
        .unwrap();
    let why = "1 asked for a person".to_string();
    assert_eq!((ring.waited_ms, ring.ring_ms), (30_000, 20_000));
    assert_eq!((ring.context.why, ring.queue), (why, "sales".into()));
    assert_eq!(ring.number, Some("+491".into()));
}
