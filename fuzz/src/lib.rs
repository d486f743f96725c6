//! What is fuzzed: the text of an energy up to its kernels, a problem file up to its evaluation on two devices, and mesh
//! files.
//!
//! A target returns what became of its input in a few words, free of numbers and names; the driver keeps inputs with
//! new words as seeds. A target panics where the library is wrong.

mod energy;
mod mesh;
mod problem;
pub mod seeds;

pub use energy::energy;
pub use mesh::{FORMATS, mesh};
pub use problem::problem;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A function from input to what became of it.
pub type Target = fn(&[u8]) -> String;

/// The place of the first panic since it was last asked for, on any thread.
static PANIC: Mutex<Option<String>> = Mutex::new(None);
static HOOKED: AtomicBool = AtomicBool::new(false);

/// Has panics of every thread remembered: the front-end catches those of its own threads, and they count, too.
pub fn watch_panics() {
    if HOOKED.swap(true, Ordering::SeqCst) {
        return;
    }
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let mut first = PANIC.lock().unwrap_or_else(|e| e.into_inner());
        first.get_or_insert_with(|| format!("{place}: {text}"));
    }));
}

/// The first panic since the last call.
pub fn take_panic() -> Option<String> {
    PANIC.lock().unwrap_or_else(|e| e.into_inner()).take()
}

/// Runs a target and aborts if anything in it panicked, for fuzzers that look for aborts. Panics of the WGSL parser are
/// somebody else's, and let pass.
pub fn check(target: Target, data: &[u8]) {
    watch_panics();
    let result = std::panic::catch_unwind(|| target(data));
    let panic = take_panic();
    let ours = panic.as_ref().filter(|text| !is_foreign(text));
    if let Some(text) = ours {
        eprintln!("panicked: {text}");
        std::process::abort();
    }
    drop(result);
}

/// Whether a panic stands in a crate of the registry rather than here.
pub fn is_foreign(panic: &str) -> bool {
    panic.contains("/registry/src/")
}

/// A message without what varies: numbers and quoted names.
pub(crate) fn words(message: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for c in message.chars().take(200) {
        match c {
            '`' => quoted = !quoted,
            c if quoted || c.is_ascii_digit() => {}
            c => out.push(c),
        }
    }
    out
}

/// The text of an input, if it is one and does not ask for too much work: long numbers make long loops.
pub(crate) fn text(data: &[u8], limit: usize) -> Option<&str> {
    let text = std::str::from_utf8(data).ok().filter(|t| t.len() <= limit)?;
    let mut digits = 0;
    let long = text.bytes().any(|b| {
        digits = if b.is_ascii_hexdigit() && (digits > 0 || b.is_ascii_digit()) { digits + 1 } else { 0 };
        digits > 3
    });
    (!long).then_some(text)
}
