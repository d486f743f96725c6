//! The textures that a picture is drawn into: several samples of each pixel, and their depths.

use crate::ViewError;
use spadina::gpu::{Device, wgpu};

pub(super) const DEPTH: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;

/// The kind of a target: its format, and how many samples a pixel has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    pub(super) format: wgpu::TextureFormat,
    pub(super) samples: u32,
}

impl Kind {
    /// Four samples, where they are wanted and there.
    pub(super) fn new(device: &Device, format: wgpu::TextureFormat, smooth: bool) -> Kind {
        let (of_device, flags) = (device.device().features(), wgpu::TextureFormatFeatureFlags::MULTISAMPLE_X4);
        // What is guaranteed for all colour formats that can be drawn on and resolved.
        let plain = format.guaranteed_format_features(of_device).flags;
        let needed = flags | wgpu::TextureFormatFeatureFlags::MULTISAMPLE_RESOLVE;
        let shading = device.origin().is_none_or(|(_, adapter)| {
            adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::MULTISAMPLED_SHADING)
        });
        Kind { format, samples: if smooth && shading && plain.contains(needed) { 4 } else { 1 } }
    }
}

/// The textures of a target of some size.
pub(super) struct Target {
    size: (u32, u32),
    depth: wgpu::TextureView,
    /// The samples; none if a pixel has but one.
    color: Option<wgpu::TextureView>,
}

impl Target {
    pub(super) fn new(device: &Device, kind: Kind, size: (u32, u32)) -> Result<Target, ViewError> {
        let texture = |format| {
            let texture = device.device().create_texture(&wgpu::TextureDescriptor {
                label: Some("viewer"),
                size: wgpu::Extent3d { width: size.0, height: size.1, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: kind.samples,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
                view_formats: &[],
            });
            texture.create_view(&wgpu::TextureViewDescriptor::default())
        };
        let made = device.scoped("the samples of a picture", || Target {
            size,
            depth: texture(DEPTH),
            color: (kind.samples > 1).then(|| texture(kind.format)),
        })?;
        Ok(made)
    }

    /// Returns true if it is for pictures of this size.
    pub(super) fn fits(&self, size: (u32, u32)) -> bool {
        self.size == size
    }

    /// Begins to draw into it; the pixels end in a view of the picture.
    pub(super) fn begin<'e>(
        &self,
        encoder: &'e mut wgpu::CommandEncoder,
        view: &wgpu::TextureView,
    ) -> wgpu::RenderPass<'e> {
        let (drawn, resolve_target, store) = match &self.color {
            Some(samples) => (samples, Some(view), wgpu::StoreOp::Discard),
            None => (view, None, wgpu::StoreOp::Store),
        };
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("scene"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: drawn,
                depth_slice: None,
                resolve_target,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store },
            })],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &self.depth,
                depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(0.0), store: wgpu::StoreOp::Discard }),
                stencil_ops: None,
            }),
            ..Default::default()
        })
    }
}
