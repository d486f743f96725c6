//! Compute pipelines of generated shaders, and what is dispatched to them.

use crate::{Device, Error};
use std::sync::PoisonError;

/// A pipeline whose only bind group is a uniform, then storage buffers.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

/// One dispatch, ready to be encoded. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    workgroups: [u32; 2],
}

impl Dispatch {
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

impl Device {
    /// The grid for so many invocations.
    pub(crate) fn grid(&self, what: &str, invocations: usize, workgroup: u32) -> Result<Grid, Error> {
        let allowed = self.device().limits().max_compute_workgroups_per_dimension;
        Grid::of(invocations, workgroup, allowed).ok_or_else(|| Error::Limit {
            what: what.into(),
            wanted: invocations as u64,
            limit: "max_compute_workgroups_per_dimension",
            allowed: allowed.into(),
        })
    }

    /// The pipeline of a shader that is written by hand, whose entry point has its name: compiled once for a device, not
    /// whenever something is bound.
    pub(crate) fn shared_pipeline(&self, name: &str, text: &str, writes: &[bool]) -> Result<Pipeline, Error> {
        let mut pipelines = self.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = pipelines.get(text) {
            return Ok(pipeline.clone());
        }
        let pipeline = self.pipeline(name, text, name, writes)?;
        pipelines.insert(text.into(), pipeline.clone());
        Ok(pipeline)
    }

    /// Compiles a shader. `writes` says of each storage buffer, from binding 1 on, whether it is written.
    pub(crate) fn pipeline(&self, what: &str, text: &str, entry: &str, writes: &[bool]) -> Result<Pipeline, Error> {
        let allowed = self.device().limits().max_storage_buffers_per_shader_stage;
        if writes.len() as u64 > u64::from(allowed) {
            let limit = "max_storage_buffers_per_shader_stage";
            return Err(Error::Limit {
                what: what.into(),
                wanted: writes.len() as u64,
                limit,
                allowed: allowed.into(),
            });
        }
        let module = self.scoped(what, || {
            let source = wgpu::ShaderSource::Wgsl(text.into());
            let descriptor = wgpu::ShaderModuleDescriptor { label: Some(what), source };
            let checks =
                wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
            // SAFETY: every loop of our shaders counts a number of 32 bits up, or halves it, to a bound that it does not
            // change; indices and divisors are checked as in any shader.
            unsafe { self.device().create_shader_module_trusted(descriptor, checks) }
        })?;
        self.scoped(what, || {
            let device = self.device();
            let kinds = std::iter::once(wgpu::BufferBindingType::Uniform)
                .chain(writes.iter().map(|&writes| wgpu::BufferBindingType::Storage { read_only: !writes }));
            let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..).zip(kinds).map(entry_of).collect();
            let layout = device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(what), entries: &entries });
            let all = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(what),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(what),
                layout: Some(&all),
                module: &module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Pipeline { pipeline, layout }
        })
    }

    /// Binds a uniform and storage buffers to a pipeline.
    pub(crate) fn dispatch(
        &self,
        what: &str,
        pipeline: &Pipeline,
        workgroups: [u32; 2],
        uniform: &[u8],
        buffers: &[&wgpu::Buffer],
    ) -> Result<Dispatch, Error> {
        let uniform = self.filled(what, uniform, wgpu::BufferUsages::UNIFORM)?;
        let group = self.scoped(what, || {
            let resources = std::iter::once(&uniform).chain(buffers.iter().copied());
            let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
                .zip(resources)
                .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
                .collect();
            self.device().create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(what),
                layout: &pipeline.layout,
                entries: &entries,
            })
        })?;
        Ok(Dispatch { pipeline: pipeline.pipeline.clone(), group, workgroups })
    }
}

fn entry_of((binding, ty): (u32, wgpu::BufferBindingType)) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
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
