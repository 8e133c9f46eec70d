//! A company's system, in a process of its own.

use super::root;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// `http_server.py`; ends with its owner.
pub struct HttpServer {
    child: Child,
    pub port: u16,
}

impl HttpServer {
    /// Listens on loopback; 0 for a free port.
    pub fn start(port: u16) -> HttpServer {
        let mut child = Command::new("python3")
            .arg(root().join("tests/common/http_server.py"))
            .arg(port.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 is not installed; run scripts/setup");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        HttpServer {
            port: line.trim().parse().expect("the server listens"),
            child,
        }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
