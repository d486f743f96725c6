//! Errors that point at a place in a source text.

use crate::real::Span;

/// What is wrong with a source text, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// The place, in bytes of the text as the user wrote it.
    pub span: Span,
    /// The rule that is broken and what to do about it.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// Line and column of the place, both counted from 1; columns count characters.
    pub fn position(&self, text: &str) -> (usize, usize) {
        let before = &text[..floor_boundary(text, self.span.start as usize)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The message with its place, the source line and a caret under the place.
    pub fn render(&self, name: &str, text: &str) -> String {
        let (line, column) = self.position(text);
        let source = text.lines().nth(line - 1).unwrap_or("");
        let start = floor_boundary(text, self.span.start as usize);
        let end = floor_boundary(text, self.span.end as usize).max(start);
        let room = source.chars().count().saturating_sub(column - 1);
        let width = text[start..end].chars().take_while(|c| *c != '\n').count().clamp(1, room.max(1));
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs stay tabs, so that the caret stands under its place whatever their width.
        let indent: String = source.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(width);
        format!(
            "{name}:{line}:{column}: {}\n{margin} |\n{number} | {source}\n{margin} | {indent}{carets}",
            self.message
        )
    }
}

/// The last character boundary not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
