//! Taking a file out of a zip archive, such as a library out of a Python wheel. Only the file that
//! the catalogue names is read, and nothing that the archive says of it is relied on: its length
//! and checksum are the catalogue's.

use super::part::{self, Unfit};
use super::{ModelFile, ModelsError, Unpack};
use std::io::{Read, Seek};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// Installs `file` out of an archive, which errors call `shown`.
pub fn unpack(
    archive: impl Read + Seek,
    shown: &str,
    file: &ModelFile,
    unpack: &Unpack,
    folder: &Path,
) -> Result<(), ModelsError> {
    let member = &unpack.member;
    let useless = |why: String| ModelsError::Archive {
        archive: shown.to_owned(),
        why,
    };
    let mut archive = ZipArchive::new(archive)
        .map_err(|error| useless(format!("it cannot be read as a zip archive ({error})")))?;
    let from = archive.by_name(member).map_err(|error| match error {
        ZipError::FileNotFound => useless(format!("there is no {member} in it")),
        error => useless(format!("{member} cannot be taken out of it ({error})")),
    })?;
    part::install(from, file, folder).map_err(|unfit| match unfit {
        Unfit::Unreadable(error) => {
            useless(format!("{member} cannot be taken out of it ({error})"))
        }
        Unfit::Different(how) => useless(format!("{member} in it {how}")),
        Unfit::Unwritable(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Sha256;
    use proptest::prelude::*;
    use sha2::Digest;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    fn library() -> Vec<u8> {
        (0u32..50_000).map(|i| ((i * i) >> 9) as u8).collect()
    }

    fn archive(member: &str, bytes: &[u8], method: CompressionMethod) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in [("README", &b"read me"[..]), (member, bytes)] {
            zip.start_file(name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn entry(member: &str, bytes: &[u8]) -> (ModelFile, Unpack) {
        let unpack = Unpack {
            member: member.to_owned(),
            size: bytes.len() as u64,
            sha256: Sha256(sha2::Sha256::digest(bytes).into()),
        };
        let file = ModelFile {
            name: "lib.so".to_owned(),
            url: "http://x/y".to_owned(),
            size: 1,
            sha256: Sha256([0; 32]),
            unpack: Some(unpack.clone()),
        };
        (file, unpack)
    }

    /// What is installed of `lib/lib.so.1`, or why nothing is.
    fn unpacked(archive: &[u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let (file, member) = entry("lib/lib.so.1", &library());
        let done = unpack(Cursor::new(archive), "a.whl", &file, &member, folder.path());
        let there: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        match done {
            Ok(()) => {
                assert_eq!(there.len(), 1);
                Ok(std::fs::read(file.path_in(folder.path())).unwrap())
            }
            Err(error) => {
                assert!(there.is_empty(), "left behind after: {error}");
                Err(error.to_string())
            }
        }
    }

    #[test]
    fn one_file_is_taken_out_of_an_archive() {
        for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
            let archive = archive("lib/lib.so.1", &library(), method);
            assert_eq!(unpacked(&archive), Ok(library()));
        }
    }

    #[test]
    fn what_is_wrong_with_an_archive_is_told() {
        let packed = |member, bytes: &[u8]| archive(member, bytes, CompressionMethod::Deflated);
        let mut other = library();
        other[9] ^= 1;
        let mut longer = library();
        longer.push(0);
        for (archive, words) in [
            (b"<html>".to_vec(), "cannot be read as a zip archive"),
            (packed("lib.so.1", &library()), "no lib/lib.so.1 in it"),
            (packed("lib/lib.so.1", &other), "has a wrong checksum"),
            (packed("lib/lib.so.1", &longer), "more than 50000 bytes"),
            (packed("lib/lib.so.1", b"short"), "5 bytes instead of 50000"),
            (packed("lib/lib.so.1", &[]), "0 bytes instead of 50000"),
        ] {
            let error = unpacked(&archive).unwrap_err();
            assert!(
                error.starts_with("a.whl: ") && error.contains(words),
                "{error}"
            );
        }
    }

    #[test]
    fn an_archive_that_lies_about_a_length_installs_nothing_else() {
        let honest = archive("lib/lib.so.1", &library(), CompressionMethod::Stored);
        let length = 50_000u32.to_le_bytes();
        let places: Vec<usize> = (0..honest.len() - 4)
            .filter(|at| honest[*at..*at + 4] == length)
            .collect();
        assert!(places.len() >= 4, "two lengths in each of two headers");
        for lie in [0u32, 1, 49_999, 50_001, u32::MAX - 1, u32::MAX] {
            for place in &places {
                let mut lying = honest.clone();
                lying[*place..*place + 4].copy_from_slice(&lie.to_le_bytes());
                if let Ok(installed) = unpacked(&lying) {
                    assert_eq!(installed, library());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_nor_install_anything_else(
            noise: Vec<u8>,
            changes in prop::collection::vec((0usize..1 << 20, any::<u8>()), 1..8),
            cut in 0usize..1 << 20,
        ) {
            prop_assert!(unpacked(&noise).is_err());
            let mut spoilt = archive("lib/lib.so.1", &library(), CompressionMethod::Deflated);
            // Half of the changes hit the directory at the end, where the structure is.
            let length = spoilt.len();
            for (number, (at, byte)) in changes.into_iter().enumerate() {
                let at = match number % 2 {
                    0 => at % length,
                    _ => length - 1 - at % 200,
                };
                spoilt[at] ^= byte;
            }
            if let Ok(installed) = unpacked(&spoilt) {
                prop_assert_eq!(installed, library());
            }
            spoilt.truncate(cut % length);
            prop_assert!(unpacked(&spoilt).is_err());
        }
    }
}
