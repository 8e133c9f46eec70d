//! A file on its way into the models folder: `FILE.part`, locked against other zerolines, checked
//! and then renamed. Whoever looks at `FILE` sees nothing or all of it.

use super::{Content, ModelFile, ModelsError, Sha256, check};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
    folder: PathBuf,
    len: u64,
}

/// Something in the models folder that is not complete yet.
pub struct Unfinished {
    pub name: String,
    /// Bytes, once it is complete.
    pub size: u64,
}

/// What there may be of a file while it is not installed.
pub fn all(file: &ModelFile) -> Vec<Unfinished> {
    let unfinished = |name: &str, content: Content| Unfinished {
        name: part_name(name),
        size: content.size,
    };
    let mut all = vec![unfinished(&file.name, file.installed())];
    if file.unpack.is_some() {
        all.push(unfinished(&file.download_name(), file.download()));
    }
    all
}

/// Deletes what there is of a file that is installed.
pub fn sweep(folder: &Path, file: &ModelFile) {
    for name in [file.name.clone(), file.download_name()] {
        if folder.join(part_name(&name)).exists()
            && let Ok(part) = Part::open(folder, &name)
        {
            let _ = part.discard();
        }
    }
}

/// Why something could not be installed.
pub enum Unfit {
    /// Where it came from could not be read.
    Unreadable(io::Error),
    /// It is not what the catalogue says; how it differs.
    Different(String),
    Unwritable(ModelsError),
}

/// Installs what `from` has, if it is what `file` must be. No more is read than that takes, and
/// if anything is wrong nothing is left of it.
pub fn install(from: impl Read, file: &ModelFile, folder: &Path) -> Result<(), Unfit> {
    let mut part = Part::open(folder, &file.name).map_err(Unfit::Unwritable)?;
    let unfit = match part.fill(from, file.installed()) {
        Ok(()) => return part.install().map_err(Unfit::Unwritable),
        Err(unfit) => unfit,
    };
    part.discard().map_err(Unfit::Unwritable)?;
    Err(match unfit {
        Unfit::Unwritable(ModelsError::DiskFull { part, source, .. }) => {
            let kept = 0;
            Unfit::Unwritable(ModelsError::DiskFull { part, kept, source })
        }
        unfit => unfit,
    })
}

fn part_name(name: &str) -> String {
    format!("{name}.part")
}

impl Part {
    /// Opens what is there of `name`, or begins it. Makes the folder.
    pub fn open(folder: &Path, name: &str) -> Result<Part, ModelsError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| ModelsError::file("be made", folder, error))?;
        let path = folder.join(part_name(name));
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
                target: folder.join(name),
                folder: folder.to_owned(),
                path,
                len: opened.len(),
            });
        }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// What is there of it; where it is read from is not defined.
    pub fn file(&self) -> &File {
        &self.file
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

    /// Makes it all that `from` has, which must be `content`.
    fn fill(&mut self, mut from: impl Read, content: Content) -> Result<(), Unfit> {
        let Content { size, sha256 } = content;
        self.start_over().map_err(Unfit::Unwritable)?;
        self.make_sure_of_room(size).map_err(Unfit::Unwritable)?;
        let mut buffer = vec![0; 1 << 18];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) if self.len.saturating_add(n as u64) > size => {
                    let why = format!("has more than {size} bytes");
                    return Err(Unfit::Different(why));
                }
                Ok(n) => {
                    let bytes = buffer.get(..n).unwrap_or_default();
                    self.append(bytes).map_err(Unfit::Unwritable)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Unfit::Unreadable(error)),
            }
        }
        if self.len < size {
            let why = format!("has {} bytes instead of {size}", self.len);
            return Err(Unfit::Different(why));
        }
        match self.sha256().map_err(Unfit::Unwritable)? == sha256 {
            true => Ok(()),
            false => Err(Unfit::Different("has a wrong checksum".to_owned())),
        }
    }

    /// Reads all of it back from the disk.
    pub fn sha256(&mut self) -> Result<Sha256, ModelsError> {
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| check::sum(&mut self.file))
            .map_err(|error| ModelsError::file("be read", &self.path, error))
    }

    /// Gives it its name. It survives a power cut from here on.
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
