//! Several files at once, or none: everything goes to temporaries in the folder, which are renamed at the end.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The writer of a file's content.
pub type Content<'a> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'a>;

/// A file to write.
pub struct OutputFile<'a> {
    /// Its name in the folder.
    pub name: &'a str,
    /// Writes its content.
    pub content: Content<'a>,
}

impl std::fmt::Debug for OutputFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutputFile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> OutputFile<'a> {
    /// A file and what writes it.
    pub fn new(name: &'a str, content: impl Fn(&mut dyn Write) -> io::Result<()> + 'a) -> OutputFile<'a> {
        OutputFile { name, content: Box::new(content) }
    }
}

/// That files can be written into a folder, or that it could be made: what is found out here need not be found out after
/// minutes of work. Nothing is left behind.
pub fn check_folder(folder: &Path) -> Result<(), Error> {
    let mut undo = Undo { files: Vec::new(), folders: make(folder)? };
    let file = folder.join(format!(".check.{}.tmp", std::process::id()));
    let failed = |source| Error::File { path: folder.to_path_buf(), source };
    undo.files.push(file.clone());
    File::create(&file).map_err(failed)?;
    Ok(())
}

/// Writes all files into a folder, which is made if it is missing. On failure nothing stays behind, and files that
/// were there before keep their content unless the very last step, renaming, fails between two of them.
pub fn write_folder(folder: &Path, files: &[OutputFile<'_>]) -> Result<(), Error> {
    write_folder_after(folder, files, || Ok(()))
}

/// The same, with something to be done when all temporaries are complete, before the first of them is renamed.
pub fn write_folder_after(
    folder: &Path,
    files: &[OutputFile<'_>],
    before: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let made = make(folder)?;
    let mut undo = Undo { files: Vec::new(), folders: made };
    let mut pending = Vec::with_capacity(files.len());
    for file in files {
        let target = folder.join(file.name);
        if target.is_dir() {
            return Err(Error::Occupied { path: target });
        }
        let temporary = folder.join(temporary(file.name, std::process::id()));
        undo.files.push(temporary.clone());
        write_file(&temporary, file).map_err(|source| Error::File { path: target.clone(), source })?;
        pending.push((temporary, target));
    }
    before()?;
    for (temporary, target) in pending {
        let existed = target.exists();
        fs::rename(&temporary, &target).map_err(|source| Error::File { path: target.clone(), source })?;
        if !existed {
            undo.files.push(target);
        }
    }
    undo.keep();
    Ok(())
}

/// The name under which a process writes a file before it is complete.
fn temporary(name: &str, process: u32) -> String {
    format!(".{name}.{process}.tmp")
}

fn write_file(path: &Path, file: &OutputFile<'_>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, File::create(path)?);
    (file.content)(&mut out)?;
    out.flush()
}

/// Makes a folder and those above it; returns the ones that were missing, innermost first.
pub fn make(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let exists = |p: &Path| p.as_os_str().is_empty() || p.symlink_metadata().is_ok();
    let missing: Vec<PathBuf> = folder.ancestors().take_while(|p| !exists(p)).map(PathBuf::from).collect();
    let mut undo = Undo { files: Vec::new(), folders: missing };
    let failed = |source| Error::Folder { path: folder.to_path_buf(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    Ok(std::mem::take(&mut undo.folders))
}

/// The files and folders to remove unless all goes well.
pub struct Undo {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

impl Undo {
    fn keep(mut self) {
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        // Each may be gone already, or a folder may have been filled by others: then it stays.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}
