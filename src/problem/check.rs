//! Checks of a problem that do not depend on its energies.

use super::data::Problem;
use super::error::ProblemError;
use super::place::{Place, Section};
use super::term::Term;
use crate::npy::MAX_RANK;
use crate::tensor::{Shape, Tensor, entries};
use spadina_core::real::Singular;
use std::collections::HashMap;

impl Problem {
    /// Checks names, shapes and numbers. Problems that were read from a file have been checked.
    pub fn check(&self) -> Result<(), ProblemError> {
        let place = || self.place.clone();
        if self.unknowns.is_empty() {
            return Err(ProblemError::Missing { place: place(), what: "every unknown".into(), hint: NEED_UNKNOWN });
        }
        if self.terms.is_empty() {
            return Err(ProblemError::Missing { place: place(), what: "every term".into(), hint: NEED_TERM });
        }
        self.check_names()?;
        for (section, list) in [(Section::Unknowns, &self.unknowns), (Section::Arrays, &self.arrays)] {
            for (name, tensor) in list {
                self.check_shape(section, name, tensor)?;
                self.check_finite(section, name, tensor)?;
            }
        }
        for (name, tensor) in &self.indices {
            self.check_shape(Section::Indices, name, tensor)?;
        }
        let count = self.unknown_count();
        if count > i32::MAX as usize {
            return Err(ProblemError::TooMany { place: place(), count });
        }
        self.check_singular(self.singular, &self.place)?;
        self.terms.iter().try_for_each(|term| self.check_term(term))
    }

    fn check_singular(&self, policy: Singular, place: &Place) -> Result<(), ProblemError> {
        match policy {
            Singular::Smooth(epsilon) if !(epsilon > 0.0 && (epsilon * epsilon).is_normal()) => {
                Err(ProblemError::WrongType {
                    place: place.clone(),
                    key: "epsilon".into(),
                    found: epsilon.to_string(),
                    wanted: if epsilon > 0.0 && epsilon < 1.0 {
                        "a number whose square is none too small for double precision"
                    } else {
                        "a number above zero"
                    },
                })
            }
            _ => Ok(()),
        }
    }

    fn names(&self) -> impl Iterator<Item = (Section, &str)> {
        let unknowns = self.unknowns.iter().map(|(name, _)| (Section::Unknowns, name.as_str()));
        let arrays = self.arrays.iter().map(|(name, _)| (Section::Arrays, name.as_str()));
        let indices = self.indices.iter().map(|(name, _)| (Section::Indices, name.as_str()));
        unknowns.chain(arrays).chain(indices)
    }

    fn check_names(&self) -> Result<(), ProblemError> {
        let names = self.names().map(|(section, name)| (section, name, self.place_of(section, name)));
        check_names(names)
    }

    fn check_shape<T>(&self, section: Section, name: &str, tensor: &Tensor<T>) -> Result<(), ProblemError> {
        if tensor.shape.len() > MAX_RANK {
            return Err(ProblemError::Rank { place: self.place_of(section, name), name: name.into() });
        }
        let fits = entries(&tensor.shape) == Some(tensor.data.len());
        if fits && tensor.shape.iter().all(|&n| n <= i32::MAX as usize) {
            return Ok(());
        }
        let shape = Shape(&tensor.shape).to_string();
        let place = self.place_of(section, name);
        Err(ProblemError::Shape { place, name: name.into(), shape, count: tensor.data.len() })
    }

    fn check_finite(&self, section: Section, name: &str, tensor: &Tensor<f64>) -> Result<(), ProblemError> {
        let Some(flat) = tensor.data.iter().position(|v| !v.is_finite()) else { return Ok(()) };
        Err(ProblemError::NotFinite {
            place: self.place_of(section, name),
            name: name.into(),
            shape: Shape(&tensor.shape).to_string(),
            at: tensor.position(flat),
            value: tensor.data[flat],
        })
    }

    fn check_term(&self, term: &Term) -> Result<(), ProblemError> {
        self.check_singular(term.singular.unwrap_or_default(), &term.place)?;
        if let Some(over) = &term.over {
            self.check_table(over, &term.over_place)?;
        }
        let mut seen = HashMap::new();
        for (parameter, target) in &term.bind {
            if seen.insert(parameter, ()).is_some() {
                let (first, second) = ("bind", "bind");
                let (place, name) = (target.place.clone(), parameter.clone());
                return Err(ProblemError::NameTwice { place, name, first, second });
            }
            if !self.names().any(|(_, name)| name == target.array) {
                let known = list(self.names().map(|(_, name)| name));
                return Err(no_such(&target.array, "unknown, array or index array", known, &target.place));
            }
            if let Some(table) = &target.table {
                self.check_table(table, &target.place)?;
            }
        }
        Ok(())
    }

    fn check_table(&self, name: &str, place: &Place) -> Result<(), ProblemError> {
        let Some((_, tensor)) = self.indices.iter().find(|(n, _)| n == name) else {
            let known = list(self.indices.iter().map(|(n, _)| n.as_str()));
            return Err(no_such(name, "index array", known, place));
        };
        if matches!(tensor.shape.len(), 1 | 2) {
            return Ok(());
        }
        let shape = Shape(&tensor.shape).to_string();
        Err(ProblemError::TableShape { place: place.clone(), name: name.into(), shape })
    }
}

pub(crate) const NEED_UNKNOWN: &str = "give at least one array to derive by in [unknowns], such as x = \"x0.npy\"";
pub(crate) const NEED_TERM: &str =
    "give at least one [[terms]] with energy = \"FILE.wgsl\" or residual = \"FILE.wgsl\"";

/// That each name is usable and given once.
pub(crate) fn check_names<'a>(names: impl Iterator<Item = (Section, &'a str, Place)>) -> Result<(), ProblemError> {
    let mut seen: HashMap<&str, Section> = HashMap::new();
    for (section, name, place) in names {
        if name.is_empty() || name.contains('@') || is_file(name) {
            return Err(ProblemError::BadName { place, name: name.into() });
        }
        if let Some(first) = seen.insert(name, section) {
            let (first, second) = (first.text(), section.text());
            return Err(ProblemError::NameTwice { place, name: name.into(), first, second });
        }
    }
    Ok(())
}

/// Returns true if a string names a file rather than an array.
pub(crate) fn is_file(text: &str) -> bool {
    text.len() >= 4 && text.as_bytes()[text.len() - 4..].eq_ignore_ascii_case(b".npy")
}

pub(crate) fn no_such(name: &str, wanted: &'static str, known: String, place: &Place) -> ProblemError {
    ProblemError::NoSuchName { place: place.clone(), name: name.into(), wanted, known }
}

/// Names in print.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut texts: Vec<String> = names.take(21).map(|n| format!("`{n}`")).collect();
    if texts.len() > 20 {
        texts[20] = "others".into();
    }
    if texts.is_empty() { "none".into() } else { texts.join(", ") }
}
