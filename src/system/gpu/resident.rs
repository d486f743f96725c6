//! A problem as it is on the device: buffers that an application can bind, and evaluations that it can encode.

use spadina_core::pattern::Csr;
use spadina_gpu::solver::Matrix;
use spadina_gpu::{Bound, Device, Pattern, Schedule, Vectors};

/// What was bound.
pub struct Buffers {
    pub vectors: Vectors,
    /// The pattern of the Hessian as it is stored, on the device and here, with the edge length of its blocks.
    pub pattern: Option<(Pattern, Csr, usize)>,
    /// By mode.
    pub evaluables: [Bound; 3],
}

impl Buffers {
    pub fn resident<'a>(&'a self, device: &'a Device, schedules: &'a [Schedule]) -> Resident<'a> {
        let [value, gradient, hessian] = &self.evaluables;
        Resident { device, vectors: &self.vectors, value, gradient, hessian, buffers: self, schedules }
    }
}

/// A problem on its device.
///
/// The evaluations are encoded in the application's own command encoder ([`Bound::encode`]), among its passes; they read
/// [`Vectors::unknowns`] and set the other vectors. Connectivity, patterns, numbers of arrays and the unknowns as they were when
/// the problem was bound have been uploaded. After [`set_indices`](crate::System::set_indices) and the like the buffers are
/// others: ask for them again.
#[derive(Clone, Copy)]
pub struct Resident<'a> {
    /// The device.
    pub device: &'a Device,
    /// Unknowns, energy, gradient, values of the Hessian: ordinary buffers, which can be bound and drawn in place.
    pub vectors: &'a Vectors,
    /// Sets the energy.
    pub value: &'a Bound,
    /// Sets energy and gradient.
    pub gradient: &'a Bound,
    /// Sets energy, gradient and Hessian, which is projected if the options say so.
    pub hessian: &'a Bound,
    buffers: &'a Buffers,
    schedules: &'a [Schedule],
}

impl Resident<'_> {
    /// The pattern of the Hessian's storage: beginnings of rows and columns; nothing for a storage of the caller's own.
    pub fn pattern(&self) -> Option<&Pattern> {
        self.buffers.pattern.as_ref().map(|(pattern, ..)| pattern)
    }

    /// The same on the host.
    pub fn host_pattern(&self) -> Option<&Csr> {
        self.buffers.pattern.as_ref().map(|(_, pattern, _)| pattern)
    }

    /// The Hessian as the solver takes it: `None` for a storage of the caller's own. The solver needs both triangles.
    pub fn matrix(&self) -> Option<Matrix<'_>> {
        let (pattern, csr, block) = self.buffers.pattern.as_ref()?;
        Some(Matrix {
            row_ptr: &pattern.row_ptr,
            col_idx: &pattern.col_idx,
            values: &self.vectors.hessian,
            block: *block as u32,
            rows: csr.rows(),
            blocks: csr.nonzeros(),
            pattern: Some(csr),
        })
    }

    /// Gives the unknowns values, all of them, one after another; displacements, if the system has these
    /// ([`displacements`](super::GpuOptions::displacements)).
    pub fn set_unknowns(&self, values: &[f64]) -> Result<(), spadina_gpu::Error> {
        self.device.write(&self.vectors.unknowns, self.vectors.precision, 0, values)
    }

    /// The unknowns as they are now. Blocks.
    pub fn unknowns(&self) -> Result<Vec<f64>, spadina_gpu::Error> {
        let Vectors { unknowns, lengths, precision, .. } = self.vectors;
        let read = self.device.read(*precision, &[(unknowns, lengths.unknowns)])?;
        Ok(read.into_iter().flatten().collect())
    }

    /// How the kernels of the Hessian are assembled, one after another.
    pub fn schedules(&self) -> Vec<Schedule> {
        self.schedules.to_vec()
    }

    /// How many passes over the staging buffer the evaluations of value, gradient and Hessian take.
    pub fn passes(&self) -> [usize; 3] {
        [self.value, self.gradient, self.hessian].map(Bound::passes)
    }
}
