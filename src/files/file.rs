//! The problem file: TOML to a typed [`ProblemFile`], in the order of the file, with the place of everything.

use super::entry::{Entry, EntryValue};
use super::keys::{Key, Value, string, syntax, table, unknown_key};
use super::simulate::{SimulateSection, simulate};
use super::singular::SingularKeys;
use super::solve::{SolveSection, solve};
use super::text::{ProblemText, read_text};
use super::values::{entry_value, wrong_type};
use crate::problem::{BindTarget, NEED_TERM, NEED_UNKNOWN, Place, ProblemError, Section, check_names};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The largest problem file that is read: 64 MiB, most of it numbers.
const MAX_PROBLEM: u64 = 64 << 20;

/// A problem file as it stands, before any file that it names is read.
#[derive(Clone, PartialEq, Debug)]
pub struct ProblemFile {
    /// The file.
    pub path: Arc<Path>,
    /// The mesh, if there is one.
    pub mesh: Option<MeshSection>,
    /// `[unknowns]`, in order.
    pub unknowns: Vec<Entry>,
    /// `[arrays]`, in order.
    pub arrays: Vec<Entry>,
    /// `[indices]`, in order.
    pub indices: Vec<Entry>,
    /// `[[terms]]`, in order.
    pub terms: Vec<TermEntry>,
    /// `singular` and `epsilon`.
    pub singular: SingularKeys,
    /// `[solve]`: how to minimise.
    pub solve: SolveSection,
    /// `[simulate]`: how to step through time.
    pub simulate: Option<SimulateSection>,
}

/// `[mesh]`.
#[derive(Clone, PartialEq, Debug)]
pub struct MeshSection {
    /// The source of the mesh.
    pub source: MeshSource,
    /// The start of the section.
    pub place: Place,
}

/// The source of a mesh.
#[derive(Clone, PartialEq, Debug)]
pub enum MeshSource {
    /// A file, relative to the problem file.
    File(String),
    /// A shape with so many cells and of such a size along each axis.
    Generate {
        /// `box`, `grid`, `sphere`, `ball`, `torus` or `cloth`.
        shape: String,
        /// Cells along each axis.
        cells: Option<EntryValue>,
        /// Extent along each axis.
        size: Option<EntryValue>,
    },
}

/// One of `[[terms]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct TermEntry {
    /// The file of the energy or residual, relative to the problem file.
    pub file: String,
    /// True if it is a residual.
    pub residual: bool,
    /// The index array of the stencils.
    pub over: Option<String>,
    /// The parameters that are bound, with their targets.
    pub bind: Vec<(String, BindTarget)>,
    /// `singular` and `epsilon`.
    pub singular: SingularKeys,
    /// The start of the term.
    pub place: Place,
    /// The place of the file's name.
    pub file_place: Place,
    /// The place of the value of `over`.
    pub over_place: Place,
}

impl ProblemFile {
    /// Reads a problem file. The files it names are not touched.
    pub fn read(path: impl AsRef<Path>) -> Result<ProblemFile, ProblemError> {
        let path: Arc<Path> = path.as_ref().into();
        let text = read_text(&path, MAX_PROBLEM)?;
        ProblemFile::parse(path, &text)
    }

