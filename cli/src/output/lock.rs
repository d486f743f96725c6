//! One run in a folder at a time.

use super::folder::{Undo, make};
use crate::error::Error;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file that carries the lock while a run lasts.
const NAME: &str = ".spadina.lock";

/// The sole right to write into a folder. The operating system holds it for the process: one that is killed holds nothing.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// The folders that were made for it: they go again where nothing was written.
    made: Vec<PathBuf>,
}

impl Lock {
    /// Takes a folder, which is made if it is missing; refused if another process has it.
    pub fn take(folder: &Path) -> Result<Lock, Error> {
        let mut undo = Undo { files: Vec::new(), folders: make(folder)? };
        let path = folder.join(NAME);
        let failed = |source| Error::File { path: path.clone(), source };
        loop {
            let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: folder.to_path_buf() }),
                // A file system without locks: then nothing guards the folder.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The run before may have removed the file between opening and locking: another process could make a new one.
            if is_at(&file, &path) {
                let made = std::mem::take(&mut undo.folders);
                return Ok(Lock { file, path, made });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only where it can be told that no one waits at a file that is gone; a file that stays does no harm.
        let empty = self.file.metadata().is_ok_and(|own| own.len() == 0);
        if cfg!(unix) && empty && is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// True if an open file is the one that has the path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |own: io::Result<fs::Metadata>| own.ok().map(|own| (own.dev(), own.ino()));
    let own = identity(file.metadata());
    own.is_some() && own == identity(fs::metadata(path))
}

/// True: elsewhere the file is never removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}
