//! `[mesh]`: a mesh that is read or made.

use super::entry::EntryValue;
use super::file::{MeshSection, MeshSource, ProblemFile};
use super::values::wrong_size;
use crate::problem::ProblemError;
use spadina_meshes::{Mesh, Shape};

impl ProblemFile {
    /// Reads or makes the mesh.
    pub(super) fn load_mesh(&self, section: &MeshSection) -> Result<Mesh, ProblemError> {
        let failed = |source| ProblemError::Mesh { place: section.place.clone(), source: Box::new(source) };
        match &section.source {
            MeshSource::File(file) => {
                let mesh = Mesh::read(self.resolve(file)).map_err(failed)?;
                mesh.check_memory().map_err(failed)?;
                Ok(mesh)
            }
            MeshSource::Generate { shape, cells, size } => {
                let cells = cells.as_ref().map(|cells| counts(cells, section)).transpose()?;
                let size = size.as_ref().map(|size| lengths(size, section)).transpose()?;
                let shape = Shape::named(shape, cells.as_deref(), size.as_deref()).map_err(failed)?;
                Mesh::generate(&shape).map_err(failed)
            }
        }
    }
}

fn counts(value: &EntryValue, section: &MeshSection) -> Result<Vec<usize>, ProblemError> {
    let refused = || wrong_size(&section.place, "cells", "whole numbers above zero, one for each axis");
    match value {
        EntryValue::Integer(t) => t.data.iter().map(|&n| usize::try_from(n).map_err(|_| refused())).collect(),
        _ => Err(refused()),
    }
}

fn lengths(value: &EntryValue, section: &MeshSection) -> Result<Vec<f64>, ProblemError> {
    match value {
        EntryValue::Real(t) => Ok(t.data.clone()),
        EntryValue::Integer(t) => Ok(t.data.iter().map(|&v| v as f64).collect()),
        _ => Err(wrong_size(&section.place, "size", "lengths above zero, one for each axis")),
    }
}
