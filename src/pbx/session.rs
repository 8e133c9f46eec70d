//! One connection to Asterisk's manager, without the connection: bytes go in, bytes to send and
//! news come out.
//!
//! The login answers a challenge with an MD5 digest, so the secret is not sent. Answers are told
//! apart by the `ActionID` that we gave; all else that Asterisk sends is passed over.

use super::Settings;
use super::error::PbxError;
use super::message::{Broken, Message, Reader, action};
use super::queue::{QueueState, Reading};
use md5::{Digest, Md5};
use std::collections::{BTreeMap, VecDeque};

/// Questions at once; a company has a handful of queues.
pub const MOST_ASKED: usize = 64;
/// The longest name of a queue in `app_queue`, without its closing zero.
const LONGEST_NAME: usize = 79;

const CHALLENGE: &str = "challenge";
const LOGIN: &str = "login";
const PING: &str = "ping";

/// What became of the connection.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    LoggedIn,
    /// A question, by the number that [`Session::ask`] gave.
    Answer(u64, Result<QueueState, PbxError>),
    /// What [`Session::ping`] asked for.
    Alive,
}

pub struct Session {
    settings: Settings,
    reader: Reader,
    logged_in: bool,
    next: u64,
    asked: BTreeMap<u64, Asked>,
    to_send: Vec<u8>,
    news: VecDeque<News>,
}

struct Asked {
    queue: String,
    reading: Reading,
}

impl Session {
    /// A connection has just been made.
    pub fn new(settings: Settings) -> Session {
        let mut session = Session {
            settings,
            reader: Reader::default(),
            logged_in: false,
            next: 0,
            asked: BTreeMap::new(),
            to_send: Vec::new(),
            news: VecDeque::new(),
        };
        session.send(&[
            ("Action", "Challenge"),
            ("ActionID", CHALLENGE),
            ("AuthType", "MD5"),
        ]);
        session
    }

    /// After an error the connection is of no use.
    pub fn received(&mut self, bytes: &[u8]) -> Result<(), PbxError> {
        let messages = self.reader.read(bytes).map_err(|broken| match broken {
            Broken::Greeting(said) => PbxError::NotAsterisk {
                address: self.settings.address.clone(),
                said,
            },
            Broken::TooLong => PbxError::Garbled("a message without an end".to_owned()),
        })?;
        for message in messages {
            self.message(&message)?;
        }
        Ok(())
    }

    /// Asks about a queue, once [`News::LoggedIn`] has come. The number comes back with the answer.
    pub fn ask(&mut self, queue: &str) -> Result<u64, PbxError> {
        let queue = name(queue)?;
        if self.asked.len() >= MOST_ASKED {
            return Err(PbxError::Busy);
        }
        self.next += 1;
        let id = self.next;
        self.send(&[
            ("Action", "QueueStatus"),
            ("ActionID", &id.to_string()),
            ("Queue", queue),
        ]);
        let asked = Asked {
            queue: queue.to_owned(),
            reading: Reading::default(),
        };
        self.asked.insert(id, asked);
        Ok(id)
    }

    /// Asterisk answers this with [`News::Alive`], or the connection is dead.
    pub fn ping(&mut self) {
        self.send(&[("Action", "Ping"), ("ActionID", PING)]);
    }

    /// What is to be sent; it counts as sent.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_send)
    }

    pub fn poll(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    fn send(&mut self, fields: &[(&str, &str)]) {
        match action(fields) {
            Some(bytes) => self.to_send.extend(bytes),
            None => tracing::error!("an action for Asterisk with a line end in it is not sent"),
        }
    }

    fn message(&mut self, message: &Message) -> Result<(), PbxError> {
        let Some(id) = message.get("ActionID") else {
            return Ok(());
        };
        let well = message.get("Response") == Some("Success");
        match (id, message.get("Response").is_some()) {
            (CHALLENGE, true) if !self.logged_in => self.challenged(message, well),
            (LOGIN, true) if !self.logged_in => self.answered_login(well),
            (PING, true) => {
                self.news.push_back(News::Alive);
                Ok(())
            }
            (id, response) => {
                if let Ok(id) = id.parse() {
                    self.of_question(id, message, response && !well);
                }
                Ok(())
            }
        }
    }

    fn challenged(&mut self, message: &Message, well: bool) -> Result<(), PbxError> {
        let Some(challenge) = message.get("Challenge").filter(|_| well) else {
            return Err(self.login_refused());
        };
        let mut digest = Md5::new();
        digest.update(challenge);
        digest.update(&self.settings.secret);
        let key: String = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let user = self.settings.user.clone();
        if user.contains(char::is_control) {
            return Err(self.login_refused());
        }
        self.send(&[
            ("Action", "Login"),
            ("ActionID", LOGIN),
            ("AuthType", "MD5"),
            ("Username", &user),
            ("Key", &key),
            ("Events", "off"),
        ]);
        Ok(())
    }

    fn answered_login(&mut self, well: bool) -> Result<(), PbxError> {
        if !well {
            return Err(self.login_refused());
        }
        self.logged_in = true;
        self.news.push_back(News::LoggedIn);
        Ok(())
    }

    fn login_refused(&self) -> PbxError {
        PbxError::LoginRefused {
            address: self.settings.address.clone(),
            user: self.settings.user.clone(),
        }
    }

    fn of_question(&mut self, id: u64, message: &Message, refused: bool) {
        let Some(asked) = self.asked.get_mut(&id) else {
            return;
        };
        let complete = message.get("Event") == Some("QueueStatusComplete");
        if !refused && !complete {
            asked.reading.event(&asked.queue, message);
            return;
        }
        let Some(asked) = self.asked.remove(&id) else {
            return;
        };
        let answer = match refused {
            true => Err(self.refusal(message.get("Message").unwrap_or_default())),
            false => asked
                .reading
                .whole()
                .ok_or(PbxError::NoSuchQueue(asked.queue)),
        };
        self.news.push_back(News::Answer(id, answer));
    }

    /// Asterisk gives its reasons in words only (`manager.c`).
    fn refusal(&self, said: &str) -> PbxError {
        let said: String = said.chars().take(200).collect();
        match said.contains("unknown command") {
            true => PbxError::NoQueues(said),
            false => PbxError::NotAllowed {
                user: self.settings.user.clone(),
                said,
            },
        }
    }
}

/// A name as Asterisk would read it: around it there are no spaces, and an empty one would stand
/// for all queues.
pub fn name(queue: &str) -> Result<&str, PbxError> {
    let name = queue.trim();
    let good = !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_control);
    match good {
        true => Ok(name),
        false => Err(PbxError::Name(queue.chars().take(100).collect())),
    }
}
