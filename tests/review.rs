//! `zeroline calls review` on a week of calls: what it lists, what it writes, what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{root, zeroline};
use std::path::PathBuf;
use zeroline::call::{AskedHow, EndReason, Event, EventKind, InterruptedBy};

/// What happens in a call, after the greeting.
enum Turn {
    /// Said, and understood as.
    Got(&'static str, &'static str),
    /// Said over the beginning of an answer, and understood as.
    Over(&'static str, &'static str),
    Missed(&'static str),
    Zero,
}

use Turn::{Got, Missed, Over, Zero};

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let clinic = root().join("dialplans/clinic.toml");
        std::fs::copy(clinic, folder.path().join("clinic.toml")).unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Shop { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn plan(&self) -> String {
        std::fs::read_to_string(self.path("clinic.toml")).unwrap()
    }

    fn call(&self, id: &str, day: u32, turns: &[Turn]) {
        let mut at_ms = 0;
        let mut lines = String::new();
        let mut note = |at_ms: u64, kind| {
            let event = Event {
                call: id.to_owned(),
                at_ms,
                kind,
            };
            lines += &(serde_json::to_string(&event).unwrap() + "\n");
        };
        let prompt = |text: &str| EventKind::PromptStarted {
            text: text.to_owned(),
            after_ms: None,
            synthesis_ms: None,
        };
        note(
            0,
            EventKind::CallStarted {
                caller: None,
                called: None,
                diverted_from: None,
                dialplan: "Lakeside Clinic".to_owned(),
                started: Some(format!("2026-11-{day:02}T09:30:00Z")),
                codec: None,
                sip_call_id: None,
                called_by: None,
            },
        );
        note(0, prompt("Lakeside Clinic, hello."));
        let mut end = EndReason::CallerHungUp;
        for turn in turns {
            at_ms += 6_000;
            if let Over(..) = turn {
                let interrupted = EventKind::PromptInterrupted {
                    text: "The answer.".to_owned(),
                    by: InterruptedBy::Speech,
                    heard_ms: 900,
                    heard: String::new(),
                };
                note(at_ms - 1_500, interrupted);
            }
            if let Got(text, _) | Over(text, _) | Missed(text) = turn {
                note(at_ms - 1_500, EventKind::SpeechStarted);
                let heard = EventKind::Heard {
                    text: (*text).to_owned(),
                    confidence: 0.9,
                    engine: "test".to_owned(),
                    took_ms: 50,
                    wait_ms: 0,
                    ahead: 0,
                    early: false,
                };
                note(at_ms, heard);
            }
            match turn {
                Got(_, intent) | Over(_, intent) => {
                    let intent = (*intent).to_owned();
                    let score = 0.9;
                    note(at_ms, EventKind::Understood { intent, score });
                    note(at_ms + 100, prompt("The answer."));
                }
                Missed(text) => {
                    let kind = EventKind::NotUnderstood {
                        text: (*text).to_owned(),
                        nearest: None,
                        score: None,
                    };
                    note(at_ms, kind);
                    note(at_ms + 100, prompt("Sorry, I did not get that."));
                }
                Zero => {
                    note(at_ms, EventKind::Digit { key: '0', by: None });
                    let how = AskedHow::Key;
                    note(at_ms, EventKind::AskedForHuman { how });
                    let target = "sip:desk@x".to_owned();
                    note(at_ms + 4_000, EventKind::Transferred { target });
                    end = EndReason::Transferred;
                }
            }
        }
        let duration_ms = at_ms + 5_000;
        let reason = end;
        note(
            duration_ms,
            EventKind::CallEnded {
                reason,
                duration_ms,
            },
        );
        std::fs::write(self.path("data").join(format!("{id}.jsonl")), lines).unwrap();
    }

    /// The week of `docs/learning.md`.
    fn with_a_week() -> Shop {
        let shop = Shop::new();
        let hours = Got("when are you open", "opening-hours");
        shop.call(
            "c01",
            16,
            &[
                Missed("where is the lot"),
                Got("where can i park", "parking"),
            ],
        );
        shop.call(
            "c02",
            16,
            &[
                Missed("is there a lot"),
                Got("do you have parking", "parking"),
            ],
        );
        shop.call("c03", 17, &[Missed("where's the lot for cars"), Zero]);
        shop.call(
            "c04",
            17,
            &[
                hours,
                Missed("where is the lot"),
                Got("is there parking", "parking"),
            ],
        );
        shop.call("c05", 17, &[Missed("do you give flu shots"), Zero]);
        shop.call(
            "c06",
            18,
            &[Missed("i need a flu shot"), Missed("a flu shot for my son")],
        );
        shop.call("c07", 19, &[Missed("flu shots"), Zero]);
        shop.call("c08", 19, &[Missed("two pizzas with mushrooms please")]);
        shop.call("c09", 19, &[Got("is there parking nearby", "parking")]);
        shop.call("c10", 20, &[Got("is there parking nearby", "parking")]);
        shop.call(
            "c11",
            20,
            &[
                Got("is there parking nearby", "parking"),
                Over("no where is the clinic", "address"),
            ],
        );
        shop.call(
            "c12",
            20,
            &[Got("what are your opening hours", "opening-hours")],
        );
        shop.call("c13", 9, &[Missed("a call of the week before")]);
        shop
    }

    /// Exit code, standard output and error.
    fn review(&self, args: &[&str]) -> (i32, String, String) {
        let output = zeroline()
            .current_dir(self.folder.path())
            .env("TZ", "UTC")
            .env_remove("RUST_LOG")
            .args(["calls", "review", "clinic.toml", "--since", "2026-11-16"])
            .args(args)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

#[test]
fn the_document_shows_what_the_command_prints() {
    let document = std::fs::read_to_string(root().join("docs/learning.md")).unwrap();
    let shop = Shop::with_a_week();
    for args in [
        &[][..],
        &["--accept", "1", "--accept", "2"],
        &["--accept", "4"],
    ] {
        let (_, printed, errors) = shop.review(args);
        let shown = document.contains(printed.trim_end());
        assert!(
            shown,
            "docs/learning.md does not hold, for {args:?}:\n{printed}{errors}"
        );
    }
}

#[test]
fn what_is_accepted_is_written_and_not_proposed_again() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::with_a_week();
    let (before, path) = (shop.plan(), shop.path("clinic.toml"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, printed, _) = shop.review(&["--accept", "1", "--accept", "2=new:flu-shot"]);
    assert_eq!(
        (code, shop.plan()),
        (0, before.clone()),
        "nothing without --write"
    );
    assert!(printed.contains("+    \"where is the lot\","), "{printed}");
    let (code, printed, errors) =
        shop.review(&["--accept", "1", "--accept", "2=new:flu-shot", "--write"]);
    assert_eq!(code, 0, "{printed}{errors}");
    let after = shop.plan();
    let mut rest = after.lines();
    assert!(
        before.lines().all(|line| rest.any(|other| other == line)),
        "every line is there"
    );
    assert!(after.contains("name = \"flu-shot\""));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let check = zeroline().arg("check").arg(&path).output().unwrap();
    assert!(check.status.success());
    let (_, list, _) = shop.review(&[]);
    assert!(
        !list.contains("flu shot") && !list.contains("the lot"),
        "{list}"
    );
}

#[test]
fn harm_is_seen_and_refused() {
    let shop = Shop::with_a_week();
    let before = shop.plan();
    let (code, printed, _) = shop.review(&["--accept", "4", "--write"]);
    assert!(
        printed.starts_with(
            "This harms:\n   was parking, would be address: \"is there parking nearby\" (2 times)"
        ),
        "{printed}"
    );
    assert!(printed.contains("--even-so"), "{printed}");
    assert_eq!((code, shop.plan()), (1, before.clone()));
    let (code, _, _) = shop.review(&["--accept", "4", "--write", "--even-so"]);
    assert_eq!(code, 0);
    assert_ne!(shop.plan(), before);
}

#[test]
fn a_conversation_test_that_fails_after_it_is_a_harm() {
    let shop = Shop::with_a_week();
    let before = shop.plan();
    let test = shop.path("lot.toml");
    let lot = "about = \"x\"\n[[turn]]\nsay = \"where is the lot\"\nnot_understood = true\n";
    std::fs::write(&test, lot).unwrap();
    let tests = ["--tests", test.to_str().unwrap()];
    let (code, printed, errors) =
        shop.review(&[&["--accept", "1", "--write"], &tests[..]].concat());
    assert_eq!((code, shop.plan()), (1, before), "{printed}{errors}");
    assert!(printed.contains("test lot fails:"), "{printed}{errors}");
    assert!(
        printed.contains("1 of 1 conversation tests fail"),
        "{printed}"
    );
}

#[test]
fn what_is_nobodys_business_is_noted_as_such() {
    let shop = Shop::with_a_week();
    let (code, printed, errors) = shop.review(&["--accept", "3=out-of-scope", "--write"]);
    assert_eq!(code, 0, "{printed}{errors}");
    assert!(shop.plan().contains("out_of_scope = ["), "{}", shop.plan());
    let (_, list, _) = shop.review(&[]);
    assert!(list.contains("out of scope: 1"), "{list}");
}

#[test]
fn what_is_rejected_stays_away() {
    let shop = Shop::with_a_week();
    let (code, _, errors) = shop.review(&["--reject", "2"]);
    assert_eq!(code, 0, "{errors}");
    shop.call("c20", 21, &[Missed("a flu shot please")]);
    let (_, list, _) = shop.review(&[]);
    assert!(!list.contains("flu shot"), "{list}");
    assert!(
        list.contains("left out, like what was rejected or is out of scope: 1"),
        "{list}"
    );
}

#[test]
fn programs_read_it() {
    let shop = Shop::with_a_week();
    let (_, printed, _) = shop.review(&["--json"]);
    let first: serde_json::Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(first["number"], 1);
    assert_eq!(first["target"]["intent"], "parking");
    assert_eq!(first["phrases"][0]["times"], 2);
    let (_, printed, _) = shop.review(&["--json", "--accept", "4"]);
    let change: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(change["harms"], true);
    assert_eq!(change["written"], false);
}

#[test]
fn mistakes_are_told_with_a_remedy() {
    let shop = Shop::with_a_week();
    let before = shop.plan();
    for (args, words) in [
        (&["--accept", "99"][..], "the list goes from 1 to"),
        (&["--accept", "1=parkin"], "did you mean 1=parking?"),
        (&["--accept", "1=zzz"], "1=new:zzz makes one"),
        (&["--accept", "1=new:parking"], "write --accept 1=parking"),
        (&["--accept", "1", "--accept", "1"], "accepted twice"),
        (&["--reject", "0"], "there is no proposal 0"),
        (&["--data", "nowhere"], "`--data` says where"),
    ] {
        let (code, _, errors) = shop.review(args);
        assert_eq!(code, 1, "{args:?} {errors}");
        assert!(errors.contains(words), "{args:?} {errors}");
    }
    for (args, words) in [
        (&["--accept", "x"][..], "no number of the list"),
        (&["--accept", "1=new:a b"], "cannot be an intent's name"),
        (&["--write"], "--accept"),
    ] {
        let (code, _, errors) = shop.review(args);
        assert_eq!(code, 2, "{args:?} {errors}");
        assert!(errors.contains(words), "{args:?} {errors}");
    }
    assert_eq!(shop.plan(), before);
    std::fs::write(shop.path("data/review.json"), "{").unwrap();
    let (code, _, errors) = shop.review(&[]);
    assert!(
        code == 1 && errors.contains("review.json") && errors.contains("move it away"),
        "{errors}"
    );
    std::fs::remove_file(shop.path("data/review.json")).unwrap();
    std::fs::write(shop.path("data/garbage.jsonl"), "\u{0}garbage").unwrap();
    std::fs::write(shop.path("clinic.toml"), "name = ").unwrap();
    let (code, _, errors) = shop.review(&[]);
    assert!(code == 1 && errors.contains("clinic.toml"), "{errors}");
}
