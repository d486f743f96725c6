//! The numbers by which a picture is coloured.

use crate::error::Error;
use clap::ValueEnum;
use spadina::{Problem, System};
use spadina_pictures::scene::Geometry;

/// The numbers by which a picture is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    /// The way of each node from where it began.
    Displacement,
    /// The energy of each node: equal shares of those of its elements.
    Energy,
    /// (|F|² + |F⁻¹|²) / 2d of the elements around each node: one where only place and direction have changed.
    Distortion,
}

impl Color {
    /// Refuses numbers that a problem does not have, before any work.
    pub fn check(self, problem: &Problem) -> Result<(), Error> {
        let elements = problem.terms.iter().any(|term| term.over.is_some());
        if self == Color::Energy && !elements { Err(Error::Usage(NO_ELEMENTS)) } else { Ok(()) }
    }

    /// The numbers at the nodes of a geometry, with their name.
    pub fn values(self, geometry: &Geometry, system: &mut System) -> Result<(String, Vec<f64>), Error> {
        let vector = system.vector();
        Ok(match self {
            Color::Displacement => ("displacement".into(), geometry.displacements(&vector)),
            Color::Energy => {
                let energies = geometry.node_energies(system)?.ok_or(Error::Usage(NO_ELEMENTS))?;
                ("energy".into(), energies)
            }
            Color::Distortion => ("distortion".into(), geometry.distortions(&vector).at_nodes(geometry)),
        })
    }
}

/// The words for a geometry without elements.
const NO_ELEMENTS: &str =
    "--color energy: no term has elements (`over`) of the nodes that are drawn; leave it out, or take distortion";
