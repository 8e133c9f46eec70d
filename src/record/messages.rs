//! The folder of messages that callers left: `<id>.wav` and `<id>.json` for each, and `<id>.done` once
//! somebody has dealt with it. The id is the call's, with `-2` and so on for a second message of a
//! call.
//!
//! Nothing here records or transcribes; the server does, and writes through [`MessageStore`]. That
//! somebody has dealt with a message stands in a file of its own because people and the server write
//! at the same time.
//!
//! ```ignore
//! let store = MessageStore::open(Path::new("data"));
//! for message in store.list()?.messages.iter().filter(|m| m.done.is_none()) { … }
//! store.done("0199c2")?;
//! ```

use super::RecordError;
use super::store::checked;
use crate::human::Context;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Inside the data folder.
const FOLDER: &str = "messages";
/// A message's description is not longer, and what is must not fill the memory.
const MOST_BYTES: u64 = 1024 * 1024;
/// Recordings are personal data: they are for the user the server runs as.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_FOLDER: u32 = 0o700;

/// The messages below a data folder. Opening it touches nothing.
#[derive(Debug, Clone)]
pub struct MessageStore {
    dir: PathBuf,
}

/// What is known of a message: the content of its JSON file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The call in which it was left.
    pub call: String,
    /// `false` while it is being recorded, and where the server died in it.
    pub complete: bool,
    /// Whom to call back.
    pub number: Option<String>,
    pub when: Timestamp,
    pub duration_ms: u64,
    /// How much of that could not be recorded and is silence.
    #[serde(default)]
    pub missing_ms: u64,
    pub queue: String,
    pub context: Context,
    /// What was said, as far as it was recognised; empty where nothing was made out.
    pub text: Option<String>,
    /// Why there is no text.
    #[serde(default)]
    pub no_text: Option<String>,
}

/// A message as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    pub id: String,
    #[serde(flatten)]
    pub description: Description,
    /// The recording.
    pub file: PathBuf,
    /// Since when somebody has dealt with it.
    pub done: Option<Timestamp>,
}

/// What [`MessageStore::list`] found.
#[derive(Debug, Default)]
pub struct MessageListing {
    /// Newest first.
    pub messages: Vec<Left>,
    /// Files that cannot be used, in words.
    pub notes: Vec<String>,
}

