//! Pictures without a window.

use super::{Painter, Scene, ViewError};
use spadina::gpu::{Device, wgpu};
use spadina_pictures::render::{Camera, Image, MAX_SIDE, RenderError, Settings, Viewport, draw_legend};

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8UnormSrgb;

/// Draws a scene with a device, and reads the picture back. It is that of [`render`](spadina_pictures::render::render), but that a
/// pixel has four samples if there is to be more than one.
pub fn picture(device: &Device, scene: &Scene<'_>, camera: &Camera, settings: &Settings) -> Result<Image, ViewError> {
    let &Settings { width, height, .. } = settings;
    let largest = device.device().limits().max_texture_dimension_2d.min(MAX_SIDE);
    if width > largest || height > largest {
        return Err(RenderError::TooLarge { width, height }.into());
    }
    if width == 0 || height == 0 {
        return Err(RenderError::Empty { width, height }.into());
    }
    let mut painter = Painter::new(device, FORMAT, settings.samples > 1)?;
    let texture = device.scoped("a picture", || {
        device.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    })?;
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    let mut encoder = device.device().create_command_encoder(&Default::default());
    let objects: Vec<_> = scene.items().map(|item| item.object).collect();
    let viewport = Viewport::new(&objects, settings);
    painter.paint(&mut encoder, &view, scene, camera, (settings, viewport))?;
    let pixels = read(device, encoder, &texture, (width, height))?;
    let mut image = Image { width, height, pixels };
    draw_legend(&mut image, &objects, settings);
    Ok(image)
}

/// The pixels of a texture after some commands.
fn read(
    device: &Device,
    mut encoder: wgpu::CommandEncoder,
    texture: &wgpu::Texture,
    (width, height): (u32, u32),
) -> Result<Vec<[u8; 4]>, ViewError> {
    // Rows are copied to places that are multiples of this.
    let stride = (4 * width).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let target = device.readback("a picture", stride as usize * height as usize)?;
    let commands = device.scoped("reading a picture", || {
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None };
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &target, layout },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
        encoder.finish()
    })?;
    let submission = device.submit(commands)?;
    let bytes = device.map(&target, submission)?;
    let row = |row: &[u8]| bytemuck::pod_collect_to_vec::<u8, [u8; 4]>(&row[..4 * width as usize]);
    Ok(bytes.chunks_exact(stride as usize).take(height as usize).flat_map(row).collect())
}
