//! Where eSpeak NG's voice data is, and whether the engine that is linked in can use it.
//!
//! Everything is checked before the engine sees the folder: with a bad one it writes to stderr,
//! falls back to a path of the machine it was built on, and may end the process.

use super::SpeakError;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Names the folder that holds [`FOLDER`]; the same variable that Piper's phonemiser reads.
const VARIABLE: &str = "PIPER_ESPEAKNG_DATA_DIRECTORY";
const FOLDER: &str = "espeak-ng-data";

/// Format of the compiled phonemes that the linked engine reads (its `version_phdata`):
/// 1.48.1, which eSpeak NG 1.51 (Debian 12) also writes.
const FORMAT: u32 = 0x01_48_01;

/// The engine keeps the path in a buffer of 160 bytes and cuts off what does not fit.
const LONGEST_PATH: usize = 159;

/// The `espeak-ng-data` folder to use: the one the environment names, else one beside the
/// program, else the system's.
pub fn find() -> Result<PathBuf, SpeakError> {
    if let Some(parent) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        // Somebody chose it: taking another one silently would only hide their mistake.
        return first(vec![PathBuf::from(parent).join(FOLDER)]);
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join(FOLDER)));
    first(beside.into_iter().chain(of_the_system()).collect())
}

/// Debian keeps it under the machine's triplet, other systems under `share`.
fn of_the_system() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join(FOLDER))
        .filter(|folder| folder.is_dir())
        .collect();
    folders.sort();
    folders
        .extend(["/usr/lib", "/usr/share", "/usr/local/share"].map(|p| Path::new(p).join(FOLDER)));
    folders
}

fn first(candidates: Vec<PathBuf>) -> Result<PathBuf, SpeakError> {
    match candidates.iter().find(|folder| folder.is_dir()) {
        Some(folder) => check(folder).map(|()| folder.clone()),
        None => Err(SpeakError::NoData {
            searched: candidates,
        }),
    }
}

/// Whether the engine can start from this folder.
fn check(folder: &Path) -> Result<(), SpeakError> {
    let bad = |why: String| SpeakError::BadData {
        path: folder.to_owned(),
        why,
    };
    if folder.as_os_str().len() > LONGEST_PATH {
        return Err(bad(format!("its path is longer than {LONGEST_PATH} bytes")));
    }
    for name in ["phontab", "phonindex", "intonations", "phondata"] {
        let mut start = [0; 4];
        File::open(folder.join(name))
            .and_then(|mut file| file.read_exact(&mut start))
            .map_err(|error| bad(format!("{name}: {error}")))?;
        let format = u32::from_le_bytes(start);
        if name == "phondata" && format != FORMAT {
            return Err(bad(format!(
                "it is of format {format:#08x}, this program reads {FORMAT:#08x}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(phondata: &[u8]) -> tempfile::TempDir {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join(FOLDER);
        std::fs::create_dir(&folder).unwrap();
        for name in ["phontab", "phonindex", "intonations"] {
            std::fs::write(folder.join(name), [0; 16]).unwrap();
        }
        std::fs::write(folder.join("phondata"), phondata).unwrap();
        parent
    }

    fn checked(parent: &tempfile::TempDir) -> Result<PathBuf, SpeakError> {
        first(vec![parent.path().join(FOLDER)])
    }

    #[test]
    fn the_installed_data_fits_the_linked_engine() {
        find().unwrap();
    }

    #[test]
    fn no_data_names_the_package_to_install() {
        let nowhere = PathBuf::from("/nowhere").join(FOLDER);
        let error = first(vec![nowhere]).unwrap_err().to_string();
        assert!(error.contains("package espeak-ng-data"), "{error}");
        assert!(error.contains("/nowhere/espeak-ng-data"), "{error}");
        assert!(error.contains(VARIABLE), "{error}");
    }

    #[test]
    fn data_of_another_format_or_incomplete_is_refused_before_the_engine_sees_it() {
        let good = folder_with(&[0x01, 0x48, 0x01, 0, 0x22, 0x56, 0, 0]);
        checked(&good).unwrap();
        let old = checked(&folder_with(&[0x05, 0x47, 0x01, 0]))
            .unwrap_err()
            .to_string();
        assert!(old.contains("0x014705"), "{old}");
        std::fs::remove_file(good.path().join(FOLDER).join("phontab")).unwrap();
        let incomplete = checked(&good).unwrap_err().to_string();
        assert!(incomplete.contains("phontab"), "{incomplete}");
        assert!(checked(&folder_with(&[1])).is_err());
    }
}
