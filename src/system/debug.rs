//! Systems in print: a summary, not their numbers.

use super::System;
use std::fmt;

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<&str> = self.terms.iter().map(|term| term.energy.file.as_str()).collect();
        f.debug_struct("System")
            .field("terms", &terms)
            .field("unknowns", &self.unknowns())
            .field("nonzeros", &self.connectivity.as_ref().map(|own| own.pattern.nonzeros()))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
