//! Which voice speaks for a dialplan, and why.

use super::piper::{Piper, PiperSettings};
use super::{Espeak, SpeakError, Voice};
use std::path::{Path, PathBuf};

/// The name of the voice that is always there.
const ALWAYS_THERE: &str = "espeak-ng";
const UNUSABLE: &str = "no Piper voice can be used";

/// What a dialplan asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// A Piper voice by the name of its file, such as `en_US-kristin-medium`, or `espeak-ng`; without
    /// one, the first Piper voice for the language, else eSpeak NG.
    pub name: Option<String>,
    pub settings: PiperSettings,
}

/// The voice that was chosen.
pub struct Choice {
    pub voice: Box<dyn Voice>,
    /// Says what the voice fails to say.
    pub fallback: Option<Box<dyn Voice>>,
    /// One clause for the log.
    pub why: String,
    /// What cannot be used, and what to do.
    pub warnings: Vec<String>,
}

/// The voice that is wished for, from `folders`, in a language (a tag such as `en-US`); eSpeak NG
/// where that cannot be. What cannot be used is among the warnings, and no reason not to speak.
pub fn choose(wish: &Wish, language: &str, folders: &[PathBuf]) -> Result<Choice, SpeakError> {
    let always_there: Box<dyn Voice> =
        Box::new(Espeak::new(language)?.at_speed(wish.settings.speed));
    let espeak = |voice, why: &str, warnings| Choice {
        voice,
        fallback: None,
        why: why.to_owned(),
        warnings,
    };
    if wish.name.as_deref() == Some(ALWAYS_THERE) {
        return Ok(espeak(always_there, "the dialplan names it", Vec::new()));
    }
    let voices = voices(wish, language, folders);
    if voices.is_empty() {
        let (why, warnings) = match &wish.name {
            None => ("there is no Piper voice for the language", Vec::new()),
            Some(name) => (UNUSABLE, vec![unknown(name, folders)]),
        };
        return Ok(espeak(always_there, why, warnings));
    }
    let Some(runtime) = runtime(folders) else {
        let missing = "a Piper voice needs ONNX Runtime, which was not found: `zeroline models pull \
                       onnxruntime` gets it";
        return Ok(espeak(always_there, UNUSABLE, vec![missing.to_owned()]));
    };
    let mut warnings = Vec::new();
    for path in voices {
        match Piper::load(&runtime, &path, &wish.settings) {
            Ok(piper) => {
                return Ok(Choice {
                    voice: Box::new(piper),
                    fallback: Some(always_there),
                    why: format!("the voice {}", path.display()),
                    warnings,
                });
            }
            Err(error) => warnings.push(error.to_string()),
        }
    }
    Ok(espeak(always_there, UNUSABLE, warnings))
}

/// A voice for whoever talks to the voice named `to` ([`Voice::name`]), and is not to be mistaken for it:
/// another Piper voice for the language, else eSpeak NG.
pub fn choose_other(
    to: &str,
    language: &str,
    folders: &[PathBuf],
) -> Result<Box<dyn Voice>, SpeakError> {
    let is_other = |path: &&PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        !to.split([':', '/']).any(|part| part == stem)
    };
    let voices = voices(&Wish::default(), language, folders);
    if let Some(runtime) = runtime(folders) {
        let settings = PiperSettings::default();
        let load = |path: &PathBuf| Piper::load(&runtime, path, &settings).ok();
        if let Some(piper) = voices.iter().filter(is_other).find_map(load) {
            return Ok(Box::new(piper));
        }
    }
    Ok(Box::new(Espeak::other(language)?))
}

fn unknown(name: &str, folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
    format!(
        "there is no voice {name} in {}: {name}.onnx and {name}.onnx.json must be there. `zeroline models \
         list` shows which voices there are, `zeroline models pull NAME` gets one",
        folders.join(", ")
    )
}

/// Files of voices, the best first: by name, where one is wished.
fn voices(wish: &Wish, language: &str, folders: &[PathBuf]) -> Vec<PathBuf> {
    let language = language.replace('-', "_");
    let suits = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_voice = path.extension().is_some_and(|e| e == "onnx")
            && path.with_extension("onnx.json").exists();
        is_voice
            && match &wish.name {
                Some(name) => stem == **name,
                None => stem.starts_with(&format!("{language}-")),
            }
    };
    let mut voices = Vec::new();
    for folder in folders {
        let mut here: Vec<PathBuf> = files(folder).into_iter().filter(suits).collect();
        here.sort();
        voices.extend(here);
    }
    voices
}

