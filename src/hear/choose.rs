//! Which recogniser answers calls, and why.

use super::deaf::Deaf;
use super::{Expected, HearError, Pronounce, Recogniser, Sphinx, Whisper};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// What the configuration asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// Whisper where a model can be used, else PocketSphinx, else nothing.
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

/// Chooses and loads an engine for one language, which it keeps to: `language` is a tag such as
/// `en-US`. `model` is the configured Whisper model; without one, the `ggml-*.bin` in `folders` that
/// suits the language best is taken. What callers are expected to say, and how words are said that
/// are in no dictionary, only PocketSphinx needs to know.
///
/// With [`Wanted::Auto`], what cannot be used is named among the warnings and the next engine
/// takes over, in the end one that hears nothing: then callers reach a person.
pub fn choose(
    wanted: Wanted,
    model: Option<&Path>,
    folders: &[PathBuf],
    language: &str,
    expected: &Expected,
    pronounce: Pronounce,
) -> Result<Choice, HearError> {
    match wanted {
        Wanted::PocketSphinx => sphinx(language, expected, pronounce, "as configured".to_owned()),
        Wanted::Whisper => {
            let (choice, mut errors) = whisper(model, folders, language);
            choice.ok_or_else(|| {
                let none = HearError::NoWhisperModel {
                    folders: folders.to_owned(),
                    language: language.to_owned(),
                };
                match errors.is_empty() {
                    true => none,
                    false => errors.remove(0),
                }
            })
        }
        Wanted::Auto => Ok(any(model, folders, language, expected, pronounce)),
    }
}

/// Whisper, else PocketSphinx, else nothing.
fn any(
    model: Option<&Path>,
    folders: &[PathBuf],
    language: &str,
    expected: &Expected,
    pronounce: Pronounce,
) -> Choice {
    let (choice, errors) = whisper(model, folders, language);
    let mut warnings: Vec<String> = errors.iter().map(HearError::to_string).collect();
    let mut choice = choice.unwrap_or_else(|| {
        let why = match errors.is_empty() {
            true => {
                let name = if is_english(language) {
                    "base.en-q8_0"
                } else {
                    "base-q8_0"
                };
                format!("there is no Whisper model; `zeroline models pull {name}` gets one")
            }
            false => "the Whisper model cannot be used".to_owned(),
        };
        sphinx(language, expected, pronounce, why).unwrap_or_else(|error| {
            warnings.push(error.to_string());
            nothing(&warnings)
        })
    });
    warnings.append(&mut choice.warnings);
    choice.warnings = warnings;
    choice
}

/// The first model that can be used, and what is wrong with those before it.
fn whisper(
    model: Option<&Path>,
    folders: &[PathBuf],
    language: &str,
) -> (Option<Choice>, Vec<HearError>) {
    let models = match model {
        Some(model) => vec![model.to_owned()],
        None => folders
            .iter()
            .flat_map(|folder| models_in(folder, language))
            .collect(),
    };
    let mut errors = Vec::new();
    for path in models {
        match Whisper::load(&path, language) {
            Ok(whisper) => {
                let choice = Choice {
                    recogniser: Arc::new(whisper),
                    why: format!("the model {}", path.display()),
                    warnings: Vec::new(),
                };
                return (Some(choice), errors);
            }
            Err(error) => errors.push(error),
        }
    }
    (None, errors)
}

fn sphinx(
    language: &str,
    expected: &Expected,
    pronounce: Pronounce,
    why: String,
) -> Result<Choice, HearError> {
    if !is_english(language) {
        return Err(HearError::NotEnglish {
            language: language.to_owned(),
        });
    }
    let (sphinx, unlisted) = Sphinx::new(None, expected, pronounce)?;
    let left_out = unlisted.left_out.iter().map(|(phrase, word)| {
        format!(
            "the phrase \"{phrase}\" is left out: pocketsphinx does not know how \"{word}\" is said; \
             write it as it is spoken, or in other words"
        )
    });
    Ok(Choice {
        recogniser: Arc::new(sphinx),
        why,
        warnings: left_out.collect(),
    })
}

fn nothing(warnings: &[String]) -> Choice {
    Choice {
        recogniser: Arc::new(Deaf {
            why: warnings.join("; "),
        }),
        why: "no engine can be used: every caller who speaks is put through to a person".to_owned(),
        warnings: Vec::new(),
    }
}

fn is_english(language: &str) -> bool {
    language.to_lowercase().starts_with("en")
}

/// The models that know the language, the best first; models without weights are for tests.
fn models_in(folder: &Path, language: &str) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut models: Vec<(Rank, PathBuf)> = files
        .filter_map(|file| {
            let path = file.ok()?.path();
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((rank(&name, language)?, path))
        })
        .collect();
    models.sort();
    models.into_iter().map(|(_, path)| path).collect()
}

