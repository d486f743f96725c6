//! The window's surface, as a device draws on it.

use super::options::Options;
use crate::ViewError;
use spadina::gpu::{self, Device, wgpu};
use std::sync::Arc;
use winit::window::Window;

pub(super) struct Screen {
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    pub(super) device: Device,
    configured: bool,
}

/// The answer to a request for a texture to draw on.
pub(super) enum Acquired {
    Texture(wgpu::SurfaceTexture),
    /// Not now, but soon.
    Later,
}

impl Screen {
    /// Opens the device, if there is none yet, and looks how it can draw on the window.
    pub(super) fn new(window: &Arc<Window>, options: &Options) -> Result<Screen, ViewError> {
        let refused = |adapter: &str, reason: String| ViewError::Surface { adapter: adapter.into(), reason };
        let of = |instance: &wgpu::Instance, adapter: &str| {
            instance.create_surface(window.clone()).map_err(|e| refused(adapter, e.to_string()))
        };
        let (surface, device) = match &options.device {
            Some(device) => {
                let (instance, _) = device.origin().ok_or(ViewError::NoOrigin)?;
                (of(instance, &device.name())?, device.clone())
            }
            None => {
                let instance = gpu::instance();
                let surface = of(&instance, "any")?;
                let device = Device::open_for(&instance, &surface, options.adapter.as_deref())?;
                (surface, device)
            }
        };
        let (_, adapter) = device.origin().ok_or(ViewError::NoOrigin)?;
        let able = surface.get_capabilities(adapter);
        let none = || refused(&device.name(), "it cannot present to it: choose another one".into());
        let mut config = surface.get_default_config(adapter, 1, 1).ok_or_else(none)?;
        if let Some(format) = able.formats.iter().find(|format| format.is_srgb()) {
            config.format = *format;
        }
        config.present_mode = wgpu::PresentMode::AutoVsync;
        Ok(Screen { surface, config, device, configured: false })
    }

    pub(super) fn format(&self) -> wgpu::TextureFormat {
        self.config.format
    }

    /// A texture of this size to draw on.
    pub(super) fn acquire(&mut self, size: (u32, u32)) -> Result<Acquired, ViewError> {
        if !self.configured || (self.config.width, self.config.height) != size {
            self.configure(size)?;
        }
        match self.next()? {
            wgpu::CurrentSurfaceTexture::Success(texture) => Ok(Acquired::Texture(texture)),
            wgpu::CurrentSurfaceTexture::Suboptimal(texture) => {
                self.configured = false;
                Ok(Acquired::Texture(texture))
            }
            wgpu::CurrentSurfaceTexture::Outdated | wgpu::CurrentSurfaceTexture::Lost => {
                self.configured = false;
                Ok(Acquired::Later)
            }
            _ => Ok(Acquired::Later),
        }
    }

    fn next(&self) -> Result<wgpu::CurrentSurfaceTexture, ViewError> {
        Ok(self.device.scoped("the next picture", || self.surface.get_current_texture())?)
    }

    fn configure(&mut self, (width, height): (u32, u32)) -> Result<(), ViewError> {
        let most = self.device.device().limits().max_texture_dimension_2d;
        (self.config.width, self.config.height) = (width.clamp(1, most), height.clamp(1, most));
        self.device.scoped("the window's surface", || self.surface.configure(self.device.device(), &self.config))?;
        self.configured = true;
        Ok(())
    }
}
