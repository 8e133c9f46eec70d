//! The folder of calls: `<call id>.jsonl` for each.

use super::{RecordError, Recorder, Summary, Transcript, read};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A UUID has 36.
pub(super) const LONGEST_ID: usize = 100;
const EXTENSION: &str = "jsonl";

/// A folder with the records of calls. Opening it touches nothing; it comes into being with the
/// first call.
#[derive(Debug, Clone)]
pub struct Store {
    dir: PathBuf,
}

/// What [`Store::list`] found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Newest first.
    pub calls: Vec<Summary>,
    /// Files that are no record of a call, in words.
    pub notes: Vec<String>,
}

impl Store {
    pub fn open(dir: impl Into<PathBuf>) -> Store {
        Store { dir: dir.into() }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// For writing down one call. Fails only on an id that cannot be a file's name.
    pub fn recorder(&self, call: &str) -> Result<Recorder, RecordError> {
        checked(call)?;
        Ok(Recorder::new(self.path(call)))
    }

    /// All calls. Whatever is wrong with one file never hides the others; a folder that is not
    /// there has no calls.
    pub fn list(&self) -> Result<Listing, RecordError> {
        let mut listing = Listing::default();
        for id in self.ids()? {
            match read::transcript(&id, &self.path(&id)) {
                Ok(transcript) if transcript.events.is_empty() => {
                    listing
                        .notes
                        .push(format!("{id}.{EXTENSION}: no events in it, left out"));
                }
                Ok(transcript) => listing.calls.push(Summary::of(&transcript)),
                Err(error) => listing.notes.push(error.to_string()),
            }
        }
        listing
            .calls
            .sort_by(|a, b| (b.started, &b.id).cmp(&(a.started, &a.id)));
        Ok(listing)
    }

    /// Every call with all its events, in the order of their ids; one after another, so that a year of
    /// them need not fit the memory.
    pub fn transcripts(
        &self,
    ) -> Result<impl Iterator<Item = Result<Transcript, RecordError>>, RecordError> {
        let ids = self.ids()?.into_iter();
        Ok(ids.map(|id| read::transcript(&id, &self.path(&id))))
    }

    /// The call with this id, or the only one whose id starts with it.
    pub fn find(&self, id: &str) -> Result<Transcript, RecordError> {
        checked(id)?;
        let mut ids = self.ids()?;
        if !ids.iter().any(|known| known == id) {
            ids.retain(|known| known.starts_with(id));
            return match ids.as_slice() {
                [only] => read::transcript(only, &self.path(only)),
                [] => Err(RecordError::NoSuchCall {
                    id: id.to_owned(),
                    dir: self.dir.clone(),
                }),
                _ => Err(RecordError::SeveralCalls {
                    id: id.to_owned(),
                    ids,
                }),
            };
        }
        read::transcript(id, &self.path(id))
    }

    /// Sorted. Other files in the folder are none of our business.
    fn ids(&self) -> Result<Vec<String>, RecordError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                return Err(RecordError::Unreadable {
                    path: self.dir.clone(),
                    source,
                });
            }
            Ok(entries) => entries,
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == EXTENSION) && path.is_file())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .filter(|id| checked(id).is_ok())
            .collect();
        ids.sort();
        Ok(ids)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.{EXTENSION}"))
    }
}

/// An id becomes a file's name, so nothing in it may lead out of the folder or hide the file.
pub(super) fn checked(id: &str) -> Result<(), RecordError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if id.is_empty() || id.len() > LONGEST_ID || id.starts_with('.') || !id.chars().all(allowed) {
        return Err(RecordError::BadId {
            id: id.chars().take(LONGEST_ID).collect(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Event, EventKind};

    fn started(call: &str, when: &str) -> Event {
        Event {
            call: call.to_owned(),
            at_ms: 0,
            kind: EventKind::CallStarted {
                caller: Some("sip:ann@example.org".to_owned()),
                called: None,
                diverted_from: None,
                dialplan: "Lakeside Clinic".to_owned(),
                started: Some(when.to_owned()),
                codec: None,
                sip_call_id: None,
                called_by: None,
            },
        }
    }

    fn store_with(calls: &[(&str, &str)]) -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        for (call, when) in calls {
            store
                .recorder(call)
                .unwrap()
                .append(&started(call, when))
                .unwrap();
        }
        (dir, store)
    }

    #[test]
    fn calls_are_listed_newest_first_whatever_else_is_in_the_folder() {
        let (dir, store) = store_with(&[
            ("c", "2026-11-22T10:00:00Z"),
            // Later, although its text sorts before the first.
            ("b", "2026-11-22T09:30:00-02:00"),
            ("a", "2026-11-21T10:00:00Z"),
        ]);
        std::fs::write(dir.path().join("b.wav"), "sound").unwrap();
        std::fs::write(dir.path().join("notes.txt"), "hello").unwrap();
        std::fs::write(dir.path().join("foreign.jsonl"), "{\"a\":1}\n\u{0}\u{1}").unwrap();
        std::fs::write(dir.path().join("empty.jsonl"), "").unwrap();
        std::fs::create_dir(dir.path().join("folder.jsonl")).unwrap();
        let listing = store.list().unwrap();
        let ids: Vec<&str> = listing.calls.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["b", "c", "a"]);
        assert_eq!(listing.notes.len(), 2, "{:?}", listing.notes);
        assert!(
            listing.notes[1].contains("foreign.jsonl"),
            "{:?}",
            listing.notes
        );
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_calls() {
        let store = Store::open("/nowhere/at/all");
        assert!(store.list().unwrap().calls.is_empty());
        let error = store.find("x").unwrap_err().to_string();
        assert!(error.contains("zeroline calls list"), "{error}");
    }

    #[test]
    fn a_call_is_found_by_a_unique_beginning() {
        let (_dir, store) = store_with(&[("0193-aa", ""), ("0193-ab", ""), ("0193", "")]);
        assert_eq!(store.find("0193-aa").unwrap().id, "0193-aa");
        assert_eq!(store.find("0193-ab").unwrap().events.len(), 1);
        assert_eq!(store.find("0193").unwrap().id, "0193");
        let error = store.find("0193-").unwrap_err().to_string();
        assert!(
            error.contains("2 calls") && error.contains("0193-aa, 0193-ab"),
            "{error}"
        );
        assert!(matches!(
            store.find("7"),
            Err(RecordError::NoSuchCall { .. })
        ));
    }

    #[test]
    fn an_id_that_leads_out_of_the_folder_is_refused() {
        let (_dir, store) = store_with(&[]);
        for id in [
            "",
            "../x",
            "a/b",
            "a\\b",
            ".hidden",
            "a b",
            "a\0",
            "é",
            &"x".repeat(101),
        ] {
            assert!(
                matches!(store.recorder(id), Err(RecordError::BadId { .. })),
                "{id}"
            );
            assert!(
                matches!(store.find(id), Err(RecordError::BadId { .. })),
                "{id}"
            );
        }
    }
}
