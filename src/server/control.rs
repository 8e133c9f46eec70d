//! Where a running server is asked how its queue stands and told about agents: a socket in the data
//! folder, for whoever may use that folder. One line of JSON in, one line of JSON out.
//!
//! [`ask`] is the other side, for the commands.

use super::Shared;
use super::desk::DeskInput;
use super::health::{self, Health};
use crate::human::{Input, PromiseId, View};
use crate::line::sip::TrunkState;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

const FILE: &str = "control.sock";
const LONGEST: u64 = 4096;
const PATIENCE: Duration = Duration::from_secs(5);

/// What may be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    View,
    /// How the trunks stand.
    Trunks,
    /// Whether all works.
    Health,
    Ready {
        agent: String,
    },
    Pause {
        agent: String,
        reason: String,
    },
    /// Off duty.
    Off {
        agent: String,
    },
    CancelCallBack {
        promise: u64,
    },
}

/// What comes of it: how it stands afterwards, or why not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Ok(View),
    Trunks(Vec<TrunkState>),
    Health(Health),
    Error(String),
}

/// Why a server could not be asked; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("no server runs with the data folder {}: {source}. Start it with `zeroline serve`, or name its folder with --data", folder.display())]
    NoServer {
        folder: PathBuf,
        source: std::io::Error,
    },
    #[error("the server did not answer: {0}")]
    Silent(String),
    #[error("{0}")]
    Refused(String),
}

/// Asks the server that works with this data folder how it stands, or tells it something.
pub fn ask(folder: &Path, request: &Request) -> Result<View, ControlError> {
    match exchange(folder, request)? {
        Answer::Ok(view) => Ok(view),
        Answer::Error(why) => Err(ControlError::Refused(why)),
        _ => Err(another_version()),
    }
}

/// Asks it how its trunks stand.
pub fn ask_trunks(folder: &Path) -> Result<Vec<TrunkState>, ControlError> {
    match exchange(folder, &Request::Trunks)? {
        Answer::Trunks(trunks) => Ok(trunks),
        Answer::Error(why) => Err(ControlError::Refused(why)),
        _ => Err(another_version()),
    }
}

/// Asks it whether it works.
pub fn ask_health(folder: &Path) -> Result<Health, ControlError> {
    match exchange(folder, &Request::Health)? {
        Answer::Health(health) => Ok(health),
        Answer::Error(why) => Err(ControlError::Refused(why)),
        _ => Err(another_version()),
    }
}

fn another_version() -> ControlError {
    ControlError::Silent("it is of another version, and answers something else".to_owned())
}

fn exchange(folder: &Path, request: &Request) -> Result<Answer, ControlError> {
    let stream =
        UnixStream::connect(folder.join(FILE)).map_err(|source| ControlError::NoServer {
            folder: folder.to_owned(),
            source,
        })?;
    let silent = |error: std::io::Error| ControlError::Silent(error.to_string());
    stream.set_read_timeout(Some(PATIENCE)).map_err(silent)?;
    let unreadable = |error: serde_json::Error| ControlError::Silent(error.to_string());
    let mut line = serde_json::to_string(request).map_err(unreadable)?;
    line.push('\n');
    (&stream).write_all(line.as_bytes()).map_err(silent)?;
    let mut answer = String::new();
    BufReader::new(&stream)
        .read_line(&mut answer)
        .map_err(silent)?;
    serde_json::from_str(&answer).map_err(unreadable)
}

/// Answers on the socket until the server ends.
pub(super) async fn listen(shared: Arc<Shared>) {
    let path = shared.config.data.join(FILE);
    // Of a server that was killed: the folder is locked, and nobody else works with it.
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path).and_then(|listener| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    });
    let listener = match listener {
        Ok(listener) => listener,
        Err(error) => {
            let path = path.display();
            return tracing::error!(%path, %error, "`zeroline agents` will not work");
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(PATIENCE, answer(&shared, stream)).await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(shared: &Shared, stream: tokio::net::UnixStream) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read)
        .take(LONGEST)
        .read_line(&mut line)
        .await?;
    let answer = match serde_json::from_str::<Request>(&line) {
        Ok(request) => obey(shared, request).await,
        Err(error) => Answer::Error(format!("this is no request: {error}")),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    write.write_all(&text).await
}

async fn obey(shared: &Shared, request: Request) -> Answer {
    let people = shared.people();
    let known = |agent: &str| people.agents.iter().any(|a| a.name == agent);
    let unknown = |agent: &str| {
        let all: Vec<&str> = people.agents.iter().map(|a| a.name.as_str()).collect();
        Answer::Error(format!(
            "there is no agent \"{agent}\"; there are: {}",
            all.join(", ")
        ))
    };
    let input = match request {
        Request::View => None,
        Request::Health => return Answer::Health(health::health(shared).await),
        Request::Trunks => return Answer::Trunks(shared.trunks.states()),
        Request::Ready { agent } | Request::Pause { agent, .. } | Request::Off { agent }
            if !known(&agent) =>
        {
            return unknown(&agent);
        }
        Request::Ready { agent } => Some(Input::Ready { agent }),
        Request::Pause { agent, reason } => Some(Input::Pause { agent, reason }),
        Request::Off { agent } => Some(Input::LogOut { agent }),
        Request::CancelCallBack { promise } => {
            let view = shared.desk.view().await;
            let id = PromiseId(promise);
            let there = view.is_some_and(|v| v.promises.iter().any(|p| p.promise == id));
            if !there {
                return Answer::Error(format!(
                    "nobody was promised a call-back {promise}; `zeroline queue` shows them"
                ));
            }
            Some(Input::CancelCallBack { promise: id })
        }
    };
    if let Some(input) = input {
        shared.desk.send(DeskInput::Acd(input)).await;
    }
    match shared.desk.view().await {
        Some(view) => Answer::Ok(view),
        None => Answer::Error("the server stops just now".to_owned()),
    }
}
