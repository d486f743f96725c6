//! The animation with the buttons of a player.

use crate::animation::Animation;
use std::time::{Duration, Instant};

/// The share of a new time in the average time of steps.
const FRESH: f64 = 0.1;

pub(super) struct Player {
    pub(super) animation: Box<dyn Animation>,
    running: bool,
    once: bool,
    /// The error of the last step.
    pub(super) message: Option<String>,
    /// Steps since the start.
    pub(super) steps: u64,
    /// The average time of a step, in seconds.
    pub(super) step_seconds: f64,
    /// A node is held, which moves the scene even if nothing else does.
    held: Option<usize>,
}

impl Player {
    pub(super) fn new(animation: Box<dyn Animation>, running: bool) -> Player {
        Player { animation, running, once: false, message: None, steps: 0, step_seconds: 0.0, held: None }
    }

    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Returns true if the next picture will be another one.
    pub(super) fn is_moving(&self) -> bool {
        self.running || self.once
    }

    pub(super) fn toggle(&mut self) {
        self.running = !self.running;
        self.message = None;
    }

    /// Pauses, and makes one step before the next picture.
    pub(super) fn step_once(&mut self) {
        (self.running, self.once, self.message) = (false, true, None);
    }

    pub(super) fn reset(&mut self) {
        self.let_go();
        self.animation.reset();
        (self.steps, self.step_seconds, self.message) = (0, 0.0, None);
    }

    pub(super) fn grab(&mut self, node: usize, to: [f32; 3]) {
        self.held = Some(node);
        self.animation.grab(node, Some(to));
    }

    pub(super) fn let_go(&mut self) {
        if let Some(node) = self.held.take() {
            self.animation.grab(node, None);
        }
    }

    /// Makes the step that is due, if one is. What fails pauses.
    pub(super) fn advance(&mut self) {
        if !self.is_moving() {
            return;
        }
        self.once = false;
        let start = Instant::now();
        match self.animation.step() {
            Ok(()) => {
                self.steps += 1;
                self.note(start.elapsed());
            }
            Err(message) => (self.running, self.message) = (false, Some(message)),
        }
    }

    fn note(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let before = if self.steps == 1 { seconds } else { self.step_seconds };
        self.step_seconds = before + FRESH * (seconds - before);
    }
}
