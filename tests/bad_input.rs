//! What nobody should send, and everybody will: each has its answer, and other calls go on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Phone, Served, root, to_tag, zeroline};
use std::time::{Duration, Instant};

const NOBODY: &str = "sip:person@127.0.0.1:9";

#[test]
fn malformed_sip_is_answered_or_dropped_and_the_server_goes_on() {
    let mut served = Served::start(NOBODY, "");
    let mut phone = Phone::new(served.address);
    let options = |phone: &Phone| phone.request("OPTIONS", 1, "", "");
    let broken = |from: &str, to: &str| options(&Phone::new(served.address)).replacen(from, to, 1);
    for (message, status) in [
        (broken(";tag=me", ""), "400 "),
        (broken("Call-ID:", "X-Nothing:"), "400 "),
        (broken("CSeq: 1 OPTIONS", "CSeq: one OPTIONS"), "400 "),
        (broken("Content-Length: 0", "Content-Length: 70"), "400 "),
        (broken("OPTIONS sip", "TELEPORT sip"), "501 "),
        (broken("SIP/2.0\r\n", "SIP/7.0\r\n"), "505 "),
        (options(&phone).replace("OPTIONS", "REGISTER"), "405 "),
        (phone.request("BYE", 1, ";tag=gone", ""), "481 "),
    ] {
        phone.send(&message);
        let answer = phone.answer();
        assert!(
            answer.starts_with(&format!("SIP/2.0 {status}")),
            "{message}\n{answer}"
        );
    }
    for noise in [
        "",
        "\0\0\0\0",
        "hello",
        "SIP/2.0 200 OK\r\n\r\n",
        "INVITE\r\n\r\n",
        "\r\n\r\n",
    ] {
        phone.send(noise);
    }
    let required = phone
        .request("INVITE", 7, "", &phone.sdp("0"))
        .replace("Max-Forwards", "Require: teleport\r\nMax-Forwards");
    phone.send(&required);
    let answer = phone.answer();
    assert!(
        answer.starts_with("SIP/2.0 420 ") && answer.contains("teleport"),
        "{answer}"
    );
    served.must_be_alive();
}

#[test]
fn malformed_sdp_and_no_common_codec_are_refused() {
    let mut served = Served::start(NOBODY, "");
    for (body, status) in [
        ("this is no sdp".to_owned(), "400 "),
        ("v=0\r\n".to_owned(), "488 "),
        (Phone::new(served.address).sdp("18 3"), "488 "),
        (
            Phone::new(served.address)
                .sdp("0")
                .replace("m=audio", "m=video"),
            "488 ",
        ),
    ] {
        let mut phone = Phone::new(served.address);
        phone.send(&phone.request("INVITE", 1, "", &body));
        let answer = phone.answer();
        assert!(
            answer.starts_with(&format!("SIP/2.0 {status}")),
            "{body}\n{answer}"
        );
        phone.send(&phone.request("ACK", 1, &to_tag(&answer), ""));
    }
    served.must_be_alive();
    assert_eq!(served.count("call_started"), 0);
}

#[test]
fn an_invite_sent_again_is_the_same_call() {
    let mut served = Served::start(NOBODY, "");
    let mut phone = Phone::new(served.address);
    let invite = phone.request("INVITE", 1, "", &phone.sdp("0 101"));
    phone.send(&invite);
    phone.send(&invite);
    let first = phone.answer();
    phone.send(&invite);
    let second = phone.answer();
    assert!(first.starts_with("SIP/2.0 200 "), "{first}");
    assert_eq!(to_tag(&first), to_tag(&second));
    phone.send(&phone.request("ACK", 1, &to_tag(&first), ""));
    served.wait_for("the greeting", |events| {
        events.iter().any(|e| e["event"] == "prompt_started")
    });
    assert_eq!(served.count("call_started"), 1);
    served.must_be_alive();
}

