//! Promises to call back.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

/// Anna talks, 1 to 3 wait, and 2 is promised a call-back.
fn promised() -> Office {
    let mut office = Office::sales(&["anna"]);
    office.enter("0");
    office.accepts("anna");
    for call in ["1", "2", "3"] {
        office.pass(1);
        office.enter(call);
    }
    assert_eq!(office.promise("2"), ["2 promised as 2"]);
    office.leave("2", Left::HungUp);
    office
}

/// A promise made to somebody who did not wait, with Anna free.
fn only_promise() -> Office {
    let mut office = Office::sales(&["anna"]);
    assert_eq!(office.promise("1"), ["1 promised as 1"]);
    office
}

#[test]
fn a_promise_keeps_its_place_and_is_counted_for_others() {
    let mut office = promised();
    assert_eq!(office.waiting("sales"), ["1", "3"]);
    assert_eq!(office.enter("4"), ["4 is 4"]);
    office.ends("anna");
    office.pass(15);
    assert_eq!(
        office.accepts("anna"),
        ["join anna and 1", "3 is now 2", "4 is now 3"]
    );
    office.ends("anna");
    assert_eq!(office.pass(15), ["ring anna for +492"]);
    assert_eq!(
        office.accepts("anna"),
        ["anna calls +492, attempt 1", "3 is now 1", "4 is now 2"]
    );
    assert_eq!(office.customer("anna", Dialled::Answered), ["kept +492"]);
    assert_eq!(office.state("anna"), AgentState::Busy);
    office.ends("anna");
    assert_eq!(office.state("anna"), AgentState::WrapUp);
    assert_eq!(office.pass(15), ["ring anna for 3"]);
    assert_eq!(office.promises(), NOTHING);
}

#[test]
fn nobody_is_called_while_they_still_hear_that_we_will() {
    let mut office = only_promise();
    assert_eq!(office.pass(9), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for +491"]);

    let mut office = only_promise();
    assert_eq!(office.leave("1", Left::HungUp), ["ring anna for +491"]);
}

#[test]
fn asking_for_a_call_back_while_a_phone_rings_takes_the_ringing_back() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    assert_eq!(
        office.promise("1"),
        ["stop anna: CallerLeft", "1 promised as 1"]
    );
    assert_eq!(office.leave("1", Left::HungUp), ["ring anna for +491"]);
}

#[test]
fn who_is_not_reached_is_tried_again_and_given_up_after_some_attempts() {
    let mut office = only_promise();
    office.pass(10);
    for attempt in 1..=2 {
        assert_eq!(
            office.accepts("anna"),
            [format!("anna calls +491, attempt {attempt}")]
        );
        assert_eq!(office.customer("anna", Office::not_reached()), NOTHING);
        // No wrap-up for a call that nobody answered.
        assert_eq!(office.state("anna"), AgentState::Ready);
        assert_eq!(office.pass(599), NOTHING);
        assert_eq!(office.pass(1), ["ring anna for +491"]);
    }
    assert_eq!(office.accepts("anna"), ["anna calls +491, attempt 3"]);
    assert_eq!(
        office.customer("anna", Office::not_reached()),
        ["broken +491: busy"]
    );
    assert_eq!(office.pass(3600), NOTHING);
}

#[test]
fn an_agent_who_does_not_take_it_costs_no_attempt() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.promise("1");
    office.pass(10);
    assert_eq!(
        office.does("anna", Offered::Declined),
        ["ring bert for +491"]
    );
    assert_eq!(office.accepts("bert"), ["bert calls +491, attempt 1"]);
}

