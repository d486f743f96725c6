//! Held and moved unknowns.

/// Held and moved unknowns, as entries of the global vector.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Pins {
    /// A flag for each unknown: it does not take part in the minimisation.
    pub held: Vec<bool>,
    /// The numbers and displacements of held unknowns that move; the others stay.
    pub moved: Vec<(usize, f64)>,
}
