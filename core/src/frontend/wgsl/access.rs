//! Pointers, loads, stores, indexing.

use super::assume::assume;
use super::machine::{Frame, Machine, Storage, of_data};
use crate::frontend::kit::Data;
use crate::frontend::trace::{Pointer, Result, Root, Val, merge, settled};
use crate::index::Index;
use crate::program::Write;
use naga::{Expression, Handle};

/// A local array indexed by an integer that is not known becomes a chain of selects up to this length.
const CHAIN_LIMIT: usize = 4096;

impl<'m> Machine<'m> {
    /// `base[index]`, of a pointer or of a value.
    pub fn access(&mut self, base: Val, index: Index) -> Result<Val> {
        match base {
            Val::Pointer(pointer) => {
                let mut path = pointer.path.clone();
                path.push(index);
                Ok(Val::Pointer(Pointer { root: pointer.root, path }.into()))
            }
            value => self.element(&value, index),
        }
    }

    /// An element of a value.
    fn element(&mut self, value: &Val, index: Index) -> Result<Val> {
        match value {
            Val::Gathered(number) => self.gathered_element(*number, index),
            Val::Composite(parts) => match self.trace.graph.indices.as_const(index) {
                Some(at) => match usize::try_from(at).ok().and_then(|at| parts.get(at)) {
                    Some(part) => Ok(part.clone()),
                    None => self.error(format!("index {at} is out of range: there are {} elements", parts.len())),
                },
                None => self.choose(parts, index),
            },
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("this value has no elements"),
        }
    }

    /// `parts[index]` for an index that is not known: a read of a constant array, or a chain of selects.
    fn choose(&mut self, parts: &[Val], index: Index) -> Result<Val> {
        if parts.len() > CHAIN_LIMIT {
            let numbers = parts.iter().all(|p| matches!(p, Val::Real(v) if self.trace.graph.as_const(*v).is_some()));
            if !numbers {
                return self.error(format!("a local array of more than {CHAIN_LIMIT} elements needs literal indices"));
            }
        }
        if let Some(found) = self.constant_element(parts, index) {
            return Ok(found);
        }
        let Some(mut chosen) = parts.last().cloned() else { return self.error("the array is empty") };
        let index = self.trace.graph.indices.within(index, parts.len());
        for (k, part) in parts.iter().enumerate().rev().skip(1) {
            let k = self.trace.graph.indices.int(k as i64);
            let here = self.trace.graph.indices.eq(index, k);
            let here = self.trace.graph.cond(here);
            chosen = merge(&mut self.trace.graph, here, part, &chosen);
        }
        Ok(chosen)
    }

    /// The element where every part holds numbers only.
    fn constant_element(&mut self, parts: &[Val], index: Index) -> Option<Val> {
        let mut leaves: Vec<Vec<f64>> = Vec::new();
        for part in parts {
            let mut numbers = Vec::new();
            let mut all = true;
            part.leaves(&mut |leaf| match leaf {
                Val::Real(v) => match self.trace.graph.as_const(*v) {
                    Some(c) => numbers.push(c),
                    None => all = false,
                },
                _ => all = false,
            });
            if !all {
                return None;
            }
            leaves.push(numbers);
        }
        let width = leaves.first()?.len();
        if leaves.iter().any(|l| l.len() != width) {
            return None;
        }
        let mut loads = Vec::new();
        for k in 0..width {
            let array = self.trace.graph.constant_array(leaves.iter().map(|l| l[k]).collect());
            loads.push(Val::Real(self.trace.graph.load(array, index)));
        }
        loads.reverse();
        rebuild(parts.first()?, &mut loads)
    }

    /// A row of a gathered parameter.
    fn gathered_element(&mut self, number: usize, index: Index) -> Result<Val> {
        let (numbers, components, nodes) = match self.signature.parameters.get(number).map(|p| &p.ty) {
            Some(&super::ParameterType::Gathered { numbers, components, nodes }) => (numbers, components, nodes),
            _ => return self.error("this parameter is not an array"),
        };
        let last = self.trace.graph.indices.int(nodes as i64 - 1);
        let room = self.trace.graph.indices.sub(last, index);
        if !self.trace.graph.indices.nonnegative(index) || !self.trace.graph.indices.nonnegative(room) {
            if let Some(at) = self.trace.graph.indices.as_const(index) {
                return self.error(format!("index {at} is out of range: there are {nodes} nodes"));
            }
            // An index that may leave the stencil must not read the next element's nodes.
            let all = self.expand(number)?;
            return self.element(&all, index);
        }
        let name = self.signature.parameters[number].name.clone();
        let Some(node) = self.inputs.node(&mut self.trace.graph, &name, index) else {
            return self.error("there is no element");
        };
        let data = self.inputs.data(&mut self.trace.graph, &name, numbers);
        Ok(self.row(data, components, node))
    }

    /// All rows of a gathered parameter.
    pub fn expand(&mut self, number: usize) -> Result<Val> {
        let nodes = match self.signature.parameters.get(number).map(|p| &p.ty) {
            Some(&super::ParameterType::Gathered { nodes, .. }) => nodes,
            _ => return self.error("this parameter is not an array"),
        };
        if nodes > 1 << 16 {
            return self.error("an array of this length cannot be copied; index the parameter itself");
        }
        let mut rows = Vec::new();
        for k in 0..nodes {
            let k = self.trace.graph.indices.int(k as i64);
            rows.push(self.gathered_element(number, k)?);
        }
        Ok(Val::composite(rows))
    }

