//! The user interface of egui on a window.

use super::again::Again;
use super::screen::Screen;
use crate::ViewError;
use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use spadina::gpu::{Device, wgpu};
use std::time::Duration;
use winit::event::WindowEvent;
use winit::window::Window;

/// A panel that wants to be made again after so long does not want it.
const NEVER: Duration = Duration::from_secs(60);

pub(super) struct Gui {
    context: egui::Context,
    state: egui_winit::State,
    renderer: Renderer,
}

/// A user interface that is to be drawn.
pub(super) struct Made {
    primitives: Vec<egui::ClippedPrimitive>,
    textures: egui::TexturesDelta,
    pixels_per_point: f32,
    /// When it wants to be made again.
    pub(super) again: Again,
}

impl Drop for Made {
    /// Clears the textures: those not brought to the device are lost.
    fn drop(&mut self) {
        self.textures.clear();
    }
}

impl Gui {
    pub(super) fn new(window: &Window, screen: &Screen) -> Result<Gui, ViewError> {
        let context = egui::Context::default();
        context.set_visuals(visuals());
        let most = screen.device.device().limits().max_texture_dimension_2d as usize;
        let (scale, id) = (window.scale_factor() as f32, egui::ViewportId::ROOT);
        let state = egui_winit::State::new(context.clone(), id, window, Some(scale), None, Some(most));
        let renderer = screen.device.scoped("the panel", || {
            Renderer::new(screen.device.device(), screen.format(), RendererOptions::default())
        })?;
        Ok(Gui { context, state, renderer })
    }

    /// Takes an event; says if it is for the panel alone, and if the panel wants to be drawn again.
    pub(super) fn event(&mut self, window: &Window, event: &WindowEvent) -> egui_winit::EventResponse {
        self.state.on_window_event(window, event)
    }

    /// Makes the user interface from what has happened since the last time.
    pub(super) fn make(&mut self, window: &Window, content: impl FnMut(&mut egui::Ui)) -> Made {
        let input = self.state.take_egui_input(window);
        let output = self.context.run_ui(input, content);
        self.state.handle_platform_output(window, output.platform_output);
        let again = match output.viewport_output.get(&egui::ViewportId::ROOT).map(|own| own.repaint_delay) {
            Some(delay) if delay.is_zero() => Again::Now,
            Some(delay) if delay < NEVER => Again::After(delay),
            _ => Again::Never,
        };
        Made {
            primitives: self.context.tessellate(output.shapes, output.pixels_per_point),
            textures: output.textures_delta,
            pixels_per_point: output.pixels_per_point,
            again,
        }
    }

    /// Encodes it over what a view shows already; what is returned has to be submitted before.
    pub(super) fn draw(
        &mut self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        view: &wgpu::TextureView,
        size: (u32, u32),
        made: &Made,
    ) -> Result<Vec<wgpu::CommandBuffer>, ViewError> {
        let (own, queue) = (device.device(), device.queue());
        let screen = ScreenDescriptor { size_in_pixels: size.into(), pixels_per_point: made.pixels_per_point };
        Ok(device.scoped("the panel", || {
            let before = self.renderer.update_buffers(own, queue, encoder, &made.primitives, &screen);
            let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("panel"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
                })],
                ..Default::default()
            });
            self.renderer.render(&mut pass.forget_lifetime(), &made.primitives, &screen);
            before
        })?)
    }

    /// Brings new textures to the device; to be done for each user interface that was made, drawn or not.
    pub(super) fn upload(&mut self, device: &Device, made: &Made) -> Result<(), ViewError> {
        Ok(device.scoped("the panel's letters", || {
            let changes = made.textures.set.iter().flat_map(|(id, deltas)| deltas.iter().map(move |delta| (id, delta)));
            for (id, delta) in changes {
                self.renderer.update_texture(device.device(), device.queue(), *id, delta);
            }
        })?)
    }

    /// Drops textures that are no longer needed, once the commands are submitted.
    pub(super) fn free(&mut self, made: &Made) {
        made.textures.free.iter().for_each(|id| self.renderer.free_texture(id));
    }
}

/// Dark text on a light panel.
fn visuals() -> egui::Visuals {
    egui::Visuals {
        override_text_color: Some(egui::Color32::from_gray(28)),
        weak_text_color: Some(egui::Color32::from_gray(92)),
        panel_fill: egui::Color32::from_gray(246),
        ..egui::Visuals::light()
    }
}
