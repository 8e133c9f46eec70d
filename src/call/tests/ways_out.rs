//! Who waits, or was told that nobody is there, does something else: nothing of it is lost or forgotten.

use super::waiting::at;
use super::*;
use crate::dialplan::LookedUp;
use crate::human::{Context, Left, Refused};

/// A line whose only answer has to be looked up.
const ASKS: &str = r#"
name = "Desk"
language = "en-US"
greeting = "Hello."
[human]
queue = "desk"
say = "Yes."
[lookup.times]
get = "http://127.0.0.1:9/times"
gives = { from = "/from" }
[[intent]]
name = "hours"
called = "opening hours"
examples = ["when are you open", "what are your opening hours", "what time do you close today"]
lookup = "times"
say = "From {from}."
"#;

impl Test {
    /// Nobody could take the caller, and they have heard so.
    fn refused() -> Test {
        let mut test = Test::entering();
        test.news(QueueNews::Refused(Refused::NobodyThere));
        test.wait(seconds(12));
        test
    }

    fn writes(&mut self, text: &str) {
        self.handle(Input::Said(text.to_owned()));
    }

    fn speaks_a_message(&mut self) {
        for frame in said("opening-hours") {
            self.tick(&frame);
        }
    }

    /// What became of the message last.
    fn message(&self) -> Option<&Message> {
        let mut messages = self.jobs.iter().filter_map(|job| match job {
            Job::Message(message) => Some(message),
            _ => None,
        });
        messages.next_back()
    }

    #[track_caller]
    fn must_be_kept(&self) {
        let kept = matches!(self.message(), Some(Message::Kept));
        assert!(kept, "{:#?}", self.events);
    }

    /// A number to call back is keyed in, and is right.
    fn gives_a_number(&mut self) {
        self.press('1');
        self.wait(seconds(8));
        for key in "5550100#".chars() {
            self.press(key);
            self.wait(5);
        }
        self.wait(seconds(8));
        self.writes("yes");
        self.wait(seconds(3));
    }

    fn entries(&self) -> usize {
        let entered = self.jobs.iter().filter(|j| matches!(j, Job::Enter { .. }));
        entered.count()
    }

    /// A caller without a number, who has keyed one in and was promised a call to it.
    fn promised() -> Test {
        let mut test = Test::waiting();
        test.wait(seconds(20));
        test.gives_a_number();
        let id = "7".to_owned();
        test.news(QueueNews::Promised { id, place: 3 });
        test
    }

    fn is_ended(&self) -> bool {
        self.has(|e| matches!(e, EventKind::CallEnded { .. }))
    }
}

#[test]
fn an_okay_to_how_a_message_is_left_costs_nobody_the_message() {
    let mut test = Test::refused();
    test.press('2');
    test.wait(10);
    test.writes("okay");
    test.wait(seconds(10));
    test.speaks_a_message();
    test.wait(seconds(7));
    test.must_be_kept();
}

#[test]
fn a_person_is_reached_while_it_is_said_how_a_message_is_left() {
    let mut test = Test::refused();
    test.press('2');
    test.wait(10);
    test.writes("no, I want to talk to a person");
    test.wait(seconds(5));
    assert!(matches!(test.message(), Some(Message::Dropped)));
    assert_eq!(test.entries(), 2, "{:#?}", test.events);
}

#[test]
fn an_impatient_key_skips_to_the_tone() {
    let mut test = Test::refused();
    test.press('2');
    test.wait(10);
    test.press('#');
    test.wait(seconds(1));
    test.speaks_a_message();
    test.wait(seconds(7));
    test.must_be_kept();
}

#[test]
fn an_answer_that_comes_late_interrupts_nothing_that_was_chosen_meanwhile() {
    let today = jiff::civil::date(2026, 11, 1);
    let plan = || Dialplan::parse(ASKS, "desk.toml", today).unwrap().dialplan;
    let asking = || {
        let mut test = Test::prepared(plan());
        test.wait(seconds(5));
        test.press('0');
        test.wait(seconds(5));
        test.news(QueueNews::Entered {
            place: at(3, None),
            kept: false,
            call_back: true,
        });
        test.wait(seconds(20));
        test.writes("when are you open");
        test.wait(5);
        let id = test.jobs.iter().find_map(|job| match job {
            Job::LookUp { id, .. } => Some(*id),
            _ => None,
        });
        (test, id.unwrap())
    };
    let late = |id| {
        let result = LookedUp::Failed("too late".to_owned());
        Input::LookedUp { id, result }
    };

    let (mut test, id) = asking();
    test.press('2');
    test.wait(seconds(8));
    test.speaks_a_message();
    test.handle(late(id));
    test.speaks_a_message();
    test.wait(seconds(7));
    test.must_be_kept();
    let whole = |e: &EventKind| {
        let least = 2 * said("opening-hours").len() as u64 * u64::from(FRAME_MS);
        matches!(e, EventKind::MessageLeft { duration_ms } if *duration_ms >= least)
    };
    assert!(test.has(whole), "{:#?}", test.events);

    for key in ['0', '1', '3'] {
        let (mut test, id) = asking();
        test.press(key);
        let before = test.events.len();
        test.handle(late(id));
        test.wait(seconds(6));
        let heard = test.heard_since(before);
        let expected = match key {
            '0' => "You are number 3",
            '1' => "number",
            _ => "Hello.",
        };
        assert!(heard.contains(expected), "{key}: {heard}");
        assert!(!heard.contains("colleague"), "{key}: {heard}");
    }
}

