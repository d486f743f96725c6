//! The shaders, compiled for a kind of target.

use super::target::{DEPTH, Kind};
use crate::ViewError;
use spadina::gpu::{Device, wgpu};

const NORMALS: &str = concat!(include_str!("mesh.wgsl"), include_str!("normals.wgsl"));
const SURFACE: &str = concat!(
    include_str!("mesh.wgsl"),
    include_str!("light.wgsl"),
    include_str!("numbers.wgsl"),
    include_str!("surface.wgsl")
);
const RIBBONS: &str = concat!(
    include_str!("mesh.wgsl"),
    include_str!("light.wgsl"),
    include_str!("numbers.wgsl"),
    include_str!("ribbons.wgsl")
);
const BACKGROUND: &str = concat!(include_str!("light.wgsl"), include_str!("background.wgsl"));
const GROUND: &str = concat!(include_str!("light.wgsl"), include_str!("ground.wgsl"));

/// All pipelines and the layouts of what is bound to them.
pub(super) struct Pipelines {
    /// Of a mesh that is drawn.
    pub(super) mesh: wgpu::BindGroupLayout,
    /// Of a mesh whose normals are found.
    pub(super) prepared: wgpu::BindGroupLayout,
    /// Of the ground.
    pub(super) floor: wgpu::BindGroupLayout,
    /// Of what all know.
    pub(super) globals: wgpu::BindGroupLayout,
    pub(super) faces: wgpu::ComputePipeline,
    pub(super) normals: wgpu::ComputePipeline,
    pub(super) background: wgpu::RenderPipeline,
    pub(super) ground: wgpu::RenderPipeline,
    pub(super) surface: wgpu::RenderPipeline,
    pub(super) lines: wgpu::RenderPipeline,
    pub(super) points: wgpu::RenderPipeline,
}

impl Pipelines {
    pub(super) fn new(device: &Device, kind: Kind) -> Result<Pipelines, ViewError> {
        Ok(device.scoped("the shaders of the viewer", || compile(device.device(), kind))?)
    }
}

fn compile(device: &wgpu::Device, kind: Kind) -> Pipelines {
    let drawing = wgpu::ShaderStages::VERTEX_FRAGMENT;
    let mesh = layout(device, drawing, &[UNIFORM, READ, READ, READ, READ, READ, READ]);
    let prepared = layout(device, wgpu::ShaderStages::COMPUTE, &[UNIFORM, READ, READ, READ, WRITE, WRITE, READ, READ]);
    let globals = layout(device, drawing, &[UNIFORM, READ]);
    let floor = layout(device, drawing, &[UNIFORM, READ]);
    let preparing = bound(device, &[Some(&prepared)]);
    let module = shader(device, NORMALS);
    let compute = |entry| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: Some(&preparing),
            module: &module,
            entry_point: Some(entry),
            compilation_options: Default::default(),
            cache: None,
        })
    };
    let drawn = bound(device, &[Some(&mesh), Some(&globals)]);
    let (alone, lying) = (bound(device, &[None, Some(&globals)]), bound(device, &[Some(&floor), Some(&globals)]));
    // Without samples of their own, the borders of lines are a little rough.
    let ribbons = if kind.samples > 1 { RIBBONS.to_string() } else { RIBBONS.replace(", sample)", ")") };
    let (surface, ribbons) = (shader(device, SURFACE), shader(device, &ribbons));
    let (background, ground) = (shader(device, BACKGROUND), shader(device, GROUND));
    let draw = |layout, module, entries, cover| render(device, layout, kind, module, entries, cover);
    Pipelines {
        faces: compute("find_faces"),
        normals: compute("find_normals"),
        background: draw(&alone, &background, ["place_background", "light_background"], Cover::Behind),
        ground: draw(&lying, &ground, ["place_ground", "light_ground"], Cover::Over),
        surface: draw(&drawn, &surface, ["place_corner", "light_surface"], Cover::Solid),
        lines: draw(&drawn, &ribbons, ["place_line", "light_ribbon"], Cover::Solid),
        points: draw(&drawn, &ribbons, ["place_point", "light_ribbon"], Cover::Solid),
        mesh,
        prepared,
        floor,
        globals,
    }
}

const UNIFORM: wgpu::BufferBindingType = wgpu::BufferBindingType::Uniform;
const READ: wgpu::BufferBindingType = wgpu::BufferBindingType::Storage { read_only: true };
const WRITE: wgpu::BufferBindingType = wgpu::BufferBindingType::Storage { read_only: false };

fn layout(
    device: &wgpu::Device,
    visibility: wgpu::ShaderStages,
    kinds: &[wgpu::BufferBindingType],
) -> wgpu::BindGroupLayout {
    let entry = |(binding, &ty): (usize, &wgpu::BufferBindingType)| wgpu::BindGroupLayoutEntry {
        binding: binding as u32,
        visibility,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    let entries: Vec<_> = kinds.iter().enumerate().map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("viewer"), entries: &entries })
}

fn bound(device: &wgpu::Device, groups: &[Option<&wgpu::BindGroupLayout>]) -> wgpu::PipelineLayout {
    device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("viewer"),
        bind_group_layouts: groups,
        immediate_size: 0,
    })
}

fn shader(device: &wgpu::Device, text: &str) -> wgpu::ShaderModule {
    let source = wgpu::ShaderSource::Wgsl(text.into());
    device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("viewer"), source })
}

/// A way to cover the picture drawn so far.
#[derive(Clone, Copy, PartialEq)]
enum Cover {
    /// All of it, at no depth.
    Behind,
    /// All that is farther away.
    Solid,
    /// All that is farther away, by its opacity, and without a depth of its own.
    Over,
}

fn render(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    kind: Kind,
    module: &wgpu::ShaderModule,
    [vertex, fragment]: [&str; 2],
    cover: Cover,
) -> wgpu::RenderPipeline {
    // The greater depth hides the smaller.
    let compare = match cover {
        Cover::Behind => wgpu::CompareFunction::Always,
        Cover::Solid | Cover::Over => wgpu::CompareFunction::Greater,
    };
    let blend = (cover == Cover::Over).then_some(wgpu::BlendState::ALPHA_BLENDING);
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(vertex),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex),
            compilation_options: Default::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: Some(wgpu::DepthStencilState {
            format: DEPTH,
            depth_write_enabled: Some(cover == Cover::Solid),
            depth_compare: Some(compare),
            stencil: Default::default(),
            bias: Default::default(),
        }),
        multisample: wgpu::MultisampleState { count: kind.samples, ..Default::default() },
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: Default::default(),
            targets: &[Some(wgpu::ColorTargetState { blend, ..kind.format.into() })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
