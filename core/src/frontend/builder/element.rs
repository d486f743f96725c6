//! What the closure of an element form reads.

use super::handle::Real;
use super::linear::{Matrix, Vector};
use super::session::{self, Deferred, Session};
use crate::frontend::{Binding, ParameterType};
use crate::index::Index;
use crate::real::Array;

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
        let rows = session::with(|s| s.gather(name, D, nodes)).flatten();
        let row = |k: usize| match rows.as_ref().and_then(|rows| rows.get(k)) {
            Some(row) => Vector::from_fn(|c, _| row(c)),
            None => Vector::from_element(refused()),
        };
        (0..nodes).map(row).collect()
    }

    /// Numbers of a node array, gathered at the `nodes` nodes of the element: `array<f32, nodes>`.
    #[track_caller]
    pub fn node_scalars(&self, name: &str, nodes: usize) -> Vec<Real> {
        self.nodes::<1>(name, nodes).into_iter().map(|row| row[0]).collect()
    }

    /// A number: the same for all elements, or one of each, as the caller binds it.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Real {
        plain(name, vec![], &[0])[0]
    }

    /// A vector: the same for all elements, or one of each.
    #[track_caller]
    pub fn vector<const N: usize>(&self, name: &str) -> Vector<N> {
        Vector::from_vec(plain(name, vec![N], &(0..N).collect::<Vec<_>>()))
    }

    /// A matrix, its entries in C order: the same for all elements, or one of each.
    #[track_caller]
    pub fn matrix<const R: usize, const C: usize>(&self, name: &str) -> Matrix<R, C> {
        let by_columns: Vec<usize> = (0..C).flat_map(|c| (0..R).map(move |r| r * C + c)).collect();
        Matrix::from_vec(plain(name, vec![R, C], &by_columns))
    }
}

/// The handle of what was refused.
fn refused() -> Real {
    Real(super::handle::Handle::Invalid)
}

/// Entries of a parameter that is not gathered.
#[track_caller]
fn plain(name: &str, shape: Vec<usize>, order: &[usize]) -> Vec<Real> {
    let size: usize = shape.iter().product();
    let read = |s: &mut Session| {
        let binding = s.parameter(name, ParameterType::Plain { shape }, None)?;
        let array = s.array(&binding.array);
        let first = s.first_entry(&binding, size);
        Some(order.iter().map(|&flat| s.entry(array, first, flat)).collect::<Vec<Real>>())
    };
    session::with(read).flatten().unwrap_or_else(|| vec![refused(); order.len()])
}

/// The handles of the components of a row.
type Row = Box<dyn Fn(usize) -> Real>;

impl Session {
    fn first_entry(&mut self, binding: &Binding, size: usize) -> Index {
        match (binding.per_element, self.element) {
            (true, Some(element)) => {
                let element = self.graph.indices.var_index(element);
                self.graph.indices.scale(element, size as i64)
            }
            _ => self.graph.indices.int(0),
        }
    }

    fn entry(&mut self, array: Array, first: Index, flat: usize) -> Real {
        let at = self.graph.indices.offset(first, flat as i64);
        let value = self.graph.load(array, at);
        self.wrap(value)
    }

    /// The rows of a gathered parameter.
    fn gather(&mut self, name: &str, components: usize, nodes: usize) -> Option<Vec<Row>> {
        if components == 0 || nodes == 0 {
            return self.refuse(format!("`{name}` has no entries: it takes one node and one component at least"));
        }
        let binding = self.parameter(name, ParameterType::Gathered { components, nodes }, None)?;
        let own = || (self.roles.over.clone().unwrap_or_else(|| "stencil".to_string()), self.roles.over_width);
        let (table, width) = binding.table.clone().unwrap_or_else(own);
        let width = if self.discovering { nodes } else { width };
        if width != nodes {
            return self.refuse(format!("parameter `{name}` takes {nodes} nodes, but its table has {width} a row"));
        }
        let array = self.array(&binding.array);
        let row = |k: usize| -> Row {
            let table = Some((table.clone(), width, k));
            Box::new(self.defer(Deferred::Row { array, table, components, loaded: None }))
        };
        Some((0..nodes).map(row).collect())
    }
}