/// `$ZEROLINE_ONNXRUNTIME`, or a `libonnxruntime.so` in the folders.
fn runtime(folders: &[PathBuf]) -> Option<PathBuf> {
    let named = std::env::var_os("ZEROLINE_ONNXRUNTIME").map(PathBuf::from);
    named.or_else(|| {
        let mut libraries = folders.iter().flat_map(|folder| files(folder));
        libraries.find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Not one that is being fetched.
            name.starts_with("libonnxruntime.so") && !name.ends_with(".part")
        })
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files.filter_map(|file| Some(file.ok()?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Pace;
    use super::super::piper::tests::{copy_voice, runtime};
    use super::*;

    fn wish(name: Option<&str>) -> Wish {
        let name = name.map(str::to_owned);
        let settings = PiperSettings::default();
        Wish { name, settings }
    }

    /// Models folders with voices of these names, and ONNX Runtime.
    fn folders(voices: &[&str]) -> Option<(tempfile::TempDir, [PathBuf; 2])> {
        let runtime = runtime()?;
        let folder = tempfile::tempdir().unwrap();
        for voice in voices {
            copy_voice("one.onnx", &folder.path().join(format!("{voice}.onnx")));
        }
        let folders = [runtime.parent()?.to_owned(), folder.path().to_owned()];
        Some((folder, folders))
    }

    fn chosen(wish: &Wish, language: &str, folders: &[PathBuf]) -> (String, Vec<String>) {
        let choice = choose(wish, language, folders).unwrap();
        assert!(
            !choice
                .voice
                .speak("Hello.", Pace::Usual)
                .unwrap()
                .clip
                .samples
                .is_empty()
        );
        (choice.voice.name().to_owned(), choice.warnings)
    }

    #[test]
    fn each_dialplan_has_the_voice_of_its_language_or_name() {
        let voices = ["en_GB-cori-medium", "en_US-a-low", "en_US-b-low"];
        let Some((_folder, folders)) = folders(&voices) else {
            return;
        };
        for (name, language, expected) in [
            (None, "en-US", "piper/en_US-a-low"),
            (None, "en-GB", "piper/en_GB-cori-medium"),
            (Some("en_US-b-low"), "en-US", "piper/en_US-b-low"),
            (
                Some("en_GB-cori-medium"),
                "en-US",
                "piper/en_GB-cori-medium",
            ),
            (Some("espeak-ng"), "en-US", "espeak-ng/en-us"),
            (None, "zh-CN", "espeak-ng/cmn-latn-pinyin"),
        ] {
            let (voice, warnings) = chosen(&wish(name), language, &folders);
            assert_eq!(voice, expected);
            assert!(warnings.is_empty(), "{warnings:?}");
        }
    }

    #[test]
    fn a_voice_that_cannot_be_used_is_named_and_another_speaks() {
        let Some((folder, folders)) = folders(&["en_US-a-low", "en_US-b-low"]) else {
            return;
        };
        std::fs::write(folder.path().join("en_US-a-low.onnx"), "<html>").unwrap();
        let (voice, warnings) = chosen(&wish(None), "en-US", &folders);
        assert_eq!(voice, "piper/en_US-b-low");
        assert!(
            warnings[0].contains("en_US-a-low.onnx cannot be used"),
            "{warnings:?}"
        );
        std::fs::remove_file(folder.path().join("en_US-b-low.onnx.json")).unwrap();
        let (voice, warnings) = chosen(&wish(None), "en-US", &folders);
        assert_eq!(voice, "espeak-ng/en-us");
        assert_eq!(warnings.len(), 1);
        let (voice, warnings) = chosen(&wish(Some("en_US-gone")), "en-US", &folders);
        assert_eq!(voice, "espeak-ng/en-us");
        assert!(warnings[0].contains("no voice en_US-gone"), "{warnings:?}");
    }

    #[test]
    fn without_onnx_runtime_it_is_said_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        copy_voice("one.onnx", &folder.path().join("en_US-a-low.onnx"));
        let folders = [folder.path().to_owned()];
        if std::env::var_os("ZEROLINE_ONNXRUNTIME").is_some() {
            println!("skipped: ZEROLINE_ONNXRUNTIME is set");
            return;
        }
        let (voice, warnings) = chosen(&wish(None), "en-US", &folders);
        assert_eq!(voice, "espeak-ng/en-us");
        assert!(
            warnings[0].contains("zeroline models pull onnxruntime"),
            "{warnings:?}"
        );
    }

    #[test]
    fn the_voice_that_is_always_there_heeds_the_speed() {
        let length = |speed| {
            let mut wish = wish(None);
            wish.settings.speed = speed;
            let choice = choose(&wish, "en-US", &[]).unwrap();
            choice
                .voice
                .speak("How can I help?", Pace::Usual)
                .unwrap()
                .clip
                .milliseconds()
        };
        assert!(length(0.7) > length(1.0) * 6 / 5);
    }
}
