//! Compilation of shaders to compute pipelines, and binding of buffers to them.

use crate::dispatch::{Dispatch, Grid, Pipeline};
use crate::waiting::lock;
use crate::{Device, Error};
use naga::front::wgsl::{ParseError, parse_str};
use naga::{AddressSpace, GlobalVariable, Module, StorageAccess};
use std::borrow::Cow;

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
    pub(crate) fn shared_pipeline(&self, name: &str, text: &str) -> Result<Pipeline, Error> {
        let mut pipelines = lock(&self.pipelines);
        if let Some(pipeline) = pipelines.get(text) {
            return Ok(pipeline.clone());
        }
        let pipeline = self.pipeline(name, text, name)?;
        pipelines.insert(text.into(), pipeline.clone());
        Ok(pipeline)
    }

    /// Compiles a shader. Its uniform and its storage buffers are bound as it declares them.
    pub(crate) fn pipeline(&self, what: &str, text: &str, entry: &str) -> Result<Pipeline, Error> {
        let refused = |error: ParseError| Error::Validation { what: what.into(), reason: error.emit_to_string(text) };
        let parsed = parse_str(text).map_err(refused)?;
        let bindings = bindings(&parsed);
        let allowed = self.device().limits().max_storage_buffers_per_shader_stage;
        let storage = |(_, ty): &&(u32, wgpu::BufferBindingType)| *ty != wgpu::BufferBindingType::Uniform;
        let wanted = bindings.iter().filter(storage).count() as u64;
        if wanted > u64::from(allowed) {
            let limit = "max_storage_buffers_per_shader_stage";
            return Err(Error::Limit { what: what.into(), wanted, limit, allowed: allowed.into() });
        }
        let module = self.scoped(what, || {
            let source = match cfg!(target_arch = "wasm32") {
                // A browser reads the text itself.
                true => wgpu::ShaderSource::Wgsl(text.into()),
                false => wgpu::ShaderSource::Naga(Cow::Owned(parsed)),
            };
            let descriptor = wgpu::ShaderModuleDescriptor { label: Some(what), source };
            let checks =
                wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
            // SAFETY: every loop of our shaders counts a number of 32 bits up, or halves it, to a bound that it does not
            // change and that is a step or more below the largest number; indices and divisors are checked as in any shader.
            unsafe { self.device().create_shader_module_trusted(descriptor, checks) }
        })?;
        self.scoped(what, || {
            let device = self.device();
            let entries: Vec<wgpu::BindGroupLayoutEntry> = bindings.into_iter().map(entry_of).collect();
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
        Ok(Dispatch::new(pipeline.pipeline.clone(), group, workgroups))
    }
}

/// The buffers that a shader declares, by binding.
fn bindings(module: &Module) -> Vec<(u32, wgpu::BufferBindingType)> {
    let kind = |space: AddressSpace| match space {
        AddressSpace::Uniform => Some(wgpu::BufferBindingType::Uniform),
        AddressSpace::Storage { access } => {
            Some(wgpu::BufferBindingType::Storage { read_only: !access.contains(StorageAccess::STORE) })
        }
        _ => None,
    };
    let binding = |variable: &GlobalVariable| Some((variable.binding.as_ref()?.binding, kind(variable.space)?));
    let mut bindings: Vec<_> = module.global_variables.iter().filter_map(|(_, variable)| binding(variable)).collect();
    bindings.sort_unstable_by_key(|&(binding, _)| binding);
    bindings
}

fn entry_of((binding, ty): (u32, wgpu::BufferBindingType)) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
