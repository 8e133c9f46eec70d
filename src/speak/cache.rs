//! Phrases on disk, so that a restart does not make them again. For voices that are slow.
//!
//! A file holds one phrase's samples as they go to the line; its name is a digest of everything
//! that they depend on. What is damaged is made again, and what was not used for longest goes when
//! there is too much. A cache that cannot be written costs time and nothing else.

use crate::audio::LineRate;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// An hour of speech at both line rates.
const MOST_BYTES: u64 = 180 << 20;
/// Changes whenever [`Phrase::new`](super::Phrase::new) makes something else of the same clip.
const FORMAT: &str = "zeroline phrase 1";
const EXTENSION: &str = "phrase";
const DIGEST: usize = 32;

/// A folder of phrases. Several processes may share it.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    most_bytes: u64,
    /// About what is in it; counted when opened.
    bytes: Mutex<u64>,
    /// Names files that are being written.
    written: AtomicU64,
}

impl Cache {
    /// `$ZEROLINE_CACHE`, or `zeroline/phrases` where the user's caches are; nothing when there
    /// is no such place.
    pub fn folder() -> Option<PathBuf> {
        let named = variable("ZEROLINE_CACHE").map(PathBuf::from);
        named.or_else(|| Some(user_cache()?.join("phrases")))
    }

    /// Opens the cache in `folder`, which is made if need be.
    pub fn open(folder: &Path) -> std::io::Result<Cache> {
        Cache::with_room(folder, MOST_BYTES)
    }

    fn with_room(folder: &Path, most_bytes: u64) -> std::io::Result<Cache> {
        std::fs::create_dir_all(folder)?;
        let bytes = files(folder)?.iter().map(|file| file.bytes).sum();
        Ok(Cache {
            folder: folder.to_owned(),
            most_bytes,
            bytes: Mutex::new(bytes),
            written: AtomicU64::new(0),
        })
    }

    /// The samples that were [`put`](Cache::put) for the same voice, words and rate. `voice` says
    /// everything about the voice that changes how it sounds.
    pub fn get(&self, voice: &str, words: &str, rate: LineRate) -> Option<Vec<i16>> {
        let path = self.path(voice, words, rate);
        let content = std::fs::read(&path).ok()?;
        let Some(samples) = unpacked(&content) else {
            tracing::warn!("{} is damaged; the phrase is made again", path.display());
            let _ = std::fs::remove_file(&path);
            return None;
        };
        // When it was last used, for when there is too much.
        if let Ok(file) = std::fs::File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(samples)
    }

    /// Keeps the samples of a phrase.
    pub fn put(&self, voice: &str, words: &str, rate: LineRate, samples: &[i16]) {
        let path = self.path(voice, words, rate);
        if let Err(error) = self.write(&path, &packed(samples)) {
            tracing::warn!("{} cannot be kept: {error}", path.display());
        }
    }

    fn write(&self, path: &Path, content: &[u8]) -> std::io::Result<()> {
        // Never half a file under the name that others look for.
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let part = path.with_extension(format!("{}-{number}.part", std::process::id()));
        let written = std::fs::write(&part, content).and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written?;
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *bytes += content.len() as u64;
        if *bytes > self.most_bytes {
            *bytes = self.make_room()?;
        }
        Ok(())
    }

    /// Removes what was not used for longest, until a quarter is free; gives what is left.
    fn make_room(&self) -> std::io::Result<u64> {
        let mut files = files(&self.folder)?;
        files.sort_by_key(|file| file.used);
        let mut left: u64 = files.iter().map(|file| file.bytes).sum();
        for file in files {
            if left <= self.most_bytes / 4 * 3 {
                break;
            }
            if std::fs::remove_file(&file.path).is_ok() {
                left -= file.bytes;
            }
        }
        Ok(left)
    }

    fn path(&self, voice: &str, words: &str, rate: LineRate) -> PathBuf {
        let mut digest = Sha256::new();
        for part in [FORMAT, voice, &rate.hz().to_string(), words] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let name: String = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.folder.join(name).with_extension(EXTENSION)
    }
}

/// `zeroline` where the user's caches are (XDG Base Directory Specification).
pub fn user_cache() -> Option<PathBuf> {
    let caches = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(Path::new(&variable("HOME")?).join(".cache")));
    Some(caches?.join("zeroline"))
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

