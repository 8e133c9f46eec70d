//! ONNX Runtime, loaded once for the whole program from a library of the system.
//!
//! The library is loaded here and not by `ort::init_from`: that makes its errors with the library
//! that it failed to load, and waits for itself for ever. And the loader of the system trusts what
//! it loads: it maps a truncated library, and the program dies when the missing part is touched;
//! so the file's own account of its parts is checked before.

use super::error::PiperError;
use libloading::Library;
use ort::sys::{ORT_API_VERSION, OrtApi, OrtApiBase};
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static LOADED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Loads the library if this is the first call. Later calls must name the same file.
pub fn load(library: &Path) -> Result<(), PiperError> {
    let unusable = |why: String| PiperError::Runtime {
        path: library.to_owned(),
        why,
    };
    let path = library
        .canonicalize()
        .map_err(|error| unusable(error.to_string()))?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    match &*loaded {
        Some(loaded) if *loaded == path => return Ok(()),
        Some(loaded) => {
            return Err(PiperError::SecondRuntime {
                loaded: loaded.clone(),
                wanted: path,
            });
        }
        None => {}
    }
    check(&path).map_err(unusable)?;
    let api = open(&path).map_err(unusable)?;
    ort::set_api(api);
    *loaded = Some(path);
    Ok(())
}

/// The functions of the library, which then stays loaded.
fn open(path: &Path) -> Result<OrtApi, String> {
    type GetApiBase = unsafe extern "C" fn() -> *const OrtApiBase;
    // SAFETY: what the library does when it is loaded and asked is its own affair, and it was
    // named to be run. Its one function by name has this type in every version; what it returns is
    // null or stays while the library does, and the structure of functions only ever grows.
    unsafe {
        let library = Library::new(path).map_err(|error| error.to_string())?;
        let base = match library.get::<GetApiBase>(c"OrtGetApiBase".to_bytes_with_nul()) {
            Ok(get_base) => get_base().as_ref(),
            Err(_) => None,
        };
        let base = base.ok_or("it is not ONNX Runtime (there is no OrtGetApiBase in it)")?;
        let version = CStr::from_ptr((base.GetVersionString)()).to_string_lossy();
        let too_old = || format!("it is version {version}, and 1.{ORT_API_VERSION} is needed");
        // Asked for what it does not have, it would also write to stderr.
        let minor = version
            .split('.')
            .nth(1)
            .and_then(|minor| minor.parse().ok());
        if minor.is_none_or(|minor: u32| minor < ORT_API_VERSION) {
            return Err(too_old());
        }
        let api = (base.GetApi)(ORT_API_VERSION);
        if api.is_null() {
            return Err(too_old());
        }
        std::mem::forget(library);
        Ok(api.read())
    }
}

