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

/// A promise made to somebody who did not wait, with Anna free: she is rung.
fn only_promise() -> Office {
    let mut office = Office::sales(&["anna"]);
    assert_eq!(office.promise("1"), ["1 promised as 1"]);
    assert_eq!(office.leave("1", Left::HungUp), ["ring anna for +491"]);
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
fn nobody_is_called_while_their_call_goes_on() {
    let mut office = Office::sales(&["anna"]);
    office.promise("1");
    // They talk to the bot about something else, and leave a message.
    assert_eq!(office.leave("1", Left::BackToBot), NOTHING);
    assert_eq!(office.pass(120), NOTHING);
    assert_eq!(office.leave("1", Left::Message), NOTHING);
    assert_eq!(office.pass(120), NOTHING);
    assert_eq!(office.leave("1", Left::HungUp), ["ring anna for +491"]);

    // Nobody ever said that the call is over.
    let mut office = Office::sales(&["anna"]);
    office.promise("1");
    assert_eq!(office.pass(599), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for +491"]);
}

#[test]
fn nobody_is_called_while_they_ask_for_it_again() {
    let mut office = only_promise();
    let again = Input::CallBack {
        call: "2".into(),
        queue: "sales".into(),
        number: "+491".into(),
        priority: 0,
        skills: Vec::new(),
        context: Context::default(),
    };
    let said = office.input(again);
    assert_eq!(said, ["2 promised as 1", "stop anna: CallerLeft"]);
    assert_eq!(office.pass(60), NOTHING);
    assert_eq!(office.leave("2", Left::HungUp), ["ring anna for +491"]);
}

#[test]
fn nobody_is_called_while_they_wait_or_talk_elsewhere() {
    let queues = vec![QueueSetup::new("sales"), QueueSetup::new("support")];
    let agents = vec![agent("anna", &["sales"]), agent("bert", &["support"])];
    let mut office = Office::open(queues, agents);
    assert_eq!(office.promise_and_hang_up("1"), ["ring anna for +491"]);
    let elsewhere = Entry {
        call: "2".into(),
        queue: "support".into(),
        ..entry("1", "sales")
    };
    let said = office.input(Input::Enter(elsewhere));
    assert_eq!(said, ["2 is 1", "stop anna: CallerLeft", "ring bert for 2"]);
    assert_eq!(office.pass(5), NOTHING);
    assert_eq!(office.accepts("bert"), ["join bert and 2"]);
    assert_eq!(office.pass(60), NOTHING);
    assert_eq!(office.leave("2", Left::HungUp), ["ring anna for +491"]);
}

#[test]
fn who_waits_after_all_does_so_in_the_place_of_their_promise() {
    let mut office = promised();
    // From their number, and in another call.
    let again = Entry {
        call: "x".into(),
        ..entry("2", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(again)),
        ["cancelled +492", "x is 2 again"]
    );
    assert_eq!(office.promises(), NOTHING);

    // In the same call, with the number withheld and another one to call back.
    let mut office = Office::sales(&["anna"]);
    office.enter("0");
    office.accepts("anna");
    let withheld = Entry {
        number: None,
        ..entry("1", "sales")
    };
    office.input(Input::Enter(withheld.clone()));
    office.enter("2");
    office.promise("1");
    assert_eq!(
        office.input(Input::Enter(withheld)),
        ["cancelled +491", "1 is 1 again"]
    );
    // And not once they are served.
    office.ends("anna");
    office.ready("anna");
    office.accepts("anna");
    office.leave("2", Left::HungUp);
    office.ends("anna");
    office.leave("1", Left::HungUp);
    assert_eq!(office.pass(3600), NOTHING);
}

#[test]
fn a_promise_that_is_being_kept_is_not_taken_back() {
    let mut office = only_promise();
    office.accepts("anna");
    assert_eq!(office.enter("1"), ["1 is 1"]);
    assert_eq!(office.customer("anna", Dialled::Answered), ["kept +491"]);
}

#[test]
fn whoever_is_being_joined_is_not_promised_anything() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    assert_eq!(office.promise("1"), NOTHING);
    assert_eq!(office.promises(), NOTHING);
}

#[test]
fn nobody_is_called_back_after_hours() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("b");
    office.accepts("anna");
    assert_eq!(office.opens(false), NOTHING);
    assert_eq!(office.promise_and_hang_up("1"), NOTHING);
    // Who waits still is served before those who are called tomorrow.
    office.pause("bert", "tea");
    assert_eq!(office.enter("2"), ["2 is 1"]);
    assert_eq!(office.ready("bert"), ["ring bert for 2"]);
    office.accepts("bert");
    office.ends("bert");
    office.ends("anna");
    assert_eq!(office.pass(12 * 3600), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Ready);
    assert_eq!(office.opens(true), ["ring anna for +491"]);

    // A phone that rings when the company closes stops, and was not missed.
    assert_eq!(office.opens(false), ["stop anna: CallerLeft"]);
    assert_eq!(office.state("anna"), AgentState::Ready);
    // Who has picked up may still call.
    office.opens(true);
    let name = office.rung()[0].to_owned();
    office.picks_up(&name);
    assert_eq!(office.opens(false), NOTHING);
    let calls = format!("{name} calls +491, attempt 1");
    assert_eq!(office.accepts(&name), [calls]);
}

