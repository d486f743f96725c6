//! Programs that differ in nothing but the names of their data.

use super::Program;
use rustc_hash::{FxHashMap, FxHashSet};

/// Other names for data. Names that it does not have stay.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Renaming(FxHashMap<String, String>);

impl Renaming {
    /// The renaming of old names to new ones; `None` if an old name had two new ones, or two had the same.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let mut names: FxHashMap<String, String> = FxHashMap::default();
        for (old, new) in pairs {
            if names.entry(old.into()).or_insert_with(|| new.into()) != new {
                return None;
            }
        }
        let new: FxHashSet<&String> = names.values().collect();
        (new.len() == names.len()).then_some(Self(names))
    }

    /// Returns true if every name stays.
    pub fn is_identity(&self) -> bool {
        self.0.iter().all(|(old, new)| old == new)
    }

    /// The new name.
    pub fn name<'a>(&'a self, old: &'a str) -> &'a str {
        self.0.get(old).map_or(old, |new| new)
    }
}

impl Program {
    /// The same program of data with other names.
    pub fn renamed(&self, names: &Renaming) -> Program {
        let mut program = self.clone();
        program.graph.rename_data(&|old| names.name(old).into());
        program
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart() {
        let names = Renaming::of([("a", "b"), ("b", "a"), ("a", "b")]).unwrap();
        assert_eq!((names.name("a"), names.name("b"), names.name("c")), ("b", "a", "c"));
        assert!(!names.is_identity());
        assert!(Renaming::of([("a", "a")]).unwrap().is_identity());
        assert_eq!(Renaming::of([("a", "b"), ("a", "c")]), None);
        assert_eq!(Renaming::of([("a", "c"), ("b", "c")]), None);
    }
}
