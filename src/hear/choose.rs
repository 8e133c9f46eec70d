//! Which recogniser answers calls, and why.

use super::{HearError, Recogniser, Sphinx, Whisper};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// What the configuration asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// Whisper where a model can be used, else PocketSphinx.
    #[default]
    Auto,
    Whisper,
    PocketSphinx,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(name: &str) -> Result<Wanted, String> {
        match name {
            "auto" => Ok(Wanted::Auto),
            "whisper" => Ok(Wanted::Whisper),
            "pocketsphinx" => Ok(Wanted::PocketSphinx),
            _ => Err(format!(
                "no engine \"{name}\": use auto, whisper or pocketsphinx"
            )),
        }
    }
}

/// The engine that was chosen.
pub struct Choice {
    pub recogniser: Arc<dyn Recogniser>,
    /// One clause for the log.
    pub why: String,
    /// What the engine cannot do as asked; for the log too.
    pub warnings: Vec<String>,
}

/// Chooses and loads an engine. `model` is the configured Whisper model; without one, the first
/// `ggml-*.bin` in `folders` is taken. `language` is a tag such as `en-US`; `phrases` is what
/// callers are expected to say, which only PocketSphinx needs to know.
pub fn choose(
    wanted: Wanted,
    model: Option<&Path>,
    folders: &[PathBuf],
    language: &str,
    phrases: &[String],
) -> Result<Choice, HearError> {
    let model = model
        .map(Path::to_owned)
        .or_else(|| folders.iter().find_map(|folder| model_in(folder)));
    match (wanted, model) {
        (Wanted::PocketSphinx, _) => sphinx(language, phrases, "as configured".to_owned()),
        (Wanted::Whisper, Some(path)) => whisper(&path, language),
        (Wanted::Whisper, None) => Err(HearError::NoWhisperModel {
            folders: folders.to_owned(),
        }),
        (Wanted::Auto, Some(path)) => whisper(&path, language).or_else(|error| {
            let mut choice = sphinx(
                language,
                phrases,
                "the Whisper model cannot be used".to_owned(),
            )?;
            choice.warnings.push(error.to_string());
            Ok(choice)
        }),
        (Wanted::Auto, None) => sphinx(language, phrases, "there is no Whisper model".to_owned()),
    }
}

fn whisper(path: &Path, language: &str) -> Result<Choice, HearError> {
    Ok(Choice {
        recogniser: Arc::new(Whisper::load(path, language)?),
        why: format!("the model {}", path.display()),
        warnings: Vec::new(),
    })
}

fn sphinx(language: &str, phrases: &[String], why: String) -> Result<Choice, HearError> {
    if !language.to_lowercase().starts_with("en") {
        return Err(HearError::NotEnglish {
            language: language.to_owned(),
        });
    }
    let (sphinx, warnings) = Sphinx::new(None, phrases)?;
    Ok(Choice {
        recogniser: Arc::new(sphinx),
        why,
        warnings,
    })
}

/// The first model by name; models without weights are for tests.
fn model_in(folder: &Path) -> Option<PathBuf> {
    let is_model = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("ggml-") && name.ends_with(".bin") && !name.contains("zero-weights")
    };
    let files = std::fs::read_dir(folder).ok()?;
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(is_model)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Vec<String> {
        vec!["when are you open".to_owned()]
    }

    fn chosen(wanted: Wanted, model: Option<&Path>, folder: &Path) -> Result<Choice, HearError> {
        choose(wanted, model, &[folder.to_owned()], "en-US", &phrases())
    }

    #[test]
    fn without_a_model_pocketsphinx_listens() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ggml-tiny.zero-weights.bin"), "x").unwrap();
        let choice = chosen(Wanted::Auto, None, folder.path()).unwrap();
        assert_eq!(choice.recogniser.name(), "pocketsphinx/en-us");
        assert_eq!(choice.why, "there is no Whisper model");
        assert!(choice.warnings.is_empty());
        let error = chosen(Wanted::Whisper, None, folder.path()).err().unwrap();
        assert!(error.to_string().contains("make whisper-model"), "{error}");
    }

    #[test]
    fn a_broken_or_missing_model_is_told_and_does_not_stop_auto() {
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("ggml-base.en.bin");
        std::fs::write(&broken, "no model").unwrap();
        let missing = folder.path().join("gone.bin");
        for model in [None, Some(missing.as_path())] {
            let choice = chosen(Wanted::Auto, model, folder.path()).unwrap();
            assert_eq!(choice.recogniser.name(), "pocketsphinx/en-us");
            assert!(choice.warnings[0].contains(".bin"), "{:?}", choice.warnings);
            assert!(chosen(Wanted::Whisper, model, folder.path()).is_err());
        }
    }

    #[test]
    fn a_model_in_a_folder_is_found() {
        let weights = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/models/whisper-tiny.en.zero-weights.bin");
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("ggml-tiny.en.bin");
        if std::fs::copy(&weights, &there).is_err() {
            println!("skipped: {} is not there", weights.display());
            return;
        }
        let choice = chosen(Wanted::Auto, None, folder.path()).unwrap();
        assert_eq!(choice.recogniser.name(), "whisper/tiny.en");
        assert!(choice.why.contains("ggml-tiny.en.bin"));
    }

    #[test]
    fn pocketsphinx_listens_to_english_only() {
        let error = choose(Wanted::Auto, None, &[], "de-DE", &phrases())
            .err()
            .unwrap();
        assert!(error.to_string().contains("de-DE"), "{error}");
    }

    #[test]
    fn engines_have_names() {
        assert_eq!("pocketsphinx".parse(), Ok(Wanted::PocketSphinx));
        assert!("sphynx".parse::<Wanted>().unwrap_err().contains("sphynx"));
    }
}
