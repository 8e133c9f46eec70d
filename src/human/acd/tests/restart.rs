//! The server is killed and started again.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

fn again(call: &str, number_of: &str) -> Input {
    Input::Enter(Entry {
        call: call.into(),
        ..entry(number_of, "sales")
    })
}

/// Three wait, one of them is rung for; a call-back is due.
fn killed() -> Office {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("b");
    office.accepts("anna");
    office.promise("p");
    office.enter("1");
    office.enter("2");
    office.enter("3");
    assert_eq!(office.rung(), ["bert"]);
    assert_eq!(office.pass(15), NOTHING);
    office.restart(60);
    office
}

#[test]
fn who_waited_keeps_their_place_when_they_call_again() {
    let mut office = killed();
    assert_eq!(office.waiting("sales"), NOTHING);
    assert_eq!(office.rung(), NOTHING);
    assert_eq!(office.input(again("x3", "3")), ["x3 is 2 again"]);
    assert_eq!(office.enter("new"), ["new is 3"]);
    assert_eq!(
        office.input(again("x1", "1")),
        ["x1 is 2 again", "x3 is now 3", "new is now 4"]
    );
    assert_eq!(office.waiting("sales"), ["x1", "x3", "new"]);
    // In the order of before: who talked, the call-back, who waited.
    assert_eq!(office.input(again("xb", "b"))[0], "xb is 1 again");
    let said = office.phones_on();
    assert_eq!(said, ["ring anna for xb", "ring bert for +49p"]);
    office.accepts("anna");
    office.accepts("bert");
    // The place of 2 is kept for five minutes.
    office.pass(239);
    assert!(office.input(again("x2", "2"))[0].ends_with("again"));
}

#[test]
fn a_promise_that_was_due_is_called_once() {
    let mut office = killed();
    let said = office.phones_on();
    assert_eq!(said, ["ring anna for +49p"]);
    assert_eq!(office.accepts("anna"), ["anna calls +49p, attempt 1"]);
    assert_eq!(office.customer("anna", Dialled::Answered), ["kept +49p"]);
    office.restart(10);
    office.phones_on();
    assert_eq!(office.pass(3600), NOTHING);
    assert_eq!(office.promises(), NOTHING);
}

#[test]
fn a_promise_that_was_being_called_is_not_called_at_once_again() {
    let mut office = killed();
    office.phones_on();
    office.accepts("anna");
    office.restart(1);
    assert_eq!(office.phones_on(), NOTHING);
    assert_eq!(office.pass(599), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for +49p"]);
    assert_eq!(office.accepts("anna"), ["anna calls +49p, attempt 2"]);
    office.restart(1);
    office.phones_on();
    office.pass(600);
    office.accepts("anna");
    // The third and last attempt: nobody knows what came of it, so it is reported.
    let saved = serde_json::from_str(&office.disk).unwrap();
    let mut acd = Acd::new(office.setup.clone(), Some(saved), office.now + 1000);
    let broken = std::iter::from_fn(|| acd.poll()).any(|o| matches!(o, Output::Broken { .. }));
    assert!(broken);
}

#[test]
fn a_restart_before_the_dial_was_saved_costs_no_attempt() {
    let mut office = killed();
    office.phones_on();
    let (offer, _) = office.ringing["anna"].clone();
    let disk = office.disk.clone();
    office.accepts("anna");
    assert_ne!(office.disk, disk);
    assert!(offer.0 > 0);
    office.disk = disk;
    office.restart(1);
    assert_eq!(office.phones_on(), ["ring anna for +49p"]);
    assert_eq!(office.accepts("anna"), ["anna calls +49p, attempt 1"]);
}

#[test]
fn agents_stay_as_they_were_and_phones_have_to_report() {
    let mut office = Office::sales(&["anna", "bert", "cleo"]);
    office.pause("anna", "lunch");
    office.log_out("bert");
    office.restart(60);
    assert_eq!(office.state("anna"), AgentState::Paused("lunch".into()));
    assert_eq!(office.state("bert"), AgentState::Off);
    assert_eq!(office.state("cleo"), AgentState::Away);
    // A phone that was there may be so again in a moment: callers wait for it.
    assert_eq!(office.enter("1"), ["1 is 1"]);
    assert_eq!(office.phone("cleo", true), ["ring cleo for 1"]);
}

#[test]
fn what_rang_before_a_restart_is_forgotten() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    let (offer, _) = office.ringing["anna"].clone();
    office.restart(60);
    office.phones_on();
    office.enter("2");
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
fn what_was_measured_is_remembered() {
    let mut office = Office::sales(&["anna"]);
    for call in ["1", "2", "3"] {
        office.enter(call);
        office.accepts("anna");
        office.pass(45);
        office.ends("anna");
        office.pass(15);
    }
    office.restart(60);
    office.phones_on();
    office.enter("4");
    office.accepts("anna");
    office.enter("5");
    let waiting = office.acd.view(office.now).queues.remove(0).waiting;
    assert!(waiting[0].place.wait.is_some());
}

#[test]
fn a_slip_in_the_configuration_breaks_no_promise() {
    let mut office = Office::sales(&["anna"]);
    office.promise("1");
    let right = office.setup.clone();
    office.setup.queues[0].name = "sails".into();
    office.restart(1);
    assert_eq!(office.pass(3600), NOTHING);
    assert_eq!(office.promises(), ["+491"]);
    office.setup = right;
    office.restart(1);
    assert_eq!(office.phones_on(), ["ring anna for +491"]);
}

#[test]
fn a_clock_that_was_wrong_puts_nothing_off() {
    let mut office = Office::sales(&["anna"]);
    // The year 2033, until somebody sets it right.
    office.pass(10 * 365 * 24 * 3600);
    office.promise("1");
    office.enter("2");
    let saved = serde_json::from_str(&office.disk).unwrap();
    let mut office = Office::from(office.setup.clone(), Some(saved), START);
    office.acd.handle(
        START,
        Input::Phone {
            agent: "anna".into(),
            reachable: true,
        },
    );
    office.acd.handle(START + 600_000, Input::Tick);
    let rung = std::iter::from_fn(|| office.acd.poll()).any(|o| matches!(o, Output::Ring(_)));
    assert!(rung);
}
