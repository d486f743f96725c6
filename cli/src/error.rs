//! The errors of commands.

use std::path::PathBuf;

/// The reason a command fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The problem.
    #[error(transparent)]
    Problem(#[from] spadina::problem::ProblemError),
    /// Compiling or evaluating it.
    #[error(transparent)]
    Engine(#[from] spadina::system::Error),
    /// The folder of the results does not exist and cannot be made.
    #[error("{}: the output folder cannot be made: {source}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A folder stands where a file should go.
    #[error("{}: is a folder; a file of this name is to be written", .path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// Another process has the folder.
    #[error(
        "{}: another run of `spadina simulate` writes into this folder: wait for its end, or give another one (--out)",
        .path.display()
    )]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file that would be overwritten is not that of an earlier run.
    #[error(
        "{}: would be overwritten, but no record says that `spadina simulate` wrote it: move it, or give another folder \
         (--out)",
        .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file that would be overwritten is read by the problem.
    #[error("{}: would be overwritten, but the problem reads it: give another folder or file", .path.display())]
    Input {
        /// The file.
        path: PathBuf,
    },
    /// The record of a folder is none.
    #[error("{}: is no record of a simulation ({reason}): move it, or give another folder or file", .path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// There is no run to go on from, or only one that does not fit.
    #[error("{}: {reason}; without --restart it starts again", .path.display())]
    Restart {
        /// The folder.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A GPU.
    #[error(transparent)]
    Gpu(#[from] spadina::gpu::Error),
    /// Minimising.
    #[error(transparent)]
    Minimize(#[from] spadina::minimize::Error),
    /// Simulating.
    #[error(transparent)]
    Simulate(#[from] spadina::simulate::Error),
    /// A section [simulate] that cannot be.
    #[error(transparent)]
    Section(#[from] spadina::simulate::SectionError),
    /// The user has ended a simulation.
    #[error("interrupted after step {step} of {steps}: --restart goes on from there")]
    Interrupted {
        /// The last step made.
        step: usize,
        /// The steps that were to be made.
        steps: usize,
    },
    /// A picture.
    #[error(transparent)]
    Render(#[from] spadina_pictures::render::RenderError),
    /// There is no minimum, or none was found.
    #[error("{0}")]
    NotSolved(String),
    /// The results of a minimisation that did not converge were written.
    #[error("{message}")]
    NotConverged {
        /// The text that is printed all the same.
        text: String,
        /// The message about its end.
        message: String,
    },
    /// The results of a minimisation that the user has ended were written.
    #[error("{message}")]
    Stopped {
        /// The text that is printed all the same.
        text: String,
        /// The message about its end.
        message: String,
    },
    /// A report that is no JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Json(serde_json::Error),
    /// Showing it.
    #[error(transparent)]
    View(#[from] spadina_view::ViewError),
    /// Options that do not go together.
    #[error("{0}")]
    Usage(&'static str),
}

impl Error {
    /// The text that is printed all the same.
    pub fn text(&self) -> &str {
        match self {
            Self::NotConverged { text, .. } | Self::Stopped { text, .. } => text,
            _ => "",
        }
    }

    /// The exit status: 2 for wrong usage, as it is for options that are not there; 3 if the results of something that did
    /// not converge were written, 130 after an interrupt.
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted { .. } | Self::Stopped { .. } => 130,
            Self::NotConverged { .. } => 3,
            _ => 1,
        }
    }
}
