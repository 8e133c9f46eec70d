//! The catalogue file: TOML, one `[[model]]` each. Ours is compiled in; `models/catalogue.toml`
//! says what the fields are.

use super::{Model, ModelFile, ModelsError, part};
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};
use std::env::consts::ARCH;
use std::path::Path;

const BUILT_IN: &str = include_str!("../../models/catalogue.toml");

/// What models there are for this machine.
#[derive(Debug)]
pub struct Catalogue {
    models: Vec<Model>,
    /// For other machines; only to be able to say so.
    elsewhere: Vec<Model>,
}

impl Catalogue {
    /// The catalogue of this program.
    pub fn built_in() -> Result<Catalogue, ModelsError> {
        Catalogue::parse(BUILT_IN, "the built-in catalogue", ARCH)
    }

    /// A catalogue of somebody's own.
    pub fn read(path: &Path) -> Result<Catalogue, ModelsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ModelsError::file("be read", path, error))?;
        Catalogue::parse(&text, &path.display().to_string(), ARCH)
    }

    pub(super) fn parse(text: &str, origin: &str, machine: &str) -> Result<Catalogue, ModelsError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            model: Vec<Model>,
        }
        let wrong = |why: String| ModelsError::Catalogue {
            origin: origin.to_owned(),
            why,
        };
        let File { model: all } = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        for model in &all {
            model
                .look_over()
                .map_err(|why| wrong(format!("model \"{}\": {why}", model.name)))?;
        }
        no_two_alike(&all).map_err(wrong)?;
        let (models, elsewhere) = all
            .into_iter()
            .partition(|model| suits(model, Some(machine)));
        Ok(Catalogue { models, elsewhere })
    }

    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of this name. The name of one of its files will do too; else the error suggests
    /// what was meant.
    pub fn find(&self, name: &str) -> Result<&Model, ModelsError> {
        let meant =
            |model: &&Model| model.name == name || model.files.iter().any(|file| file.name == name);
        if let Some(model) = self.models.iter().find(meant) {
            return Ok(model);
        }
        Err(match self.elsewhere.iter().find(meant) {
            Some(model) => ModelsError::other_machine(name, model),
            None => ModelsError::UnknownName {
                name: name.to_owned(),
                similar: self.similar(name),
            },
        })
    }

    /// All files of the models for this machine.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Model, &ModelFile)> {
        files(&self.models)
    }

    /// All files of the models for other machines.
    pub(super) fn files_elsewhere(&self) -> impl Iterator<Item = (&Model, &ModelFile)> {
        files(&self.elsewhere)
    }

    /// Names like this one, or with a part like it, the most similar first.
    fn similar(&self, name: &str) -> Vec<String> {
        const ALIKE: f64 = 0.75;
        const MOST: usize = 3;
        let name = name.to_lowercase();
        let score = |model: &Model| {
            let full = model.name.to_lowercase();
            let parts = full.split('-').chain([&*full]);
            parts.fold(0.0, |most: f64, part| {
                most.max(strsim::jaro_winkler(&name, part))
            })
        };
        let mut scored: Vec<(f64, &str)> = self
            .models
            .iter()
            .map(|model| (score(model), &*model.name))
            .filter(|(score, _)| *score >= ALIKE)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scored.into_iter().take(MOST);
        best.map(|(_, name)| name.to_owned()).collect()
    }
}

fn files(models: &[Model]) -> impl Iterator<Item = (&Model, &ModelFile)> {
    models
        .iter()
        .flat_map(|model| model.files.iter().map(move |file| (model, file)))
}

/// Whether a model is for a machine of this kind; for None, whether it is for all kinds.
fn suits(model: &Model, machine: Option<&str>) -> bool {
    model.machine.is_none() || model.machine.as_deref() == machine
}

