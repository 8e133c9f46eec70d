//! Looking at what is installed.

use super::{Catalogue, Engine, Model, ModelsError, check, part};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What was found of one file.
#[derive(Debug, PartialEq, Serialize)]
pub struct Finding {
    pub file: PathBuf,
    /// The catalogue's name for it.
    pub model: Option<String>,
    #[serde(flatten)]
    pub state: State,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "state", content = "why", rename_all = "snake_case")]
pub enum State {
    /// It is the catalogue's file, byte for byte.
    Ok,
    Damaged(String),
    /// A download that has not finished; what there is of it.
    Incomplete(String),
    /// Not in the catalogue; all that can be said of it.
    Unknown(String),
    /// Asked for, and not there.
    Missing,
}

impl Finding {
    /// Whether an engine could be misled by it, or finds nothing where somebody expects it.
    pub fn is_bad(&self) -> bool {
        matches!(self.state, State::Damaged(_) | State::Missing)
    }
}

/// Checks one model, or all model files in `folder`.
pub fn verify(
    catalogue: &Catalogue,
    folder: &Path,
    only: Option<&Model>,
) -> Result<Vec<Finding>, ModelsError> {
    let mut findings = Vec::new();
    match only {
        Some(model) => {
            findings.extend(of_model(model, folder)?);
            if findings.is_empty() {
                findings.push(finding(model, model.path_in(folder), State::Missing));
            }
        }
        None => {
            for model in catalogue.models() {
                findings.extend(of_model(model, folder)?);
            }
            findings.extend(strangers(catalogue, folder)?);
        }
    }
    Ok(findings)
}

fn of_model(model: &Model, folder: &Path) -> Result<Vec<Finding>, ModelsError> {
    let mut findings = Vec::new();
    let path = model.path_in(folder);
    if path.exists() {
        let state = match check::against(&path, model) {
            Ok(Ok(())) => State::Ok,
            Ok(Err(why)) => State::Damaged(why),
            Err(error) => return Err(ModelsError::file("be read", &path, error)),
        };
        findings.push(finding(model, path, state));
    }
    let part = part::path(folder, model);
    if let Ok(there) = std::fs::metadata(&part) {
        let why = format!("{} of {} bytes", there.len(), model.size);
        findings.push(finding(model, part, State::Incomplete(why)));
    }
    Ok(findings)
}

fn finding(model: &Model, file: PathBuf, state: State) -> Finding {
    Finding {
        file,
        model: Some(model.name.clone()),
        state,
    }
}

/// Model files that are not in the catalogue.
fn strangers(catalogue: &Catalogue, folder: &Path) -> Result<Vec<Finding>, ModelsError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ModelsError::file("be read", folder, error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut findings = Vec::new();
    for file in paths {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let known = catalogue.models().iter().any(|model| *model.file == *name);
        let engine = match name.rsplit_once('.') {
            Some((_, "bin")) => Engine::Whisper,
            Some((_, "onnx")) => Engine::SileroVad,
            _ => continue,
        };
        if known || !file.is_file() {
            continue;
        }
        let state = match check::begins_like(&file, engine) {
            Ok(true) => {
                State::Unknown("not in the catalogue; only its beginning was checked".to_owned())
            }
            Ok(false) => State::Damaged("not a model, though it is called like one".to_owned()),
            Err(error) => return Err(ModelsError::file("be read", &file, error)),
        };
        findings.push(Finding {
            file,
            model: None,
            state,
        });
    }
    Ok(findings)
}
