//! What happened in calls, kept and read again: one file of JSON Lines a call.
//!
//! [`Writer`] takes events from the media threads and writes them from a thread of its own;
//! [`Store`] knows the folder, lists the calls and finds one; [`text`] sets them for a terminal.
//! [`MessageStore`] knows the messages that callers left.
//! Only what is in the events is known here: no audio, no SIP.
//!
//! ```ignore
//! let writer = Writer::start(&Store::open("data/calls"))?;
//! writer.send(event);              // from any thread, never waits
//! writer.close();                  // at the end
//! print!("{}", text::list(&Store::open("data/calls").list()?, &layout));
//! ```

mod messages;
mod read;
mod recorder;
mod store;
mod summary;
pub mod text;
mod writer;

pub use messages::{Description, Left, MessageListing, MessageStore};
pub use read::Transcript;
pub use recorder::Recorder;
pub use store::{Listing, Store};
pub use summary::{Human, Summary};
pub use writer::Writer;

use std::io;
use std::path::PathBuf;

/// Why a record cannot be kept or found; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(
        "{}: calls cannot be recorded here: {source}. Is the disk full, may this user write there?",
        path.display()
    )]
    Unwritable { path: PathBuf, source: io::Error },

    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },

    #[error(
        "\"{id}\" cannot be a call's id: only letters, digits, '.', '_' and '-', at most {}, \
         the first no '.'",
        store::LONGEST_ID
    )]
    BadId { id: String },

    #[error("no call in {} starts with \"{id}\"; `zeroline calls list` shows them", dir.display())]
    NoSuchCall { id: String, dir: PathBuf },

    #[error("{} calls start with \"{id}\", among them {}; give more of it", ids.len(), some(ids))]
    SeveralCalls { id: String, ids: Vec<String> },

    #[error(
        "no message in {} starts with \"{id}\"; `zeroline calls messages --all` shows them",
        dir.display()
    )]
    NoSuchMessage { id: String, dir: PathBuf },

    #[error("{} messages start with \"{id}\", among them {}; give more of it", ids.len(), some(ids))]
    SeveralMessages { id: String, ids: Vec<String> },

    #[error("{}: not the description of a message: {why}; left out", path.display())]
    NoMessage {
        path: PathBuf,
        why: serde_json::Error,
    },
}

fn some(ids: &[String]) -> String {
    let first: Vec<&str> = ids.iter().take(3).map(String::as_str).collect();
    first.join(", ")
}
