//! The numbers of a case: the arrays that its problem file names.

use super::jet::Jet;
use spadina::npy::{self, ArrayData};
use std::path::Path;
use toml::de::{DeInteger, DeTable, DeValue};

/// Numbers with a shape, in C order.
#[derive(Clone, Debug)]
struct Array<T> {
    shape: Vec<usize>,
    entries: Vec<T>,
}

/// An array and its name.
type Named<T> = (String, Array<T>);

/// Everything that an energy may read.
#[derive(Clone, Debug)]
pub struct Data {
    /// Unknowns, numbered through all arrays, and other reals as constants.
    reals: Vec<Named<Jet>>,
    integers: Vec<Named<usize>>,
    unknowns: usize,
}

impl Data {
    /// Reads the problem file of a folder and the arrays of its tables `unknowns`, `arrays` and `indices`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("problem.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let problem = DeTable::parse(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let problem = problem.get_ref();
        let mut data = Self { reals: Vec::new(), integers: Vec::new(), unknowns: 0 };
        for (name, value) in entries(problem, "unknowns") {
            let array = reals(folder, name, value)?;
            let first = data.unknowns;
            data.unknowns += array.entries.len();
            let entries = (first..).zip(array.entries).map(|(number, x)| Jet::unknown(number, x)).collect();
            data.reals.push((name.to_owned(), Array { shape: array.shape, entries }));
        }
        for (name, value) in entries(problem, "arrays") {
            let array = reals(folder, name, value)?;
            let entries = array.entries.into_iter().map(Jet::constant).collect();
            data.reals.push((name.to_owned(), Array { shape: array.shape, entries }));
        }
        for (name, value) in entries(problem, "indices") {
            data.integers.push((name.to_owned(), integers(folder, name, value)?));
        }
        Ok(data)
    }

    /// The number of unknowns.
    pub fn unknowns(&self) -> usize {
        self.unknowns
    }

    /// The entries of an array of reals, unknown or not, in C order.
    pub fn jets(&self, name: &str) -> Result<Vec<Jet>, String> {
        Ok(find(&self.reals, name)?.entries.clone())
    }

    /// The rows of an array of reals, unknown or not.
    pub fn rows<const N: usize>(&self, name: &str) -> Result<Vec<[Jet; N]>, String> {
        rows(find(&self.reals, name)?, name)
    }

    /// The entries of an array of reals that are not unknown.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        Ok(find(&self.reals, name)?.entries.iter().map(Jet::value).collect())
    }

    /// A single real that is not unknown.
    pub fn number(&self, name: &str) -> Result<f64, String> {
        single(find(&self.reals, name)?, name).map(|jet| jet.value())
    }

    /// The entries of an array of integers, in C order.
    pub fn indices(&self, name: &str) -> Result<Vec<usize>, String> {
        Ok(find(&self.integers, name)?.entries.clone())
    }

    /// The rows of an array of integers: the nodes of each element.
    pub fn stencils<const N: usize>(&self, name: &str) -> Result<Vec<[usize; N]>, String> {
        rows(find(&self.integers, name)?, name)
    }

    /// A single integer.
    pub fn size(&self, name: &str) -> Result<usize, String> {
        single(find(&self.integers, name)?, name)
    }
}

/// The entries of a table; none if there is no such table.
fn entries<'a>(problem: &'a DeTable<'_>, table: &str) -> impl Iterator<Item = (&'a str, &'a DeValue<'a>)> {
    let table = problem.get(table).and_then(|value| value.get_ref().as_table());
    table.into_iter().flatten().map(|(name, value)| (name.get_ref().as_ref(), value.get_ref()))
}

fn find<'a, T>(arrays: &'a [Named<T>], name: &str) -> Result<&'a Array<T>, String> {
    let found = arrays.iter().find(|(own, _)| own == name);
    found.map(|(_, array)| array).ok_or_else(|| format!("the problem has no `{name}` of this kind"))
}

fn rows<T: Clone, const N: usize>(array: &Array<T>, name: &str) -> Result<Vec<[T; N]>, String> {
    match array.shape[..] {
        [_, n] if n == N => Ok(array.entries.as_chunks().0.to_vec()),
        _ => Err(format!("`{name}` has the shape {:?}, not {N} columns", array.shape)),
    }
}

fn single<T: Clone>(array: &Array<T>, name: &str) -> Result<T, String> {
    match (&array.shape[..], &array.entries[..]) {
        ([], [value]) => Ok(value.clone()),
        (shape, _) => Err(format!("`{name}` has the shape {shape:?}, it is not a single number")),
    }
}

fn reals(folder: &Path, name: &str, value: &DeValue<'_>) -> Result<Array<f64>, String> {
    let single = |number: f64| Array { shape: Vec::new(), entries: vec![number] };
    match value {
        DeValue::Float(text) => text.as_str().parse().map(single).map_err(|e| format!("`{name}`: {e}")),
        DeValue::Integer(text) => integer(name, text).map(|number| single(number as f64)),
        DeValue::String(file) => match npy::read(&folder.join(&**file)).map_err(|e| e.to_string())? {
            ArrayData::Real(t) => Ok(Array { shape: t.shape, entries: t.data }),
            ArrayData::Integer(_) | ArrayData::Boolean(_) => Err(format!("`{name}`: `{file}` has no reals")),
        },
        _ => Err(format!("`{name}` is neither a number nor a `.npy` file")),
    }
}

fn integers(folder: &Path, name: &str, value: &DeValue<'_>) -> Result<Array<usize>, String> {
    let (shape, entries) = match value {
        DeValue::Integer(text) => (Vec::new(), vec![integer(name, text)?]),
        DeValue::String(file) => match npy::read(&folder.join(&**file)).map_err(|e| e.to_string())? {
            ArrayData::Integer(t) => (t.shape, t.data),
            ArrayData::Real(_) | ArrayData::Boolean(_) => return Err(format!("`{name}`: `{file}` has no integers")),
        },
        _ => return Err(format!("`{name}` is neither an integer nor a `.npy` file")),
    };
    let entries = entries.into_iter().map(usize::try_from).collect::<Result<_, _>>();
    Ok(Array { shape, entries: entries.map_err(|_| format!("`{name}` has a negative number"))? })
}

fn integer(name: &str, text: &DeInteger<'_>) -> Result<i64, String> {
    i64::from_str_radix(text.as_str(), text.radix()).map_err(|e| format!("`{name}`: {e}"))
}
