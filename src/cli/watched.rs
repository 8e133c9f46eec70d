//! A file that may change while the server runs.

use std::path::{Path, PathBuf};

pub struct Watched {
    file: PathBuf,
    /// What was loaded last, or tried to be; and what was there when it was looked at last.
    tried: Option<Vec<u8>>,
    seen: Option<Vec<u8>>,
}

impl Watched {
    /// It was as `loaded` when it was loaded.
    pub fn new(file: PathBuf, loaded: Option<Vec<u8>>) -> Watched {
        Watched {
            tried: loaded.clone(),
            seen: loaded,
            file,
        }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether it has changed since it was tried. Who writes a file in pieces, or moves it here, is waited
    /// for.
    pub async fn has_changed(&mut self) -> bool {
        let found = tokio::fs::read(&self.file).await.ok();
        let settled = found.is_some() && found == self.seen;
        let changed = settled && found != self.tried;
        self.seen = found;
        changed
    }

    /// What was seen last is tried now.
    pub fn try_now(&mut self) {
        self.tried = self.seen.clone();
    }
}
