//! baresip as a desk phone: a real one, with an account, that says what is in a WAV file and writes
//! down what it hears. Debian's `baresip-core`.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const MODULES: &str = "/usr/lib/baresip/modules";

/// A phone that is switched on; ended when dropped.
pub struct Baresip {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it listens for SIP.
    pub address: SocketAddr,
    control: SocketAddr,
}

/// What kind of phone it is to be.
pub struct Phone<'a> {
    pub user: &'a str,
    pub password: &'a str,
    /// What its owner says: a WAV file of 8000 Hz, 16 bit, mono.
    pub says: &'a Path,
    /// Picks up by itself; else it rings until [`Baresip::accept`] or [`Baresip::hang_up`].
    pub answers: bool,
    /// `udp` or `tcp`.
    pub transport: &'a str,
}

impl Baresip {
    /// Starts it; it registers at `registrar`.
    pub fn start(registrar: SocketAddr, phone: &Phone<'_>) -> Baresip {
        let folder = tempfile::tempdir().unwrap();
        let address = free_udp();
        let control = free_tcp();
        let heard = folder.path().display();
        let says = phone.says.display();
        let config = format!(
            "poll_method epoll\nsip_listen {address}\ncall_local_timeout 120\ncall_max_calls 4\n\
             audio_source aufile,{says}\naudio_player aubridge,ear\n\
             ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
             ausrc_format s16\nauplay_format s16\nauenc_format s16\naudec_format s16\n\
             audio_path {heard}\njitter_buffer_delay 1-10\nnet_interface 127.0.0.1\n\
             module_path {MODULES}\nmodule g711.so\nmodule sndfile.so\nmodule aufile.so\n\
             module aubridge.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             snd_path {heard}\nctrl_tcp_listen {control}\n"
        );
        let mode = if phone.answers { "auto" } else { "manual" };
        let account = format!(
            "<sip:{}@{registrar};transport={}>;auth_pass={};answermode={mode};regint=60;audio_codecs=PCMU,PCMA\n",
            phone.user, phone.transport, phone.password
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        std::fs::write(folder.path().join("accounts"), account).unwrap();
        std::fs::write(folder.path().join("contacts"), "").unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("baresip")
            .arg("-f")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("baresip (Debian's baresip-core) is not installed; run scripts/setup");
        Baresip {
            child,
            folder,
            address,
            control,
        }
    }

    /// What it printed.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[track_caller]
    pub fn wait_for_log(&self, words: &str) {
        let limit = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(words) {
            assert!(
                Instant::now() < limit,
                "never said {words}:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lifts the handset while it rings.
    pub fn accept(&self) {
        self.command("accept", "");
    }

    /// Hangs up, or declines while it rings.
    pub fn hang_up(&self) {
        self.command("hangup", "");
    }

    pub fn dial(&self, uri: &str) {
        self.command("dial", uri);
    }

    /// Presses a key in the call (RFC 4733).
    pub fn press(&self, key: char) {
        self.command("sndcode", &key.to_string());
    }

    /// One command of its menu, by TCP; gives what it answers.
    pub fn command(&self, command: &str, params: &str) -> String {
        let message = serde_json::json!({"command": command, "params": params, "token": "t"});
        let message = message.to_string();
        let mut line = TcpStream::connect(self.control).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        write!(line, "{}:{message},", message.len()).unwrap();
        // Events may come before the response; all of it is given.
        let mut said = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = line.read(&mut buffer) {
            said.extend(&buffer[..length]);
            if String::from_utf8_lossy(&said).contains("\"response\"") {
                break;
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    }

    /// What it has heard, by call in the order of their beginning: WAV files, whole once a call is
    /// over.
    pub fn heard(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        files
    }

    /// Switches it off as a power cut does: nobody is told.
    pub fn pull_the_plug(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        self.pull_the_plug();
    }
}

fn free_udp() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn free_tcp() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}
