//! Hanging up, vanishing and coming late, at each point.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

#[test]
fn a_caller_who_hangs_up_while_waiting_leaves_no_gap() {
    let mut office = Office::sales(&["anna"]);
    for call in ["0", "1", "2", "3"] {
        office.enter(call);
    }
    assert_eq!(
        office.leave("1", Left::HungUp),
        ["2 is now 2", "3 is now 3"]
    );
    assert_eq!(office.leave("1", Left::HungUp), NOTHING);
}

#[test]
fn a_caller_who_hangs_up_while_a_phone_rings_stops_it() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.enter("2");
    let (offer, _) = office.ringing["anna"].clone();
    assert_eq!(
        office.leave("1", Left::HungUp),
        ["stop anna: CallerLeft", "ring anna for 2", "2 is now 1"]
    );
    // Accepted at the same moment: too late, and nobody is joined with the wrong one.
    assert_eq!(
        office.input(Input::Offered {
            offer,
            how: Offered::Accepted
        }),
        NOTHING
    );
    assert_eq!(office.accepts("anna"), ["join anna and 2"]);
}

#[test]
fn a_caller_who_hangs_up_just_after_being_joined_ends_that() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    assert_eq!(office.accepts("anna"), ["join anna and 1"]);
    assert_eq!(office.leave("1", Left::HungUp), NOTHING);
    // The agent's phone reports a lost line as well: there is nobody to come back.
    assert_eq!(office.loses("anna"), NOTHING);
    assert_eq!(office.waiting("sales"), NOTHING);
    assert_eq!(office.state("anna"), AgentState::WrapUp);
}

#[test]
fn a_conversation_ends_once() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    let (first, _) = office.talking["anna"].clone();
    office.pass(60);
    office.ends("anna");
    office.pass(15);
    office.enter("2");
    office.accepts("anna");
    // Said again of the first one, it does not end the second.
    assert_eq!(
        office.input(Input::Ended {
            offer: first,
            caller_back: false
        }),
        NOTHING
    );
    assert_eq!(office.state("anna"), AgentState::Busy);
}

#[test]
fn a_caller_whose_agent_vanishes_is_first_again() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    office.enter("b");
    office.accepts("anna");
    office.accepts("bert");
    office.pass(60);
    office.enter("2");
    assert_eq!(
        office.loses("anna"),
        ["1 is 1 again", "ring anna for 2", "2 is now 2"]
    );
    office.ends("bert");
    assert_eq!(office.pass(15), ["ring bert for 1"]);
    assert_eq!(office.accepts("bert"), ["join bert and 1", "2 is now 1"]);
}

#[test]
fn a_phone_that_is_not_registered_any_more_may_go_on_talking() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    assert_eq!(office.phone("anna", false), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Busy);
    office.pass(300);
    assert_eq!(office.enter("2"), ["2 is 1"]);
    office.ends("anna");
    office.pass(15);
    assert_eq!(office.state("anna"), AgentState::Away);
}

#[test]
fn a_line_that_is_lost_while_talking_leads_back_to_the_front() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    office.pass(60);
    office.enter("2");
    office.leave("1", Left::LineLost);
    office.ends("anna");
    let again = Entry {
        call: "new".into(),
        ..entry("1", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(again)),
        ["new is 1 again", "2 is now 2"]
    );
}

#[test]
fn whoever_is_not_known_is_ignored() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    for input in [
        Input::Left {
            call: "x".into(),
            how: Left::HungUp,
        },
        Input::Phone {
            agent: "x".into(),
            reachable: false,
        },
        Input::Ready { agent: "x".into() },
        Input::Pause {
            agent: "x".into(),
            reason: "x".into(),
        },
        Input::LogOut { agent: "x".into() },
        Input::Offered {
            offer: OfferId(0),
            how: Offered::Accepted,
        },
        Input::Offered {
            offer: OfferId(0),
            how: Offered::Declined,
        },
        Input::Ended {
            offer: OfferId(0),
            caller_back: true,
        },
        Input::CancelCallBack {
            promise: PromiseId(99),
        },
        Input::CancelCallBackOf { number: "x".into() },
        Input::Dialled {
            promise: PromiseId(99),
            attempt: 1,
            how: Dialled::Answered,
        },
        Input::Enter(entry("1", "sales")),
    ] {
        assert_eq!(office.input(input.clone()), NOTHING, "{input:?}");
    }
    assert_eq!(office.accepts("anna"), ["join anna and 1"]);
    assert_eq!(office.enter("1"), NOTHING);
}
