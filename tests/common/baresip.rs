//! The library's baresip, with what its owner does by hand: it dials, lifts, hangs up, presses keys.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};
use zeroline::phone;
pub use zeroline::phone::Account;

/// A phone that is switched on; ended when dropped.
pub struct Baresip(phone::Baresip);

impl Deref for Baresip {
    type Target = phone::Baresip;
    fn deref(&self) -> &phone::Baresip {
        &self.0
    }
}

impl DerefMut for Baresip {
    fn deref_mut(&mut self) -> &mut phone::Baresip {
        &mut self.0
    }
}

impl Baresip {
    /// Starts it; it registers at `registrar`.
    pub fn start(registrar: SocketAddr, account: &Account) -> Baresip {
        let started = phone::Baresip::start(registrar, account);
        Baresip(
            started.expect("baresip (Debian's baresip-core) is not installed; run scripts/setup"),
        )
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
}
