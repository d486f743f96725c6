//! Projection at the linear waist: the second derivatives by the linear combinations that the energy sees are projected,
//! and carried to the unknowns afterwards.
//!
//! With `w = L x` and `E = f(w)`, the element's Hessian `Lᵀ ∇²f L` is replaced by `Lᵀ P(∇²f) L`. That is positive
//! semi-definite, too, and the matrices to decompose are smaller; but it is not the nearest such matrix, unless `L` is
//! orthogonal up to a factor, because the eigenvalues of `∇²f` are not those of the element's Hessian.

use super::{Element, Refused, complete};
use crate::index::{Index, Var};
use crate::program::{Program, Target, Update};
use crate::real::{Array, ArrayKind, Graph};
use crate::verify::{self, Claim, Stage};
use crate::waist::{Waist, finish};

/// A solved program whose Hessian reads projected matrices.
pub struct Reduced {
    /// Energy, gradient and Hessian.
    pub program: Program,
    /// The matrices.
    pub parts: Vec<ReducedMatrices>,
}

/// The second derivatives by the linear combinations, for the elements of one loop nest.
pub struct ReducedMatrices {
    /// The array of the program that holds them, projected: the lower triangles, row by row, element after element.
    pub array: Array,
    /// The elements; their unknowns are the combinations.
    pub element: Element,
    /// Computes them as the rows of a residual.
    pub program: Program,
}

/// Splits the second derivatives of the energies `source` at the linear waist; nothing if there is none.
/// With `single`, elements are iterations of the outermost loop.
pub fn reduce(
    source: &Program,
    single: bool,
    differentiate: impl Fn(Program) -> Program,
) -> Result<Option<Reduced>, Refused> {
    let mut source = source.clone();
    // Matrices for each loop nest there may be.
    let mut nests: Vec<Vec<Var>> = source.updates.iter().map(|u| u.vars.clone()).collect();
    nests.sort_unstable();
    nests.dedup();
    let arrays: Vec<Array> =
        (0..nests.len()).map(|k| source.graph.array(&format!("projected@{k}"), ArrayKind::Matrices(k))).collect();
    let Some(waist) = Waist::innermost(&source) else { return Ok(None) };
    let completed = complete(&waist.inner, &differentiate(waist.inner.clone()), single)?;
    let mut program = completed.program;
    let mut parts = Vec::new();
    for (number, element) in completed.elements.into_iter().enumerate() {
        let own = |place: &Option<(usize, usize)>| place.filter(|(n, _)| *n == number).map(|(_, entry)| entry);
        let places: Vec<Option<usize>> = completed.places.iter().map(own).collect();
        let Some(first) = places.iter().position(Option::is_some) else { unreachable!("an element has an entry") };
        let (vars, value) = (program.updates[first].vars.clone(), program.updates[first].value);
        let array = nests.iter().position(|nest| *nest == vars).map(|k| arrays[k]);
        let span = program.graph.span_of(value);
        let array = array.ok_or(Refused::Loop(span))?;
        let record = record(&mut program.graph, &vars).ok_or(Refused::Bounds(span))?;
        let entries = element.entries();
        let matrices = split(&mut program, (array, record, entries), &places);
        parts.push(ReducedMatrices { array, element, program: finish(&waist, matrices) });
    }
    let program = finish(&waist, program);
    verify::debug("reduce", || {
        let claims = [Claim::Merged, Claim::Compact];
        verify::program(&program, Stage::Solved, &claims)?;
        parts.iter().try_for_each(|part| verify::program(&part.program, Stage::Program, &claims))
    });
    Ok(Some(Reduced { program, parts }))
}

/// Takes the values at `places` of lower triangles out of a program, which reads them from `array` instead, and gives the
/// program that computes them. They lie from `entries` times the number of the record.
fn split(program: &mut Program, (array, record, entries): (Array, Index, usize), places: &[Option<usize>]) -> Program {
    let g = &mut program.graph;
    let first = g.indices.scale(record, entries as i64);
    let rows: Vec<Option<Index>> =
        places.iter().map(|p| p.map(|entry| g.indices.offset(first, entry as i64))).collect();
    let guard = g.indices.bool(true);
    let mut matrices = Program { looked_at: Vec::new(), ..program.clone() };
    matrices.updates.clear();
    let graph = &mut program.graph;
    for (update, row) in program.updates.iter_mut().zip(rows).filter_map(|(u, row)| Some((u, row?))) {
        if !graph.is_zero(update.value) {
            let target = Target::Residual { row, assign: false, nest: [0; 2], guard };
            matrices.updates.push(Update { target, stored: None, ..update.clone() });
        }
        let load = graph.load(array, row);
        update.value = match update.stored.take() {
            Some(stored) => {
                let stored = graph.cond(stored);
                graph.mask(stored, load)
            }
            None => load,
        };
    }
    matrices
}

/// The number of an iteration of a loop nest; nothing if a loop's bounds depend on another loop.
fn record(g: &mut Graph, vars: &[Var]) -> Option<Index> {
    let mut record = g.indices.int(0);
    for &var in vars {
        let bounds = g.indices.loop_of(var).clone();
        if [bounds.lo, bounds.hi].into_iter().any(|bound| !g.indices.free(bound).is_empty()) {
            return None;
        }
        let (own, count) = (g.indices.var_index(var), g.indices.sub(bounds.hi, bounds.lo));
        let iteration = g.indices.sub(own, bounds.lo);
        let above = g.indices.mul(record, count);
        record = g.indices.add(above, iteration);
    }
    Some(record)
}
