//! Outputs: where an invocation leaves what it has computed.

use super::group::GROUP;
use super::sink::Sink;
use super::writer::Writer;
use crate::{Error, staging, words};
use spadina_core::kernel::{Buffer, Output};

/// A slot that is not stored, as the integer of a shader.
const NO_SLOT: &str = "-1i";

impl Writer<'_> {
    /// By region, the numbers or slots of a record: those of its outputs, and zero where it has none.
    fn widths(&self) -> Vec<usize> {
        match self.sink {
            Sink::Staged(numbering) => numbering.counts.clone(),
            Sink::Rows | Sink::Atomic => {
                let has = |region| self.kernel.outputs.iter().any(|o| o.region == region && o.has_slot());
                let widths = self.kernel.regions.iter().enumerate();
                widths.map(|(region, own)| if has(region) { own.width } else { 0 }).collect()
            }
        }
    }

    /// The variables of the module: the number of the invocation, its energy, and by region the number of the record and
    /// its place.
    pub(super) fn declare_outputs(&mut self) {
        self.declare("var<private> invocation: u32;");
        self.declare("var<private> energy: real;");
        for (region, _) in self.widths().into_iter().enumerate().filter(|(_, width)| *width > 0) {
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
        if matches!(self.sink, Sink::Rows) {
            return self.start_list();
        }
        for (region, width) in self.widths().into_iter().enumerate().filter(|(_, width)| *width > 0) {
            if self.kernel.has_outer_records(region) {
                self.line(&format!("record{region} = invocation;"));
            } else {
                let [_, first, starts] = [0, 1, 2].map(|k| words::wgsl(self.words.region(region) + k));
                let iteration = self.temporary(&format!("{} + i32(invocation)", words::wgsl(words::ITERATION)));
                let start = self.temporary(&format!("tables[{starts} + {iteration}]"));
                self.line(&format!("record{region} = u32({start} - {first});"));
            }
            self.find_place(region, width);
        }
    }

    /// Begins the loop over the iterations that are listed for the rows of an invocation.
    fn start_list(&mut self) {
        let widths = self.widths();
        let region = (0..widths.len()).find(|&region| widths[region] > 0).unwrap_or(0);
        let [_, starts, items] = [0, 1, 2].map(|k| words::wgsl(self.words.region(region) + k));
        let own = self.temporary(&format!("{starts} + i32(invocation)"));
        let first = self.temporary(&format!("slots[{own}]"));
        let next = self.temporary(&format!("slots[{own} + 1i]"));
        self.line(&format!("for (var item = {first}; item < {next}; item++) {{"));
        self.line(&format!("invocation = u32(slots[{items} + item]);"));
        self.line(&format!("record{region} = u32(item);"));
        self.find_place(region, widths[region]);
    }

    fn find_place(&mut self, region: usize, width: usize) {
        let base = words::wgsl(self.words.region(region));
        match self.sink {
            Sink::Staged(_) => {
                self.line(&format!("place{region} = staging_place(u32({base}), record{region}, {width}u);"));
            }
            Sink::Rows | Sink::Atomic => {
                self.line(&format!("place{region} = u32({base}) + record{region} * {width}u;"));
            }
        }
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
        let width = self.widths()[region];
        if region != 0 && width > 0 {
            self.line(&format!("record{region} += {records};"));
            self.find_place(region, width);
        }
    }

    pub(super) fn output(&mut self, k: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let sign = if output.negated { "-" } else { "" };
        let value = format!("{sign}{}", self.value(output.value)?);
        // What stands in no loop, every invocation of a workgroup computes, and one writes.
        let once = self.is_shared && output.region == 0;
        if once {
            self.line("if local == 0u {");
        }
        match (output.has_slot(), self.sink) {
            (false, _) => self.line(&format!("energy += {value};")),
            (true, Sink::Staged(numbering)) => {
                if let Some(number) = numbering.writes[k] {
                    let distance = number * staging::LANES;
                    self.line(&format!("staging[place{} + {distance}u] = {value};", output.region));
                }
            }
            (true, Sink::Rows | Sink::Atomic) => self.add(output, &value),
        }
        if once {
            self.line("}");
        }
        Ok(())
    }

    /// Adds a value to the entry of an output.
    fn add(&mut self, output: &Output, value: &str) {
        let name = if output.buffer == Buffer::Gradient { "gradient" } else { "hessian" };
        let slot = self.temporary(&format!("slots[place{} + {}u]", output.region, output.offset));
        self.line(&format!("if {slot} != {NO_SLOT} {{"));
        let entry = format!("{name}[u32({slot}) + {}u]", output.shift);
        match self.sink {
            Sink::Atomic => self.line(&format!("atomicAdd(&{entry}, {value});")),
            Sink::Rows | Sink::Staged(_) => self.line(&format!("{entry} += {value};")),
        }
        self.line("}");
    }

    /// Ends an invocation: leaves its energy, or that of the workgroup, where the reduction finds it.
    pub(super) fn end_invocation(&mut self) {
        if matches!(self.sink, Sink::Rows) {
            return self.line("}");
        }
        if self.kernel.outputs.iter().all(|output| output.has_slot()) {
            return;
        }
        let place = format!("u32({}) + invocation", words::wgsl(words::ENERGY));
        if self.is_shared {
            self.line("energy = group_sum(local, energy);");
            self.line("if local == 0u {");
        }
        self.line(&format!("energies[{place}] = energy;"));
        if self.is_shared {
            self.line("}");
        }
    }
}
