//! What the catalogue says of one model, and where its files are when they are installed.

use super::Sha256;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What an engine needs to work: one file or more.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What people type, such as `base.en` or `en_US-kristin-medium`.
    pub name: String,
    pub engine: Engine,
    pub licence: String,
    /// Language tags; `*` for a model that knows many.
    pub languages: Vec<String>,
    /// One line for people.
    pub good_for: String,
    /// The only kind of machine it is for, as `std::env::consts::ARCH` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    #[serde(rename(deserialize = "file"), default)]
    pub files: Vec<ModelFile>,
}

/// One file of a model. `size` and `sha256` are of what is at `url`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in the models folder.
    pub name: String,
    pub url: String,
    /// Bytes.
    pub size: u64,
    pub sha256: Sha256,
    /// Set when a zip archive is at `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpack: Option<Unpack>,
}

/// The file of an archive that is installed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Unpack {
    /// Its path in the archive.
    pub member: String,
    /// Bytes.
    pub size: u64,
    pub sha256: Sha256,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    Whisper,
    SileroVad,
    Piper,
    /// The library that runs Piper's voices.
    OnnxRuntime,
}

/// What a whole file must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Content {
    /// Bytes.
    pub size: u64,
    pub sha256: Sha256,
}

impl Model {
    /// Bytes of all files, as they are installed.
    pub fn size(&self) -> u64 {
        let sizes = self.files.iter().map(|file| file.installed().size);
        sizes.fold(0, u64::saturating_add)
    }

    /// The files that are not there in their full length. Quick: reads none of them.
    pub fn missing_in(&self, folder: &Path) -> Vec<&ModelFile> {
        let there = |file: &&ModelFile| {
            let found = std::fs::metadata(file.path_in(folder));
            found.is_ok_and(|found| found.is_file() && found.len() == file.installed().size)
        };
        self.files.iter().filter(|file| !there(file)).collect()
    }

    pub(super) fn look_over(&self) -> Result<(), String> {
        if self.name.is_empty() || !is_plain(&self.name) {
            return Err("a name is made of letters, digits, dots, - and _".to_owned());
        }
        if self.files.is_empty() {
            return Err("it has no [[model.file]]".to_owned());
        }
        self.files.iter().try_for_each(ModelFile::look_over)
    }
}

impl ModelFile {
    /// Where it is when it is installed.
    pub fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join(&self.name)
    }

    /// What must be at the url.
    pub fn download(&self) -> Content {
        Content {
            size: self.size,
            sha256: self.sha256,
        }
    }

    /// What must be in the models folder.
    pub fn installed(&self) -> Content {
        match &self.unpack {
            Some(Unpack { size, sha256, .. }) => Content {
                size: *size,
                sha256: *sha256,
            },
            None => self.download(),
        }
    }

    /// What a download of it would be called when it is complete.
    pub(super) fn download_name(&self) -> String {
        match self.unpack {
            Some(_) => format!("{}.zip", self.name),
            None => self.name.clone(),
        }
    }

    fn look_over(&self) -> Result<(), String> {
        // It is joined to the folder's path: it must not lead out of it, nor hide.
        if self.name.starts_with('.') || self.name.is_empty() || !is_plain(&self.name) {
            return Err(format!("\"{}\" is no plain file name", self.name));
        }
        if !["https://", "http://"]
            .iter()
            .any(|s| self.url.starts_with(s))
        {
            return Err(format!("\"{}\" is no http or https address", self.url));
        }
        if self.size == 0 || self.installed().size == 0 {
            return Err(format!("the size of {} is 0", self.name));
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
