//! The printed stages of hand-built programs.

use spadina_core::kernel::{Outputs, build};
use spadina_core::pipeline;
use spadina_core::program::{Program, Target, split};
use spadina_core::real::{ArrayKind, Graph};

fn chain() -> Program {
    let mut g = Graph::default();
    let x = g.array("x", ArrayKind::Unknown);
    let n = g.indices.size("len(x)");
    let one = g.indices.int(1);
    let i = g.indices.var(0, one, n, "i");
    let at = g.indices.var_index(i);
    let before = g.indices.offset(at, -1);
    let (a, b) = (g.load(x, before), g.load(x, at));
    let d = g.sub(a, b);
    let square = g.mul(d, d);
    let sum = g.sum(i, square);
    let updates = split(&mut g, &[], Target::Energy, sum);
    Program { name: "chain".into(), graph: g, updates }
}

/// Each vertex against the sum of its one-ring: the inner sum is used nonlinearly.
fn one_ring() -> Program {
    let mut g = Graph::default();
    let x = g.array("x", ArrayKind::Unknown);
    let n = g.indices.size("n");
    let (ptr, ring) = (g.indices.table("row_ptr", true), g.indices.table("ring", true));
    let zero = g.indices.int(0);
    let v = g.indices.var(0, zero, n, "v");
    let at = g.indices.var_index(v);
    let next = g.indices.offset(at, 1);
    let (lo, hi) = (g.indices.read(ptr, at), g.indices.read(ptr, next));
    let j = g.indices.var(1, lo, hi, "j");
    let j_at = g.indices.var_index(j);
    let neighbour = g.indices.read(ring, j_at);
    let y = g.load(x, neighbour);
    let sum = g.sum(j, y);
    let own = g.load(x, at);
    let d = g.sub(own, sum);
    let d2 = g.mul(d, d);
    let d4 = g.mul(d2, d2);
    let all = g.sum(v, d4);
    let updates = split(&mut g, &[], Target::Energy, all);
    Program { name: "one_ring".into(), graph: g, updates }
}

#[test]
fn print() {
    for program in [chain(), one_ring()] {
        let stages = pipeline::run(program);
        println!("{}\n{}\n{}\n{}\n{}", stages.program, stages.gradient, stages.tangent, stages.sparse, stages.solved);
        let all = Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() };
        for kernel in build(&stages.solved, all) {
            println!("{kernel}");
        }
    }
}
