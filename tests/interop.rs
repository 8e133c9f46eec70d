//! Calls with what others have made, beside those of the other tests: Kamailio as a proxy in front, which
//! changes the transport and stays in the way, and Linphone. `make interop` installs and runs them, and
//! nothing else does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Served, person, root, zeroline};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// False where it is not to be called, or not there, which is said.
fn is_to_be_called(program: &str) -> bool {
    if std::env::var_os("ZEROLINE_INTEROP").is_none() {
        eprintln!("SKIPPED: {program} is called by `make interop`");
        return false;
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&folders)
        .chain([Path::new("/usr/sbin").to_owned()])
        .any(|folder| folder.join(program).is_file());
    if !there {
        eprintln!("SKIPPED: {program} is not installed; `make interop` installs it");
    }
    there
}

fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// A proxy, and whom it knows.
struct Kamailio {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Kamailio {
    fn start(port: u16, clinic: SocketAddr, anna: &str) -> Kamailio {
        let folder = tempfile::tempdir().unwrap();
        let config = std::fs::read_to_string(root().join("tests/interop/kamailio.cfg"))
            .unwrap()
            .replace("PORT", &port.to_string())
            .replace("ZEROLINE", &clinic.to_string())
            .replace("PERSON", anna);
        let path = folder.path().join("kamailio.cfg");
        std::fs::write(&path, config).unwrap();
        let process = Command::new("/usr/sbin/kamailio")
            .arg("-f")
            .arg(&path)
            .args(["-DD", "-E", "-m", "16", "-Y"])
            .arg(folder.path())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let limit = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < limit, "Kamailio does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        Kamailio {
            process,
            address,
            _folder: folder,
        }
    }
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        // Its children end with it where it is asked to end.
        unsafe { libc::kill(self.process.id() as i32, libc::SIGTERM) };
        let _ = self.process.wait();
    }
}

/// `zeroline call` of the clinic by way of a proxy.
fn call(proxy: SocketAddr, options: &[&str]) -> String {
    let output = zeroline()
        .arg("call")
        .arg(format!("sip:clinic@{proxy}"))
        .args(options)
        .current_dir(root())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn through_kamailio_from_udp_to_tcp_a_caller_is_understood_and_transferred() {
    if !is_to_be_called("kamailio") {
        return;
    }
    let port = free_port();
    let (mut person, at) = person(&["--say", "audio-fixtures/human-greeting.wav"]);
    let served = Served::start(&format!("sip:anna@127.0.0.1:{port}"), "");
    let proxy = Kamailio::start(port, served.address, &at);
    // BYE comes from us, by the way that the proxy has written down.
    let said = call(proxy.address, &["--say", "audio-fixtures/goodbye.wav"]);
    served.wait_for_end("finished");
    assert!(!said.contains("error"), "{said}");
    // REFER goes that way, and what comes of it comes back by NOTIFY.
    let said = call(proxy.address, &["--keys", "0@1"]);
    served.wait_for_end("transferred");
    assert!(said.contains("anna"), "{said}");
    assert!(person.wait().unwrap().success());
}

#[test]
fn an_agent_behind_kamailio_is_rung_and_talks_to_the_caller() {
    if !is_to_be_called("kamailio") {
        return;
    }
    let port = free_port();
    let (mut person, at) = person(&["--say", "audio-fixtures/human-greeting.wav"]);
    let agents = format!(
        "[[queue]]\nname = \"front-desk\"\naccept = \"answer\"\n\
         [[agent]]\nname = \"anna\"\nqueues = [\"front-desk\"]\naddress = \"sip:anna@127.0.0.1:{port}\"\n"
    );
    let served = Served::with(include_str!("../dialplans/clinic.toml"), &agents);
    let proxy = Kamailio::start(port, served.address, &at);
    call(proxy.address, &["--keys", "0@1"]);
    served.wait_for("they are joined", |events| {
        events
            .iter()
            .any(|e| e["event"] == "connected" && e["agent"] == "anna")
    });
    // The person says something and hangs up: ACK and BYE have found their ways.
    served.wait_for_end("agent_hung_up");
    assert!(person.wait().unwrap().success());
}

#[test]
fn linphone_asks_is_answered_and_hears_the_goodbye() {
    // A network of its own, so that it does not take another address of this machine.
    let is_root = unsafe { libc::geteuid() } == 0;
    if !is_root {
        eprintln!("SKIPPED: only root may make a network for Linphone");
    }
    if !is_root || !is_to_be_called("linphonec") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new("unshare")
        .arg("--net")
        .arg(root().join("tests/interop/linphone.sh"))
        .arg(env!("CARGO_BIN_EXE_zeroline"))
        .arg(folder.path())
        .status()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let logs = [read("zeroline.log"), read("linphone.log")].concat();
    assert!(ran.success(), "{logs}");
    let calls = std::fs::read_dir(folder.path().join("data")).unwrap();
    let events: String = calls
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "jsonl"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert!(
        events.contains("\"intent\":\"opening-hours\""),
        "{events}\n{logs}"
    );
    assert!(
        events.contains("\"reason\":\"finished\""),
        "{events}\n{logs}"
    );
    // What Linphone recorded is our voice.
    let heard = zeroline::audio::wav::read(&folder.path().join("heard.wav")).unwrap();
    let level = zeroline::audio::level::dbov(&heard.clip.samples);
    assert!(level > -40.0, "heard at {level} dBov only");
}
