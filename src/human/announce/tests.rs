use super::*;
use proptest::prelude::*;

const SECOND: u64 = 1000;

fn place(position: usize, least: f64, most: f64) -> Place {
    let ms = |minutes: f64| (minutes * MINUTE_MS as f64) as u64;
    Place {
        position,
        wait: Some(Wait {
            least_ms: ms(least),
            most_ms: ms(most),
        }),
    }
}

fn minutes(least: u32, most: u32) -> Option<Minutes> {
    Some(Minutes { least, most })
}

/// What is said from one moment to another, both in seconds, with nobody speaking.
fn listen(announcer: &mut Announcer, from: u64, to: u64) -> Vec<(u64, Announcement)> {
    let tick = |at| announcer.tick(at * SECOND, false).map(|said| (at, said));
    (from..=to).filter_map(tick).collect()
}

fn entered(position: usize, least: f64, most: f64) -> Announcer {
    let mut announcer = Announcer::new();
    announcer.know(place(position, least, most));
    assert!(announcer.tick(0, false).is_some());
    announcer
}

#[test]
fn position_and_wait_come_first() {
    let mut announcer = Announcer::new();
    assert_eq!(announcer.tick(0, false), None);
    announcer.know(place(4, 3.4, 5.2));
    let first = Announcement::Entered {
        position: 4,
        wait: minutes(3, 6),
    };
    assert_eq!(listen(&mut announcer, 1, 14), [(1, first)]);
}

#[test]
fn without_an_estimate_it_is_the_position_and_a_later_one_is_news() {
    let mut announcer = Announcer::new();
    let mut place = place(2, 1.0, 3.0);
    let wait = place.wait.take();
    announcer.know(place);
    let said = listen(&mut announcer, 0, 14);
    let (position, none) = (2, None);
    let first = Announcement::Entered {
        position,
        wait: none,
    };
    assert_eq!(said, [(0, first)]);
    announcer.know(Place { wait, ..place });
    let better = Announcement::Better {
        position: 2,
        wait: minutes(1, 3),
    };
    assert_eq!(listen(&mut announcer, 15, 20), [(15, better)]);
}

#[test]
fn a_better_position_is_told_when_fifteen_seconds_are_over() {
    let mut announcer = entered(4, 4.0, 6.0);
    announcer.know(place(3, 3.0, 4.5));
    let better = Announcement::Better {
        position: 3,
        wait: minutes(2, 5),
    };
    assert_eq!(listen(&mut announcer, 1, 40), [(15, better)]);
}

#[test]
fn nothing_new_is_shown_when_whole_minutes_are_left() {
    let mut announcer = entered(4, 2.0, 6.0);
    let still = |least, most| Announcement::Still {
        position: 4,
        wait: minutes(least, most),
    };
    assert_eq!(listen(&mut announcer, 1, 59), []);
    announcer.know(place(4, 1.0, 5.0));
    assert_eq!(listen(&mut announcer, 60, 60), [(60, still(1, 5))]);
    // At 1:15 two minutes and three quarters would be left, which is no whole number: it waits for it.
    announcer.know(place(4, 0.0, 2.4));
    assert_eq!(
        listen(&mut announcer, 75, 75).len(),
        1,
        "better by a minute"
    );
    announcer.know(place(4, 0.0, 2.0));
    assert_eq!(listen(&mut announcer, 76, 140), [(135, still(0, 2))]);
}

#[test]
fn of_what_was_said_only_the_rest_may_be_said() {
    // "4 to 6 minutes"; two minutes later it is believed to take a little more than what is left.
    let mut announcer = entered(5, 4.0, 6.0);
    announcer.know(place(5, 3.0, 4.2));
    let said = announcer.asked(120 * SECOND);
    let rest = Announcement::Still {
        position: 5,
        wait: minutes(2, 4),
    };
    assert_eq!(said, Some(rest));
}

#[test]
fn a_number_that_is_not_believed_is_not_said_again() {
    let mut announcer = entered(5, 4.0, 6.0);
    announcer.know(place(5, 2.0, 9.0));
    let still = Announcement::Still {
        position: 5,
        wait: None,
    };
    assert_eq!(listen(&mut announcer, 1, 70), [(60, still)]);
    // It may be, once it is believed again.
    announcer.know(place(5, 2.0, 4.0));
    assert!(matches!(
        listen(&mut announcer, 71, 130)[..],
        [(
            _,
            Announcement::Better { wait: Some(_), .. } | Announcement::Still { wait: Some(_), .. }
        )]
    ));
}

#[test]
fn a_worse_position_is_never_said() {
    let mut announcer = entered(2, 1.0, 6.0);
    announcer.know(place(3, 1.0, 6.0));
    let said = listen(&mut announcer, 1, 300);
    assert!(!said.is_empty());
    for (_, announcement) in said {
        assert!(matches!(
            announcement,
            Announcement::Still { position: 2, .. }
        ));
    }
}

#[test]
fn after_an_overrun_it_takes_longer_than_expected_and_no_number_follows() {
    let mut announcer = entered(2, 1.0, 2.0);
    let mut longer = 0;
    for at in 1..600 {
        announcer.know(place(if at < 300 { 2 } else { 1 }, 1.0, 2.0));
        match announcer.tick(at * SECOND, false) {
            Some(Announcement::LongerThanExpected { position: 2 }) => {
                assert!((120..136).contains(&at), "at {at} s");
                longer += 1;
            }
            Some(Announcement::Still { wait, .. } | Announcement::Better { wait, .. }) => {
                assert!(longer == 0 || wait.is_none());
            }
            Some(other) => panic!("{other:?}"),
            None => {}
        }
    }
    assert_eq!(longer, 1);
}

