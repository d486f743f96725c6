//! The data that the closure of an element form reads.

use super::handle::{Handle, Int, Real, Symbol};
use super::linear::{Matrix, Vector};
use super::session::{self, Deferred, Session};
use crate::frontend::{Numbers, ParameterType};

/// The element an energy is evaluated for. Its methods declare parameters and give their values.
#[derive(Debug)]
pub struct Element {
    _private: (),
}

impl Element {
    pub(super) fn new() -> Element {
        Element { _private: () }
    }

    /// Rows of `D` numbers of a node array, gathered at the `nodes` nodes of the element: `array<vecD, nodes>`.
    #[track_caller]
    pub fn nodes<const D: usize>(&self, name: &str, nodes: usize) -> Vec<Vector<D>> {
        gather(name, Numbers::Real, D, nodes).into_iter().map(Vector::from_vec).collect()
    }

    /// Numbers of a node array, gathered at the `nodes` nodes of the element: `array<f32, nodes>`.
    #[track_caller]
    pub fn node_scalars(&self, name: &str, nodes: usize) -> Vec<Real> {
        gather(name, Numbers::Real, 1, nodes).concat()
    }

    /// Integers of a node array that are not negative, gathered at the nodes of the element: `array<u32, nodes>`.
    #[track_caller]
    pub fn node_integers(&self, name: &str, nodes: usize) -> Vec<Int> {
        gather(name, Numbers::Unsigned, 1, nodes).concat()
    }

    /// Integers of a node array, gathered at the nodes of the element: `array<i32, nodes>`.
    #[track_caller]
    pub fn signed_node_integers(&self, name: &str, nodes: usize) -> Vec<Int> {
        gather(name, Numbers::Signed, 1, nodes).concat()
    }

    /// Rows of `D` integers that are not negative, gathered at the nodes of the element: `array<vecDu, nodes>`.
    #[track_caller]
    pub fn node_integer_rows<const D: usize>(&self, name: &str, nodes: usize) -> Vec<[Int; D]> {
        gather(name, Numbers::Unsigned, D, nodes).into_iter().map(components).collect()
    }

    /// Rows of `D` integers, gathered at the nodes of the element: `array<vecDi, nodes>`.
    #[track_caller]
    pub fn signed_node_integer_rows<const D: usize>(&self, name: &str, nodes: usize) -> Vec<[Int; D]> {
        gather(name, Numbers::Signed, D, nodes).into_iter().map(components).collect()
    }

    /// A number: the same for all elements, or one of each, as the caller binds it.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Real {
        plain(name, Numbers::Real, vec![], &[0])[0]
    }

    /// A vector: the same for all elements, or one of each.
    #[track_caller]
    pub fn vector<const N: usize>(&self, name: &str) -> Vector<N> {
        Vector::from_vec(plain(name, Numbers::Real, vec![N], &in_order(N)))
    }

    /// A matrix, its entries in C order: the same for all elements, or one of each.
    #[track_caller]
    pub fn matrix<const R: usize, const C: usize>(&self, name: &str) -> Matrix<R, C> {
        let by_columns: Vec<usize> = (0..C).flat_map(|c| (0..R).map(move |r| r * C + c)).collect();
        Matrix::from_vec(plain(name, Numbers::Real, vec![R, C], &by_columns))
    }

    /// An integer that is not negative: the same for all elements, or one of each. `u32` in WGSL.
    #[track_caller]
    pub fn integer(&self, name: &str) -> Int {
        plain(name, Numbers::Unsigned, vec![], &[0])[0]
    }

    /// An integer: the same for all elements, or one of each. `i32` in WGSL.
    #[track_caller]
    pub fn signed_integer(&self, name: &str) -> Int {
        plain(name, Numbers::Signed, vec![], &[0])[0]
    }

    /// Integers that are not negative: the same for all elements, or `N` of each. `vecNu` in WGSL.
    #[track_caller]
    pub fn integer_vector<const N: usize>(&self, name: &str) -> [Int; N] {
        components(plain(name, Numbers::Unsigned, vec![N], &in_order(N)))
    }

    /// Integers: the same for all elements, or `N` of each. `vecNi` in WGSL.
    #[track_caller]
    pub fn signed_integer_vector<const N: usize>(&self, name: &str) -> [Int; N] {
        components(plain(name, Numbers::Signed, vec![N], &in_order(N)))
    }
}

fn in_order(count: usize) -> Vec<usize> {
    (0..count).collect()
}

fn components<const N: usize>(row: Vec<Int>) -> [Int; N] {
    std::array::from_fn(|c| row[c])
}

/// Entries of a parameter that is not gathered.
#[track_caller]
fn plain<T: Symbol>(name: &str, numbers: Numbers, shape: Vec<usize>, order: &[usize]) -> Vec<T> {
    let read = |s: &mut Session| {
        s.parameter(name, ParameterType::Plain { numbers, shape: shape.clone() }, None)?;
        let entries = s.inputs.plain(&mut s.graph, name, numbers, &shape, order);
        entries.into_iter().map(|entry| Some(s.wrap(T::of_data(entry)?))).collect::<Option<Vec<T>>>()
    };
    session::with(read).flatten().unwrap_or_else(|| vec![T::from_handle(Handle::Invalid); order.len()])
}

/// The rows of a gathered parameter.
#[track_caller]
fn gather<T: Symbol>(name: &str, numbers: Numbers, components: usize, nodes: usize) -> Vec<Vec<T>> {
    let rows = session::with(|s| s.gather(name, numbers, components, nodes)).flatten();
    rows.unwrap_or_else(|| vec![vec![T::from_handle(Handle::Invalid); components]; nodes])
}

impl Session {
    /// The rows of a gathered parameter.
    fn gather<T: Symbol>(
        &mut self,
        name: &str,
        numbers: Numbers,
        components: usize,
        nodes: usize,
    ) -> Option<Vec<Vec<T>>> {
        if components == 0 || nodes == 0 {
            return self.refuse(format!("`{name}` has no entries: it takes one node and one component at least"));
        }
        self.parameter(name, ParameterType::Gathered { numbers, components, nodes }, None)?;
        if let Some(message) = self.inputs.misfit(name, nodes).filter(|_| !self.discovering) {
            return self.refuse(message);
        }
        let data = self.inputs.data(&mut self.graph, name, numbers);
        let row = |node: usize| {
            let row = self.defer(Deferred::Row { parameter: name.to_string(), data, node, components });
            (0..components).map(row).collect()
        };
        Some((0..nodes).map(row).collect())
    }
}
