//! From the test's tree to the graph, through its public constructors.

use super::ast::{ARRAYS, Bool, Int, Nest, Real, SIZES, Sum, TABLES, UNKNOWN_ARRAYS};
use spadina_core::index::{Cond, Index, REDUCTION_LEVEL, Var};
use spadina_core::program::{Program, Target, Update, Write, split};
use spadina_core::real::{ArrayKind, Graph, Value};

const NAMES: [&str; 5] = ["i", "j", "k", "l", "m"];

/// The graph with everything declared.
pub fn declare() -> Graph {
    let mut g = Graph::default();
    for (k, name) in ARRAYS.iter().enumerate() {
        g.array(name, if k < UNKNOWN_ARRAYS { ArrayKind::Unknown } else { ArrayKind::Data });
    }
    for name in TABLES {
        g.indices.table(name, true);
    }
    g
}

pub fn int(g: &mut Graph, vars: &[Var], i: &Int) -> Index {
    let mut pair = |a: &Int, b: &Int| (int(g, vars, a), int(g, vars, b));
    match i {
        Int::Const(c) => g.indices.int(*c),
        Int::Var(k) => g.indices.var_index(vars[*k]),
        Int::Size(k) => g.indices.size(SIZES[*k]),
        Int::Add(a, b) => {
            let (a, b) = pair(a, b);
            g.indices.add(a, b)
        }
        Int::Sub(a, b) => {
            let (a, b) = pair(a, b);
            g.indices.sub(a, b)
        }
        Int::Mul(a, b) => {
            let (a, b) = pair(a, b);
            g.indices.mul(a, b)
        }
        Int::Div(a, b) => {
            let (a, b) = pair(a, b);
            g.indices.div(a, b)
        }
        Int::Rem(a, b) => {
            let (a, b) = pair(a, b);
            g.indices.rem(a, b)
        }
        Int::Read(table, at) => {
            let table = g.indices.table(TABLES[*table], true);
            let at = int(g, vars, at);
            g.indices.read(table, at)
        }
        Int::First(search) => {
            let (var, inner) = open(g, REDUCTION_LEVEL, &vars[..search.depth], &search.lo, &search.hi);
            let body = cond(g, &inner, &search.body);
            g.indices.first(var, body)
        }
        Int::Sum(sum) => {
            let (var, inner) = open(g, REDUCTION_LEVEL, &vars[..sum.depth], &sum.lo, &sum.hi);
            let body = int(g, &inner, &sum.body);
            g.indices.sum(var, body)
        }
        Int::Select(c, a, b) => {
            let (a, b) = pair(a, b);
            let c = cond(g, vars, c);
            g.indices.select(c, a, b)
        }
    }
}

pub fn cond(g: &mut Graph, vars: &[Var], c: &Bool) -> Cond {
    match c {
        Bool::Less(a, b) => {
            let (a, b) = (int(g, vars, a), int(g, vars, b));
            g.indices.lt(a, b)
        }
        Bool::Equal(a, b) => {
            let (a, b) = (int(g, vars, a), int(g, vars, b));
            g.indices.eq(a, b)
        }
        Bool::Not(a) => {
            let a = cond(g, vars, a);
            g.indices.not(a)
        }
        Bool::And(a, b) => {
            let (a, b) = (cond(g, vars, a), cond(g, vars, b));
            g.indices.and(a, b)
        }
        Bool::Or(a, b) => {
            let (a, b) = (cond(g, vars, a), cond(g, vars, b));
            g.indices.or(a, b)
        }
    }
}

pub fn real(g: &mut Graph, vars: &[Var], r: &Real) -> Value {
    match r {
        Real::Const(c) => g.constant(*c),
        Real::Load(array, at) => {
            let at = int(g, vars, at);
            let array = g.array(ARRAYS[*array], ArrayKind::Data);
            g.load(array, at)
        }
        Real::Integer(i) => {
            let i = int(g, vars, i);
            g.integer(i)
        }
        Real::Unary(op, a) => {
            let a = real(g, vars, a);
            g.unary(*op, a)
        }
        Real::Binary(op, a, b) => {
            let (a, b) = (real(g, vars, a), real(g, vars, b));
            g.binary(*op, a, b)
        }
        Real::Select(op, parts) => {
            let [a, b, on, off] = &**parts;
            let (a, b) = (real(g, vars, a), real(g, vars, b));
            let (on, off) = (real(g, vars, on), real(g, vars, off));
            let p = g.compare(*op, a, b);
            g.select(p, on, off)
        }
        Real::Guard(c, a, b) => {
            let (a, b) = (real(g, vars, a), real(g, vars, b));
            let c = cond(g, vars, c);
            let p = g.cond(c);
            g.select(p, a, b)
        }
        Real::Sum(Sum { depth, lo, hi, body }) => {
            let outer = &vars[..*depth];
            let (var, inner) = open(g, 0, outer, lo, hi);
            let body = real(g, &inner, body);
            g.sum(var, body)
        }
    }
}

fn open(g: &mut Graph, level: u32, outer: &[Var], lo: &Int, hi: &Int) -> (Var, Vec<Var>) {
    let (lo, hi) = (int(g, outer, lo), int(g, outer, hi));
    let var = g.indices.var(level + outer.len() as u32, lo, hi, NAMES[outer.len().min(4)]);
    (var, [outer, &[var]].concat())
}

/// The program of an energy.
pub fn energy(e: &Real) -> Program {
    let mut g = declare();
    let value = real(&mut g, &[], e);
    let updates = split(&mut g, &[], Target::Energy, value);
    Program { name: "random".into(), graph: g, updates, looked_at: vec![] }
}

/// The program of a residual.
pub fn residual(nests: &[Nest]) -> Program {
    let mut g = declare();
    let mut updates = Vec::new();
    for nest in nests {
        let mut vars = Vec::new();
        for (lo, hi) in &nest.loops {
            vars = open(&mut g, 0, &vars, lo, hi).1;
        }
        let row = int(&mut g, &vars, &nest.row);
        let value = real(&mut g, &vars, &nest.value);
        let always = g.bool(true);
        let span = g.span;
        updates.push(Update::residual(&mut g, &Write::added(&vars, row, always, value, span)));
    }
    Program { name: "random".into(), graph: g, updates, looked_at: vec![] }
}
