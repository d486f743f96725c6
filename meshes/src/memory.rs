//! The memory that a mesh takes, and what there is.

use super::error::MeshError;
use super::mesh::Mesh;
use std::fs::read_to_string;

pub use super::bytes::text;

/// The bytes that this process can still take, as far as the system tells: what is free, within the limits of the
/// process and of its control group. None where the system does not tell.
pub fn available() -> Option<u64> {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let own = |name: &str| kilobytes(&status, name).unwrap_or(0);
    let free = read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemAvailable:"));
    let limits = read_to_string("/proc/self/limits").unwrap_or_default();
    let space = limit(&limits, "Max address space").map(|most| most.saturating_sub(own("VmSize:")));
    let data = limit(&limits, "Max data size").map(|most| most.saturating_sub(own("VmData:")));
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].into_iter();
    let group = group.filter_map(|file| read_to_string(file).ok()?.trim().parse::<u64>().ok()).min();
    let group = group.map(|most| most.saturating_sub(own("VmRSS:")));
    [free, space, data, group].into_iter().flatten().min()
}

/// A line such as `VmSize:  123 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The first number behind a name; none if there is no limit.
fn limit(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Refuses what does not fit into memory.
pub(super) fn check(needed: u64, what: impl FnOnce() -> String, hint: &'static str) -> Result<(), MeshError> {
    match available() {
        Some(free) if needed > free => Err(MeshError::Memory { what: what(), needed, free, hint }),
        _ => Ok(()),
    }
}

/// The bytes of a mesh with edges, hinges and surface, and of the lists that are sorted to find these.
pub(super) fn needed(nodes: u64, triangles: u64, tetrahedra: u64) -> u64 {
    // A tetrahedron has four nodes in the mesh and in its table, some two edges of its own, and four faces with a number
    // each while the boundary is sought. A triangle has three sides.
    let of_tetrahedra = tetrahedra.saturating_mul(2 * 16 + 12 + 4 * 24);
    let of_triangles = triangles.saturating_mul(2 * 12 + 3 * 32);
    nodes.saturating_mul(2 * 24).saturating_add(of_tetrahedra).saturating_add(of_triangles)
}

impl Mesh {
    /// Checks that what is derived from the elements (edges, surface, hinges) fits into memory beside the mesh.
    ///
    /// # Errors
    /// [`MeshError::Memory`].
    pub fn check_memory(&self) -> Result<(), MeshError> {
        let (triangles, tetrahedra) = (self.triangles.len(), self.tetrahedra.len());
        let what = || format!("a mesh of {} nodes, {triangles} triangles and {tetrahedra} tetrahedra", self.nodes());
        check(needed(self.nodes() as u64, triangles as u64, tetrahedra as u64), what, "take a smaller mesh")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn lines_of_the_system_are_read() {
        assert_eq!(kilobytes("VmPeak: 9 kB\nVmSize:\t 12 kB\n", "VmSize:"), Some(12 * 1024));
        let limits = "Max data size             unlimited            unlimited            bytes\n\
                      Max address space         4096                 unlimited            bytes\n";
        assert_eq!(limit(limits, "Max address space"), Some(4096));
        assert_eq!(limit(limits, "Max data size"), None);
        if cfg!(target_os = "linux") {
            assert!(available().is_some_and(|free| free > 1 << 20));
        }
        let texts = [0, 1023, 1 << 10, 3 << 29, 1 << 40].map(text);
        assert_eq!(texts, ["0 bytes", "1023 bytes", "1.0 kB", "1.5 GB", "1.0 TB"]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused_before_they_are_made() {
        if available().is_none_or(|free| free > 1 << 37) {
            return;
        }
        let shape = Shape::Box { cells: [1000; 3], size: [1.0; 3] };
        let message = Mesh::generate(&shape).unwrap_err().to_string();
        let start = "shape `box` of 1003003001 nodes and 6000000000 tetrahedra: at least 827.1 GB of memory are needed, there are ";
        assert!(message.starts_with(start) && message.ends_with("; take fewer cells"), "{message}");
        let shape = Shape::Sphere { subdivisions: 13, radius: 1.0 };
        assert!(Mesh::generate(&shape).unwrap_err().to_string().contains("triangles: at least "));
        assert!(Mesh { dimension: 3, points: vec![0.0; 3], ..Mesh::default() }.check_memory().is_ok());
    }
}
