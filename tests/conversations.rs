//! Conversation tests, run by the command as a company's developer and its CI run them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{root, zeroline};
use roxmltree::Document;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroline::dialplan::Dialplan;
use zeroline::rehearse;

/// The conversations of a bundled dialplan.
fn conversations(of: &str) -> Vec<PathBuf> {
    let folder = root().join("dialplans/tests").join(of);
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn rehearse(plan: &str, more: &[&str], files: &[PathBuf]) -> (Option<i32>, String, String) {
    let output = zeroline()
        .current_dir(root())
        .args(["rehearse", plan, "--text"])
        .args(more)
        .args(files)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn callers_of_the_bundled_dialplans_are_helped() {
    for plan in ["clinic", "parcels", "bank", "video.zh"] {
        let path = root().join(format!("dialplans/{plan}.toml"));
        let loaded = Dialplan::load(&path, jiff::civil::date(2026, 11, 23)).unwrap();
        let files = conversations(plan);
        let outcomes = rehearse::as_text(&Arc::new(loaded.dialplan), &files).unwrap();
        assert!(outcomes.len() >= 4, "{plan}");
        for outcome in outcomes {
            assert_eq!(
                (outcome.unmet, outcome.skipped),
                (None, None),
                "{}",
                outcome.name
            );
        }
    }
}

#[test]
fn one_line_for_each_conversation_and_a_report_for_ci() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.xml");
    let files = conversations("parcels");
    let more = ["--junit", report.to_str().unwrap()];
    let (code, out, errors) = rehearse("dialplans/parcels.toml", &more, &files);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let cases = out.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(out.ends_with(&format!("{cases} good, 0 failed\n")), "{out}");
    let xml = std::fs::read_to_string(report).unwrap();
    let document = Document::parse(&xml).unwrap();
    let tests = document.root_element().attribute("tests").unwrap();
    assert_eq!(tests, cases.to_string());
}

#[test]
fn a_failure_is_told_with_its_line_and_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(
        folder.path(),
        "good.toml",
        "about = \"x\"\n[[turn]]\nsay = \"where can I park\"\nintent = \"parking\"\n",
    );
    let bad = write(
        folder.path(),
        "bad.toml",
        "about = \"x\"\n[[turn]]\nsay = \"where can I park\"\nanswer = \"Lake Street\"\n",
    );
    let unusable = write(folder.path(), "unusable.toml", "about = \"x\"\nturns = 1\n");
    let report = folder.path().join("report.xml");
    let more = ["--junit", report.to_str().unwrap()];
    let (code, out, errors) = rehearse("dialplans/clinic.toml", &more, &[unusable, bad, good]);
    assert_eq!(code, Some(1));
    assert!(out.contains("ok       good"), "{out}");
    assert!(
        out.contains("1 good, 1 failed, 1 files that cannot be used"),
        "{out}"
    );
    assert!(
        errors.contains("bad.toml:4: expected answer = \"Lake Street\", but"),
        "{errors}"
    );
    assert!(errors.contains("caller  where can I park"), "{errors}");
    assert!(errors.contains("did you mean `turn`?"), "{errors}");
    let xml = std::fs::read_to_string(report).unwrap();
    let document = Document::parse(&xml).unwrap();
    let failure = document
        .descendants()
        .find(|node| node.has_tag_name("failure"))
        .unwrap();
    assert!(
        failure
            .attribute("message")
            .unwrap()
            .contains("bad.toml:4: expected")
    );
}

#[test]
fn two_runs_give_the_same_events() {
    let files = conversations("clinic");
    let (_, first, _) = rehearse("dialplans/clinic.toml", &["--json"], &files);
    let (_, second, _) = rehearse("dialplans/clinic.toml", &["--json"], &files);
    assert!(first.lines().count() > 50);
    assert_eq!(first, second);
}

/// As sound: spoken by a voice that is not the bot's, through the line and the recogniser. Those of the
/// conversations that PocketSphinx, which knows no letters and no years, can follow.
#[test]
fn the_same_conversations_hold_as_sound() {
    for (plan, tests) in [
        ("clinic", &["questions", "person"][..]),
        ("parcels", &["where-is-my-parcel", "another-day"]),
        ("bank", &["money"]),
    ] {
        let folder = root().join("dialplans/tests").join(plan);
        let files = tests.iter().map(|test| folder.join(format!("{test}.toml")));
        let output = zeroline()
            .current_dir(root())
            .arg("rehearse")
            .arg(format!("dialplans/{plan}.toml"))
            .args(["--engine", "pocketsphinx"])
            .args(files)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{plan}: {errors}");
    }
}