impl MessageStore {
    /// The messages of a server with this data folder.
    pub fn open(data: &Path) -> MessageStore {
        MessageStore {
            dir: data.join(FOLDER),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// All messages. Whatever is wrong with one never hides the others; a folder that is not there
    /// has none.
    pub fn list(&self) -> Result<MessageListing, RecordError> {
        let mut listing = MessageListing::default();
        for id in self.ids("json")? {
            match self.read(&id) {
                Ok(description) => listing.messages.push(Left {
                    description,
                    file: self.sound(&id),
                    done: self.done_since(&id),
                    id,
                }),
                Err(error) => listing.notes.push(error.to_string()),
            }
        }
        for id in self.ids("wav")? {
            if !self.path(&id, "json").exists() {
                listing.notes.push(format!(
                    "{}: a recording without a description; the server lists it when it starts again",
                    self.sound(&id).display()
                ));
            }
        }
        let newest_first =
            |a: &Left, b: &Left| (b.description.when, &b.id).cmp(&(a.description.when, &a.id));
        listing.messages.sort_by(newest_first);
        Ok(listing)
    }

    /// Somebody has dealt with the message with this id, or the only one whose id starts with it.
    /// Gives its whole id; saying so twice changes nothing.
    pub fn done(&self, id: &str) -> Result<String, RecordError> {
        let id = self.find(id)?;
        let path = self.path(&id, "done");
        if path.exists() {
            return Ok(id);
        }
        let now = Timestamp::now().to_string();
        replace(&path, now.as_bytes())
            .map_err(|source| RecordError::Unwritable { path, source })?;
        Ok(id)
    }

    fn find(&self, id: &str) -> Result<String, RecordError> {
        checked(id)?;
        let mut ids = self.ids("json")?;
        if ids.iter().any(|known| known == id) {
            return Ok(id.to_owned());
        }
        // Who gives the beginning means what the list shows.
        ids.retain(|known| known.starts_with(id));
        let open: Vec<&String> = ids
            .iter()
            .filter(|id| self.done_since(id).is_none())
            .collect();
        match (ids.as_slice(), open.as_slice()) {
            ([only], _) => Ok(only.clone()),
            (_, [only]) => Ok((*only).clone()),
            ([], _) => Err(RecordError::NoSuchMessage {
                id: id.to_owned(),
                dir: self.dir.clone(),
            }),
            _ => Err(RecordError::SeveralMessages {
                id: id.to_owned(),
                ids,
            }),
        }
    }

    fn done_since(&self, id: &str) -> Option<Timestamp> {
        let path = self.path(id, "done");
        let text = std::fs::read_to_string(&path).ok()?;
        // A file that somebody made by hand says as much.
        let since = text.trim().parse().ok();
        since.or_else(|| Some(written(&path)))
    }
}

/// For the server, which writes.
impl MessageStore {
    /// Makes the folder, closed to others.
    pub fn make(&self) -> io::Result<()> {
        let mut folder = DirBuilder::new();
        folder.recursive(true).mode(PRIVATE_FOLDER);
        if let Some(data) = self.dir.parent() {
            std::fs::create_dir_all(data)?;
        }
        folder.create(&self.dir)?;
        std::fs::set_permissions(&self.dir, Permissions::from_mode(PRIVATE_FOLDER))
    }

    /// An id for a message of a call that no other message has.
    pub fn new_id(&self, call: &str) -> Result<String, RecordError> {
        checked(call)?;
        let free = |id: &String| {
            let taken = |extension| self.path(id, extension).exists();
            !["json", "wav", "done"].into_iter().any(taken)
        };
        let more = (2..).map(|number: u32| format!("{call}-{number}"));
        let mut ids = std::iter::once(call.to_owned()).chain(more);
        let id = ids.find(free).unwrap_or_default();
        checked(&id)?;
        Ok(id)
    }

    /// The recording's file.
    pub fn sound(&self, id: &str) -> PathBuf {
        self.path(id, "wav")
    }

    /// Makes the recording's file, which must not be there yet: so nobody else has the id either.
    pub fn create_sound(&self, id: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(PRIVATE_FILE);
        options.open(self.sound(id))
    }

    /// Opens the recording's file for writing; makes it again if somebody took it away.
    pub fn reopen_sound(&self, id: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        options.truncate(false).mode(PRIVATE_FILE);
        options.open(self.sound(id))
    }

    pub fn read(&self, id: &str) -> Result<Description, RecordError> {
        let path = self.path(id, "json");
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|f| f.take(MOST_BYTES).read_to_end(&mut bytes));
        if let Err(source) = read {
            return Err(RecordError::Unreadable { path, source });
        }
        serde_json::from_slice(&bytes).map_err(|why| RecordError::NoMessage { path, why })
    }

    /// Writes the description as a whole or not at all.
    pub fn write(&self, id: &str, description: &Description) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(description)?;
        replace(&self.path(id, "json"), &bytes)
    }

    /// Removes a message in which nothing was said.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        for extension in ["wav", "json"] {
            match std::fs::remove_file(self.path(id, extension)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Those whose recording was never finished: with what is known of them, which is nothing but
    /// the time where even the description is missing.
    pub fn unfinished(&self) -> Result<Vec<(String, Description)>, RecordError> {
        let mut found = Vec::new();
        for id in self.ids("json")? {
            // What cannot be read is a note of the list, and left as it is.
            if let Ok(description) = self.read(&id)
                && !description.complete
            {
                found.push((id, description));
            }
        }
        for id in self.ids("wav")? {
            if !self.path(&id, "json").exists() {
                let when = written(&self.sound(&id));
                found.push((id.clone(), Description::begun(&id, when)));
            }
        }
        Ok(found)
    }

    /// Those that nobody has tried to transcribe.
    pub fn without_text(&self) -> Result<Vec<String>, RecordError> {
        let wanting = |id: &String| {
            let read = self.read(id);
            read.is_ok_and(|d| d.complete && d.text.is_none() && d.no_text.is_none())
        };
        Ok(self.ids("json")?.into_iter().filter(wanting).collect())
    }

    fn path(&self, id: &str, extension: &str) -> PathBuf {
        self.dir.join(format!("{id}.{extension}"))
    }

    /// Sorted. Other files in the folder are none of our business.
    fn ids(&self, extension: &str) -> Result<Vec<String>, RecordError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                let path = self.dir.clone();
                return Err(RecordError::Unreadable { path, source });
            }
            Ok(entries) => entries,
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == extension) && path.is_file())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .filter(|id| checked(id).is_ok())
            .collect();
        ids.sort();
        Ok(ids)
    }
}

