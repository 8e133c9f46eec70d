//! The caller's own words for control.

use super::*;
use crate::audio::level;
use crate::speak::Pace;

impl Test {
    /// A call in which the caller has asked two things, and then says `text`.
    fn then_says(text: &str) -> Test {
        let mut test = Test::new();
        test.quiet(SAID);
        for question in ["where can i park", "when are you open"] {
            let id = test.speak();
            test.recognise(id, question);
            test.quiet(2 * SAID);
        }
        test.events.clear();
        let id = test.speak();
        test.recognise(id, text);
        test.quiet(20);
        test
    }

    #[track_caller]
    fn says(&self, beginning: &str) {
        let last = self.prompts().next_back().unwrap_or("nothing");
        assert!(last.starts_with(beginning), "{last}");
    }
}

#[test]
fn repeat_says_the_last_answer_again_and_go_back_the_one_before() {
    let mut test = Test::then_says("could you say that again please");
    test.says("We are open");
    test.quiet(2 * SAID);
    let id = test.speak();
    test.recognise(id, "go back");
    test.quiet(20);
    test.says("You can park");
}

#[test]
fn slower_is_spoken_slower_from_then_on() {
    let mut test = Test::then_says("not so fast please");
    let slow = |job: &Job| matches!(job, Job::Synthesise { pace: Pace::Slow, text, .. } if text.starts_with("We are open"));
    assert!(test.jobs.iter().any(slow), "{:#?}", test.jobs);
    test.jobs.clear();
    let id = test.speak();
    test.recognise(id, "where can i park");
    let slow = |job: &Job| {
        matches!(
            job,
            Job::Synthesise {
                pace: Pace::Slow,
                ..
            }
        )
    };
    assert!(test.jobs.iter().any(slow), "{:#?}", test.jobs);
}

#[test]
fn louder_is_louder() {
    let usual = level::dbov(Test::then_says("repeat that").out.samples());
    let louder = level::dbov(Test::then_says("speak up please").out.samples());
    assert!((4.0..7.0).contains(&(louder - usual)), "{usual} {louder}");
}

#[test]
fn who_asks_for_a_moment_is_waited_for_but_not_for_ever() {
    let mut test = Test::then_says("hold on let me look for my card");
    test.says("Of course");
    // They talk to somebody in the room.
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "where did i put that thing");
    test.quiet(seconds(30));
    let failed = |e: &EventKind| matches!(e, EventKind::NotUnderstood { .. } | EventKind::NoInput);
    assert!(!test.has(failed), "{:#?}", test.events);
    test.quiet(seconds(40));
    assert!(test.has(|e| matches!(e, EventKind::NoInput)));
    // Or they are back.
    let mut test = Test::then_says("one moment please");
    test.quiet(SAID + seconds(20));
    let id = test.speak();
    test.recognise(id, "where can i park");
    test.quiet(20);
    test.says("You can park");
}

#[test]
fn start_over_begins_with_the_greeting_and_there_is_nothing_to_go_back_to() {
    let mut test = Test::then_says("start over");
    test.says("Lakeside Clinic, hello");
    test.quiet(2 * SAID);
    let id = test.speak();
    test.recognise(id, "go back");
    test.quiet(20);
    test.says("Lakeside Clinic, hello");
}

#[test]
fn stop_is_quiet_and_goodbye_ends_the_call() {
    let test = Test::then_says("stop");
    assert_eq!(test.prompts().count(), 0, "{:#?}", test.events);
    let mut test = Test::then_says("okay bye bye");
    test.quiet(SAID);
    assert!(test.jobs.iter().any(|job| matches!(job, Job::HangUp)));
}