#[test]
fn who_says_after_a_refusal_that_they_wait_is_tried_again() {
    for words in ["I'll wait", "how long does it take"] {
        let mut test = Test::refused();
        test.writes(words);
        test.wait(seconds(6));
        assert_eq!(test.entries(), 2, "{words}: {:#?}", test.events);
    }
}

#[test]
fn who_was_almost_joined_is_told_and_hears_of_their_wait_as_before() {
    let mut test = Test::waiting();
    test.wait(seconds(200));
    test.news(QueueNews::Taken);
    test.wait(seconds(1));
    let before = test.events.len();
    test.news(QueueNews::AgentLost);
    test.news(QueueNews::Entered {
        place: at(2, None),
        kept: true,
        call_back: false,
    });
    test.wait(seconds(95));
    let heard = test.heard_since(before);
    assert!(heard.starts_with("I am sorry, we have lost"), "{heard}");
    assert!(heard.contains("You are number 2"), "{heard}");
}

#[test]
fn who_wants_somebody_after_a_promise_is_not_said_goodbye_to() {
    let mut test = Test::promised();
    test.wait(seconds(12));
    test.press('0');
    test.wait(seconds(5));
    test.news(QueueNews::Entered {
        place: at(3, None),
        kept: true,
        call_back: false,
    });
    test.wait(seconds(30));
    assert!(!test.is_ended(), "{:#?}", test.events);
}

#[test]
fn a_promise_to_another_number_can_be_taken_back() {
    let mut test = Test::promised();
    test.wait(seconds(12));
    test.writes("cancel my call back");
    let number = test.jobs.iter().find_map(|job| match job {
        Job::CancelCallBack { number } => Some(number.as_str()),
        _ => None,
    });
    assert_eq!(number, Some("5550100"));
    let before = test.events.len();
    test.news(QueueNews::Cancelled(true));
    test.wait(seconds(5));
    let heard = test.heard_since(before);
    assert!(heard.contains("is cancelled"), "{heard}");

    // Without a number there is none.
    let mut test = Test::waiting();
    test.wait(seconds(20));
    let before = test.events.len();
    test.writes("cancel my call back");
    test.wait(seconds(5));
    let heard = test.heard_since(before);
    assert!(heard.contains("no call-back"), "{heard}");
}

#[test]
fn a_call_back_that_cannot_be_promised_is_not_passed_over_in_silence() {
    let mut test = Test::refused();
    test.gives_a_number();
    let before = test.events.len();
    test.news(QueueNews::Refused(Refused::Full));
    test.wait(seconds(8));
    let heard = test.heard_since(before);
    assert!(heard.contains("too many people"), "{heard}");
}

#[test]
fn a_goodbye_to_somebody_in_the_room_ends_no_wait() {
    let mut test = Test::waiting();
    test.wait(seconds(20));
    test.writes("see you later");
    test.wait(seconds(15));
    assert!(!test.is_ended());
    assert_eq!(test.left(), Vec::<Left>::new());
}

#[test]
fn silence_after_the_offer_of_a_person_is_no_yes_to_the_next_question() {
    let mut test = Test::new();
    test.quiet(SAID);
    test.writes("you stupid machine this is useless");
    test.quiet(seconds(25));
    assert!(test.has(|e| matches!(e, EventKind::NoInput)));
    test.writes("yes");
    test.quiet(seconds(6));
    assert!(!test.asked(AskedHow::Swearing), "{:#?}", test.events);
}

#[test]
fn who_was_called_back_and_loses_the_agent_stands_where_they_stood_and_says_nothing_again() {
    let context = Context {
        wanted: vec!["reschedule".to_owned()],
        why: "asked for a person".to_owned(),
        ..Context::default()
    };
    let mut test = Test::of(Setup {
        called_back: Some(CalledBack {
            agent: "anna".to_owned(),
            queue: "billing".to_owned(),
            priority: 3,
            skills: vec!["german".to_owned()],
            context: context.clone(),
        }),
        ..Test::ready(clinic_with("queue = \"front-desk\""))
    });
    test.wait(seconds(5));
    test.news(QueueNews::AgentLost);
    test.wait(5);
    let entered = test.jobs.iter().find_map(|job| match job {
        Job::Enter {
            queue,
            priority,
            skills,
            context,
        } => Some((queue.as_str(), *priority, skills.clone(), context.clone())),
        _ => None,
    });
    let skills = vec!["german".to_owned()];
    assert_eq!(entered, Some(("billing", 3, skills, context)));
}