impl Description {
    /// Of a message of which only this is known.
    pub fn begun(call: &str, when: Timestamp) -> Description {
        Description {
            call: call.to_owned(),
            complete: false,
            number: None,
            when,
            duration_ms: 0,
            missing_ms: 0,
            queue: String::new(),
            context: Context::default(),
            text: None,
            no_text: None,
        }
    }
}

/// When a file was last written.
fn written(path: &Path) -> Timestamp {
    let modified = std::fs::metadata(path).and_then(|about| about.modified());
    let when = modified.ok().and_then(|at| Timestamp::try_from(at).ok());
    when.unwrap_or_else(Timestamp::now)
}

/// A temporary file (which only its owner can read) takes the place of what was there.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(store: &MessageStore, id: &str, when: &str) {
        let mut description = Description::begun(id, when.parse().unwrap());
        description.complete = true;
        store.write(id, &description).unwrap();
    }

    fn store() -> (tempfile::TempDir, MessageStore) {
        let data = tempfile::tempdir().unwrap();
        let store = MessageStore::open(data.path());
        store.make().unwrap();
        (data, store)
    }

    #[test]
    fn messages_are_listed_newest_first_whatever_else_is_in_the_folder() {
        let (_data, store) = store();
        left(&store, "c", "2026-11-22T10:00:00Z");
        left(&store, "b", "2026-11-22T11:30:00Z");
        left(&store, "a", "2026-11-21T10:00:00Z");
        std::fs::write(store.dir().join("notes.txt"), "hello").unwrap();
        std::fs::write(store.dir().join("half.json"), "{\"call\":").unwrap();
        std::fs::write(store.dir().join("foreign.json"), "[\u{0}]").unwrap();
        std::fs::write(store.dir().join("lost.wav"), "RIFF").unwrap();
        std::fs::create_dir(store.dir().join("folder.json")).unwrap();
        let listing = store.list().unwrap();
        let ids: Vec<&str> = listing.messages.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids, ["b", "c", "a"]);
        let notes = listing.notes.join("\n");
        assert_eq!(listing.notes.len(), 3, "{notes}");
        for file in ["half.json", "foreign.json", "lost.wav"] {
            assert!(notes.contains(file), "{notes}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_messages() {
        let store = MessageStore::open(Path::new("/nowhere/at/all"));
        assert!(store.list().unwrap().messages.is_empty());
        let error = store.done("x").unwrap_err().to_string();
        assert!(error.contains("zeroline calls messages"), "{error}");
    }

    #[test]
    fn a_message_is_dealt_with_by_a_unique_beginning_of_its_id() {
        let (_data, store) = store();
        for id in ["0193-aa", "0193-ab", "0193"] {
            left(&store, id, "2026-11-22T10:00:00Z");
        }
        let error = store.done("0193-").unwrap_err().to_string();
        assert!(error.contains("0193-aa, 0193-ab"), "{error}");
        assert_eq!(store.done("0193-aa").unwrap(), "0193-aa");
        // What the list does not show any more is not in the way.
        assert_eq!(store.done("0193-").unwrap(), "0193-ab");
        assert_eq!(store.done("0193").unwrap(), "0193");
        let since = |id: &str| store.done_since(id).unwrap();
        let before = since("0193");
        assert_eq!(store.done("0193").unwrap(), "0193");
        assert_eq!(since("0193"), before);
        assert!(
            store
                .list()
                .unwrap()
                .messages
                .iter()
                .all(|m| m.done.is_some())
        );
        let unknown = store.done("7");
        assert!(matches!(unknown, Err(RecordError::NoSuchMessage { .. })));
        for id in ["", "../x", "a/b", ".hidden"] {
            assert!(
                matches!(store.done(id), Err(RecordError::BadId { .. })),
                "{id}"
            );
        }
    }

    #[test]
    fn nobody_else_can_read_them() {
        let (_data, store) = store();
        left(&store, "a", "2026-11-22T10:00:00Z");
        store.create_sound("a").unwrap();
        store.done("a").unwrap();
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.dir().to_owned()), 0o700);
        for extension in ["json", "wav", "done"] {
            assert_eq!(mode(store.path("a", extension)), 0o600, "{extension}");
        }
    }

    #[test]
    fn a_second_message_of_a_call_has_a_name_of_its_own() {
        let (_data, store) = store();
        assert_eq!(store.new_id("a").unwrap(), "a");
        left(&store, "a", "2026-11-22T10:00:00Z");
        assert_eq!(store.new_id("a").unwrap(), "a-2");
        store.create_sound("a-2").unwrap();
        assert_eq!(store.new_id("a").unwrap(), "a-3");
        assert!(store.new_id("../a").is_err());
    }
}
