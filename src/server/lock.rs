//! One server at a time works with a data folder: two would overwrite each other's queue, and keep the
//! same promises twice.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// In the data folder; what is in it does not matter.
const FILE: &str = "server.lock";

/// The folder is ours for as long as this is kept. A server that is killed loses it, too.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "locked while it is open")] File);

/// Why the folder cannot be used; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error(
        "{}: another server works with this data folder. Stop that one, or give this one a folder of its own \
         with `data = \"…\"` in zeroline.toml", folder.display()
    )]
    Taken { folder: PathBuf },
    #[error("{}: cannot be locked: {source}. May this user write to the data folder?", path.display())]
    Failed {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Lock {
    pub fn take(folder: &Path) -> Result<Lock, LockError> {
        let path = folder.join(FILE);
        let failed = |source| LockError::Failed {
            path: path.clone(),
            source,
        };
        let mut options = File::options();
        let file = options.create(true).append(true).open(&path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Taken {
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_server_in_a_folder_is_told_where_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let error = Lock::take(folder.path()).unwrap_err().to_string();
        let name = folder.path().display().to_string();
        assert!(
            error.contains(&name) && error.contains("data = "),
            "{error}"
        );
        drop(first);
        assert!(Lock::take(folder.path()).is_ok());
        let nowhere = folder.path().join("not there");
        assert!(matches!(
            Lock::take(&nowhere),
            Err(LockError::Failed { .. })
        ));
    }
}
