//! Integers that data bind to: sizes and tables. What one of them is, is a type; its name only finds the data.

use super::{Index, IndexNode, Indices};
use std::fmt::{self, Display};

/// An integer that is known once data are bound.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Size(pub u32);

/// A read-only array of integers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Table(pub u32);

/// The kind of a size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SizeInfo {
    /// A number of the data: an `override`.
    Given {
        /// The name it binds by.
        name: String,
        /// It is known not to be negative (`u32`).
        unsigned: bool,
    },
    /// The number of rows of an array.
    Length {
        /// The name that the array, of reals or of integers, binds by.
        array: String,
        /// Numbers in a row.
        width: usize,
    },
    /// The row that a row-driven schedule ([`crate::sparsity::gather`]) runs for. It is for print: no data bind to it, and
    /// no kernel has it.
    Row,
}

/// A table and what it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableInfo {
    /// The name: data bind by it, others have it for print.
    pub name: String,
    /// Entries are known not to be negative (`u32`).
    pub unsigned: bool,
    /// The source of its entries.
    pub kind: TableKind,
}

/// The source of the entries of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TableKind {
    /// Data bind to it by name.
    Data,
    /// They are part of the program.
    Constant(Vec<i32>),
}

impl SizeInfo {
    /// The name of the data that it comes from.
    pub fn bound_name(&self) -> Option<&str> {
        match self {
            SizeInfo::Given { name, .. } | SizeInfo::Length { array: name, .. } => Some(name),
            SizeInfo::Row => None,
        }
    }

    /// Returns true if it is known not to be negative.
    pub fn is_unsigned(&self) -> bool {
        match self {
            SizeInfo::Given { unsigned, .. } => *unsigned,
            SizeInfo::Length { .. } | SizeInfo::Row => true,
        }
    }

    /// Returns true if it has this name in print, of those that a loop may have.
    pub(super) fn is_called(&self, text: &str) -> bool {
        match self {
            SizeInfo::Given { name, .. } => name == text,
            SizeInfo::Length { .. } => false,
            SizeInfo::Row => text == ROW,
        }
    }
}

/// The name of [`SizeInfo::Row`] in print.
const ROW: &str = "row";

impl Display for SizeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SizeInfo::Given { name, .. } => f.write_str(name),
            SizeInfo::Length { array, width: 1 } => write!(f, "len({array})"),
            SizeInfo::Length { array, width } => write!(f, "len({array}, {width})"),
            SizeInfo::Row => f.write_str(ROW),
        }
    }
}

impl TableInfo {
    /// The name of the data that it comes from.
    pub fn bound_name(&self) -> Option<&str> {
        match self.kind {
            TableKind::Data => Some(&self.name),
            TableKind::Constant(_) => None,
        }
    }
}

impl Indices {
    /// The sizes, in order of declaration.
    pub fn sizes(&self) -> &[SizeInfo] {
        &self.sizes
    }

    /// The tables, in order of declaration.
    pub fn tables(&self) -> &[TableInfo] {
        &self.tables
    }

    /// Returns true if a loop or a size has this name in print.
    pub fn is_taken(&self, name: &str) -> bool {
        self.loop_names.contains_key(name) || self.sizes.iter().any(|size| size.is_called(name))
    }

    /// Declares a size that is given and not negative, or finds it by name.
    pub fn size(&mut self, name: &str) -> Index {
        self.given(name, true)
    }

    /// Declares a size that is given and may be negative (`i32`), or finds it by name.
    pub fn signed_size(&mut self, name: &str) -> Index {
        self.given(name, false)
    }

    fn given(&mut self, name: &str, unsigned: bool) -> Index {
        let same = |size: &SizeInfo| matches!(size, SizeInfo::Given { name: own, .. } if own == name);
        let at = self.sizes.iter().position(same);
        self.declare(at, || SizeInfo::Given { name: name.to_string(), unsigned })
    }

    /// The number of rows of `width` numbers of an array.
    pub fn length(&mut self, array: &str, width: usize) -> Index {
        let same =
            |size: &SizeInfo| matches!(size, SizeInfo::Length { array: own, width: w } if own == array && *w == width);
        let at = self.sizes.iter().position(same);
        self.declare(at, || SizeInfo::Length { array: array.to_string(), width })
    }

    /// The row that a row-driven schedule runs for.
    pub(crate) fn row(&mut self) -> Index {
        let at = self.sizes.iter().position(|size| *size == SizeInfo::Row);
        self.declare(at, || SizeInfo::Row)
    }

    fn declare(&mut self, known: Option<usize>, size: impl FnOnce() -> SizeInfo) -> Index {
        let at = known.unwrap_or_else(|| {
            self.sizes.push(size());
            self.sizes.len() - 1
        });
        self.intern(IndexNode::Size(Size(at as u32)))
    }

    /// Gives all data that bind to tables and sizes other names; different ones stay different.
    pub(crate) fn rename_data(&mut self, name: &dyn Fn(&str) -> String) {
        for table in self.tables.iter_mut().filter(|table| table.kind == TableKind::Data) {
            table.name = name(&table.name);
        }
        for size in &mut self.sizes {
            match size {
                SizeInfo::Given { name: own, .. } | SizeInfo::Length { array: own, .. } => *own = name(own),
                SizeInfo::Row => {}
            }
        }
    }

    /// Declares a table that data bind to, or finds it by name.
    pub fn table(&mut self, name: &str, unsigned: bool) -> Table {
        let at = self.tables.iter().position(|table| table.bound_name() == Some(name)).unwrap_or_else(|| {
            self.tables.push(TableInfo { name: name.to_string(), unsigned, kind: TableKind::Data });
            self.tables.len() - 1
        });
        Table(at as u32)
    }

    /// The table of the numbers `0..length`.
    pub(super) fn numbers_below(&mut self, length: usize) -> Table {
        let kind = TableKind::Constant((0..length as i32).collect());
        let at = self.tables.iter().position(|table| table.kind == kind).unwrap_or_else(|| {
            self.tables.push(TableInfo { name: format!("an array of {length} elements"), unsigned: true, kind });
            self.tables.len() - 1
        });
        Table(at as u32)
    }
}
