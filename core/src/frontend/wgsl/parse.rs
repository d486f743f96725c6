//! Runs naga on a rewritten text, on a stack that is large enough for it.

use super::literals::Rewriting;
use super::token::{TokenKind, tokens};
use super::words::plain;
use crate::error::Diagnostic;
use crate::real::Span;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest text that is read.
const SOURCE_LIMIT: usize = 4 << 20;

/// The most tokens of one function; so many take seconds.
const FUNCTION_LIMIT: usize = 250_000;

/// Stack for naga, which recurses over long expressions: bytes for each byte of source, measured with a margin.
const STACK_PER_BYTE: usize = 1 << 10;

/// Stack of the lowering, which recurses over nested blocks and calls only.
pub const LOWERING_STACK: usize = 256 << 20;

/// Reads a text and validates it.
pub fn parse(text: &str) -> Result<(Rewriting, naga::Module), Diagnostic> {
    if text.len() > SOURCE_LIMIT {
        let message = format!("the file has {} bytes; at most {SOURCE_LIMIT} are read", text.len());
        return Err(Diagnostic::new(Span::default(), message));
    }
    short_functions(text)?;
    let source = Rewriting::new(text)?;
    let stack = (16 << 20) + source.rewritten.len() * STACK_PER_BYTE;
    let module = on_large_stack(stack, || parse_rewritten(&source))
        .unwrap_or_else(|| Err(Diagnostic::new(Span::default(), "the WGSL parser failed on this file")))?;
    Ok((source, module))
}

/// Refuses a function so long that naga would take minutes: its time grows with the square of the length.
fn short_functions(text: &str) -> Result<(), Diagnostic> {
    let (mut depth, mut first, mut count) = (0usize, None, 0usize);
    for token in tokens(text) {
        match token.kind {
            TokenKind::Mark(b'{') => depth += 1,
            TokenKind::Mark(b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            (first, count) = (None, 0);
            continue;
        }
        let start = *first.get_or_insert(token.start);
        count += 1;
        if count > FUNCTION_LIMIT {
            let message = format!(
                "this function has more than {FUNCTION_LIMIT} tokens, and the time to read it grows with the square of \
                 its length: split it into several functions"
            );
            return Err(Diagnostic::new(Span { start: start as u32, end: start as u32 + 1 }, message));
        }
    }
    Ok(())
}

/// The message of naga where its parser has recursed to its limit; it gives no place then.
const INTERNAL: &str = "internal WGSL front end error";

/// The first of the brackets with the most others around them.
fn deepest(text: &str) -> Span {
    let (mut depth, mut most, mut place) = (0usize, 0, Span::default());
    for token in tokens(text) {
        match token.kind {
            TokenKind::Mark(b'{' | b'(' | b'[') => depth += 1,
            TokenKind::Mark(b'}' | b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            (most, place) = (depth, Span { start: token.start as u32, end: token.end as u32 });
        }
    }
    place
}

/// Runs a function on a stack of the given size; `None` if it panicked or there is no memory for the stack. WebAssembly has
/// one stack only, whose size is its host's.
pub fn on_large_stack<T>(bytes: usize, f: impl FnOnce() -> T) -> Option<T> {
    // What a panic leaves half done is dropped with the closure.
    catch_unwind(AssertUnwindSafe(|| grow(bytes, f))).ok()
}

#[cfg(not(target_family = "wasm"))]
use stacker::grow;

#[cfg(target_family = "wasm")]
fn grow<T>(_: usize, f: impl FnOnce() -> T) -> T {
    f()
}

fn parse_rewritten(source: &Rewriting) -> Result<naga::Module, Diagnostic> {
    let module = naga::front::wgsl::parse_str(&source.rewritten).map_err(|error| {
        if error.message() == INTERNAL {
            let message = "blocks or expressions nest too deeply here for the WGSL parser, which follows about 200 levels: \
                           give the inner parts names with `let`, or move them to functions";
            return Diagnostic::new(deepest(&source.original), message);
        }
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
            Err(Diagnostic::new(span, source.in_user_terms(&plain(&message))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(target_family = "wasm"))]
    fn a_stack_is_bounded_and_lost_programs_are_errors() {
        assert_eq!(on_large_stack(64 << 20, || 1 + 1), Some(2));
        assert_eq!(on_large_stack(1 << 20, || -> u32 { panic!("a defect that the text uncovers") }), None);
        assert_eq!(on_large_stack(usize::MAX >> 2, || 2), None, "there is no memory for it");
    }
}
