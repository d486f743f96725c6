//! The joint work of the invocations of a workgroup that shares loops (`super::shared`).

use super::plan::value_key;
use super::shared::GROUP;
use super::writer::Writer;
use crate::{Error, words};
use spadina_core::real::Value;

/// The variables of a workgroup's invocations.
const LOCAL: &str = "var<private> local: u32;";

impl Writer<'_> {
    /// The declarations that a workgroup needs.
    pub(super) fn declare_group(&mut self) {
        self.declare(LOCAL);
        self.declare(&format!("const GROUP = {GROUP}u;\n{}", spadina_shaders::TREE));
    }

    /// Adds up the sums of a loop that the workgroup shares, and stores those that the kernel's other shader reads.
    pub(super) fn end_shared(&mut self, begin: usize) -> Result<(), Error> {
        let Some(sums) = self.shared.get(&begin).cloned() else { return Ok(()) };
        for sum in sums {
            let name = self.find(value_key(&self.kernel.graph, sum))?;
            self.line(&format!("{name} = group_sum(local, {name});"));
            if let Some(place) = self.stored_place(sum) {
                self.line("if local == 0u {");
                self.line(&format!("energies[{place}] = {name};"));
                self.line("}");
            }
        }
        Ok(())
    }

    /// The place of a sum that one shader of a kernel computes and the other reads.
    pub(super) fn stored_place(&self, sum: Value) -> Option<String> {
        let number = self.stored.iter().position(|&stored| stored == sum)?;
        Some(format!("u32({}) + {number}u", words::wgsl(words::STORED)))
    }
}