struct File {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Phrases, and what was left half written.
fn files(folder: &Path) -> std::io::Result<Vec<File>> {
    let is_ours = |path: &Path| {
        let extension = path.extension().unwrap_or_default();
        extension == EXTENSION || extension == "part"
    };
    let files = std::fs::read_dir(folder)?.filter_map(|entry| {
        let entry = entry.ok()?;
        let about = entry.metadata().ok()?;
        Some(File {
            path: entry.path(),
            bytes: about.len(),
            used: about.modified().ok()?,
        })
    });
    Ok(files.filter(|file| is_ours(&file.path)).collect())
}

/// The samples' digest and the samples.
fn packed(samples: &[i16]) -> Vec<u8> {
    let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let mut content = Sha256::digest(&bytes).to_vec();
    content.extend(bytes);
    content
}

fn unpacked(content: &[u8]) -> Option<Vec<i16>> {
    let (digest, bytes) = content.split_at_checked(DIGEST)?;
    let whole = Sha256::digest(bytes).as_slice() == digest && bytes.len() % 2 == 0;
    let samples = bytes.as_chunks::<2>().0.iter();
    whole.then(|| samples.map(|&sample| i16::from_le_bytes(sample)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn tone() -> Vec<i16> {
        let tone = (0..8_000).map(|i| if i % 40 < 20 { 6_000 } else { -6_000 });
        tone.collect()
    }

    #[test]
    fn what_was_kept_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        Cache::open(folder.path())
            .unwrap()
            .put("hum", "hello", LineRate::Narrow, &tone());
        let cache = Cache::open(folder.path()).unwrap();
        let kept = cache.get("hum", "hello", LineRate::Narrow).unwrap();
        assert_eq!(kept, tone());
        assert!(cache.get("hum", "Hello", LineRate::Narrow).is_none());
        assert!(
            cache
                .get("hum, faster", "hello", LineRate::Narrow)
                .is_none()
        );
        assert!(cache.get("hum", "hello", LineRate::Wide).is_none());
    }

    #[test]
    fn what_is_damaged_is_not_played_and_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        for damage in [
            |whole: &[u8]| whole[..whole.len() / 2].to_vec(),
            |whole: &[u8]| [whole, &[1, 2]].concat(),
            |whole: &[u8]| whole.iter().map(|byte| byte ^ 1).collect(),
            |_: &[u8]| Vec::new(),
        ] {
            cache.put("hum", "hello", LineRate::Narrow, &tone());
            let path = files(folder.path()).unwrap().remove(0).path;
            let whole = std::fs::read(&path).unwrap();
            std::fs::write(&path, damage(&whole)).unwrap();
            assert!(cache.get("hum", "hello", LineRate::Narrow).is_none());
            assert!(!path.exists());
        }
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let one = packed(&tone()).len() as u64;
        let cache = Cache::with_room(folder.path(), one * 4).unwrap();
        let texts = ["0", "1", "2", "3"];
        for (age, text) in texts.iter().enumerate() {
            cache.put("hum", text, LineRate::Narrow, &tone());
            let file = std::fs::File::options()
                .append(true)
                .open(cache.path("hum", text, LineRate::Narrow))
                .unwrap();
            let ago = Duration::from_secs(1_000 - age as u64);
            file.set_modified(SystemTime::now() - ago).unwrap();
        }
        assert!(cache.get("hum", "0", LineRate::Narrow).is_some());
        cache.put("hum", "4", LineRate::Narrow, &tone());
        let kept = |text| cache.get("hum", text, LineRate::Narrow).is_some();
        let kept: Vec<bool> = ["0", "1", "2", "3", "4"].map(kept).to_vec();
        assert_eq!(kept, [true, false, false, true, true]);
        let left: u64 = files(folder.path()).unwrap().iter().map(|f| f.bytes).sum();
        assert!(left <= one * 4);
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("gone")).unwrap();
        std::fs::remove_dir(folder.path().join("gone")).unwrap();
        cache.put("hum", "hello", LineRate::Narrow, &tone());
        assert!(cache.get("hum", "hello", LineRate::Narrow).is_none());
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert!(Cache::open(&file).is_err());
    }
}
