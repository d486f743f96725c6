//! A window that shows an animation.
//!
//! The mouse: the left button drags a node, or turns the camera where there is none; with the shift key, or with another
//! button, it moves the picture, and the wheel brings it nearer. Keys: space pauses, S makes one step, R starts again, F
//! brings all into the picture, Escape closes.

mod again;
mod clock;
mod gui;
mod live;
mod mouse;
mod options;
mod panel;
mod player;
mod screen;

use super::ViewError;
use super::animation::Animation;
use again::Again;
use live::Live;
pub use options::Options;
use player::Player;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use winit::application::ApplicationHandler;
use winit::event::{ElementState, StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::keyboard::{Key, NamedKey};
use winit::window::WindowId;

/// Shows an animation in a window until it is closed. Most systems want this to be called by the main thread.
pub fn run(animation: Box<dyn Animation>, title: &str, options: Options) -> Result<(), ViewError> {
    let events = event_loop()?;
    let player = Player::new(animation, options.running);
    let mut app = App { title: title.to_string(), options, player, live: None, failed: None };
    let ended = events.run_app(&mut app);
    match app.failed {
        Some(error) => Err(error),
        None => ended.map_err(|error| ViewError::Window(error.to_string())),
    }
}

/// The events of the window system. On Linux any thread may have them.
fn event_loop() -> Result<EventLoop<()>, ViewError> {
    let mut builder = EventLoop::builder();
    #[cfg(target_os = "linux")]
    {
        winit::platform::x11::EventLoopBuilderExtX11::with_any_thread(&mut builder, true);
        #[cfg(feature = "wayland")]
        winit::platform::wayland::EventLoopBuilderExtWayland::with_any_thread(&mut builder, true);
    }
    // Where a library of the window system is missing, this panics.
    match catch_unwind(AssertUnwindSafe(|| builder.build())) {
        Ok(built) => built.map_err(|error| ViewError::NoDisplay { reason: error.to_string() }),
        Err(_) => Err(ViewError::NoDisplay { reason: "a library of the window system is missing".into() }),
    }
}

struct App {
    title: String,
    options: Options,
    player: Player,
    live: Option<Live>,
    failed: Option<ViewError>,
}

impl App {
    fn fail(&mut self, events: &ActiveEventLoop, error: ViewError) {
        self.failed.get_or_insert(error);
        events.exit();
    }

    /// Draws, and says when to draw again.
    fn draw(&mut self, events: &ActiveEventLoop) {
        let Some(live) = &mut self.live else { return };
        match live.frame(&mut self.player, &self.title) {
            Ok(again) => {
                events.set_control_flow(match again {
                    Again::After(delay) => ControlFlow::WaitUntil(Instant::now() + delay),
                    Again::Now | Again::Never => ControlFlow::Wait,
                });
                if again == Again::Now {
                    live.ask_again();
                }
                if self.options.frames.is_some_and(|most| live.frames() >= most) {
                    events.exit();
                }
            }
            Err(error) => self.fail(events, error),
        }
    }

    fn key(&mut self, events: &ActiveEventLoop, key: &Key) {
        let Some(live) = &mut self.live else { return };
        let letter = match key {
            Key::Named(NamedKey::Escape) => return events.exit(),
            Key::Named(NamedKey::Space) => ' ',
            Key::Character(text) => text.chars().next().map_or('\0', |c| c.to_ascii_lowercase()),
            _ => return,
        };
        match letter {
            ' ' => self.player.toggle(),
            's' => self.player.step_once(),
            'r' => self.player.reset(),
            'f' => live.fit(),
            _ => return,
        }
        live.ask_again();
    }
}

impl ApplicationHandler for App {
    fn new_events(&mut self, _: &ActiveEventLoop, cause: StartCause) {
        if let (StartCause::ResumeTimeReached { .. }, Some(live)) = (cause, &self.live) {
            live.ask_again();
        }
    }

    fn resumed(&mut self, events: &ActiveEventLoop) {
        if self.live.is_none() {
            match Live::new(events, &self.title, &self.options) {
                Ok(live) => self.live = Some(live),
                Err(error) => self.fail(events, error),
            }
        }
    }

    fn window_event(&mut self, events: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(live) = &mut self.live else { return };
        let consumed = live.gui_event(&event);
        match &event {
            WindowEvent::CloseRequested => events.exit(),
            WindowEvent::RedrawRequested => self.draw(events),
            WindowEvent::Resized(_) | WindowEvent::ScaleFactorChanged { .. } => live.ask_again(),
            WindowEvent::Occluded(hidden) => live.hide(*hidden),
            WindowEvent::KeyboardInput { event, .. } if !consumed && event.state == ElementState::Pressed => {
                self.key(events, &event.logical_key);
            }
            event => {
                if let Err(error) = live.mouse_event(event, consumed, &mut self.player) {
                    self.fail(events, error);
                }
            }
        }
    }
}
