//! Parts in a folder: published whole, read with care, and one writer at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::part::{Part, PartFault};

/// The begin of the names of files that are not yet published.
const UNFINISHED: &str = ".unfinished-";

/// A folder of parts.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
}

impl Parts {
    /// The folder, made where it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(StoreError::file("create the folder", folder))?;
        Ok(Self::open(folder))
    }

    /// The folder, which need not be there; then it holds no parts.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The paths of all published parts, sorted by name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<PathBuf>, StoreError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(StoreError::file("read the folder", &self.folder))?,
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(StoreError::file("read the folder", &self.folder))?.path();
            let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && path.extension().is_some_and(|ending| ending == "parquet") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Reads a part and holds its rows against their hash.
    ///
    /// # Errors
    /// It cannot be read, is no part, or not the one that was written.
    pub fn read(path: &Path) -> Result<Part, StoreError> {
        let bytes = fs::read(path).map_err(StoreError::file("read", path))?;
        Part::decode(bytes).map_err(|fault| StoreError::Part {
            path: path.to_owned(),
            fault,
        })
    }

    /// Publishes a part under a name in the folder; one of that name is replaced.
    ///
    /// # Errors
    /// It cannot be written; then nothing is there that was not there before.
    pub fn publish(&self, name: &str, part: &Part) -> Result<PathBuf, StoreError> {
        let path = self.folder.join(name);
        publish(&path, &part.encode()?)?;
        Ok(path)
    }

    /// Removes what a process left that was killed while it wrote; only for whoever holds the lock.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn sweep_up(&self, _lock: &Lock) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.folder).map_err(StoreError::file("read the folder", &self.folder))?;
        for entry in entries {
            let path = entry.map_err(StoreError::file("read the folder", &self.folder))?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED)) {
                fs::remove_file(&path).map_err(StoreError::file("remove", &path))?;
            }
        }
        Ok(())
    }
}

/// Writes a whole file beside its place, makes it durable, and moves it there, so that whoever looks sees all of it or
/// nothing, and so does whoever looks after the machine lost its power.
///
/// # Errors
/// It cannot be written; then nothing is there that was not there before.
pub fn publish(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    publish_with(path, |file| file.write_all(bytes).map_err(StoreError::file("write", path)))
}

/// The same for a file that is written bit by bit.
///
/// # Errors
/// It cannot be written; then nothing is there that was not there before.
pub fn publish_with<T>(path: &Path, write: impl FnOnce(&mut File) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error| StoreError::file("write", path)(error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is its maker's alone; results are for others to read.
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    let written = write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The new name is in the folder, which must reach the disk as well; where folders cannot be opened, nothing can be done.
    if let Ok(open) = File::open(folder) {
        open.sync_all().map_err(failed)?;
    }
    Ok(written)
}

/// The right to write in a folder, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// Another process has it, or the folder cannot be written.
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(StoreError::file("create the folder", folder))?;
        let path = folder.join("lock");
        let mut options = File::options();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::file("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(StoreError::file("lock", &path)(error)),
        }
    }
}

impl PartFault {
    /// What to do about it.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Damaged(_) | Self::OtherRows => "remove this file and run again: only its runs are made anew",
            Self::NotAPart => "move it to another folder; this one is for parts alone",
            Self::OtherPlan(_) | Self::OtherVersion(_) => "move it to another folder, or give another one by --out",
        }
    }
}
