//! A server on loopback that misbehaves.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with one request; the last in its list is repeated.
#[derive(Clone)]
pub enum Does {
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

pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// With one file, whatever path is asked for.
    pub fn start(file: Vec<u8>, does: Vec<Does>) -> Server {
        Server::of(vec![(String::new(), file)], does)
    }

    /// With files, by how their paths end.
    pub fn of(files: Vec<(String, Vec<u8>)>, does: Vec<Does>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for (number, caller) in listener.incoming().enumerate() {
                let does = does[number.min(does.len() - 1)].clone();
                let (files, seen) = (files.clone(), seen.clone());
                std::thread::spawn(move || answer(caller.unwrap(), &files, &does, &seen));
            }
        });
        Server { address, requests }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Which bytes each request asked for.
    pub fn ranges(&self) -> Vec<String> {
        let range = |request: &String| {
            let line = request
                .lines()
                .find(|l| l.to_lowercase().starts_with("range:"));
            line.map_or(String::new(), |l| l[6..].trim().to_owned())
        };
        self.requests().iter().map(range).collect()
    }
}

fn answer(
    mut caller: TcpStream,
    files: &[(String, Vec<u8>)],
    does: &Does,
    seen: &Mutex<Vec<String>>,
) {
    let mut request = String::new();
    for line in BufReader::new(caller.try_clone().unwrap()).lines() {
        let Ok(line) = line else { return };
        if line.is_empty() {
            break;
        }
        request.push_str(&line);
        request.push('\n');
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let asked = files.iter().find(|(end, _)| path.ends_with(&**end));
    let file = &*asked.expect("a file that is there").1;
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