    /// Reads the text of a problem file; `path` is for messages and for the folder of the files it names.
    pub fn parse(path: impl Into<Arc<Path>>, text: &str) -> Result<ProblemFile, ProblemError> {
        let path: Arc<Path> = path.into();
        let source = &ProblemText::new(&path, text);
        let root = DeTable::parse(text).map_err(|e| syntax(source, &e))?;
        let mut file = ProblemFile {
            path: path.clone(),
            mesh: None,
            unknowns: Vec::new(),
            arrays: Vec::new(),
            indices: Vec::new(),
            terms: Vec::new(),
            singular: SingularKeys::default(),
            solve: SolveSection::default(),
            simulate: None,
        };
        for (key, value) in root.get_ref().iter() {
            match key.get_ref().as_ref() {
                "mesh" => file.mesh = Some(mesh(source, key, table(source, key, value)?)?),
                "unknowns" => file.unknowns = entries(source, key, value, WANT_UNKNOWN)?,
                "arrays" => file.arrays = entries(source, key, value, WANT_ARRAY)?,
                "indices" => file.indices = entries(source, key, value, WANT_INDEX)?,
                "terms" => file.terms = terms(source, value)?,
                "solve" => file.solve = solve(source, table(source, key, value)?)?,
                "simulate" => {
                    let place = source.place(key.span().start);
                    file.simulate = Some(simulate(source, table(source, key, value)?, place)?);
                }
                _ if file.singular.take(source, key, value)? => {}
                _ => return Err(unknown_key(source, key, "a problem file", SECTIONS)),
            }
        }
        file.check()?;
        Ok(file)
    }

    /// The path of a file that this one names.
    pub fn resolve(&self, file: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(file)
    }

    /// The problem file and the files that it names for its mesh, its data and its energies.
    pub fn inputs(&self) -> Vec<PathBuf> {
        let mesh = self.mesh.iter().filter_map(|mesh| match &mesh.source {
            MeshSource::File(file) => Some(file),
            MeshSource::Generate { .. } => None,
        });
        let entries = [&self.unknowns, &self.arrays, &self.indices].into_iter().flatten();
        let data = entries.filter_map(|entry| match &entry.value {
            EntryValue::File(file) => Some(file),
            _ => None,
        });
        let files = mesh.chain(data).chain(self.terms.iter().map(|term| &term.file));
        files.map(|file| self.resolve(file)).chain([self.path.to_path_buf()]).collect()
    }

    /// The place of the file as a whole.
    pub fn place(&self) -> Place {
        Place::File { path: self.path.clone(), line: 1, column: 1 }
    }

    fn check(&self) -> Result<(), ProblemError> {
        let missing = |what: &str, hint| ProblemError::Missing { place: self.place(), what: what.into(), hint };
        if self.unknowns.is_empty() {
            return Err(missing("[unknowns]", NEED_UNKNOWN));
        }
        if self.terms.is_empty() {
            return Err(missing("[[terms]]", NEED_TERM));
        }
        let sections =
            [(Section::Unknowns, &self.unknowns), (Section::Arrays, &self.arrays), (Section::Indices, &self.indices)];
        self.singular.check(self.terms.iter().map(|term| &term.singular))?;
        check_names(
            sections.iter().flat_map(|(section, list)| list.iter().map(|e| (*section, &*e.name, e.place.clone()))),
        )
    }
}

const SECTIONS: &str = "[mesh], [unknowns], [arrays], [indices], [[terms]], [solve], [simulate], singular, epsilon";
const MESH_KEYS: &str = "file, generate, cells, size";
const TERM_KEYS: &str = "energy, residual, over, bind, singular, epsilon";
const WANT_UNKNOWN: &str = "a .npy file, the name of an array, a number or a list of numbers";
const WANT_ARRAY: &str = "a .npy file, a number or a list of numbers";
const WANT_INDEX: &str = "a .npy file, a whole number or a list of whole numbers";

fn entries(
    source: &ProblemText<'_>,
    section: &Key<'_>,
    value: &Value<'_>,
    wanted: &'static str,
) -> Result<Vec<Entry>, ProblemError> {
    let mut list = Vec::new();
    for (key, value) in table(source, section, value)?.iter() {
        let name = key.get_ref().to_string();
        let content = entry_value(source, &name, value, wanted)?;
        if matches!(content, EntryValue::Name(_)) && wanted != WANT_UNKNOWN {
            return Err(wrong_type(source, &name, value, wanted));
        }
        let (place, value_place) = (source.place(key.span().start), source.place(value.span().start));
        list.push(Entry { name, value: content, place, value_place });
    }
    Ok(list)
}

