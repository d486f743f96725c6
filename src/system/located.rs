//! Errors at a place of an energy, or in an element.

use spadina_core::error::Diagnostic;
use spadina_core::real::Span;
use std::fmt;
use std::ops::Range;

/// A place in the text of an energy.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TextPlace {
    /// The bytes of the text.
    pub span: Range<usize>,
    /// The line of the first byte, counted from one.
    pub line: usize,
    /// The column of the first byte, in characters, counted from one.
    pub column: usize,
}

/// A rule that an energy breaks, or an index of it that cannot be used.
///
/// In print: `file:line:column: message`, with the line of the text below where it helps.
#[derive(Debug)]
#[non_exhaustive]
pub struct EnergyError {
    /// The file of the energy, as messages name it.
    pub file: String,
    /// The place in its text; `None` where none is known, as in energies that were built in Rust.
    pub place: Option<TextPlace>,
    /// The rule that is broken, and what to do about it.
    pub message: String,
    /// The line of the text with a caret under the place.
    pub excerpt: Option<String>,
}

impl EnergyError {
    /// An error of a file as a whole.
    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.into(), place: None, message: message.into(), excerpt: None }
    }

    /// An error at a span of the text, if it is one.
    pub(crate) fn at(file: &str, text: &str, span: Span, message: impl Into<String>) -> Self {
        Self { place: TextPlace::of(text, span), ..Self::of_file(file, message) }
    }

    /// The diagnostic of a front-end, with an excerpt.
    pub(crate) fn diagnostic(file: &str, text: &str, diagnostic: Diagnostic) -> Self {
        let excerpt = Some(diagnostic.excerpt(text));
        let place = Some(TextPlace::in_text(text, diagnostic.span));
        Self { place, excerpt, ..Self::of_file(file, diagnostic.message) }
    }
}

impl TextPlace {
    /// The place of a span, if it is one.
    pub(crate) fn of(text: &str, span: Span) -> Option<Self> {
        (span != Span::default()).then(|| Self::in_text(text, span))
    }

    fn in_text(text: &str, span: Span) -> Self {
        let (line, column) = Diagnostic::new(span, "").position(text);
        Self { span: span.start as usize..span.end as usize, line, column }
    }
}

/// `line:column`
impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for EnergyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{place}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.excerpt {
            Some(excerpt) => write!(f, "\n{excerpt}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for EnergyError {}

/// A NaN or infinity in a result.
#[derive(Debug)]
#[non_exhaustive]
pub struct NonFinite {
    /// The energy, the gradient, the Hessian or the residual, with the value.
    pub what: String,
    /// The number of the term, from zero; `None` where no term alone is to blame.
    pub term: Option<usize>,
    /// Its file.
    pub file: Option<String>,
    /// The first element; `None` outside of all loops, or if each element alone is finite in double precision.
    pub iteration: Option<Iteration>,
    /// The place of the first operation without a finite value.
    pub place: Option<TextPlace>,
    /// The operation that has no derivative there, by its name in the text, or else its own; `None` where none is known.
    pub singular: Option<String>,
    /// True if each element alone is finite in double precision, before it is projected and added.
    pub in_sum: bool,
    /// The elements without a finite energy, as those of an inverted start: some more than are listed at most. Empty where the
    /// energy is finite.
    pub all: Vec<i64>,
}

/// The most elements that a message lists.
pub(crate) const MOST_LISTED: usize = 12;

impl NonFinite {
    /// A result of a term as a whole.
    pub(crate) fn of_term(what: impl Into<String>, term: usize, file: &str) -> Self {
        Self { term: Some(term), file: Some(file.into()), in_sum: false, ..Self::of_sum(what) }
    }

    /// A result of finite elements.
    pub(crate) fn of_sum(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            term: None,
            file: None,
            iteration: None,
            place: None,
            singular: None,
            in_sum: true,
            all: Vec::new(),
        }
    }
}

/// An iteration of the outermost loop.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Iteration {
    /// The variable of the loop; `None`: the iteration is an element.
    pub variable: Option<String>,
    /// Its value.
    pub number: i64,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not finite", self.what)?;
        let file = self.file.as_deref().unwrap_or_default();
        if let Some(term) = self.term {
            write!(f, ": term {term} ({file})")?;
        }
        match &self.iteration {
            Some(Iteration { variable: None, number }) => write!(f, ", first at element {number}")?,
            Some(Iteration { variable: Some(name), number }) => write!(f, ", first at {name} = {number}")?,
            None => {}
        }
        if let Some(place) = &self.place {
            write!(f, ", from the operation at {file}:{place}")?;
        }
        if self.all.len() > 1 {
            let listed: Vec<String> = self.all.iter().take(MOST_LISTED).map(i64::to_string).collect();
            let more = if self.all.len() > MOST_LISTED { " and more" } else { "" };
            write!(f, "; not finite: {}{more}", listed.join(", "))?;
        }
        if let Some(call) = &self.singular {
            write!(
                f,
                ": `{call}` has no derivative there; write it another way, or say what counts instead: singular = \"zero\" or \"smooth\" \
                 (of the term, or of the problem)"
            )?;
        }
        match self.in_sum {
            true => f.write_str(
                ", though each element alone is finite in double precision, before it is projected and added",
            ),
            false => Ok(()),
        }
    }
}

impl std::error::Error for NonFinite {}
