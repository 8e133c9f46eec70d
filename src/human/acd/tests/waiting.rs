//! Limits, overflow, nobody there, places.

use super::office::*;
use crate::human::*;

const NOTHING: [&str; 0] = [];

fn busy_office(queue: QueueSetup) -> Office {
    let mut office = Office::open(vec![queue], vec![agent("anna", &["sales"])]);
    office.enter("0");
    office.accepts("anna");
    office
}

#[test]
fn an_unknown_queue_is_said() {
    let mut office = Office::sales(&["anna"]);
    assert_eq!(
        office.input(Input::Enter(entry("1", "sails"))),
        ["1 refused: NoSuchQueue"]
    );
}

#[test]
fn a_full_queue_takes_nobody_more() {
    let mut office = busy_office(QueueSetup {
        most_waiting: 2,
        ..QueueSetup::new("sales")
    });
    office.enter("1");
    office.enter("2");
    assert_eq!(office.enter("3"), ["3 refused: Full"]);
    // Who had a place before is not turned away.
    office.leave("1", Left::LineLost);
    office.enter("4");
    let again = Entry {
        call: "5".into(),
        ..entry("1", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(again)),
        ["5 is 1 again", "2 is now 2", "4 is now 3"]
    );
}

#[test]
fn nobody_waits_longer_than_the_limit() {
    let limit = QueueSetup {
        longest_wait_ms: Some(60_000),
        ..QueueSetup::new("sales")
    };
    let mut office = busy_office(limit);
    office.enter("1");
    office.pass(30);
    office.enter("2");
    assert_eq!(office.pass(29), NOTHING);
    assert_eq!(office.pass(1), ["1 refused: TooLong", "2 is now 1"]);
}

#[test]
fn who_is_being_offered_at_the_limit_may_be_taken() {
    let limit = QueueSetup {
        longest_wait_ms: Some(10_000),
        ..QueueSetup::new("sales")
    };
    let mut office = Office::open(vec![limit], vec![agent("anna", &["sales"])]);
    office.enter("1");
    assert_eq!(office.pass(15), NOTHING);
    assert_eq!(office.accepts("anna"), ["join anna and 1"]);

    office.ends("anna");
    office.pass(15);
    office.enter("2");
    let said = office.pass(20);
    assert_eq!(
        said,
        [
            "stop anna: RingOver",
            "anna did not take 2: no answer",
            "2 refused: TooLong"
        ]
    );
}

#[test]
fn overflow_into_another_queue_keeps_the_arrival() {
    let to = OverflowTo::Queue("support".into());
    let sales = QueueSetup {
        overflow: Some(Overflow {
            after_ms: 30_000,
            to,
        }),
        ..QueueSetup::new("sales")
    };
    let agents = vec![agent("anna", &["sales"]), agent("bert", &["support"])];
    let mut office = Office::open(vec![sales, QueueSetup::new("support")], agents);
    office.enter("0");
    office.accepts("anna");
    office.input(Input::Enter(entry("s", "support")));
    office.accepts("bert");
    office.enter("1");
    office.pass(10);
    office.input(Input::Enter(entry("2", "support")));
    assert_eq!(office.pass(20), ["1 moved to support as 1", "2 is now 2"]);
    assert_eq!(office.waiting("sales"), NOTHING);
    office.ends("bert");
    assert_eq!(office.pass(15), ["ring bert for 1"]);
}

#[test]
fn overflow_waits_until_the_other_queue_can_take_somebody() {
    let over = |to: &str| {
        let to = OverflowTo::Queue(to.into());
        Some(Overflow {
            after_ms: 30_000,
            to,
        })
    };
    let sales = QueueSetup {
        overflow: over("support"),
        ..QueueSetup::new("sales")
    };
    let support = QueueSetup {
        overflow: over("sales"),
        ..QueueSetup::new("support")
    };
    let agents = vec![agent("anna", &["sales"]), agent("bert", &["support"])];
    let mut office = Office::open(vec![sales, support], agents);
    office.log_out("bert");
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    assert_eq!(office.pass(60), NOTHING);
    assert_eq!(
        office.ready("bert"),
        ["1 moved to support as 1", "ring bert for 1"]
    );
    // And never back again.
    for _ in 0..12 {
        office.does("bert", Offered::Declined);
        assert_eq!(office.pass(5), ["ring bert for 1"]);
    }
    assert_eq!(office.waiting("support"), ["1"]);
}

#[test]
fn overflow_to_the_outside_keeps_the_place_if_that_fails() {
    let to = OverflowTo::Outside("sip:service@elsewhere".into());
    let sales = QueueSetup {
        overflow: Some(Overflow {
            after_ms: 30_000,
            to,
        }),
        ..QueueSetup::new("sales")
    };
    let mut office = busy_office(sales);
    office.enter("1");
    office.pass(10);
    office.enter("2");
    assert_eq!(
        office.pass(20),
        ["1 goes to sip:service@elsewhere", "2 is now 1"]
    );
    assert_eq!(office.enter("1"), ["1 is 1 again", "2 is now 2"]);
}

