use super::*;
use crate::understand::Language;
use jiff::Timestamp;
use jiff::civil::date;

const PLAN: &str = r#"name = "Salon"
language = "en-US"
greeting = "Hello. Press 0 for a person."
[human]
queue = "desk"
[[intent]]
name = "move"
called = "moving an appointment"
examples = ["move it", "another day", "I can not come"]
ask.day = { say = "Which day?", type = "date" }
ask.number = { say = "Number?", type = "digits", length = 4 }
ask.sum = { say = "How much?", type = "money" }
ask.long = { say = "How long?", type = "duration" }
say = "Done."
[[intent]]
name = "opening-hours"
examples = ["when are you open", "hours", "open today"]
say = "Always."
"#;

fn plan(language: &str) -> Dialplan {
    let text = PLAN.replace("en-US", language);
    Dialplan::parse(&text, "f", date(2026, 6, 1))
        .unwrap()
        .dialplan
}

fn said(told: &Told) -> String {
    plan("en-US").told(told).join(" ")
}

/// One of each, with numbers in it.
fn all() -> Vec<Told> {
    let wait = Some((4, 6));
    let number = "+4930123456".to_owned();
    let opens = Some("tomorrow at 8".to_owned());
    let nobody = [
        Nobody::Closed,
        Nobody::NotStaffed,
        Nobody::Full,
        Nobody::TooLong,
    ];
    let nobody = nobody.map(|why| Told::Nobody {
        why,
        opens: opens.clone(),
    });
    let entered = |kept, call_back| Told::Entered {
        position: 3,
        wait,
        kept,
        call_back,
    };
    let mut all = vec![
        entered(true, true),
        entered(false, false),
        Told::Better { position: 2, wait },
        Told::Still {
            position: 2,
            wait: None,
        },
        Told::Longer {
            position: 2,
            call_back: true,
        },
        Told::Longer {
            position: 2,
            call_back: false,
        },
        Told::Asked { position: 2, wait },
        Told::Asked {
            position: 2,
            wait: None,
        },
        Told::Answering,
        Told::Back,
        Told::Promised {
            number,
            position: 2,
        },
        Told::CancelledCallBack(true),
        Told::CancelledCallBack(false),
        Told::NotCalled,
        Told::LeaveMessage,
        Told::MessageKept { seconds: 12 },
        Told::MessageEmpty,
        Told::Pbx { waiting: 4, wait },
        Told::OfferPerson,
        Told::KeepsPlace,
        Told::WaysOut,
        Told::Stopping { keeps_place: true },
    ];
    all.extend(nobody);
    all
}

#[test]
fn the_first_announcement_names_the_ways_and_later_ones_do_not() {
    let entered = |kept, call_back| Told::Entered {
        position: 3,
        wait: Some((4, 6)),
        kept,
        call_back,
    };
    let first = said(&entered(false, true));
    assert!(
        first.starts_with(
            "You are number 3 in the queue. It should take 4 to 6 minutes. You can wait"
        ),
        "{first}"
    );
    for way in [
        "called back",
        "message",
        "something else",
        "press 1",
        "2 for",
        "3 for",
    ] {
        assert!(first.contains(way), "{way}: {first}");
    }
    assert!(
        said(&entered(true, true))
            .starts_with("We were cut off. You have kept your place. You are number 3")
    );
    assert!(!said(&entered(false, false)).contains("call-back"));
    let better = Told::Better {
        position: 2,
        wait: Some((3, 4)),
    };
    assert_eq!(
        said(&better),
        "You are number 2 in the queue. It should take 3 to 4 minutes."
    );
    let still = Told::Still {
        position: 1,
        wait: None,
    };
    assert_eq!(said(&still), "Thank you for waiting. You are next.");
}

#[test]
fn waits_are_said_as_people_say_them() {
    for (wait, expected) in [
        ((0, 1), "It should take less than a minute."),
        ((0, 2), "It should take less than 2 minutes."),
        ((1, 1), "It should take about a minute."),
        ((1, 2), "It should take 1 to 2 minutes."),
        ((3, 3), "It should take about 3 minutes."),
        ((4, 6), "It should take 4 to 6 minutes."),
    ] {
        let asked = Told::Asked {
            position: 1,
            wait: Some(wait),
        };
        assert_eq!(said(&asked), format!("You are next. {expected}"));
    }
}

