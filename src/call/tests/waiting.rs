//! Waiting for a person in a queue of ours.

use super::*;
use crate::human::{Left, Place, Refused, Wait};

pub(super) fn at(position: usize, minutes: Option<(u64, u64)>) -> Place {
    let wait = minutes.map(|(least, most)| Wait {
        least_ms: least * 60_000,
        most_ms: most * 60_000,
    });
    Place { position, wait }
}

impl Test {
    /// The clinic's line, whose callers wait in a queue.
    pub(super) fn queueing() -> Test {
        Test::prepared(clinic_with("queue = \"front-desk\""))
    }

    /// A caller who pressed 0 and is about to be in the queue.
    #[track_caller]
    pub(super) fn entering() -> Test {
        let mut test = Test::queueing();
        test.press('0');
        let entered = |job: &Job| matches!(job, Job::Enter { queue, .. } if queue == "front-desk");
        for _ in 0..seconds(10) {
            test.quiet(1);
            if test.jobs.iter().any(entered) {
                return test;
            }
        }
        panic!("no queue is asked: {:#?}", test.jobs)
    }

    /// A caller who pressed 0 and is third, for four to six minutes.
    #[track_caller]
    pub(super) fn waiting() -> Test {
        let mut test = Test::entering();
        test.news(QueueNews::Entered {
            place: at(3, Some((4, 6))),
            kept: false,
            call_back: true,
        });
        test
    }

    pub(super) fn news(&mut self, news: QueueNews) {
        self.handle(Input::Queue(news));
    }

    pub(super) fn press(&mut self, key: char) {
        self.handle(Input::Key(Key::from_char(key).unwrap(), Way::Rtp));
    }

    /// What the caller has heard since, all of it in one.
    pub(super) fn heard_since(&self, events: usize) -> String {
        let since = self.events.get(events..).unwrap_or_default();
        let prompts = since.iter().filter_map(|e| match e {
            EventKind::PromptStarted { text, .. } => Some(text.as_str()),
            _ => None,
        });
        prompts.collect::<Vec<_>>().join(" ")
    }

    /// Lets time pass; speaks what is to be spoken at run time, as a voice would.
    pub(super) fn wait(&mut self, frames: u64) {
        let speaker = Hum::default().speaker();
        for _ in 0..frames {
            self.quiet(1);
            while let Some(at) = self
                .jobs
                .iter()
                .position(|j| matches!(j, Job::Synthesise { .. }))
            {
                let Job::Synthesise { id, text, .. } = self.jobs.remove(at) else {
                    return;
                };
                let (book, _) = PromptBook::prepare(&speaker, [&*text], &|_, _| {});
                for phrase in book.get(&text, RATE).unwrap().phrases() {
                    let (phrase, took_ms) = (phrase.clone(), 1);
                    let spoken = Spoken::Phrase { phrase, took_ms };
                    self.handle(Input::Spoken { id, spoken });
                }
                let spoken = Spoken::Done;
                self.handle(Input::Spoken { id, spoken });
            }
        }
    }

    pub(super) fn left(&self) -> Vec<Left> {
        let left = self.jobs.iter().filter_map(|job| match job {
            Job::Leave { how } => Some(*how),
            _ => None,
        });
        left.collect()
    }
}

#[test]
fn who_waits_hears_the_truth_within_5_s_and_music_between() {
    let mut test = Test::waiting();
    let before = test.events.len();
    test.wait(seconds(5));
    let heard = test.heard_since(before);
    assert!(heard.contains("number 3 in the queue"), "{heard}");
    test.wait(seconds(25));
    let heard = test.heard_since(before);
    assert!(heard.contains("4 to 6 minutes"), "{heard}");
    assert!(
        heard.contains("call-back") && heard.contains("message"),
        "{heard}"
    );
    // Music, and nobody is asked whether they are still there.
    let silent = (0..seconds(10)).filter(|_| {
        test.wait(1);
        !sounds(&test.out)
    });
    assert!(silent.count() < 250, "no music");
    test.wait(seconds(30));
    assert!(!test.has(|e| matches!(e, EventKind::NoInput)));
}

