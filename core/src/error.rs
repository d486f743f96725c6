//! Errors that point at a place in a source text.

use crate::real::Span;

/// The most characters of a source line that are shown.
const EXCERPT: usize = 120;

/// A fault of a source text, and its place.
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

    /// The message with its place, and the excerpt.
    pub fn render(&self, name: &str, text: &str) -> String {
        let (line, column) = self.position(text);
        format!("{name}:{line}:{column}: {}\n{}", self.message, self.excerpt(text))
    }

    /// The source line (a window of it, if it is long) with its number, and a caret under the place.
    pub fn excerpt(&self, text: &str) -> String {
        let (line, column) = self.position(text);
        let source = text.lines().nth(line - 1).unwrap_or("");
        let start = floor_boundary(text, self.span.start as usize);
        let end = floor_boundary(text, self.span.end as usize).max(start);
        let width = text[start..end].chars().take_while(|c| *c != '\n').count().max(1);
        let (source, at) = window(source, column - 1);
        let carets = "^".repeat(width.min(source.chars().count().saturating_sub(at)).max(1));
        // Tabs stay tabs, so that the caret stands under its place whatever their width.
        let indent: String = source.chars().take(at).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        format!("{margin} |\n{number} | {source}\n{margin} | {indent}{carets}")
    }
}

/// The part of a line around a character, with `…` where something is left out, and the position of the character in it.
fn window(line: &str, at: usize) -> (String, usize) {
    let count = line.chars().count();
    if count <= EXCERPT {
        return (line.to_string(), at);
    }
    let first = at.saturating_sub(EXCERPT / 2).min(count - EXCERPT);
    let mut part: String = line.chars().skip(first).take(EXCERPT).collect();
    if first + EXCERPT < count {
        part.push('…');
    }
    if first == 0 {
        return (part, at);
    }
    (format!("…{part}"), at - first + 1)
}

/// The last character boundary not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source line and the line below it.
    fn excerpt(text: &str, at: usize, length: usize) -> (String, String) {
        let span = Span { start: at as u32, end: (at + length) as u32 };
        let rendered = Diagnostic::new(span, "wrong").render("f", text);
        let lines: Vec<&str> = rendered.lines().map(|l| l.split_once("| ").map_or(l, |(_, rest)| rest)).collect();
        (lines[2].to_string(), lines[3].to_string())
    }

    #[test]
    fn short_lines_are_shown_in_full() {
        assert_eq!(excerpt("a\n\tb + c\n", 3, 5), ("\tb + c".into(), "\t^^^^^".into()));
        assert_eq!(excerpt("", 0, 0), (String::new(), "^".into()));
        let line = "é".repeat(EXCERPT);
        assert_eq!(excerpt(&line, 2 * (EXCERPT - 1), 2), (line, " ".repeat(EXCERPT - 1) + "^"));
    }

    #[test]
    fn long_lines_are_cut() {
        let line: String = (0..1_000_000).map(|k| char::from(b'a' + (k % 26) as u8)).collect();
        for (at, length) in [(0, 3), (59, 1), (60, 1), (61, 1), (500_000, 7), (999_940, 3), (999_999, 9), (10, 5000)] {
            let (source, carets) = excerpt(&line, at, length);
            assert!(source.chars().count() <= EXCERPT + 2, "{at}");
            let indent = carets.chars().take_while(|c| *c == ' ').count();
            let under: String = source.chars().skip(indent).take(carets.len() - indent).collect();
            let whole = under.trim_end_matches('…');
            assert!(line[at..].starts_with(whole) && !whole.is_empty(), "{at}: {under}");
            assert_eq!(whole.len(), length.min(line.len() - at).min(whole.len()));
            assert_eq!((source.starts_with('…'), source.ends_with('…')), (at > 60, at < 999_940), "{at}");
        }
    }
}
