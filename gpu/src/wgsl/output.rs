//! Outputs: every one writes a number of its own in the staging buffer, and the energy in a buffer of its own.

use super::group::GROUP;
use super::writer::Writer;
use crate::{Error, staging, words};
use spadina_core::kernel::Kernel;

/// By output, its number among those of its region that have a slot; and by region how many these are.
pub(crate) fn outputs_by_region(kernel: &Kernel) -> (Vec<usize>, Vec<usize>) {
    let mut counts = vec![0; kernel.regions.len()];
    let numbers = kernel.outputs.iter().map(|output| {
        let count = &mut counts[output.region];
        *count += usize::from(output.has_slot());
        count.saturating_sub(1)
    });
    (numbers.collect(), counts)
}

impl Writer<'_> {
    /// The variables of the module: the number of the invocation, its energy, and by region the number of the record and
    /// its place.
    pub(super) fn declare_outputs(&mut self) {
        self.declare("var<private> invocation: u32;");
        self.declare("var<private> energy: real;");
        let (_, counts) = outputs_by_region(self.kernel);
        for region in (0..counts.len()).filter(|&region| counts[region] > 0) {
            self.declare(&format!("var<private> record{region}: u32;"));
            self.declare(&format!("var<private> place{region}: u32;"));
        }
    }

    /// Finds the iteration of an invocation, and where its records begin.
    pub(super) fn start_invocation(&mut self) {
        if self.is_shared {
            self.line("local = id.x;");
        } else {
            let (grid, count) = (words::wgsl(words::GRID), words::wgsl(words::COUNT));
            self.line(&format!("invocation = id.y * u32({grid}) + id.x;"));
            self.line(&format!("if invocation >= u32({count}) {{"));
            self.line("return;");
            self.line("}");
        }
        let (_, counts) = outputs_by_region(self.kernel);
        for region in (0..counts.len()).filter(|&region| counts[region] > 0) {
            if is_outer(self.kernel, region) {
                self.line(&format!("record{region} = invocation;"));
            } else {
                let [_, first, starts] = [0, 1, 2].map(|k| words::wgsl(self.words.region(region) + k));
                let iteration = self.temporary(&format!("{} + i32(invocation)", words::wgsl(words::ITERATION)));
                let start = self.temporary(&format!("tables[{starts} + {iteration}]"));
                self.line(&format!("record{region} = u32({start} - {first});"));
            }
            self.find_place(region, counts[region]);
        }
    }

    fn find_place(&mut self, region: usize, outputs: usize) {
        let base = words::wgsl(self.words.region(region));
        self.line(&format!("place{region} = staging_place(u32({base}), record{region}, {outputs}u);"));
    }

    /// Goes to an invocation's first record of a loop that the workgroup shares.
    pub(super) fn start_shared(&mut self, region: usize) {
        self.skip(region, "local");
    }

    /// Goes on to the next record of the region of a loop, by the position where the loop begins.
    pub(super) fn advance(&mut self, region: usize, begin: usize) {
        let step = if self.shared.contains_key(&begin) { GROUP } else { 1 };
        self.skip(region, &format!("{step}u"));
    }

    fn skip(&mut self, region: usize, records: &str) {
        let (_, counts) = outputs_by_region(self.kernel);
        if region != 0 && counts[region] > 0 {
            self.line(&format!("record{region} += {records};"));
            self.find_place(region, counts[region]);
        }
    }

    pub(super) fn output(&mut self, k: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let value = self.value(output.value)?;
        let sign = if output.negated { "-" } else { "" };
        // What stands in no loop, every invocation of a workgroup computes, and one writes.
        let once = self.is_shared && output.region == 0;
        if once {
            self.line("if local == 0u {");
        }
        if output.has_slot() {
            let place = self.places[k];
            self.line(&format!("staging[place{} + {place}u] = {sign}{value};", output.region));
        } else {
            self.line(&format!("energy += {sign}{value};"));
        }
        if once {
            self.line("}");
        }
        Ok(())
    }

    /// Leaves the energy of the invocation, or of the workgroup, where the reduction finds it.
    pub(super) fn store_energy(&mut self) {
        if self.kernel.outputs.iter().all(|output| output.has_slot()) {
            return;
        }
        let place = format!("u32({}) + invocation", words::wgsl(words::ENERGY));
        if self.is_shared {
            self.line("energy = total(energy);");
            self.line("if local == 0u {");
        }
        self.line(&format!("energies[{place}] = energy;"));
        if self.is_shared {
            self.line("}");
        }
    }
}

/// By output, the distance of its number from that of its region's first.
pub(super) fn distances(kernel: &Kernel) -> Vec<usize> {
    outputs_by_region(kernel).0.into_iter().map(|number| number * staging::LANES).collect()
}

/// Whether a region is the outermost loop itself, or the whole of a kernel without one: its records have the numbers of the
/// iterations.
pub(crate) fn is_outer(kernel: &Kernel, region: usize) -> bool {
    let Some(found) = kernel.regions.get(region) else { return false };
    match kernel.outer {
        Some(outer) => found.parent == Some(0) && found.var == Some(outer),
        None => region == 0,
    }
}
