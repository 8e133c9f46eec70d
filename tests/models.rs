//! Getting models with the real program, from a server in this test that misbehaves as servers,
//! networks and disks do. Whatever happens, nothing half-installed is left.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "models/place.rs"]
mod place;
#[path = "models/server.rs"]
mod server;
#[path = "models/several.rs"]
mod several;

use place::{Place, Ran, limit_files, model};
use server::{Does, Server};
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_model_is_downloaded_checked_and_installed() {
    let (place, server) = Place::served(vec![Does::Serves]);
    let pulled = place.pull();
    pulled.must_work();
    assert_eq!(pulled.errors, "", "in a pipe there is no progress");
    assert!(pulled.out.contains("ggml-small-talk.bin"), "{}", pulled.out);
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    assert_eq!(place.files(), ["ggml-small-talk.bin"]);
    let again = place.pull();
    again.must_work();
    assert!(again.out.contains("was there already"), "{}", again.out);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_broken_connection_is_continued() {
    let breaks = |bytes| Does::BreaksAfter(bytes);
    let (place, server) = Place::served(vec![breaks(70_000), breaks(50_000), Does::Serves]);
    place.pull().must_work();
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    assert_eq!(server.ranges(), ["", "bytes=70000-", "bytes=120000-"]);
}

#[test]
fn a_download_of_yesterday_is_continued() {
    let (place, server) = Place::served(vec![Does::Redirects("/elsewhere"), Does::Serves]);
    std::fs::create_dir_all(place.models()).unwrap();
    std::fs::write(place.part(), &model()[..123_456]).unwrap();
    place.pull().must_work();
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    assert_eq!(server.ranges(), ["bytes=123456-", "bytes=123456-"]);
    assert_eq!(place.files(), ["ggml-small-talk.bin"]);
}

#[test]
fn a_server_that_cannot_continue_is_asked_for_all() {
    let all = |bytes| Does::IgnoresRange(bytes);
    let (place, _server) = Place::served(vec![all(70_000), all(usize::MAX)]);
    let pulled = place.pull();
    pulled.must_work();
    assert!(pulled.errors.contains("starting over"), "{}", pulled.errors);
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
}

#[test]
fn what_does_not_fit_the_file_is_downloaded_anew() {
    for there in [
        vec![7; 1000],
        vec![7; model().len()],
        vec![7; model().len() + 1],
    ] {
        let (place, _server) = Place::served(vec![Does::Serves]);
        std::fs::create_dir_all(place.models()).unwrap();
        std::fs::write(place.part(), &there).unwrap();
        let pulled = place.pull();
        pulled.must_work();
        assert!(pulled.errors.contains("starting over"), "{}", pulled.errors);
        assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    }
}

#[test]
fn a_connection_that_always_breaks_keeps_what_came() {
    let (place, server) = Place::served(vec![Does::BreaksAfter(70_000), Does::BreaksAfter(0)]);
    let pulled = place.pull();
    pulled.must_fail_with("the same command goes on from there");
    assert!(
        pulled.errors.contains("trying again in"),
        "{}",
        pulled.errors
    );
    assert_eq!(server.requests().len(), 4);
    assert_eq!(std::fs::read(place.part()).unwrap(), &model()[..70_000]);
    assert!(!place.installed().exists());
    let verified = place.run(&["verify"]);
    verified.must_work();
    assert!(
        verified.out.contains("incomplete: 70000 of 200004"),
        "{}",
        verified.out
    );
}

#[test]
fn a_wrong_checksum_installs_nothing() {
    let mut changed = model();
    changed[100_000] ^= 1;
    let server = Server::start(changed, vec![Does::Serves]);
    let place = Place::new(&model(), &server.address);
    place
        .pull()
        .must_fail_with("deleted, and nothing was installed");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn another_file_is_refused_before_it_is_downloaded() {
    let mut longer = model();
    longer.push(0);
    let server = Server::start(longer, vec![Does::Serves]);
    let place = Place::new(&model(), &server.address);
    place
        .pull()
        .must_fail_with("200005 bytes and the catalogue says 200004");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_refusal_is_told_in_words() {
    for (status, words) in [
        (404, "not there any more"),
        (403, "zeroline models import"),
        (407, "the proxy wants"),
        (204, "not a download"),
    ] {
        let (place, server) = Place::served(vec![Does::Says(status, "text/plain")]);
        let pulled = place.pull();
        pulled.must_fail_with(words);
        pulled.must_fail_with(&status.to_string());
        assert_eq!(server.requests().len(), 1, "asked again after {status}");
        assert_eq!(place.files(), [""; 0]);
    }
}

#[test]
fn a_server_in_trouble_gets_a_few_more_chances() {
    let trouble = Does::Says(503, "text/html");
    let (place, server) = Place::served(vec![trouble.clone()]);
    place.pull().must_fail_with("try again later");
    assert_eq!(server.requests().len(), 4);
    assert_eq!(place.files(), [""; 0]);
    let (place, _server) = Place::served(vec![trouble, Does::Serves]);
    place.pull().must_work();
}

#[test]
fn a_sign_in_page_is_no_model() {
    let (place, _server) = Place::served(vec![
        Does::Redirects("/login"),
        Does::Says(200, "text/html; charset=utf-8"),
    ]);
    place.pull().must_fail_with("sign-in page");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn no_network_is_said_at_once() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let place = Place::new(&model(), &free.to_string());
    place.pull().must_fail_with("127.0.0.1 cannot be reached");
    assert_eq!(place.files(), [""; 0]);
    let place = Place::new(&model(), "models.invalid");
    place
        .pull()
        .must_fail_with("models.invalid cannot be reached");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (place, server) = Place::served(vec![Does::Serves]);
    std::fs::write(place.models(), "a file").unwrap();
    let pulled = place.pull();
    pulled.must_fail_with(&place.models().display().to_string());
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn two_at_once_do_not_mix() {
    let word = Arc::new(Mutex::new(()));
    let (place, server) = Place::served(vec![Does::Waits(word.clone())]);
    let hold = word.lock().unwrap();
    let first = place.command(&["pull", "small-talk"]).spawn().unwrap();
    until("half has come", || half_is_there(&place.part()));
    place.pull().must_fail_with("another zeroline");
    drop(hold);
    Ran::of(first.wait_with_output().unwrap()).must_work();
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_killed_download_installs_nothing_and_is_continued() {
    let word = Arc::new(Mutex::new(()));
    let (place, server) = Place::served(vec![Does::Waits(word.clone()), Does::Serves]);
    let hold = word.lock().unwrap();
    let mut first = place.command(&["pull", "small-talk"]).spawn().unwrap();
    until("half has come", || half_is_there(&place.part()));
    first.kill().unwrap();
    first.wait().unwrap();
    drop(hold);
    assert_eq!(place.files(), ["ggml-small-talk.bin.part"]);
    place.pull().must_work();
    assert_eq!(server.ranges(), ["", "bytes=100002-"]);
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
}

fn half_is_there(part: &std::path::Path) -> bool {
    std::fs::metadata(part).is_ok_and(|part| part.len() == model().len() as u64 / 2)
}

fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within half a minute: {what}");
}

#[test]
fn a_file_that_cannot_grow_is_kept_to_be_continued() {
    let (place, server) = Place::served(vec![Does::Serves]);
    let mut limited = place.command(&["pull", "small-talk"]);
    limit_files(&mut limited, 150_000);
    let full = Ran::of(limited.output().unwrap());
    full.must_fail_with("the disk became full");
    assert!(!place.installed().exists());
    let kept = std::fs::metadata(place.part()).unwrap().len();
    place.pull().must_work();
    assert_eq!(server.ranges(), ["".to_owned(), format!("bytes={kept}-")]);
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
}

#[test]
fn a_disk_that_is_too_small_is_noticed_before_the_download() {
    let (place, server) = Place::served(vec![Does::Serves]);
    let Some(child) = place.pull_on_a_small_disk("small-talk", "100k") else {
        return;
    };
    let full = Ran::of(child.wait_with_output().unwrap());
    full.must_fail_with("0.2 MB are needed and only 0.1 MB are free");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_disk_that_fills_up_meanwhile_installs_nothing() {
    let word = Arc::new(Mutex::new(()));
    let (place, _server) = Place::served(vec![Does::Waits(word.clone())]);
    let hold = word.lock().unwrap();
    let Some(child) = place.pull_on_a_small_disk("small-talk", "300k") else {
        return;
    };
    let seen_by_child = PathBuf::from(format!("/proc/{}/root", child.id()));
    let disk = seen_by_child.join(place.models().strip_prefix("/").unwrap());
    until("half has come", || {
        half_is_there(&disk.join("ggml-small-talk.bin.part"))
    });
    let mut other = std::fs::File::create(disk.join("somebody-else")).unwrap();
    while other.write_all(&[0; 4096]).is_ok() {}
    drop(hold);
    let full = Ran::of(child.wait_with_output().unwrap());
    full.must_fail_with("the disk became full");
    full.must_fail_with("the 0.1 MB that came are kept");
}

#[test]
fn a_file_from_a_stick_is_recognised_and_installed() {
    let place = Place::new(&model(), "127.0.0.1:9");
    let stick = tempfile::tempdir().unwrap();
    let file = stick.path().join("whatever.dat");
    std::fs::write(&file, model()).unwrap();
    std::fs::create_dir_all(place.models()).unwrap();
    std::fs::write(place.part(), &model()[..10]).unwrap();
    let imported = place.run(&["import", file.to_str().unwrap()]);
    imported.must_work();
    assert!(
        imported.out.contains("small-talk is installed"),
        "{}",
        imported.out
    );
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
    assert_eq!(place.files(), ["ggml-small-talk.bin"]);
}

#[test]
fn damaged_and_unknown_files_are_not_taken() {
    let place = Place::new(&model(), "127.0.0.1:9");
    let stick = tempfile::tempdir().unwrap();
    let mut changed = model();
    changed[9] ^= 1;
    for (name, bytes, words) in [
        ("a.bin", &changed[..], "its checksum is wrong"),
        (
            "ggml-small-talk.bin",
            &model()[..500],
            "is called like a file of small-talk",
        ),
        (
            "holiday.jpg",
            b"jpeg",
            "no file of a model of the catalogue",
        ),
    ] {
        let file = stick.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let imported = place.run(&["import", file.to_str().unwrap()]);
        imported.must_fail_with(words);
        imported.must_fail_with(name);
        assert_eq!(place.files(), [""; 0]);
    }
    place
        .run(&["import", "/no/such.bin"])
        .must_fail_with("/no/such.bin");
}

#[test]
fn verify_tells_whole_from_damaged_and_unknown() {
    let (place, _server) = Place::served(vec![Does::Serves]);
    let nothing = place.run(&["verify"]);
    nothing.must_work();
    assert!(nothing.out.contains("no models"), "{}", nothing.out);
    assert_eq!(place.run(&["verify", "small-talk"]).code, 1);

    place.pull().must_work();
    std::fs::write(place.models().join("ggml-mine.bin"), b"lmgg and more").unwrap();
    std::fs::write(place.models().join("README.md"), "not a model").unwrap();
    let good = place.run(&["verify"]);
    good.must_work();
    assert!(good.out.contains("ggml-small-talk.bin: ok"), "{}", good.out);
    assert!(good.out.contains("ggml-mine.bin: unknown"), "{}", good.out);
    assert!(!good.out.contains("README"), "{}", good.out);

    let mut changed = model();
    changed[150_000] ^= 1;
    std::fs::write(place.installed(), &changed).unwrap();
    std::fs::write(place.models().join("ggml-page.bin"), "<html>").unwrap();
    let bad = place.run(&["verify"]);
    assert_eq!(bad.code, 1);
    assert!(
        bad.out.contains("ggml-small-talk.bin: damaged"),
        "{}",
        bad.out
    );
    assert!(bad.out.contains("ggml-page.bin: damaged"), "{}", bad.out);
    let json = place.run(&["verify", "small-talk", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (line["model"].as_str(), line["state"].as_str()),
        (Some("small-talk"), Some("damaged"))
    );

    place.pull().must_work();
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
}

#[test]
fn list_says_what_there_is_and_what_is_installed() {
    let (place, _server) = Place::served(vec![Does::Serves]);
    let installed = || {
        let listed = place.run(&["list", "--json"]);
        let line: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
        assert_eq!(line["name"], "small-talk");
        line["installed"].as_bool().unwrap()
    };
    assert!(!installed());
    place.pull().must_work();
    assert!(installed());
    let listed = place.run(&["list"]);
    let line = listed
        .out
        .lines()
        .find(|line| line.starts_with("small-talk "));
    assert!(
        line.is_some_and(|line| line.contains("installed")),
        "{}",
        listed.out
    );
}

#[test]
fn names_and_catalogues_that_are_wrong_are_told() {
    let place = Place::new(&model(), "127.0.0.1:9");
    place
        .run(&["pull", "smalltalk"])
        .must_fail_with("Did you mean small-talk?");
    std::fs::write(
        place.folder.path().join("catalogue.toml"),
        "[[model]]\nname = 3",
    )
    .unwrap();
    place.run(&["list"]).must_fail_with("catalogue.toml");
    for usage in [&["pull"][..], &["import"], &["fetch", "x"], &[]] {
        assert_eq!(place.run(usage).code, 2, "{usage:?}");
    }
    let mut help = Command::new(env!("CARGO_BIN_EXE_zeroline"));
    for command in ["list", "pull", "import", "verify"] {
        let mut help = Command::new(env!("CARGO_BIN_EXE_zeroline"));
        let shown = Ran::of(help.args(["models", command, "--help"]).output().unwrap());
        assert!(shown.out.contains("Example:"), "{command}: {}", shown.out);
    }
    let built_in = Ran::of(help.args(["models", "list"]).output().unwrap());
    for name in ["base.en", "silero-vad", "en_US-kristin-medium"] {
        assert!(built_in.out.contains(name), "{name}");
    }
}
