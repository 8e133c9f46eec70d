//! Models of several files, and files that are published in archives.

use crate::place::{Place, Ran, content, entry, file, limit_files, model};
use crate::server::{Does, Server};
use std::io::{Cursor, Write};
use std::path::PathBuf;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const VOICE: &str = "en_US-somebody-medium";

/// Begins as ONNX files do.
fn voice() -> Vec<u8> {
    [0x08, 0x07].into_iter().chain(model()).collect()
}

fn description() -> Vec<u8> {
    format!("{{\"phonemes\": \"{}\"}}", "əɪʊ".repeat(20_000)).into_bytes()
}

/// With a voice in the catalogue, and a server for its two files.
fn voice_served(does: Vec<Does>) -> (Place, Server) {
    let (onnx, json) = (format!("{VOICE}.onnx"), format!("{VOICE}.onnx.json"));
    let files = vec![(onnx.clone(), voice()), (json.clone(), description())];
    let server = Server::of(files, does);
    let files = [
        file(&onnx, &server.address, &voice()),
        file(&json, &server.address, &description()),
    ];
    let place = Place::with(&entry(VOICE, "piper", &files));
    (place, server)
}

fn path(place: &Place, end: &str) -> PathBuf {
    place.models().join(format!("{VOICE}{end}"))
}

#[track_caller]
fn must_say(ran: &Ran, texts: &[&str]) {
    for text in texts {
        assert!(ran.out.contains(text), "without \"{text}\": {}", ran.out);
    }
}