#[test]
fn what_never_reached_the_other_side_is_no_attempt() {
    let mut office = only_promise();
    let trunk_down = || Dialled::NotTried("503 Service Unavailable".into());
    for begun in 1..=5 {
        let calls = format!("anna calls +491, attempt {begun}");
        assert_eq!(office.accepts("anna"), [calls]);
        assert_eq!(office.customer("anna", trunk_down()), NOTHING);
        assert_eq!(office.state("anna"), AgentState::Ready);
        assert_eq!(office.pass(599), NOTHING);
        assert_eq!(office.pass(1), ["ring anna for +491"]);
    }
    // Begun and not known to have failed before a restart: that counts.
    office.accepts("anna");
    office.restart(1);
    office.phones_on();
    assert_eq!(office.acd.view(office.now).promises[0].attempts, 1);
    assert_eq!(office.pass(600), ["ring anna for +491"]);
    assert_eq!(office.accepts("anna"), ["anna calls +491, attempt 7"]);
    office.customer("anna", Office::not_reached());
    office.pass(600);
    office.accepts("anna");
    assert_eq!(
        office.customer("anna", Office::not_reached()),
        ["broken +491: busy"]
    );
}

/// Tried three times, and given up.
fn given_up() -> Office {
    let mut office = only_promise();
    for _ in 0..3 {
        office.accepts("anna");
        office.customer("anna", Office::not_reached());
        office.pass(600);
    }
    office
}

#[test]
fn what_is_given_up_is_listed_and_stands_in_nobodys_way() {
    let mut office = given_up();
    let listed = office.acd.view(office.now).promises.remove(0);
    assert_eq!(listed.given_up.as_deref(), Some("busy"));
    assert_eq!((listed.position, listed.attempts), (None, 3));
    assert_eq!(office.enter("2"), ["2 is 1", "ring anna for 2"]);
    office.leave("2", Left::HungUp);
    // Also after a restart, for 30 days.
    office.restart(60);
    office.phones_on();
    assert_eq!(office.pass(29 * 24 * 3600), NOTHING);
    assert_eq!(office.promises(), ["+491"]);
    assert_eq!(office.pass(24 * 3600), ["forgot +491"]);
    assert_eq!(office.promises(), NOTHING);
}

#[test]
fn what_is_given_up_can_be_cancelled_and_asked_for_anew() {
    let mut office = given_up();
    let promise = office.acd.view(office.now).promises[0].promise;
    assert_eq!(
        office.input(Input::CancelCallBack { promise }),
        ["cancelled +491"]
    );
    let mut office = given_up();
    let number = "+491".to_owned();
    assert_eq!(
        office.input(Input::CancelCallBackOf { number }),
        ["cancelled +491"]
    );

    let mut office = given_up();
    assert_eq!(office.promise("1"), ["cancelled +491", "1 promised as 1"]);
    assert_eq!(office.leave("1", Left::HungUp), ["ring anna for +491"]);
    assert_eq!(office.accepts("anna"), ["anna calls +491, attempt 1"]);
}

#[test]
fn a_promise_that_cannot_be_kept_on_disk_is_taken_back_and_the_place_is_not_lost() {
    let mut office = promised();
    assert_eq!(office.promise("1"), ["1 promised as 1"]);
    let promises = office.acd.view(office.now).promises;
    let promise = promises.iter().find(|p| p.number == "+491").unwrap();
    let call = "1".to_owned();
    let input = Input::NotPromised {
        call,
        promise: promise.promise,
    };
    assert_eq!(
        office.input(input),
        ["cancelled +491", "1 refused: Full", "3 is now 2"]
    );
    assert_eq!(office.enter("1"), ["1 is 1 again", "3 is now 3"]);
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
    office.promise_and_hang_up("1");
    assert_eq!(
        office.does("anna", Offered::Declined),
        ["ring bert for +491"]
    );
    assert_eq!(office.accepts("bert"), ["bert calls +491, attempt 1"]);
}

#[test]
fn an_agent_who_vanishes_while_it_is_called_counts_as_an_attempt() {
    let mut office = only_promise();
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
    assert_eq!(
        office.promise_and_hang_up("1"),
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
    let mut office = Office::sales(&["anna"]);
    office.promise("1");
    assert_eq!(cancel(&mut office), ["cancelled +491"]);
    assert_eq!(office.pass(60), NOTHING);

    let mut office = only_promise();
    assert_eq!(
        cancel(&mut office),
        ["stop anna: CallerLeft", "cancelled +491"]
    );
    assert_eq!(office.state("anna"), AgentState::Ready);

    // While it is called it cannot be taken back; it is not tried again.
    let mut office = only_promise();
    office.accepts("anna");
    assert_eq!(cancel(&mut office), ["cancelled +491"]);
    assert_eq!(office.customer("anna", Office::not_reached()), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Ready);
    assert_eq!(office.pass(3600), NOTHING);

    let mut office = only_promise();
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
    // Somebody may still call by hand.
    assert_eq!(office.promises(), ["+491"]);
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
    assert_eq!(office.leave("1", Left::HungUp), NOTHING);
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

#[test]
fn what_was_given_up_is_no_promise_that_could_not_be_written_down() {
    let mut office = Office::sales(&["anna"]);
    office.log_out("anna");
    office.promise("1");
    office.pass(8 * 24 * 3_600);
    let promise = office.acd.view(office.now).promises[0].promise;
    let call = "1".to_owned();
    assert_eq!(office.input(Input::NotPromised { call, promise }), NOTHING);
    assert_eq!(office.promises().len(), 1);
}