#[test]
fn who_asks_is_told_at_once_and_the_truth() {
    let mut announcer = Announcer::new();
    assert_eq!(announcer.asked(0), None);
    announcer.know(place(3, 2.0, 4.0));
    let first = announcer.asked(0);
    assert!(matches!(first, Some(Announcement::Entered { .. })));
    assert!(matches!(
        announcer.asked(SECOND),
        Some(Announcement::Still { position: 3, .. })
    ));
    assert_eq!(listen(&mut announcer, 2, 15), []);
    // What was said cannot come true any more.
    announcer.know(place(3, 5.0, 8.0));
    let longer = Announcement::LongerThanExpected { position: 3 };
    assert_eq!(announcer.asked(30 * SECOND), Some(longer));
    assert_eq!(announcer.asked(31 * SECOND), Some(longer));
}

#[test]
fn what_was_due_while_somebody_spoke_is_said_after() {
    let mut announcer = entered(4, 4.0, 6.0);
    announcer.know(place(1, 0.2, 1.5));
    assert!((1..100).all(|at| announcer.tick(at * SECOND, true).is_none()));
    // Our own announcement may have been what was heard: its end counts.
    let said = listen(&mut announcer, 100, 120);
    assert!(matches!(
        said[..],
        [(114, Announcement::Better { position: 1, .. })]
    ));

    let mut announcer = entered(4, 4.0, 6.0);
    assert_eq!(announcer.tick(SECOND, false), None);
    announcer.know(place(1, 0.2, 1.5));
    assert!((2..100).all(|at| announcer.tick(at * SECOND, true).is_none()));
    assert!(matches!(
        announcer.tick(100 * SECOND, false),
        Some(Announcement::Better { position: 1, .. })
    ));
}

#[derive(Debug, Clone)]
enum Step {
    Know(Place),
    Tick { after: u64, speaking: bool },
    Asked,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop::option::of((0..10_u64 * MINUTE_MS, 0..10_u64 * MINUTE_MS));
    let place = (0..9_usize, wait).prop_map(|(position, wait)| {
        let wait = wait.map(|(least_ms, more)| Wait {
            least_ms,
            most_ms: least_ms + more,
        });
        Step::Know(Place { position, wait })
    });
    let frames = prop_oneof![1..100_u64, 500..2000_u64];
    let tick = (frames, prop::bool::weighted(0.2)).prop_map(|(frames, speaking)| Step::Tick {
        after: 20 * frames,
        speaking,
    });
    prop_oneof![3 => place, 20 => tick, 1 => Just(Step::Asked)]
}

fn parts(announcement: Announcement) -> (usize, Option<Minutes>) {
    match announcement {
        Announcement::Entered { position, wait }
        | Announcement::Better { position, wait }
        | Announcement::Still { position, wait } => (position, wait),
        Announcement::LongerThanExpected { position } => (position, None),
    }
}

proptest! {
    #[test]
    fn whatever_the_news_what_was_said_is_kept_to(steps in prop::collection::vec(step(), 1..200)) {
        let mut announcer = Announcer::new();
        let (mut now, mut last) = (0, None::<u64>);
        let (mut least_end, mut end, mut best) = (u64::MAX, u64::MAX, usize::MAX);
        let mut is_over = false;
        for step in steps {
            let announcement = match step {
                Step::Know(place) => {
                    announcer.know(place);
                    continue;
                }
                Step::Asked => announcer.asked(now),
                Step::Tick { after, speaking } => {
                    now += after;
                    let announcement = announcer.tick(now, speaking);
                    prop_assert!(announcement.is_none() || !speaking);
                    if announcement.is_some() {
                        prop_assert!(last.is_none_or(|last| now - last >= APART_MS));
                        let longer = matches!(announcement, Some(Announcement::LongerThanExpected { .. }));
                        prop_assert!(!longer || (now >= end && !is_over), "said once, and when it is true");
                    }
                    announcement
                }
            };
            let Some(announcement) = announcement else { continue };
            let is_first = matches!(announcement, Announcement::Entered { .. });
            prop_assert_eq!(is_first, last.is_none());
            last = Some(now);
            let (position, wait) = parts(announcement);
            prop_assert!((1..=best).contains(&position));
            best = position;
            is_over |= matches!(announcement, Announcement::LongerThanExpected { .. });
            if let Some(Minutes { least, most }) = wait {
                prop_assert!(!is_over && least <= most && most > 0);
                let in_minutes = |minutes: u32| now + u64::from(minutes) * MINUTE_MS;
                prop_assert!(in_minutes(least) <= least_end.max(now), "not sooner is said later");
                prop_assert!(in_minutes(most) <= end);
                (least_end, end) = (in_minutes(least), in_minutes(most));
            }
        }
    }

    #[test]
    fn nobody_is_left_without_a_sign(news in prop::collection::vec((1..9_usize, 0..9_u64, 0..9_u64, 1..200_u64), 1..20)) {
        let mut announcer = Announcer::new();
        let (mut now, mut last) = (0, 0);
        for (position, least, more, lasts) in news {
            announcer.know(place(position, least as f64, (least + more) as f64));
            for _ in 0..lasts {
                if announcer.tick(now, false).is_some() {
                    last = now;
                }
                prop_assert!(now - last <= LONGEST_SILENCE_MS);
                now += SECOND;
            }
        }
    }
}