#[test]
fn an_invite_without_offer_gets_ours_and_the_ack_answers_it() {
    let served = Served::start(NOBODY, "");
    let mut phone = Phone::new(served.address);
    phone.send(&phone.request("INVITE", 1, "", ""));
    let answer = phone.answer();
    assert!(
        answer.starts_with("SIP/2.0 200 ") && answer.contains("m=audio"),
        "{answer}"
    );
    phone.send(&phone.request("ACK", 1, &to_tag(&answer), &phone.sdp("0 101")));
    let mut buffer = [0; 2048];
    let heard = phone.rtp.recv_from(&mut buffer);
    assert!(heard.is_ok(), "no sound came: {}", served.log());
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut served = Served::start(NOBODY, "");
    let mut phone = Phone::new(served.address);
    let invite = phone.request("INVITE", 1, "", &phone.sdp("0"));
    phone.send(&invite);
    let answer = phone.answer();
    let branch = |m: &str| m.lines().find(|l| l.starts_with("Via")).unwrap().to_owned();
    let cancel = phone.request("CANCEL", 1, "", "");
    phone.send(&cancel.replace(&branch(&cancel), &branch(&invite)));
    assert!(phone.answer().starts_with("SIP/2.0 200 "));
    let tag = to_tag(&answer);
    phone.send(&phone.request("ACK", 1, &tag, ""));
    served.wait_for("the greeting", |events| {
        events.iter().any(|e| e["event"] == "prompt_started")
    });
    phone.send(&phone.request("BYE", 2, &tag, ""));
    assert!(phone.answer().starts_with("SIP/2.0 200 "));
    served.wait_for_end("caller_hung_up");
    served.must_be_alive();
}

#[test]
fn rtp_garbage_and_strangers_disturb_nobody() {
    let mut served = Served::start(NOBODY, "");
    let mut phone = Phone::new(served.address);
    let (tag, rtp) = phone.connect();
    let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let packet = |sequence: u16, payload_type: u8, payload: &[u8]| {
        let mut packet = vec![0x80, payload_type];
        packet.extend(sequence.to_be_bytes());
        packet.extend((u32::from(sequence) * 160).to_be_bytes());
        packet.extend([1, 2, 3, 4]);
        packet.extend(payload);
        packet
    };
    let silence = [0xff; 160];
    for i in 0..50u16 {
        phone.rtp.send_to(&packet(i, 0, &silence), rtp).unwrap();
        phone.rtp.send_to(&packet(i, 77, &[0; 400]), rtp).unwrap();
        phone.rtp.send_to(&[0x80], rtp).unwrap();
        phone.rtp.send_to(&[0; 1500], rtp).unwrap();
        // A stranger who would like to hear the call, and to press 0 in it.
        stranger.send_to(&packet(i, 0, &silence), rtp).unwrap();
        stranger
            .send_to(&packet(900 + i, 101, &[0, 0x8a, 3, 0x20]), rtp)
            .unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut buffer = [0; 2048];
    assert!(
        phone.rtp.recv_from(&mut buffer).is_ok(),
        "the caller hears nothing"
    );
    assert!(
        stranger.recv_from(&mut buffer).is_err(),
        "the stranger hears the call"
    );
    assert_eq!(served.count("digit"), 0, "the stranger's key was taken");
    phone.send(&phone.request("BYE", 2, &tag, ""));
    served.wait_for_end("caller_hung_up");
    served.must_be_alive();
}

#[test]
fn callers_who_hang_up_at_any_moment_leave_nothing_behind() {
    let mut served = Served::start(NOBODY, "most_calls = 4");
    for pause in [0, 5, 20, 60, 150, 400, 900] {
        let mut phone = Phone::new(served.address);
        let (tag, rtp) = phone.connect();
        phone.rtp.send_to(&[0x80; 172], rtp).unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        phone.send(&phone.request("BYE", 2, &tag, ""));
        let answer = phone.answer();
        assert!(
            answer.starts_with("SIP/2.0 200 "),
            "after {pause} ms: {answer}"
        );
    }
    served.wait_for("seven ends", |events| {
        events.iter().filter(|e| e["event"] == "call_ended").count() == 7
    });
    served.must_be_alive();
}

#[test]
fn one_call_too_many_is_told_to_come_back() {
    let served = Served::start(NOBODY, "most_calls = 1");
    let mut first = Phone::new(served.address);
    first.connect();
    let mut second = Phone::new(served.address);
    second.send(&second.request("INVITE", 1, "", &second.sdp("0")));
    assert!(second.answer().starts_with("SIP/2.0 503 "));
}

/// Runs `zeroline` and gives exit code, output and errors.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = zeroline()
        .current_dir(root())
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn bad_recordings_are_named_and_do_not_hide_the_good_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let good = std::fs::read(root().join("audio-fixtures/parking.wav")).unwrap();
    std::fs::write(path("truncated.wav"), &good[..good.len() * 3 / 4]).unwrap();
    std::fs::write(path("text.wav"), "not a wav").unwrap();
    let wide = zeroline::audio::wav::parse(&good).unwrap().clip;
    let wide = zeroline::audio::resample::to(&wide, 44_100);
    let path_44100 = path("stereo-44100.wav");
    let stereo = std::path::Path::new(&path_44100);
    zeroline::audio::wav::write_stereo(stereo, 44_100, &wide.samples, &wide.samples).unwrap();
    let (code, out, errors) = run(&[
        "rehearse",
        "dialplans/clinic.toml",
        &path("text.wav"),
        &path("missing.wav"),
        &path("truncated.wav"),
        &path_44100,
        "--json",
    ]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("text.wav: not a WAV"), "{errors}");
    assert!(errors.contains("missing.wav: cannot be read"), "{errors}");
    assert!(errors.contains("truncated.wav: the file ends"), "{errors}");
    let parking = |line: &&str| line.contains("\"understood\"") && line.contains("parking");
    assert!(
        out.lines()
            .any(|l| parking(&l) && l.contains("stereo-44100")),
        "{out}"
    );
}

