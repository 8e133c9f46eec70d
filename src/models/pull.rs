//! Downloading a model.

use super::http::{self, Client, NoAnswer};
use super::part::{self, Part};
use super::resume::{Answer, judge};
use super::unpack::unpack;
use super::{Model, ModelFile, ModelsError, check};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

/// What is happening, for whoever watches.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// So many bytes are there of so many.
    Progress { done: u64, size: u64 },
    /// It did not work; the next try comes after the wait.
    Again { why: String, wait: Duration },
    /// What was there was of no use.
    StartingOver { why: &'static str },
    /// All is there, and is compared with the catalogue's checksum.
    Checking,
    /// The archive is unharmed, and the file is taken out of it.
    Unpacking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Installed,
    /// It had been installed before and is unharmed.
    WasThere,
}

/// How patient a download is.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until a server has taken the connection.
    pub connect: Duration,
    /// Until the next bytes come.
    pub silence: Duration,
    /// The waits before further tries, when a try brought nothing.
    pub waits: Vec<Duration>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            waits: [1, 2, 4].map(Duration::from_secs).to_vec(),
        }
    }
}

/// Downloads those files of a model into `folder` that are not there or harmed, each from where the
/// last download of it broke off. Blocks.
pub fn pull(
    model: &Model,
    folder: &Path,
    limits: &Limits,
    tell: &mut dyn FnMut(&ModelFile, Step),
) -> Result<Outcome, ModelsError> {
    let client = Client::new(limits.connect, limits.silence);
    let mut outcome = Outcome::WasThere;
    for file in &model.files {
        let mut tell = |step| tell(file, step);
        let there = file.path_in(folder);
        if there.is_file() {
            tell(Step::Checking);
            if let Ok(Ok(())) = check::against(&there, file.installed()) {
                part::sweep(folder, file);
                continue;
            }
        }
        let mut part = Part::open(folder, &file.download_name())?;
        let complete = Download {
            file,
            client: &client,
            part: &mut part,
            limits,
            tell: &mut tell,
        }
        .complete();
        if let Err(error) = complete {
            let useless = matches!(error, ModelsError::WrongChecksum { .. });
            if useless || part.len() == 0 {
                part.discard()?;
            }
            return Err(error);
        }
        install(part, file, folder, &mut tell)?;
        outcome = Outcome::Installed;
    }
    Ok(outcome)
}

/// Installs what was downloaded and checked.
fn install(
    part: Part,
    file: &ModelFile,
    folder: &Path,
    tell: &mut dyn FnMut(Step),
) -> Result<(), ModelsError> {
    let Some(member) = &file.unpack else {
        return part.install();
    };
    tell(Step::Unpacking);
    let archive = BufReader::new(part.file());
    match unpack(archive, &file.url, file, member, folder) {
        Ok(()) => part.discard(),
        Err(error) => {
            // Else the disk has no room, and what came is good for the next try.
            if let ModelsError::Archive { .. } = error {
                part.discard()?;
            }
            Err(error)
        }
    }
}

struct Download<'a> {
    file: &'a ModelFile,
    client: &'a Client,
    part: &'a mut Part,
    limits: &'a Limits,
    tell: &'a mut dyn FnMut(Step),
}

/// How one request ended, when not with an error.
enum Tried {
    Complete,
    BrokeOff(String),
    /// Nothing came, and nothing was wrong with what is there: status or reason.
    NotNow(Trouble),
}

enum Trouble {
    Status(u16),
    NoAnswer(NoAnswer),
}

