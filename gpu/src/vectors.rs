//! The vectors of a problem on the device. They are ordinary buffers, which an application can bind in its own passes.

use crate::memory::real_bytes;
use crate::{Device, Error};
pub use spadina_core::backend::Lengths;
use spadina_core::kernel::Buffer;
use spadina_core::pattern::Csr;
use spadina_core::real::Precision;

/// The vectors of a problem: reals of one precision, one after another.
#[derive(Clone, Debug)]
pub struct Vectors {
    /// The precision of the reals.
    pub precision: Precision,
    /// The lengths of the vectors.
    pub lengths: Lengths,
    /// The unknowns, stacked.
    pub unknowns: wgpu::Buffer,
    /// The direction of a product with the Hessian.
    pub direction: wgpu::Buffer,
    /// The energy: one number.
    pub energy: wgpu::Buffer,
    /// The gradient: one number for each unknown.
    pub gradient: wgpu::Buffer,
    /// The values of the Hessian, in the order of its storage.
    pub hessian: wgpu::Buffer,
    /// The residual.
    pub residual: wgpu::Buffer,
    /// The values of the Jacobian, in the order of its storage.
    pub jacobian: wgpu::Buffer,
    /// The product of the Hessian with the direction.
    pub product: wgpu::Buffer,
}

impl Vectors {
    /// Vectors of zeros. All have usages `STORAGE`, `COPY_SRC` and `COPY_DST`.
    pub fn new(device: &Device, precision: Precision, lengths: Lengths) -> Result<Self, Error> {
        device.check(precision)?;
        let vector = |what: &str, count: usize| device.storage(what, count, real_bytes(precision));
        let Lengths { unknowns, hessian, residual, jacobian } = lengths;
        Ok(Self {
            precision,
            lengths,
            unknowns: vector("unknowns", unknowns)?,
            direction: vector("direction", unknowns)?,
            energy: vector("energy", 1)?,
            gradient: vector("gradient", unknowns)?,
            hessian: vector("values of the Hessian", hessian)?,
            residual: vector("residual", residual)?,
            jacobian: vector("values of the Jacobian", jacobian)?,
            product: vector("product", unknowns)?,
        })
    }

    /// Returns true if these are the same buffers, with the same precision and lengths.
    pub(crate) fn are(&self, others: &Self) -> bool {
        let all = |own: &Self| {
            let Self { unknowns, direction, energy, gradient, hessian, residual, jacobian, product, .. } = own;
            [unknowns, direction, energy, gradient, hessian, residual, jacobian, product].map(Clone::clone)
        };
        (self.precision, self.lengths) == (others.precision, others.lengths) && all(self) == all(others)
    }

    /// A vector that outputs add to, with its length.
    pub(crate) fn target(&self, buffer: Buffer) -> (&wgpu::Buffer, usize) {
        match buffer {
            Buffer::Energy => (&self.energy, 1),
            Buffer::Gradient => (&self.gradient, self.lengths.unknowns),
            Buffer::Hessian => (&self.hessian, self.lengths.hessian),
            Buffer::Residual => (&self.residual, self.lengths.residual),
            Buffer::Jacobian => (&self.jacobian, self.lengths.jacobian),
            Buffer::Product => (&self.product, self.lengths.unknowns),
        }
    }
}

/// A sparsity pattern on the device: with the values of [`Vectors`], compressed rows.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// For each row the number of its first entry, and at the end the number of entries: `u32`.
    pub row_ptr: wgpu::Buffer,
    /// The column of each entry, ascending in each row: `u32`.
    pub col_idx: wgpu::Buffer,
}

impl Pattern {
    /// Uploads a pattern.
    pub fn new(device: &Device, pattern: &Csr) -> Result<Self, Error> {
        let starts: Result<Vec<u32>, _> = pattern.row_ptr.iter().map(|&start| u32::try_from(start)).collect();
        let starts = starts.map_err(|_| Error::Limit {
            what: "a sparsity pattern".into(),
            wanted: pattern.nonzeros() as u64,
            limit: "u32",
            allowed: u32::MAX.into(),
        })?;
        Ok(Self {
            row_ptr: device.words("beginnings of rows", &starts)?,
            col_idx: device.words("columns", &pattern.col_idx)?,
        })
    }
}