#[test]
fn a_promise_names_the_number_and_the_place() {
    let promised = |position| {
        said(&Told::Promised {
            number: "5550199".to_owned(),
            position,
        })
    };
    assert_eq!(
        promised(2),
        "We will call you back at 5 5 5, 0 1 9 9. You keep your place, number 2. You can hang up now, or ask me \
         something else."
    );
    assert!(!promised(0).contains("place"));
}

#[test]
fn what_is_always_the_same_is_ready_and_nothing_else_is() {
    for language in ["en-US", "en-GB", "zh-CN"] {
        let plan = plan(language);
        let fixed = plan.fixed_texts();
        for told in all() {
            for text in plan.told(&told) {
                let varies = text.contains(|c: char| c.is_ascii_digit()) && !is_of_keys(&text)
                    || text.contains(&plan.name)
                    || text.contains("tomorrow")
                    || told_number(&text);
                assert_eq!(fixed.contains(&&*text), !varies, "{language}: {text}");
            }
        }
    }
    let with_target = PLAN.replace("queue = \"desk\"", "target = \"sip:a@b\"");
    let plain = Dialplan::parse(&with_target, "f", date(2026, 6, 1))
        .unwrap()
        .dialplan;
    assert!(!plain.fixed_texts().contains(&"You are next."));
    assert!(
        plain
            .fixed_texts()
            .iter()
            .any(|text| text.contains("going well"))
    );
}

/// Its numbers are keys.
fn is_of_keys(text: &str) -> bool {
    text.contains("press") || text.contains('按')
}

fn told_number(text: &str) -> bool {
    text.contains("幺")
}

#[test]
fn every_occasion_has_words_in_every_language() {
    for language in ["en-US", "en-GB", "zh-CN"] {
        let plan = plan(language);
        for told in all() {
            let said = plan.told(&told);
            assert!(
                !said.is_empty() && said.iter().all(|text| !text.is_empty()),
                "{told:?}"
            );
            let is_han = said.join("").contains(|c: char| c >= '\u{4e00}');
            assert_eq!(is_han, language == "zh-CN", "{said:?}");
        }
    }
}

#[test]
fn whoever_takes_over_hears_who_waits_and_why() {
    // A Monday, 10:00.
    let now = Timestamp::constant(1_780_308_000, 0);
    let text = |text: &str| text.to_owned();
    let brief = Brief {
        wanted: vec![text("move")],
        given: vec![
            (text("day"), text("2026-06-02")),
            (text("number"), text("1234")),
            (text("sum"), text("12.50")),
            (text("long"), text("PT1H30M")),
        ],
        waited_s: 170,
        by_key: true,
        now,
        ..Brief::default()
    };
    let plan = plan("en-US");
    assert_eq!(
        plan.briefing(&brief).join(" "),
        "Moving an appointment; day: Tuesday, June 2; number: 1 2 3 4; sum: $12.50; long: 1 hour and 30 minutes. \
         Waiting for 3 minutes. Press 1 to take the call, 2 to decline."
    );
    let brief = Brief {
        wanted: vec![text("move"), text("refund-policy")],
        tried: vec![text("opening-hours")],
        language: Some(Language::Mandarin),
        call_back: true,
        now,
        ..Brief::default()
    };
    assert_eq!(
        plan.briefing(&brief).join(" "),
        "A call-back: the caller is called when you take it. Moving an appointment, and refund policy; already \
         tried: opening hours. They speak Mandarin."
    );
    let nothing = plan.briefing(&Brief::default());
    assert_eq!(*nothing[0], *"A caller who has not said what it is about.");
    let mandarin = self::plan("zh-CN");
    let brief = Brief {
        waited_s: 60,
        ..Brief::default()
    };
    assert_eq!(
        mandarin.briefing(&brief).join(""),
        "客户还没有说是什么事。已经等了1分钟。"
    );
}