#[test]
fn a_person_who_is_there_ends_whatever_is_being_said() {
    let mut test = Test::waiting();
    test.wait(seconds(2));
    assert!(sounds(&test.out), "{:#?}", test.events);
    let before = test.events.len();
    let agent = || "anna".to_owned();
    test.news(QueueNews::Taken);
    test.wait(seconds(3));
    assert_eq!(
        test.heard_since(before),
        "A colleague is taking your call now. One moment."
    );
    test.news(QueueNews::Joined { agent: agent() });
    test.wait(1);
    assert!(test.has(|e| matches!(e, EventKind::Connected { agent, .. } if agent == "anna")));
    // What the two say to each other, and what they key in, is theirs.
    let before = test.events.len();
    for frame in said("goodbye") {
        test.tick(&frame);
    }
    test.press('4');
    test.wait(seconds(20));
    assert_eq!(test.events.len(), before, "{:#?}", test.events);
    test.news(QueueNews::AgentHungUp);
    let ended = |e: &EventKind| {
        let reason = EndReason::AgentHungUp;
        matches!(e, EventKind::CallEnded { reason: r, .. } if *r == reason)
    };
    assert!(test.has(ended));
    assert!(test.left().is_empty(), "the queue knows");
}

#[test]
fn an_agents_phone_that_vanishes_gives_the_place_back() {
    let mut test = Test::waiting();
    let agent = "anna".to_owned();
    test.news(QueueNews::Taken);
    test.news(QueueNews::Joined { agent });
    test.wait(seconds(5));
    let before = test.events.len();
    test.news(QueueNews::AgentLost);
    test.news(QueueNews::Entered {
        place: at(1, None),
        kept: true,
        call_back: false,
    });
    test.wait(seconds(15));
    let heard = test.heard_since(before);
    assert!(heard.starts_with("I am sorry, we have lost"), "{heard}");
    assert!(heard.contains("You are next"), "{heard}");
}

#[test]
fn questions_are_answered_without_losing_the_place() {
    let mut test = Test::waiting();
    test.wait(seconds(20));
    let id = test.speak();
    test.recognise(id, "is there parking");
    test.wait(seconds(10));
    let parking =
        |e: &EventKind| matches!(e, EventKind::Answered { intent } if intent == "parking");
    assert!(test.has(parking), "{:#?}", test.events);
    assert!(test.left().is_empty());
    // Talk that is for nobody here is let be; so is asking for the person they wait for.
    let id = test.speak();
    test.recognise(id, "the purple giraffe sings opera");
    test.wait(seconds(3));
    assert!(!test.has(|e| matches!(e, EventKind::NotUnderstood { .. })));
    let before = test.events.len();
    let id = test.speak();
    test.recognise(id, "can i talk to a person");
    test.wait(seconds(5));
    assert!(
        test.heard_since(before).contains("number 3"),
        "{:#?}",
        test.events
    );
    let entered = test.jobs.iter().filter(|j| matches!(j, Job::Enter { .. }));
    assert_eq!(entered.count(), 1);
}

#[test]
fn key_0_says_where_they_are_and_key_3_leads_back() {
    let mut test = Test::waiting();
    test.wait(seconds(20));
    let before = test.events.len();
    test.press('0');
    test.wait(seconds(6));
    assert!(
        test.heard_since(before).contains("number 3"),
        "{:#?}",
        test.events
    );
    let before = test.events.len();
    test.press('3');
    test.wait(seconds(6));
    assert_eq!(test.left(), [Left::BackToBot]);
    assert!(
        test.heard_since(before).contains("How can I help"),
        "{:#?}",
        test.events
    );
    test.wait(seconds(20));
    assert!(
        test.has(|e| matches!(e, EventKind::NoInput)),
        "with the bot again"
    );
}

#[test]
fn a_call_back_is_promised_to_the_number_that_was_agreed() {
    let mut test = Test::waiting();
    test.wait(seconds(20));
    test.press('1');
    test.wait(seconds(8));
    // The line does not say who calls: the number is asked for, keyed in and read back.
    for key in "5550100#".chars() {
        test.press(key);
        test.wait(5);
    }
    test.wait(seconds(8));
    let id = test.speak();
    test.recognise(id, "yes");
    test.wait(seconds(3));
    let number = test.jobs.iter().find_map(|job| match job {
        Job::CallBack { queue, number, .. } => Some((queue.clone(), number.clone())),
        _ => None,
    });
    assert_eq!(
        number,
        Some(("front-desk".into(), "5550100".into())),
        "{:#?}",
        test.events
    );
    let before = test.events.len();
    let id = "7".to_owned();
    test.news(QueueNews::Promised { id, place: 3 });
    test.wait(seconds(40));
    let heard = test.heard_since(before);
    assert!(heard.starts_with("We will call you back"), "{heard}");
    let ended = |e: &EventKind| {
        let wanted = EndReason::CallBackPromised;
        matches!(e, EventKind::CallEnded { reason, .. } if *reason == wanted)
    };
    assert!(test.has(ended), "{:#?}", test.events);
}

