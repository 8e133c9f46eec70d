//! Ready, paused, off duty, wrapping up.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

#[test]
fn after_a_conversation_there_is_time_to_write_things_down() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    office.enter("2");
    office.ends("anna");
    assert_eq!(office.state("anna"), AgentState::WrapUp);
    assert_eq!(office.pass(14), NOTHING);
    assert_eq!(office.pass(1), ["ring anna for 2"]);
    // Who is done sooner says so.
    office.accepts("anna");
    office.enter("3");
    office.ends("anna");
    assert_eq!(office.ready("anna"), ["ring anna for 3"]);
}

#[test]
fn a_pause_while_the_phone_rings_gives_the_caller_to_the_next() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    assert_eq!(
        office.pause("anna", "lunch"),
        [
            "stop anna: Paused",
            "anna did not take 1: paused",
            "ring bert for 1"
        ]
    );
    assert_eq!(office.state("anna"), AgentState::Paused("lunch".into()));
    assert_eq!(office.enter("2"), ["2 is 2"]);
    assert_eq!(office.ready("anna"), ["ring anna for 2"]);
}

#[test]
fn a_pause_while_talking_begins_after_it() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    office.accepts("anna");
    office.enter("b");
    office.accepts("bert");
    office.enter("2");
    assert_eq!(office.pause("anna", "lunch"), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Busy);
    let view = office.acd.view(office.now).agents.remove(0);
    assert_eq!(view.then, Some(AgentState::Paused("lunch".into())));
    assert_eq!(view.with, Some(Who::Caller("1".into())));
    assert_eq!(office.ends("anna"), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Paused("lunch".into()));
    assert_eq!(office.pass(30), NOTHING);
    assert_eq!(office.ready("anna"), ["ring anna for 2"]);
}

#[test]
fn a_pause_that_is_taken_back_while_talking_never_begins() {
    let mut office = Office::sales(&["anna"]);
    office.enter("1");
    office.accepts("anna");
    office.pause("anna", "lunch");
    office.ready("anna");
    office.ends("anna");
    assert_eq!(office.state("anna"), AgentState::WrapUp);
}

#[test]
fn going_home_is_a_pause_without_an_end() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    let said = office.log_out("anna");
    assert_eq!(
        said,
        [
            "stop anna: Paused",
            "anna did not take 1: paused",
            "ring bert for 1"
        ]
    );
    assert_eq!(office.state("anna"), AgentState::Off);
    office.phone("anna", false);
    office.phone("anna", true);
    assert_eq!(office.state("anna"), AgentState::Off);
    assert_eq!(office.acd.view(office.now).queues[0].staffed, 1);
}

#[test]
fn every_change_of_an_agent_is_said_once() {
    let setup = Setup {
        queues: vec![QueueSetup::new("sales")],
        agents: vec![agent("anna", &["sales"])],
    };
    let mut acd = Acd::new(setup, None, START);
    let mut states = Vec::new();
    let mut offer = OfferId(0);
    let mut step = |acd: &mut Acd, at: u64, input: Option<Input>| {
        if let Some(input) = input {
            acd.handle(START + at * 1000, input);
        }
        while let Some(output) = acd.poll() {
            match output {
                Output::Agent { state, .. } => states.push(state),
                Output::Ring(ring) => offer = ring.offer,
                _ => {}
            }
        }
        offer
    };
    step(&mut acd, 0, None);
    step(
        &mut acd,
        1,
        Some(Input::Phone {
            agent: "anna".into(),
            reachable: true,
        }),
    );
    step(
        &mut acd,
        1,
        Some(Input::Phone {
            agent: "anna".into(),
            reachable: true,
        }),
    );
    let id = step(&mut acd, 2, Some(Input::Enter(entry("1", "sales"))));
    step(
        &mut acd,
        3,
        Some(Input::Offered {
            offer: id,
            how: Offered::Accepted,
        }),
    );
    step(
        &mut acd,
        9,
        Some(Input::Ended {
            offer: id,
            caller_back: false,
        }),
    );
    step(&mut acd, 24, Some(Input::Tick));
    step(
        &mut acd,
        25,
        Some(Input::Pause {
            agent: "anna".into(),
            reason: "tea".into(),
        }),
    );
    step(
        &mut acd,
        26,
        Some(Input::Pause {
            agent: "anna".into(),
            reason: "tea".into(),
        }),
    );
    step(
        &mut acd,
        27,
        Some(Input::LogOut {
            agent: "anna".into(),
        }),
    );

    assert_eq!(
        states,
        [
            AgentState::Away,
            AgentState::Ready,
            AgentState::Offered,
            AgentState::Busy,
            AgentState::WrapUp,
            AgentState::Ready,
            AgentState::Paused("tea".into()),
            AgentState::Off,
        ]
    );
}

#[test]
fn an_agent_who_is_gone_from_the_configuration_finishes_their_conversation() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    office.accepts("anna");
    let mut setup = office.setup.clone();
    setup.agents.remove(0);
    office.acd.take_over(office.now, setup);
    office.input(Input::Tick);
    assert_eq!(office.state("anna"), AgentState::Busy);
    office.ends("anna");
    let names: Vec<_> = office
        .acd
        .view(office.now)
        .agents
        .into_iter()
        .map(|a| a.name)
        .collect();
    assert_eq!(names, ["bert"]);
}

#[test]
fn a_changed_configuration_disturbs_nobody_else() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("1");
    office.accepts("anna");
    office.enter("2");
    office.pause("bert", "lunch");
    let mut setup = office.setup.clone();
    setup.agents.push(agent("cleo", &["sales"]));
    office.acd.take_over(office.now, setup);
    assert_eq!(office.input(Input::Tick), NOTHING);
    assert_eq!(office.state("anna"), AgentState::Busy);
    assert_eq!(office.state("bert"), AgentState::Paused("lunch".into()));
    assert_eq!(office.waiting("sales"), ["2"]);
    assert_eq!(office.phone("cleo", true), ["ring cleo for 2"]);
}
