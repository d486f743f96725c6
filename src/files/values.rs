//! Values of a problem file: file names, array names, numbers and lists of numbers.

use super::entry::EntryValue;
use super::text::ProblemText;
use crate::npy::MAX_RANK;
use crate::problem::{Place, ProblemError, is_file};
use crate::tensor::{Shape, Tensor};
use toml::Spanned;
use toml::de::{DeArray, DeFloat, DeInteger, DeValue};

/// The value of an entry of [unknowns], [arrays] or [indices].
pub(super) fn entry_value(
    source: &ProblemText<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    wanted: &'static str,
) -> Result<EntryValue, ProblemError> {
    match value.get_ref() {
        DeValue::String(text) if is_file(text) => Ok(EntryValue::File(text.to_string())),
        DeValue::String(text) => Ok(EntryValue::Name(text.to_string())),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Array(_) => {
            let mut numbers = Numbers { source, name, data: Vec::new(), real: false };
            let shape = numbers.read(value, 0)?;
            Ok(numbers.finish(shape))
        }
        _ => Err(wrong_type(source, name, value, wanted)),
    }
}

/// The error for a value of another type.
pub(super) fn wrong_type(
    source: &ProblemText<'_>,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    wanted: &'static str,
) -> ProblemError {
    let place = source.place(value.span().start);
    ProblemError::WrongType { place, key: key.into(), found: kind(value.get_ref()).into(), wanted }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A number as written.
#[derive(Clone, Copy)]
enum Number {
    Integer(i64),
    Real(f64),
}

/// The numbers of one value as they are found.
struct Numbers<'a> {
    source: &'a ProblemText<'a>,
    name: &'a str,
    data: Vec<Number>,
    real: bool,
}

impl Numbers<'_> {
    /// Reads a number or a list and returns its shape. The depth is bounded by the rank.
    fn read(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Vec<usize>, ProblemError> {
        let offset = value.span().start;
        match value.get_ref() {
            DeValue::Integer(text) => {
                let number = self.integer(text, offset)?;
                self.data.push(Number::Integer(number));
                Ok(Vec::new())
            }
            DeValue::Float(text) => {
                let number = self.real(text, offset)?;
                self.real = true;
                self.data.push(Number::Real(number));
                Ok(Vec::new())
            }
            DeValue::Array(_) if depth == MAX_RANK => {
                Err(ProblemError::Rank { place: self.source.place(offset), name: self.name.into() })
            }
            DeValue::Array(items) => self.list(items, depth),
            _ => Err(wrong_type(self.source, self.name, value, "a list of numbers")),
        }
    }

    fn list(&mut self, items: &DeArray<'_>, depth: usize) -> Result<Vec<usize>, ProblemError> {
        let mut inner: Option<Vec<usize>> = None;
        for item in items.iter() {
            let shape = self.read(item, depth + 1)?;
            match &inner {
                Some(wanted) if *wanted != shape => {
                    return Err(ProblemError::Ragged {
                        place: self.source.place(item.span().start),
                        name: self.name.into(),
                        wanted: Shape(wanted).to_string(),
                        found: Shape(&shape).to_string(),
                    });
                }
                _ => inner = Some(shape),
            }
        }
        let mut shape = vec![items.len()];
        shape.extend(inner.unwrap_or_default());
        Ok(shape)
    }

    fn integer(&self, text: &DeInteger<'_>, offset: usize) -> Result<i64, ProblemError> {
        i64::from_str_radix(text.as_str(), text.radix())
            .map_err(|_| ProblemError::NumberRange { place: self.source.place(offset), text: text.to_string() })
    }

    fn real(&self, text: &DeFloat<'_>, offset: usize) -> Result<f64, ProblemError> {
        match text.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(ProblemError::NumberRange { place: self.source.place(offset), text: text.to_string() }),
        }
    }

    fn finish(self, shape: Vec<usize>) -> EntryValue {
        if self.real {
            let real = |number: &Number| match *number {
                Number::Integer(i) => i as f64,
                Number::Real(r) => r,
            };
            EntryValue::Real(Tensor { shape, data: self.data.iter().map(real).collect() })
        } else {
            let integer = |number: &Number| match *number {
                Number::Integer(i) => i,
                Number::Real(r) => r as i64,
            };
            EntryValue::Integer(Tensor { shape, data: self.data.iter().map(integer).collect() })
        }
    }
}

/// The error for numbers that cannot be.
pub(super) fn wrong_size(place: &Place, key: &str, wanted: &'static str) -> ProblemError {
    ProblemError::WrongType { place: place.clone(), key: key.into(), found: "something else".into(), wanted }
}
