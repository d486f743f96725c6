//! The subject that tests break: springs between nodes, their stages, kernels and streams, all of them whole.

use crate::bind::{Data, Streams};
use crate::executor::Serial;
use crate::index::{Index, Var};
use crate::kernel::{Kernel, Output, Outputs, Step, build_with};
use crate::pattern::{Csr, Entries, Places, Symbolic, hessian_pattern, streams};
use crate::pipeline::{self, Stages};
use crate::program::{Program, Target, split};
use crate::real::{ArrayKind, Graph, UnaryOp, Value};
use crate::verify::{self, Extents, Storage};
use crate::waist::Waists;

/// Springs.
pub const SPRINGS: usize = 192;
/// Nodes of three unknowns.
pub const NODES: usize = 193;

/// The energies `Σ_e sqrt(Σ_j exp(log(k[e]) s[j] d²)) + exp(log(k[e]) d²) + exp(x[w])` with
/// `d² = Σ_c (x[3 a[e] + c] - x[3 b[e] + c])²`, `j` below `count[e]`, and `w` the first node with `a[w] = a[e]`.
pub fn springs() -> Program {
    let mut g = Graph::default();
    let (x, k) = (g.array("x", ArrayKind::Unknown), g.array("k", ArrayKind::Data));
    let s = g.array("s", ArrayKind::Data);
    let (zero, m) = (g.indices.int(0), g.indices.size("m"));
    let e = g.indices.var(0, zero, m, "e");
    let own = g.indices.var_index(e);
    let square = distance(&mut g, x, own);
    let stiffness = g.load(k, own);
    let root = g.unary(UnaryOp::Log, stiffness);
    let scaled = g.mul(root, square);
    let count = g.indices.table("count", true);
    let count = g.indices.read(count, own);
    let j = g.indices.var(1, zero, count, "j");
    let weight = g.indices.var_index(j);
    let weight = g.load(s, weight);
    let term = g.mul(weight, scaled);
    let term = g.unary(UnaryOp::Exp, term);
    let sum = g.sum(j, term);
    let root = g.unary(UnaryOp::Sqrt, sum);
    let first = first(&mut g, own, m);
    let first = g.load(x, first);
    let first = g.unary(UnaryOp::Exp, first);
    let last = g.indices.offset(m, -1);
    let inner = g.indices.lt(own, last);
    let inner = g.cond(inner);
    let first = g.mask(inner, first);
    let whole = g.unary(UnaryOp::Exp, scaled);
    let energy = g.add(root, first);
    let energy = g.add(energy, whole);
    let total = g.sum(e, energy);
    let updates = split(&mut g, &[], Target::Energy, total);
    Program { name: "springs".into(), graph: g, updates, looked_at: vec![] }
}

fn distance(g: &mut Graph, x: crate::real::Array, own: Index) -> Value {
    let tables = ["a", "b"].map(|name| g.indices.table(name, true));
    let nodes = tables.map(|table| {
        let node = g.indices.read(table, own);
        g.indices.scale(node, 3)
    });
    let mut square = g.constant(0.0);
    for component in 0..3 {
        let [a, b] = nodes.map(|node| {
            let at = g.indices.offset(node, component);
            g.load(x, at)
        });
        let d = g.sub(a, b);
        let dd = g.mul(d, d);
        square = g.add(square, dd);
    }
    square
}

/// `3 w` with `w` the first value below `m` with `a[w] = a[e]`.
fn first(g: &mut Graph, own: Index, m: Index) -> Index {
    let zero = g.indices.int(0);
    let w = g.indices.var(crate::index::REDUCTION_LEVEL, zero, m, "w");
    let at = g.indices.var_index(w);
    let table = g.indices.table("a", true);
    let (there, here) = (g.indices.read(table, at), g.indices.read(table, own));
    let same = g.indices.eq(there, here);
    let first = g.indices.first(w, same);
    g.indices.scale(first, 3)
}

/// The stages of the springs.
pub fn stages() -> Stages {
    pipeline::run_with(springs(), Waists::Never)
}

/// The kernel of energy, gradient and Hessian.
pub fn kernel() -> Kernel {
    let outputs = Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() };
    let mut kernels = build_with(&stages().solved, outputs, true);
    assert_eq!(kernels.len(), 1);
    kernels.remove(0)
}

/// The position of the loop that begins with a variable and a region as wanted.
pub fn begin(kernel: &Kernel, wanted: impl Fn(Var, usize) -> bool) -> usize {
    let step = |s: &Step| matches!(*s, Step::Begin(var, region) if wanted(var, region));
    kernel.steps.iter().position(step).expect("such a loop")
}

/// A kernel with its streams, and what is known of them.
pub struct BoundKernel {
    pub kernel: Kernel,
    pub streams: Streams,
    pub always: Vec<bool>,
    pub extents: Extents,
}

impl BoundKernel {
    pub fn new() -> Self {
        let solved = stages().solved;
        let kernel = kernel();
        let a: Vec<i32> = (0..SPRINGS as i32).collect();
        let b: Vec<i32> = (1..=SPRINGS as i32).collect();
        let count = vec![2; SPRINGS];
        let (x, k, s) = (vec![0.5; 3 * NODES], vec![2.0; SPRINGS], vec![1.0; 2]);
        let by_name = |name: &str| -> &[f64] {
            match name {
                "x" => &x,
                "k" => &k,
                _ => &s,
            }
        };
        let tables: Vec<&[i32]> = (kernel.graph.indices.tables().iter())
            .map(|t| match t.name.as_str() {
                "a" => &a[..],
                "b" => &b[..],
                _ => &count[..],
            })
            .collect();
        let arrays: Vec<&[f64]> = kernel.graph.arrays().iter().map(|a| by_name(&a.name)).collect();
        let seeds = vec![&[][..]; arrays.len()];
        let data = Data { arrays, seeds, tables, sizes: vec![SPRINGS as i64] };
        let offsets = vec![0; kernel.graph.arrays().len()];
        let entries: Entries =
            Symbolic::of(&kernel, &solved, true).run(&data, &offsets, 0, &Serial).expect("indices in range");
        let pattern = hessian_pattern(3 * NODES, &[(&kernel, &entries)], &Csr::default(), &Serial);
        let places = Places { pattern: &pattern, slots: None };
        let streams = streams(&kernel, &entries, Some(places), None, &Serial);
        let hessian = Storage::whole(pattern.nonzeros());
        let extents = Extents { unknowns: Some(3 * NODES), hessian, ..Extents::default() };
        let runs =
            |o: &Output| kernel.outputs.iter().any(|p| p.shift > 0 && (p.region, p.offset) == (o.region, o.offset));
        let always = kernel.outputs.iter().map(|o| o.has_slot() && runs(o)).collect();
        let bound = BoundKernel { kernel, streams, always, extents };
        assert_eq!(bound.verify(), Ok(()));
        bound
    }

    pub fn verify(&self) -> Result<(), verify::Broken> {
        verify::streams(&self.kernel, &self.streams, &self.always, &self.extents)
    }
}
