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
    let inside = |path: &PathBuf| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        parent.canonicalize().is_ok_and(|parent| parent == folder)
    };
    let replaced =
        |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(&writes) && inside(path);
    match file.inputs().into_iter().find(replaced) {
        Some(path) => Err(Error::Input { path }),
        None => Ok(()),
    }
}