#[test]
fn a_missing_model_is_said_or_done_without() {
    let arguments = |engine| {
        [
            "rehearse",
            "dialplans/clinic.toml",
            "audio-fixtures/parking.wav",
            "--model",
            "/nowhere/ggml-base.en.bin",
            "--engine",
            engine,
        ]
    };
    let (code, _, errors) = run(&arguments("whisper"));
    assert_eq!(code, 1);
    assert!(errors.contains("/nowhere/ggml-base.en.bin"), "{errors}");
    let (code, out, errors) = run(&arguments("auto"));
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("pocketsphinx"), "{out}");
}

#[test]
fn broken_dialplans_are_refused_before_any_call() {
    let folder = root().join("tests/broken-dialplans");
    let mut checked = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (code, _, errors) = run(&["check", path.to_str().unwrap()]);
        assert_eq!(code, 1, "{name}");
        assert!(errors.contains(&name), "{name} is not named:\n{errors}");
        assert!(errors.contains("help"), "{name} gets no help:\n{errors}");
        checked += 1;
    }
    assert!(checked >= 3);
    assert_eq!(run(&["check", "dialplans/clinic.toml"]).0, 0);
    assert_eq!(run(&["check", "no/such.toml"]).0, 1);
    assert_eq!(run(&["check"]).0, 2);
}

#[test]
fn what_cannot_be_called_or_shown_is_named() {
    let (code, _, errors) = run(&["call", "frontdesk"]);
    assert!(
        code == 1 && errors.contains("`frontdesk` is no SIP address"),
        "{errors}"
    );
    let (code, _, errors) = run(&["call", "sip:nobody@127.0.0.1:9"]);
    assert!(
        code == 1 && errors.contains("sip:nobody@127.0.0.1:9: no answer"),
        "{errors}"
    );
    let (code, _, errors) = run(&["calls", "show", "no-such-call", "--data", "tests"]);
    assert!(code == 1 && errors.contains("no-such-call"), "{errors}");
}

#[test]
fn an_address_in_use_is_a_clear_error() {
    let served = Served::start(NOBODY, "");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("zeroline.toml");
    std::fs::write(&config, format!("listen = \"{}\"", served.address)).unwrap();
    let begun = Instant::now();
    let (code, _, errors) = run(&["serve", "--config", config.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(errors.contains("Is another SIP server running"), "{errors}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    std::fs::write(&config, "listen = \"0.0.0.0:5060\"").unwrap();
    let (code, _, errors) = run(&["serve", "--config", config.to_str().unwrap()]);
    assert!(code == 1 && errors.contains("explicit address"), "{errors}");
}

#[test]
fn a_detector_of_voices_without_its_model_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("zeroline.toml");
    for (vad, says) in [("silero", "models pull silero-vad"), ("gold", "webrtc")] {
        let listening = format!("listen = \"127.0.0.1:0\"\n[listening]\nvad = \"{vad}\"\n");
        std::fs::write(&config, listening).unwrap();
        let served = zeroline()
            .args(["serve", "--config"])
            .arg(&config)
            .current_dir(folder.path())
            .env_remove("ZEROLINE_MODELS")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&served.stderr);
        assert_eq!(served.status.code(), Some(1), "{errors}");
        assert!(errors.contains(says), "{errors}");
    }
}
