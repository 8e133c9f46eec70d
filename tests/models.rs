//! Getting models with the real program, from a server in this test that misbehaves as servers,
//! networks and disks do. Whatever happens, nothing half-installed is left.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with one request; the last in its list is repeated.
#[derive(Clone)]
enum Does {
    /// Sends what was asked for, and heeds `Range`.
    Serves,
    /// As `Serves`, and closes the connection after so many bytes of the body.
    BreaksAfter(usize),
    /// Sends all, whatever was asked for, and closes the connection after so many bytes.
    IgnoresRange(usize),
    /// Answers so, with a short body.
    Says(u16, &'static str),
    /// Sends the first half, waits for the word, and sends the rest.
    Waits(Arc<Mutex<()>>),
    /// Sends the caller on to another path.
    Redirects(&'static str),
}

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(file: Vec<u8>, does: Vec<Does>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for (number, caller) in listener.incoming().enumerate() {
                let does = does[number.min(does.len() - 1)].clone();
                let (file, seen) = (file.clone(), seen.clone());
                std::thread::spawn(move || answer(caller.unwrap(), &file, &does, &seen));
            }
        });
        Server { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Which bytes each request asked for.
    fn ranges(&self) -> Vec<String> {
        let range = |request: &String| {
            let line = request
                .lines()
                .find(|l| l.to_lowercase().starts_with("range:"));
            line.map_or(String::new(), |l| l[6..].trim().to_owned())
        };
        self.requests().iter().map(range).collect()
    }
}

fn answer(mut caller: TcpStream, file: &[u8], does: &Does, seen: &Mutex<Vec<String>>) {
    let mut request = String::new();
    for line in BufReader::new(caller.try_clone().unwrap()).lines() {
        let Ok(line) = line else { return };
        if line.is_empty() {
            break;
        }
        request.push_str(&line);
        request.push('\n');
    }
    let from = request
        .to_lowercase()
        .split_once("range: bytes=")
        .and_then(|(_, rest)| rest.split_once('-')?.0.parse::<usize>().ok());
    seen.lock().unwrap().push(request);
    let head =
        |status: &str, more: &str| format!("HTTP/1.1 {status}\r\nConnection: close\r\n{more}\r\n");
    let length = file.len();
    let partial = match from {
        Some(from) if from >= length => {
            let head = head(
                "416 No",
                &format!("Content-Range: bytes */{length}\r\nContent-Length: 0\r\n"),
            );
            let _ = caller.write_all(head.as_bytes());
            return;
        }
        Some(from) => (
            &file[from..],
            head(
                "206 Partial Content",
                &format!(
                    "Content-Range: bytes {from}-{}/{length}\r\nContent-Length: {}\r\n",
                    length - 1,
                    length - from
                ),
            ),
        ),
        None => (
            file,
            head("200 OK", &format!("Content-Length: {length}\r\n")),
        ),
    };
    let whole = (
        file,
        head("200 OK", &format!("Content-Length: {length}\r\n")),
    );
    let ((body, head), count) = match does {
        Does::Serves => (partial, usize::MAX),
        Does::BreaksAfter(count) => (partial, *count),
        Does::IgnoresRange(count) => (whole, *count),
        Does::Waits(word) => {
            let half = partial.0.len() / 2;
            let _ = caller.write_all(partial.1.as_bytes());
            let _ = caller.write_all(&partial.0[..half]);
            drop(word.lock());
            let _ = caller.write_all(&partial.0[half..]);
            return;
        }
        Does::Says(status, kind) => {
            let body = "<html>please sign in</html>";
            let more = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            let _ = caller.write_all(head(&format!("{status} Hm"), &more).as_bytes());
            let _ = caller.write_all(body.as_bytes());
            return;
        }
        Does::Redirects(path) => {
            let more = format!("Location: {path}\r\nContent-Length: 0\r\n");
            let _ = caller.write_all(head("302 Found", &more).as_bytes());
            return;
        }
    };
    let _ = caller.write_all(head.as_bytes());
    let _ = caller.write_all(&body[..count.min(body.len())]);
}

/// A model file of a shape of its own; large enough to come in several pieces.
fn model() -> Vec<u8> {
    let noise = (0u32..200_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8);
    b"lmgg".iter().copied().chain(noise).collect()
}

/// A folder for models, and a catalogue with one model.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(model: &[u8], address: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let sum = format!("{:x?}", Sha256::digest(model).to_vec());
        let sum: String = sum
            .trim_matches(['[', ']'])
            .split(", ")
            .map(|byte| format!("{byte:0>2}"))
            .collect();
        let catalogue = format!(
            "[[model]]\nname = \"small-talk\"\nengine = \"whisper\"\nfile = \"ggml-small-talk.bin\"\n\
             url = \"http://{address}/ggml-small-talk.bin\"\nsize = {}\nsha256 = \"{sum}\"\n\
             licence = \"MIT\"\nlanguages = [\"en\"]\ngood_for = \"tests\"\n",
            model.len()
        );
        std::fs::write(folder.path().join("catalogue.toml"), catalogue).unwrap();
        Place { folder }
    }

    /// With a server for the right file.
    fn served(does: Vec<Does>) -> (Place, Server) {
        let server = Server::start(model(), does);
        (Place::new(&model(), &server.address), server)
    }

    fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    fn installed(&self) -> PathBuf {
        self.models().join("ggml-small-talk.bin")
    }

    fn part(&self) -> PathBuf {
        self.models().join("ggml-small-talk.bin.part")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zeroline"));
        command
            .args(["models", "--catalogue"])
            .arg(self.folder.path().join("catalogue.toml"))
            .args(arguments)
            .env("ZEROLINE_MODELS", self.models())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for proxy in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    fn pull(&self) -> Ran {
        self.run(&["pull", "small-talk"])
    }

    /// What lies in the models folder.
    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.models()).into_iter().flatten();
        let name = |file: std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
        files.flatten().map(name).collect()
    }
}

