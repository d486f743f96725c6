//! Simple shapes by name.

use super::error::MeshError;
use super::memory::{check, needed};

/// A shape that [`Mesh::generate`](super::Mesh::generate) makes. Sizes are in any unit of length; elements have
/// positive volumes, surfaces face outward.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// A box of tetrahedra, six to a cell, from the origin to `size`. Nodes in C order: x slowest, z fastest.
    Box {
        /// Cells along x, y and z.
        cells: [usize; 3],
        /// Extents along x, y and z.
        size: [f64; 3],
    },
    /// A rectangle of triangles in 2 dimensions, two to a cell with alternating diagonals, from the origin to `size`.
    /// Nodes in C order: x slowest.
    Grid {
        /// Cells along x and y.
        cells: [usize; 2],
        /// Extents along x and y.
        size: [f64; 2],
    },
    /// The same in the plane z = 0 of 3 dimensions, around the origin.
    Cloth {
        /// Cells along x and y.
        cells: [usize; 2],
        /// Extents along x and y.
        size: [f64; 2],
    },
    /// The surface of a sphere around the origin: an icosahedron of which each triangle is cut into four, repeatedly.
    Sphere {
        /// The number of repetitions: there are 20 · 4^subdivisions triangles.
        subdivisions: usize,
        /// The radius.
        radius: f64,
    },
    /// A solid ball of tetrahedra around the origin: a cube of cells, made round.
    Ball {
        /// Cells along each axis of the cube. There is a node at the centre unless it is 1.
        cells: usize,
        /// The radius.
        radius: f64,
    },
    /// The surface of a ring around the z axis.
    Torus {
        /// Cells around the axis, at least 3.
        around: usize,
        /// Cells around the tube, at least 3.
        across: usize,
        /// From the axis to the middle of the tube.
        radius: f64,
        /// The radius of the tube, less than the other.
        tube: f64,
    },
}

impl Shape {
    /// A shape by its name, with counts and sizes in the order of its fields. What is not given is chosen:
    ///
    /// | name | cells | size |
    /// |---|---|---|
    /// | `box` | 4, 4, 4 | 1, 1, 1 |
    /// | `grid` | 8, 8 | 1, 1 |
    /// | `cloth` | 16, 16 | 1, 1 |
    /// | `sphere` | 3 (subdivisions) | 1 (radius) |
    /// | `ball` | 8 | 1 (radius) |
    /// | `torus` | 32 around, 16 across | 1, 0.4 (radius, radius of the tube) |
    ///
    /// # Errors
    /// A name that is not known, another number of counts or sizes, and whatever
    /// [`Mesh::generate`](super::Mesh::generate) would not accept.
    pub fn named(name: &str, cells: Option<&[usize]>, size: Option<&[f64]>) -> Result<Shape, MeshError> {
        let shape = match name {
            "box" => Shape::Box { cells: pick("box", cells, [4; 3])?, size: pick("box", size, [1.0; 3])? },
            "grid" => Shape::Grid { cells: pick("grid", cells, [8; 2])?, size: pick("grid", size, [1.0; 2])? },
            "cloth" => Shape::Cloth { cells: pick("cloth", cells, [16; 2])?, size: pick("cloth", size, [1.0; 2])? },
            "sphere" => {
                let ([subdivisions], [radius]) = (pick("sphere", cells, [3])?, pick("sphere", size, [1.0])?);
                Shape::Sphere { subdivisions, radius }
            }
            "ball" => {
                let ([cells], [radius]) = (pick("ball", cells, [8])?, pick("ball", size, [1.0])?);
                Shape::Ball { cells, radius }
            }
            "torus" => {
                let [around, across] = pick("torus", cells, [32, 16])?;
                let [radius, tube] = pick("torus", size, [1.0, 0.4])?;
                Shape::Torus { around, across, radius, tube }
            }
            _ => return Err(MeshError::UnknownShape { name: super::cursor::show(name.as_bytes()) }),
        };
        shape.check()?;
        Ok(shape)
    }

