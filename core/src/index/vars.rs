//! Loop variables and hash-consed sets of them.

use super::Index;
use rustc_hash::FxHashMap;

/// A loop variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Var(pub(crate) u32);

impl Var {
    /// Position among the loop variables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The loop of a variable: `for name in lo..hi`, nested `level` loops deep.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Loop depth, the outermost is 0.
    pub level: u32,
    /// First value.
    pub lo: Index,
    /// One past the last value; the loop is empty where `hi <= lo`.
    pub hi: Index,
    /// Name in print.
    pub name: String,
    /// Its origin.
    pub origin: Origin,
}

/// The origin of a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The elements of a term in element form.
    Elements,
    /// A loop of the program.
    Program,
}

/// An interned set of loop variables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VarSet(u32);

impl VarSet {
    /// No variable.
    pub const EMPTY: VarSet = VarSet(0);

    /// Returns true if the set has no variable.
    pub fn is_empty(self) -> bool {
        self == VarSet::EMPTY
    }
}

#[derive(Clone, Debug)]
pub(super) struct VarSets {
    sets: Vec<Box<[Var]>>,
    intern: FxHashMap<Box<[Var]>, VarSet>,
    unions: FxHashMap<(VarSet, VarSet), VarSet>,
}

impl Default for VarSets {
    fn default() -> Self {
        let empty: Box<[Var]> = Box::default();
        Self {
            sets: vec![empty.clone()],
            intern: FxHashMap::from_iter([(empty, VarSet(0))]),
            unions: FxHashMap::default(),
        }
    }
}

impl VarSets {
    pub fn get(&self, set: VarSet) -> &[Var] {
        &self.sets[set.0 as usize]
    }

    fn intern(&mut self, vars: Box<[Var]>) -> VarSet {
        if let Some(&set) = self.intern.get(&vars) {
            return set;
        }
        let set = VarSet(self.sets.len() as u32);
        self.sets.push(vars.clone());
        self.intern.insert(vars, set);
        set
    }

    pub fn single(&mut self, var: Var) -> VarSet {
        self.intern(Box::new([var]))
    }

    pub fn union(&mut self, a: VarSet, b: VarSet, loops: &[Loop]) -> VarSet {
        if a == b || b.is_empty() {
            return a;
        }
        if a.is_empty() {
            return b;
        }
        let key = if a.0 < b.0 { (a, b) } else { (b, a) };
        if let Some(&set) = self.unions.get(&key) {
            return set;
        }
        let mut vars = [self.get(a), self.get(b)].concat();
        vars.sort_by_key(|v| (loops[v.index()].level, *v));
        vars.dedup();
        let set = self.intern(vars.into());
        self.unions.insert(key, set);
        set
    }

    pub fn without(&mut self, set: VarSet, var: Var) -> VarSet {
        if !self.get(set).contains(&var) {
            return set;
        }
        let vars: Box<[Var]> = self.get(set).iter().copied().filter(|v| *v != var).collect();
        self.intern(vars)
    }
}
