//! The constructors of reals: whatever they simplify, the value stays.

use proptest::prelude::*;
use spadina_core::index::Index;
use spadina_core::real::{ArrayKind, BinaryOp, Compare, Graph, Node, UnaryOp, Value};

/// A real of the test's own.
#[derive(Clone, Debug)]
enum Real {
    Const(f64),
    /// An entry of the unknown array.
    Load(usize),
    Unary(UnaryOp, Box<Real>),
    Binary(BinaryOp, Box<Real>, Box<Real>),
    Select(Box<Test>, Box<Real>, Box<Real>),
}

/// A predicate of the test's own.
#[derive(Clone, Debug)]
enum Test {
    Compare(Compare, Real, Real),
    /// `n < c`, of the size `n`.
    Below(i64),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

/// Why a point says nothing: a number is no number, or rounding decides.
struct Unfit;

const LARGE: f64 = 1e4;

struct Point<'a> {
    x: &'a [f64],
    n: i64,
}

fn fit(v: f64) -> Result<f64, Unfit> {
    if v.is_nan() || v.abs() > LARGE { Err(Unfit) } else { Ok(v) }
}

fn apart(a: f64, b: f64) -> Result<(), Unfit> {
    let gap = (a - b).abs();
    if gap > 0.0 && gap < 1e-7 { Err(Unfit) } else { Ok(()) }
}

/// The value; only the side taken is evaluated.
fn value(r: &Real, at: &Point) -> Result<f64, Unfit> {
    let v = match r {
        Real::Const(c) => *c,
        Real::Load(k) => at.x[*k],
        Real::Unary(op, a) => {
            let a = value(a, at)?;
            match op {
                UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Trunc => apart(a, a.round())?,
                UnaryOp::Round => apart(a - 0.5, (a - 0.5).round())?,
                UnaryOp::Acos | UnaryOp::Asin | UnaryOp::Atanh if a.abs() > 0.999 => return Err(Unfit),
                UnaryOp::Sqrt | UnaryOp::Log | UnaryOp::Log2 if a < 1e-3 => return Err(Unfit),
                UnaryOp::Acosh if a < 1.001 => return Err(Unfit),
                UnaryOp::Tan if a.cos().abs() < 1e-3 => return Err(Unfit),
                _ => {}
            }
            op.eval(a)
        }
        Real::Binary(op, a, b) => {
            let (a, b) = (value(a, at)?, value(b, at)?);
            match op {
                BinaryOp::Div if b.abs() < 1e-3 => return Err(Unfit),
                BinaryOp::Pow if a < 1e-3 => return Err(Unfit),
                BinaryOp::Atan2 if a.abs() < 1e-3 => return Err(Unfit),
                BinaryOp::Add => a + b,
                BinaryOp::Sub => a - b,
                BinaryOp::Mul => a * b,
                BinaryOp::Div => a / b,
                BinaryOp::Pow => a.powf(b),
                BinaryOp::Atan2 => a.atan2(b),
            }
        }
        Real::Select(p, a, b) => value(if truth(p, at)? { a } else { b }, at)?,
    };
    fit(v)
}

fn truth(p: &Test, at: &Point) -> Result<bool, Unfit> {
    Ok(match p {
        Test::Compare(op, a, b) => {
            let (a, b) = (value(a, at)?, value(b, at)?);
            apart(a, b)?;
            match op {
                Compare::Less => a < b,
                Compare::LessEqual => a <= b,
                Compare::Equal => a == b,
                Compare::NotEqual => a != b,
            }
        }
        Test::Below(c) => at.n < *c,
        Test::Not(a) => !truth(a, at)?,
        Test::And(a, b) => truth(a, at)? & truth(b, at)?,
        Test::Or(a, b) => truth(a, at)? | truth(b, at)?,
    })
}

fn build(g: &mut Graph, r: &Real) -> Value {
    match r {
        Real::Const(c) => g.constant(*c),
        Real::Load(k) => {
            let x = g.array("x", ArrayKind::Unknown);
            let at = g.indices.int(*k as i64);
            g.load(x, at)
        }
        Real::Unary(op, a) => {
            let a = build(g, a);
            g.unary(*op, a)
        }
        Real::Binary(op, a, b) => {
            let (a, b) = (build(g, a), build(g, b));
            g.binary(*op, a, b)
        }
        Real::Select(p, a, b) => {
            let (p, a, b) = (build_test(g, p), build(g, a), build(g, b));
            g.select(p, a, b)
        }
    }
}

fn build_test(g: &mut Graph, p: &Test) -> Value {
    match p {
        Test::Compare(op, a, b) => {
            let (a, b) = (build(g, a), build(g, b));
            g.compare(*op, a, b)
        }
        Test::Below(c) => {
            let (n, c) = (g.indices.size("n"), g.indices.int(*c));
            let cond = g.indices.lt(n, c);
            g.cond(cond)
        }
        Test::Not(a) => {
            let a = build_test(g, a);
            g.not(a)
        }
        Test::And(a, b) => {
            let (a, b) = (build_test(g, a), build_test(g, b));
            g.and(a, b)
        }
        Test::Or(a, b) => {
            let (a, b) = (build_test(g, a), build_test(g, b));
            g.or(a, b)
        }
    }
}

