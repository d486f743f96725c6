//! The problem that a command is given.

use crate::error::Error;
use crate::progress::during;
use spadina::Problem;
use spadina::files::ProblemFile;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Reads a problem file and what it names; says on standard error what looks wrong with its mesh, and what is easily
/// overlooked.
pub fn read(path: &Path) -> Result<(ProblemFile, Problem), Error> {
    let file = ProblemFile::read(path)?;
    let problem = during("reading data and mesh", || file.load())?;
    let warnings = || problem.mesh.iter().flat_map(|mesh| mesh.report().warnings()).collect::<Vec<String>>();
    for warning in during("checking the mesh", warnings) {
        let _ = writeln!(std::io::stderr(), "warning: mesh: {warning}");
    }
    for remark in problem.remarks() {
        let _ = writeln!(std::io::stderr(), "note: {remark}");
    }
    Ok((file, problem))
}

/// Refuses a folder in which results would replace what the problem reads; `writes` tells their names.
pub fn keep(file: &ProblemFile, folder: &Path, writes: impl Fn(&str) -> bool) -> Result<(), Error> {
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    // A link reads what it points to.
    let replaced = |path: &PathBuf| {
        let Ok(path) = path.canonicalize() else { return false };
        path.parent() == Some(&folder) && path.file_name().and_then(|name| name.to_str()).is_some_and(&writes)
    };
    match file.inputs().into_iter().find(replaced) {
        Some(path) => Err(Error::Input { path }),
        None => Ok(()),
    }
}

/// Refuses a file that would replace the problem or what it reads.
pub fn keep_file(file: &ProblemFile, written: &Path) -> Result<(), Error> {
    let Ok(written) = written.canonicalize() else { return Ok(()) };
    let replaced = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == written);
    match file.inputs().into_iter().find(replaced) {
        Some(path) => Err(Error::Input { path }),
        None => Ok(()),
    }
}
