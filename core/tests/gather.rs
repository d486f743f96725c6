//! The row-driven schedule visits, for each row, exactly the iterations whose row it is.

use spadina_core::frontend::{Frontend, Module};
use spadina_core::index::{Cond, Index, IndexNode, SizeInfo, Table, Var, eval_node};
use spadina_core::pipeline;
use spadina_core::program::{Program, Target};
use spadina_core::sparsity::{Gather, Inverse, gather};
use std::collections::BTreeMap;

/// Loop variables, sizes and tables with values.
struct World<'a> {
    program: &'a Program,
    vars: BTreeMap<Var, i64>,
    sizes: &'a dyn Fn(&SizeInfo) -> i64,
    tables: &'a dyn Fn(&str) -> Vec<i64>,
}

impl World<'_> {
    fn eval(&self, index: Index) -> i64 {
        let g = &self.program.graph.indices;
        let node = g.node(index).clone();
        if let IndexNode::Var(var) = node {
            return self.vars[&var];
        }
        let mut operands = BTreeMap::new();
        g.operands(index, |a| {
            operands.insert(a.index(), self.eval(a));
        });
        let size = |s: usize| (self.sizes)(&g.sizes()[s]);
        let read = |t: Table, at: i64| {
            let table = (self.tables)(&g.tables()[t.0 as usize].name);
            Some(table.get(usize::try_from(at).ok()?).copied().unwrap_or(-1))
        };
        eval_node(&node, |k| operands[&k], size, read).unwrap_or(0)
    }

    fn holds(&self, cond: Cond) -> bool {
        self.eval(cond.as_index()) != 0
    }

    /// All iterations of the loops, as values of their variables.
    fn iterations(&mut self, vars: &[Var], visit: &mut dyn FnMut(&Self)) {
        let Some((&var, rest)) = vars.split_first() else { return visit(self) };
        let l = self.program.graph.indices.loop_of(var).clone();
        for value in self.eval(l.lo)..self.eval(l.hi) {
            self.vars.insert(var, value);
            self.iterations(rest, visit);
        }
        self.vars.remove(&var);
    }

    /// All iterations that the schedule finds for a row; sizes answer the row with it.
    fn found(&mut self, gather: &Gather, inverses: &[Inverse], visit: &mut dyn FnMut(&Self)) {
        let Some((inverse, rest)) = inverses.split_first() else {
            if gather.conditions.iter().all(|&c| self.holds(c)) {
                visit(self);
            }
            return;
        };
        let var = inverse.var();
        let values: Vec<i64> = match inverse {
            Inverse::Solved(_, index) => vec![self.eval(*index)],
            Inverse::Loop(_) | Inverse::Transposed { .. } => {
                let l = self.program.graph.indices.loop_of(var).clone();
                (self.eval(l.lo)..self.eval(l.hi)).collect()
            }
        };
        for value in values {
            self.vars.insert(var, value);
            let fits = match inverse {
                Inverse::Transposed { inner, value, .. } => self.eval(*inner) == self.eval(*value),
                _ => true,
            };
            if fits {
                self.found(gather, rest, visit);
            }
        }
        self.vars.remove(&var);
    }
}

fn check(name: &str, rows: i64, sizes: &dyn Fn(&SizeInfo) -> i64, tables: &dyn Fn(&str) -> Vec<i64>, inverted: usize) {
    let path = format!("{}/../tests/conformance/{name}/{}.wgsl", env!("CARGO_MANIFEST_DIR"), file(name));
    let text = std::fs::read_to_string(&path).expect("the energy is there");
    let module = Module::parse(name, &text).expect("it parses");
    let mut program = pipeline::run(module.lower(&module.default_roles(None)).expect("it lowers")).solved;
    let gathers = gather(&mut program);
    assert!(gathers.len() >= inverted, "{name}: {} of {} updates", gathers.len(), program.updates.len());
    for gather in &gathers {
        let update = &program.updates[gather.update];
        let row = match update.target {
            Target::Gradient(e) => e.index,
            Target::Hessian { row, col, .. } => {
                if gather.transposed {
                    col.index
                } else {
                    row.index
                }
            }
            Target::Jacobian { row, .. } | Target::Residual { row, .. } => row,
            _ => continue,
        };
        let mut wanted: Vec<(i64, Vec<i64>)> = Vec::new();
        let mut world = World { program: &program, vars: BTreeMap::new(), sizes, tables };
        let values = |w: &World| update.vars.iter().map(|v| w.vars[v]).collect::<Vec<i64>>();
        world.iterations(&update.vars, &mut |w| wanted.push((w.eval(row), values(w))));
        let mut got = Vec::new();
        for number in 0..rows {
            let sizes = |size: &SizeInfo| if *size == SizeInfo::Row { number } else { sizes(size) };
            let mut world = World { program: &program, vars: BTreeMap::new(), sizes: &sizes, tables };
            world.found(gather, &gather.inverses, &mut |w| got.push((number, values(w))));
        }
        // Iterations whose guard is off may have a row that does not exist.
        wanted.retain(|(row, _)| (0..rows).contains(row));
        wanted.sort();
        got.sort();
        assert_eq!(got, wanted, "{name}: update {}", gather.update);
    }
}

#[test]
fn affine() {
    check("chain", 9, &|_| 9, &|_| vec![], 5);
    check("diagonal", 7, &|_| 7, &|_| vec![], 2);
    check("grid", 20, &|s| if s.bound_name() == Some("h") { 5 } else { 4 }, &|_| vec![], 8);
}

#[test]
fn wrapped() {
    check("ring", 6, &|_| 6, &|_| vec![], 4);
    check("ring3d", 15, &|_| 5, &|_| vec![], 20);
}

#[test]
fn tables() {
    let springs = |_: &str| vec![0, 1, 1, 2, 0, 3, 3, 2, 1, 3];
    let sizes = |size: &SizeInfo| match size {
        SizeInfo::Length { array, width: 2 } if array == "stencil" => 5,
        _ => 12,
    };
    check("axis_springs", 12, &sizes, &springs, 12);
    let ring = |name: &str| if name == "row_ptr" { vec![0, 2, 2, 5, 6] } else { vec![1, 2, 0, 1, 3, 2] };
    check("one_ring", 4, &|_| 4, &ring, 4);
}

/// What the file of a conformance case is called.
fn file(name: &str) -> &'static str {
    if name == "edge_residual" { "residual" } else { "energy" }
}

#[test]
fn a_size_called_row_is_not_the_row() {
    let text = "override row: u32;
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      fn energy() -> f32 {
        var s = 0.0;
        for (var i = 0u; i < row; i++) { s += x[i] * x[i]; }
        return s;
      }";
    let module = Module::parse("row", text).expect("it parses");
    let mut program = pipeline::run(module.lower(&module.default_roles(None)).expect("it lowers")).solved;
    let gathers = gather(&mut program);
    let size = program.graph.indices.size("row");
    assert!(!gathers.is_empty() && gathers.iter().all(|gather| gather.row != size));
}