fn elsewhere_after_30_s() -> QueueSetup {
    let to = OverflowTo::Outside("sip:service@elsewhere".into());
    QueueSetup {
        overflow: Some(Overflow {
            after_ms: 30_000,
            to,
        }),
        ..QueueSetup::new("sales")
    }
}

#[test]
fn who_could_not_be_sent_elsewhere_has_their_place_also_where_none_is_kept_for_calling_again() {
    let mut office = busy_office(QueueSetup {
        kept_place_ms: 0,
        ..elsewhere_after_30_s()
    });
    office.enter("1");
    office.pass(10);
    office.enter("2");
    office.pass(25);
    // Somebody else from that number does not take it.
    let other = Entry {
        call: "x".into(),
        ..entry("1", "sales")
    };
    assert_eq!(office.input(Input::Enter(other)), ["x is 2"]);
    office.leave("x", Left::HungUp);
    assert_eq!(office.enter("1"), ["1 is 1 again", "2 is now 2"]);
    // Who hangs up meanwhile leaves nothing behind.
    office.pass(30);
    office.leave("1", Left::HungUp);
    assert_eq!(office.enter("1"), ["1 is 1"]);
}

#[test]
fn the_longest_wait_is_that_of_the_whole_call() {
    let mut office = busy_office(QueueSetup {
        longest_wait_ms: Some(100_000),
        ..elsewhere_after_30_s()
    });
    office.enter("1");
    let mut refused = Vec::new();
    for _ in 0..20 {
        refused = office.pass(10);
        if refused == ["1 goes to sip:service@elsewhere"] {
            office.enter("1");
        } else if !refused.is_empty() {
            break;
        }
    }
    assert_eq!(refused, ["1 refused: TooLong"]);
    // Who has been told, and wants to wait on, does.
    assert_eq!(office.enter("1"), ["1 is 1 again"]);
}

#[test]
fn who_waited_for_nothing_is_called_back_in_their_turn() {
    let mut office = busy_office(QueueSetup {
        longest_wait_ms: Some(60_000),
        ..QueueSetup::new("sales")
    });
    office.enter("1");
    office.pass(30);
    office.enter("2");
    office.enter("3");
    let said = office.pass(30);
    assert_eq!(said, ["1 refused: TooLong", "2 is now 1", "3 is now 2"]);
    assert_eq!(
        office.promise("1"),
        ["1 promised as 1", "2 is now 2", "3 is now 3"]
    );
    // The same where the last agent goes home.
    office.log_out("anna");
    office.leave("2", Left::HungUp);
    assert_eq!(office.promise("3"), ["3 promised as 2"]);
}

#[test]
fn who_is_cut_off_while_they_hear_that_nobody_is_there_may_call_again() {
    let mut office = busy_office(QueueSetup::new("sales"));
    office.enter("1");
    office.log_out("anna");
    office.leave("1", Left::LineLost);
    office.ready("anna");
    let again = Entry {
        call: "x".into(),
        ..entry("1", "sales")
    };
    assert_eq!(office.input(Input::Enter(again)), ["x is 1 again"]);
}

#[test]
fn an_agent_who_is_rung_for_somebody_else_is_not_free_for_this_one() {
    let queues = vec![QueueSetup::new("sales"), QueueSetup::new("support")];
    let agents = vec![agent("anna", &["sales", "support"])];
    let mut office = Office::open(queues, agents);
    let least = |office: &Office, queue: usize| {
        let queue = office.acd.view(office.now).queues.remove(queue);
        queue.waiting[0].place.wait
    };
    office.enter("1");
    // Rung for this one: in less than a minute.
    assert_eq!(least(&office, 0).map(|w| w.most_ms), Some(30_000));
    // Rung for one in the other queue: nothing is known of how long that takes.
    office.input(Input::Enter(entry("2", "support")));
    assert_eq!(least(&office, 1), None);
}

#[test]
fn with_nobody_on_duty_nobody_begins_to_wait() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.log_out("anna");
    office.pause("bert", "lunch");
    assert_eq!(office.enter("1"), ["1 refused: NobodyThere"]);
    office.ready("bert");
    assert_eq!(office.enter("2"), ["2 is 1", "ring bert for 2"]);
}

#[test]
fn who_waits_is_told_when_the_last_agent_goes_home() {
    let mut office = Office::sales(&["anna", "bert"]);
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    office.accepts("bert");
    office.enter("2");
    assert_eq!(office.log_out("bert"), NOTHING);
    // Still talking, and going home after that.
    assert_eq!(office.log_out("anna"), ["2 refused: NobodyThere"]);
}