    /// The value of what a pointer points to.
    pub fn load(&mut self, pointer: &Pointer) -> Result<Val> {
        match pointer.root {
            Root::Cell(cell) => {
                let mut value = self.trace.get(cell).clone();
                for &index in &pointer.path {
                    value = self.element(&value, index)?;
                }
                match settled(&mut self.trace.graph, &value) {
                    Val::Poison(reason) => Err(reason.as_ref().clone()),
                    value => Ok(value),
                }
            }
            Root::Storage(number) => {
                let storage = self.storage(number)?;
                self.load_storage(storage, &pointer.path)
            }
        }
    }

    fn load_storage(&mut self, storage: Storage, path: &[Index]) -> Result<Val> {
        let Some((&at, rest)) = path.split_first() else {
            return self.error("an array that is bound to data cannot be copied as a whole; read its elements");
        };
        let row = match storage {
            Storage::Data(data, components) => self.row(data, components, at),
            // `r[i] += v` reads the entry it writes; only another use of what was read is refused.
            Storage::Output => {
                self.trace.poison("the residual `r` is write only: use `r[i] += value` or `r[i] = value`")
            }
        };
        rest.iter().try_fold(row, |value, &index| self.element(&value, index))
    }

    /// A row of data: a number, or a vector.
    fn row(&mut self, data: Data, components: usize, at: Index) -> Val {
        let g = &mut self.trace.graph;
        let first = g.indices.scale(at, components as i64);
        if components == 1 {
            return of_data(data.entry(g, first));
        }
        Val::composite(data.row(g, first, components).into_iter().map(of_data))
    }

    /// Assigns what a pointer points to.
    pub fn store(&mut self, pointer: &Pointer, value: Val) -> Result<()> {
        let value = match value {
            Val::Gathered(number) => self.expand(number)?,
            value => value,
        };
        match pointer.root {
            Root::Cell(cell) => {
                let old = self.trace.get(cell).clone();
                let new = self.replace(&old, &pointer.path, value)?;
                self.trace.note_assigned(cell);
                self.trace.set(cell, new);
                Ok(())
            }
            Root::Storage(_) => self.error("inputs are read only"),
        }
    }

    /// `old` with the part at the end of the path replaced. The path is as long as the type is deep.
    fn replace(&mut self, old: &Val, path: &[Index], new: Val) -> Result<Val> {
        let Some((&at, rest)) = path.split_first() else { return Ok(new) };
        let parts = match old {
            Val::Composite(parts) => parts.clone(),
            Val::Poison(reason) => return Err(reason.as_ref().clone()),
            _ => return self.error("this value has no elements"),
        };
        let mut list = parts.to_vec();
        if let Some(k) = self.trace.graph.indices.as_const(at) {
            let Some(part) = usize::try_from(k).ok().and_then(|k| list.get_mut(k)) else {
                return self.error(format!("index {k} is out of range: there are {} elements", parts.len()));
            };
            let before = std::mem::replace(part, Val::Unset);
            *part = self.replace(&before, rest, new)?;
            return Ok(Val::composite(list));
        }
        if list.len() > CHAIN_LIMIT {
            return self.error(format!("a local array of more than {CHAIN_LIMIT} elements needs literal indices"));
        }
        let within = self.trace.graph.indices.within(at, list.len());
        for (number, part) in list.iter_mut().enumerate() {
            let k = self.trace.graph.indices.int(number as i64);
            let here = self.trace.graph.indices.eq(within, k);
            let here = self.trace.graph.cond(here);
            let stored = assume(&mut self.trace.graph, &new, within, number as i64);
            let changed = self.replace(part, rest, stored)?;
            *part = merge(&mut self.trace.graph, here, &changed, part);
        }
        Ok(Val::composite(list))
    }

    /// `r[i] = v` or `r[i] += v` of a residual program.
    pub fn store_output(&mut self, frame: &mut Frame<'m>, pointer: &Pointer, value: Handle<Expression>) -> Result<()> {
        let [row] = pointer.path[..] else { return self.error("the residual is written element by element") };
        let (assign, value) = match self.added_to_output(frame, pointer, value)? {
            Some(sum) => (false, sum),
            None => (true, self.real(frame, value)?),
        };
        let (vars, loops, path, span) = (Vec::new(), Vec::new(), self.trace.path(), self.trace.graph.span);
        self.trace.write(Write { vars, loops, row, assign, path, value, span });
        Ok(())
    }

    /// The value that is added, where the stored expression is the old entry plus or minus a value.
    fn added_to_output(
        &mut self,
        frame: &mut Frame<'m>,
        pointer: &Pointer,
        value: Handle<Expression>,
    ) -> Result<Option<crate::real::Value>> {
        let Expression::Binary { op, left, right } = frame.arena[value] else { return Ok(None) };
        let reads = |s: &Self, h: Handle<Expression>| match frame.arena[h] {
            Expression::Load { pointer: p } => {
                matches!(&frame.values[p.index()], Some(Val::Pointer(q)) if **q == *pointer)
                    && matches!(pointer.root, Root::Storage(number) if s.is_output(number))
            }
            _ => false,
        };
        let (added, negative) = match op {
            naga::BinaryOperator::Add if reads(self, left) => (right, false),
            naga::BinaryOperator::Add if reads(self, right) => (left, false),
            naga::BinaryOperator::Subtract if reads(self, left) => (right, true),
            _ => return Ok(None),
        };
        let value = self.real(frame, added)?;
        Ok(Some(if negative { self.trace.graph.neg(value) } else { value }))
    }
}

/// A value of the shape of another from its scalars, the first one last in the list.
fn rebuild(shape: &Val, scalars: &mut Vec<Val>) -> Option<Val> {
    match shape {
        Val::Composite(parts) => {
            let parts: Option<Vec<Val>> = parts.iter().map(|p| rebuild(p, scalars)).collect();
            parts.map(Val::composite)
        }
        _ => scalars.pop(),
    }
}
