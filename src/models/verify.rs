//! Looking at what is installed.

use super::check::{self, Format};
use super::{Catalogue, Model, ModelFile, ModelsError, part};
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
    /// Not there, though it was asked for or the rest of its model is there.
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
    if let Some(model) = only {
        return of_model(model, folder, true);
    }
    let mut findings = Vec::new();
    for model in catalogue.models() {
        findings.extend(of_model(model, folder, false)?);
    }
    findings.extend(strangers(catalogue, folder)?);
    Ok(findings)
}

fn of_model(model: &Model, folder: &Path, asked: bool) -> Result<Vec<Finding>, ModelsError> {
    let expected = asked || model.files.iter().any(|f| f.path_in(folder).exists());
    let mut findings = Vec::new();
    for file in &model.files {
        let before = findings.len();
        findings.extend(of_file(model, file, folder)?);
        if findings.len() == before && expected {
            findings.push(finding(model, file.path_in(folder), State::Missing));
        }
    }
    Ok(findings)
}

fn of_file(model: &Model, file: &ModelFile, folder: &Path) -> Result<Vec<Finding>, ModelsError> {
    let mut findings = Vec::new();
    let path = file.path_in(folder);
    if path.exists() {
        let state = match check::against(&path, file.installed()) {
            Ok(Ok(())) => State::Ok,
            Ok(Err(why)) => State::Damaged(why),
            Err(error) => return Err(ModelsError::file("be read", &path, error)),
        };
        findings.push(finding(model, path, state));
    }
    for part in part::all(file) {
        let path = folder.join(part.name);
        if let Ok(there) = std::fs::metadata(&path) {
            let why = format!("{} of {} bytes", there.len(), part.size);
            findings.push(finding(model, path, State::Incomplete(why)));
        }
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
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let format = match name.rsplit_once('.') {
            Some((_, "bin")) => Format::Ggml,
            Some((_, "onnx")) => Format::Onnx,
            _ => continue,
        };
        let known = catalogue.files().any(|(_, file)| *file.name == *name);
        if known || !path.is_file() {
            continue;
        }
        let state = match check::begins_like(&path, format) {
            Ok(true) => State::Unknown(stranger(&path, format).to_owned()),
            Ok(false) => State::Damaged("not a model, though it is called like one".to_owned()),
            Err(error) => return Err(ModelsError::file("be read", &path, error)),
        };
        findings.push(Finding {
            file: path,
            model: None,
            state,
        });
    }
    Ok(findings)
}

/// What to say of a file that is not in the catalogue and begins as it should.
fn stranger(path: &Path, format: Format) -> &'static str {
    match format {
        Format::Ggml => "not in the catalogue; only its beginning was checked",
        Format::Onnx if path.with_extension("onnx.json").is_file() => {
            "a voice that is not in the catalogue; only its beginning was checked"
        }
        Format::Onnx => {
            "not in the catalogue, and no voice without the .onnx.json of its name beside it; only \
             its beginning was checked"
        }
    }
}
