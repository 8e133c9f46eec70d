//! Why a model cannot be had; each text says what to do.

use super::{Model, Sha256};
use std::env::consts::ARCH;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error("{origin}: {why}")]
    Catalogue { origin: String, why: String },
    #[error("no model is called \"{name}\". {}", suggestion(similar))]
    UnknownName { name: String, similar: Vec<String> },
    #[error("{name} is only for {machine} machines, and this is one of {ARCH}")]
    OtherMachine { name: String, machine: String },
    #[error("{}: cannot {doing}: {source}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(
        "{}: another zeroline is fetching this model right now; wait until it has finished",
        part.display()
    )]
    Busy { part: PathBuf },
    #[error(
        "{}: {} are needed and only {} are free on this disk. Make room, or set ZEROLINE_MODELS \
         to a folder on another disk",
        folder.display(), megabytes(*needed), megabytes(*free)
    )]
    NoRoom {
        folder: PathBuf,
        needed: u64,
        free: u64,
    },
    #[error(
        "{}: the disk became full ({source}). Make room and try again{}",
        part.display(), kept_words(*kept)
    )]
    DiskFull {
        part: PathBuf,
        kept: u64,
        source: io::Error,
    },
    #[error(
        "{host} cannot be reached: {why}. {hint} A file fetched elsewhere can be brought in with \
         `zeroline models import FILE`; it is at {url}"
    )]
    Unreachable {
        host: String,
        url: String,
        why: String,
        hint: &'static str,
    },
    #[error("{url}: the server answered {status}: {}", meaning(*status))]
    Status { url: String, status: u16 },
    #[error(
        "{url}: a web page came instead of the model. Does this network have a sign-in page, or \
         does a proxy block the download?"
    )]
    WebPage { url: String },
    #[error(
        "{url}: the file there has {got} bytes and the catalogue says {expected}: it is another \
         file. Nothing was installed"
    )]
    OtherSize {
        url: String,
        expected: u64,
        got: u64,
    },
    #[error(
        "{url}: what came is not what the catalogue describes (SHA-256 {got}, expected \
         {expected}). It was deleted, and nothing was installed. Something on the way changed it, \
         or the file there was replaced"
    )]
    WrongChecksum {
        url: String,
        expected: Sha256,
        got: Sha256,
    },
    #[error(
        "{url}: the download broke off again and again ({why}). {} of {} are kept; the same \
         command goes on from there",
        megabytes(*kept), megabytes(*size)
    )]
    Broken {
        url: String,
        why: String,
        kept: u64,
        size: u64,
    },
    /// An archive that came unharmed and is of no use.
    #[error(
        "{archive}: {why}, though it is the archive that the catalogue describes. Nothing was \
         installed; the catalogue's entry is wrong"
    )]
    Archive { archive: String, why: String },
    #[error("{}: damaged: {why}. Get the file again; nothing was installed", file.display())]
    DamagedImport { file: PathBuf, why: String },
    #[error(
        "{}: no file of a model of the catalogue, so nothing tells whether it is whole. A model \
         of your own can be used all the same: put it into the models folder, a Whisper model as \
         ggml-NAME.bin, a Piper voice as NAME.onnx with NAME.onnx.json",
        file.display()
    )]
    UnknownImport { file: PathBuf },
}

impl ModelsError {
    pub(super) fn file(doing: &'static str, path: &Path, source: io::Error) -> ModelsError {
        ModelsError::File {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn other_machine(name: &str, model: &Model) -> ModelsError {
        ModelsError::OtherMachine {
            name: name.to_owned(),
            machine: model.machine.clone().unwrap_or_default(),
        }
    }
}

fn kept_words(kept: u64) -> String {
    match kept {
        0 => String::new(),
        kept => format!(
            ": the {} that came are kept, and the rest will be added",
            megabytes(kept)
        ),
    }
}

/// Bytes in the unit people think in.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn suggestion(similar: &[String]) -> String {
    match similar {
        [] => "`zeroline models list` says which there are".to_owned(),
        similar => format!("Did you mean {}?", similar.join(" or ")),
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            "it does not give out this file. Does a proxy or firewall forbid it? A file fetched \
             elsewhere can be brought in with `zeroline models import FILE`"
        }
        404 | 410 => "the file is not there any more; a newer zeroline may know where it is now",
        407 => "the proxy wants a name and a password: HTTPS_PROXY=http://name:password@proxy:port",
        429 => "too many downloads from this address; try again later",
        500.. => "it has trouble of its own; try again later",
        _ => "that is not a download",
    }
}