#[test]
fn who_cannot_be_called_back_is_told_and_has_what_they_had_before() {
    let mut test = Test::waiting();
    test.wait(seconds(20));
    let before = test.events.len();
    test.news(QueueNews::NotCalled);
    test.wait(seconds(10));
    let heard = test.heard_since(before);
    assert!(heard.starts_with("I am sorry, we cannot call"), "{heard}");
    assert!(heard.contains("keep your place"), "{heard}");
    assert!(test.left().is_empty());

    let mut test = Test::entering();
    test.news(QueueNews::Refused(Refused::NobodyThere));
    test.wait(seconds(10));
    let before = test.events.len();
    test.news(QueueNews::NotCalled);
    test.wait(seconds(10));
    let heard = test.heard_since(before);
    assert!(heard.contains("leave a message"), "{heard}");
    test.press('2');
    test.wait(seconds(10));
    let heard = test.heard_since(before);
    assert!(heard.contains("after the tone"), "{heard}");
}

#[test]
fn nobody_there_is_said_at_once_and_a_message_can_be_left() {
    let mut test = Test::entering();
    let before = test.events.len();
    test.news(QueueNews::Refused(Refused::NobodyThere));
    test.wait(seconds(10));
    let heard = test.heard_since(before);
    assert!(heard.contains("nobody is at the phones"), "{heard}");
    test.press('2');
    test.wait(seconds(10));
    for frame in said("opening-hours") {
        test.tick(&frame);
    }
    test.wait(seconds(12));
    let kept =
        |e: &EventKind| matches!(e, EventKind::MessageLeft { duration_ms } if *duration_ms > 1_000);
    assert!(test.has(kept), "{:#?}", test.events);
    let sound: usize = test
        .jobs
        .iter()
        .filter_map(|job| match job {
            Job::Message(Message::Sound(clip)) => Some(clip.samples.len()),
            _ => None,
        })
        .sum();
    assert!(sound >= said("opening-hours").len() * RATE.frame_len());
    assert!(matches!(
        test.jobs.iter().rfind(|job| matches!(job, Job::Message(_))),
        Some(Job::Message(Message::Kept))
    ));
}

#[test]
fn a_message_is_kept_when_the_caller_hangs_up_and_an_empty_one_is_none() {
    for (speaks, kept) in [(true, true), (false, false)] {
        let mut test = Test::entering();
        test.news(QueueNews::Refused(Refused::NobodyThere));
        test.wait(seconds(10));
        test.press('2');
        test.wait(seconds(10));
        for frame in said("opening-hours").iter().filter(|_| speaks) {
            test.tick(frame);
        }
        test.handle(Input::HungUp);
        let last = test.jobs.iter().rfind(|job| matches!(job, Job::Message(_)));
        let is_kept = matches!(last, Some(Job::Message(Message::Kept)));
        assert_eq!(is_kept, kept, "{last:?}");
    }
}

#[test]
fn who_hangs_up_gives_the_place_away_and_who_is_cut_off_keeps_it() {
    for (input, how) in [
        (Input::HungUp, Left::HungUp),
        (Input::MediaLost, Left::LineLost),
        (Input::Shutdown, Left::LineLost),
    ] {
        let mut test = Test::waiting();
        test.wait(seconds(3));
        test.handle(input);
        assert_eq!(test.left(), [how]);
    }
}

#[test]
fn a_queue_that_does_not_answer_keeps_nobody_waiting() {
    let mut test = Test::entering();
    test.wait(seconds(20));
    assert!(test.has(|e| matches!(e, EventKind::EngineFailed { what, .. } if what == "queue")));
    assert!(
        test.heard_since(0).contains("nobody is at the phones"),
        "{:#?}",
        test.events
    );
}

#[test]
fn who_cannot_be_taken_in_time_is_transferred_and_has_their_place_again_if_that_fails() {
    let mut test = Test::waiting();
    test.wait(seconds(3));
    let to = "sip:other@127.0.0.1".to_owned();
    test.news(QueueNews::Outside { to });
    test.wait(5);
    assert_eq!(test.transfers(), 1);
    test.handle(Input::Transfer(TransferUpdate::Failed("486".to_owned())));
    test.wait(5);
    let entered = test.jobs.iter().filter(|j| matches!(j, Job::Enter { .. }));
    assert_eq!(entered.count(), 2, "{:#?}", test.events);
    let before = test.events.len();
    test.news(QueueNews::Entered {
        place: at(2, None),
        kept: true,
        call_back: false,
    });
    test.wait(seconds(8));
    let heard = test.heard_since(before);
    assert!(heard.starts_with("You are number 2"), "{heard}");
}
