//! What callers' equipment may do within and around a call, one SIPp scenario for each behaviour: what
//! must happen stands at the top of each file in `tests/sipp`. They all run against one server at the
//! same time; session timers make it take a minute.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Served, root};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Scenarios that need nothing but a server; `tests/phones.rs` runs those with sound of their own.
fn scenarios() -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join("tests/sipp")).unwrap();
    let mut files: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "xml"))
        .filter(|path| !std::fs::read_to_string(path).unwrap().contains("QUESTION"))
        .collect();
    files.sort();
    files
}

fn start(served: &Served, scenario: &Path, folder: &Path, port: UdpSocket) -> Child {
    std::fs::create_dir(folder).unwrap();
    let number = port.local_addr().unwrap().port().to_string();
    drop(port);
    Command::new("sipp")
        .current_dir(folder)
        .arg(served.address.to_string())
        .arg("-sf")
        .arg(scenario)
        .args(["-p", &number])
        .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-m", "1"])
        .args([
            "-trace_err",
            "-error_file",
            "errors",
            "-trace_msg",
            "-message_file",
            "messages",
        ])
        .args(["-timeout", "85", "-timeout_error"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sipp (Debian's sip-tester) is not installed; run scripts/setup")
}

#[test]
fn every_behaviour_is_as_its_scenario_says() {
    let mut served = Served::start("sip:person@127.0.0.1:9", "");
    let folder = tempfile::tempdir().unwrap();
    // Left to choose, two would choose the same.
    let ports = scenarios()
        .into_iter()
        .map(|scenario| (scenario, UdpSocket::bind("127.0.0.1:0").unwrap()));
    let ports: Vec<(PathBuf, UdpSocket)> = ports.collect();
    let running: Vec<(String, PathBuf, Child)> = ports
        .into_iter()
        .map(|(scenario, port)| {
            let name = scenario.file_stem().unwrap().to_str().unwrap().to_owned();
            let own = folder.path().join(&name);
            let child = start(&served, &scenario, &own, port);
            (name, own, child)
        })
        .collect();
    assert!(running.len() >= 20, "where are the scenarios?");
    let mut failed = Vec::new();
    for (name, own, mut child) in running {
        if child.wait().unwrap().success() {
            continue;
        }
        let read = |file| std::fs::read_to_string(own.join(file)).unwrap_or_default();
        failed.push(format!("{name}:\n{}\n{}", read("errors"), read("messages")));
    }
    assert!(
        failed.is_empty(),
        "{}\nserver:\n{}",
        failed.join("\n"),
        served.log()
    );
    served.must_be_alive();
}
