//! Runs naga on a rewritten text, on a stack that is large enough for it.

use super::literals::Source;
use crate::error::Diagnostic;
use crate::real::Span;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use std::error::Error;

/// The longest text that is read.
const SOURCE_LIMIT: usize = 4 << 20;

/// Stack for naga, which recurses over long expressions: bytes for each byte of source, measured with a margin.
const STACK_PER_BYTE: usize = 1 << 10;

/// Stack of the lowering, which recurses over nested blocks and calls only.
pub const LOWERING_STACK: usize = 256 << 20;

/// Reads a text and validates it.
pub fn parse(text: &str) -> Result<(Source, naga::Module), Diagnostic> {
    if text.len() > SOURCE_LIMIT {
        let message = format!("the file has {} bytes; at most {SOURCE_LIMIT} are read", text.len());
        return Err(Diagnostic::new(Span::default(), message));
    }
    let source = Source::new(text)?;
    let stack = (16 << 20) + source.rewritten.len() * STACK_PER_BYTE;
    let module = on_large_stack(stack, || parse_rewritten(&source))
        .unwrap_or_else(|| Err(Diagnostic::new(Span::default(), "the WGSL parser failed on this file")))?;
    Ok((source, module))
}

/// What to say first where naga's message takes some knowledge of its insides.
const HINTS: &[(&str, &str)] = &[
    ("valid destination for a store", "inputs are read only: assign to a `var` of the function"),
    ("declared return type", "the returned value does not have the type of the function's result"),
    ("out of [0] bounds", "the index is out of range"),
    ("out of bounds", "the index is out of range"),
];

/// Runs a function on a thread with a stack of the given size; `None` if it panicked or the thread could not start.
pub fn on_large_stack<T: Send>(bytes: usize, f: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("spadina-wgsl".into()).stack_size(bytes);
        thread.spawn_scoped(scope, f).ok()?.join().ok()
    })
}

fn parse_rewritten(source: &Source) -> Result<naga::Module, Diagnostic> {
    let module = naga::front::wgsl::parse_str(&source.rewritten).map_err(|error| {
        let label = error.labels().next().map(|(span, text)| (source.place(span), text.to_string()));
        let (span, label) = label.unwrap_or_default();
        let mut message = error.message().to_string();
        if !label.is_empty() && label != "see msg" && !message.contains(&label) {
            message = format!("{message}: {label}");
        }
        Diagnostic::new(span, source.in_user_terms(&message))
    })?;
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::all());
    match validator.validate(&module) {
        Ok(_) => Ok(module),
        Err(error) => {
            let place = |span: naga::Span| source.place(span);
            let defined = |s: &Span| s.end > s.start;
            let span = error.spans().map(|(s, _)| place(*s)).filter(defined).last().unwrap_or_default();
            let error = error.into_inner();
            let mut message = error.to_string();
            let mut cause = error.source();
            while let Some(inner) = cause {
                message = format!("{message}: {inner}");
                cause = inner.source();
            }
            if let Some((_, hint)) = HINTS.iter().find(|(rule, _)| message.contains(rule)) {
                message = format!("{hint} ({message})");
            }
            Err(Diagnostic::new(span, source.in_user_terms(&message)))
        }
    }
}
