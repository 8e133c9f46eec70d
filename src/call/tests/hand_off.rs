//! What becomes of a transfer into a telephone system's queue, and of whom nobody takes there.

use super::*;
use crate::pbx::QueueState;

/// The clinic, whose front desk is a queue that can be asked about.
fn asking() -> Test {
    let way = "target = \"sip:600@127.0.0.1:5080\"\nasterisk_queue = \"support\"";
    let mut test = Test::prepared(clinic_with(way));
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    while !matches!(test.jobs.last(), Some(Job::AskPbx { queue }) if queue == "support") {
        test.quiet(1);
        assert!(test.call.now < seconds(20), "never asked");
    }
    test
}

fn queue(waiting: usize, staffed: usize) -> Input {
    Input::PbxQueue(Some(QueueState {
        waiting,
        staffed,
        ..QueueState::default()
    }))
}

#[test]
fn how_many_wait_is_said_before_the_caller_goes() {
    let mut test = asking();
    test.handle(queue(1, 2));
    test.quiet(2);
    let said = test.prompts().next_back();
    assert_eq!(said, Some("One caller is waiting before you."));
    assert_eq!(test.transfers(), 0);
    test.must_be_transferring();
}

#[test]
fn nobody_is_put_into_a_queue_in_which_nobody_answers() {
    let mut test = asking();
    test.handle(queue(0, 0));
    test.quiet(SAID);
    assert_eq!(test.transfers(), 0);
    let failed = clinic().human.failed.clone();
    assert_eq!(test.prompts().next_back(), Some(&*failed));
    assert!(test.has(
        |e| matches!(e, EventKind::TransferFailed { target, .. } if target.starts_with("sip:"))
    ));
    // It may have been for a moment.
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    test.quiet(SAID);
    test.handle(queue(0, 1));
    test.must_be_transferring();
}

#[test]
fn a_telephone_system_that_says_nothing_is_not_waited_for() {
    let mut mute = asking();
    mute.quiet(PBX_OVERDUE + 2);
    assert_eq!(mute.transfers(), 1);
    // What it says later changes nothing.
    mute.handle(queue(3, 2));
    mute.quiet(seconds(5));
    assert_eq!(mute.transfers(), 1);
    assert!(!mute.prompts().any(|text| text.contains("before you")));
    let mut down = asking();
    down.handle(Input::PbxQueue(None));
    assert_eq!(down.transfers(), 1);
}

#[test]
fn who_comes_back_from_a_transfer_is_told_and_not_greeted() {
    let mut test = Test::new();
    if let Phase::New(about) = &mut test.call.phase {
        about.returned = true;
    }
    test.quiet(2 * SAID);
    let failed = clinic().human.failed.clone();
    assert_eq!(test.prompts().collect::<Vec<_>>(), [&*failed]);
    assert!(test.has(|e| matches!(e, EventKind::TransferFailed { .. })));
    let id = test.speak();
    test.recognise(id, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}
