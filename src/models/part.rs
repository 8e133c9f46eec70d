//! A file on its way into the models folder: `FILE.part`, locked against other zerolines, checked
//! and then renamed. Whoever looks at `FILE` sees nothing or all of it.

use super::{Model, ModelsError, Sha256, check};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    len: u64,
}

/// Where a model is while it is not complete.
pub fn path(folder: &Path, model: &Model) -> PathBuf {
    folder.join(format!("{}.part", model.file))
}

impl Part {
    /// Opens what is there of a model, or begins it. Makes the folder.
    pub fn open(folder: &Path, model: &Model) -> Result<Part, ModelsError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| ModelsError::file("be made", folder, error))?;
        let path = path(folder, model);
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|error| ModelsError::file("be written", &path, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(ModelsError::Busy { part: path }),
                Err(TryLockError::Error(error)) => {
                    return Err(ModelsError::file("be locked", &path, error));
                }
            }
            let opened = file
                .metadata()
                .map_err(|error| ModelsError::file("be read", &path, error))?;
            // Between opening and locking, whoever had the lock may have renamed the file: then
            // this is the installed one, and not ours to change.
            let same = |there: &std::fs::Metadata| there.ino() == opened.ino();
            if !std::fs::metadata(&path).as_ref().is_ok_and(same) {
                continue;
            }
            return Ok(Part {
                file,
                target: model.path_in(folder),
                folder: folder.to_owned(),
                path,
                len: opened.len(),
            });
        }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the disk has room for the rest of `size` bytes.
    pub fn make_sure_of_room(&self, size: u64) -> Result<(), ModelsError> {
        let Ok(disk) = rustix::fs::fstatvfs(&self.file) else {
            // Then writing will tell.
            return Ok(());
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let needed = size.saturating_sub(self.len);
        match free >= needed {
            true => Ok(()),
            false => Err(ModelsError::NoRoom {
                folder: self.folder.clone(),
                needed,
                free,
            }),
        }
    }

    pub fn start_over(&mut self) -> Result<(), ModelsError> {
        self.file
            .set_len(0)
            .map_err(|error| ModelsError::file("be written", &self.path, error))?;
        self.len = 0;
        Ok(())
    }

    pub fn append(&mut self, bytes: &[u8]) -> Result<(), ModelsError> {
        let written = self
            .file
            .seek(SeekFrom::Start(self.len))
            .and_then(|_| self.file.write_all(bytes));
        match written {
            Ok(()) => {
                self.len += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                let length = self.file.metadata().map(|there| there.len());
                self.len = length.unwrap_or(self.len);
                Err(self.cannot_write(error))
            }
        }
    }

    /// Reads all of it back from the disk.
    pub fn sha256(&mut self) -> Result<Sha256, ModelsError> {
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| check::sum(&mut self.file))
            .map_err(|error| ModelsError::file("be read", &self.path, error))
    }

    /// Makes it the model. It survives a power cut from here on.
    pub fn install(self) -> Result<(), ModelsError> {
        self.file
            .sync_all()
            .map_err(|error| self.cannot_write(error))?;
        std::fs::rename(&self.path, &self.target)
            .map_err(|error| ModelsError::file("be renamed", &self.path, error))?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| ModelsError::file("be written", &self.folder, error))
    }

    /// Deletes it.
    pub fn discard(self) -> Result<(), ModelsError> {
        std::fs::remove_file(&self.path)
            .map_err(|error| ModelsError::file("be deleted", &self.path, error))
    }

    fn cannot_write(&self, source: io::Error) -> ModelsError {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => ModelsError::DiskFull {
                part: self.path.clone(),
                kept: self.len,
                source,
            },
            _ => ModelsError::file("be written", &self.path, source),
        }
    }
}
