//! What was rejected, so that it is not proposed every week: `review.json` beside the records.
//!
//! Only phrases that may stand in a dialplan are kept, for records are deleted sooner than this.

use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const FILE: &str = "review.json";

/// The file of one folder of records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    rejected: Vec<Rejected>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rejected {
    dialplan: String,
    on: jiff::civil::Date,
    phrases: Vec<String>,
}

/// Why a file cannot be read or written; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{}: {why}; mend it, or move it away: what was rejected is then proposed again",
        path.display()
    )]
    Garbled { path: PathBuf, why: String },
    #[error(
        "{}: cannot be written: {source}. Is the disk full, may this user write there?",
        path.display()
    )]
    Unwritable { path: PathBuf, source: io::Error },
}

impl Remembered {
    /// Nothing, where there is no such file.
    pub fn read(folder: &Path) -> Result<Remembered, FileError> {
        let path = folder.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Remembered::default()),
            Err(source) => return Err(FileError::Unreadable { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|error| FileError::Garbled {
            path,
            why: error.to_string(),
        })
    }

    pub fn reject(&mut self, dialplan: &str, on: jiff::civil::Date, phrases: Vec<String>) {
        self.rejected.push(Rejected {
            dialplan: dialplan.to_owned(),
            on,
            phrases,
        });
    }

    /// What was rejected for a dialplan.
    pub fn phrases(&self, dialplan: &str) -> impl Iterator<Item = &str> {
        let of = self.rejected.iter();
        let of = of.filter(move |rejected| rejected.dialplan == dialplan);
        of.flat_map(|rejected| rejected.phrases.iter().map(String::as_str))
    }

    pub fn write(&self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| FileError::Unwritable {
            path: path.clone(),
            source: error.into(),
        })?;
        replace(&path, &(text + "\n"))
    }
}

/// Puts a text in place of a file's, all of it or nothing; the file's mode stays, and a link to it.
pub fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    let unwritable = |source| FileError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)?;
    if let Ok(known) = std::fs::metadata(&target) {
        let mode = known.permissions();
        file.as_file().set_permissions(mode).map_err(unwritable)?;
    }
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist(&target)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}
