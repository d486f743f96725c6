//! Sections of a problem file, key by key.

use super::entry::EntryValue;
use super::text::ProblemText;
use super::values::{entry_value, wrong_type};
use crate::problem::ProblemError;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

pub(super) type Key<'a> = Spanned<DeString<'a>>;
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

pub(super) fn syntax(source: &ProblemText<'_>, error: &toml::de::Error) -> ProblemError {
    let place = source.place(error.span().map_or(0, |span| span.start));
    ProblemError::Syntax { place, message: in_plain_words(error.message()) }
}

/// A message of the parser without the words of its grammar.
fn in_plain_words(message: &str) -> String {
    match message {
        _ if message.starts_with("string values must be quoted") => {
            "a text must stand in quotes, as in \"x.npy\"; numbers and lists need none".into()
        }
        _ if message.starts_with("missing escaped value") => {
            "a backslash begins an escape in \"…\", such as \\n: write '…' for a text with backslashes".into()
        }
        _ if message.starts_with("carriage return must") => {
            "a line ends in CR alone: save the file with LF or CR LF as line ends".into()
        }
        _ => {
            let message = message.strip_suffix(", expected nothing").unwrap_or(message);
            let named = [("multi-line basic string", "text"), ("multi-line literal string", "text")];
            let named = named.into_iter().chain([("basic string", "text"), ("literal string", "text")]);
            named.fold(message.to_string(), |text, (theirs, ours)| text.replace(theirs, ours))
        }
    }
}

pub(super) fn unknown_key(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    section: &'static str,
    known: &'static str,
) -> ProblemError {
    let place = source.place(key.span().start);
    ProblemError::UnknownKey { place, key: key.get_ref().to_string(), section, known }
}

pub(super) fn table<'a, 'b>(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    value: &'b Value<'a>,
) -> Result<&'b DeTable<'a>, ProblemError> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(wrong_type(source, key.get_ref(), value, "a section of names")),
    }
}

pub(super) fn string(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    wanted: &'static str,
) -> Result<String, ProblemError> {
    match value.get_ref() {
        DeValue::String(text) if !text.is_empty() => Ok(text.to_string()),
        DeValue::String(_) => {
            let place = source.place(value.span().start);
            Err(ProblemError::WrongType { place, key: key.get_ref().to_string(), found: "empty".into(), wanted })
        }
        _ => Err(wrong_type(source, key.get_ref(), value, wanted)),
    }
}

/// A whole number from `least` on.
pub(super) fn count(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    least: i64,
) -> Result<usize, ProblemError> {
    let wanted = if least > 0 { "a whole number above zero" } else { "a whole number from zero on" };
    match entry_value(source, key.get_ref(), value, wanted)? {
        EntryValue::Integer(t) if t.shape.is_empty() && t.data[0] >= least => Ok(t.data[0] as usize),
        EntryValue::Integer(_) | EntryValue::Real(_) => Err(found(source, key, value, wanted)),
        _ => Err(wrong_type(source, key.get_ref(), value, wanted)),
    }
}

/// A positive real.
pub(super) fn positive(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>) -> Result<f64, ProblemError> {
    real(source, key, value, |number| number > 0.0, "a number above zero")
}

/// A real from zero on.
pub(super) fn not_negative(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>) -> Result<f64, ProblemError> {
    real(source, key, value, |number| number >= 0.0, "a number from zero on")
}

fn real(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    fits: impl Fn(f64) -> bool,
    wanted: &'static str,
) -> Result<f64, ProblemError> {
    let number = match entry_value(source, key.get_ref(), value, wanted)? {
        EntryValue::Integer(t) if t.shape.is_empty() => t.data[0] as f64,
        EntryValue::Real(t) if t.shape.is_empty() => t.data[0],
        _ => return Err(wrong_type(source, key.get_ref(), value, wanted)),
    };
    if fits(number) { Ok(number) } else { Err(found(source, key, value, wanted)) }
}

/// One of some words, each of which stands for something.
pub(super) fn word<T: Copy>(
    source: &ProblemText<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    words: &[(&str, T)],
    wanted: &'static str,
) -> Result<T, ProblemError> {
    let text = string(source, key, value, wanted)?;
    let meaning = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    meaning.ok_or_else(|| found(source, key, value, wanted))
}

/// The error for a value of the right type that cannot be.
pub(super) fn found(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>, wanted: &'static str) -> ProblemError {
    let text = match value.get_ref() {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        _ => "something else".into(),
    };
    let place = source.place(value.span().start);
    ProblemError::WrongType { place, key: key.get_ref().to_string(), found: text, wanted }
}