    /// The name of the shape, as in [`Shape::named`].
    pub fn name(&self) -> &'static str {
        match self {
            Shape::Box { .. } => "box",
            Shape::Grid { .. } => "grid",
            Shape::Cloth { .. } => "cloth",
            Shape::Sphere { .. } => "sphere",
            Shape::Ball { .. } => "ball",
            Shape::Torus { .. } => "torus",
        }
    }

    /// Checks that it can be made.
    pub(super) fn check(&self) -> Result<(), MeshError> {
        match *self {
            Shape::Box { cells, size } => self.check_numbers(&cells, 1, &size),
            Shape::Grid { cells, size } | Shape::Cloth { cells, size } => self.check_numbers(&cells, 1, &size),
            Shape::Sphere { subdivisions, radius } => self.check_numbers(&[subdivisions], 0, &[radius]),
            Shape::Ball { cells, radius } => self.check_numbers(&[cells], 1, &[radius]),
            Shape::Torus { around, across, radius, tube } => {
                self.check_numbers(&[around, across], 3, &[radius, tube])?;
                let fits = tube < radius;
                let message = || format!("a radius of the tube below the other, {radius}, is wanted, found {tube}");
                if fits { Ok(()) } else { Err(self.wrong(message())) }
            }
        }?;
        let most = super::cursor::MAX_POINTS;
        let many = || self.wrong(format!("at most {most} nodes are wanted: take fewer cells"));
        self.nodes().filter(|&nodes| nodes <= most).map(|_| ()).ok_or_else(many)
    }

    /// Checks that it fits into memory, with the tables of its elements.
    pub(super) fn check_memory(&self) -> Result<(), MeshError> {
        let nodes = self.nodes().unwrap_or(usize::MAX) as u64;
        let (triangles, tetrahedra) = self.elements();
        let needed = needed(nodes, triangles, tetrahedra);
        let (count, kind) = if tetrahedra > 0 { (tetrahedra, "tetrahedra") } else { (triangles, "triangles") };
        let what = || format!("shape `{}` of {nodes} nodes and {count} {kind}", self.name());
        check(needed, what, "take fewer cells")
    }

    /// The numbers of triangles and tetrahedra.
    fn elements(&self) -> (u64, u64) {
        let product = |counts: &[usize]| counts.iter().fold(1u64, |all, &count| all.saturating_mul(count as u64));
        match *self {
            Shape::Box { cells, .. } => (0, product(&cells).saturating_mul(6)),
            Shape::Ball { cells, .. } => (0, product(&[cells; 3]).saturating_mul(6)),
            Shape::Grid { cells, .. } | Shape::Cloth { cells, .. } => (product(&cells).saturating_mul(2), 0),
            Shape::Sphere { subdivisions, .. } => (20u64.saturating_mul(4u64.saturating_pow(subdivisions as u32)), 0),
            Shape::Torus { around, across, .. } => (product(&[around, across]).saturating_mul(2), 0),
        }
    }

    fn check_numbers(&self, cells: &[usize], least: usize, size: &[f64]) -> Result<(), MeshError> {
        if let Some(few) = cells.iter().find(|&&count| count < least) {
            return Err(self.wrong(format!("cells of at least {least} are wanted, found {few}")));
        }
        match size.iter().find(|length| !(length.is_finite() && **length > 0.0)) {
            Some(length) => Err(self.wrong(format!("sizes that are positive and finite are wanted, found {length}"))),
            None => Ok(()),
        }
    }

    fn wrong(&self, message: String) -> MeshError {
        MeshError::Shape { name: self.name(), message }
    }

    /// The number of nodes; none if it does not fit.
    fn nodes(&self) -> Option<usize> {
        let product =
            |cells: &[usize]| cells.iter().try_fold(1usize, |all, &count| all.checked_mul(count.checked_add(1)?));
        match *self {
            Shape::Box { cells, .. } => product(&cells),
            Shape::Grid { cells, .. } | Shape::Cloth { cells, .. } => product(&cells),
            Shape::Sphere { subdivisions, .. } => {
                let quarters = 4usize.checked_pow(u32::try_from(subdivisions).ok()?)?;
                quarters.checked_mul(10)?.checked_add(2)
            }
            Shape::Ball { cells, .. } => product(&[cells; 3]),
            Shape::Torus { around, across, .. } => around.checked_mul(across),
        }
    }
}

/// The numbers given, or the others if there are none.
fn pick<T: Copy, const N: usize>(name: &'static str, given: Option<&[T]>, chosen: [T; N]) -> Result<[T; N], MeshError> {
    let Some(given) = given else {
        return Ok(chosen);
    };
    given.try_into().map_err(|_| {
        let kind = if std::any::type_name::<T>() == "usize" { "cells" } else { "size" };
        let s = if N == 1 { " is" } else { "s are" };
        MeshError::Shape { name, message: format!("`{kind}`: {N} number{s} wanted, found {}", given.len()) }
    })
}
