//! The uniform of a kernel's shader: two numbers that WGSL has no literal for, then 32-bit words.

use spadina_core::kernel::Kernel;

/// The value of the outermost variable in the first invocation.
pub(crate) const FIRST: usize = 0;
/// The number of invocations that have an iteration.
pub(crate) const COUNT: usize = 1;
/// Invocations in a row of the two-dimensional grid.
pub(crate) const GRID: usize = 2;
/// Zero, which no compiler knows.
pub(crate) const NEVER: usize = 3;
/// The number of the first invocation's iteration in the outermost loop, from zero.
pub(crate) const ITERATION: usize = 4;
/// The place of the first invocation's energy.
pub(crate) const ENERGY: usize = 5;
/// The place of the sums that a prelude stores.
pub(crate) const STORED: usize = 6;
/// The words before those of arrays.
const FIXED: usize = 7;

/// Bytes before the words: infinity and NaN, padded.
pub(crate) const HEAD: usize = 16;

/// Which word says what about arrays, tables, sizes and regions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    arrays: usize,
    tables: usize,
    sizes: usize,
    regions: usize,
}

impl Words {
    pub fn of(kernel: &Kernel) -> Self {
        let indices = &kernel.graph.indices;
        let (arrays, tables) = (kernel.graph.arrays().len(), indices.tables().len());
        Self { arrays, tables, sizes: indices.sizes().len(), regions: kernel.regions.len() }
    }

    /// The place of an array's first entry in its buffer; the next word is its length.
    pub fn array(self, array: usize) -> usize {
        FIXED + 2 * array
    }

    /// The place of a table's first entry; the next word is its length.
    pub fn table(self, table: usize) -> usize {
        self.array(self.arrays) + 2 * table
    }

    /// A size.
    pub fn size(self, size: usize) -> usize {
        self.table(self.tables) + size
    }

    /// The place of a region's numbers in the staging buffer, or of its slots; the next words are the number of the first
    /// record there, and the place among the tables of the numbers of each iteration's first record. Of the outermost loop of
    /// a row-driven kernel the next words are instead where the lists of elements begin and where they are.
    pub fn region(self, region: usize) -> usize {
        self.size(self.sizes) + 3 * region
    }

    /// Words in all.
    pub fn len(self) -> usize {
        self.region(self.regions)
    }

    /// Vectors of four words in all.
    pub fn vectors(self) -> usize {
        self.len().div_ceil(4)
    }
}

/// A word in WGSL.
pub(crate) fn wgsl(word: usize) -> String {
    format!("params.words[{}].{}", word / 4, ["x", "y", "z", "w"][word % 4])
}
