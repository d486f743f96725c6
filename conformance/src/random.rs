//! Random programs with nested loops, sums, branches and tables.

use crate::program::{Builder, Setup, numbers};
use crate::subject::Subject;
use spadina_core::bind::NO_SLOT;
use spadina_core::index::{Index, Var};
use spadina_core::kernel::Kernel;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{Array, BinaryOp, Compare, UnaryOp, Value};

const ELEMENTS: usize = 13;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// The variables, integers and reals known inside some loops.
#[derive(Clone)]
struct Scope {
    vars: Vec<Var>,
    integers: Vec<Index>,
    reals: Vec<Value>,
}

struct Maker {
    p: Builder,
    random: Random,
    x: Array,
}

impl Maker {
    /// An integer in `0..n`, from those in scope.
    fn in_range(&mut self, scope: &Scope) -> Index {
        let (a, b) = (self.random.pick(&scope.integers), self.random.pick(&scope.integers));
        let n = self.p.ix().size("n");
        let table = self.p.ix().table("col", true);
        let a = match self.random.below(4) {
            0 => return a,
            1 => return self.p.ix().read(table, a),
            2 => self.p.ix().mul(a, b),
            _ => self.p.ix().add(a, b),
        };
        self.p.ix().rem(a, n)
    }

    fn grow(&mut self, scope: &mut Scope, count: usize) {
        for _ in 0..count {
            let (a, b) = (self.random.pick(&scope.reals), self.random.pick(&scope.reals));
            let new = match self.random.below(9) {
                0 => {
                    let at = self.in_range(scope);
                    scope.integers.push(at);
                    self.p.g.load(self.x, at)
                }
                1 => {
                    let op = self.random.pick(&[UnaryOp::Sin, UnaryOp::Tanh, UnaryOp::Abs, UnaryOp::Floor]);
                    self.p.g.unary(op, a)
                }
                2 => {
                    let at = self.in_range(scope);
                    self.p.g.integer(at)
                }
                3 => {
                    let (c, d) = (self.random.pick(&scope.reals), self.random.pick(&scope.reals));
                    let p = self.p.g.compare(Compare::Less, c, d);
                    self.p.g.select(p, a, b)
                }
                4 => self.guarded(scope, a),
                _ => {
                    let op = self.random.pick(&[BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul]);
                    let bounded = self.p.g.unary(UnaryOp::Sin, b);
                    self.p.g.binary(op, a, bounded)
                }
            };
            scope.reals.push(new);
        }
    }

    /// `if k + 1 < n { a * x[col[k + 1]] / ... }`
    fn guarded(&mut self, scope: &Scope, a: Value) -> Value {
        let k = self.in_range(scope);
        let n = self.p.ix().size("n");
        let next = self.p.ix().offset(k, 1);
        let guard = self.p.ix().lt(next, n);
        let guard = self.p.g.cond(guard);
        let table = self.p.ix().table("col", true);
        let at = self.p.ix().read(table, next);
        let left = self.p.ix().sub(n, next);
        let ratio = self.p.ix().div(n, left);
        let (entry, ratio) = (self.p.g.load(self.x, at), self.p.g.integer(ratio));
        let product = self.p.g.mul(entry, ratio);
        let product = self.p.g.add(product, a);
        self.p.g.mask(guard, product)
    }

    /// Sums over an inner loop, which may hold another.
    fn sums(&mut self, scope: &mut Scope, depth: u32) {
        for _ in 0..1 + self.random.below(2) {
            let (lo, hi) = self.bounds(scope);
            let (var, at) = self.p.var(depth, lo, hi, "j");
            let mut inner = scope.clone();
            inner.vars.push(var);
            inner.integers.push(at);
            let (before, after) = (self.random.below(6), 1 + self.random.below(6));
            let entry = self.p.g.load(self.x, at);
            inner.reals.push(entry);
            self.grow(&mut inner, before);
            if depth < 3 && self.random.below(2) == 0 {
                self.sums(&mut inner, depth + 1);
            }
            self.grow(&mut inner, after);
            for _ in 0..1 + self.random.below(2) {
                let body = self.random.pick(&inner.reals[inner.reals.len() - 2..]);
                let body = self.p.g.unary(UnaryOp::Tanh, body);
                scope.reals.push(self.p.g.sum(var, body));
            }
            let count = self.random.below(5);
            self.grow(scope, count);
        }
    }