#[test]
fn an_agent_who_vanishes_while_it_is_called_counts_as_an_attempt() {
    let mut office = only_promise();
    office.pass(10);
    office.accepts("anna");
    assert_eq!(office.ends("anna"), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Ready);
    // The customer was called just now: not at once again.
    assert_eq!(office.pass(599), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for +491"]);
    assert_eq!(office.accepts("anna"), ["anna calls +491, attempt 2"]);
}

#[test]
fn two_agents_who_are_free_make_one_call() {
    let queue = QueueSetup {
        strategy: Strategy::RingAll,
        ..QueueSetup::new("sales")
    };
    let agents = vec![agent("anna", &["sales"]), agent("bert", &["sales"])];
    let mut office = Office::open(vec![queue], agents);
    office.promise("1");
    assert_eq!(
        office.pass(10),
        ["ring anna for +491", "ring bert for +491"]
    );
    let (anna, _) = office.ringing["anna"].clone();
    let (bert, _) = office.ringing["bert"].clone();
    let accepted = |offer| Input::Offered {
        offer,
        how: Offered::Accepted,
    };
    let said = office.input(accepted(anna));
    assert_eq!(said, ["stop bert: Taken", "anna calls +491, attempt 1"]);
    assert_eq!(office.input(accepted(bert)), NOTHING);
    assert_eq!(office.input(accepted(anna)), NOTHING);
}

#[test]
fn two_promises_of_one_number_are_one() {
    let mut office = promised();
    let first = office.acd.view(office.now).promises[0].clone();
    office.pass(100);
    let newer = Context {
        why: "again".into(),
        ..Context::default()
    };
    let again = Input::CallBack {
        call: "9".into(),
        queue: "sales".into(),
        number: "+492".into(),
        priority: 0,
        skills: Vec::new(),
        context: newer.clone(),
    };
    assert_eq!(office.input(again), ["9 promised as 2"]);
    let promises = office.acd.view(office.now).promises;
    assert_eq!(promises.len(), 1);
    assert_eq!(promises[0].promise, first.promise);
    assert_eq!(promises[0].arrived, first.arrived);
    assert_eq!(promises[0].context, newer);
}

#[test]
fn a_promise_can_be_cancelled_at_each_point() {
    let cancel = |office: &mut Office| {
        office.input(Input::CancelCallBackOf {
            number: "+491".into(),
        })
    };
    let mut office = only_promise();
    assert_eq!(cancel(&mut office), ["cancelled +491"]);
    assert_eq!(office.pass(60), NOTHING);

    let mut office = only_promise();
    office.pass(10);
    assert_eq!(
        cancel(&mut office),
        ["stop anna: CallerLeft", "cancelled +491"]
    );
    assert_eq!(office.state("anna"), AgentState::Ready);

    // While it is called it cannot be taken back; it is not tried again.
    let mut office = only_promise();
    office.pass(10);
    office.accepts("anna");
    assert_eq!(cancel(&mut office), ["cancelled +491"]);
    assert_eq!(office.customer("anna", Office::not_reached()), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Ready);
    assert_eq!(office.pass(3600), NOTHING);

    let mut office = only_promise();
    office.pass(10);
    office.accepts("anna");
    cancel(&mut office);
    assert_eq!(office.customer("anna", Dialled::Answered), NOTHING);
    office.ends("anna");
    assert_eq!(office.state("anna"), AgentState::WrapUp);
    assert_eq!(cancel(&mut office), NOTHING);
}

#[test]
fn news_of_an_earlier_attempt_is_no_news_of_this_one() {
    let mut office = only_promise();
    office.pass(10);
    office.accepts("anna");
    let Who::Promise(promise) = office.talking["anna"].1.clone() else {
        panic!()
    };
    office.customer("anna", Office::not_reached());
    office.pass(600);
    office.accepts("anna");
    let late = Input::Dialled {
        promise,
        attempt: 1,
        how: Office::not_reached(),
    };
    assert_eq!(office.input(late), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Busy);
    assert_eq!(office.customer("anna", Dialled::Answered), ["kept +491"]);
    let late = Input::Dialled {
        promise,
        attempt: 2,
        how: Dialled::Answered,
    };
    assert_eq!(office.input(late), NOTHING);
}

#[test]
fn a_promise_waits_for_somebody_to_be_there_and_is_broken_aloud_in_the_end() {
    let mut office = Office::sales(&["anna"]);
    office.log_out("anna");
    assert_eq!(office.promise("1"), ["1 promised as 1"]);
    assert_eq!(office.pass(3 * 24 * 3600), NOTHING);
    assert_eq!(office.promises(), ["+491"]);
    assert_eq!(office.pass(4 * 24 * 3600), ["broken +491: too old"]);
}

#[test]
fn a_promise_for_a_queue_that_is_not_there_is_not_made() {
    let mut office = Office::sales(&["anna"]);
    let nowhere = Input::CallBack {
        call: "1".into(),
        queue: "sails".into(),
        number: "+491".into(),
        priority: 0,
        skills: Vec::new(),
        context: Context::default(),
    };
    assert_eq!(office.input(nowhere), ["1 refused: NoSuchQueue"]);
}

#[test]
fn a_promise_needs_the_skills_that_the_caller_needed() {
    let agents = vec![
        agent("anna", &["sales"]),
        skilled("bert", &["sales"], &["german"]),
    ];
    let mut office = Office::open(vec![QueueSetup::new("sales")], agents);
    office.enter("b");
    office.accepts("anna");
    office.pause("bert", "lunch");
    office.ends("anna");
    let german = Input::CallBack {
        call: "1".into(),
        queue: "sales".into(),
        number: "+491".into(),
        priority: 0,
        skills: owned(&["german"]),
        context: Context::default(),
    };
    office.input(german);
    assert_eq!(office.pass(60), NOTHING);
    assert_eq!(office.ready("bert"), ["ring bert for +491"]);
}

#[test]
fn a_customer_whose_agent_vanishes_may_wait_in_front() {
    let mut office = promised();
    office.ends("anna");
    office.pass(15);
    office.accepts("anna");
    office.ends("anna");
    office.pass(15);
    office.accepts("anna");
    office.customer("anna", Dialled::Answered);
    office.loses("anna");
    // 3 is rung for meanwhile; the customer's line enters as a call of its own.
    let back = Entry {
        call: "x".into(),
        ..entry("2", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(back)),
        ["x is 1 again", "3 is now 2"]
    );
}