/// Whether the file is a whole shared library (ELF, 64 bits) for this machine.
#[cfg(target_os = "linux")]
fn check(path: &Path) -> Result<(), String> {
    const HEADER: usize = 64;
    const SEGMENT: usize = 56;
    const SECTION: u64 = 64;
    const LIBRARY: u64 = 3;
    let machine = match std::env::consts::ARCH {
        "x86_64" => 62,
        "aarch64" => 183,
        other => return Err(format!("there is no ONNX Runtime for {other} processors")),
    };

    let failed = |error: std::io::Error| error.to_string();
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?;
    if !length.is_file() {
        return Err("it is not a file".to_owned());
    }
    let length = length.len();
    if length == 0 {
        return Err("the file is empty".to_owned());
    }
    let no_library = || "it is not a shared library".to_owned();
    let mut header = [0; HEADER];
    file.read_exact(&mut header).map_err(|_| no_library())?;
    // Little-endian, 64 bits.
    if !header.starts_with(b"\x7fELF\x02\x01") || number(&header, 16, 2) != Some(LIBRARY) {
        return Err(no_library());
    }
    if number(&header, 18, 2) != Some(machine) {
        return Err("it is for another kind of processor".to_owned());
    }
    let field = |at, size| number(&header, at, size).ok_or_else(no_library);
    let cut_off = || format!("it is cut off at {length} bytes");

    let sections = field(40, 8)?.checked_add(field(60, 2)? * SECTION);
    if sections.is_none_or(|end| end > length) {
        return Err(cut_off());
    }
    file.seek(SeekFrom::Start(field(32, 8)?)).map_err(failed)?;
    for _ in 0..field(56, 2)? {
        let mut segment = [0; SEGMENT];
        file.read_exact(&mut segment).map_err(|_| cut_off())?;
        let from = number(&segment, 8, 8).ok_or_else(no_library)?;
        let size = number(&segment, 32, 8).ok_or_else(no_library)?;
        if from.checked_add(size).is_none_or(|end| end > length) {
            return Err(cut_off());
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn check(path: &Path) -> Result<(), String> {
    let mut byte = [0];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut byte))
        .map_err(|error| error.to_string())
}

#[cfg(target_os = "linux")]
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |n, &byte| n << 8 | u64::from(byte)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn why_not(content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        std::fs::write(&path, content).unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains("libonnxruntime.so"), "{error}");
        assert!(
            error.contains("zeroline models pull onnxruntime"),
            "{error}"
        );
        error
    }

    /// Any library of the system that is not ONNX Runtime.
    fn another_library() -> PathBuf {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut paths = maps
            .lines()
            .filter_map(|line| line.split_whitespace().nth(5));
        let libm = paths.find(|path| path.contains("libm.so"));
        libm.unwrap().into()
    }

    #[test]
    fn a_file_that_is_no_library_is_refused_before_it_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.so");
        let library = std::fs::read(another_library()).unwrap();
        let mut foreign = library.clone();
        foreign[18] = 40;
        for (content, why) in [
            (&b""[..], "empty"),
            (
                b"<!doctype html><title>Not found</title>",
                "not a shared library",
            ),
            (b"\x7fELF", "not a shared library"),
            (&[0; 4096], "not a shared library"),
            (&library[..library.len() - 1], "cut off"),
            (&library[..library.len() / 2], "cut off"),
            (&library[..64], "cut off"),
            (&foreign, "another kind of processor"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = check(&path).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(check(&another_library()), Ok(()));
        assert!(check(folder.path()).unwrap_err().contains("not a file"));
        assert!(check(&folder.path().join("nothing")).is_err());
    }

    /// Run by the test below in a process of its own: the tests of the voices load a good library
    /// into this one, after which another is refused unseen.
    #[test]
    #[ignore = "run by bad_libraries_in_a_process_of_their_own"]
    fn bad_libraries() {
        assert!(why_not(b"").contains("empty"));
        assert!(why_not(b"just text, but not that short").contains("not a shared library"));
        let error = load(Path::new("/nowhere/libonnxruntime.so")).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("/nowhere/libonnxruntime.so"), "{error}");
        let error = why_not(&std::fs::read(another_library()).unwrap());
        assert!(error.contains("not ONNX Runtime"), "{error}");
        if let Some(old) = std::env::var_os("ZEROLINE_OLD_ONNXRUNTIME") {
            let error = load(Path::new(&old)).unwrap_err().to_string();
            assert!(error.contains("and 1.24 is needed"), "{error}");
            println!("{error}");
        }
        let Some(good) = super::super::tests::runtime() else {
            return;
        };
        let whole = std::fs::read(&good).unwrap();
        for length in [100, whole.len() / 3, whole.len() - 1] {
            assert!(why_not(&whole[..length]).contains("cut off"), "{length}");
        }
        // After all of these, a good one still loads; then a second is refused.
        load(&good).unwrap();
        load(&good).unwrap();
        let copy = tempfile::tempdir().unwrap();
        let copy = copy.path().join("copy.so");
        std::fs::write(&copy, &whole).unwrap();
        let error = load(&copy).unwrap_err().to_string();
        assert!(error.contains("already loaded from"), "{error}");
    }

    #[test]
    fn bad_libraries_in_a_process_of_their_own() {
        let this = std::env::current_exe().unwrap();
        // Without the name of the crate.
        let module = module_path!().split_once("::").unwrap().1;
        let name = format!("{module}::bad_libraries");
        let mut child = std::process::Command::new(this)
            .args(["--ignored", "--exact", "--nocapture"])
            .arg(name)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // What must not happen is that it waits for ever.
        let patience = Instant::now() + Duration::from_secs(120);
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > patience => {
                    child.kill().unwrap();
                    panic!("loading a bad library hangs");
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let mut said = String::new();
        child.stdout.unwrap().read_to_string(&mut said).unwrap();
        assert!(status.success() && said.contains("1 passed"), "{said}");
        print!("{said}");
    }
}
