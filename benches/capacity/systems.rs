//! What is measured: `zeroline serve`, and Asterisk from the chroot that the tests use as well.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A telephone system on this machine.
pub trait System {
    fn name(&self) -> &'static str;
    fn pid(&self) -> u32;
    fn address(&self) -> SocketAddr;
    /// What to call there, to hear speech without end.
    fn target(&self) -> &str;
}

pub struct Zeroline {
    child: Child,
    address: SocketAddr,
    target: String,
    _folder: tempfile::TempDir,
}

/// Said in a minute and a half, over and over.
const SENTENCE: &str = "You have reached the town hall of Little Harbour, which is open from Monday to \
    Friday between eight in the morning and four in the afternoon, and on Saturdays until noon.";

impl Zeroline {
    pub fn start() -> Result<Zeroline, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let clinic = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplans/clinic.toml");
        let clinic = std::fs::read_to_string(clinic)?;
        let greeting = clinic
            .lines()
            .find(|line| line.starts_with("greeting = "))
            .ok_or("the clinic has no greeting")?;
        let long = format!("greeting = \"{}\"", [SENTENCE; 9].join(" "));
        let plan = clinic.replace(greeting, &long);
        std::fs::write(folder.path().join("plan.toml"), plan)?;
        let config = "listen = \"127.0.0.1:0\"\ndialplan = \"plan.toml\"\nmost_calls = 10000\n\
                      rtp_ports = [30000, 60000]\n";
        std::fs::write(folder.path().join("zeroline.toml"), config)?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_zeroline"))
            .args(["serve", "--config"])
            .arg(folder.path().join("zeroline.toml"))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let mut said = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
        let address = loop {
            let line = said.next().ok_or("zeroline serve did not start")??;
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split(' ').next().unwrap_or_default().parse()?;
            }
        };
        std::thread::spawn(move || {
            for line in said.map_while(Result::ok) {
                if line.contains("WARN") || line.contains("ERROR") {
                    eprintln!("{line}");
                }
            }
        });
        Ok(Zeroline {
            child,
            address,
            target: format!("sip:townhall@{address}"),
            _folder: folder,
        })
    }
}

impl System for Zeroline {
    fn name(&self) -> &'static str {
        "Zeroline"
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn target(&self) -> &str {
        &self.target
    }
}

impl Drop for Zeroline {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Asterisk {
    shared: PathBuf,
    chroot: PathBuf,
    pid: u32,
}

impl Asterisk {
    /// The error says what is missing.
    pub fn start() -> Result<Asterisk, Box<dyn Error>> {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/asterisk");
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = cache.or(home).ok_or("there is no cache folder")?;
        let chroot = cache.join("zeroline/asterisk");
        if !shared.join("up").is_file() || !chroot.is_dir() {
            return Err(
                "there is no ../shared/asterisk, or no chroot of it (`../shared/asterisk/up` makes it)".into(),
            );
        }
        let up = Command::new(shared.join("up")).arg(&chroot).output()?;
        let said = String::from_utf8_lossy(&up.stdout);
        let pid = said.split_once("pid ").map(|(_, rest)| rest);
        let pid = pid.and_then(|rest| rest.split([',', '\n']).next()?.trim().parse().ok());
        let pid = pid.ok_or_else(|| String::from_utf8_lossy(&up.stderr).into_owned())?;
        Ok(Asterisk {
            shared,
            chroot,
            pid,
        })
    }
}

impl System for Asterisk {
    fn name(&self) -> &'static str {
        "Asterisk"
    }

    fn pid(&self) -> u32 {
        self.pid
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 5070))
    }

    fn target(&self) -> &str {
        "sip:play@127.0.0.1:5070"
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        let down = self.shared.join("down");
        let _ = Command::new(down).arg(&self.chroot).output();
    }
}
