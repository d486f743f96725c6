//! The progress of long work: lines on standard output, a bar on standard error, and the way to stop it.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first interrupt (Ctrl-C) is noted, and the second one ends the program.
pub fn watch_interrupts() {
    // Without a handler, an interrupt ends the program at once, as it does by default.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Returns true if there was an interrupt.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// In print: compiling and finding the pattern.
pub const BUILDING: &str = "compiling, finding the sparsity pattern";
/// In print: evaluating.
pub const EVALUATING: &str = "evaluating";

/// The time after which the progress of work is printed, and the time between two lines.
const PATIENCE: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// Does work that may take long: what it is stands on standard error after two seconds, and then now and again with the
/// time.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (done, waits) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        // Dropped where the work panics, too: then the reports end.
        let done = done;
        // Without a thread there are no reports.
        let _ = std::thread::Builder::new().spawn_scoped(scope, move || report(what, &waits));
        let result = work();
        drop(done);
        result
    })
}

/// Prints what is going on until the other side is done.
fn report(what: &str, done: &mpsc::Receiver<()>) {
    let start = Instant::now();
    let mut wait = PATIENCE[0];
    while done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let _ = writeln!(std::io::stderr(), "{what}: {:.0} s", start.elapsed().as_secs_f64());
        wait = PATIENCE[1];
    }
}

/// The progress of one command. The bar is there only where standard error is a terminal.
pub struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Bar {
    /// A bar of so many steps; `quiet` ones print no lines.
    pub fn new(quiet: bool, steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}, {elapsed}, {eta} left, {msg}") {
            bar.set_style(style);
        }
        Self { bar, quiet }
    }

    /// A bar whose end is not known; `quiet` ones print no lines.
    pub fn open(quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} done, {elapsed}, {msg}") {
            bar.set_style(style);
        }
        Self { bar, quiet }
    }

    /// Prints a line on standard output.
    pub fn line(&self, text: &str) {
        if !self.quiet {
            // A reader that has seen enough is no reason to stop.
            self.bar.suspend(|| drop(writeln!(std::io::stdout(), "{text}")));
        }
    }

    /// Prints a warning on standard error.
    pub fn warn(&self, text: &str) {
        self.bar.suspend(|| drop(writeln!(std::io::stderr(), "warning: {text}")));
    }

    /// So many steps were done before.
    pub fn begin(&self, steps: usize) {
        self.bar.set_position(steps as u64);
    }

    /// A step is done.
    pub fn advance(&self, message: &str) {
        self.bar.set_message(message.to_string());
        self.bar.inc(1);
    }

    /// All is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::during;

    #[test]
    fn work_is_done_and_panics_go_on() {
        assert_eq!(during("nothing", || 3), 3);
        let result = std::panic::catch_unwind(|| during("a fault", || -> u8 { panic!("on purpose") }));
        assert!(result.is_err());
    }
}