impl Download<'_> {
    /// Until the part is what must be at the url.
    fn complete(&mut self) -> Result<(), ModelsError> {
        if self.part.len() > self.file.size {
            self.start_over("what is there of it is longer than the file")?;
        }
        let unpacked = self.file.unpack.as_ref().map_or(0, |member| member.size);
        let room = self.file.size.saturating_add(unpacked);
        self.part.make_sure_of_room(room)?;
        loop {
            let continued = self.part.len() > 0;
            let restarted = self.fetch()?;
            (self.tell)(Step::Checking);
            let got = self.part.sha256()?;
            if got == self.file.sha256 {
                return Ok(());
            }
            // Bytes of an earlier download may be of another file; those of this one are not.
            if continued && !restarted {
                self.start_over("the parts of it do not belong together")?;
                continue;
            }
            return Err(ModelsError::WrongChecksum {
                url: self.file.url.clone(),
                expected: self.file.sha256,
                got,
            });
        }
    }

    /// Until all bytes are there. Says whether it began from nothing on the way.
    fn fetch(&mut self) -> Result<bool, ModelsError> {
        let mut most = self.part.len();
        let mut waits = self.limits.waits.iter();
        let mut restarted = false;
        let mut reached = false;
        while self.part.len() < self.file.size {
            let tried = self.request(&mut restarted)?;
            // Only what was never there before counts: a server that always breaks off at the
            // same byte and cannot continue would keep us forever.
            if self.part.len() > most {
                most = self.part.len();
                waits = self.limits.waits.iter();
            }
            let trouble = match tried {
                Tried::Complete => continue,
                Tried::BrokeOff(why) => Err(why),
                Tried::NotNow(trouble) => Ok(trouble),
            };
            let hopeless = match &trouble {
                Ok(Trouble::NoAnswer(no)) => !no.passing && !reached,
                _ => false,
            };
            reached = reached || !matches!(trouble, Ok(Trouble::NoAnswer(_)));
            let wait = match waits.next() {
                Some(wait) if !hopeless => *wait,
                _ => return Err(self.give_up(trouble)),
            };
            let why = match trouble {
                Ok(Trouble::Status(status)) => format!("the server answered {status}"),
                Ok(Trouble::NoAnswer(no)) => no.why,
                Err(why) => why,
            };
            (self.tell)(Step::Again { why, wait });
            std::thread::sleep(wait);
        }
        Ok(restarted)
    }

    fn request(&mut self, restarted: &mut bool) -> Result<Tried, ModelsError> {
        let from = self.part.len();
        let (head, body) = match self.client.get(&self.file.url, from) {
            Ok(answer) => answer,
            Err(no_answer) => return Ok(Tried::NotNow(Trouble::NoAnswer(no_answer))),
        };
        let url = || self.file.url.clone();
        match judge(&head, from, self.file.size) {
            Answer::Append => {}
            Answer::FromTheBeginning => {
                *restarted = true;
                if from > 0 {
                    self.start_over("the server cannot continue a download")?;
                }
            }
            Answer::AskForAll => {
                *restarted = true;
                self.start_over("the server cannot continue this download")?;
                return self.request(restarted);
            }
            Answer::OtherSize(got) => {
                return Err(ModelsError::OtherSize {
                    url: url(),
                    expected: self.file.size,
                    got,
                });
            }
            Answer::WebPage => return Err(ModelsError::WebPage { url: url() }),
            Answer::Later => return Ok(Tried::NotNow(Trouble::Status(head.status))),
            Answer::Refused => {
                return Err(ModelsError::Status {
                    url: url(),
                    status: head.status,
                });
            }
        }
        self.receive(body)
    }

    /// Takes what comes, to the end of the body or of the file.
    fn receive(&mut self, mut body: impl Read) -> Result<Tried, ModelsError> {
        let size = self.file.size;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match body.read(&mut buffer) {
                Ok(0) if self.part.len() == size => return Ok(Tried::Complete),
                Ok(0) => return Ok(Tried::BrokeOff("the connection ended early".to_owned())),
                Ok(n) => {
                    let bytes = buffer.get(..n).unwrap_or_default();
                    let got = self.part.len().saturating_add(bytes.len() as u64);
                    if got > size {
                        self.part.start_over()?;
                        return Err(ModelsError::OtherSize {
                            url: self.file.url.clone(),
                            expected: size,
                            got,
                        });
                    }
                    self.part.append(bytes)?;
                    (self.tell)(Step::Progress { done: got, size });
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Tried::BrokeOff(in_words(&error))),
            }
        }
    }

    fn start_over(&mut self, why: &'static str) -> Result<(), ModelsError> {
        (self.tell)(Step::StartingOver { why });
        self.part.start_over()
    }

    fn give_up(&self, trouble: Result<Trouble, String>) -> ModelsError {
        let url = self.file.url.clone();
        let kept = self.part.len();
        let why = match trouble {
            Ok(Trouble::Status(status)) => return ModelsError::Status { url, status },
            Ok(Trouble::NoAnswer(no)) if kept == 0 => {
                return ModelsError::Unreachable {
                    host: http::host(&url),
                    url,
                    why: no.why,
                    hint: no.hint,
                };
            }
            Ok(Trouble::NoAnswer(no)) => no.why,
            Err(why) => why,
        };
        ModelsError::Broken {
            url,
            why,
            kept,
            size: self.file.size,
        }
    }
}

fn in_words(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(ureq::Error::Timeout(_)) => "nothing came any more".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Engine, Sha256};
    use std::io::Write;
    use std::net::TcpListener;

    fn model(url: String) -> Model {
        Model {
            name: "m".to_owned(),
            engine: Engine::Whisper,
            licence: "MIT".to_owned(),
            languages: Vec::new(),
            good_for: String::new(),
            machine: None,
            files: vec![ModelFile {
                name: "m.bin".to_owned(),
                url,
                size: 1000,
                sha256: Sha256([0; 32]),
                unpack: None,
            }],
        }
    }

    #[test]
    fn a_server_that_falls_silent_is_left() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let model = model(format!("http://{}/m.bin", server.local_addr().unwrap()));
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for mut caller in server.incoming().flatten() {
                let _ = caller.read(&mut [0; 1024]);
                let _ = caller.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
                open.push(caller);
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            connect: Duration::from_secs(5),
            silence: Duration::from_millis(100),
            waits: vec![Duration::ZERO],
        };
        let error = pull(&model, folder.path(), &limits, &mut |_, _| {}).unwrap_err();
        assert!(
            error.to_string().contains("nothing came any more"),
            "{error}"
        );
        assert!(!folder.path().join("m.bin").exists());
    }
}
