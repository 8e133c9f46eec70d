//! The way to a person.

use super::*;

#[test]
fn zero_reaches_a_human_at_every_moment_and_silences_the_bot_within_200_ms() {
    // Over the greeting, the caller's turn, the reminder, and the announcement of the transfer.
    for moment in (0..900).step_by(7) {
        let mut test = Test::new();
        test.quiet(moment);
        let already = test.transfers();
        test.handle(Input::Key(Key::ZERO, Way::Rtp));
        if already == 0 {
            let fell_silent = (0..10).any(|_| {
                test.quiet(1);
                !sounds(&test.out)
            });
            // The announcement starts at once when nothing was being said.
            let interrupted = test.has(|e| {
                matches!(
                    e,
                    EventKind::PromptInterrupted {
                        by: InterruptedBy::Digit,
                        ..
                    }
                )
            });
            assert!(!interrupted || fell_silent, "frame {moment}");
        }
        test.quiet(seconds(10));
        assert_eq!(
            test.transfers(),
            1,
            "0 at frame {moment}: {:#?}",
            test.events
        );
    }
}

#[test]
fn zero_works_while_the_caller_speaks_and_while_we_think() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    test.recognise(id, "when are you open");
    test.must_be_transferring();
    assert!(!test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn asking_for_a_person_does_the_same() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "can i talk to a person");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Words));
}

#[test]
fn a_thank_you_while_being_put_through_changes_nothing() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "i need to move my appointment");
    for frame in said("goodbye") {
        test.tick(&frame);
    }
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Dialplan));
    let interrupted = |e: &EventKind| matches!(e, EventKind::PromptInterrupted { .. });
    assert!(!test.has(interrupted));
}

#[test]
fn not_understood_twice_brings_the_offer_of_a_person_and_three_times_the_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    for text in ["the purple giraffe sings opera", "so it does"] {
        let id = test.speak();
        test.recognise(id, text);
        test.quiet(2 * SAID);
        assert_eq!(test.transfers(), 0);
    }
    let (first, second) = (test.prompts().nth_back(1), test.prompts().next_back());
    assert!(!first.unwrap().contains("person"), "{first:?}");
    assert!(second.unwrap().contains("for a person"), "{second:?}");
    let id = test.speak();
    test.recognise(id, "");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Failures));
}

#[test]
fn a_minute_of_silence_leads_to_a_person() {
    let mut test = Test::new();
    let noise = said("long-silence");
    for frame in noise.iter().cycle().take(seconds(60) as usize) {
        test.tick(frame);
    }
    assert!(!test.has(|e| matches!(e, EventKind::OneWayAudio { .. })));
    let asked_again = test
        .events
        .iter()
        .filter(|e| matches!(e, EventKind::NoInput))
        .count();
    assert_eq!(asked_again, 3);
    assert!(test.asked(AskedHow::Failures));
    assert_eq!(test.transfers(), 1);
}

#[test]
fn silence_after_nobody_could_be_reached_ends_the_call() {
    let mut test = Test::new();
    test.quiet(seconds(60));
    test.handle(Input::Transfer(TransferUpdate::Failed("busy".to_owned())));
    test.quiet(seconds(60));
    assert!(test.call.is_over());
    assert!(test.has(|e| {
        matches!(
            e,
            EventKind::CallEnded {
                reason: EndReason::NoInput,
                ..
            }
        )
    }));
}

#[test]
fn a_broken_recogniser_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.no_words(id, Unheard::Failed("out of memory".to_owned()));
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Engine));
}

#[test]
fn a_recogniser_that_never_answers_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    test.speak();
    test.quiet(RECOGNITION_OVERDUE + 1);
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Engine));
}

#[test]
fn a_failed_transfer_brings_the_caller_back_and_is_told() {
    let mut test = Test::put_through();
    test.handle(Input::Transfer(TransferUpdate::Progress(180)));
    test.handle(Input::Transfer(TransferUpdate::Failed("486".to_owned())));
    test.quiet(SAID);
    let failed = clinic().human.failed.clone();
    assert!(test.has(|e| matches!(e, EventKind::PromptStarted { text, .. } if **text == *failed)));
    assert!(!test.call.is_over());
    let id = test.speak();
    test.recognise(id, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn a_transfer_without_an_end_is_given_up() {
    let mut test = Test::new();
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    test.quiet(TRANSFER_OVERDUE + seconds(10));
    assert!(test.has(|e| matches!(e, EventKind::TransferFailed { .. })));
    // The person answers after all.
    test.handle(Input::Transfer(TransferUpdate::Done));
    assert!(test.call.is_over());
}

#[test]
fn a_transfer_that_works_ends_the_call() {
    let mut test = Test::put_through();
    test.handle(Input::Transfer(TransferUpdate::Done));
    assert!(test.call.is_over());
    assert!(matches!(test.jobs.last(), Some(Job::HangUp)));
    assert!(matches!(
        test.events.last(),
        Some(EventKind::CallEnded {
            reason: EndReason::Transferred,
            ..
        })
    ));
}

#[test]
fn an_overloaded_machine_says_so_and_offers_a_person_and_then_gets_one() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.no_words(id, Unheard::Overloaded("too much".to_owned()));
    test.quiet(2);
    let offers = |e: &EventKind| matches!(e, EventKind::PromptStarted { text, .. } if text.contains("press 0"));
    assert!(test.has(offers), "{:#?}", test.events);
    assert_eq!(test.transfers(), 0);
    let id = test.speak();
    test.no_words(id, Unheard::Overloaded("too much".to_owned()));
    test.must_be_transferring();
}

#[test]
fn it_rings_while_somebody_is_called() {
    let mut test = Test::put_through();
    let rang = (0..seconds(6)).filter(|_| {
        test.quiet(1);
        sounds(&test.out)
    });
    assert_eq!(rang.count() as u64, seconds(2), "two seconds of six");
}
