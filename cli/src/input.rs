//! The problem that a command is given.

use crate::error::Error;
use spadina::Problem;
use spadina::files::ProblemFile;
use std::io::Write;
use std::path::Path;

/// Reads a problem file and what it names; says on standard error what looks wrong with its mesh.
pub fn read(path: &Path) -> Result<(ProblemFile, Problem), Error> {
    let file = ProblemFile::read(path)?;
    let problem = file.load()?;
    for warning in problem.mesh.iter().flat_map(|mesh| mesh.report().warnings()) {
        let _ = writeln!(std::io::stderr(), "warning: mesh: {warning}");
    }
    Ok((file, problem))
}