#[test]
fn a_voice_is_two_files_and_each_is_continued() {
    let (place, server) = voice_served(vec![
        Does::BreaksAfter(70_000),
        Does::Serves,
        Does::BreaksAfter(50_000),
        Does::Serves,
    ]);
    let pulled = place.run(&["pull", VOICE]);
    pulled.must_work();
    must_say(&pulled, &[".onnx and ", ".onnx.json"]);
    assert_eq!(std::fs::read(path(&place, ".onnx")).unwrap(), voice());
    let json = std::fs::read(path(&place, ".onnx.json")).unwrap();
    assert_eq!(json, description());
    assert_eq!(server.ranges(), ["", "bytes=70000-", "", "bytes=50000-"]);
    assert_eq!(place.files().len(), 2);
    place.run(&["verify", VOICE]).must_work();
    must_say(&place.run(&["pull", VOICE]), &["was there already"]);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_is_there_of_a_voice_is_not_fetched_again() {
    let (place, server) = voice_served(vec![
        Does::Serves,
        Does::BreaksAfter(50_000),
        Does::BreaksAfter(0),
    ]);
    let broken = place.run(&["pull", VOICE]);
    broken.must_fail_with("the same command goes on from there");
    assert_eq!(server.requests().len(), 5);
    let half = place.run(&["verify"]);
    must_say(
        &half,
        &[".onnx: ok", ".onnx.json.part: incomplete: 50000 of"],
    );
    let (listed, json) = (place.run(&["list"]), place.run(&["list", "--json"]));
    must_say(&listed, &["partly"]);
    let line: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(line["installed"], false);
    assert_eq!(
        line["missing"],
        serde_json::json!([format!("{VOICE}.onnx.json")])
    );

    let (again, server) = voice_served(vec![Does::Serves]);
    std::fs::create_dir_all(again.models()).unwrap();
    for file in place.files() {
        std::fs::copy(place.models().join(&file), again.models().join(&file)).unwrap();
    }
    again.run(&["pull", VOICE]).must_work();
    assert_eq!(server.ranges(), ["bytes=50000-"]);
    must_say(&again.run(&["list"]), &["installed"]);

    std::fs::write(path(&again, ".onnx"), "harmed").unwrap();
    again.run(&["pull", VOICE]).must_work();
    assert_eq!(std::fs::read(path(&again, ".onnx")).unwrap(), voice());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_voice_without_its_description_is_told() {
    let (place, _server) = voice_served(vec![Does::Serves]);
    place.run(&["pull", VOICE]).must_work();
    std::fs::remove_file(path(&place, ".onnx.json")).unwrap();
    let verified = place.run(&["verify"]);
    assert_eq!(verified.code, 1);
    must_say(&verified, &[".onnx: ok", ".onnx.json: missing"]);
}

#[test]
fn a_stick_may_bring_one_file_after_the_other() {
    let (place, _server) = voice_served(vec![Does::Serves]);
    let stick = tempfile::tempdir().unwrap();
    let (first, second) = (stick.path().join("a"), stick.path().join("b"));
    std::fs::write(&first, description()).unwrap();
    std::fs::write(&second, voice()).unwrap();

    let imported = place.run(&["import", first.to_str().unwrap()]);
    imported.must_work();
    let needs = format!("still needs {VOICE}.onnx, which is at http://");
    must_say(&imported, &[".onnx.json is installed", &needs]);
    assert_eq!(place.files(), [format!("{VOICE}.onnx.json")]);

    let imported = place.run(&["import", second.to_str().unwrap()]);
    imported.must_work();
    must_say(&imported, &[&format!("{VOICE} is installed as")]);
    assert!(!imported.out.contains("needs"), "{}", imported.out);
    place.run(&["verify", VOICE]).must_work();
}

#[test]
fn a_length_that_two_voices_have_is_no_sign_of_damage() {
    let files = |end: &str| {
        [file(
            &format!("{end}.onnx"),
            "127.0.0.1:9",
            &[&voice()[..], end.as_bytes()].concat(),
        )]
    };
    let (one, two) = (
        entry("one", "piper", &files("1")),
        entry("two", "piper", &files("2")),
    );
    let place = Place::with(&format!("{one}{two}"));
    let stick = tempfile::tempdir().unwrap();
    let third = stick.path().join("3.onnx");
    std::fs::write(&third, [&voice()[..], b"3"].concat()).unwrap();
    let imported = place.run(&["import", third.to_str().unwrap()]);
    imported.must_fail_with("no file of a model of the catalogue");
    imported.must_fail_with("NAME.onnx with NAME.onnx.json");
}

#[test]
fn a_voice_of_somebodys_own_is_let_be() {
    let (place, _server) = voice_served(vec![Does::Serves]);
    std::fs::create_dir_all(place.models()).unwrap();
    for (name, bytes) in [
        ("de_DE-ich-low.onnx", &voice()[..]),
        ("de_DE-ich-low.onnx.json", b"{}"),
        ("alone.onnx", &voice()),
    ] {
        std::fs::write(place.models().join(name), bytes).unwrap();
    }
    let verified = place.run(&["verify"]);
    verified.must_work();
    must_say(
        &verified,
        &[
            "ich-low.onnx: unknown: a voice",
            "alone.onnx: unknown",
            "no voice without",
        ],
    );
    std::fs::write(place.models().join("page.onnx"), "<html>").unwrap();
    assert_eq!(place.run(&["verify"]).code, 1);
}

/// Takes far less room in an archive.
fn library() -> Vec<u8> {
    let noise = (0u32..150_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8);
    let zeros = std::iter::repeat_n(0, 150_000);
    b"\x7fELF"
        .iter()
        .copied()
        .chain(noise)
        .chain(zeros)
        .collect()
}

/// A wheel with a library in it.
fn wheel(member: &str, library: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("run/time/LICENSE", &b"MIT"[..]), (member, library)] {
        let options = SimpleFileOptions::default();
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const MEMBER: &str = "run/time/librun.so.1.2";

/// A library that is published in an archive.
fn library_entry(server: &Server, archive: &[u8]) -> String {
    let file = format!(
        "[[model.file]]\nname = \"librun.so\"\nurl = \"http://{}/run-1.2-any.whl\"\n{}\
         [model.file.unpack]\nmember = \"{MEMBER}\"\n{}",
        server.address,
        content(archive),
        content(&library())
    );
    entry("run", "onnx-runtime", &[file])
}

/// With it in the catalogue, and a server for the archive.
fn library_served(archive: &[u8], does: Vec<Does>) -> (Place, Server) {
    let server = Server::start(archive.to_vec(), does);
    (Place::with(&library_entry(&server, archive)), server)
}

#[test]
fn a_library_is_taken_out_of_its_archive() {
    let archive = wheel(MEMBER, &library());
    let (place, server) = library_served(&archive, vec![Does::BreaksAfter(1000), Does::Serves]);
    let pulled = place.run(&["pull", "run"]);
    pulled.must_work();
    must_say(&pulled, &["run is installed as", "librun.so"]);
    assert_eq!(server.ranges(), ["", "bytes=1000-"]);
    let installed = place.models().join("librun.so");
    assert_eq!(std::fs::read(&installed).unwrap(), library());
    assert_eq!(place.files(), ["librun.so"], "the archive is gone");
    must_say(&place.run(&["verify", "run"]), &["librun.so: ok"]);
    must_say(&place.run(&["list"]), &["installed"]);
    must_say(&place.run(&["pull", "run"]), &["was there already"]);
    assert_eq!(server.requests().len(), 2);

    std::fs::write(&installed, "harmed").unwrap();
    assert_eq!(place.run(&["verify"]).code, 1);
    place.run(&["pull", "run"]).must_work();
    assert_eq!(std::fs::read(&installed).unwrap(), library());
}

#[test]
fn an_archive_on_its_way_is_continued() {
    let archive = wheel(MEMBER, &library());
    let (place, server) = library_served(&archive, vec![Does::Serves]);
    std::fs::create_dir_all(place.models()).unwrap();
    let part = place.models().join("librun.so.zip.part");
    std::fs::write(&part, &archive[..2000]).unwrap();
    // As it is after a power cut while the library was written.
    std::fs::write(place.models().join("librun.so.part"), "some").unwrap();
    let verified = place.run(&["verify"]);
    verified.must_work();
    must_say(
        &verified,
        &[
            "librun.so.zip.part: incomplete: 2000 of",
            "librun.so.part: incomplete: 4 of",
        ],
    );
    place.run(&["pull", "run"]).must_work();
    assert_eq!(server.ranges(), ["bytes=2000-"]);
    assert_eq!(place.files(), ["librun.so"]);
}

#[test]
fn what_was_left_after_the_library_was_installed_is_cleared_away() {
    let archive = wheel(MEMBER, &library());
    let (place, server) = library_served(&archive, vec![Does::Serves]);
    std::fs::create_dir_all(place.models()).unwrap();
    std::fs::write(place.models().join("librun.so"), library()).unwrap();
    std::fs::write(place.models().join("librun.so.zip.part"), &archive).unwrap();
    must_say(&place.run(&["pull", "run"]), &["was there already"]);
    assert_eq!(
        (place.files(), server.requests().len()),
        (vec!["librun.so".to_owned()], 0)
    );
}

#[test]
fn an_archive_that_is_not_what_the_catalogue_says_installs_nothing() {
    let mut other = library();
    other[200_000] ^= 1;
    for (archive, words) in [
        (wheel(MEMBER, &other), "has a wrong checksum"),
        (
            wheel(MEMBER, &[library(), vec![0]].concat()),
            "has more than 300004 bytes",
        ),
        (wheel(MEMBER, b"\x7fELF"), "has 4 bytes instead of 300004"),
        (
            wheel("elsewhere/librun.so.1.2", &library()),
            "there is no run/time/librun.so.1.2 in it",
        ),
        (
            b"no zip, though nothing changed it on the way".to_vec(),
            "cannot be read as a zip archive",
        ),
    ] {
        let (place, server) = library_served(&archive, vec![Does::Serves]);
        let pulled = place.run(&["pull", "run"]);
        pulled.must_fail_with(words);
        pulled.must_fail_with(&format!("http://{}/run-1.2-any.whl", server.address));
        assert_eq!(place.files(), [""; 0]);
    }
}

#[test]
fn room_for_the_library_is_seen_to_before_the_archive_is_downloaded() {
    let archive = wheel(MEMBER, &library());
    let (place, server) = library_served(&archive, vec![Does::Serves]);
    let Some(child) = place.pull_on_a_small_disk("run", "200k") else {
        return;
    };
    let full = Ran::of(child.wait_with_output().unwrap());
    full.must_fail_with("0.3 MB are needed and only 0.2 MB are free");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn an_archive_that_found_no_room_is_kept() {
    let archive = wheel(MEMBER, &library());
    let (place, server) = library_served(&archive, vec![Does::Serves]);
    let mut limited = place.command(&["pull", "run"]);
    limit_files(&mut limited, 200_000);
    let full = Ran::of(limited.output().unwrap());
    full.must_fail_with("the disk became full");
    assert!(!full.errors.contains("are kept"), "{}", full.errors);
    assert_eq!(place.files(), ["librun.so.zip.part"]);
    place.run(&["pull", "run"]).must_work();
    assert_eq!(server.requests().len(), 1);
    assert_eq!(place.files(), ["librun.so"]);
}

#[test]
fn an_archive_that_was_changed_on_the_way_is_not_opened() {
    let archive = wheel(MEMBER, &library());
    let mut changed = archive.clone();
    changed[2500] ^= 1;
    let server = Server::start(changed, vec![Does::Serves]);
    let place = Place::with(&library_entry(&server, &archive));
    let pulled = place.run(&["pull", "run"]);
    pulled.must_fail_with("deleted, and nothing was installed");
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_stick_may_bring_the_archive_or_the_library() {
    let archive = wheel(MEMBER, &library());
    let stick = tempfile::tempdir().unwrap();
    for (name, bytes) in [("some.whl", &archive), ("some.so", &library())] {
        let (place, _server) = library_served(&archive, vec![Does::Serves]);
        let file = stick.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let imported = place.run(&["import", file.to_str().unwrap()]);
        imported.must_work();
        must_say(&imported, &["run is installed as"]);
        assert_eq!(place.files(), ["librun.so"]);
        assert_eq!(
            std::fs::read(place.models().join("librun.so")).unwrap(),
            library()
        );
        assert!(file.exists(), "what is on the stick stays there");
    }
}

#[test]
fn a_damaged_archive_is_known_by_its_name() {
    let archive = wheel(MEMBER, &library());
    let (place, _server) = library_served(&archive, vec![Does::Serves]);
    let stick = tempfile::tempdir().unwrap();
    let file = stick.path().join("run-1.2-any.whl");
    std::fs::write(&file, &archive[..3000]).unwrap();
    let imported = place.run(&["import", file.to_str().unwrap()]);
    imported.must_fail_with(&format!(
        "a file of run, which has {} bytes, and has 3000",
        archive.len()
    ));
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn what_is_for_another_machine_is_told() {
    let file = file("librun.so", "127.0.0.1:9", &library());
    let run = entry("run", "onnx-runtime", &[file]);
    let place = Place::with(&run.replace("engine", "machine = \"pdp11\"\nengine"));
    let stick = tempfile::tempdir().unwrap();
    let there = stick.path().join("librun.so");
    std::fs::write(&there, library()).unwrap();
    for arguments in [["pull", "run"], ["import", there.to_str().unwrap()]] {
        let told = place.run(&arguments);
        told.must_fail_with("is only for pdp11 machines");
    }
    assert_eq!(place.run(&["list", "--json"]).out, "");
    assert_eq!(place.files(), [""; 0]);
}
