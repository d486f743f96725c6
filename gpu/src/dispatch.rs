//! Compute pipelines, and what is dispatched to them.

/// A pipeline whose only bind group is a uniform, then storage buffers.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// One dispatch, ready to be encoded. Clones are the same.
#[derive(Clone, Debug)]
pub struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    workgroups: [u32; 2],
}

impl Dispatch {
    /// Of a pipeline with one bind group, for a grid of so many workgroups.
    pub fn new(pipeline: wgpu::ComputePipeline, group: wgpu::BindGroup, workgroups: [u32; 2]) -> Self {
        Self { pipeline, group, workgroups }
    }

    /// Encodes it: no allocation of memory on the device, no data from the host.
    pub fn encode(&self, pass: &mut wgpu::ComputePass<'_>) {
        let [x, y] = self.workgroups;
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

/// Workgroups in two dimensions, which are allowed more of them than one, for so many invocations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grid {
    pub workgroups: [u32; 2],
    /// Invocations in a row.
    pub row: u32,
}

impl Grid {
    /// `None` where the device allows less.
    pub fn of(invocations: usize, workgroup: u32, limit: u32) -> Option<Self> {
        let groups = invocations.div_ceil(workgroup.max(1) as usize).max(1);
        let rows = groups.div_ceil(limit.max(1) as usize);
        let columns = u32::try_from(groups.div_ceil(rows)).ok()?;
        let rows = u32::try_from(rows).ok().filter(|&rows| rows <= limit)?;
        let row = columns.checked_mul(workgroup)?;
        row.checked_mul(rows)?;
        Some(Self { workgroups: [columns, rows], row })
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn grids_have_as_many_invocations_as_asked() {
        let grid = |invocations| Grid::of(invocations, 64, 100);
        assert_eq!(grid(0), Some(Grid { workgroups: [1, 1], row: 64 }));
        assert_eq!(grid(6400), Some(Grid { workgroups: [100, 1], row: 6400 }));
        assert_eq!(grid(6401), Some(Grid { workgroups: [51, 2], row: 51 * 64 }));
        assert_eq!(grid(640_001), None);
        assert_eq!(Grid::of(usize::MAX, 64, u32::MAX), None);
    }
}
