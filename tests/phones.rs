//! Whole calls over real SIP and RTP: SIPp as the phone, and our own `zeroline call`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Served, person, root, zeroline};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A recording as raw G.711, which is what SIPp can play.
fn raw(folder: &Path, wav: &str, codec: zeroline::line::codec::Codec) -> PathBuf {
    let clip = zeroline::audio::wav::read(&root().join("audio-fixtures").join(wav))
        .unwrap()
        .clip;
    let (mut bytes, mut payload) = (Vec::new(), Vec::new());
    for frame in clip.frames(zeroline::audio::LineRate::Narrow) {
        codec.encode(&frame, &mut payload);
        bytes.extend(&payload);
    }
    let path = folder.join("question.raw");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Runs a SIPp scenario with QUESTION replaced by a recording.
fn sipp(served: &Served, scenario: &str, question: &Path, options: &[&str]) -> Output {
    let folder = question.parent().unwrap();
    let text = std::fs::read_to_string(root().join("tests/sipp").join(scenario)).unwrap();
    let file = folder.join(scenario);
    std::fs::write(&file, text.replace("QUESTION", question.to_str().unwrap())).unwrap();
    Command::new("sipp")
        .current_dir(folder)
        .arg(served.address.to_string())
        .arg("-sf")
        .arg(file)
        .args([
            "-i",
            "127.0.0.1",
            "-mi",
            "127.0.0.1",
            "-nostdin",
            "-trace_err",
        ])
        .args(["-timeout", "90", "-timeout_error"])
        .args(options)
        .output()
        .expect("sipp (Debian's sip-tester) is not installed; run scripts/setup")
}

/// A whole call of somebody who only says goodbye.
#[track_caller]
fn say_goodbye(served: &Served) {
    let output = zeroline()
        .arg("call")
        .arg(format!("sip:clinic@{}", served.address))
        .arg("--say")
        .arg(root().join("audio-fixtures/goodbye.wav"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", served.log());
    served.wait_for_end("finished");
}

#[track_caller]
fn must_succeed(output: &Output, served: &Served, folder: &Path) {
    if output.status.success() {
        return;
    }
    let errors: String = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name()?.to_str()?;
            let wanted = name.ends_with("_errors.log");
            wanted.then(|| std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    panic!(
        "sipp failed with {:?}\n{}\n{errors}\nserver:\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
        served.log()
    );
}

#[test]
fn sipp_calls_over_udp_and_tcp_is_held_presses_0_and_is_transferred() {
    for transport in ["u1", "t1"] {
        let served = Served::start("sip:person@127.0.0.1:9", "");
        let folder = tempfile::tempdir().unwrap();
        let codec = zeroline::line::codec::Codec::Pcma;
        let question = raw(folder.path(), "opening-hours.wav", codec);
        let options = ["-m", "1", "-t", transport];
        let output = sipp(&served, "whole-call.xml", &question, &options);
        must_succeed(&output, &served, folder.path());
        served.wait_for_end("transferred");
        let events = served.events();
        let has = |kind: &str| events.iter().any(|e| e["event"] == kind);
        assert!(has("digit") && has("transferred"), "{events:#?}");
        let progress =
            |e: &serde_json::Value| e["event"] == "transfer_progress" && e["code"] == 180;
        assert!(events.iter().any(progress), "{events:#?}");
        assert_eq!(events[0]["codec"], "PCMA");
    }
}

#[test]
fn thirty_callers_at_once_are_all_answered() {
    let served = Served::start("sip:person@127.0.0.1:9", "");
    let folder = tempfile::tempdir().unwrap();
    let codec = zeroline::line::codec::Codec::Pcmu;
    let question = raw(folder.path(), "opening-hours.wav", codec);
    let options = ["-m", "30", "-l", "30", "-r", "30"];
    let output = sipp(&served, "load.xml", &question, &options);
    must_succeed(&output, &served, folder.path());
    served.wait_for("thirty ends", |events| {
        events.iter().filter(|e| e["event"] == "call_ended").count() == 30
    });
    // A machine that is busy with other things may tell some that it could not follow them; nobody
    // meets silence, and a late packet costs a word here and there, not many.
    let overloaded = served.count("engine_failed");
    let answered = served.count("understood") + served.count("not_understood") + overloaded;
    assert!(answered >= 30, "{:#?}", served.events());
    assert!(
        served.count("not_understood") <= 3,
        "{:#?}",
        served.events()
    );
    assert!(served.count("understood") > 0, "{:#?}", served.events());
}

#[test]
fn more_callers_than_the_machine_can_follow_are_all_answered() {
    let weights = root().join("../shared/models/whisper-base.en.zero-weights.bin");
    if !weights.is_file() {
        println!("skipped: {} is not there", weights.display());
        return;
    }
    // It takes as long as the real one, one at a time, and makes nothing of what it hears.
    let recognition = format!(
        "[recognition]\nengine = \"whisper\"\nthreads = 1\nmodel = \"{}\"",
        weights.display()
    );
    let served = Served::start("sip:person@127.0.0.1:9", &recognition);
    let folder = tempfile::tempdir().unwrap();
    let codec = zeroline::line::codec::Codec::Pcmu;
    let question = raw(folder.path(), "opening-hours.wav", codec);
    let options = ["-m", "30", "-l", "30", "-r", "30"];
    let output = sipp(&served, "load.xml", &question, &options);
    must_succeed(&output, &served, folder.path());
    served.wait_for("thirty ends", |events| {
        events.iter().filter(|e| e["event"] == "call_ended").count() == 30
    });
    let events = served.events();
    // Each caller was answered: not understood, or told that there is too much to do. How many of
    // each depends on the machine.
    println!(
        "told that there is too much to do: {}",
        served.count("engine_failed")
    );
    let calls: std::collections::BTreeSet<&str> = events
        .iter()
        .filter(|e| e["event"] == "not_understood" || e["event"] == "engine_failed")
        .map(|e| e["call"].as_str().unwrap())
        .collect();
    assert_eq!(calls.len(), 30, "{events:#?}");
}

#[test]
fn a_broken_model_is_named_and_callers_are_understood_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("ggml-base.en.bin");
    std::fs::write(&broken, "lmgg cut short").unwrap();
    let served = Served::start(
        "sip:person@127.0.0.1:9",
        &format!("[recognition]\nmodel = \"{}\"", broken.display()),
    );
    assert!(served.started_with("ggml-base.en.bin: not a Whisper model"));
    say_goodbye(&served);
    let heard = |e: &serde_json::Value| {
        e["event"] == "heard" && e["engine"].as_str().unwrap().starts_with("pocketsphinx")
    };
    assert!(served.events().iter().any(heard), "{:#?}", served.events());
}

#[test]
fn whisper_answers_a_phone_call() {
    let model = root().join("models/fixture/ggml-fixture.en.bin");
    let served = Served::start(
        "sip:person@127.0.0.1:9",
        &format!(
            "[recognition]\nengine = \"whisper\"\nmodel = \"{}\"",
            model.display()
        ),
    );
    say_goodbye(&served);
    let events = served.events();
    let heard =
        |e: &serde_json::Value| e["event"] == "heard" && e["engine"] == "whisper/fixture.en";
    assert!(events.iter().any(heard), "{events:#?}");
    let understood = |e: &serde_json::Value| e["event"] == "understood" && e["intent"] == "goodbye";
    assert!(events.iter().any(understood), "{events:#?}");
}

#[test]
fn figures_about_recognition_are_there_for_prometheus() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let served = Served::start(
        "sip:person@127.0.0.1:9",
        &format!("metrics = \"{address}\""),
    );
    say_goodbye(&served);
    let mut page = std::net::TcpStream::connect(address).unwrap();
    page.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut figures = String::new();
    page.read_to_string(&mut figures).unwrap();
    // At a pause within the words, too, some may have been begun; all that ran are counted.
    let count = |figure: &str| -> Option<u32> {
        let value = figures.lines().find_map(|line| line.strip_prefix(figure));
        value?.trim().parse().ok()
    };
    let done = count("recognition_results_total{result=\"done\"}");
    assert!(done >= Some(1), "{figures}");
    assert!(count("recognition_run_seconds_count") >= done, "{figures}");
    for figure in ["recognition_waiting 0", "recognition_wait_seconds_sum"] {
        assert!(figures.contains(figure), "no {figure} in {figures}");
    }
}

#[test]
fn our_own_caller_asks_presses_0_and_talks_to_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = |name: &str| root().join("audio-fixtures").join(name);
    let greeting = fixture("human-greeting.wav");
    let (mut person, address) = person(&["--say", greeting.to_str().unwrap()]);

    let served = Served::start(&format!("sip:person@{address}"), "");
    let recording = folder.path().join("both.wav");
    let output = zeroline()
        .arg("call")
        .arg(format!("sip:clinic@{}", served.address))
        .arg("--say")
        .arg(fixture("parking.wav"))
        .args(["--keys", "0", "--record"])
        .arg(&recording)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", served.log());
    assert!(text.contains("has answered"), "{text}\n{}", served.log());
    served.wait_for_end("transferred");
    let events = served.events();
    let understood = |e: &serde_json::Value| e["event"] == "understood" && e["intent"] == "parking";
    assert!(events.iter().any(understood), "{events:#?}");
    assert_eq!(served.count("digit"), 1, "{events:#?}");
    let sound = zeroline::audio::wav::read(&recording).unwrap().clip;
    assert!(sound.milliseconds() > 8_000);
    assert!(person.wait().unwrap().success());
}

#[test]
fn a_person_who_is_busy_brings_the_caller_back() {
    let mut person = zeroline()
        .args([
            "answer",
            "--listen",
            "127.0.0.1:0",
            "--calls",
            "1",
            "--busy",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = std::io::BufReader::new(person.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap();

    let served = Served::start(&format!("sip:person@{address}"), "");
    let output = zeroline()
        .arg("call")
        .arg(format!("sip:clinic@{}", served.address))
        .args(["--keys", "0@1.0", "--say"])
        .arg(root().join("audio-fixtures/parking.wav"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("486"), "{text}");
    served.wait_for_end("caller_hung_up");
    let events = served.events();
    let at = |kind: &str| events.iter().position(|e| e["event"] == kind).unwrap();
    // Back with the bot, who goes on answering.
    assert!(at("transfer_failed") < at("understood"), "{events:#?}");
    assert!(person.wait().unwrap().success());
}

#[test]
fn the_demo_does_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let output = zeroline()
        .current_dir(root())
        .args(["demo", "--out"])
        .arg(folder.path().join("demo-call"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("joins the caller with anna"), "{text}");
}