struct Ran {
    code: i32,
    out: String,
    errors: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    fn must_fail_with(&self, text: &str) {
        assert!(
            self.code == 1 && self.errors.contains(text),
            "exit code {}, without \"{text}\": {}",
            self.code,
            self.errors
        );
    }

    #[track_caller]
    fn must_work(&self) {
        assert_eq!(self.code, 0, "{}", self.errors);
    }
}

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
    // SAFETY: both calls are safe between fork and exec.
    unsafe {
        limited.pre_exec(|| {
            let limit = libc::rlimit {
                rlim_cur: 150_000,
                rlim_max: libc::RLIM_INFINITY,
            };
            libc::setrlimit(libc::RLIMIT_FSIZE, &limit);
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            Ok(())
        });
    }
    let full = Ran::of(limited.output().unwrap());
    full.must_fail_with("the disk became full");
    assert!(!place.installed().exists());
    let kept = std::fs::metadata(place.part()).unwrap().len();
    place.pull().must_work();
    assert_eq!(server.ranges(), ["".to_owned(), format!("bytes={kept}-")]);
    assert_eq!(std::fs::read(place.installed()).unwrap(), model());
}

/// `zeroline models pull` with a small disk of its own under the models folder, which others do
/// not see; None where this is not allowed.
fn on_a_small_disk(place: &Place, size: &str) -> Option<Child> {
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script, "sh"]);
        command
    };
    let allowed = unshare("mount -t tmpfs tmpfs /mnt").output();
    if !allowed.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: mounting a small disk is not allowed here");
        return None;
    }
    std::fs::create_dir_all(place.models()).unwrap();
    let pull = place.command(&["pull", "small-talk"]);
    let mut command =
        unshare("mount -t tmpfs -o size=\"$2\" tmpfs \"$1\" && shift 2 && exec \"$@\"");
    let child = command
        .arg(place.models())
        .arg(size)
        .arg(pull.get_program())
        .args(pull.get_args())
        .env("ZEROLINE_MODELS", place.models())
        .env("NO_PROXY", "127.0.0.1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Some(child)
}

#[test]
fn a_disk_that_is_too_small_is_noticed_before_the_download() {
    let (place, server) = Place::served(vec![Does::Serves]);
    let Some(child) = on_a_small_disk(&place, "100k") else {
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
    let Some(child) = on_a_small_disk(&place, "300k") else {
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
            "is called like small-talk",
        ),
        ("holiday.jpg", b"jpeg", "not a model of the catalogue"),
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
    assert!(
        listed.out.lines().nth(1).unwrap().contains("installed"),
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
    assert!(built_in.out.contains("base.en") && built_in.out.contains("silero-vad"));
}
