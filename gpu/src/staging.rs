//! The layout of the numbers that a region's outputs write in the staging buffer.
//!
//! The records of a region are taken [`LANES`] at a time. Within such a group the numbers of one output follow each other,
//! so that neighbouring invocations, which write the same output of neighbouring records, write neighbouring numbers; and
//! the numbers of one element stay within one group, so that the gather, which reads several of them for neighbouring
//! entries of a row, and the same groups for the next rows, finds them in the caches.

/// Records in a group.
pub(crate) const LANES: usize = spadina_shaders::assembly::LANES as usize;

/// The numbers that so many records of a region with so many outputs take.
pub(crate) fn numbers(records: usize, outputs: usize) -> usize {
    records.div_ceil(LANES) * LANES * outputs
}

/// The position of an output's number, counted from that of the region.
pub(crate) fn position(record: usize, output: usize, outputs: usize) -> usize {
    (record / LANES * outputs + output) * LANES + record % LANES
}

/// The same in WGSL: a function that gives the position of a record's first output.
pub(crate) fn wgsl() -> String {
    format!(
        "fn staging_place(base: u32, record: u32, outputs: u32) -> u32 {{\n  \
         return base + record / {LANES}u * outputs * {LANES}u + record % {LANES}u;\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_own_place() {
        let (records, outputs) = (70, 5);
        let mut seen = vec![false; numbers(records, outputs)];
        for record in 0..records {
            for output in 0..outputs {
                let at = position(record, output, outputs);
                assert!(!std::mem::replace(&mut seen[at], true));
                assert_eq!(at, position(record, 0, outputs) + output * LANES);
            }
        }
    }
}
