//! Callers who write instead of speaking.

use super::*;

fn write(test: &mut Test, text: &str) {
    test.handle(Input::Said(text.to_owned()));
}

#[test]
fn what_is_written_is_acted_on_as_if_it_had_been_said() {
    let mut test = Test::new();
    test.quiet(SAID);
    write(&mut test, "where can I park?");
    test.quiet(10);
    let heard = |e: &EventKind| {
        matches!(e, EventKind::Heard { text, engine, .. }
            if text == "where can I park?" && engine == "text")
    };
    assert!(test.has(heard));
    assert!(test.has(|e| matches!(e, EventKind::Understood { intent, .. } if intent == "parking")));
    assert!(test.prompts().next_back().unwrap().contains("Mill Road"));
    let recognition = |job: &Job| matches!(job, Job::Recognise { .. });
    assert!(!test.jobs.iter().any(recognition));
}

#[test]
fn it_interrupts_what_speech_would_and_nothing_else() {
    let mut test = Test::new();
    test.quiet(20);
    write(&mut test, "can I talk to a person");
    let by_speech = |e: &EventKind| {
        matches!(
            e,
            EventKind::PromptInterrupted {
                by: InterruptedBy::Speech,
                ..
            }
        )
    };
    assert!(test.has(by_speech));
    assert!(test.asked(AskedHow::Words));

    let text = include_str!("../../../dialplans/clinic.toml");
    let text = text.replacen(
        "greeting =",
        "notice = \"This call is recorded.\"\ngreeting =",
        1,
    );
    let plan = Dialplan::parse(&text, "test.toml", jiff::civil::date(2026, 11, 1));
    let mut test = Test::prepared(plan.unwrap().dialplan);
    test.quiet(20);
    write(&mut test, "where can I park?");
    assert!(!test.has(by_speech));
    test.quiet(SAID);
    let prompts: Vec<&str> = test.prompts().collect();
    assert_eq!(prompts.len(), 2, "{prompts:?}");
    assert!(prompts[0].contains("recorded") && prompts[1].contains("Mill Road"));
}

#[test]
fn who_only_shows_that_they_listen_is_told_the_rest() {
    let mut test = Test::new();
    test.quiet(20);
    write(&mut test, "uh huh");
    assert!(test.has(|e| matches!(e, EventKind::PromptResumed { .. })));
}

#[test]
fn what_was_being_said_gives_way_to_what_is_written() {
    let mut test = Test::new();
    test.quiet(SAID);
    let early = test.speak_until_pause();
    write(&mut test, "where can I park?");
    assert!(
        test.jobs
            .iter()
            .any(|job| matches!(job, Job::Cancel { id } if *id == early))
    );
    test.recognise(early, "goodbye");
    test.quiet(seconds(2));
    assert!(
        !test.has(|e| matches!(e, EventKind::Understood { intent, .. } if intent == "goodbye"))
    );
}

#[test]
fn nobody_who_writes_is_told_that_their_microphone_is_broken() {
    let mut test = Test::new();
    test.quiet(SAID);
    write(&mut test, "where can I park?");
    test.quiet(SAID + seconds(9));
    assert!(test.has(|e| *e == EventKind::NoInput));
    assert!(!test.has(|e| matches!(e, EventKind::OneWayAudio { .. })));
}

#[test]
fn nothing_written_and_what_comes_too_late_is_nothing() {
    let mut test = Test::new();
    test.quiet(20);
    write(&mut test, " \n");
    assert!(!test.has(|e| matches!(e, EventKind::Heard { .. })));
    let mut test = Test::put_through();
    write(&mut test, "goodbye");
    assert!(!test.has(|e| matches!(e, EventKind::Heard { .. })));
}