#[test]
fn a_short_absence_of_the_last_agent_sends_nobody_away() {
    let mut office = Office::sales(&["anna"]);
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    office.pause("anna", "a glass of water");
    office.ends("anna");
    assert_eq!(office.pass(50), NOTHING);
    assert_eq!(office.ready("anna"), ["ring anna for 1"]);
    office.phone("anna", false);
    assert_eq!(office.pass(59), NOTHING);
    assert_eq!(office.pass(1), ["1 refused: NobodyThere"]);
    assert_eq!(office.enter("2"), ["2 refused: NobodyThere"]);
}

#[test]
fn a_skill_that_goes_home_is_missed_by_those_who_need_it_only() {
    let agents = vec![
        agent("anna", &["sales"]),
        skilled("bert", &["sales"], &["german"]),
    ];
    let mut office = Office::open(vec![QueueSetup::new("sales")], agents);
    office.enter("a");
    office.accepts("anna");
    office.enter("b");
    office.accepts("bert");
    office.enter("1");
    let german = Entry {
        skills: owned(&["german"]),
        ..entry("2", "sales")
    };
    office.input(Input::Enter(german));
    assert_eq!(office.log_out("bert"), ["2 refused: NobodyThere"]);
    assert_eq!(office.waiting("sales"), ["1"]);
}

#[test]
fn who_was_cut_off_gets_their_place_back_for_some_minutes() {
    let mut office = busy_office(QueueSetup::new("sales"));
    office.enter("1");
    office.pass(60);
    office.enter("2");
    assert_eq!(office.leave("1", Left::LineLost), ["2 is now 1"]);
    office.pass(299);
    let again = Entry {
        call: "new".into(),
        ..entry("1", "sales")
    };
    assert_eq!(
        office.input(Input::Enter(again.clone())),
        ["new is 1 again", "2 is now 2"]
    );
    let view = office.acd.view(office.now);
    assert_eq!(view.queues[0].waiting[0].waited_ms, 60_000);

    // Only once, and not for ever; nor for who hung up themselves.
    office.leave("new", Left::HungUp);
    let third = Entry {
        call: "third".into(),
        ..again
    };
    assert_eq!(office.input(Input::Enter(third)), ["third is 2"]);
    office.leave("2", Left::LineLost);
    office.pass(300);
    let late = Entry {
        call: "late".into(),
        ..entry("2", "sales")
    };
    assert_eq!(office.input(Input::Enter(late)), ["late is 2"]);
}

#[test]
fn callers_without_a_number_are_not_taken_for_each_other() {
    let mut office = busy_office(QueueSetup::new("sales"));
    let withheld = |call| Entry {
        number: None,
        ..entry(call, "sales")
    };
    office.input(Input::Enter(withheld("1")));
    office.enter("2");
    office.leave("1", Left::LineLost);
    assert_eq!(office.input(Input::Enter(withheld("3"))), ["3 is 2"]);
}

#[test]
fn the_call_back_is_offered_where_it_takes_long() {
    let mut office = Office::sales(&["anna"]);
    office.enter("0");
    assert!(!office.offered_call_back("0"));
    office.accepts("anna");
    // Conversations are known to take a minute.
    office.pass(45);
    office.ends("anna");
    office.pass(15);
    office.enter("1");
    office.accepts("anna");
    for call in ["2", "3", "4", "5"] {
        office.enter(call);
    }
    assert!(!office.offered_call_back("2"));
    assert!(office.offered_call_back("5"));
    // Whatever was expected, it is offered to who has waited for as long.
    office.pass(119);
    assert!(!office.offered_call_back("2"));
    office.pass(6);
    assert!(office.offered_call_back("2"));
}

#[test]
fn a_queue_that_is_gone_from_the_configuration_refuses_who_waits_in_it() {
    let queues = vec![QueueSetup::new("sales"), QueueSetup::new("support")];
    let agents = vec![agent("anna", &["sales", "support"])];
    let mut office = Office::open(queues, agents);
    office.enter("0");
    office.accepts("anna");
    office.enter("1");
    office.input(Input::Enter(entry("2", "support")));
    let mut setup = office.setup.clone();
    setup.queues.pop();
    office.acd.take_over(office.now, setup);
    assert_eq!(office.input(Input::Tick), ["2 refused: NoSuchQueue"]);
    assert_eq!(office.waiting("sales"), ["1"]);
}

#[test]
fn who_asks_the_bot_something_and_wants_to_wait_again_stands_where_they_stood() {
    let mut office = busy_office(QueueSetup::new("sales"));
    office.enter("1");
    office.enter("2");
    assert_eq!(office.leave("1", Left::BackToBot), ["2 is now 1"]);
    office.pass(60);
    assert_eq!(office.enter("1"), ["1 is 1 again", "2 is now 2"]);
}
