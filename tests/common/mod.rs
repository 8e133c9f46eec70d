//! A running `zeroline serve`, and a phone made of bare sockets.
#![allow(dead_code)]

pub mod asterisk;
pub mod http;

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn zeroline() -> Command {
    Command::new(env!("CARGO_BIN_EXE_zeroline"))
}

/// `zeroline serve` on a free port, with the clinic's dialplan.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    folder: tempfile::TempDir,
    /// What it said before it listened.
    start: String,
}

impl Served {
    /// Callers are transferred to `target`; `extra` is more configuration.
    pub fn start(target: &str, extra: &str) -> Served {
        let clinic = std::fs::read_to_string(root().join("dialplans/clinic.toml")).unwrap();
        let bundled = "queue = \"front-desk\"";
        assert!(clinic.contains(bundled));
        let target = format!("target = \"{target}\"");
        Served::with(&clinic.replace(bundled, &target), extra)
    }

    /// With a dialplan of its own.
    pub fn with(plan: &str, extra: &str) -> Served {
        Served::within(plan, extra, &[])
    }

    /// With more of its environment.
    pub fn within(plan: &str, extra: &str, environment: &[(&str, &str)]) -> Served {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
        let config = format!("listen = \"127.0.0.1:0\"\ndialplan = \"plan.toml\"\n{extra}\n");
        std::fs::write(folder.path().join("zeroline.toml"), config).unwrap();
        let (child, address, start) = launch(folder.path(), environment);
        Served {
            child,
            address,
            folder,
            start,
        }
    }

    /// SIGKILL, and started anew with the same data, at the same address.
    pub fn restart(&mut self) {
        self.kill();
        self.start_again();
    }

    /// Of one that has ended.
    pub fn start_again(&mut self) {
        let path = self.folder.path().join("zeroline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        let at = format!("listen = \"{}\"", self.address);
        let (_, rest) = config.split_once('\n').unwrap();
        std::fs::write(path, format!("{at}\n{rest}")).unwrap();
        (self.child, self.address, self.start) = launch(self.folder.path(), &[]);
    }

