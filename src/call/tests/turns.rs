//! The caller speaks, and is heard to the end.

use super::*;

#[test]
fn a_question_is_answered_and_the_wait_is_on_record() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "when are you open");
    test.quiet(60);
    assert!(
        test.has(
            |e| matches!(e, EventKind::Understood { intent, .. } if intent == "opening-hours")
        )
    );
    let after = test.events.iter().rev().find_map(|e| match e {
        EventKind::PromptStarted { after_ms, .. } => Some(*after_ms),
        _ => None,
    });
    let ended = test.events.iter().find_map(|e| match e {
        EventKind::SpeechEnded { endpointing_ms, .. } => Some(*endpointing_ms),
        _ => None,
    });
    assert!(
        after.flatten().unwrap() >= ended.unwrap(),
        "{after:?} {ended:?}"
    );
}

#[test]
fn other_keys_are_told_that_words_will_do() {
    let mut test = Test::new();
    test.quiet(SAID);
    for key in "12".chars() {
        test.handle(Input::Key(Key::from_char(key).unwrap(), Way::Rtp));
    }
    test.quiet(seconds(2) + 10);
    assert!(test.has(|e| matches!(e, EventKind::NotUnderstood { text, .. } if text == "12")));
    assert_eq!(test.transfers(), 0);
}

#[test]
fn what_is_said_while_we_think_belongs_to_the_answer() {
    let mut test = Test::new();
    test.quiet(SAID);
    let first = test.speak();
    let second = test.speak();
    // The second is recognised first.
    test.recognise(second, "open");
    assert!(!test.has(|e| matches!(e, EventKind::Understood { .. })));
    test.recognise(first, "when are you");
    assert!(
        test.has(
            |e| matches!(e, EventKind::Understood { intent, .. } if intent == "opening-hours")
        )
    );
}

#[test]
fn words_that_were_recognised_at_the_pause_are_answered_in_the_frame_that_ends_the_turn() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak_until_pause();
    test.recognise(id, "when are you open");
    assert!(
        !test.has(|e| matches!(e, EventKind::Heard { .. })),
        "not sure yet"
    );
    test.quiet(40);
    assert!(test.has(|e| matches!(e, EventKind::Heard { early: true, .. })));
    let after_ms = test.events.iter().rev().find_map(|e| match e {
        EventKind::PromptStarted { after_ms, .. } => *after_ms,
        _ => None,
    });
    assert_eq!(after_ms, Some(260));
    let asked = |job: &&Job| matches!(job, Job::Recognise { .. } | Job::Cancel { .. });
    assert_eq!(test.jobs.iter().filter(asked).count(), 1);
}

#[test]
fn a_caller_who_goes_on_after_a_pause_is_heard_to_the_end() {
    let mut test = Test::new();
    test.quiet(SAID);
    let early = test.speak_until_pause();
    let whole = test.speak();
    assert_ne!(early, whole);
    let cancelled = |job: &Job| matches!(job, Job::Cancel { id } if *id == early);
    assert!(test.jobs.iter().any(cancelled), "{:?}", test.jobs);
    // What comes of it all the same is not believed.
    test.recognise(early, "goodbye");
    assert!(!test.has(|e| matches!(e, EventKind::Heard { .. })));
    test.recognise(whole, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn words_that_are_not_believed_tell_that_there_is_more_to_come() {
    let ends = |guess: &str| {
        let mut test = Test::new();
        test.quiet(SAID);
        let id = test.speak_until_pause();
        let mut recognition = words("");
        if let Ok(hypothesis) = &mut recognition.result {
            hypothesis.guess = guess.to_owned();
        }
        test.handle(Input::Recognised { id, recognition });
        test.quiet(45);
        let soon = test.has(|e| matches!(e, EventKind::SpeechEnded { .. }));
        test.quiet(20);
        let text = test.events.iter().find_map(|e| match e {
            EventKind::NotUnderstood { text, .. } => Some(text.clone()),
            _ => None,
        });
        (soon, text)
    };
    assert_eq!(ends("when are you open"), (true, Some(String::new())));
    assert_eq!(ends("i would like to"), (false, Some(String::new())));
}

#[test]
fn what_failed_at_the_pause_is_tried_again_when_the_caller_has_finished() {
    let mut test = Test::new();
    test.quiet(SAID);
    let early = test.speak_until_pause();
    test.no_words(early, Unheard::Overloaded("made room".to_owned()));
    test.quiet(40);
    let Some(Job::Recognise { id, urgency, .. }) = test.jobs.pop() else {
        panic!("{:#?}", test.events)
    };
    assert_eq!(urgency, Urgency::Needed);
    test.recognise(id, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn who_is_put_through_or_gone_costs_no_recognition() {
    for input in [Input::Key(Key::ZERO, Way::Rtp), Input::HungUp] {
        let mut test = Test::new();
        test.quiet(SAID);
        let waited_for = test.speak();
        let early = test.speak_until_pause();
        test.handle(input);
        for id in [waited_for, early] {
            let cancelled = |job: &Job| matches!(job, Job::Cancel { id: of } if *of == id);
            assert!(test.jobs.iter().any(cancelled), "{id:?} of {:?}", test.jobs);
        }
    }
}

#[test]
fn hanging_up_at_any_moment_ends_the_call_once() {
    for moment in (0..1_500).step_by(31) {
        let mut test = Test::new();
        test.quiet(moment);
        test.handle(Input::HungUp);
        test.handle(Input::HungUp);
        test.quiet(10);
        let ends = test
            .events
            .iter()
            .filter(|e| matches!(e, EventKind::CallEnded { .. }))
            .count();
        assert_eq!(ends, 1, "hung up at frame {moment}");
        assert!(test.call.is_over() && !sounds(&test.out));
        assert!(matches!(
            test.events.first(),
            Some(EventKind::CallStarted { .. })
        ));
    }
}
