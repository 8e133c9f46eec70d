//! The fixtures as callers: what each must be heard as, understood and answered, as fast as the
//! machine goes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{root, zeroline};
use std::path::PathBuf;

fn fixtures() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("audio-fixtures"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn rehearse(inputs: &[PathBuf]) -> (bool, String, String) {
    let output = zeroline()
        .current_dir(root())
        .args([
            "rehearse",
            "dialplans/clinic.toml",
            "--engine",
            "pocketsphinx",
            "--json",
        ])
        .args(inputs)
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn every_caller_gets_what_they_came_for() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 10, "{fixtures:?}");
    let (met, _, errors) = rehearse(&fixtures);
    assert!(met, "{errors}");
}

#[test]
fn two_rehearsals_give_the_same_events() {
    let some = &fixtures()[..4];
    let (_, first, _) = rehearse(some);
    let (_, second, _) = rehearse(some);
    assert!(!first.is_empty());
    assert_eq!(first, second);
}

#[test]
fn a_scenario_that_is_not_met_fails_and_says_what_came_instead() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("wrong.toml");
    let wav = root().join("audio-fixtures/parking.wav");
    std::fs::copy(wav, folder.path().join("parking.wav")).unwrap();
    std::fs::write(
        &scenario,
        "about = \"x\"\n[[turn]]\nsay = \"parking.wav\"\nintent = \"goodbye\"\n",
    )
    .unwrap();
    let (met, _, errors) = rehearse(&[scenario]);
    assert!(!met);
    let what = "wrong.toml:4: expected intent = \"goodbye\", but \"parking\" was understood";
    assert!(errors.contains(what), "{errors}");
}
