//! A problem as it is on the device: buffers that an application can bind, and evaluations that it can encode.

use super::stored::StoredPattern;
use crate::solver::Matrix;
use crate::{BoundEvaluation, Device, Error, Pattern, Schedule, Vectors};
use spadina_core::pattern::Csr;

/// A problem on its device.
///
/// The evaluations are encoded in the application's own command encoder ([`BoundEvaluation::encode`]), among its passes; they read
/// [`Vectors::unknowns`] and set the other vectors. Connectivity, patterns, numbers of arrays and the unknowns as they were when
/// the problem was bound have been uploaded. After a change of connectivity the buffers are
/// others: ask for them again.
#[derive(Clone, Copy, Debug)]
pub struct Resident<'a> {
    /// The device.
    pub device: &'a Device,
    /// Unknowns, energy, gradient, values of the Hessian: ordinary buffers, which can be bound and drawn in place.
    pub vectors: &'a Vectors,
    /// Sets the energy.
    pub value: &'a BoundEvaluation,
    /// Sets energy and gradient.
    pub gradient: &'a BoundEvaluation,
    /// Sets energy, gradient and Hessian, which is projected if the options say so.
    pub hessian: &'a BoundEvaluation,
    /// The pattern of the Hessian as it is stored.
    pattern: Option<&'a StoredPattern>,
    schedules: &'a [Schedule],
}

impl<'a> Resident<'a> {
    pub(super) fn new(
        [value, gradient, hessian]: [&'a BoundEvaluation; 3],
        (device, vectors): (&'a Device, &'a Vectors),
        pattern: Option<&'a StoredPattern>,
        schedules: &'a [Schedule],
    ) -> Self {
        Self { device, vectors, value, gradient, hessian, pattern, schedules }
    }

    /// The pattern of the Hessian's storage: beginnings of rows and columns; nothing for a storage of the caller's own.
    pub fn pattern(&self) -> Option<&Pattern> {
        self.pattern.map(StoredPattern::on_device)
    }

    /// The same on the host.
    pub fn host_pattern(&self) -> Option<&Csr> {
        self.pattern.map(StoredPattern::on_host)
    }

    /// The Hessian as the solver takes it, with both triangles: `None` for a storage that has one of them, or is the caller's
    /// own. The layouts for it are compressed rows and blocks with both triangles.
    pub fn matrix(&self) -> Option<Matrix<'_>> {
        self.pattern?.matrix(&self.vectors.hessian)
    }

    /// Gives the unknowns values, all of them, one after another; displacements, if the kernels
    /// are those of displacements. Another number of values is refused.
    pub fn set_unknowns(&self, values: &[f64]) -> Result<(), Error> {
        let (wanted, given) = (self.vectors.lengths.unknowns, values.len());
        if given != wanted {
            return Err(Error::System { what: "values of unknowns", wanted, given });
        }
        self.device.write(&self.vectors.unknowns, self.vectors.precision, 0, values)
    }

    /// The unknowns as they are now. Blocks.
    pub fn unknowns(&self) -> Result<Vec<f64>, Error> {
        let Vectors { unknowns, lengths, precision, .. } = self.vectors;
        let read = self.device.read(*precision, &[(unknowns, lengths.unknowns)])?;
        Ok(read.into_iter().flatten().collect())
    }

    /// The schedules of the Hessian's kernels, one after another.
    pub fn schedules(&self) -> Vec<Schedule> {
        self.schedules.to_vec()
    }

    /// The number of passes over the staging buffer in the evaluations of value, gradient and Hessian.
    pub fn passes(&self) -> [usize; 3] {
        [self.value, self.gradient, self.hessian].map(BoundEvaluation::passes)
    }
}
