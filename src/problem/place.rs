//! Places where something was said, for messages.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The origin of something that was said: a place in a problem file, or the Rust API.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Place {
    /// In Rust.
    #[default]
    Api,
    /// In a file; line and column count from one, the column in characters.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Api => f.write_str("the problem"),
            Place::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
        }
    }
}

/// The section a name belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Section {
    Unknowns,
    Arrays,
    Indices,
}

impl Section {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Section::Unknowns => "[unknowns]",
            Section::Arrays => "[arrays]",
            Section::Indices => "[indices]",
        }
    }
}
