//! Reads what a problem file names.

use super::entry::{Entry, EntryValue};
use super::file::{ProblemFile, TermEntry};
use super::text::read_text;
use crate::npy::{self, ArrayData};
use crate::problem::{Place, Problem, ProblemError, Section, Source, Term, list, no_such};
use crate::tensor::{Shape, Tensor};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The largest energy that is read: 16 MiB.
const MAX_ENERGY: u64 = 16 << 20;

type Named = (String, Tensor<f64>);

/// The origin of the numbers of an unknown.
#[derive(Clone, Copy)]
enum Origin<'a> {
    Array(&'a Tensor<f64>),
    Own(&'a Entry),
}

/// Reads the text of an energy or residual.
pub fn read_energy(path: &Path) -> Result<String, ProblemError> {
    read_text(path, MAX_ENERGY)
}

impl Problem {
    /// Reads a problem file and everything it names.
    pub fn read(path: impl AsRef<Path>) -> Result<Problem, ProblemError> {
        ProblemFile::read(path)?.load()
    }
}

impl ProblemFile {
    /// Reads the arrays and energies and checks that they go together.
    pub fn load(&self) -> Result<Problem, ProblemError> {
        // The texts first: they are small, and naming the wrong file is the commonest mistake.
        let terms = self.terms.iter().map(|t| self.load_term(t)).collect::<Result<_, _>>()?;
        let arrays: Vec<Named> =
            self.arrays.iter().map(|e| Ok((e.name.clone(), self.reals(e)?))).collect::<Result<_, _>>()?;
        let indices = self.indices.iter().map(|e| Ok((e.name.clone(), self.integers(e)?))).collect::<Result<_, _>>()?;
        let (places, references) = (self.places(), Vec::new());
        let mut loaded = Problem {
            unknowns: Vec::new(),
            arrays,
            indices,
            terms,
            singular: self.singular.policy()?,
            mesh: None,
            place: self.place(),
            places,
            references,
        };
        if let Some(section) = &self.mesh {
            loaded = loaded.with_mesh_at(self.load_mesh(section)?, &section.place);
        }
        self.unknowns.iter().for_each(|entry| loaded.give_way(&entry.name));
        loaded.unknowns = self.load_unknowns(&loaded.arrays)?;
        loaded.check()?;
        Ok(loaded)
    }

    fn places(&self) -> HashMap<(Section, String), Place> {
        let lists =
            [(Section::Unknowns, &self.unknowns), (Section::Arrays, &self.arrays), (Section::Indices, &self.indices)];
        let all = lists.into_iter().flat_map(|(section, entries)| entries.iter().map(move |e| (section, e)));
        all.map(|(section, e)| ((section, e.name.clone()), e.value_place.clone())).collect()
    }

    fn load_term(&self, entry: &TermEntry) -> Result<Term, ProblemError> {
        let path = self.resolve(&entry.file);
        let text = read_energy(&path).map_err(|source| match source {
            // The energy's own place says more than the term's.
            ProblemError::NotText { .. } => source,
            source => ProblemError::Energy { place: entry.file_place.clone(), source: Box::new(source) },
        })?;
        Ok(Term {
            path,
            source: Source::Text(text),
            residual: entry.residual,
            over: entry.over.clone(),
            bind: entry.bind.clone(),
            singular: entry.singular.of_term(&self.singular)?,
            place: entry.place.clone(),
            over_place: entry.over_place.clone(),
        })
    }

    fn load_unknowns(&self, arrays: &[Named]) -> Result<Vec<Named>, ProblemError> {
        let arrays: HashMap<&str, &Tensor<f64>> = arrays.iter().map(|(name, t)| (name.as_str(), t)).collect();
        let origins = self.origins(&arrays)?;
        let load = |entry: &Entry| {
            let value = match origins[entry.name.as_str()] {
                Origin::Array(tensor) => tensor.clone(),
                Origin::Own(origin) => self.reals(origin)?,
            };
            Ok((entry.name.clone(), value))
        };
        self.unknowns.iter().map(load).collect()
    }

    /// Follows names from unknown to unknown until there are numbers; each unknown is visited once.
    fn origins<'a>(
        &'a self,
        arrays: &HashMap<&str, &'a Tensor<f64>>,
    ) -> Result<HashMap<&'a str, Origin<'a>>, ProblemError> {
        let by_name: HashMap<&str, &Entry> = self.unknowns.iter().map(|e| (e.name.as_str(), e)).collect();
        let mut origins: HashMap<&str, Origin> = HashMap::new();
        for entry in &self.unknowns {
            let mut visited = HashSet::new();
            let mut at = entry;
            let origin = loop {
                if let Some(&known) = origins.get(at.name.as_str()) {
                    break known;
                }
                if !visited.insert(at.name.as_str()) {
                    let (place, name) = (entry.value_place.clone(), entry.name.clone());
                    return Err(ProblemError::Cycle { place, name });
                }
                let EntryValue::Name(name) = &at.value else { break Origin::Own(at) };
                if let Some(&tensor) = arrays.get(name.as_str()) {
                    break Origin::Array(tensor);
                }
                at = by_name.get(name.as_str()).ok_or_else(|| self.no_array(name, at))?;
            };
            origins.extend(visited.into_iter().map(|name| (name, origin)));
        }
        Ok(origins)
    }

    fn no_array(&self, name: &str, entry: &Entry) -> ProblemError {
        let others = self.unknowns.iter().filter(|e| e.name != entry.name);
        let known = list(self.arrays.iter().chain(others).map(|e| e.name.as_str()));
        no_such(name, "array or unknown (files end in .npy)", known, &entry.value_place)
    }

    fn read_array(&self, entry: &Entry, file: &str) -> Result<ArrayData, ProblemError> {
        npy::read(&self.resolve(file)).map_err(|source| ProblemError::Array {
            place: entry.value_place.clone(),
            name: entry.name.clone(),
            source: Box::new(source),
        })
    }

    pub(super) fn reals(&self, entry: &Entry) -> Result<Tensor<f64>, ProblemError> {
        let real =
            |t: &Tensor<i64>| Tensor { shape: t.shape.clone(), data: t.data.iter().map(|&v| v as f64).collect() };
        match &entry.value {
            EntryValue::File(file) => match self.read_array(entry, file)? {
                ArrayData::Real(t) => Ok(t),
                ArrayData::Integer(t) | ArrayData::Boolean(t) => Ok(real(&t)),
            },
            EntryValue::Real(t) => Ok(t.clone()),
            EntryValue::Integer(t) => Ok(real(t)),
            EntryValue::Name(name) => Err(self.no_array(name, entry)),
        }
    }

    fn integers(&self, entry: &Entry) -> Result<Tensor<i32>, ProblemError> {
        let refuse = |shape: &[usize]| ProblemError::RealIndices {
            place: entry.value_place.clone(),
            name: entry.name.clone(),
            shape: Shape(shape).to_string(),
        };
        match &entry.value {
            EntryValue::File(file) => match self.read_array(entry, file)? {
                ArrayData::Integer(t) | ArrayData::Boolean(t) => narrow(entry, &t),
                // NumPy's empty arrays hold reals unless told otherwise.
                ArrayData::Real(t) if t.data.is_empty() => Ok(Tensor { shape: t.shape, data: Vec::new() }),
                ArrayData::Real(t) => Err(refuse(&t.shape)),
            },
            EntryValue::Integer(t) => narrow(entry, t),
            EntryValue::Real(t) => Err(refuse(&t.shape)),
            EntryValue::Name(name) => Err(self.no_array(name, entry)),
        }
    }
}

fn narrow(entry: &Entry, wide: &Tensor<i64>) -> Result<Tensor<i32>, ProblemError> {
    let mut data = Vec::with_capacity(wide.data.len());
    for (flat, &value) in wide.data.iter().enumerate() {
        data.push(i32::try_from(value).map_err(|_| ProblemError::IntegerRange {
            place: entry.value_place.clone(),
            name: entry.name.clone(),
            shape: Shape(&wide.shape).to_string(),
            at: wide.position(flat),
            value,
        })?);
    }
    Ok(Tensor { shape: wide.shape.clone(), data })
}
