//! The inputs of a program.

use super::data::{Data, Scalar, single};
use crate::frontend::{Form, Numbers, Parameter, Roles};
use crate::index::{Index, Var};
use crate::real::Graph;

/// The inputs of a program that is being built: what its parameters are bound to, and the element at hand.
#[derive(Clone, Debug)]
pub struct Inputs {
    roles: Roles,
    element: Option<Var>,
}

impl Inputs {
    /// Inputs of which nothing has been declared: for a look at what a front-end reads.
    pub fn new(roles: &Roles) -> Inputs {
        Inputs { roles: roles.clone(), element: None }
    }

    /// Declares what is bound to the parameters, and opens the loop over the elements in the element form. Data that
    /// exist in no declaration order take the order of their first use. What is built from here on is the energy's own: it keeps
    /// its [domain](Graph::guarded) until it is handed over.
    pub fn declare(&mut self, g: &mut Graph, form: Form, parameters: &[Parameter]) {
        g.guarded = true;
        self.roles.declare(g, parameters);
        if form == Form::Element {
            self.open_elements(g);
        }
    }

    /// Opens the loop over the elements.
    pub fn open_elements(&mut self, g: &mut Graph) {
        let (table, width) = self.roles.elements();
        self.element = Some(g.indices.elements(table, width));
    }

    /// The bindings of the parameters.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The loop over the elements.
    pub fn element(&self) -> Option<Var> {
        self.element
    }

    /// The loops around everything: the one over the elements, if there is one.
    pub fn loops(&self) -> Vec<Var> {
        self.element.into_iter().collect()
    }

    /// The array or table that is bound to a parameter.
    pub fn data(&self, g: &mut Graph, parameter: &str, numbers: Numbers) -> Data {
        Data::named(g, &self.roles.binding(parameter).array, numbers)
    }

    /// The number that is bound to a parameter.
    pub fn single(&self, g: &mut Graph, parameter: &str, numbers: Numbers) -> Scalar {
        single(g, &self.roles.binding(parameter).array, numbers)
    }

    /// The number of rows of so many numbers of the array that is bound to a parameter.
    pub fn length(&self, g: &mut Graph, parameter: &str, components: usize) -> Index {
        g.indices.length(&self.roles.binding(parameter).array, components)
    }

    /// Entries of a parameter of the element form that is not gathered, by their flat positions in its `shape`: the same
    /// for all elements, or those of the element at hand.
    pub fn plain(
        &self,
        g: &mut Graph,
        parameter: &str,
        numbers: Numbers,
        shape: &[usize],
        positions: &[usize],
    ) -> Vec<Scalar> {
        let binding = self.roles.binding(parameter);
        let element = self.element.filter(|_| binding.per_element);
        if shape.is_empty() && element.is_none() {
            return vec![single(g, &binding.array, numbers)];
        }
        let data = Data::named(g, &binding.array, numbers);
        let first = match element {
            Some(element) => {
                let element = g.indices.var_index(element);
                g.indices.scale(element, shape.iter().product::<usize>() as i64)
            }
            None => g.indices.int(0),
        };
        let entry = |&position: &usize| {
            let at = g.indices.offset(first, position as i64);
            data.entry(g, at)
        };
        positions.iter().map(entry).collect()
    }

    /// The row of the array that is bound to a gathered parameter: the node of the element at hand at a position in the
    /// table that gathers it. `None`: there is no element.
    pub fn node(&self, g: &mut Graph, parameter: &str, position: Index) -> Option<Index> {
        let (table, width) = self.roles.gatherer(&self.roles.binding(parameter));
        let element = g.indices.var_index(self.element?);
        let table = g.indices.table(&table, true);
        let at = g.indices.scale(element, width as i64);
        let at = g.indices.add(at, position);
        Some(g.indices.read(table, at))
    }

    /// The reason why a parameter cannot be gathered at so many nodes; `None`: it can.
    pub fn misfit(&self, parameter: &str, nodes: usize) -> Option<String> {
        let (_, width) = self.roles.gatherer(&self.roles.binding(parameter));
        let fits = width == nodes;
        (!fits).then(|| format!("parameter `{parameter}` takes {nodes} nodes, but its table has {width} a row"))
    }
}