    pub fn started_with(&self, words: &str) -> bool {
        self.start.contains(words)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The dialplan it answers with.
    pub fn dialplan(&self) -> PathBuf {
        self.folder.path().join("plan.toml")
    }

    /// Waits until the log says so.
    #[track_caller]
    pub fn wait_for_log(&self, words: &str) {
        let limit = Instant::now() + Duration::from_secs(60);
        while !self.log().contains(words) {
            assert!(
                Instant::now() < limit,
                "never said {words}:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// All events recorded so far, of all calls.
    pub fn events(&self) -> Vec<serde_json::Value> {
        let Ok(files) = std::fs::read_dir(self.data()) else {
            return Vec::new();
        };
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "jsonl"))
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .flat_map(|text| {
                text.lines()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn count(&self, kind: &str) -> usize {
        self.events().iter().filter(|e| e["event"] == kind).count()
    }

    /// Waits until events say so.
    #[track_caller]
    pub fn wait_for(&self, what: &str, happened: impl Fn(&[serde_json::Value]) -> bool) {
        let limit = Instant::now() + Duration::from_secs(60);
        while !happened(&self.events()) {
            if Instant::now() > limit {
                panic!(
                    "never happened: {what}\nevents: {:#?}\nlog:\n{}",
                    self.events(),
                    self.log()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[track_caller]
    pub fn wait_for_end(&self, reason: &str) {
        self.wait_for(&format!("the call's end: {reason}"), |events| {
            events
                .iter()
                .any(|e| e["event"] == "call_ended" && e["reason"] == reason)
        });
    }

    /// Whether it still answers OPTIONS.
    #[track_caller]
    pub fn must_be_alive(&mut self) {
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "the server has ended:\n{}",
            self.log()
        );
        let mut phone = Phone::new(self.address);
        phone.send(&phone.request("OPTIONS", 1, "", ""));
        assert!(phone.answer().starts_with("SIP/2.0 200 "));
    }

    /// SIGTERM to the server, by its process id.
    pub fn terminate(&self) {
        unsafe { libc::kill(self.child.id() as i32, libc::SIGTERM) };
    }

    /// SIGHUP: the dialplan and what belongs to it are loaded anew.
    pub fn ask_to_reload(&self) {
        unsafe { libc::kill(self.child.id() as i32, libc::SIGHUP) };
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the server to end by itself.
    #[track_caller]
    pub fn wait_for_exit(&mut self, limit: Duration) -> i32 {
        let limit = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(
                Instant::now() < limit,
                "the server goes on:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Starts a server in that folder, and gives where it listens and what it said before.
fn launch(folder: &Path, environment: &[(&str, &str)]) -> (Child, SocketAddr, String) {
    let mut child = zeroline()
        .args(["serve", "--config"])
        .arg(folder.join("zeroline.toml"))
        .env_remove("RUST_LOG")
        .envs(environment.iter().copied())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    let address = loop {
        let mut line = String::new();
        if log.read_line(&mut line).unwrap() == 0 {
            panic!("the server ended:\n{seen}");
        }
        if let Some((_, rest)) = line.split_once("listening on ") {
            break rest.split(' ').next().unwrap().parse().unwrap();
        }
        seen.push_str(&line);
    };
    let keep = folder.join("server.log");
    std::thread::spawn(move || {
        let mut file = std::fs::File::create(keep).unwrap();
        let _ = std::io::copy(&mut log, &mut file);
    });
    (child, address, seen)
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person's phone for one call, and its address.
pub fn person(options: &[&str]) -> (Child, String) {
    let mut person = zeroline()
        .args(["answer", "--listen", "127.0.0.1:0", "--calls", "1"])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(person.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    // Read on, so that the person can go on telling.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    (person, address)
}

/// SIP by hand, for messages that no phone would send.
pub struct Phone {
    pub socket: UdpSocket,
    pub rtp: UdpSocket,
    server: SocketAddr,
    pub call_id: String,
}

impl Phone {
    pub fn new(server: SocketAddr) -> Phone {
        let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = bind();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let rtp = bind();
        rtp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let call_id = format!("{}@test", socket.local_addr().unwrap().port());
        Phone {
            socket,
            rtp,
            server,
            call_id,
        }
    }

    pub fn request(&self, method: &str, seq: u32, to_tag: &str, body: &str) -> String {
        let me = self.socket.local_addr().unwrap();
        let kind = match body.is_empty() {
            true => "",
            false => "Content-Type: application/sdp\r\n",
        };
        format!(
            "{method} sip:clinic@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {me};branch=z9hG4bK{call}{method}{seq};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:test@{me}>;tag=me\r\n\
             To: <sip:clinic@{server}>{to_tag}\r\n\
             Call-ID: {call}\r\n\
             CSeq: {seq} {method}\r\n\
             Contact: <sip:test@{me}>\r\n\
             {kind}Content-Length: {length}\r\n\r\n{body}",
            server = self.server,
            call = self.call_id,
            length = body.len(),
        )
    }

    pub fn sdp(&self, payloads: &str) -> String {
        let port = self.rtp.local_addr().unwrap().port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {payloads}\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
    }

    pub fn send(&self, message: &str) {
        self.socket
            .send_to(message.as_bytes(), self.server)
            .unwrap();
    }

    /// The next response that is not provisional.
    #[track_caller]
    pub fn answer(&mut self) -> String {
        loop {
            let message = self.receive().expect("no answer");
            if message.starts_with("SIP/2.0 ") && !message.starts_with("SIP/2.0 1") {
                return message;
            }
        }
    }

    /// The next message, or `None` after 5 s.
    pub fn receive(&self) -> Option<String> {
        let mut buffer = [0; 8192];
        let (length, _) = self.socket.recv_from(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    /// Key 0 as an RFC 4733 event: two packets while it is held, three when it ends.
    pub fn press_zero(&self, to: SocketAddr) {
        for (sequence, (end, duration)) in
            [(0, 160u16), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480)]
                .into_iter()
                .enumerate()
        {
            let marker = if sequence == 0 { 0x80 } else { 0 };
            let mut packet = vec![0x80, marker | 101, 0, sequence as u8];
            packet.extend([0, 0, 0, 1, 0, 0, 0, 7, 0, end | 10]);
            packet.extend(duration.to_be_bytes());
            self.rtp.send_to(&packet, to).unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Calls, and acknowledges the answer; gives the `;tag=` of the other side and their RTP port.
    #[track_caller]
    pub fn connect(&mut self) -> (String, SocketAddr) {
        self.send(&self.request("INVITE", 1, "", &self.sdp("0 8 101")));
        let answer = self.answer();
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        let tag = to_tag(&answer);
        self.send(&self.request("ACK", 1, &tag, ""));
        let port = answer
            .lines()
            .find_map(|line| line.strip_prefix("m=audio "))
            .and_then(|rest| rest.split(' ').next())
            .unwrap();
        (tag, format!("127.0.0.1:{port}").parse().unwrap())
    }
}

/// The To tag of a response, with its `;tag=`.
pub fn to_tag(response: &str) -> String {
    let to = response
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("to:"))
        .unwrap();
    let at = to.find(";tag=").expect("no To tag");
    to[at..].trim().to_owned()
}