/// The value of an integer or a condition without loops and tables.
fn integer(g: &Graph, i: Index, at: &Point) -> i64 {
    let mut operands = std::collections::HashMap::new();
    g.indices.operands(i, |a| {
        operands.insert(a.index(), integer(g, a, at));
    });
    spadina_core::index::eval_node(g.indices.node(i), |k| operands[&k], |_| at.n, |_, _| None).unwrap_or(0)
}

/// The value of every node, operands first; predicates are 0 or 1.
fn evaluate(g: &Graph, root: Value, at: &Point) -> f64 {
    let mut values: Vec<f64> = Vec::new();
    for v in g.values() {
        let of = |v: Value| values[v.index()];
        let truth = |b: bool| f64::from(u8::from(b));
        let number = match *g.node(v) {
            Node::Const(bits) => f64::from_bits(bits),
            Node::Load(_, i) => at.x[integer(g, i, at) as usize],
            Node::Integer(i) => integer(g, i, at) as f64,
            Node::Cond(c) => integer(g, c.as_index(), at) as f64,
            Node::Unary(op, a) => op.eval(of(a)),
            Node::Binary(op, a, b) => op.eval(of(a), of(b)),
            Node::Select(p, a, b) => of(if of(p) != 0.0 { a } else { b }),
            Node::Compare(op, a, b) => truth(op.eval(of(a), of(b))),
            Node::Not(a) => truth(of(a) == 0.0),
            Node::And(a, b) => truth(of(a) != 0.0 && of(b) != 0.0),
            Node::Or(a, b) => truth(of(a) != 0.0 || of(b) != 0.0),
            _ => unreachable!("not built"),
        };
        values.push(number);
    }
    values[root.index()]
}

/// Numbers that the rules know, and others.
fn constants() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -2.0, 4.0, 0.25]),
        prop::sample::select(vec![3.0, -0.7, 1.3]),
    ]
}

fn comparisons() -> impl Strategy<Value = Compare> {
    prop::sample::select(vec![Compare::Less, Compare::LessEqual, Compare::Equal, Compare::NotEqual])
}

fn tests(real: BoxedStrategy<Real>) -> impl Strategy<Value = Test> {
    let compare = (comparisons(), real.clone(), real).prop_map(|(op, a, b)| Test::Compare(op, a, b));
    let leaf = prop_oneof![2 => compare, 1 => (0i64..4).prop_map(Test::Below)];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Test::Not(a.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Test::And(a.into(), b.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Test::Or(a.into(), b.into())),
            inner.prop_map(|a| Test::Or(a.clone().into(), Test::Not(a.into()).into())),
        ]
    })
}

fn reals() -> impl Strategy<Value = Real> {
    let leaf = prop_oneof![3 => (0usize..3).prop_map(Real::Load), 2 => constants().prop_map(Real::Const)];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let unary = prop_oneof![
            1 => Just(UnaryOp::Neg),
            2 => prop::sample::select(UnaryOp::ALL.to_vec()),
        ];
        let arithmetic = vec![BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div];
        let binary =
            prop_oneof![3 => prop::sample::select(arithmetic), 1 => prop::sample::select(BinaryOp::ALL.to_vec())];
        let pair = (inner.clone(), inner.clone());
        let zero = || Real::Const(0.0);
        let masked = (tests(inner.clone().boxed()), inner.clone(), any::<bool>()).prop_map(move |(p, a, first)| {
            let (a, b) = if first { (a, zero()) } else { (zero(), a) };
            Real::Select(p.into(), a.into(), b.into())
        });
        // Two selects of one predicate, or of it and its negation, meet.
        let twins = (tests(inner.clone().boxed()), inner.clone(), inner.clone(), binary.clone(), any::<bool>())
            .prop_map(move |(p, a, b, op, same)| {
                let q = if same { p.clone() } else { Test::Not(p.clone().into()) };
                let left = Real::Select(p.into(), a.into(), zero().into());
                Real::Binary(op, left.into(), Real::Select(q.into(), b.into(), Real::Const(0.0).into()).into())
            });
        prop_oneof![
            3 => (unary, inner.clone()).prop_map(|(op, a)| Real::Unary(op, a.into())),
            5 => (binary, pair.clone()).prop_map(|(op, (a, b))| Real::Binary(op, a.into(), b.into())),
            2 => masked,
            1 => twins,
            1 => (tests(inner.boxed()), pair).prop_map(|(p, (a, b))| Real::Select(p.into(), a.into(), b.into())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn folding_keeps_the_value(r in reals(), x in prop::array::uniform3(-1.5f64..1.5), n in 0i64..4) {
        let at = Point { x: &x, n };
        let mut g = Graph::default();
        let root = build(&mut g, &r);
        if let Ok(wanted) = value(&r, &at) {
            let got = evaluate(&g, root, &at);
            prop_assert!((got - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{} is not {}", got, wanted);
        }
    }
}
