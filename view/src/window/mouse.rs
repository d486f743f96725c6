//! The mouse, which moves camera and nodes.

use super::player::Player;
use crate::{Drag, ViewError, pick, positions};
use spadina::gpu::Device;
use spadina_pictures::render::{Camera, Viewport};
use winit::event::{ElementState, MouseButton, MouseScrollDelta, WindowEvent};
use winit::keyboard::ModifiersState;

/// Radians that the camera turns while the mouse crosses the height of the picture.
const TURN: f32 = 3.5;
/// The factor by which a line of the wheel brings the picture nearer.
const ZOOM: f32 = 1.1;
/// Pixels of a wheel that tells pixels, for as much as a line.
const LINE: f32 = 40.0;

/// The action while a button is pressed.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
enum Mode {
    #[default]
    Idle,
    Orbit,
    Pan,
    Grab(Drag),
}

#[derive(Default)]
pub(super) struct Mouse {
    place: [f32; 2],
    shift: bool,
    mode: Mode,
}

impl Mouse {
    /// Takes an event; says whether the picture changes. What a panel has `consumed` begins nothing.
    pub(super) fn event(
        &mut self,
        event: &WindowEvent,
        consumed: bool,
        (camera, viewport, device): (&mut Camera, Viewport, &Device),
        player: &mut Player,
    ) -> Result<bool, ViewError> {
        match event {
            WindowEvent::ModifiersChanged(keys) => self.shift = keys.state().contains(ModifiersState::SHIFT),
            WindowEvent::CursorMoved { position, .. } => {
                let place = [position.x as f32, position.y as f32];
                let before = std::mem::replace(&mut self.place, place);
                return Ok(self.moved(before, camera, viewport, player));
            }
            WindowEvent::MouseInput { state: ElementState::Pressed, button, .. } if !consumed => {
                self.press(*button, camera, viewport, device, player)?;
                return Ok(true);
            }
            WindowEvent::MouseInput { state: ElementState::Released, .. } | WindowEvent::Focused(false) => {
                player.let_go();
                self.mode = Mode::Idle;
                return Ok(true);
            }
            WindowEvent::MouseWheel { delta, .. } if !consumed => {
                let lines = match delta {
                    MouseScrollDelta::LineDelta(_, y) => *y,
                    MouseScrollDelta::PixelDelta(by) => by.y as f32 / LINE,
                };
                camera.zoom(ZOOM.powf(lines.clamp(-20.0, 20.0)));
                return Ok(true);
            }
            _ => {}
        }
        Ok(false)
    }

    fn press(
        &mut self,
        button: MouseButton,
        camera: &Camera,
        viewport: Viewport,
        device: &Device,
        player: &mut Player,
    ) -> Result<(), ViewError> {
        player.let_go();
        self.mode = match button {
            MouseButton::Left if !self.shift => Mode::Orbit,
            MouseButton::Left | MouseButton::Right | MouseButton::Middle => Mode::Pan,
            _ => Mode::Idle,
        };
        if self.mode != Mode::Orbit {
            return Ok(());
        }
        let scene = player.animation.scene();
        let points = positions(device, scene.positions)?;
        let Some(node) = pick(&scene, &points, camera, viewport, self.place) else { return Ok(()) };
        if let Some(drag) = Drag::new(node, points[node], camera, viewport, self.place) {
            player.grab(node, points[node]);
            self.mode = Mode::Grab(drag);
        }
        Ok(())
    }

    fn moved(&self, before: [f32; 2], camera: &mut Camera, viewport: Viewport, player: &mut Player) -> bool {
        let by = [self.place[0] - before[0], self.place[1] - before[1]].map(|pixels| pixels / viewport.height);
        match self.mode {
            Mode::Idle => return false,
            // What is seen turns with the mouse.
            Mode::Orbit => camera.orbit(-TURN * by[0], TURN * by[1]),
            Mode::Pan => camera.pan(by[0], -by[1]),
            Mode::Grab(drag) => player.grab(drag.node, drag.target(camera, viewport, self.place)),
        }
        true
    }
}
