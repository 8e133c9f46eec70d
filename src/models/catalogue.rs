//! The catalogue file: TOML, one `[[model]]` each. Ours is compiled in; `models/catalogue.toml`
//! says what the fields are.

use super::ModelsError;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

const BUILT_IN: &str = include_str!("../../models/catalogue.toml");

/// What models there are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "model", default)]
    models: Vec<Model>,
}

/// A file that an engine needs.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What people type, such as `base.en`.
    pub name: String,
    pub engine: Engine,
    /// Its name in the models folder.
    pub file: String,
    pub url: String,
    /// Bytes.
    pub size: u64,
    pub sha256: Sha256,
    pub licence: String,
    /// Language tags; `*` for a model that knows many.
    pub languages: Vec<String>,
    /// One line for people.
    pub good_for: String,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    Whisper,
    SileroVad,
}

/// A SHA-256 checksum (FIPS 180-4); 64 hexadecimal digits in text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl Catalogue {
    /// The catalogue of this program.
    pub fn built_in() -> Result<Catalogue, ModelsError> {
        Catalogue::parse(BUILT_IN, "the built-in catalogue")
    }

    /// A catalogue of somebody's own.
    pub fn read(path: &Path) -> Result<Catalogue, ModelsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ModelsError::file("read", path, error))?;
        Catalogue::parse(&text, &path.display().to_string())
    }

    fn parse(text: &str, origin: &str) -> Result<Catalogue, ModelsError> {
        let wrong = |why: String| ModelsError::Catalogue {
            origin: origin.to_owned(),
            why,
        };
        let catalogue: Catalogue =
            toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let (mut names, mut files) = (HashSet::new(), HashSet::new());
        for model in &catalogue.models {
            model
                .look_over()
                .map_err(|why| wrong(format!("model \"{}\": {why}", model.name)))?;
            if !names.insert(&model.name) || !files.insert(&model.file) {
                return Err(wrong(format!(
                    "model \"{}\": another has the same name or file",
                    model.name
                )));
            }
        }
        Ok(catalogue)
    }

    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of this name. A file name will do too; else the error suggests what was meant.
    pub fn find(&self, name: &str) -> Result<&Model, ModelsError> {
        let meant = |model: &&Model| model.name == name || model.file == name;
        self.models
            .iter()
            .find(meant)
            .ok_or_else(|| ModelsError::UnknownName {
                name: name.to_owned(),
                similar: self.similar(name),
            })
    }

    /// Names like this one, the most similar first.
    fn similar(&self, name: &str) -> Vec<String> {
        const ALIKE: f64 = 0.75;
        const MOST: usize = 3;
        let name = name.to_lowercase();
        let mut scored: Vec<(f64, &str)> = self
            .models
            .iter()
            .map(|model| (strsim::jaro_winkler(&name, &model.name), &*model.name))
            .filter(|(score, _)| *score >= ALIKE)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scored.into_iter().take(MOST);
        best.map(|(_, name)| name.to_owned()).collect()
    }
}

impl Model {
    /// Where it is when it is installed.
    pub fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join(&self.file)
    }

    fn look_over(&self) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return Err("a name is made of letters, digits, dots, - and _".to_owned());
        }
        // It is joined to the folder's path: it must not lead out of it, nor hide.
        if self.file.starts_with('.') || self.file.is_empty() || !self.file.chars().all(plain) {
            return Err(format!("\"{}\" is no plain file name", self.file));
        }
        if !["https://", "http://"]
            .iter()
            .any(|s| self.url.starts_with(s))
        {
            return Err(format!("\"{}\" is no http or https address", self.url));
        }
        if self.size == 0 {
            return Err("its size is 0".to_owned());
        }
        Ok(())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Sha256 {
    type Err = String;

    fn from_str(text: &str) -> Result<Sha256, String> {
        let wrong = || format!("\"{text}\" is no SHA-256: 64 hexadecimal digits");
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let digits = digits.ok_or_else(wrong)?;
        let bytes: Vec<u8> = match digits.as_chunks::<2>() {
            (pairs, []) => pairs.iter().map(|[high, low]| high * 16 + low).collect(),
            _ => return Err(wrong()),
        };
        bytes.try_into().map(Sha256).map_err(|_| wrong())
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Sha256, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_built_in_catalogue_is_sound() {
        let catalogue = Catalogue::built_in().unwrap();
        for model in catalogue.models() {
            assert!(model.url.starts_with("https://"), "{}", model.name);
            assert!(model.url.ends_with(&model.file), "{}", model.name);
            if model.engine == Engine::Whisper {
                assert_eq!(model.file, format!("ggml-{}.bin", model.name));
                let english = model.languages == ["en"];
                assert_eq!(english, model.name.contains(".en"), "{}", model.name);
            }
        }
        for name in [
            "base.en",
            "base.en-q8_0",
            "base",
            "small-q5_1",
            "silero-vad",
        ] {
            assert!(catalogue.find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_silero_model_is_the_one_at_hand() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/models/silero_vad.onnx");
        let Ok(bytes) = std::fs::read(&path) else {
            println!("skipped: {} is not there", path.display());
            return;
        };
        let catalogue = Catalogue::built_in().unwrap();
        let model = catalogue.find("silero-vad").unwrap();
        assert_eq!(bytes.len() as u64, model.size);
        assert_eq!(crate::models::check::sha256(&path).unwrap(), model.sha256);
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        let catalogue = Catalogue::built_in().unwrap();
        for (typed, meant) in [
            ("base-en", "base.en"),
            ("Tiny", "tiny"),
            ("silero", "silero-vad"),
        ] {
            let error = catalogue.find(typed).unwrap_err().to_string();
            assert!(error.contains(meant), "{typed}: {error}");
        }
        let error = catalogue.find("gpt").unwrap_err().to_string();
        assert!(error.contains("zeroline models list"), "{error}");
        assert_eq!(catalogue.find("ggml-base.en.bin").unwrap().name, "base.en");
    }

    fn entry(file: &str, url: &str, sha256: &str) -> String {
        format!(
            "[[model]]\nname = \"m\"\nengine = \"whisper\"\nfile = \"{file}\"\nurl = \"{url}\"\n\
             size = 1\nsha256 = \"{sha256}\"\nlicence = \"MIT\"\nlanguages = []\ngood_for = \"\"\n"
        )
    }

    #[test]
    fn a_catalogue_cannot_write_elsewhere_nor_go_unchecked() {
        let sum = "00".repeat(32);
        let url = "http://x/y";
        assert!(Catalogue::parse(&entry("m.bin", url, &sum), "c").is_ok());
        for wrong in [
            entry("../m.bin", url, &sum),
            entry("/etc/passwd", url, &sum),
            entry(".hidden", url, &sum),
            entry("m.bin", "file:///etc/passwd", &sum),
            entry("m.bin", url, "00"),
            entry("m.bin", url, "").replace("sha256 = \"\"\n", ""),
            entry("m.bin", url, &sum).repeat(2),
            entry("m.bin", url, &sum) + "sha255 = \"\"",
        ] {
            let error = Catalogue::parse(&wrong, "c.toml").unwrap_err();
            assert!(error.to_string().starts_with("c.toml: "), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_checksum_reads_back_as_written(bytes: [u8; 32], noise: String) {
            prop_assert_eq!(Sha256(bytes).to_string().parse(), Ok(Sha256(bytes)));
            let _ = noise.parse::<Sha256>();
        }

        #[test]
        fn no_text_makes_the_catalogue_panic(text: String) {
            let _ = Catalogue::parse(&text, "c");
        }
    }
}
