//! The ground on the device: where it lies, and the shadow on it.

use super::pipelines::Pipelines;
use spadina::gpu::{Device, wgpu};
use spadina_pictures::render::{CELLS, Ground};

/// As in `ground.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Plan {
    middle: [f32; 2],
    corner: [f32; 2],
    cell: f32,
    cells: u32,
    level: f32,
    axis: u32,
    radius: f32,
    spacing: f32,
    step: f32,
    rest: f32,
    centre: [f32; 2],
}

pub(super) struct Floor {
    plan: wgpu::Buffer,
    shadow: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl Floor {
    pub(super) fn new(device: &Device, pipelines: &Pipelines) -> Floor {
        let buffer = |size: usize, usage| {
            let (size, usage) = (size as u64, usage | wgpu::BufferUsages::COPY_DST);
            let label = Some("ground");
            device.device().create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
        };
        let plan = buffer(size_of::<Plan>(), wgpu::BufferUsages::UNIFORM);
        let shadow = buffer(CELLS * CELLS * size_of::<f32>(), wgpu::BufferUsages::STORAGE);
        let entries = [
            wgpu::BindGroupEntry { binding: 0, resource: plan.as_entire_binding() },
            wgpu::BindGroupEntry { binding: 1, resource: shadow.as_entire_binding() },
        ];
        let layout = &pipelines.floor;
        let descriptor = wgpu::BindGroupDescriptor { label: Some("ground"), layout, entries: &entries };
        let group = device.device().create_bind_group(&descriptor);
        Floor { plan, shadow, group }
    }

    pub(super) fn write(&self, device: &Device, ground: &Ground) {
        let plan = Plan {
            middle: ground.middle,
            corner: ground.shadow.corner,
            cell: ground.shadow.cell,
            cells: CELLS as u32,
            level: ground.level,
            axis: ground.axis as u32,
            radius: ground.radius,
            spacing: ground.spacing,
            step: ground.step,
            rest: 0.0,
            centre: ground.centre,
        };
        device.queue().write_buffer(&self.plan, 0, bytemuck::bytes_of(&plan));
        device.queue().write_buffer(&self.shadow, 0, bytemuck::cast_slice(&ground.shadow.dark));
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, pipelines: &Pipelines) {
        pass.set_pipeline(&pipelines.ground);
        pass.set_bind_group(0, &self.group, &[]);
        pass.draw(0..3, 0..1);
    }
}
