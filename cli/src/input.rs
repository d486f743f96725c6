//! The problem that a command is given.

use crate::error::Error;
use crate::progress::during;
use spadina::Problem;
use spadina::files::ProblemFile;
use std::io::Write;
use std::path::Path;

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