/// What is compared first: knows only this language, size, weights, name.
type Rank = (bool, usize, usize, String);

/// How well a model suits the language, by its file's name; `None`: not at all.
fn rank(name: &str, language: &str) -> Option<Rank> {
    let model = name.strip_prefix("ggml-")?.strip_suffix(".bin")?;
    let english_only = model.split(['.', '-']).any(|part| part == "en");
    if model.contains("zero-weights") || english_only && !is_english(language) {
        return None;
    }
    // What understands well enough on a few cores comes first, what takes a large machine last.
    const SIZES: [&str; 5] = ["base", "small", "tiny", "medium", "large"];
    // 8-bit weights are the fastest, and as good as the full ones.
    let weights = match model {
        _ if model.ends_with("q8_0") => 0,
        _ if model.contains("-q") => 2,
        _ => 1,
    };
    let size = SIZES.iter().position(|size| model.starts_with(size));
    Some((
        !english_only,
        size.unwrap_or(SIZES.len()),
        weights,
        name.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected::from_phrases(&["when are you open".to_owned()])
    }

    fn chosen(wanted: Wanted, model: Option<&Path>, folder: &Path) -> Result<Choice, HearError> {
        choose(
            wanted,
            model,
            &[folder.to_owned()],
            "en-US",
            &expected(),
            &nobody,
        )
    }

    /// Knows how no word is said.
    fn nobody(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn without_a_model_pocketsphinx_listens() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ggml-tiny.zero-weights.bin"), "x").unwrap();
        let choice = chosen(Wanted::Auto, None, folder.path()).unwrap();
        assert_eq!(choice.recogniser.name(), "pocketsphinx/en-us");
        assert!(
            choice.why.contains("zeroline models pull"),
            "{}",
            choice.why
        );
        assert!(choice.warnings.is_empty());
        let error = chosen(Wanted::Whisper, None, folder.path()).err().unwrap();
        assert!(
            error.to_string().contains("zeroline models pull"),
            "{error}"
        );
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
    fn a_broken_model_is_told_and_the_next_one_takes_over() {
        let weights = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/models/whisper-tiny.en.zero-weights.bin");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ggml-base.en.bin"), "cut short").unwrap();
        if std::fs::copy(&weights, folder.path().join("ggml-tiny.en.bin")).is_err() {
            println!("skipped: {} is not there", weights.display());
            return;
        }
        let choice = chosen(Wanted::Auto, None, folder.path()).unwrap();
        assert_eq!(choice.recogniser.name(), "whisper/tiny.en");
        assert!(choice.warnings[0].contains("ggml-base.en.bin"));
    }

    #[test]
    fn the_language_decides_which_model_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "ggml-tiny.en.bin",
            "ggml-base.bin",
            "ggml-base-q8_0.bin",
            "ggml-base.en.bin",
            "ggml-base.en-q5_1.bin",
            "ggml-large-v3.bin",
            "ggml-small.bin",
            "ggml-tiny.zero-weights.bin",
            "README.md",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |language| -> Vec<String> {
            let models = models_in(folder.path(), language).into_iter();
            models
                .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
                .collect()
        };
        let multilingual = [
            "ggml-base-q8_0.bin",
            "ggml-base.bin",
            "ggml-small.bin",
            "ggml-large-v3.bin",
        ];
        assert_eq!(names("zh-CN"), multilingual);
        let english = [
            "ggml-base.en.bin",
            "ggml-base.en-q5_1.bin",
            "ggml-tiny.en.bin",
        ];
        assert_eq!(names("en-GB"), [&english[..], &multilingual[..]].concat());
    }

    #[test]
    fn where_no_engine_knows_the_language_callers_reach_a_person() {
        let choice = choose(Wanted::Auto, None, &[], "zh-CN", &expected(), &nobody).unwrap();
        assert_eq!(choice.recogniser.name(), "none");
        assert!(
            choice.warnings[0].contains("zh-CN"),
            "{:?}",
            choice.warnings
        );
        let clip = crate::audio::Clip::new(8_000, vec![0; 8_000]);
        let error = choice
            .recogniser
            .recognise(&clip, &super::super::Stop::never());
        let error = error.err().unwrap().to_string();
        assert!(error.contains("zeroline models"), "{error}");
        let error = choose(
            Wanted::PocketSphinx,
            None,
            &[],
            "zh-CN",
            &expected(),
            &nobody,
        );
        assert!(error.err().unwrap().to_string().contains("zh-CN"));
    }

    #[test]
    fn engines_have_names() {
        assert_eq!("pocketsphinx".parse(), Ok(Wanted::PocketSphinx));
        assert!("sphynx".parse::<Wanted>().unwrap_err().contains("sphynx"));
    }
}
