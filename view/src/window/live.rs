//! The window while it is open: what is drawn on it, frame by frame.

use super::again::Again;
use super::clock::Clock;
use super::gui::{Gui, Made};
use super::mouse::Mouse;
use super::options::Options;
use super::panel::{self, Wish};
use super::player::Player;
use super::screen::{Acquired, Screen};
use crate::ViewError;
use crate::{Painter, Scene, positions};
use spadina::gpu::wgpu;
use spadina_pictures::render::{Camera, Settings, Up, Viewport};
use std::sync::Arc;
use std::time::Duration;
use winit::dpi::LogicalSize;
use winit::event::WindowEvent;
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

/// When to ask again for a surface that is not ready.
const SOON: Duration = Duration::from_millis(20);

pub(super) struct Live {
    window: Arc<Window>,
    screen: Screen,
    painter: Painter,
    gui: Gui,
    mouse: Mouse,
    clock: Clock,
    camera: Camera,
    /// True if the camera is to show all in the next picture.
    fits: bool,
    up: Up,
    ground: Option<f32>,
    /// The part of the window that the panel leaves.
    viewport: Viewport,
    hidden: bool,
    frames: usize,
}

impl Live {
    pub(super) fn new(events: &ActiveEventLoop, title: &str, options: &Options) -> Result<Live, ViewError> {
        let size = LogicalSize::new(options.size.0, options.size.1);
        let wanted = Window::default_attributes().with_title(title).with_inner_size(size);
        let window = events.create_window(wanted).map_err(|error| ViewError::Window(error.to_string()))?;
        let window = Arc::new(window);
        let screen = Screen::new(&window, options)?;
        let painter = Painter::new(&screen.device, screen.format(), true)?;
        let gui = Gui::new(&window, &screen)?;
        window.request_redraw();
        Ok(Live {
            window,
            screen,
            painter,
            gui,
            mouse: Mouse::default(),
            clock: Clock::default(),
            camera: Camera { up: options.up, ..Camera::default() },
            fits: true,
            up: options.up,
            ground: options.ground,
            viewport: Viewport { left: 0.0, top: 0.0, width: 1.0, height: 1.0 },
            hidden: false,
            frames: 0,
        })
    }

    /// The number of pictures that were shown.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    pub(super) fn ask_again(&self) {
        if !self.hidden {
            self.window.request_redraw();
        }
    }

    /// Nothing is drawn while nobody sees it.
    pub(super) fn hide(&mut self, hidden: bool) {
        self.hidden = hidden;
        self.ask_again();
    }

    /// Brings all into the next picture.
    pub(super) fn fit(&mut self) {
        self.fits = true;
    }

    /// Gives an event to the panel; returns true if it took it.
    pub(super) fn gui_event(&mut self, event: &WindowEvent) -> bool {
        let response = self.gui.event(&self.window, event);
        if response.repaint && !matches!(event, WindowEvent::RedrawRequested) {
            self.ask_again();
        }
        response.consumed
    }

    pub(super) fn mouse_event(
        &mut self,
        event: &WindowEvent,
        consumed: bool,
        player: &mut Player,
    ) -> Result<(), ViewError> {
        let seen = (&mut self.camera, self.viewport, &self.screen.device);
        if self.mouse.event(event, consumed, seen, player)? {
            self.ask_again();
        }
        Ok(())
    }

    /// Makes the step that is due, and draws.
    pub(super) fn frame(&mut self, player: &mut Player, title: &str) -> Result<Again, ViewError> {
        let size = self.window.inner_size();
        if size.width == 0 || size.height == 0 || self.hidden {
            return Ok(Again::Never);
        }
        if !player.is_moving() {
            self.clock.rest();
        }
        self.clock.tick();
        player.advance();
        let made = self.interface(player, title);
        if std::mem::take(&mut self.fits) {
            self.look_at(&player.animation.scene())?;
        }
        self.gui.upload(&self.screen.device, &made)?;
        let again = match self.screen.acquire((size.width, size.height))? {
            Acquired::Texture(texture) => {
                self.draw(texture, player, &made)?;
                self.frames += 1;
                if player.is_moving() { Again::Now } else { made.again }
            }
            Acquired::Later => Again::After(SOON),
        };
        self.gui.free(&made);
        Ok(again)
    }

    /// The panel, and what it leaves of the window.
    fn interface(&mut self, player: &mut Player, title: &str) -> Made {
        let (mut left, mut wish) = (egui::Rect::ZERO, None);
        let clock = &self.clock;
        let mut made = self.gui.make(&self.window, |ui| {
            wish = panel::show(ui, player, clock, title).or(wish);
            left = ui.available_rect_before_wrap() * ui.ctx().pixels_per_point();
        });
        let (width, height) = (left.width().max(1.0), left.height().max(1.0));
        self.viewport = Viewport { left: left.min.x, top: left.min.y, width, height };
        match wish {
            Some(Wish::Toggle) => player.toggle(),
            Some(Wish::Step) => player.step_once(),
            Some(Wish::Reset) => player.reset(),
            Some(Wish::Fit) => self.fits = true,
            Some(Wish::Set(number, value)) => player.animation.set_parameter(number, value),
            None => return made,
        }
        made.again = Again::Now;
        made
    }

    /// Puts the camera where it sees all, later as it was turned.
    fn look_at(&mut self, scene: &Scene<'_>) -> Result<(), ViewError> {
        let points = positions(&self.screen.device, scene.positions)?;
        let aspect = self.viewport.aspect();
        self.camera = match self.frames {
            0 => scene.camera(points, aspect, self.up, self.ground),
            _ => self.camera.framing(scene.framed(points, self.up, self.ground), aspect),
        };
        Ok(())
    }

    fn draw(&mut self, texture: wgpu::SurfaceTexture, player: &mut Player, made: &Made) -> Result<(), ViewError> {
        let device = self.screen.device.clone();
        let view = device.scoped("the window", || texture.texture.create_view(&Default::default()))?;
        let (width, height) = (texture.texture.width(), texture.texture.height());
        let mut encoder = device.device().create_command_encoder(&Default::default());
        let settings = Settings { width, height, ground: self.ground, ..Settings::default() };
        let scene = player.animation.scene();
        self.painter.paint(&mut encoder, &view, &scene, &self.camera, (&settings, self.viewport))?;
        let before = self.gui.draw(&device, &mut encoder, &view, (width, height), made)?;
        device.scoped("a picture", || {
            device.queue().submit(before.into_iter().chain([encoder.finish()]));
            self.window.pre_present_notify();
            device.queue().present(texture);
        })?;
        Ok(())
    }
}