    /// Bounds within `0..n`: constant, or depending on a variable in scope.
    fn bounds(&mut self, scope: &Scope) -> (Index, Index) {
        let zero = self.p.ix().int(0);
        let table = self.p.ix().table("col", true);
        let at = self.random.pick(&scope.integers);
        match self.random.below(3) {
            0 => (zero, self.p.ix().size("n")),
            1 => (zero, self.p.ix().read(table, at)),
            _ => (self.p.ix().read(table, at), self.p.ix().size("n")),
        }
    }
}

/// A program and what it is run on.
pub fn program(seed: u64) -> (Kernel, Setup) {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let mut m = Maker { p, random: Random(seed), x };
    let first = m.p.g.load(x, i);
    let mut scope = Scope { vars: vec![var], integers: vec![i], reals: vec![first] };
    m.grow(&mut scope, 8);
    m.sums(&mut scope, 1);
    m.grow(&mut scope, 12);
    let mut last = scope.reals.clone().into_iter().rev();
    let mut next = || last.next().unwrap_or(first);
    m.p.energy(&[var], next());
    (0..3).for_each(|_| m.p.gradient(&[var], x, i, next()));
    m.p.hessian(&[var], x, [i, i], true, next());
    // An opened sum over the neighbours, whose records differ in number.
    let row = m.p.ix().table("row", true);
    let one_more = m.p.ix().offset(i, 1);
    let (lo, hi) = (m.p.ix().read(row, i), m.p.ix().read(row, one_more));
    let (j, at) = m.p.var(1, lo, hi, "j");
    let mut inner = Scope { vars: vec![var, j], ..scope };
    let col = m.p.ix().table("col", true);
    let wrapped = {
        let n = m.p.ix().size("n");
        m.p.ix().rem(at, n)
    };
    inner.integers.push(m.p.ix().read(col, wrapped));
    m.grow(&mut inner, 6);
    m.sums(&mut inner, 2);
    let value = inner.reals[inner.reals.len() - 1];
    m.p.update(&[var, j], 1, Target::Gradient(Entry { array: x, index: i }), value);
    m.p.energy(&[var], inner.reals[0]);
    let kernel = m.p.kernel();
    let setup = bind(&kernel, &mut m.random);
    (kernel, setup)
}

fn bind(kernel: &Kernel, random: &mut Random) -> Setup {
    let mut setup = Setup::elements(ELEMENTS as i64);
    setup.arrays = vec![numbers(ELEMENTS)];
    let starts: Vec<i32> = (0..=ELEMENTS as i32).map(|e| e * 2 - e % 2).collect();
    let records = starts[ELEMENTS] as u32;
    for table in kernel.graph.indices.tables() {
        setup.tables.push(match table.name.as_str() {
            "row" => starts.clone(),
            _ => (0..ELEMENTS).map(|_| random.below(ELEMENTS) as i32).collect(),
        });
    }
    let mut next = 0;
    for (number, region) in kernel.regions.iter().enumerate() {
        let (count, starts) = match number {
            2 => (records, starts.iter().map(|&s| s as u64).collect()),
            _ => (ELEMENTS as u32, vec![]),
        };
        let slots = next..next + count * region.width as u32;
        next = slots.end;
        setup.stream(region.width, slots.map(|s| if random.below(9) == 0 { NO_SLOT } else { s }).collect(), starts);
    }
    (setup.gradient, setup.hessian) = (next as usize, next as usize);
    setup.cut(1 + random.below(ELEMENTS) as i64, 1 + random.below(3));
    setup
}

/// Random programs give the numbers of the interpreter.
pub fn random_programs(subject: &Subject) {
    for seed in subject.seeds.clone() {
        let (kernel, setup) = program(seed);
        let results = subject.check_within(&kernel, &setup, subject.random);
        assert!(results.all().iter().any(|&x| x != 0.0), "program {seed} computes nothing");
    }
}