fn mesh(source: &ProblemText<'_>, section: &Key<'_>, table: &DeTable<'_>) -> Result<MeshSection, ProblemError> {
    let (mut file, mut shape, mut cells, mut size) = (None, None, None, None);
    for (key, value) in table.iter() {
        let name = key.get_ref().as_ref();
        match name {
            "file" => file = Some(string(source, key, value, "the name of a mesh file")?),
            "generate" => shape = Some(string(source, key, value, "the name of a shape")?),
            "cells" => cells = Some(entry_value(source, name, value, "a list of whole numbers")?),
            "size" => size = Some(entry_value(source, name, value, "a list of numbers")?),
            _ => return Err(unknown_key(source, key, "[mesh]", MESH_KEYS)),
        }
    }
    let place = source.place(section.span().start);
    let origin = match (file, shape) {
        (Some(file), None) => MeshSource::File(file),
        (None, Some(shape)) => MeshSource::Generate { shape, cells, size },
        _ => {
            let what = "either `file` or `generate` of [mesh]".into();
            return Err(ProblemError::Missing { place, what, hint: "give one of them" });
        }
    };
    Ok(MeshSection { source: origin, place })
}

fn terms(source: &ProblemText<'_>, value: &Value<'_>) -> Result<Vec<TermEntry>, ProblemError> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err(wrong_type(source, "terms", value, "a list of terms, each headed [[terms]]"));
    };
    items.iter().map(|item| term(source, item)).collect()
}

fn term(source: &ProblemText<'_>, value: &Value<'_>) -> Result<TermEntry, ProblemError> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(wrong_type(source, "terms", value, "a term with an energy or a residual"));
    };
    let place = source.place(value.span().start);
    let (mut files, mut over, mut bind, mut singular) = ([None, None], None, Vec::new(), SingularKeys::default());
    for (key, value) in table.iter() {
        let start = || source.place(value.span().start);
        match key.get_ref().as_ref() {
            "energy" => files[0] = Some((string(source, key, value, "the name of a WGSL file")?, start())),
            "residual" => files[1] = Some((string(source, key, value, "the name of a WGSL file")?, start())),
            "over" => over = Some((string(source, key, value, "the name of an index array")?, start())),
            "bind" => bind = binds(source, key, value)?,
            _ if singular.take(source, key, value)? => {}
            _ => return Err(unknown_key(source, key, "[[terms]]", TERM_KEYS)),
        }
    }
    let (residual, (file, file_place)) = match files {
        [Some(energy), None] => (false, energy),
        [None, Some(residual)] => (true, residual),
        [Some(_), Some(_)] => return Err(ProblemError::Both { place }),
        [None, None] => {
            let what = "either `energy` or `residual` of [[terms]]".into();
            return Err(ProblemError::Missing { place, what, hint: "give the name of a WGSL file" });
        }
    };
    let (over, over_place) = over.map_or((None, place.clone()), |(name, at)| (Some(name), at));
    Ok(TermEntry { file, residual, over, bind, singular, place, file_place, over_place })
}

fn binds(
    source: &ProblemText<'_>,
    section: &Key<'_>,
    value: &Value<'_>,
) -> Result<Vec<(String, BindTarget)>, ProblemError> {
    const WANTED: &str = "\"array\" or \"array@table\"";
    let mut list = Vec::new();
    for (key, value) in table(source, section, value)?.iter() {
        let text = string(source, key, value, WANTED)?;
        let target = BindTarget::parse(&text, source.place(key.span().start));
        let table = target.table.as_deref();
        if target.array.is_empty() || table.is_some_and(|t| t.is_empty() || t.contains('@')) {
            let place = source.place(value.span().start);
            let (key, found) = (key.get_ref().to_string(), format!("{text:?}"));
            return Err(ProblemError::WrongType { place, key, found, wanted: WANTED });
        }
        list.push((key.get_ref().to_string(), target));
    }
    Ok(list)
}
