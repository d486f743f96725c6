//! The shape of a result: files of the mesh, and pictures.

use crate::color::Color;
use crate::error::Error;
use crate::output::OutputFile;
use spadina::System;
use spadina::mesh::{VtkEncoding, write_obj, write_obj_map, write_ply, write_vtk};
use spadina_pictures::scene::{ElementValues, Geometry, Picture, Unfolded};
use std::io::Write;

/// The shape of a result, with its pictures.
pub struct Shown<'a> {
    geometry: &'a Geometry,
    /// The energies of the elements and their distortion.
    values: Vec<ElementValues>,
    picture: Vec<u8>,
    /// The surface in space with its checkerboard, where the result is a map to the plane.
    map: Option<(Unfolded<'a>, Vec<u8>)>,
}

impl<'a> Shown<'a> {
    /// The result that a system has now.
    pub fn of(geometry: &'a Geometry, system: &mut System, color: Option<Color>) -> Result<Shown<'a>, Error> {
        let vector = system.vector();
        let values = color.map(|color| color.values(geometry, system)).transpose()?;
        let picture = Picture { colored: true, values, ..Picture::default() }.draw(geometry, &vector)?.png()?;
        let map = Unfolded::of(geometry).map(|map| Ok::<_, Error>((map.draw(&vector)?.png()?, map)));
        let map = map.transpose()?.map(|(png, map)| (map, png));
        Ok(Shown { geometry, values: element_values(geometry, system)?, picture, map })
    }

    /// Adds the files of it, at a global vector.
    pub fn files<'f>(&'f self, vector: &'f [f64], files: &mut Vec<OutputFile<'f>>) {
        let geometry = self.geometry;
        files.push(vtk("spadina solve", geometry, vector, &self.values));
        if !geometry.triangles.is_empty() {
            files.push(OutputFile::new("mesh.obj", move |w| geometry.view(vector, true, |view| write_obj(w, view))));
            files.push(OutputFile::new("mesh.ply", move |w| geometry.view(vector, true, |view| write_ply(w, view))));
        }
        files.push(OutputFile::new("picture.png", |w| w.write_all(&self.picture)));
        if let Some((map, png)) = &self.map {
            let at = geometry.positions(vector);
            files.push(OutputFile::new("uv.obj", move |w| map.view(|view| write_obj_map(w, view, at))));
            files.push(OutputFile::new("uv.png", move |w| w.write_all(png)));
        }
    }
}

/// The most elements whose energies are written: the reference takes some microseconds for each.
const MOST: usize = 200_000;

/// The energies of the elements of a geometry, and their distortion.
pub fn element_values(geometry: &Geometry, system: &mut System) -> Result<Vec<ElementValues>, Error> {
    let count = geometry.lines.len() + geometry.triangles.len() + geometry.tetrahedra.len();
    let mut values = match count <= MOST {
        true => {
            let values = geometry.energies(system)?;
            tell_left_out(system, &values);
            values
        }
        false => {
            let text = format!("{count} elements are more than {MOST}: mesh.vtk is written without their energies");
            let _ = writeln!(std::io::stderr(), "note: {text}");
            Vec::new()
        }
    };
    values.push(geometry.distortions(&system.vector()));
    Ok(values)
}

/// The mesh of a result for other programs, `mesh.vtk`, with values at its elements.
pub fn vtk<'f>(
    title: &'f str,
    geometry: &'f Geometry,
    vector: &'f [f64],
    values: &'f [ElementValues],
) -> OutputFile<'f> {
    OutputFile::new("mesh.vtk", move |w| {
        geometry.view_with(vector, false, values, |view| write_vtk(w, view, title, VtkEncoding::Binary))
    })
}

/// Says which energies are not among the values of cells: those of nodes, hinges, quads and other stencils that are none.
fn tell_left_out(system: &System, values: &[ElementValues]) {
    let terms = system.problem().terms.iter().filter(|term| term.over.is_some());
    let names = terms.filter_map(|term| Some(term.path.file_stem()?.to_string_lossy().into_owned()));
    let mut names: Vec<String> =
        names.filter(|name| values.iter().all(|own| own.name != format!("energy of {name}"))).collect();
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let text = format!("mesh.vtk has no energies of {}: their elements are no cells of it", names.join(", "));
        let _ = writeln!(std::io::stderr(), "note: {text}");
    }
}