/// No machine may see one name, or find one place in the models folder, twice.
fn no_two_alike(all: &[Model]) -> Result<(), String> {
    let machines: BTreeSet<Option<&str>> = all
        .iter()
        .map(|model| model.machine.as_deref())
        .chain([None])
        .collect();
    for machine in machines {
        let (mut names, mut places) = (HashSet::new(), HashSet::new());
        for model in all.iter().filter(|model| suits(model, machine)) {
            let mut alone = names.insert(&model.name);
            for file in &model.files {
                alone &= places.insert(file.name.clone());
                for part in part::all(file) {
                    alone &= places.insert(part.name);
                }
            }
            if !alone {
                return Err(format!(
                    "model \"{}\": its name or one of its files is there twice",
                    model.name
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Engine;
    use proptest::prelude::*;

    #[test]
    fn the_built_in_catalogue_is_sound() {
        for machine in ["x86_64", "aarch64"] {
            let catalogue = Catalogue::parse(BUILT_IN, "ours", machine).unwrap();
            for (model, file) in catalogue.files() {
                assert!(file.url.starts_with("https://"), "{}", file.name);
                let fetched_as_is = file.url.ends_with(&format!("/{}", file.name));
                assert_ne!(fetched_as_is, file.unpack.is_some(), "{}", file.name);
                if let Engine::Whisper = model.engine {
                    assert_eq!(file.name, format!("ggml-{}.bin", model.name));
                    let english = model.languages == ["en"];
                    assert_eq!(english, model.name.contains(".en"), "{}", model.name);
                }
            }
            for name in ["base.en", "base", "small-q5_1", "silero-vad"] {
                assert_eq!(catalogue.find(name).unwrap().files.len(), 1, "{name}");
            }
            let runtime = catalogue.find("onnxruntime").unwrap();
            assert!(runtime.files[0].url.contains(machine));
        }
    }

    #[test]
    fn a_voice_is_a_model_with_a_description_and_speaks_the_language_of_its_name() {
        let catalogue = Catalogue::built_in().unwrap();
        let is_voice = |model: &&Model| model.engine == Engine::Piper;
        let voices: Vec<&Model> = catalogue.models().iter().filter(is_voice).collect();
        assert!(voices.len() >= 6);
        for voice in voices {
            let names: Vec<&str> = voice.files.iter().map(|file| &*file.name).collect();
            let name = &voice.name;
            assert_eq!(names, [format!("{name}.onnx"), format!("{name}.onnx.json")]);
            let (locale, _) = name.split_once('-').unwrap();
            assert_eq!(voice.languages, [locale.replace('_', "-")]);
            assert!(voice.files[0].size > 1_000_000 && voice.files[1].size < 100_000);
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
        let file = &catalogue.find("silero-vad").unwrap().files[0];
        assert_eq!(bytes.len() as u64, file.size);
        assert_eq!(crate::models::check::sha256(&path).unwrap(), file.sha256);
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        let catalogue = Catalogue::built_in().unwrap();
        for (typed, meant) in [
            ("base-en", "base.en"),
            ("Tiny", "tiny"),
            ("silero", "silero-vad"),
            ("kristen", "en_US-kristin-medium"),
            ("en-gb-cori-medium", "en_GB-cori-medium"),
            ("onnx-runtime", "onnxruntime"),
        ] {
            let error = catalogue.find(typed).unwrap_err().to_string();
            assert!(error.contains(meant), "{typed}: {error}");
        }
        let error = catalogue.find("gpt").unwrap_err().to_string();
        assert!(error.contains("zeroline models list"), "{error}");
        assert_eq!(catalogue.find("ggml-base.en.bin").unwrap().name, "base.en");
        let description = catalogue.find("en_GB-cori-medium.onnx.json").unwrap();
        assert_eq!(description.name, "en_GB-cori-medium");
    }

    const SUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn model(name: &str, files: &[String]) -> String {
        format!(
            "[[model]]\nname = \"{name}\"\nengine = \"piper\"\nlicence = \"MIT\"\nlanguages = []\n\
             good_for = \"\"\n{}",
            files.concat()
        )
    }

    fn file(name: &str) -> String {
        format!(
            "[[model.file]]\nname = \"{name}\"\nurl = \"http://x/y\"\nsize = 1\n\
             sha256 = \"{SUM}\"\n"
        )
    }

    fn unpacked(name: &str) -> String {
        let member = format!("member = \"a/b\"\nsize = 2\nsha256 = \"{SUM}\"\n");
        format!("{}[model.file.unpack]\n{member}", file(name))
    }

    #[test]
    fn a_catalogue_cannot_write_elsewhere_nor_go_unchecked() {
        let one = model("m", &[file("m.bin")]);
        let archive = model("m", &[unpacked("m.so")]);
        for right in [&one, &archive] {
            Catalogue::parse(right, "c", "x86_64").unwrap();
        }
        for wrong in [
            model("m", &[file("../m.bin")]),
            model("m", &[file("/etc/passwd")]),
            model("m", &[file(".hidden")]),
            model("m", &[]),
            one.replace("http://x/y", "file:///etc/passwd"),
            one.replace(SUM, "00"),
            one.replace("sha256", "# "),
            one.replace("size = 1", "size = 0"),
            archive.replace("size = 2", "size = 0"),
            archive.replace("size = 2", ""),
            archive.replace("member", "path"),
            one.clone() + "sha255 = \"\"",
        ] {
            let error = Catalogue::parse(&wrong, "c.toml", "x86_64").unwrap_err();
            assert!(error.to_string().starts_with("c.toml: "), "{wrong}");
        }
    }

    #[test]
    fn no_two_models_share_a_name_or_a_place() {
        let alike = |one: &str, other: &str| {
            let both = format!("{one}{other}");
            let parsed = Catalogue::parse(&both, "c", "x86_64");
            parsed.is_err_and(|error| error.to_string().contains("twice"))
        };
        let one = model("one", &[file("1.bin")]);
        assert!(!alike(&one, &model("two", &[file("2.bin")])));
        assert!(alike(&one, &model("one", &[file("2.bin")])));
        assert!(alike(&one, &model("two", &[file("1.bin")])));
        assert!(alike("", &model("one", &[file("1.bin"), file("1.bin")])));
        assert!(alike(&one, &model("two", &[file("1.bin.part")])));
        let archive = model("so", &[unpacked("1.so")]);
        assert!(alike(&archive, &model("two", &[file("1.so.zip")])));
    }

    #[test]
    fn a_model_for_other_machines_is_not_shown_but_told() {
        let on = |name, machine: &str| {
            let entry = model(name, &[file(&format!("{name}.so"))]);
            entry.replace("engine", &format!("machine = \"{machine}\"\nengine"))
        };
        let text = [on("lib", "x86_64"), on("lib", "aarch64"), on("old", "x86")].concat();
        let catalogue = Catalogue::parse(&text, "c", "aarch64").unwrap();
        let names: Vec<&str> = catalogue.models().iter().map(|m| &*m.name).collect();
        assert_eq!(names, ["lib"]);
        let found = catalogue.find("lib").unwrap();
        assert_eq!(found.machine.as_deref(), Some("aarch64"));
        for name in ["old", "old.so"] {
            let error = catalogue.find(name).unwrap_err().to_string();
            assert!(error.contains("only for x86 machines"), "{error}");
        }
        // What every machine sees is seen beside what one machine sees.
        let text = on("lib", "riscv64") + &model("lib", &[file("lib.so")]);
        assert!(Catalogue::parse(&text, "c", "aarch64").is_err());
        let text = on("lib", "riscv64").repeat(2);
        assert!(Catalogue::parse(&text, "c", "aarch64").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_catalogue_panic(text: String, cut in 0usize..2000, with: char) {
            let _ = Catalogue::parse(&text, "c", "x86_64");
            let whole = model("m", &[file("m.bin"), unpacked("m.so")]);
            let spoilt: String = whole
                .chars()
                .enumerate()
                .map(|(at, c)| if at == cut % whole.len() { with } else { c })
                .collect();
            let _ = Catalogue::parse(&spoilt, "c", "x86_64");
        }
    }
}
