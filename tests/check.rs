//! `zeroline check`: traps made on purpose, dialplans without any, and what it writes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{root, zeroline};
use std::path::PathBuf;
use std::process::Output;

fn check(arguments: &[&str]) -> Output {
    let mut command = zeroline();
    command.arg("check").args(arguments).current_dir(root());
    command.env("NO_COLOR", "1").env_remove("RUST_LOG");
    command.output().unwrap()
}

/// All that a program prints, in one line.
fn printed(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(both).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join(folder)).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_trap_is_found_and_told_with_the_way_into_it() {
    let traps = files("tests/traps");
    assert!(traps.len() >= 12, "{traps:?}");
    let mut wrong = Vec::new();
    for trap in traps {
        let text = std::fs::read_to_string(&trap).unwrap();
        let expected = text
            .lines()
            .filter_map(|line| line.strip_prefix("# expect: "));
        let expected: Vec<&str> = expected.collect();
        assert!(!expected.is_empty(), "{trap:?} expects nothing");
        let output = check(&["--json", trap.to_str().unwrap()]);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<&serde_json::Value> = found["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|found| found["severity"] == "error")
            .collect();
        let said = |error: &serde_json::Value| {
            let text = |key: &str| error[key].as_str().unwrap().to_owned();
            format!("{}; {}", text("message"), text("help"))
        };
        let told = |wanted: &&str| errors.iter().any(|error| said(error).contains(*wanted));
        let wanted = |error: &&serde_json::Value| {
            let mut expected = expected.iter();
            expected.any(|wanted| said(error).contains(wanted))
        };
        if output.status.code() != Some(1) || found["proved"] != false {
            wrong.push(format!("{trap:?} is said to be good"));
        }
        if !expected.iter().all(told) || !errors.iter().all(wanted) {
            wrong.push(format!("{trap:?}: {errors:#?}"));
        }
        if errors.iter().any(|error| error["line"].as_u64().is_none()) {
            wrong.push(format!("{trap:?} names no line"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_bundled_dialplans_have_none() {
    for plan in files("dialplans") {
        let output = check(&[plan.to_str().unwrap()]);
        let said = printed(&output);
        assert!(output.status.success(), "{said}");
        assert!(said.contains(": proved: a person"), "{said}");
    }
}
