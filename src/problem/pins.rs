//! What of the unknowns is held or moved.

/// What is held and what is moved, as entries of the global vector.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Pins {
    /// A flag for each unknown: it does not take part in the minimisation.
    pub held: Vec<bool>,
    /// Where held unknowns go, by number and displacement; those that are not named stay.
    pub moved: Vec<(usize, f64)>,
}
