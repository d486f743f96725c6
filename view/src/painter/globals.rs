//! The data of a picture that all shaders have: camera, lights, background and colour maps.

use crate::ViewError;
use spadina::gpu::{Device, wgpu};
use spadina_pictures::render::{Camera, ColorMap, Lights, Settings, Viewport, to_linear};

/// Steps of a colour map in the shaders.
const STEPS: u32 = 256;

/// As in `light.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Globals {
    matrix: [[f32; 4]; 4],
    right: [f32; 4],
    up: [f32; 4],
    toward: [f32; 4],
    eye: [f32; 4],
    key: [f32; 4],
    fill: [f32; 4],
    sky: [f32; 4],
    top: [f32; 4],
    bottom: [f32; 4],
    size: [f32; 2],
    near: f32,
    encode: u32,
}

impl Globals {
    pub(super) fn new(camera: &Camera, viewport: Viewport, settings: &Settings, encode: bool) -> Globals {
        let size = [settings.width.max(1) as f32, settings.height.max(1) as f32];
        let wide = |[x, y, z]: [f32; 3]| [x, y, z, 0.0];
        let (basis, lights) = (camera.basis(), Lights::new(camera));
        let [top, bottom] = settings.background.map(to_linear);
        Globals {
            matrix: whole(camera.view_projection(viewport.aspect()), viewport, size),
            right: wide(basis.right),
            up: wide(basis.up),
            toward: wide(basis.toward),
            eye: wide(camera.eye()),
            key: wide(lights.key),
            fill: wide(lights.fill),
            sky: wide(lights.sky),
            top: wide(top),
            bottom: wide(bottom),
            size,
            near: camera.near(),
            encode: encode.into(),
        }
    }
}

/// The matrix of the whole picture, from that of its viewport.
fn whole(matrix: [[f32; 4]; 4], viewport: Viewport, [width, height]: [f32; 2]) -> [[f32; 4]; 4] {
    let scale = [viewport.width / width, viewport.height / height];
    let middle = [(viewport.left + 0.5 * viewport.width) / width, (viewport.top + 0.5 * viewport.height) / height];
    let shift = [2.0 * middle[0] - 1.0, 1.0 - 2.0 * middle[1]];
    matrix.map(|[x, y, z, w]| [scale[0] * x + shift[0] * w, scale[1] * y + shift[1] * w, z, w])
}

/// The place among the colours of the shaders at which a colour map begins.
pub(super) fn start_of(map: ColorMap) -> u32 {
    match map {
        ColorMap::Sequential => 0,
        ColorMap::Diverging => STEPS + 1,
    }
}

/// The globals on the device.
pub(super) struct Shared {
    pub(super) group: wgpu::BindGroup,
    buffer: wgpu::Buffer,
}

impl Shared {
    pub(super) fn new(device: &Device, layout: &wgpu::BindGroupLayout) -> Result<Shared, ViewError> {
        let colors: Vec<[f32; 4]> = [ColorMap::Sequential, ColorMap::Diverging]
            .into_iter()
            .flat_map(|map| (0..=STEPS).map(move |i| map.at(i as f32 / STEPS as f32).unwrap_or_default()))
            .map(|[r, g, b]| [r, g, b, 1.0])
            .collect();
        let bytes: &[u8] = bytemuck::cast_slice(&colors);
        let made = device.scoped("what a picture has", || {
            let buffer = |size: usize, usage| {
                let (label, usage) = (Some("picture"), usage | wgpu::BufferUsages::COPY_DST);
                let size = size as u64;
                device.device().create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
            };
            let uniform = buffer(size_of::<Globals>(), wgpu::BufferUsages::UNIFORM);
            let list = buffer(bytes.len(), wgpu::BufferUsages::STORAGE);
            device.queue().write_buffer(&list, 0, bytes);
            let entries = [
                wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: list.as_entire_binding() },
            ];
            let descriptor = wgpu::BindGroupDescriptor { label: Some("picture"), layout, entries: &entries };
            Shared { group: device.device().create_bind_group(&descriptor), buffer: uniform }
        })?;
        Ok(made)
    }

    pub(super) fn write(&self, device: &Device, globals: &Globals) {
        device.queue().write_buffer(&self.buffer, 0, bytemuck::bytes_of(globals));
    }
}
