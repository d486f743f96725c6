//! The lines of a text whose items have as many numbers as the file says.

use crate::cursor::Cursor;
use crate::error::MeshError;

/// The way in which items (points, elements) are spread over the lines of a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Layout {
    /// A line for each.
    Lines,
    /// Over several lines each; the last may end in numbers that are not asked for.
    Spread,
    /// Number after number; lines mean nothing.
    Packed,
}

/// Reads a text in the first layout that fits all of it. If none does, the error is that of the first one, which knows
/// the lines.
pub(super) fn first_fit<T>(layouts: &[Layout], read: impl Fn(Layout) -> Result<T, MeshError>) -> Result<T, MeshError> {
    let [first, others @ ..] = layouts else { return read(Layout::Lines) };
    read(*first).or_else(|error| others.iter().find_map(|layout| read(*layout).ok()).ok_or(error))
}

impl Layout {
    /// The source of the next item: its line, or the whole text from there on.
    pub fn begin<'a>(self, source: &mut Cursor<'a>, wanted: &str) -> Result<Cursor<'a>, MeshError> {
        if self == Layout::Lines {
            return source.row(wanted);
        }
        source.skip_blank();
        if source.rest().is_empty() { Err(source.ends(wanted)) } else { Ok(*source) }
    }

    /// Goes on behind an item.
    pub fn end<'a>(self, source: &mut Cursor<'a>, mut item: Cursor<'a>) -> Result<(), MeshError> {
        match self {
            Layout::Lines => {}
            Layout::Packed => *source = item,
            Layout::Spread => {
                let mut row = item.rest_of_row();
                while !row.rest().is_empty() {
                    row.skip_blank();
                    if !row.rest().is_empty() {
                        row.real("a number")?;
                    }
                }
                *source = item;
            }
        }
        Ok(())
    }
}
