//! The completed program: every entry that a projected element Hessian may have.

use super::{Basis, lower};
use crate::index::{Cond, Var};
use crate::kernel::supports;
use crate::program::{Entry, Program, Target, Update};
use crate::real::{Span, Value};
use crate::verify::{self, Claim, Stage};
use crate::waist;
use rustc_hash::FxHashMap;

/// The elements of one loop nest.
#[derive(Clone, Debug)]
pub struct Element {
    /// The local unknowns, ascending.
    pub unknowns: Vec<Entry>,
    /// The directions that the energy sees.
    pub basis: Basis,
}

impl Element {
    /// The number of local unknowns.
    pub fn size(&self) -> usize {
        self.unknowns.len()
    }

    /// Entries of a lower triangle.
    pub fn entries(&self) -> usize {
        self.size() * (self.size() + 1) / 2
    }
}

/// A solved program with every entry that its projected element Hessians may have.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The program. Its updates of the Hessian are those of lower triangles of elements.
    pub program: Program,
    /// The elements, one for each loop nest with second derivatives.
    pub elements: Vec<Element>,
    /// By update of the Hessian, its element and its place in the lower triangle.
    pub places: Vec<Option<(usize, usize)>>,
}

/// Elements have at most so many unknowns: their matrices are dense.
const LARGEST: usize = 1024;

/// The reason element Hessians cannot be projected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// An entry of the Hessian comes from a loop inside of the element: where.
    Loop(Span),
    /// An element is an iteration of a loop whose bounds depend on another loop: where.
    Bounds(Span),
    /// The element has so many unknowns: where they meet, and how many there may be.
    Unknowns(Span, usize, usize),
}

/// The Hessian of one loop nest.
struct Nest {
    vars: Vec<Var>,
    /// Row, column and value of the updates.
    updates: Vec<(Entry, Entry, Value)>,
    unknowns: Vec<Entry>,
    /// The lower triangle, by local unknowns.
    values: FxHashMap<(usize, usize), Value>,
}

/// Completes the solved program of the energies `source`. With `single`, elements are iterations of the outermost loop.
pub fn complete(source: &Program, solved: &Program, single: bool) -> Result<Completed, Refused> {
    let mut program = solved.clone();
    let nests = nests(&mut program, single)?;
    let combinations = waist::combinations(source);
    let mut places = vec![None; program.updates.len()];
    let mut elements = Vec::new();
    for nest in nests {
        let number = elements.len();
        for (update, place) in entries(&mut program, &nest) {
            program.updates.push(update);
            places.push(Some((number, place)));
        }
        let basis = Basis::of(&nest.unknowns, &combinations);
        elements.push(Element { unknowns: nest.unknowns, basis });
    }
    verify::debug("complete", || verify::program(&program, Stage::Completed, &[Claim::Symmetric]));
    Ok(Completed { program, elements, places })
}

/// Takes the updates of the Hessian out of a program, nest by nest.
fn nests(program: &mut Program, single: bool) -> Result<Vec<Nest>, Refused> {
    let (second, others): (Vec<Update>, Vec<Update>) =
        std::mem::take(&mut program.updates).into_iter().partition(|u| matches!(u.target, Target::Hessian { .. }));
    program.updates = others;
    let mut nests: Vec<Nest> = Vec::new();
    for update in second {
        let Target::Hessian { row, col, .. } = update.target else {
            unreachable!("the second part has updates of the Hessian alone")
        };
        if update.vars.len() > update.base || (single && update.vars.len() > 1) {
            return Err(Refused::Loop(program.graph.span_of(update.value)));
        }
        let at = nests.iter().position(|nest| nest.vars == update.vars).unwrap_or_else(|| {
            let (updates, unknowns, values) = Default::default();
            nests.push(Nest { vars: update.vars, updates, unknowns, values });
            nests.len() - 1
        });
        nests[at].updates.push((row, col, update.value));
    }
    for nest in &mut nests {
        nest.number();
        if let Some(&(.., value)) = nest.updates.first().filter(|_| nest.unknowns.len() > LARGEST) {
            return Err(Refused::Unknowns(program.graph.span_of(value), nest.unknowns.len(), LARGEST));
        }
    }
    Ok(nests)
}

impl Nest {
    /// Numbers the local unknowns and sorts the updates by them.
    fn number(&mut self) {
        self.unknowns = self.updates.iter().flat_map(|&(row, col, _)| [row, col]).collect();
        self.unknowns.sort_unstable();
        self.unknowns.dedup();
        let place = |entry| match self.unknowns.binary_search(&entry) {
            Ok(place) => place,
            Err(_) => unreachable!("rows and columns of an element are its unknowns"),
        };
        for &(row, col, value) in &self.updates {
            let (row, col) = (place(row), place(col));
            // Of two transposed updates, which agree, the first counts.
            self.values.entry((row.max(col), row.min(col))).or_insert(value);
        }
    }
}

/// The lower triangle of a nest's element, with the updates that only projection makes.
fn entries(program: &mut Program, nest: &Nest) -> Vec<(Update, usize)> {
    let count = nest.unknowns.len();
    let mut pairs: Vec<(usize, usize)> = nest.values.keys().copied().collect();
    pairs.sort_unstable();
    let mut indices = std::mem::take(&mut program.graph.indices);
    let values: Vec<Value> = pairs.iter().map(|pair| nest.values[pair]).collect();
    let own = supports(&program.graph, &mut indices, &values);
    // A row is there where one of its entries is.
    let mut rows: Vec<Cond> = vec![indices.bool(false); count];
    let mut group: Vec<usize> = (0..count).collect();
    for (&(row, col), &guard) in pairs.iter().zip(&own) {
        rows[row] = indices.or(rows[row], guard);
        rows[col] = indices.or(rows[col], guard);
        let (from, to) = (group[row], group[col]);
        group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
    }
    let mut list = Vec::new();
    for row in 0..count {
        for col in (0..=row).filter(|&col| group[col] == group[row]) {
            let stored = indices.and(rows[row], rows[col]);
            list.push((row, col, stored));
        }
    }
    program.graph.indices = indices;
    let zero = program.graph.constant(0.0);
    let update = |(row, col, stored): (usize, usize, Cond)| {
        let [r, c] = [row, col].map(|k| nest.unknowns[k]);
        let target = Target::Hessian { row: r, col: c, mirrored: row != col };
        let value = nest.values.get(&(row, col)).copied().unwrap_or(zero);
        let (vars, base) = (nest.vars.clone(), nest.vars.len());
        (Update { vars, base, target, value, stored: Some(stored) }, lower(row, col))
    };
    list.into_iter().map(update).collect()
}
