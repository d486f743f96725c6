//! The interface between compiled code and its caller.

use spadina_core::kernel::Buffer;
use std::mem::offset_of;

/// Everything a kernel reads and writes, but for what is the caller's own: range, cursors and frame. `T` is the lane's
/// real behind the untyped pointers.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Context {
    /// `*const *const T`: by array, its entries; at least one each.
    pub arrays: *const *const u8,
    /// By array, the number of its entries.
    pub array_lengths: *const i64,
    /// `*const *const T`: by array, the direction of a product; at least one entry each.
    pub seeds: *const *const u8,
    /// By array, the number of entries of its direction.
    pub seed_lengths: *const i64,
    /// By table, its entries; at least one each.
    pub tables: *const *const i32,
    /// By table, the number of its entries.
    pub table_lengths: *const i64,
    /// The sizes.
    pub sizes: *const i64,
    /// `*mut T`: gradient, Hessian, residual, Jacobian, product.
    pub buffers: [*mut u8; BUFFERS],
}

/// Buffers a kernel may write.
pub(crate) const BUFFERS: usize = 5;

/// The position of a buffer in [`Context::buffers`]; the energy has none.
pub(crate) fn buffer_number(buffer: Buffer) -> Option<usize> {
    match buffer {
        Buffer::Energy => None,
        Buffer::Gradient => Some(0),
        Buffer::Hessian => Some(1),
        Buffer::Residual => Some(2),
        Buffer::Jacobian => Some(3),
        Buffer::Product => Some(4),
    }
}

/// The kernel: context, first and one past the last value of the outermost variable, for each region the address of
/// its first record, the frame. Returns the energy of the range.
///
/// A kernel that runs several iterations side by side takes as many in every round, `step` apart: a range of so many, one
/// apart, or the same one in each, with a record for each in either case.
pub(crate) type Entry =
    unsafe extern "C" fn(*const Context, i64, i64, cursors: *const *const u32, frame: *mut u64, step: i64) -> f64;

/// A field of [`Context`], by its byte offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Field(pub i32);

impl Field {
    pub const ARRAYS: Field = Field(offset_of!(Context, arrays) as i32);
    pub const ARRAY_LENGTHS: Field = Field(offset_of!(Context, array_lengths) as i32);
    pub const SEEDS: Field = Field(offset_of!(Context, seeds) as i32);
    pub const SEED_LENGTHS: Field = Field(offset_of!(Context, seed_lengths) as i32);
    pub const TABLES: Field = Field(offset_of!(Context, tables) as i32);
    pub const TABLE_LENGTHS: Field = Field(offset_of!(Context, table_lengths) as i32);
    pub const SIZES: Field = Field(offset_of!(Context, sizes) as i32);

    /// The pointer to a buffer.
    pub fn buffer(number: usize) -> Field {
        Field((offset_of!(Context, buffers) + number * size_of::<*mut u8>()) as i32)
    }
}
